/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The carrier of messages between two processes: two of its ends, or one end
 * and a plain socket, on loopback addresses of one process. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/check/gstcheck.h>
#include <string.h>

#include "gstmikeyguard.h"
#include "gstmikeysignalling.h"

/* No test waits longer for what must happen. */
#define PATIENCE (20 * G_TIME_SPAN_SECOND)

static const GstMikeySignallingTiming quick = {
  .first_ms = 20,
  .longest_ms = 80,
  .tries = 40,
  .copies = 3,
  .copy_gap_ms = 10,
  .half_open_ms = 10000,
};

/* --- one end with a scripted session above it --- */

typedef struct {
  GstMikeySignalling *signalling;
  GMutex lock;
  GCond cond;
  GPtrArray *texts; /* what received() got */
  guint n_received;
  guint n_failed;
  gchar *failure;
  gchar *peer;
} Side;

/* What the session does with a message, told by its first letter. */
static const struct {
  gchar letter;
  gboolean accepted;
  gchar reply;  /* first letter of the reply, the rest is the same; 0: none */
  guint longer; /* octets of the reply beyond those of the message */
} script[] = {
  { 'q', TRUE, 'a', 0 },  { 'Q', TRUE, 'a', 1000 }, { 'a', TRUE, 0, 0 },
  { 'o', TRUE, 0, 0 },    { 's', TRUE, 0, 0 },      { 'x', FALSE, 0, 0 },
  { 'e', FALSE, 'x', 0 }, { 'E', FALSE, 'x', 1 },
};

static GBytes *
text_bytes (const gchar *text)
{
  return g_bytes_new (text, strlen (text));
}

static GBytes *
make_reply (GBytes *message, gchar letter, guint longer)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);
  guint8 *reply = g_malloc0 (size + longer);

  memcpy (reply, data, size);
  reply[0] = letter;
  return g_bytes_new_take (reply, size + longer);
}

static void
send_text (Side *side, const gchar *text, gboolean expect_reply)
{
  g_autoptr (GBytes) message = text_bytes (text);
  GError *error = NULL;

  fail_unless (gst_mikey_signalling_send (side->signalling, message,
                                          expect_reply, &error),
               "%s", error ? error->message : "");
}

static void
remember (Side *side, GBytes *message, const gchar *peer)
{
  gsize size;
  const gchar *data = g_bytes_get_data (message, &size);

  g_mutex_lock (&side->lock);
  g_ptr_array_add (side->texts, g_strndup (data, size));
  g_free (side->peer);
  side->peer = g_strdup (peer);
  side->n_received++;
  g_cond_broadcast (&side->cond);
  g_mutex_unlock (&side->lock);
}

static GBytes *
on_received (GstMikeySignalling *signalling, GBytes *message, const gchar *peer,
             gboolean *accepted, gpointer user_data)
{
  Side *side = user_data;
  gchar letter = *(const gchar *)g_bytes_get_data (message, NULL);

  fail_if (*accepted);
  remember (side, message, peer);
  if (letter == 's')
    send_text (side, "o from the callback", FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (script); i++)
    if (script[i].letter == letter) {
      *accepted = script[i].accepted;
      if (script[i].reply)
        return make_reply (message, script[i].reply, script[i].longer);
    }
  return NULL;
}

static void
on_failed (GstMikeySignalling *signalling, const GError *error,
           gpointer user_data)
{
  Side *side = user_data;

  g_mutex_lock (&side->lock);
  g_free (side->failure);
  side->failure = g_strdup (error->message);
  side->n_failed++;
  g_cond_broadcast (&side->cond);
  g_mutex_unlock (&side->lock);
}

static const GstMikeySignallingCallbacks callbacks = { on_received, on_failed };

static Side *
side_new (const gchar *uri, gboolean listen)
{
  Side *side = g_new0 (Side, 1);
  GError *error = NULL;

  g_mutex_init (&side->lock);
  g_cond_init (&side->cond);
  side->texts = g_ptr_array_new_with_free_func (g_free);
  side->signalling
      = gst_mikey_signalling_new (uri, listen, &callbacks, side, &error);
  fail_unless (side->signalling != NULL, "%s", error ? error->message : "");
  gst_mikey_signalling_set_timing (side->signalling, &quick);
  return side;
}

static void
side_free (Side *side)
{
  gst_mikey_signalling_stop (side->signalling);
  ASSERT_OBJECT_REFCOUNT (side->signalling, "signalling", 1);
  gst_object_unref (side->signalling);
  g_ptr_array_unref (side->texts);
  g_free (side->failure);
  g_free (side->peer);
  g_mutex_clear (&side->lock);
  g_cond_clear (&side->cond);
  g_free (side);
}

static void
side_start (Side *side)
{
  GError *error = NULL;

  fail_unless (gst_mikey_signalling_start (side->signalling, &error), "%s",
               error ? error->message : "");
}

static Side *
listener_new (const gchar *uri)
{
  Side *side = side_new (uri, TRUE);

  side_start (side);
  return side;
}

/* FORMAT as "udp://127.0.0.1:%u". */
static Side *
caller_new (const gchar *format, guint port)
{
  g_auto (GStrv) parts = g_strsplit (format, "%u", 2);
  g_autofree gchar *uri = g_strdup_printf ("%s%u", parts[0], port);
  Side *side = side_new (uri, FALSE);

  side_start (side);
  return side;
}

static guint
port_of (Side *side)
{
  return gst_mikey_signalling_get_port (side->signalling);
}

/* Until COUNTER, which belongs to SIDE, is at least VALUE. */
static void
wait_for (Side *side, const guint *counter, guint value)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&side->lock);
  while (*counter < value)
    if (!g_cond_wait_until (&side->cond, &side->lock, deadline))
      break;
  fail_unless (*counter >= value, "waited in vain: %u of %u", *counter, value);
  g_mutex_unlock (&side->lock);
}

static guint
get_counter (Side *side, const guint *counter)
{
  guint value;

  g_mutex_lock (&side->lock);
  value = *counter;
  g_mutex_unlock (&side->lock);
  return value;
}

static void
assert_text (Side *side, guint index, const gchar *text)
{
  g_mutex_lock (&side->lock);
  fail_unless (index < side->texts->len);
  assert_equals_string (g_ptr_array_index (side->texts, index), text);
  g_mutex_unlock (&side->lock);
}

static guint
stat_of (Side *side, const gchar *name)
{
  GstStructure *stats = gst_mikey_signalling_get_stats (side->signalling);
  guint64 value = 0;
  guint gauge = 0;

  if (!gst_structure_get_uint64 (stats, name, &value)) {
    fail_unless (gst_structure_get_uint (stats, name, &gauge), "%s", name);
    value = gauge;
  }
  gst_structure_free (stats);
  return value;
}

static void
wait_stat (Side *side, const gchar *name, guint value)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (stat_of (side, name) < value && g_get_monotonic_time () < deadline)
    g_usleep (1000);
  fail_unless (stat_of (side, name) >= value, "%s: %u, not %u", name,
               stat_of (side, name), value);
}

/* A port where nobody listens. */
static guint
free_port (const gchar *uri)
{
  Side *side = listener_new (uri);
  guint port = port_of (side);

  side_free (side);
  return port;
}

/* --- plain sockets --- */

static GSocket *
plain_socket (gboolean stream, const gchar *from, guint port)
{
  GSocket *socket
      = g_socket_new (G_SOCKET_FAMILY_IPV4,
                      stream ? G_SOCKET_TYPE_STREAM : G_SOCKET_TYPE_DATAGRAM,
                      G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GSocketAddress) local
      = g_inet_socket_address_new_from_string (from, 0);
  g_autoptr (GSocketAddress) remote
      = g_inet_socket_address_new_from_string ("127.0.0.1", port);

  fail_unless (socket != NULL);
  fail_unless (g_socket_bind (socket, local, FALSE, NULL));
  fail_unless (g_socket_connect (socket, remote, NULL, NULL));
  return socket;
}

static void
plain_send (GSocket *socket, const gchar *data, gsize size)
{
  fail_unless (g_socket_send (socket, data, size, NULL, NULL) == (gssize)size);
}

static void
plain_send_framed (GSocket *socket, const gchar *text)
{
  gsize size = strlen (text);
  g_autofree gchar *frame = g_strdup_printf ("..%s", text);

  frame[0] = size >> 8;
  frame[1] = size & 0xff;
  plain_send (socket, frame, size + 2);
}

/* Octets that came within MS milliseconds, 0 for the end of a stream, -1 for
 * nothing. */
static gssize
plain_receive (GSocket *socket, gchar *buffer, gsize size, guint ms)
{
  gssize n;

  if (!g_socket_condition_timed_wait (socket, G_IO_IN, ms * 1000, NULL, NULL))
    return -1;
  n = g_socket_receive (socket, buffer, size, NULL, NULL);
  return MAX (n, 0); /* a reset is an end as well */
}

static void
plain_expect (GSocket *socket, const gchar *text)
{
  gchar buffer[2000];
  gssize n = plain_receive (socket, buffer, sizeof buffer, 5000);

  fail_unless (n == (gssize)strlen (text) && !strncmp (buffer, text, n));
}

static void
plain_expect_framed (GSocket *socket, const gchar *text)
{
  gchar buffer[2000];
  gsize size = strlen (text), have = 0;

  while (have < size + 2) {
    gssize n = plain_receive (socket, buffer + have, size + 2 - have, 5000);

    fail_unless (n > 0);
    have += n;
  }
  assert_equals_int (buffer[1], size);
  fail_unless (!strncmp (buffer + 2, text, size));
}

static void
plain_expect_silence (GSocket *socket)
{
  gchar buffer[2000];

  assert_equals_int (plain_receive (socket, buffer, sizeof buffer, 100), -1);
}

static void
plain_expect_end (GSocket *socket)
{
  gchar buffer[2000];

  assert_equals_int (plain_receive (socket, buffer, sizeof buffer, 5000), 0);
}

static gboolean
have_ipv6 (void)
{
  GstMikeySignalling *signalling = gst_mikey_signalling_new (
      "udp://[::1]:0", TRUE, &callbacks, NULL, NULL);
  gboolean have = gst_mikey_signalling_start (signalling, NULL);

  gst_object_unref (signalling);
  return have;
}

/* --- exchanges --- */

static const struct {
  const gchar *listen;
  const gchar *call;
  const gchar *peer; /* how the caller names the listener */
  gboolean ipv6;
} round_trips[] = {
  { "udp://127.0.0.1:0", "udp://127.0.0.1:%u", "127.0.0.1:", FALSE },
  { "tcp://127.0.0.1:0", "tcp://127.0.0.1:%u", "127.0.0.1:", FALSE },
  { "udp://0.0.0.0:0", "udp://127.0.0.1:%u", "127.0.0.1:", FALSE },
  { "UDP://:0", "udp://127.0.0.1:%u", "127.0.0.1:", FALSE },
  { "tcp://:0", "tcp://127.0.0.1:%u", "127.0.0.1:", FALSE },
  { "udp://127.0.0.1:0", "udp://localhost:%u", "127.0.0.1:", FALSE },
  { "tcp://127.0.0.1:0", "tcp://localhost:%u", "127.0.0.1:", FALSE },
  { "udp://localhost:0", "udp://localhost:%u", "", FALSE },
  { "udp://[::1]:0", "udp://[::1]:%u", "[::1]:", TRUE },
  { "tcp://[::1]:0", "tcp://[::1]:%u", "[::1]:", TRUE },
  { "udp://[::1]:0", "udp://localhost:%u", "[::1]:", TRUE },
  { "tcp://[::1]:0", "tcp://localhost:%u", "[::1]:", TRUE },
  { "udp://:0", "udp://[::1]:%u", "[::1]:", TRUE },
  { "tcp://[::]:0", "tcp://127.0.0.1:%u", "127.0.0.1:", TRUE },
};

GST_START_TEST (test_round_trip)
{
  Side *listener, *caller;

  if (round_trips[__i__].ipv6 && !have_ipv6 ())
    return;
  listener = listener_new (round_trips[__i__].listen);
  fail_unless (port_of (listener) != 0);
  caller = caller_new (round_trips[__i__].call, port_of (listener));
  send_text (caller, "question", TRUE);
  wait_for (caller, &caller->n_received, 1);
  assert_text (listener, 0, "question");
  assert_text (caller, 0, "auestion");
  fail_unless (g_str_has_prefix (caller->peer, round_trips[__i__].peer), "%s",
               caller->peer);
  wait_stat (caller, "peers", 1);
  assert_equals_int (stat_of (listener, "peers"), 1);
  assert_equals_int (stat_of (listener, "accepted"), 1);
  assert_equals_int (stat_of (listener, "half-open"), 0);

  /* And on, from the other side. */
  send_text (listener, "qupdate", TRUE);
  wait_for (listener, &listener->n_received, 2);
  assert_text (caller, 1, "qupdate");
  assert_text (listener, 1, "aupdate");
  assert_equals_int (get_counter (caller, &caller->n_failed), 0);
  assert_equals_int (get_counter (listener, &listener->n_failed), 0);
  side_free (caller);
  side_free (listener);
}
GST_END_TEST;

static const gchar *const transports[]
    = { "udp://127.0.0.1:", "tcp://127.0.0.1:" };

/* "udp://127.0.0.1:" and "0". */
static gchar *
loop_uri (guint transport, guint port)
{
  return g_strdup_printf ("%s%u", transports[transport], port);
}

static Side *
loop_listener (guint transport, guint port)
{
  g_autofree gchar *uri = loop_uri (transport, port);

  return listener_new (uri);
}

static Side *
loop_caller (guint transport, guint port)
{
  g_autofree gchar *uri = loop_uri (transport, port);
  Side *side = side_new (uri, FALSE);

  side_start (side);
  return side;
}

static void
caller_first (guint transport, const gchar *text, gboolean expect_reply)
{
  guint port
      = free_port (transport ? "tcp://127.0.0.1:0" : "udp://127.0.0.1:0");
  Side *caller = loop_caller (transport, port);
  Side *listener;

  send_text (caller, text, expect_reply);
  g_usleep (100 * 1000);
  listener = loop_listener (transport, port);
  wait_for (listener, &listener->n_received, 1);
  if (expect_reply)
    wait_for (caller, &caller->n_received, 1);
  assert_equals_int (get_counter (caller, &caller->n_failed), 0);
  side_free (caller);
  side_free (listener);
}

GST_START_TEST (test_caller_first)
{
  caller_first (__i__, "question", TRUE);
  caller_first (__i__, "one way", FALSE);
}
GST_END_TEST;

/* The longest message passes, in both directions. */
GST_START_TEST (test_longest)
{
  Side *listener = loop_listener (__i__, 0);
  Side *caller = loop_caller (__i__, port_of (listener));
  g_autofree gchar *text = g_strnfill (GST_MIKEY_SIGNALLING_MAX_MESSAGE, 'q');

  send_text (caller, text, TRUE);
  wait_for (caller, &caller->n_received, 1);
  assert_text (listener, 0, text);
  text[0] = 'a';
  assert_text (caller, 0, text);
  side_free (caller);
  side_free (listener);
}
GST_END_TEST;

GST_START_TEST (test_one_way)
{
  Side *listener = loop_listener (__i__, 0);
  Side *caller = loop_caller (__i__, port_of (listener));

  send_text (caller, "one way", FALSE);
  wait_for (listener, &listener->n_received, 1);
  /* UDP: three copies, of which the session sees one. */
  if (__i__ == 0)
    wait_stat (listener, "duplicates", 2);
  g_usleep (100 * 1000);
  assert_equals_int (stat_of (listener, "received"), __i__ ? 1 : 3);
  assert_equals_int (get_counter (listener, &listener->n_received), 1);
  assert_equals_int (stat_of (listener, "replied"), 0);
  assert_equals_int (get_counter (caller, &caller->n_failed), 0);
  side_free (caller);
  side_free (listener);
}
GST_END_TEST;

GST_START_TEST (test_send_from_callback)
{
  Side *listener = loop_listener (__i__, 0);
  Side *caller = loop_caller (__i__, port_of (listener));

  send_text (caller, "question", TRUE);
  wait_for (caller, &caller->n_received, 1);
  send_text (caller, "send me something", FALSE);
  wait_for (caller, &caller->n_received, 2);
  assert_text (caller, 1, "o from the callback");
  side_free (caller);
  side_free (listener);
}
GST_END_TEST;

/* A listener's message goes to everybody; who is gone is found out. */
GST_START_TEST (test_several_callers)
{
  Side *listener = loop_listener (__i__, 0);
  Side *one = loop_caller (__i__, port_of (listener));
  Side *two = loop_caller (__i__, port_of (listener));

  send_text (one, "q1", TRUE);
  send_text (two, "q2", TRUE);
  wait_for (one, &one->n_received, 1);
  wait_for (two, &two->n_received, 1);
  assert_text (one, 0, "a1");
  assert_text (two, 0, "a2");
  assert_equals_int (stat_of (listener, "peers"), 2);

  send_text (listener, "question", TRUE);
  wait_for (listener, &listener->n_received, 4);
  assert_text (one, 1, "question");
  assert_text (two, 1, "question");

  side_free (one);
  if (__i__ == 1) { /* over TCP it shows at once */
    while (stat_of (listener, "peers") > 1)
      g_usleep (1000);
    send_text (listener, "q again", TRUE);
  } else {
    send_text (listener, "q again", TRUE);
    wait_for (listener, &listener->n_failed, 1);
    fail_unless (strstr (listener->failure, "did not answer") != NULL);
  }
  wait_for (two, &two->n_received, 3);
  while (stat_of (listener, "peers") > 1)
    g_usleep (1000);
  assert_equals_int (stat_of (listener, "peers"), 1);
  side_free (two);
  side_free (listener);
}
GST_END_TEST;

/* The list of peers is bounded: the one who was silent longest goes. */
GST_START_TEST (test_peers_are_bounded)
{
  Side *listener = loop_listener (__i__, 0);
  GSocket *sockets[GST_MIKEY_SIGNALLING_MAX_PEERS + 6];

  for (guint i = 0; i < G_N_ELEMENTS (sockets); i++) {
    g_autofree gchar *text = g_strdup_printf ("one %u", i);

    sockets[i] = plain_socket (__i__, "127.0.0.1", port_of (listener));
    if (__i__)
      plain_send_framed (sockets[i], text);
    else
      plain_send (sockets[i], text, strlen (text));
    /* Each host has its rate. */
    wait_stat (listener, "received", i + 1);
    if (stat_of (listener, "rate-limited"))
      break;
    wait_stat (listener, "accepted", i + 1);
    g_usleep (5000);
  }
  assert_equals_int (stat_of (listener, "rate-limited"), 0);
  assert_equals_int (stat_of (listener, "peers"),
                     GST_MIKEY_SIGNALLING_MAX_PEERS);
  if (__i__)
    plain_expect_end (sockets[0]);
  for (guint i = 0; i < G_N_ELEMENTS (sockets); i++)
    g_object_unref (sockets[i]);
  side_free (listener);
}
GST_END_TEST;

/* --- loss --- */

/* Passes datagrams on between a caller and a listener, but for some. */
typedef struct {
  GThread *thread;
  GSocket *front, *back;
  GSocketAddress *caller;
  guint drop_up, drop_down;
  gint stop;
} Relay;

static void
relay_up (Relay *relay)
{
  gchar buffer[2000];
  gssize n;

  g_clear_object (&relay->caller);
  n = g_socket_receive_from (relay->front, &relay->caller, buffer,
                             sizeof buffer, NULL, NULL);
  if (n < 0)
    return;
  if (relay->drop_up)
    relay->drop_up--;
  else
    g_socket_send (relay->back, buffer, n, NULL, NULL);
}

static void
relay_down (Relay *relay)
{
  gchar buffer[2000];
  gssize n = g_socket_receive (relay->back, buffer, sizeof buffer, NULL, NULL);

  if (n < 0)
    return;
  if (relay->drop_down)
    relay->drop_down--;
  else
    g_socket_send_to (relay->front, relay->caller, buffer, n, NULL, NULL);
}

static gpointer
relay_run (gpointer data)
{
  Relay *relay = data;

  while (!g_atomic_int_get (&relay->stop)) {
    GPollFD fds[2] = { { g_socket_get_fd (relay->front), G_IO_IN, 0 },
                       { g_socket_get_fd (relay->back), G_IO_IN, 0 } };

    g_poll (fds, 2, 20);
    if (fds[0].revents)
      relay_up (relay);
    if (fds[1].revents)
      relay_down (relay);
  }
  return NULL;
}

static guint
relay_start (Relay *relay, guint port)
{
  g_autoptr (GSocketAddress) any
      = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) local = NULL;

  relay->back = plain_socket (FALSE, "127.0.0.1", port);
  relay->front = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
                               G_SOCKET_PROTOCOL_DEFAULT, NULL);
  fail_unless (g_socket_bind (relay->front, any, FALSE, NULL));
  local = g_socket_get_local_address (relay->front, NULL);
  relay->thread = g_thread_new ("relay", relay_run, relay);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
}

static void
relay_stop (Relay *relay)
{
  g_atomic_int_set (&relay->stop, 1);
  g_thread_join (relay->thread);
  g_object_unref (relay->front);
  g_object_unref (relay->back);
  g_clear_object (&relay->caller);
}

GST_START_TEST (test_loss)
{
  Side *listener = loop_listener (0, 0);
  Relay relay = { .drop_up = 2, .drop_down = 2 };
  Side *caller = loop_caller (0, relay_start (&relay, port_of (listener)));

  send_text (caller, "question", TRUE);
  wait_for (caller, &caller->n_received, 1);
  assert_text (caller, 0, "auestion");
  assert_equals_int (get_counter (listener, &listener->n_received), 1);
  fail_unless (stat_of (caller, "retransmitted") >= 4);
  fail_unless (stat_of (listener, "duplicates") >= 2);
  assert_equals_int (stat_of (caller, "sent"), 1);
  assert_equals_int (stat_of (caller, "failed"), 0);
  side_free (caller);
  relay_stop (&relay);
  side_free (listener);
}
GST_END_TEST;

/* The answer ends the repeats. */
GST_START_TEST (test_answer_settles)
{
  Side *listener = loop_listener (0, 0);
  Side *caller = loop_caller (0, port_of (listener));
  guint before;

  send_text (caller, "question", TRUE);
  wait_stat (caller, "accepted", 1);
  before = stat_of (listener, "received");
  g_usleep (300 * 1000);
  assert_equals_int (stat_of (listener, "received"), before);
  side_free (caller);
  side_free (listener);
}
GST_END_TEST;

/* What is not accepted does not. */
GST_START_TEST (test_refusal_does_not_settle)
{
  Side *listener = loop_listener (0, 0);
  Side *caller = loop_caller (0, port_of (listener));

  send_text (caller, "error", TRUE);
  wait_stat (caller, "refused", 1);
  wait_stat (caller, "retransmitted", 2);
  assert_equals_int (stat_of (caller, "accepted"), 0);
  assert_equals_int (stat_of (caller, "peers"), 0);
  assert_equals_int (stat_of (listener, "peers"), 0);
  side_free (caller);
  side_free (listener);
}
GST_END_TEST;

GST_START_TEST (test_failure)
{
  static const GstMikeySignallingTiming short_timing = { 5, 10, 4, 3, 5, 1000 };
  guint port = free_port (__i__ ? "tcp://127.0.0.1:0" : "udp://127.0.0.1:0");
  g_autofree gchar *uri = loop_uri (__i__, port);
  Side *caller = side_new (uri, FALSE);

  gst_mikey_signalling_set_timing (caller->signalling, &short_timing);
  side_start (caller);
  send_text (caller, "question", TRUE);
  wait_for (caller, &caller->n_failed, 1);
  fail_unless (strstr (caller->failure, uri) != NULL, "%s", caller->failure);
  fail_unless (strstr (caller->failure, "did not answer, 4 tries") != NULL,
               "%s", caller->failure);
  fail_unless (strstr (caller->failure, "efused") != NULL, "%s",
               caller->failure);
  send_text (caller, "one way", FALSE);
  wait_for (caller, &caller->n_failed, 2);
  fail_unless (strstr (caller->failure, "could not be reached") != NULL, "%s",
               caller->failure);
  assert_equals_int (stat_of (caller, "failed"), 2);
  side_free (caller);
}
GST_END_TEST;

GST_START_TEST (test_unknown_name)
{
  static const GstMikeySignallingTiming short_timing = { 5, 10, 3, 3, 5, 1000 };
  Side *caller = side_new ("udp://nobody.invalid:5000", FALSE);
  GError *error = NULL;
  Side *listener = side_new ("tcp://nobody.invalid:5000", TRUE);

  gst_mikey_signalling_set_timing (caller->signalling, &short_timing);
  side_start (caller);
  send_text (caller, "question", TRUE);
  wait_for (caller, &caller->n_failed, 1);
  fail_unless (strstr (caller->failure, "nobody.invalid:5000") != NULL, "%s",
               caller->failure);
  side_free (caller);

  fail_if (gst_mikey_signalling_start (listener->signalling, &error));
  fail_unless (strstr (error->message, "cannot listen") != NULL, "%s",
               error->message);
  g_clear_error (&error);
  side_free (listener);
}
GST_END_TEST;

GST_START_TEST (test_port_taken)
{
  Side *first = loop_listener (__i__, 0);
  g_autofree gchar *uri = loop_uri (__i__, port_of (first));
  Side *second = side_new (uri, TRUE);
  GError *error = NULL;

  fail_if (gst_mikey_signalling_start (second->signalling, &error));
  fail_unless (strstr (error->message, uri) != NULL, "%s", error->message);
  g_clear_error (&error);
  side_free (first);
  side_start (second);
  side_free (second);
}
GST_END_TEST;

GST_START_TEST (test_send_errors)
{
  Side *side = side_new ("udp://127.0.0.1:0", TRUE);
  g_autoptr (GBytes) good = text_bytes ("question");
  g_autoptr (GBytes) empty = text_bytes ("");
  g_autoptr (GBytes) large
      = g_bytes_new_take (g_malloc0 (GST_MIKEY_SIGNALLING_MAX_MESSAGE + 1),
                          GST_MIKEY_SIGNALLING_MAX_MESSAGE + 1);
  const struct {
    GBytes *message;
    gboolean started;
    GIOErrorEnum code;
  } cases[] = {
    { good, FALSE, G_IO_ERROR_NOT_CONNECTED },
    { good, TRUE, G_IO_ERROR_NOT_CONNECTED },
    { empty, TRUE, G_IO_ERROR_INVALID_ARGUMENT },
    { large, TRUE, G_IO_ERROR_MESSAGE_TOO_LARGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GError *error = NULL;

    if (cases[i].started)
      side_start (side);
    fail_if (gst_mikey_signalling_send (side->signalling, cases[i].message,
                                        TRUE, &error));
    fail_unless (g_error_matches (error, G_IO_ERROR, cases[i].code), "%s",
                 error->message);
    g_clear_error (&error);
  }
  side_free (side);
}
GST_END_TEST;

/* --- strangers --- */

GST_START_TEST (test_duplicates)
{
  Side *listener = loop_listener (0, 0);
  GSocket *socket = plain_socket (FALSE, "127.0.0.1", port_of (listener));
  GSocket *other = plain_socket (FALSE, "127.0.0.1", port_of (listener));

  for (guint i = 0; i < 3; i++) {
    plain_send (socket, "question", 8);
    plain_expect (socket, "auestion");
  }
  assert_equals_int (get_counter (listener, &listener->n_received), 1);
  assert_equals_int (stat_of (listener, "duplicates"), 2);
  /* The same octets from elsewhere are for the session to judge. */
  plain_send (other, "question", 8);
  plain_expect (other, "auestion");
  assert_equals_int (get_counter (listener, &listener->n_received), 2);
  /* Others in between do not make it forget. */
  plain_send (socket, "question 2", 10);
  plain_expect (socket, "auestion 2");
  plain_send (socket, "question", 8);
  plain_expect (socket, "auestion");
  assert_equals_int (get_counter (listener, &listener->n_received), 3);
  /* What was refused is no duplicate. */
  plain_send (other, "x", 1);
  plain_send (other, "x", 1);
  wait_for (listener, &listener->n_received, 5);
  g_object_unref (socket);
  g_object_unref (other);
  side_free (listener);
}
GST_END_TEST;

/* The connection broke before the reply: the caller asks again over another. */
GST_START_TEST (test_duplicate_over_new_connection)
{
  Side *listener = loop_listener (1, 0);

  for (guint i = 0; i < 2; i++) {
    GSocket *socket = plain_socket (TRUE, "127.0.0.1", port_of (listener));

    plain_send_framed (socket, "question");
    plain_expect_framed (socket, "auestion");
    g_object_unref (socket);
  }
  assert_equals_int (get_counter (listener, &listener->n_received), 1);
  side_free (listener);
}
GST_END_TEST;

GST_START_TEST (test_no_amplification)
{
  Side *listener = loop_listener (0, 0);
  GSocket *socket = plain_socket (FALSE, "127.0.0.1", port_of (listener));
  gchar buffer[2000];

  /* One octet longer than the message. */
  plain_send (socket, "E garbage", 9);
  plain_expect_silence (socket);
  assert_equals_int (stat_of (listener, "withheld"), 1);
  /* As long, but only one in a second. */
  plain_send (socket, "e garbage", 9);
  plain_expect (socket, "x garbage");
  plain_send (socket, "e garbage", 9);
  plain_expect_silence (socket);
  assert_equals_int (stat_of (listener, "withheld"), 2);
  /* Empty ones do not even get to the session. */
  plain_send (socket, "", 0);
  wait_stat (listener, "malformed", 1);
  assert_equals_int (get_counter (listener, &listener->n_received), 3);
  /* Who is accepted gets any length. */
  plain_send (socket, "Question", 8);
  assert_equals_int (plain_receive (socket, buffer, sizeof buffer, 5000), 1008);
  /* And is as anybody else with the next message. */
  plain_send (socket, "E garbage", 9);
  plain_expect_silence (socket);
  g_object_unref (socket);
  side_free (listener);
}
GST_END_TEST;

typedef struct {
  GSocket *socket;
  gint stop;
} Flood;

/* Bounded: at most 20000 datagrams. */
static gpointer
flood_run (gpointer data)
{
  Flood *flood = data;

  for (guint i = 0; i < 20000 && !g_atomic_int_get (&flood->stop); i++) {
    gchar text[] = "x garbage 0000000";

    g_snprintf (text, sizeof text, "x garbage %06u", i);
    g_socket_send (flood->socket, text, sizeof text, NULL, NULL);
    if (i % 8 == 7)
      g_usleep (1000);
  }
  return NULL;
}

/* Garbage from one source as fast as it goes, an honest newcomer beside it:
 * on another host, and on the same. */
GST_START_TEST (test_flood)
{
  Side *listener = loop_listener (0, 0);
  Flood flood = { plain_socket (FALSE, __i__ ? "127.0.0.1" : "127.0.0.2",
                                port_of (listener)),
                  0 };
  GThread *thread = g_thread_new ("flood", flood_run, &flood);
  gint64 begin = g_get_monotonic_time ();
  guint allowed;

  wait_stat (listener, "rate-limited", 100);
  for (guint i = 0; i < 10; i++) {
    Side *caller = loop_caller (0, port_of (listener));

    send_text (caller, "question", TRUE);
    wait_for (caller, &caller->n_received, 1);
    side_free (caller);
  }
  g_atomic_int_set (&flood.stop, 1);
  g_thread_join (thread);
  g_object_unref (flood.socket);
  allowed = gst_mikey_rates[GST_MIKEY_RATE_SOURCE].burst + 1
            + gst_mikey_rates[GST_MIKEY_RATE_SOURCE].per_second
                  * (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  fail_unless (stat_of (listener, "refused") <= allowed);
  assert_equals_int (stat_of (listener, "peers"), 10);
  side_free (listener);
}
GST_END_TEST;

/* --- TCP in detail --- */

GST_START_TEST (test_half_open_limit)
{
  enum { N = GST_MIKEY_SIGNALLING_MAX_HALF_OPEN + 4 };
  Side *listener = loop_listener (1, 0);
  GSocket *sockets[N];
  Side *caller;

  for (guint i = 0; i < N; i++)
    sockets[i] = plain_socket (TRUE, "127.0.0.1", port_of (listener));
  wait_stat (listener, "dropped-half-open", 4);
  assert_equals_int (stat_of (listener, "half-open"),
                     GST_MIKEY_SIGNALLING_MAX_HALF_OPEN);
  for (guint i = 0; i < 4; i++)
    plain_expect_end (sockets[i]);
  plain_expect_silence (sockets[4]);
  /* An honest one gets through, and no longer counts. */
  caller = loop_caller (1, port_of (listener));
  send_text (caller, "question", TRUE);
  wait_for (caller, &caller->n_received, 1);
  assert_equals_int (stat_of (listener, "half-open"),
                     GST_MIKEY_SIGNALLING_MAX_HALF_OPEN - 1);
  plain_expect_end (sockets[4]);
  for (guint i = 0; i < N; i++)
    g_object_unref (sockets[i]);
  side_free (caller);
  side_free (listener);
}
GST_END_TEST;

/* Time is up for a silent one, and for one that keeps sending what is not
 * accepted, or a message octet by octet. */
GST_START_TEST (test_half_open_deadline)
{
  GstMikeySignallingTiming timing = quick;
  Side *listener = side_new ("tcp://127.0.0.1:0", TRUE);
  GSocket *sockets[3];
  GSocket *good;

  timing.half_open_ms = 200;
  gst_mikey_signalling_set_timing (listener->signalling, &timing);
  side_start (listener);
  for (guint i = 0; i < 3; i++)
    sockets[i] = plain_socket (TRUE, "127.0.0.1", port_of (listener));
  good = plain_socket (TRUE, "127.0.0.1", port_of (listener));
  plain_send_framed (good, "question");
  plain_expect_framed (good, "auestion");
  plain_send_framed (sockets[1], "x garbage");
  plain_send (sockets[2], "\0\100drip", 6);
  for (guint i = 0; i < 3; i++) {
    plain_expect_end (sockets[i]);
    g_object_unref (sockets[i]);
  }
  assert_equals_int (stat_of (listener, "dropped-half-open"), 3);
  plain_send_framed (good, "q again");
  plain_expect_framed (good, "a again");
  g_object_unref (good);
  side_free (listener);
}
GST_END_TEST;

GST_START_TEST (test_framing)
{
  static const gchar *const bad[] = { "\0\0", "\377\377", "\377\344" };
  Side *listener = loop_listener (1, 0);
  GSocket *socket = plain_socket (TRUE, "127.0.0.1", port_of (listener));
  const gchar *dribble = "\0\010question";

  for (guint i = 0; i < 10; i++) {
    plain_send (socket, dribble + i, 1);
    g_usleep (2000);
  }
  plain_expect_framed (socket, "auestion");
  /* Two in one piece. */
  plain_send (socket, "\0\002q1\0\002q2", 8);
  plain_expect_framed (socket, "a1");
  plain_expect_framed (socket, "a2");
  assert_text (listener, 0, "question");
  assert_text (listener, 2, "q2");
  g_object_unref (socket);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    socket = plain_socket (TRUE, "127.0.0.1", port_of (listener));
    plain_send (socket, bad[i], 2);
    plain_expect_end (socket);
    g_object_unref (socket);
  }
  assert_equals_int (stat_of (listener, "malformed"), 3);
  assert_equals_int (get_counter (listener, &listener->n_received), 3);
  side_free (listener);
}
GST_END_TEST;

/* A stranger who sends too much is cut off, an accepted peer is held back and
 * nothing of it gets lost. */
GST_START_TEST (test_tcp_rates)
{
  enum { N = 140 };
  Side *listener = loop_listener (1, 0);
  GSocket *socket = plain_socket (TRUE, "127.0.0.1", port_of (listener));

  for (guint i = 0; i < 12; i++)
    g_socket_send (socket, "\0\001x", 3, NULL, NULL);
  plain_expect_end (socket);
  g_object_unref (socket);
  fail_unless (get_counter (listener, &listener->n_received) < 12);

  socket = plain_socket (TRUE, "127.0.0.1", port_of (listener));
  for (guint i = 0; i < N; i++) {
    g_autofree gchar *text = g_strdup_printf ("q%03u", i);

    plain_send_framed (socket, text);
    if (i == 0)
      plain_expect_framed (socket, "a000");
  }
  wait_stat (listener, "accepted", N);
  fail_unless (stat_of (listener, "rate-limited") > 1);
  g_object_unref (socket);
  side_free (listener);
}
GST_END_TEST;

/* A connection that ends while an answer is awaited. */
GST_START_TEST (test_connection_lost)
{
  Side *listener = loop_listener (1, 0);
  GSocket *socket = plain_socket (TRUE, "127.0.0.1", port_of (listener));

  plain_send_framed (socket, "question");
  plain_expect_framed (socket, "auestion");
  send_text (listener, "q you", TRUE);
  plain_expect_framed (socket, "q you");
  g_object_unref (socket);
  wait_for (listener, &listener->n_failed, 1);
  fail_unless (strstr (listener->failure, "hung up") != NULL, "%s",
               listener->failure);
  assert_equals_int (stat_of (listener, "peers"), 0);
  side_free (listener);
}
GST_END_TEST;

/* The caller connects again when it has something to send. */
GST_START_TEST (test_reconnect)
{
  Side *listener = loop_listener (__i__, 0);
  guint port = port_of (listener);
  Side *caller = loop_caller (__i__, port);

  send_text (caller, "question", TRUE);
  wait_for (caller, &caller->n_received, 1);
  side_free (listener);
  send_text (caller, "q again", TRUE);
  g_usleep (100 * 1000);
  listener = loop_listener (__i__, port);
  wait_for (caller, &caller->n_received, 2);
  assert_text (caller, 1, "a again");
  assert_equals_int (get_counter (caller, &caller->n_failed), 0);
  side_free (caller);
  side_free (listener);
}
GST_END_TEST;

/* --- beginning and end --- */

GST_START_TEST (test_stop_at_once)
{
  guint port = free_port (__i__ ? "tcp://127.0.0.1:0" : "udp://127.0.0.1:0");
  g_autofree gchar *uri = loop_uri (__i__, port);
  GstMikeySignallingTiming slow = { 60000, 60000, 5, 3, 60000, 60000 };
  Side *caller = side_new (uri, FALSE);
  gint64 begin;

  gst_mikey_signalling_set_timing (caller->signalling, &slow);
  side_start (caller);
  send_text (caller, "question", TRUE);
  send_text (caller, "one way", FALSE);
  g_usleep (20 * 1000);
  begin = g_get_monotonic_time ();
  gst_mikey_signalling_stop (caller->signalling);
  fail_unless (g_get_monotonic_time () - begin < G_TIME_SPAN_SECOND);
  gst_mikey_signalling_stop (caller->signalling);
  assert_equals_int (stat_of (caller, "peers"), 0);
  assert_equals_int (get_counter (caller, &caller->n_failed), 0);
  side_free (caller);
}
GST_END_TEST;

static guint
count_descriptors (void)
{
  GDir *dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  g_dir_close (dir);
  return n;
}

static void
restart (Side *listener, guint transport, guint port)
{
  Side *caller;

  side_start (listener);
  caller = loop_caller (transport, port);
  send_text (caller, "question", TRUE);
  wait_for (caller, &caller->n_received, 1);
  side_free (caller);
  gst_mikey_signalling_stop (listener->signalling);
}

GST_START_TEST (test_restart)
{
  guint port = free_port (__i__ ? "tcp://127.0.0.1:0" : "udp://127.0.0.1:0");
  g_autofree gchar *uri = loop_uri (__i__, port);
  Side *listener = side_new (uri, TRUE);
  guint before;

  restart (listener, __i__, port);
  before = count_descriptors ();
  for (guint i = 0; i < 200; i++)
    restart (listener, __i__, port);
  assert_equals_int (count_descriptors (), before);
  assert_equals_int (get_counter (listener, &listener->n_received), 201);
  side_free (listener);
}
GST_END_TEST;

typedef struct {
  Side *side;
  gint stop;
} Sender;

static gpointer
sender_run (gpointer data)
{
  Sender *sender = data;
  g_autoptr (GBytes) message = text_bytes ("one way");

  while (!g_atomic_int_get (&sender->stop)) {
    GstStructure *stats
        = gst_mikey_signalling_get_stats (sender->side->signalling);

    gst_structure_free (stats);
    gst_mikey_signalling_send (sender->side->signalling, message, FALSE, NULL);
    gst_mikey_signalling_get_port (sender->side->signalling);
    g_usleep (500);
  }
  return NULL;
}

/* Senders that do not know that others stop and start. */
GST_START_TEST (test_threads)
{
  Side *listener = loop_listener (__i__, 0);
  Side *caller = loop_caller (__i__, port_of (listener));
  Sender sender = { caller, 0 };
  GThread *threads[3];

  for (guint i = 0; i < 3; i++)
    threads[i] = g_thread_new ("sender", sender_run, &sender);
  for (guint i = 0; i < 30; i++) {
    g_usleep (5000);
    gst_mikey_signalling_stop (caller->signalling);
    side_start (caller);
  }
  g_atomic_int_set (&sender.stop, 1);
  for (guint i = 0; i < 3; i++)
    g_thread_join (threads[i]);
  wait_for (listener, &listener->n_received, 1);
  side_free (caller);
  side_free (listener);
}
GST_END_TEST;

/* --- the URI --- */

static const struct {
  const gchar *uri;
  gboolean listen;
  const gchar *complaint; /* NULL: a good one */
  gboolean stream;
  const gchar *host;
  guint port;
} uris[] = {
  { "udp://10.0.0.1:5000", FALSE, NULL, FALSE, "10.0.0.1", 5000 },
  { "udp://10.0.0.1", FALSE, NULL, FALSE, "10.0.0.1", 2269 },
  { "tcp://example.org", FALSE, NULL, TRUE, "example.org", 2269 },
  { "TCP://b-1.example.org:1", FALSE, NULL, TRUE, "b-1.example.org", 1 },
  { "tcp://[2001:db8::1]", FALSE, NULL, TRUE, "2001:db8::1", 2269 },
  { "tcp://[2001:db8::1]:65535", FALSE, NULL, TRUE, "2001:db8::1", 65535 },
  { "udp://:2269", TRUE, NULL, FALSE, NULL, 2269 },
  { "udp://", TRUE, NULL, FALSE, NULL, 2269 },
  { "udp://0.0.0.0", TRUE, NULL, FALSE, "0.0.0.0", 2269 },
  { "udp://[::]:0", TRUE, NULL, FALSE, "::", 0 },
  { NULL, TRUE, "expected udp://HOST:PORT or tcp://HOST:PORT" },
  { "", FALSE, "expected udp://HOST:PORT or tcp://HOST:PORT" },
  { "10.0.0.1:5000", FALSE, "expected udp://HOST:PORT or tcp://HOST:PORT" },
  { "http://10.0.0.1", FALSE, "expected udp://HOST:PORT" },
  { "udp:10.0.0.1", FALSE, "expected udp://HOST:PORT" },
  { "udp://10.0.0.1:", FALSE, "the port '' is no number from 1 to 65535" },
  { "udp://10.0.0.1:65536", FALSE, "the port '65536' is no number" },
  { "udp://10.0.0.1:-1", FALSE, "the port '-1' is no number" },
  { "udp://10.0.0.1:12a", FALSE, "the port '12a' is no number" },
  { "udp://10.0.0.1:0", FALSE, "port 0 can be listened on, but not called" },
  { "udp://:2269", FALSE, "the host to call is missing" },
  { "udp://", FALSE, "the host to call is missing" },
  { "udp://0.0.0.0:2269", FALSE, "'0.0.0.0' can be listened on, but not" },
  { "udp://[::]", FALSE, "'::' can be listened on, but not called" },
  { "udp://::1:2269", FALSE, "an IPv6 address stands in brackets" },
  { "udp://[::1:2269", FALSE, "the bracket '[' is not closed" },
  { "udp://[::1]2269", FALSE, "only ':PORT' may follow the bracket ']'" },
  { "udp://[10.0.0.1]:1", FALSE, "'10.0.0.1' is no IPv6 address" },
  { "udp://[::g]", FALSE, "'::g' is no IPv6 address" },
  { "udp://[]", TRUE, "'' is no IPv6 address" },
  { "udp://host/path", FALSE, "'/' has no meaning here" },
  { "udp://me@host", FALSE, "'@' has no meaning here" },
  { "udp://host?ttl=1", FALSE, "'?' has no meaning here" },
  { "udp://ho st:1", FALSE, "' ' is no part of a host name" },
  { "udp://224.0.0.1:1", TRUE, "multicast addresses are not supported" },
  { "udp://[ff02::1]:1", FALSE, "multicast addresses are not supported" },
};

GST_START_TEST (test_uri)
{
  const gchar *uri = uris[__i__].uri;
  GstMikeyEndpoint endpoint;
  GError *error = NULL;
  gboolean good
      = gst_mikey_endpoint_parse (&endpoint, uri, uris[__i__].listen, &error);

  assert_equals_int (good, uris[__i__].complaint == NULL);
  if (good) {
    assert_equals_int (endpoint.stream, uris[__i__].stream);
    assert_equals_string (endpoint.host, uris[__i__].host);
    assert_equals_int (endpoint.port, uris[__i__].port);
  } else {
    g_autofree gchar *value = g_strconcat ("signalling=", uri, ": ", NULL);

    fail_unless (
        g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT));
    fail_unless (strstr (error->message, uris[__i__].complaint) != NULL, "%s",
                 error->message);
    fail_unless (!uri || g_str_has_prefix (error->message, value), "%s",
                 error->message);
    fail_unless (endpoint.host == NULL);
    g_error_free (error);
  }
  gst_mikey_endpoint_clear (&endpoint);
}
GST_END_TEST;

GST_START_TEST (test_bad_uri_makes_no_object)
{
  GError *error = NULL;

  fail_if (gst_mikey_signalling_new ("udp://host:x", FALSE, &callbacks, NULL,
                                     &error));
  fail_unless (strstr (error->message, "signalling=udp://host:x") != NULL);
  g_error_free (error);
}
GST_END_TEST;

GST_START_TEST (test_default_port)
{
  Side *listener = side_new ("tcp://127.0.0.1", TRUE);
  Side *caller = side_new ("udp://[::1]", FALSE);

  assert_equals_int (port_of (listener), 2269);
  assert_equals_int (port_of (caller), 2269);
  side_free (listener);
  side_free (caller);
}
GST_END_TEST;

/* --- rates and memory, without sockets --- */

#define AT(seconds) ((gint64)(seconds)*G_USEC_PER_SEC)

static guint
count_admitted (GstMikeyGuard *guard, const gchar *host, guint first_port,
                guint n_ports, guint n, gint64 now)
{
  guint admitted = 0;

  for (guint i = 0; i < n; i++) {
    g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (
        host, first_port + i % n_ports);

    admitted += gst_mikey_guard_admit (guard, address, now);
  }
  return admitted;
}

GST_START_TEST (test_rates)
{
  g_autoptr (GstMikeyGuard) guard = gst_mikey_guard_new ();
  const GstMikeyRate *rates = gst_mikey_rates;
  guint all = 0;

  /* One source, and again after a second. */
  assert_equals_int (count_admitted (guard, "10.0.0.1", 1, 1, 1000, AT (1000)),
                     rates[GST_MIKEY_RATE_SOURCE].burst);
  assert_equals_int (count_admitted (guard, "10.0.0.1", 1, 1, 1000, AT (1001)),
                     rates[GST_MIKEY_RATE_SOURCE].per_second);
  /* A clock that steps back gives nothing. */
  assert_equals_int (count_admitted (guard, "10.0.0.1", 1, 1, 10, AT (900)), 0);
  /* One host with many ports; of IPv6, with many addresses. */
  assert_equals_int (
      count_admitted (guard, "10.0.0.2", 1, 1000, 2000, AT (2000)),
      rates[GST_MIKEY_RATE_HOST].burst);
  assert_equals_int (
      count_admitted (guard, "2001:db8::1", 1, 1000, 1000, AT (3000))
          + count_admitted (guard, "2001:db8::2", 1, 1000, 1000, AT (3000)),
      rates[GST_MIKEY_RATE_HOST].burst);
  /* All the world. */
  for (guint i = 0; i < 255; i++) {
    g_autofree gchar *host = g_strdup_printf ("10.0.1.%u", i);

    all += count_admitted (guard, host, 1, 100, 100, AT (4000));
  }
  assert_equals_int (all, rates[GST_MIKEY_RATE_ALL].burst);
}
GST_END_TEST;

/* Whoever comes anew has a token, however many sources flood at once. */
GST_START_TEST (test_newcomer_beside_floods)
{
  g_autoptr (GstMikeyGuard) guard = gst_mikey_guard_new ();

  for (guint round = 0; round < 20; round++) {
    g_autofree gchar *host = g_strdup_printf ("10.0.2.%u", round);
    gint64 now = AT (1000 + round);

    for (guint i = 0; i < 20; i++) {
      g_autofree gchar *flood = g_strdup_printf ("10.0.3.%u", i);

      count_admitted (guard, flood, 1, 1, 1000, now);
    }
    assert_equals_int (count_admitted (guard, host, 1, 1, 1, now), 1);
  }
}
GST_END_TEST;

static void
add_reply (GstMikeyReplies *replies, const gchar *peer, guint i)
{
  g_autofree gchar *text = g_strdup_printf ("%u", i);
  g_autoptr (GBytes) message = text_bytes (text);

  gst_mikey_replies_add (replies, peer, message, i % 2 ? message : NULL);
}

static gboolean
find_reply (GstMikeyReplies *replies, const gchar *peer, guint i)
{
  g_autofree gchar *text = g_strdup_printf ("%u", i);
  g_autoptr (GBytes) message = text_bytes (text);
  g_autoptr (GBytes) reply = NULL;
  gboolean found = gst_mikey_replies_find (replies, peer, message, &reply);

  assert_equals_int (reply != NULL, found && i % 2);
  return found;
}

GST_START_TEST (test_replies)
{
  enum { N = GST_MIKEY_MAX_REPLIES_PER_PEER };
  g_autoptr (GstMikeyReplies) replies = gst_mikey_replies_new ();

  for (guint i = 0; i < N + 1; i++)
    add_reply (replies, "bob", i);
  add_reply (replies, "carol", 7);
  fail_if (find_reply (replies, "bob", 0));
  for (guint i = 1; i < N + 1; i++)
    fail_unless (find_reply (replies, "bob", i));
  fail_if (find_reply (replies, "bob", 7));
  fail_unless (find_reply (replies, "carol", 7));
  /* Many others: those of long ago go. */
  for (guint i = 0; i < GST_MIKEY_MAX_REPLIES; i++) {
    g_autofree gchar *peer = g_strdup_printf ("peer %u", i);

    add_reply (replies, peer, i);
  }
  fail_if (find_reply (replies, "bob", N));
  fail_if (find_reply (replies, "carol", 7));
  fail_unless (find_reply (replies, "peer 0", 0));
}
GST_END_TEST;

/* --- secrecy --- */

#define SECRET "Beware-of-the-leopard"

static GMutex log_lock;
static GString *log_text;

static void
keep_log (GstDebugCategory *category, GstDebugLevel level, const gchar *file,
          const gchar *function, gint line, GObject *object,
          GstDebugMessage *message, gpointer user_data)
{
  g_mutex_lock (&log_lock);
  g_string_append_printf (log_text, "%s\n", gst_debug_message_get (message));
  g_mutex_unlock (&log_lock);
}

static void
assert_not_logged (const gchar *what)
{
  g_autofree gchar *text = g_ascii_strdown (log_text->str, -1);
  g_autofree gchar *small = g_ascii_strdown (what, -1);

  fail_if (strstr (text, small) != NULL, "logged: %s", what);
}

GST_START_TEST (test_log_tells_no_octets)
{
  Side *listener, *caller;
  g_autofree gchar *base64
      = g_base64_encode ((const guchar *)SECRET, strlen (SECRET) / 3 * 3);
  g_autoptr (GString) hex = g_string_new (NULL);

  log_text = g_string_new (NULL);
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (keep_log, NULL, NULL);
  gst_debug_set_threshold_from_string ("mikeysignalling:9", FALSE);
  listener = loop_listener (__i__, 0);
  caller = loop_caller (__i__, port_of (listener));
  send_text (caller, "q  " SECRET, TRUE);
  send_text (caller, "E  " SECRET, FALSE);
  wait_for (caller, &caller->n_received, 1);
  wait_for (listener, &listener->n_received, 2);
  side_free (caller);
  side_free (listener);
  gst_debug_remove_log_function (keep_log);
  gst_debug_add_log_function (gst_debug_log_default, NULL, NULL);
  for (const gchar *c = SECRET; *c; c++)
    g_string_append_printf (hex, "%02x", *c);
  fail_unless (strstr (log_text->str, "octets") != NULL);
  assert_not_logged (SECRET);
  assert_not_logged (base64);
  assert_not_logged (hex->str);
  g_string_free (log_text, TRUE);
}
GST_END_TEST;

static Suite *
signalling_suite (void)
{
  Suite *suite = suite_create ("signalling");
  TCase *tc = tcase_create ("exchanges");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_round_trip, 0, G_N_ELEMENTS (round_trips));
  tcase_add_loop_test (tc, test_caller_first, 0, 2);
  tcase_add_loop_test (tc, test_longest, 0, 2);
  tcase_add_loop_test (tc, test_one_way, 0, 2);
  tcase_add_loop_test (tc, test_send_from_callback, 0, 2);
  tcase_add_loop_test (tc, test_several_callers, 0, 2);
  tcase_add_loop_test (tc, test_reconnect, 0, 2);
  tcase_add_test (tc, test_loss);
  tcase_add_test (tc, test_answer_settles);
  tcase_add_test (tc, test_refusal_does_not_settle);
  tcase_add_test (tc, test_connection_lost);
  tcase_add_loop_test (tc, test_failure, 0, 2);
  tcase_add_test (tc, test_unknown_name);
  tcase_add_test (tc, test_send_errors);

  tc = tcase_create ("strangers");
  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_duplicates);
  tcase_add_test (tc, test_duplicate_over_new_connection);
  tcase_add_test (tc, test_no_amplification);
  tcase_add_loop_test (tc, test_flood, 0, 2);
  tcase_add_loop_test (tc, test_peers_are_bounded, 0, 2);
  tcase_add_test (tc, test_half_open_limit);
  tcase_add_test (tc, test_half_open_deadline);
  tcase_add_test (tc, test_framing);
  tcase_add_test (tc, test_tcp_rates);
  tcase_add_test (tc, test_rates);
  tcase_add_test (tc, test_newcomer_beside_floods);
  tcase_add_test (tc, test_replies);
  tcase_add_loop_test (tc, test_log_tells_no_octets, 0, 2);

  tc = tcase_create ("life");
  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, test_port_taken, 0, 2);
  tcase_add_loop_test (tc, test_stop_at_once, 0, 2);
  tcase_add_loop_test (tc, test_restart, 0, 2);
  tcase_add_loop_test (tc, test_threads, 0, 2);
  tcase_add_loop_test (tc, test_uri, 0, G_N_ELEMENTS (uris));
  tcase_add_test (tc, test_bad_uri_makes_no_object);
  tcase_add_test (tc, test_default_port);
  return suite;
}

GST_CHECK_MAIN (signalling);
