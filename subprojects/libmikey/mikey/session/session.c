/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-private.h"

#include <mikey/enum-types.h>

G_DEFINE_FINAL_TYPE (MikeySession, mikey_session, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_KEYRING,
  PROP_POLICY,
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

enum {
  SIGNAL_KEYS_CHANGED,
  SIGNAL_VERIFY_PEER,
  SIGNAL_PEER_ERROR,
  NUM_SIGNALS
};

static GParamSpec *props[NUM_PROPS];
static guint signals[NUM_SIGNALS];

/* --- who drives the exchange --- */

/* A handler that runs inside a call can not begin another: it would wait for
 * itself. */
bool
mikey_session_enter (MikeySession *self, GError **error)
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

/* Of the bundle in force, or of the one that was offered. */
static guint32
csb_id_of (const MikeyExchange *x)
{
  const MikeyCsb *csb = x->csb ? x->csb : x->pending;

  return csb ? csb->csb_id : 0;
}

/* What changed while the exchange was driven, to be told without the lock. */
typedef struct {
  bool state, keys;
} Changes;

/* A CSB ID of ours that is no longer in use may be drawn again. */
static void
publish_csb_id (MikeySession *self)
{
  guint32 csb_id = csb_id_of (&self->x);

  if (self->csb_id && self->csb_id != csb_id
      && self->role == MIKEY_ROLE_INITIATOR)
    mikey_replay_store_release_csb (self->replay_store, self->csb_id);
  self->csb_id = csb_id;
}

static Changes
publish (MikeySession *self)
{
  Changes changes
      = { self->state != state_of (&self->x), self->csb != self->x.csb };

  self->state = state_of (&self->x);
  self->mode_in_use = self->x.mode ? self->x.mode->mode : MIKEY_MODE_AUTO;
  self->counter = self->x.counter;
  publish_csb_id (self);
  self->role = self->x.role;
  if (changes.keys) {
    mikey_csb_unref (self->csb);
    self->csb = self->x.csb ? mikey_csb_ref (self->x.csb) : NULL;
    g_clear_pointer (&self->keys, g_ptr_array_unref);
    self->keys = mikey_session_derive_keys (self->csb);
  }
  return changes;
}

void
mikey_session_leave (MikeySession *self)
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
  mode = self->mode_in_use ? self->mode_in_use : self->mode;
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
 * Returns: the crypto session bundle's identifier, 0 before there is one
 */
guint32
mikey_session_get_csb_id (MikeySession *self)
{
  guint32 csb_id;

  g_mutex_lock (&self->lock);
  csb_id = self->csb_id;
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
  if (self->csb && self->csb->peer_proved) {
    peer = self->role == MIKEY_ROLE_INITIATOR ? &self->csb->responder
                                              : &self->csb->initiator;
    id = mikey_string_of (peer->data);
  }
  g_mutex_unlock (&self->lock);
  return id;
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
  MikeyReplayStore *before;

  store = g_object_ref (store ? store : mikey_replay_store_get_default ());
  g_mutex_lock (&self->lock);
  before = self->replay_store;
  self->replay_store = store;
  g_mutex_unlock (&self->lock);
  g_clear_object (&before);
}

static void
set_counter (MikeySession *self, guint32 counter)
{
  if (!mikey_session_enter (self, NULL))
    return;
  self->x.counter = counter;
  mikey_session_leave (self);
}

static void
set_mode (MikeySession *self, MikeyMode mode)
{
  g_mutex_lock (&self->lock);
  self->mode = mode;
  g_mutex_unlock (&self->lock);
}

static void
set_carrier_secure (MikeySession *self, gboolean secure)
{
  g_mutex_lock (&self->lock);
  self->carrier_secure = secure;
  g_mutex_unlock (&self->lock);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  MikeySession *self = MIKEY_SESSION (object);

  switch (id) {
  case PROP_KEYRING:
    self->keyring = g_value_dup_object (value);
    break;
  case PROP_POLICY:
    self->policy = g_value_dup_object (value);
    break;
  case PROP_MODE:
    set_mode (self, g_value_get_enum (value));
    break;
  case PROP_LOCAL_ID:
    set_string (self, &self->local_id, value);
    break;
  case PROP_PEER_ID:
    set_string (self, &self->peer_id, value);
    break;
  case PROP_CARRIER_SECURE:
    set_carrier_secure (self, g_value_get_boolean (value));
    break;
  case PROP_REPLAY_STORE:
    set_store (self, g_value_get_object (value));
    break;
  case PROP_COUNTER:
    set_counter (self, g_value_get_uint (value));
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
  case PROP_KEYRING:
    g_value_set_object (value, self->keyring);
    break;
  case PROP_POLICY:
    g_value_set_object (value, self->policy);
    break;
  case PROP_MODE:
    g_value_set_enum (value,
                      self->mode_in_use ? self->mode_in_use : self->mode);
    break;
  case PROP_LOCAL_ID:
    g_value_set_string (value, self->local_id);
    break;
  case PROP_PEER_ID:
    g_value_set_string (value, self->peer_id);
    break;
  case PROP_ROLE:
    g_value_set_enum (value, self->role);
    break;
  case PROP_STATE:
    g_value_set_enum (value, self->state);
    break;
  case PROP_CSB_ID:
    g_value_set_uint (value, self->csb_id);
    break;
  case PROP_CARRIER_SECURE:
    g_value_set_boolean (value, self->carrier_secure);
    break;
  case PROP_REPLAY_STORE:
    g_value_set_object (value, self->replay_store);
    break;
  case PROP_COUNTER:
    g_value_set_uint (value, self->counter);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  g_mutex_unlock (&self->lock);
}

static void
constructed (GObject *object)
{
  MikeySession *self = MIKEY_SESSION (object);

  if (!self->policy)
    self->policy = mikey_policy_new ();
  G_OBJECT_CLASS (mikey_session_parent_class)->constructed (object);
}

static void
finalize (GObject *object)
{
  MikeySession *self = MIKEY_SESSION (object);

  if (self->csb_id && self->role == MIKEY_ROLE_INITIATOR)
    mikey_replay_store_release_csb (self->replay_store, self->csb_id);
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
  props[PROP_KEYRING]
      = g_param_spec_object ("keyring", "Keyring", "Who I am and whom I trust",
                             MIKEY_TYPE_KEYRING, RW | G_PARAM_CONSTRUCT_ONLY);
  props[PROP_POLICY]
      = g_param_spec_object ("policy", "Policy", "What to offer and to accept",
                             MIKEY_TYPE_POLICY, RW | G_PARAM_CONSTRUCT_ONLY);
  props[PROP_MODE] = g_param_spec_enum ("mode", "Mode",
                                        "The mode to offer, or the one in use",
                                        MIKEY_TYPE_MODE, MIKEY_MODE_AUTO, RW);
  props[PROP_LOCAL_ID] = g_param_spec_string (
      "local-id", "Local identity",
      "Identity of this side; NULL: the keyring's", NULL, RW);
  props[PROP_PEER_ID] = g_param_spec_string (
      "peer-id", "Peer identity", "Identity that the peer must have; NULL: any",
      NULL, RW);
  props[PROP_ROLE] = g_param_spec_enum (
      "role", "Role", "Role of this side in the first exchange",
      MIKEY_TYPE_ROLE, MIKEY_ROLE_AUTO, RO);
  props[PROP_STATE]
      = g_param_spec_enum ("state", "State", "Where the session stands",
                           MIKEY_TYPE_STATE, MIKEY_STATE_IDLE, RO);
  props[PROP_CSB_ID] = g_param_spec_uint (
      "csb-id", "CSB ID", "Crypto session bundle", 0, G_MAXUINT32, 0, RO);
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

gboolean
mikey_session_ask_peer (MikeySession *self, const gchar *peer_id)
{
  gboolean accepted = TRUE;

  g_signal_emit (self, signals[SIGNAL_VERIFY_PEER], 0, peer_id, &accepted);
  return accepted;
}

void
mikey_session_tell_peer_error (MikeySession *self, MikeyPeerError peer_error)
{
  const char *name
      = mikey_registry_name (MIKEY_REG_ERROR_NO, peer_error.error_no);

  g_signal_emit (self, signals[SIGNAL_PEER_ERROR], 0, peer_error.error_no,
                 name ? name : "unknown", (gboolean)peer_error.authentic);
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

  object_class->constructed = constructed;
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
  self->keys = mikey_session_derive_keys (NULL);
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
  return g_object_new (MIKEY_TYPE_SESSION, "keyring", keyring, "policy", policy,
                       NULL);
}
