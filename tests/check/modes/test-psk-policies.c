/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../../lib/mikey-test.h"

#include <mikey/modes/srtp.h>

/* Streams with different SRTP policies in one PSK bundle. */

static const MikeySuite icm_128
    = { MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80,
        MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80 };
static const MikeySuite gcm_256
    = { MIKEY_SRTP_CIPHER_AES_256_GCM, MIKEY_SRTP_AUTH_NULL,
        MIKEY_SRTP_CIPHER_AES_256_GCM, MIKEY_SRTP_AUTH_NULL };

static void
set_up (TestPair *pair, gconstpointer data)
{
  guint i;

  test_pair_init (pair, mikey_mode_find (MIKEY_MODE_PSK));
  for (i = 0; i < 2; i++) {
    MikeyPolicyData *policy = i ? &pair->bob.policy : &pair->alice.policy;

    policy->num_suites = 2;
    policy->suites[0] = icm_128;
    policy->suites[1] = gcm_256;
  }
}

static void
tear_down (TestPair *pair, gconstpointer data)
{
  test_pair_clear (pair);
}

static void
assert_key_lengths (const MikeyCsb *csb, guint cs, gsize key_len,
                    gsize salt_len)
{
  g_autoptr (MikeySecret) key = NULL;
  g_autoptr (MikeySecret) salt = NULL;

  g_assert_true (mikey_csb_derive (
      csb, &csb->cs[cs], &csb->keys[csb->num_keys - 1], &key, &salt, NULL));
  g_assert_cmpuint (key->len, ==, key_len);
  g_assert_cmpuint (salt->len, ==, salt_len);
}

/* Every policy has a number of its own, to which the map refers (3830-6.10-02);
 * the TGK is as strong as the strongest key made of it (3830-9.1-01). */
static void
test_two_policies (TestPair *pair, gconstpointer data)
{
  const MikeyCsb *csb;

  g_assert_true (
      mikey_exchange_add_stream_with_suite (&pair->alice.x, 0x2222, 0, 1));
  test_run_step (pair, TEST_OFFER, NULL, NULL);
  assert_same_keys (&pair->alice, &pair->bob);
  csb = pair->bob.x.csb;
  g_assert_cmpuint (csb->num_policies, ==, 2);
  assert_key_lengths (csb, 0, 16, 14);
  assert_key_lengths (csb, csb->num_cs - 1, 32, 12);
  g_assert_cmpuint (csb->keys[0].key->len, >=, 32);
}

/* An update may bring a stream and its policy, from either side. */
static void
test_added (TestPair *pair, gconstpointer data)
{
  test_run_step (pair, TEST_OFFER, NULL, NULL);
  g_assert_true (
      mikey_exchange_add_stream_with_suite (&pair->bob.x, 0x3333, 0, 1));
  test_run_step (pair, TEST_UPDATE_BOB, NULL, NULL);
  assert_same_keys (&pair->alice, &pair->bob);
  g_assert_cmpuint (pair->alice.x.csb->num_policies, ==, 2);
}

/* One TEK can not fit both. */
static void
test_one_tek (TestPair *pair, gconstpointer data)
{
  MikeyFault fault;

  pair->alice.policy.key_type = MIKEY_KEY_TYPE_TEK_SALT;
  g_assert_true (
      mikey_exchange_add_stream_with_suite (&pair->alice.x, 0x2222, 0, 1));
  g_assert_null (test_offer (&pair->alice, MIKEY_MODE_PSK, &fault));
  g_assert_cmpint (fault.code, ==, MIKEY_FAULT_BAD_LENGTH);
}

static void
test_no_such_suite (TestPair *pair, gconstpointer data)
{
  MikeyFault fault;

  g_assert_true (
      mikey_exchange_add_stream_with_suite (&pair->alice.x, 0x2222, 0, 2));
  g_assert_null (test_offer (&pair->alice, MIKEY_MODE_PSK, &fault));
  g_assert_cmpint (fault.code, ==, MIKEY_FAULT_USAGE);
}

#define GEN_EXT_OMA_BCAST 5

static void
add_extension (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyGenExt *ext = test_insert (chain->head, MIKEY_PAYLOAD_GEN_EXT, arena);

  ext->type = GEN_EXT_OMA_BCAST;
  ext->data = mikey_slice ("\1LTKM", 5);
}

static void
change_extension (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyGenExt *ext = test_find (chain, MIKEY_PAYLOAD_GEN_EXT, 0);

  ext->data = mikey_slice ("\2STKM", 5);
}

/* What is carried for others is as authentic as all the rest (5410-5-01,
 * 4442-5-01, 4442-1-01, 3830-6.15-01), and as fresh (4442-5.4-01). */
static void
test_extension (TestPair *pair, gconstpointer data)
{
  MikeyFault fault;
  g_autoptr (GBytes) offer = test_offer (&pair->alice, MIKEY_MODE_PSK, &fault);
  g_autoptr (GBytes) carries = NULL, other = NULL, forged = NULL;
  gsize len, tag = 20;
  const guint8 *good, *changed;
  guint8 *octets;

  carries = test_edit (&pair->alice, offer, NULL, add_extension, NULL);
  other = test_edit (&pair->alice, carries, NULL, change_extension, NULL);
  good = g_bytes_get_data (carries, &len);
  changed = g_bytes_get_data (other, NULL);
  octets = g_memdup2 (changed, len);
  memcpy (octets + len - tag, good + len - tag, tag);
  forged = g_bytes_new_take (octets, len);
  assert_refused (&pair->bob, forged, MIKEY_FAULT_AUTH_FAILED);
  assert_accepted (&pair->bob, carries, NULL);
  mikey_exchange_clear (&pair->bob.x);
  assert_refused (&pair->bob, carries, MIKEY_FAULT_REPLAYED);
}

#define ADD(name, test)                                                        \
  g_test_add ("/psk/policies/" name, TestPair, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  ADD ("two", test_two_policies);
  ADD ("added", test_added);
  ADD ("one-tek", test_one_tek);
  ADD ("no-such-suite", test_no_such_suite);
  ADD ("extension", test_extension);
  return g_test_run ();
}
