/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

/* The tables of the modes are closed: what is not in a mode's table is refused
 * and changes nothing, for every state, every input and every message (promise:
 * state machine closed). */

typedef struct {
  GPtrArray *messages; /* of a whole script, of every mode */
  GPtrArray *names;
  guint pairs, present;
} Closure;

static void
collect (TestPair *pair, TestSide *from, TestSide *to, const char *name,
         GBytes *message, void *data)
{
  Closure *closure = data;

  g_ptr_array_add (closure->messages, g_bytes_ref (message));
  g_ptr_array_add (closure->names, g_strdup (name));
}

static void
collect_all (Closure *closure)
{
  const MikeyModeRow *rows;
  guint i, num;

  closure->messages
      = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  closure->names = g_ptr_array_new_with_free_func (g_free);
  rows = mikey_mode_rows (&num);
  for (i = 0; i < num; i++) {
    TestPair pair;

    test_pair_init (&pair, &rows[i]);
    test_run_script (&pair, collect, closure);
    test_pair_clear (&pair);
  }
}

static guint32
data_type_of (GBytes *message)
{
  return test_slice (message).data[1];
}

/* A message whose data type has a row is for the other tests. Without one it
 * has no place. */
static void
check_messages (Closure *closure, TestPair *pair, TestSide *side)
{
  guint i;

  for (i = 0; i < closure->messages->len; i++) {
    GBytes *message = closure->messages->pdata[i];
    const MikeyModeType *type = side->x.mode ? side->x.mode : pair->mode->type;
    MikeyFault fault = { 0 };

    closure->pairs++;
    if (mikey_mode_transition (type, side->x.state, MIKEY_INPUT_MESSAGE,
                               data_type_of (message))) {
      closure->present++;
      continue;
    }
    g_assert_true (test_refuses (side, message, &fault));
    g_assert_cmpint (mikey_fault_class (fault.code), !=, MIKEY_CLASS_AUTH);
  }
}

static void
check_input (Closure *closure, TestPair *pair, TestSide *side, MikeyInput input)
{
  const MikeyModeType *type = side->x.mode ? side->x.mode : pair->mode->type;
  g_autoptr (GBytes) before = test_snapshot (side), after = NULL, out = NULL;
  MikeyFault fault = { 0 };

  closure->pairs++;
  if (mikey_mode_transition (type, side->x.state, input, 0)) {
    closure->present++;
    return;
  }
  out = input == MIKEY_INPUT_OFFER ? test_offer (side, pair->mode->mode, &fault)
                                   : test_update (side, true, &fault);
  g_assert_null (out);
  assert_code (&fault, MIKEY_FAULT_USAGE);
  after = test_snapshot (side);
  g_assert_true (g_bytes_equal (before, after));
}

static void
check_all (Closure *closure, TestPair *pair)
{
  TestSide *sides[] = { &pair->alice, &pair->bob };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sides); i++) {
    check_messages (closure, pair, sides[i]);
    check_input (closure, pair, sides[i], MIKEY_INPUT_OFFER);
    check_input (closure, pair, sides[i], MIKEY_INPUT_UPDATE);
  }
}

static void
in_each_state (TestPair *pair, TestSide *from, TestSide *to, const char *name,
               GBytes *message, void *data)
{
  check_all (data, pair);
}

static void
test_states (const void *data)
{
  Closure closure = { 0 };
  TestPair pair;

  collect_all (&closure);
  test_pair_init (&pair, data);
  test_run_script (&pair, in_each_state, &closure);
  check_all (&closure, &pair);
  /* No way leads out of this one. */
  pair.alice.x.state = pair.bob.x.state = MIKEY_EXCHANGE_FAILED;
  check_all (&closure, &pair);
  g_test_message ("%u pairs of state and input, %u of which have a row",
                  closure.pairs, closure.present);
  test_pair_clear (&pair);
  g_ptr_array_unref (closure.messages);
  g_ptr_array_unref (closure.names);
}

/* A table has one row a pair, and its rows can be walked. */
static void
test_table (const void *data)
{
  const MikeyModeRow *row = data;
  guint i, k;

  for (i = 0; i < row->type->num_transitions; i++) {
    const MikeyTransition *t = &row->type->table[i];

    g_assert_nonnull (t->step);
    g_assert_true ((t->input == MIKEY_INPUT_MESSAGE) == (t->message != NULL));
    for (k = 0; k < i; k++) {
      const MikeyTransition *u = &row->type->table[k];

      g_assert_false (
          t->state == u->state && t->input == u->input
          && (!t->message || t->message->data_type == u->message->data_type));
    }
  }
}

/* --- two peers and a network that does what it likes --- */

#define MAX_SENT 12

typedef struct {
  TestPair pair;
  GBytes *sent[MAX_SENT];
  TestSide *from[MAX_SENT];
  guint num;
  guint64 random;
} Net;

static guint
choose (Net *net, guint num)
{
  guint8 octet;

  seeded_fill (&net->random, &octet, 1);
  return octet % num;
}

static void
put_on_wire (Net *net, TestSide *from, GBytes *message)
{
  if (!message)
    return;
  if (net->num == MAX_SENT) {
    g_bytes_unref (message);
    return;
  }
  net->from[net->num] = from;
  net->sent[net->num++] = message;
}

static void
act (Net *net)
{
  TestSide *side = choose (net, 2) ? &net->pair.alice : &net->pair.bob;
  GBytes *reply = NULL;
  guint what = choose (net, 8), which;

  if (what == 0 && side == &net->pair.alice)
    put_on_wire (net, side, test_offer (side, net->pair.mode->mode, NULL));
  else if (what == 1)
    put_on_wire (net, side, test_update (side, choose (net, 2), NULL));
  else if (net->num) {
    /* Any message to anyone: lost, doubled, late, sent back. */
    which = choose (net, net->num);
    (void)test_receive (side, net->sent[which], &reply, NULL);
    put_on_wire (net, side, reply);
  }
  test_pair_advance (&net->pair, 1000);
}

/* The newest key of a side is one that the other side has sent or has: never
 * one that came from nowhere. With keys on both sides, there is one in common.
 */
static bool
check_common (Net *net)
{
  g_autofree char *a = test_keys (&net->pair.alice);
  g_autofree char *b = test_keys (&net->pair.bob);
  g_auto (GStrv) lines = g_strsplit (a, "\n", -1);
  char **line;

  if (!*a || !*b
      || net->pair.alice.x.csb->csb_id != net->pair.bob.x.csb->csb_id)
    return false;
  for (line = lines; *line; line++) {
    const char *key = strstr (*line, "key=");

    if (strstr (b, key))
      return true;
  }
  g_error ("established without a common key:\n%s\n\n%s", a, b);
}

/* True: both sides have keys in the end. */
static bool
walk (const MikeyModeRow *mode, guint64 seed)
{
  Net net = { .random = seed };
  bool met;
  guint i;

  test_pair_init (&net.pair, mode);
  for (i = 0; i < 24; i++)
    act (&net);
  met = net.pair.protected && check_common (&net);
  for (i = 0; i < net.num; i++)
    g_bytes_unref (net.sent[i]);
  test_pair_clear (&net.pair);
  return met;
}

/* MIKEY_ITERATIONS walks, 20000 if not set. */
static void
test_walks (const void *data)
{
  const char *set = g_getenv ("MIKEY_ITERATIONS");
  guint met = 0;
  guint64 i, num = set ? g_ascii_strtoull (set, NULL, 10) : 20000;

  for (i = 0; i < num; i++)
    met += walk (data, test_seed * G_GUINT64_CONSTANT (1000003) + i);
  g_test_message ("%" G_GUINT64_FORMAT " walks of 24 acts, %u of which end "
                  "with keys on both sides",
                  num, met);
}

static void
add (const char *what, const MikeyModeRow *row, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/closure/%s/%s", row->nick, what);

  g_test_add_data_func (path, row, func);
}

int
main (int argc, char **argv)
{
  guint i, num;
  const MikeyModeRow *rows = mikey_mode_rows (&num);

  test_init (&argc, &argv);
  for (i = 0; i < num; i++) {
    add ("states", &rows[i], test_states);
    add ("table", &rows[i], test_table);
    add ("walks", &rows[i], test_walks);
  }
  return g_test_run ();
}
