/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-private.h"

#include "save.h"

/* What goes in and out of a session: streams, messages, and the session itself
 * as octets. */

/* --- streams --- */

/**
 * mikey_session_add_stream:
 * @self: a #MikeySession
 * @ssrc: the stream's SSRC, 0 if the peer is to fill it in
 * @roc: its rollover counter now
 *
 * Adds a stream of this side, that is a crypto session. Once keys are
 * established, the peer learns of it by mikey_session_create_update().
 *
 * Returns: how many streams this side has added, which is the CS ID of the
 *   stream in an offer; 0 when there are 255 already
 */
guint
mikey_session_add_stream (MikeySession *self, guint32 ssrc, guint32 roc)
{
  return mikey_session_add_stream_with_suite (self, ssrc, roc, 0);
}

/**
 * mikey_session_add_stream_with_suite:
 * @self: a #MikeySession
 * @ssrc: the stream's SSRC, 0 if the peer is to fill it in
 * @roc: its rollover counter now
 * @suite: which SRTP suite of the policy it is to have, counted from 0 in the
 *   order of mikey_policy_add_suite()
 *
 * The same as mikey_session_add_stream() for a stream that is to have another
 * suite than the policy's first.
 *
 * Returns: as mikey_session_add_stream()
 */
guint
mikey_session_add_stream_with_suite (MikeySession *self, guint32 ssrc,
                                     guint32 roc, guint suite)
{
  guint num = 0;

  if (!mikey_session_enter (self, NULL))
    return 0;
  if (mikey_exchange_add_stream_with_suite (&self->x, ssrc, roc, suite))
    num = self->x.num_streams;
  mikey_session_leave (self);
  return num;
}

/**
 * mikey_session_set_roc:
 * @self: a #MikeySession
 * @ssrc: SSRC of a stream of this side
 * @roc: its rollover counter now
 *
 * Messages made from now on tell @roc, without which a late joiner could not
 * decrypt.
 *
 * Returns: %FALSE if there is no such stream
 */
gboolean
mikey_session_set_roc (MikeySession *self, guint32 ssrc, guint32 roc)
{
  gboolean found = FALSE;
  guint i;

  if (!mikey_session_enter (self, NULL))
    return FALSE;
  for (i = 0; i < self->x.num_streams; i++)
    if (self->x.streams[i].ssrc == ssrc) {
      self->x.streams[i].roc = roc;
      found = TRUE;
    }
  mikey_session_leave (self);
  return found;
}

/* --- messages --- */

/* Ends a call that makes octets. */
static GBytes *
message_or_error (bool ok, MikeyWriter *out, const MikeyFault *fault,
                  GError **error)
{
  if (ok)
    return mikey_writer_steal (out);
  mikey_set_error (error, fault);
  mikey_writer_clear (out);
  return NULL;
}

/**
 * mikey_session_create_offer:
 * @self: a #MikeySession
 * @error: return location for a #GError
 *
 * Makes the first message, of the session's mode. Without a verification
 * message to wait for (#MikeyPolicy:request-verification), the keys are
 * established with it. Once keys are established, the same bundle is offered
 * again, with its newest keys, for those who come late to a group; modes that
 * can not do that fail with %MIKEY_ERROR_USAGE.
 *
 * Returns: (transfer full): the message, or %NULL
 */
GBytes *
mikey_session_create_offer (MikeySession *self, GError **error)
{
  g_auto (MikeyWorld) world = { .local_id = NULL };
  MikeyWriter out = MIKEY_WRITER_INIT;
  MikeyMode mode;
  MikeyFault fault;
  bool ok;

  if (!mikey_session_enter (self, error))
    return NULL;
  mikey_world_init (&world, self);
  mode = self->mode == MIKEY_MODE_AUTO ? MIKEY_MODE_PSK : self->mode;
  ok = mikey_exchange_offer (&self->x, &world.env, mode, &out, &fault);
  mikey_session_leave (self);
  return message_or_error (ok, &out, &fault, error);
}

/**
 * mikey_session_create_update:
 * @self: a #MikeySession
 * @new_keys: rekey, rather than tell of streams only
 * @error: return location for a #GError
 *
 * Makes a CSB update (RFC 3830 4.5); either side may.
 *
 * Returns: (transfer full): the message, or %NULL
 */
GBytes *
mikey_session_create_update (MikeySession *self, gboolean new_keys,
                             GError **error)
{
  g_auto (MikeyWorld) world = { .local_id = NULL };
  MikeyWriter out = MIKEY_WRITER_INIT;
  MikeyFault fault;
  bool ok;

  if (!mikey_session_enter (self, error))
    return NULL;
  mikey_world_init (&world, self);
  ok = mikey_exchange_update (&self->x, &world.env, new_keys, &out, &fault);
  mikey_session_leave (self);
  return message_or_error (ok, &out, &fault, error);
}

static void
give_reply (MikeyWriter *out, GBytes **reply)
{
  if (reply && out->len)
    *reply = mikey_writer_steal (out);
  mikey_writer_clear (out);
}

/* MESSAGE NULL: go on with the one that waits. */
static gboolean
drive (MikeySession *self, GBytes *message, GBytes **reply, GError **error)
{
  g_auto (MikeyWorld) world = { .local_id = NULL };
  MikeyWriter out = MIKEY_WRITER_INIT;
  MikeyPeerError peer_error;
  MikeyFault fault = { 0 };
  gsize len;
  gconstpointer data;
  bool ok;

  if (reply)
    *reply = NULL;
  if (!mikey_session_enter (self, error))
    return FALSE;
  mikey_world_init (&world, self);
  if (message) {
    data = g_bytes_get_data (message, &len);
    ok = mikey_exchange_receive (&self->x, &world.env, mikey_slice (data, len),
                                 &out, &fault);
  } else {
    ok = mikey_exchange_resume (&self->x, &world.env, &out, &fault);
  }
  peer_error = self->x.peer_error;
  mikey_session_leave (self);
  give_reply (&out, reply);
  if (ok)
    return TRUE;
  if (fault.code == MIKEY_FAULT_PEER_ERROR)
    mikey_session_tell_peer_error (self, peer_error);
  mikey_set_error (error, &fault);
  return FALSE;
}

/**
 * mikey_session_receive:
 * @self: a #MikeySession
 * @message: a message of the peer
 * @reply: (out) (optional) (nullable) (transfer full): what to send back: the
 *   answer, or an Error message
 * @error: return location for a #GError
 *
 * Takes a message of the peer.
 *
 * Returns: %TRUE if it was accepted; otherwise the session is as it was, except
 *   that with %MIKEY_ERROR_PENDING the message waits for
 *   mikey_session_resume()
 */
gboolean
mikey_session_receive (MikeySession *self, GBytes *message, GBytes **reply,
                       GError **error)
{
  return drive (self, message, reply, error);
}

/**
 * mikey_session_resume:
 * @self: a #MikeySession
 * @reply: (out) (optional) (nullable) (transfer full): as in
 *   mikey_session_receive()
 * @error: return location for a #GError
 *
 * Goes on with the message that waits for a credential.
 *
 * Returns: as mikey_session_receive()
 */
gboolean
mikey_session_resume (MikeySession *self, GBytes **reply, GError **error)
{
  return drive (self, NULL, reply, error);
}

/* --- saving --- */

/**
 * mikey_session_save:
 * @self: a #MikeySession
 * @error: return location for a #GError
 *
 * Everything that was exchanged and agreed, so that another process can go on.
 * Holds keys: keep it as a key file is kept.
 *
 * Returns: (transfer full): the session as octets, wiped when freed
 */
GBytes *
mikey_session_save (MikeySession *self, GError **error)
{
  MikeyWriter out = MIKEY_WRITER_INIT;
  MikeyFault fault;
  bool ok;

  if (!mikey_session_enter (self, error))
    return NULL;
  ok = mikey_exchange_save (&self->x, &out, &fault);
  mikey_session_leave (self);
  return message_or_error (ok, &out, &fault, error);
}

/**
 * mikey_session_load:
 * @self: a #MikeySession in which nothing has happened yet
 * @saved: what mikey_session_save() returned
 * @error: return location for a #GError
 *
 * Returns: %FALSE if @saved is damaged or the session is in use
 */
gboolean
mikey_session_load (MikeySession *self, GBytes *saved, GError **error)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (saved, &len);
  MikeyFault fault;
  bool ok;

  if (!mikey_session_enter (self, error))
    return FALSE;
  if (self->x.mode || self->x.num_streams || self->x.held.len)
    ok = mikey_fail (&fault, MIKEY_FAULT_USAGE, "the session is in use");
  else
    ok = mikey_exchange_load (&self->x, mikey_slice (data, len), &fault);
  mikey_session_leave (self);
  if (!ok)
    mikey_set_error (error, &fault);
  return ok;
}
