/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the text of the property `signalling` to transport, host and port. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmikeyendpoint.h"

#include <string.h>

/* The longest name that DNS knows. */
#define MAX_HOST_LENGTH 253

static const struct {
  const gchar *prefix;
  gboolean stream;
} schemes[] = {
  { "udp://", FALSE },
  { "tcp://", TRUE },
};

static gboolean G_GNUC_PRINTF (3, 4)
    complain (GError **error, const gchar *uri, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "signalling=%s: %s", uri, text);
  return FALSE;
}

/* The text behind the scheme, NULL if the scheme is none of ours. */
static const gchar *
parse_scheme (GstMikeyEndpoint *endpoint, const gchar *uri)
{
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++) {
    gsize length = strlen (schemes[i].prefix);

    if (g_ascii_strncasecmp (uri, schemes[i].prefix, length) == 0) {
      endpoint->stream = schemes[i].stream;
      return uri + length;
    }
  }
  return NULL;
}

static gboolean
parse_port (GstMikeyEndpoint *endpoint, const gchar *text, const gchar *uri,
            GError **error)
{
  guint64 port = GST_MIKEY_DEFAULT_PORT;

  if (text && !g_ascii_string_to_unsigned (text, 10, 0, 65535, &port, NULL))
    return complain (error, uri, "the port '%s' is no number from 1 to 65535",
                     text);
  endpoint->port = port;
  return TRUE;
}

/* [ADDRESS] or [ADDRESS]:PORT; *PORT stays NULL if there is none. */
static gboolean
split_bracketed (GstMikeyEndpoint *endpoint, const gchar *text,
                 const gchar **port, const gchar *uri, GError **error)
{
  const gchar *end = strchr (text, ']');
  g_autoptr (GSocketAddress) address = NULL;

  if (!end)
    return complain (error, uri, "the bracket '[' is not closed");
  if (end[1] != '\0' && end[1] != ':')
    return complain (error, uri, "only ':PORT' may follow the bracket ']'");
  endpoint->host = g_strndup (text + 1, end - text - 1);
  address = g_inet_socket_address_new_from_string (endpoint->host, 0);
  if (!address || !strchr (endpoint->host, ':'))
    return complain (error, uri, "'%s' is no IPv6 address", endpoint->host);
  *port = end[1] == ':' ? end + 2 : NULL;
  return TRUE;
}

static gboolean
split_plain (GstMikeyEndpoint *endpoint, const gchar *text, const gchar **port,
             const gchar *uri, GError **error)
{
  const gchar *colon = strchr (text, ':');

  if (colon && strchr (colon + 1, ':'))
    return complain (error, uri,
                     "an IPv6 address stands in brackets, as in [::1]:%d",
                     GST_MIKEY_DEFAULT_PORT);
  if (!colon)
    colon = text + strlen (text);
  if (colon > text)
    endpoint->host = g_strndup (text, colon - text);
  *port = *colon ? colon + 1 : NULL;
  return TRUE;
}

static gboolean
is_host_character (gchar c)
{
  /* Octets above ASCII: international names, which the resolver encodes. */
  return g_ascii_isalnum (c) || strchr ("-._:%", c) || (guchar)c >= 0x80;
}

static gboolean
check_host (const GstMikeyEndpoint *endpoint, const gchar *uri, GError **error)
{
  g_autoptr (GInetAddress) address = NULL;

  if (!endpoint->host)
    return TRUE;
  if (strlen (endpoint->host) > MAX_HOST_LENGTH)
    return complain (error, uri, "the host is longer than %d characters",
                     MAX_HOST_LENGTH);
  for (const gchar *c = endpoint->host; *c; c++)
    if (!is_host_character (*c))
      return complain (error, uri, "'%c' is no part of a host name", *c);
  address = g_inet_address_new_from_string (endpoint->host);
  if (address && g_inet_address_get_is_multicast (address))
    return complain (error, uri, "multicast addresses are not supported");
  return TRUE;
}

static gboolean
is_any (const GstMikeyEndpoint *endpoint)
{
  g_autoptr (GInetAddress) address = NULL;

  if (!endpoint->host)
    return TRUE;
  address = g_inet_address_new_from_string (endpoint->host);
  return address && g_inet_address_get_is_any (address);
}

/* A listener may leave open what a caller has to know. */
static gboolean
check_callable (const GstMikeyEndpoint *endpoint, const gchar *uri,
                GError **error)
{
  if (!endpoint->host)
    return complain (error, uri, "the host to call is missing");
  if (is_any (endpoint))
    return complain (error, uri, "'%s' can be listened on, but not called",
                     endpoint->host);
  if (endpoint->port == 0)
    return complain (error, uri, "port 0 can be listened on, but not called");
  return TRUE;
}

static gboolean
parse (GstMikeyEndpoint *endpoint, const gchar *uri, gboolean listen,
       GError **error)
{
  const gchar *text = parse_scheme (endpoint, uri);
  const gchar *port = NULL;

  if (!text)
    return complain (error, uri, "expected udp://HOST:PORT or tcp://HOST:PORT");
  if (strpbrk (text, "/?#@"))
    return complain (error, uri, "'%c' has no meaning here, expected HOST:PORT",
                     *strpbrk (text, "/?#@"));
  if (!(*text == '[' ? split_bracketed : split_plain) (endpoint, text, &port,
                                                       uri, error))
    return FALSE;
  return parse_port (endpoint, port, uri, error)
         && check_host (endpoint, uri, error)
         && (listen || check_callable (endpoint, uri, error));
}

gboolean
gst_mikey_endpoint_parse (GstMikeyEndpoint *endpoint, const gchar *uri,
                          gboolean listen, GError **error)
{
  *endpoint = (GstMikeyEndpoint){ 0 };
  if (parse (endpoint, uri ? uri : "", listen, error))
    return TRUE;
  gst_mikey_endpoint_clear (endpoint);
  return FALSE;
}

void
gst_mikey_endpoint_clear (GstMikeyEndpoint *endpoint)
{
  g_free (endpoint->host);
  *endpoint = (GstMikeyEndpoint){ 0 };
}
