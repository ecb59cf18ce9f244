/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "replay-table.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define FIRST_SIZE 64
#define NO_SLOT    G_MAXUINT32
#define HASH_WORDS (MIKEY_REPLAY_KEY_LEN / 4)

void
mikey_replay_table_init (MikeyReplayTable *table, guint32 capacity)
{
  memset (table, 0, sizeof *table);
  table->capacity = capacity;
  table->forgotten = MIKEY_TIME_NONE;
}

void
mikey_replay_table_clear (MikeyReplayTable *table)
{
  g_clear_pointer (&table->slots, g_free);
}

/* --- hash index --- */

/* Multilinear hashing, which is strongly universal: whoever does not know the
 * seed can not make keys that meet in one bucket, though he may choose the
 * messages that they are made of. */
static guint32
bucket_of (const MikeyReplayTable *table, const guint8 *key)
{
  guint64 hash = table->seed[HASH_WORDS];

  for (guint i = 0; i < HASH_WORDS; i++)
    hash += table->seed[i] * mikey_get_u32 (key + 4 * i);
  return (guint32)((hash >> 32) * table->size >> 32);
}

static bool
has_key (const MikeyReplaySlot *slot, const guint8 *key)
{
  return mikey_slice_equal (mikey_slice (slot->key, sizeof slot->key),
                            mikey_slice (key, sizeof slot->key));
}

MikeyReplaySlot *
mikey_replay_table_find (const MikeyReplayTable *table, const guint8 *key)
{
  guint32 i;

  if (!table->count)
    return NULL;
  i = table->slots[bucket_of (table, key)].bucket;
  while (i != NO_SLOT && !has_key (&table->slots[i], key))
    i = table->slots[i].next;
  return i == NO_SLOT ? NULL : &table->slots[i];
}

static void
link_slot (MikeyReplayTable *table, guint32 i)
{
  guint32 *head = &table->slots[bucket_of (table, table->slots[i].key)].bucket;

  table->slots[i].next = *head;
  *head = i;
}

static void
unlink_slot (MikeyReplayTable *table, guint32 i)
{
  guint32 *at = &table->slots[bucket_of (table, table->slots[i].key)].bucket;

  while (*at != i)
    at = &table->slots[*at].next;
  *at = table->slots[i].next;
}

/* --- heap --- */

static MikeyTime
expires_at (const MikeyReplayTable *table, guint32 place)
{
  return table->slots[table->slots[place].heap].expires;
}

static void
swap (MikeyReplayTable *table, guint32 a, guint32 b)
{
  guint32 i = table->slots[a].heap;

  table->slots[a].heap = table->slots[b].heap;
  table->slots[b].heap = i;
}

static void
sift_up (MikeyReplayTable *table, guint32 place)
{
  while (place) {
    guint32 parent = (place - 1) / 2;

    if (expires_at (table, parent) <= expires_at (table, place))
      return;
    swap (table, parent, place);
    place = parent;
  }
}

static void
sift_down (MikeyReplayTable *table, guint32 place)
{
  for (;;) {
    guint64 child = 2 * (guint64)place + 1;

    if (child >= table->count)
      return;
    if (child + 1 < table->count
        && expires_at (table, child + 1) < expires_at (table, child))
      child++;
    if (expires_at (table, place) <= expires_at (table, child))
      return;
    swap (table, place, child);
    place = child;
  }
}

/* --- entries --- */

static bool
make_seed (MikeyReplayTable *table, MikeyFault *fault)
{
  /* lint: allow entropy: orders the memory of one process, is never seen */
  if (gnutls_rnd (GNUTLS_RND_NONCE, table->seed, sizeof table->seed) == 0)
    return true;
  return mikey_fail (fault, MIKEY_FAULT_NO_RANDOM,
                     "the replay store can not be set up");
}

static void
rebuild_index (MikeyReplayTable *table)
{
  for (guint32 i = 0; i < table->size; i++)
    table->slots[i].bucket = NO_SLOT;
  for (guint32 i = 0; i < table->count; i++)
    link_slot (table, table->slots[i].heap);
}

static bool
resize (MikeyReplayTable *table, guint32 size, MikeyFault *fault)
{
  MikeyReplaySlot *slots;

  if (!table->size)
    MIKEY_TRY (make_seed (table, fault));
  slots = g_try_realloc_n (table->slots, size, sizeof *slots);
  if (!slots)
    return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY,
                       "the replay store can not hold %u messages", size);
  for (guint32 i = table->size; i < size; i++)
    slots[i].heap = i;
  table->slots = slots;
  table->size = size;
  rebuild_index (table);
  return true;
}

/* Puts an entry for which there is room at the end of the heap. */
static void
place_entry (MikeyReplayTable *table, const guint8 *key, MikeyTime expires)
{
  guint32 i = table->slots[table->count].heap;
  MikeyReplaySlot *slot = &table->slots[i];

  memcpy (slot->key, key, sizeof slot->key);
  slot->expires = expires;
  link_slot (table, i);
  table->count++;
}

bool
mikey_replay_table_add (MikeyReplayTable *table, const guint8 *key,
                        MikeyTime expires, MikeyFault *fault)
{
  guint64 more = MAX ((guint64)table->size + table->size / 2, FIRST_SIZE);

  if (table->count == table->size)
    MIKEY_TRY (resize (table, MIN (more, table->capacity), fault));
  place_entry (table, key, expires);
  sift_up (table, table->count - 1);
  return true;
}

bool
mikey_replay_table_reserve (MikeyReplayTable *table, guint32 count,
                            MikeyFault *fault)
{
  return count <= table->size || resize (table, count, fault);
}

void
mikey_replay_table_put (MikeyReplayTable *table, const guint8 *key,
                        MikeyTime expires)
{
  MikeyReplaySlot *known = mikey_replay_table_find (table, key);

  if (known)
    known->expires = MAX (known->expires, expires);
  else
    place_entry (table, key, expires);
}

void
mikey_replay_table_order (MikeyReplayTable *table)
{
  for (guint32 i = table->count / 2; i-- > 0;)
    sift_down (table, i);
}

const MikeyReplaySlot *
mikey_replay_table_at (const MikeyReplayTable *table, guint32 place)
{
  return &table->slots[table->slots[place].heap];
}

static void
forget_first (MikeyReplayTable *table)
{
  guint32 i = table->slots[0].heap;

  table->forgotten = MAX (table->forgotten, table->slots[i].expires);
  unlink_slot (table, i);
  table->count--;
  swap (table, 0, table->count);
  sift_down (table, 0);
}

void
mikey_replay_table_purge (MikeyReplayTable *table, MikeyTime now)
{
  while (table->count && expires_at (table, 0) < now)
    forget_first (table);
}

bool
mikey_replay_table_is_full (const MikeyReplayTable *table, MikeyTime now)
{
  return table->count == table->capacity && expires_at (table, 0) >= now;
}
