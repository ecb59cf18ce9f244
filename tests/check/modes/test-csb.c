/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

static void
add (MikeyCsb *csb, guint8 first, guint num)
{
  MikeyTrafficKey keys[MIKEY_MAX_KEYS];
  guint8 mki[MIKEY_MAX_KEYS];
  guint i;

  for (i = 0; i < num; i++) {
    mki[i] = (guint8)(first + i);
    keys[i] = (MikeyTrafficKey){
      .type = MIKEY_KEY_TYPE_TGK,
      .validity = MIKEY_KEY_VALIDITY_SPI,
      .key = mikey_secret_copy (mikey_slice (&mki[i], 1)),
      .mki = mikey_slice (&mki[i], 1),
    };
  }
  g_assert_true (mikey_csb_add_keys (csb, keys, num));
  for (i = 0; i < num; i++)
    mikey_secret_unref (keys[i].key);
}

static void
assert_keys (const MikeyCsb *csb, guint first, guint num)
{
  guint i;

  g_assert_cmpuint (csb->num_keys, ==, num);
  for (i = 0; i < num; i++)
    g_assert_cmpuint (csb->keys[i].mki.data[0], ==, first + i);
}

static void
test_generations (void)
{
  g_autoptr (MikeyCsb) csb = mikey_csb_new ();

  add (csb, 0, 2);
  g_assert_cmpuint (csb->generation, ==, 0);
  add (csb, 2, 1);
  g_assert_cmpuint (csb->generation, ==, 1);
  add (csb, 3, 2);
  g_assert_cmpuint (csb->num_new_keys, ==, 2);
  assert_keys (csb, 0, 5);
  mikey_csb_drop_keys (csb, 1);
  assert_keys (csb, 2, 3);
  mikey_csb_drop_keys (csb, 99); /* never the newest */
  assert_keys (csb, 3, 2);
}

static void
test_limit (void)
{
  g_autoptr (MikeyCsb) csb = mikey_csb_new ();
  guint i;

  for (i = 0; i < MIKEY_MAX_KEYS + 3; i++)
    add (csb, (guint8)i, 1);
  assert_keys (csb, 3, MIKEY_MAX_KEYS);
}

static void
test_drop_mki (void)
{
  static const guint8 mki = 1, none = 9;
  g_autoptr (MikeyCsb) csb = mikey_csb_new ();

  add (csb, 0, 3);
  mikey_csb_drop_mki (csb, mikey_slice (&none, 1));
  g_assert_cmpuint (csb->num_keys, ==, 3);
  mikey_csb_drop_mki (csb, mikey_slice (&mki, 1));
  g_assert_cmpuint (csb->num_keys, ==, 2);
  g_assert_cmpuint (csb->keys[1].mki.data[0], ==, 2);
}

static void
test_policies (void)
{
  g_autoptr (MikeyCsb) csb = mikey_csb_new ();
  MikeySrtpParams params;
  guint i;

  mikey_srtp_params_defaults (&params);
  for (i = 0; i < 5; i++)
    g_assert_true (mikey_csb_set_policy (csb, i * 7, &params));
  mikey_srtp_params_set (&params, MIKEY_SRTP_TAG_LEN, 4);
  g_assert_true (mikey_csb_set_policy (csb, 14, &params));
  g_assert_cmpuint (csb->num_policies, ==, 5);
  g_assert_cmpuint (
      mikey_csb_find_policy (csb, 14)->params.value[MIKEY_SRTP_TAG_LEN], ==, 4);
  g_assert_cmpuint (
      mikey_csb_find_policy (csb, 7)->params.value[MIKEY_SRTP_TAG_LEN], ==, 10);
  g_assert_null (mikey_csb_find_policy (csb, 1));
}

/* A copy is the same, and lives on its own. */
static void
test_copy (void)
{
  static const MikeyCs cs[] = { { 1, 0, 5, 6 }, { 2, 0, 7, 8 } };
  MikeyCsb *csb = mikey_csb_new ();
  g_autoptr (MikeyCsb) copy = NULL;

  csb->csb_id = 3;
  csb->prf = &mikey_prf_hmac_sha_256;
  csb->tolerances = MIKEY_TOLERATE_ORDER;
  csb->map_type = MIKEY_MAP_GENERIC_ID;
  g_assert_true (mikey_csb_set_cs (csb, cs, 2));
  g_assert_true (mikey_csb_set_rand (csb, mikey_slice ("rand", 4)));
  g_assert_true (
      mikey_csb_set_identity (csb, &csb->responder, 1, mikey_slice ("bob", 3)));
  csb->message_key = mikey_secret_new (16);
  add (csb, 0, 2);
  copy = mikey_csb_copy (csb);
  mikey_csb_unref (csb);
  g_assert_cmpmem (copy->cs, 2 * sizeof *cs, cs, sizeof cs);
  g_assert_cmpmem (copy->rand.data, copy->rand.len, "rand", 4);
  g_assert_cmpmem (copy->responder.data.data, copy->responder.data.len, "bob",
                   3);
  g_assert_cmpuint (copy->responder.type, ==, 1);
  g_assert_cmpuint (copy->message_key->len, ==, 16);
  g_assert_cmpuint (copy->map_type, ==, MIKEY_MAP_GENERIC_ID);
  g_assert_cmpuint (copy->tolerances, ==, MIKEY_TOLERATE_ORDER);
  g_assert_true (copy->prf == &mikey_prf_hmac_sha_256);
  assert_keys (copy, 0, 2);
  g_assert_cmpuint (copy->num_new_keys, ==, 0);
  mikey_csb_unref (NULL);
}

int
main (int argc, char **argv)
{
  int failed;

  test_init (&argc, &argv);
  g_test_add_func ("/csb/generations", test_generations);
  g_test_add_func ("/csb/limit", test_limit);
  g_test_add_func ("/csb/drop-mki", test_drop_mki);
  g_test_add_func ("/csb/policies", test_policies);
  g_test_add_func ("/csb/copy", test_copy);
  failed = g_test_run ();
  g_assert_cmpuint (mikey_secret_stats ().live, ==, 0);
  return failed;
}
