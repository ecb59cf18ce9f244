/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* CPU per packet of mikeyenc ! mikeydec against srtpenc ! srtpdec:
 * bench-elements [PACKETS [SIZE]]
 *
 * All have the same cipher and an MKI of the same length. They take turns, in
 * short runs of one thread. Of each round the ratio to srtpenc ! srtpdec in the
 * same round counts; what is printed is the median of these with the middle
 * half of them in brackets, and the ratio of the smallest times. The one in
 * between is srtpenc and srtpdec, each in a bin that does nothing: what a bin
 * costs, the floor for elements that are bins. */

#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 40
/* Keys are agreed on, and code is loaded. */
#define WARM_UP 100

#define PSK "000102030405060708090a0b0c0d0e0f"

typedef struct {
  const gchar *name;
  const gchar *enc;
  const gchar *dec;
  gboolean bins;
  gdouble best; /* nanoseconds a packet */
  gdouble ratios[ROUNDS];
} Candidate;

static Candidate candidates[]
    = { { "srtpenc ! srtpdec", "srtpenc", "srtpdec", FALSE, G_MAXDOUBLE },
        { "the same in bins", "srtpenc", "srtpdec", TRUE, G_MAXDOUBLE },
        { "mikeyenc ! mikeydec", "mikeyenc", "mikeydec", FALSE, G_MAXDOUBLE } };

static GstBuffer *
bytes (guint8 fill, gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = fill + i;
  return gst_buffer_new_wrapped (data, size);
}

static GstCaps *
on_request_key (GstElement *dec, guint ssrc, gpointer user_data)
{
  GstBuffer *key = bytes (1, 30), *mki = bytes (2, 4);
  GstCaps *caps = gst_caps_new_simple (
      "application/x-srtp", "srtp-key", GST_TYPE_BUFFER, key, "mki",
      GST_TYPE_BUFFER, mki, "srtp-cipher", G_TYPE_STRING, "aes-128-icm",
      "srtp-auth", G_TYPE_STRING, "hmac-sha1-80", "srtcp-cipher", G_TYPE_STRING,
      "aes-128-icm", "srtcp-auth", G_TYPE_STRING, "hmac-sha1-80", NULL);

  gst_buffer_unref (key);
  gst_buffer_unref (mki);
  return caps;
}

static void
set_keys (GstElement *enc, GstElement *dec)
{
  GstBuffer *key = bytes (1, 30), *mki = bytes (2, 4);

  g_object_set (enc, "key", key, "mki", mki, NULL);
  g_signal_connect (dec, "request-key", G_CALLBACK (on_request_key), NULL);
  gst_buffer_unref (key);
  gst_buffer_unref (mki);
}

static guint received;

static GstFlowReturn
count_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  received++;
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static gint64
cpu_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

static GstBuffer *
make_packet (guint i, gsize size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 12 + size, NULL);
  guint8 header[12] = { 0x80, 96, i >> 8, i, 0, 0, 0, 0, 0, 0, 0, 7 };

  gst_buffer_memset (buffer, 12, 0x5a, size);
  gst_buffer_fill (buffer, 0, header, sizeof header);
  return buffer;
}

static void
begin_stream (GstPad *pad)
{
  GstSegment segment;
  GstCaps *caps = gst_caps_from_string (
      "application/x-rtp,media=audio,payload=96,clock-rate=8000,ssrc=(uint)7");

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (pad, gst_event_new_stream_start ("bench"));
  gst_pad_push_event (pad, gst_event_new_caps (caps));
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
}

typedef struct {
  GstElement *pipeline;
  GstPad *src, *sink;
} Setup;

static void
link_pad (GstElement *element, const gchar *name, GstPad *pad)
{
  GstPad *other = gst_element_get_static_pad (element, name);

  if (!other)
    other = gst_element_request_pad_simple (element, name);
  if (GST_PAD_IS_SRC (pad))
    gst_pad_link (pad, other);
  else
    gst_pad_link (other, pad);
  gst_object_unref (other);
}

static void
add_ghost (GstElement *bin, GstElement *element, const gchar *name)
{
  GstPad *pad = gst_element_get_static_pad (element, name);

  if (!pad)
    pad = gst_element_request_pad_simple (element, name);
  gst_element_add_pad (bin, gst_ghost_pad_new (name, pad));
  gst_object_unref (pad);
}

static GstElement *
put_into_bin (GstElement *element, const gchar *sink, const gchar *src)
{
  GstElement *bin = gst_bin_new (NULL);

  gst_bin_add (GST_BIN (bin), element);
  add_ghost (bin, element, sink);
  add_ghost (bin, element, src);
  return bin;
}

static void
set_up (Setup *self, Candidate *candidate)
{
  GstElement *enc = gst_element_factory_make (candidate->enc, NULL);
  GstElement *dec = gst_element_factory_make (candidate->dec, NULL);

  self->pipeline = gst_pipeline_new (NULL);
  self->src = gst_pad_new ("src", GST_PAD_SRC);
  self->sink = gst_pad_new ("sink", GST_PAD_SINK);
  if (g_str_equal (candidate->enc, "srtpenc")) {
    set_keys (enc, dec);
  } else {
    g_object_set (enc, "psk", PSK, NULL);
    g_object_set (dec, "psk", PSK, NULL);
  }
  if (candidate->bins) {
    enc = put_into_bin (enc, "rtp_sink_0", "rtp_src_0");
    dec = put_into_bin (dec, "rtp_sink", "rtp_src");
  }
  gst_bin_add_many (GST_BIN (self->pipeline), enc, dec, NULL);
  gst_pad_set_chain_function (self->sink, count_chain);
  link_pad (enc, "rtp_sink_0", self->src);
  gst_element_link_pads (enc, "rtp_src_0", dec, "rtp_sink");
  link_pad (dec, "rtp_src", self->sink);
  gst_pad_set_active (self->sink, TRUE);
  gst_pad_set_active (self->src, TRUE);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  begin_stream (self->src);
}

static void
tear_down (Setup *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
  gst_object_unref (self->src);
  gst_object_unref (self->sink);
}

/* Nanoseconds of CPU for each of COUNT packets but the first. */
static gdouble
run (Candidate *candidate, guint count, gsize size)
{
  GstBuffer **packets = g_new (GstBuffer *, count);
  gint64 began, spent;
  Setup setup;

  for (guint i = 0; i < count; i++)
    packets[i] = make_packet (i, size);
  set_up (&setup, candidate);
  received = 0;
  for (guint i = 0; i < WARM_UP; i++)
    gst_pad_push (setup.src, packets[i]);
  began = cpu_now ();
  for (guint i = WARM_UP; i < count; i++)
    gst_pad_push (setup.src, packets[i]);
  spent = cpu_now () - began;
  if (received != count)
    g_error ("%s: %u of %u packets arrive: there is nothing to compare",
             candidate->name, received, count);
  tear_down (&setup);
  g_free (packets);
  return (gdouble)spent / (count - WARM_UP);
}

static int
compare (const void *a, const void *b)
{
  gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;

  return (x > y) - (x < y);
}

static void
run_round (guint round, guint count, gsize size)
{
  gdouble base = 0;

  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++) {
    gdouble spent = run (&candidates[i], count, size);

    if (i == 0)
      base = spent;
    candidates[i].best = MIN (candidates[i].best, spent);
    candidates[i].ratios[round] = spent / base;
  }
}

static void
print (Candidate *candidate, gsize size)
{
  gdouble *ratios = candidate->ratios;

  qsort (ratios, ROUNDS, sizeof *ratios, compare);
  printf ("%-20s %6.0f ns a packet of %" G_GSIZE_FORMAT
          " octets, ratio %.3f [%.3f, %.3f], of the best %.3f\n",
          candidate->name, candidate->best, size, ratios[ROUNDS / 2],
          ratios[ROUNDS / 4], ratios[ROUNDS * 3 / 4],
          candidate->best / candidates[0].best);
}

int
main (int argc, char **argv)
{
  guint count = WARM_UP + (argc > 1 ? atoi (argv[1]) : 3000);
  gsize size = argc > 2 ? atoi (argv[2]) : 1200;

  gst_init (NULL, NULL);
  for (guint round = 0; round < ROUNDS; round++)
    run_round (round, count, size);
  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
    print (&candidates[i], size);
  return 0;
}
