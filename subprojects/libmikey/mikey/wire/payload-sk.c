/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kv.h"
#include "payloads.h"

/* Secret key sub-payload, RFC 6267 6.1.5 (6267-6.1.5-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !  Next Payload ! Type  ! KV    ! Key data len                  !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !                         Key data                              ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !                        KV data (optional)                     ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Only inside ESK (6267-6.1.4-02). */

MIKEY_KV_PREDICATES (MikeySk)

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeySk),
  MIKEY_UINT (MikeySk, type, "Type", 4, .registry = MIKEY_REG_SK_TYPE,
              .unknown = MIKEY_FAULT_BAD_VALUE),
  MIKEY_KV_TYPE (MikeySk),
  MIKEY_BYTES (MikeySk, key, "Key data", 16, .flags = MIKEY_FIELD_SECRET),
  MIKEY_KV_DATA (MikeySk),
};

const MikeyPayloadType mikey_payload_sk
    = { MIKEY_PAYLOAD_SK, MIKEY_PLACE_SEALED,
        MIKEY_STRUCT (MikeySk, "SK", fields) };
