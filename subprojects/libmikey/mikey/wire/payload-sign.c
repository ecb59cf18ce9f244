/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* Signature payload, RFC 3830 6.5 (3830-6.5-01, 3830-6.5-02, 6509-4.3-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! S type| Signature len         ! Signature                     ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Always the last payload: it has no Next payload field. */

static const MikeyField fields[] = {
  MIKEY_UINT (MikeySign, s_type, "S type", 4, .registry = MIKEY_REG_S_TYPE),
  MIKEY_BYTES (MikeySign, signature, "Signature", 12),
};

const MikeyPayloadType mikey_payload_sign
    = { MIKEY_PAYLOAD_SIGN, MIKEY_PLACE_MESSAGE,
        MIKEY_STRUCT (MikeySign, "SIGN", fields) };
