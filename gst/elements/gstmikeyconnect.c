/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Getting together: the addresses that a caller tries, and the one that a
 * listener is bound to. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmikeysignalling-private.h"

#include <gio/gnetworking.h>

/* Addresses of one name that are tried. */
#define MAX_ADDRESSES 8
/* Connections that wait to be taken. */
#define BACKLOG 64

/* --- caller --- */

/* (transfer full): neither bound nor connected, not blocking. */
static GSocket *
open_socket (GstMikeySignalling *self, GSocketAddress *address, GError **error)
{
  GSocketFamily family = g_socket_address_get_family (address);
  GSocket *socket = g_socket_new (family, self->transport->type,
                                  G_SOCKET_PROTOCOL_DEFAULT, error);

  if (!socket)
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  /* [::] stands for both families, whatever the system's habit is. */
  if (family == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, 0, NULL);
  return socket;
}

void
gst_mikey_caller_refused (GstMikeySignalling *self)
{
  gboolean more
      = !self->call->adopted && ++self->refusals < self->addresses->len;

  gst_mikey_peer_note_refusal (self->call, !more);
  self->candidate = (self->candidate + 1) % self->addresses->len;
  if (more)
    gst_mikey_peer_flush (self->call);
}

void
gst_mikey_caller_open_failed (GstMikeySignalling *self, const GError *error)
{
  gst_mikey_peer_note_trouble (self->call, error->message);
  gst_mikey_caller_refused (self);
}

GstMikeyLink *
gst_mikey_caller_open (GstMikeySignalling *self, guint candidate)
{
  GSocketAddress *address = g_ptr_array_index (self->addresses, candidate);
  g_autoptr (GError) error = NULL;
  GSocket *socket = open_socket (self, address, &error);
  GstMikeyLink *link;

  if (!socket) {
    gst_mikey_caller_open_failed (self, error);
    return NULL;
  }
  link = gst_mikey_link_new (self, socket, self->call);
  link->candidate = candidate;
  gst_mikey_peer_set_address (self->call, address);
  if (!g_socket_connect (socket, address, NULL, &error)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PENDING)) {
    gst_mikey_link_close (link);
    gst_mikey_caller_open_failed (self, error);
    return NULL;
  }
  self->transport->calling (link);
  return link;
}

GstMikeyLink *
gst_mikey_caller_find (GstMikeySignalling *self, guint candidate)
{
  for (guint i = 0; i < self->links->len; i++) {
    GstMikeyLink *link = g_ptr_array_index (self->links, i);

    if (link->candidate == candidate)
      return link;
  }
  return NULL;
}

static void
caller_resolved (GObject *resolver, GAsyncResult *result, gpointer data)
{
  GstMikeySignalling *self = data;
  g_autoptr (GError) error = NULL;
  GList *hosts = g_resolver_lookup_by_name_finish (G_RESOLVER (resolver),
                                                   result, &error);

  self->resolving = FALSE;
  if (gst_mikey_signalling_is_stopping (self)) {
    g_resolver_free_addresses (hosts);
    return;
  }
  for (GList *l = hosts; l && self->addresses->len < MAX_ADDRESSES; l = l->next)
    g_ptr_array_add (self->addresses,
                     g_inet_socket_address_new (l->data, self->endpoint.port));
  g_resolver_free_addresses (hosts);
  if (error)
    gst_mikey_peer_note_trouble (self->call, error->message);
  gst_mikey_peer_flush (self->call);
}

void
gst_mikey_caller_resolve (GstMikeySignalling *self)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();

  if (self->resolving)
    return;
  self->resolving = TRUE;
  g_resolver_lookup_by_name_async (resolver, self->endpoint.host,
                                   self->cancellable, caller_resolved, self);
}

GstMikeyLink *
gst_mikey_caller_reach (GstMikeySignalling *self)
{
  if (self->addresses->len)
    return self->transport->call (self, self->candidate);
  return NULL;
}

void
gst_mikey_caller_prepare (GstMikeySignalling *self, gboolean again)
{
  GstMikeyPeer *call = self->call;

  self->refusals = 0;
  if (!self->addresses->len)
    gst_mikey_caller_resolve (self);
  else if (again && !(call->link && (call->adopted || call->link->connected)))
    self->candidate = (self->candidate + 1) % self->addresses->len;
}

/* --- listener --- */

static gboolean
bind_socket (GstMikeySignalling *self, GSocket *socket, GSocketAddress *address,
             GError **error)
{
  g_autoptr (GSocketAddress) local = NULL;

  /* For UDP "reuse" would let others take our messages. */
  if (!g_socket_bind (socket, address, self->transport->stream, error))
    return FALSE;
  if (self->transport->stream) {
    g_socket_set_listen_backlog (socket, BACKLOG);
    if (!g_socket_listen (socket, error))
      return FALSE;
  }
  local = g_socket_get_local_address (socket, error);
  if (!local)
    return FALSE;
  gst_mikey_signalling_set_port (
      self, g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local)));
  return TRUE;
}

static gboolean
listen_on (GstMikeySignalling *self, GSocketAddress *address, GError **error)
{
  g_autoptr (GSocket) socket = open_socket (self, address, error);
  GstMikeyLink *link;

  if (!socket || !bind_socket (self, socket, address, error))
    return FALSE;
  link = gst_mikey_link_new (self, g_steal_pointer (&socket), NULL);
  link->reading
      = gst_mikey_link_watch (link, G_IO_IN, self->transport->listening);
  return TRUE;
}

/* On the first address that works. */
static gboolean
listen_on_any (GstMikeySignalling *self, GError **error)
{
  for (guint i = 0; i < self->addresses->len; i++) {
    g_clear_error (error);
    if (listen_on (self, g_ptr_array_index (self->addresses, i), error))
      return TRUE;
  }
  return FALSE;
}

static void
add_any_address (GstMikeySignalling *self, GSocketFamily family)
{
  g_autoptr (GInetAddress) any = g_inet_address_new_any (family);

  g_ptr_array_add (self->addresses,
                   g_inet_socket_address_new (any, self->endpoint.port));
}

static gboolean
resolve_now (GstMikeySignalling *self, GError **error)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  GList *hosts
      = g_resolver_lookup_by_name (resolver, self->endpoint.host, NULL, error);

  for (GList *l = hosts; l; l = l->next)
    g_ptr_array_add (self->addresses,
                     g_inet_socket_address_new (l->data, self->endpoint.port));
  g_resolver_free_addresses (hosts);
  return self->addresses->len > 0;
}

void
gst_mikey_add_known_addresses (GstMikeySignalling *self)
{
  GSocketAddress *numeric;

  if (!self->endpoint.host) {
    add_any_address (self, G_SOCKET_FAMILY_IPV6);
    add_any_address (self, G_SOCKET_FAMILY_IPV4);
    return;
  }
  numeric = g_inet_socket_address_new_from_string (self->endpoint.host,
                                                   self->endpoint.port);
  if (numeric)
    g_ptr_array_add (self->addresses, numeric);
}

gboolean
gst_mikey_listener_open (GstMikeySignalling *self, GError **error)
{
  GError *local = NULL;

  if ((self->addresses->len || resolve_now (self, &local))
      && listen_on_any (self, &local))
    return TRUE;
  g_prefix_error (&local, "signalling=%s: cannot listen: ", self->uri);
  g_propagate_error (error, local);
  return FALSE;
}

void
gst_mikey_caller_begin (GstMikeySignalling *self)
{
  self->call = gst_mikey_peer_new (self, NULL);
  self->call->name
      = g_strdup_printf ("%s:%u", self->endpoint.host, self->endpoint.port);
}
