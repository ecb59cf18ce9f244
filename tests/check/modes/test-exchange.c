/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

static void
note (TestPair *pair, TestSide *from, TestSide *to, const char *name,
      GBytes *message, void *data)
{
  g_test_message ("%s: %zu bytes", name, g_bytes_get_size (message));
}

/* Every mode from the offer to updates of both sides. */
static void
test_whole (const void *data)
{
  TestPair pair;

  test_pair_init (&pair, data);
  test_run_script (&pair, note, NULL);
  g_assert_true (test_is_established (&pair.alice));
  g_assert_true (test_is_established (&pair.bob));
  assert_same_keys (&pair.alice, &pair.bob);
  test_pair_clear (&pair);
}

int
main (int argc, char **argv)
{
  guint i, num;
  const MikeyModeRow *rows = mikey_mode_rows (&num);

  test_init (&argc, &argv);
  for (i = 0; i < num; i++) {
    g_autofree char *path = g_strdup_printf ("/exchange/%s", rows[i].nick);

    g_test_add_data_func (path, &rows[i], test_whole);
  }
  return g_test_run ();
}
