/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chain.h"

#include "../base/limits.h"
#include "payloads.h"

static const MikeyPayloadType *const types[] = {
#define MIKEY_PAYLOAD(number, symbol, name) &mikey_payload_##name,
#include "payloads.def"
#undef MIKEY_PAYLOAD
};

const MikeyPayloadType *const *
mikey_payload_types (guint *num_types)
{
  *num_types = G_N_ELEMENTS (types);
  return types;
}

const MikeyPayloadType *
mikey_payload_type_find (guint32 code)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i]->code == code)
      return types[i];
  return NULL;
}

static void
append (MikeyChain *chain, MikeyPayload *payload)
{
  MikeyPayload **end = &chain->head;

  while (*end)
    end = &(*end)->link;
  if (!chain->head)
    chain->first = payload->type->code;
  *end = payload;
}

/* Where the Next payload field of BEFORE is; the first payload of a chain is
 * named by what comes before the chain. */
static gsize
named_at (const MikeyPayload *before, const MikeyReader *r)
{
  MikeyStruct part;

  if (!before)
    return r->pos;
  part = before->type->wire;
  for (part.num_fields = 0;
       !(part.fields[part.num_fields].flags & MIKEY_FIELD_NEXT);)
    part.num_fields++;
  return before->offset + mikey_struct_size (&part, before);
}

/* A type that may stand here, or NULL with the reason (3830-6.1-03). */
static const MikeyPayloadType *
type_at (guint32 code, guint place, const MikeyReader *r,
         const MikeyPayload *before, MikeyFault *fault)
{
  const MikeyPayloadType *type = mikey_payload_type_find (code);

  if (!type)
    mikey_fail_at (
        fault, MIKEY_FAULT_BAD_PAYLOAD, r->where, named_at (before, r),
        "next payload %u is unknown, its length can not be told", code);
  else if (!(type->places & place))
    mikey_fail_at (fault, MIKEY_FAULT_BAD_PAYLOAD, r->where,
                   named_at (before, r), "next payload %s is not allowed here",
                   type->wire.name);
  else
    return type;
  return NULL;
}

static bool
read_payload (const MikeyPayloadType *type, MikeyReader *r, MikeyArena *arena,
              guint depth, MikeyPayload **out, MikeyFault *fault)
{
  MikeyPayload *payload = mikey_arena_alloc (arena, type->wire.size);

  if (!payload)
    return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY,
                       "no memory to read a message");
  r->where = type->wire.name;
  payload->type = type;
  payload->offset = (guint32)r->pos;
  MIKEY_TRY (mikey_struct_read (&type->wire, r, payload, arena, depth, fault));
  payload->length = (guint32)(r->pos - payload->offset);
  *out = payload;
  return true;
}

bool
mikey_chain_read (MikeyChain *chain, guint32 first, guint place, MikeyReader *r,
                  MikeyArena *arena, guint depth, MikeyFault *fault)
{
  MikeyPayload **link = &chain->head;
  const MikeyPayload *before = NULL;
  guint32 next = first;
  guint count = 0;

  *chain = (MikeyChain){ first, NULL };
  if (depth > MIKEY_MAX_NESTING)
    return mikey_fail_at (fault, MIKEY_FAULT_LIMIT, r->where, r->pos,
                          "chains nested more than %d deep", MIKEY_MAX_NESTING);
  /* Each round takes at least one octet, or fails: no input can hold us here
   * for longer than it is long. */
  while (next != MIKEY_PAYLOAD_LAST) {
    const MikeyPayloadType *type = type_at (next, place, r, before, fault);

    MIKEY_TRY (type);
    if (++count > MIKEY_MAX_PAYLOADS)
      return mikey_fail_at (fault, MIKEY_FAULT_LIMIT, r->where, r->pos,
                            "more than %d payloads", MIKEY_MAX_PAYLOADS);
    MIKEY_TRY (read_payload (type, r, arena, depth, link, fault));
    before = *link;
    next = before->next;
    link = &(*link)->link;
  }
  return true;
}

bool
mikey_chain_read_all (MikeyChain *chain, guint32 first, guint place,
                      MikeySlice slice, MikeyArena *arena, MikeyFault *fault)
{
  MikeyReader r = mikey_reader (slice);

  MIKEY_TRY (mikey_chain_read (chain, first, place, &r, arena, 1, fault));
  return mikey_reader_done (&r, fault);
}

void
mikey_chain_write (const MikeyChain *chain, MikeyWriter *w)
{
  MikeyPayload *p;

  for (p = chain->head; p; p = p->link) {
    p->next = p->link ? p->link->type->code : MIKEY_PAYLOAD_LAST;
    p->offset = (guint32)w->len;
    mikey_struct_write (&p->type->wire, p, w);
    p->length = (guint32)(w->len - p->offset);
  }
}

gsize
mikey_chain_size (const MikeyChain *chain)
{
  const MikeyPayload *p;
  gsize size = 0;

  for (p = chain->head; p; p = p->link)
    size += mikey_struct_size (&p->type->wire, p);
  return size;
}

void
mikey_chain_wipe (MikeyChain *chain)
{
  MikeyPayload *p;

  for (p = chain->head; p; p = p->link)
    mikey_struct_wipe (&p->type->wire, p);
}

void *
mikey_chain_add (MikeyChain *chain, guint32 code, MikeyArena *arena)
{
  const MikeyPayloadType *type = mikey_payload_type_find (code);
  MikeyPayload *payload = mikey_arena_alloc (arena, type->wire.size);

  if (!payload)
    return NULL;
  payload->type = type;
  append (chain, payload);
  return payload;
}

void *
mikey_chain_find (const MikeyChain *chain, guint32 code, guint index)
{
  MikeyPayload *p;

  for (p = chain->head; p; p = p->link)
    if (p->type->code == code && index-- == 0)
      return p;
  return NULL;
}

guint
mikey_chain_count (const MikeyChain *chain, guint32 code)
{
  const MikeyPayload *p;
  guint count = 0;

  for (p = chain->head; p; p = p->link)
    count += p->type->code == code;
  return count;
}
