/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SESSION_REPLAY_TABLE_H
#define MIKEY_SESSION_REPLAY_TABLE_H

/* The entries of a replay store: found by key, forgotten in the order in which
 * they expire. Does not lock.
 *
 * All lie in one array of slots, which has three columns beside: a hash index
 * (BUCKET heads a chain that goes on in NEXT) and a binary heap in the order of
 * expiry (HEAP). Place n of those shares the memory of slot n, nothing else.
 * HEAP holds each slot's number once: the first COUNT are the heap, the others
 * are free. At 40 octets a slot, and growing by half, no more than 60 octets
 * are taken for each entry. */

#include "../modes/env.h"

typedef struct {
  guint8 key[MIKEY_REPLAY_KEY_LEN];
  MikeyTime expires;
  guint32 next; /* in the chain of its bucket */
  guint32 bucket;
  guint32 heap;
} MikeyReplaySlot;

typedef struct {
  guint32 capacity;
  guint32 count;
  guint32 size; /* slots allocated */
  MikeyReplaySlot *slots;
  MikeyTime forgotten; /* latest expiry among the entries that are gone */
  guint64 seed[MIKEY_REPLAY_KEY_LEN / 4 + 1];
} MikeyReplayTable;

void mikey_replay_table_init (MikeyReplayTable *table, guint32 capacity);
void mikey_replay_table_clear (MikeyReplayTable *table);

/* NULL: there is none. */
MikeyReplaySlot *
mikey_replay_table_find (const MikeyReplayTable *table, const guint8 *key);
/* The entry at PLACE of the heap: at 0 the one that expires first. */
const MikeyReplaySlot *
mikey_replay_table_at (const MikeyReplayTable *table, guint32 place);

/* Forgets what expires before NOW, which may be MIKEY_TIME_NONE: nothing. */
void mikey_replay_table_purge (MikeyReplayTable *table, MikeyTime now);
/* Whether there is no room, and at NOW nothing may be forgotten. */
bool mikey_replay_table_is_full (const MikeyReplayTable *table, MikeyTime now);

/* Adds KEY, which is not there; there are fewer than CAPACITY entries. Fails
 * for want of memory or of randomness. */
bool
mikey_replay_table_add (MikeyReplayTable *table, const guint8 *key,
                        MikeyTime expires, MikeyFault *fault) MIKEY_MUST_CHECK;

/* Many at once: reserve room for COUNT entries, put them, and order them when
 * all are there. */
bool mikey_replay_table_reserve (MikeyReplayTable *table, guint32 count,
                                 MikeyFault *fault) MIKEY_MUST_CHECK;
/* Of two expiries of one key the later counts. */
void mikey_replay_table_put (MikeyReplayTable *table, const guint8 *key,
                             MikeyTime expires);
void mikey_replay_table_order (MikeyReplayTable *table);

#endif
