/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Peers, the links that lead to them, and the exchanges with them. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmikeysignalling-private.h"

#include <string.h>

/* A message on its way to a peer. */
typedef struct {
  GstMikeyPeer *peer; /* (unowned): owns us */
  GBytes *message;
  gboolean expect_reply;
  gboolean refused; /* nobody was there when it came */
  guint tries;
  guint copies;
  guint delay;
  guint serial; /* of the link that it went over last, 0: not sent yet */
  GSource *timer;
} Exchange;

static void exchange_free (Exchange *exchange);

/* --- peers and links --- */

gboolean
gst_mikey_link_is_half_open (const GstMikeyLink *link)
{
  return link->self->listen && link->peer && !link->peer->adopted;
}

guint
gst_mikey_signalling_count_half_open (GstMikeySignalling *self)
{
  guint n = 0;

  for (guint i = 0; i < self->links->len; i++)
    n += gst_mikey_link_is_half_open (g_ptr_array_index (self->links, i));
  return n;
}

static gchar *
host_of (GSocketAddress *address)
{
  return g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

void
gst_mikey_peer_set_address (GstMikeyPeer *peer, GSocketAddress *address)
{
  if (!g_set_object (&peer->address, address))
    return;
  g_free (peer->name);
  g_free (peer->host);
  peer->name = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
  peer->host = host_of (address);
}

GstMikeyPeer *
gst_mikey_peer_new (GstMikeySignalling *self, GSocketAddress *address)
{
  GstMikeyPeer *peer = g_rc_box_new0 (GstMikeyPeer);

  peer->self = self;
  g_queue_init (&peer->exchanges);
  if (address)
    gst_mikey_peer_set_address (peer, address);
  return peer;
}

void
gst_mikey_peer_drop_exchanges (GstMikeyPeer *peer)
{
  while (peer->exchanges.head)
    exchange_free (peer->exchanges.head->data);
}

static void
peer_clear (GstMikeyPeer *peer)
{
  gst_mikey_peer_drop_exchanges (peer);
  g_clear_object (&peer->address);
  g_free (peer->name);
  g_free (peer->host);
  g_free (peer->trouble);
}

void
gst_mikey_peer_unref (GstMikeyPeer *peer)
{
  g_rc_box_release_full (peer, (GDestroyNotify)peer_clear);
}

void
gst_mikey_peer_note_trouble (GstMikeyPeer *peer, const gchar *what)
{
  GST_DEBUG_OBJECT (peer->self, "%s: %s", peer->name, what);
  g_free (peer->trouble);
  peer->trouble = g_strdup (what);
}

void
gst_mikey_link_reset_frame (GstMikeyLink *link)
{
  if (link->body)
    explicit_bzero (link->body, link->want);
  g_clear_pointer (&link->body, g_free);
  link->have = 0;
  link->want = HEAD_SIZE;
}

static void
link_clear (GstMikeyLink *link)
{
  gst_mikey_link_reset_frame (link);
  g_queue_clear_full (&link->unread, (GDestroyNotify)g_bytes_unref);
  g_clear_pointer (&link->peer, gst_mikey_peer_unref);
  g_object_unref (link->socket);
}

void
gst_mikey_link_unref (GstMikeyLink *link)
{
  g_rc_box_release_full (link, (GDestroyNotify)link_clear);
}

GstMikeyLink *
gst_mikey_link_new (GstMikeySignalling *self, GSocket *socket,
                    GstMikeyPeer *peer)
{
  GstMikeyLink *link = g_rc_box_new0 (GstMikeyLink);

  link->self = self;
  link->socket = socket;
  link->peer = peer ? g_rc_box_acquire (peer) : NULL;
  link->serial = ++self->n_links;
  g_queue_init (&link->unread);
  gst_mikey_link_reset_frame (link);
  g_ptr_array_add (self->links, link);
  return link;
}

GSource *
gst_mikey_link_watch (GstMikeyLink *link, GIOCondition condition,
                      GSocketSourceFunc ready)
{
  GSource *source = g_socket_create_source (link->socket, condition, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (ready), g_rc_box_acquire (link),
                         (GDestroyNotify)gst_mikey_link_unref);
  g_source_attach (source, link->self->context);
  return source;
}

void
gst_mikey_link_close (GstMikeyLink *link)
{
  GstMikeySignalling *self = link->self;

  gst_mikey_source_stop (&link->reading);
  gst_mikey_source_stop (&link->writing);
  gst_mikey_source_stop (&link->deadline);
  gst_mikey_source_stop (&link->resume);
  g_socket_close (link->socket, NULL);
  if (link->peer && link->peer->link == link)
    link->peer->link = NULL;
  g_ptr_array_remove (self->links, link); /* may free it */
  gst_mikey_signalling_publish (self);
}

void
gst_mikey_link_lost (GstMikeyLink *link, const gchar *why)
{
  GstMikeySignalling *self = link->self;
  g_autoptr (GstMikeyPeer) peer = g_rc_box_acquire (link->peer);

  GST_INFO_OBJECT (self, "%s: connection closed: %s", peer->name, why);
  gst_mikey_peer_note_trouble (peer, why);
  gst_mikey_link_close (link);
  if (self->listen && gst_mikey_peer_forget (peer))
    gst_mikey_signalling_report (
        self,
        g_error_new (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                     "%s hung up before it answered: %s", peer->name, why));
}

static gboolean
same_address (GSocketAddress *a, GSocketAddress *b)
{
  GInetSocketAddress *x = G_INET_SOCKET_ADDRESS (a);
  GInetSocketAddress *y = G_INET_SOCKET_ADDRESS (b);

  return g_inet_socket_address_get_port (x)
             == g_inet_socket_address_get_port (y)
         && g_inet_address_equal (g_inet_socket_address_get_address (x),
                                  g_inet_socket_address_get_address (y));
}

GstMikeyPeer *
gst_mikey_find_peer (GstMikeySignalling *self, GSocketAddress *address)
{
  if (self->call)
    return g_rc_box_acquire (self->call);
  for (GList *l = self->peers.head; l; l = l->next)
    if (same_address (((GstMikeyPeer *)l->data)->address, address))
      return g_rc_box_acquire (l->data);
  return NULL;
}

gboolean
gst_mikey_peer_forget (GstMikeyPeer *peer)
{
  GstMikeySignalling *self = peer->self;
  gboolean owed = peer->exchanges.length > 0;
  gboolean listed = g_queue_remove (&self->peers, peer);

  gst_mikey_peer_drop_exchanges (peer);
  if (peer->link && peer->link->peer)
    gst_mikey_link_close (peer->link);
  if (listed)
    gst_mikey_peer_unref (peer);
  gst_mikey_signalling_publish (self);
  return owed;
}

/* Puts PEER at the head of the list, which takes a reference if it is new. */
static void
listener_adopt (GstMikeySignalling *self, GstMikeyPeer *peer)
{
  if (!g_queue_remove (&self->peers, peer))
    g_rc_box_acquire (peer);
  g_queue_push_head (&self->peers, peer);
  if (self->peers.length > GST_MIKEY_SIGNALLING_MAX_PEERS) {
    GstMikeyPeer *silent = self->peers.tail->data;

    GST_INFO_OBJECT (self, "%s gives way to %s", silent->name, peer->name);
    gst_mikey_peer_forget (silent);
  }
}

/* The address that answered is the one to stay with. */
static void
caller_adopt (GstMikeySignalling *self, GstMikeyLink *link)
{
  self->candidate = link->candidate;
  for (guint i = self->links->len; i-- > 0;)
    if (g_ptr_array_index (self->links, i) != link)
      gst_mikey_link_close (g_ptr_array_index (self->links, i));
}

/* A message of PEER that came over LINK was accepted. */
static void
peer_adopt (GstMikeyPeer *peer, GstMikeyLink *link)
{
  GstMikeySignalling *self = peer->self;

  if (!peer->adopted)
    GST_INFO_OBJECT (self, "%s is a peer now", peer->name);
  peer->adopted = TRUE;
  peer->link = link;
  gst_mikey_source_stop (&link->deadline);
  if (self->listen)
    listener_adopt (self, peer);
  else
    caller_adopt (self, link);
  gst_mikey_signalling_publish (self);
}

static gboolean
link_send (GstMikeyLink *link, GstMikeyPeer *peer, GBytes *message)
{
  GstMikeySignalling *self = link->self;
  g_autoptr (GError) error = NULL;

  if (!self->transport->write (link, peer, message, &error)) {
    gst_mikey_peer_note_trouble (peer, error->message);
    return FALSE;
  }
  GST_DEBUG_OBJECT (self, "%" G_GSIZE_FORMAT " octets to %s",
                    g_bytes_get_size (message), peer->name);
  return TRUE;
}

/* --- exchanges --- */

static gboolean exchange_tick (gpointer data);

static void
exchange_free (Exchange *exchange)
{
  g_queue_remove (&exchange->peer->exchanges, exchange);
  gst_mikey_source_stop (&exchange->timer);
  g_bytes_unref (exchange->message);
  g_free (exchange);
}

/* Frees nothing, whatever happens: callers walk over lists of exchanges. */
static void
exchange_transmit (Exchange *exchange)
{
  GstMikeyPeer *peer = exchange->peer;
  GstMikeySignalling *self = peer->self;
  GstMikeyLink *link
      = self->listen ? peer->link : gst_mikey_caller_reach (self);

  if (!link)
    return;
  if (self->transport->stream && exchange->serial == link->serial)
    return; /* the stream brings it by itself */
  if (!link_send (link, peer, exchange->message))
    return;
  gst_mikey_signalling_count (self, exchange->serial ? COUNT_RETRANSMITTED
                                                     : COUNT_SENT);
  exchange->serial = link->serial;
  exchange->copies++;
}

/* How long to wait after a try. */
static guint
exchange_delay (Exchange *exchange)
{
  const GstMikeySignallingTiming *timing = &exchange->peer->self->timing;
  guint delay = exchange->delay;

  if (!exchange->expect_reply && exchange->copies && !exchange->refused)
    return timing->copy_gap_ms;
  exchange->delay = MIN (delay * 2, timing->longest_ms);
  return delay;
}

/* Whether all copies went out of a message that nobody answers. */
static gboolean
exchange_is_done (Exchange *exchange)
{
  GstMikeySignalling *self = exchange->peer->self;
  guint enough = self->transport->stream ? 1 : self->timing.copies;

  if (exchange->expect_reply || exchange->refused)
    return FALSE;
  return exchange->copies >= enough
         || (exchange->copies && exchange->tries >= self->timing.tries);
}

static GError *
exchange_error (Exchange *exchange)
{
  GstMikeyPeer *peer = exchange->peer;

  return g_error_new (
      G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%s %s, %u tries%s%s", peer->name,
      exchange->expect_reply ? "did not answer" : "could not be reached",
      exchange->tries, peer->trouble ? ": " : "",
      peer->trouble ? peer->trouble : "");
}

static void
exchange_expire (Exchange *exchange)
{
  g_autoptr (GstMikeyPeer) peer = g_rc_box_acquire (exchange->peer);
  GstMikeySignalling *self = peer->self;
  GError *error = exchange_error (exchange);

  exchange_free (exchange);
  if (self->listen)
    gst_mikey_peer_forget (peer);
  gst_mikey_signalling_report (self, error);
}

static void
exchange_try (Exchange *exchange)
{
  GstMikeySignalling *self = exchange->peer->self;

  if (self->call)
    gst_mikey_caller_prepare (
        self,
        exchange->tries > 0 && (exchange->expect_reply || !exchange->copies));
  exchange->tries++;
  exchange_transmit (exchange);
  exchange->timer = gst_mikey_signalling_later (self, exchange_delay (exchange),
                                                exchange_tick, exchange);
  exchange->refused = FALSE;
}

static gboolean
exchange_tick (gpointer data)
{
  Exchange *exchange = data;

  gst_mikey_source_stop (&exchange->timer);
  if (exchange_is_done (exchange))
    exchange_free (exchange);
  else if (exchange->tries >= exchange->peer->self->timing.tries)
    exchange_expire (exchange);
  else
    exchange_try (exchange);
  return G_SOURCE_REMOVE;
}

void
gst_mikey_peer_begin (GstMikeyPeer *peer, GBytes *message,
                      gboolean expect_reply)
{
  GstMikeySignalling *self = peer->self;
  Exchange *exchange;

  if (peer->exchanges.length >= GST_MIKEY_SIGNALLING_MAX_PENDING) {
    gst_mikey_signalling_report (
        self, g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY,
                           "%s has not answered %u messages yet", peer->name,
                           peer->exchanges.length));
    return;
  }
  exchange = g_new0 (Exchange, 1);
  exchange->peer = peer;
  exchange->message = g_bytes_ref (message);
  exchange->expect_reply = expect_reply;
  exchange->delay = self->timing.first_ms;
  g_queue_push_tail (&peer->exchanges, exchange);
  exchange_try (exchange);
}

void
gst_mikey_peer_note_refusal (GstMikeyPeer *peer, gboolean for_now)
{
  for (GList *l = peer->exchanges.head; l; l = l->next) {
    Exchange *exchange = l->data;

    exchange->copies = 0;
    exchange->refused = for_now;
  }
}

void
gst_mikey_peer_flush (GstMikeyPeer *peer)
{
  for (GList *l = peer->exchanges.head; l; l = l->next)
    exchange_transmit (l->data);
}

/* PEER answered. */
static void
peer_settle (GstMikeyPeer *peer)
{
  for (GList *l = peer->exchanges.head, *next; l; l = next) {
    Exchange *exchange = l->data;

    next = l->next;
    if (exchange->expect_reply)
      exchange_free (exchange);
  }
}

/* --- what comes in --- */

gboolean
gst_mikey_signalling_admit (GstMikeySignalling *self, GstMikeyPeer *peer,
                            GSocketAddress *address)
{
  gint64 now = g_get_monotonic_time ();
  gboolean admitted;

  if (peer && (peer->adopted || peer == self->call))
    admitted = gst_mikey_bucket_take (&peer->bucket, GST_MIKEY_RATE_PEER, now);
  else
    admitted = gst_mikey_guard_admit (self->guard, address, now);
  if (!admitted)
    gst_mikey_signalling_count (self, COUNT_RATE_LIMITED);
  return admitted;
}

/* An Error message to somebody who may have forged the sender's address: never
 * more octets than came, and seldom. */
static gboolean
may_complain (GstMikeyPeer *peer, GBytes *message, GBytes *reply)
{
  GstMikeySignalling *self = peer->self;

  if (g_bytes_get_size (reply) <= g_bytes_get_size (message)
      && gst_mikey_guard_admit_error (self->guard, peer->address,
                                      g_get_monotonic_time ()))
    return TRUE;
  gst_mikey_signalling_count (self, COUNT_WITHHELD);
  return FALSE;
}

static void
send_reply (GstMikeyLink *link, GstMikeyPeer *peer, GBytes *reply)
{
  if (link_send (link, peer, reply))
    gst_mikey_signalling_count (link->self, COUNT_REPLIED);
}

/* A copy of what was accepted gets the same reply again. Over TCP a copy comes
 * over a new connection, from another port, when the first one broke. */
static gboolean
is_duplicate (GstMikeyLink *link, GstMikeyPeer *peer, GBytes *message)
{
  GstMikeySignalling *self = link->self;
  gboolean stream = self->transport->stream;
  g_autoptr (GBytes) reply = NULL;

  if ((stream && peer->adopted)
      || !gst_mikey_replies_find (
          self->replies, stream ? peer->host : peer->name, message, &reply))
    return FALSE;
  gst_mikey_signalling_count (self, COUNT_DUPLICATES);
  if (reply)
    send_reply (link, peer, reply);
  return TRUE;
}

static void
accepted_message (GstMikeyLink *link, GstMikeyPeer *peer, GBytes *message,
                  GBytes *reply)
{
  GstMikeySignalling *self = link->self;

  gst_mikey_signalling_count (self, COUNT_ACCEPTED);
  gst_mikey_replies_add (self->replies,
                         self->transport->stream ? peer->host : peer->name,
                         message, reply);
  peer_adopt (peer, link);
  if (!reply)
    peer_settle (peer);
}

void
gst_mikey_link_deliver (GstMikeyLink *link, GstMikeyPeer *peer, GBytes *message)
{
  GstMikeySignalling *self = link->self;
  g_autoptr (GBytes) reply = NULL;
  gboolean accepted = FALSE;

  GST_DEBUG_OBJECT (self, "%" G_GSIZE_FORMAT " octets from %s",
                    g_bytes_get_size (message), peer->name);
  if (is_duplicate (link, peer, message))
    return;
  reply = self->callbacks.received (self, message, peer->name, &accepted,
                                    self->user_data);
  if (accepted)
    accepted_message (link, peer, message, reply);
  else
    gst_mikey_signalling_count (self, COUNT_REFUSED);
  if (reply && (accepted || may_complain (peer, message, reply)))
    send_reply (link, peer, reply);
}
