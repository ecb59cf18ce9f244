/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_WIRE_CHAIN_H
#define MIKEY_WIRE_CHAIN_H

/* Payloads one after the other, each naming the next. */

#include "field.h"

/* Where a payload type may stand. */
enum {
  MIKEY_PLACE_MESSAGE = 1 << 0, /* in the message itself */
  MIKEY_PLACE_SEALED = 1 << 1,  /* in what KEMAC, IBAKE or ESK encrypt */
  MIKEY_PLACE_DATA = 1 << 2,    /* in TP, Ticket and Initiator Data */
};

typedef struct {
  guint32 code; /* its number as a Next payload; above 255: it has none */
  guint places;
  MikeyStruct wire; /* the C struct begins with a MikeyPayload */
} MikeyPayloadType;

/* The head of every payload's C struct. */
struct _MikeyPayload {
  const MikeyPayloadType *type;
  MikeyPayload *link; /* the payload that follows */
  guint32 next;       /* its Next payload field as received */
  guint32 offset;     /* of its first octet in what was read */
  guint32 length;
};

/* NULL when there is no such payload. */
const MikeyPayloadType *mikey_payload_type_find (guint32 code);
/* All types, for tests and documentation. */
const MikeyPayloadType *const *mikey_payload_types (guint *num_types);

/* Reads payloads from FIRST on until a Last payload or a SIGN. The structs are
 * ARENA's; octets stay where they are. */
bool mikey_chain_read (MikeyChain *chain, guint32 first, guint place,
                       MikeyReader *r, MikeyArena *arena, guint depth,
                       MikeyFault *fault) MIKEY_MUST_CHECK;
/* Reads a chain that fills SLICE to the last octet: the contents of a KEMAC,
 * decrypted. */
bool mikey_chain_read_all (MikeyChain *chain, guint32 first, guint place,
                           MikeySlice slice, MikeyArena *arena,
                           MikeyFault *fault) MIKEY_MUST_CHECK;
/* Writes the payloads; Next payload fields come from what follows. */
void mikey_chain_write (const MikeyChain *chain, MikeyWriter *w);
gsize mikey_chain_size (const MikeyChain *chain);
void mikey_chain_wipe (MikeyChain *chain);

/* A new zeroed payload at the end of CHAIN, NULL: no memory. */
void *mikey_chain_add (MikeyChain *chain, guint32 code, MikeyArena *arena);
/* The INDEX-th payload of type CODE (from 0), NULL when there is none. */
void *mikey_chain_find (const MikeyChain *chain, guint32 code, guint index);
guint mikey_chain_count (const MikeyChain *chain, guint32 code);

#endif
