/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_ENDPOINT_H
#define GST_MIKEY_ENDPOINT_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* The port that IANA registered for MIKEY, over UDP and over TCP. */
#define GST_MIKEY_DEFAULT_PORT 2269

/**
 * GstMikeyEndpoint:
 * @stream: TCP if %TRUE, UDP if not
 * @host: name or numeric address without brackets, %NULL for any (listeners)
 * @port: 0 (listeners only): the system picks one
 *
 * What a value of the property `signalling` means.
 */
typedef struct {
  gboolean stream;
  gchar *host;
  guint16 port;
} GstMikeyEndpoint;

/**
 * gst_mikey_endpoint_parse:
 * @endpoint: (out): to fill in; clear it with gst_mikey_endpoint_clear()
 * @uri: `udp://HOST:PORT` or `tcp://HOST:PORT`; IPv6 addresses in brackets; the
 *   port is #GST_MIKEY_DEFAULT_PORT if left out; a listener may leave out the
 *   host (any address, both families) and may give port 0
 * @listen: whether @uri is to be listened on, or called
 *
 * Only parses: no name is resolved. Thread-safe.
 *
 * Returns: %FALSE with %G_IO_ERROR_INVALID_ARGUMENT, whose text shows @uri and
 *   tells what is wrong with it; @endpoint is then empty.
 */
gboolean gst_mikey_endpoint_parse (GstMikeyEndpoint *endpoint, const gchar *uri,
                                   gboolean listen, GError **error);

/**
 * gst_mikey_endpoint_clear:
 * @endpoint: a filled or zeroed endpoint
 *
 * Frees what @endpoint holds and zeroes it.
 */
void gst_mikey_endpoint_clear (GstMikeyEndpoint *endpoint);

G_END_DECLS

#endif
