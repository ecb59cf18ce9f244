/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hex.h"

#include <mikey/base/types.h>
#include <mikey/crypto/cipher.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#define ROUNDS 10000
#define BLOCK  16

/* 3830-6.2-02, 6043-6.2-01 */
static void
test_registry (void)
{
  static const struct {
    guint32 code;
    gsize key_len, salt_len, overhead;
  } rows[] = { { MIKEY_ENCR_NULL, 0, 0, 0 },
               { MIKEY_ENCR_AES_CM_128, 16, 14, 0 },
               { MIKEY_ENCR_AES_KW_128, 16, 8, 8 },
               { MIKEY_ENCR_AES_CM_256, 32, 14, 0 } };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    const MikeyCipher *cipher = mikey_cipher_find (rows[i].code);

    g_assert_cmpuint (cipher->code, ==, rows[i].code);
    g_assert_cmpuint (cipher->key_len, ==, rows[i].key_len);
    g_assert_cmpuint (cipher->salt_len, ==, rows[i].salt_len);
    g_assert_cmpuint (cipher->overhead, ==, rows[i].overhead);
  }
  g_assert_null (mikey_cipher_find (4));
  g_assert_null (mikey_cipher_find (256));
  g_assert_null (mikey_cipher_find (G_MAXUINT32));
}

/* 3830-4.2.3-04 */
static void
test_null (void)
{
  MikeyCipherKey key = { MIKEY_SLICE_EMPTY, MIKEY_SLICE_EMPTY, 1, 2 };
  MikeySlice plain = text_slice ("in clear");
  guint8 out[8];

  g_assert_true (mikey_cipher_null.accepts (0));
  g_assert_true (mikey_cipher_null.accepts (65535));
  mikey_cipher_null.seal (&key, plain, out);
  g_assert_cmpmem (out, sizeof out, plain.data, plain.len);
  memset (out, 0, sizeof out);
  g_assert_true (mikey_cipher_null.open (&key, plain, out));
  g_assert_cmpmem (out, sizeof out, plain.data, plain.len);
  mikey_cipher_null.seal (&key, MIKEY_SLICE_EMPTY, NULL);
}

/* --- AES-CM --- */

/* SRTP's vectors give the counter's first value; with CSB ID and timestamp zero
 * ours is the salt. */
typedef struct {
  const MikeyCipher *cipher;
  const char *key, *salt;
  gsize at; /* octets into the key stream */
  const char *stream;
} StreamCase;

#define RFC3711_KEY "2B7E151628AED2A6ABF7158809CF4F3C"
#define RFC6188_KEY                                                            \
  "57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98"
#define STREAM_SALT "F0F1F2F3F4F5F6F7F8F9FAFBFCFD"

static const StreamCase stream_cases[] = {
  /* RFC 3711 B.2 */
  { &mikey_cipher_aes_cm_128, RFC3711_KEY, STREAM_SALT, 0,
    "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB"
    "41E95B3BB0A2E8DD477901E4FCA894C0" },
  { &mikey_cipher_aes_cm_128, RFC3711_KEY, STREAM_SALT, 0xfeff * BLOCK,
    "EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE"
    "6A2CC3787889374FBEB4C81B17BA6C44" },
  /* RFC 3711 B.3: cipher key, cipher salt, authentication key */
  { &mikey_cipher_aes_cm_128, "E1F97A0D3E018BE0D64FA32C06DE4139",
    "0EC675AD498AFEEBB6960B3AABE6", 0, "C61E7A93744F39EE10734AFE3FF7A087" },
  { &mikey_cipher_aes_cm_128, "E1F97A0D3E018BE0D64FA32C06DE4139",
    "0EC675AD498AFEE9B6960B3AABE6", 0, "30CBBC08863D8C85D49DB34A9AE17AC6" },
  { &mikey_cipher_aes_cm_128, "E1F97A0D3E018BE0D64FA32C06DE4139",
    "0EC675AD498AFEEAB6960B3AABE6", 0,
    "CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE"
    "E049646C43D9327AD175578EF7227098 6371C10C9A369AC2F94A8C5FBCDDDC25"
    "6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2" },
  /* RFC 6188 7.1 */
  { &mikey_cipher_aes_cm_256, RFC6188_KEY, STREAM_SALT, 0,
    "92bdd28a93c3f52511c677d08b5515a4 9da71b2378a854f67050756ded165bac"
    "63c4868b7096d88421b563b8c94c9a31" },
  { &mikey_cipher_aes_cm_256, RFC6188_KEY, STREAM_SALT, 0xfeff * BLOCK,
    "cea518c90fd91ced9cbb18c078a54711 3dbc4814f4da5f00a08772b63c6a046d"
    "6eb246913062a16891433e97dd01a57f" },
  /* RFC 6188 7.2: cipher key */
  { &mikey_cipher_aes_cm_256,
    "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6",
    "3b04803de51ee7c96423ab5b78d2", 0,
    "5ba1064e30ec51613cad926c5a28ef73 1ec7fb397f70a960653caf06554cd8c4" },
};

/* 3830-4.2.3-01, 6043-6.2-01 */
static void
test_key_stream (void)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (stream_cases); i++) {
    const StreamCase *c = &stream_cases[i];
    Hex key = hex (c->key), salt = hex (c->salt), stream = hex (c->stream);
    MikeyCipherKey k = { hex_slice (&key), hex_slice (&salt), 0, 0 };
    gsize len = c->at + stream.len;
    g_autofree guint8 *zeros = g_malloc0 (len);
    g_autofree guint8 *out = g_malloc (len);

    g_assert_true (c->cipher->accepts (len));
    c->cipher->seal (&k, mikey_slice (zeros, len), out);
    g_assert_cmpmem (out + c->at, stream.len, stream.data, stream.len);
  }
}

/* 3830-4.2.3-02: S = a0..ad, CSB ID and T mixed in from the third octet on,
 * here with the result of `openssl enc -aes-N-ctr` under the IV
 * a0a1b097f2dd6e44f8432aabacac0000. */
static void
test_iv (void)
{
  static const struct {
    const MikeyCipher *cipher;
    const char *sealed;
  } rows[] = {
    { &mikey_cipher_aes_cm_128,
      "87dd063e27257e9b688c1038e3048d7b107a1650a945ee16b1aef98acc1dd48ba31de16"
      "a" },
    { &mikey_cipher_aes_cm_256,
      "df179833d5a2ea6068aec5c745027d89118b857563f0c473891c47004b554404d0a4278"
      "0" },
  };
  Hex key = hex ("404142434445464748494a4b4c4d4e4f"
                 "505152535455565758595a5b5c5d5e5f");
  Hex salt = hex ("a0a1a2a3a4a5a6a7a8a9aaabacad");
  Hex plain = hex ("101112131415161718191a1b1c1d1e1f"
                   "202122232425262728292a2b2c2d2e2f 30313233");
  guint8 out[36], back[36];
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    MikeyCipherKey k
        = { mikey_slice (key.data, rows[i].cipher->key_len), hex_slice (&salt),
            0x12345678, G_GUINT64_CONSTANT (0xc8e350ea80000001) };

    rows[i].cipher->seal (&k, hex_slice (&plain), out);
    assert_hex (out, sizeof out, rows[i].sealed);
    g_assert_true (rows[i].cipher->open (&k, mikey_slice (out, 36), back));
    g_assert_cmpmem (back, sizeof back, plain.data, plain.len);
  }
}

/* 3830-6.6-02: a COUNTER is the low half of T, so with it the IV differs in
 * salt octets 10 to 13 only. */
static void
test_counter_timestamp (void)
{
  Hex key = hex ("404142434445464748494a4b4c4d4e4f");
  Hex salt = hex ("a0a1a2a3a4a5a6a7a8a9aaabacad");
  Hex mixed = hex ("a0a1a2a3a4a5a6a7a8a9ebe9efe9");
  guint8 zeros[32] = { 0 }, a[32], b[32];
  MikeyCipherKey k = { hex_slice (&key), hex_slice (&salt), 0, 0x41424344 };
  MikeyCipherKey m = { hex_slice (&key), hex_slice (&mixed), 0, 0 };

  /* aa ^ 41, ab ^ 42, ac ^ 43, ad ^ 44 */
  mikey_cipher_aes_cm_128.seal (&k, mikey_slice (zeros, 32), a);
  mikey_cipher_aes_cm_128.seal (&m, mikey_slice (zeros, 32), b);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
}

/* 3830-4.2.3-03, and 3830-6.2-03 for none at all */
static void
test_cm_lengths (void)
{
  Hex key = hex ("404142434445464748494a4b4c4d4e4f");
  MikeyCipherKey k = { hex_slice (&key), hex_slice (&key), 0, 0 };

  g_assert_true (mikey_cipher_aes_cm_128.accepts (0));
  g_assert_true (mikey_cipher_aes_cm_128.accepts (1));
  g_assert_true (mikey_cipher_aes_cm_128.accepts ((1 << 23) / 8));
  g_assert_false (mikey_cipher_aes_cm_128.accepts ((1 << 23) / 8 + 1));
  g_assert_false (mikey_cipher_aes_cm_256.accepts (G_MAXSIZE));
  mikey_cipher_aes_cm_128.seal (&k, MIKEY_SLICE_EMPTY, NULL);
  g_assert_true (mikey_cipher_aes_cm_128.open (&k, MIKEY_SLICE_EMPTY, NULL));
}

/* --- AES-KW --- */

#define KW_KEY   "000102030405060708090A0B0C0D0E0F"
#define KW_PLAIN "00112233445566778899AABBCCDDEEFF"

/* RFC 3394 4.1: its constant IV is given as the salt (3830-4.2.3-06). */
static void
test_rfc3394 (void)
{
  Hex key = hex (KW_KEY), salt = hex ("A6A6A6A6A6A6A6A6");
  Hex plain = hex (KW_PLAIN);
  MikeyCipherKey k = { hex_slice (&key), hex_slice (&salt), 7, 8 };
  guint8 sealed[24], back[16];

  mikey_cipher_aes_kw_128.seal (&k, hex_slice (&plain), sealed);
  assert_hex (sealed, sizeof sealed,
              "1FA68B0A8112B447 AEF34BD8FB5A7B82 9D3E862371D2CFE5");
  g_assert_true (
      mikey_cipher_aes_kw_128.open (&k, mikey_slice (sealed, 24), back));
  g_assert_cmpmem (back, sizeof back, plain.data, plain.len);
}

static void
refuse_unwrap (const MikeyCipherKey *key, const guint8 *sealed, gsize len)
{
  static const guint8 zeros[64];
  guint8 back[64];

  memset (back, 0xa5, sizeof back);
  g_assert_false (
      mikey_cipher_aes_kw_128.open (key, mikey_slice (sealed, len), back));
  if (len < 8) {
    g_assert_cmpuint (back[0], ==, 0xa5);
    return;
  }
  g_assert_cmpmem (back, len - 8, zeros, len - 8);
  g_assert_cmpuint (back[len - 8], ==, 0xa5);
}

/* Any bit of wrapped text, salt or key that is another gives nothing. */
static void
test_kw_flipped_bits (void)
{
  guint8 all[24 + 8 + 16]; /* wrapped text, salt, key */
  MikeyCipherKey k = { { all + 32, 16 }, { all + 24, 8 }, 0, 0 };
  Hex plain = hex (KW_PLAIN);
  gsize bit;

  fill_random (all, sizeof all);
  mikey_cipher_aes_kw_128.seal (&k, hex_slice (&plain), all);
  for (bit = 0; bit < 8 * sizeof all; bit++) {
    all[bit / 8] ^= (guint8)(1 << bit % 8);
    refuse_unwrap (&k, all, 24);
    all[bit / 8] ^= (guint8)(1 << bit % 8);
  }
}

/* A4: whole blocks of 8, at least two of them. What the peer sends in other
 * lengths is refused and leaves zeros. */
static void
test_kw_lengths (void)
{
  guint8 sealed[48] = { 0 };
  MikeyCipherKey k = { { sealed, 16 }, { sealed, 8 }, 0, 0 };
  gsize len;

  for (len = 0; len <= 64; len++)
    g_assert_cmpint (mikey_cipher_aes_kw_128.accepts (len), ==,
                     len >= 16 && len % 8 == 0);
  for (len = 0; len <= sizeof sealed; len++)
    refuse_unwrap (&k, sealed, len);
}

/* --- against GnuTLS --- */

/* One AES block on another engine. GnuTLS has no bare block and no counter
 * mode; CBC of one block with a zero IV is the bare block. On x86 GnuTLS brings
 * an AES of its own; elsewhere it is built on Nettle's, and the modes, which
 * are written out below, are then what is compared. */
static void
aes_block (gnutls_cipher_hd_t aes, const guint8 *in, guint8 *out)
{
  guint8 zero[BLOCK] = { 0 };

  gnutls_cipher_set_iv (aes, zero, BLOCK);
  g_assert_cmpint (gnutls_cipher_encrypt2 (aes, in, BLOCK, out, BLOCK), ==, 0);
}

static gnutls_cipher_hd_t
aes_engine (MikeySlice key)
{
  guint8 zero[BLOCK] = { 0 };
  gnutls_datum_t k = { (guint8 *)key.data, (guint)key.len };
  gnutls_datum_t iv = { zero, BLOCK };
  gnutls_cipher_hd_t aes;

  g_assert_cmpint (gnutls_cipher_init (&aes,
                                       key.len == 16
                                           ? GNUTLS_CIPHER_AES_128_CBC
                                           : GNUTLS_CIPHER_AES_256_CBC,
                                       &k, &iv),
                   ==, 0);
  return aes;
}

/* 3830-4.2.3-02, read literally */
static void
model_cm (const MikeyCipherKey *key, MikeySlice in, guint8 *out)
{
  gnutls_cipher_hd_t aes = aes_engine (key->key);
  guint8 mask[14] = { 0 }, counter[BLOCK], stream[BLOCK];
  gsize i;

  for (i = 0; i < 4; i++)
    mask[2 + i] = (guint8)(key->csb_id >> (24 - 8 * i));
  for (i = 0; i < 8; i++)
    mask[6 + i] = (guint8)(key->timestamp >> (56 - 8 * i));
  for (i = 0; i < 14; i++)
    counter[i] = key->salt.data[i] ^ mask[i];
  for (i = 0; i < in.len; i++) {
    counter[14] = (guint8)(i / BLOCK >> 8);
    counter[15] = (guint8)(i / BLOCK);
    if (i % BLOCK == 0)
      aes_block (aes, counter, stream);
    out[i] = in.data[i] ^ stream[i % BLOCK];
  }
  gnutls_cipher_deinit (aes);
}

/* RFC 3394 2.2.1, in its index form; t stays below 256 here. */
static void
model_kw (const MikeyCipherKey *key, MikeySlice in, guint8 *out)
{
  gnutls_cipher_hd_t aes = aes_engine (key->key);
  gsize n = in.len / 8, i, j;
  guint8 b[BLOCK];

  memcpy (out, key->salt.data, 8);
  memcpy (out + 8, in.data, in.len);
  for (j = 0; j <= 5; j++)
    for (i = 1; i <= n; i++) {
      memcpy (b, out, 8);
      memcpy (b + 8, out + 8 * i, 8);
      aes_block (aes, b, b);
      b[7] ^= (guint8)(n * j + i);
      memcpy (out, b, 8);
      memcpy (out + 8 * i, b + 8, 8);
    }
  gnutls_cipher_deinit (aes);
}

static void
compare_once (const MikeyCipher *cipher,
              void (*model) (const MikeyCipherKey *, MikeySlice, guint8 *),
              gsize len)
{
  guint8 secret[32 + 14], plain[128], ours[136], theirs[136], back[128];
  MikeyCipherKey k
      = { { secret, cipher->key_len },
          { secret + 32, cipher->salt_len },
          (guint32)g_test_rand_int (),
          (guint64)g_test_rand_int () << 32 | (guint32)g_test_rand_int () };
  gsize sealed_len = len + cipher->overhead;

  fill_random (secret, sizeof secret);
  fill_random (plain, len);
  cipher->seal (&k, mikey_slice (plain, len), ours);
  model (&k, mikey_slice (plain, len), theirs);
  g_assert_cmpmem (ours, sealed_len, theirs, sealed_len);
  g_assert_true (cipher->open (&k, mikey_slice (theirs, sealed_len), back));
  g_assert_cmpmem (back, len, plain, len);
}

/* 3830-4.2.3-01, 3830-4.2.3-02, 6043-6.2-01 */
static void
test_cm_differential (void)
{
  int i;

  for (i = 0; i < ROUNDS / 2; i++) {
    compare_once (&mikey_cipher_aes_cm_128, model_cm, random_len (1, 128));
    compare_once (&mikey_cipher_aes_cm_256, model_cm, random_len (1, 128));
  }
}

/* 3830-4.2.3-06 */
static void
test_kw_differential (void)
{
  int i;

  for (i = 0; i < ROUNDS; i++)
    compare_once (&mikey_cipher_aes_kw_128, model_kw, 8 * random_len (2, 16));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crypto/cipher/registry", test_registry);
  g_test_add_func ("/crypto/cipher/null", test_null);
  g_test_add_func ("/crypto/cipher/cm/key-stream", test_key_stream);
  g_test_add_func ("/crypto/cipher/cm/iv", test_iv);
  g_test_add_func ("/crypto/cipher/cm/counter-timestamp",
                   test_counter_timestamp);
  g_test_add_func ("/crypto/cipher/cm/lengths", test_cm_lengths);
  g_test_add_func ("/crypto/cipher/cm/differential", test_cm_differential);
  g_test_add_func ("/crypto/cipher/kw/rfc3394", test_rfc3394);
  g_test_add_func ("/crypto/cipher/kw/flipped-bits", test_kw_flipped_bits);
  g_test_add_func ("/crypto/cipher/kw/lengths", test_kw_lengths);
  g_test_add_func ("/crypto/cipher/kw/differential", test_kw_differential);
  return g_test_run ();
}
