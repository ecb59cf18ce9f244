/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What every element must bear: states, flushes, EOS, new caps, being used
 * again. With the plugin, as applications load it. */

#include "pair.h"

#define LINE                                                                   \
  "audiotestsrc name=src num-buffers=%d samplesperbuffer=160 ! mulawenc ! "    \
  "rtppcmupay ! mikeyenc name=enc psk=" PSK " ! %s mikeydec name=dec psk=" PSK \
  " ! fakesink name=out sync=false"

static Run *
new_run (gint count, const gchar *between)
{
  gchar *line = g_strdup_printf (LINE, count, between);
  Run *run = run_new (line);

  g_free (line);
  return run;
}

GST_START_TEST (test_states)
{
  static const gchar *const names[] = { "mikeyenc", "mikeydec" };
  static const GstState states[]
      = { GST_STATE_READY,   GST_STATE_NULL,    GST_STATE_PAUSED,
          GST_STATE_READY,   GST_STATE_PAUSED,  GST_STATE_PLAYING,
          GST_STATE_PAUSED,  GST_STATE_PLAYING, GST_STATE_NULL,
          GST_STATE_PLAYING, GST_STATE_READY,   GST_STATE_NULL };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    GstElement *element = gst_element_factory_make (names[i], NULL);

    fail_unless (element != NULL);
    g_object_set (element, "psk", PSK, NULL);
    for (guint j = 0; j < G_N_ELEMENTS (states); j++)
      fail_if (gst_element_set_state (element, states[j])
               == GST_STATE_CHANGE_FAILURE);
    gst_object_unref (element);
  }
}

GST_END_TEST

/* Pads that come and go, in all states. */
GST_START_TEST (test_request_pads)
{
  GstElement *enc = gst_element_factory_make ("mikeyenc", NULL);
  GstPad *a, *b, *c, *d, *src;

  g_object_set (enc, "psk", PSK, NULL);
  a = gst_element_request_pad_simple (enc, "rtp_sink_%u");
  gst_element_set_state (enc, GST_STATE_PLAYING);
  b = gst_element_request_pad_simple (enc, "rtp_sink_7");
  c = gst_element_request_pad_simple (enc, "rtcp_sink_7");
  d = gst_element_request_pad_simple (enc, "rtp_sink_%u");
  fail_unless_equals_string (GST_PAD_NAME (a), "rtp_sink_0");
  fail_unless_equals_string (GST_PAD_NAME (b), "rtp_sink_7");
  fail_unless_equals_string (GST_PAD_NAME (c), "rtcp_sink_7");
  fail_unless_equals_string (GST_PAD_NAME (d), "rtp_sink_1");
  src = gst_element_get_static_pad (enc, "rtcp_src_7");
  fail_unless (src != NULL);
  gst_object_unref (src);
  gst_element_release_request_pad (enc, c);
  gst_object_unref (c);
  fail_unless (gst_element_get_static_pad (enc, "rtcp_src_7") == NULL);
  c = gst_element_request_pad_simple (enc, "rtcp_sink_7");
  fail_unless (c != NULL);
  gst_element_set_state (enc, GST_STATE_NULL);
  gst_element_release_request_pad (enc, a);
  gst_object_unref (a);
  gst_object_unref (b);
  gst_object_unref (c);
  gst_object_unref (d);
  gst_object_unref (enc);
}

GST_END_TEST

/* To PLAYING and back to NULL, again and again, with a new key each time. */
GST_START_TEST (test_reuse)
{
  Run *run = new_run (50, "");
  GstElement *src = gst_bin_get_by_name (GST_BIN (run->pipeline), "src");

  for (guint i = 1; i <= 5; i++) {
    run_play (run);
    run_to_end (run);
    fail_unless_equals_int (run->buffers, 50 * i);
    gst_element_set_state (run->pipeline,
                           i % 2 ? GST_STATE_NULL : GST_STATE_READY);
  }
  gst_object_unref (src);
  run_free (run);
}

GST_END_TEST

/* Random changes while data flow. */
GST_START_TEST (test_stress)
{
  static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY,
                                     GST_STATE_PAUSED, GST_STATE_PLAYING };
  GRand *rand = g_rand_new_with_seed (20);

  for (guint queue = 0; queue < 2; queue++) {
    Run *run = new_run (-1, queue ? "queue !" : "");

    for (guint i = 0; i < 100; i++) {
      gst_element_set_state (run->pipeline,
                             states[g_rand_int_range (rand, 0, 4)]);
      g_usleep (g_rand_int_range (rand, 0, 5000));
    }
    fail_unless (run->buffers > 0);
    run_free (run);
  }
  g_rand_free (rand);
}

GST_END_TEST

/* Seeks flush; packets go on, none wrong, under the same key. */
GST_START_TEST (test_flush)
{
  Run *run = new_run (-1, "queue !");
  gint before;

  run_play (run);
  for (guint i = 0; i < 10; i++) {
    g_usleep (20 * 1000);
    before = g_atomic_int_get (&run->buffers);
    fail_unless (gst_element_seek_simple (run->pipeline, GST_FORMAT_TIME,
                                          GST_SEEK_FLAG_FLUSH, 0));
    for (guint j = 0; j < 500 && g_atomic_int_get (&run->buffers) == before;
         j++)
      g_usleep (10 * 1000);
    fail_unless (g_atomic_int_get (&run->buffers) > before);
  }
  fail_unless (
      gst_bus_pop_filtered (GST_ELEMENT_BUS (run->pipeline), GST_MESSAGE_ERROR)
      == NULL);
  run_free (run);
}

GST_END_TEST

/* Other caps in mid-stream, the same stream and key. */
GST_START_TEST (test_renegotiate)
{
  Pair *pair = pair_new ("", "");
  GstCaps *caps;

  pair_run (pair, 10);
  gst_harness_set_src_caps_str (
      pair->e, "application/x-rtp,media=audio,clock-rate=16000,payload=97,"
               "ssrc=(uint)287454020");
  pair_run (pair, 10);
  pair_check (pair);
  caps = gst_pad_get_current_caps (pair->d->sinkpad);
  fail_unless (
      gst_structure_has_field (gst_caps_get_structure (caps, 0), "payload"));
  fail_unless (gst_structure_has_name (gst_caps_get_structure (caps, 0),
                                       "application/x-rtp"));
  gst_caps_unref (caps);
  pair_free (pair);
}

GST_END_TEST

/* Latency and caps are asked right through. */
GST_START_TEST (test_queries)
{
  Pair *pair = pair_new ("", "");
  GstCaps *caps;

  pair_run (pair, 1);
  gst_harness_set_upstream_latency (pair->e, 20 * GST_MSECOND);
  fail_unless_equals_uint64 (gst_harness_query_latency (pair->e),
                             20 * GST_MSECOND);
  caps = gst_pad_peer_query_caps (pair->e->srcpad, NULL);
  fail_unless (gst_caps_is_subset (
      caps, gst_static_caps_get (
                &(GstStaticCaps)GST_STATIC_CAPS ("application/x-rtp"))));
  gst_caps_unref (caps);
  pair_free (pair);
}

GST_END_TEST

/* Without the plugin srtp: the message that lets applications install it. */
GST_START_TEST (test_missing_plugin)
{
  static const gchar *const names[][2]
      = { { "srtpenc", "mikeyenc" }, { "srtpdec", "mikeydec" } };
  GstRegistry *registry = gst_registry_get ();

  for (guint i = 0; i < 2; i++) {
    GstPluginFeature *inner
        = gst_registry_lookup_feature (registry, names[i][0]);
    GstElement *element;
    GstBus *bus = gst_bus_new ();
    GstMessage *message;

    gst_registry_remove_feature (registry, inner);
    element = gst_element_factory_make (names[i][1], NULL);
    gst_element_set_bus (element, bus);
    g_object_set (element, "psk", PSK, NULL);
    fail_unless_equals_int (gst_element_set_state (element, GST_STATE_READY),
                            GST_STATE_CHANGE_FAILURE);
    message = wait_message (bus, GST_MESSAGE_ELEMENT, "missing-plugin");
    fail_unless (message != NULL);
    gst_message_unref (message);
    expect_error (bus, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN, "srtp");
    gst_element_set_bus (element, NULL);
    gst_element_set_state (element, GST_STATE_NULL);
    gst_object_unref (element);
    gst_object_unref (bus);
    gst_object_unref (inner);
  }
}

GST_END_TEST

/* key-state tells where we are. */
static void
on_key_state (GObject *object, GParamSpec *spec, guint *count)
{
  ++*count;
}

GST_START_TEST (test_key_state)
{
  Pair *pair = pair_new ("", "");
  guint count = 0;
  gint state;

  g_signal_connect (pair->dec, "notify::key-state", G_CALLBACK (on_key_state),
                    &count);
  g_object_get (pair->dec, "key-state", &state, NULL);
  fail_unless_equals_int (state, MIKEY_STATE_IDLE);
  pair_run (pair, 1);
  g_object_get (pair->dec, "key-state", &state, NULL);
  fail_unless_equals_int (state, MIKEY_STATE_ESTABLISHED);
  fail_unless (count > 0);
  pair_free (pair);
}

GST_END_TEST

static Suite *
generic_suite (void)
{
  Suite *suite = suite_create ("generic");
  TCase *tcase = tcase_create ("generic");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_states);
  tcase_add_test (tcase, test_request_pads);
  tcase_add_test (tcase, test_reuse);
  tcase_add_test (tcase, test_stress);
  tcase_add_test (tcase, test_flush);
  tcase_add_test (tcase, test_renegotiate);
  tcase_add_test (tcase, test_queries);
  tcase_add_test (tcase, test_missing_plugin);
  tcase_add_test (tcase, test_key_state);
  return suite;
}

GST_CHECK_MAIN (generic)
