/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

/* What happens to a packet, and to an event, in mikeydec. */

#include "gstmikeycarrier.h"
#include "gstmikeydecpad.h"
#include "gstmikeysrtp.h"

GST_DEBUG_CATEGORY_EXTERN (gst_mikey_dec_debug);
#define GST_CAT_DEFAULT gst_mikey_dec_debug

/* Microseconds that media wait for the answer to our offer. */
#define ANSWER_PATIENCE G_USEC_PER_SEC

gboolean gst_mikey_dec_make_writable = TRUE;
gboolean gst_mikey_dec_retry_roc = TRUE;

/* Packets that came out of srtpdec in this thread: srtpdec drops what is not
 * authentic without telling. */
static __thread guint delivered;

static GstMikeyBin *
bin_of (GstMikeyDecPad *self)
{
  return GST_MIKEY_BIN (self->dec);
}

static GstMikeyDecPad *
pad_of (GstPad *pad)
{
  return gst_pad_get_element_private (pad);
}

/* Hands BUFFER to stage INDEX; *OUT: it was authentic. */
static inline GstFlowReturn
forward (GstMikeyDecPad *self, guint index, GstBuffer *buffer, gboolean *out)
{
  guint before = delivered;
  GstFlowReturn flow;

  self->packet = buffer;
  flow = gst_mikey_srtp_feed (self->stages[index].inner, buffer);
  *out = delivered != before;
  return flow;
}

/* --- after packets that are not like most --- */

/* A packet could not be recovered for want of a key. */
static GstFlowReturn
miss_key (GstMikeyDecPad *self, guint32 ssrc)
{
  GstMikeyBin *bin = bin_of (self);
  gint64 now = g_get_monotonic_time ();
  gint timeout = bin->settings.key_timeout;

  self->keyless++;
  if (self->unprotected) {
    gst_mikey_bin_fail_unprotected (bin);
    return GST_FLOW_ERROR;
  }
  if (gst_mikey_bin_has_keys (bin)) {
    GST_DEBUG_OBJECT (self->sink, "there is no key for stream %08x", ssrc);
    return GST_FLOW_OK;
  }
  if (bin->failed)
    return GST_FLOW_ERROR;
  if (self->waiting_since == 0)
    self->waiting_since = now;
  if (timeout < 0 || now - self->waiting_since < timeout * G_USEC_PER_SEC)
    return GST_FLOW_OK;
  gst_mikey_bin_fail_without_key (bin);
  return GST_FLOW_ERROR;
}

/* The rollover counter may have moved on since the message that told it, or the
 * first packet may be one from before it did. */
static GstFlowReturn
retry (GstMikeyDecPad *self, GstMikeyDecStream *stream, guint index,
       gboolean *out)
{
  static const gint steps[] = { 1, -1 };
  GstMikeyDecKey *key = &stream->at[index];
  guint32 roc = key->roc;
  GstFlowReturn flow = GST_FLOW_OK;

  for (guint i = 0; i < G_N_ELEMENTS (steps) && !*out; i++) {
    if (roc == 0 && steps[i] < 0)
      continue;
    gst_mikey_dec_pad_forget (self, index, stream->ssrc);
    key->roc = roc + steps[i];
    flow = forward (self, index, gst_buffer_copy_deep (self->copy), out);
  }
  if (!*out)
    key->roc = roc;
  return flow;
}

static void
note_use (GstMikeyDecPad *self, MikeyKeys *keys)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (bin_of (self));

  if (agent)
    gst_mikey_agent_note_use (agent, keys);
  g_clear_object (&agent);
}

/* The stream that srtpdec asked for: did its first packet prove authentic? What
 * did not takes up no place. */
static GstFlowReturn
settle_stream (GstMikeyDecPad *self, GstMikeyDecStream *stream, guint index,
               GstFlowReturn flow, gboolean *out)
{
  if (!*out && !self->rtcp && gst_mikey_dec_retry_roc)
    flow = retry (self, stream, index, out);
  if (*out) {
    stream->at[index].proven = TRUE;
    self->waiting_since = 0;
    note_use (self, stream->at[index].keys);
    return flow;
  }
  gst_mikey_dec_pad_forget (self, index, stream->ssrc);
  if (!gst_mikey_dec_stream_is_proven (stream))
    gst_mikey_dec_pad_remove_stream (self, stream);
  return flow;
}

/* Stage INDEX asked for a key. */
static GstFlowReturn
settle (GstMikeyDecPad *self, guint index, GstFlowReturn flow, gboolean *out)
{
  GstMikeyDecStream *stream
      = self->copy ? gst_mikey_dec_pad_find_stream (self, self->asked_ssrc)
                   : NULL;

  flow = stream ? settle_stream (self, stream, index, flow, out)
                : miss_key (self, self->asked_ssrc);
  self->asked = FALSE;
  gst_clear_buffer (&self->copy);
  return flow;
}

/* --- packets --- */

static inline GstFlowReturn
attempt (GstMikeyDecPad *self, guint index, GstBuffer *buffer, gboolean *out)
{
  GstFlowReturn flow = forward (self, index, buffer, out);

  return G_UNLIKELY (self->asked) ? settle (self, index, flow, out) : flow;
}

/* The stage whose key PACKET was protected with, by its MKI. There are none if
 * keys have no MKI. */
static gboolean
choose_stage (const GstMikeyDecStream *stream, const GstMikeyPacket *packet,
              GstBuffer *buffer, guint *index)
{
  for (guint i = 0; i < GST_MIKEY_DEC_STAGES; i++) {
    MikeyKeys *keys = stream->at[i].keys;

    if (keys && gst_mikey_srtp_has_mki (keys, packet->rtcp, buffer)) {
      *index = i;
      return TRUE;
    }
  }
  return FALSE;
}

/* Without an MKI only trying tells which key it was. */
static GstFlowReturn
attempt_all (GstMikeyDecPad *self, guint32 ssrc, guint first, GstBuffer *buffer,
             gboolean *out)
{
  guint second = (first + 1) % GST_MIKEY_DEC_STAGES;
  GstFlowReturn flow
      = attempt (self, first, gst_buffer_copy_deep (buffer), out);
  GstMikeyDecStream *stream = gst_mikey_dec_pad_find_stream (self, ssrc);

  if (!*out && stream && stream->at[second].keys)
    return attempt (self, second, buffer, out);
  gst_buffer_unref (buffer);
  return flow;
}

/* As Initiator, media may overtake the answer that brings their keys: holds
 * them back for a moment, once. Nothing else waits in this thread meanwhile,
 * and what comes stays with whoever brings it. */
static void
await_answer (GstMikeyDecPad *self)
{
  GstMikeyBin *bin = bin_of (self);
  gint64 end = g_get_monotonic_time () + ANSWER_PATIENCE;
  gboolean in_time = !self->held && !gst_mikey_bin_is_inband (bin);

  g_mutex_lock (&bin->lock);
  while (in_time && bin->running && bin->state == MIKEY_STATE_OFFERED) {
    self->held = TRUE;
    in_time = g_cond_wait_until (&bin->changed, &bin->lock, end);
  }
  g_mutex_unlock (&bin->lock);
  if (g_atomic_int_get (&self->wake))
    gst_mikey_dec_pad_renew (self);
}

static GstMikeyDecStream *
find_stream (GstMikeyDecPad *self, guint32 ssrc)
{
  GstMikeyDecStream *stream = gst_mikey_dec_pad_find_stream (self, ssrc);

  if (stream)
    return stream;
  await_answer (self);
  return gst_mikey_dec_pad_add_stream (self, ssrc);
}

/* While streams have keys in several stages, or there are none. */
static GstFlowReturn
route (GstMikeyDecPad *self, GstBuffer *buffer, gboolean *out)
{
  GstMikeyPacket packet;
  GstMikeyDecStream *stream = NULL;
  GstFlowReturn flow;
  guint index = self->home;

  if (gst_mikey_packet_read (&packet, buffer))
    stream = find_stream (self, packet.ssrc);
  if (!stream)
    return attempt (self, index, buffer, out);
  index = stream->last;
  if (!stream->at[index].keys)
    index = (index + 1) % GST_MIKEY_DEC_STAGES;
  if (choose_stage (stream, &packet, buffer, &index)
      || mikey_keys_get_mki (stream->at[index].keys))
    flow = attempt (self, index, buffer, out);
  else
    flow = attempt_all (self, packet.ssrc, index, buffer, out);
  return flow;
}

/* srtpdec up to 1.24.10 decrypts in place even what others hold as well, and
 * passes on a buffer that it has freed. */
static GstBuffer *
make_writable (GstBuffer *buffer)
{
  return gst_mikey_dec_make_writable ? gst_buffer_make_writable (buffer)
                                     : buffer;
}

GstFlowReturn
gst_mikey_dec_pad_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstMikeyDecPad *self = pad_of (pad);
  GstFlowReturn flow;
  gboolean out;

  if (G_UNLIKELY (g_atomic_int_get (&self->wake)))
    gst_mikey_dec_pad_renew (self);
  buffer = make_writable (buffer);
  if (G_LIKELY (!self->split))
    flow = attempt (self, self->home, buffer, &out);
  else
    flow = route (self, buffer, &out);
  if (G_LIKELY (out))
    self->recovered++;
  else
    self->lost++;
  return flow;
}

static gboolean
take_buffer (GstBuffer **buffer, guint i, gpointer array)
{
  g_ptr_array_add (array, *buffer);
  *buffer = NULL;
  return TRUE;
}

/* srtpdec knows no lists. Taking the packets out of the list, rather than
 * adding a reference to each, saves a copy of each. */
GstFlowReturn
gst_mikey_dec_pad_chain_list (GstPad *pad, GstObject *parent,
                              GstBufferList *list)
{
  GPtrArray *packets = g_ptr_array_sized_new (gst_buffer_list_length (list));
  GstFlowReturn flow = GST_FLOW_OK;
  guint i;

  list = gst_buffer_list_make_writable (list);
  gst_buffer_list_foreach (list, take_buffer, packets);
  gst_buffer_list_unref (list);
  for (i = 0; flow == GST_FLOW_OK && i < packets->len; i++)
    flow = gst_mikey_dec_pad_chain (pad, parent, packets->pdata[i]);
  for (; i < packets->len; i++)
    gst_buffer_unref (packets->pdata[i]);
  g_ptr_array_unref (packets);
  return flow;
}

/* --- events --- */

/* As Initiator we speak as soon as somebody upstream can hear it. */
static void
speak_upstream (GstMikeyDecPad *self)
{
  GstMikeyBin *bin = bin_of (self);

  if (gst_mikey_bin_is_initiator (bin) && gst_mikey_bin_is_inband (bin))
    gst_mikey_bin_speak (bin);
}

static void
hear (GstMikeyDecPad *self, GBytes *message, const gchar *carrier)
{
  if (!message)
    return;
  gst_mikey_bin_hear (bin_of (self), message, carrier);
  g_bytes_unref (message);
}

/* Only keys that MIKEY brought count, so what srtpenc puts into caps is left
 * out here. */
static gboolean
handle_caps (GstMikeyDecPad *self, GstPad *pad, GstObject *parent,
             GstEvent *event)
{
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  hear (self, gst_mikey_carrier_from_caps (caps), "caps");
  caps = gst_mikey_srtp_strip_caps (gst_caps_copy (caps));
  gst_event_unref (event);
  event = gst_event_new_caps (caps);
  gst_caps_unref (caps);
  return gst_pad_event_default (pad, parent, event);
}

gboolean
gst_mikey_dec_pad_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstMikeyDecPad *self = pad_of (pad);
  GstEventType type = GST_EVENT_TYPE (event);
  gboolean done;

  if (gst_mikey_carrier_is_event (event)) {
    hear (self, gst_mikey_carrier_from_event (event), "event");
    gst_event_unref (event);
    return TRUE;
  }
  if (type == GST_EVENT_CAPS)
    return handle_caps (self, pad, parent, event);
  done = gst_pad_event_default (pad, parent, event);
  if (type == GST_EVENT_SEGMENT)
    speak_upstream (self);
  return done;
}

/* --- what srtpdec gives --- */

GstFlowReturn
gst_mikey_dec_pad_drain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  delivered++;
  return gst_proxy_pad_chain_default (pad, parent, buffer);
}

GstFlowReturn
gst_mikey_dec_pad_drain_further (GstPad *pad, GstObject *parent,
                                 GstBuffer *buffer)
{
  delivered++;
  return gst_pad_push (pad_of (pad)->src, buffer);
}

/* What srtpdec tells downstream was told by the first stage. */
gboolean
gst_mikey_dec_pad_swallow_event (GstPad *pad, GstObject *parent,
                                 GstEvent *event)
{
  gst_event_unref (event);
  return TRUE;
}

/* Nobody has to be interested in RTCP. */
GstFlowReturn
gst_mikey_dec_pad_drain_cross (GstPad *pad, GstObject *parent,
                               GstBuffer *buffer)
{
  GstFlowReturn flow = gst_pad_push (pad_of (pad)->src, buffer);

  delivered++;
  return flow == GST_FLOW_NOT_LINKED ? GST_FLOW_OK : flow;
}

/* srtpdec begins this stream by itself; the other sink pad may have begun it.
 */
gboolean
gst_mikey_dec_pad_drain_cross_event (GstPad *pad, GstObject *parent,
                                     GstEvent *event)
{
  GstPad *src = pad_of (pad)->src;
  GstEvent *there
      = GST_EVENT_IS_STICKY (event)
            ? gst_pad_get_sticky_event (src, GST_EVENT_TYPE (event), 0)
            : NULL;

  if (!GST_EVENT_IS_STICKY (event) || there) {
    gst_clear_event (&there);
    gst_event_unref (event);
    return TRUE;
  }
  gst_pad_push_event (src, event);
  return TRUE;
}
