/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "burn.h"
#include "cipher.h"

#include "../base/types.h"

#include <nettle/aes.h>
#include <nettle/nettle-meta.h>
#include <nettle/nist-keywrap.h>

/* AES key wrap (RFC 3394), whose IV is here the salt and not the RFC's own
 * constant (3830-4.2.3-06). */

#define HALF_BLOCK 8 /* the unit of key wrap; also its IV and what it adds */
#define MIN_LEN    (2 * HALF_BLOCK)

/* RFC 3830 knows no padding, so what does not fit is refused (A4). */
static bool
accepts (gsize len)
{
  return len >= MIN_LEN && len % HALF_BLOCK == 0;
}

static void
seal (const MikeyCipherKey *key, MikeySlice plain, guint8 *out)
{
  struct aes128_ctx expanded;

  nettle_aes128.set_encrypt_key (&expanded, key->key.data);
  nist_keywrap16 (&expanded, nettle_aes128.encrypt, key->salt.data,
                  plain.len + HALF_BLOCK, out, plain.data);
  mikey_wipe (&expanded, sizeof expanded);
  mikey_burn_stack ();
}

/* Writes LEN octets either way; whether they are right takes no branch. */
static bool
unwrap (const MikeyCipherKey *key, const guint8 *sealed, guint8 *out, gsize len)
{
  struct aes128_ctx expanded;
  guint8 mask;
  gsize i;
  int ok;

  nettle_aes128.set_decrypt_key (&expanded, key->key.data);
  ok = nist_keyunwrap16 (&expanded, nettle_aes128.decrypt, key->salt.data, len,
                         out, sealed);
  mikey_wipe (&expanded, sizeof expanded);
  mikey_burn_stack ();
  mask = (guint8)-ok;
  for (i = 0; i < len; i++)
    out[i] &= mask;
  return ok;
}

/* The length is the sender's, and nettle asserts on one that is no wrapped
 * key's. */
static bool
open_wrapped (const MikeyCipherKey *key, MikeySlice sealed, guint8 *out)
{
  gsize len = sealed.len - HALF_BLOCK;

  if (sealed.len < HALF_BLOCK)
    return false;
  if (accepts (len))
    return unwrap (key, sealed.data, out, len);
  mikey_wipe (out, len);
  return false;
}

const MikeyCipher mikey_cipher_aes_kw_128 = { MIKEY_ENCR_AES_KW_128,
                                              "AES-KW-128",
                                              AES128_KEY_SIZE,
                                              HALF_BLOCK,
                                              HALF_BLOCK,
                                              accepts,
                                              seal,
                                              open_wrapped };
