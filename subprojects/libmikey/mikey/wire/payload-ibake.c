/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* IBAKE payload, RFC 6267 6.1.1 (6267-6.1.1-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next payload  ! Encr data len                 !  Encr data    !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !                        Encr data                              ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyIbeData),
  MIKEY_BYTES (MikeyIbeData, encr_data, "Encr data", 16),
};

const MikeyPayloadType mikey_payload_ibake
    = { MIKEY_PAYLOAD_IBAKE, MIKEY_PLACE_MESSAGE,
        MIKEY_STRUCT (MikeyIbeData, "IBAKE", fields) };
