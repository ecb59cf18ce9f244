/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_ENC_PAD_H
#define GST_MIKEY_ENC_PAD_H

#include "gstmikeyenc.h"
#include "gstmikeylane.h"

G_BEGIN_DECLS

/**
 * GstMikeyEncPad:
 * @enc: whose pads these are
 * @rtcp: RTCP, not RTP
 * @index: number in the pads' names
 * @sink: ghost pad of the first lane's srtpenc
 * @src: the same, where all lanes end
 * @lanes: (element-type GstMikeyLane): at least one; for the streaming thread,
 *   which changes it under the bin's lock
 * @current: the lane of the last packet
 * @wake: atomic: there is something to do before the next packet
 * @linked: atomic: there may be somebody new downstream
 * @flushing: under the bin's lock
 * @outbox: messages to put into the stream; under the bin's lock
 * @caps: (nullable): those of @src, without message
 * @waiting_since: when the wait for a key began, 0 if there is one
 * @dropped: packets that were not sent, for want of a key
 *
 * A pair of pads of mikeyenc, what goes in and what comes out.
 */
typedef struct {
  GstMikeyEnc *enc;
  gboolean rtcp;
  guint index;
  GstPad *sink;
  GstPad *src;
  GPtrArray *lanes;
  GstMikeyLane *current;
  gint wake;
  gint linked;
  gboolean flushing;
  GQueue outbox;
  GstCaps *caps;
  gint64 waiting_since;
  guint64 dropped;
} GstMikeyEncPad;

/* (transfer full): the pads are added to ENC. */
GstMikeyEncPad *
gst_mikey_enc_pad_new (GstMikeyEnc *enc, gboolean rtcp, guint index);
/* Removes the pads. */
void gst_mikey_enc_pad_free (GstMikeyEncPad *self);
/* After streaming ended: forgets streams and messages. */
void gst_mikey_enc_pad_reset (GstMikeyEncPad *self);
/* Makes the streaming thread look around; takes the bin's lock. */
void gst_mikey_enc_pad_wake (GstMikeyEncPad *self);
/* Puts MESSAGE into the stream before the next packet. */
void gst_mikey_enc_pad_send (GstMikeyEncPad *self, GBytes *message);
/* Hands the srtpenc properties that are the same. */
void gst_mikey_enc_pad_configure (GstMikeyEncPad *self);
/* The GstMikeyEncPad of a sink pad. */
GstMikeyEncPad *gst_mikey_enc_pad_of (GstPad *sink);

/* In gstmikeyencflow.c: what the pads do with packets and events. */
GstFlowReturn
gst_mikey_enc_pad_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer);
GstFlowReturn gst_mikey_enc_pad_chain_list (GstPad *pad, GstObject *parent,
                                            GstBufferList *list);
gboolean
gst_mikey_enc_pad_sink_event (GstPad *pad, GstObject *parent, GstEvent *event);
gboolean
gst_mikey_enc_pad_src_event (GstPad *pad, GstObject *parent, GstEvent *event);
GstFlowReturn
gst_mikey_enc_pad_drain (GstPad *pad, GstObject *parent, GstBuffer *buffer);
GstFlowReturn gst_mikey_enc_pad_drain_list (GstPad *pad, GstObject *parent,
                                            GstBufferList *list);
gboolean
gst_mikey_enc_pad_drain_event (GstPad *pad, GstObject *parent, GstEvent *event);
/* (transfer none) (nullable): the lane for SSRC, made if need be. */
GstMikeyLane *gst_mikey_enc_pad_get_lane (GstMikeyEncPad *self, guint32 ssrc);

G_END_DECLS

#endif
