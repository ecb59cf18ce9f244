/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

/* Every message of every mode, changed in every small way, is refused; nothing
 * of the receiver changes, and the genuine message is accepted afterwards.
 *
 * Modes that protect nothing run twice: on an insecure carrier everything is
 * refused; on a secure one, which is then what authenticates, changes that
 * leave a message of the right form are accepted, and are counted apart. */

typedef struct {
  guint64 tried, accepted, remacs, valid;
  guint64 codes[MIKEY_FAULT_COUNT];
  TestSide *to;
  const TestSide *from;
  GBytes *sent;   /* what the message answers */
  GBytes *before; /* the receiver */
  const char *name;
} Run;

/* --- one try --- */

static bool
try_octets (Run *run, MikeySlice octets)
{
  /* memory of just this size, for memory checkers */
  g_autoptr (GBytes) message = test_bytes (octets);
  guint remembered = test_remembered (run->to);
  g_autoptr (GBytes) after = NULL;
  MikeyFault fault = { 0 };
  bool ok = test_receive (run->to, message, NULL, &fault);

  after = test_snapshot (run->to);
  run->tried++;
  if (ok) {
    test_restore (run->to, run->before);
    g_hash_table_remove_all (run->to->store.seen);
    return true;
  }
  test_assert_explained (&fault);
  run->codes[fault.code]++;
  g_assert_true (g_bytes_equal (run->before, after));
  g_assert_cmpuint (remembered, ==, test_remembered (run->to));
  return false;
}

/* Changed on its way. */
static void
try_changed (Run *run, MikeySlice octets)
{
  if (!try_octets (run, octets))
    return;
  run->accepted++;
  if (g_test_verbose ()) {
    g_autofree char *hex = mikey_slice_hex (octets);

    g_test_message ("accepted: %s: %s", run->name, hex);
  }
}

/* Changed, with the MAC made anew: only the holder of the key can. What has a
 * form that the rules forbid is refused all the same. */
static void
try_remac (Run *run, MikeySlice octets, bool forbidden)
{
  g_autoptr (GBytes) message = test_remac (run->from, octets, run->sent);

  if (!message)
    return;
  run->remacs++;
  if (!try_octets (run, test_slice (message)))
    return;
  run->valid++;
  if (forbidden)
    run->accepted++;
}

/* --- changes of octets --- */

static void
truncations (Run *run, MikeySlice message)
{
  gsize len;

  for (len = 0; len < message.len; len++) {
    try_changed (run, mikey_slice (message.data, len));
    try_remac (run, mikey_slice (message.data, len), true);
  }
}

static void
bit_flips (Run *run, MikeySlice message)
{
  g_autofree guint8 *copy = g_memdup2 (message.data, message.len);
  gsize bit;

  for (bit = 0; bit < 8 * message.len; bit++) {
    copy[bit / 8] ^= (guint8)(0x80 >> bit % 8);
    try_changed (run, mikey_slice (copy, message.len));
    try_remac (run, mikey_slice (copy, message.len), false);
    copy[bit / 8] ^= (guint8)(0x80 >> bit % 8);
  }
}

static void
trailing (Run *run, MikeySlice message)
{
  static const guint8 values[] = { 0, 1, 0xff };
  guint8 *longer = g_malloc0 (message.len + 16);
  gsize more, v;

  memcpy (longer, message.data, message.len);
  for (v = 0; v < G_N_ELEMENTS (values); v++)
    for (more = 1; more <= 16; more++) {
      memset (longer + message.len, values[v], more);
      try_changed (run, mikey_slice (longer, message.len + more));
    }
  g_free (longer);
}

/* All values of the octets at the head of every payload, where types and
 * lengths are, and of all of SP, which has lengths throughout. */
static void
all_values (Run *run, MikeySlice message, const MikeyPayload *p)
{
  g_autofree guint8 *copy = g_memdup2 (message.data, message.len);
  gsize head
      = p->type->code == MIKEY_PAYLOAD_SP ? p->length : MIN (p->length, 10);
  gsize i;
  guint v;

  for (i = p->offset; i < p->offset + head; i++) {
    for (v = 0; v < 256; v++)
      if (v != message.data[i]) {
        copy[i] = (guint8)v;
        try_changed (run, mikey_slice (copy, message.len));
        try_remac (run, mikey_slice (copy, message.len), false);
      }
    copy[i] = message.data[i];
  }
}

/* --- changes of payloads --- */

typedef struct {
  MikeyPayload *payload[2 * MIKEY_MAX_PAYLOADS];
  guint num;
} List;

/* Writes the payloads in this order; each with the octets it had. */
static void
try_list (Run *run, const List *list)
{
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
  MikeyChain chain = { list->payload[0]->type->code, NULL };
  MikeyPayload **link = &chain.head;
  guint i;

  for (i = 0; i < list->num; i++) {
    MikeyPayload *copy
        = g_memdup2 (list->payload[i], list->payload[i]->type->wire.size);

    copy->link = NULL;
    *link = copy;
    link = &copy->link;
  }
  mikey_chain_write (&chain, &w);
  try_changed (run, mikey_writer_slice (&w));
  try_remac (run, mikey_writer_slice (&w), true);
  while (chain.head) {
    MikeyPayload *next = chain.head->link;

    g_free (chain.head);
    chain.head = next;
  }
}

static void
without (Run *run, const List *all, guint i)
{
  List list = { .num = 0 };
  guint k;

  for (k = 0; k < all->num; k++)
    if (k != i)
      list.payload[list.num++] = all->payload[k];
  try_list (run, &list);
}

static void
doubled (Run *run, const List *all, guint i, guint at)
{
  List list = { .num = 0 };
  guint k;

  for (k = 0; k < all->num; k++) {
    if (k == at)
      list.payload[list.num++] = all->payload[i];
    list.payload[list.num++] = all->payload[k];
  }
  if (at == all->num)
    list.payload[list.num++] = all->payload[i];
  try_list (run, &list);
}

static void
exchanged (Run *run, const List *all, guint i, guint k)
{
  List list = *all;

  list.payload[i] = all->payload[k];
  list.payload[k] = all->payload[i];
  if (list.payload[i]->type != list.payload[k]->type)
    try_list (run, &list);
}

/* Payloads that the message can do without: IDs, and SPs, whose defaults are
 * just these (RFC 3830 3.1, 6.10.1). All others are missed. */
static bool
is_optional (const MikeyPayload *p)
{
  return p->type->code == MIKEY_PAYLOAD_ID || p->type->code == MIKEY_PAYLOAD_SP;
}

static void
rearranged (Run *run, const MikeyParsed *parsed)
{
  List all = { .num = 0 };
  MikeyPayload *p;
  guint i, k;

  for (p = parsed->chain.head; p; p = p->link)
    all.payload[all.num++] = p;
  for (i = 1; i < all.num; i++) {
    if (!is_optional (all.payload[i]))
      without (run, &all, i);
    for (k = i + 1; k < all.num; k++)
      exchanged (run, &all, i, k);
    for (k = 1; k <= all.num; k++)
      doubled (run, &all, i, k);
  }
}

/* --- all of it --- */

static void
mutate (TestPair *pair, TestSide *from, TestSide *to, const char *name,
        GBytes *message, void *data)
{
  Run *run = data;
  MikeySlice octets = test_slice (message);
  g_auto (MikeyParsed) parsed = { .raw = MIKEY_SLICE_EMPTY };
  const MikeyPayload *p;
  guint64 tried = run->tried;

  g_assert_true (
      mikey_parsed_init (&parsed, octets, MIKEY_TOLERATE_NOTHING, NULL));
  run->to = to;
  run->from = from;
  run->name = name;
  run->before = test_snapshot (to);
  run->sent
      = to->x.sent.len ? test_bytes (mikey_writer_slice (&to->x.sent)) : NULL;
  truncations (run, octets);
  bit_flips (run, octets);
  trailing (run, octets);
  for (p = parsed.chain.head; p; p = p->link)
    all_values (run, octets, p);
  rearranged (run, &parsed);
  g_test_message ("%s: %" G_GUINT64_FORMAT " tried", name, run->tried - tried);
  g_bytes_unref (run->before);
  g_clear_pointer (&run->sent, g_bytes_unref);
}

static void
report (const Run *run)
{
  guint i;

  g_test_message ("%" G_GUINT64_FORMAT " tried, %" G_GUINT64_FORMAT
                  " accepted; of these %" G_GUINT64_FORMAT
                  " with a new MAC, %" G_GUINT64_FORMAT
                  " of which say something else that is allowed",
                  run->tried, run->accepted, run->remacs, run->valid);
  for (i = 0; i < MIKEY_FAULT_COUNT; i++)
    if (run->codes[i])
      g_test_message ("  %s %" G_GUINT64_FORMAT, mikey_fault_code_name (i),
                      run->codes[i]);
}

static void
test_mode (const void *data)
{
  Run run = { 0 };
  TestPair pair;

  test_pair_init (&pair, data);
  test_run_script (&pair, mutate, &run);
  assert_same_keys (&pair.alice, &pair.bob);
  report (&run);
  if (pair.protected)
    g_assert_cmpuint (run.accepted, ==, 0);
  test_pair_clear (&pair);
}

/* The carrier is not secure for the receiver. */
static void
mutate_insecure (TestPair *pair, TestSide *from, TestSide *to, const char *name,
                 GBytes *message, void *data)
{
  to->env.carrier_secure = false;
  mutate (pair, from, to, name, message, data);
  to->env.carrier_secure = true;
}

static void
test_insecure (const void *data)
{
  Run run = { 0 };
  TestPair pair;

  test_pair_init (&pair, data);
  if (pair.protected) {
    test_pair_clear (&pair);
    g_test_skip ("protects itself");
    return;
  }
  test_run_script (&pair, mutate_insecure, &run);
  report (&run);
  g_assert_cmpuint (run.accepted, ==, 0);
  test_pair_clear (&pair);
}

/* A message with a payload that nobody knows, which a popular parser never gets
 * past (promise 1). */
static void
test_endless (const void *data)
{
  static const guint8 message[17]
      = { 1, 0, 21, 0, 1, 2, 3, 4, 0, 0, 21, 0, 0, 0, 6, 0, 0 };
  guint8 copy[sizeof message];
  TestPair pair;
  guint next;

  test_pair_init (&pair, data);
  memcpy (copy, message, sizeof copy);
  for (next = 0; next < 256; next++) {
    g_autoptr (GBytes) octets = NULL;
    MikeyFault fault = { 0 };

    copy[2] = (guint8)next;
    octets = g_bytes_new (copy, sizeof copy);
    g_assert_true (test_refuses (&pair.bob, octets, &fault));
  }
  test_pair_clear (&pair);
}

static void
add (const char *what, const MikeyModeRow *row, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/mutation/%s/%s", row->nick, what);

  g_test_add_data_func (path, row, func);
}

int
main (int argc, char **argv)
{
  guint i, num;
  const MikeyModeRow *rows = mikey_mode_rows (&num);

  test_init (&argc, &argv);
  for (i = 0; i < num; i++) {
    add ("messages", &rows[i], test_mode);
    add ("insecure-carrier", &rows[i], test_insecure);
    add ("unknown-payload", &rows[i], test_endless);
  }
  return g_test_run ();
}
