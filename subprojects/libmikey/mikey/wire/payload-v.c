/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* Verification message payload, RFC 3830 6.9 (3830-6.9-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next Payload  ! Auth alg      ! Ver data                      ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static gsize
ver_length (const void *self)
{
  return mikey_registry_octets (MIKEY_REG_MAC_ALG,
                                ((const MikeyV *)self)->auth_alg);
}

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyV),
  MIKEY_UINT (MikeyV, auth_alg, "Auth alg", 8, .registry = MIKEY_REG_MAC_ALG,
              .unknown = MIKEY_FAULT_BAD_MAC),
  MIKEY_BYTES (MikeyV, ver_data, "Ver data", 0, .length = ver_length),
};

const MikeyPayloadType mikey_payload_v
    = { MIKEY_PAYLOAD_V, MIKEY_PLACE_MESSAGE | MIKEY_PLACE_DATA,
        MIKEY_STRUCT (MikeyV, "V", fields) };
