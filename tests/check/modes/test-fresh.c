/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/modes/fresh.h>

/* Timestamps that this side chooses; those of others are the matter of
 * exchange/test-replay.c. */

/* 2036-02-07T06:28:16Z */
#define ERA_END (G_GINT64_CONSTANT (2085978496) * MIKEY_TIME_SECOND)

static guint64
next (TestSide *side)
{
  MikeyFault fault = { 0 };
  guint64 timestamp = 0;

  if (!mikey_next_timestamp (&side->x, &side->env, &timestamp, &fault))
    return 0;
  mikey_used_timestamp (&side->x, &side->env, timestamp);
  return timestamp;
}

/* 3830-5.2-05, 3830-4.2.8-01 */
static void
test_grows (void)
{
  TestSide side;
  guint64 last;
  guint i;

  test_side_init (&side, NULL, NULL);
  side.x.role = MIKEY_ROLE_INITIATOR;
  last = next (&side);
  g_assert_cmphex (last, ==, mikey_time_to_ntp (TEST_NOW));
  for (i = 0; i < 10; i++) {
    guint64 timestamp = next (&side);

    g_assert_cmphex (timestamp, >, last);
    last = timestamp;
    side.env.now -= MIKEY_TIME_SECOND; /* back */
  }
  side.env.now = TEST_NOW + MIKEY_TIME_SECOND;
  g_assert_cmphex (next (&side), ==, mikey_time_to_ntp (side.env.now));
  test_side_clear (&side);
}

/* 3830-4.2.8-02: the first message of the new era is not held back in the old
 * one. */
static void
test_era (void)
{
  TestSide side;

  test_side_init (&side, NULL, NULL);
  side.x.role = MIKEY_ROLE_INITIATOR;
  side.env.now = ERA_END - MIKEY_TIME_SECOND;
  g_assert_cmphex (next (&side) >> 32, ==, 0xffffffff);
  side.env.now = ERA_END + 5 * MIKEY_TIME_SECOND;
  g_assert_cmphex (next (&side) >> 32, ==, 5);
  test_side_clear (&side);
}

/* The two sides never choose the same one, at the same tick of the clock or of
 * the counter: one timestamp makes one key stream. */
static void
test_sides (void)
{
  MikeyTimestampType type;

  for (type = MIKEY_TIMESTAMP_NTP_UTC; type <= MIKEY_TIMESTAMP_COUNTER;
       type++) {
    TestSide a, b;
    guint i;

    test_side_init (&a, NULL, NULL);
    test_side_init (&b, NULL, NULL);
    a.x.role = MIKEY_ROLE_INITIATOR;
    b.x.role = MIKEY_ROLE_RESPONDER;
    a.policy.timestamp_type = b.policy.timestamp_type = type;
    for (i = 0; i < 20; i++) {
      guint64 of_a = next (&a), of_b = next (&b);

      g_assert_cmphex (of_a & 1, !=, of_b & 1);
      a.env.now += i % 3;
      b.env.now += i % 5;
    }
    test_side_clear (&a);
    test_side_clear (&b);
  }
}

static void
test_counter_ends (void)
{
  TestSide side;

  test_side_init (&side, NULL, NULL);
  side.x.role = MIKEY_ROLE_INITIATOR;
  side.policy.timestamp_type = MIKEY_TIMESTAMP_COUNTER;
  g_assert_cmpuint (next (&side), ==, 1);
  g_assert_cmpuint (next (&side), ==, 3);
  side.x.counter = G_MAXUINT32 - 1;
  g_assert_cmpuint (next (&side), ==, G_MAXUINT32);
  g_assert_cmpuint (next (&side), ==, 0);
  test_side_clear (&side);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  g_test_add_func ("/fresh/grows", test_grows);
  g_test_add_func ("/fresh/era", test_era);
  g_test_add_func ("/fresh/sides", test_sides);
  g_test_add_func ("/fresh/counter-ends", test_counter_ends);
  return g_test_run ();
}
