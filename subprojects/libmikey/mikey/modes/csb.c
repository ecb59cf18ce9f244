/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "csb.h"

#include <string.h>

#include "../base/limits.h"

MikeyCsb *
mikey_csb_new (void)
{
  MikeyCsb *csb = g_try_new0 (MikeyCsb, 1);

  if (csb)
    csb->refs = 1;
  return csb;
}

MikeyCsb *
mikey_csb_ref (MikeyCsb *csb)
{
  g_atomic_int_inc (&csb->refs);
  return csb;
}

static void
release_key (MikeyTrafficKey *key)
{
  mikey_secret_unref (key->key);
  mikey_secret_unref (key->salt);
}

void
mikey_csb_unref (MikeyCsb *csb)
{
  guint i;

  if (!csb || !g_atomic_int_dec_and_test (&csb->refs))
    return;
  for (i = 0; i < csb->num_keys; i++)
    release_key (&csb->keys[i]);
  mikey_secret_unref (csb->message_key);
  mikey_arena_clear (&csb->arena);
  g_free (csb);
}

static bool
copy_slice (MikeyCsb *csb, MikeySlice *to, MikeySlice from)
{
  const void *copy = mikey_arena_copy (&csb->arena, from.data, from.len);

  *to = mikey_slice (copy, copy ? from.len : 0);
  return copy != NULL;
}

bool
mikey_csb_set_rand (MikeyCsb *csb, MikeySlice rand)
{
  return copy_slice (csb, &csb->rand, rand);
}

bool
mikey_csb_set_identity (MikeyCsb *csb, MikeyIdentity *which, guint32 type,
                        MikeySlice data)
{
  which->type = type;
  return copy_slice (csb, &which->data, data);
}

bool
mikey_csb_set_cs (MikeyCsb *csb, const MikeyCs *cs, guint num_cs)
{
  csb->cs = mikey_arena_copy (&csb->arena, cs, num_cs * sizeof *cs);
  csb->num_cs = csb->cs ? num_cs : 0;
  return csb->cs != NULL;
}

bool
mikey_csb_set_policy (MikeyCsb *csb, guint policy_no,
                      const MikeySrtpParams *params)
{
  guint i;

  for (i = 0; i < csb->num_policies; i++)
    if (csb->policies[i].policy_no == policy_no)
      break;
  if (i == csb->num_policies) {
    gsize size = sizeof *csb->policies;
    MikeyCsPolicy *more = mikey_arena_alloc (&csb->arena, (i + 1) * size);

    if (!more)
      return false;
    if (i)
      memcpy (more, csb->policies, i * size);
    csb->policies = more;
    csb->num_policies++;
  }
  csb->policies[i] = (MikeyCsPolicy){ policy_no, *params };
  return true;
}

/* Keeps the keys from FIRST on. */
static void
drop_first (MikeyCsb *csb, guint first)
{
  guint i;

  for (i = 0; i < first; i++)
    release_key (&csb->keys[i]);
  csb->keys += first;
  csb->num_keys -= first;
}

static bool
append_key (MikeyCsb *csb, const MikeyTrafficKey *key, guint generation)
{
  MikeyTrafficKey *to = &csb->keys[csb->num_keys];

  *to = *key;
  to->generation = generation;
  to->key = mikey_secret_ref (key->key);
  to->salt = key->salt ? mikey_secret_ref (key->salt) : NULL;
  csb->num_keys++;
  return copy_slice (csb, &to->mki, key->mki);
}

/* Moves the keys to an array with room for MORE. */
static bool
make_room (MikeyCsb *csb, guint more)
{
  gsize size = sizeof *csb->keys;
  MikeyTrafficKey *keys
      = mikey_arena_alloc (&csb->arena, (csb->num_keys + more) * size);

  if (!keys)
    return false;
  if (csb->num_keys)
    memcpy (keys, csb->keys, csb->num_keys * size);
  csb->keys = keys;
  return true;
}

static bool
add_keys (MikeyCsb *csb, const MikeyTrafficKey *keys, guint num_keys,
          guint generation)
{
  guint i;

  if (!make_room (csb, num_keys))
    return false;
  for (i = 0; i < num_keys; i++)
    if (!append_key (csb, &keys[i], generation))
      return false;
  csb->generation = generation;
  csb->has_keys = true;
  csb->num_new_keys = num_keys;
  if (csb->num_keys > MIKEY_MAX_KEYS)
    drop_first (csb, csb->num_keys - MIKEY_MAX_KEYS);
  return true;
}

bool
mikey_csb_add_keys (MikeyCsb *csb, const MikeyTrafficKey *keys, guint num_keys)
{
  return add_keys (csb, keys, num_keys,
                   csb->has_keys ? csb->generation + 1 : 0);
}

bool
mikey_csb_add_to_generation (MikeyCsb *csb, const MikeyTrafficKey *key)
{
  guint num_new = csb->num_new_keys;

  if (!add_keys (csb, key, 1, csb->generation))
    return false;
  csb->num_new_keys = MIN (num_new + 1, csb->num_keys);
  return true;
}

void
mikey_csb_drop_keys (MikeyCsb *csb, guint generation)
{
  guint first = 0;

  generation = MIN (generation, csb->generation);
  while (first < csb->num_keys && csb->keys[first].generation < generation)
    first++;
  drop_first (csb, first);
}

void
mikey_csb_drop_mki (MikeyCsb *csb, MikeySlice mki)
{
  guint i, kept = 0;

  for (i = 0; i < csb->num_keys; i++)
    if (mikey_slice_equal (csb->keys[i].mki, mki))
      release_key (&csb->keys[i]);
    else
      csb->keys[kept++] = csb->keys[i];
  csb->num_keys = kept;
}

static bool
copy_keys (MikeyCsb *to, const MikeyCsb *from)
{
  guint i;

  if (!make_room (to, from->num_keys))
    return false;
  for (i = 0; i < from->num_keys; i++)
    if (!append_key (to, &from->keys[i], from->keys[i].generation))
      return false;
  return true;
}

static bool
copy_all (MikeyCsb *to, const MikeyCsb *from)
{
  guint i;

  to->csb_id = from->csb_id;
  to->prf = from->prf;
  to->map_type = from->map_type;
  to->peer_proved = from->peer_proved;
  to->has_peer_t = from->has_peer_t;
  to->peer_ts_type = from->peer_ts_type;
  to->peer_t = from->peer_t;
  to->tolerances = from->tolerances;
  to->generation = from->generation;
  to->has_keys = from->has_keys;
  to->message_key
      = from->message_key ? mikey_secret_ref (from->message_key) : NULL;
  for (i = 0; i < from->num_policies; i++)
    if (!mikey_csb_set_policy (to, from->policies[i].policy_no,
                               &from->policies[i].params))
      return false;
  return mikey_csb_set_rand (to, from->rand)
         && mikey_csb_set_identity (to, &to->initiator, from->initiator.type,
                                    from->initiator.data)
         && mikey_csb_set_identity (to, &to->responder, from->responder.type,
                                    from->responder.data)
         && mikey_csb_set_cs (to, from->cs, from->num_cs)
         && copy_keys (to, from);
}

MikeyCsb *
mikey_csb_copy (const MikeyCsb *csb)
{
  g_autoptr (MikeyCsb) copy = mikey_csb_new ();

  return copy && copy_all (copy, csb) ? g_steal_pointer (&copy) : NULL;
}

const MikeyCsPolicy *
mikey_csb_find_policy (const MikeyCsb *csb, guint policy_no)
{
  guint i;

  for (i = 0; i < csb->num_policies; i++)
    if (csb->policies[i].policy_no == policy_no)
      return &csb->policies[i];
  return NULL;
}

MikeyLabelContext
mikey_csb_label (const MikeyCsb *csb)
{
  return (MikeyLabelContext){ csb->prf, csb->csb_id, csb->rand };
}
