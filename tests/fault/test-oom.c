/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/session/private.h>
#include <sys/mman.h>

/* Memory and random octets run out at every point of an exchange: each time the
 * call fails cleanly, nothing has changed, and the same call succeeds once
 * there is memory again.
 *
 * Failing is what the library asks for in a way that can fail: the g_try_
 * functions, which the linker replaces (--wrap), and mmap() for the pages of
 * secrets. Not covered, because these end the process when memory runs out:
 * g_malloc() in GLib and in the objects of session/, and GMP. GObject is not
 * part of what runs here. */

static guint fail_at;  /* that request, counted from 1; 0: none */
static bool persists;  /* and all after it */
static guint requests; /* so far */
static GHashTable *sites;

static bool
fails (const void *site)
{
  if (!sites)
    sites = g_hash_table_new (NULL, NULL);
  g_hash_table_add (sites, (void *)site);
  requests++;
  return fail_at && (requests == fail_at || (persists && requests > fail_at));
}

#define FAILS() fails (__builtin_return_address (0))

/* The names are the linker's. */
gpointer __real_g_try_malloc (gsize size);
gpointer __real_g_try_malloc0 (gsize size);
gpointer __real_g_try_malloc_n (gsize num, gsize size);
gpointer __real_g_try_malloc0_n (gsize num, gsize size);
gpointer __real_g_try_realloc (gpointer memory, gsize size);
gpointer __real_g_try_realloc_n (gpointer memory, gsize num, gsize size);
void *
__real_mmap64 (void *at, size_t len, int prot, int flags, int fd, off_t off);
gpointer __wrap_g_try_malloc (gsize size);
gpointer __wrap_g_try_malloc0 (gsize size);
gpointer __wrap_g_try_malloc_n (gsize num, gsize size);
gpointer __wrap_g_try_malloc0_n (gsize num, gsize size);
gpointer __wrap_g_try_realloc (gpointer memory, gsize size);
gpointer __wrap_g_try_realloc_n (gpointer memory, gsize num, gsize size);
void *
__wrap_mmap64 (void *at, size_t len, int prot, int flags, int fd, off_t off);

gpointer
__wrap_g_try_malloc (gsize size)
{
  return FAILS () ? NULL : __real_g_try_malloc (size);
}

gpointer
__wrap_g_try_malloc0 (gsize size)
{
  return FAILS () ? NULL : __real_g_try_malloc0 (size);
}

gpointer
__wrap_g_try_malloc_n (gsize num, gsize size)
{
  return FAILS () ? NULL : __real_g_try_malloc_n (num, size);
}

gpointer
__wrap_g_try_malloc0_n (gsize num, gsize size)
{
  return FAILS () ? NULL : __real_g_try_malloc0_n (num, size);
}

gpointer
__wrap_g_try_realloc (gpointer memory, gsize size)
{
  return FAILS () ? NULL : __real_g_try_realloc (memory, size);
}

gpointer
__wrap_g_try_realloc_n (gpointer memory, gsize num, gsize size)
{
  return FAILS () ? NULL : __real_g_try_realloc_n (memory, num, size);
}

void *
__wrap_mmap64 (void *at, size_t len, int prot, int flags, int fd, off_t off)
{
  return FAILS () ? MAP_FAILED : __real_mmap64 (at, len, prot, flags, fd, off);
}

/* --- one call of an exchange, which may fail --- */

typedef struct {
  const MikeyModeRow *mode;
  TestPair pair;
  MikeyReplayStore *stores[2];
  bool random; /* octets fail, rather than memory */
  guint k;
  guint num_failed, num_calls;
} Run;

typedef struct {
  TestSide *side;
  TestStepKind begins; /* where no message is received */
  GBytes *message;
} Call;

static bool
perform (Run *run, const Call *call, GBytes **out, MikeyFault *fault)
{
  *out = NULL;
  if (call->message)
    return test_receive (call->side, call->message, out, fault);
  if (call->begins == TEST_OFFER)
    *out = test_offer (call->side, run->mode->mode, fault);
  else
    *out = test_update (call->side, true, fault);
  return *out != NULL;
}

static void
arm (Run *run, TestSide *side, guint k)
{
  requests = 0;
  side->random_calls = 0;
  fail_at = run->random ? 0 : k;
  side->random_fails_at = run->random ? k : 0;
}

/* Fails the K-th request of the run, if it falls into this call; what is left
 * of K is for the calls that follow. */
static GBytes *
call_failing (Run *run, const Call *call)
{
  g_autoptr (GBytes) before = test_snapshot (call->side);
  g_autoptr (GBytes) after = NULL;
  MikeyFault fault = { 0 };
  GBytes *out;
  guint used;
  bool ok;

  arm (run, call->side, run->k);
  ok = perform (run, call, &out, &fault);
  used = run->random ? call->side->random_calls : requests;
  arm (run, call->side, 0);
  run->num_calls++;
  run->k = run->k > used ? run->k - used : 0;
  if (ok)
    return out;
  run->num_failed++;
  g_clear_pointer (&out, g_bytes_unref); /* an Error message, perhaps */
  assert_code (&fault,
               run->random ? MIKEY_FAULT_NO_RANDOM : MIKEY_FAULT_NO_MEMORY);
  after = test_snapshot (call->side);
  g_assert_true (g_bytes_equal (before, after));
  if (!perform (run, call, &out, &fault))
    g_error ("the second time: %s", fault.text);
  return out;
}

static void
run_step (Run *run, TestStepKind step)
{
  TestSide *side = step == TEST_UPDATE_BOB ? &run->pair.bob : &run->pair.alice;
  Call call = { side, step, NULL };

  do {
    GBytes *out = call_failing (run, &call);

    g_clear_pointer (&call.message, g_bytes_unref);
    call.side = test_other (&run->pair, call.side);
    call.message = out;
  } while (call.message);
}

static void
use_store (Run *run, guint i, TestSide *side)
{
  run->stores[i] = mikey_replay_store_new (0);
  side->replay = mikey_replay_store_get_interface (run->stores[i]);
}

/* The script with the K-th request failing. False: there are not so many. */
static bool
run_failing (const MikeyModeRow *mode, bool random, guint k)
{
  Run run = { .mode = mode, .random = random, .k = k };
  guint step;

  test_pair_init (&run.pair, mode);
  use_store (&run, 0, &run.pair.alice);
  use_store (&run, 1, &run.pair.bob);
  for (step = 0; step < TEST_NUM_STEPS; step++) {
    run_step (&run, step);
    test_pair_advance (&run.pair, MIKEY_TIME_SECOND);
  }
  assert_same_keys (&run.pair.alice, &run.pair.bob);
  test_pair_clear (&run.pair);
  g_object_unref (run.stores[0]);
  g_object_unref (run.stores[1]);
  g_assert_cmpuint (mikey_secret_stats ().live, ==, 0);
  return run.k == 0;
}

static void
test_memory (const void *data)
{
  guint k, num = 0;

  for (persists = false;; persists = true) {
    for (k = 1; run_failing (data, false, k); k++)
      num++;
    if (persists)
      break;
  }
  g_assert_cmpuint (num, >, 0);
  g_test_message ("%u requests for memory failed in turn, %u sites in all", num,
                  g_hash_table_size (sites));
}

static void
test_random (const void *data)
{
  guint k = 1;

  while (run_failing (data, true, k))
    k++;
  g_assert_cmpuint (k, >, 1);
  g_test_message ("%u requests for random octets failed in turn", k - 1);
}

/* Pages for secrets, which an exchange asks for only when there are no more:
 * the list of them, and the pages. */
static void
test_pages (void)
{
  guint k;

  for (k = 1; k <= 2; k++) {
    requests = 0;
    fail_at = k;
    g_assert_null (mikey_secret_new (1 << 20));
    g_assert_cmpuint (requests, ==, k);
  }
  fail_at = 0;
}

int
main (int argc, char **argv)
{
  guint i, num;
  const MikeyModeRow *rows = mikey_mode_rows (&num);

  test_init (&argc, &argv);
  g_test_add_func ("/oom/pages", test_pages);
  for (i = 0; i < num; i++) {
    g_autofree char *memory = g_strdup_printf ("/oom/%s", rows[i].nick);
    g_autofree char *octets = g_strdup_printf ("/no-random/%s", rows[i].nick);

    g_test_add_data_func (memory, &rows[i], test_memory);
    g_test_add_data_func (octets, &rows[i], test_random);
  }
  return g_test_run ();
}
