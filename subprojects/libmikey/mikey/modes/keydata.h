/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_MODES_KEYDATA_H
#define MIKEY_MODES_KEYDATA_H

/* Traffic keys as Key data sub-payloads: choosing them, writing them, reading
 * them (RFC 3830 6.13, 6.14). */

#include "exchange.h"

/* What kind of key to choose. */
typedef struct {
  MikeyKeyType type;
  bool joined; /* a TEK with the salt behind it, as RTSP equipment has it */
  MikeyKeyValidity validity;
  guint mki_len;    /* octets, validity SPI */
  guint num_keys;   /* 0 means 1 */
  guint64 interval; /* packets of one key, validity interval; 0: all */
} MikeyKeyShape;

/* Chooses new keys of SHAPE for the first policy of the bundle, and adds them
 * to the bundle of the step as one generation. The length of a TGK is stretched
 * to what CIPHER can carry (ambiguity A4). */
bool mikey_fresh_keys (MikeyStep *step, const MikeyKeyShape *shape,
                       const MikeyCipher *cipher,
                       MikeyFault *fault) MIKEY_MUST_CHECK;
/* The newest generation of CSB as a chain of Key data sub-payloads. */
bool mikey_keys_write (const MikeyCsb *csb, MikeySecret **plain,
                       MikeyFault *fault) MIKEY_MUST_CHECK;
/* Reads decrypted Key data and adds them to the bundle of the step as one
 * generation; none is fine in an update only. */
bool
mikey_keys_read (MikeyStep *step, const MikeyVerified *verified,
                 const MikeySecret *plain, MikeyFault *fault) MIKEY_MUST_CHECK;

#endif
