/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey/base/secret.h>
#include <string.h>

static void
test_wiped (void)
{
  gsize live = mikey_secret_stats ().live;
  MikeySecret *secret
      = mikey_secret_copy (mikey_slice ("0123456789abcdef", 16));
  guint8 *where = secret->data;

  g_assert_cmpuint (mikey_secret_stats ().live, ==, live + 16);
  g_assert_cmpmem (where, 16, "0123456789abcdef", 16);
  mikey_secret_ref (secret);
  mikey_secret_unref (secret);
  g_assert_cmpmem (where, 16, "0123456789abcdef", 16);
  mikey_secret_unref (secret);
  /* The pages stay: what was there can be looked at. */
  g_assert_false (memcmp (where, "0123456789abcdef", 16) == 0);
  g_assert_cmpuint (mikey_secret_stats ().live, ==, live);
}

static void
test_many (void)
{
  enum { NUM = 5000 };
  static MikeySecret *secrets[NUM];
  gsize live = mikey_secret_stats ().live, pages;
  guint round, i;

  for (round = 0; round < 3; round++) {
    for (i = 0; i < NUM; i++) {
      secrets[i] = mikey_secret_new (i % 100);
      g_assert_cmpuint (secrets[i]->len, ==, i % 100);
      memset (secrets[i]->data, (int)i, i % 100);
    }
    if (round == 0)
      pages = mikey_secret_stats ().pages;
    for (i = 0; i < NUM; i++) {
      if (i % 100)
        g_assert_cmpuint (secrets[i]->data[i % 100 - 1], ==, (guint8)i);
      mikey_secret_unref (secrets[i]);
    }
  }
  g_assert_cmpuint (mikey_secret_stats ().pages, ==, pages);
  g_assert_cmpuint (mikey_secret_stats ().live, ==, live);
}

static void
test_large (void)
{
  MikeySecret *secret = mikey_secret_new (1000000);

  g_assert_nonnull (secret);
  memset (secret->data, 1, secret->len);
  mikey_secret_unref (secret);
}

static void
test_equal (void)
{
  g_assert_true (
      mikey_secret_equal (mikey_slice ("abc", 3), mikey_slice ("abc", 3)));
  g_assert_false (
      mikey_secret_equal (mikey_slice ("abc", 3), mikey_slice ("abd", 3)));
  g_assert_false (
      mikey_secret_equal (mikey_slice ("abc", 3), mikey_slice ("ab", 2)));
  g_assert_true (mikey_secret_equal (MIKEY_SLICE_EMPTY, MIKEY_SLICE_EMPTY));
}

static void
test_stack (void)
{
  guint8 *where;

  {
    g_auto (MikeyStackSecret) key = { { 0 } };

    memset (key.data, 0x5a, sizeof key.data);
    where = key.data;
    g_assert_cmpuint (where[0], ==, 0x5a);
  }
  mikey_wipe (NULL, 0);
  mikey_secret_unref (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/secret/wiped", test_wiped);
  g_test_add_func ("/base/secret/many", test_many);
  g_test_add_func ("/base/secret/large", test_large);
  g_test_add_func ("/base/secret/equal", test_equal);
  g_test_add_func ("/base/secret/stack", test_stack);
  return g_test_run ();
}
