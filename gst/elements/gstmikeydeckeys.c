/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

/* Which srtpdec of a mikeydec has which key of which stream. */

#include "gstmikeydecpad.h"
#include "gstmikeysrtp.h"

gboolean gst_mikey_dec_remove_keys = TRUE;

GstMikeyDecStream *
gst_mikey_dec_pad_find_stream (GstMikeyDecPad *self, guint32 ssrc)
{
  return g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));
}

gboolean
gst_mikey_dec_stream_is_proven (const GstMikeyDecStream *stream)
{
  for (guint i = 0; i < GST_MIKEY_DEC_STAGES; i++)
    if (stream->at[i].proven)
      return TRUE;
  return FALSE;
}

/* srtpdec ignores another key for a stream that it has, if keys have an MKI. */
void
gst_mikey_dec_pad_forget (GstMikeyDecPad *self, guint index, guint32 ssrc)
{
  if (self->stages[index].srtpdec)
    g_signal_emit_by_name (self->stages[index].srtpdec, "remove-key", ssrc);
}

static void
vacate (GstMikeyDecPad *self, GstMikeyDecStream *stream, guint index)
{
  GstMikeyDecKey *key = &stream->at[index];

  if (!key->keys)
    return;
  if (gst_mikey_dec_remove_keys)
    gst_mikey_dec_pad_forget (self, index, stream->ssrc);
  mikey_keys_unref (key->keys);
  *key = (GstMikeyDecKey){ NULL };
}

void
gst_mikey_dec_pad_remove_stream (GstMikeyDecPad *self,
                                 GstMikeyDecStream *stream)
{
  for (guint i = 0; i < GST_MIKEY_DEC_STAGES; i++)
    vacate (self, stream, i);
  g_hash_table_remove (self->streams, GUINT_TO_POINTER (stream->ssrc));
}

/* --- keys --- */

/* (transfer full) (nullable): the newest first; as many as there are stages. */
static GPtrArray *
find_keys (GstMikeyDecPad *self, guint32 ssrc, guint32 *csb_id)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (GST_MIKEY_BIN (self->dec));
  GPtrArray *keys
      = agent ? gst_mikey_agent_find_keys (agent, ssrc, FALSE, csb_id) : NULL;

  if (keys && keys->len > GST_MIKEY_DEC_STAGES)
    g_ptr_array_set_size (keys, GST_MIKEY_DEC_STAGES);
  g_clear_object (&agent);
  return keys;
}

static gboolean
is_among (MikeyKeys *one, GPtrArray *keys)
{
  for (guint i = 0; i < keys->len; i++)
    if (mikey_keys_equal (one, keys->pdata[i]))
      return TRUE;
  return FALSE;
}

static gboolean
has_key (const GstMikeyDecStream *stream, MikeyKeys *keys)
{
  for (guint i = 0; i < GST_MIKEY_DEC_STAGES; i++)
    if (stream->at[i].keys && mikey_keys_equal (stream->at[i].keys, keys))
      return TRUE;
  return FALSE;
}

/* Where the stream is now: its rollover counter goes on under a new key of the
 * same bundle. */
static guint32
current_roc (GstMikeyDecPad *self, const GstMikeyDecStream *stream)
{
  guint32 highest = 0, roc;

  for (guint i = 0; i < GST_MIKEY_DEC_STAGES; i++)
    if (stream->at[i].proven
        && gst_mikey_srtp_get_roc (self->stages[i].srtpdec, stream->ssrc, &roc))
      highest = MAX (highest, roc);
  return highest;
}

/* Finds room for KEYS: at home if there is any. */
static void
place (GstMikeyDecPad *self, GstMikeyDecStream *stream, MikeyKeys *keys,
       guint32 roc)
{
  guint index = self->home;

  while (stream->at[index].keys)
    index = (index + 1) % GST_MIKEY_DEC_STAGES;
  if (!gst_mikey_dec_pad_need_stage (self, index))
    return;
  stream->at[index]
      = (GstMikeyDecKey){ .keys = mikey_keys_ref (keys), .roc = roc };
}

/* Sees to it that STREAM has KEYS and no others. */
static void
assign (GstMikeyDecPad *self, GstMikeyDecStream *stream, GPtrArray *keys,
        guint32 csb_id)
{
  gboolean goes_on
      = stream->csb_id == csb_id && gst_mikey_dec_stream_is_proven (stream);
  guint32 roc = goes_on ? current_roc (self, stream) : 0;

  for (guint i = 0; i < GST_MIKEY_DEC_STAGES; i++)
    if (stream->at[i].keys && !is_among (stream->at[i].keys, keys))
      vacate (self, stream, i);
  for (guint i = 0; i < keys->len; i++)
    if (!has_key (stream, keys->pdata[i]))
      place (self, stream, keys->pdata[i],
             goes_on ? roc : mikey_keys_get_roc (keys->pdata[i]));
  stream->csb_id = csb_id;
}

static gboolean
is_usable (GstMikeyDecPad *self, GPtrArray *keys)
{
  if (gst_mikey_srtp_protects (keys->pdata[0]))
    return TRUE;
  self->unprotected = TRUE;
  return FALSE;
}

GstMikeyDecStream *
gst_mikey_dec_pad_add_stream (GstMikeyDecPad *self, guint32 ssrc)
{
  GstMikeyDecStream *stream = NULL;
  GPtrArray *keys;
  guint32 csb_id = 0;

  if (g_hash_table_size (self->streams) >= GST_MIKEY_MAX_STREAMS)
    return NULL;
  keys = find_keys (self, ssrc, &csb_id);
  if (keys && is_usable (self, keys)) {
    stream = g_new0 (GstMikeyDecStream, 1);
    stream->ssrc = ssrc;
    stream->last = self->home;
    g_hash_table_insert (self->streams, GUINT_TO_POINTER (ssrc), stream);
    assign (self, stream, keys, csb_id);
  }
  g_clear_pointer (&keys, g_ptr_array_unref);
  return stream;
}

/* --- all streams --- */

/* Whether all streams have one key, if any. */
static gboolean
is_simple (GstMikeyDecPad *self)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (GST_MIKEY_BIN (self->dec));
  gboolean simple;

  if (!agent)
    return FALSE;
  simple
      = gst_mikey_agent_has_keys (agent) && !gst_mikey_agent_overlaps (agent);
  g_object_unref (agent);
  return simple;
}

/* Whether any stream has a key in stage INDEX. */
static gboolean
is_inhabited (GstMikeyDecPad *self, guint index)
{
  GHashTableIter iter;
  gpointer stream;

  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &stream))
    if (((GstMikeyDecStream *)stream)->at[index].keys)
      return TRUE;
  return FALSE;
}

/* When all that is left is in another stage, that is home from now on. */
static void
move_home (GstMikeyDecPad *self)
{
  guint next = (self->home + 1) % GST_MIKEY_DEC_STAGES;

  if (!is_inhabited (self, self->home) && is_inhabited (self, next))
    self->home = next;
  next = (self->home + 1) % GST_MIKEY_DEC_STAGES;
  self->split = !is_simple (self) || is_inhabited (self, next);
}

void
gst_mikey_dec_pad_renew (GstMikeyDecPad *self)
{
  GList *streams = g_hash_table_get_values (self->streams);

  g_atomic_int_set (&self->wake, FALSE);
  for (GList *l = streams; l; l = l->next) {
    GstMikeyDecStream *stream = l->data;
    guint32 csb_id = 0;
    GPtrArray *keys = find_keys (self, stream->ssrc, &csb_id);

    if (keys)
      assign (self, stream, keys, csb_id);
    else
      gst_mikey_dec_pad_remove_stream (self, stream);
    g_clear_pointer (&keys, g_ptr_array_unref);
  }
  g_list_free (streams);
  move_home (self);
}

/* --- what srtpdec asks --- */

/* With its object lock held: nothing here takes that lock, or waits. It asks
 * for the first packet of a stream that it does not know, or not any more; that
 * packet is the one to try again with, should it fail, and is still as it came.
 * In the streaming thread of this pad. */
GstCaps *
gst_mikey_dec_pad_request_key (GstElement *srtpdec, guint ssrc, gpointer data)
{
  GstMikeyDecStage *stage = data;
  GstMikeyDecPad *self = stage->pad;
  GstMikeyDecStream *stream = gst_mikey_dec_pad_find_stream (self, ssrc);
  GstMikeyDecKey *key = NULL;

  if (!stream && !self->split)
    stream = gst_mikey_dec_pad_add_stream (self, ssrc);
  if (stream)
    key = &stream->at[stage - self->stages];
  self->asked = TRUE;
  self->asked_ssrc = ssrc;
  if (!key || !key->keys)
    return NULL;
  if (!self->copy && self->packet)
    self->copy = gst_buffer_copy_deep (self->packet);
  return gst_mikey_srtp_make_caps (srtpdec, ssrc, key->roc, key->keys);
}
