/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "gstmikeydecpad.h"

static const gchar *
kind (gboolean rtcp)
{
  return rtcp ? "rtcp" : "rtp";
}

static GstPad *
static_pad (GstMikeyDecStage *stage, gboolean rtcp, const gchar *direction)
{
  gchar *name = g_strdup_printf ("%s_%s", kind (rtcp), direction);
  GstPad *pad = stage->srtpdec
                    ? gst_element_get_static_pad (stage->srtpdec, name)
                    : NULL;

  g_free (name);
  return pad;
}

static GstPad *
add_ghost (GstMikeyDecPad *self, const gchar *direction)
{
  GstElementClass *klass = GST_ELEMENT_GET_CLASS (self->dec);
  GstPad *target = static_pad (&self->stages[0], self->rtcp, direction);
  gchar *name = g_strdup_printf ("%s_%s", kind (self->rtcp), direction);
  GstPadTemplate *template = gst_element_class_get_pad_template (klass, name);
  GstPad *ghost
      = target ? gst_ghost_pad_new_from_template (name, target, template)
               : gst_ghost_pad_new_no_target_from_template (name, template);

  gst_pad_set_element_private (ghost, self);
  gst_element_add_pad (GST_ELEMENT_CAST (self->dec), ghost);
  g_clear_object (&target);
  g_free (name);
  return ghost;
}

static void
free_stream (gpointer data)
{
  GstMikeyDecStream *stream = data;

  for (guint i = 0; i < GST_MIKEY_DEC_STAGES; i++)
    g_clear_pointer (&stream->at[i].keys, mikey_keys_unref);
  g_free (stream);
}

static void
configure_stage (GstMikeyDecStage *stage)
{
  GstMikeySettings *s = &GST_MIKEY_BIN (stage->pad->dec)->settings;

  if (stage->srtpdec)
    g_object_set (stage->srtpdec, "replay-window-size", s->replay_window_size,
                  NULL);
}

static void
init_stage (GstMikeyDecPad *self, GstMikeyDecStage *stage)
{
  stage->pad = self;
  stage->srtpdec = gst_element_factory_make ("srtpdec", NULL);
  if (!stage->srtpdec)
    return;
  gst_bin_add (GST_BIN (self->dec), stage->srtpdec);
  g_signal_connect (stage->srtpdec, "request-key",
                    G_CALLBACK (gst_mikey_dec_pad_request_key), stage);
  stage->inner = static_pad (stage, self->rtcp, "sink");
}

/* (transfer full): a pad that takes what comes out of STAGE, for PAD. */
static GstPad *
make_drain (GstMikeyDecStage *stage, GstMikeyDecPad *pad,
            GstPadChainFunction chain, GstPadEventFunction event)
{
  GstPad *srcpad = static_pad (stage, pad->rtcp, "src");
  GstPad *drain = gst_object_ref_sink (gst_pad_new (NULL, GST_PAD_SINK));

  gst_pad_set_element_private (drain, pad);
  gst_pad_set_chain_function (drain, chain);
  gst_pad_set_event_function (drain, event);
  gst_pad_set_active (drain, TRUE);
  /* It has no parent, so there is no hierarchy to check. */
  gst_pad_link_full (srcpad, drain, GST_PAD_LINK_CHECK_NOTHING);
  gst_object_unref (srcpad);
  return drain;
}

static void
add_cross (GstMikeyDecStage *stage)
{
  if (stage->srtpdec)
    stage->cross
        = make_drain (stage, stage->pad->other, gst_mikey_dec_pad_drain_cross,
                      gst_mikey_dec_pad_drain_cross_event);
}

static void
clear_drain (GstPad **drain)
{
  if (*drain)
    gst_pad_set_active (*drain, FALSE);
  g_clear_object (drain);
}

static void
clear_stage (GstMikeyDecStage *stage)
{
  clear_drain (&stage->drain);
  clear_drain (&stage->cross);
  g_clear_object (&stage->inner);
}

/* What the second srtpdec needs to see of the stream; it makes its own caps. */
static void
begin_stream (GstMikeyDecStage *stage, GstEventType type)
{
  GstEvent *event = gst_pad_get_sticky_event (stage->pad->sink, type, 0);

  if (event)
    gst_pad_send_event (stage->inner, event);
}

gboolean
gst_mikey_dec_pad_need_stage (GstMikeyDecPad *self, guint index)
{
  GstMikeyDecStage *stage = &self->stages[index];

  if (stage->srtpdec)
    return TRUE;
  init_stage (self, stage);
  if (!stage->srtpdec)
    return FALSE;
  configure_stage (stage);
  stage->drain = make_drain (stage, self, gst_mikey_dec_pad_drain_further,
                             gst_mikey_dec_pad_swallow_event);
  add_cross (stage);
  gst_element_sync_state_with_parent (stage->srtpdec);
  begin_stream (stage, GST_EVENT_STREAM_START);
  begin_stream (stage, GST_EVENT_SEGMENT);
  return TRUE;
}

/* No packet is in it. */
static void
remove_stage (GstMikeyDecPad *self, GstMikeyDecStage *stage)
{
  if (!stage->srtpdec)
    return;
  clear_stage (stage);
  gst_element_set_locked_state (stage->srtpdec, TRUE);
  gst_element_set_state (stage->srtpdec, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->dec), stage->srtpdec);
  stage->srtpdec = NULL;
}

static void
set_up_pads (GstMikeyDecPad *self)
{
  GstPad *drain
      = GST_PAD (gst_proxy_pad_get_internal (GST_PROXY_PAD (self->src)));

  gst_pad_set_element_private (drain, self);
  gst_pad_set_chain_function (drain, gst_mikey_dec_pad_drain);
  gst_object_unref (drain);
  gst_pad_set_chain_function (self->sink, gst_mikey_dec_pad_chain);
  gst_pad_set_chain_list_function (self->sink, gst_mikey_dec_pad_chain_list);
  gst_pad_set_event_function (self->sink, gst_mikey_dec_pad_sink_event);
}

GstMikeyDecPad *
gst_mikey_dec_pad_new (GstMikeyDec *dec, gboolean rtcp)
{
  GstMikeyDecPad *self = g_new0 (GstMikeyDecPad, 1);

  self->dec = dec;
  self->rtcp = rtcp;
  self->split = TRUE;
  self->streams = g_hash_table_new_full (NULL, NULL, NULL, free_stream);
  init_stage (self, &self->stages[0]);
  self->sink = add_ghost (self, "sink");
  self->src = add_ghost (self, "src");
  set_up_pads (self);
  return self;
}

void
gst_mikey_dec_pad_link_cross (GstMikeyDecPad *self, GstMikeyDecPad *other)
{
  self->other = other;
  add_cross (&self->stages[0]);
}

void
gst_mikey_dec_pad_reset (GstMikeyDecPad *self)
{
  g_hash_table_remove_all (self->streams);
  for (guint i = 1; i < GST_MIKEY_DEC_STAGES; i++)
    remove_stage (self, &self->stages[i]);
  self->home = 0;
  self->split = TRUE;
  self->held = FALSE;
  self->asked = self->unprotected = FALSE;
  gst_clear_buffer (&self->copy);
  self->waiting_since = 0;
  self->recovered = self->lost = self->keyless = 0;
  g_atomic_int_set (&self->wake, FALSE);
}

void
gst_mikey_dec_pad_configure (GstMikeyDecPad *self)
{
  configure_stage (&self->stages[0]);
}

void
gst_mikey_dec_pad_free (GstMikeyDecPad *self)
{
  for (guint i = 0; i < GST_MIKEY_DEC_STAGES; i++)
    clear_stage (&self->stages[i]);
  g_hash_table_unref (self->streams);
  g_free (self);
}
