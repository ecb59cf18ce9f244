/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SESSION_MESSAGE_H
#define MIKEY_SESSION_MESSAGE_H

#include <glib-object.h>
#include <mikey/session/error.h>

G_BEGIN_DECLS

/**
 * MikeyMessage:
 *
 * One parsed MIKEY message. Immutable, reference counted. A message that parses
 * is well formed, not yet authentic: only a #MikeySession makes keys of it.
 */
typedef struct _MikeyMessage MikeyMessage;

#define MIKEY_TYPE_MESSAGE (mikey_message_get_type ())
MIKEY_API GType mikey_message_get_type (void);

/* (transfer full), NULL with error MIKEY_ERROR_WIRE or _LIMIT: exactly one
 * message, to the last octet. */
MIKEY_API MikeyMessage *
mikey_message_new (GBytes *bytes, MikeyTolerances tolerances, GError **error);
/* From base64, hex, an SDP line `a=key-mgmt:mikey ...`, a `KeyMgmt:` header, or
 * the raw octets: what `mikey dump` takes. */
MIKEY_API MikeyMessage *
mikey_message_new_from_text (const gchar *text, gssize length,
                             MikeyTolerances tolerances, GError **error);
MIKEY_API MikeyMessage *mikey_message_ref (MikeyMessage *message);
MIKEY_API void mikey_message_unref (MikeyMessage *message);

MIKEY_API GBytes *mikey_message_get_bytes (MikeyMessage *message); /* none */
MIKEY_API gchar *mikey_message_to_base64 (MikeyMessage *message);  /* full */
MIKEY_API guint mikey_message_get_data_type (MikeyMessage *message);
MIKEY_API const gchar *mikey_message_get_data_type_name (MikeyMessage *message);
MIKEY_API guint32 mikey_message_get_csb_id (MikeyMessage *message);
/* The mode that the message belongs to, MIKEY_MODE_AUTO if no mode in this
 * build claims it. */
MIKEY_API MikeyMode mikey_message_get_mode (MikeyMessage *message);
/* One line, for logs: "Pre-shared, CSB 1a2b3c4d, V 1, 2 CS, T RAND ID SP KEMAC,
 * 188 bytes". Free with g_free(). */
MIKEY_API gchar *mikey_message_summary (MikeyMessage *message);
/* Every field with its name and the registry's name of its value, a line each;
 * keys as their length unless SHOW_KEYS (they are only readable in unprotected
 * messages). */
MIKEY_API gchar *
mikey_message_to_text (MikeyMessage *message, gboolean show_keys);
/* The same as one JSON object. */
MIKEY_API gchar *
mikey_message_to_json (MikeyMessage *message, gboolean show_keys);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MikeyMessage, mikey_message_unref)

G_END_DECLS

#endif
