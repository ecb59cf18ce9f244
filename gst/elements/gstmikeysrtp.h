/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_SRTP_H
#define GST_MIKEY_SRTP_H

#include <gst/gst.h>
#include <mikey/mikey.h>

G_BEGIN_DECLS

/* How keys, caps and packets look to srtpenc and srtpdec. */

/* Octets that are enough to read the SSRC of RTP and of RTCP. */
#define GST_MIKEY_RTP_HEADER_SIZE 12

/**
 * GstMikeyPacket:
 * @ssrc: of the sender
 * @seq: sequence number, 0 for RTCP
 * @rtcp: whether this is RTCP
 *
 * What of a packet's header we look at; it is in the clear in SRTP too.
 */
typedef struct {
  guint32 ssrc;
  guint16 seq;
  gboolean rtcp;
} GstMikeyPacket;

/**
 * gst_mikey_packet_read:
 * @packet: (out): what is read
 * @buffer: an RTP, RTCP, SRTP or SRTCP packet, or both kinds multiplexed
 *
 * Returns: %FALSE if it is too short or of another version
 */
gboolean gst_mikey_packet_read (GstMikeyPacket *packet, GstBuffer *buffer);

/* What VALUE of the enumeration TYPE is called; srtpenc and srtpdec know
 * ciphers by the same nicks. */
const gchar *gst_mikey_nick (GType type, gint value);

/* Whether RTP or RTCP is encrypted with KEYS. If neither is, srtpenc and
 * srtpdec use no key at all, not even to authenticate, and libsrtp refuses. */
gboolean gst_mikey_srtp_protects (MikeyKeys *keys);

/**
 * gst_mikey_srtp_set_keys:
 * @srtpenc: an srtpenc; only the streaming thread of its pads may call this
 * @keys: what it is to protect with from now on
 *
 * Sets ciphers, MKI and key, so that no packet can come between them.
 *
 * Returns: (transfer full): the key's buffer, of which
 *   gst_mikey_key_buffer_was_read() tells when srtpenc has used it
 */
GstBuffer *gst_mikey_srtp_set_keys (GstElement *srtpenc, MikeyKeys *keys);

/**
 * gst_mikey_srtp_make_caps:
 * @srtpdec: the srtpdec that asks
 * @ssrc: for which stream
 * @roc: its rollover counter
 * @keys: its key
 *
 * Returns: (transfer full): caps as its signal `request-key` wants them
 */
GstCaps *gst_mikey_srtp_make_caps (GstElement *srtpdec, guint32 ssrc,
                                   guint32 roc, MikeyKeys *keys);

/* Whether PACKET, SRTCP or SRTP, has the MKI of KEYS where they put it. */
gboolean
gst_mikey_srtp_has_mki (MikeyKeys *keys, gboolean rtcp, GstBuffer *packet);

/**
 * gst_mikey_srtp_get_roc:
 * @element: an srtpenc or srtpdec
 * @roc: (out): the rollover counter of stream @ssrc
 *
 * Takes the element's object lock. Returns: %FALSE if there is no such stream
 */
gboolean
gst_mikey_srtp_get_roc (GstElement *element, guint32 ssrc, guint32 *roc);

/**
 * gst_mikey_srtp_strip_caps:
 * @caps: (transfer full): caps with or without the fields that srtpenc adds and
 *   those that carry MIKEY messages
 *
 * Returns: (transfer full): the same without them
 */
GstCaps *gst_mikey_srtp_strip_caps (GstCaps *caps);

/* Hand a packet, or a list of them, to an SRTP element whose SINKPAD nobody
 * else feeds. In place of gst_pad_chain(), whose locks and checks repeat what
 * the ghost pad in front has just done: that makes 2 % of all work on a packet.
 * Our ghost pads are inactive before SINKPAD is, see
 * gst_mikey_bin_change_state(). */
static inline GstFlowReturn
gst_mikey_srtp_feed (GstPad *sinkpad, GstBuffer *buffer)
{
  return GST_PAD_CHAINFUNC (sinkpad) (sinkpad, GST_OBJECT_PARENT (sinkpad),
                                      buffer);
}

static inline GstFlowReturn
gst_mikey_srtp_feed_list (GstPad *sinkpad, GstBufferList *list)
{
  return GST_PAD_CHAINLISTFUNC (sinkpad) (sinkpad, GST_OBJECT_PARENT (sinkpad),
                                          list);
}

G_END_DECLS

#endif
