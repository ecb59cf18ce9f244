/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_WIRE_FIELD_H
#define MIKEY_WIRE_FIELD_H

/* Wire formats as data.
 *
 * A struct on the wire is a table of fields in the order in which they are
 * sent. The same table reads, writes, measures, prints, wipes and samples
 * (struct.c, print.c, sample.c), so that no two of them can disagree. Fields
 * are packed bit by bit, most significant first; a field that is not an
 * unsigned integer starts on an octet.
 *
 * In C, an unsigned integer of any width is a guint32, octets are a MikeySlice,
 * repeated structs a MikeyList, and a chain of payloads a MikeyChain. */

#include "../base/arena.h"
#include "../base/bytes.h"
#include "registry.h"

typedef struct _MikeyStruct MikeyStruct;

typedef struct {
  guint32 num;
  void *items; /* num structs of the field's item type, one after the other */
} MikeyList;

typedef struct _MikeyPayload MikeyPayload;

/* Payloads that follow each other by their Next payload fields. */
typedef struct {
  guint32 first; /* type of the first payload, 0: none */
  MikeyPayload *head;
} MikeyChain;

typedef enum {
  MIKEY_FIELD_UINT,  /* guint32 */
  MIKEY_FIELD_BYTES, /* MikeySlice */
  MIKEY_FIELD_LIST,  /* MikeyList */
  MIKEY_FIELD_CHAIN, /* MikeyChain, after an octet naming its first payload */
} MikeyFieldKind;

enum {
  MIKEY_FIELD_SECRET = 1 << 0, /* key material: printed as its length, wiped */
  MIKEY_FIELD_TEXT = 1 << 1,   /* octets that people can read */
  MIKEY_FIELD_REST = 1 << 2,   /* octets up to the end of what surrounds it */
  MIKEY_FIELD_HEX = 1 << 3,    /* a number that is an identifier */
  MIKEY_FIELD_NEXT = 1 << 4,   /* Next payload: written from the chain */
};

typedef struct {
  const char *name; /* the RFC's word */
  MikeyFieldKind kind;
  guint offset; /* in the C struct */
  guint bits;   /* UINT: its width; others: width of the length in front */
  guint flags;
  MikeyRegistry registry; /* UINT: what its values are called */
  MikeyFaultCode unknown; /* UINT: the fault for a value that the registry
                             does not have, or that is out of range; 0: what
                             the registry has does not matter here */
  guint32 min, max;       /* of a UINT's value, of BYTES' length, of a LIST's
                             number; max 0: as wide as it goes */
  guint by; /* 1 + offset of the UINT that tells how many octets or items */
  gsize (*length) (const void *self); /* BYTES: length by other fields */
  bool (*when) (const void *self);    /* is it there at all? */
  const MikeyStruct *item;            /* LIST: what is listed */
  const MikeyStruct *(*body) (const void *self); /* BYTES: what they hold */
  /* BYTES: they hold a chain that begins with this payload; 0: they are not to
   * be looked into. Printed, and read by whoever needs it. Such octets are
   * SECRET as a whole; what in them is secret, the chain's tables say. */
  guint32 (*chain) (const void *self);
} MikeyField;

struct _MikeyStruct {
  const char *name;
  gsize size; /* of the C struct */
  const MikeyField *fields;
  guint num_fields;
  /* What the table can not say; NULL: nothing. */
  bool (*check) (const void *self, gsize offset, MikeyFault *fault);
};

#define MIKEY_STRUCT(type, words, table, ...)                                  \
  {                                                                            \
    .name = words, .size = sizeof (type), .fields = table,                     \
    .num_fields = G_N_ELEMENTS (table), __VA_ARGS__                            \
  }

/* Table rows. F is the RFC's name, the member of TYPE comes second. */
#define MIKEY_UINT(T, m, words, width, ...)                                    \
  {                                                                            \
    .name = words, .kind = MIKEY_FIELD_UINT, .offset = offsetof (T, m),        \
    .bits = width, __VA_ARGS__                                                 \
  }
#define MIKEY_BYTES(T, m, words, width, ...)                                   \
  {                                                                            \
    .name = words, .kind = MIKEY_FIELD_BYTES, .offset = offsetof (T, m),       \
    .bits = width, __VA_ARGS__                                                 \
  }
#define MIKEY_LIST(T, m, words, width, struct_, ...)                           \
  {                                                                            \
    .name = words, .kind = MIKEY_FIELD_LIST, .offset = offsetof (T, m),        \
    .bits = width, .item = struct_, __VA_ARGS__                                \
  }
#define MIKEY_CHAIN(T, m, words, width, ...)                                   \
  {                                                                            \
    .name = words, .kind = MIKEY_FIELD_CHAIN, .offset = offsetof (T, m),       \
    .bits = width, __VA_ARGS__                                                 \
  }
#define MIKEY_NEXT(T)                                                          \
  MIKEY_UINT (T, base.next, "Next payload", 8,                                 \
              .registry = MIKEY_REG_NEXT_PAYLOAD, .flags = MIKEY_FIELD_NEXT)
#define MIKEY_BY(T, m) .by = 1 + offsetof (T, m)

static inline guint32 *
mikey_field_uint (const MikeyField *field, const void *self)
{
  return (guint32 *)((guint8 *)self + field->offset);
}

static inline MikeySlice *
mikey_field_bytes (const MikeyField *field, const void *self)
{
  return (MikeySlice *)((guint8 *)self + field->offset);
}

static inline MikeyList *
mikey_field_list (const MikeyField *field, const void *self)
{
  return (MikeyList *)((guint8 *)self + field->offset);
}

static inline MikeyChain *
mikey_field_chain (const MikeyField *field, const void *self)
{
  return (MikeyChain *)((guint8 *)self + field->offset);
}

static inline guint32 *
mikey_field_by (const MikeyField *field, const void *self)
{
  return (guint32 *)((guint8 *)self + field->by - 1);
}

static inline bool
mikey_field_present (const MikeyField *field, const void *self)
{
  return !field->when || field->when (self);
}

static inline void *
mikey_list_item (const MikeyField *field, const MikeyList *list, guint index)
{
  return (guint8 *)list->items + index * field->item->size;
}

/* Reads one struct into SELF, whose memory is ARENA's; the octets stay where
 * they are. DEPTH counts chains inside chains. */
bool mikey_struct_read (const MikeyStruct *type, MikeyReader *r, void *self,
                        MikeyArena *arena, guint depth,
                        MikeyFault *fault) MIKEY_MUST_CHECK;
/* Reads a struct that fills SLICE to the last octet. */
bool
mikey_struct_read_all (const MikeyStruct *type, MikeySlice slice, void *self,
                       MikeyArena *arena, MikeyFault *fault) MIKEY_MUST_CHECK;
void
mikey_struct_write (const MikeyStruct *type, const void *self, MikeyWriter *w);
/* Octets that writing takes. */
gsize mikey_struct_size (const MikeyStruct *type, const void *self);
/* Overwrites the octets of all secret fields, wherever they lie. */
void mikey_struct_wipe (const MikeyStruct *type, void *self);

#endif
