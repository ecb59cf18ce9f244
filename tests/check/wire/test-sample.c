/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire.h"
#include "../../lib/sampled.h"

/* Random messages from the tables. g_test prints the seed of a run; --seed=
 * repeats it. MIKEY_ITERATIONS: how many. */

#define ITERATIONS 20000
#define PER_TYPE   300

static guint64
iterations (void)
{
  const char *wanted = g_getenv ("MIKEY_ITERATIONS");

  return wanted ? g_ascii_strtoull (wanted, NULL, 10) : ITERATIONS;
}

static guint64
random_seed (void)
{
  return (guint64)(guint32)g_test_rand_int () << 32
         | (guint32)g_test_rand_int ();
}

/* write (read (w)) is w, in the original's size. */
static void
check_message (guint64 seed, guint *seen)
{
  MikeyRandom random = seeded_random (&seed);
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  g_auto (MikeyWriter) written = MIKEY_WRITER_INIT;
  g_auto (MikeyWriter) again = MIKEY_WRITER_INIT;
  g_auto (MikeyParsed) parsed = { 0 };
  MikeyChain chain;
  MikeyPayload *p;
  MikeyFault fault;

  g_assert_true (mikey_sample_message (&random, &arena, &chain));
  mikey_chain_write (&chain, &written);
  g_assert_true (mikey_writer_ok (&written, NULL));
  g_assert_cmpuint (mikey_chain_size (&chain), ==, written.len);
  if (!mikey_parsed_init (&parsed, mikey_writer_slice (&written),
                          MIKEY_TOLERATE_NOTHING, &fault))
    g_error ("%s", fault.text);
  g_assert_cmpuint (mikey_chain_size (&parsed.chain), ==, written.len);
  mikey_chain_write (&parsed.chain, &again);
  assert_slice (mikey_writer_slice (&again), mikey_writer_slice (&written));
  for (p = parsed.chain.head; p; p = p->link)
    seen[p->type->code]++;
}

static void
test_messages (void)
{
  guint seen[512] = { 0 };
  const MikeyPayloadType *const *types;
  guint num_types, i;
  guint64 left;

  for (left = iterations (); left > 0; left--)
    check_message (random_seed (), seen);
  types = mikey_payload_types (&num_types);
  for (i = 0; i < num_types; i++)
    if (types[i]->places & MIKEY_PLACE_MESSAGE)
      g_assert_cmpuint (seen[types[i]->code], >, 0);
}

static void
check_payload (const MikeyPayloadType *type, guint place,
               const MikeyRandom *random)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  g_auto (MikeyWriter) written = MIKEY_WRITER_INIT;
  g_auto (MikeyWriter) again = MIKEY_WRITER_INIT;
  MikeyChain chain = { type->code, NULL }, parsed;
  MikeyFault fault;

  g_assert_true (
      mikey_sample_payload (type, place, random, &arena, &chain.head));
  mikey_chain_write (&chain, &written);
  g_assert_cmpuint (mikey_chain_size (&chain), ==, written.len);
  if (!mikey_chain_read_all (&parsed, type->code, place,
                             mikey_writer_slice (&written), &arena, &fault))
    g_error ("%s", fault.text);
  mikey_chain_write (&parsed, &again);
  assert_slice (mikey_writer_slice (&again), mikey_writer_slice (&written));
}

/* Every type, at every place where it may stand and nowhere else. */
static void
test_payloads (void)
{
  guint64 seed = random_seed ();
  MikeyRandom random = seeded_random (&seed);
  const MikeyPayloadType *const *types;
  guint num_types, i, place, n;

  types = mikey_payload_types (&num_types);
  for (i = 0; i < num_types; i++)
    for (place = MIKEY_PLACE_MESSAGE; place <= MIKEY_PLACE_DATA; place <<= 1) {
      g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
      MikeyPayload *none;

      if (types[i]->places & place)
        for (n = 0; n < PER_TYPE; n++)
          check_payload (types[i], place, &random);
      else
        g_assert_false (
            mikey_sample_payload (types[i], place, &random, &arena, &none));
    }
}

/* Each value of each closed registry comes up, in time. */
static void
test_variety (void)
{
  guint64 seed = random_seed ();
  MikeyRandom random = seeded_random (&seed);
  guint32 types = 0, validities = 0;
  guint n;

  for (n = 0; n < PER_TYPE; n++) {
    g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
    MikeyPayload *payload;

    g_assert_true (mikey_sample_payload (&mikey_payload_key_data,
                                         MIKEY_PLACE_SEALED, &random, &arena,
                                         &payload));
    types |= 1u << ((MikeyKeyData *)payload)->type;
    validities |= 1u << ((MikeyKeyData *)payload)->kv_type;
  }
  g_assert_cmphex (types, ==, 0xff);
  g_assert_cmphex (validities, ==, 7);
}

static bool
fail_in_time (void *user, guint8 *data, gsize len)
{
  guint *left = user;

  memset (data, 1, len);
  return *left && (*left)--;
}

/* A random source that fails ends the sampling, wherever it is. */
static void
test_no_random (void)
{
  guint calls, left;

  for (calls = 0; calls < 40; calls++) {
    MikeyRandom random = { fail_in_time, &left };
    g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
    MikeyChain chain;

    left = calls;
    if (mikey_sample_message (&random, &arena, &chain))
      break;
    g_assert_cmpuint (left, ==, 0);
  }
  g_assert_cmpuint (calls, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/sample/messages", test_messages);
  g_test_add_func ("/wire/sample/payloads", test_payloads);
  g_test_add_func ("/wire/sample/variety", test_variety);
  g_test_add_func ("/wire/sample/no-random", test_no_random);
  return g_test_run ();
}
