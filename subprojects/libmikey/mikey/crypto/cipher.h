/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_CRYPTO_CIPHER_H
#define MIKEY_CRYPTO_CIPHER_H

/* With prf.h and mac.h: the default transforms, and the optional ones of this
 * kind (3830-4.2-01).
 *
 * Key transport ciphers of the "Encr alg" registry (RFC 3830 4.2.3, RFC 6043
 * 6.2): what encrypts the Key data of a KEMAC payload. */

#include "../base/secret.h"

/* The keys and the message that they belong to. Lengths of KEY and SALT are
 * those of the descriptor. */
typedef struct {
  MikeySlice key;
  MikeySlice salt;
  guint32 csb_id;
  guint64 timestamp; /* of the Initiator; shorter ones padded (3830-6.6-02) */
} MikeyCipherKey;

typedef struct {
  guint8 code;
  const char *name;
  gsize key_len;  /* octets of encr_key to derive */
  gsize salt_len; /* octets of salt key to derive: 14 AES-CM, 8 AES-KW */
  gsize overhead; /* octets that sealing adds */
  /* Can LEN octets of plain text be sealed? (AES-KW: whole blocks of 8, at
   * least 16, ambiguity A4) */
  bool (*accepts) (gsize len);
  /* OUT has PLAIN.len + overhead octets; PLAIN.len is one that is accepted. */
  void (*seal) (const MikeyCipherKey *key, MikeySlice plain, guint8 *out);
  /* OUT has SEALED.len - overhead octets, none if SEALED is shorter. False when
   * the cipher itself finds the text or its length false (AES-KW); OUT is then
   * zero. Constant time. */
  bool (*open) (const MikeyCipherKey *key, MikeySlice sealed, guint8 *out);
} MikeyCipher;

extern const MikeyCipher mikey_cipher_null;       /* 0 */
extern const MikeyCipher mikey_cipher_aes_cm_128; /* 1, mandatory */
extern const MikeyCipher mikey_cipher_aes_kw_128; /* 2 */
extern const MikeyCipher mikey_cipher_aes_cm_256; /* 3, RFC 6043 */

/* NULL when the code is unknown. */
const MikeyCipher *mikey_cipher_find (guint32 code);

#endif
