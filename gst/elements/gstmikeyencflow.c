/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

/* What happens to a packet, and to an event, in mikeyenc. */

#include "gstmikeycarrier.h"
#include "gstmikeyencpad.h"
#include "gstmikeysrtp.h"

GST_DEBUG_CATEGORY_EXTERN (gst_mikey_enc_debug);
#define GST_CAT_DEFAULT gst_mikey_enc_debug

/* The packet is to be dropped, without an error. */
#define FLOW_DROP GST_FLOW_CUSTOM_SUCCESS

/* RFC 3711 9.2 allows 2^48 RTP and 2^31 RTCP packets under a key, which libsrtp
 * enforces; new keys are due a good while before (3830-9.2-01), and long before
 * AES has seen 2^64 blocks (3830-9.2-02). */
#define RTP_LIMIT  (G_GUINT64_CONSTANT (1) << 47)
#define RTCP_LIMIT (G_GUINT64_CONSTANT (1) << 30)

typedef enum { KEY_READY, KEY_MISSING, KEY_UNSAID, KEY_FAILED } KeyState;

static GstMikeyBin *
bin_of (GstMikeyEncPad *self)
{
  return GST_MIKEY_BIN (self->enc);
}

/* --- messages into the stream --- */

/* Renews the caps of the source pad: those of srtpenc, with the offer. */
static gboolean
push_caps (GstMikeyEncPad *self)
{
  GstMikeyBin *bin = bin_of (self);
  GstCaps *caps, *now;
  GBytes *offer;
  gboolean done = TRUE;

  if (!self->caps)
    return TRUE;
  g_mutex_lock (&bin->lock);
  offer = self->enc->offer ? g_bytes_ref (self->enc->offer) : NULL;
  g_mutex_unlock (&bin->lock);
  caps = gst_caps_ref (self->caps);
  if (offer)
    caps = gst_mikey_carrier_to_caps (caps, offer);
  now = gst_pad_get_current_caps (self->src);
  /* A new key makes srtpenc send caps too, which nobody needs to see. */
  if (!now || !gst_caps_is_equal (now, caps))
    done = gst_pad_push_event (self->src, gst_event_new_caps (caps));
  g_clear_pointer (&offer, g_bytes_unref);
  gst_clear_caps (&now);
  gst_caps_unref (caps);
  return done;
}

static GBytes *
take_from_outbox (GstMikeyEncPad *self)
{
  GBytes *message;

  g_mutex_lock (&bin_of (self)->lock);
  message = g_queue_pop_head (&self->outbox);
  g_mutex_unlock (&bin_of (self)->lock);
  return message;
}

static gboolean
is_in_caps (GstMikeyEncPad *self, GBytes *message)
{
  gboolean is_offer;

  g_mutex_lock (&bin_of (self)->lock);
  is_offer = message == self->enc->offer;
  g_mutex_unlock (&bin_of (self)->lock);
  return is_offer && self->caps;
}

/* The first message goes into the caps, where SDP and files find it. Those that
 * follow go as events: new caps would have everybody downstream set up again.
 * The answer may come back while a message is still on its way down. */
static void
push_messages (GstMikeyEncPad *self)
{
  GBytes *message;

  while ((message = take_from_outbox (self))) {
    if (is_in_caps (self, message))
      push_caps (self);
    else
      gst_pad_push_event (self->src,
                          gst_mikey_carrier_to_event (message, TRUE));
    g_bytes_unref (message);
  }
}

/* Tells the peer of stream SSRC. A Responder does so only if the Initiator left
 * no place for it. */
static gboolean
declare_stream (GstMikeyEncPad *self, guint32 ssrc, guint32 roc)
{
  GstMikeyBin *bin = bin_of (self);
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (bin);
  GPtrArray *keys;

  if (!agent)
    return TRUE;
  keys = gst_mikey_agent_find_keys (agent, ssrc,
                                    gst_mikey_bin_is_initiator (bin), NULL);
  if (keys)
    g_ptr_array_unref (keys);
  else if (gst_mikey_bin_is_initiator (bin)
           || bin->state == MIKEY_STATE_ESTABLISHED)
    gst_mikey_agent_add_stream (agent, ssrc, roc);
  g_object_unref (agent);
  return gst_mikey_bin_speak (bin);
}

/* --- keys --- */

static guint64
packet_limit (GstMikeyEncPad *self)
{
  guint64 limit = bin_of (self)->settings.rekey_packets;
  guint64 most = self->rtcp ? RTCP_LIMIT : RTP_LIMIT;

  return limit > 0 ? MIN (limit, most) : most;
}

static MikeyKeys *
find_key (GstMikeyEncPad *self, GstMikeyLane *lane)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (bin_of (self));
  MikeyKeys *newest = NULL;
  GPtrArray *keys;

  if (!agent)
    return NULL;
  keys = gst_mikey_agent_find_keys (
      agent, lane->ssrc, gst_mikey_bin_is_initiator (bin_of (self)), NULL);
  if (keys) {
    newest = mikey_keys_ref (keys->pdata[0]);
    g_ptr_array_unref (keys);
  }
  g_object_unref (agent);
  return newest;
}

static gboolean
may_use (GstMikeyEncPad *self, MikeyKeys *keys)
{
  if (gst_mikey_srtp_protects (keys))
    return TRUE;
  gst_mikey_bin_fail_unprotected (bin_of (self));
  return FALSE;
}

static gboolean
is_busy (GstMikeyEncPad *self)
{
  GstMikeyBin *bin = bin_of (self);
  gboolean busy;

  g_mutex_lock (&bin->lock);
  busy = bin->busy > 0;
  bin->busy_seen |= busy;
  g_mutex_unlock (&bin->lock);
  return busy;
}

/* Whether LANE is to go on with its key for a while, though there is a newer
 * one. */
static gboolean
keeps_key (GstMikeyEncPad *self, GstMikeyLane *lane)
{
  GstMikeyBin *bin = bin_of (self);
  gboolean keeps;

  if (!lane->keys || lane->stale)
    return FALSE;
  g_mutex_lock (&bin->lock);
  keeps = g_get_monotonic_time () < bin->switch_at;
  if (keeps)
    g_atomic_int_set (&self->wake, TRUE);
  g_mutex_unlock (&bin->lock);
  return keeps;
}

static void
note_use (GstMikeyEncPad *self, MikeyKeys *keys)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (bin_of (self));

  if (agent)
    gst_mikey_agent_note_use (agent, keys);
  g_clear_object (&agent);
}

static KeyState
update_key (GstMikeyEncPad *self, GstMikeyLane *lane, guint16 seq)
{
  MikeyKeys *keys;
  KeyState state = KEY_READY;

  if (is_busy (self))
    return KEY_UNSAID;
  keys = find_key (self, lane);
  if (!keys)
    return KEY_MISSING;
  if (!gst_mikey_lane_has_keys (lane, keys) && !keeps_key (self, lane)) {
    GST_INFO_OBJECT (self->sink, "stream %08x: key of generation %u",
                     lane->ssrc, mikey_keys_get_generation (keys));
    if (!may_use (self, keys)
        || !gst_mikey_lane_set_keys (lane, self->rtcp, seq, keys,
                                     packet_limit (self)))
      state = KEY_FAILED;
    else
      note_use (self, keys);
  }
  mikey_keys_unref (keys);
  return state;
}

/* Asks for new keys when the old ones reached a limit. */
static void
check_limits (GstMikeyEncPad *self, GstMikeyLane *lane)
{
  GstMikeyBin *bin = bin_of (self);
  const gchar *reason = NULL;

  if (!lane->keys || lane->stale)
    return;
  if (lane->left == 0) {
    reason = "packets";
    /* Ask again after as many, should nothing come of it. */
    lane->left = packet_limit (self);
  } else if (g_atomic_int_compare_and_exchange (&self->enc->interval_due, TRUE,
                                                FALSE)) {
    reason = "interval";
  }
  if (!reason)
    return;
  gst_mikey_bin_key_expiring (bin, lane->ssrc,
                              mikey_keys_get_generation (lane->keys),
                              lane->used, reason);
  gst_mikey_bin_rekey (bin, reason);
}

/* --- waiting --- */

static GstFlowReturn
flow_of_waiter (GstMikeyEncPad *self)
{
  GstMikeyBin *bin = bin_of (self);

  if (!bin->running || self->flushing)
    return GST_FLOW_FLUSHING;
  return bin->failed ? GST_FLOW_ERROR : GST_FLOW_OK;
}

/* When the wait ends in an error, G_MAXINT64: never. */
static gint64
deadline (GstMikeyEncPad *self)
{
  gint timeout = bin_of (self)->settings.key_timeout;

  if (self->waiting_since == 0)
    self->waiting_since = g_get_monotonic_time ();
  return timeout < 0 ? G_MAXINT64
                     : self->waiting_since + timeout * G_USEC_PER_SEC;
}

/* Waits until there is something to look at. */
static GstFlowReturn
wait_for_key (GstMikeyEncPad *self, gboolean may_drop)
{
  GstMikeyBin *bin = bin_of (self);
  gint64 end = deadline (self);
  gboolean in_time = g_get_monotonic_time () < end;
  GstFlowReturn flow;

  g_mutex_lock (&bin->lock);
  flow = flow_of_waiter (self);
  if (may_drop && bin->settings.drop_pending && flow == GST_FLOW_OK && in_time
      && !g_atomic_int_get (&self->wake)) {
    self->dropped++;
    g_atomic_int_set (&self->wake, TRUE);
    flow = FLOW_DROP;
  }
  while (flow == GST_FLOW_OK && in_time && !g_atomic_int_get (&self->wake)) {
    if (end == G_MAXINT64)
      g_cond_wait (&bin->changed, &bin->lock);
    else
      in_time = g_cond_wait_until (&bin->changed, &bin->lock, end);
    flow = flow_of_waiter (self);
  }
  g_mutex_unlock (&bin->lock);
  if (flow == GST_FLOW_OK && !in_time) {
    gst_mikey_bin_fail_without_key (bin);
    flow = GST_FLOW_ERROR;
  }
  return flow;
}

/* Does all that is to be done before PACKET, which then goes through
 * self->current. */
static GstFlowReturn
prepare (GstMikeyEncPad *self, const GstMikeyPacket *packet)
{
  GstMikeyLane *lane = gst_mikey_enc_pad_get_lane (self, packet->ssrc);
  GstFlowReturn flow = GST_FLOW_OK;
  KeyState state;

  self->current = lane;
  if (!lane) {
    GST_WARNING_OBJECT (self->sink, "stream %08x is one too many",
                        packet->ssrc);
    return FLOW_DROP;
  }
  do {
    g_atomic_int_set (&self->wake, FALSE);
    push_messages (self);
    if (g_atomic_int_compare_and_exchange (&self->linked, TRUE, FALSE))
      gst_mikey_bin_repeat (bin_of (self));
    check_limits (self, lane);
    if (!declare_stream (self, lane->ssrc, lane->index.highest >> 16))
      return GST_FLOW_ERROR;
    push_messages (self);
    state = update_key (self, lane, packet->seq);
    if (state == KEY_MISSING || state == KEY_UNSAID)
      flow = wait_for_key (self, state == KEY_MISSING);
  } while (flow == GST_FLOW_OK
           && (state == KEY_MISSING || state == KEY_UNSAID));
  if (state == KEY_READY)
    self->waiting_since = 0;
  return state == KEY_FAILED ? GST_FLOW_ERROR : flow;
}

/* --- packets --- */

static void
take_index (GstMikeyEncPad *self, GstMikeyLane *lane, guint16 seq)
{
  guint32 roc = lane->index.highest >> 16;
  gboolean known = lane->index.known;
  GstMikeyAgent *agent;

  gst_mikey_index_take (&lane->index, seq);
  if (G_LIKELY (!known || roc == lane->index.highest >> 16))
    return;
  agent = gst_mikey_bin_ref_agent (bin_of (self));
  if (agent)
    gst_mikey_agent_set_roc (agent, lane->ssrc, lane->index.highest >> 16);
  g_clear_object (&agent);
}

/* Whether COUNT packets of stream SSRC can go on without further ado. */
static inline gboolean
is_clear (GstMikeyEncPad *self, guint32 ssrc, guint count)
{
  GstMikeyLane *lane = self->current;

  return !g_atomic_int_get (&self->wake) && lane && lane->ssrc == ssrc
         && lane->left >= count;
}

static GstFlowReturn
admit (GstMikeyEncPad *self, GstBuffer *buffer)
{
  GstMikeyPacket packet;
  GstMikeyLane *lane;
  GstFlowReturn flow;

  if (G_UNLIKELY (!gst_mikey_packet_read (&packet, buffer))) {
    GST_WARNING_OBJECT (self->sink, "this is no packet, dropped");
    return FLOW_DROP;
  }
  if (G_UNLIKELY (!is_clear (self, packet.ssrc, 1))) {
    flow = prepare (self, &packet);
    if (flow != GST_FLOW_OK)
      return flow;
  }
  lane = self->current;
  if (!self->rtcp) {
    if (G_UNLIKELY (lane->floor)
        && gst_mikey_index_of (&lane->index, packet.seq) < lane->floor) {
      GST_WARNING_OBJECT (self->sink, "packet %u was sent before, dropped",
                          packet.seq);
      return FLOW_DROP;
    }
    take_index (self, lane, packet.seq);
  }
  lane->left--;
  lane->used++;
  return GST_FLOW_OK;
}

static GstFlowReturn
check_caps (GstMikeyEncPad *self)
{
  if (G_LIKELY (self->caps))
    return GST_FLOW_OK;
  GST_ELEMENT_ERROR (self->enc, CORE, NEGOTIATION,
                     ("The stream into mikeyenc has no caps."),
                     ("Put a capsfilter with application/x-%s before it.",
                      self->rtcp ? "rtcp" : "rtp"));
  return GST_FLOW_NOT_NEGOTIATED;
}

GstFlowReturn
gst_mikey_enc_pad_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstMikeyEncPad *self = gst_mikey_enc_pad_of (pad);
  GstFlowReturn flow = check_caps (self);

  if (flow == GST_FLOW_OK)
    flow = admit (self, buffer);
  if (G_UNLIKELY (flow != GST_FLOW_OK)) {
    gst_buffer_unref (buffer);
    return flow == FLOW_DROP ? GST_FLOW_OK : flow;
  }
  return gst_mikey_srtp_feed (self->current->sinkpad, buffer);
}

/* Whether all of LIST is of one stream and can go on at once. */
static gboolean
is_clear_list (GstMikeyEncPad *self, GstBufferList *list)
{
  guint length = gst_buffer_list_length (list);
  GstMikeyLane *lane = self->current;
  GstMikeyPacket packet;

  if (!lane || lane->floor || !is_clear (self, lane->ssrc, length))
    return FALSE;
  for (guint i = 0; i < length; i++)
    if (!gst_mikey_packet_read (&packet, gst_buffer_list_get (list, i))
        || packet.ssrc != lane->ssrc)
      return FALSE;
  return TRUE;
}

static GstFlowReturn
chain_one_by_one (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  guint length = gst_buffer_list_length (list);
  GstFlowReturn flow = GST_FLOW_OK;

  for (guint i = 0; flow == GST_FLOW_OK && i < length; i++)
    flow = gst_mikey_enc_pad_chain (
        pad, parent, gst_buffer_ref (gst_buffer_list_get (list, i)));
  gst_buffer_list_unref (list);
  return flow;
}

GstFlowReturn
gst_mikey_enc_pad_chain_list (GstPad *pad, GstObject *parent,
                              GstBufferList *list)
{
  GstMikeyEncPad *self = gst_mikey_enc_pad_of (pad);
  guint length = gst_buffer_list_length (list);
  GstMikeyPacket packet;

  if (!self->caps || !is_clear_list (self, list))
    return chain_one_by_one (pad, parent, list);
  for (guint i = 0; !self->rtcp && i < length; i++)
    if (gst_mikey_packet_read (&packet, gst_buffer_list_get (list, i)))
      take_index (self, self->current, packet.seq);
  self->current->left -= length;
  self->current->used += length;
  return gst_mikey_srtp_feed_list (self->current->sinkpad, list);
}

/* --- events --- */

/* With the SSRC in the caps the offer can be in the caps that go on. */
static gboolean
handle_caps (GstMikeyEncPad *self, GstEvent *event)
{
  GstStructure *s;
  GstCaps *caps;
  guint ssrc;

  gst_event_parse_caps (event, &caps);
  s = gst_caps_get_structure (caps, 0);
  if (self->rtcp || !gst_structure_get_uint (s, "ssrc", &ssrc))
    return TRUE;
  return declare_stream (self, ssrc, 0);
}

static void
set_flushing (GstMikeyEncPad *self, gboolean flushing)
{
  GstMikeyBin *bin = bin_of (self);

  g_mutex_lock (&bin->lock);
  self->flushing = flushing;
  g_cond_broadcast (&bin->changed);
  g_mutex_unlock (&bin->lock);
}

/* A flush makes srtpenc forget its session, keys and counters. */
static void
after_flush (GstMikeyEncPad *self)
{
  GstMikeyLane *first = g_ptr_array_index (self->lanes, 0);

  first->stale = TRUE;
  self->waiting_since = 0;
  set_flushing (self, FALSE);
  gst_mikey_enc_pad_wake (self);
}

gboolean
gst_mikey_enc_pad_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstMikeyEncPad *self = gst_mikey_enc_pad_of (pad);
  GstEventType type = GST_EVENT_TYPE (event);
  gboolean done;

  if (type == GST_EVENT_FLUSH_START)
    set_flushing (self, TRUE);
  if (type == GST_EVENT_CAPS && !handle_caps (self, event)) {
    gst_event_unref (event);
    return FALSE;
  }
  done = gst_pad_event_default (pad, parent, event);
  if (type == GST_EVENT_FLUSH_STOP)
    after_flush (self);
  return done;
}

/* Somebody was linked, perhaps. The caps have the offer, but not what came
 * after it, nor where the rollover counters are now. */
static void
note_link (GstMikeyEncPad *self)
{
  g_atomic_int_set (&self->linked, TRUE);
  gst_mikey_enc_pad_wake (self);
}

gboolean
gst_mikey_enc_pad_src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstMikeyEncPad *self = gst_mikey_enc_pad_of (pad);
  GBytes *message;

  if (GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE)
    note_link (self);
  if (!gst_mikey_carrier_is_event (event))
    return gst_pad_event_default (pad, parent, event);
  message = gst_mikey_carrier_from_event (event);
  gst_event_unref (event);
  if (message) {
    gst_mikey_bin_hear (bin_of (self), message, "event");
    g_bytes_unref (message);
  }
  return TRUE;
}

/* --- what srtpenc gives --- */

GstFlowReturn
gst_mikey_enc_pad_drain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  if (G_UNLIKELY (gst_mikey_prime_is_under_way ())) {
    gst_buffer_unref (buffer);
    return GST_FLOW_OK;
  }
  return gst_proxy_pad_chain_default (pad, parent, buffer);
}

GstFlowReturn
gst_mikey_enc_pad_drain_list (GstPad *pad, GstObject *parent,
                              GstBufferList *list)
{
  return gst_proxy_pad_chain_list_default (pad, parent, list);
}

gboolean
gst_mikey_enc_pad_drain_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstMikeyEncPad *self = gst_pad_get_element_private (pad);
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return gst_pad_event_default (pad, parent, event);
  gst_event_parse_caps (event, &caps);
  caps = gst_mikey_srtp_strip_caps (gst_caps_copy (caps));
  gst_caps_replace (&self->caps, caps);
  gst_caps_unref (caps);
  gst_event_unref (event);
  return push_caps (self);
}
