/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "gstmikeykeymemory.h"
#include "gstmikeylane.h"

/* An srtpenc that has no key, but thinks so, and refuses to protect anything:
 * without a key it would not leave the state NULL. */
static GstElement *
make_srtpenc (GstBin *bin)
{
  GstElement *srtpenc = gst_element_factory_make ("srtpenc", NULL);
  GstBuffer *empty;

  if (!srtpenc)
    return NULL;
  empty = gst_mikey_key_buffer_new_empty ();
  g_object_set (srtpenc, "key", empty, NULL);
  gst_buffer_unref (empty);
  gst_bin_add (bin, srtpenc);
  return srtpenc;
}

GstMikeyLane *
gst_mikey_lane_new (GstBin *bin, gboolean rtcp)
{
  GstMikeyLane *self = g_new0 (GstMikeyLane, 1);

  self->srtpenc = make_srtpenc (bin);
  if (self->srtpenc)
    self->sinkpad = gst_element_request_pad_simple (
        self->srtpenc, rtcp ? "rtcp_sink_0" : "rtp_sink_0");
  return self;
}

GstPad *
gst_mikey_lane_get_srcpad (GstMikeyLane *self)
{
  GstPad *pad;

  if (!self->srtpenc)
    return NULL;
  pad = gst_element_get_static_pad (self->srtpenc, "rtp_src_0");
  return pad ? pad : gst_element_get_static_pad (self->srtpenc, "rtcp_src_0");
}

void
gst_mikey_lane_reset (GstMikeyLane *self)
{
  g_clear_pointer (&self->keys, mikey_keys_unref);
  self->has_ssrc = self->stale = FALSE;
  self->index = (GstMikeyIndex){ 0 };
  self->used = self->left = self->floor = 0;
}

void
gst_mikey_lane_free (GstMikeyLane *self, GstBin *bin)
{
  gst_mikey_lane_reset (self);
  if (self->drain) {
    gst_pad_set_active (self->drain, FALSE);
    gst_object_unref (self->drain);
  }
  g_clear_object (&self->sinkpad);
  if (self->srtpenc) {
    gst_element_set_locked_state (self->srtpenc, TRUE);
    gst_element_set_state (self->srtpenc, GST_STATE_NULL);
    gst_bin_remove (bin, self->srtpenc);
  }
  g_free (self);
}

gboolean
gst_mikey_lane_has_keys (GstMikeyLane *self, MikeyKeys *keys)
{
  return self->keys && !self->stale
         && mikey_keys_get_generation (self->keys)
                == mikey_keys_get_generation (keys)
         && mikey_keys_equal (self->keys, keys);
}

gboolean
gst_mikey_lane_set_keys (GstMikeyLane *self, gboolean rtcp, guint16 seq,
                         MikeyKeys *keys, guint64 limit)
{
  gboolean again = self->keys && mikey_keys_equal (self->keys, keys);
  GstMikeyPrime prime = { .srtpenc = self->srtpenc,
                          .sinkpad = self->sinkpad,
                          .rtcp = rtcp,
                          .ssrc = self->ssrc,
                          .next = gst_mikey_index_of (&self->index, seq),
                          .close = again,
                          .count = again ? self->used : 0 };

  if (again)
    prime.next = self->index.known ? self->index.highest + 1 : 0;
  if (!gst_mikey_prime (&prime, keys))
    return FALSE;
  /* The same key with the same index would be the same keystream. */
  self->floor = again ? prime.next : 0;
  if (!again)
    self->used = 0;
  mikey_keys_ref (keys);
  g_clear_pointer (&self->keys, mikey_keys_unref);
  self->keys = keys;
  self->left = limit > self->used ? limit - self->used : 0;
  self->stale = FALSE;
  return TRUE;
}
