/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

/* Rows of modes.def are found by number, and are what they say. */
static void
test_rows (void)
{
  const MikeyModeRow *rows;
  guint i, k, num;

  rows = mikey_mode_rows (&num);
  g_assert_cmpuint (num, >, 0);
  for (i = 0; i < num; i++) {
    g_assert_true (mikey_mode_find (rows[i].mode) == &rows[i]);
    g_assert_cmpint (rows[i].mode, !=, MIKEY_MODE_AUTO);
    g_assert_cmpint (rows[i].mode, <, 32); /* a bit of a policy's set */
    g_assert_cmpint (rows[i].type->mode, ==, rows[i].mode);
    g_assert_cmpstr (rows[i].specification, !=, "");
    g_assert_cmpstr (rows[i].description, !=, "");
    for (k = 0; k < i; k++) {
      g_assert_cmpint (rows[i].mode, !=, rows[k].mode);
      g_assert_cmpstr (rows[i].nick, !=, rows[k].nick);
    }
  }
  g_assert_null (mikey_mode_find (MIKEY_MODE_AUTO));
  g_assert_null (mikey_mode_find (99));
}

/* The first message of a mode is told from that of every other. */
static void
test_of_message (void)
{
  const MikeyModeRow *rows;
  guint i, num;

  rows = mikey_mode_rows (&num);
  for (i = 0; i < num; i++) {
    TestPair pair;
    MikeyFault fault;
    g_autoptr (GBytes) offer = NULL;
    g_auto (MikeyParsed) parsed = { .raw = MIKEY_SLICE_EMPTY };

    test_pair_init (&pair, &rows[i]);
    offer = test_offer (&pair.alice, rows[i].mode, &fault);
    g_assert_true (mikey_parsed_init (&parsed, test_slice (offer), 0, NULL));
    g_assert_true (mikey_mode_of_message (&parsed) == &rows[i]);
    test_pair_clear (&pair);
  }
}

/* A data type that begins no mode. */
static void
test_nobodys (void)
{
  static const guint8 answer[]
      = { 1, 1, 0, 0, 1, 2, 3, 4, 0, 0 }; /* HDR of a PSK R_MESSAGE */
  TestSide side;
  g_autoptr (GBytes) message = g_bytes_new (answer, sizeof answer);

  test_side_init (&side, NULL, NULL);
  side.policy.modes = G_MAXUINT32;
  assert_refused (&side, message, MIKEY_FAULT_BAD_DATA_TYPE);
  test_side_clear (&side);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  g_test_add_func ("/mode/rows", test_rows);
  g_test_add_func ("/mode/of-message", test_of_message);
  g_test_add_func ("/mode/nobodys", test_nobodys);
  return g_test_run ();
}
