/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hex.h"

#include <mikey/base/limits.h>
#include <mikey/base/types.h>
#include <mikey/crypto/mac.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#define ROUNDS 10000

/* 3830-6.2-02, 3830-4.2.4-01, 3830-4.2.4-02, 6043-6.2-01 */
static void
test_registry (void)
{
  static const struct {
    guint32 code;
    gsize key_len, tag_len;
  } rows[] = { { MIKEY_MAC_NULL, 0, 0 },
               { MIKEY_MAC_HMAC_SHA_1_160, 20, 20 },
               { MIKEY_MAC_HMAC_SHA_256_256, 32, 32 } };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    const MikeyMac *mac = mikey_mac_find (rows[i].code);

    g_assert_cmpuint (mac->code, ==, rows[i].code);
    g_assert_cmpuint (mac->key_len, ==, rows[i].key_len);
    g_assert_cmpuint (mac->tag_len, ==, rows[i].tag_len);
  }
  g_assert_null (mikey_mac_find (3));
  g_assert_null (mikey_mac_find (256));
  g_assert_null (mikey_mac_find (G_MAXUINT32));
}

/* --- RFC 2202 section 3, RFC 4231 section 4 --- */

typedef struct {
  const char *key;     /* hex */
  gsize key_repeat;    /* 0: KEY as it is; else its first octet so often */
  const char *message; /* text, or NULL */
  guint8 octet;        /* without text: this octet */
  gsize repeat;        /* so often */
  const char *tag;     /* hex, possibly only its beginning */
} HmacCase;

static const HmacCase rfc2202[] = {
  { "0b", 20, "Hi There", 0, 0, "b617318655057264e28bc0b6fb378c8ef146be00" },
  { "4a656665", 0, "what do ya want for nothing?", 0, 0,
    "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
  { "aa", 20, NULL, 0xdd, 50, "125d7342b9ac11cd91a39af48aa17b4f63f175d3" },
  { "0102030405060708090a0b0c0d0e0f10111213141516171819", 0, NULL, 0xcd, 50,
    "4c9007f4026250c6bc8414f9bf50c86c2d7235da" },
  { "0c", 20, "Test With Truncation", 0, 0,
    "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04" },
  { "aa", 80, "Test Using Larger Than Block-Size Key - Hash Key First", 0, 0,
    "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
  { "aa", 80,
    "Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data",
    0, 0, "e8e99d0f45237d786d6bbaa7965c7808bbff1a91" },
};

static const HmacCase rfc4231[] = {
  { "0b", 20, "Hi There", 0, 0,
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
  { "4a656665", 0, "what do ya want for nothing?", 0, 0,
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
  { "aa", 20, NULL, 0xdd, 50,
    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
  { "0102030405060708090a0b0c0d0e0f10111213141516171819", 0, NULL, 0xcd, 50,
    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
  { "0c", 20, "Test With Truncation", 0, 0,
    "a3b6167473100ee06e0c796c2955552b" },
  { "aa", 131, "Test Using Larger Than Block-Size Key - Hash Key First", 0, 0,
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
  { "aa", 131,
    "This is a test using a larger than block-size key and a larger than "
    "block-size data. The key needs to be hashed before being used by the HMAC "
    "algorithm.",
    0, 0, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
};

static void
run_case (const MikeyMac *mac, const HmacCase *c)
{
  Hex key = hex (c->key);
  Hex expected = hex (c->tag);
  guint8 octets[64], tag[MIKEY_MAX_TAG];
  MikeySlice message
      = c->message ? text_slice (c->message) : mikey_slice (octets, c->repeat);

  memset (octets, c->octet, sizeof octets);
  if (c->key_repeat) {
    key.len = c->key_repeat;
    memset (key.data, key.data[0], key.len);
  }
  mac->compute (hex_slice (&key), &message, 1, tag);
  g_assert_cmpmem (tag, expected.len, expected.data, expected.len);
}

/* 3830-4.2.1-01, 3830-4.2.4-01 */
static void
test_rfc2202 (void)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rfc2202); i++)
    run_case (&mikey_mac_hmac_sha_1_160, &rfc2202[i]);
}

/* 6043-6.2-01 */
static void
test_rfc4231 (void)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rfc4231); i++)
    run_case (&mikey_mac_hmac_sha_256_256, &rfc4231[i]);
}

/* --- against GnuTLS --- */

static void
compare_once (const MikeyMac *mac, gnutls_mac_algorithm_t theirs)
{
  guint8 key[100], text[300], tag[MIKEY_MAX_TAG], other[MIKEY_MAX_TAG];
  gsize key_len = random_len (1, sizeof key);
  gsize len = random_len (0, sizeof text), cut = random_len (0, len);
  MikeySlice parts[] = { { text, cut }, { text + cut, len - cut } };

  fill_random (key, key_len);
  fill_random (text, len);
  mac->compute (mikey_slice (key, key_len), parts, 2, tag);
  gnutls_hmac_fast (theirs, key, key_len, text, len, other);
  g_assert_cmpmem (tag, mac->tag_len, other, mac->tag_len);
  g_assert_true (mikey_mac_verify (mac, mikey_slice (key, key_len), parts, 2,
                                   mikey_slice (other, mac->tag_len)));
}

static void
test_differential (void)
{
  int i;

  for (i = 0; i < ROUNDS / 2; i++) {
    compare_once (&mikey_mac_hmac_sha_1_160, GNUTLS_MAC_SHA1);
    compare_once (&mikey_mac_hmac_sha_256_256, GNUTLS_MAC_SHA256);
  }
}

/* --- verification --- */

static const MikeyMac *const real_macs[]
    = { &mikey_mac_hmac_sha_1_160, &mikey_mac_hmac_sha_256_256 };

static void
refuse_flips (const MikeyMac *mac, MikeySlice key, MikeySlice message,
              guint8 *octets, gsize len, MikeySlice tag)
{
  gsize bit;

  for (bit = 0; bit < 8 * len; bit++) {
    octets[bit / 8] ^= (guint8)(1 << bit % 8);
    g_assert_false (mikey_mac_verify (mac, key, &message, 1, tag));
    octets[bit / 8] ^= (guint8)(1 << bit % 8);
  }
  g_assert_true (mikey_mac_verify (mac, key, &message, 1, tag));
}

/* No single bit of tag, message or key may be another one. */
static void
test_flipped_bits (void)
{
  guint8 key[32], text[40], tag[MIKEY_MAX_TAG];
  MikeySlice message = { text, sizeof text };
  gsize i;

  fill_random (key, sizeof key);
  fill_random (text, sizeof text);
  for (i = 0; i < G_N_ELEMENTS (real_macs); i++) {
    const MikeyMac *mac = real_macs[i];
    MikeySlice k = { key, mac->key_len }, t = { tag, mac->tag_len };

    mac->compute (k, &message, 1, tag);
    refuse_flips (mac, k, message, tag, t.len, t);
    refuse_flips (mac, k, message, text, sizeof text, t);
    refuse_flips (mac, k, message, key, k.len, t);
  }
}

/* A right tag that is cut, or has something behind it, is wrong; so is one
 * that another algorithm made. */
static void
test_tag_length (void)
{
  guint8 key[32] = { 1 }, tag[2 * MIKEY_MAX_TAG] = { 0 };
  MikeySlice message = text_slice ("message");
  gsize i, len;

  for (i = 0; i < G_N_ELEMENTS (real_macs); i++) {
    const MikeyMac *mac = real_macs[i];
    MikeySlice k = { key, mac->key_len };

    mac->compute (k, &message, 1, tag);
    for (len = 0; len <= sizeof tag; len++)
      g_assert_cmpint (
          mikey_mac_verify (mac, k, &message, 1, mikey_slice (tag, len)), ==,
          len == mac->tag_len);
    real_macs[!i]->compute (k, &message, 1, tag);
    g_assert_false (mikey_mac_verify (mac, k, &message, 1,
                                      mikey_slice (tag, mac->tag_len)));
  }
}

/* 3830-4.2.4-03 */
static void
test_null_never_verifies (void)
{
  guint8 tag[20] = { 0 };
  MikeySlice message = text_slice ("message");

  mikey_mac_null.compute (MIKEY_SLICE_EMPTY, &message, 1, tag);
  g_assert_false (mikey_mac_verify (&mikey_mac_null, MIKEY_SLICE_EMPTY,
                                    &message, 1, MIKEY_SLICE_EMPTY));
  g_assert_false (mikey_mac_verify (&mikey_mac_null, MIKEY_SLICE_EMPTY,
                                    &message, 1, mikey_slice (tag, 0)));
  g_assert_false (mikey_mac_verify (&mikey_mac_null, MIKEY_SLICE_EMPTY,
                                    &message, 1, mikey_slice (tag, 20)));
}

/* compute() writes tag_len octets and no more. */
static void
test_bounds (void)
{
  guint8 key[32] = { 1 }, tag[MIKEY_MAX_TAG + 1];
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (real_macs); i++) {
    memset (tag, 0xa5, sizeof tag);
    real_macs[i]->compute (mikey_slice (key, 32), NULL, 0, tag);
    g_assert_cmpuint (tag[real_macs[i]->tag_len], ==, 0xa5);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crypto/mac/registry", test_registry);
  g_test_add_func ("/crypto/mac/rfc2202", test_rfc2202);
  g_test_add_func ("/crypto/mac/rfc4231", test_rfc4231);
  g_test_add_func ("/crypto/mac/differential", test_differential);
  g_test_add_func ("/crypto/mac/flipped-bits", test_flipped_bits);
  g_test_add_func ("/crypto/mac/tag-length", test_tag_length);
  g_test_add_func ("/crypto/mac/null-never-verifies", test_null_never_verifies);
  g_test_add_func ("/crypto/mac/bounds", test_bounds);
  return g_test_run ();
}
