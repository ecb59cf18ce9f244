/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_DEC_PAD_H
#define GST_MIKEY_DEC_PAD_H

#include "gstmikeydec.h"

G_BEGIN_DECLS

/* Streams of one pad that keys are kept for. */
#define GST_MIKEY_MAX_STREAMS 256

/**
 * GstMikeyDecPad:
 * @dec: whose
 * @rtcp: RTCP, not RTP
 * @sink: ghost pad
 * @src: ghost pad where the same kind comes out
 * @srtpdec: in the bin; one for each sink pad, so that one streaming thread
 * only uses it and its keys can be changed without a race
 * @inner: its sink pad
 * @cross: takes what of the other kind was multiplexed
 * @streams: SSRC to GstMikeyDecStream; for the streaming thread
 * @packet: (transfer none): what srtpdec has at the moment
 * @asked: it asked for the key of @asked_ssrc
 * @unprotected: the keys of a stream are none, and that is not allowed
 * @copy: (nullable): @packet, if there was a key
 * @wake: atomic: look at the keys before the next packet
 * @waiting_since: first packet without key, 0 if there is a key
 * @recovered, @lost: packets
 */
struct _GstMikeyDecPad {
  GstMikeyDec *dec;
  gboolean rtcp;
  GstPad *sink;
  GstPad *src;
  GstElement *srtpdec;
  GstPad *inner;
  GstPad *cross;
  GHashTable *streams;
  GstBuffer *packet;
  gboolean asked;
  guint32 asked_ssrc;
  gboolean unprotected;
  GstBuffer *copy;
  gint wake;
  gint64 waiting_since;
  guint64 recovered;
  guint64 lost;
};

/**
 * GstMikeyDecStream:
 * @ssrc: which
 * @roc: rollover counter to begin with
 * @keys: (element-type MikeyKeys): what srtpdec got
 * @proven: a packet was authentic under these or earlier keys
 */
typedef struct {
  guint32 ssrc;
  guint32 roc;
  GPtrArray *keys;
  gboolean proven;
} GstMikeyDecStream;

/* (transfer full): the pads are added to DEC. */
GstMikeyDecPad *gst_mikey_dec_pad_new (GstMikeyDec *dec, gboolean rtcp);
void gst_mikey_dec_pad_free (GstMikeyDecPad *self);
/* Once both are there: what is multiplexed can cross over. */
void gst_mikey_dec_pad_link_cross (GstMikeyDecPad *self, GstMikeyDecPad *other);
/* After streaming ended. */
void gst_mikey_dec_pad_reset (GstMikeyDecPad *self);
void gst_mikey_dec_pad_configure (GstMikeyDecPad *self);

/* In gstmikeydecflow.c. */
GstFlowReturn
gst_mikey_dec_pad_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer);
GstFlowReturn gst_mikey_dec_pad_chain_list (GstPad *pad, GstObject *parent,
                                            GstBufferList *list);
gboolean
gst_mikey_dec_pad_sink_event (GstPad *pad, GstObject *parent, GstEvent *event);
GstFlowReturn
gst_mikey_dec_pad_drain (GstPad *pad, GstObject *parent, GstBuffer *buffer);
GstFlowReturn gst_mikey_dec_pad_drain_cross (GstPad *pad, GstObject *parent,
                                             GstBuffer *buffer);
gboolean gst_mikey_dec_pad_drain_cross_event (GstPad *pad, GstObject *parent,
                                              GstEvent *event);
GstCaps *gst_mikey_dec_pad_request_key (GstElement *srtpdec, guint ssrc,
                                        gpointer user_data);

/* For tests: FALSE leaves a known defect of srtpdec 1.22 alone. */
extern gboolean gst_mikey_dec_make_writable; /* decrypts what others hold */
extern gboolean gst_mikey_dec_remove_keys;   /* ignores new keys with MKI */
extern gboolean gst_mikey_dec_retry_roc;     /* a wrap just before joining */

G_END_DECLS

#endif
