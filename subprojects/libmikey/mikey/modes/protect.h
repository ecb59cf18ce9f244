/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_MODES_PROTECT_H
#define MIKEY_MODES_PROTECT_H

/* Encryption and authentication of messages under a shared secret: a PSK, an
 * envelope key, an MPK (RFC 3830 4.1.4, 4.2.3, 4.2.4, 5.2). */

#include "../crypto/cipher.h"
#include "../crypto/keys.h"
#include "../crypto/mac.h"
#include "rules.h"

/* The secret, and the message that its keys are for. Borrows everything. */
typedef struct {
  const MikeySecret *secret;
  MikeyLabelContext label;
  guint64 timestamp; /* 64 bits, shorter ones padded */
} MikeyProtection;

/* A message whose MAC was verified, or that came unprotected where that is
 * allowed: only of this type are keys read. Made in protect.c only. */
typedef struct {
  const MikeyChecked *checked;
  bool authentic; /* false: unprotected, allowed by policy and carrier */
} MikeyVerified;

/* T as 64 bits (3830-6.6-02, 6043-6.3-01). */
guint64 mikey_t_as_64 (const MikeyT *t);

/* PARTS are what the tag is computed over; TAG has mac->tag_len octets. */
void mikey_protect_tag (const MikeyProtection *protection, const MikeyMac *mac,
                        const MikeySlice *parts, guint num_parts, guint8 *tag);
/* AUTH_FAILED unless TAG is the tag over PARTS. */
bool mikey_protect_verify (const MikeyProtection *protection, guint32 mac_alg,
                           const MikeySlice *parts, guint num_parts,
                           MikeySlice tag, MikeyFault *fault) MIKEY_MUST_CHECK;

/* Verifies the MAC of a KEMAC that ends the message and covers all of it (PSK,
 * DH-HMAC). */
bool mikey_verify_kemac (const MikeyProtection *protection,
                         const MikeyChecked *checked, MikeyVerified *verified,
                         MikeyFault *fault) MIKEY_MUST_CHECK;
/* Verifies V, over the message and EXTRA: the identities and the timestamp
 * (3830-5.2-03, ambiguity A1). */
bool
mikey_verify_v (const MikeyProtection *protection, const MikeyChecked *checked,
                const MikeySlice *extra, guint num_extra,
                MikeyVerified *verified, MikeyFault *fault) MIKEY_MUST_CHECK;
/* For a message without protection: the caller has made sure that policy and
 * carrier allow it. UNPROTECTED when the message does have protection. */
bool
mikey_verify_unprotected (const MikeyChecked *checked, MikeyVerified *verified,
                          MikeyFault *fault) MIKEY_MUST_CHECK;

/* Decrypts the Key data of a KEMAC: a new secret. */
bool mikey_kemac_open (const MikeyProtection *protection,
                       const MikeyVerified *verified, MikeySecret **plain,
                       MikeyFault *fault) MIKEY_MUST_CHECK;
/* Encrypts PLAIN: OUT has PLAIN.len plus the cipher's overhead octets. */
bool mikey_kemac_seal (const MikeyProtection *protection,
                       const MikeyCipher *cipher, MikeySlice plain, guint8 *out,
                       MikeyFault *fault) MIKEY_MUST_CHECK;

#endif
