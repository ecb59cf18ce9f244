/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SDP_KEY_MGMT_H
#define MIKEY_SDP_KEY_MGMT_H

#include <glib-object.h>
#include <mikey/session/error.h>

/* Messages as SDP and RTSP carry them, RFC 4567 3.1 and 3.2: the text only.
 * What sessions, offers and answers make of it comes with the RTSP integration.
 */

G_BEGIN_DECLS

/* The value of the SDP attribute key-mgmt: "mikey BASE64". Free with g_free().
 */
MIKEY_API gchar *mikey_key_mgmt_to_attribute (GBytes *message);
/* The value of the RTSP header KeyMgmt: `prot=mikey;uri="URI";data="BASE64"`.
 * URI NULL: "". Free with g_free(). */
MIKEY_API gchar *mikey_key_mgmt_to_header (GBytes *message, const gchar *uri);
/* The message in a key-mgmt attribute's value: (transfer full), NULL with
 * MIKEY_ERROR_WIRE when it is another protocol's, or no base64. */
MIKEY_API GBytes *
mikey_key_mgmt_from_attribute (const gchar *value, GError **error);

G_END_DECLS

#endif
