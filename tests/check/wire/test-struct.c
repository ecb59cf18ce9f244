/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire.h"

#include <mikey/base/limits.h>

/* The interpreter, on tables made for it. */

typedef struct {
  guint32 number;
  MikeySlice octets;
} Item;

typedef struct {
  guint32 a, b, c, d, e;
  guint32 count;
  guint32 kind;
  MikeySlice octets, secret;
  MikeyList list;
  MikeyChain chain;
} Thing;

#define TABLE(name, ...)                                                       \
  static const MikeyField name##_fields[] = { __VA_ARGS__ };                   \
  static const MikeyStruct name = MIKEY_STRUCT (Thing, #name, name##_fields)

static const MikeyField item_fields[] = {
  MIKEY_UINT (Item, number, "number", 8),
  MIKEY_BYTES (Item, octets, "octets", 8, .flags = MIKEY_FIELD_SECRET),
};
static const MikeyStruct item = MIKEY_STRUCT (Item, "item", item_fields);

static bool
kind_is_odd (const void *self)
{
  return ((const Thing *)self)->kind & 1;
}

static gsize
kind_octets (const void *self)
{
  return ((const Thing *)self)->kind;
}

static const MikeyStruct *
item_if_odd (const void *self)
{
  return kind_is_odd (self) ? &item : NULL;
}

static bool
check_sum (const void *self, gsize offset, MikeyFault *fault)
{
  const Thing *thing = self;

  return thing->a + thing->b == 10
         || mikey_fail_at (fault, MIKEY_FAULT_BAD_VALUE, "sum", offset,
                           "not 10");
}

/* 3830-6-01: most significant bit first, in network byte order */
TABLE (bits, MIKEY_UINT (Thing, a, "a", 1), MIKEY_UINT (Thing, b, "b", 2),
       MIKEY_UINT (Thing, c, "c", 10), MIKEY_UINT (Thing, d, "d", 3),
       MIKEY_UINT (Thing, e, "e", 32));
TABLE (askew, MIKEY_UINT (Thing, a, "a", 4), MIKEY_UINT (Thing, e, "e", 32),
       MIKEY_UINT (Thing, b, "b", 12));
TABLE (ranges, MIKEY_UINT (Thing, a, "a", 8, .min = 3, .max = 5),
       MIKEY_UINT (Thing, b, "b", 8, .min = 1, .max = 1,
                   .unknown = MIKEY_FAULT_BAD_VERSION),
       MIKEY_UINT (Thing, c, "c", 8, .registry = MIKEY_REG_HASH_FUNC,
                   .unknown = MIKEY_FAULT_BAD_HASH),
       MIKEY_UINT (Thing, d, "d", 8, .registry = MIKEY_REG_HASH_FUNC));
TABLE (prefixed, MIKEY_BYTES (Thing, octets, "octets", 8, .min = 2, .max = 4));
TABLE (packed_length, MIKEY_UINT (Thing, a, "a", 2),
       MIKEY_BYTES (Thing, octets, "octets", 14));
TABLE (counted, MIKEY_UINT (Thing, count, "count", 8),
       MIKEY_BYTES (Thing, octets, "octets", 0, MIKEY_BY (Thing, count)));
TABLE (by_kind, MIKEY_UINT (Thing, kind, "kind", 8),
       MIKEY_BYTES (Thing, octets, "octets", 0, .length = kind_octets));
TABLE (rest, MIKEY_UINT (Thing, a, "a", 8),
       MIKEY_BYTES (Thing, octets, "octets", 0, .flags = MIKEY_FIELD_REST));
TABLE (optional, MIKEY_UINT (Thing, kind, "kind", 8),
       MIKEY_UINT (Thing, a, "a", 8, .when = kind_is_odd));
TABLE (with_body, MIKEY_UINT (Thing, kind, "kind", 8),
       MIKEY_BYTES (Thing, octets, "octets", 8, .body = item_if_odd));
TABLE (listed, MIKEY_LIST (Thing, list, "list", 16, &item, .max = 3));
TABLE (listed_by, MIKEY_UINT (Thing, count, "count", 8),
       MIKEY_LIST (Thing, list, "list", 0, &item, MIKEY_BY (Thing, count)),
       MIKEY_UINT (Thing, a, "a", 8));
TABLE (listed_rest, MIKEY_LIST (Thing, list, "list", 0, &item));
TABLE (chained, MIKEY_CHAIN (Thing, chain, "chain", 16));
TABLE (secrets, MIKEY_BYTES (Thing, octets, "octets", 8),
       MIKEY_BYTES (Thing, secret, "secret", 8, .flags = MIKEY_FIELD_SECRET),
       MIKEY_LIST (Thing, list, "list", 8, &item),
       MIKEY_CHAIN (Thing, chain, "chain", 16));

static const MikeyField summed_fields[] = {
  MIKEY_UINT (Thing, a, "a", 8),
  MIKEY_UINT (Thing, b, "b", 8),
};
static const MikeyStruct summed
    = MIKEY_STRUCT (Thing, "summed", summed_fields, .check = check_sum);

/* --- round trips --- */

static const struct {
  const MikeyStruct *type;
  const char *octets;
} fine[] = {
  { &bits, "0000 00000000" },
  { &bits, "ffff ffffffff" },
  { &bits, "a5b7 12345678" },
  { &askew, "18 9abcdef2 34" },
  { &ranges, "03 01 00 00" },
  { &ranges, "05 01 02 ff" },
  { &prefixed, "02 aabb" },
  { &prefixed, "04 aabbccdd" },
  { &packed_length, "c003 aabbcc" },
  { &packed_length, "4100 ab*256" },
  { &counted, "00" },
  { &counted, "ff 5a*255" },
  { &by_kind, "03 aabbcc" },
  { &rest, "07" },
  { &rest, "07 aabb" },
  { &optional, "02" },
  { &optional, "03 ff" },
  { &with_body, "02 01 ff" },
  { &with_body, "01 03 07 01 ff" },
  { &listed, "0000" },
  { &listed, "0008 01 00 02 01 aa 03 01 bb" },
  { &listed_by, "00 99" },
  { &listed_by, "02 01 00 02 01 aa 99" },
  { &listed_rest, "" },
  { &listed_rest, "01 00 02 01 aa" },
  { &chained, "0000" },
  { &chained, "0003 09 00 00" },
  { &chained, "0006 0b 09 01 ff 00 00" },
  { &summed, "03 07" },
};

static void
round_trip (const MikeyStruct *type, MikeySlice octets)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
  Thing thing = { 0 };
  MikeyFault fault;

  if (!mikey_struct_read_all (type, octets, &thing, &arena, &fault))
    g_error ("%s: %s", type->name, fault.text);
  g_assert_cmpuint (mikey_struct_size (type, &thing), ==, octets.len);
  mikey_struct_write (type, &thing, &w);
  assert_slice (mikey_writer_slice (&w), octets);
}

static void
test_round_trips (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fine); i++)
    round_trip (fine[i].type, hex (fine[i].octets));
}

/* 3830-1.3-01 */
static void
test_bits (void)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  Thing thing = { 0 };

  /* 1 01 0010110110 111, then 32 bits */
  g_assert_true (mikey_struct_read_all (&bits, hex ("a5b7 12345678"), &thing,
                                        &arena, NULL));
  g_assert_cmpuint (thing.a, ==, 1);
  g_assert_cmpuint (thing.b, ==, 1);
  g_assert_cmpuint (thing.c, ==, 0xb6);
  g_assert_cmpuint (thing.d, ==, 7);
  g_assert_cmpuint (thing.e, ==, 0x12345678);
}

static void
test_lists (void)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  Thing thing = { 0 };
  const Item *items;

  g_assert_true (mikey_struct_read_all (
      &listed, hex ("0008 01 00 02 01 aa 03 01 bb"), &thing, &arena, NULL));
  items = thing.list.items;
  g_assert_cmpuint (thing.list.num, ==, 3);
  g_assert_cmpuint (items[0].number, ==, 1);
  g_assert_cmpuint (items[0].octets.len, ==, 0);
  g_assert_cmpuint (items[2].number, ==, 3);
  assert_slice (items[2].octets, hex ("bb"));
}

/* --- faults --- */

static const struct {
  const MikeyStruct *type;
  const char *octets;
  MikeyFaultCode fault;
  int offset;
} faulty[] = {
  { &bits, "", MIKEY_FAULT_TRUNCATED, 0 },
  { &bits, "a5", MIKEY_FAULT_TRUNCATED, 0 },
  { &bits, "a5b7 123456", MIKEY_FAULT_TRUNCATED, 2 },
  { &bits, "a5b7 12345678 00", MIKEY_FAULT_TRAILING, 6 },
  { &ranges, "02 01 00 00", MIKEY_FAULT_BAD_VALUE, 0 },
  { &ranges, "06 01 00 00", MIKEY_FAULT_BAD_VALUE, 0 },
  { &ranges, "03 00 00 00", MIKEY_FAULT_BAD_VERSION, 1 },
  { &ranges, "03 02 00 00", MIKEY_FAULT_BAD_VERSION, 1 },
  { &ranges, "03 01 03 00", MIKEY_FAULT_BAD_HASH, 2 },
  { &prefixed, "", MIKEY_FAULT_TRUNCATED, 0 },
  { &prefixed, "01 aa", MIKEY_FAULT_BAD_LENGTH, 0 },
  { &prefixed, "05 aabbccddee", MIKEY_FAULT_LIMIT, 0 },
  { &prefixed, "03 aabb", MIKEY_FAULT_TRUNCATED, 1 },
  { &packed_length, "c003 aabb", MIKEY_FAULT_TRUNCATED, 2 },
  { &counted, "02 aa", MIKEY_FAULT_TRUNCATED, 1 },
  { &by_kind, "02 aa", MIKEY_FAULT_TRUNCATED, 1 },
  { &optional, "03", MIKEY_FAULT_TRUNCATED, 1 },
  { &optional, "02 ff", MIKEY_FAULT_TRAILING, 1 },
  { &with_body, "01 02 07 01", MIKEY_FAULT_TRUNCATED, 4 },
  { &with_body, "01 04 07 01 ff ee", MIKEY_FAULT_TRAILING, 5 },
  { &listed, "00", MIKEY_FAULT_TRUNCATED, 0 },
  { &listed, "0002 01", MIKEY_FAULT_TRUNCATED, 2 },
  { &listed, "0003 01 00 02 00", MIKEY_FAULT_TRUNCATED, 5 },
  { &listed, "0008 01 00 01 00 01 00 01 00", MIKEY_FAULT_LIMIT, 8 },
  { &listed, "0002 01 02 aabb", MIKEY_FAULT_TRUNCATED, 4 },
  { &listed_by, "02 01 00 99", MIKEY_FAULT_TRUNCATED, 4 },
  { &listed_rest, "01 00 02", MIKEY_FAULT_TRUNCATED, 3 },
  { &chained, "0001 00", MIKEY_FAULT_BAD_PAYLOAD, 2 },
  { &chained, "0002 09 00", MIKEY_FAULT_TRUNCATED, 4 },
  { &chained, "0004 09 00 00 00", MIKEY_FAULT_TRAILING, 5 },
  { &chained, "0001 12", MIKEY_FAULT_BAD_PAYLOAD, 3 },
  { &chained, "0003 09 12 00", MIKEY_FAULT_BAD_PAYLOAD, 3 },
  { &summed, "03 08", MIKEY_FAULT_BAD_VALUE, 0 },
};

static void
test_faults (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (faulty); i++) {
    g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
    Thing thing = { 0 };
    MikeyFault fault;

    g_test_message ("%s: %s", faulty[i].type->name, faulty[i].octets);
    g_assert_false (mikey_struct_read_all (
        faulty[i].type, hex (faulty[i].octets), &thing, &arena, &fault));
    g_test_message ("%s", fault.text);
    assert_fault (&fault, faulty[i].fault, faulty[i].offset);
    /* A fault may be of no interest. */
    g_assert_false (mikey_struct_read_all (
        faulty[i].type, hex (faulty[i].octets), &thing, &arena, NULL));
  }
}

/* --- writing --- */

/* A length too large for its field fails the writer instead of being cut. */
static void
test_too_long (void)
{
  static const guint8 octets[256];
  Item items[2] = { { 0, { octets, 200 } }, { 0, { octets, 100 } } };
  Thing thing = { .octets = { octets, 255 }, .secret = { octets, 1 } };
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
  MikeyFault fault;

  thing.list = (MikeyList){ 1, items };
  mikey_struct_write (&secrets, &thing, &w);
  g_assert_true (mikey_writer_ok (&w, NULL));
  thing.list.num = 2;
  mikey_struct_write (&secrets, &thing, &w);
  g_assert_false (mikey_writer_ok (&w, &fault));
  assert_fault (&fault, MIKEY_FAULT_LIMIT, -1);
  mikey_writer_clear (&w);
  thing.list.num = 0;
  thing.octets.len = 256;
  mikey_struct_write (&secrets, &thing, &w);
  g_assert_false (mikey_writer_ok (&w, &fault));
  assert_fault (&fault, MIKEY_FAULT_LIMIT, -1);
}

/* Secrets are overwritten where they lie, also in items and in chains; the rest
 * is left alone. */
static void
test_wipe (void)
{
  MikeySlice octets = hex ("02 abab 02 cdcd 04 01 02 cdcd"
                           "000b 01 09 00 0003 cdcdcd 00 00 00");
  MikeySlice wiped = hex ("02 abab 02 0000 04 01 02 0000"
                          "000b 01 09 00 0003 000000 00 00 00");
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  Thing thing = { 0 };
  MikeyFault fault;

  if (!mikey_struct_read_all (&secrets, octets, &thing, &arena, &fault))
    g_error ("%s", fault.text);
  mikey_struct_wipe (&secrets, &thing);
  assert_slice (octets, wiped);
}

/* --- the real tables --- */

static void
check_table (const MikeyStruct *type)
{
  guint i;

  for (i = 0; i < type->num_fields; i++) {
    const MikeyField *field = &type->fields[i];

    g_assert_nonnull (field->name);
    g_assert_cmpuint (field->offset, <, type->size);
    if (field->kind == MIKEY_FIELD_UINT)
      g_assert_true (field->bits >= 1 && field->bits <= 32);
    /* An item that can be empty would keep the reader where it is. */
    if (field->kind == MIKEY_FIELD_LIST) {
      g_assert_cmpuint (field->item->fields[0].kind, ==, MIKEY_FIELD_UINT);
      g_assert_null (field->item->fields[0].when);
      check_table (field->item);
    }
  }
}

static void
test_tables (void)
{
  const MikeyPayloadType *const *types;
  guint num_types, i;

  types = mikey_payload_types (&num_types);
  for (i = 0; i < num_types; i++)
    check_table (&types[i]->wire);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/struct/round-trips", test_round_trips);
  g_test_add_func ("/wire/struct/bits", test_bits);
  g_test_add_func ("/wire/struct/lists", test_lists);
  g_test_add_func ("/wire/struct/faults", test_faults);
  g_test_add_func ("/wire/struct/too-long", test_too_long);
  g_test_add_func ("/wire/struct/wipe", test_wipe);
  g_test_add_func ("/wire/struct/tables", test_tables);
  return g_test_run ();
}
