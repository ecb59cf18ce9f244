/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* mikeydec: what comes out, and what does not. */

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gstmikeycarrier.h"
#include "gstmikeydecpad.h"
#include "gstmikeyagent.h"
#include "pair.h"

/* --- joining late --- */

/* (transfer full): as it is in the caps. */
static GBytes *
offer_of (Pair *pair)
{
  GstCaps *caps = gst_pad_get_current_caps (pair->e->sinkpad);
  GBytes *offer = gst_mikey_carrier_from_caps (caps);

  gst_caps_unref (caps);
  return offer;
}

static void
hand_over (GstElement *dec, GBytes *message)
{
  gboolean accepted = FALSE;

  g_signal_emit_by_name (dec, "handle-message", message, &accepted);
  fail_unless (accepted);
  g_bytes_unref (message);
}

/* Joins at index JOIN a stream whose ROC was told as TOLD; returns how many of
 * the next 20 packets come out. */
static guint
join_late (guint64 join, guint32 told)
{
  Pair *pair = pair_new ("", "");
  GstBuffer *srtp;
  GBytes *offer = NULL, *update = NULL;
  guint received;

  /* Nobody listens yet. */
  pair->index = 60000;
  while (pair->index < join)
    gst_buffer_unref (pair_protect (pair));
  offer = offer_of (pair);
  gst_mikey_agent_set_roc (((GstMikeyBin *)pair->enc)->agent, pair->ssrc, told);
  g_signal_emit_by_name (pair->enc, "create-offer", &update);
  gst_harness_set_src_caps_str (pair->d, "application/x-srtp");
  hand_over (pair->dec, offer);
  hand_over (pair->dec, update);
  for (guint i = 0; i < 20; i++) {
    srtp = pair_protect (pair);
    pair_recover (pair, srtp);
  }
  fail_unless_equals_int (pair->wrong, 0);
  received = pair->received;
  pair_free (pair);
  return received;
}

GST_START_TEST (test_join_late)
{
  fail_unless_equals_int (join_late (60100, 0), 20);
  fail_unless_equals_int (join_late (70000, 1), 20);
  fail_unless_equals_int (join_late (140000, 2), 20);
  /* It wrapped since, or just is to. */
  fail_unless_equals_int (join_late (65540, 0), 20);
  fail_unless_equals_int (join_late (140000, 1), 20);
  fail_unless_equals_int (join_late (65530, 1), 20);
}

GST_END_TEST

GST_START_TEST (test_join_late_without_retry)
{
  gst_mikey_dec_retry_roc = FALSE;
  fail_unless_equals_int (join_late (70000, 1), 20);
  fail_unless (join_late (140000, 1) < 20);
  gst_mikey_dec_retry_roc = TRUE;
}

GST_END_TEST

/* Somebody is linked to a stream that goes on for a while, with its second wrap
 * and its third key. */
GST_START_TEST (test_link_late)
{
  Pair *pair = pair_new ("", "");
  gboolean done;

  pair->index = 60000;
  while (pair->index < 140000) {
    gst_buffer_unref (pair_protect (pair));
    if (pair->index % 40000 == 0)
      g_signal_emit_by_name (pair->enc, "rekey", &done);
  }
  while (gst_harness_try_pull_event (pair->e))
    continue;
  /* Links are made, and caps are sticky. */
  gst_harness_push_upstream_event (pair->e, gst_event_new_reconfigure ());
  gst_harness_set_src_caps (pair->d,
                            gst_pad_get_current_caps (pair->e->sinkpad));
  pair->sent = 0;
  pair_run (pair, 100);
  pair_check (pair);
  pair_free (pair);
}

GST_END_TEST

/* --- srtpdec 1.22 and buffers that others hold --- */

static void
push_shared (void)
{
  Pair *pair = pair_new ("", "");

  for (guint i = 0; i < 200; i++) {
    GstBuffer *srtp = pair_protect (pair);
    GstBuffer *mine = gst_buffer_ref (srtp);
    GstBuffer *before = gst_buffer_copy_deep (srtp);
    GstMapInfo map;

    pair_pump (pair);
    pair_recover (pair, srtp);
    gst_buffer_map (before, &map, GST_MAP_READ);
    fail_unless (gst_buffer_get_size (mine) == map.size
                 && gst_buffer_memcmp (mine, 0, map.data, map.size) == 0);
    gst_buffer_unmap (before, &map);
    gst_buffer_unref (before);
    gst_buffer_unref (mine);
  }
  pair_check (pair);
  pair_free (pair);
}

GST_START_TEST (test_shared_buffers) { push_shared (); }

GST_END_TEST

/* Whether push_shared() ends well in a process of its own. */
static gboolean
survives (void)
{
  pid_t child = fork ();
  int status = 0;

  if (child == 0) {
    g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL);
    if (!freopen ("/dev/null", "w", stderr)
        || !freopen ("/dev/null", "w", stdout))
      _exit (1);
    push_shared ();
    _exit (0);
  }
  waitpid (child, &status, 0);
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

GST_START_TEST (test_shared_buffers_without_copy)
{
  guint major, minor, micro, nano;

  gst_mikey_dec_make_writable = FALSE;
  gst_version (&major, &minor, &micro, &nano);
  if (minor < 24)
    fail_if (survives ());
  gst_mikey_dec_make_writable = TRUE;
  fail_unless (survives ());
}

GST_END_TEST

/* The same, from a list. */
GST_START_TEST (test_buffer_list)
{
  Pair *pair = pair_new ("", "");

  for (guint round = 0; round < 20; round++) {
    GstBufferList *list = gst_buffer_list_new (), *shared;

    for (guint i = 0; i < 10; i++)
      gst_buffer_list_add (list, pair_protect (pair));
    pair_pump (pair);
    shared = round % 2 ? gst_buffer_list_ref (list) : NULL;
    fail_unless_equals_int (gst_pad_push_list (pair->d->srcpad, list),
                            GST_FLOW_OK);
    if (shared)
      gst_buffer_list_unref (shared);
    for (guint i = 0; i < 10; i++) {
      GstBuffer *out = gst_harness_try_pull (pair->d);

      fail_unless (out && is_packet (out, pair->ssrc, 1000 + round * 10 + i));
      gst_buffer_unref (out);
    }
  }
  pair_free (pair);
}

GST_END_TEST

/* --- what is not for us --- */

GST_START_TEST (test_wrong_key)
{
  Pair *pair
      = pair_new_full ("mikeyenc psk=" PSK, "mikeydec psk=" OTHER_PSK, 7, 0);
  GstBuffer *srtp = pair_protect (pair);
  GEnumValue *state;
  gint value;

  pair_pump (pair);
  expect_error (pair->bus, GST_STREAM_ERROR, GST_STREAM_ERROR_DECRYPT, "psk");
  fail_unless_equals_int (gst_harness_push (pair->d, srtp), GST_FLOW_ERROR);
  fail_unless (gst_harness_try_pull (pair->d) == NULL);
  g_object_get (pair->dec, "key-state", &value, NULL);
  state = g_enum_get_value (g_type_class_peek (MIKEY_TYPE_STATE), value);
  fail_unless (value != MIKEY_STATE_ESTABLISHED, "%s", state->value_nick);
  pair_free (pair);
}

GST_END_TEST

GST_START_TEST (test_no_key)
{
  GstElement *dec = make_element ("mikeydec psk=" PSK " key-timeout=1");
  GstHarness *h = gst_harness_new_with_element (dec, "rtp_sink", "rtp_src");
  GstBus *bus = gst_bus_new ();

  gst_element_set_bus (dec, bus);
  gst_harness_set_src_caps_str (h, "application/x-srtp");
  fail_unless_equals_int (gst_harness_push (h, make_packet (7, 0)),
                          GST_FLOW_OK);
  fail_unless (gst_harness_try_pull (h) == NULL);
  g_usleep (1100 * 1000);
  fail_unless_equals_int (gst_harness_push (h, make_packet (7, 1)),
                          GST_FLOW_ERROR);
  expect_error (bus, GST_STREAM_ERROR, GST_STREAM_ERROR_DECRYPT_NOKEY,
                "keyring");
  gst_element_set_bus (dec, NULL);
  gst_harness_teardown (h);
  gst_object_unref (dec);
  gst_object_unref (bus);
}

GST_END_TEST

/* A key that came in the caps, as srtpenc puts it there, was agreed on with
 * nobody. */
GST_START_TEST (test_key_in_caps)
{
  GstElement *dec = make_element ("mikeydec psk=" PSK);
  GstHarness *h = gst_harness_new_with_element (dec, "rtp_sink", "rtp_src");

  gst_harness_set_src_caps_str (
      h, "application/x-srtp,ssrc=(uint)7,srtp-cipher=null,srtp-auth=null,"
         "srtcp-cipher=null,srtcp-auth=null,"
         "srtp-key=(buffer)000102030405060708090a0b0c0d0e0f");
  gst_harness_push (h, make_packet (7, 0));
  fail_unless (gst_harness_try_pull (h) == NULL);
  gst_harness_teardown (h);
  gst_object_unref (dec);
}

GST_END_TEST

/* Forged, repeated, truncated packets, and packets of strangers. */
GST_START_TEST (test_bad_packets)
{
  Pair *pair = pair_new ("", "");
  GstBuffer *srtp, *bad;
  guint8 octet = 0;

  pair_run (pair, 10);
  for (guint i = 0; i < 100; i++) {
    srtp = pair_protect (pair);
    pair_pump (pair);
    bad = gst_buffer_copy_deep (srtp);
    gst_buffer_extract (bad, 20 + i, &octet, 1);
    gst_buffer_memset (bad, 20 + i, octet ^ 1, 1);
    gst_harness_push (pair->d, bad);
    bad = gst_buffer_copy_deep (srtp);
    gst_buffer_set_size (bad, i);
    gst_harness_push (pair->d, bad);
    gst_harness_push (pair->d, make_packet (i, i));
    fail_unless (gst_harness_try_pull (pair->d) == NULL);
    pair_recover (pair, gst_buffer_copy_deep (srtp));
    gst_harness_push (pair->d, srtp);
    fail_unless (gst_harness_try_pull (pair->d) == NULL);
  }
  pair_check (pair);
  pair_free (pair);
}

GST_END_TEST

/* RTCP that comes among RTP (RFC 5761) goes where RTCP goes. */
GST_START_TEST (test_multiplexed)
{
  Pair *pair = pair_new ("", "");
  GstHarness *e
      = gst_harness_new_with_element (pair->enc, "rtcp_sink_0", "rtcp_src_0");
  GstHarness *d = gst_harness_new_with_element (pair->dec, NULL, "rtcp_src");
  GstBuffer *out;

  gst_harness_set_src_caps_str (e, "application/x-rtcp");
  pair_run (pair, 3);
  gst_harness_push (e, make_report (pair->ssrc, 201));
  gst_harness_push (pair->d, gst_harness_pull (e));
  out = gst_harness_pull (d);
  fail_unless_equals_int (gst_buffer_get_size (out), 8);
  gst_buffer_unref (out);
  pair_run (pair, 3);
  pair_check (pair);
  gst_harness_teardown (e);
  gst_harness_teardown (d);
  pair_free (pair);
}

GST_END_TEST

/* A message that is too old is refused, and the text says what to set. */
GST_START_TEST (test_old_message)
{
  static const gchar *const old
      = "application/x-srtp,a-key-mgmt=(string)\"mikey AQAFANuX/QsBAAA=\"";
  Pair *pair = pair_new ("", "");

  gst_harness_set_src_caps_str (pair->d, old);
  expect_error (pair->bus, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
                "tolerances");
  pair_free (pair);
}

GST_END_TEST

static Suite *
mikeydec_suite (void)
{
  Suite *suite = suite_create ("mikeydec");
  TCase *tcase = tcase_create ("mikeydec");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_join_late);
  tcase_add_test (tcase, test_join_late_without_retry);
  tcase_add_test (tcase, test_link_late);
  tcase_add_test (tcase, test_shared_buffers);
  tcase_add_test (tcase, test_shared_buffers_without_copy);
  tcase_add_test (tcase, test_buffer_list);
  tcase_add_test (tcase, test_wrong_key);
  tcase_add_test (tcase, test_no_key);
  tcase_add_test (tcase, test_key_in_caps);
  tcase_add_test (tcase, test_bad_packets);
  tcase_add_test (tcase, test_multiplexed);
  tcase_add_test (tcase, test_old_message);
  return suite;
}

ELEMENT_CHECK_MAIN (mikeydec)
