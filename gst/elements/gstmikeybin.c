/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <gst/pbutils/missing-plugins.h>

#include "gstmikeybin.h"
#include "gstmikeyreport.h"
#include "gstmikeytalk.h"

GST_DEBUG_CATEGORY (gst_mikey_bin_debug);
#define GST_CAT_DEFAULT gst_mikey_bin_debug

enum {
  SIGNAL_MESSAGE,
  SIGNAL_REQUEST_PSK,
  SIGNAL_VERIFY_PEER,
  SIGNAL_KEYS_CHANGED,
  SIGNAL_KEY_EXPIRING,
  SIGNAL_CREATE_OFFER,
  SIGNAL_HANDLE_MESSAGE,
  SIGNAL_REKEY,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Properties of our own come after those of the table. */
#define PROP_KEY_STATE (gst_mikey_settings_count () + 1)
#define PROP_STATS     (gst_mikey_settings_count () + 2)

#define gst_mikey_bin_parent_class parent_class
G_DEFINE_ABSTRACT_TYPE_WITH_CODE (
    GstMikeyBin, gst_mikey_bin, GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (gst_mikey_bin_debug, "mikeybin", 0,
                             "MIKEY sessions of mikeyenc and mikeydec"))

/* --- properties --- */

static void
add_uint64 (GstStructure *s, const gchar *name, guint64 value)
{
  gst_structure_set (s, name, G_TYPE_UINT64, value, NULL);
}

static void
add_session_stats (GstMikeyBin *self, GstStructure *stats)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (self);
  MikeySession *session = agent ? gst_mikey_agent_ref_session (agent) : NULL;
  GPtrArray *keys;
  gchar *peer;

  if (session) {
    keys = gst_mikey_agent_get_keys (agent);
    peer = mikey_session_get_peer_identity (session);
    gst_structure_set (stats, "mode", MIKEY_TYPE_MODE,
                       mikey_session_get_mode (session), "csb-id", G_TYPE_UINT,
                       mikey_session_get_csb_id (session), "peer",
                       G_TYPE_STRING, peer, NULL);
    gst_mikey_report_take_keys (stats, keys);
    g_ptr_array_unref (keys);
    g_free (peer);
  }
  g_clear_object (&session);
  g_clear_object (&agent);
}

/* (transfer full): what the property `stats` holds. */
static GstStructure *
make_stats (GstMikeyBin *self)
{
  GstStructure *stats = gst_structure_new_empty ("application/x-mikey-stats");
  GstMikeySignalling *signalling;

  g_mutex_lock (&self->lock);
  gst_structure_set (stats, "key-state", MIKEY_TYPE_STATE, self->state, NULL);
  add_uint64 (stats, "messages-in", self->messages_in);
  add_uint64 (stats, "messages-out", self->messages_out);
  add_uint64 (stats, "messages-refused", self->messages_refused);
  signalling = self->signalling ? gst_object_ref (self->signalling) : NULL;
  g_mutex_unlock (&self->lock);
  add_session_stats (self, stats);
  if (signalling) {
    GstStructure *s = gst_mikey_signalling_get_stats (signalling);

    gst_structure_set (stats, "signalling", GST_TYPE_STRUCTURE, s,
                       "signalling-port", G_TYPE_UINT,
                       gst_mikey_signalling_get_port (signalling), NULL);
    gst_structure_free (s);
    gst_object_unref (signalling);
  }
  if (GST_MIKEY_BIN_GET_CLASS (self)->add_stats)
    GST_MIKEY_BIN_GET_CLASS (self)->add_stats (self, stats);
  return stats;
}

void
gst_mikey_bin_set_property (GObject *object, guint id, const GValue *value,
                            GParamSpec *spec)
{
  GstMikeyBin *self = GST_MIKEY_BIN (object);
  gboolean known;

  GST_OBJECT_LOCK (self);
  known = gst_mikey_settings_set (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  else if (GST_MIKEY_BIN_GET_CLASS (self)->setting_changed)
    GST_MIKEY_BIN_GET_CLASS (self)->setting_changed (self);
}

void
gst_mikey_bin_get_property (GObject *object, guint id, GValue *value,
                            GParamSpec *spec)
{
  GstMikeyBin *self = GST_MIKEY_BIN (object);
  gboolean known;

  GST_OBJECT_LOCK (self);
  known = gst_mikey_settings_get (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (known)
    return;
  if (id == PROP_STATS)
    g_value_take_boxed (value, make_stats (self));
  else if (id == PROP_KEY_STATE)
    g_value_set_enum (value, self->state);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

/* --- from READY to PAUSED and back --- */

static MikeyKeyring *
load_keyfile (GstMikeyBin *self, GError **error)
{
  const gchar *path = self->settings.keyring;

  return path ? MIKEY_KEYRING (mikey_keyfile_new_from_file (path, error))
              : NULL;
}

static gboolean
make_keyring (GstMikeyBin *self, GError **error)
{
  GError *why = NULL;
  MikeyKeyring *file = load_keyfile (self, &why);
  GBytes *psk = NULL;

  if (!why && self->settings.psk)
    psk = mikey_key_from_text (self->settings.psk, &why);
  if (!why)
    self->keyring
        = gst_mikey_keyring_new (psk, file, gst_mikey_talk_ask_psk, self);
  g_clear_object (&file);
  g_clear_pointer (&psk, g_bytes_unref);
  if (why)
    g_propagate_error (error, why);
  return self->keyring != NULL;
}

static gboolean
make_agent (GstMikeyBin *self, GError **error)
{
  GstMikeySettings *s = &self->settings;
  MikeyPolicy *policy = gst_mikey_settings_make_policy (s, error);
  GstMikeyAgentConfig config
      = { .mode = s->mode,
          .local_id = s->local_id,
          .peer_id = s->peer_id,
          .keyring = MIKEY_KEYRING (self->keyring),
          .policy = policy,
          .store = self->store,
          .judge_freshness = s->max_clock_skew >= 0,
          .carrier_secure = FALSE,
          .responder = !gst_mikey_bin_is_initiator (self) };
  GstMikeyAgent *agent;

  if (!policy)
    return FALSE;
  agent = gst_mikey_agent_get (s->session_id);
  gst_mikey_agent_join (agent, &config, &gst_mikey_talk_listener, self);
  g_object_unref (policy);
  g_mutex_lock (&self->lock);
  self->agent = agent;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
start_signalling (GstMikeyBin *self, GError **error)
{
  gboolean listen = !gst_mikey_bin_is_initiator (self);
  GstMikeySignalling *signalling;

  if (!self->settings.signalling)
    return TRUE;
  signalling
      = gst_mikey_signalling_new (self->settings.signalling, listen,
                                  &gst_mikey_talk_signalling, self, error);
  if (!signalling)
    return FALSE;
  g_mutex_lock (&self->lock);
  self->signalling = signalling;
  g_mutex_unlock (&self->lock);
  return gst_mikey_signalling_start (signalling, error);
}

static void
stop (GstMikeyBin *self)
{
  GstMikeySignalling *signalling;
  GstMikeyAgent *agent;

  g_mutex_lock (&self->lock);
  signalling = self->signalling;
  self->signalling = NULL;
  agent = self->agent;
  self->agent = NULL;
  g_clear_error (&self->refusal);
  g_mutex_unlock (&self->lock);
  if (signalling) {
    gst_mikey_signalling_stop (signalling);
    gst_object_unref (signalling);
  }
  if (agent) {
    gst_mikey_agent_leave (agent, self);
    g_object_unref (agent);
  }
  if (self->keyring)
    gst_mikey_keyring_detach (self->keyring);
  g_clear_object (&self->keyring);
  if (GST_MIKEY_BIN_GET_CLASS (self)->stopped)
    GST_MIKEY_BIN_GET_CLASS (self)->stopped (self);
  gst_mikey_talk_update_state (self);
}

static gboolean
start (GstMikeyBin *self)
{
  GError *error = NULL;

  g_mutex_lock (&self->lock);
  self->failed = FALSE;
  self->messages_in = self->messages_out = self->messages_refused = 0;
  g_mutex_unlock (&self->lock);
  if (!make_keyring (self, &error) || !make_agent (self, &error)
      || !start_signalling (self, &error)) {
    gst_mikey_bin_fail (self, "Setting up the session", error);
    g_error_free (error);
    stop (self);
    return FALSE;
  }
  g_mutex_lock (&self->lock);
  self->running = TRUE;
  g_mutex_unlock (&self->lock);
  if (GST_MIKEY_BIN_GET_CLASS (self)->started)
    GST_MIKEY_BIN_GET_CLASS (self)->started (self);
  return TRUE;
}

/* The children may only go to READY once no packet is in them, see
 * gst_mikey_srtp_feed(). */
static gboolean
deactivate (GstElement *element, GstPad *pad, gpointer user_data)
{
  gst_pad_set_active (pad, FALSE);
  return TRUE;
}

/* Nobody waits for keys any more. */
static void
release_waiters (GstMikeyBin *self)
{
  g_mutex_lock (&self->lock);
  self->running = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gboolean
check_children (GstMikeyBin *self)
{
  GstMikeyBinClass *klass = GST_MIKEY_BIN_GET_CLASS (self);

  if (klass->has_children (self))
    return TRUE;
  gst_element_post_message (GST_ELEMENT_CAST (self),
                            gst_missing_element_message_new (
                                GST_ELEMENT_CAST (self), klass->element_name));
  GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN,
                     ("The element %s is missing.", klass->element_name),
                     ("Install the plugin srtp of GStreamer's \"bad\" set."));
  return FALSE;
}

static GstStateChangeReturn
gst_mikey_bin_change_state (GstElement *element, GstStateChange transition)
{
  GstMikeyBin *self = GST_MIKEY_BIN (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !check_children (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    release_waiters (self);
    gst_element_foreach_sink_pad (element, deactivate, NULL);
  }
  result = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE)) {
    release_waiters (self);
    stop (self);
  }
  return result;
}

/* --- the object --- */

static void
gst_mikey_bin_finalize (GObject *object)
{
  GstMikeyBin *self = GST_MIKEY_BIN (object);

  gst_mikey_settings_clear (&self->settings);
  g_clear_object (&self->store);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_mikey_bin_init (GstMikeyBin *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  gst_mikey_settings_init (&self->settings);
  /* As old as the element, so that nothing is accepted twice because of a
   * state change. */
  self->store = mikey_replay_store_new (0);
}

/* The first handler that knows the key decides. */
static gboolean
first_bytes (GSignalInvocationHint *hint, GValue *result, const GValue *value,
             gpointer user_data)
{
  g_value_copy (value, result);
  return g_value_get_boxed (value) == NULL;
}

/* Whoever refuses decides. */
static gboolean
all_true (GSignalInvocationHint *hint, GValue *result, const GValue *value,
          gpointer user_data)
{
  g_value_copy (value, result);
  return g_value_get_boolean (value);
}

static void
install_signals (GType type)
{
  /**
   * GstMikeyBin::message:
   * @message: (type GBytes): a MIKEY message for the peer
   *
   * For applications that carry messages themselves, as RTSP does. Messages
   * also travel along the pipeline, or through `signalling`.
   */
  signals[SIGNAL_MESSAGE]
      = g_signal_new ("message", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 1, G_TYPE_BYTES);
  /**
   * GstMikeyBin::request-psk:
   * @local_id: (nullable): our identity
   * @peer_id: (nullable): the peer's, as far as it is known
   *
   * Returns: (nullable): the key shared with the peer, or %NULL to go on with
   *   the keyring
   */
  signals[SIGNAL_REQUEST_PSK] = g_signal_new (
      "request-psk", type, G_SIGNAL_RUN_LAST, 0, first_bytes, NULL, NULL,
      G_TYPE_BYTES, 2, G_TYPE_STRING, G_TYPE_STRING);
  /**
   * GstMikeyBin::verify-peer:
   * @peer_id: (nullable): an authenticated identity
   *
   * Returns: whether this peer is welcome
   */
  signals[SIGNAL_VERIFY_PEER]
      = g_signal_new ("verify-peer", type, G_SIGNAL_RUN_LAST,
                      G_STRUCT_OFFSET (GstMikeyBinClass, verify_peer), all_true,
                      NULL, NULL, G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
  /**
   * GstMikeyBin::keys-changed:
   *
   * Keys were agreed, or new ones. The property `stats` describes them.
   */
  signals[SIGNAL_KEYS_CHANGED]
      = g_signal_new ("keys-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 0);
  /**
   * GstMikeyBin::key-expiring:
   * @ssrc: of the stream
   * @generation: of the key, counted from 0
   * @packets: that the key has protected
   *
   * The key of a stream reached its limit. A new one is asked for by itself.
   */
  signals[SIGNAL_KEY_EXPIRING] = g_signal_new (
      "key-expiring", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
      3, G_TYPE_UINT, G_TYPE_UINT, G_TYPE_UINT64);
}

static void
install_actions (GType type)
{
  const GSignalFlags flags = G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION;

  /**
   * GstMikeyBin::create-offer:
   *
   * Returns: (nullable): the offer; once there are keys, the current streams
   * and rollover counters, for a peer that joins late
   */
  signals[SIGNAL_CREATE_OFFER]
      = g_signal_new ("create-offer", type, flags,
                      G_STRUCT_OFFSET (GstMikeyBinClass, create_offer), NULL,
                      NULL, NULL, G_TYPE_BYTES, 0);
  /**
   * GstMikeyBin::handle-message:
   * @message: (type GBytes): from the peer; what is to be replied comes as
   *   #GstMikeyBin::message
   *
   * Returns: whether it was accepted
   */
  signals[SIGNAL_HANDLE_MESSAGE]
      = g_signal_new ("handle-message", type, flags,
                      G_STRUCT_OFFSET (GstMikeyBinClass, handle_message), NULL,
                      NULL, NULL, G_TYPE_BOOLEAN, 1, G_TYPE_BYTES);
  /**
   * GstMikeyBin::rekey:
   *
   * Agrees on new keys while media go on.
   *
   * Returns: whether that is under way
   */
  signals[SIGNAL_REKEY] = g_signal_new (
      "rekey", type, flags, G_STRUCT_OFFSET (GstMikeyBinClass, rekey), NULL,
      NULL, NULL, G_TYPE_BOOLEAN, 0);
}

static gboolean
rekey_action (GstMikeyBin *self)
{
  return gst_mikey_bin_rekey (self, "the application asks for them");
}

/* If no handler objects. */
static gboolean
welcome_peer (GstMikeyBin *self, const gchar *peer_id)
{
  return TRUE;
}

static void
install_properties (GObjectClass *object_class)
{
  gst_mikey_settings_install (object_class, GST_MIKEY_SETTING_BOTH);
  g_object_class_install_property (
      object_class, PROP_KEY_STATE,
      g_param_spec_enum ("key-state", "Key state",
                         "Where the key exchange stands", MIKEY_TYPE_STATE,
                         MIKEY_STATE_IDLE,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (
      object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
                          "Messages, crypto sessions and packets; no keys",
                          GST_TYPE_STRUCTURE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_mikey_bin_class_init (GstMikeyBinClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = gst_mikey_bin_finalize;
  object_class->set_property = gst_mikey_bin_set_property;
  object_class->get_property = gst_mikey_bin_get_property;
  GST_ELEMENT_CLASS (klass)->change_state
      = GST_DEBUG_FUNCPTR (gst_mikey_bin_change_state);
  klass->create_offer = gst_mikey_talk_create_offer;
  klass->handle_message = gst_mikey_talk_handle;
  klass->rekey = rekey_action;
  klass->verify_peer = welcome_peer;
  install_properties (object_class);
  install_signals (G_TYPE_FROM_CLASS (klass));
  install_actions (G_TYPE_FROM_CLASS (klass));
  gst_type_mark_as_plugin_api (GST_TYPE_MIKEY_BIN, 0);
}
