/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "gstmikeycarrier.h"
#include "gstmikeykeymemory.h"
#include "gstmikeysrtp.h"

/* RFC 5761: payload types that are RTCP packet types when multiplexed. */
#define IS_RTCP_TYPE(type) ((type) >= 192 && (type) <= 223)

const gchar *
gst_mikey_nick (GType type, gint value)
{
  GEnumClass *klass = g_type_class_ref (type);
  const GEnumValue *row = g_enum_get_value (klass, value);

  g_type_class_unref (klass);
  return row ? row->value_nick : "unknown";
}

static const gchar *
cipher_nick (MikeySrtpCipher cipher)
{
  return gst_mikey_nick (MIKEY_TYPE_SRTP_CIPHER, cipher);
}

static const gchar *
auth_nick (MikeySrtpAuth auth)
{
  return gst_mikey_nick (MIKEY_TYPE_SRTP_AUTH, auth);
}

gboolean
gst_mikey_packet_read (GstMikeyPacket *packet, GstBuffer *buffer)
{
  guint8 header[GST_MIKEY_RTP_HEADER_SIZE];
  gsize size = gst_buffer_extract (buffer, 0, header, sizeof header);

  if (size < 8 || header[0] >> 6 != 2)
    return FALSE;
  packet->rtcp = IS_RTCP_TYPE (header[1]);
  if (packet->rtcp) {
    packet->ssrc = GST_READ_UINT32_BE (header + 4);
    packet->seq = 0;
    return TRUE;
  }
  packet->ssrc = GST_READ_UINT32_BE (header + 8);
  packet->seq = GST_READ_UINT16_BE (header + 2);
  return size == sizeof header;
}

gboolean
gst_mikey_srtp_protects (MikeyKeys *keys)
{
  return mikey_keys_get_rtp_cipher (keys) != MIKEY_SRTP_CIPHER_NULL
         || mikey_keys_get_rtcp_cipher (keys) != MIKEY_SRTP_CIPHER_NULL;
}

GstBuffer *
gst_mikey_srtp_set_keys (GstElement *srtpenc, MikeyKeys *keys)
{
  GstBuffer *mki = gst_mikey_key_buffer_new_mki (keys);
  /* srtpenc maps the key before the MKI, srtpdec after it. */
  GstBuffer *key = gst_mikey_key_buffer_new (keys, srtpenc, NULL);

  gst_util_set_object_arg (G_OBJECT (srtpenc), "rtp-cipher",
                           cipher_nick (mikey_keys_get_rtp_cipher (keys)));
  gst_util_set_object_arg (G_OBJECT (srtpenc), "rtp-auth",
                           auth_nick (mikey_keys_get_rtp_auth (keys)));
  gst_util_set_object_arg (G_OBJECT (srtpenc), "rtcp-cipher",
                           cipher_nick (mikey_keys_get_rtcp_cipher (keys)));
  gst_util_set_object_arg (G_OBJECT (srtpenc), "rtcp-auth",
                           auth_nick (mikey_keys_get_rtcp_auth (keys)));
  /* Only these two make srtpenc look at the others. */
  g_object_set (srtpenc, "mki", mki, "key", key, NULL);
  gst_clear_buffer (&mki);
  return key;
}

/* Octets behind the MKI. */
static gsize
tag_length (MikeyKeys *keys, gboolean rtcp)
{
  MikeySrtpAuth auth
      = rtcp ? mikey_keys_get_rtcp_auth (keys) : mikey_keys_get_rtp_auth (keys);

  if (auth == MIKEY_SRTP_AUTH_HMAC_SHA1_80)
    return 10;
  return auth == MIKEY_SRTP_AUTH_HMAC_SHA1_32 ? 4 : 0;
}

gboolean
gst_mikey_srtp_has_mki (MikeyKeys *keys, gboolean rtcp, GstBuffer *packet)
{
  GBytes *mki = mikey_keys_get_mki (keys);
  gsize size = gst_buffer_get_size (packet), behind, length;
  gconstpointer data;

  if (!mki)
    return FALSE;
  data = g_bytes_get_data (mki, &length);
  behind = length + tag_length (keys, rtcp);
  return size >= behind
         && gst_buffer_memcmp (packet, size - behind, data, length) == 0;
}

GstCaps *
gst_mikey_srtp_make_caps (GstElement *srtpdec, guint32 ssrc, guint32 roc,
                          MikeyKeys *keys)
{
  GstBuffer *mki = gst_mikey_key_buffer_new_mki (keys);
  GstBuffer *key = gst_mikey_key_buffer_new (keys, srtpdec, mki);
  /* The MKI even if there is none: a field that srtpdec does not find has the
   * caps logged, and that with its object lock held. */
  GstCaps *caps = gst_caps_new_simple (
      "application/x-srtp", "ssrc", G_TYPE_UINT, ssrc, "roc", G_TYPE_UINT, roc,
      "srtp-cipher", G_TYPE_STRING,
      cipher_nick (mikey_keys_get_rtp_cipher (keys)), "srtp-auth",
      G_TYPE_STRING, auth_nick (mikey_keys_get_rtp_auth (keys)), "srtcp-cipher",
      G_TYPE_STRING, cipher_nick (mikey_keys_get_rtcp_cipher (keys)),
      "srtcp-auth", G_TYPE_STRING, auth_nick (mikey_keys_get_rtcp_auth (keys)),
      "srtp-key", GST_TYPE_BUFFER, key, "mki", GST_TYPE_BUFFER, mki, NULL);

  gst_clear_buffer (&mki);
  gst_buffer_unref (key);
  return caps;
}

gboolean
gst_mikey_srtp_get_roc (GstElement *element, guint32 ssrc, guint32 *roc)
{
  GstStructure *stats = NULL;
  const GValue *streams;
  gboolean found = FALSE;

  g_object_get (element, "stats", &stats, NULL);
  if (!stats)
    return FALSE;
  streams = gst_structure_get_value (stats, "streams");
  for (guint i = 0; !found && i < gst_value_array_get_size (streams); i++) {
    const GstStructure *s
        = gst_value_get_structure (gst_value_array_get_value (streams, i));
    guint its_ssrc = 0, its_roc = 0;

    found = gst_structure_get_uint (s, "ssrc", &its_ssrc) && its_ssrc == ssrc
            && gst_structure_get_uint (s, "roc", &its_roc);
    if (found)
      *roc = its_roc;
  }
  gst_structure_free (stats);
  return found;
}

GstCaps *
gst_mikey_srtp_strip_caps (GstCaps *caps)
{
  caps = gst_caps_make_writable (caps);
  for (guint i = 0; i < gst_caps_get_size (caps); i++)
    gst_structure_remove_fields (
        gst_caps_get_structure (caps, i), "srtp-key", "mki", "srtp-cipher",
        "srtp-auth", "srtcp-cipher", "srtcp-auth", "roc", GST_MIKEY_CAPS_FIELD,
        GST_MIKEY_CAPS_FIELD_SDP, NULL);
  return caps;
}
