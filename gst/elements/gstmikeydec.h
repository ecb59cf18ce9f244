/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_DEC_H
#define GST_MIKEY_DEC_H

#include "gstmikeybin.h"

G_BEGIN_DECLS

#define GST_TYPE_MIKEY_DEC (gst_mikey_dec_get_type ())
G_DECLARE_FINAL_TYPE (GstMikeyDec, gst_mikey_dec, GST, MIKEY_DEC, GstMikeyBin)

typedef struct _GstMikeyDecPad GstMikeyDecPad;

/* What comes in at rtp_sink, and at rtcp_sink. */
enum { GST_MIKEY_DEC_RTP, GST_MIKEY_DEC_RTCP, GST_MIKEY_DEC_N_PADS };

struct _GstMikeyDec {
  GstMikeyBin parent;

  GstMikeyDecPad *pads[GST_MIKEY_DEC_N_PADS];
};

GST_ELEMENT_REGISTER_DECLARE (mikeydec)

G_END_DECLS

#endif
