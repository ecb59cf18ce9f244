/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private.h"

#include <mikey/enum-types.h>

#include "../modes/srtp.h"

struct _MikeyPolicy {
  GObject parent;
  GMutex lock;
  MikeyPolicyData data;
};

G_DEFINE_FINAL_TYPE (MikeyPolicy, mikey_policy, G_TYPE_OBJECT)

#define MAX_SKEW (366 * 24 * 3600)

enum {
  PROP_0,
  PROP_ALLOW_NULL,
  PROP_MAX_CLOCK_SKEW,
  PROP_TOLERANCES,
  PROP_TIMESTAMP_TYPE,
  PROP_PRF,
  PROP_ENCR_ALG,
  PROP_MAC_ALG,
  PROP_KEY_TYPE,
  PROP_KEY_VALIDITY,
  PROP_MKI_LENGTH,
  PROP_NUM_KEYS,
  PROP_KEY_INTERVAL,
  PROP_NULL_PROFILE,
  PROP_REQUEST_VERIFICATION,
  PROP_SEND_IDS,
  NUM_PROPS
};

/* A property is a member of the data: this table does for all of them what a
 * switch would do for each. */
typedef struct {
  gsize offset;
  enum { MEMBER_BOOL, MEMBER_INT, MEMBER_UINT64 } kind;
} Member;

#define BOOL(m)                                                                \
  {                                                                            \
    offsetof (MikeyPolicyData, m), MEMBER_BOOL                                 \
  }
#define INT(m)                                                                 \
  {                                                                            \
    offsetof (MikeyPolicyData, m), MEMBER_INT                                  \
  }
#define UINT64(m)                                                              \
  {                                                                            \
    offsetof (MikeyPolicyData, m), MEMBER_UINT64                               \
  }

static const Member members[NUM_PROPS] = {
  [PROP_ALLOW_NULL] = BOOL (allow_null),
  [PROP_MAX_CLOCK_SKEW] = INT (max_clock_skew),
  [PROP_TOLERANCES] = INT (tolerances),
  [PROP_TIMESTAMP_TYPE] = INT (timestamp_type),
  [PROP_PRF] = INT (prf),
  [PROP_ENCR_ALG] = INT (encr_alg),
  [PROP_MAC_ALG] = INT (mac_alg),
  [PROP_KEY_TYPE] = INT (key_type),
  [PROP_KEY_VALIDITY] = INT (key_validity),
  [PROP_MKI_LENGTH] = INT (mki_len),
  [PROP_NUM_KEYS] = INT (num_keys),
  [PROP_KEY_INTERVAL] = UINT64 (key_interval),
  [PROP_NULL_PROFILE] = INT (null_profile),
  [PROP_REQUEST_VERIFICATION] = BOOL (request_verification),
  [PROP_SEND_IDS] = BOOL (send_ids),
};

static gint
value_as_int (const GValue *value)
{
  if (G_VALUE_HOLDS_ENUM (value))
    return g_value_get_enum (value);
  if (G_VALUE_HOLDS_FLAGS (value))
    return (gint)g_value_get_flags (value);
  return G_VALUE_HOLDS_UINT (value) ? (gint)g_value_get_uint (value)
                                    : g_value_get_int (value);
}

static void
int_as_value (gint number, GValue *value)
{
  if (G_VALUE_HOLDS_ENUM (value))
    g_value_set_enum (value, number);
  else if (G_VALUE_HOLDS_FLAGS (value))
    g_value_set_flags (value, (guint)number);
  else if (G_VALUE_HOLDS_UINT (value))
    g_value_set_uint (value, (guint)number);
  else
    g_value_set_int (value, number);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  MikeyPolicy *self = MIKEY_POLICY (object);
  guint8 *member = (guint8 *)&self->data + members[id].offset;

  g_mutex_lock (&self->lock);
  if (members[id].kind == MEMBER_BOOL)
    *(bool *)member = g_value_get_boolean (value);
  else if (members[id].kind == MEMBER_UINT64)
    *(guint64 *)member = g_value_get_uint64 (value);
  else
    *(gint *)member = value_as_int (value);
  g_mutex_unlock (&self->lock);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  MikeyPolicy *self = MIKEY_POLICY (object);
  const guint8 *member = (const guint8 *)&self->data + members[id].offset;

  g_mutex_lock (&self->lock);
  if (members[id].kind == MEMBER_BOOL)
    g_value_set_boolean (value, *(const bool *)member);
  else if (members[id].kind == MEMBER_UINT64)
    g_value_set_uint64 (value, *(const guint64 *)member);
  else
    int_as_value (*(const gint *)member, value);
  g_mutex_unlock (&self->lock);
}

static void
finalize (GObject *object)
{
  g_mutex_clear (&MIKEY_POLICY (object)->lock);
  G_OBJECT_CLASS (mikey_policy_parent_class)->finalize (object);
}

#define FLAGS (G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS)

static void
install_acceptance (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, PROP_ALLOW_NULL,
      g_param_spec_boolean ("allow-null", "Allow null",
                            "Accept and offer unprotected keys on any carrier",
                            FALSE, FLAGS));
  g_object_class_install_property (
      klass, PROP_MAX_CLOCK_SKEW,
      g_param_spec_int ("max-clock-skew", "Maximum clock skew",
                        "Seconds that a timestamp may be off, -1 for any", -1,
                        MAX_SKEW, 300, FLAGS));
  g_object_class_install_property (
      klass, PROP_TOLERANCES,
      g_param_spec_flags ("tolerances", "Tolerances",
                          "Deviations of real equipment to put up with",
                          MIKEY_TYPE_TOLERANCES, MIKEY_TOLERATE_NOTHING,
                          FLAGS));
}

static void
install_protection (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, PROP_TIMESTAMP_TYPE,
      g_param_spec_enum (
          "timestamp-type", "Timestamp type", "What timestamps of messages are",
          MIKEY_TYPE_TIMESTAMP_TYPE, MIKEY_TIMESTAMP_NTP_UTC, FLAGS));
  g_object_class_install_property (
      klass, PROP_PRF,
      g_param_spec_enum ("prf", "PRF", "Key derivation to offer",
                         MIKEY_TYPE_PRF_FUNC, MIKEY_PRF_MIKEY_1, FLAGS));
  g_object_class_install_property (
      klass, PROP_ENCR_ALG,
      g_param_spec_enum ("encr-alg", "Encryption algorithm",
                         "What encrypts keys in messages", MIKEY_TYPE_ENCR_ALG,
                         MIKEY_ENCR_AES_CM_128, FLAGS));
  g_object_class_install_property (
      klass, PROP_MAC_ALG,
      g_param_spec_enum ("mac-alg", "MAC algorithm",
                         "What authenticates messages", MIKEY_TYPE_MAC_ALG,
                         MIKEY_MAC_HMAC_SHA_1_160, FLAGS));
  g_object_class_install_property (
      klass, PROP_REQUEST_VERIFICATION,
      g_param_spec_boolean ("request-verification", "Request verification",
                            "Ask the Responder for a verification message",
                            TRUE, FLAGS));
  g_object_class_install_property (
      klass, PROP_SEND_IDS,
      g_param_spec_boolean ("send-ids", "Send identities",
                            "Put both identities into messages", TRUE, FLAGS));
}

static void
install_keys (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, PROP_KEY_TYPE,
      g_param_spec_enum ("key-type", "Key type", "What to transport",
                         MIKEY_TYPE_KEY_TYPE, MIKEY_KEY_TYPE_TGK, FLAGS));
  g_object_class_install_property (
      klass, PROP_KEY_VALIDITY,
      g_param_spec_enum ("key-validity", "Key validity",
                         "How packets tell which key they are under",
                         MIKEY_TYPE_KEY_VALIDITY, MIKEY_KEY_VALIDITY_SPI,
                         FLAGS));
  g_object_class_install_property (
      klass, PROP_MKI_LENGTH,
      g_param_spec_uint ("mki-length", "MKI length",
                         "Octets of the MKI in each packet, 0 for none", 0, 16,
                         4, FLAGS));
  g_object_class_install_property (
      klass, PROP_NUM_KEYS,
      g_param_spec_uint ("num-keys", "Number of keys",
                         "Keys that one message brings", 1, MIKEY_MAX_KEYS, 1,
                         FLAGS));
  g_object_class_install_property (
      klass, PROP_KEY_INTERVAL,
      g_param_spec_uint64 ("key-interval", "Key interval",
                           "Packets under each of several keys whose validity "
                           "is an interval, 0 for all",
                           0, G_GUINT64_CONSTANT (1) << 44, 0, FLAGS));
  g_object_class_install_property (
      klass, PROP_NULL_PROFILE,
      g_param_spec_enum (
          "null-profile", "Null profile", "How unprotected offers are written",
          MIKEY_TYPE_NULL_PROFILE, MIKEY_NULL_PROFILE_ONVIF, FLAGS));
}

static void
mikey_policy_class_init (MikeyPolicyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  install_acceptance (object_class);
  install_protection (object_class);
  install_keys (object_class);
}

/* Most wanted first: what every implementation has, then stronger ones, then
 * the shorter tag. */
static const MikeySuite default_suites[] = {
  { MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80,
    MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80 },
  { MIKEY_SRTP_CIPHER_AES_128_GCM, MIKEY_SRTP_AUTH_NULL,
    MIKEY_SRTP_CIPHER_AES_128_GCM, MIKEY_SRTP_AUTH_NULL },
  { MIKEY_SRTP_CIPHER_AES_256_GCM, MIKEY_SRTP_AUTH_NULL,
    MIKEY_SRTP_CIPHER_AES_256_GCM, MIKEY_SRTP_AUTH_NULL },
  { MIKEY_SRTP_CIPHER_AES_256_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80,
    MIKEY_SRTP_CIPHER_AES_256_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80 },
  { MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_32,
    MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80 },
  { MIKEY_SRTP_CIPHER_AES_256_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_32,
    MIKEY_SRTP_CIPHER_AES_256_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80 },
  { MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_32,
    MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_32 },
};

static void
mikey_policy_init (MikeyPolicy *self)
{
  guint i;

  g_mutex_init (&self->lock);
  self->data.modes = ~0u; /* null needs allow-null or a secure carrier too */
  self->data.num_suites = G_N_ELEMENTS (default_suites);
  for (i = 0; i < G_N_ELEMENTS (default_suites); i++)
    self->data.suites[i] = default_suites[i];
}

/**
 * mikey_policy_new:
 *
 * A policy that allows all modes (null over secure carriers only), offers
 * AES-CM-128 with HMAC-SHA-1-80, and accepts every suite that encrypts and
 * authenticates both RTP and RTCP.
 *
 * Returns: (transfer full): a new policy
 */
MikeyPolicy *
mikey_policy_new (void)
{
  return g_object_new (MIKEY_TYPE_POLICY, NULL);
}

void
mikey_policy_get_data (MikeyPolicy *self, MikeyPolicyData *data)
{
  g_mutex_lock (&self->lock);
  *data = self->data;
  g_mutex_unlock (&self->lock);
}

/**
 * mikey_policy_set_mode_allowed:
 * @self: a #MikeyPolicy
 * @mode: a mode, or %MIKEY_MODE_AUTO for all of them
 * @allowed: may it be offered and answered?
 *
 * All modes are allowed at first. The null mode needs a secure carrier or
 * #MikeyPolicy:allow-null besides.
 */
void
mikey_policy_set_mode_allowed (MikeyPolicy *self, MikeyMode mode,
                               gboolean allowed)
{
  guint32 bits = mode == MIKEY_MODE_AUTO ? ~0u : 1u << mode;

  g_mutex_lock (&self->lock);
  self->data.modes
      = allowed ? self->data.modes | bits : self->data.modes & ~bits;
  g_mutex_unlock (&self->lock);
}

/**
 * mikey_policy_get_mode_allowed:
 * @self: a #MikeyPolicy
 * @mode: a mode
 *
 * Returns: may @mode be offered and answered?
 */
gboolean
mikey_policy_get_mode_allowed (MikeyPolicy *self, MikeyMode mode)
{
  gboolean allowed;

  g_mutex_lock (&self->lock);
  allowed = (self->data.modes & 1u << mode) != 0;
  g_mutex_unlock (&self->lock);
  return allowed;
}

/**
 * mikey_policy_clear_suites:
 * @self: a #MikeyPolicy
 *
 * Takes all SRTP suites away; mikey_policy_add_suite() then says which are
 * accepted.
 */
void
mikey_policy_clear_suites (MikeyPolicy *self)
{
  g_mutex_lock (&self->lock);
  self->data.num_suites = 0;
  g_mutex_unlock (&self->lock);
}

static bool
append_suite (MikeyPolicy *self, const MikeySuite *suite, MikeyFault *fault)
{
  bool room;

  g_mutex_lock (&self->lock);
  room = self->data.num_suites < MIKEY_MAX_SP;
  if (room)
    self->data.suites[self->data.num_suites++] = *suite;
  g_mutex_unlock (&self->lock);
  return room
         || mikey_fail (fault, MIKEY_FAULT_LIMIT, "more than %d SRTP suites",
                        MIKEY_MAX_SP);
}

/**
 * mikey_policy_add_suite:
 * @self: a #MikeyPolicy
 * @rtp_cipher: what encrypts SRTP
 * @rtp_auth: what authenticates SRTP
 * @rtcp_cipher: what encrypts SRTCP
 * @rtcp_auth: what authenticates SRTCP
 * @error: return location for a #GError
 *
 * Adds an SRTP suite behind those that are there. The first is what is offered.
 *
 * Returns: %FALSE with %MIKEY_ERROR_POLICY when MIKEY or SRTP can not express
 *   the combination, with %MIKEY_ERROR_LIMIT when there are too many
 */
gboolean
mikey_policy_add_suite (MikeyPolicy *self, MikeySrtpCipher rtp_cipher,
                        MikeySrtpAuth rtp_auth, MikeySrtpCipher rtcp_cipher,
                        MikeySrtpAuth rtcp_auth, GError **error)
{
  MikeySuite suite = { rtp_cipher, rtp_auth, rtcp_cipher, rtcp_auth };
  MikeyFault fault;

  if (mikey_suite_is_possible (&suite, &fault)
      && append_suite (self, &suite, &fault))
    return TRUE;
  mikey_set_error (error, &fault);
  return FALSE;
}
