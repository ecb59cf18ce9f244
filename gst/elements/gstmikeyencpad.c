/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "gstmikeyencpad.h"

GstMikeyEncPad *
gst_mikey_enc_pad_of (GstPad *sink)
{
  return gst_pad_get_element_private (sink);
}

static GstPad *
make_ghost (GstMikeyEncPad *self, const gchar *direction, GstPad *target)
{
  GstElementClass *klass = GST_ELEMENT_GET_CLASS (self->enc);
  const gchar *kind = self->rtcp ? "rtcp" : "rtp";
  gchar *template_name = g_strdup_printf ("%s_%s_%%u", kind, direction);
  gchar *name = g_strdup_printf ("%s_%s_%u", kind, direction, self->index);
  GstPadTemplate *template
      = gst_element_class_get_pad_template (klass, template_name);
  GstPad *ghost
      = target ? gst_ghost_pad_new_from_template (name, target, template)
               : gst_ghost_pad_new_no_target_from_template (name, template);

  gst_pad_set_element_private (ghost, self);
  g_free (template_name);
  g_free (name);
  return ghost;
}

/* What comes out of srtpenc goes through here on its way to the source pad. */
static void
set_up_src (GstMikeyEncPad *self)
{
  GstPad *inner
      = GST_PAD (gst_proxy_pad_get_internal (GST_PROXY_PAD (self->src)));

  gst_pad_set_element_private (inner, self);
  gst_pad_set_chain_function (inner, gst_mikey_enc_pad_drain);
  gst_pad_set_chain_list_function (inner, gst_mikey_enc_pad_drain_list);
  gst_pad_set_event_function (inner, gst_mikey_enc_pad_drain_event);
  gst_pad_set_event_function (self->src, gst_mikey_enc_pad_src_event);
  gst_object_unref (inner);
}

static void
set_up_sink (GstMikeyEncPad *self)
{
  gst_pad_set_chain_function (self->sink, gst_mikey_enc_pad_chain);
  gst_pad_set_chain_list_function (self->sink, gst_mikey_enc_pad_chain_list);
  gst_pad_set_event_function (self->sink, gst_mikey_enc_pad_sink_event);
}

static void
add_pad (GstMikeyEncPad *self, GstPad *pad)
{
  GstElement *element = GST_ELEMENT_CAST (self->enc);

  if (GST_STATE (element) > GST_STATE_READY
      || GST_STATE_PENDING (element) > GST_STATE_READY)
    gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (element, pad);
}

static void
set_on_srtpenc (GstMikeyEncPad *self, GstMikeyLane *lane)
{
  GstMikeySettings *s = &GST_MIKEY_BIN (self->enc)->settings;

  if (lane->srtpenc)
    g_object_set (lane->srtpenc, "replay-window-size", s->replay_window_size,
                  "allow-repeat-tx", s->allow_repeat_tx, NULL);
}

void
gst_mikey_enc_pad_configure (GstMikeyEncPad *self)
{
  for (guint i = 0; i < self->lanes->len; i++)
    set_on_srtpenc (self, g_ptr_array_index (self->lanes, i));
}

GstMikeyEncPad *
gst_mikey_enc_pad_new (GstMikeyEnc *enc, gboolean rtcp, guint index)
{
  GstMikeyEncPad *self = g_new0 (GstMikeyEncPad, 1);
  GstMikeyLane *first = gst_mikey_lane_new (GST_BIN (enc), rtcp);
  GstPad *srcpad = gst_mikey_lane_get_srcpad (first);

  self->enc = enc;
  self->rtcp = rtcp;
  self->index = index;
  self->lanes = g_ptr_array_new ();
  g_ptr_array_add (self->lanes, first);
  g_queue_init (&self->outbox);
  self->wake = TRUE;
  self->sink = gst_object_ref (make_ghost (self, "sink", first->sinkpad));
  self->src = gst_object_ref (make_ghost (self, "src", srcpad));
  g_clear_object (&srcpad);
  set_up_src (self);
  set_up_sink (self);
  set_on_srtpenc (self, first);
  if (first->srtpenc)
    gst_element_sync_state_with_parent (first->srtpenc);
  add_pad (self, self->src);
  add_pad (self, self->sink);
  return self;
}

static void
free_lanes (GstMikeyEncPad *self, guint from)
{
  GstMikeyBin *bin = GST_MIKEY_BIN (self->enc);

  while (self->lanes->len > from) {
    GstMikeyLane *lane;

    g_mutex_lock (&bin->lock);
    lane = g_ptr_array_remove_index (self->lanes, self->lanes->len - 1);
    g_mutex_unlock (&bin->lock);
    gst_mikey_lane_free (lane, GST_BIN (bin));
  }
}

void
gst_mikey_enc_pad_reset (GstMikeyEncPad *self)
{
  GstMikeyBin *bin = GST_MIKEY_BIN (self->enc);

  free_lanes (self, 1);
  gst_mikey_lane_reset (g_ptr_array_index (self->lanes, 0));
  g_mutex_lock (&bin->lock);
  g_queue_clear_full (&self->outbox, (GDestroyNotify)g_bytes_unref);
  self->flushing = FALSE;
  self->dropped = 0;
  g_mutex_unlock (&bin->lock);
  self->current = NULL;
  self->waiting_since = 0;
  gst_clear_caps (&self->caps);
  g_atomic_int_set (&self->wake, TRUE);
}

void
gst_mikey_enc_pad_free (GstMikeyEncPad *self)
{
  GstElement *element = GST_ELEMENT_CAST (self->enc);

  gst_pad_set_active (self->src, FALSE);
  gst_pad_set_active (self->sink, FALSE);
  gst_mikey_enc_pad_reset (self);
  gst_element_remove_pad (element, self->sink);
  gst_element_remove_pad (element, self->src);
  free_lanes (self, 0);
  gst_object_unref (self->sink);
  gst_object_unref (self->src);
  g_ptr_array_unref (self->lanes);
  g_free (self);
}

void
gst_mikey_enc_pad_wake (GstMikeyEncPad *self)
{
  GstMikeyBin *bin = GST_MIKEY_BIN (self->enc);

  g_mutex_lock (&bin->lock);
  g_atomic_int_set (&self->wake, TRUE);
  g_cond_broadcast (&bin->changed);
  g_mutex_unlock (&bin->lock);
}

void
gst_mikey_enc_pad_send (GstMikeyEncPad *self, GBytes *message)
{
  GstMikeyBin *bin = GST_MIKEY_BIN (self->enc);

  g_mutex_lock (&bin->lock);
  g_queue_push_tail (&self->outbox, g_bytes_ref (message));
  g_atomic_int_set (&self->wake, TRUE);
  g_cond_broadcast (&bin->changed);
  g_mutex_unlock (&bin->lock);
}

/* --- further lanes --- */

static gboolean
copy_sticky (GstPad *pad, GstEvent **event, gpointer lane)
{
  if (GST_EVENT_TYPE (*event) != GST_EVENT_EOS)
    gst_pad_send_event (((GstMikeyLane *)lane)->sinkpad,
                        gst_event_ref (*event));
  return TRUE;
}

/* What srtpenc tells downstream was told by the first lane. */
static gboolean
swallow_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  gst_event_unref (event);
  return TRUE;
}

static GstFlowReturn
drain_further (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstMikeyEncPad *self = gst_pad_get_element_private (pad);

  if (gst_mikey_prime_is_under_way ()) {
    gst_buffer_unref (buffer);
    return GST_FLOW_OK;
  }
  return gst_pad_push (self->src, buffer);
}

static gboolean
link_further (GstMikeyEncPad *self, GstMikeyLane *lane)
{
  GstPad *srcpad = gst_mikey_lane_get_srcpad (lane);
  GstPadLinkReturn linked;

  lane->drain = gst_object_ref_sink (gst_pad_new (NULL, GST_PAD_SINK));
  gst_pad_set_element_private (lane->drain, self);
  gst_pad_set_chain_function (lane->drain, drain_further);
  gst_pad_set_event_function (lane->drain, swallow_event);
  gst_pad_set_active (lane->drain, TRUE);
  /* The drain has no parent, so there is no hierarchy to check. */
  linked = gst_pad_link_full (srcpad, lane->drain, GST_PAD_LINK_CHECK_NOTHING);
  gst_object_unref (srcpad);
  return linked == GST_PAD_LINK_OK;
}

static GstMikeyLane *
add_lane (GstMikeyEncPad *self)
{
  GstMikeyBin *bin = GST_MIKEY_BIN (self->enc);
  GstMikeyLane *lane = gst_mikey_lane_new (GST_BIN (bin), self->rtcp);

  if (!lane->srtpenc || !link_further (self, lane)) {
    gst_mikey_lane_free (lane, GST_BIN (bin));
    return NULL;
  }
  set_on_srtpenc (self, lane);
  gst_element_sync_state_with_parent (lane->srtpenc);
  gst_pad_sticky_events_foreach (self->sink, copy_sticky, lane);
  g_mutex_lock (&bin->lock);
  g_ptr_array_add (self->lanes, lane);
  g_mutex_unlock (&bin->lock);
  return lane;
}

static GstMikeyLane *
find_lane (GstMikeyEncPad *self, guint32 ssrc)
{
  for (guint i = 0; i < self->lanes->len; i++) {
    GstMikeyLane *lane = g_ptr_array_index (self->lanes, i);

    if (!lane->has_ssrc || lane->ssrc == ssrc)
      return lane;
  }
  return NULL;
}

GstMikeyLane *
gst_mikey_enc_pad_get_lane (GstMikeyEncPad *self, guint32 ssrc)
{
  GstMikeyLane *lane = find_lane (self, ssrc);

  if (!lane && self->lanes->len < GST_MIKEY_MAX_LANES)
    lane = add_lane (self);
  if (lane && !lane->has_ssrc) {
    lane->ssrc = ssrc;
    lane->has_ssrc = TRUE;
  }
  return lane;
}
