/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* UDP and TCP: what to do when a socket is ready. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmikeysignalling-private.h"

#include <gio/gnetworking.h>
#include <string.h>

/* Datagrams, or pieces of a stream, that are taken before others get a turn. */
#define MAX_BATCH 32
/* Messages to a peer that does not read. */
#define MAX_UNREAD 64
/* Until we try again to take a connection, when there was no descriptor for it,
 * or a message of a peer that sends too many. */
#define PAUSE_MS 100

typedef struct {
  gsize size;
  guint8 data[];
} Octets;

static void
octets_free (Octets *octets)
{
  explicit_bzero (octets->data, octets->size);
  g_free (octets);
}

/* PREFIX and DATA as octets that are wiped when they are freed. */
static GBytes *
wiped_bytes (const guint8 *prefix, gsize prefix_size, const guint8 *data,
             gsize size)
{
  Octets *octets = g_malloc (sizeof (Octets) + prefix_size + size);

  octets->size = prefix_size + size;
  if (prefix_size)
    memcpy (octets->data, prefix, prefix_size);
  memcpy (octets->data + prefix_size, data, size);
  return g_bytes_new_with_free_func (octets->data, octets->size,
                                     (GDestroyNotify)octets_free, octets);
}

/* --- UDP --- */

static void
udp_arrived (GstMikeyLink *link, GSocketAddress *address, gsize length)
{
  GstMikeySignalling *self = link->self;
  g_autoptr (GstMikeyPeer) peer = gst_mikey_find_peer (self, address);
  g_autoptr (GBytes) message = NULL;

  gst_mikey_signalling_count (self, COUNT_RECEIVED);
  if (!is_length_valid (length)) {
    gst_mikey_signalling_count (self, COUNT_MALFORMED);
    return;
  }
  if (!gst_mikey_signalling_admit (self, peer, address))
    return;
  if (!peer)
    peer = gst_mikey_peer_new (self, address);
  else if (peer == self->call)
    gst_mikey_peer_set_address (peer, address);
  message = wiped_bytes (NULL, 0, self->buffer, length);
  gst_mikey_link_deliver (link, peer, message);
}

/* Nobody is there, as the caller learns from the host it calls. */
static void
udp_trouble (GstMikeyLink *link, const GError *error)
{
  GstMikeySignalling *self = link->self;

  if (!link->peer)
    return;
  gst_mikey_peer_note_trouble (link->peer, error->message);
  if (link->candidate == self->candidate)
    gst_mikey_caller_refused (self);
}

/* Returns FALSE when there is nothing more to take. */
static gboolean
udp_receive (GstMikeyLink *link)
{
  GstMikeySignalling *self = link->self;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  gssize length = g_socket_receive_from (
      link->socket, &address, (gchar *)self->buffer, BUFFER_SIZE, NULL, &error);

  if (length < 0) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      udp_trouble (link, error);
    return FALSE;
  }
  udp_arrived (link, address, length);
  explicit_bzero (self->buffer, length);
  return TRUE;
}

static gboolean
udp_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  GstMikeyLink *link = data;

  for (guint i = 0; i < MAX_BATCH; i++)
    if (gst_mikey_signalling_is_stopping (link->self) || !link->reading
        || !udp_receive (link))
      break;
  return G_SOURCE_CONTINUE;
}

static gboolean
udp_write (GstMikeyLink *link, GstMikeyPeer *peer, GBytes *message,
           GError **error)
{
  GSocketAddress *to = link->peer ? NULL : peer->address;
  gsize size;
  const gchar *data = g_bytes_get_data (message, &size);

  /* The first attempt may only bring the news that an earlier datagram was
   * refused, without sending this one. */
  return g_socket_send_to (link->socket, to, data, size, NULL, NULL) >= 0
         || g_socket_send_to (link->socket, to, data, size, NULL, error) >= 0;
}

static void
udp_calling (GstMikeyLink *link)
{
  link->reading = gst_mikey_link_watch (link, G_IO_IN, udp_readable);
}

/* One socket for each address, kept until one of them brings an answer: a new
 * socket would have a new port, and its messages look like a replay. */
static GstMikeyLink *
udp_call (GstMikeySignalling *self, guint candidate)
{
  GstMikeyLink *link;

  if (self->call->adopted && self->call->link)
    return self->call->link;
  link = gst_mikey_caller_find (self, candidate);
  return link ? link : gst_mikey_caller_open (self, candidate);
}

/* --- TCP --- */

static gboolean
half_open_too_long (gpointer data)
{
  GstMikeyLink *link = data;

  gst_mikey_signalling_count (link->self, COUNT_DROPPED_HALF_OPEN);
  gst_mikey_link_lost (link, "no accepted message in time");
  return G_SOURCE_REMOVE;
}

/* The length of a message came: makes room for the message. */
static gboolean
tcp_begin_body (GstMikeyLink *link)
{
  gsize length = link->head[0] << 8 | link->head[1];

  if (!is_length_valid (length)) {
    gst_mikey_signalling_count (link->self, COUNT_MALFORMED);
    gst_mikey_link_lost (link, "a length that no message has");
    return FALSE;
  }
  link->body = g_malloc (length);
  link->want = length;
  link->have = 0;
  return TRUE;
}

static gboolean tcp_resume (gpointer data);

/* Who is known may send on in a moment; the stream holds it back so long. */
static void
tcp_hold_back (GstMikeyLink *link)
{
  if (gst_mikey_link_is_half_open (link)) {
    gst_mikey_link_lost (link, "too many messages");
    return;
  }
  gst_mikey_source_stop (&link->reading);
  link->resume
      = gst_mikey_signalling_later (link->self, PAUSE_MS, tcp_resume, link);
}

/* Returns whether to read on. */
static gboolean
tcp_take_message (GstMikeyLink *link)
{
  g_autoptr (GBytes) message = NULL;

  if (!gst_mikey_signalling_admit (link->self, link->peer,
                                   link->peer->address)) {
    tcp_hold_back (link);
    return FALSE;
  }
  gst_mikey_signalling_count (link->self, COUNT_RECEIVED);
  message = wiped_bytes (NULL, 0, link->body, link->want);
  gst_mikey_link_reset_frame (link);
  gst_mikey_link_deliver (link, link->peer, message);
  return TRUE;
}

/* Takes the piece of the stream that is awaited, or some of it. Returns whether
 * to read on. */
static gboolean
tcp_receive (GstMikeyLink *link)
{
  guint8 *into = link->body ? link->body : link->head;
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_receive (link->socket, (gchar *)into + link->have,
                               link->want - link->have, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return FALSE;
  if (n <= 0) {
    gst_mikey_link_lost (link, error ? error->message : "by the peer");
    return FALSE;
  }
  link->have += n;
  if (link->have < link->want)
    return TRUE;
  return link->body ? tcp_take_message (link) : tcp_begin_body (link);
}

static gboolean
tcp_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  GstMikeyLink *link = data;

  for (guint i = 0; i < MAX_BATCH; i++)
    if (gst_mikey_signalling_is_stopping (link->self) || !tcp_receive (link))
      break;
  return G_SOURCE_CONTINUE;
}

static gboolean
tcp_resume (gpointer data)
{
  GstMikeyLink *link = data;

  gst_mikey_source_stop (&link->resume);
  link->reading = gst_mikey_link_watch (link, G_IO_IN, tcp_readable);
  tcp_take_message (link);
  return G_SOURCE_REMOVE;
}

/* Returns FALSE on an error; what the peer cannot take yet stays queued. */
static gboolean
tcp_write_some (GstMikeyLink *link, GError **error)
{
  while (link->unread.head) {
    gsize size;
    const gchar *data = g_bytes_get_data (link->unread.head->data, &size);
    gssize n = g_socket_send (link->socket, data + link->gone,
                              size - link->gone, NULL, error);

    if (n < 0)
      return FALSE;
    link->gone += n;
    if (link->gone == size) {
      g_bytes_unref (g_queue_pop_head (&link->unread));
      link->gone = 0;
    }
  }
  return TRUE;
}

/* After an error the reading side finds the end of the stream and closes: who
 * writes must not, see exchange_transmit(). */
static gboolean
tcp_write_failed (GstMikeyLink *link, GError *error, GError **out)
{
  g_socket_shutdown (link->socket, TRUE, TRUE, NULL);
  g_propagate_error (out, error);
  return FALSE;
}

static gboolean
tcp_writable (GSocket *socket, GIOCondition condition, gpointer data);

static gboolean
tcp_write_on (GstMikeyLink *link, GError **error)
{
  GError *local = NULL;

  if (tcp_write_some (link, &local)) {
    gst_mikey_source_stop (&link->writing);
    return TRUE;
  }
  if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
    gst_mikey_source_stop (&link->writing);
    return tcp_write_failed (link, local, error);
  }
  g_error_free (local);
  if (!link->writing)
    link->writing = gst_mikey_link_watch (link, G_IO_OUT, tcp_writable);
  return TRUE;
}

static gboolean
tcp_writable (GSocket *socket, GIOCondition condition, gpointer data)
{
  tcp_write_on (data, NULL);
  return G_SOURCE_CONTINUE;
}

static gboolean
tcp_write (GstMikeyLink *link, GstMikeyPeer *peer, GBytes *message,
           GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);
  guint8 head[HEAD_SIZE] = { size >> 8, size & 0xff };

  if (link->unread.length >= MAX_UNREAD) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
                 "the peer does not read what it is sent");
    return FALSE;
  }
  g_queue_push_tail (&link->unread, wiped_bytes (head, HEAD_SIZE, data, size));
  return tcp_write_on (link, error);
}

static void
tcp_connected (GstMikeyLink *link)
{
  link->connected = TRUE;
  g_socket_set_keepalive (link->socket, TRUE);
  g_socket_set_option (link->socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  link->reading = gst_mikey_link_watch (link, G_IO_IN, tcp_readable);
}

static gboolean
tcp_connect_done (GSocket *socket, GIOCondition condition, gpointer data)
{
  GstMikeyLink *link = data;
  GstMikeySignalling *self = link->self;
  g_autoptr (GError) error = NULL;

  gst_mikey_source_stop (&link->writing);
  if (!g_socket_check_connect_result (socket, &error)) {
    gst_mikey_link_close (link);
    gst_mikey_caller_open_failed (self, error);
    return G_SOURCE_REMOVE;
  }
  tcp_connected (link);
  gst_mikey_peer_flush (self->call);
  return G_SOURCE_REMOVE;
}

static void
tcp_calling (GstMikeyLink *link)
{
  link->peer->link = link;
  link->writing = gst_mikey_link_watch (link, G_IO_OUT, tcp_connect_done);
}

static GstMikeyLink *
tcp_call (GstMikeySignalling *self, guint candidate)
{
  GstMikeyLink *link = self->call->link;

  if (link && link->connected)
    return link;
  if (link && link->candidate == candidate)
    return NULL;
  if (link)
    gst_mikey_link_close (link);
  gst_mikey_caller_open (self, candidate);
  return NULL;
}

static GstMikeyLink *
find_oldest_half_open (GstMikeySignalling *self)
{
  for (guint i = 0; i < self->links->len; i++) {
    GstMikeyLink *link = g_ptr_array_index (self->links, i);

    if (gst_mikey_link_is_half_open (link))
      return link;
  }
  return NULL;
}

static void
tcp_welcome (GstMikeySignalling *self, GSocket *socket)
{
  g_autoptr (GSocketAddress) address
      = g_socket_get_remote_address (socket, NULL);
  g_autoptr (GstMikeyPeer) peer = NULL;
  GstMikeyLink *link;

  if (!address)
    return; /* gone already */
  if (gst_mikey_signalling_count_half_open (self)
      >= GST_MIKEY_SIGNALLING_MAX_HALF_OPEN) {
    gst_mikey_signalling_count (self, COUNT_DROPPED_HALF_OPEN);
    gst_mikey_link_lost (find_oldest_half_open (self),
                         "others wait for the place");
  }
  peer = gst_mikey_peer_new (self, address);
  g_socket_set_blocking (socket, FALSE);
  link = gst_mikey_link_new (self, g_object_ref (socket), peer);
  peer->link = link;
  link->deadline = gst_mikey_signalling_later (self, self->timing.half_open_ms,
                                               half_open_too_long, link);
  tcp_connected (link);
  gst_mikey_signalling_publish (self);
}

static gboolean
tcp_accept (GSocket *socket, GIOCondition condition, gpointer data);

static gboolean
tcp_accept_again (gpointer data)
{
  GstMikeyLink *link = data;

  gst_mikey_source_stop (&link->resume);
  link->reading = gst_mikey_link_watch (link, G_IO_IN, tcp_accept);
  return G_SOURCE_REMOVE;
}

static gboolean
tcp_accept (GSocket *socket, GIOCondition condition, gpointer data)
{
  GstMikeyLink *link = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) connection = g_socket_accept (socket, NULL, &error);

  if (connection) {
    tcp_welcome (link->self, connection);
  } else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
    /* Most likely there is no descriptor left; the connection goes on waiting
     * and would wake us over and over. */
    GST_WARNING_OBJECT (link->self, "cannot take a connection: %s",
                        error->message);
    gst_mikey_source_stop (&link->reading);
    link->resume = gst_mikey_signalling_later (link->self, PAUSE_MS,
                                               tcp_accept_again, link);
  }
  return G_SOURCE_CONTINUE;
}

const GstMikeyTransport gst_mikey_transports[2] = {
  [FALSE] = { G_SOCKET_TYPE_DATAGRAM, FALSE, udp_readable, udp_calling,
              udp_call, udp_write },
  [TRUE] = { G_SOCKET_TYPE_STREAM, TRUE, tcp_accept, tcp_calling, tcp_call,
             tcp_write },
};
