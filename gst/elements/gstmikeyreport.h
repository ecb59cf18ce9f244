/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_REPORT_H
#define GST_MIKEY_REPORT_H

#include <gst/gst.h>
#include <mikey/mikey.h>

G_BEGIN_DECLS

/* What applications and people get to read: element messages and errors. */

/* Posts an error on the bus: what went wrong by ERROR, and which property may
 * mend it. WHAT says what we were about to do. */
void gst_mikey_report_error (GstElement *element, const gchar *what,
                             const GError *error);

/* Posts "mikey-message": direction ("in" or "out"), carrier, summary (a line),
 * message (base64; not in null mode), and for what was refused, error. */
void gst_mikey_report_message (GstElement *element, gboolean out,
                               const gchar *carrier, GBytes *message,
                               const GError *error);

/* Posts "mikey-keys-changed": mode, peer, generation, crypto-sessions (an array
 * of structures: cs-id, ssrc, generation, mki in hex, ciphers, no keys). */
void gst_mikey_report_keys (GstElement *element, MikeySession *session,
                            GPtrArray *keys);

/* Posts "mikey-key-expiring": ssrc, generation, packets, reason. */
void
gst_mikey_report_expiring (GstElement *element, guint32 ssrc, guint generation,
                           guint64 packets, const gchar *reason);

/* Adds the crypto sessions of KEYS to S, as in "mikey-keys-changed". */
void gst_mikey_report_take_keys (GstStructure *s, GPtrArray *keys);

G_END_DECLS

#endif
