/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SESSION_KEY_PARSER_H
#define MIKEY_SESSION_KEY_PARSER_H

/* Text in GKeyFile syntax, where values are keys: nothing of it is copied, and
 * what is not known is an error. */

#include "private.h"

/* Takes a value that stands in a group, whose NAME is "bob" in [peer bob]. */
typedef bool (*MikeySetKey) (void *user, const gchar *name, MikeySlice value,
                             MikeyFault *fault);

typedef struct {
  const gchar *name;
  MikeySetKey set;
} MikeyKnownKey;

#define MIKEY_MAX_KNOWN_KEYS 7

typedef struct {
  const gchar *kind;
  bool named;
  MikeyKnownKey keys[MIKEY_MAX_KNOWN_KEYS + 1]; /* up to one without a name */
} MikeyKnownGroup;

/* KNOWN ends with a group without a kind. FILE is how errors name the text. */
bool mikey_key_parse (MikeySlice text, const gchar *file,
                      const MikeyKnownGroup *known, void *user, GError **error);
/* A value as a string, NULL when a backslash makes no sense. For what is not
 * secret. */
gchar *mikey_key_parse_string (MikeySlice value);

#endif
