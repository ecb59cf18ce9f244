/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ct.h"

#include <mikey/crypto/keys.h>

/* Deriving keys: nothing about input key or output shows. */

static void
derive (const MikeyPrf *prf, gsize inkey_len)
{
  MikeyLabelContext context
      = { prf, 0x12345678, mikey_slice ("0123456789abcdef", 16) };
  guint8 inkey[192], out[46];

  ct_fill_secret (inkey, inkey_len, 1);
  mikey_derive (&context, MIKEY_LABEL_TEK, 1, mikey_slice (inkey, inkey_len),
                out, sizeof out);
  ct_public (out, sizeof out);
}

/* Leaves out a block of zeros, as one that would change little. */
static void
derive_leaky (const MikeyPrf *prf)
{
  static const guint8 zeros[32];
  guint8 inkey[64], out[20];
  MikeySlice used = { inkey, sizeof inkey };

  ct_fill_secret (inkey, sizeof inkey, 1);
  if (ct_leaky_equal (inkey + 32, zeros, 32))
    used.len = 32;
  mikey_prf (prf, used, mikey_slice ("label", 5), out, sizeof out);
}

int
main (int argc, char **argv)
{
  static const gsize lens[] = { 16, 20, 32, 33, 64, 192 };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (lens); i++) {
    derive (&mikey_prf_mikey_1, lens[i]);
    derive (&mikey_prf_hmac_sha_256, lens[i]);
  }
  if (ct_is_leaky (argc, argv))
    derive_leaky (&mikey_prf_mikey_1);
  return 0;
}
