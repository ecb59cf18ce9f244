/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_PRIME_H
#define GST_MIKEY_PRIME_H

#include <gst/gst.h>
#include <mikey/mikey.h>

G_BEGIN_DECLS

/* Gives keys to an srtpenc in the middle of a stream.
 *
 * Up to 1.24, 1.26.10 and 1.28.1, srtpenc makes a new libsrtp session for a new
 * key, whose rollover counters are 0, though the sequence numbers go on and RFC
 * 3711 3.3.1 says that the counter does too. Every srtpenc does so after a
 * flush. No property sets the counter; but packets do. So we send some of our
 * own, in steps that libsrtp takes for a forward jump, up to shortly before
 * where the stream is, and throw away what comes out. */

/**
 * GstMikeyIndex:
 *
 * The SRTP packet index (rollover counter and sequence number) of a stream, as
 * libsrtp estimates it.
 */
typedef struct {
  gboolean known;
  guint64 highest;
} GstMikeyIndex;

/* The index of the packet with SEQ, which may be older than others. */
guint64 gst_mikey_index_of (const GstMikeyIndex *self, guint16 seq);
/* The same, and remembers it if it is the highest. */
guint64 gst_mikey_index_take (GstMikeyIndex *self, guint16 seq);

/**
 * GstMikeyPrime:
 * @srtpenc: what to give keys to
 * @sinkpad: its pad that packets go into
 * @rtcp: which of its two kinds that is
 * @ssrc: of the stream
 * @next: (RTP): the index of the packet that comes next, or, if the same key
 * was in use before, one more than the last that it protected
 * @close: (RTP): go as far as @next; else leave room for packets that are late
 * @count: (RTCP): how many packets this key has protected already
 */
typedef struct {
  GstElement *srtpenc;
  GstPad *sinkpad;
  gboolean rtcp;
  guint32 ssrc;
  guint64 next;
  gboolean close;
  guint64 count;
} GstMikeyPrime;

/* Hands KEYS to srtpenc and brings it to where the stream is. FALSE: it did not
 * take them, and has posted why. */
gboolean gst_mikey_prime (const GstMikeyPrime *prime, MikeyKeys *keys);

/* Whether what comes out of an srtpenc in this thread is to be thrown away. */
gboolean gst_mikey_prime_is_under_way (void);

/* For tests: FALSE makes gst_mikey_prime() leave the counters alone, as an
 * application that only sets `key` does. */
extern gboolean gst_mikey_prime_enabled;

G_END_DECLS

#endif
