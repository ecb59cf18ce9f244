/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text.h"

#include <string.h>

#include "private.h"

/* RFC 4567 3.1 and 3.2 write `a=key-mgmt:mikey BASE64` and `KeyMgmt:
 * prot=mikey; uri="..."; data="BASE64"`. Here it is enough to find the base64:
 * what the two forms mean in a session is the sdp layer's matter. */
static const struct {
  const char *start;
  const char *before_data;
} forms[] = {
  { "a=key-mgmt:", "mikey " }, { "key-mgmt:", "mikey " },
  { "mikey ", "mikey " },      { "KeyMgmt:", "data=" },
  { "prot=", "data=" },
};

/* The text of which the rest is base64, up to what ends it there. */
static gchar *
data_of_form (const gchar *text)
{
  const gchar *data;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (forms); i++) {
    if (g_ascii_strncasecmp (text, forms[i].start, strlen (forms[i].start)))
      continue;
    data = strstr (text, forms[i].before_data);
    if (!data)
      return NULL;
    data += strlen (forms[i].before_data);
    data += strspn (data, " \"");
    return g_strndup (data, strcspn (data, "\";, \r\n"));
  }
  return g_strdup (text);
}

/* White space is not part of base64 or hex. */
static gchar *
without_space (const gchar *text, gsize len, gsize *squeezed)
{
  gchar *out = g_malloc (len + 1);
  gsize i, n = 0;

  for (i = 0; i < len; i++)
    if (!g_ascii_isspace (text[i]))
      out[n++] = text[i];
  out[n] = 0;
  *squeezed = n;
  return out;
}

GBytes *
mikey_octets_from_hex (const gchar *text, gsize len)
{
  guint8 *octets;
  gsize i;

  if (len == 0 || len % 2)
    return NULL;
  for (i = 0; i < len; i++)
    if (!g_ascii_isxdigit (text[i]))
      return NULL;
  octets = g_malloc (len / 2);
  for (i = 0; i < len / 2; i++)
    octets[i] = (guint8)(g_ascii_xdigit_value (text[2 * i]) << 4
                         | g_ascii_xdigit_value (text[2 * i + 1]));
  return g_bytes_new_take (octets, len / 2);
}

static int
sextet (gchar c)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *at = c ? strchr (alphabet, c) : NULL;

  return at ? (int)(at - alphabet) : -1;
}

GBytes *
mikey_octets_from_base64 (const gchar *text, gsize len)
{
  gsize out_len, i, n = 0;
  g_autofree guint8 *octets = NULL;
  guint32 bits = 0;
  guint num_bits = 0;

  if (len % 4 == 0 && len && text[len - 1] == '=')
    len -= text[len - 2] == '=' ? 2 : 1;
  if (len == 0 || len % 4 == 1)
    return NULL;
  out_len = len * 6 / 8;
  octets = g_malloc (out_len);
  for (i = 0; i < len; i++) {
    int six = sextet (text[i]);

    if (six < 0)
      return NULL;
    bits = bits << 6 | (guint32)six;
    if ((num_bits += 6) < 8)
      continue;
    num_bits -= 8;
    octets[n++] = (guint8)(bits >> num_bits);
  }
  /* bits left over that are not zero: another text for the same octets */
  if (bits & ((1u << num_bits) - 1))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&octets), out_len);
}

static GBytes *
decode (const gchar *text, gsize len)
{
  GBytes *bytes = mikey_octets_from_hex (text, len);

  return bytes ? bytes : mikey_octets_from_base64 (text, len);
}

GBytes *
mikey_octets_from_text (const gchar *text, gsize len, GError **error)
{
  g_autofree gchar *copy = NULL;
  g_autofree gchar *data = NULL;
  g_autofree gchar *squeezed = NULL;
  GBytes *bytes = NULL;
  gsize squeezed_len;

  /* A MIKEY message begins with its version, which no text does. */
  if (len && text[0] == 1)
    return g_bytes_new (text, len);
  copy = g_strndup (text, len);
  data = data_of_form (g_strstrip (copy));
  if (data) {
    squeezed = without_space (data, strlen (data), &squeezed_len);
    bytes = decode (squeezed, squeezed_len);
  }
  if (!bytes)
    g_set_error (error, MIKEY_ERROR, MIKEY_ERROR_WIRE,
                 "wire: neither base64 nor hex, nor an a=key-mgmt line, a "
                 "KeyMgmt header or a MIKEY message");
  return bytes;
}
