/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "burn.h"
#include "cipher.h"

#include "../base/types.h"

#include <nettle/aes.h>
#include <nettle/memxor.h>
#include <nettle/nettle-meta.h>
#include <string.h>

/* AES in counter mode as SRTP has it, with SRTP_PREFIX_LENGTH 0
 * (3830-4.2.3-01, 6043-6.2-01). */

#define SALT_LEN 14 /* 112 bits */
/* What one IV is good for, 2^16 blocks (3830-4.2.3-03): one more
 * would find the counter at 0 again, and the same key stream. */
#define MAX_LEN ((gsize)AES_BLOCK_SIZE << 16)

typedef union {
  struct aes128_ctx aes128;
  struct aes256_ctx aes256;
} AesKey;

/* IV = (S XOR (0x0000 || CSB ID || T)) || 0x0000 (3830-4.2.3-02). A COUNTER as
 * T comes with leading zeros, being a number here (3830-6.6-02, A29). */
static void
make_iv (const MikeyCipherKey *key, guint8 iv[AES_BLOCK_SIZE])
{
  guint8 ids[4 + 8];

  mikey_put_u32 (ids, key->csb_id);
  mikey_put_u64 (ids + 4, key->timestamp);
  memset (iv, 0, AES_BLOCK_SIZE);
  memcpy (iv, key->salt.data, SALT_LEN);
  memxor (iv + 2, ids, sizeof ids);
}

/* The counter is written and not counted: Nettle's own counter mode tests the
 * salt's half of it for a carry, and leaves key stream behind. */
static void
add_key_stream (const struct nettle_cipher *aes, const void *expanded,
                guint8 *counter, MikeySlice in, guint8 *out)
{
  guint8 stream[AES_BLOCK_SIZE];
  gsize done;

  for (done = 0; done < in.len; done += AES_BLOCK_SIZE) {
    counter[SALT_LEN] = (guint8)(done / AES_BLOCK_SIZE >> 8);
    counter[SALT_LEN + 1] = (guint8)(done / AES_BLOCK_SIZE);
    aes->encrypt (expanded, AES_BLOCK_SIZE, stream, counter);
    memxor3 (out + done, in.data + done, stream,
             MIN (AES_BLOCK_SIZE, in.len - done));
  }
  mikey_wipe (stream, sizeof stream);
}

/* Sealing and opening are one thing. An empty text, as in an update without
 * keys, stays one (3830-6.2-03). */
static void
crypt_text (const struct nettle_cipher *aes, const MikeyCipherKey *key,
            MikeySlice in, guint8 *out)
{
  AesKey expanded;
  guint8 counter[AES_BLOCK_SIZE];

  aes->set_encrypt_key (&expanded, key->key.data);
  make_iv (key, counter);
  add_key_stream (aes, &expanded, counter, in, out);
  mikey_wipe (&expanded, sizeof expanded);
  mikey_wipe (counter, sizeof counter);
  mikey_burn_stack ();
}

static bool
accepts (gsize len)
{
  return len <= MAX_LEN;
}

static void
seal_128 (const MikeyCipherKey *key, MikeySlice plain, guint8 *out)
{
  crypt_text (&nettle_aes128, key, plain, out);
}

static bool
open_128 (const MikeyCipherKey *key, MikeySlice sealed, guint8 *out)
{
  crypt_text (&nettle_aes128, key, sealed, out);
  return true;
}

static void
seal_256 (const MikeyCipherKey *key, MikeySlice plain, guint8 *out)
{
  crypt_text (&nettle_aes256, key, plain, out);
}

static bool
open_256 (const MikeyCipherKey *key, MikeySlice sealed, guint8 *out)
{
  crypt_text (&nettle_aes256, key, sealed, out);
  return true;
}

const MikeyCipher mikey_cipher_aes_cm_128 = { MIKEY_ENCR_AES_CM_128,
                                              "AES-CM-128",
                                              AES128_KEY_SIZE,
                                              SALT_LEN,
                                              0,
                                              accepts,
                                              seal_128,
                                              open_128 };

const MikeyCipher mikey_cipher_aes_cm_256 = { MIKEY_ENCR_AES_CM_256,
                                              "AES-CM-256",
                                              AES256_KEY_SIZE,
                                              SALT_LEN,
                                              0,
                                              accepts,
                                              seal_256,
                                              open_256 };
