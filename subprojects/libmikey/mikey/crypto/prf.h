/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_CRYPTO_PRF_H
#define MIKEY_CRYPTO_PRF_H

/* Pseudo-random functions of RFC 3830 4.1.2 and RFC 6043 6.1: one const
 * descriptor each, found by the code of the "PRF func" registry. */

#include "../base/secret.h"

typedef struct {
  guint8 code;      /* registry prf_func */
  const char *name; /* the registry's spelling */
  gsize block;      /* octets of one HMAC output: 20 or 32 */
  /* HMAC of LABEL under KEY, BLOCK octets into TAG. */
  void (*hmac) (MikeySlice key, const MikeySlice *parts, guint num_parts,
                guint8 *tag);
} MikeyPrf;

extern const MikeyPrf mikey_prf_mikey_1;      /* 0, HMAC-SHA-1 */
extern const MikeyPrf mikey_prf_hmac_sha_256; /* 1 */

/* NULL when the code is unknown. */
const MikeyPrf *mikey_prf_find (guint32 code);

/* OUT = PRF (inkey, label), RFC 3830 4.1.2: INKEY is split into blocks of 256
 * bits, each expanded over LABEL with P, the results XORed (3830-4.1.2-02).
 * LABEL is public; INKEY and OUT are secret and handled in constant time for
 * their lengths. INKEY.len >= 1. OUT lies outside INKEY and LABEL. */
void mikey_prf (const MikeyPrf *prf, MikeySlice inkey, MikeySlice label,
                guint8 *out, gsize out_len);

/* The same for a label that is the concatenation of at most MIKEY_PRF_MAX_PARTS
 * parts of any length. */
#define MIKEY_PRF_MAX_PARTS 9
void
mikey_prf_parts (const MikeyPrf *prf, MikeySlice inkey, const MikeySlice *label,
                 guint num_parts, guint8 *out, gsize out_len);

#endif
