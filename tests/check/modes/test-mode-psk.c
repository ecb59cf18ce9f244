/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/modes/draft.h>
#include <mikey/modes/error-message.h>

/* 3830-3.1-01 */

static void
pair_init (TestPair *pair)
{
  test_pair_init (pair, mikey_mode_find (MIKEY_MODE_PSK));
}

static guint32
codes_of (GBytes *message, guint32 *codes, guint max)
{
  g_auto (MikeyParsed) parsed = { .raw = MIKEY_SLICE_EMPTY };
  const MikeyPayload *p;
  guint n = 0;

  g_assert_true (mikey_parsed_init (&parsed, test_slice (message),
                                    MIKEY_TOLERATE_NOTHING, NULL));
  for (p = parsed.chain.head; p && n < max; p = p->link)
    codes[n++] = p->type->code;
  return n;
}

#define assert_payloads(message, ...)                                          \
  do {                                                                         \
    const guint32 _wanted[] = { __VA_ARGS__ };                                 \
    guint32 _codes[16];                                                        \
    guint _num = codes_of (message, _codes, 16);                               \
    g_assert_cmpmem (_codes, _num * sizeof *_codes, _wanted, sizeof _wanted);  \
  } while (0)

/* 3830-3.1-02, 3830-3.1-03, 3830-3-01, 3830-4.5-02, 3830-4.5-06, 3830-6.2-04 */
static void
test_order (void)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, answer = NULL, update = NULL;

  pair_init (&pair);
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  assert_payloads (offer, MIKEY_PAYLOAD_HDR, MIKEY_PAYLOAD_T,
                   MIKEY_PAYLOAD_RAND, MIKEY_PAYLOAD_ID, MIKEY_PAYLOAD_ID,
                   MIKEY_PAYLOAD_SP, MIKEY_PAYLOAD_KEMAC);
  assert_accepted (&pair.bob, offer, &answer);
  assert_payloads (answer, MIKEY_PAYLOAD_HDR, MIKEY_PAYLOAD_T, MIKEY_PAYLOAD_ID,
                   MIKEY_PAYLOAD_V);
  assert_accepted (&pair.alice, answer, NULL);
  update = test_update (&pair.bob, true, &fault);
  assert_payloads (update, MIKEY_PAYLOAD_HDR, MIKEY_PAYLOAD_T, MIKEY_PAYLOAD_ID,
                   MIKEY_PAYLOAD_ID, MIKEY_PAYLOAD_SP, MIKEY_PAYLOAD_KEMAC);
  test_pair_clear (&pair);
}

/* Counts through all combinations: DIGITS are how many values each has. */
static bool
next_combination (guint *values, const guint *digits, guint num)
{
  guint i;

  for (i = 0; i < num; i++) {
    if (++values[i] < digits[i])
      return true;
    values[i] = 0;
  }
  return false;
}

enum {
  ENCR,
  MAC,
  PRF,
  KEY,
  VALIDITY,
  MKI,
  ASK,
  IDS,
  TS,
  SUITE,
  SEVERAL,
  NUM_CHOICES
};

static const guint choices[NUM_CHOICES] = { 3, 2, 2, 4, 3, 3, 2, 2, 3, 2, 2 };

static void
set_policy (MikeyPolicyData *policy, const guint *v)
{
  static const guint mki_lens[] = { 4, 3, 0 };

  policy->encr_alg = MIKEY_ENCR_AES_CM_128 + v[ENCR];
  policy->mac_alg = MIKEY_MAC_HMAC_SHA_1_160 + v[MAC];
  policy->prf = v[PRF];
  policy->key_type = v[KEY];
  policy->key_validity = v[VALIDITY];
  policy->mki_len = mki_lens[v[MKI]];
  policy->request_verification = v[ASK];
  policy->send_ids = v[IDS];
  policy->timestamp_type = v[TS];
  policy->num_keys = v[SEVERAL] ? 3 : 1;
  policy->key_interval = 1000;
  if (v[SUITE])
    policy->suites[0] = policy->suites[1];
}

/* AES key wrap takes whole blocks only; TGKs are stretched, TEKs can not be. */
static bool
can_not_wrap (const MikeyPolicyData *policy)
{
  bool gcm = policy->suites[0].rtp_cipher == MIKEY_SRTP_CIPHER_AES_256_GCM;
  bool salt = policy->key_type == MIKEY_KEY_TYPE_TEK_SALT;
  gsize len = 4 + (gcm ? 32 : 16) + (salt ? 2 + (gcm ? 12 : 14) : 0);

  if (policy->key_validity == MIKEY_KEY_VALIDITY_SPI && policy->mki_len)
    len += 1 + policy->mki_len;
  if (policy->key_validity == MIKEY_KEY_VALIDITY_INTERVAL)
    len += 14;
  return policy->encr_alg == MIKEY_ENCR_AES_KW_128
         && policy->key_type >= MIKEY_KEY_TYPE_TEK && len % 8;
}

/* Nothing would tell which of several keys a packet is under. */
static bool
is_ambiguous (const MikeyPolicyData *policy)
{
  bool none = policy->key_validity == MIKEY_KEY_VALIDITY_NULL
              || (policy->key_validity == MIKEY_KEY_VALIDITY_SPI
                  && policy->mki_len == 0);

  return none && policy->num_keys > 1;
}

/* 3830-3.1-01, 3830-4.2-01, 3830-4.2.2-02, 3830-4.2.3-01, 3830-4.2.3-06,
 * 3830-4.2.4-01, 3830-6.13-01, 3830-6.14-01, 3830-5.3-03, 3830-6.1-04,
 * 3830-6.6-01, 3830-3.1-06: everything with everything, updates from both
 * sides, and the same keys on both. */
static void
test_combinations (void)
{
  guint v[NUM_CHOICES] = { 0 };
  guint num = 0, refused = 0;

  do {
    TestPair pair;
    MikeyFault fault;

    pair_init (&pair);
    set_policy (&pair.alice.policy, v);
    set_policy (&pair.bob.policy, v);
    if (is_ambiguous (&pair.alice.policy)) {
      g_assert_null (test_offer (&pair.alice, MIKEY_MODE_PSK, &fault));
      assert_code (&fault, MIKEY_FAULT_USAGE);
      refused++;
    } else if (can_not_wrap (&pair.alice.policy)) {
      g_assert_null (test_offer (&pair.alice, MIKEY_MODE_PSK, &fault));
      assert_code (&fault, MIKEY_FAULT_BAD_LENGTH);
      refused++;
    } else {
      test_run_script (&pair, NULL, NULL);
      assert_same_keys (&pair.alice, &pair.bob);
      num++;
    }
    test_pair_clear (&pair);
  } while (next_combination (v, choices, NUM_CHOICES));
  g_test_message ("%u combinations, %u that can not be", num, refused);
}

/* 3830-3.1-05, 3830-6.11-02, 3830-4.2.2-01: with one PSK, keys differ. */
static void
test_fresh_keys (void)
{
  TestPair pair;
  char *keys[4];
  guint i, j;

  pair_init (&pair);
  for (i = 0; i < G_N_ELEMENTS (keys); i++) {
    test_run_step (&pair, TEST_OFFER, NULL, NULL);
    keys[i] = test_keys (&pair.alice);
    for (j = 0; j < i; j++)
      g_assert_cmpstr (keys[i], !=, keys[j]);
    mikey_exchange_clear (&pair.alice.x);
    mikey_exchange_clear (&pair.bob.x);
    g_assert_true (mikey_exchange_add_stream (&pair.alice.x, 1, 0));
  }
  for (i = 0; i < G_N_ELEMENTS (keys); i++)
    g_free (keys[i]);
  test_pair_clear (&pair);
}

/* 3830-6.1.1-01, 3830-6.1.1-02: SSRCs and rollover counters of both sides. */
static void
test_ssrc_filled (void)
{
  TestPair pair;

  pair_init (&pair);
  pair.bob.x.streams[0].roc = 7;
  test_run_step (&pair, TEST_OFFER, NULL, NULL);
  g_assert_cmpuint (pair.alice.x.csb->num_cs, ==, 2);
  g_assert_cmphex (pair.alice.x.csb->cs[0].ssrc, ==, 0xa11ce001);
  g_assert_cmphex (pair.alice.x.csb->cs[1].ssrc, ==, 0x00b0b001);
  g_assert_cmpuint (pair.alice.x.csb->cs[1].roc, ==, 7);
  g_assert_cmpuint (pair.alice.x.csb->cs[1].cs_id, ==, 2);
  assert_same_keys (&pair.alice, &pair.bob);
  test_pair_clear (&pair);
}

/* Without an answer there is nobody to fill it in. */
static void
test_ssrc_open (void)
{
  TestPair pair;

  pair_init (&pair);
  pair.alice.policy.request_verification = false;
  test_run_step (&pair, TEST_OFFER, NULL, NULL);
  g_assert_cmpuint (pair.bob.x.csb->cs[1].ssrc, ==, 0);
  assert_same_keys (&pair.alice, &pair.bob);
  test_pair_clear (&pair);
}

static void
deliver (TestPair *pair, TestSide *from, GBytes *message)
{
  g_autoptr (GBytes) reply = NULL;

  g_assert_nonnull (message);
  assert_accepted (test_other (pair, from), message, &reply);
  if (reply)
    assert_accepted (from, reply, NULL);
}

/* 3830-4.5-01, 3830-4.5-03, 3830-6.2-03: an update without keys adds a stream
 * and tells a rollover counter; the keys stay. */
static void
test_streams_added (void)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) first = NULL, second = NULL;

  pair_init (&pair);
  test_run_step (&pair, TEST_OFFER, NULL, NULL);
  g_assert_true (mikey_exchange_add_stream (&pair.alice.x, 0xa11ce002, 3));
  pair.alice.x.streams[0].roc = 9;
  first = test_update (&pair.alice, false, &fault);
  deliver (&pair, &pair.alice, first);
  g_assert_cmpuint (pair.bob.x.csb->num_cs, ==, 3);
  g_assert_cmphex (pair.bob.x.csb->cs[2].ssrc, ==, 0xa11ce002);
  g_assert_cmpuint (pair.bob.x.csb->cs[2].roc, ==, 3);
  g_assert_cmpuint (pair.bob.x.csb->cs[0].roc, ==, 9);
  g_assert_cmpuint (pair.bob.x.csb->num_keys, ==, 1);

  g_assert_true (mikey_exchange_add_stream (&pair.bob.x, 0x00b0b002, 0));
  second = test_update (&pair.bob, false, &fault);
  deliver (&pair, &pair.bob, second);
  g_assert_cmpuint (pair.alice.x.csb->num_cs, ==, 4);
  g_assert_cmpuint (pair.alice.x.csb->generation, ==, 0);
  assert_same_keys (&pair.alice, &pair.bob);
  test_pair_clear (&pair);
}

/* Both sides rekey at once: messages cross, and both keys are there. */
static void
test_updates_cross (const void *data)
{
  bool verified = GPOINTER_TO_INT (data);
  TestPair pair;
  MikeyFault fault;
  guint i;

  pair_init (&pair);
  pair.alice.policy.request_verification = verified;
  pair.bob.policy.request_verification = verified;
  pair.alice.policy.num_keys = 2;
  test_run_step (&pair, TEST_OFFER, NULL, NULL);
  for (i = 0; i < 4; i++) {
    g_autoptr (GBytes) to_bob = test_update (&pair.alice, true, &fault);
    g_autoptr (GBytes) to_alice = test_update (&pair.bob, true, &fault);
    g_autoptr (GBytes) from_alice = NULL, from_bob = NULL;

    assert_accepted (&pair.alice, to_alice, &from_alice);
    assert_accepted (&pair.bob, to_bob, &from_bob);
    if (verified) {
      assert_accepted (&pair.alice, from_bob, NULL);
      assert_accepted (&pair.bob, from_alice, NULL);
    }
    g_assert_cmpuint (pair.alice.x.csb->num_keys, ==,
                      MIN (5 + 3 * i, MIKEY_MAX_KEYS));
    assert_same_keys (&pair.alice, &pair.bob);
  }
  test_pair_clear (&pair);
}

/* Both sides add a stream at once: the Initiator's goes first, the Responder
 * hears so and tries again. */
static void
test_streams_cross (void)
{
  TestPair pair;
  MikeyFault fault = { 0 };
  g_autoptr (GBytes) to_bob = NULL, to_alice = NULL, again = NULL;
  g_autoptr (GBytes) from_alice = NULL, from_bob = NULL;

  pair_init (&pair);
  test_run_step (&pair, TEST_OFFER, NULL, NULL);
  g_assert_true (mikey_exchange_add_stream (&pair.alice.x, 0xa11ce002, 0));
  g_assert_true (mikey_exchange_add_stream (&pair.bob.x, 0x00b0b002, 0));
  to_bob = test_update (&pair.alice, false, &fault);
  to_alice = test_update (&pair.bob, true, &fault);
  g_assert_false (test_receive (&pair.alice, to_alice, &from_alice, &fault));
  assert_code (&fault, MIKEY_FAULT_UNEXPECTED);
  assert_accepted (&pair.bob, to_bob, &from_bob);
  assert_accepted (&pair.alice, from_bob, NULL);
  assert_same_keys (&pair.alice, &pair.bob);

  g_assert_false (test_receive (&pair.bob, from_alice, NULL, &fault));
  assert_code (&fault, MIKEY_FAULT_PEER_ERROR);
  g_assert_true (pair.bob.x.peer_error.authentic);
  g_assert_cmpint (pair.bob.x.state, ==, MIKEY_EXCHANGE_DONE);
  again = test_update (&pair.bob, false, &fault);
  deliver (&pair, &pair.bob, again);
  g_assert_cmpuint (pair.alice.x.csb->num_cs, ==, 4);
  assert_same_keys (&pair.alice, &pair.bob);
  test_pair_clear (&pair);
}

/* What was offered without new keys brings none, even when the peer's rekey
 * and a forgotten generation came in between. */
static void
test_update_overtaken (void)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) plain = NULL, rekey = NULL, answer = NULL, second = NULL;

  pair_init (&pair);
  test_run_step (&pair, TEST_OFFER, NULL, NULL);
  plain = test_update (&pair.alice, false, &fault);
  rekey = test_update (&pair.bob, true, &fault);
  assert_accepted (&pair.bob, plain, &answer);
  assert_accepted (&pair.alice, rekey, &second);
  mikey_csb_drop_keys (pair.alice.x.csb, 1);
  g_assert_cmpuint (pair.alice.x.csb->num_keys, ==, 1);
  assert_accepted (&pair.alice, answer, NULL);
  g_assert_cmpuint (pair.alice.x.csb->num_keys, ==, 1);
  g_assert_cmpuint (pair.alice.x.csb->generation, ==, 1);
  test_pair_clear (&pair);
}

/* The Initiator rekeys, then the Responder, and so on: MKIs stay distinct
 * (3830-A.1-01), also where they are short and wrap. */
static void
test_many_rekeys (void)
{
  TestPair pair;
  guint i;

  pair_init (&pair);
  pair.alice.policy.mki_len = pair.bob.policy.mki_len = 1;
  test_run_step (&pair, TEST_OFFER, NULL, NULL);
  for (i = 0; i < 300; i++) {
    test_run_step (&pair, i % 3 ? TEST_UPDATE_ALICE : TEST_UPDATE_BOB, NULL,
                   NULL);
    assert_same_keys (&pair.alice, &pair.bob);
  }
  g_assert_cmpuint (pair.alice.x.csb->num_keys, ==, MIKEY_MAX_KEYS);
  g_assert_cmpuint (pair.alice.x.csb->generation, ==, 300);
  test_pair_clear (&pair);
}

/* A new offer takes the place of one that was never answered; the old answer
 * is of no use then. */
static void
test_offer_again (void)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) first = NULL, second = NULL, answer = NULL;

  pair_init (&pair);
  first = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  assert_accepted (&pair.bob, first, &answer);
  second = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  assert_refused (&pair.alice, answer, MIKEY_FAULT_CSB_MISMATCH);
  test_side_restart (&pair.bob);
  deliver (&pair, &pair.alice, second);
  assert_same_keys (&pair.alice, &pair.bob);
  test_pair_clear (&pair);
}

/* 3830-8.1-01, 3830-6.11-02: who comes late is given the bundle in force; who
 * has it already has no use for that. */
static void
test_late_offer (void)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, late = NULL;
  guint32 csb_id;

  pair_init (&pair);
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  deliver (&pair, &pair.alice, offer);
  csb_id = pair.alice.x.csb->csb_id;
  late = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  g_assert_nonnull (late);
  assert_refused (&pair.bob, late, MIKEY_FAULT_EXTRA_PAYLOAD);
  test_side_restart (&pair.bob);
  deliver (&pair, &pair.alice, late);
  assert_same_keys (&pair.alice, &pair.bob);
  g_assert_cmpuint (pair.bob.x.csb->csb_id, ==, csb_id);
  g_assert_cmpuint (pair.alice.x.csb->num_keys, ==, 1);
  test_pair_clear (&pair);
}

/* --- who is who --- */

typedef struct {
  const char *local, *peer; /* Bob's */
  bool send_ids;
  MikeyFaultCode code; /* 0: accepted */
} IdCase;

/* 3830-9.5-01, 3830-3.1-06, 3830-5.3-01 */
static void
test_identities (void)
{
  static const IdCase cases[] = {
    { TEST_BOB, TEST_ALICE, true, 0 },
    { TEST_BOB, NULL, true, 0 },
    { NULL, TEST_ALICE, true, 0 },
    { NULL, NULL, true, 0 },
    { TEST_BOB, TEST_ALICE, false, 0 },
    { NULL, NULL, false, 0 },
    { "sip:carol@example.org", NULL, true, MIKEY_FAULT_WRONG_ID },
    { TEST_BOB, "sip:carol@example.org", true, MIKEY_FAULT_WRONG_ID },
    { TEST_ALICE, TEST_BOB, true, MIKEY_FAULT_WRONG_ID },
    { TEST_ALICE, NULL, true, MIKEY_FAULT_WRONG_ID },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    const IdCase *c = &cases[i];
    TestSide alice, bob;
    MikeyFault fault;
    g_autoptr (GBytes) offer = NULL, answer = NULL;

    test_side_init (&alice, TEST_ALICE, TEST_BOB);
    test_side_init (&bob, c->local, c->peer);
    alice.policy.modes = bob.policy.modes = 1u << MIKEY_MODE_PSK;
    alice.policy.send_ids = c->send_ids;
    g_assert_true (mikey_exchange_add_stream (&alice.x, 1, 0));
    offer = test_offer (&alice, MIKEY_MODE_PSK, &fault);
    if (c->code) {
      assert_refused (&bob, offer, c->code);
    } else {
      assert_accepted (&bob, offer, &answer);
      assert_accepted (&alice, answer, NULL);
      assert_same_keys (&alice, &bob);
    }
    test_side_clear (&alice);
    test_side_clear (&bob);
  }
}

/* A lone ID is the sender's, unless it is the receiver's own. */
static void
test_lone_identity (void)
{
  static const char *const known[][4] = {
    /* Alice's local and peer, Bob's local and peer */
    { TEST_ALICE, NULL, TEST_BOB, TEST_ALICE },
    { NULL, TEST_BOB, TEST_BOB, TEST_ALICE },
    { NULL, TEST_BOB, TEST_BOB, NULL },
    { TEST_ALICE, NULL, NULL, NULL },
    { NULL, NULL, TEST_BOB, NULL },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (known); i++) {
    TestPair pair = { .mode = mikey_mode_find (MIKEY_MODE_PSK) };

    test_side_init (&pair.alice, known[i][0], known[i][1]);
    test_side_init (&pair.bob, known[i][2], known[i][3]);
    pair.alice.policy.modes = pair.bob.policy.modes = 1u << MIKEY_MODE_PSK;
    g_assert_true (mikey_exchange_add_stream (&pair.alice.x, 1, 0));
    test_run_script (&pair, NULL, NULL);
    assert_same_keys (&pair.alice, &pair.bob);
    test_pair_clear (&pair);
  }
}

/* The fault speaks of what somebody sent, and yet can be printed. */
static void
test_identity_printable (void)
{
  TestPair pair;
  MikeyFault fault = { 0 };
  g_autoptr (GBytes) offer = NULL;
  const char *c;

  pair_init (&pair);
  pair.alice.env.local_id = mikey_slice ("\x1b[2J\xff\n%s", 8);
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  g_assert_true (test_refuses (&pair.bob, offer, &fault));
  assert_code (&fault, MIKEY_FAULT_WRONG_ID);
  for (c = fault.text; *c; c++)
    g_assert_true (g_ascii_isprint (*c));
  test_pair_clear (&pair);
}

static void
test_wrong_psk (void)
{
  static const guint8 other[16] = { 1 };
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL;

  pair_init (&pair);
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  pair.bob.psk = mikey_slice (other, sizeof other);
  assert_refused (&pair.bob, offer, MIKEY_FAULT_AUTH_FAILED);
  pair.bob.psk = MIKEY_SLICE_EMPTY;
  assert_refused (&pair.bob, offer, MIKEY_FAULT_NO_CREDENTIAL);
  pair.alice.psk = MIKEY_SLICE_EMPTY;
  g_assert_null (test_offer (&pair.alice, MIKEY_MODE_PSK, &fault));
  assert_code (&fault, MIKEY_FAULT_NO_CREDENTIAL);
  pair.bob.refuses_peer = true;
  pair.bob.psk = pair.alice.psk;
  test_pair_clear (&pair);
}

/* The application's last word, on both sides. */
static void
test_peer_refused (void)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, answer = NULL;

  pair_init (&pair);
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  pair.bob.refuses_peer = true;
  assert_refused (&pair.bob, offer, MIKEY_FAULT_WRONG_ID);
  pair.bob.refuses_peer = false;
  assert_accepted (&pair.bob, offer, &answer);
  pair.alice.refuses_peer = true;
  assert_refused (&pair.alice, answer, MIKEY_FAULT_WRONG_ID);
  test_pair_clear (&pair);
}

/* What a party has sent comes back to it, in each state, with identities and
 * without (promise: reflection). */
static void
reflect (TestPair *pair, TestSide *from, TestSide *to, const char *name,
         GBytes *message, void *data)
{
  MikeyFault fault = { 0 };

  g_assert_true (test_refuses (from, message, &fault));
}

static void
test_reflection (void)
{
  guint i;

  for (i = 0; i < 12; i++) {
    TestPair pair;

    pair_init (&pair);
    pair.alice.policy.send_ids = pair.bob.policy.send_ids = i & 1;
    pair.alice.policy.request_verification = i & 2;
    pair.bob.policy.request_verification = i & 2;
    pair.alice.policy.timestamp_type = pair.bob.policy.timestamp_type = i / 4;
    test_run_script (&pair, reflect, NULL);
    test_pair_clear (&pair);
  }
}

/* The same when both ends of a connection share a store. */
static void
test_shared_store (void)
{
  TestPair pair;

  pair_init (&pair);
  pair.alice.policy.send_ids = pair.bob.policy.send_ids = false;
  pair.bob.env.replay = &pair.alice.replay;
  test_run_script (&pair, reflect, NULL);
  assert_same_keys (&pair.alice, &pair.bob);
  test_pair_clear (&pair);
}

/* --- waiting for a key --- */

static void
test_pending (void)
{
  TestPair pair;
  MikeyFault fault = { 0 };
  g_autoptr (GBytes) offer = NULL, answer = NULL;

  pair_init (&pair);
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  pair.bob.pending = true;
  g_assert_false (test_receive (&pair.bob, offer, &answer, &fault));
  assert_code (&fault, MIKEY_FAULT_PENDING);
  g_assert_null (answer);
  g_assert_false (test_resume (&pair.bob, &answer, &fault));
  assert_code (&fault, MIKEY_FAULT_PENDING);
  pair.bob.pending = false;
  g_assert_true (test_resume (&pair.bob, &answer, &fault));
  g_assert_cmpuint (pair.bob.asked, ==, 3);
  assert_accepted (&pair.alice, answer, NULL);
  assert_same_keys (&pair.alice, &pair.bob);
  g_assert_false (test_resume (&pair.bob, NULL, &fault));
  assert_code (&fault, MIKEY_FAULT_USAGE);
  test_pair_clear (&pair);
}

/* A message that came once more in the meantime takes the place of the one
 * that waits. */
static void
test_pending_overtaken (void)
{
  TestPair pair;
  MikeyFault fault = { 0 };
  g_autoptr (GBytes) offer = NULL;

  pair_init (&pair);
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  pair.bob.pending = true;
  g_assert_false (test_receive (&pair.bob, offer, NULL, &fault));
  pair.bob.pending = false;
  assert_accepted (&pair.bob, offer, NULL);
  g_assert_cmpuint (pair.bob.x.held.len, ==, 0);
  test_pair_clear (&pair);
}

/* A key that comes too late: the message has become old while it waited. */
static void
test_pending_too_long (void)
{
  TestPair pair;
  MikeyFault fault = { 0 };
  g_autoptr (GBytes) offer = NULL;

  pair_init (&pair);
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  pair.bob.pending = true;
  g_assert_false (test_receive (&pair.bob, offer, NULL, &fault));
  pair.bob.pending = false;
  pair.bob.env.now += 301 * MIKEY_TIME_SECOND;
  g_assert_false (test_resume (&pair.bob, NULL, &fault));
  assert_code (&fault, MIKEY_FAULT_STALE);
  test_pair_clear (&pair);
}

static void
test_offer_pending (void)
{
  TestPair pair;
  MikeyFault fault = { 0 };
  g_autoptr (GBytes) offer = NULL;

  pair_init (&pair);
  pair.alice.pending = true;
  g_assert_null (test_offer (&pair.alice, MIKEY_MODE_PSK, &fault));
  assert_code (&fault, MIKEY_FAULT_PENDING);
  pair.alice.pending = false;
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  g_assert_nonnull (offer);
  test_pair_clear (&pair);
}

/* 3830-4.2.3-04, 3830-4.2.3-07, 3830-4.2.4-03: never half protected. */
static void
test_null_algorithms (void)
{
  TestPair pair;
  MikeyFault fault;

  pair_init (&pair);
  pair.alice.policy.encr_alg = MIKEY_ENCR_NULL;
  g_assert_null (test_offer (&pair.alice, MIKEY_MODE_PSK, &fault));
  assert_code (&fault, MIKEY_FAULT_USAGE);
  pair.alice.policy.encr_alg = MIKEY_ENCR_AES_CM_128;
  pair.alice.policy.mac_alg = MIKEY_MAC_NULL;
  g_assert_null (test_offer (&pair.alice, MIKEY_MODE_PSK, &fault));
  assert_code (&fault, MIKEY_FAULT_USAGE);
  test_pair_clear (&pair);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  g_test_add_func ("/psk/order", test_order);
  g_test_add_func ("/psk/combinations", test_combinations);
  g_test_add_func ("/psk/fresh-keys", test_fresh_keys);
  g_test_add_func ("/psk/ssrc/filled", test_ssrc_filled);
  g_test_add_func ("/psk/ssrc/open", test_ssrc_open);
  g_test_add_func ("/psk/update/streams", test_streams_added);
  g_test_add_data_func ("/psk/update/cross", GINT_TO_POINTER (true),
                        test_updates_cross);
  g_test_add_data_func ("/psk/update/cross-unverified", GINT_TO_POINTER (false),
                        test_updates_cross);
  g_test_add_func ("/psk/update/streams-cross", test_streams_cross);
  g_test_add_func ("/psk/update/overtaken", test_update_overtaken);
  g_test_add_func ("/psk/update/many", test_many_rekeys);
  g_test_add_func ("/psk/offer-again", test_offer_again);
  g_test_add_func ("/psk/late-offer", test_late_offer);
  g_test_add_func ("/psk/identities", test_identities);
  g_test_add_func ("/psk/identities/lone", test_lone_identity);
  g_test_add_func ("/psk/identities/printable", test_identity_printable);
  g_test_add_func ("/psk/wrong-key", test_wrong_psk);
  g_test_add_func ("/psk/peer-refused", test_peer_refused);
  g_test_add_func ("/psk/reflection", test_reflection);
  g_test_add_func ("/psk/reflection/shared-store", test_shared_store);
  g_test_add_func ("/psk/pending", test_pending);
  g_test_add_func ("/psk/pending/overtaken", test_pending_overtaken);
  g_test_add_func ("/psk/pending/too-long", test_pending_too_long);
  g_test_add_func ("/psk/pending/offer", test_offer_pending);
  g_test_add_func ("/psk/null-algorithms", test_null_algorithms);
  return g_test_run ();
}
