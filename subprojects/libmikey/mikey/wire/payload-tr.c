/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* Timestamp payload with role indicator, RFC 6043 6.4 (6043-6.4-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next Payload  !    TS Role    !    TS Type    !    TS Value   ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static gsize
value_length (const void *self)
{
  return mikey_registry_octets (MIKEY_REG_TS_TYPE,
                                ((const MikeyTr *)self)->ts_type);
}

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyTr),
  MIKEY_UINT (MikeyTr, role, "TS Role", 8, .registry = MIKEY_REG_TS_ROLE),
  MIKEY_UINT (MikeyTr, ts_type, "TS Type", 8, .registry = MIKEY_REG_TS_TYPE,
              .unknown = MIKEY_FAULT_BAD_VALUE),
  MIKEY_BYTES (MikeyTr, value, "TS Value", 0, .length = value_length),
};

const MikeyPayloadType mikey_payload_tr
    = { MIKEY_PAYLOAD_TR, MIKEY_PLACE_MESSAGE | MIKEY_PLACE_DATA,
        MIKEY_STRUCT (MikeyTr, "TR", fields) };
