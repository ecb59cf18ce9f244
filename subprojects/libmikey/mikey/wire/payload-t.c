/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* Timestamp payload, RFC 3830 6.6 (3830-6.6-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next Payload  !   TS type     ! TS value                      ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static gsize
value_length (const void *self)
{
  return mikey_registry_octets (MIKEY_REG_TS_TYPE,
                                ((const MikeyT *)self)->ts_type);
}

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyT),
  MIKEY_UINT (MikeyT, ts_type, "TS type", 8, .registry = MIKEY_REG_TS_TYPE,
              .unknown = MIKEY_FAULT_BAD_VALUE),
  MIKEY_BYTES (MikeyT, value, "TS value", 0, .length = value_length),
};

const MikeyPayloadType mikey_payload_t
    = { MIKEY_PAYLOAD_T, MIKEY_PLACE_MESSAGE | MIKEY_PLACE_DATA,
        MIKEY_STRUCT (MikeyT, "T", fields) };
