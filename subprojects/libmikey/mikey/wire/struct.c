/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "field.h"

#include <string.h>

#include "../base/limits.h"
#include "../base/secret.h"
#include "chain.h"

/* One row a kind of field: everything that depends on the kind is here. */
typedef struct {
  bool (*read) (const MikeyField *field, void *self, MikeyReader *r,
                MikeyArena *arena, guint depth, MikeyFault *fault);
  void (*write) (const MikeyField *field, const void *self, MikeyWriter *w);
  gsize (*bits) (const MikeyField *field, const void *self);
  void (*wipe) (const MikeyField *field, void *self);
} KindOps;

static const KindOps kind_ops[];

static guint32
widest (guint bits)
{
  return bits >= 32 ? G_MAXUINT32 : (1u << bits) - 1;
}

static bool
out_of_memory (MikeyFault *fault)
{
  return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY,
                     "no memory to read a message");
}

/* --- unsigned integers --- */

static bool
read_uint (const MikeyField *field, void *self, MikeyReader *r,
           MikeyArena *arena, guint depth, MikeyFault *fault)
{
  gsize at = r->pos;
  guint32 *value = mikey_field_uint (field, self);
  guint32 max = field->max ? field->max : widest (field->bits);

  MIKEY_TRY (mikey_read_bits (r, field->bits, field->name, value, fault));
  if (*value < field->min || *value > max)
    return mikey_fail_at (
        fault, field->unknown ? field->unknown : MIKEY_FAULT_BAD_VALUE,
        r->where, at, "%s is %u, allowed is %u to %u", field->name, *value,
        field->min, max);
  if (field->registry && field->unknown
      && !mikey_registry_find (field->registry, *value))
    return mikey_fail_at (fault, field->unknown, r->where, at,
                          "%s %u is unknown", field->name, *value);
  return true;
}

static void
write_uint (const MikeyField *field, const void *self, MikeyWriter *w)
{
  mikey_write_bits (w, field->bits, *mikey_field_uint (field, self));
}

static gsize
bits_of_uint (const MikeyField *field, const void *self)
{
  return field->bits;
}

static void
wipe_nothing (const MikeyField *field, void *self)
{
}

/* --- octets --- */

/* How many octets follow: told by the length in front, by another field, or by
 * a registry; or they are all that is left. */
static bool
read_length (const MikeyField *field, const void *self, MikeyReader *r,
             gsize *len, MikeyFault *fault)
{
  gsize at = r->pos;
  guint32 told;

  if (field->bits) {
    MIKEY_TRY (mikey_read_bits (r, field->bits, field->name, &told, fault));
    *len = told;
  } else if (field->by) {
    *len = *mikey_field_by (field, self);
  } else if (field->flags & MIKEY_FIELD_REST) {
    *len = mikey_reader_left (r);
  } else {
    *len = field->length (self);
  }
  if (*len < field->min)
    return mikey_fail_at (fault, MIKEY_FAULT_BAD_LENGTH, r->where, at,
                          "%s has %" G_GSIZE_FORMAT " bytes, it needs %u",
                          field->name, *len, field->min);
  if (field->max && *len > field->max)
    return mikey_fail_at (fault, MIKEY_FAULT_LIMIT, r->where, at,
                          "%s has %" G_GSIZE_FORMAT
                          " bytes, at most %u are read",
                          field->name, *len, field->max);
  return true;
}

/* Octets with a structure of their own must have it to the last octet. */
static bool
check_body (const MikeyField *field, const void *self, MikeyReader *r,
            MikeyArena *arena, guint depth, MikeyFault *fault)
{
  const MikeyStruct *body = field->body (self);
  void *scratch;

  if (!body)
    return true;
  if (!(scratch = mikey_arena_alloc (arena, body->size)))
    return out_of_memory (fault);
  MIKEY_TRY (mikey_struct_read (body, r, scratch, arena, depth, fault));
  return mikey_reader_done (r, fault);
}

static bool
read_bytes (const MikeyField *field, void *self, MikeyReader *r,
            MikeyArena *arena, guint depth, MikeyFault *fault)
{
  MikeyReader inside;
  gsize len;

  MIKEY_TRY (read_length (field, self, r, &len, fault));
  MIKEY_TRY (mikey_read_sub (r, len, field->name, &inside, fault));
  *mikey_field_bytes (field, self) = mikey_slice (r->start + inside.pos, len);
  return !field->body || check_body (field, self, &inside, arena, depth, fault);
}

/* A length that its field can not hold fails the writer. */
static void
write_length (const MikeyField *field, gsize len, MikeyWriter *w)
{
  if (field->bits && len > widest (field->bits))
    w->failed = w->too_long = true;
  mikey_write_bits (w, field->bits, (guint32)len);
}

static void
write_bytes (const MikeyField *field, const void *self, MikeyWriter *w)
{
  MikeySlice bytes = *mikey_field_bytes (field, self);

  write_length (field, bytes.len, w);
  mikey_write_slice (w, bytes);
}

static gsize
bits_of_bytes (const MikeyField *field, const void *self)
{
  return field->bits + 8 * mikey_field_bytes (field, self)->len;
}

static void
wipe_bytes (const MikeyField *field, void *self)
{
  MikeySlice *bytes = mikey_field_bytes (field, self);

  if (field->flags & MIKEY_FIELD_SECRET)
    mikey_wipe ((guint8 *)bytes->data, bytes->len);
}

/* --- lists --- */

/* The room for items doubles as they come: their number is not always told. */
static void *
add_item (const MikeyField *field, MikeyList *list, MikeyArena *arena)
{
  gsize size = field->item->size;

  if ((list->num & (list->num - 1)) == 0) {
    guint room = list->num ? 2 * list->num : 1;
    void *items = mikey_arena_alloc (arena, room * size);

    if (!items)
      return NULL;
    if (list->num)
      memcpy (items, list->items, list->num * size);
    list->items = items;
  }
  return (guint8 *)list->items + list->num++ * size;
}

static bool
read_list (const MikeyField *field, void *self, MikeyReader *r,
           MikeyArena *arena, guint depth, MikeyFault *fault)
{
  MikeyList *list = mikey_field_list (field, self);
  MikeyReader inside = *r;
  guint32 count = field->by ? *mikey_field_by (field, self) : G_MAXUINT32;
  guint32 len;

  *list = (MikeyList){ 0, NULL };
  if (!field->by) {
    len = (guint32)mikey_reader_left (r);
    if (field->bits)
      MIKEY_TRY (mikey_read_bits (r, field->bits, field->name, &len, fault));
    MIKEY_TRY (mikey_read_sub (r, len, field->name, &inside, fault));
  }
  while (list->num < count && (field->by || mikey_reader_left (&inside))) {
    void *item;

    if (field->max && list->num == field->max)
      return mikey_fail_at (fault, MIKEY_FAULT_LIMIT, r->where, inside.pos,
                            "more than %u of %s", field->max, field->name);
    if (!(item = add_item (field, list, arena)))
      return out_of_memory (fault);
    MIKEY_TRY (
        mikey_struct_read (field->item, &inside, item, arena, depth, fault));
  }
  if (field->by)
    *r = inside;
  return true;
}

static gsize
bits_of_items (const MikeyField *field, const void *self)
{
  const MikeyList *list = mikey_field_list (field, self);
  gsize bits = 0;
  guint i;

  for (i = 0; i < list->num; i++)
    bits += 8
            * mikey_struct_size (field->item, mikey_list_item (field, list, i));
  return bits;
}

static gsize
bits_of_list (const MikeyField *field, const void *self)
{
  return field->bits + bits_of_items (field, self);
}

static void
write_list (const MikeyField *field, const void *self, MikeyWriter *w)
{
  const MikeyList *list = mikey_field_list (field, self);
  guint i;

  write_length (field, bits_of_items (field, self) / 8, w);
  for (i = 0; i < list->num; i++)
    mikey_struct_write (field->item, mikey_list_item (field, list, i), w);
}

static void
wipe_list (const MikeyField *field, void *self)
{
  MikeyList *list = mikey_field_list (field, self);
  guint i;

  for (i = 0; i < list->num; i++)
    mikey_struct_wipe (field->item, mikey_list_item (field, list, i));
}

/* --- chains --- */

/* Payloads that nobody expects here are read like any other and left alone
 * (6043-6.10-05). No octets at all: no payloads; a chain of none would be a
 * second way to say so. */
static bool
read_chain (const MikeyField *field, void *self, MikeyReader *r,
            MikeyArena *arena, guint depth, MikeyFault *fault)
{
  MikeyChain *chain = mikey_field_chain (field, self);
  MikeyReader inside;
  guint32 first;
  gsize len;

  *chain = (MikeyChain){ 0, NULL };
  MIKEY_TRY (read_length (field, self, r, &len, fault));
  if (len == 0)
    return true;
  MIKEY_TRY (mikey_read_sub (r, len, field->name, &inside, fault));
  MIKEY_TRY (mikey_read_bits (&inside, 8, "first payload", &first, fault));
  if (first == 0)
    return mikey_fail_at (fault, MIKEY_FAULT_BAD_PAYLOAD, r->where,
                          inside.pos - 1, "%s has no first payload",
                          field->name);
  MIKEY_TRY (mikey_chain_read (chain, first,
                               MIKEY_PLACE_DATA | MIKEY_PLACE_MESSAGE, &inside,
                               arena, depth + 1, fault));
  return mikey_reader_done (&inside, fault);
}

static gsize
bits_of_inner_chain (const MikeyField *field, const void *self)
{
  const MikeyChain *chain = mikey_field_chain (field, self);

  return chain->head ? 8 + 8 * mikey_chain_size (chain) : 0;
}

static gsize
bits_of_chain (const MikeyField *field, const void *self)
{
  return field->bits + bits_of_inner_chain (field, self);
}

static void
write_chain (const MikeyField *field, const void *self, MikeyWriter *w)
{
  const MikeyChain *chain = mikey_field_chain (field, self);

  write_length (field, bits_of_inner_chain (field, self) / 8, w);
  if (!chain->head)
    return;
  mikey_write_bits (w, 8, chain->first);
  mikey_chain_write (chain, w);
}

static void
wipe_chain (const MikeyField *field, void *self)
{
  mikey_chain_wipe (mikey_field_chain (field, self));
}

static const KindOps kind_ops[] = {
  [MIKEY_FIELD_UINT] = { read_uint, write_uint, bits_of_uint, wipe_nothing },
  [MIKEY_FIELD_BYTES] = { read_bytes, write_bytes, bits_of_bytes, wipe_bytes },
  [MIKEY_FIELD_LIST] = { read_list, write_list, bits_of_list, wipe_list },
  [MIKEY_FIELD_CHAIN] = { read_chain, write_chain, bits_of_chain, wipe_chain },
};

/* --- structs --- */

bool
mikey_struct_read (const MikeyStruct *type, MikeyReader *r, void *self,
                   MikeyArena *arena, guint depth, MikeyFault *fault)
{
  gsize start = r->pos;
  guint i;

  for (i = 0; i < type->num_fields; i++) {
    const MikeyField *field = &type->fields[i];

    if (mikey_field_present (field, self))
      MIKEY_TRY (
          kind_ops[field->kind].read (field, self, r, arena, depth, fault));
  }
  return !type->check || type->check (self, start, fault);
}

bool
mikey_struct_read_all (const MikeyStruct *type, MikeySlice slice, void *self,
                       MikeyArena *arena, MikeyFault *fault)
{
  MikeyReader r = mikey_reader (slice);

  r.where = type->name;
  MIKEY_TRY (mikey_struct_read (type, &r, self, arena, 0, fault));
  return mikey_reader_done (&r, fault);
}

void
mikey_struct_write (const MikeyStruct *type, const void *self, MikeyWriter *w)
{
  guint i;

  for (i = 0; i < type->num_fields; i++)
    if (mikey_field_present (&type->fields[i], self))
      kind_ops[type->fields[i].kind].write (&type->fields[i], self, w);
}

gsize
mikey_struct_size (const MikeyStruct *type, const void *self)
{
  gsize bits = 0;
  guint i;

  for (i = 0; i < type->num_fields; i++)
    if (mikey_field_present (&type->fields[i], self))
      bits += kind_ops[type->fields[i].kind].bits (&type->fields[i], self);
  return bits / 8;
}

void
mikey_struct_wipe (const MikeyStruct *type, void *self)
{
  guint i;

  for (i = 0; i < type->num_fields; i++)
    if (mikey_field_present (&type->fields[i], self))
      kind_ops[type->fields[i].kind].wipe (&type->fields[i], self);
}
