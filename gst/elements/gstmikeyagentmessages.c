/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "gstmikeyagent-private.h"

/* Messages that are remembered so as not to be taken twice. */
#define MAX_SEEN 32
/* After this long without an answer, in microseconds, a rekey may be tried
 * again. */
#define REKEY_PATIENCE (40 * G_USEC_PER_SEC)
/* Bundles that are kept: of peers that send at the same time, or one after
 * another. The next one takes the place of the one that came first. */
#define MAX_BUNDLES 8

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
      && gst_mikey_agent_current (self)->generation > 0)
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
  bundle = gst_mikey_agent_current (self);
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
  if (gst_mikey_agent_current (self))
    gst_mikey_agent_current (self)->rekey_since = 0;
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
  if (!session && gst_mikey_agent_current (self)) {
    *fresh
        = self->config.responder
          && mikey_session_get_state (gst_mikey_agent_current (self)->session)
                 == MIKEY_STATE_ESTABLISHED;
    session = *fresh ? gst_mikey_agent_make_session (self)
                     : g_object_ref (gst_mikey_agent_current (self)->session);
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
    gst_mikey_agent_free_bundle (self, gone);
  if (gst_mikey_agent_take_keys (self, session))
    gst_mikey_agent_tell_keys (self, TRUE);
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
