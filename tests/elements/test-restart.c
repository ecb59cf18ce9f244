/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One side ends and is started anew, while the other goes on. */

#include <gio/gio.h>
#include <string.h>

#include "pair.h"

/* --- by caps --- */

/* Takes the place of the sender: another element, another stream. */
static void
restart_sender (Pair *pair, guint32 ssrc)
{
  gchar *caps
      = g_strdup_printf ("application/x-rtp,ssrc=(uint)%u,payload=96", ssrc);

  gst_element_set_bus (pair->enc, NULL);
  gst_harness_teardown (pair->e);
  gst_object_unref (pair->enc);
  pair->enc = make_element ("mikeyenc psk=" PSK);
  gst_element_set_bus (pair->enc, pair->bus);
  pair->e = gst_harness_new_with_element (pair->enc, "rtp_sink_0", "rtp_src_0");
  pair->ssrc = ssrc;
  gst_harness_set_src_caps_str (pair->e, caps);
  g_free (caps);
}

/* The new stream is another one, or has the same SSRC and begins anew. */
GST_START_TEST (test_sender_by_caps)
{
  Pair *pair = pair_new ("", "");

  pair->index = 65500;
  pair_run (pair, 100);
  for (guint i = 0; i < 20; i++) {
    restart_sender (pair, i % 2 ? pair->ssrc : pair->ssrc + 1);
    pair->index = i * 7;
    pair_run (pair, 20);
  }
  pair_check (pair);
  pair_free (pair);
}

GST_END_TEST

/* What was recorded of the first sender does not come out again. */
GST_START_TEST (test_replay_after_restart)
{
  Pair *pair = pair_new ("", "");
  GstBuffer *recorded[20];

  for (guint i = 0; i < G_N_ELEMENTS (recorded); i++) {
    recorded[i] = pair_protect (pair);
    pair_pump (pair);
    pair_recover (pair, gst_buffer_copy_deep (recorded[i]));
  }
  restart_sender (pair, pair->ssrc + 1);
  pair_run (pair, 10);
  for (guint i = 0; i < G_N_ELEMENTS (recorded); i++) {
    gst_harness_push (pair->d, recorded[i]);
    fail_unless (gst_harness_try_pull (pair->d) == NULL);
  }
  pair_check (pair);
  pair_free (pair);
}

GST_END_TEST

/* --- by signalling --- */

typedef struct {
  GstElement *element;
  GstHarness *h;
} Side;

static Side
side_new (const gchar *line, const gchar *sink, const gchar *src,
          const gchar *caps)
{
  Side self = { make_element (line), NULL };

  self.h = gst_harness_new_with_element (self.element, sink, src);
  gst_harness_set_src_caps_str (self.h, caps);
  return self;
}

static Side
sender_new (const gchar *uri, guint32 ssrc, const gchar *more)
{
  gchar *line
      = g_strdup_printf ("mikeyenc psk=" PSK " signalling=%s %s", uri, more);
  gchar *caps = g_strdup_printf ("application/x-rtp,ssrc=(uint)%u", ssrc);
  Side self = side_new (line, "rtp_sink_0", "rtp_src_0", caps);

  g_free (line);
  g_free (caps);
  return self;
}

static Side
receiver_new (const gchar *uri, const gchar *more)
{
  gchar *line
      = g_strdup_printf ("mikeydec psk=" PSK " signalling=%s %s", uri, more);
  Side self = side_new (line, "rtp_sink", "rtp_src", "application/x-srtp");

  g_free (line);
  return self;
}

static void
side_free (Side *self)
{
  gst_harness_teardown (self->h);
  gst_object_unref (self->element);
}

/* (transfer full): what calls the port that LISTENER listens on. */
static gchar *
uri_of (Side *listener, const gchar *scheme)
{
  GstStructure *stats = NULL;
  guint port = 0;

  g_object_get (listener->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint (stats, "signalling-port", &port));
  gst_structure_free (stats);
  return g_strdup_printf ("%s://127.0.0.1:%u", scheme, port);
}

/* Whether packet I goes all the way. */
static gboolean
pass (Side *sender, Side *receiver, guint32 ssrc, guint i)
{
  GstBuffer *out;
  gboolean right;

  fail_unless_equals_int (gst_harness_push (sender->h, make_packet (ssrc, i)),
                          GST_FLOW_OK);
  fail_unless_equals_int (
      gst_harness_push (receiver->h, gst_harness_pull (sender->h)),
      GST_FLOW_OK);
  out = gst_harness_try_pull (receiver->h);
  if (!out)
    return FALSE;
  right = is_packet (out, ssrc, i);
  gst_buffer_unref (out);
  fail_unless (right);
  return TRUE;
}

static const gchar *const schemes[] = { "udp", "tcp" };

/* More often than sessions are kept; the first sender goes on beside. */
GST_START_TEST (test_sender_by_signalling)
{
  const gchar *scheme = schemes[__i__];
  gchar *any = g_strdup_printf ("%s://127.0.0.1:0", scheme), *uri;
  Side receiver = receiver_new (any, "");
  Side first, next;

  uri = uri_of (&receiver, scheme);
  first = sender_new (uri, 1, "");
  fail_unless (pass (&first, &receiver, 1, 0));
  for (guint round = 0; round < 12; round++) {
    next = sender_new (uri, 2 + round, "");
    for (guint i = 0; i < 20; i++)
      fail_unless (pass (&next, &receiver, 2 + round, i));
    if (round < 5)
      fail_unless (pass (&first, &receiver, 1, 1 + round));
    side_free (&next);
  }
  side_free (&first);
  side_free (&receiver);
  g_free (any);
  g_free (uri);
}

GST_END_TEST

static gboolean
take_time (GstElement *element, const gchar *peer_id, gpointer user_data)
{
  g_usleep (G_USEC_PER_SEC * 3 / 10);
  return TRUE;
}

/* Media are there before the answer that brings their keys: none is lost. */
GST_START_TEST (test_media_before_answer)
{
  Side sender = sender_new ("udp://127.0.0.1:0", 9,
                            "role=responder local-id=sip:a@example.org");
  gchar *uri = uri_of (&sender, "udp");
  gchar *line = g_strdup_printf (
      "mikeydec psk=" PSK " role=initiator signalling=%s", uri);
  Side receiver = { make_element (line), NULL };

  g_signal_connect (receiver.element, "verify-peer", G_CALLBACK (take_time),
                    NULL);
  receiver.h
      = gst_harness_new_with_element (receiver.element, "rtp_sink", "rtp_src");
  gst_harness_set_src_caps_str (receiver.h, "application/x-srtp");
  for (guint i = 0; i < 20; i++)
    fail_unless (pass (&sender, &receiver, 9, i));
  fail_unless (stat_of (receiver.element, "without-key") == 0);
  side_free (&sender);
  side_free (&receiver);
  g_free (line);
  g_free (uri);
}

GST_END_TEST

/* Whatever strangers send, a stream that runs goes on. */
GST_START_TEST (test_garbage_by_signalling)
{
  Side receiver = receiver_new ("udp://127.0.0.1:0", "");
  gchar *uri = uri_of (&receiver, "udp");
  Side sender = sender_new (uri, 9, "");
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
                                  G_SOCKET_PROTOCOL_DEFAULT, NULL);
  GSocketAddress *to = g_inet_socket_address_new_from_string (
      "127.0.0.1", g_ascii_strtoull (strrchr (uri, ':') + 1, NULL, 10));
  gchar message[100];

  fail_unless (pass (&sender, &receiver, 9, 0));
  /* Among them Error messages (data type 6) of any bundle. */
  for (guint i = 0; i < 100; i++) {
    memset (message, i, sizeof message);
    message[0] = 1;
    message[1] = i % 8;
    g_socket_send_to (socket, to, message, i + 1, NULL, NULL);
    fail_unless (pass (&sender, &receiver, 9, 1 + i));
  }
  fail_unless (stat_of (receiver.element, "recovered") == 101);
  side_free (&sender);
  side_free (&receiver);
  g_object_unref (socket);
  g_object_unref (to);
  g_free (uri);
}

GST_END_TEST

static Suite *
restart_suite (void)
{
  Suite *suite = suite_create ("restart");
  TCase *tcase = tcase_create ("restart");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_sender_by_caps);
  tcase_add_test (tcase, test_replay_after_restart);
  tcase_add_loop_test (tcase, test_sender_by_signalling, 0,
                       G_N_ELEMENTS (schemes));
  tcase_add_test (tcase, test_media_before_answer);
  tcase_add_test (tcase, test_garbage_by_signalling);
  return suite;
}

ELEMENT_CHECK_MAIN (restart)
