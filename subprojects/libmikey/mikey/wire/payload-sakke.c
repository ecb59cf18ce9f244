/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* SAKKE payload, RFC 6509 4.2 (6509-4.2-01, 6509-4.2-02):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next payload  ! SAKKE params  ! ID scheme     ! SAKKE data    !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! length (cont) ! SAKKE data                                    ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeySakke),
  MIKEY_UINT (MikeySakke, params, "SAKKE params", 8,
              .registry = MIKEY_REG_SAKKE_PARAMS),
  MIKEY_UINT (MikeySakke, id_scheme, "ID scheme", 8,
              .registry = MIKEY_REG_SAKKE_ID_SCHEME),
  MIKEY_BYTES (MikeySakke, data, "SAKKE data", 16),
};

const MikeyPayloadType mikey_payload_sakke
    = { MIKEY_PAYLOAD_SAKKE, MIKEY_PLACE_MESSAGE,
        MIKEY_STRUCT (MikeySakke, "SAKKE", fields) };
