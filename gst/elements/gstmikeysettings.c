/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <string.h>

#include "gstmikeysettings.h"

typedef enum {
  KIND_BOOLEAN,
  KIND_INT,
  KIND_UINT,
  KIND_UINT64,
  KIND_STRING,
  KIND_ENUM,
  KIND_FLAGS,
} Kind;

typedef struct {
  const gchar *name;
  const gchar *nick;
  const gchar *blurb;
  Kind kind;
  gsize offset;
  GType (*type) (void);
  gint64 minimum, maximum, initial;
  GParamFlags flags;
  GstMikeySettingScope scope;
} Setting;

#define AT(field) G_STRUCT_OFFSET (GstMikeySettings, field)
#define RW        G_PARAM_READWRITE | GST_PARAM_MUTABLE_READY
#define RW_LIVE   G_PARAM_READWRITE | GST_PARAM_MUTABLE_PLAYING
#define SECRET    G_PARAM_WRITABLE | GST_PARAM_MUTABLE_READY

static const Setting settings[] = {
  { "mode", "Mode",
    "How keys are agreed; auto offers psk and answers whatever the peer offers",
    KIND_ENUM, AT (mode), mikey_mode_get_type, 0, 0, MIKEY_MODE_AUTO, RW, 0 },
  { "role", "Role",
    "Who sends the first MIKEY message; auto: mikeyenc is the Initiator, "
    "mikeydec the Responder",
    KIND_ENUM, AT (role), mikey_role_get_type, 0, 0, MIKEY_ROLE_AUTO, RW, 0 },
  { "keyring", "Keyring",
    "Path of the key file that says who we are and whom we trust", KIND_STRING,
    AT (keyring), NULL, 0, 0, 0, RW, 0 },
  { "psk", "Pre-shared key",
    "Key shared with the peer, hex or base64, for trying things out (command "
    "lines are no secret; use keyring)",
    KIND_STRING, AT (psk), NULL, 0, 0, 0, SECRET, 0 },
  { "local-id", "Local identity",
    "Our identity, such as sip:alice@example.org (NULL: as the keyring says)",
    KIND_STRING, AT (local_id), NULL, 0, 0, 0, RW, 0 },
  { "peer-id", "Peer identity",
    "Identity of the only peer that is welcome (NULL: whoever has a key)",
    KIND_STRING, AT (peer_id), NULL, 0, 0, 0, RW, 0 },
  { "rtp-cipher", "RTP cipher",
    "Cipher to offer for RTP; when set, the only one to accept", KIND_ENUM,
    AT (rtp_cipher), mikey_srtp_cipher_get_type, 0, 0,
    MIKEY_SRTP_CIPHER_AES_128_ICM, RW, 0 },
  { "rtp-auth", "RTP authentication",
    "Authentication to offer for RTP (unless set: null with a GCM cipher)",
    KIND_ENUM, AT (rtp_auth), mikey_srtp_auth_get_type, 0, 0,
    MIKEY_SRTP_AUTH_HMAC_SHA1_80, RW, 0 },
  { "rtcp-cipher", "RTCP cipher",
    "Cipher to offer for RTCP (unless set: that of RTP)", KIND_ENUM,
    AT (rtcp_cipher), mikey_srtp_cipher_get_type, 0, 0,
    MIKEY_SRTP_CIPHER_AES_128_ICM, RW, 0 },
  { "rtcp-auth", "RTCP authentication",
    "Authentication to offer for RTCP (unless set: null with a GCM cipher)",
    KIND_ENUM, AT (rtcp_auth), mikey_srtp_auth_get_type, 0, 0,
    MIKEY_SRTP_AUTH_HMAC_SHA1_80, RW, 0 },
  { "mki-length", "MKI length",
    "Octets of the master key identifier in each packet; 0: none, and a rekey "
    "may then lose packets",
    KIND_UINT, AT (mki_length), NULL, 0, 16, 4, RW, 0 },
  { "rekey-packets", "Packets per key",
    "Agree on new keys after this many packets of a stream (0: only when SRTP "
    "demands it)",
    KIND_UINT64, AT (rekey_packets), NULL, 0, G_MAXINT64, 0, RW_LIVE,
    GST_MIKEY_SETTING_ENC },
  { "rekey-interval", "Seconds per key",
    "Agree on new keys after this many seconds (0: never)", KIND_UINT,
    AT (rekey_interval), NULL, 0, G_MAXUINT, 0, RW, GST_MIKEY_SETTING_ENC },
  { "session-id", "Session id",
    "Elements of this process with the same id share one session, as the two "
    "directions of a call do (NULL: a session of its own)",
    KIND_STRING, AT (session_id), NULL, 0, 0, 0, RW, 0 },
  { "signalling", "Signalling",
    "udp://HOST:PORT or tcp://HOST:PORT that MIKEY messages go through: the "
    "Initiator calls it, the Responder listens on it (NULL: messages travel in "
    "caps and events along the pipeline)",
    KIND_STRING, AT (signalling), NULL, 0, 0, 0, RW, 0 },
  { "max-clock-skew", "Maximum clock skew",
    "Seconds that a message may be older or newer than our clock; -1: of any "
    "age, which recorded streams need",
    KIND_INT, AT (max_clock_skew), NULL, -1, G_MAXINT, 300, RW, 0 },
  { "allow-null", "Allow null",
    "Accept and offer keys that are not protected at all (mode null); only for "
    "secure carriers",
    KIND_BOOLEAN, AT (allow_null), NULL, 0, 0, FALSE, RW, 0 },
  { "tolerances", "Tolerances",
    "Deviations of real equipment from the RFCs to put up with", KIND_FLAGS,
    AT (tolerances), mikey_tolerances_get_type, 0, 0, MIKEY_TOLERATE_NOTHING,
    RW, 0 },
  { "request-verification", "Request verification",
    "As Initiator, ask the peer for a verification message and send nothing "
    "before it is there; with signalling that is always so",
    KIND_BOOLEAN, AT (request_verification), NULL, 0, 0, FALSE, RW, 0 },
  { "key-timeout", "Key timeout",
    "Seconds that media may be without a key before that is an error; -1: wait "
    "for ever",
    KIND_INT, AT (key_timeout), NULL, -1, G_MAXINT, 10, RW_LIVE, 0 },
  { "replay-window-size", "Replay window size",
    "Packets that SRTP's replay protection remembers", KIND_UINT,
    AT (replay_window_size), NULL, 64, 0x8000, 128, RW, 0 },
  { "allow-repeat-tx", "Allow repeated packets",
    "Let packets with a sequence number that was sent before pass; they must "
    "be the very same packets, or the encryption is broken",
    KIND_BOOLEAN, AT (allow_repeat_tx), NULL, 0, 0, FALSE, RW,
    GST_MIKEY_SETTING_ENC },
  { "drop-pending", "Drop pending",
    "Drop packets while there is no key, rather than hold them back",
    KIND_BOOLEAN, AT (drop_pending), NULL, 0, 0, FALSE, RW_LIVE,
    GST_MIKEY_SETTING_ENC },
};

static gpointer
field (GstMikeySettings *self, const Setting *setting)
{
  return G_STRUCT_MEMBER_P (self, setting->offset);
}

static GParamSpec *
make_spec (const Setting *s)
{
  GParamFlags flags = s->flags | G_PARAM_STATIC_STRINGS;

  switch (s->kind) {
  case KIND_BOOLEAN:
    return g_param_spec_boolean (s->name, s->nick, s->blurb, s->initial, flags);
  case KIND_INT:
    return g_param_spec_int (s->name, s->nick, s->blurb, s->minimum, s->maximum,
                             s->initial, flags);
  case KIND_UINT:
    return g_param_spec_uint (s->name, s->nick, s->blurb, s->minimum,
                              s->maximum, s->initial, flags);
  case KIND_UINT64:
    return g_param_spec_uint64 (s->name, s->nick, s->blurb, s->minimum,
                                s->maximum, s->initial, flags);
  case KIND_ENUM:
    return g_param_spec_enum (s->name, s->nick, s->blurb, s->type (),
                              s->initial, flags);
  case KIND_FLAGS:
    return g_param_spec_flags (s->name, s->nick, s->blurb, s->type (),
                               s->initial, flags);
  case KIND_STRING:
  default:
    return g_param_spec_string (s->name, s->nick, s->blurb, NULL, flags);
  }
}

void
gst_mikey_settings_install (GObjectClass *klass, GstMikeySettingScope scope)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (settings[i].scope == scope)
      g_object_class_install_property (klass, i + 1, make_spec (&settings[i]));
}

guint
gst_mikey_settings_count (void)
{
  return G_N_ELEMENTS (settings);
}

void
gst_mikey_settings_init (GstMikeySettings *self)
{
  memset (self, 0, sizeof *self);
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    const Setting *s = &settings[i];

    if (s->kind == KIND_UINT64)
      *(guint64 *)field (self, s) = s->initial;
    else if (s->kind != KIND_STRING)
      *(gint *)field (self, s) = s->initial;
  }
}

/* Wipes as well: one of them is the pre-shared key. */
static void
clear_string (gchar **string)
{
  if (*string)
    explicit_bzero (*string, strlen (*string));
  g_clear_pointer (string, g_free);
}

void
gst_mikey_settings_clear (GstMikeySettings *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (settings[i].kind == KIND_STRING)
      clear_string (field (self, &settings[i]));
}

gboolean
gst_mikey_settings_set (GstMikeySettings *self, guint id, const GValue *value)
{
  const Setting *s;

  if (id == 0 || id > G_N_ELEMENTS (settings))
    return FALSE;
  s = &settings[id - 1];
  self->given |= G_GUINT64_CONSTANT (1) << (id - 1);
  switch (s->kind) {
  case KIND_STRING:
    clear_string (field (self, s));
    *(gchar **)field (self, s) = g_value_dup_string (value);
    return TRUE;
  case KIND_UINT64:
    *(guint64 *)field (self, s) = g_value_get_uint64 (value);
    return TRUE;
  case KIND_BOOLEAN:
    *(gint *)field (self, s) = g_value_get_boolean (value);
    return TRUE;
  case KIND_INT:
    *(gint *)field (self, s) = g_value_get_int (value);
    return TRUE;
  case KIND_UINT:
    *(guint *)field (self, s) = g_value_get_uint (value);
    return TRUE;
  case KIND_ENUM:
    *(gint *)field (self, s) = g_value_get_enum (value);
    return TRUE;
  case KIND_FLAGS:
  default:
    *(guint *)field (self, s) = g_value_get_flags (value);
    return TRUE;
  }
}

gboolean
gst_mikey_settings_get (GstMikeySettings *self, guint id, GValue *value)
{
  const Setting *s;

  if (id == 0 || id > G_N_ELEMENTS (settings))
    return FALSE;
  s = &settings[id - 1];
  switch (s->kind) {
  case KIND_STRING:
    g_value_set_string (value, *(gchar **)field (self, s));
    return TRUE;
  case KIND_UINT64:
    g_value_set_uint64 (value, *(guint64 *)field (self, s));
    return TRUE;
  case KIND_BOOLEAN:
    g_value_set_boolean (value, *(gint *)field (self, s));
    return TRUE;
  case KIND_INT:
    g_value_set_int (value, *(gint *)field (self, s));
    return TRUE;
  case KIND_UINT:
    g_value_set_uint (value, *(guint *)field (self, s));
    return TRUE;
  case KIND_ENUM:
    g_value_set_enum (value, *(gint *)field (self, s));
    return TRUE;
  case KIND_FLAGS:
  default:
    g_value_set_flags (value, *(guint *)field (self, s));
    return TRUE;
  }
}

/* Whether the property at OFFSET was set. */
static gboolean
is_given (GstMikeySettings *self, gsize offset)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (settings[i].offset == offset)
      return (self->given >> i) & 1;
  return FALSE;
}

static gboolean
is_gcm (gint cipher)
{
  return cipher == MIKEY_SRTP_CIPHER_AES_128_GCM
         || cipher == MIKEY_SRTP_CIPHER_AES_256_GCM;
}

/* What was not set follows from what was, so that rtp-cipher=aes-128-gcm is
 * enough. */
static gint
auth_for (GstMikeySettings *self, gsize offset, gint cipher, gint auth)
{
  if (is_given (self, offset) || !is_gcm (cipher))
    return auth;
  return MIKEY_SRTP_AUTH_NULL;
}

static gboolean
restrict_suites (GstMikeySettings *self, MikeyPolicy *policy, GError **error)
{
  gint rtp = self->rtp_cipher;
  gint rtcp = is_given (self, AT (rtcp_cipher)) ? self->rtcp_cipher : rtp;

  if (!is_given (self, AT (rtp_cipher)) && !is_given (self, AT (rtp_auth))
      && !is_given (self, AT (rtcp_cipher)) && !is_given (self, AT (rtcp_auth)))
    return TRUE;
  mikey_policy_clear_suites (policy);
  return mikey_policy_add_suite (
      policy, rtp, auth_for (self, AT (rtp_auth), rtp, self->rtp_auth), rtcp,
      auth_for (self, AT (rtcp_auth), rtcp, self->rtcp_auth), error);
}

MikeyPolicy *
gst_mikey_settings_make_policy (GstMikeySettings *self, GError **error)
{
  MikeyPolicy *policy = mikey_policy_new ();

  g_object_set (policy, "allow-null", self->allow_null, "tolerances",
                self->tolerances, "mki-length", self->mki_length,
                "request-verification",
                self->request_verification || self->signalling, NULL);
  if (self->max_clock_skew >= 0)
    g_object_set (policy, "max-clock-skew", self->max_clock_skew, NULL);
  if (!restrict_suites (self, policy, error))
    g_clear_object (&policy);
  return policy;
}
