/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../lib/sampled.h"

#include <mikey/wire/payloads.h>
#include <mikey/wire/srtp-params.h>

#include <stdlib.h>

/* Prints random messages of the PSK kind that Wireshark 4.0 knows: a line each,
 * with tabs between hex, CSB ID, #CS, Next payload fields and key lengths, for
 * test-tshark.py to compare. Usage: psk-samples NUMBER SEED */

#define TRIES      100000
#define LAST_PARAM MIKEY_SRTP_PREFIX_LEN
#define MAX_DATA   3

/* Which samples of a payload are wanted: those whose field at OFFSET is at most
 * MAX. */
typedef struct {
  guint32 code;
  gsize offset;
  guint32 max;
} Wanted;

static const Wanted wanted_id
    = { MIKEY_PAYLOAD_ID, offsetof (MikeyId, id_type), 1 };
static const Wanted wanted_t
    = { MIKEY_PAYLOAD_T, offsetof (MikeyT, ts_type), 1 };
static const Wanted wanted_v
    = { MIKEY_PAYLOAD_V, offsetof (MikeyV, auth_alg), 1 };
static const Wanted wanted_err
    = { MIKEY_PAYLOAD_ERR, offsetof (MikeyErr, error_no), 12 };
static const Wanted wanted_rand
    = { MIKEY_PAYLOAD_RAND, offsetof (MikeyRand, base.next), 0 };
static const Wanted wanted_hdr
    = { MIKEY_PAYLOAD_HDR, offsetof (MikeyHdr, map_type), 0 };
static const Wanted wanted_kemac
    = { MIKEY_PAYLOAD_KEMAC, offsetof (MikeyKemac, mac_alg), 1 };
static const Wanted wanted_key
    = { MIKEY_PAYLOAD_KEY_DATA, offsetof (MikeyKeyData, type), 3 };

static guint8
random_octet (const MikeyRandom *random)
{
  guint8 octet = 0;

  return mikey_random_fill (random, &octet, 1, NULL) ? octet : 0;
}

static void *
sample (const Wanted *wanted, guint place, MikeyChain *chain,
        const MikeyRandom *random, MikeyArena *arena)
{
  const MikeyPayloadType *type = mikey_payload_type_find (wanted->code);
  MikeyPayload **end = &chain->head;
  guint tries;

  while (*end)
    end = &(*end)->link;
  for (tries = 0; tries < TRIES; tries++) {
    if (!mikey_sample_payload (type, place, random, arena, end))
      g_error ("no sample");
    if (G_STRUCT_MEMBER (guint32, *end, wanted->offset) <= wanted->max)
      return *end;
  }
  g_error ("no sample as wanted");
}

/* One octet each: what Wireshark expects. */
static void
add_sp (MikeyChain *chain, const MikeyRandom *random, MikeyArena *arena)
{
  MikeySrtpParams params;
  guint type;

  mikey_srtp_params_defaults (&params);
  for (type = 0; type <= LAST_PARAM; type++)
    if (random_octet (random) & 1)
      mikey_srtp_params_set (&params, type, random_octet (random) & 1);
  if (!mikey_srtp_params_write (&params, random_octet (random), chain, arena,
                                NULL))
    g_error ("no memory");
}

/* Keys that anyone can read, of the types that Wireshark knows. */
static void
fill_plain (MikeyKemac *kemac, const MikeyRandom *random, MikeyArena *arena,
            GString *keys)
{
  MikeyChain chain = { MIKEY_PAYLOAD_KEY_DATA, NULL };
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
  guint left = 1 + random_octet (random) % MAX_DATA;

  while (left-- > 0) {
    const MikeyKeyData *key
        = sample (&wanted_key, MIKEY_PLACE_SEALED, &chain, random, arena);

    g_string_append_printf (keys, "%s%" G_GSIZE_FORMAT, keys->len ? "," : "",
                            key->key.len);
  }
  mikey_chain_write (&chain, &w);
  kemac->encr_data
      = mikey_slice (mikey_arena_copy (arena, w.data, w.len), w.len);
}

static void
add_kemac (MikeyChain *chain, const MikeyRandom *random, MikeyArena *arena,
           GString *keys)
{
  MikeyKemac *kemac
      = sample (&wanted_kemac, MIKEY_PLACE_MESSAGE, chain, random, arena);

  kemac->encr_alg = random_octet (random) & 1;
  if (kemac->encr_alg == 0)
    fill_plain (kemac, random, arena, keys);
}

static void
add (const Wanted *wanted, MikeyChain *chain, const MikeyRandom *random,
     MikeyArena *arena)
{
  sample (wanted, MIKEY_PLACE_MESSAGE, chain, random, arena);
}

static void
make_message (MikeyChain *chain, const MikeyRandom *random, MikeyArena *arena,
              GString *keys)
{
  static const guint32 data_types[] = { 0, 1, 6 };
  MikeyHdr *hdr
      = sample (&wanted_hdr, MIKEY_PLACE_MESSAGE, chain, random, arena);

  hdr->data_type = data_types[random_octet (random) % 3];
  hdr->prf_func = 0;
  add (&wanted_t, chain, random, arena);
  if (hdr->data_type == 0) {
    add (&wanted_rand, chain, random, arena);
    add (&wanted_id, chain, random, arena);
    add (&wanted_id, chain, random, arena);
    add_sp (chain, random, arena);
    add_kemac (chain, random, arena, keys);
  } else {
    add (hdr->data_type == 6 ? &wanted_err : &wanted_id, chain, random, arena);
    add (&wanted_v, chain, random, arena);
  }
}

static void
print_message (guint64 seed)
{
  MikeyRandom random = seeded_random (&seed);
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
  g_autoptr (GString) keys = g_string_new (NULL);
  g_autofree char *hex = NULL;
  MikeyChain chain = { MIKEY_PAYLOAD_HDR, NULL };
  const MikeyHdr *hdr;
  const MikeyPayload *p;

  make_message (&chain, &random, &arena, keys);
  mikey_chain_write (&chain, &w);
  hdr = (const MikeyHdr *)chain.head;
  hex = mikey_slice_hex (mikey_writer_slice (&w));
  g_print ("%s\t%08x\t%u\t", hex, hdr->csb_id, hdr->num_cs);
  for (p = chain.head; p; p = p->link)
    g_print ("%u%s", p->next, p->link ? "," : "\t");
  g_print ("%s\n", keys->str);
}

int
main (int argc, char **argv)
{
  guint64 seed, end;

  if (argc != 3)
    g_error ("usage: psk-samples NUMBER SEED");
  seed = g_ascii_strtoull (argv[2], NULL, 10);
  for (end = seed + g_ascii_strtoull (argv[1], NULL, 10); seed < end; seed++)
    print_message (seed);
  return EXIT_SUCCESS;
}
