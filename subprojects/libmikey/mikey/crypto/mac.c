/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mac.h"

#include "../base/limits.h"
#include "../base/types.h"

#include <nettle/sha1.h>
#include <nettle/sha2.h>

static void
compute_nothing (MikeySlice key, const MikeySlice *parts, guint num_parts,
                 guint8 *tag)
{
}

/* 3830-6.2-02. May be computed, never verified: see mikey_mac_verify(). */
const MikeyMac mikey_mac_null
    = { MIKEY_MAC_NULL, "NULL", 0, 0, compute_nothing };

/* 3830-4.2.4-02: keys as long as the hash's output. */
const MikeyMac mikey_mac_hmac_sha_1_160
    = { MIKEY_MAC_HMAC_SHA_1_160, "HMAC-SHA-1-160", SHA1_DIGEST_SIZE,
        SHA1_DIGEST_SIZE, mikey_hmac_sha1 };

const MikeyMac mikey_mac_hmac_sha_256_256
    = { MIKEY_MAC_HMAC_SHA_256_256, "HMAC-SHA-256-256", SHA256_DIGEST_SIZE,
        SHA256_DIGEST_SIZE, mikey_hmac_sha256 };

G_STATIC_ASSERT (SHA256_DIGEST_SIZE <= MIKEY_MAX_TAG);

static const MikeyMac *const macs[] = {
  &mikey_mac_null,
  &mikey_mac_hmac_sha_1_160,
  &mikey_mac_hmac_sha_256_256,
};

const MikeyMac *
mikey_mac_find (guint32 code)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (macs); i++)
    if (macs[i]->code == code)
      return macs[i];
  return NULL;
}

bool
mikey_mac_verify (const MikeyMac *mac, MikeySlice key, const MikeySlice *parts,
                  guint num_parts, MikeySlice tag)
{
  /* The right tag of what may be a forgery: a secret as long as nobody sent it.
   */
  g_auto (MikeyStackSecret) right = { 0 };

  /* 3830-4.2.4-03: an empty tag equals an empty tag, and that proves nothing.
   */
  if (mac->tag_len == 0 || tag.len != mac->tag_len)
    return false;
  mac->compute (key, parts, num_parts, right.data);
  return mikey_secret_equal (mikey_slice (right.data, mac->tag_len), tag);
}
