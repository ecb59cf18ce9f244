/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "../lib/mikey-test.h"
#include "fuzz-exchange.h"

/* The exchange of mode FUZZ_MODE: the first octet of an input says in which
 * state somebody gets the message that follows; as it is, and with its MAC made
 * anew, so that what only the holder of a key can send is reached as well.
 * There is such a target for every mode of modes.def. */

#define MAX_STATES 16

/* Somebody who waits for a message. */
typedef struct {
  bool is_alice;
  GBytes *alice, *bob; /* snapshots */
  GBytes *genuine;
  GBytes *sent; /* what it answers */
  MikeyTime now;
} State;

static TestPair pair;
static State states[MAX_STATES];
static guint num_states;

static void
keep_state (TestPair *p, TestSide *from, TestSide *to, const char *name,
            GBytes *message, void *data)
{
  State *state = &states[num_states];

  if (num_states == MAX_STATES)
    return;
  num_states++;
  state->is_alice = to == &p->alice;
  state->alice = test_snapshot (&p->alice);
  state->bob = test_snapshot (&p->bob);
  state->genuine = g_bytes_ref (message);
  state->now = to->env.now;
  if (to->x.sent.len)
    state->sent = test_bytes (mikey_writer_slice (&to->x.sent));
}

static void
set_up (void)
{
  const MikeyModeRow *rows;
  guint i, num;

  if (num_states)
    return;
  rows = mikey_mode_rows (&num);
  for (i = 0; i < num && strcmp (rows[i].nick, FUZZ_MODE); i++)
    ;
  fuzz_require (i < num);
  test_pair_init (&pair, &rows[i]);
  test_run_script (&pair, keep_state, NULL);
}

static TestSide *
enter (const State *state)
{
  TestSide *side = state->is_alice ? &pair.alice : &pair.bob;

  test_restore (&pair.alice, state->alice);
  test_restore (&pair.bob, state->bob);
  g_hash_table_remove_all (side->store.seen);
  side->env.now = state->now;
  return side;
}

/* Refused with a reason and without a change, or accepted with keys that can be
 * used. */
static void
deliver (const State *state, GBytes *message)
{
  TestSide *side = enter (state);
  GBytes *before = state->is_alice ? state->alice : state->bob;
  MikeyFault fault = { 0 };
  g_autoptr (GBytes) reply = NULL;
  g_autoptr (GBytes) after = NULL;
  g_autofree char *keys = NULL;

  if (test_receive (side, message, &reply, &fault)) {
    keys = test_keys (side);
    return;
  }
  fuzz_require (fault.code != MIKEY_FAULT_NONE);
  fuzz_require (mikey_fault_class (fault.code) != MIKEY_CLASS_INTERNAL);
  if (side->x.peer_error.authentic) /* ends an offer */
    return;
  after = test_snapshot (side);
  fuzz_require (g_bytes_equal (before, after));
  fuzz_require (g_hash_table_size (side->store.seen) == 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) message = NULL, remade = NULL;
  const State *state;

  set_up ();
  if (size == 0)
    return 0;
  state = &states[data[0] % num_states];
  message = g_bytes_new (data + 1, size - 1);
  deliver (state, message);
  enter (state);
  remade = test_remac (state->is_alice ? &pair.bob : &pair.alice,
                       test_slice (message), state->sent);
  if (remade)
    deliver (state, remade);
  return 0;
}

void
fuzz_write_seeds (const char *folder)
{
  guint i;

  set_up ();
  for (i = 0; i < num_states; i++) {
    MikeySlice octets = test_slice (states[i].genuine);
    g_autofree char *name = g_strdup_printf ("state-%u", i);
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autofree guint8 *seed = g_malloc (1 + octets.len);
    GError *error = NULL;

    seed[0] = (guint8)i;
    memcpy (seed + 1, octets.data, octets.len);
    g_file_set_contents (path, (const char *)seed, (gssize)octets.len + 1,
                         &error);
    g_assert_no_error (error);
  }
}
