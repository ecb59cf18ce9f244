/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

/* How a GstMikeyBin talks with its peer. */

#include "gstmikeytalk.h"
#include "gstmikeyreport.h"

GST_DEBUG_CATEGORY_EXTERN (gst_mikey_bin_debug);
#define GST_CAT_DEFAULT gst_mikey_bin_debug

/* Microseconds in which an answer reaches the peer, or is sent again. */
#define SWITCH_DELAY (2 * G_USEC_PER_SEC)

gboolean
gst_mikey_bin_is_initiator (GstMikeyBin *self)
{
  gint role = self->settings.role;

  if (role == MIKEY_ROLE_AUTO)
    role = GST_MIKEY_BIN_GET_CLASS (self)->natural_role;
  return role == MIKEY_ROLE_INITIATOR;
}

gboolean
gst_mikey_bin_is_inband (GstMikeyBin *self)
{
  return self->settings.signalling == NULL;
}

/* (transfer full) (nullable) */
GstMikeyAgent *
gst_mikey_bin_ref_agent (GstMikeyBin *self)
{
  GstMikeyAgent *agent;

  g_mutex_lock (&self->lock);
  agent = self->agent ? g_object_ref (self->agent) : NULL;
  g_mutex_unlock (&self->lock);
  return agent;
}

gboolean
gst_mikey_bin_has_keys (GstMikeyBin *self)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (self);
  gboolean some = agent && gst_mikey_agent_has_keys (agent);

  g_clear_object (&agent);
  return some;
}

/* Notices what a message did to the session. */
void
gst_mikey_talk_update_state (GstMikeyBin *self)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (self);
  MikeySession *session = agent ? gst_mikey_agent_ref_session (agent) : NULL;
  MikeyState state
      = session ? mikey_session_get_state (session) : MIKEY_STATE_IDLE;
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = self->state != state;
  self->state = state;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  if (changed)
    g_object_notify (G_OBJECT (self), "key-state");
  g_clear_object (&session);
  g_clear_object (&agent);
}

/* Between these two, a message is on its way out, or its answer is. */
static void
begin (GstMikeyBin *self)
{
  g_mutex_lock (&self->lock);
  self->busy++;
  g_mutex_unlock (&self->lock);
}

static void
end (GstMikeyBin *self)
{
  gboolean seen;

  g_mutex_lock (&self->lock);
  self->busy--;
  seen = self->busy_seen;
  self->busy_seen = FALSE;
  g_mutex_unlock (&self->lock);
  if (seen)
    GST_MIKEY_BIN_GET_CLASS (self)->keys_changed (self);
}

/* Posts an error, once: what follows the first is noise. */
void
gst_mikey_bin_fail (GstMikeyBin *self, const gchar *what, const GError *error)
{
  gboolean first;

  g_mutex_lock (&self->lock);
  first = !self->failed;
  self->failed = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  if (first)
    gst_mikey_report_error (GST_ELEMENT_CAST (self), what, error);
}

void
gst_mikey_bin_fail_without_key (GstMikeyBin *self)
{
  GError *error;

  g_mutex_lock (&self->lock);
  error = self->refusal
              ? g_error_copy (self->refusal)
              : g_error_new (MIKEY_ERROR, MIKEY_ERROR_CRED,
                             "no MIKEY message brought a key for this stream "
                             "within %d seconds (key-timeout)",
                             self->settings.key_timeout);
  g_mutex_unlock (&self->lock);
  gst_mikey_bin_fail (self, "Waiting for a key", error);
  g_error_free (error);
}

void
gst_mikey_bin_fail_unprotected (GstMikeyBin *self)
{
  GError *error = g_error_new (
      MIKEY_ERROR, MIKEY_ERROR_POLICY,
      "without a cipher for RTP or RTCP, SRTP has no key here and protects "
      "nothing");

  gst_mikey_bin_fail (self, "Using the keys", error);
  g_error_free (error);
}

/* --- messages out --- */

static void
announce (GstMikeyBin *self, GBytes *message)
{
  g_mutex_lock (&self->lock);
  self->messages_out++;
  g_mutex_unlock (&self->lock);
  gst_mikey_report_message (GST_ELEMENT_CAST (self), TRUE,
                            gst_mikey_bin_is_inband (self) ? "pipeline"
                                                           : "signalling",
                            message, NULL);
  g_signal_emit_by_name (self, "message", message);
}

/* (transfer full) (nullable) */
static GstMikeySignalling *
ref_signalling (GstMikeyBin *self)
{
  GstMikeySignalling *signalling;

  g_mutex_lock (&self->lock);
  signalling = self->signalling ? gst_object_ref (self->signalling) : NULL;
  g_mutex_unlock (&self->lock);
  return signalling;
}

/* Sends MESSAGE by all carriers there are. */
static gboolean
send_message (GstMikeyBin *self, GBytes *message, gboolean expect_reply)
{
  GstMikeySignalling *signalling = ref_signalling (self);
  GError *error = NULL;

  announce (self, message);
  if (!signalling) {
    GST_MIKEY_BIN_GET_CLASS (self)->send (self, message);
    return TRUE;
  }
  if (!gst_mikey_signalling_send (signalling, message, expect_reply, &error))
    gst_mikey_bin_fail (self, "Sending a MIKEY message", error);
  gst_object_unref (signalling);
  if (!error)
    return TRUE;
  g_error_free (error);
  return FALSE;
}

/* Whether the peer is to answer what we send on our own. */
static gboolean
wants_answer (GstMikeyBin *self)
{
  return self->settings.request_verification || self->settings.signalling;
}

gboolean
gst_mikey_bin_speak (GstMikeyBin *self)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (self);
  GError *error = NULL;
  gboolean done = TRUE;
  GBytes *message;

  if (!agent)
    return TRUE;
  begin (self);
  message = gst_mikey_agent_next_message (
      agent, gst_mikey_bin_is_initiator (self), &error);
  g_object_unref (agent);
  if (message) {
    done = send_message (self, message, wants_answer (self));
    g_bytes_unref (message);
    gst_mikey_talk_update_state (self);
  } else if (error) {
    gst_mikey_bin_fail (self, "Making a MIKEY message", error);
    g_error_free (error);
    done = FALSE;
  }
  end (self);
  return done;
}

void
gst_mikey_bin_repeat (GstMikeyBin *self)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (self);
  GBytes *message = NULL;

  begin (self);
  if (agent && gst_mikey_agent_has_moved (agent))
    message = gst_mikey_agent_create_offer (agent, NULL);
  if (message) {
    send_message (self, message, FALSE);
    g_bytes_unref (message);
  }
  end (self);
  g_clear_object (&agent);
}

gboolean
gst_mikey_bin_rekey (GstMikeyBin *self, const gchar *reason)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (self);
  GError *error = NULL;
  gboolean done = TRUE;
  GBytes *message;

  if (!agent)
    return FALSE;
  begin (self);
  message = gst_mikey_agent_rekey (agent, &error);
  g_object_unref (agent);
  if (message) {
    GST_INFO_OBJECT (self, "new keys, %s", reason);
    send_message (self, message, wants_answer (self));
    g_bytes_unref (message);
    gst_mikey_talk_update_state (self);
  } else if (error) {
    GST_WARNING_OBJECT (self, "no new keys, %s: %s", reason, error->message);
    g_error_free (error);
    done = FALSE;
  }
  end (self);
  return done;
}

/* --- messages in --- */

static void
count_message_in (GstMikeyBin *self, gboolean accepted, const GError *error)
{
  g_mutex_lock (&self->lock);
  self->messages_in++;
  if (!accepted) {
    self->messages_refused++;
    g_clear_error (&self->refusal);
    self->refusal = error ? g_error_copy (error) : NULL;
  }
  g_mutex_unlock (&self->lock);
}

/* Takes a message that came by CARRIER. *REPLY is announced, not sent. */
static gboolean
take_message (GstMikeyBin *self, GBytes *message, const gchar *carrier,
              GBytes **reply, GError **error)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (self);
  GError *why = NULL;
  gboolean accepted, duplicate;

  *reply = NULL;
  if (!agent) {
    g_set_error (error, MIKEY_ERROR, MIKEY_ERROR_USAGE,
                 "there is no session before the element is PAUSED");
    return FALSE;
  }
  accepted = gst_mikey_agent_receive (agent, message, reply, &duplicate, &why);
  g_object_unref (agent);
  if (duplicate)
    return TRUE;
  count_message_in (self, accepted, why);
  gst_mikey_report_message (GST_ELEMENT_CAST (self), FALSE, carrier, message,
                            why);
  gst_mikey_talk_update_state (self);
  if (why)
    g_propagate_error (error, why);
  return accepted;
}

/* Answers, by all carriers there are. */
static void
answer (GstMikeyBin *self, GBytes *reply)
{
  if (reply)
    send_message (self, reply, FALSE);
}

void
gst_mikey_bin_hear (GstMikeyBin *self, GBytes *message, const gchar *carrier)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (self);
  GError *error = NULL;
  GBytes *reply = NULL;

  if (!agent || gst_mikey_agent_is_own (agent, message)) {
    g_clear_object (&agent);
    return;
  }
  g_object_unref (agent);
  begin (self);
  if (!take_message (self, message, carrier, &reply, &error)) {
    GST_WARNING_OBJECT (self, "message refused: %s", error->message);
    if (error->code != MIKEY_ERROR_PENDING && !gst_mikey_bin_has_keys (self))
      gst_mikey_bin_fail (self, "Taking a MIKEY message", error);
    g_error_free (error);
  }
  answer (self, reply);
  end (self);
  g_clear_pointer (&reply, g_bytes_unref);
  /* Streams may have come while the offer was on its way. */
  gst_mikey_bin_speak (self);
}

/* The answer has to be there before the first packet under the keys that it
 * brings. There is nothing to wait for if there were no keys before. */
static void
delay_switch (GstMikeyBin *self)
{
  g_mutex_lock (&self->lock);
  self->switch_at = g_get_monotonic_time () + SWITCH_DELAY;
  g_mutex_unlock (&self->lock);
}

/* What comes from the network may come from anybody, so nothing there ends the
 * stream; if no key ever comes, that does, and this is said then. */
static GBytes *
on_signalling_received (GstMikeySignalling *signalling, GBytes *message,
                        const gchar *peer, gboolean *accepted,
                        gpointer user_data)
{
  GstMikeyBin *self = user_data;
  GError *error = NULL;
  GBytes *reply = NULL;

  begin (self);
  *accepted = take_message (self, message, peer, &reply, &error);
  if (error) {
    GST_WARNING_OBJECT (self, "message of %s refused: %s", peer,
                        error->message);
    g_error_free (error);
  }
  if (reply)
    announce (self, reply);
  if (reply && *accepted)
    delay_switch (self);
  end (self);
  if (*accepted)
    gst_mikey_bin_speak (self);
  return reply;
}

static void
on_signalling_failed (GstMikeySignalling *signalling, const GError *error,
                      gpointer user_data)
{
  GstMikeyBin *self = user_data;

  if (gst_mikey_bin_has_keys (self))
    GST_ELEMENT_WARNING (self, RESOURCE, NOT_FOUND,
                         ("A MIKEY message did not reach the peer."),
                         ("%s. See signalling.", error->message));
  else
    gst_mikey_bin_fail (self, "Calling the peer", error);
}

const GstMikeySignallingCallbacks gst_mikey_talk_signalling
    = { on_signalling_received, on_signalling_failed };

/* --- what the application asks for --- */

GBytes *
gst_mikey_talk_create_offer (GstMikeyBin *self)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (self);
  GError *error = NULL;
  GBytes *message = NULL;

  if (agent)
    message = gst_mikey_agent_create_offer (agent, &error);
  g_clear_object (&agent);
  if (error) {
    GST_WARNING_OBJECT (self, "no offer: %s", error->message);
    g_error_free (error);
  }
  gst_mikey_talk_update_state (self);
  return message;
}

gboolean
gst_mikey_talk_handle (GstMikeyBin *self, GBytes *message)
{
  GError *error = NULL;
  GBytes *reply = NULL;
  gboolean accepted;

  begin (self);
  accepted = take_message (self, message, "application", &reply, &error);
  if (error) {
    GST_WARNING_OBJECT (self, "message refused: %s", error->message);
    g_error_free (error);
  }
  answer (self, reply);
  end (self);
  g_clear_pointer (&reply, g_bytes_unref);
  if (accepted)
    gst_mikey_bin_speak (self);
  return accepted;
}

/* --- what the agent tells --- */

static void
on_keys_changed (gboolean news, gpointer user_data)
{
  GstMikeyBin *self = user_data;
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (self);
  MikeySession *session;
  GPtrArray *keys;

  if (!agent)
    return;
  session = gst_mikey_agent_ref_session (agent);
  keys = gst_mikey_agent_get_keys (agent);
  GST_MIKEY_BIN_GET_CLASS (self)->keys_changed (self);
  if (news && session && keys->len > 0) {
    gst_mikey_report_keys (GST_ELEMENT_CAST (self), session, keys);
    g_signal_emit_by_name (self, "keys-changed");
  }
  g_ptr_array_unref (keys);
  g_clear_object (&session);
  g_object_unref (agent);
}

static gboolean
on_verify_peer (const gchar *peer_id, gpointer user_data)
{
  gboolean welcome = FALSE;

  g_signal_emit_by_name (user_data, "verify-peer", peer_id, &welcome);
  return welcome;
}

static void
on_peer_error (const gchar *name, gboolean authenticated, gpointer user_data)
{
  GST_WARNING_OBJECT (user_data, "the peer says: %s (%s)", name,
                      authenticated ? "authentic" : "unauthenticated");
}

const GstMikeyAgentListener gst_mikey_talk_listener
    = { on_keys_changed, on_verify_peer, on_peer_error };

GBytes *
gst_mikey_talk_ask_psk (const gchar *local_id, const gchar *peer_id,
                        gpointer user_data)
{
  GBytes *psk = NULL;

  g_signal_emit_by_name (user_data, "request-psk", local_id, peer_id, &psk);
  return psk;
}

void
gst_mikey_bin_key_expiring (GstMikeyBin *self, guint32 ssrc, guint generation,
                            guint64 packets, const gchar *reason)
{
  gst_mikey_report_expiring (GST_ELEMENT_CAST (self), ssrc, generation, packets,
                             reason);
  g_signal_emit_by_name (self, "key-expiring", ssrc, generation, packets);
}
