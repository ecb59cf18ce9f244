/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../../lib/mikey-test.h"

/* Updates of a PSK bundle when messages are lost, held back or cross. */

static void
set_up (TestPair *pair, gconstpointer data)
{
  test_pair_init (pair, mikey_mode_find (MIKEY_MODE_PSK));
  test_run_step (pair, TEST_OFFER, NULL, NULL);
}

static void
tear_down (TestPair *pair, gconstpointer data)
{
  test_pair_clear (pair);
}

/* The answer to a rekey is lost: the next rekey works, under another MKI than
 * the one that the peer holds already (3830-A.1-01). */
static void
test_lost_answer (TestPair *pair, gconstpointer data)
{
  const MikeyCsb *alice, *bob;
  MikeyFault fault;
  guint i;

  for (i = 0; i < 4; i++) {
    g_autoptr (GBytes) lost = test_update (&pair->alice, true, &fault);

    g_assert_nonnull (lost);
    assert_accepted (&pair->bob, lost, NULL);
  }
  test_run_step (pair, TEST_UPDATE_ALICE, NULL, NULL);
  alice = pair->alice.x.csb;
  bob = pair->bob.x.csb;
  g_assert_cmpuint (alice->num_keys, ==, 2);
  g_assert_cmpuint (bob->num_keys, ==, 6);
  g_assert_true (mikey_secret_equal (
      mikey_secret_slice (alice->keys[1].key),
      mikey_secret_slice (bob->keys[bob->num_keys - 1].key)));
}

/* An update that is held back on its way does not undo a later one
 * (3830-4.5-01, 3830-5.4-01). */
static void
test_held_back (TestPair *pair, gconstpointer data)
{
  MikeyFault fault;
  g_autoptr (GBytes) first = NULL, second = NULL, answer = NULL;
  guint32 roc;

  pair->alice.x.streams[0].roc = 3;
  first = test_update (&pair->alice, true, &fault);
  test_pair_advance (pair, MIKEY_TIME_SECOND);
  pair->alice.x.streams[0].roc = 5;
  second = test_update (&pair->alice, true, &fault);
  assert_accepted (&pair->bob, second, &answer);
  assert_accepted (&pair->alice, answer, NULL);
  roc = pair->bob.x.csb->cs[0].roc;
  g_assert_cmpuint (roc, ==, 5);
  assert_refused (&pair->bob, first, MIKEY_FAULT_STALE);
  g_assert_cmpuint (pair->bob.x.csb->cs[0].roc, ==, roc);
  assert_same_keys (&pair->alice, &pair->bob);
}

/* What this side says of its rollover counter holds here too, once the peer has
 * confirmed it (3830-4.5-03). */
static void
test_own_roc (TestPair *pair, gconstpointer data)
{
  MikeyFault fault;
  g_autoptr (GBytes) update = NULL, answer = NULL;

  pair->alice.x.streams[0].roc = 7;
  update = test_update (&pair->alice, false, &fault);
  assert_accepted (&pair->bob, update, &answer);
  assert_accepted (&pair->alice, answer, NULL);
  g_assert_cmpuint (pair->alice.x.csb->cs[0].roc, ==, 7);
  g_assert_cmpuint (pair->bob.x.csb->cs[0].roc, ==, 7);
}

/* Both rekey at the same moment and no MKI tells the keys apart: the
 * Initiator's rekey holds on both sides. */
static void
test_crossing_without_mki (TestPair *pair, gconstpointer data)
{
  MikeyFault fault;
  g_autoptr (GBytes) from_alice = NULL, from_bob = NULL, answer = NULL;
  const MikeyCsb *alice, *bob;

  pair->alice.policy.mki_len = pair->bob.policy.mki_len = 0;
  from_alice = test_update (&pair->alice, true, &fault);
  from_bob = test_update (&pair->bob, true, &fault);
  assert_refused (&pair->alice, from_bob, MIKEY_FAULT_UNEXPECTED);
  assert_accepted (&pair->bob, from_alice, &answer);
  assert_accepted (&pair->alice, answer, NULL);
  alice = pair->alice.x.csb;
  bob = pair->bob.x.csb;
  g_assert_true (mikey_secret_equal (
      mikey_secret_slice (alice->keys[alice->num_keys - 1].key),
      mikey_secret_slice (bob->keys[bob->num_keys - 1].key)));
}

static void
longer_key (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeySp *sp = test_find (chain, MIKEY_PAYLOAD_SP, 0);
  MikeySpParam *param = sp->params.items;
  guint i;

  for (i = 0; i < sp->params.num; i++)
    if (param[i].type == MIKEY_SRTP_ENCR_KEY_LEN)
      param[i].value = mikey_slice (" ", 1); /* 32 octets */
}

/* An update without keys whose policy the keys in force do not fit is refused,
 * and leaves them as they are (3830-4.5-03). */
static void
test_policy_without_keys (TestPair *pair, gconstpointer data)
{
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, update = NULL, edited = NULL;
  g_autofree char *before = NULL, *after = NULL;

  test_side_restart (&pair->alice);
  test_side_restart (&pair->bob);
  pair->alice.policy.key_type = MIKEY_KEY_TYPE_TEK_SALT;
  pair->alice.policy.request_verification = false;
  pair->bob.policy.suites[pair->bob.policy.num_suites++] = (MikeySuite){
    MIKEY_SRTP_CIPHER_AES_256_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80,
    MIKEY_SRTP_CIPHER_AES_256_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80
  };
  g_assert_true (mikey_exchange_add_stream (&pair->alice.x, 1, 0));
  offer = test_offer (&pair->alice, MIKEY_MODE_PSK, &fault);
  assert_accepted (&pair->bob, offer, NULL);
  before = test_keys (&pair->bob);
  update = test_update (&pair->alice, false, &fault);
  edited = test_edit (&pair->alice, update, NULL, longer_key, NULL);
  assert_refused (&pair->bob, edited, MIKEY_FAULT_BAD_LENGTH);
  after = test_keys (&pair->bob);
  g_assert_cmpstr (before, !=, "");
  g_assert_cmpstr (before, ==, after);
}

/* After an authentic Error message the Initiator may make another offer
 * (3830-5.1.1-01). */
static void
test_offer_after_error (TestPair *pair, gconstpointer data)
{
  MikeySuite gcm = { MIKEY_SRTP_CIPHER_AES_128_GCM, MIKEY_SRTP_AUTH_NULL,
                     MIKEY_SRTP_CIPHER_AES_128_GCM, MIKEY_SRTP_AUTH_NULL };
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, error = NULL;

  test_side_restart (&pair->alice);
  test_side_restart (&pair->bob);
  g_assert_true (mikey_exchange_add_stream (&pair->alice.x, 1, 0));
  pair->alice.policy.suites[0] = gcm;
  pair->bob.policy.num_suites = 1;
  offer = test_offer (&pair->alice, MIKEY_MODE_PSK, &fault);
  g_assert_false (test_receive (&pair->bob, offer, &error, &fault));
  g_assert_nonnull (error);
  g_assert_false (test_receive (&pair->alice, error, NULL, &fault));
  g_assert_cmpint (fault.code, ==, MIKEY_FAULT_PEER_ERROR);
  g_assert_true (pair->alice.x.peer_error.authentic);
  g_assert_cmpint (pair->alice.x.state, ==, MIKEY_EXCHANGE_FAILED);
  pair->alice.policy.suites[0] = pair->bob.policy.suites[0];
  test_run_step (pair, TEST_OFFER, NULL, NULL);
  assert_same_keys (&pair->alice, &pair->bob);
}

#define ADD(name, test)                                                        \
  g_test_add ("/psk/updates/" name, TestPair, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  ADD ("lost-answer", test_lost_answer);
  ADD ("held-back", test_held_back);
  ADD ("own-roc", test_own_roc);
  ADD ("crossing-without-mki", test_crossing_without_mki);
  ADD ("policy-without-keys", test_policy_without_keys);
  ADD ("offer-after-error", test_offer_after_error);
  return g_test_run ();
}
