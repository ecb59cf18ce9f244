/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where rtpbin takes srtpenc and srtpdec, it takes mikeyenc and mikeydec. */

#include "pair.h"

typedef struct {
  GstElement *sender, *receiver;
  GstElement *enc[2], *dec[2];
  guint packets;
  guint reports;
} Call;

static GstElement *
make_enc (Call *call, guint id, const gchar *kind)
{
  gchar *name = g_strdup_printf ("%s_sink_%u", kind, id);

  if (!call->enc[id]) {
    call->enc[id]
        = gst_object_ref_sink (gst_element_factory_make ("mikeyenc", NULL));
    g_object_set (call->enc[id], "psk", PSK, NULL);
  }
  gst_object_unref (gst_element_request_pad_simple (call->enc[id], name));
  g_free (name);
  return gst_object_ref (call->enc[id]);
}

static GstElement *
make_dec (Call *call, guint id)
{
  if (!call->dec[id]) {
    call->dec[id]
        = gst_object_ref_sink (gst_element_factory_make ("mikeydec", NULL));
    g_object_set (call->dec[id], "psk", PSK, NULL);
  }
  return gst_object_ref (call->dec[id]);
}

static GstElement *
on_rtp_encoder (GstElement *rtpbin, guint id, Call *call)
{
  return make_enc (call, id, "rtp");
}

static GstElement *
on_rtcp_encoder (GstElement *rtpbin, guint id, Call *call)
{
  return make_enc (call, id, "rtcp");
}

static GstElement *
on_decoder (GstElement *rtpbin, guint id, Call *call)
{
  return make_dec (call, id);
}

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, Call *call)
{
  g_atomic_int_inc (&call->packets);
}

static void
on_pad_added (GstElement *rtpbin, GstPad *pad, Call *call)
{
  GstElement *sink;
  GstPad *target;

  if (!g_str_has_prefix (GST_PAD_NAME (pad), "recv_rtp_src"))
    return;
  sink = gst_element_factory_make ("fakesink", NULL);
  g_object_set (sink, "sync", FALSE, "async", FALSE, "signal-handoffs", TRUE,
                NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), call);
  gst_bin_add (GST_BIN (GST_OBJECT_PARENT (rtpbin)), sink);
  gst_element_sync_state_with_parent (sink);
  target = gst_element_get_static_pad (sink, "sink");
  gst_pad_link (pad, target);
  gst_object_unref (target);
}

static void
on_report (GObject *session, GObject *source, Call *call)
{
  g_atomic_int_inc (&call->reports);
}

static void
link_pads (GstElement *a, const gchar *a_pad, GstElement *b, const gchar *b_pad)
{
  fail_unless (gst_element_link_pads (a, a_pad, b, b_pad), "%s to %s", a_pad,
               b_pad);
}

static void
connect_all (Call *call)
{
  g_signal_connect (call->sender, "request-rtp-encoder",
                    G_CALLBACK (on_rtp_encoder), call);
  g_signal_connect (call->sender, "request-rtcp-encoder",
                    G_CALLBACK (on_rtcp_encoder), call);
  g_signal_connect (call->receiver, "request-rtp-decoder",
                    G_CALLBACK (on_decoder), call);
  g_signal_connect (call->receiver, "request-rtcp-decoder",
                    G_CALLBACK (on_decoder), call);
  g_signal_connect (call->receiver, "pad-added", G_CALLBACK (on_pad_added),
                    call);
}

static void
add_stream (Call *call, GstElement *pipeline, guint id)
{
  gchar *line = g_strdup_printf (
      "audiotestsrc is-live=true samplesperbuffer="
      "160 ! audio/x-raw,rate=8000 ! %s ! %s ssrc=%u",
      id ? "alawenc" : "mulawenc", id ? "rtppcmapay" : "rtppcmupay", 100 + id);
  GstElement *source = gst_parse_bin_from_description (line, TRUE, NULL);
  gchar *pads[5];

  gst_bin_add (GST_BIN (pipeline), source);
  pads[0] = g_strdup_printf ("send_rtp_sink_%u", id);
  pads[1] = g_strdup_printf ("send_rtp_src_%u", id);
  pads[2] = g_strdup_printf ("recv_rtp_sink_%u", id);
  pads[3] = g_strdup_printf ("send_rtcp_src_%u", id);
  pads[4] = g_strdup_printf ("recv_rtcp_sink_%u", id);
  link_pads (source, "src", call->sender, pads[0]);
  link_pads (call->sender, pads[1], call->receiver, pads[2]);
  link_pads (call->sender, pads[3], call->receiver, pads[4]);
  for (guint i = 0; i < G_N_ELEMENTS (pads); i++)
    g_free (pads[i]);
  g_free (line);
}

static GstCaps *
on_pt_map (GstElement *rtpbin, guint id, guint type, gpointer user_data)
{
  return gst_caps_new_simple (
      "application/x-rtp", "media", G_TYPE_STRING, "audio", "clock-rate",
      G_TYPE_INT, 8000, "encoding-name", G_TYPE_STRING, type ? "PCMA" : "PCMU",
      "payload", G_TYPE_INT, type, NULL);
}

/* Two sessions, each with RTP and RTCP, and one mikeyenc and mikeydec for both
 * kinds. */
GST_START_TEST (test_two_sessions)
{
  Call call = { 0 };
  GstElement *pipeline = gst_pipeline_new (NULL);
  gint64 end;

  call.sender = gst_element_factory_make ("rtpbin", NULL);
  call.receiver = gst_element_factory_make ("rtpbin", NULL);
  gst_bin_add_many (GST_BIN (pipeline), call.sender, call.receiver, NULL);
  connect_all (&call);
  g_signal_connect (call.receiver, "request-pt-map", G_CALLBACK (on_pt_map),
                    NULL);
  for (guint id = 0; id < 2; id++) {
    GObject *session = NULL;

    add_stream (&call, pipeline, id);
    g_signal_emit_by_name (call.receiver, "get-internal-session", id, &session);
    g_signal_connect (session, "on-ssrc-active", G_CALLBACK (on_report), &call);
    g_object_unref (session);
  }
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  end = g_get_monotonic_time () + 15 * G_USEC_PER_SEC;
  while ((g_atomic_int_get (&call.packets) < 100
          || g_atomic_int_get (&call.reports) < 2)
         && g_get_monotonic_time () < end)
    g_usleep (50 * 1000);
  fail_unless (g_atomic_int_get (&call.packets) >= 100);
  /* RTCP came through as well: the receiver knows the senders by it. */
  fail_unless (g_atomic_int_get (&call.reports) >= 2);
  fail_unless (stat_of (call.dec[0], "recovered") > 0);
  fail_unless (stat_of (call.dec[1], "recovered") > 0);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  for (guint id = 0; id < 2; id++) {
    gst_object_unref (call.enc[id]);
    gst_object_unref (call.dec[id]);
  }
  gst_object_unref (pipeline);
}

GST_END_TEST

static Suite *
rtpbin_suite (void)
{
  Suite *suite = suite_create ("rtpbin");
  TCase *tcase = tcase_create ("rtpbin");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_two_sessions);
  return suite;
}

ELEMENT_CHECK_MAIN (rtpbin)
