/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* Ticket header payload, RFC 6043 A.3 (6043-A.3-01), with which Ticket Data
 * begin:
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next Payload  !       THDR Data length        !   THDR Data   ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyThdr),
  MIKEY_BYTES (MikeyThdr, data, "THDR Data", 16),
};

const MikeyPayloadType mikey_payload_thdr
    = { MIKEY_PAYLOAD_THDR, MIKEY_PLACE_DATA,
        MIKEY_STRUCT (MikeyThdr, "THDR", fields) };
