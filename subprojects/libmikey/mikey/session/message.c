/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private.h"

#include <string.h>

#include "../modes/mode.h"
#include "../wire/print.h"
#include "text.h"

struct _MikeyMessage {
  gint refs;
  GBytes *bytes;
  MikeyParsed parsed;
};

G_DEFINE_BOXED_TYPE (MikeyMessage, mikey_message, mikey_message_ref,
                     mikey_message_unref)

/**
 * mikey_message_new:
 * @bytes: exactly one message
 * @tolerances: deviations to put up with
 * @error: return location for a #GError
 *
 * Parses a message (RFC 3830 6).
 *
 * Returns: (transfer full): the message, %NULL with %MIKEY_ERROR_WIRE or
 *   %MIKEY_ERROR_LIMIT, whose text names payload, byte and reason
 */
MikeyMessage *
mikey_message_new (GBytes *bytes, MikeyTolerances tolerances, GError **error)
{
  MikeyMessage *message = g_new0 (MikeyMessage, 1);
  gsize len;
  gconstpointer data = g_bytes_get_data (bytes, &len);
  MikeyFault fault;

  if (!mikey_parsed_init (&message->parsed, mikey_slice (data, len), tolerances,
                          &fault)) {
    mikey_set_error (error, &fault);
    g_free (message);
    return NULL;
  }
  message->refs = 1;
  message->bytes = g_bytes_ref (bytes);
  return message;
}

/**
 * mikey_message_new_from_text:
 * @text: (array length=length) (element-type guint8): what a person has at hand
 * @length: octets of @text, -1: up to a NUL
 * @tolerances: deviations to put up with
 * @error: return location for a #GError
 *
 * Parses a message from base64, hex, an SDP line `a=key-mgmt:mikey ...`, a
 * `KeyMgmt:` header of RTSP, or its octets.
 *
 * Returns: (transfer full): the message, or %NULL
 */
MikeyMessage *
mikey_message_new_from_text (const gchar *text, gssize length,
                             MikeyTolerances tolerances, GError **error)
{
  gsize len = length < 0 ? strlen (text) : (gsize)length;
  g_autoptr (GBytes) bytes = mikey_octets_from_text (text, len, error);

  return bytes ? mikey_message_new (bytes, tolerances, error) : NULL;
}

/**
 * mikey_message_ref:
 * @message: a #MikeyMessage
 *
 * Returns: (transfer full): @message
 */
MikeyMessage *
mikey_message_ref (MikeyMessage *message)
{
  g_atomic_int_inc (&message->refs);
  return message;
}

/**
 * mikey_message_unref:
 * @message: (transfer full) (nullable): a #MikeyMessage
 */
void
mikey_message_unref (MikeyMessage *message)
{
  if (!message || !g_atomic_int_dec_and_test (&message->refs))
    return;
  mikey_parsed_clear (&message->parsed);
  g_bytes_unref (message->bytes);
  g_free (message);
}

/**
 * mikey_message_get_bytes:
 * @message: a #MikeyMessage
 *
 * Returns: (transfer none): the octets as they came
 */
GBytes *
mikey_message_get_bytes (MikeyMessage *message)
{
  return message->bytes;
}

/**
 * mikey_message_to_base64:
 * @message: a #MikeyMessage
 *
 * Returns: (transfer full): the message as SDP and RTSP carry it
 */
gchar *
mikey_message_to_base64 (MikeyMessage *message)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (message->bytes, &len);

  return g_base64_encode (data, len);
}

/**
 * mikey_message_get_data_type:
 * @message: a #MikeyMessage
 *
 * Returns: the header's data type (RFC 3830 6.1)
 */
guint
mikey_message_get_data_type (MikeyMessage *message)
{
  return message->parsed.hdr->data_type;
}

/**
 * mikey_message_get_data_type_name:
 * @message: a #MikeyMessage
 *
 * Returns: (transfer none): what the registry calls the data type
 */
const gchar *
mikey_message_get_data_type_name (MikeyMessage *message)
{
  return mikey_registry_name (MIKEY_REG_DATA_TYPE,
                              message->parsed.hdr->data_type);
}

/**
 * mikey_message_get_csb_id:
 * @message: a #MikeyMessage
 *
 * Returns: the crypto session bundle that the message belongs to
 */
guint32
mikey_message_get_csb_id (MikeyMessage *message)
{
  return message->parsed.hdr->csb_id;
}

/**
 * mikey_message_get_mode:
 * @message: a #MikeyMessage
 *
 * Returns: the mode whose first message this is, %MIKEY_MODE_AUTO for none
 */
MikeyMode
mikey_message_get_mode (MikeyMessage *message)
{
  const MikeyModeRow *row = mikey_mode_of_message (&message->parsed);

  return row ? row->mode : MIKEY_MODE_AUTO;
}

/**
 * mikey_message_summary:
 * @message: a #MikeyMessage
 *
 * Returns: (transfer full): one line for logs, without key material
 */
gchar *
mikey_message_summary (MikeyMessage *message)
{
  return mikey_print_summary (&message->parsed.chain, message->parsed.raw.len);
}

/**
 * mikey_message_to_text:
 * @message: a #MikeyMessage
 * @show_keys: print keys, where they are readable, rather than their length
 *
 * Returns: (transfer full): every field on a line of its own
 */
gchar *
mikey_message_to_text (MikeyMessage *message, gboolean show_keys)
{
  return mikey_print_text (&message->parsed.chain, show_keys);
}

/**
 * mikey_message_to_json:
 * @message: a #MikeyMessage
 * @show_keys: print keys, where they are readable, rather than their length
 *
 * Returns: (transfer full): every field, as one JSON object
 */
gchar *
mikey_message_to_json (MikeyMessage *message, gboolean show_keys)
{
  return mikey_print_json (&message->parsed.chain, show_keys);
}
