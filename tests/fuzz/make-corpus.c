/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../lib/sampled.h"

#include <mikey/wire/payloads.h>

/* Writes the seeds of the targets message and payload: make-corpus FOLDER,
 * which has a folder for each. From the tables, always the same; to be run
 * again when there are new payloads. */

#define NUM_MIXED 12
#define LONGEST   400

static void
save (const char *folder, const char *target, const char *name,
      MikeySlice octets)
{
  g_autofree char *path = g_build_filename (folder, target, name, NULL);
  GError *error = NULL;

  g_file_set_contents (path, (const char *)octets.data, (gssize)octets.len,
                       &error);
  g_assert_no_error (error);
}

/* INDEX: of the type in the table, as the target payload wants it. */
static void
save_payload (const char *folder, const MikeyPayloadType *type, guint index)
{
  guint place = type->places & -type->places;
  guint64 seed = type->code;
  MikeyRandom random = seeded_random (&seed);
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
  g_autofree char *name = g_strdup_printf ("%u", type->code);
  MikeyChain chain = { type->code, NULL };

  if (!mikey_sample_payload (type, place, &random, &arena, &chain.head))
    g_error ("no sample of %s", type->wire.name);
  mikey_write_bits (&w, 8, place << 5 | index);
  mikey_chain_write (&chain, &w);
  save (folder, "payload", name, mikey_writer_slice (&w));
}

static void
save_mixed (const char *folder)
{
  guint64 seed;
  guint num = 0;

  for (seed = 1; num < NUM_MIXED; seed++) {
    g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
    g_autofree char *name = g_strdup_printf ("mixed-%" G_GUINT64_FORMAT, seed);

    if (!sampled_message (seed, &w) || w.len > LONGEST)
      continue;
    save (folder, "message", name, mikey_writer_slice (&w));
    num++;
  }
}

/* A HDR and one payload. */
static void
save_message (const char *folder, const MikeyPayloadType *type)
{
  guint64 seed = type->code;
  MikeyRandom random = seeded_random (&seed);
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
  g_autofree char *name = g_strdup_printf ("%u", type->code);
  MikeyChain chain = { MIKEY_PAYLOAD_HDR, NULL };

  if (!mikey_sample_payload (&mikey_payload_hdr, MIKEY_PLACE_MESSAGE, &random,
                             &arena, &chain.head)
      || !mikey_sample_payload (type, MIKEY_PLACE_MESSAGE, &random, &arena,
                                &chain.head->link))
    g_error ("no sample of %s", type->wire.name);
  mikey_chain_write (&chain, &w);
  save (folder, "message", name, mikey_writer_slice (&w));
}

int
main (int argc, char **argv)
{
  const MikeyPayloadType *const *types;
  guint num_types, i;

  if (argc != 2)
    g_error ("usage: make-corpus FOLDER");
  types = mikey_payload_types (&num_types);
  for (i = 0; i < num_types; i++) {
    save_payload (argv[1], types[i], i);
    if ((types[i]->places & MIKEY_PLACE_MESSAGE) && types[i]->code < 256)
      save_message (argv[1], types[i]);
  }
  save_mixed (argv[1]);
  return 0;
}
