/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common.h"

#include <string.h>

/* Options that are properties of the policy under the name a person types. An
 * option that begins with "no-" switches a property off. */
static const struct {
  const gchar *option;
  const gchar *property;
} renamed[] = {
  { "--no-ids", "send-ids" },
  { "--no-verify", "request-verification" },
  { "--tolerate", "tolerances" },
};

static const gchar *
property_of_option (const gchar *option)
{
  for (guint i = 0; i < G_N_ELEMENTS (renamed); i++)
    if (g_str_equal (option, renamed[i].option))
      return renamed[i].property;
  return option + strlen ("--");
}

static void
list_nick (GString *list, const gchar *nick)
{
  g_string_append_printf (list, "%s%s", list->len ? ", " : "", nick);
}

static gchar *
list_enum (GEnumClass *class)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < class->n_values; i++)
    list_nick (list, class->values[i].value_nick);
  return g_string_free (list, FALSE);
}

static gchar *
list_flags (GFlagsClass *class)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < class->n_values; i++)
    list_nick (list, class->values[i].value_nick);
  return g_string_free (list, FALSE);
}

static gboolean
bad_value (GError **error, const gchar *option, const gchar *text,
           const gchar *choices)
{
  g_set_error (error, CLI_ERROR, CLI_USAGE, "%s %s: not one of %s", option,
               text, choices);
  return FALSE;
}

static gboolean
parse_enum (const gchar *option, const gchar *text, GType type, gint *value,
            GError **error)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (type);
  const GEnumValue *found = g_enum_get_value_by_nick (class, text);

  if (!found) {
    g_autofree gchar *choices = list_enum (class);
    return bad_value (error, option, text, choices);
  }
  *value = found->value;
  return TRUE;
}

/* Nicks with commas between them. */
static gboolean
parse_flags (const gchar *option, const gchar *text, GType type, guint *value,
             GError **error)
{
  g_autoptr (GFlagsClass) class = g_type_class_ref (type);
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  *value = 0;
  for (guint i = 0; words[i]; i++) {
    const GFlagsValue *found = g_flags_get_value_by_nick (class, words[i]);
    if (!found) {
      g_autofree gchar *choices = list_flags (class);
      return bad_value (error, option, words[i], choices);
    }
    *value |= found->value;
  }
  return TRUE;
}

/* Decimal, or hexadecimal after 0x. */
static gboolean
parse_number (const gchar *option, const gchar *text, guint max, guint *value,
              GError **error)
{
  gboolean hex = g_ascii_strncasecmp (text, "0x", 2) == 0;
  guint64 number;

  if (!g_ascii_string_to_unsigned (hex ? text + 2 : text, hex ? 16 : 10, 0, max,
                                   &number, NULL)) {
    g_set_error (error, CLI_ERROR, CLI_USAGE,
                 "%s %s: not a number from 0 to %u (hexadecimal after 0x)",
                 option, text, max);
    return FALSE;
  }
  *value = number;
  return TRUE;
}

static gboolean
parse_number_property (const gchar *option, const gchar *text,
                       GParamSpec *pspec, GValue *value, GError **error)
{
  guint max = G_IS_PARAM_SPEC_INT (pspec)
                  ? (guint)G_PARAM_SPEC_INT (pspec)->maximum
                  : G_PARAM_SPEC_UINT (pspec)->maximum;
  g_auto (GValue) number = G_VALUE_INIT;
  guint parsed;

  if (!parse_number (option, text, max, &parsed, error))
    return FALSE;
  g_value_init (&number, G_TYPE_UINT);
  g_value_set_uint (&number, parsed);
  return g_value_transform (&number, value);
}

/* TEXT as a value of the type that the property has. */
static gboolean
parse_property (const gchar *option, const gchar *text, GParamSpec *pspec,
                GValue *value, GError **error)
{
  GType type = pspec->value_type;

  g_value_init (value, type);
  if (G_IS_PARAM_SPEC_BOOLEAN (pspec)) {
    g_value_set_boolean (value, !g_str_has_prefix (option, "--no-"));
  } else if (G_IS_PARAM_SPEC_ENUM (pspec)) {
    gint number;
    if (!parse_enum (option, text, type, &number, error))
      return FALSE;
    g_value_set_enum (value, number);
  } else if (G_IS_PARAM_SPEC_FLAGS (pspec)) {
    guint number;
    if (!parse_flags (option, text, type, &number, error))
      return FALSE;
    g_value_set_flags (value, number);
  } else {
    return parse_number_property (option, text, pspec, value, error);
  }
  return TRUE;
}

/* Every option of the groups that is a property of the policy comes here. */
static gboolean
set_policy (const gchar *option, const gchar *text, gpointer data,
            GError **error)
{
  CliCall *call = data;
  const gchar *property = property_of_option (option);
  GParamSpec *pspec = g_object_class_find_property (
      G_OBJECT_GET_CLASS (call->policy), property);
  g_auto (GValue) value = G_VALUE_INIT;

  if (!pspec) {
    g_set_error (error, CLI_ERROR, CLI_USAGE, "%s: no such policy", option);
    return FALSE;
  }
  if (!parse_property (option, text, pspec, &value, error))
    return FALSE;
  g_object_set_property (G_OBJECT (call->policy), property, &value);
  return TRUE;
}

static gboolean
set_cipher (const gchar *option, const gchar *text, gpointer data,
            GError **error)
{
  CliCall *call = data;

  return parse_enum (option, text, MIKEY_TYPE_SRTP_CIPHER, &call->cipher,
                     error);
}

static gboolean
set_auth (const gchar *option, const gchar *text, gpointer data, GError **error)
{
  CliCall *call = data;

  return parse_enum (option, text, MIKEY_TYPE_SRTP_AUTH, &call->auth, error);
}

static gboolean
append_number (GArray *numbers, const gchar *option, const gchar *text,
               GError **error)
{
  guint32 number;

  if (!parse_number (option, text, G_MAXUINT32, &number, error))
    return FALSE;
  g_array_append_val (numbers, number);
  return TRUE;
}

static gboolean
add_ssrc (const gchar *option, const gchar *text, gpointer data, GError **error)
{
  return append_number (((CliCall *)data)->ssrcs, option, text, error);
}

static gboolean
add_roc (const gchar *option, const gchar *text, gpointer data, GError **error)
{
  return append_number (((CliCall *)data)->rocs, option, text, error);
}

/* GCM authenticates by itself. */
static MikeySrtpAuth
usual_auth (MikeySrtpCipher cipher)
{
  return cipher == MIKEY_SRTP_CIPHER_AES_128_GCM
                 || cipher == MIKEY_SRTP_CIPHER_AES_256_GCM
             ? MIKEY_SRTP_AUTH_NULL
             : MIKEY_SRTP_AUTH_HMAC_SHA1_80;
}

gboolean
cli_apply_suite (CliCall *call, GError **error)
{
  MikeySrtpCipher cipher = call->cipher < 0 ? MIKEY_SRTP_CIPHER_AES_128_ICM
                                            : (MikeySrtpCipher)call->cipher;
  MikeySrtpAuth auth
      = call->auth < 0 ? usual_auth (cipher) : (MikeySrtpAuth)call->auth;
  g_autoptr (GError) reason = NULL;

  if (call->cipher < 0 && call->auth < 0)
    return TRUE;
  mikey_policy_clear_suites (call->policy);
  if (mikey_policy_add_suite (call->policy, cipher, auth, cipher, auth,
                              &reason))
    return TRUE;
  /* A combination that can not be is the caller's mistake, not the peer's. */
  g_set_error_literal (error, CLI_ERROR, CLI_USAGE, reason->message);
  return FALSE;
}

#define POLICY(name, flags, help, argument)                                    \
  {                                                                            \
    name, 0, flags, G_OPTION_ARG_CALLBACK, set_policy, help, argument          \
  }

const GOptionEntry cli_tolerate_options[]
    = { POLICY ("tolerate", 0, "Deviations to put up with", "FLAG[,FLAG...]"),
        { NULL } };

const GOptionEntry cli_accept_options[]
    = { POLICY ("allow-null", G_OPTION_FLAG_NO_ARG,
                "Allow keys without protection (null mode)", NULL),
        POLICY ("max-clock-skew", 0, "How far clocks may differ", "SECONDS"),
        { NULL } };

const GOptionEntry cli_offer_options[]
    = { { "ssrc", 0, 0, G_OPTION_ARG_CALLBACK, add_ssrc,
          "A stream, once for each; 0: the peer knows", "NUMBER" },
        { "roc", 0, 0, G_OPTION_ARG_CALLBACK, add_roc,
          "Its rollover counter, in the same order", "NUMBER" },
        { "cipher", 0, 0, G_OPTION_ARG_CALLBACK, set_cipher, "SRTP cipher",
          "CIPHER" },
        { "auth", 0, 0, G_OPTION_ARG_CALLBACK, set_auth, "SRTP authentication",
          "AUTH" },
        POLICY ("mki-length", 0, "Octets of MKI in each packet", "OCTETS"),
        POLICY ("key-type", 0, "What is transported", "TYPE"),
        POLICY ("key-validity", 0, "Which packets a key is for", "VALIDITY"),
        POLICY ("prf", 0, "Pseudo-random function", "PRF"),
        POLICY ("encr-alg", 0, "What encrypts the keys", "ALGORITHM"),
        POLICY ("mac-alg", 0, "What authenticates the message", "ALGORITHM"),
        POLICY ("timestamp-type", 0, "What the timestamp is", "TYPE"),
        POLICY ("null-profile", 0, "How a null mode offer is written",
                "PROFILE"),
        POLICY ("no-verify", G_OPTION_FLAG_NO_ARG,
                "Ask for no verification message", NULL),
        POLICY ("no-ids", G_OPTION_FLAG_NO_ARG, "Leave identities out", NULL),
        { NULL } };
