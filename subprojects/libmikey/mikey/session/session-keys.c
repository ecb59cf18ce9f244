/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-private.h"

#include "../modes/srtp.h"

/* The traffic keys of a session: made when a bundle comes into force, told from
 * the copy that was made then. */

static gint
by_cs_newest_first (gconstpointer a, gconstpointer b)
{
  MikeyKeys *x = *(MikeyKeys *const *)a;
  MikeyKeys *y = *(MikeyKeys *const *)b;

  if (mikey_keys_get_cs_id (x) != mikey_keys_get_cs_id (y))
    return mikey_keys_get_cs_id (x) < mikey_keys_get_cs_id (y) ? -1 : 1;
  if (mikey_keys_get_generation (x) == mikey_keys_get_generation (y))
    return 0;
  return mikey_keys_get_generation (x) > mikey_keys_get_generation (y) ? -1 : 1;
}

static bool
add_keys_of (GPtrArray *keys, const MikeyCsb *csb, const MikeyCs *cs,
             const MikeyTrafficKey *traffic_key)
{
  const MikeyCsPolicy *policy = mikey_csb_find_policy (csb, cs->policy_no);
  g_autoptr (MikeySecret) key = NULL;
  g_autoptr (MikeySecret) salt = NULL;
  MikeySuite suite;
  guint32 rate;

  if (!mikey_csb_derive (csb, cs, traffic_key, &key, &salt, NULL)
      || !mikey_suite_from_params (&policy->params, csb->tolerances, &suite,
                                   NULL))
    return false;
  rate = policy->params.value[MIKEY_SRTP_KEY_DERIVATION_RATE];
  g_ptr_array_add (keys, mikey_keys_new (cs, &suite, traffic_key, rate,
                                         g_steal_pointer (&key),
                                         g_steal_pointer (&salt)));
  return true;
}

GPtrArray *
mikey_session_derive_keys (const MikeyCsb *csb)
{
  GPtrArray *keys
      = g_ptr_array_new_with_free_func ((GDestroyNotify)mikey_keys_unref);
  guint i, k;

  for (i = 0; csb && i < csb->num_cs; i++)
    for (k = 0; k < csb->num_keys; k++)
      if (!add_keys_of (keys, csb, &csb->cs[i], &csb->keys[k]))
        g_critical ("crypto session %u: an accepted key can not be derived",
                    csb->cs[i].cs_id);
  g_ptr_array_sort (keys, by_cs_newest_first);
  return keys;
}

/**
 * mikey_session_get_keys:
 * @self: a #MikeySession
 *
 * Returns: (transfer container) (element-type MikeyKeys): every live key of
 *   every crypto session, by CS ID, the newest first; empty before
 *   establishment. g_ptr_array_unref() frees the array and its elements.
 */
GPtrArray *
mikey_session_get_keys (MikeySession *self)
{
  GPtrArray *copy
      = g_ptr_array_new_with_free_func ((GDestroyNotify)mikey_keys_unref);
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->keys->len; i++)
    g_ptr_array_add (copy, mikey_keys_ref (self->keys->pdata[i]));
  g_mutex_unlock (&self->lock);
  return copy;
}

static bool
has_older_keys (const MikeyCsb *csb, guint generation)
{
  return csb && csb->num_keys
         && csb->keys[0].generation < MIN (generation, csb->generation);
}

/**
 * mikey_session_drop_keys:
 * @self: a #MikeySession
 * @generation: the oldest generation to keep
 *
 * Forgets the keys of earlier generations, never the newest.
 */
void
mikey_session_drop_keys (MikeySession *self, guint generation)
{
  MikeyCsb *csb;

  if (!mikey_session_enter (self, NULL))
    return;
  csb = has_older_keys (self->x.csb, generation) ? mikey_csb_copy (self->x.csb)
                                                 : NULL;
  if (csb) {
    mikey_csb_drop_keys (csb, generation);
    mikey_csb_unref (self->x.csb);
    self->x.csb = csb;
  }
  mikey_session_leave (self);
}

static MikeyKeys *
newest_with_ssrc (GPtrArray *keys, guint32 ssrc)
{
  guint i;

  for (i = 0; i < keys->len; i++)
    if (mikey_keys_get_ssrc (keys->pdata[i]) == ssrc)
      return keys->pdata[i];
  return NULL;
}

static bool
one_crypto_session (GPtrArray *keys)
{
  return keys->len
         && mikey_keys_get_cs_id (keys->pdata[0])
                == mikey_keys_get_cs_id (keys->pdata[keys->len - 1]);
}

/**
 * mikey_session_find_keys:
 * @self: a #MikeySession
 * @ssrc: an SSRC
 *
 * Finds the newest key for @ssrc: of the crypto session that has it, or else of
 * one whose SSRC is not known, or else of the only one (RTSP equipment puts a
 * random SSRC into its messages).
 *
 * Returns: (transfer full) (nullable): the key
 */
MikeyKeys *
mikey_session_find_keys (MikeySession *self, guint32 ssrc)
{
  MikeyKeys *keys;

  g_mutex_lock (&self->lock);
  keys = newest_with_ssrc (self->keys, ssrc);
  if (!keys)
    keys = newest_with_ssrc (self->keys, 0);
  if (!keys && one_crypto_session (self->keys))
    keys = self->keys->pdata[0];
  if (keys)
    mikey_keys_ref (keys);
  g_mutex_unlock (&self->lock);
  return keys;
}
