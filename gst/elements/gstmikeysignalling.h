/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_SIGNALLING_H
#define GST_MIKEY_SIGNALLING_H

#include <gio/gio.h>
#include <gst/gst.h>

#include "gstmikeyendpoint.h"

G_BEGIN_DECLS

/* Carries MIKEY messages between two processes, over UDP or TCP.
 *
 * One side listens, the other calls. Who calls begins; from then on both may
 * send (updates, Error messages). Messages are opaque octets here: whether one
 * is good is for the receiver to say, see #GstMikeySignallingCallbacks.
 *
 * UDP: one message is one datagram. TCP: each message comes after its length,
 * two octets, most significant first. No RFC defines how MIKEY travels alone
 * over TCP, so this framing is private to us.
 *
 * A message that expects a reply is sent again until the reply is there, see
 * #GstMikeySignallingTiming. One that does not is sent in three copies over
 * UDP, since nobody would tell of its loss; the receiver takes one of them.
 * Over TCP every message is sent once a connection.
 *
 * Strangers cost little: they wait for a place at 16 unproven TCP connections
 * of ten seconds each, their datagrams pass token buckets (gstmikeyguard.h),
 * and they get nothing that is longer than what they sent.
 *
 * What a listener bound to any address sends comes from the address that the
 * system picks. A host with several should name the one to listen on, or
 * callers refuse the replies. */

/* The longest message: what a UDP datagram over IPv4 holds. */
#define GST_MIKEY_SIGNALLING_MAX_MESSAGE 65507
/* Accepted peers of a listener. The next one replaces who was silent longest.
 */
#define GST_MIKEY_SIGNALLING_MAX_PEERS 64
/* TCP connections of which no message was accepted yet. The next one replaces
 * the oldest, so that an honest caller, which speaks at once, gets through. */
#define GST_MIKEY_SIGNALLING_MAX_HALF_OPEN 16
/* Messages that wait for the signalling thread, and those that one peer has not
 * answered yet. */
#define GST_MIKEY_SIGNALLING_MAX_PENDING 64

#define GST_TYPE_MIKEY_SIGNALLING (gst_mikey_signalling_get_type ())
G_DECLARE_FINAL_TYPE (GstMikeySignalling, gst_mikey_signalling, GST,
                      MIKEY_SIGNALLING, GstObject)

/**
 * GstMikeySignallingCallbacks:
 * @received: a message came in from @peer, printable as "127.0.0.1:5000" or
 *   "[::1]:5000". *@accepted, %FALSE at first, is to be set to %TRUE if the
 *   message is authentic and fresh: only then is its sender a peer (whom
 *   gst_mikey_signalling_send() of a listener reaches and whose connection is
 *   kept), the message remembered, so that a copy gets the same reply again
 *   without another call, and, if there is no reply to it, our own message
 *   answered. (An accepted message with a reply is the other side's request, or
 *   the middle of a longer exchange: what we sent is then repeated on, which
 *   the other side answers from memory.) The sender is a
 *   peer when the call returns, not yet in it. Returns (transfer full)
 *   (nullable) the reply. A reply to what was not accepted, an Error message,
 * goes out only if it is not longer than @message, and once a second and
 * address.
 * @failed: (nullable): @error tells in words for people why a message did not
 *   reach its peer: %G_IO_ERROR_TIMED_OUT no answer after all tries,
 *   %G_IO_ERROR_CONNECTION_CLOSED the peer hung up, %G_IO_ERROR_BUSY
 *   too many messages at once; others as the resolver says. The peer of a
 *   listener that did not answer is forgotten until it sends again.
 *
 * Both run in the signalling thread with no lock held, never at the same time,
 * and may call gst_mikey_signalling_send(), but not _start() or _stop().
 */
typedef struct {
  GBytes *(*received) (GstMikeySignalling *self, GBytes *message,
                       const gchar *peer, gboolean *accepted,
                       gpointer user_data);
  void (*failed) (GstMikeySignalling *self, const GError *error,
                  gpointer user_data);
} GstMikeySignallingCallbacks;

/**
 * GstMikeySignallingTiming:
 * @first_ms: wait for the reply before the second try (500)
 * @longest_ms: the wait doubles with each try up to this (8000)
 * @tries: how often a message is sent, or a connection tried (7)
 * @copies: of a message without reply, over UDP (3)
 * @copy_gap_ms: between two copies (200)
 * @half_open_ms: how long a TCP connection may last from its beginning without
 *   an accepted message, whatever else it sends (10000)
 *
 * With the defaults a message fails 31.5 seconds after it was sent.
 */
typedef struct {
  guint first_ms;
  guint longest_ms;
  guint tries;
  guint copies;
  guint copy_gap_ms;
  guint half_open_ms;
} GstMikeySignallingTiming;

/**
 * gst_mikey_signalling_new:
 * @uri: see gst_mikey_endpoint_parse()
 * @listen: whether to listen on @uri or to call it
 * @callbacks: copied; the functions must stay valid until
 *   gst_mikey_signalling_stop()
 * @user_data: for @callbacks
 *
 * Parses @uri and does nothing else.
 *
 * Returns: (transfer full): not floating; %NULL with
 *   %G_IO_ERROR_INVALID_ARGUMENT if @uri makes no sense.
 */
GstMikeySignalling *
gst_mikey_signalling_new (const gchar *uri, gboolean listen,
                          const GstMikeySignallingCallbacks *callbacks,
                          gpointer user_data, GError **error);

/**
 * gst_mikey_signalling_set_timing:
 * @timing: copied; used from the next gst_mikey_signalling_start() on
 *
 * For tests, which cannot wait. Thread-safe.
 */
void gst_mikey_signalling_set_timing (GstMikeySignalling *self,
                                      const GstMikeySignallingTiming *timing);

/**
 * gst_mikey_signalling_start:
 *
 * Begins to listen; a caller only begins to resolve the name, it connects with
 * the first message. Blocks for no longer than it takes to resolve the name of
 * a listener, not at all if that is numeric. Thread-safe; does nothing when
 * started already. May be called again after gst_mikey_signalling_stop().
 *
 * Returns: %FALSE with the %G_IO_ERROR or %G_RESOLVER_ERROR that kept a
 * listener from its address. A caller's troubles come to @failed.
 */
gboolean gst_mikey_signalling_start (GstMikeySignalling *self, GError **error);

/**
 * gst_mikey_signalling_stop:
 *
 * Closes everything at once, forgets peers and unsent messages, and waits for
 * the signalling thread, that is for no more than a callback that is under way:
 * hold no lock that a callback takes. No callback runs after it. Thread-safe,
 * but not to be called in the signalling thread; does nothing when stopped. The
 * last unref stops as well.
 */
void gst_mikey_signalling_stop (GstMikeySignalling *self);

/**
 * gst_mikey_signalling_send:
 * @message: 1 to #GST_MIKEY_SIGNALLING_MAX_MESSAGE octets; a reference is kept
 *   while needed
 * @expect_reply: whether to send it again until there is an answer
 *
 * Queues @message to whom we call, or from a listener to all accepted peers.
 * Never blocks. Thread-safe, also from the callbacks.
 *
 * Returns: %FALSE with %G_IO_ERROR_NOT_CONNECTED if not started or, of a
 *   listener, nobody is there, %G_IO_ERROR_MESSAGE_TOO_LARGE,
 *   %G_IO_ERROR_INVALID_ARGUMENT (empty), or %G_IO_ERROR_BUSY. What happens
 *   later comes to @failed.
 */
gboolean gst_mikey_signalling_send (GstMikeySignalling *self, GBytes *message,
                                    gboolean expect_reply, GError **error);

/**
 * gst_mikey_signalling_get_port:
 *
 * Thread-safe.
 *
 * Returns: the port that is listened on, which is the one of the URI unless
 *   that is 0 and we are started; of a caller the port that is called.
 */
guint gst_mikey_signalling_get_port (GstMikeySignalling *self);

/**
 * gst_mikey_signalling_get_stats:
 *
 * Counters since the object was made, all %G_TYPE_UINT64: sent, retransmitted
 * (copies and repeats), replied, received, accepted, refused (received, not
 * accepted), malformed (a length that cannot be), duplicates (answered from
 * memory), rate-limited, withheld (Error messages not sent), dropped-half-open,
 * failed. And as they are now, %G_TYPE_UINT: peers, half-open. Thread-safe.
 *
 * Returns: (transfer full): `application/x-mikey-signalling-stats`
 */
GstStructure *gst_mikey_signalling_get_stats (GstMikeySignalling *self);

G_END_DECLS

#endif
