/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "burn.h"
#include "mac.h"

#include <nettle/hmac.h>
#include <nettle/nettle-meta.h>

typedef union {
  struct sha1_ctx sha1;
  struct sha256_ctx sha256;
} HashState;

typedef struct {
  HashState outer;
  HashState inner;
  HashState state;
} HmacState;

/* Branches on lengths only, which are public. */
static void
hmac (const struct nettle_hash *hash, MikeySlice key, const MikeySlice *parts,
      guint num_parts, guint8 *tag)
{
  HmacState s;
  guint i;

  hmac_set_key (&s.outer, &s.inner, &s.state, hash, key.len, key.data);
  for (i = 0; i < num_parts; i++)
    if (parts[i].len)
      hmac_update (&s.state, hash, parts[i].len, parts[i].data);
  hmac_digest (&s.outer, &s.inner, &s.state, hash, hash->digest_size, tag);
  mikey_wipe (&s, sizeof s);
  mikey_burn_stack ();
}

/* 3830-4.2.1-01, 3830-4.2.4-01 */
void
mikey_hmac_sha1 (MikeySlice key, const MikeySlice *parts, guint num_parts,
                 guint8 *tag)
{
  hmac (&nettle_sha1, key, parts, num_parts, tag);
}

/* 6043-6.2-01 */
void
mikey_hmac_sha256 (MikeySlice key, const MikeySlice *parts, guint num_parts,
                   guint8 *tag)
{
  hmac (&nettle_sha256, key, parts, num_parts, tag);
}
