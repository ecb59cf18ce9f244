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
static_pad (GstMikeyDecPad *self, gboolean rtcp, const gchar *direction)
{
  gchar *name = g_strdup_printf ("%s_%s", kind (rtcp), direction);
  GstPad *pad
      = self->srtpdec ? gst_element_get_static_pad (self->srtpdec, name) : NULL;

  g_free (name);
  return pad;
}

static GstPad *
add_ghost (GstMikeyDecPad *self, const gchar *direction)
{
  GstElementClass *klass = GST_ELEMENT_GET_CLASS (self->dec);
  GstPad *target = static_pad (self, self->rtcp, direction);
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

  g_clear_pointer (&stream->keys, g_ptr_array_unref);
  g_free (stream);
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
  self->streams = g_hash_table_new_full (NULL, NULL, NULL, free_stream);
  self->srtpdec = gst_element_factory_make ("srtpdec", NULL);
  if (self->srtpdec) {
    gst_bin_add (GST_BIN (dec), self->srtpdec);
    g_signal_connect (self->srtpdec, "request-key",
                      G_CALLBACK (gst_mikey_dec_pad_request_key), self);
  }
  self->inner = static_pad (self, rtcp, "sink");
  self->sink = add_ghost (self, "sink");
  self->src = add_ghost (self, "src");
  set_up_pads (self);
  return self;
}

void
gst_mikey_dec_pad_link_cross (GstMikeyDecPad *self, GstMikeyDecPad *other)
{
  GstPad *srcpad = static_pad (self, !self->rtcp, "src");

  if (!srcpad)
    return;
  self->cross = gst_object_ref_sink (gst_pad_new (NULL, GST_PAD_SINK));
  gst_pad_set_element_private (self->cross, other);
  gst_pad_set_chain_function (self->cross, gst_mikey_dec_pad_drain_cross);
  gst_pad_set_event_function (self->cross, gst_mikey_dec_pad_drain_cross_event);
  gst_pad_set_active (self->cross, TRUE);
  /* It has no parent, so there is no hierarchy to check. */
  gst_pad_link_full (srcpad, self->cross, GST_PAD_LINK_CHECK_NOTHING);
  gst_object_unref (srcpad);
}

void
gst_mikey_dec_pad_reset (GstMikeyDecPad *self)
{
  g_hash_table_remove_all (self->streams);
  self->asked = self->unprotected = FALSE;
  gst_clear_buffer (&self->copy);
  self->waiting_since = 0;
  self->recovered = self->lost = 0;
  g_atomic_int_set (&self->wake, FALSE);
}

void
gst_mikey_dec_pad_configure (GstMikeyDecPad *self)
{
  GstMikeySettings *s = &GST_MIKEY_BIN (self->dec)->settings;

  if (self->srtpdec)
    g_object_set (self->srtpdec, "replay-window-size", s->replay_window_size,
                  NULL);
}

void
gst_mikey_dec_pad_free (GstMikeyDecPad *self)
{
  if (self->cross) {
    gst_pad_set_active (self->cross, FALSE);
    gst_object_unref (self->cross);
  }
  g_clear_object (&self->inner);
  g_hash_table_unref (self->streams);
  g_free (self);
}
