/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kv.h"
#include "payloads.h"

/* DH data payload, RFC 3830 6.4 (3830-6.4-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next Payload  ! DH-Group      !  DH-value                     ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Reserv! KV    ! KV data (optional)                            ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * The group tells how long the value is, which is padded to that length
 * (3830-6.4-02). */

MIKEY_KV_PREDICATES (MikeyDh)

static gsize
value_length (const void *self)
{
  return mikey_registry_octets (MIKEY_REG_DH_GROUP,
                                ((const MikeyDh *)self)->group);
}

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyDh),
  MIKEY_UINT (MikeyDh, group, "DH-Group", 8, .registry = MIKEY_REG_DH_GROUP,
              .unknown = MIKEY_FAULT_BAD_DH),
  MIKEY_BYTES (MikeyDh, value, "DH-value", 0, .length = value_length),
  MIKEY_UINT (MikeyDh, reserved, "Reserv", 4),
  MIKEY_KV_TYPE (MikeyDh),
  MIKEY_KV_DATA (MikeyDh),
};

const MikeyPayloadType mikey_payload_dh
    = { MIKEY_PAYLOAD_DH, MIKEY_PLACE_MESSAGE,
        MIKEY_STRUCT (MikeyDh, "DH", fields) };
