/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SESSION_SESSION_PRIVATE_H
#define MIKEY_SESSION_SESSION_PRIVATE_H

/* The inside of a MikeySession, for the files that make it up: session.c (the
 * object), session-messages.c, session-world.c (what the exchange may ask) and
 * session-keys.c (what has been agreed). */

#include "private.h"
#include "session.h"

/* A call that drives the exchange owns it from enter() to leave(), without a
 * lock held: keyrings and signal handlers are called from inside. What the
 * getters tell is a copy, taken under the lock when such a call ends. */

struct _MikeySession {
  GObject parent;

  GMutex lock; /* guards what follows, but for the exchange */
  GCond left;
  GThread *owner; /* who drives the exchange, NULL: nobody */
  MikeyExchange x;

  MikeyKeyring *keyring; /* construct-only, as the policy is */
  MikeyPolicy *policy;
  MikeyReplayStore *replay_store;
  MikeyMode mode;
  gchar *local_id;
  gchar *peer_id;
  gboolean carrier_secure;
  MikeyClockFunc clock;
  gpointer clock_data;
  GDestroyNotify clock_destroy;
  MikeyRandomFunc random;
  gpointer random_data;
  GDestroyNotify random_destroy;

  MikeyState state;
  MikeyMode mode_in_use; /* auto: none yet */
  MikeyRole role;
  guint32 counter;
  guint32 csb_id;
  MikeyCsb *csb; /* whose keys are in keys */
  GPtrArray *keys;
};

/* Takes the exchange for this thread; false when this thread has it already. */
bool mikey_session_enter (MikeySession *self, GError **error);
/* Gives it back, and tells what has changed. */
void mikey_session_leave (MikeySession *self);

/* Everything that a MikeyEnv borrows. */
typedef struct {
  MikeyEnv env;
  MikeyRandom random;
  MikeyCredentials credentials;
  MikeyReplay replay;
  MikeyPolicyData policy;
  MikeyReplayStore *store;
  gchar *local_id, *peer_id;
} MikeyWorld;

/* The world of this moment. */
void mikey_world_init (MikeyWorld *world, MikeySession *self);
void mikey_world_clear (MikeyWorld *world);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MikeyWorld, mikey_world_clear)

/* Asks the application about a peer that has proved who it is. */
gboolean mikey_session_ask_peer (MikeySession *self, const gchar *peer_id);
/* Emits peer-error. */
void
mikey_session_tell_peer_error (MikeySession *self, MikeyPeerError peer_error);
/* Every key of every crypto session of CSB (NULL: none), in order. */
GPtrArray *mikey_session_derive_keys (const MikeyCsb *csb);
/* A copy as a string, NULL when empty. */
gchar *mikey_string_of (MikeySlice slice);

#endif
