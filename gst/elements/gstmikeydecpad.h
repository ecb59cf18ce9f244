/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_DEC_PAD_H
#define GST_MIKEY_DEC_PAD_H

#include "gstmikeydec.h"

G_BEGIN_DECLS

/* Streams of one pad that keys are kept for. */
#define GST_MIKEY_MAX_STREAMS 256

/* Keys that a stream may have at a time: the one in use, and the one before, or
 * the one to come. */
#define GST_MIKEY_DEC_STAGES 2

/**
 * GstMikeyDecStage:
 * @pad: whose
 * @srtpdec: (nullable): in the bin; the second one is made when it is needed
 * @inner: its sink pad
 * @drain: (nullable): takes what comes out of the second one
 * @cross: takes what of the other kind was multiplexed
 *
 * An srtpdec that has one key at most of each stream. A new key goes to a stage
 * where the stream has none: giving srtpdec more keys for a stream makes it
 * forget what it has received under the old ones, and so open to replays.
 */
typedef struct {
  GstMikeyDecPad *pad;
  GstElement *srtpdec;
  GstPad *inner;
  GstPad *drain;
  GstPad *cross;
} GstMikeyDecStage;

/**
 * GstMikeyDecPad:
 * @dec: whose
 * @rtcp: RTCP, not RTP
 * @sink: ghost pad
 * @src: ghost pad where the same kind comes out
 * @other: the other kind
 * @stages: each sink pad has its own, so that one streaming thread only uses
 *   them and their keys can be changed without a race
 * @home: index of the stage that has the newest keys
 * @split: some keys are in the other stage, or are to come there, or there are
 *   none at all
 * @held: media were held back until there is an answer
 * @streams: SSRC to GstMikeyDecStream; for the streaming thread
 * @packet: (transfer none): what srtpdec has at the moment
 * @asked: it asked for the key of @asked_ssrc
 * @unprotected: the keys of a stream are none, and that is not allowed
 * @copy: (nullable): @packet, if there was a key
 * @wake: atomic: look at the keys before the next packet
 * @waiting_since: first packet without key, 0 if there is a key
 * @recovered, @lost: packets
 * @keyless: those of @lost for which there was no key
 */
struct _GstMikeyDecPad {
  GstMikeyDec *dec;
  gboolean rtcp;
  GstPad *sink;
  GstPad *src;
  GstMikeyDecPad *other;
  GstMikeyDecStage stages[GST_MIKEY_DEC_STAGES];
  guint home;
  gboolean split;
  gboolean held;
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
  guint64 keyless;
};

/**
 * GstMikeyDecKey:
 * @keys: (nullable): what the stage has, or gets when it asks
 * @roc: rollover counter to begin with
 * @proven: a packet was authentic
 */
typedef struct {
  MikeyKeys *keys;
  guint32 roc;
  gboolean proven;
} GstMikeyDecKey;

/**
 * GstMikeyDecStream:
 * @ssrc: which
 * @csb_id: whose keys it has
 * @at: by stage
 * @last: stage of the last packet that was authentic
 */
typedef struct {
  guint32 ssrc;
  guint32 csb_id;
  GstMikeyDecKey at[GST_MIKEY_DEC_STAGES];
  guint last;
} GstMikeyDecStream;

/* (transfer full): the pads are added to DEC. */
GstMikeyDecPad *gst_mikey_dec_pad_new (GstMikeyDec *dec, gboolean rtcp);
void gst_mikey_dec_pad_free (GstMikeyDecPad *self);
/* Once both are there: what is multiplexed can cross over. */
void gst_mikey_dec_pad_link_cross (GstMikeyDecPad *self, GstMikeyDecPad *other);
/* After streaming ended. */
void gst_mikey_dec_pad_reset (GstMikeyDecPad *self);
void gst_mikey_dec_pad_configure (GstMikeyDecPad *self);
/* Makes the second stage if it is not there; in the streaming thread. */
gboolean gst_mikey_dec_pad_need_stage (GstMikeyDecPad *self, guint index);

/* In gstmikeydeckeys.c, for the streaming thread. */
GstMikeyDecStream *
gst_mikey_dec_pad_find_stream (GstMikeyDecPad *self, guint32 ssrc);
/* (nullable): NULL if there is no key for it. */
GstMikeyDecStream *
gst_mikey_dec_pad_add_stream (GstMikeyDecPad *self, guint32 ssrc);
void gst_mikey_dec_pad_remove_stream (GstMikeyDecPad *self,
                                      GstMikeyDecStream *stream);
gboolean gst_mikey_dec_stream_is_proven (const GstMikeyDecStream *stream);
/* Makes stage INDEX forget a stream, so that it asks for its key again. */
void gst_mikey_dec_pad_forget (GstMikeyDecPad *self, guint index, guint32 ssrc);
/* Brings what the stages have up to date. */
void gst_mikey_dec_pad_renew (GstMikeyDecPad *self);

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
GstFlowReturn gst_mikey_dec_pad_drain_further (GstPad *pad, GstObject *parent,
                                               GstBuffer *buffer);
gboolean gst_mikey_dec_pad_swallow_event (GstPad *pad, GstObject *parent,
                                          GstEvent *event);
/* In gstmikeydeckeys.c. */
GstCaps *
gst_mikey_dec_pad_request_key (GstElement *srtpdec, guint ssrc, gpointer stage);

/* For tests: FALSE leaves a known defect of srtpdec 1.22 alone. */
extern gboolean gst_mikey_dec_make_writable; /* decrypts what others hold */
extern gboolean gst_mikey_dec_remove_keys;   /* ignores new keys with MKI */
extern gboolean gst_mikey_dec_retry_roc;     /* a wrap just before joining */

G_END_DECLS

#endif
