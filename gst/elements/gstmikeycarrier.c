/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <mikey/mikey.h>

#include "gstmikeycarrier.h"

#define EVENT_FIELD "message"

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
  return mikey_key_mgmt_from_attribute (text, NULL);
}

GstCaps *
gst_mikey_carrier_to_caps (GstCaps *caps, GBytes *message)
{
  gchar *text = mikey_key_mgmt_to_attribute (message);

  caps = gst_caps_make_writable (caps);
  gst_caps_set_simple (caps, GST_MIKEY_CAPS_FIELD, G_TYPE_STRING, text, NULL);
  g_free (text);
  return caps;
}

GstEvent *
gst_mikey_carrier_to_event (GBytes *message, gboolean downstream)
{
  gchar *text = mikey_key_mgmt_to_attribute (message);
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
  return mikey_key_mgmt_from_attribute (
      gst_structure_get_string (gst_event_get_structure (event), EVENT_FIELD),
      NULL);
}
