/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* Cert hash payload, RFC 3830 6.8 (3830-6.8-01, 6043-6.7-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next Payload  ! Hash func     ! Hash                          ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static gsize
hash_length (const void *self)
{
  return mikey_registry_octets (MIKEY_REG_HASH_FUNC,
                                ((const MikeyChash *)self)->hash_func);
}

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyChash),
  MIKEY_UINT (MikeyChash, hash_func, "Hash func", 8,
              .registry = MIKEY_REG_HASH_FUNC, .unknown = MIKEY_FAULT_BAD_HASH),
  MIKEY_BYTES (MikeyChash, hash, "Hash", 0, .length = hash_length),
};

const MikeyPayloadType mikey_payload_chash
    = { MIKEY_PAYLOAD_CHASH, MIKEY_PLACE_MESSAGE,
        MIKEY_STRUCT (MikeyChash, "CHASH", fields) };
