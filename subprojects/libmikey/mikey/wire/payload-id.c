/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

#include "../base/limits.h"

/* ID payload, RFC 3830 6.7 (3830-6.7-01, 6043-6.5-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !  Next Payload !   ID Type     !           ID len              !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !                           ID data                             ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyId),
  MIKEY_UINT (MikeyId, id_type, "ID Type", 8, .registry = MIKEY_REG_ID_TYPE),
  MIKEY_BYTES (MikeyId, data, "ID data", 16, .max = MIKEY_MAX_ID,
               .flags = MIKEY_FIELD_TEXT),
};

const MikeyPayloadType mikey_payload_id
    = { MIKEY_PAYLOAD_ID,
        MIKEY_PLACE_MESSAGE | MIKEY_PLACE_SEALED | MIKEY_PLACE_DATA,
        MIKEY_STRUCT (MikeyId, "ID", fields) };
