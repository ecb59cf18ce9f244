/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "gstmikeyagent.h"

/* Messages that are remembered so as not to be taken twice. */
#define MAX_SEEN 32
/* After this long without an answer, in microseconds, a rekey may be tried
 * again. */
#define REKEY_PATIENCE (40 * G_USEC_PER_SEC)

typedef struct {
  GstMikeyAgentListener call;
  gpointer user_data;
} Listener;

struct _GstMikeyAgent {
  GObject parent;
  GMutex lock;
  MikeySession *session;
  GArray *listeners;   /* Listener */
  GHashTable *streams; /* SSRCs of ours that the session knows */
  gboolean spoken;     /* somebody made or took a first message */
  gboolean moved;      /* there is more to know than the offer says */
  gboolean update_due; /* streams came that the peer does not know */
  gint64 rekey_since;  /* 0: none under way */
  guint generation;    /* the highest in KEYS */
  gint dropping;       /* atomic: old keys are being dropped */
  GPtrArray *keys;     /* MikeyKeys; replaced, never changed */
  GQueue seen;         /* messages received and accepted */
  GQueue made;         /* messages made here */
};

G_DEFINE_TYPE (GstMikeyAgent, gst_mikey_agent, G_TYPE_OBJECT)

/* Agents that have an id: id to GWeakRef. Weak, so that a lookup never revives
 * one whose last reference is being dropped in another thread. */
static GMutex registry_lock;
static GHashTable *registry;

static void
clear_session (GstMikeyAgent *self)
{
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_pointer (&self->keys, g_ptr_array_unref);
  g_hash_table_remove_all (self->streams);
  g_queue_clear_full (&self->seen, (GDestroyNotify)g_bytes_unref);
  g_queue_clear_full (&self->made, (GDestroyNotify)g_bytes_unref);
  self->spoken = self->update_due = self->moved = FALSE;
  self->rekey_since = 0;
  self->generation = 0;
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

/* Makes the session forget, without listening to what it says of that. */
static void
drop_keys (GstMikeyAgent *self, MikeySession *session, guint generation)
{
  g_atomic_int_set (&self->dropping, TRUE);
  mikey_session_drop_keys (session, generation);
  g_atomic_int_set (&self->dropping, FALSE);
}

/* Takes over what the session says now. Two generations live on: the one to
 * send with, and the one before for packets that are still under way. */
static void
take_keys (GstMikeyAgent *self, MikeySession *session)
{
  GPtrArray *keys = mikey_session_get_keys (session);
  guint lowest, generation;
  GPtrArray *old;

  find_generations (keys, &lowest, &generation);
  if (keys->len > 0 && lowest + 1 < generation) {
    drop_keys (self, session, generation - 1);
    g_ptr_array_unref (keys);
    keys = mikey_session_get_keys (session);
  }
  g_mutex_lock (&self->lock);
  if (generation != self->generation) {
    self->rekey_since = 0;
    self->moved = TRUE;
  }
  self->generation = generation;
  old = self->keys;
  self->keys = keys;
  g_mutex_unlock (&self->lock);
  if (old)
    g_ptr_array_unref (old);
}

static void
on_keys_changed (MikeySession *session, GstMikeyAgent *self)
{
  GArray *listeners;

  if (g_atomic_int_get (&self->dropping))
    return;
  take_keys (self, session);
  listeners = copy_listeners (self);
  for (guint i = 0; i < listeners->len; i++) {
    Listener *l = &g_array_index (listeners, Listener, i);

    l->call.keys_changed (l->user_data);
  }
  g_array_unref (listeners);
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
make_session (GstMikeyAgent *self, const GstMikeyAgentConfig *config)
{
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
  if (!self->session)
    self->session = make_session (self, config);
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
  MikeySession *session;

  g_mutex_lock (&self->lock);
  session = self->session ? g_object_ref (self->session) : NULL;
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
  if (due == SAY_UPDATE && self->generation > 0)
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
  gboolean begin;

  g_mutex_lock (&self->lock);
  begin = self->rekey_since == 0 || now - self->rekey_since > REKEY_PATIENCE;
  if (begin)
    self->rekey_since = now;
  g_mutex_unlock (&self->lock);
  return begin;
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
    if (message) {
      remember (self, &self->made, message);
    } else {
      g_mutex_lock (&self->lock);
      self->rekey_since = 0;
      g_mutex_unlock (&self->lock);
    }
  }
  g_object_unref (session);
  return message;
}

gboolean
gst_mikey_agent_receive (GstMikeyAgent *self, GBytes *message, GBytes **reply,
                         gboolean *duplicate, GError **error)
{
  MikeySession *session = gst_mikey_agent_ref_session (self);
  gboolean accepted;

  *reply = NULL;
  *duplicate = session && is_remembered (self, &self->seen, message);
  if (!session || *duplicate) {
    if (session)
      g_object_unref (session);
    else
      g_set_error (error, MIKEY_ERROR, MIKEY_ERROR_USAGE,
                   "there is no session before the element is PAUSED");
    return session != NULL;
  }
  accepted = mikey_session_receive (session, message, reply, error);
  if (accepted) {
    remember (self, &self->seen, message);
    g_mutex_lock (&self->lock);
    self->spoken = TRUE;
    g_mutex_unlock (&self->lock);
  }
  if (*reply)
    remember (self, &self->made, *reply);
  g_object_unref (session);
  return accepted;
}

GPtrArray *
gst_mikey_agent_get_keys (GstMikeyAgent *self)
{
  GPtrArray *keys;

  g_mutex_lock (&self->lock);
  keys = self->keys ? g_ptr_array_ref (self->keys) : NULL;
  g_mutex_unlock (&self->lock);
  return keys ? keys : g_ptr_array_new ();
}

/* The crypto session that SSRC belongs to, 0 if none. */
static guint
find_cs (GPtrArray *keys, guint32 ssrc, gboolean exact)
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
  if (unnamed)
    return unnamed;
  return exact || several ? 0 : only;
}

GPtrArray *
gst_mikey_agent_find_keys (GstMikeyAgent *self, guint32 ssrc, gboolean exact)
{
  GPtrArray *all = gst_mikey_agent_get_keys (self);
  guint cs_id = find_cs (all, ssrc, exact);
  GPtrArray *found = NULL;

  for (guint i = 0; cs_id != 0 && i < all->len; i++) {
    if (mikey_keys_get_cs_id (all->pdata[i]) != cs_id)
      continue;
    if (!found)
      found = g_ptr_array_new_with_free_func ((GDestroyNotify)mikey_keys_unref);
    g_ptr_array_add (found, mikey_keys_ref (all->pdata[i]));
  }
  g_ptr_array_unref (all);
  return found;
}
