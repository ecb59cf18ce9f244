/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SESSION_TEXT_H
#define MIKEY_SESSION_TEXT_H

#include <glib.h>

/* The octets of a message in one of the forms in which people have it: base64
 * (white space and missing padding are fine), hex, an SDP line, a KeyMgmt
 * header, or the octets themselves. A new GBytes, NULL with MIKEY_ERROR_WIRE.
 */
GBytes *mikey_octets_from_text (const gchar *text, gsize len, GError **error);
/* Strict base64: only the canonical form (promise: "non-canonical forms are
 * rejected"), but padding may be missing. NULL: it is not. */
GBytes *mikey_octets_from_base64 (const gchar *text, gsize len);
/* An even number of hex digits. NULL: it is not. */
GBytes *mikey_octets_from_hex (const gchar *text, gsize len);

#endif
