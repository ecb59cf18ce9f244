/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "key-mgmt.h"

#include <string.h>

#include "../base/limits.h"
#include "../session/text.h"

#define PROTOCOL "mikey"
/* The longest message, in base64, and some more. */
#define MAX_TEXT (MIKEY_MAX_MESSAGE * 4 / 3 + 64)

static gchar *
base64_of (GBytes *message)
{
  gsize len;
  const guchar *data = g_bytes_get_data (message, &len);

  return g_base64_encode (data, len);
}

/**
 * mikey_key_mgmt_to_attribute:
 * @message: a message
 *
 * Returns: (transfer full): the value of the SDP attribute key-mgmt (RFC 4567
 *   3.1)
 */
gchar *
mikey_key_mgmt_to_attribute (GBytes *message)
{
  g_autofree gchar *base64 = base64_of (message);

  return g_strconcat (PROTOCOL " ", base64, NULL); /* 4567-3.1-01 */
}

/**
 * mikey_key_mgmt_to_header:
 * @message: a message
 * @uri: (nullable): the URI that the message is for, %NULL for none
 *
 * Returns: (transfer full): the value of the RTSP header KeyMgmt (RFC
 * 4567 3.2), spelt as all deployed equipment reads it
 */
gchar *
mikey_key_mgmt_to_header (GBytes *message, const gchar *uri)
{
  g_autofree gchar *base64 = base64_of (message);

  /* 3.2's grammar leaves data out; its examples have it (4567-3.2-01). */
  return g_strdup_printf ("prot=" PROTOCOL ";uri=\"%s\";data=\"%s\"",
                          uri ? uri : "", base64);
}

/* Where the base64 of TEXT begins, NULL if this is another protocol's. */
static const gchar *
skip_protocol (const gchar *text)
{
  gsize len;

  text += strspn (text, " ");
  len = strcspn (text, " ");
  if (!text[len])
    return text; /* nothing but the data, as people paste it */
  if (len != strlen (PROTOCOL) || g_ascii_strncasecmp (text, PROTOCOL, len))
    return NULL;
  return text + len + strspn (text + len, " ");
}

/**
 * mikey_key_mgmt_from_attribute:
 * @value: (nullable): the value of an SDP attribute key-mgmt
 * @error: return location for a #GError
 *
 * Returns: (transfer full): the message, not yet parsed; %NULL with
 *   %MIKEY_ERROR_WIRE when it is of another protocol, or no base64
 */
GBytes *
mikey_key_mgmt_from_attribute (const gchar *value, GError **error)
{
  const gchar *base64 = NULL;
  GBytes *message = NULL;

  if (value && strlen (value) <= MAX_TEXT)
    base64 = skip_protocol (value);
  if (base64)
    message = mikey_octets_from_base64 (base64, strlen (base64));
  if (!message)
    g_set_error_literal (error, MIKEY_ERROR, MIKEY_ERROR_WIRE,
                         "wire: key-mgmt is not of the form \"" PROTOCOL
                         " BASE64\"");
  return message;
}
