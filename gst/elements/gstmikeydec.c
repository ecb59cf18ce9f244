/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-mikeydec
 * @title: mikeydec
 * @see_also: mikeyenc, srtpdec
 *
 * Recovers RTP and RTCP from SRTP, under keys that it agrees on with the peer
 * by MIKEY (RFC 3830). It has the pads of srtpdec and goes wherever that goes.
 *
 * MIKEY messages come along the pipeline (in the caps field `a-key-mgmt` or
 * `key-mgmt`, and in events), through `signalling`, or from the application by
 * the action `handle-message`.
 *
 * Packets for which there is no key, or that are not authentic, are dropped.
 * When no key at all comes for `key-timeout` seconds after the first packet,
 * that is an error.
 *
 * ## Example launch lines
 *
 * The receiver of mikeyenc's second example:
 * |[
 * gst-launch-1.0 udpsrc port=5004 caps=application/x-srtp,media=audio,\
 * clock-rate=48000,encoding-name=OPUS,payload=96 \
 *   ! mikeydec psk=000102030405060708090a0b0c0d0e0f signalling=udp://127.0.0.1
 * \ ! rtpopusdepay ! opusdec ! audioconvert ! autoaudiosink
 * ]|
 *
 * A file that mikeyenc wrote; its message is as old as the file, and was for
 * this one, so its age does not matter:
 * |[
 * gst-launch-1.0 filesrc location=speech.gdp ! gdpdepay \
 *   ! mikeydec psk=000102030405060708090a0b0c0d0e0f max-clock-skew=-1 \
 *   ! rtpopusdepay ! opusdec ! audioconvert ! fakesink
 * ]|
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "gstmikeycarrier.h"
#include "gstmikeydec.h"
#include "gstmikeydecpad.h"

GST_DEBUG_CATEGORY (gst_mikey_dec_debug);
#define GST_CAT_DEFAULT gst_mikey_dec_debug

#define TEMPLATE(name, direction, caps)                                        \
  GST_STATIC_PAD_TEMPLATE (name, direction, GST_PAD_ALWAYS,                    \
                           GST_STATIC_CAPS (caps))

static GstStaticPadTemplate templates[]
    = { TEMPLATE ("rtp_sink", GST_PAD_SINK, "application/x-srtp"),
        TEMPLATE ("rtp_src", GST_PAD_SRC, "application/x-rtp"),
        TEMPLATE ("rtcp_sink", GST_PAD_SINK, "application/x-srtcp"),
        TEMPLATE ("rtcp_src", GST_PAD_SRC, "application/x-rtcp") };

#define gst_mikey_dec_parent_class parent_class
G_DEFINE_TYPE_WITH_CODE (GstMikeyDec, gst_mikey_dec, GST_TYPE_MIKEY_BIN,
                         GST_DEBUG_CATEGORY_INIT (gst_mikey_dec_debug,
                                                  "mikeydec", 0,
                                                  "SRTP decoder with MIKEY"))
GST_ELEMENT_REGISTER_DEFINE (mikeydec, "mikeydec", GST_RANK_NONE,
                             GST_TYPE_MIKEY_DEC)

static gboolean
gst_mikey_dec_has_children (GstMikeyBin *bin)
{
  return GST_MIKEY_DEC (bin)->pads[0]->stages[0].srtpdec != NULL;
}

static void
gst_mikey_dec_keys_changed (GstMikeyBin *bin)
{
  for (guint i = 0; i < GST_MIKEY_DEC_N_PADS; i++)
    g_atomic_int_set (&GST_MIKEY_DEC (bin)->pads[i]->wake, TRUE);
}

static void
gst_mikey_dec_send (GstMikeyBin *bin, GBytes *message)
{
  for (guint i = 0; i < GST_MIKEY_DEC_N_PADS; i++)
    gst_pad_push_event (GST_MIKEY_DEC (bin)->pads[i]->sink,
                        gst_mikey_carrier_to_event (message, FALSE));
}

/* As Initiator, the streams are not known here: the peer fills them in. */
static void
gst_mikey_dec_started (GstMikeyBin *bin)
{
  GstMikeyAgent *agent = gst_mikey_bin_ref_agent (bin);

  for (guint i = 0; i < GST_MIKEY_DEC_N_PADS; i++)
    gst_mikey_dec_pad_configure (GST_MIKEY_DEC (bin)->pads[i]);
  if (agent && gst_mikey_bin_is_initiator (bin)) {
    gst_mikey_agent_add_stream (agent, 0, 0);
    if (!gst_mikey_bin_is_inband (bin))
      gst_mikey_bin_speak (bin);
  }
  g_clear_object (&agent);
}

static void
gst_mikey_dec_stopped (GstMikeyBin *bin)
{
  for (guint i = 0; i < GST_MIKEY_DEC_N_PADS; i++)
    gst_mikey_dec_pad_reset (GST_MIKEY_DEC (bin)->pads[i]);
}

static void
gst_mikey_dec_add_stats (GstMikeyBin *bin, GstStructure *stats)
{
  guint64 recovered = 0, lost = 0, keyless = 0;

  for (guint i = 0; i < GST_MIKEY_DEC_N_PADS; i++) {
    recovered += GST_MIKEY_DEC (bin)->pads[i]->recovered;
    lost += GST_MIKEY_DEC (bin)->pads[i]->lost;
    keyless += GST_MIKEY_DEC (bin)->pads[i]->keyless;
  }
  gst_structure_set (stats, "recovered", G_TYPE_UINT64, recovered, "dropped",
                     G_TYPE_UINT64, lost, "without-key", G_TYPE_UINT64, keyless,
                     NULL);
}

static void
gst_mikey_dec_finalize (GObject *object)
{
  GstMikeyDec *self = GST_MIKEY_DEC (object);

  for (guint i = 0; i < GST_MIKEY_DEC_N_PADS; i++)
    gst_mikey_dec_pad_free (self->pads[i]);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_mikey_dec_class_init (GstMikeyDecClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstMikeyBinClass *bin_class = (GstMikeyBinClass *)klass;

  G_OBJECT_CLASS (klass)->finalize = gst_mikey_dec_finalize;
  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    gst_element_class_add_static_pad_template (element_class, &templates[i]);
  gst_element_class_set_static_metadata (
      element_class, "SRTP decoder with MIKEY", "Filter/Network/SRTP",
      "Recovers RTP and RTCP from SRTP under keys agreed on by MIKEY (RFC "
      "3830)",
      "The gst-mikey developers");
  bin_class->natural_role = MIKEY_ROLE_RESPONDER;
  bin_class->element_name = "srtpdec";
  bin_class->has_children = gst_mikey_dec_has_children;
  bin_class->started = gst_mikey_dec_started;
  bin_class->stopped = gst_mikey_dec_stopped;
  bin_class->keys_changed = gst_mikey_dec_keys_changed;
  bin_class->send = gst_mikey_dec_send;
  bin_class->add_stats = gst_mikey_dec_add_stats;
}

static void
gst_mikey_dec_init (GstMikeyDec *self)
{
  self->pads[GST_MIKEY_DEC_RTP] = gst_mikey_dec_pad_new (self, FALSE);
  self->pads[GST_MIKEY_DEC_RTCP] = gst_mikey_dec_pad_new (self, TRUE);
  gst_mikey_dec_pad_link_cross (self->pads[GST_MIKEY_DEC_RTP],
                                self->pads[GST_MIKEY_DEC_RTCP]);
  gst_mikey_dec_pad_link_cross (self->pads[GST_MIKEY_DEC_RTCP],
                                self->pads[GST_MIKEY_DEC_RTP]);
}
