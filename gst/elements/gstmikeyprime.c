/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "gstmikeykeymemory.h"
#include "gstmikeyprime.h"
#include "gstmikeysrtp.h"

/* Sequence numbers further ahead than 32768 look like old ones. */
#define STEP G_GUINT64_CONSTANT (32000)
/* Packets that come late by less than this still find their place. */
#define ROOM G_GUINT64_CONSTANT (16384)
/* Below, a new session finds the index by itself. */
#define FIRST_WRAP G_GUINT64_CONSTANT (65536)

gboolean gst_mikey_prime_enabled = TRUE;

static __thread gboolean under_way;

gboolean
gst_mikey_prime_is_under_way (void)
{
  return under_way;
}

guint64
gst_mikey_index_of (const GstMikeyIndex *self, guint16 seq)
{
  gint64 index;

  if (!self->known)
    return seq;
  index = (gint64)self->highest + (gint16)(seq - (guint16)self->highest);
  return index < 0 ? seq : (guint64)index;
}

guint64
gst_mikey_index_take (GstMikeyIndex *self, guint16 seq)
{
  guint64 index = gst_mikey_index_of (self, seq);

  if (!self->known || index > self->highest)
    self->highest = index;
  self->known = TRUE;
  return index;
}

static GstBuffer *
make_rtp (guint32 ssrc, guint16 seq)
{
  guint8 packet[13] = { 0x80, 0 };

  GST_WRITE_UINT16_BE (packet + 2, seq);
  GST_WRITE_UINT32_BE (packet + 8, ssrc);
  return gst_buffer_new_memdup (packet, sizeof packet);
}

/* A receiver report without reports. */
static GstBuffer *
make_rtcp (guint32 ssrc)
{
  guint8 packet[8] = { 0x80, 201, 0, 1 };

  GST_WRITE_UINT32_BE (packet + 4, ssrc);
  return gst_buffer_new_memdup (packet, sizeof packet);
}

static gboolean
push (const GstMikeyPrime *prime, GstBuffer *packet)
{
  return gst_pad_chain (prime->sinkpad, packet) == GST_FLOW_OK;
}

/* Makes srtpenc take the key now, while only this thread uses it, whatever the
 * next packet will be. The stream of this packet is nobody's. */
static gboolean
push_first (const GstMikeyPrime *prime)
{
  guint32 ssrc = ~prime->ssrc;

  return push (prime, prime->rtcp ? make_rtcp (ssrc) : make_rtp (ssrc, 0));
}

/* Whether srtpenc lost the rollover counter, told by what it says rather than
 * by its version. */
static gboolean
lost_counter (const GstMikeyPrime *prime, guint64 last)
{
  guint32 roc = 0;

  return !gst_mikey_srtp_get_roc (prime->srtpenc, prime->ssrc, &roc)
         || (roc != (guint32)(last >> 16)
             && roc != (guint32)(prime->next >> 16));
}

static gboolean
push_rtp (const GstMikeyPrime *prime)
{
  guint64 next = prime->next;
  guint64 last;

  if (next == 0 || (!prime->close && next < FIRST_WRAP))
    return TRUE;
  last = next - (prime->close ? 1 : ROOM);
  if (!lost_counter (prime, last))
    return TRUE;
  for (guint64 index = STEP; index < last; index += STEP)
    if (!push (prime, make_rtp (prime->ssrc, index)))
      return FALSE;
  return push (prime, make_rtp (prime->ssrc, last));
}

/* SRTCP counts packets by itself. */
static gboolean
push_rtcp (const GstMikeyPrime *prime)
{
  for (guint64 i = 0; i < prime->count; i++)
    if (!push (prime, make_rtcp (prime->ssrc)))
      return FALSE;
  return TRUE;
}

gboolean
gst_mikey_prime (const GstMikeyPrime *prime, MikeyKeys *keys)
{
  GstBuffer *key = gst_mikey_srtp_set_keys (prime->srtpenc, keys);
  gboolean done;

  under_way = TRUE;
  done = push_first (prime);
  if (done && gst_mikey_prime_enabled)
    done = prime->rtcp ? push_rtcp (prime) : push_rtp (prime);
  under_way = FALSE;
  done = done && gst_mikey_key_buffer_was_read (key);
  gst_buffer_unref (key);
  return done;
}
