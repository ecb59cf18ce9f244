/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-mikeyenc
 * @title: mikeyenc
 * @see_also: mikeydec, srtpenc
 *
 * Protects RTP and RTCP with SRTP, under keys that it agrees on with the peer
 * by MIKEY (RFC 3830). It has the pads of srtpenc and goes wherever that goes.
 *
 * MIKEY messages travel
 *
 * * along the pipeline, in the caps field `a-key-mgmt` (which GStreamer turns
 *   into the SDP attribute `a=key-mgmt`) and in events, if nothing else is
 * said;
 * * between two processes over UDP or TCP, with the property `signalling`;
 * * by the application, with the signals `message`, `create-offer` and
 *   `handle-message`.
 *
 * Packets are held back until there is a key, or dropped with `drop-pending`;
 * nothing leaves unprotected. New keys come by the action `rekey`, or after
 * `rekey-packets` or `rekey-interval`; with an MKI (the default) no packet is
 * lost by that.
 *
 * ## Example launch lines
 *
 * Both sides in one pipeline:
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=200 ! opusenc ! rtpopuspay \
 *   ! mikeyenc mode=psk psk=000102030405060708090a0b0c0d0e0f \
 *   ! mikeydec psk=000102030405060708090a0b0c0d0e0f \
 *   ! rtpopusdepay ! opusdec ! audioconvert ! fakesink
 * ]|
 *
 * Two processes; start mikeydec's first, see there:
 * |[
 * gst-launch-1.0 audiotestsrc is-live=true ! opusenc ! rtpopuspay \
 *   ! mikeyenc mode=psk psk=000102030405060708090a0b0c0d0e0f \
 *       signalling=udp://127.0.0.1 \
 *   ! udpsink host=127.0.0.1 port=5004
 * ]|
 *
 * A file, protected for as long as the key is secret:
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=200 ! opusenc ! rtpopuspay \
 *   ! mikeyenc mode=psk psk=000102030405060708090a0b0c0d0e0f \
 *   ! gdppay ! filesink location=speech.gdp
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <stdio.h>

#include "gstmikeyenc.h"
#include "gstmikeyencpad.h"
#include "gstmikeysrtp.h"

GST_DEBUG_CATEGORY (gst_mikey_enc_debug);
#define GST_CAT_DEFAULT gst_mikey_enc_debug

#define TEMPLATE(name, direction, presence, caps)                              \
  GST_STATIC_PAD_TEMPLATE (name, direction, presence, GST_STATIC_CAPS (caps))

static GstStaticPadTemplate templates[] = {
  TEMPLATE ("rtp_sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, "application/x-rtp"),
  TEMPLATE ("rtp_src_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, "application/x-srtp"),
  TEMPLATE ("rtcp_sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
            "application/x-rtcp"),
  TEMPLATE ("rtcp_src_%u", GST_PAD_SRC, GST_PAD_SOMETIMES,
            "application/x-srtcp")
};

#define gst_mikey_enc_parent_class parent_class
G_DEFINE_TYPE_WITH_CODE (GstMikeyEnc, gst_mikey_enc, GST_TYPE_MIKEY_BIN,
                         GST_DEBUG_CATEGORY_INIT (gst_mikey_enc_debug,
                                                  "mikeyenc", 0,
                                                  "SRTP encoder with MIKEY"))
GST_ELEMENT_REGISTER_DEFINE (mikeyenc, "mikeyenc", GST_RANK_NONE,
                             GST_TYPE_MIKEY_ENC)

/* Calls FUNC for each pair of pads; pads are not released meanwhile. */
static void
foreach_pad (GstMikeyEnc *self, GFunc func, gpointer user_data)
{
  GstMikeyBin *bin = GST_MIKEY_BIN (self);
  GPtrArray *pads;

  g_mutex_lock (&bin->lock);
  pads = g_ptr_array_copy (self->pads, NULL, NULL);
  g_mutex_unlock (&bin->lock);
  g_ptr_array_foreach (pads, func, user_data);
  g_ptr_array_unref (pads);
}

/* --- pads --- */

static gboolean
is_taken (GstMikeyEnc *self, gboolean rtcp, guint index)
{
  for (guint i = 0; i < self->pads->len; i++) {
    GstMikeyEncPad *pad = g_ptr_array_index (self->pads, i);

    if (pad->rtcp == rtcp && pad->index == index)
      return TRUE;
  }
  return FALSE;
}

/* The index that NAME asks for, else the first that is free. */
static gboolean
choose_index (GstMikeyEnc *self, gboolean rtcp, const gchar *name, guint *index)
{
  const gchar *format = rtcp ? "rtcp_sink_%u" : "rtp_sink_%u";

  if (name && sscanf (name, format, index) == 1)
    return !is_taken (self, rtcp, *index);
  for (*index = 0; is_taken (self, rtcp, *index);)
    ++*index;
  return TRUE;
}

static GstPad *
gst_mikey_enc_request_new_pad (GstElement *element, GstPadTemplate *template,
                               const gchar *name, const GstCaps *caps)
{
  GstMikeyEnc *self = GST_MIKEY_ENC (element);
  gboolean rtcp
      = g_str_has_prefix (GST_PAD_TEMPLATE_NAME_TEMPLATE (template), "rtcp");
  GstMikeyEncPad *pad;
  guint index;

  if (!choose_index (self, rtcp, name, &index)) {
    GST_WARNING_OBJECT (self, "pad %s is there already", name);
    return NULL;
  }
  pad = gst_mikey_enc_pad_new (self, rtcp, index);
  g_mutex_lock (&GST_MIKEY_BIN (self)->lock);
  g_ptr_array_add (self->pads, pad);
  g_mutex_unlock (&GST_MIKEY_BIN (self)->lock);
  return pad->sink;
}

static void
gst_mikey_enc_release_pad (GstElement *element, GstPad *sink)
{
  GstMikeyEnc *self = GST_MIKEY_ENC (element);
  GstMikeyEncPad *pad = gst_mikey_enc_pad_of (sink);

  g_mutex_lock (&GST_MIKEY_BIN (self)->lock);
  g_ptr_array_remove (self->pads, pad);
  g_mutex_unlock (&GST_MIKEY_BIN (self)->lock);
  gst_mikey_enc_pad_free (pad);
}

/* --- what the base class asks for --- */

static gboolean
gst_mikey_enc_has_children (GstMikeyBin *bin)
{
  GstElementFactory *factory = gst_element_factory_find ("srtpenc");

  if (!factory)
    return FALSE;
  gst_object_unref (factory);
  return TRUE;
}

static void
wake (gpointer pad, gpointer user_data)
{
  gst_mikey_enc_pad_wake (pad);
}

static void
gst_mikey_enc_keys_changed (GstMikeyBin *bin)
{
  foreach_pad (GST_MIKEY_ENC (bin), wake, NULL);
}

static void
send (gpointer pad, gpointer message)
{
  gst_mikey_enc_pad_send (pad, message);
}

static void
gst_mikey_enc_send (GstMikeyBin *bin, GBytes *message)
{
  GstMikeyEnc *self = GST_MIKEY_ENC (bin);

  g_mutex_lock (&bin->lock);
  if (!self->offer)
    self->offer = g_bytes_ref (message);
  g_mutex_unlock (&bin->lock);
  foreach_pad (self, send, message);
}

static gboolean
on_interval (GstClock *clock, GstClockTime time, GstClockID id, gpointer data)
{
  GstMikeyEnc *self = data;

  g_atomic_int_set (&self->interval_due, TRUE);
  foreach_pad (self, wake, NULL);
  return TRUE;
}

static void
start_timer (GstMikeyEnc *self)
{
  GstClockTime interval
      = GST_MIKEY_BIN (self)->settings.rekey_interval * GST_SECOND;
  GstClock *clock;

  if (interval == 0)
    return;
  clock = gst_system_clock_obtain ();
  self->timer = gst_clock_new_periodic_id (
      clock, gst_clock_get_time (clock) + interval, interval);
  gst_clock_id_wait_async (self->timer, on_interval, gst_object_ref (self),
                           gst_object_unref);
  gst_object_unref (clock);
}

static void
configure (gpointer pad, gpointer user_data)
{
  gst_mikey_enc_pad_configure (pad);
}

static void
gst_mikey_enc_started (GstMikeyBin *bin)
{
  GstMikeyEnc *self = GST_MIKEY_ENC (bin);

  foreach_pad (self, configure, NULL);
  g_atomic_int_set (&self->interval_due, FALSE);
  start_timer (self);
}

static void
reset (gpointer pad, gpointer user_data)
{
  gst_mikey_enc_pad_reset (pad);
}

static void
gst_mikey_enc_stopped (GstMikeyBin *bin)
{
  GstMikeyEnc *self = GST_MIKEY_ENC (bin);

  if (self->timer) {
    gst_clock_id_unschedule (self->timer);
    gst_clock_id_unref (self->timer);
    self->timer = NULL;
  }
  foreach_pad (self, reset, NULL);
  g_mutex_lock (&bin->lock);
  g_clear_pointer (&self->offer, g_bytes_unref);
  g_mutex_unlock (&bin->lock);
}

static void
append_lane (GValue *array, GstMikeyEncPad *pad, GstMikeyLane *lane)
{
  GValue value = G_VALUE_INIT;
  GstStructure *s = gst_structure_new (
      "application/x-mikey-stream", "pad", G_TYPE_STRING,
      GST_PAD_NAME (pad->sink), "ssrc", G_TYPE_UINT, lane->ssrc, "roc",
      G_TYPE_UINT, (guint)(lane->index.highest >> 16), "generation",
      G_TYPE_UINT, lane->keys ? mikey_keys_get_generation (lane->keys) : 0,
      "key-packets", G_TYPE_UINT64, lane->used, NULL);

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, s);
  gst_value_array_append_and_take_value (array, &value);
}

static void
gst_mikey_enc_add_stats (GstMikeyBin *bin, GstStructure *stats)
{
  GstMikeyEnc *self = GST_MIKEY_ENC (bin);
  GValue array = G_VALUE_INIT;
  guint64 dropped = 0;

  g_value_init (&array, GST_TYPE_ARRAY);
  g_mutex_lock (&bin->lock);
  for (guint i = 0; i < self->pads->len; i++) {
    GstMikeyEncPad *pad = g_ptr_array_index (self->pads, i);

    dropped += pad->dropped;
    for (guint j = 0; j < pad->lanes->len; j++) {
      GstMikeyLane *lane = g_ptr_array_index (pad->lanes, j);

      if (lane->has_ssrc)
        append_lane (&array, pad, lane);
    }
  }
  g_mutex_unlock (&bin->lock);
  gst_structure_set (stats, "dropped", G_TYPE_UINT64, dropped, NULL);
  gst_structure_take_value (stats, "streams", &array);
}

/* --- the object --- */

static void
gst_mikey_enc_dispose (GObject *object)
{
  GstMikeyEnc *self = GST_MIKEY_ENC (object);

  while (self->pads && self->pads->len > 0) {
    GstMikeyEncPad *pad = g_ptr_array_index (self->pads, 0);

    gst_mikey_enc_release_pad (GST_ELEMENT_CAST (self), pad->sink);
  }
  G_OBJECT_CLASS (parent_class)->dispose (object);
}

static void
gst_mikey_enc_finalize (GObject *object)
{
  GstMikeyEnc *self = GST_MIKEY_ENC (object);

  g_ptr_array_unref (self->pads);
  g_clear_pointer (&self->offer, g_bytes_unref);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_mikey_enc_class_init (GstMikeyEncClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstMikeyBinClass *bin_class = (GstMikeyBinClass *)klass;

  object_class->dispose = gst_mikey_enc_dispose;
  object_class->finalize = gst_mikey_enc_finalize;
  object_class->set_property = gst_mikey_bin_set_property;
  object_class->get_property = gst_mikey_bin_get_property;
  gst_mikey_settings_install (object_class, GST_MIKEY_SETTING_ENC);
  element_class->request_new_pad
      = GST_DEBUG_FUNCPTR (gst_mikey_enc_request_new_pad);
  element_class->release_pad = GST_DEBUG_FUNCPTR (gst_mikey_enc_release_pad);
  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    gst_element_class_add_static_pad_template (element_class, &templates[i]);
  gst_element_class_set_static_metadata (
      element_class, "SRTP encoder with MIKEY", "Filter/Network/SRTP",
      "Protects RTP and RTCP under keys agreed on by MIKEY (RFC 3830)",
      "The gst-mikey developers");
  bin_class->natural_role = MIKEY_ROLE_INITIATOR;
  bin_class->element_name = "srtpenc";
  bin_class->has_children = gst_mikey_enc_has_children;
  bin_class->started = gst_mikey_enc_started;
  bin_class->stopped = gst_mikey_enc_stopped;
  bin_class->keys_changed = gst_mikey_enc_keys_changed;
  bin_class->send = gst_mikey_enc_send;
  bin_class->add_stats = gst_mikey_enc_add_stats;
}

static void
gst_mikey_enc_init (GstMikeyEnc *self)
{
  self->pads = g_ptr_array_new ();
}
