/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/session/private.h>

typedef struct {
  MikeyCs cs;
  MikeySuite suite;
  MikeyTrafficKey key;
  guint8 secret[16], salt[14], mki[4];
} Parts;

static Parts
parts (void)
{
  Parts p = {
    .cs = { 3, 0, 0x1234, 7 },
    .suite = { MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80,
               MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_32 },
    .key = { .generation = 2, .validity = MIKEY_KEY_VALIDITY_SPI },
    .secret = { 1 },
    .salt = { 2 },
    .mki = { 0, 0, 0, 9 },
  };

  return p;
}

static MikeyKeys *
keys_of (Parts *p, gsize mki_len)
{
  p->key.mki = mikey_slice (p->mki, mki_len);
  return mikey_keys_new (
      &p->cs, &p->suite, &p->key, 0,
      mikey_secret_copy (mikey_slice (p->secret, sizeof p->secret)),
      mikey_secret_copy (mikey_slice (p->salt, sizeof p->salt)));
}

/* 3830-A-01 */
static void
test_getters (void)
{
  Parts p = parts ();
  g_autoptr (MikeyKeys) keys = keys_of (&p, 4);
  g_autoptr (GBytes) key = mikey_keys_get_master_key (keys);
  g_autoptr (GBytes) salt = mikey_keys_get_master_salt (keys);
  g_autoptr (GBytes) both = mikey_keys_get_key_and_salt (keys);
  GBytes *mki = mikey_keys_get_mki (keys);

  g_assert_cmpuint (mikey_keys_get_cs_id (keys), ==, 3);
  g_assert_cmpuint (mikey_keys_get_ssrc (keys), ==, 0x1234);
  g_assert_cmpuint (mikey_keys_get_roc (keys), ==, 7);
  g_assert_cmpuint (mikey_keys_get_generation (keys), ==, 2);
  g_assert_cmpuint (mikey_keys_get_key_derivation_rate (keys), ==, 0);
  g_assert_cmpint (mikey_keys_get_rtp_cipher (keys), ==, p.suite.rtp_cipher);
  g_assert_cmpint (mikey_keys_get_rtp_auth (keys), ==, p.suite.rtp_auth);
  g_assert_cmpint (mikey_keys_get_rtcp_cipher (keys), ==, p.suite.rtcp_cipher);
  g_assert_cmpint (mikey_keys_get_rtcp_auth (keys), ==, p.suite.rtcp_auth);
  g_assert_cmpint (mikey_keys_get_validity (keys), ==, MIKEY_KEY_VALIDITY_SPI);
  g_assert_cmpmem (test_slice (key).data, test_slice (key).len, p.secret, 16);
  g_assert_cmpmem (test_slice (salt).data, test_slice (salt).len, p.salt, 14);
  g_assert_cmpuint (g_bytes_get_size (both), ==, 30);
  g_assert_cmpmem (test_slice (both).data + 16, 14, p.salt, 14);
  g_assert_cmpmem (test_slice (mki).data, test_slice (mki).len, p.mki, 4);
}

static void
test_copy (void)
{
  Parts p = parts ();
  g_autoptr (MikeyKeys) keys = keys_of (&p, 4);
  guint8 small[29] = { 0xee }, room[64];

  g_assert_cmpuint (mikey_keys_copy_key_and_salt (keys, small, sizeof small),
                    ==, 30);
  g_assert_cmpuint (small[0], ==, 0xee); /* nothing was written */
  g_assert_cmpuint (mikey_keys_copy_key_and_salt (keys, room, sizeof room), ==,
                    30);
  g_assert_cmpmem (room, 16, p.secret, 16);
}

/* A copy outlives what it was taken from. */
static void
test_lifetime (void)
{
  Parts p = parts ();
  MikeyKeys *keys = keys_of (&p, 4);
  g_autoptr (GBytes) key = mikey_keys_get_master_key (keys);

  mikey_keys_ref (keys);
  mikey_keys_unref (keys);
  mikey_keys_unref (keys);
  g_assert_cmpmem (test_slice (key).data, 16, p.secret, 16);
  mikey_keys_unref (NULL);
}

static void
test_interval (void)
{
  Parts p = parts ();
  g_autoptr (MikeyKeys) none = keys_of (&p, 0);
  g_autoptr (MikeyKeys) keys = NULL;
  guint64 from, to;

  g_assert_false (mikey_keys_get_interval (none, NULL, NULL));
  g_assert_null (mikey_keys_get_mki (none));
  p.key.validity = MIKEY_KEY_VALIDITY_INTERVAL;
  p.key.from = 5;
  p.key.to = 6;
  keys = keys_of (&p, 0);
  g_assert_true (mikey_keys_get_interval (keys, &from, &to));
  g_assert_cmpuint (from, ==, 5);
  g_assert_cmpuint (to, ==, 6);
}

/* Each part counts, the rollover counter and the generation do not. */
static void
test_equal (void)
{
  static const gsize counts[] = {
    offsetof (Parts, cs.cs_id),
    offsetof (Parts, cs.ssrc),
    offsetof (Parts, suite.rtp_cipher),
    offsetof (Parts, suite.rtp_auth),
    offsetof (Parts, suite.rtcp_cipher),
    offsetof (Parts, suite.rtcp_auth),
    offsetof (Parts, key.validity),
    offsetof (Parts, key.from),
    offsetof (Parts, key.to),
    offsetof (Parts, secret),
    offsetof (Parts, salt),
    offsetof (Parts, mki),
  };
  static const gsize not []
      = { offsetof (Parts, cs.roc), offsetof (Parts, key.generation) };
  Parts p = parts ();
  g_autoptr (MikeyKeys) keys = keys_of (&p, 4);
  g_autoptr (MikeyKeys) bare = keys_of (&p, 0);
  guint i;

  g_assert_true (mikey_keys_equal (keys, keys));
  g_assert_false (mikey_keys_equal (keys, bare));
  for (i = 0; i < G_N_ELEMENTS (counts) + G_N_ELEMENTS (not ); i++) {
    bool same = i >= G_N_ELEMENTS (counts);
    gsize at = same ? not [i - G_N_ELEMENTS (counts)] : counts[i];
    Parts q = parts ();
    g_autoptr (MikeyKeys) other = NULL;

    ((guint8 *)&q)[at] ^= 1;
    other = keys_of (&q, 4);
    g_assert_true (mikey_keys_equal (keys, other) == same);
  }
}

int
main (int argc, char **argv)
{
  int failed;

  test_init (&argc, &argv);
  g_test_add_func ("/keys/getters", test_getters);
  g_test_add_func ("/keys/copy", test_copy);
  g_test_add_func ("/keys/lifetime", test_lifetime);
  g_test_add_func ("/keys/interval", test_interval);
  g_test_add_func ("/keys/equal", test_equal);
  failed = g_test_run ();
  g_assert_cmpuint (mikey_secret_stats ().live, ==, 0);
  return failed;
}
