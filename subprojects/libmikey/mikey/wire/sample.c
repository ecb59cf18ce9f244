/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sample.h"

#include "payloads.h"

#define MAX_PAYLOADS 8  /* of a sampled message */
#define MAX_INNER    3  /* items of a list, payloads of an inner chain */
#define TRIES        64 /* until a struct passes its own check */

typedef struct {
  const MikeyRandom *random;
  MikeyArena *arena;
  bool failed; /* no random octets, or no memory */
} Sampler;

static bool sample_struct (Sampler *s, const MikeyStruct *type, void *self);
static bool
sample_chain (Sampler *s, guint place, guint num, MikeyChain *chain);

/* A number below LIMIT; 0 for a limit of 0. */
static guint32
below (Sampler *s, guint32 limit)
{
  guint32 value = 0;

  if (!mikey_random_fill (s->random, &value, sizeof value, NULL))
    s->failed = true;
  return limit ? value % limit : 0;
}

static void *
room (Sampler *s, gsize size)
{
  void *data = mikey_arena_alloc (s->arena, size);

  s->failed |= !data;
  return data;
}

static guint32
clamp (guint32 value, const MikeyField *field, guint32 widest)
{
  guint32 max = field->max ? field->max : widest;

  return CLAMP (value, field->min, max);
}

/* --- unsigned integers --- */

static bool
is_count (const MikeyStruct *type, const MikeyField *field)
{
  guint i;

  for (i = 0; i < type->num_fields; i++)
    if (type->fields[i].by == field->offset + 1)
      return true;
  return false;
}

static bool
is_row_of (const MikeyRegistryRow *row, const MikeyField *field)
{
  return row->registry == field->registry && row->value >= field->min
         && (!field->max || row->value <= field->max)
         && (field->bits == 32 || row->value >> field->bits == 0);
}

static guint32
sample_row (Sampler *s, const MikeyField *field)
{
  const MikeyRegistryRow *rows;
  guint num_rows, i, num = 0, wanted;

  rows = mikey_registry_rows (&num_rows);
  for (i = 0; i < num_rows; i++)
    num += is_row_of (&rows[i], field);
  wanted = below (s, num);
  for (i = 0; i < num_rows; i++)
    if (is_row_of (&rows[i], field) && wanted-- == 0)
      return rows[i].value;
  return field->min;
}

static void
sample_uint (Sampler *s, const MikeyStruct *type, const MikeyField *field,
             void *self)
{
  guint32 widest = field->bits == 32 ? G_MAXUINT32 : (1u << field->bits) - 1;
  guint32 *value = mikey_field_uint (field, self);

  if (is_count (type, field))
    *value = below (s, MAX_INNER + 1);
  else if (field->registry && (field->unknown || below (s, 8)))
    *value = sample_row (s, field);
  else
    *value = clamp (below (s, G_MAXUINT32) & widest, field, widest);
}

/* --- octets --- */

static gsize
sample_length (Sampler *s, const MikeyField *field, const void *self)
{
  static const guint8 usual[]
      = { 0, 1, 2, 4, 6, 8, 10, 14, 16, 20, 30, 32, 64 };
  guint32 widest = 200;

  if (field->by)
    return *mikey_field_by (field, self);
  if (field->length)
    return field->length (self);
  return clamp (below (s, 8) ? usual[below (s, G_N_ELEMENTS (usual))]
                             : below (s, widest),
                field, widest);
}

static MikeySlice
sample_octets (Sampler *s, gsize len)
{
  guint8 *data = room (s, len);

  if (data && !mikey_random_fill (s->random, data, len, NULL))
    s->failed = true;
  return s->failed ? MIKEY_SLICE_EMPTY : mikey_slice (data, len);
}

static MikeySlice
keep (Sampler *s, const MikeyWriter *w)
{
  const void *copy = mikey_arena_copy (s->arena, w->data, w->len);

  s->failed |= w->failed || !copy;
  return mikey_slice (copy, copy ? w->len : 0);
}

static MikeySlice
sample_body (Sampler *s, const MikeyStruct *type)
{
  void *body = room (s, type->size);
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;

  if (!body || !sample_struct (s, type, body))
    return MIKEY_SLICE_EMPTY;
  mikey_struct_write (type, body, &w);
  return keep (s, &w);
}

/* Octets that begin with a payload of type FIRST. */
static MikeySlice
sample_inside (Sampler *s, guint32 first)
{
  const MikeyPayloadType *type = mikey_payload_type_find (first);
  guint place = type->places & (MIKEY_PLACE_SEALED | MIKEY_PLACE_DATA);
  MikeyChain chain = { 0, NULL };
  MikeyPayload *payload;
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;

  if (!mikey_sample_payload (type, place, s->random, s->arena, &payload)
      || !sample_chain (s, place, below (s, MAX_INNER), &chain)) {
    s->failed = true;
    return MIKEY_SLICE_EMPTY;
  }
  payload->link = chain.head;
  chain = (MikeyChain){ first, payload };
  mikey_chain_write (&chain, &w);
  return keep (s, &w);
}

static void
sample_bytes (Sampler *s, const MikeyStruct *type, const MikeyField *field,
              void *self)
{
  MikeySlice *octets = mikey_field_bytes (field, self);
  const MikeyStruct *body = field->body ? field->body (self) : NULL;

  if (body)
    *octets = sample_body (s, body);
  else
    *octets = sample_octets (s, sample_length (s, field, self));
  if (field->chain && field->chain (self))
    *octets = sample_inside (s, field->chain (self));
}

/* --- lists and chains --- */

static void
sample_list (Sampler *s, const MikeyStruct *type, const MikeyField *field,
             void *self)
{
  MikeyList *list = mikey_field_list (field, self);
  guint32 num
      = field->by ? *mikey_field_by (field, self) : below (s, MAX_INNER + 1);
  guint i;

  list->num = num;
  list->items = room (s, num * field->item->size);
  for (i = 0; i < num && !s->failed; i++)
    sample_struct (s, field->item, mikey_list_item (field, list, i));
}

static void
sample_inner (Sampler *s, const MikeyStruct *type, const MikeyField *field,
              void *self)
{
  sample_chain (s, MIKEY_PLACE_DATA, below (s, MAX_INNER + 1),
                mikey_field_chain (field, self));
}

static bool
sample_struct (Sampler *s, const MikeyStruct *type, void *self)
{
  static void (*const sample[]) (Sampler *, const MikeyStruct *,
                                 const MikeyField *, void *)
      = { [MIKEY_FIELD_UINT] = sample_uint,
          [MIKEY_FIELD_BYTES] = sample_bytes,
          [MIKEY_FIELD_LIST] = sample_list,
          [MIKEY_FIELD_CHAIN] = sample_inner };
  guint i, tries = TRIES;

  do {
    for (i = 0; i < type->num_fields; i++)
      if (mikey_field_present (&type->fields[i], self))
        sample[type->fields[i].kind](s, type, &type->fields[i], self);
  } while (!s->failed && type->check && !type->check (self, 0, NULL)
           && --tries > 0);
  s->failed |= tries == 0;
  return !s->failed;
}

/* --- payloads --- */

/* A payload that a Next payload field can name. */
static const MikeyPayloadType *
any_type (Sampler *s, guint place)
{
  const MikeyPayloadType *type;
  const MikeyPayloadType *const *types;
  guint num_types;

  types = mikey_payload_types (&num_types);
  do
    type = types[below (s, num_types)];
  while (!s->failed && (!(type->places & place) || type->code > 255));
  return type;
}

/* NUM payloads, or as many as there are before a SIGN, which ends a chain. */
static bool
sample_chain (Sampler *s, guint place, guint num, MikeyChain *chain)
{
  MikeyPayload **end = &chain->head;

  *chain = (MikeyChain){ 0, NULL };
  while (num-- > 0 && !s->failed) {
    const MikeyPayloadType *type = any_type (s, place);

    if (!mikey_sample_payload (type, place, s->random, s->arena, end))
      s->failed = true;
    if (s->failed || type->code == MIKEY_PAYLOAD_SIGN)
      break;
    end = &(*end)->link;
  }
  chain->first = chain->head ? chain->head->type->code : MIKEY_PAYLOAD_LAST;
  return !s->failed;
}

bool
mikey_sample_payload (const MikeyPayloadType *type, guint place,
                      const MikeyRandom *random, MikeyArena *arena,
                      MikeyPayload **out)
{
  Sampler s = { random, arena, false };
  MikeyPayload *payload;

  if (!(type->places & place))
    return false;
  payload = room (&s, type->wire.size);
  if (!payload || !sample_struct (&s, &type->wire, payload))
    return false;
  payload->type = type;
  *out = payload;
  return true;
}

bool
mikey_sample_message (const MikeyRandom *random, MikeyArena *arena,
                      MikeyChain *chain)
{
  Sampler s = { random, arena, false };
  MikeyPayload *hdr;

  if (!mikey_sample_payload (&mikey_payload_hdr, MIKEY_PLACE_MESSAGE, random,
                             arena, &hdr)
      || !sample_chain (&s, MIKEY_PLACE_MESSAGE, below (&s, MAX_PAYLOADS + 1),
                        chain))
    return false;
  hdr->link = chain->head;
  *chain = (MikeyChain){ MIKEY_PAYLOAD_HDR, hdr };
  return true;
}
