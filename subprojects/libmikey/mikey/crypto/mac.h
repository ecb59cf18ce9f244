/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_CRYPTO_MAC_H
#define MIKEY_CRYPTO_MAC_H

/* Message authentication codes of the "MAC alg" registry (RFC 3830 6.2,
 * RFC 6043 6.2), used by KEMAC, V and Error messages. */

#include "../base/secret.h"

typedef struct {
  guint8 code;
  const char *name;
  gsize key_len; /* octets of the authentication key to derive */
  gsize tag_len; /* octets on the wire; 0: NULL */
  /* The tag over the concatenation of PARTS; nothing for NULL. */
  void (*compute) (MikeySlice key, const MikeySlice *parts, guint num_parts,
                   guint8 *tag);
} MikeyMac;

extern const MikeyMac mikey_mac_null;             /* 0 */
extern const MikeyMac mikey_mac_hmac_sha_1_160;   /* 1, mandatory */
extern const MikeyMac mikey_mac_hmac_sha_256_256; /* 2, RFC 6043 */

/* NULL when the code is unknown. */
const MikeyMac *mikey_mac_find (guint32 code);

/* Constant-time comparison of TAG with the tag over PARTS. The NULL MAC never
 * verifies here: a caller that accepts it must say so itself. */
bool
mikey_mac_verify (const MikeyMac *mac, MikeySlice key, const MikeySlice *parts,
                  guint num_parts, MikeySlice tag) MIKEY_MUST_CHECK;

/* HMAC on Nettle over several parts, for these and the PRFs. */
void mikey_hmac_sha1 (MikeySlice key, const MikeySlice *parts, guint num_parts,
                      guint8 *tag);
void mikey_hmac_sha256 (MikeySlice key, const MikeySlice *parts,
                        guint num_parts, guint8 *tag);

#endif
