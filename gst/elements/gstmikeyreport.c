/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "gstmikeyreport.h"
#include "gstmikeysrtp.h"

typedef struct {
  gint code; /* MikeyError */
  GQuark (*domain) (void);
  gint gst_code;
  const gchar *text;
  const gchar *hint;
} ErrorRow;

#define KEY_HINT                                                               \
  "Set the property psk or keyring to the key that both sides share (or "      \
  "answer the signal request-psk)."

static const ErrorRow error_rows[] = {
  { MIKEY_ERROR_AUTH, gst_stream_error_quark, GST_STREAM_ERROR_DECRYPT,
    "The key exchange failed: the message is not authentic.",
    "The peer has another key, or is not the peer-id that is expected: compare "
    "psk, keyring, local-id and peer-id of both sides." },
  { MIKEY_ERROR_CRED, gst_stream_error_quark, GST_STREAM_ERROR_DECRYPT_NOKEY,
    "The key exchange failed: a key is missing.", KEY_HINT },
  { MIKEY_ERROR_PENDING, gst_stream_error_quark, GST_STREAM_ERROR_DECRYPT_NOKEY,
    "The key exchange failed: a key is missing.", KEY_HINT },
  { MIKEY_ERROR_FRESH, gst_stream_error_quark, GST_STREAM_ERROR_DECRYPT,
    "The key exchange failed: the message is outdated, or was used before.",
    "Set the clocks of both sides right. For a recorded stream set "
    "max-clock-skew=-1." },
  { MIKEY_ERROR_POLICY, gst_stream_error_quark, GST_STREAM_ERROR_DECRYPT,
    "The key exchange failed: the peer wants what is not allowed here.",
    "See mode, rtp-cipher, rtp-auth, rtcp-cipher, rtcp-auth, allow-null." },
  { MIKEY_ERROR_WIRE, gst_stream_error_quark, GST_STREAM_ERROR_FORMAT,
    "The key exchange failed: the message is malformed.",
    "If the peer is known to deviate from the RFCs, see tolerances." },
  { MIKEY_ERROR_RULE, gst_stream_error_quark, GST_STREAM_ERROR_FORMAT,
    "The key exchange failed: the message does not belong here.",
    "One side is to be the Initiator, the other the Responder: see role." },
  { MIKEY_ERROR_USAGE, gst_library_error_quark, GST_LIBRARY_ERROR_SETTINGS,
    "The key exchange can not go on.", "See mode, role and session-id." },
};

static const ErrorRow other_row
    = { -1, gst_resource_error_quark, GST_RESOURCE_ERROR_FAILED,
        "The key exchange failed.", "See keyring and signalling." };

static const ErrorRow *
find_row (const GError *error)
{
  for (guint i = 0; i < G_N_ELEMENTS (error_rows); i++)
    if (g_error_matches (error, MIKEY_ERROR, error_rows[i].code))
      return &error_rows[i];
  return &other_row;
}

void
gst_mikey_report_error (GstElement *element, const gchar *what,
                        const GError *error)
{
  const ErrorRow *row = find_row (error);
  gchar *debug
      = g_strdup_printf ("%s: %s. %s", what, error->message, row->hint);

  gst_element_message_full (element, GST_MESSAGE_ERROR, row->domain (),
                            row->gst_code, g_strdup (row->text), debug,
                            __FILE__, GST_FUNCTION, __LINE__);
}

/* A line about MESSAGE, which is PARSED if it is well formed. */
static gchar *
summarise (MikeyMessage *parsed, GBytes *message)
{
  if (parsed)
    return mikey_message_summary (parsed);
  return g_strdup_printf ("not a MIKEY message, %" G_GSIZE_FORMAT " bytes",
                          g_bytes_get_size (message));
}

static void
add_text (GstStructure *s, const gchar *name, gchar *text)
{
  gst_structure_set (s, name, G_TYPE_STRING, text, NULL);
  g_free (text);
}

void
gst_mikey_report_message (GstElement *element, gboolean out,
                          const gchar *carrier, GBytes *message,
                          const GError *error)
{
  MikeyMessage *parsed
      = mikey_message_new (message, MIKEY_TOLERATE_EQUIPMENT, NULL);
  gchar *summary = summarise (parsed, message);
  GstStructure *s
      = gst_structure_new ("mikey-message", "direction", G_TYPE_STRING,
                           out ? "out" : "in", "carrier", G_TYPE_STRING,
                           carrier, "summary", G_TYPE_STRING, summary, NULL);

  /* Keys are readable in messages of the null mode. */
  if (parsed && mikey_message_get_mode (parsed) != MIKEY_MODE_NULL)
    add_text (s, "message", mikey_message_to_base64 (parsed));
  if (error)
    gst_structure_set (s, "error", G_TYPE_STRING, error->message, NULL);
  gst_element_post_message (element,
                            gst_message_new_element (GST_OBJECT (element), s));
  g_free (summary);
  if (parsed)
    mikey_message_unref (parsed);
}

static gchar *
hex (GBytes *bytes)
{
  GString *text = g_string_new (NULL);
  gsize size = 0;
  const guint8 *data = bytes ? g_bytes_get_data (bytes, &size) : NULL;

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", data[i]);
  return g_string_free (text, FALSE);
}

static const gchar *
cipher (MikeySrtpCipher value)
{
  return gst_mikey_nick (MIKEY_TYPE_SRTP_CIPHER, value);
}

static const gchar *
auth (MikeySrtpAuth value)
{
  return gst_mikey_nick (MIKEY_TYPE_SRTP_AUTH, value);
}

static GstStructure *
describe_key (MikeyKeys *keys)
{
  gchar *mki = hex (mikey_keys_get_mki (keys));
  GstStructure *s = gst_structure_new (
      "crypto-session", "cs-id", G_TYPE_UINT, mikey_keys_get_cs_id (keys),
      "ssrc", G_TYPE_UINT, mikey_keys_get_ssrc (keys), "generation",
      G_TYPE_UINT, mikey_keys_get_generation (keys), "mki", G_TYPE_STRING, mki,
      "rtp-cipher", G_TYPE_STRING, cipher (mikey_keys_get_rtp_cipher (keys)),
      "rtp-auth", G_TYPE_STRING, auth (mikey_keys_get_rtp_auth (keys)),
      "rtcp-cipher", G_TYPE_STRING, cipher (mikey_keys_get_rtcp_cipher (keys)),
      "rtcp-auth", G_TYPE_STRING, auth (mikey_keys_get_rtcp_auth (keys)), NULL);

  g_free (mki);
  return s;
}

void
gst_mikey_report_take_keys (GstStructure *s, GPtrArray *keys)
{
  GValue array = G_VALUE_INIT;

  g_value_init (&array, GST_TYPE_ARRAY);
  for (guint i = 0; i < keys->len; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed (&value, describe_key (keys->pdata[i]));
    gst_value_array_append_and_take_value (&array, &value);
  }
  gst_structure_take_value (s, "crypto-sessions", &array);
}

static guint
newest_generation (GPtrArray *keys)
{
  guint newest = 0;

  for (guint i = 0; i < keys->len; i++)
    newest = MAX (newest, mikey_keys_get_generation (keys->pdata[i]));
  return newest;
}

/* "1: SSRC 0a11ce01 MKI fad3c4c2 aes-128-icm hmac-sha1-80; 2: ...": the keys
 * that are sent with from now on. */
static gchar *
summarise_keys (GPtrArray *keys)
{
  guint newest = newest_generation (keys);
  GString *line = g_string_new (NULL);

  for (guint i = 0; i < keys->len; i++) {
    MikeyKeys *k = keys->pdata[i];
    gchar *mki;

    if (mikey_keys_get_generation (k) != newest)
      continue;
    mki = hex (mikey_keys_get_mki (k));
    g_string_append_printf (line, "%s%u: SSRC %08x MKI %s %s %s",
                            line->len ? "; " : "", mikey_keys_get_cs_id (k),
                            mikey_keys_get_ssrc (k), *mki ? mki : "none",
                            cipher (mikey_keys_get_rtp_cipher (k)),
                            auth (mikey_keys_get_rtp_auth (k)));
    g_free (mki);
  }
  return g_string_free (line, FALSE);
}

void
gst_mikey_report_keys (GstElement *element, MikeySession *session,
                       GPtrArray *keys)
{
  gchar *peer = mikey_session_get_peer_identity (session);
  GstStructure *s = gst_structure_new (
      "mikey-keys-changed", "mode", G_TYPE_STRING,
      gst_mikey_nick (MIKEY_TYPE_MODE, mikey_session_get_mode (session)),
      "peer", G_TYPE_STRING, peer, "csb-id", G_TYPE_UINT,
      mikey_session_get_csb_id (session), "generation", G_TYPE_UINT,
      newest_generation (keys), NULL);

  add_text (s, "summary", summarise_keys (keys));
  gst_mikey_report_take_keys (s, keys);
  gst_element_post_message (element,
                            gst_message_new_element (GST_OBJECT (element), s));
  g_free (peer);
}

void
gst_mikey_report_expiring (GstElement *element, guint32 ssrc, guint generation,
                           guint64 packets, const gchar *reason)
{
  GstStructure *s = gst_structure_new (
      "mikey-key-expiring", "ssrc", G_TYPE_UINT, ssrc, "generation",
      G_TYPE_UINT, generation, "packets", G_TYPE_UINT64, packets, "reason",
      G_TYPE_STRING, reason, NULL);

  gst_element_post_message (element,
                            gst_message_new_element (GST_OBJECT (element), s));
}
