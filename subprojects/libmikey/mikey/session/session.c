/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session.h"

#include <gnutls/crypto.h>
#include <string.h>

#include <mikey/enum-types.h>

#include "../modes/srtp.h"
#include "private.h"
#include "save.h"

/* A call that drives the exchange owns it from enter() to leave(), without a
 * lock held: keyrings and signal handlers are called from inside. What the
 * getters tell is a copy, taken under the lock when such a call ends. */

struct _MikeySession {
  GObject parent;

  GMutex lock; /* guards what follows, but for the exchange */
  GCond left;
  GThread *owner; /* who drives the exchange, NULL: nobody */
  MikeyExchange x;

  MikeyKeyring *keyring;
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
  MikeyCsb *csb; /* whose keys are in keys */
  GPtrArray *keys;
};

G_DEFINE_FINAL_TYPE (MikeySession, mikey_session, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_MODE,
  PROP_LOCAL_ID,
  PROP_PEER_ID,
  PROP_ROLE,
  PROP_STATE,
  PROP_CSB_ID,
  PROP_CARRIER_SECURE,
  PROP_REPLAY_STORE,
  PROP_COUNTER,
  NUM_PROPS
};

enum { SIGNAL_KEYS_CHANGED, SIGNAL_VERIFY_PEER, SIGNAL_PEER_ERROR, NUM_SIGNALS };

static GParamSpec *props[NUM_PROPS];
static guint signals[NUM_SIGNALS];

/* --- who drives the exchange --- */

/* A handler that runs inside a call can not begin another: it would wait for
 * itself. */
static bool
enter (MikeySession *self, GError **error)
{
  bool inside;

  g_mutex_lock (&self->lock);
  inside = self->owner == g_thread_self ();
  while (!inside && self->owner)
    g_cond_wait (&self->left, &self->lock);
  if (!inside)
    self->owner = g_thread_self ();
  g_mutex_unlock (&self->lock);
  if (inside)
    g_set_error_literal (error, MIKEY_ERROR, MIKEY_ERROR_USAGE,
                         "usage: the session is busy with the call that this "
                         "handler belongs to");
  return !inside;
}

static MikeyState
state_of (const MikeyExchange *x)
{
  static const MikeyState states[] = {
    [MIKEY_EXCHANGE_IDLE] = MIKEY_STATE_IDLE,
    [MIKEY_EXCHANGE_WAIT] = MIKEY_STATE_OFFERED,
    [MIKEY_EXCHANGE_WAIT_2] = MIKEY_STATE_OFFERED,
    [MIKEY_EXCHANGE_DONE] = MIKEY_STATE_ESTABLISHED,
    [MIKEY_EXCHANGE_UPDATING] = MIKEY_STATE_ESTABLISHED,
    [MIKEY_EXCHANGE_FAILED] = MIKEY_STATE_FAILED,
  };

  return x->held.len ? MIKEY_STATE_WAITING : states[x->state];
}

static gint
by_cs_newest_first (gconstpointer a, gconstpointer b)
{
  MikeyKeys *x = *(MikeyKeys *const *) a;
  MikeyKeys *y = *(MikeyKeys *const *) b;

  if (mikey_keys_get_cs_id (x) != mikey_keys_get_cs_id (y))
    return mikey_keys_get_cs_id (x) < mikey_keys_get_cs_id (y) ? -1 : 1;
  return (gint) mikey_keys_get_generation (y)
         - (gint) mikey_keys_get_generation (x);
}

static bool
add_keys_of (GPtrArray *keys, const MikeyCsb *csb, const MikeyCs *cs,
             const MikeyTrafficKey *traffic_key)
{
  const MikeyCsPolicy *policy = mikey_csb_find_policy (csb, cs->policy_no);
  g_autoptr (MikeySecret) key = NULL;
  g_autoptr (MikeySecret) salt = NULL;
  MikeySuite suite;
  guint32 rate;

  if (!mikey_csb_derive (csb, cs, traffic_key, &key, &salt, NULL)
      || !mikey_suite_from_params (&policy->params, csb->tolerances, &suite,
                                   NULL))
    return false;
  rate = policy->params.value[MIKEY_SRTP_KEY_DERIVATION_RATE];
  g_ptr_array_add (keys, mikey_keys_new (cs, &suite, traffic_key, rate,
                                         g_steal_pointer (&key),
                                         g_steal_pointer (&salt)));
  return true;
}

static GPtrArray *
derive_keys (const MikeyCsb *csb)
{
  GPtrArray *keys
      = g_ptr_array_new_with_free_func ((GDestroyNotify) mikey_keys_unref);
  guint i, k;

  for (i = 0; csb && i < csb->num_cs; i++)
    for (k = 0; k < csb->num_keys; k++)
      if (!add_keys_of (keys, csb, &csb->cs[i], &csb->keys[k]))
        g_critical ("crypto session %u: an accepted key can not be derived",
                    csb->cs[i].cs_id);
  g_ptr_array_sort (keys, by_cs_newest_first);
  return keys;
}

/* What changed while the exchange was driven, to be told without the lock. */
typedef struct {
  bool state, keys;
} Changes;

static Changes
publish (MikeySession *self)
{
  Changes changes = { self->state != state_of (&self->x),
                      self->csb != self->x.csb };

  self->state = state_of (&self->x);
  if (changes.keys) {
    mikey_csb_unref (self->csb);
    self->csb = self->x.csb ? mikey_csb_ref (self->x.csb) : NULL;
    g_clear_pointer (&self->keys, g_ptr_array_unref);
    self->keys = derive_keys (self->csb);
  }
  return changes;
}

static void
leave (MikeySession *self)
{
  Changes changes;

  g_mutex_lock (&self->lock);
  changes = publish (self);
  self->owner = NULL;
  g_cond_signal (&self->left);
  g_mutex_unlock (&self->lock);
  if (changes.keys)
    g_signal_emit (self, signals[SIGNAL_KEYS_CHANGED], 0);
  if (changes.state)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

/* --- the world, as the exchange may know it --- */

static gchar *
string_of (MikeySlice slice)
{
  return slice.len ? g_strndup ((const gchar *) slice.data, slice.len) : NULL;
}

static MikeySecret *
secret_of (GBytes *psk, MikeyFault *fault)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (psk, &len);
  MikeySecret *secret = NULL;

  if (len == 0)
    mikey_fail (fault, MIKEY_FAULT_BAD_CREDENTIAL, "an empty pre-shared key");
  else if (!(secret = mikey_secret_copy (mikey_slice (data, len))))
    mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no memory for a key");
  return secret;
}

static MikeySecret *
ask_psk (void *user, MikeySlice local, MikeySlice peer, MikeyFault *fault)
{
  MikeySession *self = user;
  g_autofree gchar *local_id = string_of (local);
  g_autofree gchar *peer_id = string_of (peer);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) psk = NULL;

  if (!self->keyring) {
    mikey_fail (fault, MIKEY_FAULT_NO_CREDENTIAL, "no keyring is set");
    return NULL;
  }
  psk = mikey_keyring_lookup_psk (self->keyring, local_id, peer_id, &error);
  if (psk)
    return secret_of (psk, fault);
  mikey_fail_error (fault, error, MIKEY_FAULT_NO_CREDENTIAL);
  return NULL;
}

static bool
ask_peer (void *user, MikeySlice peer, MikeyFault *fault)
{
  g_autofree gchar *peer_id = string_of (peer);
  gboolean accepted = TRUE;

  g_signal_emit (user, signals[SIGNAL_VERIFY_PEER], 0, peer_id, &accepted);
  return accepted
         || mikey_fail (fault, MIKEY_FAULT_WRONG_ID,
                        "the application refuses the peer");
}

static bool
fill_random (void *user, guint8 *data, gsize len)
{
  MikeySession *self = user;

  if (self->random)
    return self->random (data, len, self->random_data);
  /* lint: allow randomness: this is the default random source */
  return gnutls_rnd (GNUTLS_RND_KEY, data, len) == 0;
}

static MikeyTime
read_clock (MikeySession *self)
{
  /* lint: allow clock: this is the default clock */
  return self->clock ? self->clock (self->clock_data) : g_get_real_time ();
}

/* Everything that a MikeyEnv borrows. */
typedef struct {
  MikeyEnv env;
  MikeyRandom random;
  MikeyCredentials credentials;
  MikeyReplay replay;
  MikeyPolicyData policy;
  gchar *local_id, *peer_id;
} World;

static void
world_clear (World *world)
{
  g_free (world->local_id);
  g_free (world->peer_id);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static MikeySlice
slice_of (const gchar *string)
{
  return string ? mikey_slice (string, strlen (string)) : MIKEY_SLICE_EMPTY;
}

static void
world_init (World *world, MikeySession *self)
{
  world->random = (MikeyRandom){ fill_random, self };
  world->credentials = (MikeyCredentials){ self, ask_psk, ask_peer };
  world->replay = mikey_replay_store_get_interface (self->replay_store);
  mikey_policy_get_data (self->policy, &world->policy);
  g_mutex_lock (&self->lock);
  world->local_id = g_strdup (self->local_id);
  world->peer_id = g_strdup (self->peer_id);
  world->env.carrier_secure = self->carrier_secure;
  g_mutex_unlock (&self->lock);
  if (!world->local_id && self->keyring)
    world->local_id = mikey_keyring_get_identity (self->keyring);
  world->env.now = read_clock (self);
  world->env.random = &world->random;
  world->env.policy = &world->policy;
  world->env.credentials = &world->credentials;
  world->env.replay = &world->replay;
  world->env.local_id = slice_of (world->local_id);
  world->env.peer_id = slice_of (world->peer_id);
}

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
  guint num = 0;

  if (!enter (self, NULL))
    return 0;
  if (mikey_exchange_add_stream (&self->x, ssrc, roc))
    num = self->x.num_streams;
  leave (self);
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

  if (!enter (self, NULL))
    return FALSE;
  for (i = 0; i < self->x.num_streams; i++)
    if (self->x.streams[i].ssrc == ssrc) {
      self->x.streams[i].roc = roc;
      found = TRUE;
    }
  leave (self);
  return found;
}

/* --- messages --- */

/* Ends a call that makes a message. */
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
 * established with it.
 *
 * Returns: (transfer full): the message, or %NULL
 */
GBytes *
mikey_session_create_offer (MikeySession *self, GError **error)
{
  g_auto (World) world = { .local_id = NULL };
  MikeyWriter out = MIKEY_WRITER_INIT;
  MikeyMode mode;
  MikeyFault fault;
  bool ok;

  if (!enter (self, error))
    return NULL;
  world_init (&world, self);
  mode = self->mode == MIKEY_MODE_AUTO ? MIKEY_MODE_PSK : self->mode;
  ok = mikey_exchange_offer (&self->x, &world.env, mode, &out, &fault);
  leave (self);
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
  g_auto (World) world = { .local_id = NULL };
  MikeyWriter out = MIKEY_WRITER_INIT;
  MikeyFault fault;
  bool ok;

  if (!enter (self, error))
    return NULL;
  world_init (&world, self);
  ok = mikey_exchange_update (&self->x, &world.env, new_keys, &out, &fault);
  leave (self);
  return message_or_error (ok, &out, &fault, error);
}

static void
tell_peer_error (MikeySession *self, MikeyPeerError peer_error)
{
  const char *name
      = mikey_registry_name (MIKEY_REG_ERROR_NO, peer_error.error_no);

  g_signal_emit (self, signals[SIGNAL_PEER_ERROR], 0, peer_error.error_no,
                 name ? name : "unknown", (gboolean) peer_error.authentic);
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
  g_auto (World) world = { .local_id = NULL };
  MikeyWriter out = MIKEY_WRITER_INIT;
  MikeyPeerError peer_error;
  MikeyFault fault;
  gsize len;
  gconstpointer data;
  bool ok;

  if (reply)
    *reply = NULL;
  if (!enter (self, error))
    return FALSE;
  world_init (&world, self);
  if (message) {
    data = g_bytes_get_data (message, &len);
    ok = mikey_exchange_receive (&self->x, &world.env, mikey_slice (data, len),
                                 &out, &fault);
  } else {
    ok = mikey_exchange_resume (&self->x, &world.env, &out, &fault);
  }
  peer_error = self->x.peer_error;
  leave (self);
  give_reply (&out, reply);
  if (ok)
    return TRUE;
  if (fault.code == MIKEY_FAULT_PEER_ERROR)
    tell_peer_error (self, peer_error);
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

/* --- what has been agreed --- */

/**
 * mikey_session_get_keys:
 * @self: a #MikeySession
 *
 * Returns: (transfer container) (element-type MikeyKeys): every live key of
 *   every crypto session, by CS ID, the newest first; empty before
 *   establishment. g_ptr_array_unref() frees the array and its elements.
 */
GPtrArray *
mikey_session_get_keys (MikeySession *self)
{
  GPtrArray *copy
      = g_ptr_array_new_with_free_func ((GDestroyNotify) mikey_keys_unref);
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->keys->len; i++)
    g_ptr_array_add (copy, mikey_keys_ref (self->keys->pdata[i]));
  g_mutex_unlock (&self->lock);
  return copy;
}

/**
 * mikey_session_drop_keys:
 * @self: a #MikeySession
 * @generation: the oldest generation to keep
 *
 * Forgets the keys of earlier generations, never the newest.
 */
void
mikey_session_drop_keys (MikeySession *self, guint generation)
{
  MikeyCsb *csb;

  if (!enter (self, NULL))
    return;
  csb = self->x.csb ? mikey_csb_copy (self->x.csb) : NULL;
  if (csb) {
    mikey_csb_drop_keys (csb, generation);
    mikey_csb_unref (self->x.csb);
    self->x.csb = csb;
  }
  leave (self);
}

static MikeyKeys *
newest_with_ssrc (GPtrArray *keys, guint32 ssrc)
{
  guint i;

  for (i = 0; i < keys->len; i++)
    if (mikey_keys_get_ssrc (keys->pdata[i]) == ssrc)
      return keys->pdata[i];
  return NULL;
}

static bool
one_crypto_session (GPtrArray *keys)
{
  return keys->len
         && mikey_keys_get_cs_id (keys->pdata[0])
                == mikey_keys_get_cs_id (keys->pdata[keys->len - 1]);
}

/**
 * mikey_session_find_keys:
 * @self: a #MikeySession
 * @ssrc: an SSRC
 *
 * Finds the newest key for @ssrc: of the crypto session that has it, or else of
 * one whose SSRC is not known, or else of the only one (RTSP equipment puts a
 * random SSRC into its messages).
 *
 * Returns: (transfer full) (nullable): the key
 */
MikeyKeys *
mikey_session_find_keys (MikeySession *self, guint32 ssrc)
{
  MikeyKeys *keys;

  g_mutex_lock (&self->lock);
  keys = newest_with_ssrc (self->keys, ssrc);
  if (!keys)
    keys = newest_with_ssrc (self->keys, 0);
  if (!keys && one_crypto_session (self->keys))
    keys = self->keys->pdata[0];
  if (keys)
    mikey_keys_ref (keys);
  g_mutex_unlock (&self->lock);
  return keys;
}

/**
 * mikey_session_get_mode:
 * @self: a #MikeySession
 *
 * Returns: the mode in use; before there is one, the mode to offer
 */
MikeyMode
mikey_session_get_mode (MikeySession *self)
{
  MikeyMode mode;

  g_mutex_lock (&self->lock);
  mode = self->x.mode ? self->x.mode->mode : self->mode;
  g_mutex_unlock (&self->lock);
  return mode;
}

/**
 * mikey_session_get_state:
 * @self: a #MikeySession
 *
 * Returns: where the session stands
 */
MikeyState
mikey_session_get_state (MikeySession *self)
{
  MikeyState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);
  return state;
}

/**
 * mikey_session_get_csb_id:
 * @self: a #MikeySession
 *
 * Returns: the crypto session bundle's identifier, 0 before establishment
 */
guint32
mikey_session_get_csb_id (MikeySession *self)
{
  guint32 csb_id;

  g_mutex_lock (&self->lock);
  csb_id = self->csb ? self->csb->csb_id : 0;
  g_mutex_unlock (&self->lock);
  return csb_id;
}

/**
 * mikey_session_get_peer_identity:
 * @self: a #MikeySession
 *
 * Returns: (transfer full) (nullable): who the peer has proved to be
 */
gchar *
mikey_session_get_peer_identity (MikeySession *self)
{
  const MikeyIdentity *peer;
  gchar *id = NULL;

  g_mutex_lock (&self->lock);
  if (self->csb) {
    peer = self->x.role == MIKEY_ROLE_INITIATOR ? &self->csb->responder
                                                : &self->csb->initiator;
    id = string_of (peer->data);
  }
  g_mutex_unlock (&self->lock);
  return id;
}

/* --- clock and randomness --- */

/**
 * mikey_session_set_clock:
 * @self: a #MikeySession
 * @clock: (nullable) (scope notified) (closure user_data): tells the time, %NULL
 *   for the system's clock
 * @user_data: for @clock
 * @destroy: frees @user_data
 */
void
mikey_session_set_clock (MikeySession *self, MikeyClockFunc clock,
                         gpointer user_data, GDestroyNotify destroy)
{
  if (self->clock_destroy)
    self->clock_destroy (self->clock_data);
  self->clock = clock;
  self->clock_data = user_data;
  self->clock_destroy = destroy;
}

/**
 * mikey_session_set_random: (skip)
 * @self: a #MikeySession
 * @random: (nullable): gives random octets, %NULL for the system's source
 * @user_data: for @random
 * @destroy: frees @user_data
 */
void
mikey_session_set_random (MikeySession *self, MikeyRandomFunc random,
                          gpointer user_data, GDestroyNotify destroy)
{
  if (self->random_destroy)
    self->random_destroy (self->random_data);
  self->random = random;
  self->random_data = user_data;
  self->random_destroy = destroy;
}

/* --- saving --- */

static void
wipe_and_free (gpointer data)
{
  MikeyWriter *w = data;

  mikey_writer_clear (w);
  g_free (w);
}

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
  MikeyWriter *out;
  MikeyFault fault;
  bool ok;

  if (!enter (self, error))
    return NULL;
  out = g_new0 (MikeyWriter, 1);
  ok = mikey_exchange_save (&self->x, out, &fault);
  leave (self);
  if (ok)
    return g_bytes_new_with_free_func (out->data, out->len, wipe_and_free, out);
  mikey_set_error (error, &fault);
  wipe_and_free (out);
  return NULL;
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

  if (!enter (self, error))
    return FALSE;
  if (self->x.mode || self->x.num_streams)
    ok = mikey_fail (&fault, MIKEY_FAULT_USAGE, "the session is in use");
  else
    ok = mikey_exchange_load (&self->x, mikey_slice (data, len), &fault);
  leave (self);
  if (!ok)
    mikey_set_error (error, &fault);
  return ok;
}

/* --- the object --- */

static void
set_string (MikeySession *self, gchar **member, const GValue *value)
{
  g_mutex_lock (&self->lock);
  g_free (*member);
  *member = g_value_dup_string (value);
  g_mutex_unlock (&self->lock);
}

static void
set_store (MikeySession *self, MikeyReplayStore *store)
{
  g_clear_object (&self->replay_store);
  self->replay_store
      = store ? g_object_ref (store) : mikey_replay_store_new (0);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  MikeySession *self = MIKEY_SESSION (object);

  switch (id) {
  case PROP_MODE:
    self->mode = g_value_get_enum (value);
    break;
  case PROP_LOCAL_ID:
    set_string (self, &self->local_id, value);
    break;
  case PROP_PEER_ID:
    set_string (self, &self->peer_id, value);
    break;
  case PROP_CARRIER_SECURE:
    self->carrier_secure = g_value_get_boolean (value);
    break;
  case PROP_REPLAY_STORE:
    set_store (self, g_value_get_object (value));
    break;
  case PROP_COUNTER:
    self->x.counter = g_value_get_uint (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  MikeySession *self = MIKEY_SESSION (object);

  g_mutex_lock (&self->lock);
  switch (id) {
  case PROP_MODE:
    g_value_set_enum (value, self->x.mode ? self->x.mode->mode : self->mode);
    break;
  case PROP_LOCAL_ID:
    g_value_set_string (value, self->local_id);
    break;
  case PROP_PEER_ID:
    g_value_set_string (value, self->peer_id);
    break;
  case PROP_ROLE:
    g_value_set_enum (value, self->x.role);
    break;
  case PROP_STATE:
    g_value_set_enum (value, self->state);
    break;
  case PROP_CSB_ID:
    g_value_set_uint (value, self->csb ? self->csb->csb_id : 0);
    break;
  case PROP_CARRIER_SECURE:
    g_value_set_boolean (value, self->carrier_secure);
    break;
  case PROP_REPLAY_STORE:
    g_value_set_object (value, self->replay_store);
    break;
  case PROP_COUNTER:
    g_value_set_uint (value, self->x.counter);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  g_mutex_unlock (&self->lock);
}

static void
finalize (GObject *object)
{
  MikeySession *self = MIKEY_SESSION (object);

  if (self->csb)
    mikey_replay_store_release_csb (self->replay_store, self->csb->csb_id);
  mikey_session_set_clock (self, NULL, NULL, NULL);
  mikey_session_set_random (self, NULL, NULL, NULL);
  mikey_exchange_clear (&self->x);
  mikey_csb_unref (self->csb);
  g_ptr_array_unref (self->keys);
  g_clear_object (&self->keyring);
  g_clear_object (&self->policy);
  g_clear_object (&self->replay_store);
  g_free (self->local_id);
  g_free (self->peer_id);
  g_cond_clear (&self->left);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (mikey_session_parent_class)->finalize (object);
}

#define RW (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)
#define RO (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

static void
install_properties (GObjectClass *klass)
{
  props[PROP_MODE] = g_param_spec_enum (
      "mode", "Mode", "The mode to offer, or the one in use", MIKEY_TYPE_MODE,
      MIKEY_MODE_AUTO, RW);
  props[PROP_LOCAL_ID]
      = g_param_spec_string ("local-id", "Local identity",
                             "Identity of this side; NULL: the keyring's",
                             NULL, RW);
  props[PROP_PEER_ID]
      = g_param_spec_string ("peer-id", "Peer identity",
                             "Identity that the peer must have; NULL: any",
                             NULL, RW);
  props[PROP_ROLE] = g_param_spec_enum (
      "role", "Role", "Role of this side in the first exchange",
      MIKEY_TYPE_ROLE, MIKEY_ROLE_AUTO, RO);
  props[PROP_STATE]
      = g_param_spec_enum ("state", "State", "Where the session stands",
                           MIKEY_TYPE_STATE, MIKEY_STATE_IDLE, RO);
  props[PROP_CSB_ID]
      = g_param_spec_uint ("csb-id", "CSB ID", "Crypto session bundle", 0,
                           G_MAXUINT32, 0, RO);
  props[PROP_CARRIER_SECURE] = g_param_spec_boolean (
      "carrier-secure", "Carrier secure",
      "Messages travel over an authenticated, encrypted channel", FALSE, RW);
  props[PROP_REPLAY_STORE] = g_param_spec_object (
      "replay-store", "Replay store", "What was seen before, shared",
      MIKEY_TYPE_REPLAY_STORE, RW);
  props[PROP_COUNTER] = g_param_spec_uint (
      "counter", "Counter",
      "Next timestamp of type counter; never use one twice with a peer", 0,
      G_MAXUINT32, 1, RW);
  g_object_class_install_properties (klass, NUM_PROPS, props);
}

static gboolean
any_refuses (GSignalInvocationHint *hint, GValue *accumulated,
             const GValue *returned, gpointer data)
{
  gboolean accepted = g_value_get_boolean (returned);

  g_value_set_boolean (accumulated, accepted);
  return accepted;
}

/* Runs last: where no handler refused, the peer is accepted. */
static gboolean
accept_peer (MikeySession *self, const gchar *peer_id)
{
  return TRUE;
}

static void
install_signals (GType type)
{
  /**
   * MikeySession::keys-changed:
   * @self: the session
   *
   * mikey_session_get_keys() tells something new.
   */
  signals[SIGNAL_KEYS_CHANGED]
      = g_signal_new ("keys-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 0);
  /**
   * MikeySession::verify-peer:
   * @self: the session
   * @peer_id: (nullable): who the peer has proved to be
   *
   * The last word on a peer that is authentic.
   *
   * Returns: %FALSE to refuse it
   */
  signals[SIGNAL_VERIFY_PEER] = g_signal_new_class_handler (
      "verify-peer", type, G_SIGNAL_RUN_LAST, G_CALLBACK (accept_peer),
      any_refuses, NULL, NULL, G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
  /**
   * MikeySession::peer-error:
   * @self: the session
   * @error_no: the RFC's Error no
   * @name: what the registry calls it
   * @authentic: %FALSE: anybody may have sent it, and nothing was changed
   *
   * The peer answered with an Error message (RFC 3830 5.1.2).
   */
  signals[SIGNAL_PEER_ERROR] = g_signal_new (
      "peer-error", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
      3, G_TYPE_UINT, G_TYPE_STRING, G_TYPE_BOOLEAN);
}

static void
mikey_session_class_init (MikeySessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  install_properties (object_class);
  install_signals (G_TYPE_FROM_CLASS (klass));
}

static void
mikey_session_init (MikeySession *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->left);
  mikey_exchange_init (&self->x);
  self->keys = derive_keys (NULL);
  set_store (self, NULL);
}

/**
 * mikey_session_new:
 * @keyring: (nullable): who I am and whom I trust
 * @policy: (nullable): what to offer and to accept, %NULL for
 *   mikey_policy_new()
 *
 * Returns: (transfer full): a session in which nothing has happened yet
 */
MikeySession *
mikey_session_new (MikeyKeyring *keyring, MikeyPolicy *policy)
{
  MikeySession *self = g_object_new (MIKEY_TYPE_SESSION, NULL);

  self->keyring = keyring ? g_object_ref (keyring) : NULL;
  self->policy = policy ? g_object_ref (policy) : mikey_policy_new ();
  return self;
}
