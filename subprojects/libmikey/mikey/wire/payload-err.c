/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* Error payload, RFC 3830 6.12 (3830-6.12-01, 6043-6.9-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !  Next Payload ! Error no      !           Reserved            !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyErr),
  MIKEY_UINT (MikeyErr, error_no, "Error no", 8,
              .registry = MIKEY_REG_ERROR_NO),
  MIKEY_UINT (MikeyErr, reserved, "Reserved", 16),
};

const MikeyPayloadType mikey_payload_err
    = { MIKEY_PAYLOAD_ERR, MIKEY_PLACE_MESSAGE,
        MIKEY_STRUCT (MikeyErr, "ERR", fields) };
