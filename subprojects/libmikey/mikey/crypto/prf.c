/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "prf.h"

#include "../base/types.h"
#include "mac.h"

#include <nettle/memxor.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <string.h>

/* Octets of one block of the input key: 256 bits with either hash
 * (3830-4.1.2-02, 6043-6.1-03). */
#define KEY_BLOCK 32

/* 3830-4.2.2-02 */
const MikeyPrf mikey_prf_mikey_1
    = { MIKEY_PRF_MIKEY_1, "MIKEY-1", SHA1_DIGEST_SIZE, mikey_hmac_sha1 };

/* 6043-6.1-03 */
const MikeyPrf mikey_prf_hmac_sha_256
    = { MIKEY_PRF_HMAC_SHA_256, "PRF-HMAC-SHA-256", SHA256_DIGEST_SIZE,
        mikey_hmac_sha256 };

/* 3830-4.1.2-03 */
static const MikeyPrf *const prfs[] = {
  &mikey_prf_mikey_1,
  &mikey_prf_hmac_sha_256,
};

const MikeyPrf *
mikey_prf_find (guint32 code)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (prfs); i++)
    if (prfs[i]->code == code)
      return prfs[i];
  return NULL;
}

/* OUT ^= P (KEY, label, m), the label being PARTS from the second on: before it
 * stands the place of A_i, so that HMAC reads A_i || label and nobody has to
 * join the two (3830-4.1.2-01). */
static void
add_p (const MikeyPrf *prf, MikeySlice key, MikeySlice *parts, guint num_parts,
       guint8 *out, gsize out_len)
{
  g_auto (MikeyStackSecret) a = { 0 };
  g_auto (MikeyStackSecret) block = { 0 };
  gsize done;

  parts[0] = mikey_slice (a.data, prf->block);
  prf->hmac (key, parts + 1, num_parts - 1, a.data); /* A_1 */
  for (done = 0; done < out_len; done += prf->block) {
    if (done)
      prf->hmac (key, parts, 1, a.data); /* A_i from A_(i-1) */
    prf->hmac (key, parts, num_parts, block.data);
    memxor (out + done, block.data, MIN (prf->block, out_len - done));
  }
}

void
mikey_prf_parts (const MikeyPrf *prf, MikeySlice inkey, const MikeySlice *label,
                 guint num_parts, guint8 *out, gsize out_len)
{
  MikeySlice parts[1 + MIKEY_PRF_MAX_PARTS];
  gsize done;

  /* lint: allow assert: a caller's constant, nothing a peer could choose */
  g_assert (num_parts <= MIKEY_PRF_MAX_PARTS);
  memcpy (parts + 1, label, num_parts * sizeof *label);
  memset (out, 0, out_len);
  /* 3830-4.1.2-02: also the last block in full where it is full. Peers exist
   * that leave it out (A21), which throws key away and is not followed. */
  for (done = 0; done < inkey.len; done += KEY_BLOCK)
    add_p (prf,
           mikey_slice (inkey.data + done, MIN (KEY_BLOCK, inkey.len - done)),
           parts, 1 + num_parts, out, out_len);
}

void
mikey_prf (const MikeyPrf *prf, MikeySlice inkey, MikeySlice label, guint8 *out,
           gsize out_len)
{
  mikey_prf_parts (prf, inkey, &label, 1, out, out_len);
}
