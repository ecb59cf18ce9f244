/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ct.h"

#include <mikey/base/limits.h>
#include <mikey/crypto/mac.h>

/* Verifying a MAC: how much of a forged tag is right does not show, only
 * whether all of it is. */

static bool
verify_leaky (const MikeyMac *mac, MikeySlice key, MikeySlice message,
              MikeySlice tag)
{
  guint8 right[MIKEY_MAX_TAG];

  mac->compute (key, &message, 1, right);
  return ct_leaky_equal (right, tag.data, tag.len);
}

static bool
verify (const MikeyMac *mac, MikeySlice key, MikeySlice message, MikeySlice tag,
        bool leaky)
{
  return leaky ? verify_leaky (mac, key, message, tag)
               : mikey_mac_verify (mac, key, &message, 1, tag);
}

/* The tag as a peer sends it, public, with octet WRONG of it changed. */
static bool
receive (const MikeyMac *mac, gsize wrong, bool leaky)
{
  guint8 key[32], tag[MIKEY_MAX_TAG];
  MikeySlice message = { (const guint8 *)"message", 7 };
  MikeySlice k = { key, mac->key_len };

  ct_fill_secret (key, sizeof key, 3);
  mac->compute (k, &message, 1, tag);
  ct_public (tag, sizeof tag);
  if (wrong < mac->tag_len)
    tag[wrong] ^= 1;
  return ct_public_bool (
      verify (mac, k, message, mikey_slice (tag, mac->tag_len), leaky));
}

int
main (int argc, char **argv)
{
  static const MikeyMac *const macs[]
      = { &mikey_mac_hmac_sha_1_160, &mikey_mac_hmac_sha_256_256 };
  bool leaky = ct_is_leaky (argc, argv);
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (macs); i++)
    if (!receive (macs[i], MIKEY_MAX_TAG, leaky) || receive (macs[i], 0, leaky)
        || receive (macs[i], macs[i]->tag_len - 1, leaky))
      return 1;
  return 0;
}
