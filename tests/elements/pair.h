/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_PAIR_H
#define TEST_PAIR_H

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/gst.h>
#include <mikey/mikey.h>

#define PSK       "000102030405060708090a0b0c0d0e0f"
#define OTHER_PSK "ffffffffffffffffffffffffffffffff"
#define PAYLOAD   160

/* A mikeyenc and a mikeydec, each in a harness; what goes from one to the other
 * passes through the test's hands, and nothing happens by itself. */
typedef struct {
  GstElement *enc, *dec;
  GstHarness *e, *d;
  GstBus *bus;
  guint32 ssrc;
  guint64 index; /* of the next packet */
  guint sent, received, wrong;
} Pair;

static inline GstElement *
make_element (const gchar *line)
{
  GError *error = NULL;
  GstElement *element = gst_parse_launch (line, &error);

  g_assert_no_error (error);
  return element;
}

/* The elements come with the test, with all their insides, and not from the
 * plugin. */
GST_ELEMENT_REGISTER_DECLARE (mikeyenc)
GST_ELEMENT_REGISTER_DECLARE (mikeydec)

#define ELEMENT_CHECK_MAIN(name)                                               \
  int main (int argc, char **argv)                                             \
  {                                                                            \
    gst_check_init (&argc, &argv);                                             \
    GST_ELEMENT_REGISTER (mikeyenc, NULL);                                     \
    GST_ELEMENT_REGISTER (mikeydec, NULL);                                     \
    return gst_check_run_suite (name##_suite (), #name, __FILE__);             \
  }

/* An RTP packet whose payload tells its index, filled with 0xa5. */
static inline GstBuffer *
make_packet (guint32 ssrc, guint64 index)
{
  guint8 *data = g_malloc (12 + PAYLOAD);

  memset (data, 0xa5, 12 + PAYLOAD);
  data[0] = 0x80;
  data[1] = 96;
  GST_WRITE_UINT16_BE (data + 2, index & 0xffff);
  GST_WRITE_UINT32_BE (data + 4, index * 160);
  GST_WRITE_UINT32_BE (data + 8, ssrc);
  GST_WRITE_UINT64_BE (data + 12, index);
  return gst_buffer_new_wrapped (data, 12 + PAYLOAD);
}

static inline GstBuffer *
make_report (guint32 ssrc, guint8 type)
{
  guint8 data[8] = { 0x80, type, 0, 1 };

  GST_WRITE_UINT32_BE (data + 4, ssrc);
  return gst_buffer_new_memdup (data, sizeof data);
}

static inline gboolean
is_packet (GstBuffer *buffer, guint32 ssrc, guint64 index)
{
  GstBuffer *expected = make_packet (ssrc, index);
  GstMapInfo map;
  gboolean same;

  gst_buffer_map (expected, &map, GST_MAP_READ);
  same = gst_buffer_get_size (buffer) == map.size
         && gst_buffer_memcmp (buffer, 0, map.data, map.size) == 0;
  gst_buffer_unmap (expected, &map);
  gst_buffer_unref (expected);
  return same;
}

/* The index that a recovered packet says it has. */
static inline guint64
index_of (GstBuffer *buffer)
{
  guint8 data[20] = { 0 };

  gst_buffer_extract (buffer, 0, data, sizeof data);
  return GST_READ_UINT64_BE (data + 12);
}

/* Whether anything of the payload can be seen. */
static inline gboolean
shows_payload (GstBuffer *buffer)
{
  static const guint8 pattern[8]
      = { 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5 };
  gsize size = gst_buffer_get_size (buffer);

  for (gsize i = 12; i + sizeof pattern <= size; i++)
    if (gst_buffer_memcmp (buffer, i, pattern, sizeof pattern) == 0)
      return TRUE;
  return FALSE;
}

static inline Pair *
pair_new_full (const gchar *enc, const gchar *dec, guint32 ssrc,
               guint64 first_index)
{
  Pair *self = g_new0 (Pair, 1);
  gchar *caps = g_strdup_printf (
      "application/x-rtp,media=audio,clock-rate=8000,payload=96,"
      "ssrc=(uint)%u",
      ssrc);

  self->ssrc = ssrc;
  self->index = first_index;
  self->bus = gst_bus_new ();
  self->enc = make_element (enc);
  self->dec = make_element (dec);
  gst_element_set_bus (self->enc, self->bus);
  gst_element_set_bus (self->dec, self->bus);
  self->d = gst_harness_new_with_element (self->dec, "rtp_sink", "rtp_src");
  self->e = gst_harness_new_with_element (self->enc, "rtp_sink_0", "rtp_src_0");
  gst_harness_push_event (self->d, gst_event_new_stream_start ("dec"));
  gst_harness_set_src_caps_str (self->e, caps);
  g_free (caps);
  return self;
}

static inline Pair *
pair_new (const gchar *enc_more, const gchar *dec_more)
{
  gchar *enc = g_strdup_printf ("mikeyenc psk=" PSK " %s", enc_more);
  gchar *dec = g_strdup_printf ("mikeydec psk=" PSK " %s", dec_more);
  Pair *self = pair_new_full (enc, dec, 0x11223344, 1000);

  g_free (enc);
  g_free (dec);
  return self;
}

static inline void
pair_free (Pair *self)
{
  gst_element_set_bus (self->enc, NULL);
  gst_element_set_bus (self->dec, NULL);
  gst_harness_teardown (self->e);
  gst_harness_teardown (self->d);
  gst_object_unref (self->enc);
  gst_object_unref (self->dec);
  gst_bus_set_flushing (self->bus, TRUE);
  gst_object_unref (self->bus);
  g_free (self);
}

/* Carries events: caps and messages down, messages up. */
static inline void
pair_pump (Pair *self)
{
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (self->e))) {
    if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START)
      gst_event_unref (event);
    else
      gst_harness_push_event (self->d, event);
  }
  while ((event = gst_harness_try_pull_upstream_event (self->d))) {
    if (GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_UPSTREAM)
      gst_harness_push_upstream_event (self->e, event);
    else
      gst_event_unref (event);
  }
}

/* Protects the next packet. Messages wait in the harness. */
static inline GstBuffer *
pair_protect (Pair *self)
{
  fail_unless_equals_int (
      gst_harness_push (self->e, make_packet (self->ssrc, self->index++)),
      GST_FLOW_OK);
  self->sent++;
  return gst_harness_try_pull (self->e);
}

/* Hands over what came, and looks at what comes out. */
static inline void
pair_recover (Pair *self, GstBuffer *srtp)
{
  GstBuffer *out;

  fail_unless (srtp != NULL);
  fail_if (shows_payload (srtp));
  fail_unless_equals_int (gst_harness_push (self->d, srtp), GST_FLOW_OK);
  while ((out = gst_harness_try_pull (self->d))) {
    self->received++;
    if (!is_packet (out, self->ssrc, index_of (out)))
      self->wrong++;
    gst_buffer_unref (out);
  }
}

/* COUNT packets all the way. */
static inline void
pair_run (Pair *self, guint count)
{
  for (guint i = 0; i < count; i++) {
    GstBuffer *srtp = pair_protect (self);

    pair_pump (self);
    pair_recover (self, srtp);
  }
}

/* Nothing lost, nothing wrong. */
static inline void
pair_check (Pair *self)
{
  fail_unless_equals_int (self->received, self->sent);
  fail_unless_equals_int (self->wrong, 0);
}

static inline guint64
stat_of (GstElement *element, const gchar *name)
{
  GstStructure *stats = NULL;
  guint64 value = 0;

  g_object_get (element, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, name, &value);
  gst_structure_free (stats);
  return value;
}

/* (transfer full) (nullable): the first message of TYPES on BUS that is, if an
 * element message, called NAME. */
static inline GstMessage *
wait_message (GstBus *bus, GstMessageType types, const gchar *name)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  GstMessage *message;

  while (g_get_monotonic_time () < end) {
    message = gst_bus_timed_pop_filtered (bus, GST_SECOND / 10, types);
    if (!message)
      continue;
    if (!name || gst_message_has_name (message, name))
      return message;
    gst_message_unref (message);
  }
  return NULL;
}

/* Checks that an error of DOMAIN and CODE comes, whose text has HINT. */
static inline void
expect_error (GstBus *bus, GQuark domain, gint code, const gchar *hint)
{
  GstMessage *message = wait_message (bus, GST_MESSAGE_ERROR, NULL);
  GError *error = NULL;
  gchar *debug = NULL;

  fail_unless (message != NULL, "no error came");
  gst_message_parse_error (message, &error, &debug);
  fail_unless (g_error_matches (error, domain, code), "another error: %s (%s)",
               error->message, debug);
  fail_unless (strstr (debug, hint) != NULL, "no hint at %s: %s", hint, debug);
  g_error_free (error);
  g_free (debug);
  gst_message_unref (message);
}

/* Runs LINE to its end; how many buffers came to the fakesink "out". *ERROR
 * (transfer full) is NULL if all went well. */
typedef struct {
  GstElement *pipeline;
  guint buffers;
} Run;

static inline void
count_buffer (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer run)
{
  g_atomic_int_inc (&((Run *)run)->buffers);
}

static inline Run *
run_new (const gchar *line)
{
  Run *self = g_new0 (Run, 1);
  GstElement *out;

  self->pipeline = make_element (line);
  out = gst_bin_get_by_name (GST_BIN (self->pipeline), "out");
  if (out) {
    g_object_set (out, "signal-handoffs", TRUE, NULL);
    g_signal_connect (out, "handoff", G_CALLBACK (count_buffer), self);
    gst_object_unref (out);
  }
  return self;
}

static inline void
run_play (Run *self)
{
  fail_if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING)
           == GST_STATE_CHANGE_FAILURE);
}

/* (transfer full): the error or EOS that ends it. */
static inline GstMessage *
run_wait (Run *self)
{
  return gst_bus_timed_pop_filtered (GST_ELEMENT_BUS (self->pipeline),
                                     20 * GST_SECOND,
                                     GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
}

static inline void
run_to_end (Run *self)
{
  GstMessage *message = run_wait (self);

  fail_unless (message != NULL, "nothing came to an end");
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    GError *error = NULL;
    gchar *debug = NULL;

    gst_message_parse_error (message, &error, &debug);
    fail ("%s (%s)", error->message, debug);
  }
  gst_message_unref (message);
}

static inline void
run_free (Run *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
  g_free (self);
}

#endif
