/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ct.h"

#include <mikey/base/secret.h>

/* Comparing secrets: where they differ does not show. */

static bool
equal (MikeySlice a, MikeySlice b, bool leaky)
{
  return leaky ? ct_leaky_equal (a.data, b.data, a.len)
               : mikey_secret_equal (a, b);
}

static bool
compare (guint8 difference, gsize at, bool leaky)
{
  guint8 a[32], b[32];

  ct_fill_secret (a, sizeof a, 9);
  ct_fill_secret (b, sizeof b, 9);
  b[at] ^= difference;
  return ct_public_bool (
      equal (mikey_slice (a, sizeof a), mikey_slice (b, sizeof b), leaky));
}

int
main (int argc, char **argv)
{
  bool leaky = ct_is_leaky (argc, argv);

  if (!compare (0, 0, leaky) || compare (1, 0, leaky)
      || compare (128, 31, leaky))
    return 1;
  return 0;
}
