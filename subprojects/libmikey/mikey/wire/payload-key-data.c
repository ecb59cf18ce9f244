/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kv.h"
#include "payloads.h"

#include "../base/limits.h"

/* Key data sub-payload, RFC 3830 6.13 (3830-6.13-01, 3830-6.13-02), with
 * the types that RFC 6043 and 6267 add (6043-6.2.1-01, 6267-6.1.3-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !  Next Payload ! Type  ! KV    ! Key data len                  !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !                         Key data                              ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Salt len (optional)           ! Salt data (optional)          ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !                        KV data (optional)                     ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Never in the message itself, only inside KEMAC (3830-6.13-03). */

MIKEY_KV_PREDICATES (MikeyKeyData)

/* TGK+SALT, TEK+SALT, GTGK+SALT */
static bool
has_salt (const void *self)
{
  guint32 type = ((const MikeyKeyData *)self)->type;

  return type == 1 || type == 3 || type == 5;
}

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyKeyData),
  MIKEY_UINT (MikeyKeyData, type, "Type", 4,
              .registry = MIKEY_REG_KEY_DATA_TYPE,
              .unknown = MIKEY_FAULT_BAD_VALUE),
  MIKEY_KV_TYPE (MikeyKeyData),
  MIKEY_BYTES (MikeyKeyData, key, "Key data", 16, .flags = MIKEY_FIELD_SECRET),
  MIKEY_BYTES (MikeyKeyData, salt, "Salt data", 16, .when = has_salt,
               .flags = MIKEY_FIELD_SECRET),
  MIKEY_KV_DATA (MikeyKeyData),
};

const MikeyPayloadType mikey_payload_key_data
    = { MIKEY_PAYLOAD_KEY_DATA, MIKEY_PLACE_SEALED,
        MIKEY_STRUCT (MikeyKeyData, "Key data", fields) };
