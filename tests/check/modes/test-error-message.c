/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/modes/error-message.h>

/* Error messages, authentic and forged (RFC 3830 5.1.2, promise 18). */

static MikeyParsed
parse (GBytes *message)
{
  MikeyParsed parsed;

  g_assert_nonnull (message);
  g_assert_true (mikey_parsed_init (&parsed, test_slice (message), 0, NULL));
  g_assert_cmpuint (parsed.hdr->data_type, ==, MIKEY_DATA_TYPE_ERROR);
  return parsed;
}

static guint32
error_no (const MikeyParsed *parsed)
{
  return ((const MikeyErr *)mikey_chain_find (&parsed->chain, MIKEY_PAYLOAD_ERR,
                                              0))
      ->error_no;
}

typedef struct {
  TestPair pair;
  GBytes *offer, *error;
} Refusal;

/* Bob refuses what Alice offers. */
static void
refuse (Refusal *r, void (*spoil) (TestPair *pair), MikeyFaultCode code)
{
  MikeyFault fault = { 0 };

  test_pair_init (&r->pair, mikey_mode_find (MIKEY_MODE_PSK));
  spoil (&r->pair);
  r->offer = test_offer (&r->pair.alice, MIKEY_MODE_PSK, &fault);
  g_assert_false (test_receive (&r->pair.bob, r->offer, &r->error, &fault));
  assert_code (&fault, code);
}

static void
end (Refusal *r)
{
  g_bytes_unref (r->offer);
  g_clear_pointer (&r->error, g_bytes_unref);
  test_pair_clear (&r->pair);
}

static void
other_suite (TestPair *pair)
{
  pair->bob.policy.suites[0] = pair->bob.policy.suites[1];
}

static void
other_key (TestPair *pair)
{
  pair->bob.psk.len--;
}

static void
no_key (TestPair *pair)
{
  pair->bob.psk.len = 0;
}

static void
late_clock (TestPair *pair)
{
  pair->bob.env.now += 86400 * MIKEY_TIME_SECOND;
}

static void
refused_peer (TestPair *pair)
{
  pair->bob.refuses_peer = true;
}

/* 3830-5.1.1-01, 3830-5.1.2-02, 3830-5.1.2-03: authenticated, and says what
 * would be accepted. Alice then gives up. */
static void
test_authentic (void)
{
  Refusal r;
  MikeyFault fault = { 0 };
  MikeyParsed parsed;

  refuse (&r, other_suite, MIKEY_FAULT_BAD_SP_PARAM);
  parsed = parse (r.error);
  g_assert_cmpuint (error_no (&parsed), ==, MIKEY_RFC_ERROR_BAD_SPPAR);
  g_assert_cmpuint (mikey_chain_count (&parsed.chain, MIKEY_PAYLOAD_SP), ==, 2);
  g_assert_cmpuint (mikey_chain_count (&parsed.chain, MIKEY_PAYLOAD_V), ==, 1);
  g_assert_false (test_receive (&r.pair.alice, r.error, NULL, &fault));
  assert_code (&fault, MIKEY_FAULT_PEER_ERROR);
  g_assert_true (r.pair.alice.x.peer_error.authentic);
  g_assert_cmpuint (r.pair.alice.x.peer_error.error_no, ==,
                    MIKEY_RFC_ERROR_BAD_SPPAR);
  g_assert_cmpint (r.pair.alice.x.state, ==, MIKEY_EXCHANGE_FAILED);
  g_assert_null (r.pair.alice.x.csb);
  mikey_parsed_clear (&parsed);
  end (&r);
}

/* 3830-5.1.2-04: a hint; the answer is still welcome. */
static void
test_hint (const void *data)
{
  static const struct {
    void (*spoil) (TestPair *pair);
    MikeyFaultCode code;
    guint32 error_no;
  } cases[] = {
    { other_key, MIKEY_FAULT_AUTH_FAILED, MIKEY_RFC_ERROR_AUTH },
    /* the same to the outside: whether a key is known is nobody's business */
    { no_key, MIKEY_FAULT_NO_CREDENTIAL, MIKEY_RFC_ERROR_AUTH },
    { late_clock, MIKEY_FAULT_STALE, MIKEY_RFC_ERROR_BAD_TS },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    Refusal r;
    MikeyFault fault = { 0 };
    MikeyParsed parsed;

    refuse (&r, cases[i].spoil, cases[i].code);
    parsed = parse (r.error);
    g_assert_cmpuint (error_no (&parsed), ==, cases[i].error_no);
    g_assert_null (mikey_chain_find (&parsed.chain, MIKEY_PAYLOAD_V, 0));
    g_assert_false (test_receive (&r.pair.alice, r.error, NULL, &fault));
    assert_code (&fault, MIKEY_FAULT_PEER_ERROR);
    g_assert_false (r.pair.alice.x.peer_error.authentic);
    g_assert_cmpint (r.pair.alice.x.state, ==, MIKEY_EXCHANGE_WAIT);
    g_assert_nonnull (r.pair.alice.x.pending);
    mikey_parsed_clear (&parsed);
    end (&r);
  }
}

static void
test_peer_refused (void)
{
  Refusal r;
  MikeyParsed parsed;

  refuse (&r, refused_peer, MIKEY_FAULT_WRONG_ID);
  parsed = parse (r.error);
  g_assert_cmpuint (error_no (&parsed), ==, MIKEY_RFC_ERROR_BAD_ID);
  g_assert_nonnull (mikey_chain_find (&parsed.chain, MIKEY_PAYLOAD_V, 0));
  mikey_parsed_clear (&parsed);
  end (&r);
}

/* 3830-5.4-01: to a replay there is no answer at all. */
static void
test_silence (void)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, error = NULL;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  assert_accepted (&pair.bob, offer, NULL);
  mikey_exchange_clear (&pair.bob.x);
  g_assert_false (test_receive (&pair.bob, offer, &error, &fault));
  assert_code (&fault, MIKEY_FAULT_REPLAYED);
  g_assert_null (error);
  test_pair_clear (&pair);
}

/* A refused update leaves the bundle as it is, on both sides. */
static void
test_update_refused (void)
{
  TestPair pair;
  MikeyFault fault = { 0 };
  g_autoptr (GBytes) update = NULL, error = NULL;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  test_run_step (&pair, TEST_OFFER, NULL, NULL);
  update = test_update (&pair.alice, true, &fault);
  pair.bob.refuses_peer = true;
  g_assert_false (test_receive (&pair.bob, update, &error, &fault));
  g_assert_false (test_receive (&pair.alice, error, NULL, &fault));
  assert_code (&fault, MIKEY_FAULT_PEER_ERROR);
  g_assert_cmpint (pair.alice.x.state, ==, MIKEY_EXCHANGE_DONE);
  g_assert_null (pair.alice.x.pending);
  assert_same_keys (&pair.alice, &pair.bob);
  test_pair_clear (&pair);
}

/* Nobody has asked, or it answers something else. */
static void
test_unexpected (void)
{
  Refusal r;
  MikeyFault fault;
  g_autoptr (GBytes) again = NULL;

  refuse (&r, other_suite, MIKEY_FAULT_BAD_SP_PARAM);
  assert_refused (&r.pair.bob, r.error, MIKEY_FAULT_UNEXPECTED);
  again = test_offer (&r.pair.alice, MIKEY_MODE_PSK, &fault);
  assert_refused (&r.pair.alice, r.error, MIKEY_FAULT_UNEXPECTED);
  end (&r);
}

/* --- changed on the way --- */

static void
other_number (MikeyChain *chain, MikeyArena *arena, void *data)
{
  ((MikeyErr *)test_find (chain, MIKEY_PAYLOAD_ERR, 0))->error_no = 99;
}

static void
other_t (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyT *t = test_find (chain, MIKEY_PAYLOAD_T, 0);

  t->value = mikey_slice (mikey_arena_alloc (arena, 8), 8);
}

static void
no_error (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyPayload *t = test_find (chain, MIKEY_PAYLOAD_T, 0);

  t->link = t->link->link;
}

static void
many_errors (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyPayload *err = test_find (chain, MIKEY_PAYLOAD_ERR, 0);
  guint i;

  for (i = 0; i < MIKEY_MAX_ERRORS; i++)
    test_insert (err, MIKEY_PAYLOAD_ERR, arena);
}

static void
null_v (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyV *v = test_find (chain, MIKEY_PAYLOAD_V, 0);

  v->auth_alg = MIKEY_MAC_NULL;
  v->ver_data.len = 0;
}

/* Edited without the key: REFUSE_WITH none: taken as a hint. */
static void
test_edited (void)
{
  static const struct {
    TestEdit edit;
    MikeyFaultCode code;
  } edits[] = { { other_number, MIKEY_FAULT_PEER_ERROR },
                { null_v, MIKEY_FAULT_PEER_ERROR },
                { other_t, MIKEY_FAULT_CSB_MISMATCH },
                { no_error, MIKEY_FAULT_MISSING_PAYLOAD },
                { many_errors, MIKEY_FAULT_EXTRA_PAYLOAD } };
  Refusal r;
  guint i;

  refuse (&r, other_suite, MIKEY_FAULT_BAD_SP_PARAM);
  for (i = 0; i < G_N_ELEMENTS (edits); i++) {
    MikeyFault fault = { 0 };
    /* not made anew: there is no message that V would answer */
    g_autoptr (GBytes) edited
        = test_edit (&r.pair.alice, r.error, NULL, edits[i].edit, NULL);

    g_assert_false (test_receive (&r.pair.alice, edited, NULL, &fault));
    assert_code (&fault, edits[i].code);
    g_assert_false (r.pair.alice.x.peer_error.authentic);
    g_assert_cmpint (r.pair.alice.x.state, ==, MIKEY_EXCHANGE_WAIT);
  }
  end (&r);
}

/* 3830-5.1.2-01: what is told for which fault; the same for every fault of a
 * kind that would help a liar. */
static void
test_numbers (void)
{
  guint code;

  g_assert_cmpint (mikey_fault_rfc_error (MIKEY_FAULT_NO_CREDENTIAL), ==,
                   mikey_fault_rfc_error (MIKEY_FAULT_AUTH_FAILED));
  for (code = 1; code < MIKEY_FAULT_COUNT; code++)
    g_assert_cmpint (mikey_fault_rfc_error (code), <=,
                     MIKEY_RFC_ERROR_BAD_TPPAR);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  g_test_add_func ("/error-message/authentic", test_authentic);
  g_test_add_data_func ("/error-message/hint", NULL, test_hint);
  g_test_add_func ("/error-message/peer-refused", test_peer_refused);
  g_test_add_func ("/error-message/silence", test_silence);
  g_test_add_func ("/error-message/update-refused", test_update_refused);
  g_test_add_func ("/error-message/unexpected", test_unexpected);
  g_test_add_func ("/error-message/edited", test_edited);
  g_test_add_func ("/error-message/numbers", test_numbers);
  return g_test_run ();
}
