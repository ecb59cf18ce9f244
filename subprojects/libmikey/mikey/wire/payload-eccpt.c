/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kv.h"
#include "payloads.h"

/* EC Diffie-Hellman sub-payload, RFC 6267 6.1.4 (6267-6.1.4-01, 6267-6.1.4-03):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next payload  ! ECC Curve     ! ECC Point                     ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Auth alg      ! TGK len                       ! Reserv! KV    !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! KV data (optional)                                            ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * The point is an octet string whose first octet tells its form, padded to end
 * on a 32-bit boundary counted from the start of the sub-payload (ambiguity
 * A17). Only inside IBAKE (6267-6.1.4-02). */

enum { COMPRESSED_EVEN = 2, UNCOMPRESSED = 4 };

MIKEY_KV_PREDICATES (MikeyEccpt)

/* The x coordinate, and y where the point is not compressed. */
static gsize
coords_length (const void *self)
{
  const MikeyEccpt *eccpt = self;
  gsize octets = mikey_registry_octets (MIKEY_REG_ECC_CURVE, eccpt->curve);

  return eccpt->form == UNCOMPRESSED ? 2 * octets : octets;
}

static gsize
padding_length (const void *self)
{
  return 3 - (2 + coords_length (self)) % 4;
}

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyEccpt),
  MIKEY_UINT (MikeyEccpt, curve, "ECC Curve", 8,
              .registry = MIKEY_REG_ECC_CURVE, .unknown = MIKEY_FAULT_BAD_DH),
  MIKEY_UINT (MikeyEccpt, form, "ECC Point form", 8, .min = COMPRESSED_EVEN,
              .max = UNCOMPRESSED),
  MIKEY_BYTES (MikeyEccpt, coords, "ECC Point", 0, .length = coords_length),
  MIKEY_BYTES (MikeyEccpt, padding, "padding", 0, .length = padding_length),
  MIKEY_UINT (MikeyEccpt, auth_alg, "Auth alg", 8,
              .registry = MIKEY_REG_MAC_ALG),
  MIKEY_UINT (MikeyEccpt, tgk_len, "TGK len", 16),
  MIKEY_UINT (MikeyEccpt, reserved, "Reserv", 4),
  MIKEY_KV_TYPE (MikeyEccpt),
  MIKEY_KV_DATA (MikeyEccpt),
};

const MikeyPayloadType mikey_payload_eccpt
    = { MIKEY_PAYLOAD_ECCPT, MIKEY_PLACE_SEALED,
        MIKEY_STRUCT (MikeyEccpt, "ECCPT", fields) };
