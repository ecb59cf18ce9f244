/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* Certificate payload, RFC 3830 6.7 (3830-6.7-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !  Next Payload ! Cert Type     !           Cert len            !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !                         Certificate data                      ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyCert),
  MIKEY_UINT (MikeyCert, cert_type, "Cert Type", 8,
              .registry = MIKEY_REG_CERT_TYPE),
  MIKEY_BYTES (MikeyCert, data, "Certificate data", 16),
};

const MikeyPayloadType mikey_payload_cert
    = { MIKEY_PAYLOAD_CERT, MIKEY_PLACE_MESSAGE,
        MIKEY_STRUCT (MikeyCert, "CERT", fields) };
