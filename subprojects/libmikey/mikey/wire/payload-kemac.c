/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* Key data transport payload, RFC 3830 6.2 (3830-6.2-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next payload  ! Encr alg      ! Encr data len                 !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !                        Encr data                              ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Mac alg       !        MAC                                    ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

#define ENCR_NULL 0

static gsize
mac_length (const void *self)
{
  return mikey_registry_octets (MIKEY_REG_MAC_ALG,
                                ((const MikeyKemac *)self)->mac_alg);
}

/* Keys without encryption can be shown: an RTSP camera's, for instance. */
static guint32
plain_chain (const void *self)
{
  const MikeyKemac *kemac = self;

  return kemac->encr_alg == ENCR_NULL && kemac->encr_data.len
             ? MIKEY_PAYLOAD_KEY_DATA
             : MIKEY_PAYLOAD_LAST;
}

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyKemac),
  MIKEY_UINT (MikeyKemac, encr_alg, "Encr alg", 8,
              .registry = MIKEY_REG_ENCR_ALG),
  MIKEY_BYTES (MikeyKemac, encr_data, "Encr data", 16,
               .flags = MIKEY_FIELD_SECRET, .chain = plain_chain),
  /* 3830-6.2-02: an unknown MAC has no known length. */
  MIKEY_UINT (MikeyKemac, mac_alg, "Mac alg", 8, .registry = MIKEY_REG_MAC_ALG,
              .unknown = MIKEY_FAULT_BAD_MAC),
  MIKEY_BYTES (MikeyKemac, mac, "MAC", 0, .length = mac_length),
};

const MikeyPayloadType mikey_payload_kemac
    = { MIKEY_PAYLOAD_KEMAC, MIKEY_PLACE_MESSAGE | MIKEY_PLACE_DATA,
        MIKEY_STRUCT (MikeyKemac, "KEMAC", fields) };
