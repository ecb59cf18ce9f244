/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/session/save.h>

/* A session is saved and loaded again at every point of every mode's script,
 * and goes on as if nothing had been. */

static void
reload (TestPair *pair, TestSide *from, TestSide *to, const char *name,
        GBytes *message, void *data)
{
  g_autoptr (GBytes) a = test_snapshot (from), b = test_snapshot (to);
  g_autoptr (GBytes) again = NULL;

  test_restore (from, a);
  test_restore (to, b);
  again = test_snapshot (to);
  g_assert_true (g_bytes_equal (b, again));
}

static void
test_everywhere (const void *data)
{
  TestPair pair;

  test_pair_init (&pair, data);
  test_run_script (&pair, reload, NULL);
  assert_same_keys (&pair.alice, &pair.bob);
  test_pair_clear (&pair);
}

static bool
loads (MikeySlice octets, MikeyFault *fault)
{
  g_autoptr (GBytes) copy = test_bytes (octets);
  MikeyExchange x;
  bool ok;

  mikey_exchange_init (&x);
  ok = mikey_exchange_load (&x, test_slice (copy), fault);
  if (!ok) {
    test_assert_explained (fault);
    g_assert_null (x.csb);
    g_assert_cmpint (x.state, ==, MIKEY_EXCHANGE_IDLE);
  }
  mikey_exchange_clear (&x);
  return ok;
}

/* What is cut off or goes on is refused; what is damaged is refused or, being
 * well formed, can at least be used. */
static void
damage (TestPair *pair, TestSide *from, TestSide *to, const char *name,
        GBytes *message, void *data)
{
  g_autoptr (GBytes) saved = test_snapshot (to);
  MikeySlice octets = test_slice (saved);
  g_autofree guint8 *copy = g_malloc (octets.len + 1);
  guint *refused = data;
  MikeyFault fault;
  gsize i;

  memcpy (copy, octets.data, octets.len);
  copy[octets.len] = 0;
  for (i = 0; i < octets.len; i++)
    g_assert_false (loads (mikey_slice (copy, i), &fault));
  g_assert_false (loads (mikey_slice (copy, octets.len + 1), &fault));
  for (i = 0; i < 8 * octets.len; i++) {
    copy[i / 8] ^= (guint8)(1 << i % 8);
    *refused += !loads (mikey_slice (copy, octets.len), &fault);
    copy[i / 8] ^= (guint8)(1 << i % 8);
  }
}

static void
test_damaged (const void *data)
{
  TestPair pair;
  guint refused = 0;

  test_pair_init (&pair, data);
  test_run_script (&pair, damage, &refused);
  g_test_message ("%u flipped bits refused", refused);
  test_pair_clear (&pair);
}

static void
replace_u8 (TestSide *side, gsize at, guint8 value, bool *ok)
{
  g_autoptr (GBytes) saved = test_snapshot (side);
  g_autofree guint8 *copy
      = g_memdup2 (test_slice (saved).data, g_bytes_get_size (saved));
  MikeyFault fault;

  copy[at] = value;
  *ok = loads (mikey_slice (copy, g_bytes_get_size (saved)), &fault);
}

/* A state that the rest does not bear out: 4 octets of magic, mode, role,
 * state. */
static void
test_inconsistent (void)
{
  TestSide side;
  guint state;
  bool ok;

  test_side_init (&side, NULL, NULL);
  for (state = 0; state <= MIKEY_EXCHANGE_FAILED; state++) {
    replace_u8 (&side, 6, (guint8)state, &ok);
    g_assert_true (ok == (state == MIKEY_EXCHANGE_IDLE));
  }
  replace_u8 (&side, 4, 99, &ok); /* no such mode */
  g_assert_false (ok);
  replace_u8 (&side, 0, 'X', &ok);
  g_assert_false (ok);
  test_side_clear (&side);
}

/* A message that waits for a key waits on. */
static void
test_held (void)
{
  TestPair pair;
  MikeyFault fault = { 0 };
  g_autoptr (GBytes) offer = NULL, saved = NULL;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  pair.bob.pending = true;
  g_assert_false (test_receive (&pair.bob, offer, NULL, &fault));
  saved = test_snapshot (&pair.bob);
  test_restore (&pair.bob, saved);
  pair.bob.pending = false;
  g_assert_true (test_resume (&pair.bob, NULL, &fault));
  test_pair_clear (&pair);
}

int
main (int argc, char **argv)
{
  guint i, num;
  const MikeyModeRow *rows = mikey_mode_rows (&num);

  test_init (&argc, &argv);
  for (i = 0; i < num; i++) {
    g_autofree char *everywhere
        = g_strdup_printf ("/save/%s/everywhere", rows[i].nick);
    g_autofree char *damaged
        = g_strdup_printf ("/save/%s/damaged", rows[i].nick);

    g_test_add_data_func (everywhere, &rows[i], test_everywhere);
    g_test_add_data_func (damaged, &rows[i], test_damaged);
  }
  g_test_add_func ("/save/inconsistent", test_inconsistent);
  g_test_add_func ("/save/held", test_held);
  return g_test_run ();
}
