/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_ENC_H
#define GST_MIKEY_ENC_H

#include "gstmikeybin.h"

G_BEGIN_DECLS

#define GST_TYPE_MIKEY_ENC (gst_mikey_enc_get_type ())
G_DECLARE_FINAL_TYPE (GstMikeyEnc, gst_mikey_enc, GST, MIKEY_ENC, GstMikeyBin)

/**
 * GstMikeyEnc:
 * @pads: (element-type GstMikeyEncPad): under the bin's lock
 * @offer: (nullable): the first message, which caps carry; under the bin's lock
 * @interval_due: atomic: rekey-interval is over
 * @timer: wakes up every rekey-interval
 */
struct _GstMikeyEnc {
  GstMikeyBin parent;

  GPtrArray *pads;
  GBytes *offer;
  gint interval_due;
  GstClockID timer;
};

GST_ELEMENT_REGISTER_DECLARE (mikeyenc)

G_END_DECLS

#endif
