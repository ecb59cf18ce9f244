/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_CARRIER_H
#define GST_MIKEY_CARRIER_H

#include <gst/gst.h>

G_BEGIN_DECLS

/* How MIKEY messages look in caps and in events. */

/* The field of SRTP caps that GStreamer turns into the SDP attribute
 * "a=key-mgmt" by itself; its value is "mikey BASE64" (RFC 4567). */
#define GST_MIKEY_CAPS_FIELD "a-key-mgmt"
/* The same attribute, as an application may copy it from SDP. */
#define GST_MIKEY_CAPS_FIELD_SDP "key-mgmt"

/* Name of the custom events, downstream (serialised) and upstream; their field
 * "message" is base64. They are not sticky: GDP cuts an event's type to 16
 * bits, and what is then left of a sticky one sorts before the caps. */
#define GST_MIKEY_EVENT "application/x-mikey-message"

/* (transfer full) (nullable): the message in CAPS. */
GBytes *gst_mikey_carrier_from_caps (GstCaps *caps);
/* (transfer full): CAPS (transfer full) with MESSAGE in them. */
GstCaps *gst_mikey_carrier_to_caps (GstCaps *caps, GBytes *message);

/* (transfer full): MESSAGE as an event downstream, serialised, or upstream.
 */
GstEvent *gst_mikey_carrier_to_event (GBytes *message, gboolean downstream);
/* Whether EVENT is one of ours. */
gboolean gst_mikey_carrier_is_event (GstEvent *event);
/* (transfer full) (nullable): the message in EVENT, NULL if it is not one of
 * ours or holds none. */
GBytes *gst_mikey_carrier_from_event (GstEvent *event);

G_END_DECLS

#endif
