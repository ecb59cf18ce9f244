/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_WIRE_PRINT_H
#define MIKEY_WIRE_PRINT_H

/* Messages for people and for scripts: every field by the RFC's name, with the
 * registry's name of its value, one line each. Key material is printed as its
 * length, unless SHOW_KEYS. Strings are the caller's, to be freed; what was
 * printed with SHOW_KEYS is the caller's to wipe as well.
 *
 * CHAIN was parsed or written: payloads know their offsets. */

#include "chain.h"

/* Indented text:
 *
 *   T at byte 19, 10 bytes
 *     Next payload: 11 (RAND)
 *     TS type: 0 (NTP-UTC)
 *     TS value: c8e350ea00000000 (2006-10-17T13:45:14Z)
 */
char *mikey_print_text (const MikeyChain *chain, bool show_keys);
/* The same as one JSON object. */
char *mikey_print_json (const MikeyChain *chain, bool show_keys);
/* One line: "Pre-shared, CSB 1a2b3c4d, V 1, 2 CS, T RAND SP KEMAC, 188 bytes".
 * LEN is the length of the message. */
char *mikey_print_summary (const MikeyChain *chain, gsize len);

#endif
