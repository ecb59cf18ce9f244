/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <string.h>

#include "gstmikeycarrier.h"

#define PROTOCOL    "mikey"
#define EVENT_FIELD "message"
/* The longest message that UDP carries, in base64, and some more. */
#define MAX_TEXT (64 * 1024 * 4 / 3 + 64)

gchar *
gst_mikey_carrier_to_text (GBytes *message)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);
  gchar *base64 = g_base64_encode (data, size);
  gchar *text = g_strconcat (PROTOCOL " ", base64, NULL);

  g_free (base64);
  return text;
}

/* Where the base64 of TEXT begins, NULL if this is another protocol's. */
static const gchar *
skip_protocol (const gchar *text)
{
  const gchar *space = strchr (text, ' ');

  if (!space)
    return text;
  if (space - text != (gssize)strlen (PROTOCOL)
      || g_ascii_strncasecmp (text, PROTOCOL, strlen (PROTOCOL)))
    return NULL;
  while (*space == ' ')
    space++;
  return space;
}

GBytes *
gst_mikey_carrier_from_text (const gchar *text)
{
  const gchar *base64;
  guint8 *data;
  gsize size = 0;

  if (!text || strlen (text) > MAX_TEXT)
    return NULL;
  base64 = skip_protocol (text);
  if (!base64 || !*base64)
    return NULL;
  data = g_base64_decode (base64, &size);
  if (size == 0) {
    g_free (data);
    return NULL;
  }
  return g_bytes_new_take (data, size);
}

GBytes *
gst_mikey_carrier_from_caps (GstCaps *caps)
{
  const GstStructure *s;
  const gchar *text;

  if (gst_caps_get_size (caps) == 0)
    return NULL;
  s = gst_caps_get_structure (caps, 0);
  text = gst_structure_get_string (s, GST_MIKEY_CAPS_FIELD);
  if (!text)
    text = gst_structure_get_string (s, GST_MIKEY_CAPS_FIELD_SDP);
  return gst_mikey_carrier_from_text (text);
}

GstCaps *
gst_mikey_carrier_to_caps (GstCaps *caps, GBytes *message)
{
  gchar *text = gst_mikey_carrier_to_text (message);

  caps = gst_caps_make_writable (caps);
  gst_caps_set_simple (caps, GST_MIKEY_CAPS_FIELD, G_TYPE_STRING, text, NULL);
  g_free (text);
  return caps;
}

GstEvent *
gst_mikey_carrier_to_event (GBytes *message, gboolean downstream)
{
  gchar *text = gst_mikey_carrier_to_text (message);
  GstStructure *s = gst_structure_new (GST_MIKEY_EVENT, EVENT_FIELD,
                                       G_TYPE_STRING, text, NULL);

  g_free (text);
  return gst_event_new_custom (
      downstream ? GST_EVENT_CUSTOM_DOWNSTREAM : GST_EVENT_CUSTOM_UPSTREAM, s);
}

gboolean
gst_mikey_carrier_is_event (GstEvent *event)
{
  return gst_event_has_name (event, GST_MIKEY_EVENT);
}

GBytes *
gst_mikey_carrier_from_event (GstEvent *event)
{
  if (!gst_mikey_carrier_is_event (event))
    return NULL;
  return gst_mikey_carrier_from_text (
      gst_structure_get_string (gst_event_get_structure (event), EVENT_FIELD));
}
