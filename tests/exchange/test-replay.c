/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/session/private.h>

/* Old, early and repeated messages, for every message of every mode that judges
 * freshness by itself. 3830-5.3-01, 3830-5.3-02, 3830-5.4-01, 3830-5.4-03 */

#define SECOND MIKEY_TIME_SECOND
#define SKEW   300

/* 2036-02-07T06:28:16Z, when the seconds of NTP begin anew. */
#define ERA_END (G_GINT64_CONSTANT (2085978496) * SECOND)

typedef struct {
  MikeyReplayStore *alice, *bob;
} Stores;

static void
use_stores (TestPair *pair, Stores *stores)
{
  stores->alice = mikey_replay_store_new (0);
  stores->bob = mikey_replay_store_new (0);
  pair->alice.replay = mikey_replay_store_get_interface (stores->alice);
  pair->bob.replay = mikey_replay_store_get_interface (stores->bob);
}

static void
drop_stores (Stores *stores)
{
  g_object_unref (stores->alice);
  g_object_unref (stores->bob);
}

/* --- skew --- */

typedef struct {
  gint64 off; /* of Bob's clock against Alice's */
  bool fresh;
} SkewCase;

static const SkewCase skew_cases[] = {
  { 0, true },
  { SECOND, true },
  { -SECOND, true },
  { (SKEW - 1) * SECOND, true },
  { -(SKEW - 1) * SECOND, true },
  { SKEW * SECOND, true },
  { -SKEW * SECOND, true },
  { SKEW * SECOND + 1, false },
  { -SKEW * SECOND - 1, false },
  { (SKEW + 1) * SECOND, false },
  { -(SKEW + 1) * SECOND, false },
  { 86400 * SECOND, false },
  { -86400 * SECOND, false },
  { (G_GINT64_CONSTANT (1) << 31) * SECOND, false }, /* half an era */
  { -(G_GINT64_CONSTANT (1) << 31) * SECOND, false },
};

static void
check_skew (const MikeyModeRow *mode, MikeyTime now, MikeyTimestampType type,
            const SkewCase *c)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, reply = NULL;

  test_pair_init (&pair, mode);
  pair.alice.policy.timestamp_type = type;
  pair.alice.env.now = now;
  pair.bob.env.now = now + c->off;
  offer = test_offer (&pair.alice, mode->mode, &fault);
  if (c->fresh) {
    assert_accepted (&pair.bob, offer, &reply);
  } else {
    assert_refused (&pair.bob, offer, MIKEY_FAULT_STALE);
  }
  test_pair_clear (&pair);
}

/* 3830-4.2.8-02, 3830-4.2.8-03: also on both sides of the end of the era, and
 * across it. */
static void
test_skew (const void *data)
{
  static const MikeyTime times[]
      = { TEST_NOW, ERA_END - SECOND, ERA_END, ERA_END + 100 * SECOND };
  guint t, i;

  for (t = 0; t < G_N_ELEMENTS (times); t++)
    for (i = 0; i < G_N_ELEMENTS (skew_cases); i++) {
      check_skew (data, times[t], MIKEY_TIMESTAMP_NTP_UTC, &skew_cases[i]);
      check_skew (data, times[t], MIKEY_TIMESTAMP_NTP, &skew_cases[i]);
    }
}

/* A session lives on when the era ends. */
static void
test_era (const void *data)
{
  TestPair pair;
  guint i;

  test_pair_init (&pair, data);
  pair.alice.env.now = pair.bob.env.now = ERA_END - 2000 * SECOND;
  test_run_step (&pair, TEST_OFFER, NULL, NULL);
  for (i = 0; i < 40; i++) {
    test_pair_advance (&pair, 100 * SECOND);
    test_run_step (&pair, TEST_UPDATE_ALICE, NULL, NULL);
    test_run_step (&pair, TEST_UPDATE_BOB, NULL, NULL);
  }
  assert_same_keys (&pair.alice, &pair.bob);
  test_pair_clear (&pair);
}

/* Who has no clock does not judge by it, but still accepts nothing twice. */
static void
test_no_clock (const void *data)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, other = NULL;

  test_pair_init (&pair, data);
  pair.bob.env.now = MIKEY_TIME_NONE;
  offer = test_offer (&pair.alice, pair.mode->mode, &fault);
  assert_accepted (&pair.bob, offer, NULL);
  mikey_exchange_clear (&pair.bob.x);
  if (pair.protected)
    assert_refused (&pair.bob, offer, MIKEY_FAULT_REPLAYED);
  other = test_offer (&pair.bob, pair.mode->mode, &fault);
  g_assert_null (other);
  assert_code (&fault, MIKEY_FAULT_USAGE);
  test_pair_clear (&pair);
}

/* --- counters --- */

/* 3830-6.6-02 */
static void
test_counter (const void *data)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) first = NULL, second = NULL, low = NULL, zero = NULL;

  test_pair_init (&pair, data);
  if (!pair.protected) {
    test_pair_clear (&pair);
    g_test_skip ("freshness is the carrier's");
    return;
  }
  pair.alice.policy.timestamp_type = MIKEY_TIMESTAMP_COUNTER;
  pair.alice.x.counter = 41;
  first = test_offer (&pair.alice, pair.mode->mode, &fault);
  assert_refused (&pair.bob, first, MIKEY_FAULT_STALE);
  pair.bob.policy.timestamp_type = MIKEY_TIMESTAMP_COUNTER;
  assert_accepted (&pair.bob, first, NULL);
  mikey_exchange_clear (&pair.bob.x);
  assert_refused (&pair.bob, first, MIKEY_FAULT_STALE);
  second = test_offer (&pair.alice, pair.mode->mode, &fault);
  assert_accepted (&pair.bob, second, NULL);
  mikey_exchange_clear (&pair.bob.x);
  pair.alice.x.counter = 3;
  low = test_offer (&pair.alice, pair.mode->mode, &fault);
  assert_refused (&pair.bob, low, MIKEY_FAULT_STALE);
  pair.alice.x.counter = G_MAXUINT32;
  zero = test_offer (&pair.alice, pair.mode->mode, &fault);
  assert_accepted (&pair.bob, zero, NULL);
  g_assert_null (test_offer (&pair.alice, pair.mode->mode, &fault));
  assert_code (&fault, MIKEY_FAULT_LIMIT);
  test_pair_clear (&pair);
}

/* 3830-5.2-05, 3830-4.5-01: each message has a timestamp of its own, also when
 * the clock stands still or goes back, and never one of the other side's. */
static guint64
timestamp_of (GBytes *message)
{
  g_auto (MikeyParsed) parsed = { .raw = MIKEY_SLICE_EMPTY };

  g_assert_true (mikey_parsed_init (&parsed, test_slice (message),
                                    MIKEY_TOLERATE_NOTHING, NULL));
  return mikey_t_as_64 (mikey_chain_find (&parsed.chain, MIKEY_PAYLOAD_T, 0));
}

static void
test_unique (const void *data)
{
  TestPair pair;
  MikeyFault fault;
  guint64 last = 0;
  guint i;

  test_pair_init (&pair, data);
  test_run_step (&pair, TEST_OFFER, NULL, NULL);
  for (i = 0; i < 20; i++) {
    g_autoptr (GBytes) ours = test_update (&pair.alice, true, &fault);
    g_autoptr (GBytes) theirs = test_update (&pair.bob, true, &fault);

    g_assert_cmpuint (timestamp_of (ours), >, last);
    g_assert_cmpuint (timestamp_of (ours), !=, timestamp_of (theirs));
    last = timestamp_of (ours);
    pair.alice.env.now -= 10 * SECOND;
  }
  test_pair_clear (&pair);
}

/* --- repetition --- */

typedef struct {
  Stores *stores;
  guint refused;
} Again;

static void
feed_again (TestPair *pair, TestSide *to, GBytes *message, Again *again)
{
  MikeyFault fault = { 0 };

  g_assert_true (test_refuses (to, message, &fault));
  g_assert_cmpint (mikey_fault_class (fault.code), !=, MIKEY_CLASS_INTERNAL);
  again->refused++;
}

/* Delivers the message itself first, then twice again to the same exchange, to
 * a new one with the same store, and to a new one with the store of a process
 * that has been started anew. */
static void
replay (TestPair *pair, TestSide *from, TestSide *to, const char *name,
        GBytes *message, void *data)
{
  Again *again = data;
  g_autoptr (GBytes) before = test_snapshot (to);
  g_autoptr (GBytes) saved = NULL;
  MikeyReplayStore **slot
      = to == &pair->alice ? &again->stores->alice : &again->stores->bob;
  g_autoptr (MikeyReplayStore) copy = mikey_replay_store_new (0);
  GBytes *old = mikey_replay_store_save (*slot);
  bool begins = to->x.sent.len == 0;

  assert_accepted (to, message, NULL);
  feed_again (pair, to, message, again);
  feed_again (pair, to, message, again);
  if (begins && pair->protected) {
    test_restore (to, before);
    feed_again (pair, to, message, again);
    saved = mikey_replay_store_save (*slot);
    g_assert_true (mikey_replay_store_load (copy, saved, NULL));
    to->replay = mikey_replay_store_get_interface (copy);
    feed_again (pair, to, message, again);
  }
  /* Back to where the script is; it delivers the message once more. */
  test_restore (to, before);
  g_object_unref (*slot);
  *slot = mikey_replay_store_new (0);
  g_assert_true (mikey_replay_store_load (*slot, old, NULL));
  to->replay = mikey_replay_store_get_interface (*slot);
  g_bytes_unref (old);
}

static void
test_replay (const void *data)
{
  Stores stores;
  Again again = { &stores, 0 };
  TestPair pair;

  test_pair_init (&pair, data);
  use_stores (&pair, &stores);
  /* Where nothing is protected, a repeated message sets the same keys again. */
  test_run_script (&pair, pair.protected ? replay : NULL, &again);
  g_test_message ("%u repetitions refused", again.refused);
  assert_same_keys (&pair.alice, &pair.bob);
  test_pair_clear (&pair);
  drop_stores (&stores);
}

/* As long as the clock would let it pass, and not a moment less. */
static void
test_remembered_long_enough (const void *data)
{
  TestPair pair;
  Stores stores;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL;

  test_pair_init (&pair, data);
  use_stores (&pair, &stores);
  offer = test_offer (&pair.alice, pair.mode->mode, &fault);
  pair.bob.env.now = TEST_NOW - SKEW * SECOND;
  assert_accepted (&pair.bob, offer, NULL);
  mikey_exchange_clear (&pair.bob.x);
  pair.bob.env.now = TEST_NOW + SKEW * SECOND;
  if (pair.protected)
    assert_refused (&pair.bob, offer, MIKEY_FAULT_REPLAYED);
  pair.bob.env.now++;
  assert_refused (&pair.bob, offer, MIKEY_FAULT_STALE);
  test_pair_clear (&pair);
  drop_stores (&stores);
}

/* The clock is put back by an hour, and what was accepted in the hour before
 * comes again. */
static void
test_clock_back (const void *data)
{
  TestPair pair;
  Stores stores;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, later = NULL;

  test_pair_init (&pair, data);
  use_stores (&pair, &stores);
  offer = test_offer (&pair.alice, pair.mode->mode, &fault);
  assert_accepted (&pair.bob, offer, NULL);
  mikey_exchange_clear (&pair.bob.x);
  mikey_exchange_clear (&pair.alice.x);
  test_pair_advance (&pair, 3600 * SECOND);
  later = test_offer (&pair.alice, pair.mode->mode, &fault);
  assert_accepted (&pair.bob, later, NULL); /* time to forget the first */
  mikey_exchange_clear (&pair.bob.x);
  test_pair_advance (&pair, -3600 * SECOND);
  if (pair.protected) {
    fault = (MikeyFault){ 0 };
    g_assert_true (test_refuses (&pair.bob, offer, &fault));
    g_assert_cmpint (mikey_fault_class (fault.code), ==, MIKEY_CLASS_FRESH);
  }
  test_pair_clear (&pair);
  drop_stores (&stores);
}

/* 3830-5.3-02: what is not authentic leaves no trace. */
static void
test_forged_first (const void *data)
{
  TestPair pair;
  Stores stores;
  MikeyFault fault = { 0 };
  g_autoptr (GBytes) offer = NULL, forged = NULL;
  guint8 *copy;
  gsize len;

  test_pair_init (&pair, data);
  use_stores (&pair, &stores);
  offer = test_offer (&pair.alice, pair.mode->mode, &fault);
  len = g_bytes_get_size (offer);
  copy = g_memdup2 (test_slice (offer).data, len);
  copy[len - 1] ^= 1;
  forged = g_bytes_new_take (copy, len);
  g_assert_true (test_refuses (&pair.bob, forged, &fault));
  g_assert_cmpuint (mikey_replay_store_get_size (stores.bob), ==, 0);
  assert_accepted (&pair.bob, offer, NULL);
  test_pair_clear (&pair);
  drop_stores (&stores);
}

/* 3830-5.4-03: who can not keep track any more refuses. */
static void
test_full (const void *data)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL;

  test_pair_init (&pair, data);
  offer = test_offer (&pair.alice, pair.mode->mode, &fault);
  pair.bob.store.full = true;
  if (pair.protected)
    assert_refused (&pair.bob, offer, MIKEY_FAULT_REPLAY_FULL);
  pair.bob.store.full = false;
  assert_accepted (&pair.bob, offer, NULL);
  test_pair_clear (&pair);
}

/* 3830-6.1-05: an identifier that is taken is not taken twice. */
static void
test_csb_collision (const void *data)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL;

  test_pair_init (&pair, data);
  pair.alice.store.refuse_csb = 5;
  offer = test_offer (&pair.alice, pair.mode->mode, &fault);
  g_assert_nonnull (offer);
  test_side_restart (&pair.alice);
  pair.alice.store.refuse_csb = 1000;
  g_assert_null (test_offer (&pair.alice, pair.mode->mode, &fault));
  assert_code (&fault, MIKEY_FAULT_NO_RANDOM);
  test_pair_clear (&pair);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    GTestDataFunc func;
  } tests[] = {
    { "skew", test_skew },
    { "era", test_era },
    { "no-clock", test_no_clock },
    { "counter", test_counter },
    { "unique", test_unique },
    { "replay", test_replay },
    { "remembered", test_remembered_long_enough },
    { "clock-back", test_clock_back },
    { "forged-first", test_forged_first },
    { "full", test_full },
    { "csb-collision", test_csb_collision },
  };
  guint i, t, num;
  const MikeyModeRow *rows = mikey_mode_rows (&num);

  test_init (&argc, &argv);
  for (i = 0; i < num; i++)
    for (t = 0; t < G_N_ELEMENTS (tests); t++) {
      g_autofree char *path
          = g_strdup_printf ("/replay/%s/%s", rows[i].nick, tests[t].name);

      g_test_add_data_func (path, &rows[i], tests[t].func);
    }
  return g_test_run ();
}
