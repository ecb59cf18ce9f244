/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* RAND payload, RFC 3830 6.11 (3830-6.11-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next payload  ! RAND len      ! RAND                          ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyRand),
  MIKEY_BYTES (MikeyRand, rand, "RAND", 8),
};

const MikeyPayloadType mikey_payload_rand
    = { MIKEY_PAYLOAD_RAND, MIKEY_PLACE_MESSAGE | MIKEY_PLACE_DATA,
        MIKEY_STRUCT (MikeyRand, "RAND", fields) };
