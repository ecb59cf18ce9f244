/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"

#include "common.h"

#include <stdio.h>
#include <string.h>

GString *
json_new (void)
{
  return g_string_new ("{");
}

void
json_print (GString *json)
{
  puts (g_string_append_c (json, '}')->str);
  g_string_free (json, TRUE);
}

static void
append_quoted (GString *json, const gchar *text)
{
  g_string_append_c (json, '"');
  for (; *text; text++) {
    if (*text == '"' || *text == '\\')
      g_string_append_printf (json, "\\%c", *text);
    else if ((guchar)*text < 0x20 || *text == 0x7f)
      g_string_append_printf (json, "\\u%04x", *text);
    else
      g_string_append_c (json, *text);
  }
  g_string_append_c (json, '"');
}

/* What stands in front of a value. */
static void
begin_value (GString *json, const gchar *name)
{
  gchar last = json->str[json->len - 1];

  if (last != '{' && last != '[')
    g_string_append (json, ", ");
  if (name) {
    append_quoted (json, name);
    g_string_append (json, ": ");
  }
}

void
json_begin (GString *json, const gchar *name, gchar bracket)
{
  begin_value (json, name);
  g_string_append_c (json, bracket);
}

void
json_end (GString *json, gchar bracket)
{
  g_string_append_c (json, bracket);
}

/* JSON is UTF-8, which an identity from the wire need not be. */
void
json_text (GString *json, const gchar *name, const gchar *text)
{
  begin_value (json, name);
  if (text) {
    g_autofree gchar *valid = g_utf8_make_valid (text, -1);
    append_quoted (json, valid);
  } else {
    g_string_append (json, "null");
  }
}

void
json_number (GString *json, const gchar *name, guint64 number)
{
  begin_value (json, name);
  g_string_append_printf (json, "%" G_GUINT64_FORMAT, number);
}

void
json_bool (GString *json, const gchar *name, gboolean value)
{
  begin_value (json, name);
  g_string_append (json, value ? "true" : "false");
}

static gchar *
hex_of_bytes (GBytes *bytes)
{
  gsize length = 0;
  const guint8 *data = bytes ? g_bytes_get_data (bytes, &length) : NULL;
  GString *hex = g_string_sized_new (2 * length);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  return g_string_free (hex, FALSE);
}

static void
print_secret (const gchar *name, GBytes *secret, gboolean show)
{
  if (show) {
    g_autofree gchar *hex = hex_of_bytes (secret);
    printf (" %s=%s", name, hex);
  } else {
    printf (" %s=%" G_GSIZE_FORMAT " bytes", name, g_bytes_get_size (secret));
  }
}

static void
print_key (MikeyKeys *keys, gboolean show)
{
  g_autoptr (GBytes) tek = mikey_keys_get_master_key (keys);
  g_autoptr (GBytes) salt = mikey_keys_get_master_salt (keys);
  g_autofree gchar *mki = hex_of_bytes (mikey_keys_get_mki (keys));

  printf ("cs=%u ssrc=0x%08x", mikey_keys_get_cs_id (keys),
          mikey_keys_get_ssrc (keys));
  print_secret ("tek", tek, show);
  print_secret ("salt", salt, show);
  printf (" mki=%s\n", mki);
}

void
print_keys (GPtrArray *keys, gboolean show)
{
  for (guint i = 0; i < keys->len; i++)
    print_key (keys->pdata[i], show);
}

static void
json_secret (GString *json, const gchar *name, GBytes *secret, gboolean show)
{
  g_autofree gchar *length_name = g_strconcat (name, "_bytes", NULL);

  json_number (json, length_name, g_bytes_get_size (secret));
  if (show) {
    g_autofree gchar *hex = hex_of_bytes (secret);
    json_text (json, name, hex);
  }
}

static void
json_key_secrets (GString *json, MikeyKeys *keys, gboolean show)
{
  g_autoptr (GBytes) tek = mikey_keys_get_master_key (keys);
  g_autoptr (GBytes) salt = mikey_keys_get_master_salt (keys);
  GBytes *mki = mikey_keys_get_mki (keys);
  g_autofree gchar *mki_hex = mki ? hex_of_bytes (mki) : NULL;

  json_secret (json, "tek", tek, show);
  json_secret (json, "salt", salt, show);
  json_text (json, "mki", mki_hex);
}

static void
json_key_suite (GString *json, MikeyKeys *keys)
{
  json_text (
      json, "rtp_cipher",
      cli_nick (MIKEY_TYPE_SRTP_CIPHER, mikey_keys_get_rtp_cipher (keys)));
  json_text (json, "rtp_auth",
             cli_nick (MIKEY_TYPE_SRTP_AUTH, mikey_keys_get_rtp_auth (keys)));
  json_text (
      json, "rtcp_cipher",
      cli_nick (MIKEY_TYPE_SRTP_CIPHER, mikey_keys_get_rtcp_cipher (keys)));
  json_text (json, "rtcp_auth",
             cli_nick (MIKEY_TYPE_SRTP_AUTH, mikey_keys_get_rtcp_auth (keys)));
  json_number (json, "key_derivation_rate",
               mikey_keys_get_key_derivation_rate (keys));
}

static void
json_key_validity (GString *json, MikeyKeys *keys)
{
  guint64 from, to;

  json_text (
      json, "validity",
      cli_nick (MIKEY_TYPE_KEY_VALIDITY, mikey_keys_get_validity (keys)));
  if (mikey_keys_get_interval (keys, &from, &to)) {
    json_number (json, "valid_from", from);
    json_number (json, "valid_to", to);
  }
}

static void
json_key (GString *json, MikeyKeys *keys, gboolean show)
{
  json_begin (json, NULL, '{');
  json_number (json, "cs", mikey_keys_get_cs_id (keys));
  json_number (json, "ssrc", mikey_keys_get_ssrc (keys));
  json_number (json, "roc", mikey_keys_get_roc (keys));
  json_number (json, "generation", mikey_keys_get_generation (keys));
  json_key_secrets (json, keys, show);
  json_key_suite (json, keys);
  json_key_validity (json, keys);
  json_end (json, '}');
}

void
json_keys (GString *json, GPtrArray *keys, gboolean show)
{
  json_begin (json, "keys", '[');
  for (guint i = 0; i < keys->len; i++)
    json_key (json, keys->pdata[i], show);
  json_end (json, ']');
}

static gchar *
base64_of_bytes (GBytes *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  return g_base64_encode (data, length);
}

void
print_message (GBytes *message)
{
  g_autofree gchar *base64 = base64_of_bytes (message);

  puts (base64);
}

void
json_message (GString *json, const gchar *name, GBytes *message)
{
  g_autofree gchar *base64 = message ? base64_of_bytes (message) : NULL;

  json_text (json, name, base64);
}

gchar *
message_summary (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MikeyMessage) message
      = mikey_message_new (bytes, MIKEY_TOLERATE_EQUIPMENT, &error);

  return message ? mikey_message_summary (message) : g_strdup (error->message);
}

static void
json_outcome (MikeySession *session, GBytes *reply, GPtrArray *keys,
              gboolean show)
{
  GString *json = json_new ();
  g_autofree gchar *peer = mikey_session_get_peer_identity (session);

  json_text (json, "mode",
             cli_nick (MIKEY_TYPE_MODE, mikey_session_get_mode (session)));
  json_text (json, "state",
             cli_nick (MIKEY_TYPE_STATE, mikey_session_get_state (session)));
  json_number (json, "csb_id", mikey_session_get_csb_id (session));
  json_text (json, "peer", peer);
  json_message (json, "reply", reply);
  json_keys (json, keys, show);
  json_print (json);
}

void
print_outcome (MikeySession *session, GBytes *reply, gboolean as_json,
               gboolean show)
{
  g_autoptr (GPtrArray) keys = mikey_session_get_keys (session);

  if (as_json) {
    json_outcome (session, reply, keys, show);
    return;
  }
  if (reply)
    print_message (reply);
  print_keys (keys, show);
}

void
print_refusal (GBytes *reply, const GError *error, gboolean as_json)
{
  GString *json;

  if (!as_json) {
    if (reply)
      print_message (reply);
    return;
  }
  json = json_new ();
  json_text (json, "error", error->message);
  json_message (json, "reply", reply);
  json_print (json);
}
