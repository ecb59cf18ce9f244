/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The ways that messages travel. */

#include <glib/gstdio.h>
#include <unistd.h>

#include "pair.h"

#define SOURCE "audiotestsrc num-buffers=%u ! mulawenc ! rtppcmupay mtu=200 "
#define SINK   "fakesink name=out sync=false"

/* Runs a pipeline whose middle part is MIDDLE; all packets come through. */
static void
run_line (guint count, const gchar *middle)
{
  gchar *line = g_strdup_printf ("audiotestsrc num-buffers=%u samplesperbuffer="
                                 "160 ! mulawenc ! rtppcmupay ! %s ! " SINK,
                                 count, middle);
  Run *run = run_new (line);

  run_play (run);
  run_to_end (run);
  fail_unless_equals_int (run->buffers, count);
  run_free (run);
  g_free (line);
}

static const gchar *const one_pipeline[] = {
  "mikeyenc mode=psk psk=" PSK " ! mikeydec psk=" PSK,
  "mikeyenc psk=" PSK " ! queue ! mikeydec psk=" PSK,
  "mikeyenc psk=" PSK " request-verification=true ! mikeydec psk=" PSK,
  "mikeyenc psk=" PSK " request-verification=true ! queue ! mikeydec psk=" PSK,
  "mikeyenc psk=" PSK " role=responder ! mikeydec role=initiator psk=" PSK,
  "mikeyenc psk=" PSK " role=responder ! queue ! mikeydec role=initiator "
  "request-verification=true psk=" PSK,
  "mikeyenc psk=" PSK " rekey-packets=50 request-verification=true ! queue ! "
  "mikeydec psk=" PSK,
  "mikeyenc mode=null allow-null=true ! mikeydec allow-null=true",
  "mikeyenc psk=" PSK " mki-length=0 ! mikeydec psk=" PSK,
  "mikeyenc psk=" PSK " session-id=a ! mikeydec session-id=b psk=" PSK,
  "mikeyenc psk=" PSK " local-id=sip:a@example.org peer-id=sip:b@example.org ! "
  "mikeydec local-id=sip:b@example.org peer-id=sip:a@example.org psk=" PSK,
};

GST_START_TEST (test_one_pipeline) { run_line (200, one_pipeline[__i__]); }

GST_END_TEST

/* The offer is a field of the caps, and nothing secret is. */
GST_START_TEST (test_caps)
{
  Pair *pair = pair_new ("", "");
  GstCaps *caps;
  GstStructure *s;

  pair_protect (pair);
  caps = gst_pad_get_current_caps (pair->e->sinkpad);
  s = gst_caps_get_structure (caps, 0);
  fail_unless (g_str_has_prefix (gst_structure_get_string (s, "a-key-mgmt"),
                                 "mikey AQ"));
  fail_if (gst_structure_has_field (s, "srtp-key"));
  fail_if (gst_structure_has_field (s, "mki"));
  fail_if (gst_structure_has_field (s, "srtp-cipher"));
  fail_unless (gst_structure_has_name (s, "application/x-srtp"));
  gst_caps_unref (caps);
  pair_free (pair);
}

GST_END_TEST

/* As an application sets caps from SDP: with the field key-mgmt, on a mikeydec
 * in another pipeline. */
GST_START_TEST (test_caps_from_sdp)
{
  Pair *pair = pair_new ("", "");
  GstBuffer *srtp = pair_protect (pair);
  GstCaps *caps = gst_pad_get_current_caps (pair->e->sinkpad);
  const gchar *text = gst_structure_get_string (
      gst_caps_get_structure (caps, 0), "a-key-mgmt");
  GstCaps *mine = gst_caps_new_simple ("application/x-srtp", "key-mgmt",
                                       G_TYPE_STRING, text, NULL);

  gst_harness_set_src_caps (pair->d, mine);
  pair_recover (pair, srtp);
  pair_check (pair);
  caps = (gst_caps_unref (caps), gst_pad_get_current_caps (pair->d->sinkpad));
  fail_if (
      gst_structure_has_field (gst_caps_get_structure (caps, 0), "key-mgmt"));
  gst_caps_unref (caps);
  pair_free (pair);
}

GST_END_TEST

/* A recorded stream opens later, and with the key only; rekeys are in it. */
GST_START_TEST (test_file)
{
  gchar *path = g_strdup_printf ("%s/mikey-test-%d.gdp", g_get_tmp_dir (),
                                 (int)getpid ());
  gchar *write = g_strdup_printf (SOURCE "! mikeyenc psk=" PSK
                                         " rekey-packets=30 ! gdppay ! "
                                         "filesink name=f location=%s",
                                  100, path);
  gchar *read = g_strdup_printf ("filesrc location=%s ! gdpdepay ! mikeydec "
                                 "max-clock-skew=-1 psk=" PSK " ! " SINK,
                                 path);
  gchar *wrong = g_strdup_printf ("filesrc location=%s ! gdpdepay ! mikeydec "
                                  "max-clock-skew=-1 psk=" OTHER_PSK " ! " SINK,
                                  path);
  Run *run = run_new (write);
  GstMessage *message;
  guint packets;

  run_play (run);
  run_to_end (run);
  run_free (run);
  run = run_new (read);
  run_play (run);
  run_to_end (run);
  packets = run->buffers;
  fail_unless (packets >= 100);
  run_free (run);
  run = run_new (wrong);
  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
  message = run_wait (run);
  fail_unless (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
  gst_message_unref (message);
  fail_unless_equals_int (run->buffers, 0);
  run_free (run);
  g_unlink (path);
  g_free (path);
  g_free (write);
  g_free (read);
  g_free (wrong);
}

GST_END_TEST

/* --- between two processes, here two pipelines --- */

/* URI with the port that ELEMENT listens on in the place of 0. */
static gchar *
uri_of (GstElement *element, const gchar *scheme)
{
  GstStructure *stats = NULL;
  guint port = 0;

  g_object_get (element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint (stats, "signalling-port", &port));
  gst_structure_free (stats);
  return g_strdup_printf ("%s://127.0.0.1:%u", scheme, port);
}

static void
run_signalling (const gchar *scheme, gboolean dec_calls, const gchar *more)
{
  gchar *any = g_strdup_printf ("%s://127.0.0.1:0", scheme);
  gchar *enc_line = g_strdup_printf (
      "mikeyenc psk=" PSK " %s %s%s %s", dec_calls ? "role=responder" : "",
      dec_calls ? "signalling=" : "", dec_calls ? any : "", more);
  gchar *dec_line = g_strdup_printf (
      "mikeydec psk=" PSK " %s %s%s", dec_calls ? "role=initiator" : "",
      dec_calls ? "" : "signalling=", dec_calls ? "" : any);
  GstElement *enc = make_element (enc_line), *dec = make_element (dec_line);
  GstElement *listener = dec_calls ? enc : dec;
  GstElement *caller = dec_calls ? dec : enc;
  gchar *uri;
  GstHarness *e, *d;
  GstBuffer *out;

  gst_element_set_state (listener, GST_STATE_PAUSED);
  uri = uri_of (listener, scheme);
  g_object_set (caller, "signalling", uri, NULL);
  d = gst_harness_new_with_element (dec, "rtp_sink", "rtp_src");
  e = gst_harness_new_with_element (enc, "rtp_sink_0", "rtp_src_0");
  gst_harness_set_src_caps_str (d, "application/x-srtp");
  gst_harness_set_src_caps_str (e, "application/x-rtp,ssrc=(uint)42");
  for (guint i = 0; i < 500; i++) {
    gst_harness_push (e, make_packet (42, i));
    gst_harness_push (d, gst_harness_pull (e));
    out = gst_harness_pull (d);
    fail_unless (is_packet (out, 42, i));
    gst_buffer_unref (out);
  }
  gst_harness_teardown (e);
  gst_harness_teardown (d);
  gst_object_unref (enc);
  gst_object_unref (dec);
  g_free (any);
  g_free (enc_line);
  g_free (dec_line);
  g_free (uri);
}

GST_START_TEST (test_udp)
{
  run_signalling ("udp", FALSE, "");
  run_signalling ("udp", TRUE, "");
  run_signalling ("udp", FALSE, "rekey-packets=100");
}

GST_END_TEST

GST_START_TEST (test_tcp)
{
  run_signalling ("tcp", FALSE, "");
  run_signalling ("tcp", TRUE, "");
  run_signalling ("tcp", FALSE, "rekey-packets=100");
}

GST_END_TEST

GST_START_TEST (test_bad_uri)
{
  GstElement *enc = make_element ("mikeyenc psk=" PSK " signalling=http://x");
  GstBus *bus = gst_bus_new ();

  gst_element_set_bus (enc, bus);
  fail_unless_equals_int (gst_element_set_state (enc, GST_STATE_PAUSED),
                          GST_STATE_CHANGE_FAILURE);
  expect_error (bus, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
                "signalling");
  gst_element_set_state (enc, GST_STATE_NULL);
  gst_element_set_bus (enc, NULL);
  gst_object_unref (enc);
  gst_object_unref (bus);
}

GST_END_TEST

/* --- by the application --- */

static void
on_message (GstElement *element, GBytes *message, GstElement *other)
{
  gboolean accepted = FALSE;

  g_signal_emit_by_name (other, "handle-message", message, &accepted);
  fail_unless (accepted);
}

/* Nothing but what the application carries arrives. */
GST_START_TEST (test_application)
{
  Pair *pair = pair_new ("request-verification=true", "");
  GstCaps *bare = gst_caps_new_empty_simple ("application/x-srtp");
  gboolean done = FALSE;

  g_signal_connect (pair->enc, "message", G_CALLBACK (on_message), pair->dec);
  g_signal_connect (pair->dec, "message", G_CALLBACK (on_message), pair->enc);
  gst_harness_set_src_caps (pair->d, bare);
  /* The offer was made with the caps; one that is asked for later has it too.
   */
  for (guint i = 0; i < 100; i++) {
    GBytes *offer = NULL;

    if (i == 0) {
      g_signal_emit_by_name (pair->enc, "create-offer", &offer);
      on_message (pair->enc, offer, pair->dec);
      g_bytes_unref (offer);
    }
    if (i == 50)
      g_signal_emit_by_name (pair->enc, "rekey", &done);
    pair_recover (pair, pair_protect (pair));
  }
  fail_unless (done);
  pair_check (pair);
  pair_free (pair);
}

GST_END_TEST

static GBytes *
answer_psk (GstElement *element, const gchar *local_id, const gchar *peer_id,
            guint *asked)
{
  ++*asked;
  return mikey_key_from_text (PSK, NULL);
}

GST_START_TEST (test_request_psk)
{
  Pair *pair = pair_new_full ("mikeyenc psk=" PSK, "mikeydec", 7, 0);
  guint asked = 0;

  g_signal_connect (pair->dec, "request-psk", G_CALLBACK (answer_psk), &asked);
  pair_run (pair, 10);
  pair_check (pair);
  fail_unless (asked > 0);
  pair_free (pair);
}

GST_END_TEST

static gboolean
refuse_peer (GstElement *element, const gchar *peer_id, gpointer user_data)
{
  return FALSE;
}

GST_START_TEST (test_verify_peer)
{
  Pair *pair = pair_new ("local-id=sip:alice@example.org", "");

  g_signal_connect (pair->dec, "verify-peer", G_CALLBACK (refuse_peer), NULL);
  gst_buffer_unref (pair_protect (pair));
  pair_pump (pair);
  expect_error (pair->bus, GST_STREAM_ERROR, GST_STREAM_ERROR_DECRYPT,
                "peer-id");
  pair_free (pair);
}

GST_END_TEST

/* What came by caps and by event, and comes back to its sender, counts once. */
GST_START_TEST (test_duplicates)
{
  Pair *pair = pair_new ("", "");
  GBytes *offer = NULL;
  gchar *base64;
  GstStructure *s;

  g_signal_emit_by_name (pair->enc, "create-offer", &offer);
  base64 = g_base64_encode (g_bytes_get_data (offer, NULL),
                            g_bytes_get_size (offer));
  pair_run (pair, 10);
  for (guint i = 0; i < 3; i++) {
    s = gst_structure_new ("application/x-mikey-message", "message",
                           G_TYPE_STRING, base64, NULL);
    gst_harness_push_event (
        pair->d, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, s));
    s = gst_structure_new ("application/x-mikey-message", "message",
                           G_TYPE_STRING, base64, NULL);
    gst_harness_push_upstream_event (
        pair->e, gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM, s));
  }
  pair_run (pair, 10);
  pair_check (pair);
  fail_unless (stat_of (pair->dec, "messages-refused") == 0);
  fail_unless (stat_of (pair->enc, "messages-refused") == 0);
  g_free (base64);
  g_bytes_unref (offer);
  pair_free (pair);
}

GST_END_TEST

/* The two directions of a call share one session on each side. */
GST_START_TEST (test_session_id)
{
  Run *run = run_new (
      "audiotestsrc num-buffers=100 ! mulawenc ! rtppcmupay ssrc=1 ! mikeyenc "
      "session-id=alice psk=" PSK " ! queue ! mikeydec session-id=bob psk=" PSK
      " ! fakesink name=out sync=false "
      "audiotestsrc num-buffers=100 ! mulawenc ! rtppcmupay ssrc=2 ! mikeyenc "
      "session-id=bob role=responder psk=" PSK
      " ! queue ! mikeydec session-id=alice psk=" PSK
      " ! fakesink name=back sync=false");

  run_play (run);
  run_to_end (run);
  fail_unless (run->buffers >= 100);
  run_free (run);
}

GST_END_TEST

static Suite *
carriers_suite (void)
{
  Suite *suite = suite_create ("carriers");
  TCase *tcase = tcase_create ("carriers");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, test_one_pipeline, 0,
                       G_N_ELEMENTS (one_pipeline));
  tcase_add_test (tcase, test_caps);
  tcase_add_test (tcase, test_caps_from_sdp);
  tcase_add_test (tcase, test_file);
  tcase_add_test (tcase, test_udp);
  tcase_add_test (tcase, test_tcp);
  tcase_add_test (tcase, test_bad_uri);
  tcase_add_test (tcase, test_application);
  tcase_add_test (tcase, test_request_psk);
  tcase_add_test (tcase, test_verify_peer);
  tcase_add_test (tcase, test_duplicates);
  tcase_add_test (tcase, test_session_id);
  return suite;
}

ELEMENT_CHECK_MAIN (carriers)
