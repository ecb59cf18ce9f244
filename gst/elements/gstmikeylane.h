/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_LANE_H
#define GST_MIKEY_LANE_H

#include "gstmikeyprime.h"

G_BEGIN_DECLS

/* The way of one stream (SSRC) of a pad through an srtpenc of its own.
 *
 * MIKEY gives each stream its own key, srtpenc has one key for all, so there is
 * an srtpenc for each stream. RTP and RTCP have separate ones: so each is used
 * by one streaming thread only, and a key change can not race with packets. The
 * first lane of a pad is linked through ghost pads; those of further SSRCs are
 * fed by hand. */

/* Streams of one pad. None is given up for another: when it came back, its
 * packet index would be lost, and with it the safety of its key. */
#define GST_MIKEY_MAX_LANES 64

/**
 * GstMikeyLane:
 * @srtpenc: in the bin; %NULL if it could not be made
 * @sinkpad: of @srtpenc
 * @drain: (nullable): what comes out of further lanes
 * @has_ssrc: whether this lane is in use
 * @ssrc: its stream
 * @index: of its RTP packets
 * @keys: (nullable): what @srtpenc has
 * @stale: @srtpenc was reset, and has not the keys it had
 * @used: packets that @keys have protected
 * @left: packets until @keys reach their limit
 * @floor: packets below would be protected twice with @keys
 */
typedef struct {
  GstElement *srtpenc;
  GstPad *sinkpad;
  GstPad *drain;
  gboolean has_ssrc;
  guint32 ssrc;
  GstMikeyIndex index;
  MikeyKeys *keys;
  gboolean stale;
  guint64 used;
  guint64 left;
  guint64 floor;
} GstMikeyLane;

/* (transfer full): with an srtpenc in BIN whose pads are of the kind RTCP says.
 */
GstMikeyLane *gst_mikey_lane_new (GstBin *bin, gboolean rtcp);
/* (transfer full) (nullable): its srtpenc's source pad. */
GstPad *gst_mikey_lane_get_srcpad (GstMikeyLane *self);
/* Takes the srtpenc out of BIN. */
void gst_mikey_lane_free (GstMikeyLane *self, GstBin *bin);
/* Forgets stream and keys, for the next use. */
void gst_mikey_lane_reset (GstMikeyLane *self);

/* Hands KEYS to the srtpenc, before a packet with SEQ goes through. LIMIT: of
 * packets. FALSE: impossible, an error may be posted. */
gboolean gst_mikey_lane_set_keys (GstMikeyLane *self, gboolean rtcp,
                                  guint16 seq, MikeyKeys *keys, guint64 limit);
/* Whether it has KEYS already. */
gboolean gst_mikey_lane_has_keys (GstMikeyLane *self, MikeyKeys *keys);

G_END_DECLS

#endif
