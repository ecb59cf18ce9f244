/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_TOOLS_OUTPUT_H
#define MIKEY_TOOLS_OUTPUT_H

/* How the subcommands print: lines for people, or one JSON object. */

#include <mikey/mikey.h>

G_BEGIN_DECLS

/* JSON is written from left to right; commas come by themselves. NAME is NULL
 * inside an array. */
GString *json_new (void);        /* an open object */
void json_print (GString *json); /* closes it, prints and frees it */
void json_begin (GString *json, const gchar *name, gchar bracket);
void json_end (GString *json, gchar bracket);
void json_text (GString *json, const gchar *name, const gchar *text);
void json_number (GString *json, const gchar *name, guint64 number);
void json_bool (GString *json, const gchar *name, gboolean value);

/* A line for each key, `cs=1 ssrc=0x1a2b3c4d tek=HEX salt=HEX mki=HEX`; without
 * SHOW, tek and salt as their lengths. */
void print_keys (GPtrArray *keys, gboolean show);
void json_keys (GString *json, GPtrArray *keys, gboolean show);

/* A message as a line of base64. */
void print_message (GBytes *message);
void json_message (GString *json, const gchar *name, GBytes *message);
/* What it is, in a few words; free with g_free(). */
gchar *message_summary (GBytes *message);

/* What a side prints when it took a message: the REPLY, if any, and the keys.
 */
void print_outcome (MikeySession *session, GBytes *reply, gboolean as_json,
                    gboolean show);
/* The same for a refused one: an Error message may have to go to the peer. */
void print_refusal (GBytes *reply, const GError *error, gboolean as_json);

G_END_DECLS

#endif
