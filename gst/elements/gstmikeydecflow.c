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

gboolean gst_mikey_dec_make_writable = TRUE;
gboolean gst_mikey_dec_remove_keys = TRUE;
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

static GstMikeyDecStream *
find_stream (GstMikeyDecPad *self, guint32 ssrc)
{
  return g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));
}

/* --- keys --- */

static GPtrArray *
find_keys (GstMikeyDecPad *self, guint32 ssrc)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (bin_of (self));
  GPtrArray *keys
      = agent ? gst_mikey_agent_find_keys (agent, ssrc, FALSE, NULL) : NULL;

  g_clear_object (&agent);
  return keys;
}

static gboolean
same_keys (GPtrArray *a, GPtrArray *b)
{
  if (!a || !b || a->len != b->len)
    return a == b;
  for (guint i = 0; i < a->len; i++)
    if (!mikey_keys_equal (a->pdata[i], b->pdata[i]))
      return FALSE;
  return TRUE;
}

/* (transfer full) (nullable): what SRTP needs for stream SSRC. */
static GstCaps *
answer_request (GstMikeyDecPad *self, guint32 ssrc)
{
  GPtrArray *keys = find_keys (self, ssrc);
  GstMikeyDecStream *stream = find_stream (self, ssrc);

  if (!keys)
    return NULL;
  if (!gst_mikey_srtp_protects (keys->pdata[0])) {
    g_ptr_array_unref (keys);
    self->unprotected = TRUE;
    return NULL;
  }
  if (!stream) {
    stream = g_new0 (GstMikeyDecStream, 1);
    stream->ssrc = ssrc;
    stream->roc = mikey_keys_get_roc (keys->pdata[0]);
    g_hash_table_insert (self->streams, GUINT_TO_POINTER (ssrc), stream);
  }
  g_clear_pointer (&stream->keys, g_ptr_array_unref);
  stream->keys = keys;
  return gst_mikey_srtp_make_caps (self->srtpdec, ssrc, stream->roc, keys);
}

/* srtpdec asks, with its object lock held: nothing here takes that lock, or
 * waits. It asks for the first packet of a stream that it does not know, or not
 * any more; that packet is the one to try again with, should it fail, and is
 * still as it came. In the streaming thread of this pad. */
GstCaps *
gst_mikey_dec_pad_request_key (GstElement *srtpdec, guint ssrc,
                               gpointer user_data)
{
  GstMikeyDecPad *self = user_data;
  GstCaps *caps;

  if (g_hash_table_size (self->streams) >= GST_MIKEY_MAX_STREAMS
      && !find_stream (self, ssrc))
    return NULL;
  caps = answer_request (self, ssrc);
  self->asked = TRUE;
  self->asked_ssrc = ssrc;
  if (caps && !self->copy && self->packet)
    self->copy = gst_buffer_copy_deep (self->packet);
  return caps;
}

/* Makes srtpdec forget a stream, so that it asks for its keys again: new keys
 * for one that it has would be ignored if they have an MKI. */
static void
forget_in_srtpdec (GstMikeyDecPad *self, guint32 ssrc)
{
  g_signal_emit_by_name (self->srtpdec, "remove-key", ssrc);
}

static void
renew_stream (GstMikeyDecPad *self, GstMikeyDecStream *stream)
{
  guint32 roc;

  if (!gst_mikey_dec_remove_keys)
    return;
  if (stream->proven
      && gst_mikey_srtp_get_roc (self->srtpdec, stream->ssrc, &roc))
    stream->roc = roc;
  forget_in_srtpdec (self, stream->ssrc);
}

/* Brings what srtpdec has up to date. */
static void
renew_streams (GstMikeyDecPad *self)
{
  GHashTableIter iter;
  gpointer value;

  g_atomic_int_set (&self->wake, FALSE);
  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    GstMikeyDecStream *stream = value;
    GPtrArray *keys = find_keys (self, stream->ssrc);

    if (!same_keys (keys, stream->keys))
      renew_stream (self, stream);
    g_clear_pointer (&keys, g_ptr_array_unref);
  }
}

/* --- packets --- */

/* Hands BUFFER to srtpdec; *OUT: it was authentic. */
static inline GstFlowReturn
forward (GstMikeyDecPad *self, GstBuffer *buffer, gboolean *out)
{
  guint before = delivered;
  GstFlowReturn flow;

  self->packet = buffer;
  flow = gst_mikey_srtp_feed (self->inner, buffer);
  *out = delivered != before;
  return flow;
}

static gboolean
has_any_key (GstMikeyDecPad *self)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (bin_of (self));
  GPtrArray *keys = agent ? gst_mikey_agent_get_keys (agent) : NULL;
  gboolean some = keys && keys->len > 0;

  if (keys)
    g_ptr_array_unref (keys);
  g_clear_object (&agent);
  return some;
}

/* A packet could not be recovered for want of a key. */
static GstFlowReturn
miss_key (GstMikeyDecPad *self, guint32 ssrc)
{
  GstMikeyBin *bin = bin_of (self);
  gint64 now = g_get_monotonic_time ();
  gint timeout = bin->settings.key_timeout;

  if (self->unprotected) {
    gst_mikey_bin_fail_unprotected (bin);
    return GST_FLOW_ERROR;
  }
  if (has_any_key (self)) {
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
retry (GstMikeyDecPad *self, GstMikeyDecStream *stream, gboolean *out)
{
  static const gint steps[] = { 1, -1 };
  guint32 roc = stream->roc;
  GstFlowReturn flow = GST_FLOW_OK;

  for (guint i = 0; i < G_N_ELEMENTS (steps) && !*out; i++) {
    if (roc == 0 && steps[i] < 0)
      continue;
    forget_in_srtpdec (self, stream->ssrc);
    stream->roc = roc + steps[i];
    flow = forward (self, gst_buffer_copy_deep (self->copy), out);
  }
  if (!*out)
    stream->roc = roc;
  return flow;
}

/* The stream that srtpdec asked for: did its first packet prove authentic? What
 * did not takes up no place. */
static GstFlowReturn
settle_stream (GstMikeyDecPad *self, GstMikeyDecStream *stream,
               GstFlowReturn flow, gboolean *out)
{
  if (!*out && !self->rtcp && gst_mikey_dec_retry_roc)
    flow = retry (self, stream, out);
  if (*out) {
    stream->proven = TRUE;
    self->waiting_since = 0;
    return flow;
  }
  forget_in_srtpdec (self, stream->ssrc);
  if (!stream->proven)
    g_hash_table_remove (self->streams, GUINT_TO_POINTER (stream->ssrc));
  return flow;
}

/* After a packet that is not like most. */
static GstFlowReturn
settle (GstMikeyDecPad *self, GstFlowReturn flow, gboolean out)
{
  GstMikeyDecStream *stream;

  if (self->asked) {
    stream = self->copy ? find_stream (self, self->asked_ssrc) : NULL;
    flow = stream ? settle_stream (self, stream, flow, &out)
                  : miss_key (self, self->asked_ssrc);
    self->asked = FALSE;
    gst_clear_buffer (&self->copy);
  }
  if (out)
    self->recovered++;
  else
    self->lost++;
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
    renew_streams (self);
  flow = forward (self, make_writable (buffer), &out);
  if (G_UNLIKELY (self->asked || !out))
    return settle (self, flow, out);
  self->recovered++;
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
