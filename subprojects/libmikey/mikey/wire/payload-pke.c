/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* Envelope data payload, RFC 3830 6.3 (3830-6.3-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next Payload  ! C ! Data len                  ! Data          ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyPke),
  MIKEY_UINT (MikeyPke, cache, "C", 2, .registry = MIKEY_REG_PKE_CACHE),
  MIKEY_BYTES (MikeyPke, data, "Data", 14),
};

const MikeyPayloadType mikey_payload_pke
    = { MIKEY_PAYLOAD_PKE, MIKEY_PLACE_MESSAGE,
        MIKEY_STRUCT (MikeyPke, "PKE", fields) };
