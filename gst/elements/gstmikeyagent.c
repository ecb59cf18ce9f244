/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "gstmikeyagent.h"
#include "gstmikeybundle.h"

/* Messages that are remembered so as not to be taken twice. */
#define MAX_SEEN 32
/* After this long without an answer, in microseconds, a rekey may be tried
 * again. */
#define REKEY_PATIENCE (40 * G_USEC_PER_SEC)
/* Bundles that are kept: of peers that send at the same time, or one after
 * another. The next one takes the place of the one that came first. */
#define MAX_BUNDLES 8

gint64 gst_mikey_agent_old_key_life = 10 * G_USEC_PER_SEC;
gint64 gst_mikey_agent_unused_key_life = 120 * G_USEC_PER_SEC;

typedef struct {
  GstMikeyAgentListener call;
  gpointer user_data;
} Listener;

struct _GstMikeyAgent {
  GObject parent;
  GMutex lock;
  GPtrArray *bundles;         /* GstMikeyBundle, the newest first */
  GstMikeyAgentConfig config; /* of the first to join; owned, once set */
  GArray *listeners;          /* Listener */
  GHashTable *streams;        /* SSRCs of ours that the session knows */
  gboolean spoken;            /* somebody made or took a first message */
  gboolean moved;             /* there is more to know than the offer says */
  gboolean update_due;        /* streams came that the peer does not know */
  GQueue seen;                /* messages received and accepted */
  GQueue made;                /* messages made here */
};

G_DEFINE_TYPE (GstMikeyAgent, gst_mikey_agent, G_TYPE_OBJECT)

/* Agents that have an id: id to GWeakRef. Weak, so that a lookup never revives
 * one whose last reference is being dropped in another thread. */
static GMutex registry_lock;
static GHashTable *registry;

static void
free_bundle (GstMikeyAgent *self, GstMikeyBundle *bundle)
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
    free_bundle (self, g_ptr_array_steal_index (self->bundles, 0));
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

/* Tells the listeners; NEWS: keys came, not only went. */
static void
tell_keys (GstMikeyAgent *self, gboolean news)
{
  GArray *listeners = copy_listeners (self);

  for (guint i = 0; i < listeners->len; i++) {
    Listener *l = &g_array_index (listeners, Listener, i);

    l->call.keys_changed (news, l->user_data);
  }
  g_array_unref (listeners);
}

/* --- bundles --- */

static GstMikeyBundle *
current (GstMikeyAgent *self)
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

/* Takes over what the session says now. FALSE: it is not one of ours (yet). */
static gboolean
take_keys (GstMikeyAgent *self, MikeySession *session)
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
  if (take_keys (drop->agent, drop->session))
    tell_keys (drop->agent, FALSE);
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
  if (!gst_mikey_session_is_dropping () && take_keys (self, session))
    tell_keys (self, TRUE);
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

static MikeySession *
make_session (GstMikeyAgent *self)
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
    g_ptr_array_add (self->bundles, gst_mikey_bundle_new (make_session (self)));
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
    session = g_object_ref (current (self)->session);
  g_mutex_unlock (&self->lock);
  return session;
}

static void
remember (GstMikeyAgent *self, GQueue *queue, GBytes *message)
{
  g_mutex_lock (&self->lock);
  g_queue_push_tail (queue, g_bytes_ref (message));
  if (g_queue_get_length (queue) > MAX_SEEN)
    g_bytes_unref (g_queue_pop_head (queue));
  g_mutex_unlock (&self->lock);
}

static gboolean
is_remembered (GstMikeyAgent *self, GQueue *queue, GBytes *message)
{
  gboolean found = FALSE;

  g_mutex_lock (&self->lock);
  for (GList *l = queue->head; l && !found; l = l->next)
    found = g_bytes_equal (l->data, message);
  g_mutex_unlock (&self->lock);
  return found;
}

gboolean
gst_mikey_agent_is_own (GstMikeyAgent *self, GBytes *message)
{
  return is_remembered (self, &self->made, message);
}

gboolean
gst_mikey_agent_add_stream (GstMikeyAgent *self, guint32 ssrc, guint32 roc)
{
  MikeySession *session = gst_mikey_agent_ref_session (self);
  gboolean added = FALSE;

  if (!session)
    return FALSE;
  g_mutex_lock (&self->lock);
  if (g_hash_table_add (self->streams, GUINT_TO_POINTER (ssrc)))
    added = self->update_due = TRUE;
  g_mutex_unlock (&self->lock);
  if (added)
    mikey_session_add_stream (session, ssrc, roc);
  g_object_unref (session);
  return added;
}

void
gst_mikey_agent_set_roc (GstMikeyAgent *self, guint32 ssrc, guint32 roc)
{
  MikeySession *session = gst_mikey_agent_ref_session (self);

  if (!session)
    return;
  mikey_session_set_roc (session, ssrc, roc);
  g_mutex_lock (&self->lock);
  self->moved = TRUE;
  g_mutex_unlock (&self->lock);
  g_object_unref (session);
}

gboolean
gst_mikey_agent_has_moved (GstMikeyAgent *self)
{
  gboolean moved;

  g_mutex_lock (&self->lock);
  moved = self->moved;
  g_mutex_unlock (&self->lock);
  return moved;
}

typedef enum { SAY_NOTHING, SAY_OFFER, SAY_UPDATE, SAY_NEW_KEYS } Due;

/* What is to be said now; whoever asks has to say it. */
static Due
take_due (GstMikeyAgent *self, MikeyState state, gboolean initiator)
{
  Due due = SAY_NOTHING;

  g_mutex_lock (&self->lock);
  if (state == MIKEY_STATE_IDLE && initiator && !self->spoken)
    due = SAY_OFFER;
  else if (state == MIKEY_STATE_ESTABLISHED && self->update_due)
    due = SAY_UPDATE;
  if (due == SAY_OFFER)
    self->spoken = TRUE;
  self->moved |= due == SAY_UPDATE;
  if (due != SAY_NOTHING)
    self->update_due = FALSE;
  g_mutex_unlock (&self->lock);
  return due;
}

static GBytes *
say (GstMikeyAgent *self, MikeySession *session, Due due, GError **error)
{
  GBytes *message = NULL;

  if (due == SAY_OFFER)
    message = mikey_session_create_offer (session, error);
  else if (due != SAY_NOTHING)
    message = mikey_session_create_update (session, due == SAY_NEW_KEYS, error);
  if (message)
    remember (self, &self->made, message);
  return message;
}

GBytes *
gst_mikey_agent_next_message (GstMikeyAgent *self, gboolean initiator,
                              GError **error)
{
  MikeySession *session = gst_mikey_agent_ref_session (self);
  GBytes *message;
  Due due;

  if (!session)
    return NULL;
  due = take_due (self, mikey_session_get_state (session), initiator);
  message = say (self, session, due, error);
  g_object_unref (session);
  return message;
}

/* What somebody who joins now needs besides the offer. An update without keys
 * leaves those of the offer in force, so after a rekey there are new ones. */
static Due
due_to_late (GstMikeyAgent *self, MikeyState state)
{
  Due due = state == MIKEY_STATE_IDLE ? SAY_OFFER : SAY_UPDATE;

  g_mutex_lock (&self->lock);
  if (due == SAY_UPDATE && self->bundles->len > 0
      && current (self)->generation > 0)
    due = SAY_NEW_KEYS;
  g_mutex_unlock (&self->lock);
  return due;
}

GBytes *
gst_mikey_agent_create_offer (GstMikeyAgent *self, GError **error)
{
  MikeySession *session = gst_mikey_agent_ref_session (self);
  GBytes *message = NULL;
  MikeyState state;

  if (!session) {
    g_set_error (error, MIKEY_ERROR, MIKEY_ERROR_USAGE,
                 "there is no session before the element is PAUSED");
    return NULL;
  }
  state = mikey_session_get_state (session);
  g_mutex_lock (&self->lock);
  self->spoken = TRUE;
  self->update_due &= state == MIKEY_STATE_OFFERED;
  /* What awaits an answer can only be said again. */
  if (state == MIKEY_STATE_OFFERED && self->made.tail)
    message = g_bytes_ref (self->made.tail->data);
  g_mutex_unlock (&self->lock);
  if (!message)
    message = say (self, session, due_to_late (self, state), error);
  g_object_unref (session);
  return message;
}

static gboolean
begin_rekey (GstMikeyAgent *self)
{
  gint64 now = g_get_monotonic_time ();
  GstMikeyBundle *bundle;
  gboolean begin;

  g_mutex_lock (&self->lock);
  bundle = current (self);
  begin = bundle
          && (bundle->rekey_since == 0
              || now - bundle->rekey_since > REKEY_PATIENCE);
  if (begin)
    bundle->rekey_since = now;
  g_mutex_unlock (&self->lock);
  return begin;
}

static void
end_rekey (GstMikeyAgent *self)
{
  g_mutex_lock (&self->lock);
  if (current (self))
    current (self)->rekey_since = 0;
  g_mutex_unlock (&self->lock);
}

GBytes *
gst_mikey_agent_rekey (GstMikeyAgent *self, GError **error)
{
  MikeySession *session = gst_mikey_agent_ref_session (self);
  GBytes *message = NULL;

  if (!session) {
    g_set_error (error, MIKEY_ERROR, MIKEY_ERROR_USAGE,
                 "there is no session before the element is PAUSED");
    return NULL;
  }
  if (begin_rekey (self)) {
    message = mikey_session_create_update (session, TRUE, error);
    if (message)
      remember (self, &self->made, message);
    else
      end_rekey (self);
  }
  g_object_unref (session);
  return message;
}

/* The bundle that MESSAGE says it belongs to: where it says so is the same in
 * all MIKEY messages (RFC 3830 6.1). */
static guint32
csb_id_of (GBytes *message)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);

  return size < 8 ? 0 : GST_READ_UINT32_BE (data + 4);
}

/* (transfer full) (nullable): the session that is to take MESSAGE. A Responder
 * that has keys takes the message of a bundle that it does not know with a new
 * session, *FRESH: a peer was started anew, or there is another one. */
static MikeySession *
session_for (GstMikeyAgent *self, GBytes *message, gboolean *fresh)
{
  guint32 csb_id = csb_id_of (message);
  MikeySession *session = NULL;

  *fresh = FALSE;
  g_mutex_lock (&self->lock);
  for (guint i = 0; !session && i < self->bundles->len; i++) {
    MikeySession *known = ((GstMikeyBundle *)self->bundles->pdata[i])->session;

    if (mikey_session_get_csb_id (known) == csb_id)
      session = g_object_ref (known);
  }
  if (!session && current (self)) {
    *fresh = self->config.responder
             && mikey_session_get_state (current (self)->session)
                    == MIKEY_STATE_ESTABLISHED;
    session
        = *fresh ? make_session (self) : g_object_ref (current (self)->session);
  }
  g_mutex_unlock (&self->lock);
  return session;
}

/* A peer proved that SESSION is worth keeping. */
static void
adopt (GstMikeyAgent *self, MikeySession *session)
{
  GstMikeyBundle *gone = NULL;

  g_mutex_lock (&self->lock);
  g_ptr_array_insert (self->bundles, 0,
                      gst_mikey_bundle_new (g_object_ref (session)));
  if (self->bundles->len > MAX_BUNDLES)
    gone = g_ptr_array_steal_index (self->bundles, MAX_BUNDLES);
  g_hash_table_remove_all (self->streams);
  self->update_due = FALSE;
  g_mutex_unlock (&self->lock);
  if (gone)
    free_bundle (self, gone);
  if (take_keys (self, session))
    tell_keys (self, TRUE);
}

static gboolean
receive (GstMikeyAgent *self, GBytes *message, GBytes **reply, GError **error)
{
  gboolean fresh, accepted;
  MikeySession *session = session_for (self, message, &fresh);

  if (!session) {
    g_set_error (error, MIKEY_ERROR, MIKEY_ERROR_USAGE,
                 "there is no session before the element is PAUSED");
    return FALSE;
  }
  accepted = mikey_session_receive (session, message, reply, error);
  if (accepted && fresh)
    adopt (self, session);
  else if (fresh)
    g_signal_handlers_disconnect_by_data (session, self);
  g_object_unref (session);
  return accepted;
}

gboolean
gst_mikey_agent_receive (GstMikeyAgent *self, GBytes *message, GBytes **reply,
                         gboolean *duplicate, GError **error)
{
  gboolean accepted;

  *reply = NULL;
  *duplicate = is_remembered (self, &self->seen, message);
  if (*duplicate)
    return TRUE;
  accepted = receive (self, message, reply, error);
  if (accepted) {
    remember (self, &self->seen, message);
    g_mutex_lock (&self->lock);
    self->spoken = TRUE;
    g_mutex_unlock (&self->lock);
  }
  if (*reply)
    remember (self, &self->made, *reply);
  return accepted;
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
