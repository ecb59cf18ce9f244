/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "gstmikeyagent-private.h"

gint64 gst_mikey_agent_old_key_life = 10 * G_USEC_PER_SEC;
gint64 gst_mikey_agent_unused_key_life = 120 * G_USEC_PER_SEC;

G_DEFINE_TYPE (GstMikeyAgent, gst_mikey_agent, G_TYPE_OBJECT)

/* Agents that have an id: id to GWeakRef. Weak, so that a lookup never revives
 * one whose last reference is being dropped in another thread. */
static GMutex registry_lock;
static GHashTable *registry;

void
gst_mikey_agent_free_bundle (GstMikeyAgent *self, GstMikeyBundle *bundle)
{
  g_signal_handlers_disconnect_by_data (bundle->session, self);
  gst_mikey_bundle_free (bundle);
}

static void
clear_config (GstMikeyAgentConfig *config)
{
  g_free ((gchar *)config->local_id);
  g_free ((gchar *)config->peer_id);
  g_clear_object (&config->keyring);
  g_clear_object (&config->policy);
  g_clear_object (&config->store);
  *config = (GstMikeyAgentConfig){ 0 };
}

static void
copy_config (GstMikeyAgentConfig *self, const GstMikeyAgentConfig *from)
{
  *self = *from;
  self->local_id = g_strdup (from->local_id);
  self->peer_id = g_strdup (from->peer_id);
  if (self->keyring)
    g_object_ref (self->keyring);
  g_object_ref (self->policy);
  g_object_ref (self->store);
}

static void
clear_session (GstMikeyAgent *self)
{
  while (self->bundles->len > 0)
    gst_mikey_agent_free_bundle (self,
                                 g_ptr_array_steal_index (self->bundles, 0));
  clear_config (&self->config);
  g_hash_table_remove_all (self->streams);
  g_queue_clear_full (&self->seen, (GDestroyNotify)g_bytes_unref);
  g_queue_clear_full (&self->made, (GDestroyNotify)g_bytes_unref);
  self->spoken = self->update_due = self->moved = FALSE;
}

static void
gst_mikey_agent_dispose (GObject *object)
{
  clear_session (GST_MIKEY_AGENT (object));
  G_OBJECT_CLASS (gst_mikey_agent_parent_class)->dispose (object);
}

static void
gst_mikey_agent_finalize (GObject *object)
{
  GstMikeyAgent *self = GST_MIKEY_AGENT (object);

  g_array_unref (self->listeners);
  g_ptr_array_unref (self->bundles);
  g_hash_table_unref (self->streams);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_mikey_agent_parent_class)->finalize (object);
}

static void
gst_mikey_agent_class_init (GstMikeyAgentClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gst_mikey_agent_dispose;
  G_OBJECT_CLASS (klass)->finalize = gst_mikey_agent_finalize;
}

static void
gst_mikey_agent_init (GstMikeyAgent *self)
{
  g_mutex_init (&self->lock);
  self->listeners = g_array_new (FALSE, FALSE, sizeof (Listener));
  self->bundles = g_ptr_array_new ();
  self->streams = g_hash_table_new (NULL, NULL);
  g_queue_init (&self->seen);
  g_queue_init (&self->made);
}

static void
free_weak_ref (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static gboolean
is_gone (gpointer id, gpointer weak, gpointer user_data)
{
  GObject *object = g_weak_ref_get (weak);

  if (object)
    g_object_unref (object);
  return object == NULL;
}

/* (transfer full): registers a new agent and forgets those that are gone. */
static GstMikeyAgent *
register_new (const gchar *id)
{
  GstMikeyAgent *self = g_object_new (GST_TYPE_MIKEY_AGENT, NULL);
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_hash_table_foreach_remove (registry, is_gone, NULL);
  g_weak_ref_init (weak, self);
  g_hash_table_replace (registry, g_strdup (id), weak);
  return self;
}

GstMikeyAgent *
gst_mikey_agent_get (const gchar *session_id)
{
  GstMikeyAgent *self = NULL;
  GWeakRef *weak;

  if (!session_id)
    return g_object_new (GST_TYPE_MIKEY_AGENT, NULL);
  g_mutex_lock (&registry_lock);
  if (!registry)
    registry = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      free_weak_ref);
  weak = g_hash_table_lookup (registry, session_id);
  if (weak)
    self = g_weak_ref_get (weak);
  if (!self)
    self = register_new (session_id);
  g_mutex_unlock (&registry_lock);
  return self;
}

/* (transfer full): a copy to call from, without the lock. */
static GArray *
copy_listeners (GstMikeyAgent *self)
{
  GArray *copy;

  g_mutex_lock (&self->lock);
  copy = g_array_copy (self->listeners);
  g_mutex_unlock (&self->lock);
  return copy;
}

void
gst_mikey_agent_tell_keys (GstMikeyAgent *self, gboolean news)
{
  GArray *listeners = copy_listeners (self);

  for (guint i = 0; i < listeners->len; i++) {
    Listener *l = &g_array_index (listeners, Listener, i);

    l->call.keys_changed (news, l->user_data);
  }
  g_array_unref (listeners);
}

/* --- bundles --- */

GstMikeyBundle *
gst_mikey_agent_current (GstMikeyAgent *self)
{
  return self->bundles->len > 0 ? self->bundles->pdata[0] : NULL;
}

static GstMikeyBundle *
find_bundle (GstMikeyAgent *self, MikeySession *session)
{
  for (guint i = 0; i < self->bundles->len; i++) {
    GstMikeyBundle *bundle = self->bundles->pdata[i];

    if (bundle->session == session)
      return bundle;
  }
  return NULL;
}

static void
plan_drop (GstMikeyAgent *self, GstMikeyBundle *bundle, gint64 microseconds);

gboolean
gst_mikey_agent_take_keys (GstMikeyAgent *self, MikeySession *session)
{
  GPtrArray *keys = gst_mikey_session_trim_keys (session), *old = keys;
  GstMikeyBundle *bundle;

  g_mutex_lock (&self->lock);
  bundle = find_bundle (self, session);
  if (bundle && gst_mikey_bundle_take_keys (bundle, keys, &old)) {
    self->moved = TRUE;
    if (gst_mikey_bundle_overlaps (bundle))
      plan_drop (self, bundle, gst_mikey_agent_unused_key_life);
  }
  g_mutex_unlock (&self->lock);
  g_ptr_array_unref (old);
  return bundle != NULL;
}

typedef struct {
  GstMikeyAgent *agent;
  MikeySession *session;
  guint generation;
} Drop;

static void
drop_free (gpointer data)
{
  Drop *drop = data;

  g_object_unref (drop->agent);
  g_object_unref (drop->session);
  g_free (drop);
}

static gboolean
drop_old (GstClock *clock, GstClockTime time, GstClockID id, gpointer data)
{
  Drop *drop = data;

  gst_mikey_session_drop_keys (drop->session, drop->generation);
  if (gst_mikey_agent_take_keys (drop->agent, drop->session))
    gst_mikey_agent_tell_keys (drop->agent, FALSE);
  return TRUE;
}

/* With the lock. */
static void
plan_drop (GstMikeyAgent *self, GstMikeyBundle *bundle, gint64 microseconds)
{
  Drop *drop = g_new (Drop, 1);

  *drop = (Drop){ g_object_ref (self), g_object_ref (bundle->session),
                  bundle->generation };
  gst_mikey_bundle_plan (bundle, microseconds, drop_old, drop, drop_free);
}

void
gst_mikey_agent_note_use (GstMikeyAgent *self, MikeyKeys *keys)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->bundles->len; i++) {
    GstMikeyBundle *bundle = self->bundles->pdata[i];

    if (gst_mikey_bundle_overlaps (bundle)
        && gst_mikey_bundle_is_newest (bundle, keys))
      plan_drop (self, bundle, gst_mikey_agent_old_key_life);
  }
  g_mutex_unlock (&self->lock);
}

/* --- what sessions tell --- */

static void
on_keys_changed (MikeySession *session, GstMikeyAgent *self)
{
  if (!gst_mikey_session_is_dropping ()
      && gst_mikey_agent_take_keys (self, session))
    gst_mikey_agent_tell_keys (self, TRUE);
}

static gboolean
on_verify_peer (MikeySession *session, const gchar *peer_id,
                GstMikeyAgent *self)
{
  GArray *listeners = copy_listeners (self);
  gboolean welcome = TRUE;

  for (guint i = 0; welcome && i < listeners->len; i++) {
    Listener *l = &g_array_index (listeners, Listener, i);

    welcome = l->call.verify_peer (peer_id, l->user_data);
  }
  g_array_unref (listeners);
  return welcome;
}

static void
on_peer_error (MikeySession *session, guint number, const gchar *name,
               gboolean authenticated, GstMikeyAgent *self)
{
  GArray *listeners = copy_listeners (self);

  for (guint i = 0; i < listeners->len; i++) {
    Listener *l = &g_array_index (listeners, Listener, i);

    l->call.peer_error (name, authenticated, l->user_data);
  }
  g_array_unref (listeners);
}

static gint64
no_clock (gpointer user_data)
{
  return G_MININT64;
}

MikeySession *
gst_mikey_agent_make_session (GstMikeyAgent *self)
{
  const GstMikeyAgentConfig *config = &self->config;
  MikeySession *session = mikey_session_new (config->keyring, config->policy);

  g_object_set (session, "mode", config->mode, "local-id", config->local_id,
                "peer-id", config->peer_id, "carrier-secure",
                config->carrier_secure, "replay-store", config->store, NULL);
  if (!config->judge_freshness)
    mikey_session_set_clock (session, no_clock, NULL, NULL);
  g_signal_connect (session, "keys-changed", G_CALLBACK (on_keys_changed),
                    self);
  g_signal_connect (session, "verify-peer", G_CALLBACK (on_verify_peer), self);
  g_signal_connect (session, "peer-error", G_CALLBACK (on_peer_error), self);
  return session;
}

void
gst_mikey_agent_join (GstMikeyAgent *self, const GstMikeyAgentConfig *config,
                      const GstMikeyAgentListener *listener, gpointer user_data)
{
  Listener l = { *listener, user_data };

  g_mutex_lock (&self->lock);
  if (self->bundles->len == 0) {
    copy_config (&self->config, config);
    g_ptr_array_add (self->bundles, gst_mikey_bundle_new (
                                        gst_mikey_agent_make_session (self)));
  }
  g_array_append_val (self->listeners, l);
  g_mutex_unlock (&self->lock);
}

void
gst_mikey_agent_leave (GstMikeyAgent *self, gpointer user_data)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->listeners->len; i++) {
    if (g_array_index (self->listeners, Listener, i).user_data == user_data) {
      g_array_remove_index (self->listeners, i);
      break;
    }
  }
  if (self->listeners->len == 0)
    clear_session (self);
  g_mutex_unlock (&self->lock);
}

MikeySession *
gst_mikey_agent_ref_session (GstMikeyAgent *self)
{
  MikeySession *session = NULL;

  g_mutex_lock (&self->lock);
  if (self->bundles->len > 0)
    session = g_object_ref (gst_mikey_agent_current (self)->session);
  g_mutex_unlock (&self->lock);
  return session;
}

/* --- keys --- */

GPtrArray *
gst_mikey_agent_get_keys (GstMikeyAgent *self)
{
  GPtrArray *keys = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; !keys && i < self->bundles->len; i++) {
    GstMikeyBundle *bundle = self->bundles->pdata[i];

    if (bundle->keys->len > 0)
      keys = g_ptr_array_ref (bundle->keys);
  }
  g_mutex_unlock (&self->lock);
  return keys ? keys : g_ptr_array_new ();
}

gboolean
gst_mikey_agent_has_keys (GstMikeyAgent *self)
{
  GPtrArray *keys = gst_mikey_agent_get_keys (self);
  gboolean some = keys->len > 0;

  g_ptr_array_unref (keys);
  return some;
}

gboolean
gst_mikey_agent_overlaps (GstMikeyAgent *self)
{
  gboolean overlaps = FALSE;

  g_mutex_lock (&self->lock);
  for (guint i = 0; !overlaps && i < self->bundles->len; i++)
    overlaps = gst_mikey_bundle_overlaps (self->bundles->pdata[i]);
  g_mutex_unlock (&self->lock);
  return overlaps;
}

/* With the lock. */
static GPtrArray *
find_keys (GstMikeyAgent *self, guint32 ssrc, GstMikeyFind how, guint32 *csb_id)
{
  GPtrArray *found = NULL;

  for (guint i = 0; !found && i < self->bundles->len; i++) {
    GstMikeyBundle *bundle = self->bundles->pdata[i];

    found = gst_mikey_bundle_find_keys (bundle, ssrc, how);
    if (found && csb_id)
      *csb_id = mikey_session_get_csb_id (bundle->session);
  }
  return found;
}

GPtrArray *
gst_mikey_agent_find_keys (GstMikeyAgent *self, guint32 ssrc, gboolean exact,
                           guint32 *csb_id)
{
  GPtrArray *found;

  g_mutex_lock (&self->lock);
  found = find_keys (self, ssrc, GST_MIKEY_FIND_NAMED, csb_id);
  if (!found)
    found = find_keys (self, ssrc,
                       exact ? GST_MIKEY_FIND_UNNAMED : GST_MIKEY_FIND_ANY,
                       csb_id);
  g_mutex_unlock (&self->lock);
  return found;
}
