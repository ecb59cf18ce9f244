/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire.h"

#include <mikey/base/limits.h>

/* Payloads one after the other. */

static bool
read_at (guint32 first, guint place, const char *octets, MikeyChain *chain,
         MikeyArena *arena, MikeyFault *fault)
{
  return mikey_chain_read_all (chain, first, place, hex (octets), arena, fault);
}

static void
assert_refused (guint32 first, guint place, const char *octets,
                MikeyFaultCode code, int offset)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  MikeyChain chain;
  MikeyFault fault;

  g_assert_false (read_at (first, place, octets, &chain, &arena, &fault));
  g_test_message ("%s", fault.text);
  assert_fault (&fault, code, offset);
}

/* 3830-6.1-03, 6043-6.1-01, 6267-6.1-01, 6509-4.1-01 */
static void
test_types (void)
{
  const MikeyPayloadType *const *types;
  guint num_types, i;

  types = mikey_payload_types (&num_types);
  g_assert_cmpuint (num_types, ==, 26);
  for (i = 0; i < num_types; i++) {
    guint32 code = types[i]->code;

    g_assert_true (mikey_payload_type_find (code) == types[i]);
    g_assert_cmpuint (types[i]->places, !=, 0);
    if (code < 256)
      g_assert_cmpstr (mikey_registry_name (MIKEY_REG_NEXT_PAYLOAD, code), ==,
                       types[i]->wire.name);
  }
  g_assert_null (mikey_payload_type_find (0));
  g_assert_null (mikey_payload_type_find (18));
  g_assert_null (mikey_payload_type_find (255));
}

/* 3830-6.13-03, 6267-6.1.4-02: keys never stand in the message itself, and
 * nothing but keys and identities in what is sealed. */
static void
test_places (void)
{
  const guint message = MIKEY_PLACE_MESSAGE, sealed = MIKEY_PLACE_SEALED;

  assert_refused (MIKEY_PAYLOAD_KEY_DATA, message, "00 00 0000",
                  MIKEY_FAULT_BAD_PAYLOAD, 0);
  assert_refused (MIKEY_PAYLOAD_SK, message, "00 10 0000",
                  MIKEY_FAULT_BAD_PAYLOAD, 0);
  assert_refused (MIKEY_PAYLOAD_ECCPT, message, "00 02 02 26*21 00 0000 00",
                  MIKEY_FAULT_BAD_PAYLOAD, 0);
  assert_refused (MIKEY_PAYLOAD_V, message, "14 00 00 00 0000",
                  MIKEY_FAULT_BAD_PAYLOAD, 0);
  assert_refused (MIKEY_PAYLOAD_HDR, message,
                  "01 00 18 00 00000000 00 00 00 10 0000",
                  MIKEY_FAULT_BAD_PAYLOAD, 2);
  assert_refused (MIKEY_PAYLOAD_KEY_DATA, sealed, "05 00 0000 00 02 00000000",
                  MIKEY_FAULT_BAD_PAYLOAD, 0);
  assert_refused (MIKEY_PAYLOAD_THDR, message, "00 0000",
                  MIKEY_FAULT_BAD_PAYLOAD, 0);
}

/* The octet that names a payload nobody knows is the one to blame. */
static void
test_unknown (void)
{
  const guint message = MIKEY_PLACE_MESSAGE;

  assert_refused (99, message, "00", MIKEY_FAULT_BAD_PAYLOAD, 0);
  assert_refused (MIKEY_PAYLOAD_V, message, "63 00 00", MIKEY_FAULT_BAD_PAYLOAD,
                  0);
  assert_refused (MIKEY_PAYLOAD_V, message, "09 00 12 00 00",
                  MIKEY_FAULT_BAD_PAYLOAD, 2);
  assert_refused (MIKEY_PAYLOAD_HDR, message, "01 00 ff 00 00000000 00 00",
                  MIKEY_FAULT_BAD_PAYLOAD, 2);
}

/* 3830-6.5-01: SIGN has no Next payload field and ends the chain. */
static void
test_sign_ends (void)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  MikeyChain chain;

  g_assert_true (read_at (MIKEY_PAYLOAD_V, MIKEY_PLACE_MESSAGE, "04 00 0001 aa",
                          &chain, &arena, NULL));
  g_assert_cmpuint (mikey_chain_count (&chain, MIKEY_PAYLOAD_SIGN), ==, 1);
  assert_refused (MIKEY_PAYLOAD_V, MIKEY_PLACE_MESSAGE, "04 00 0001 aa 00 00",
                  MIKEY_FAULT_TRAILING, 5);
}

static void
test_offsets (void)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  const MikeyPayload *p;
  MikeyChain chain;

  g_assert_true (read_at (MIKEY_PAYLOAD_V, MIKEY_PLACE_MESSAGE,
                          "0b 00 09 02 aabb 00 00", &chain, &arena, NULL));
  p = mikey_chain_find (&chain, MIKEY_PAYLOAD_RAND, 0);
  g_assert_cmpuint (p->offset, ==, 2);
  g_assert_cmpuint (p->length, ==, 4);
  g_assert_cmpuint (p->next, ==, MIKEY_PAYLOAD_V);
  p = mikey_chain_find (&chain, MIKEY_PAYLOAD_V, 1);
  g_assert_cmpuint (p->offset, ==, 6);
  g_assert_null (mikey_chain_find (&chain, MIKEY_PAYLOAD_V, 2));
  g_assert_null (mikey_chain_find (&chain, MIKEY_PAYLOAD_T, 0));
  g_assert_cmpuint (mikey_chain_count (&chain, MIKEY_PAYLOAD_V), ==, 2);
}

/* Built in memory: what follows tells the Next payload fields. */
static void
test_build (void)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
  MikeyChain chain = { 0, NULL };
  MikeyRand *rand;
  MikeyErr *err;
  MikeyId *id;

  g_assert_cmpuint (mikey_chain_size (&chain), ==, 0);
  err = mikey_chain_add (&chain, MIKEY_PAYLOAD_ERR, &arena);
  err->error_no = 5;
  id = mikey_chain_add (&chain, MIKEY_PAYLOAD_ID, &arena);
  id->id_type = 1;
  id->data = text ("x:y");
  id->base.next = 77; /* of no consequence */
  rand = mikey_chain_add (&chain, MIKEY_PAYLOAD_RAND, &arena);
  rand->rand = hex ("0102");
  g_assert_cmpuint (chain.first, ==, MIKEY_PAYLOAD_ERR);
  g_assert_cmpuint (mikey_chain_size (&chain), ==, 15);
  mikey_chain_write (&chain, &w);
  assert_slice (mikey_writer_slice (&w),
                hex ("06 05 0000 0b 01 0003 783a79 00 02 0102"));
  g_assert_cmpuint (rand->base.offset, ==, 11);
  g_assert_cmpuint (rand->base.length, ==, 4);
}

/* --- limits --- */

/* NUM payloads V with a NULL MAC. */
static MikeySlice
many (guint num)
{
  guint8 *octets = g_malloc0 (2 * num);
  guint i;

  g_test_queue_free (octets);
  for (i = 0; i + 1 < num; i++)
    octets[2 * i] = MIKEY_PAYLOAD_V;
  return mikey_slice (octets, 2 * num);
}

static void
test_many (void)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  MikeyChain chain;
  MikeyFault fault;

  g_assert_true (
      mikey_chain_read_all (&chain, MIKEY_PAYLOAD_V, MIKEY_PLACE_MESSAGE,
                            many (MIKEY_MAX_PAYLOADS), &arena, NULL));
  g_assert_cmpuint (mikey_chain_count (&chain, MIKEY_PAYLOAD_V), ==,
                    MIKEY_MAX_PAYLOADS);
  g_assert_false (
      mikey_chain_read_all (&chain, MIKEY_PAYLOAD_V, MIKEY_PLACE_MESSAGE,
                            many (MIKEY_MAX_PAYLOADS + 1), &arena, &fault));
  assert_fault (&fault, MIKEY_FAULT_LIMIT, 2 * MIKEY_MAX_PAYLOADS);
}

/* DEPTH TP payloads, each the TP Data of the one around it. */
static void
nest (MikeyWriter *w, guint depth)
{
  g_auto (MikeyWriter) inner = MIKEY_WRITER_INIT;

  if (depth > 1)
    nest (&inner, depth - 1);
  mikey_write_slice (w, hex ("00 0001 01 01 02 00 00"));
  mikey_write_bits (w, 16, depth > 1 ? (guint32)inner.len + 1 : 0);
  if (depth > 1)
    mikey_write_bits (w, 8, MIKEY_PAYLOAD_TP);
  mikey_write_slice (w, mikey_writer_slice (&inner));
}

static bool
read_nested (guint depth, MikeyFault *fault)
{
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  MikeyChain chain;

  nest (&w, depth);
  return mikey_chain_read_all (&chain, MIKEY_PAYLOAD_TP, MIKEY_PLACE_MESSAGE,
                               mikey_writer_slice (&w), &arena, fault);
}

static void
test_nested (void)
{
  MikeyFault fault;

  /* Counted from 1, as a chain that was read by itself lies in a payload. */
  g_assert_true (read_nested (MIKEY_MAX_NESTING, NULL));
  g_assert_false (read_nested (MIKEY_MAX_NESTING + 1, &fault));
  assert_fault (&fault, MIKEY_FAULT_LIMIT, 11 * MIKEY_MAX_NESTING);
}

static MikeySlice
sp_with (guint num_params)
{
  guint8 *octets = g_malloc0 (5 + 2 * num_params);

  g_test_queue_free (octets);
  octets[4] = (guint8)(2 * num_params);
  return mikey_slice (octets, 5 + 2 * num_params);
}

static void
test_params (void)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  MikeyChain chain;
  MikeyFault fault;

  g_assert_true (
      mikey_chain_read_all (&chain, MIKEY_PAYLOAD_SP, MIKEY_PLACE_MESSAGE,
                            sp_with (MIKEY_MAX_SP_PARAMS), &arena, NULL));
  g_assert_false (
      mikey_chain_read_all (&chain, MIKEY_PAYLOAD_SP, MIKEY_PLACE_MESSAGE,
                            sp_with (MIKEY_MAX_SP_PARAMS + 1), &arena, &fault));
  assert_fault (&fault, MIKEY_FAULT_LIMIT, 5 + 2 * MIKEY_MAX_SP_PARAMS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/chain/types", test_types);
  g_test_add_func ("/wire/chain/places", test_places);
  g_test_add_func ("/wire/chain/unknown", test_unknown);
  g_test_add_func ("/wire/chain/sign-ends", test_sign_ends);
  g_test_add_func ("/wire/chain/offsets", test_offsets);
  g_test_add_func ("/wire/chain/build", test_build);
  g_test_add_func ("/wire/chain/many", test_many);
  g_test_add_func ("/wire/chain/nested", test_nested);
  g_test_add_func ("/wire/chain/params", test_params);
  return g_test_run ();
}
