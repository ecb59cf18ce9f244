/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

#include "../base/limits.h"

/* ID payload with role indicator, RFC 6043 6.6 (6043-6.6-01, 6509-4.4-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next Payload  !    ID Role    !    ID Type    !     ID len
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     ID len (cont) !                    ID Data                    ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyIdr),
  MIKEY_UINT (MikeyIdr, role, "ID Role", 8, .registry = MIKEY_REG_ID_ROLE),
  MIKEY_UINT (MikeyIdr, id_type, "ID Type", 8, .registry = MIKEY_REG_ID_TYPE),
  MIKEY_BYTES (MikeyIdr, data, "ID Data", 16, .max = MIKEY_MAX_ID,
               .flags = MIKEY_FIELD_TEXT),
};

const MikeyPayloadType mikey_payload_idr
    = { MIKEY_PAYLOAD_IDR,
        MIKEY_PLACE_MESSAGE | MIKEY_PLACE_SEALED | MIKEY_PLACE_DATA,
        MIKEY_STRUCT (MikeyIdr, "IDR", fields) };
