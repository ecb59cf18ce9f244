/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* RAND payload with role indicator, RFC 6043 6.8 (6043-6.8-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next Payload  !    RAND Role  !  RAND length  !     RAND      ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyRandr),
  MIKEY_UINT (MikeyRandr, role, "RAND Role", 8,
              .registry = MIKEY_REG_RAND_ROLE),
  MIKEY_BYTES (MikeyRandr, rand, "RAND", 8),
};

const MikeyPayloadType mikey_payload_randr
    = { MIKEY_PAYLOAD_RANDR, MIKEY_PLACE_MESSAGE | MIKEY_PLACE_DATA,
        MIKEY_STRUCT (MikeyRandr, "RANDR", fields) };
