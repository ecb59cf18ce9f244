/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private.h"

#include <nettle/sha2.h>
#include <string.h>

#include "replay-table.h"

/* What a store promises, and how:
 *
 * - An entry is remembered for as long as it may matter, and nothing but time
 *   removes it. A full store refuses, as a host must that can not keep track
 *   (3830-5.4-03).
 * - The clock may jump. When it was ahead, entries went that matter again once
 *   it is put right. What the store has forgotten is bounded by FORGOTTEN, the
 *   latest expiry among the entries that are gone: a message that expires then
 *   or earlier may have been one of them, and is refused. With a clock that
 *   runs steadily this hits no message, as those within the allowed skew expire
 *   later than now, and FORGOTTEN is before now.
 * - Only what an exchange has authenticated is added (3830-5.3-02). */

#define DEFAULT_CAPACITY 65536
#define FOR_GOOD         G_MAXINT64

struct _MikeyReplayStore {
  GObject parent;

  GMutex lock;
  MikeyReplayTable table;
  GHashTable *counters; /* peer (GBytes) -> highest counter */
  GHashTable *csb_ids;  /* a set */
};

G_DEFINE_TYPE (MikeyReplayStore, mikey_replay_store, G_TYPE_OBJECT)

/* --- what the engine calls --- */

static bool
fail_replayed (MikeyFault *fault)
{
  return mikey_fail (fault, MIKEY_FAULT_REPLAYED,
                     "the message was accepted before");
}

static bool
fail_full (const MikeyReplayStore *self, MikeyFault *fault)
{
  return mikey_fail (fault, MIKEY_FAULT_REPLAY_FULL,
                     "%u messages to remember, none may be forgotten yet",
                     self->table.count);
}

static bool
check_locked (const MikeyReplayStore *self, const guint8 *key, MikeyTime now,
              MikeyFault *fault)
{
  if (mikey_replay_table_find (&self->table, key))
    return fail_replayed (fault);
  if (mikey_replay_table_is_full (&self->table, now))
    return fail_full (self, fault);
  return true;
}

/* 3830-5.4-01. Forgetting is add()'s matter, so that only authentic messages
 * cause it. An entry counts for as long as it is there, expired or not: to be
 * sure is cheap. */
static bool
check (void *user, const guint8 key[MIKEY_REPLAY_KEY_LEN], MikeyTime now,
       MikeyFault *fault)
{
  MikeyReplayStore *self = user;
  bool ok;

  g_mutex_lock (&self->lock);
  ok = check_locked (self, key, now, fault);
  g_mutex_unlock (&self->lock);
  return ok;
}

/* Looks again, as others may have added the message since it was checked. */
static bool
add_locked (MikeyReplayStore *self, const guint8 *key, MikeyTime now,
            MikeyTime expires, MikeyFault *fault)
{
  mikey_replay_table_purge (&self->table, now);
  MIKEY_TRY (check_locked (self, key, now, fault));
  if (expires <= self->table.forgotten)
    return mikey_fail (fault, MIKEY_FAULT_STALE,
                       "the clock went back, and what was accepted then is "
                       "forgotten already");
  return mikey_replay_table_add (&self->table, key, expires, fault);
}

static bool
add (void *user, const guint8 key[MIKEY_REPLAY_KEY_LEN], MikeyTime now,
     MikeyTime expires, MikeyFault *fault)
{
  MikeyReplayStore *self = user;
  bool ok;

  if (expires == MIKEY_TIME_NONE)
    expires = FOR_GOOD;
  g_mutex_lock (&self->lock);
  ok = add_locked (self, key, now, expires, fault);
  g_mutex_unlock (&self->lock);
  return ok;
}

/* --- counters --- */

static guint32
last_counter (const MikeyReplayStore *self, GBytes *peer)
{
  gpointer last;

  if (g_hash_table_lookup_extended (self->counters, peer, NULL, &last))
    return GPOINTER_TO_UINT (last);
  return g_hash_table_size (self->counters) < self->table.capacity
             ? 0
             : G_MAXUINT32;
}

/* When as many peers are known as there may be, the counters of a new one are
 * all said to be used: it is refused, and nobody's is forgotten. */
static guint32
counter (void *user, const guint8 peer[MIKEY_REPLAY_KEY_LEN])
{
  MikeyReplayStore *self = user;
  g_autoptr (GBytes) key = g_bytes_new_static (peer, MIKEY_REPLAY_KEY_LEN);
  guint32 last;

  g_mutex_lock (&self->lock);
  last = last_counter (self, key);
  g_mutex_unlock (&self->lock);
  return last;
}

static bool
raise_locked (MikeyReplayStore *self, const guint8 *peer, guint32 to)
{
  g_autoptr (GBytes) key = g_bytes_new (peer, MIKEY_REPLAY_KEY_LEN);

  if (to <= last_counter (self, key))
    return false;
  g_hash_table_replace (self->counters, g_steal_pointer (&key),
                        GUINT_TO_POINTER (to));
  return true;
}

/* Compares and sets: of two threads that hold the same message, one wins. */
static bool
raise_counter (void *user, const guint8 peer[MIKEY_REPLAY_KEY_LEN], guint32 to,
               MikeyFault *fault)
{
  MikeyReplayStore *self = user;
  bool raised;

  g_mutex_lock (&self->lock);
  raised = raise_locked (self, peer, to);
  g_mutex_unlock (&self->lock);
  return raised
         || mikey_fail (fault, MIKEY_FAULT_REPLAYED,
                        "counter timestamp %u was used before", to);
}

/* --- crypto session bundles --- */

static bool
claim_csb (void *user, guint32 csb_id)
{
  MikeyReplayStore *self = user;
  bool is_new;

  g_mutex_lock (&self->lock);
  is_new = g_hash_table_add (self->csb_ids, GUINT_TO_POINTER (csb_id));
  g_mutex_unlock (&self->lock);
  return is_new;
}

void
mikey_replay_store_release_csb (MikeyReplayStore *self, guint32 csb_id)
{
  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->csb_ids, GUINT_TO_POINTER (csb_id));
  g_mutex_unlock (&self->lock);
}

/* Valid as long as the store is. */
MikeyReplay
mikey_replay_store_get_interface (MikeyReplayStore *self)
{
  return (MikeyReplay){
    .user = self,
    .check = check,
    .add = add,
    .counter = counter,
    .raise_counter = raise_counter,
    .claim_csb = claim_csb,
  };
}

/* --- saved form ---
 *
 *   "MIKEYRPL" | version, 32 bits | entries, 32 | counters, 32 | forgotten, 64
 *   | entries: key, 128; expires, 64 | counters: peer, 128; counter, 32
 *   | first 128 bits of the SHA-256 of all before
 *
 * The checksum finds damage, not malice: who may write the file may as well
 * delete it. CSB IDs are not kept, their sessions do not outlive the process.
 */

#define MAGIC        "MIKEYRPL"
#define MAGIC_LEN    8
#define VERSION      1
#define HEAD_LEN     (MAGIC_LEN + 20)
#define ENTRY_LEN    (MIKEY_REPLAY_KEY_LEN + 8)
#define COUNTER_LEN  (MIKEY_REPLAY_KEY_LEN + 4)
#define CHECKSUM_LEN 16

typedef struct {
  guint32 num_entries;
  guint32 num_counters;
  MikeyTime forgotten;
  const guint8 *entries;
  const guint8 *counters;
} Saved;

static guint64
saved_len (guint32 num_entries, guint32 num_counters)
{
  return HEAD_LEN + (guint64)ENTRY_LEN * num_entries
         + (guint64)COUNTER_LEN * num_counters + CHECKSUM_LEN;
}

static void
checksum (const guint8 *data, gsize len, guint8 sum[CHECKSUM_LEN])
{
  struct sha256_ctx ctx;

  sha256_init (&ctx);
  sha256_update (&ctx, len, data);
  sha256_digest (&ctx, CHECKSUM_LEN, sum);
}

static guint8 *
write_head (const MikeyReplayStore *self, guint8 *p)
{
  memcpy (p, MAGIC, MAGIC_LEN);
  mikey_put_u32 (p + MAGIC_LEN, VERSION);
  mikey_put_u32 (p + MAGIC_LEN + 4, self->table.count);
  mikey_put_u32 (p + MAGIC_LEN + 8, g_hash_table_size (self->counters));
  mikey_put_u64 (p + MAGIC_LEN + 12, (guint64)self->table.forgotten);
  return p + HEAD_LEN;
}

static guint8 *
write_entries (const MikeyReplayStore *self, guint8 *p)
{
  for (guint32 i = 0; i < self->table.count; i++, p += ENTRY_LEN) {
    const MikeyReplaySlot *slot = mikey_replay_table_at (&self->table, i);

    memcpy (p, slot->key, sizeof slot->key);
    mikey_put_u64 (p + sizeof slot->key, (guint64)slot->expires);
  }
  return p;
}

static guint8 *
write_counters (const MikeyReplayStore *self, guint8 *p)
{
  GHashTableIter iter;
  gpointer peer, last;

  g_hash_table_iter_init (&iter, self->counters);
  while (g_hash_table_iter_next (&iter, &peer, &last)) {
    memcpy (p, g_bytes_get_data (peer, NULL), MIKEY_REPLAY_KEY_LEN);
    mikey_put_u32 (p + MIKEY_REPLAY_KEY_LEN, GPOINTER_TO_UINT (last));
    p += COUNTER_LEN;
  }
  return p;
}

static GBytes *
save_locked (const MikeyReplayStore *self)
{
  gsize len = saved_len (self->table.count, g_hash_table_size (self->counters));
  guint8 *data = g_malloc (len);
  guint8 *end = write_head (self, data);

  end = write_entries (self, end);
  end = write_counters (self, end);
  checksum (data, end - data, end);
  return g_bytes_new_take (data, len);
}

static bool
fail_saved (MikeyFault *fault, const char *why)
{
  return mikey_fail (fault, MIKEY_FAULT_IO, "saved replay store: %s", why);
}

static bool
check_head (MikeySlice all, MikeyFault *fault)
{
  MikeySlice magic = mikey_slice (all.data, MIN (all.len, MAGIC_LEN));

  if (!mikey_slice_equal (magic, mikey_slice (MAGIC, magic.len)))
    return fail_saved (fault, "is something else");
  if (all.len < HEAD_LEN)
    return fail_saved (fault, "cut off");
  if (mikey_get_u32 (all.data + MAGIC_LEN) != VERSION)
    return fail_saved (fault, "written by another version");
  return true;
}

static bool
check_sum (MikeySlice all, MikeyFault *fault)
{
  gsize len = all.len - CHECKSUM_LEN;
  guint8 sum[CHECKSUM_LEN];

  checksum (all.data, len, sum);
  if (mikey_slice_equal (mikey_slice (all.data + len, sizeof sum),
                         mikey_slice (sum, sizeof sum)))
    return true;
  return fail_saved (fault, "damaged");
}

static bool
open_saved (MikeySlice all, Saved *saved, MikeyFault *fault)
{
  const guint8 *counts;
  guint64 len;

  MIKEY_TRY (check_head (all, fault));
  counts = all.data + MAGIC_LEN + 4;
  saved->num_entries = mikey_get_u32 (counts);
  saved->num_counters = mikey_get_u32 (counts + 4);
  saved->forgotten = (MikeyTime)mikey_get_u64 (counts + 8);
  len = saved_len (saved->num_entries, saved->num_counters);
  if (all.len < len)
    return fail_saved (fault, "cut off");
  if (all.len > len)
    return fail_saved (fault, "goes on after its end");
  saved->entries = all.data + HEAD_LEN;
  saved->counters = saved->entries + (gsize)ENTRY_LEN * saved->num_entries;
  return check_sum (all, fault);
}

static const guint8 *
entry_at (const Saved *saved, guint32 i)
{
  return saved->entries + (gsize)ENTRY_LEN * i;
}

/* Entries of SAVED that are not known. */
static guint32
count_new (const MikeyReplayStore *self, const Saved *saved)
{
  guint32 n = 0;

  for (guint32 i = 0; i < saved->num_entries; i++)
    n += !mikey_replay_table_find (&self->table, entry_at (saved, i));
  return n;
}

static bool
reserve (MikeyReplayStore *self, const Saved *saved, MikeyFault *fault)
{
  guint64 needed = (guint64)self->table.count + count_new (self, saved);

  if (needed > self->table.capacity)
    return mikey_fail (fault, MIKEY_FAULT_REPLAY_FULL,
                       "%" G_GUINT64_FORMAT " messages to remember, the replay "
                       "store holds at most %u",
                       needed, self->table.capacity);
  return mikey_replay_table_reserve (&self->table, (guint32)needed, fault);
}

static bool
load_locked (MikeyReplayStore *self, const Saved *saved, MikeyFault *fault)
{
  MIKEY_TRY (reserve (self, saved, fault));
  for (guint32 i = 0; i < saved->num_entries; i++) {
    const guint8 *p = entry_at (saved, i);
    guint64 expires = mikey_get_u64 (p + MIKEY_REPLAY_KEY_LEN);

    mikey_replay_table_put (&self->table, p, (MikeyTime)expires);
  }
  mikey_replay_table_order (&self->table);
  for (guint32 i = 0; i < saved->num_counters; i++) {
    const guint8 *p = saved->counters + (gsize)COUNTER_LEN * i;

    (void)raise_locked (self, p, mikey_get_u32 (p + MIKEY_REPLAY_KEY_LEN));
  }
  self->table.forgotten = MAX (self->table.forgotten, saved->forgotten);
  return true;
}

/* --- object --- */

static void
mikey_replay_store_init (MikeyReplayStore *self)
{
  g_mutex_init (&self->lock);
  mikey_replay_table_init (&self->table, DEFAULT_CAPACITY);
  self->counters = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                          (GDestroyNotify)g_bytes_unref, NULL);
  self->csb_ids = g_hash_table_new (NULL, NULL);
}

static void
mikey_replay_store_finalize (GObject *object)
{
  MikeyReplayStore *self = MIKEY_REPLAY_STORE (object);

  mikey_replay_table_clear (&self->table);
  g_hash_table_unref (self->counters);
  g_hash_table_unref (self->csb_ids);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (mikey_replay_store_parent_class)->finalize (object);
}

static void
mikey_replay_store_class_init (MikeyReplayStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mikey_replay_store_finalize;
}

/**
 * mikey_replay_store_get_default:
 *
 * The store of all sessions of the process that are given none of their own, so
 * that no message is accepted by two of them.
 *
 * Returns: (transfer none): the store
 */
MikeyReplayStore *
mikey_replay_store_get_default (void)
{
  static gsize store;

  if (g_once_init_enter (&store))
    g_once_init_leave (&store, (gsize)mikey_replay_store_new (0));
  return (MikeyReplayStore *)store;
}

/**
 * mikey_replay_store_new:
 * @capacity: how many messages, and how many peers without a clock, are
 *   remembered at most; 0 for 65536
 *
 * Returns: (transfer full): an empty store
 */
MikeyReplayStore *
mikey_replay_store_new (guint capacity)
{
  MikeyReplayStore *self = g_object_new (MIKEY_TYPE_REPLAY_STORE, NULL);

  if (capacity)
    self->table.capacity = capacity;
  return self;
}

/**
 * mikey_replay_store_get_size:
 * @self: a store
 *
 * Returns: how many messages it remembers
 */
guint
mikey_replay_store_get_size (MikeyReplayStore *self)
{
  guint count;

  g_return_val_if_fail (MIKEY_IS_REPLAY_STORE (self), 0);
  g_mutex_lock (&self->lock);
  count = self->table.count;
  g_mutex_unlock (&self->lock);
  return count;
}

/**
 * mikey_replay_store_get_memory:
 * @self: a store
 *
 * Returns: octets of memory that the messages take, with all that belongs to
 *   them
 */
gsize
mikey_replay_store_get_memory (MikeyReplayStore *self)
{
  gsize slots;

  g_return_val_if_fail (MIKEY_IS_REPLAY_STORE (self), 0);
  g_mutex_lock (&self->lock);
  slots = self->table.size;
  g_mutex_unlock (&self->lock);
  return sizeof *self + slots * sizeof (MikeyReplaySlot);
}

/**
 * mikey_replay_store_save:
 * @self: a store
 *
 * What was accepted after this call, and before a crash, is not known after the
 * restart: such a process has to wait for as long as the clock skew is before
 * it accepts anything (RFC 3830 5.4).
 *
 * Returns: (transfer full): the store as octets, for mikey_replay_store_load()
 */
GBytes *
mikey_replay_store_save (MikeyReplayStore *self)
{
  GBytes *saved;

  g_return_val_if_fail (MIKEY_IS_REPLAY_STORE (self), NULL);
  g_mutex_lock (&self->lock);
  saved = save_locked (self);
  g_mutex_unlock (&self->lock);
  return saved;
}

/**
 * mikey_replay_store_load:
 * @self: a store
 * @saved: what mikey_replay_store_save() gave
 * @error: %MIKEY_ERROR_RESOURCE when @saved is cut off or damaged,
 *   %MIKEY_ERROR_LIMIT when it holds more than fits
 *
 * Adds what another store knew to what this one knows. On failure nothing is
 * added.
 *
 * Returns: %TRUE on success
 */
gboolean
mikey_replay_store_load (MikeyReplayStore *self, GBytes *saved, GError **error)
{
  MikeyFault fault;
  Saved opened = { 0 };
  MikeySlice all;
  bool ok;

  g_return_val_if_fail (MIKEY_IS_REPLAY_STORE (self), FALSE);
  g_return_val_if_fail (saved != NULL, FALSE);
  all.data = g_bytes_get_data (saved, &all.len);
  ok = open_saved (all, &opened, &fault);
  if (ok) {
    g_mutex_lock (&self->lock);
    ok = load_locked (self, &opened, &fault);
    g_mutex_unlock (&self->lock);
  }
  if (!ok)
    mikey_set_error (error, &fault);
  return ok;
}
