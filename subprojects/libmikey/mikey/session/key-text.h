/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SESSION_KEY_TEXT_H
#define MIKEY_SESSION_KEY_TEXT_H

/* Keys as people type them. */

#include "../base/secret.h"

#define MIKEY_MIN_PSK 16 /* octets */

/* BAD_CREDENTIAL when a key has fewer than MIKEY_MIN_PSK octets. */
bool mikey_psk_check_length (gsize len, MikeyFault *fault) MIKEY_MUST_CHECK;
/* What mikey_key_from_text() does, NULL on failure. */
MikeySecret *mikey_secret_from_text (MikeySlice text, MikeyFault *fault);
/* Takes over KEY, which is wiped when the last reference to the GBytes goes. */
GBytes *mikey_secret_to_bytes (MikeySecret *key);

#endif
