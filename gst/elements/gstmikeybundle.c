/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "gstmikeybundle.h"

static __thread gboolean dropping;

GstMikeyBundle *
gst_mikey_bundle_new (MikeySession *session)
{
  GstMikeyBundle *self = g_new0 (GstMikeyBundle, 1);

  self->session = session;
  self->keys = g_ptr_array_new ();
  return self;
}

static void
stop_timer (GstMikeyBundle *self)
{
  if (!self->timer)
    return;
  gst_clock_id_unschedule (self->timer);
  gst_clock_id_unref (self->timer);
  self->timer = NULL;
}

void
gst_mikey_bundle_free (GstMikeyBundle *self)
{
  stop_timer (self);
  g_object_unref (self->session);
  g_ptr_array_unref (self->keys);
  g_free (self);
}

static void
find_generations (GPtrArray *keys, guint *lowest, guint *highest)
{
  *lowest = G_MAXUINT;
  *highest = 0;
  for (guint i = 0; i < keys->len; i++) {
    guint generation = mikey_keys_get_generation (keys->pdata[i]);

    *lowest = MIN (*lowest, generation);
    *highest = MAX (*highest, generation);
  }
}

void
gst_mikey_session_drop_keys (MikeySession *session, guint generation)
{
  dropping = TRUE;
  mikey_session_drop_keys (session, generation);
  dropping = FALSE;
}

gboolean
gst_mikey_session_is_dropping (void)
{
  return dropping;
}

GPtrArray *
gst_mikey_session_trim_keys (MikeySession *session)
{
  GPtrArray *keys = mikey_session_get_keys (session);
  guint lowest, highest;

  find_generations (keys, &lowest, &highest);
  if (keys->len == 0 || lowest + 1 >= highest)
    return keys;
  gst_mikey_session_drop_keys (session, highest - 1);
  g_ptr_array_unref (keys);
  return mikey_session_get_keys (session);
}

gboolean
gst_mikey_bundle_take_keys (GstMikeyBundle *self, GPtrArray *keys,
                            GPtrArray **old)
{
  guint lowest, highest;
  gboolean moved;

  find_generations (keys, &lowest, &highest);
  moved = highest != self->generation;
  if (moved)
    self->rekey_since = 0;
  self->generation = highest;
  *old = self->keys;
  self->keys = keys;
  return moved;
}

gboolean
gst_mikey_bundle_overlaps (const GstMikeyBundle *self)
{
  guint lowest, highest;

  find_generations (self->keys, &lowest, &highest);
  return self->keys->len > 0 && lowest < highest;
}

gboolean
gst_mikey_bundle_is_newest (const GstMikeyBundle *self, MikeyKeys *keys)
{
  if (mikey_keys_get_generation (keys) != self->generation)
    return FALSE;
  for (guint i = 0; i < self->keys->len; i++)
    if (mikey_keys_equal (self->keys->pdata[i], keys))
      return TRUE;
  return FALSE;
}

void
gst_mikey_bundle_plan (GstMikeyBundle *self, gint64 microseconds,
                       GstClockCallback func, gpointer user_data,
                       GDestroyNotify destroy)
{
  GstClock *clock = gst_system_clock_obtain ();

  stop_timer (self);
  self->timer = gst_clock_new_single_shot_id (
      clock, gst_clock_get_time (clock) + microseconds * GST_USECOND);
  gst_clock_id_wait_async (self->timer, func, user_data, destroy);
  gst_object_unref (clock);
}

/* The crypto session that SSRC belongs to, 0 if none. */
static guint
find_cs (GPtrArray *keys, guint32 ssrc, GstMikeyFind how)
{
  guint unnamed = 0, only = 0;
  gboolean several = FALSE;

  for (guint i = 0; i < keys->len; i++) {
    guint cs_id = mikey_keys_get_cs_id (keys->pdata[i]);
    guint32 its_ssrc = mikey_keys_get_ssrc (keys->pdata[i]);

    if (its_ssrc == ssrc)
      return cs_id;
    if (its_ssrc == 0)
      unnamed = cs_id;
    several |= only != 0 && only != cs_id;
    only = cs_id;
  }
  if (how == GST_MIKEY_FIND_NAMED)
    return 0;
  if (unnamed)
    return unnamed;
  return how == GST_MIKEY_FIND_UNNAMED || several ? 0 : only;
}

GPtrArray *
gst_mikey_bundle_find_keys (const GstMikeyBundle *self, guint32 ssrc,
                            GstMikeyFind how)
{
  guint cs_id = find_cs (self->keys, ssrc, how);
  GPtrArray *found = NULL;

  for (guint i = 0; cs_id != 0 && i < self->keys->len; i++) {
    MikeyKeys *keys = self->keys->pdata[i];

    if (mikey_keys_get_cs_id (keys) != cs_id)
      continue;
    if (!found)
      found = g_ptr_array_new_with_free_func ((GDestroyNotify)mikey_keys_unref);
    g_ptr_array_add (found, mikey_keys_ref (keys));
  }
  return found;
}
