/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* mikeyenc: what goes out, and when nothing may. */

#include "gstmikeykeymemory.h"
#include "pair.h"

#define CAPS "application/x-rtp,payload=96,clock-rate=8000,ssrc=(uint)7"

typedef struct {
  GstHarness *h;
  GstFlowReturn flow;
} Pusher;

static gpointer
push_one (gpointer data)
{
  Pusher *pusher = data;

  pusher->flow = gst_harness_push (pusher->h, make_packet (7, 1));
  return NULL;
}

/* An encoder that waits for somebody to send it an offer, and a thread that
 * pushes a packet into it. */
static GThread *
start_pending (Pusher *pusher, const gchar *more)
{
  gchar *line
      = g_strdup_printf ("mikeyenc psk=" PSK " role=responder %s", more);
  GstElement *enc = make_element (line);
  GThread *thread;

  pusher->h = gst_harness_new_with_element (enc, "rtp_sink_0", "rtp_src_0");
  gst_harness_set_src_caps_str (pusher->h, CAPS);
  pusher->flow = GST_FLOW_CUSTOM_ERROR;
  thread = g_thread_new ("push", push_one, pusher);
  g_usleep (100 * 1000);
  fail_unless_equals_int (pusher->flow, GST_FLOW_CUSTOM_ERROR);
  fail_unless (gst_harness_try_pull (pusher->h) == NULL);
  gst_object_unref (enc);
  g_free (line);
  return thread;
}

GST_START_TEST (test_waits_until_flush)
{
  Pusher pusher;
  GThread *thread = start_pending (&pusher, "");

  gst_harness_push_event (pusher.h, gst_event_new_flush_start ());
  g_thread_join (thread);
  fail_unless_equals_int (pusher.flow, GST_FLOW_FLUSHING);
  fail_unless (gst_harness_try_pull (pusher.h) == NULL);
  gst_harness_teardown (pusher.h);
}

GST_END_TEST

GST_START_TEST (test_waits_until_stopped)
{
  Pusher pusher;
  GThread *thread = start_pending (&pusher, "");

  gst_element_set_state (pusher.h->element, GST_STATE_READY);
  g_thread_join (thread);
  fail_unless_equals_int (pusher.flow, GST_FLOW_FLUSHING);
  gst_harness_teardown (pusher.h);
}

GST_END_TEST

GST_START_TEST (test_waits_until_timeout)
{
  GstBus *bus = gst_bus_new ();
  Pusher pusher;
  GThread *thread = start_pending (&pusher, "key-timeout=1");

  gst_element_set_bus (pusher.h->element, bus);
  g_thread_join (thread);
  fail_unless_equals_int (pusher.flow, GST_FLOW_ERROR);
  expect_error (bus, GST_STREAM_ERROR, GST_STREAM_ERROR_DECRYPT_NOKEY, "psk");
  gst_element_set_bus (pusher.h->element, NULL);
  gst_harness_teardown (pusher.h);
  gst_object_unref (bus);
}

GST_END_TEST

GST_START_TEST (test_drop_pending)
{
  GstElement *enc
      = make_element ("mikeyenc psk=" PSK " role=responder drop-pending=true");
  GstHarness *h = gst_harness_new_with_element (enc, "rtp_sink_0", "rtp_src_0");

  gst_harness_set_src_caps_str (h, CAPS);
  for (guint i = 0; i < 10; i++)
    fail_unless_equals_int (gst_harness_push (h, make_packet (7, i)),
                            GST_FLOW_OK);
  fail_unless (gst_harness_try_pull (h) == NULL);
  fail_unless (stat_of (enc, "dropped") == 10);
  gst_harness_teardown (h);
  gst_object_unref (enc);
}

GST_END_TEST

typedef struct {
  const gchar *line;
  GQuark (*domain) (void);
  gint code;
  const gchar *hint;
} Wrong;

static const Wrong wrongs[] = {
  { "mikeyenc psk=xyz", gst_stream_error_quark, GST_STREAM_ERROR_DECRYPT_NOKEY,
    "psk" },
  { "mikeyenc keyring=there-is-no-such-file", gst_stream_error_quark,
    GST_STREAM_ERROR_DECRYPT_NOKEY, "keyring" },
  { "mikeyenc psk=" PSK " rtp-cipher=aes-128-gcm rtp-auth=hmac-sha1-80",
    gst_stream_error_quark, GST_STREAM_ERROR_DECRYPT, "rtp-auth" },
};

GST_START_TEST (test_wrong_settings)
{
  const Wrong *wrong = &wrongs[__i__];
  GstElement *enc = make_element (wrong->line);
  GstBus *bus = gst_bus_new ();
  GstMessage *message;
  GError *error = NULL;
  gchar *debug = NULL;

  gst_element_set_bus (enc, bus);
  fail_unless_equals_int (gst_element_set_state (enc, GST_STATE_PAUSED),
                          GST_STATE_CHANGE_FAILURE);
  message = wait_message (bus, GST_MESSAGE_ERROR, NULL);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, &debug);
  fail_unless (strstr (debug, wrong->hint) != NULL, "%s: %s", error->message,
               debug);
  g_error_free (error);
  g_free (debug);
  gst_message_unref (message);
  gst_element_set_state (enc, GST_STATE_NULL);
  gst_element_set_bus (enc, NULL);
  gst_object_unref (enc);
  gst_object_unref (bus);
}

GST_END_TEST

GST_START_TEST (test_no_caps)
{
  GstElement *enc = make_element ("mikeyenc psk=" PSK);
  GstHarness *h = gst_harness_new_with_element (enc, "rtp_sink_0", "rtp_src_0");
  GstBus *bus = gst_bus_new ();
  GstSegment segment;

  gst_element_set_bus (enc, bus);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (h, gst_event_new_stream_start ("x"));
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  fail_unless_equals_int (gst_pad_push (h->srcpad, make_packet (7, 0)),
                          GST_FLOW_NOT_NEGOTIATED);
  expect_error (bus, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION, "capsfilter");
  gst_element_set_bus (enc, NULL);
  gst_harness_teardown (h);
  gst_object_unref (enc);
  gst_object_unref (bus);
}

GST_END_TEST

static const gchar *const suites[] = {
  "rtp-cipher=aes-128-icm",
  "rtp-cipher=aes-128-icm rtp-auth=hmac-sha1-32",
  "rtp-cipher=aes-256-icm",
  "rtp-cipher=aes-128-gcm",
  "rtp-cipher=aes-256-gcm",
  "rtp-cipher=aes-128-icm rtcp-cipher=null",
  "rtp-cipher=aes-128-icm rtp-auth=null",
  "rtp-cipher=aes-256-icm rtcp-auth=hmac-sha1-32",
};

GST_START_TEST (test_suites)
{
  Pair *pair = pair_new (suites[__i__], suites[__i__]);

  pair_run (pair, 100);
  pair_check (pair);
  pair_free (pair);
}

GST_END_TEST

/* Authentication without a cipher for anything: srtpenc has no key for that, so
 * whoever likes could forge it. And nothing at all. */
static const gchar *const unprotected[]
    = { "rtp-cipher=null", "rtp-cipher=null allow-null=true",
        "rtp-cipher=null rtp-auth=null rtcp-auth=null",
        "rtp-cipher=null rtp-auth=null rtcp-auth=null allow-null=true" };

GST_START_TEST (test_unprotected)
{
  gchar *line = g_strdup_printf ("mikeyenc psk=" PSK " %s", unprotected[__i__]);
  GstElement *enc = make_element (line);
  GstHarness *h = gst_harness_new_with_element (enc, "rtp_sink_0", "rtp_src_0");
  GstBus *bus = gst_bus_new ();

  gst_element_set_bus (enc, bus);
  gst_harness_set_src_caps_str (h, CAPS);
  fail_unless_equals_int (gst_harness_push (h, make_packet (7, 0)),
                          GST_FLOW_ERROR);
  expect_error (bus, GST_STREAM_ERROR, GST_STREAM_ERROR_DECRYPT, "rtp-cipher");
  fail_unless (gst_harness_try_pull (h) == NULL);
  gst_element_set_bus (enc, NULL);
  gst_harness_teardown (h);
  gst_object_unref (enc);
  gst_object_unref (bus);
  g_free (line);
}

GST_END_TEST

/* RTP in the clear but authenticated, which needs a key that RTCP has too. */
GST_START_TEST (test_authenticated_only)
{
  Pair *pair = pair_new ("rtp-cipher=null rtcp-cipher=aes-128-icm",
                         "rtp-cipher=null rtcp-cipher=aes-128-icm");
  GstBuffer *srtp = pair_protect (pair);

  pair_pump (pair);
  fail_unless_equals_int (gst_buffer_get_size (srtp), 12 + PAYLOAD + 4 + 10);
  gst_harness_push (pair->d, gst_buffer_copy_deep (srtp));
  fail_unless (gst_harness_try_pull (pair->d) != NULL);
  gst_buffer_unref (srtp);
  srtp = gst_buffer_make_writable (pair_protect (pair));
  gst_buffer_memset (srtp, 50, 0, 1);
  gst_harness_push (pair->d, srtp);
  fail_unless (gst_harness_try_pull (pair->d) == NULL);
  pair_free (pair);
}

GST_END_TEST

/* Many streams on one pad: each has a key of its own. */
GST_START_TEST (test_many_ssrcs)
{
  Pair *pair = pair_new ("", "");

  for (guint round = 0; round < 20; round++)
    for (guint32 ssrc = 1; ssrc <= 20; ssrc++) {
      pair->ssrc = ssrc;
      pair->index = round;
      pair_run (pair, 1);
    }
  fail_unless_equals_int (pair->sent, 400);
  pair_check (pair);
  pair_free (pair);
}

GST_END_TEST

/* And not one too many. */
GST_START_TEST (test_too_many_ssrcs)
{
  Pair *pair = pair_new ("", "");
  guint through = 0;

  for (guint32 ssrc = 1; ssrc <= 70; ssrc++) {
    GstBuffer *out;

    gst_harness_push (pair->e, make_packet (ssrc, 0));
    out = gst_harness_try_pull (pair->e);
    through += out ? 1 : 0;
    if (out)
      gst_buffer_unref (out);
  }
  fail_unless_equals_int (through, 64);
  pair_free (pair);
}

GST_END_TEST

/* Lists stay lists, unless a key comes in between. */
GST_START_TEST (test_buffer_list)
{
  Pair *pair = pair_new ("rekey-packets=55", "");
  guint64 index = 0;

  for (guint round = 0; round < 50; round++) {
    GstBufferList *list = gst_buffer_list_new ();
    GstBuffer *srtp;

    for (guint i = 0; i < 10; i++)
      gst_buffer_list_add (list, make_packet (pair->ssrc, index++));
    fail_unless_equals_int (gst_pad_push_list (pair->e->srcpad, list),
                            GST_FLOW_OK);
    pair->sent += 10;
    pair_pump (pair);
    while ((srtp = gst_harness_try_pull (pair->e)))
      pair_recover (pair, srtp);
  }
  pair_check (pair);
  fail_unless_equals_int (pair->received, 500);
  pair_free (pair);
}

GST_END_TEST

/* RTP and RTCP of one stream. */
GST_START_TEST (test_rtcp)
{
  Pair *pair = pair_new ("", "");
  GstHarness *e
      = gst_harness_new_with_element (pair->enc, "rtcp_sink_0", "rtcp_src_0");
  GstHarness *d
      = gst_harness_new_with_element (pair->dec, "rtcp_sink", "rtcp_src");

  gst_harness_set_src_caps_str (e, "application/x-rtcp");
  gst_harness_set_src_caps_str (d, "application/x-srtcp");
  pair_run (pair, 10);
  for (guint i = 0; i < 10; i++) {
    GstBuffer *report = make_report (pair->ssrc, 201), *out;

    gst_harness_push (e, gst_buffer_ref (report));
    out = gst_harness_pull (e);
    fail_unless (gst_buffer_get_size (out) > gst_buffer_get_size (report));
    gst_harness_push (d, out);
    out = gst_harness_pull (d);
    fail_unless_equals_int (gst_buffer_get_size (out), 8);
    gst_buffer_unref (out);
    gst_buffer_unref (report);
  }
  pair_run (pair, 10);
  pair_check (pair);
  gst_harness_teardown (e);
  gst_harness_teardown (d);
  pair_free (pair);
}

GST_END_TEST

/* The buffer that carries the key gives it to nobody but its reader, once. */
GST_START_TEST (test_key_memory)
{
  GstElement *reader = gst_element_factory_make ("srtpenc", NULL);
  MikeySession *session;
  MikeyKeyfile *keyring = mikey_keyfile_new ();
  GBytes *psk = mikey_key_from_text (PSK, NULL), *offer;
  MikeyPolicy *policy = mikey_policy_new ();
  MikeyKeys *keys;
  GBytes *secret;
  GstBuffer *buffer, *copy;

  g_object_set (policy, "request-verification", FALSE, NULL);
  mikey_keyfile_add_psk (keyring, NULL, psk, NULL);
  session = mikey_session_new (MIKEY_KEYRING (keyring), policy);
  mikey_session_add_stream (session, 7, 0);
  offer = mikey_session_create_offer (session, NULL);
  fail_unless (offer != NULL);
  keys = mikey_session_find_keys (session, 7);
  secret = mikey_keys_get_key_and_salt (keys);
  buffer = gst_mikey_key_buffer_new (keys, reader, NULL);
#define SHOWS(b)                                                               \
  (gst_buffer_memcmp (b, 0, g_bytes_get_data (secret, NULL),                   \
                      g_bytes_get_size (secret))                               \
   == 0)
  fail_if (SHOWS (buffer));
  copy = gst_buffer_copy_deep (buffer);
  fail_unless_equals_int (gst_buffer_get_size (copy), 0);
  GST_OBJECT_LOCK (reader);
  fail_unless (SHOWS (buffer));
  fail_if (SHOWS (buffer));
  GST_OBJECT_UNLOCK (reader);
  fail_unless_equals_int (gst_buffer_get_size (buffer), 0);
  fail_unless (gst_mikey_key_buffer_was_read (buffer));
  gst_buffer_unref (buffer);
  gst_buffer_unref (copy);
  g_bytes_unref (secret);
  g_bytes_unref (offer);
  g_bytes_unref (psk);
  mikey_keys_unref (keys);
  g_object_unref (session);
  g_object_unref (policy);
  g_object_unref (keyring);
  gst_object_unref (reader);
}

GST_END_TEST

/* A payloader that repeats a number ends srtpenc, unless that is allowed. */
GST_START_TEST (test_repeat)
{
  Pair *pair = pair_new ("allow-repeat-tx=true", "");

  gst_buffer_unref (pair_protect (pair));
  pair->index--;
  gst_buffer_unref (pair_protect (pair));
  pair_free (pair);
}

GST_END_TEST

static Suite *
mikeyenc_suite (void)
{
  Suite *suite = suite_create ("mikeyenc");
  TCase *tcase = tcase_create ("mikeyenc");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_waits_until_flush);
  tcase_add_test (tcase, test_waits_until_stopped);
  tcase_add_test (tcase, test_waits_until_timeout);
  tcase_add_test (tcase, test_drop_pending);
  tcase_add_loop_test (tcase, test_wrong_settings, 0, G_N_ELEMENTS (wrongs));
  tcase_add_test (tcase, test_no_caps);
  tcase_add_loop_test (tcase, test_suites, 0, G_N_ELEMENTS (suites));
  tcase_add_loop_test (tcase, test_unprotected, 0, G_N_ELEMENTS (unprotected));
  tcase_add_test (tcase, test_authenticated_only);
  tcase_add_test (tcase, test_many_ssrcs);
  tcase_add_test (tcase, test_too_many_ssrcs);
  tcase_add_test (tcase, test_buffer_list);
  tcase_add_test (tcase, test_rtcp);
  tcase_add_test (tcase, test_key_memory);
  tcase_add_test (tcase, test_repeat);
  return suite;
}

ELEMENT_CHECK_MAIN (mikeyenc)
