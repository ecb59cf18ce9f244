/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey/session/private.h>
#include <stdlib.h>
#include <string.h>

#define SECOND MIKEY_TIME_SECOND
#define START  (1700000000 * SECOND)
#define WINDOW (300 * SECOND)

typedef struct {
  guint8 octets[MIKEY_REPLAY_KEY_LEN];
} Key;

static Key
key_of (guint64 id)
{
  Key key = { { 0 } };

  mikey_put_u64 (key.octets, id * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));
  mikey_put_u64 (key.octets + 8, id);
  return key;
}

/* What the store says: NONE when it agrees. */
static MikeyFaultCode
check (MikeyReplayStore *store, guint64 id, MikeyTime now)
{
  MikeyReplay replay = mikey_replay_store_get_interface (store);
  MikeyFault fault = { 0 };
  Key key = key_of (id);
  bool ok = replay.check (replay.user, key.octets, now, &fault);

  g_assert_true (ok == (fault.code == MIKEY_FAULT_NONE));
  return fault.code;
}

static MikeyFaultCode
add (MikeyReplayStore *store, guint64 id, MikeyTime now, MikeyTime expires)
{
  MikeyReplay replay = mikey_replay_store_get_interface (store);
  MikeyFault fault = { 0 };
  Key key = key_of (id);
  bool ok = replay.add (replay.user, key.octets, now, expires, &fault);

  g_assert_true (ok == (fault.code == MIKEY_FAULT_NONE));
  return fault.code;
}

static guint32
counter (MikeyReplayStore *store, guint64 peer)
{
  MikeyReplay replay = mikey_replay_store_get_interface (store);
  Key key = key_of (peer);

  return replay.counter (replay.user, key.octets);
}

static bool
raise_counter (MikeyReplayStore *store, guint64 peer, guint32 to)
{
  MikeyReplay replay = mikey_replay_store_get_interface (store);
  Key key = key_of (peer);

  return replay.raise_counter (replay.user, key.octets, to, NULL);
}

static bool
claim (MikeyReplayStore *store, guint32 csb_id)
{
  MikeyReplay replay = mikey_replay_store_get_interface (store);

  return replay.claim_csb (replay.user, csb_id);
}

#define assert_code(call, expected)                                            \
  g_assert_cmpstr (mikey_fault_code_name (call), ==,                           \
                   mikey_fault_code_name (MIKEY_FAULT_##expected))
#define assert_size(store, n)                                                  \
  g_assert_cmpuint (mikey_replay_store_get_size (store), ==, n)

/* --- memory that runs out ---
 *
 * This takes the place of GLib's function for all of the program. */

static gboolean no_memory;

gpointer
g_try_realloc_n (gpointer mem, gsize n, gsize size)
{
  return no_memory ? NULL : realloc (mem, n * size);
}

static void
test_no_memory (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (0);
  guint n = 0;

  no_memory = TRUE;
  assert_code (add (store, 0, START, START), NO_MEMORY);
  no_memory = FALSE;
  assert_code (add (store, n++, START, START), NONE);
  no_memory = TRUE;
  while (add (store, n, START, START) == MIKEY_FAULT_NONE)
    n++;
  g_assert_cmpuint (n, <, 1000);
  assert_code (add (store, n, START, START), NO_MEMORY);
  assert_size (store, n);
  no_memory = FALSE;
  for (guint i = 0; i < n; i++)
    assert_code (check (store, i, START), REPLAYED);
  assert_code (add (store, n, START, START), NONE);
}

static void
test_no_memory_for_load (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (0);
  g_autoptr (MikeyReplayStore) other = mikey_replay_store_new (0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) saved = NULL;

  assert_code (add (store, 1, START, START), NONE);
  saved = mikey_replay_store_save (store);
  no_memory = TRUE;
  g_assert_false (mikey_replay_store_load (other, saved, &error));
  no_memory = FALSE;
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_RESOURCE);
  assert_size (other, 0);
}

/* --- one after the other --- */

/* 3830-5.4-01: the second time it is refused, until its timestamp is outside
 * the allowed skew, where the check of the timestamp takes over. */
static void
test_replay (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (0);
  MikeyTime expires = START + WINDOW;

  assert_code (check (store, 1, START), NONE);
  assert_code (check (store, 1, START), NONE);
  assert_code (add (store, 1, START, expires), NONE);
  assert_code (check (store, 1, START), REPLAYED);
  assert_code (add (store, 1, START, expires), REPLAYED);
  assert_code (check (store, 2, START), NONE);
  assert_code (check (store, 1, expires), REPLAYED);
  assert_code (add (store, 1, expires, expires), REPLAYED);
  assert_size (store, 1);
  assert_code (add (store, 2, expires + 1, expires + WINDOW), NONE);
  assert_size (store, 1);
}

/* 3830-5.3-02: what was looked up only is not remembered, so a forged copy does
 * not keep the genuine message out. */
static void
test_only_added (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (0);

  for (guint i = 0; i < 100; i++)
    assert_code (check (store, i, START), NONE);
  assert_size (store, 0);
  assert_code (add (store, 7, START, START + WINDOW), NONE);
}

/* Keys that differ in one bit anywhere are different. */
static void
test_similar_keys (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (0);
  MikeyReplay replay = mikey_replay_store_get_interface (store);
  Key key = { { 0 } };

  g_assert_true (replay.add (replay.user, key.octets, START, START, NULL));
  g_assert_false (replay.add (replay.user, key.octets, START, START, NULL));
  for (guint bit = 0; bit < 8 * sizeof key; bit++) {
    key = (Key){ { 0 } };
    key.octets[bit / 8] = (guint8)(1 << bit % 8);
    g_assert_true (replay.check (replay.user, key.octets, START, NULL));
    g_assert_true (replay.add (replay.user, key.octets, START, START, NULL));
    g_assert_false (replay.check (replay.user, key.octets, START, NULL));
  }
}

/* 3830-5.4-03: a full store refuses everything, and forgets nothing. */
static void
test_full (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (100);
  MikeyTime later = START + 60 * SECOND;

  for (guint i = 0; i < 100; i++)
    assert_code (add (store, i, START, START + i * SECOND), NONE);
  assert_code (check (store, 100, START), REPLAY_FULL);
  assert_code (add (store, 100, START, later), REPLAY_FULL);
  assert_code (check (store, 5, START), REPLAYED);
  assert_code (add (store, 5, START, START + 5 * SECOND), REPLAYED);
  assert_size (store, 100);
  /* room is there as soon as one may go, and not before */
  assert_code (check (store, 100, START + 1), NONE);
  assert_code (add (store, 100, START + 1, later), NONE);
  assert_code (add (store, 101, START + 1, later), REPLAY_FULL);
  assert_size (store, 100);
}

static void
test_capacity_of_one (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (1);

  assert_code (add (store, 1, START, START), NONE);
  assert_code (add (store, 2, START, START), REPLAY_FULL);
  assert_code (add (store, 2, START + 1, START + 1), NONE);
  assert_code (check (store, 1, START), REPLAY_FULL);
  assert_code (add (store, 1, START, START), REPLAY_FULL);
  assert_code (check (store, 2, START), REPLAYED);
}

static void
test_default_capacity (void)
{
  g_autoptr (MikeyReplayStore) store
      = g_object_new (MIKEY_TYPE_REPLAY_STORE, NULL);

  for (guint i = 0; i < 65536; i++)
    assert_code (add (store, i, START, START), NONE);
  assert_code (add (store, 65536, START, START), REPLAY_FULL);
}

/* MIKEY_TIME_NONE: no clock on this side, or never forgotten. */
static void
test_no_clock (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (3);

  assert_code (add (store, 1, MIKEY_TIME_NONE, MIKEY_TIME_NONE), NONE);
  assert_code (add (store, 2, START, MIKEY_TIME_NONE), NONE);
  assert_code (add (store, 3, START, START), NONE);
  assert_code (check (store, 4, MIKEY_TIME_NONE), REPLAY_FULL);
  assert_code (add (store, 4, MIKEY_TIME_NONE, MIKEY_TIME_NONE), REPLAY_FULL);
  assert_code (add (store, 4, G_MAXINT64, MIKEY_TIME_NONE), NONE);
  assert_code (check (store, 1, G_MAXINT64), REPLAYED);
  assert_code (check (store, 2, MIKEY_TIME_NONE), REPLAYED);
  assert_code (check (store, 5, G_MAXINT64), REPLAY_FULL);
}

/* --- clocks that jump --- */

/* The clock was ahead for a while, and entries went; set right again, it does
 * not open the window for them. */
static void
test_clock_ahead (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (0);
  MikeyTime ahead = START + 86400 * SECOND;

  for (guint i = 0; i < 10; i++)
    assert_code (add (store, i, START, START + WINDOW + i * SECOND), NONE);
  assert_code (add (store, 99, ahead, ahead + WINDOW), NONE);
  assert_size (store, 1);
  for (guint i = 0; i < 10; i++)
    assert_code (add (store, i, START, START + WINDOW + i * SECOND), STALE);
  /* what is new and could be one of those is refused as well */
  assert_code (add (store, 50, START, START + WINDOW + 9 * SECOND), STALE);
  /* what can not is welcome: a day ahead does not shut the store for a day */
  assert_code (add (store, 51, START, START + WINDOW + 9 * SECOND + 1), NONE);
  assert_code (add (store, 99, START, ahead + WINDOW), REPLAYED);
}

/* Nothing goes when the clock is set back. */
static void
test_clock_back (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (0);
  MikeyTime back = START - 86400 * SECOND;

  assert_code (add (store, 1, START, START + WINDOW), NONE);
  assert_code (check (store, 1, back), REPLAYED);
  assert_code (add (store, 2, back, back + WINDOW), NONE);
  assert_code (add (store, 1, back, START + WINDOW), REPLAYED);
  assert_code (add (store, 2, START, back + WINDOW), STALE);
  assert_code (add (store, 1, START, START + WINDOW), REPLAYED);
}

/* --- against a list --- */

typedef struct {
  guint64 id;
  MikeyTime expires;
} Entry;

/* The same store, written as naively as can be. */
typedef struct {
  guint capacity;
  GArray *entries;
  MikeyTime forgotten;
} Model;

static gint
model_find (const Model *model, guint64 id)
{
  for (guint i = 0; i < model->entries->len; i++)
    if (g_array_index (model->entries, Entry, i).id == id)
      return (gint)i;
  return -1;
}

static MikeyFaultCode
model_check (const Model *model, guint64 id, MikeyTime now)
{
  if (model_find (model, id) >= 0)
    return MIKEY_FAULT_REPLAYED;
  if (model->entries->len < model->capacity)
    return MIKEY_FAULT_NONE;
  for (guint i = 0; i < model->entries->len; i++)
    if (g_array_index (model->entries, Entry, i).expires < now)
      return MIKEY_FAULT_NONE;
  return MIKEY_FAULT_REPLAY_FULL;
}

static MikeyFaultCode
model_add (Model *model, guint64 id, MikeyTime now, MikeyTime expires)
{
  Entry entry = { id, expires };
  MikeyFaultCode code;

  for (guint i = model->entries->len; i-- > 0;) {
    MikeyTime other = g_array_index (model->entries, Entry, i).expires;

    if (other >= now)
      continue;
    model->forgotten = MAX (model->forgotten, other);
    g_array_remove_index_fast (model->entries, i);
  }
  code = model_check (model, id, now);
  if (code != MIKEY_FAULT_NONE)
    return code;
  if (expires <= model->forgotten)
    return MIKEY_FAULT_STALE;
  g_array_append_val (model->entries, entry);
  return MIKEY_FAULT_NONE;
}

/* A message's timestamp is its own: message ID is of second ID / 4, give or
 * take some. */
static MikeyTime
expires_of (guint64 id)
{
  return START + (gint64)(id / 4 + id * 7 % 50) * SECOND + WINDOW;
}

/* Mostly forwards; now and then a leap, either way. */
static MikeyTime
move_clock (MikeyTime now)
{
  gint32 leap = g_test_rand_int_range (0, 400);

  if (leap == 0)
    return now + g_test_rand_int_range (0, 2000) * SECOND;
  if (leap == 1)
    return MAX (now - g_test_rand_int_range (0, 2000) * SECOND, START);
  return now + g_test_rand_int_range (0, 1000) * SECOND / 1000;
}

static guint64
message_around (MikeyTime now)
{
  gint64 id = (now - START) / SECOND * 4 + g_test_rand_int_range (-200, 200);

  return (guint64)MAX (id, 0);
}

static MikeyReplayStore *
restart (MikeyReplayStore *store, guint capacity)
{
  g_autoptr (GBytes) saved = mikey_replay_store_save (store);
  MikeyReplayStore *other = mikey_replay_store_new (capacity);

  g_assert_true (mikey_replay_store_load (other, saved, NULL));
  g_object_unref (store);
  return other;
}

typedef struct {
  guint operations, accepted, restarts, codes[MIKEY_FAULT_COUNT];
} Figures;

/* Whatever the clock does, no message is accepted twice. */
static void
run_add (MikeyReplayStore *store, Model *model, GHashTable *accepted,
         MikeyTime now, Figures *figures)
{
  guint64 id = message_around (now);
  MikeyTime expires = expires_of (id);
  MikeyFaultCode code = add (store, id, now, expires);

  g_assert_cmpint (code, ==, model_add (model, id, now, expires));
  figures->codes[code]++;
  if (code == MIKEY_FAULT_NONE)
    g_assert_true (g_hash_table_add (accepted, GUINT_TO_POINTER ((guint)id)));
}

static void
run_round (guint operations, Figures *figures)
{
  guint capacity = (guint)g_test_rand_int_range (1, 500);
  MikeyReplayStore *store = mikey_replay_store_new (capacity);
  Model model = { capacity, g_array_new (FALSE, FALSE, sizeof (Entry)),
                  MIKEY_TIME_NONE };
  GHashTable *accepted = g_hash_table_new (NULL, NULL);
  MikeyTime now = START;

  for (guint i = 0; i < operations; i++) {
    guint64 id = message_around (now = move_clock (now));

    if (g_test_rand_int_range (0, 100) == 0) {
      store = restart (store, capacity);
      figures->restarts++;
    }
    if (g_test_rand_bit ())
      run_add (store, &model, accepted, now, figures);
    else
      g_assert_cmpint (check (store, id, now), ==,
                       model_check (&model, id, now));
    assert_size (store, model.entries->len);
  }
  figures->operations += operations;
  figures->accepted += g_hash_table_size (accepted);
  g_hash_table_unref (accepted);
  g_array_unref (model.entries);
  g_object_unref (store);
}

/* The seed is the one that the test program prints; --seed repeats it. */
static void
test_model (void)
{
  Figures figures = { 0 };

  for (guint i = 0; i < 50; i++)
    run_round (2000, &figures);
  g_test_message ("%u operations, %u restarts; %u accepted, %u replayed, "
                  "%u of a forgotten time, %u found it full",
                  figures.operations, figures.restarts, figures.accepted,
                  figures.codes[MIKEY_FAULT_REPLAYED],
                  figures.codes[MIKEY_FAULT_STALE],
                  figures.codes[MIKEY_FAULT_REPLAY_FULL]);
  g_assert_cmpuint (figures.operations, ==, 100000);
  g_assert_cmpuint (figures.restarts, >, 0);
  g_assert_cmpuint (figures.codes[MIKEY_FAULT_REPLAYED], >, 0);
  g_assert_cmpuint (figures.codes[MIKEY_FAULT_STALE], >, 0);
  g_assert_cmpuint (figures.codes[MIKEY_FAULT_REPLAY_FULL], >, 0);
}

/* --- figures --- */

/* At most 64 octets a message at any number from a thousand on. */
static void
test_memory (void)
{
  guint n = 1000000;
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (n);
  gint64 began = g_get_monotonic_time ();
  gsize worst = 0;

  for (guint i = 0; i < n; i++) {
    assert_code (add (store, i, START, START + i), NONE);
    if (i >= 999)
      worst = MAX (worst, 1 + mikey_replay_store_get_memory (store) / (i + 1));
  }
  g_test_message ("%u messages: %.1f octets each, %" G_GSIZE_FORMAT
                  " at worst before; %.2f us to add one",
                  n, (double)mikey_replay_store_get_memory (store) / n, worst,
                  (double)(g_get_monotonic_time () - began) / n);
  g_assert_cmpuint (mikey_replay_store_get_memory (store), <=, 64 * n);
  g_assert_cmpuint (worst, <=, 64);
  for (guint i = 0; i < n; i += 997)
    assert_code (check (store, i, START), REPLAYED);
  assert_code (add (store, n, START, START + n), REPLAY_FULL);
  began = g_get_monotonic_time ();
  assert_code (add (store, n, START + n, START + n), NONE);
  g_test_message ("all of them forgotten in %" G_GINT64_FORMAT " ms",
                  (g_get_monotonic_time () - began) / 1000);
  assert_size (store, 1);
}

/* --- threads --- */

#define MESSAGES 10000

typedef struct {
  MikeyReplayStore *store;
  gint accepted[MESSAGES];
  gint claimed[MESSAGES];
} Race;

static gpointer
race (gpointer data)
{
  Race *r = data;

  for (guint i = 0; i < MESSAGES; i++) {
    MikeyTime now = START + i;

    if (check (r->store, i, now) == MIKEY_FAULT_NONE
        && add (r->store, i, now, now + 100) == MIKEY_FAULT_NONE)
      g_atomic_int_inc (&r->accepted[i]);
    if (claim (r->store, i))
      g_atomic_int_inc (&r->claimed[i]);
    raise_counter (r->store, i % 10, i); /* one of the threads wins */
    g_assert_cmpuint (counter (r->store, i % 10), >=, i);
    if (i % 1000 == 0)
      g_bytes_unref (mikey_replay_store_save (r->store));
  }
  return NULL;
}

static void
test_threads (void)
{
  g_autofree Race *r = g_new0 (Race, 1);
  GThread *threads[4];

  r->store = mikey_replay_store_new (0);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, race, r);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  /* Not twice, though all four tried; and not never, as the thread whose clock
   * is ahead of the others' has seen all messages that are forgotten. */
  for (guint i = 0; i < MESSAGES; i++) {
    g_assert_cmpint (r->accepted[i], ==, 1);
    g_assert_cmpint (r->claimed[i], ==, 1);
  }
  g_object_unref (r->store);
}

/* --- counters and bundles --- */

static void
test_counters (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (0);

  g_assert_cmpuint (counter (store, 1), ==, 0);
  g_assert_true (raise_counter (store, 1, 5));
  g_assert_cmpuint (counter (store, 1), ==, 5);
  g_assert_cmpuint (counter (store, 2), ==, 0);
  g_assert_false (raise_counter (store, 1, 4));
  g_assert_false (raise_counter (store, 1, 5));
  g_assert_cmpuint (counter (store, 1), ==, 5);
  g_assert_true (raise_counter (store, 1, G_MAXUINT32));
  g_assert_cmpuint (counter (store, 1), ==, G_MAXUINT32);
}

/* One peer more than there may be has no counter left: its messages are
 * refused. */
static void
test_counters_full (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (2);

  g_assert_true (raise_counter (store, 1, 5));
  g_assert_cmpuint (counter (store, 2), ==, 0);
  g_assert_true (raise_counter (store, 2, 6));
  g_assert_cmpuint (counter (store, 3), ==, G_MAXUINT32);
  g_assert_cmpuint (counter (store, 1), ==, 5);
  g_assert_true (raise_counter (store, 2, 7));
  g_assert_cmpuint (counter (store, 2), ==, 7);
}

/* 3830-6.1-05 */
static void
test_csb_ids (void)
{
  static const guint32 ids[] = { 0, 1, 0x80000000, G_MAXUINT32 };
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (1);

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_assert_true (claim (store, ids[i]));
    g_assert_false (claim (store, ids[i]));
  }
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    mikey_replay_store_release_csb (store, ids[i]);
    mikey_replay_store_release_csb (store, ids[i]);
    g_assert_true (claim (store, ids[i]));
  }
}

/* --- saved and loaded --- */

/* Entries that expire, one that does not, counters, and a time that is
 * forgotten. */
static MikeyReplayStore *
filled (void)
{
  MikeyReplayStore *store = mikey_replay_store_new (0);

  assert_code (add (store, 1000, START, START + 5), NONE);
  for (guint i = 0; i < 20; i++)
    assert_code (add (store, i, START + 6, START + WINDOW - i), NONE);
  assert_code (add (store, 20, START + 6, MIKEY_TIME_NONE), NONE);
  g_assert_true (raise_counter (store, 1, 7));
  g_assert_true (raise_counter (store, 2, G_MAXUINT32));
  return store;
}

static GBytes *
saved_store (void)
{
  g_autoptr (MikeyReplayStore) store = filled ();

  return mikey_replay_store_save (store);
}

/* What was known before the restart is known after it. */
static void
test_restart (void)
{
  g_autoptr (MikeyReplayStore) store = restart (filled (), 0);

  assert_size (store, 21);
  for (guint i = 0; i <= 20; i++)
    assert_code (check (store, i, START + 6), REPLAYED);
  assert_code (check (store, 21, START + 6), NONE);
  assert_code (add (store, 1000, START, START + 5), STALE);
  g_assert_cmpuint (counter (store, 1), ==, 7);
  g_assert_cmpuint (counter (store, 2), ==, G_MAXUINT32);
  g_assert_cmpuint (counter (store, 3), ==, 0);
  /* entries go in order: all but three, of which one never goes */
  assert_code (add (store, 21, START + WINDOW - 1, START + WINDOW), NONE);
  assert_size (store, 4);
  assert_code (add (store, 22, G_MAXINT64, MIKEY_TIME_NONE), NONE);
  assert_size (store, 2);
}

static void
test_empty_restart (void)
{
  g_autoptr (MikeyReplayStore) store = restart (mikey_replay_store_new (1), 1);

  assert_size (store, 0);
  assert_code (add (store, 1, START, START), NONE);
}

/* Loading adds to what is known; twice is once. */
static void
test_merge (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (22);
  g_autoptr (GBytes) saved = saved_store ();

  assert_code (add (store, 3, START, START + 10), NONE);
  assert_code (add (store, 99, START, START + WINDOW), NONE);
  g_assert_true (raise_counter (store, 1, 9));
  g_assert_true (raise_counter (store, 2, 9));
  for (guint i = 0; i < 2; i++)
    g_assert_true (mikey_replay_store_load (store, saved, NULL));
  assert_size (store, 22);
  g_assert_cmpuint (counter (store, 1), ==, 9);
  g_assert_cmpuint (counter (store, 2), ==, G_MAXUINT32);
  /* of the two expiries of message 3 the later counts */
  assert_code (check (store, 3, START + 11), REPLAYED);
  assert_code (add (store, 100, START + 11, START + WINDOW), REPLAY_FULL);
  assert_code (add (store, 3, START + 11, START + WINDOW), REPLAYED);
}

/* What is loaded expires before what is there: it has to go first. */
static void
test_merge_order (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (0);
  g_autoptr (GBytes) saved = saved_store ();

  for (guint i = 0; i < 3; i++)
    assert_code (add (store, 50 + i, START, START + 2 * WINDOW), NONE);
  g_assert_true (mikey_replay_store_load (store, saved, NULL));
  assert_size (store, 24);
  assert_code (add (store, 60, START + WINDOW + 1, START + 2 * WINDOW), NONE);
  assert_size (store, 5);
}

static void
test_load_too_much (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (20);
  g_autoptr (GBytes) saved = saved_store ();
  g_autoptr (GError) error = NULL;

  g_assert_false (mikey_replay_store_load (store, saved, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_LIMIT);
  g_assert_cmpstr (error->message, ==,
                   "limit: 21 messages to remember, the replay store holds at "
                   "most 20");
  assert_size (store, 0);
  g_assert_cmpuint (counter (store, 1), ==, 0);
}

static void
assert_not_loaded (const guint8 *data, gsize len, const gchar *message)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (0);
  /* a copy of the size, for tools that watch over it */
  g_autoptr (GBytes) saved = g_bytes_new (data, len);
  g_autoptr (GError) error = NULL;

  g_assert_false (mikey_replay_store_load (store, saved, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_RESOURCE);
  if (message)
    g_assert_cmpstr (error->message, ==, message);
  assert_size (store, 0);
  g_assert_cmpuint (counter (store, 1), ==, 0);
  g_assert_false (mikey_replay_store_load (store, saved, NULL));
}

static void
test_cut_off (void)
{
  g_autoptr (GBytes) saved = saved_store ();
  gsize len;
  const guint8 *data = g_bytes_get_data (saved, &len);

  g_test_message ("%" G_GSIZE_FORMAT " prefixes", len);
  for (gsize i = 0; i < len; i++)
    assert_not_loaded (data, i, "resource: saved replay store: cut off");
}

static void
test_damaged (void)
{
  g_autoptr (GBytes) saved = saved_store ();
  gsize len;
  g_autofree guint8 *data
      = g_bytes_unref_to_data (g_steal_pointer (&saved), &len);

  for (gsize bit = 0; bit < 8 * len; bit++) {
    data[bit / 8] ^= (guint8)(1 << bit % 8);
    assert_not_loaded (data, len, NULL);
    data[bit / 8] ^= (guint8)(1 << bit % 8);
  }
  data[len - 1] ^= 1;
  assert_not_loaded (data, len, "resource: saved replay store: damaged");
}

static void
test_not_saved (void)
{
  g_autoptr (GBytes) saved = saved_store ();
  gsize len = g_bytes_get_size (saved);
  g_autofree guint8 *data = g_malloc0 (len + 1);

  memcpy (data, g_bytes_get_data (saved, NULL), len);
  assert_not_loaded (data, len + 1,
                     "resource: saved replay store: goes on after its end");
  data[11]++;
  assert_not_loaded (data, len,
                     "resource: saved replay store: written by another "
                     "version");
  data[0]++;
  assert_not_loaded (data, len,
                     "resource: saved replay store: is something else");
  assert_not_loaded (data, 1,
                     "resource: saved replay store: is something else");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replay/replay", test_replay);
  g_test_add_func ("/replay/only-added", test_only_added);
  g_test_add_func ("/replay/similar-keys", test_similar_keys);
  g_test_add_func ("/replay/full", test_full);
  g_test_add_func ("/replay/capacity-of-one", test_capacity_of_one);
  g_test_add_func ("/replay/default-capacity", test_default_capacity);
  g_test_add_func ("/replay/no-clock", test_no_clock);
  g_test_add_func ("/replay/no-memory", test_no_memory);
  g_test_add_func ("/replay/no-memory-for-load", test_no_memory_for_load);
  g_test_add_func ("/replay/clock-ahead", test_clock_ahead);
  g_test_add_func ("/replay/clock-back", test_clock_back);
  g_test_add_func ("/replay/model", test_model);
  g_test_add_func ("/replay/memory", test_memory);
  g_test_add_func ("/replay/threads", test_threads);
  g_test_add_func ("/replay/counters", test_counters);
  g_test_add_func ("/replay/counters-full", test_counters_full);
  g_test_add_func ("/replay/csb-ids", test_csb_ids);
  g_test_add_func ("/replay/restart", test_restart);
  g_test_add_func ("/replay/empty-restart", test_empty_restart);
  g_test_add_func ("/replay/merge", test_merge);
  g_test_add_func ("/replay/merge-order", test_merge_order);
  g_test_add_func ("/replay/load-too-much", test_load_too_much);
  g_test_add_func ("/replay/cut-off", test_cut_off);
  g_test_add_func ("/replay/damaged", test_damaged);
  g_test_add_func ("/replay/not-saved", test_not_saved);
  return g_test_run ();
}
