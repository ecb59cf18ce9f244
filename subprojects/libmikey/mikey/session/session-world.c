/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-private.h"

#include <gnutls/crypto.h>
#include <string.h>

/* The world, as an exchange may know it: keyring, application, clock, random
 * source, policy and replay store of the session. */

/* --- credentials --- */

gchar *
mikey_string_of (MikeySlice slice)
{
  return slice.len ? g_strndup ((const gchar *)slice.data, slice.len) : NULL;
}

static MikeySecret *
secret_of (GBytes *psk, MikeyFault *fault)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (psk, &len);
  MikeySecret *secret = NULL;

  if (len == 0)
    mikey_fail (fault, MIKEY_FAULT_BAD_CREDENTIAL, "an empty pre-shared key");
  else if (!(secret = mikey_secret_copy (mikey_slice (data, len))))
    mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no memory for a key");
  return secret;
}

static MikeySecret *
ask_psk (void *user, MikeySlice local, MikeySlice peer, MikeyFault *fault)
{
  MikeySession *self = user;
  g_autofree gchar *local_id = mikey_string_of (local);
  g_autofree gchar *peer_id = mikey_string_of (peer);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) psk = NULL;

  if (!self->keyring) {
    mikey_fail (fault, MIKEY_FAULT_NO_CREDENTIAL, "no keyring is set");
    return NULL;
  }
  psk = mikey_keyring_lookup_psk (self->keyring, local_id, peer_id, &error);
  if (psk)
    return secret_of (psk, fault);
  mikey_fail_error (fault, error, MIKEY_FAULT_NO_CREDENTIAL);
  return NULL;
}

static bool
ask_peer (void *user, MikeySlice peer, MikeyFault *fault)
{
  g_autofree gchar *peer_id = mikey_string_of (peer);

  return mikey_session_ask_peer (user, peer_id)
         || mikey_fail (fault, MIKEY_FAULT_WRONG_ID,
                        "the application refuses the peer");
}

static bool
fill_random (void *user, guint8 *data, gsize len)
{
  MikeySession *self = user;

  if (self->random)
    return self->random (data, len, self->random_data);
  /* lint: allow entropy: this is the default random source */
  return gnutls_rnd (GNUTLS_RND_KEY, data, len) == 0;
}

static MikeyTime
read_clock (MikeySession *self)
{
  /* lint: allow clock: this is the default clock */
  return self->clock ? self->clock (self->clock_data) : g_get_real_time ();
}

void
mikey_world_clear (MikeyWorld *world)
{
  g_clear_object (&world->store);
  g_free (world->local_id);
  g_free (world->peer_id);
}

static MikeySlice
slice_of (const gchar *string)
{
  return string ? mikey_slice (string, strlen (string)) : MIKEY_SLICE_EMPTY;
}

void
mikey_world_init (MikeyWorld *world, MikeySession *self)
{
  world->random = (MikeyRandom){ fill_random, self };
  world->credentials = (MikeyCredentials){ self, ask_psk, ask_peer };
  mikey_policy_get_data (self->policy, &world->policy);
  g_mutex_lock (&self->lock);
  world->store = g_object_ref (self->replay_store);
  world->local_id = g_strdup (self->local_id);
  world->peer_id = g_strdup (self->peer_id);
  world->env.carrier_secure = self->carrier_secure;
  g_mutex_unlock (&self->lock);
  world->replay = mikey_replay_store_get_interface (world->store);
  if (!world->local_id && self->keyring)
    world->local_id = mikey_keyring_get_identity (self->keyring);
  world->env.now = read_clock (self);
  world->env.random = &world->random;
  world->env.policy = &world->policy;
  world->env.credentials = &world->credentials;
  world->env.replay = &world->replay;
  world->env.local_id = slice_of (world->local_id);
  world->env.peer_id = slice_of (world->peer_id);
}

/* --- clock and randomness --- */

/**
 * mikey_session_set_clock:
 * @self: a #MikeySession
 * @clock: (nullable) (scope notified) (closure user_data): tells the time,
 * %NULL for the system's clock
 * @user_data: for @clock
 * @destroy: frees @user_data
 */
void
mikey_session_set_clock (MikeySession *self, MikeyClockFunc clock,
                         gpointer user_data, GDestroyNotify destroy)
{
  if (!mikey_session_enter (self, NULL))
    return;
  if (self->clock_destroy)
    self->clock_destroy (self->clock_data);
  self->clock = clock;
  self->clock_data = user_data;
  self->clock_destroy = destroy;
  mikey_session_leave (self);
}

/**
 * mikey_session_set_random: (skip)
 * @self: a #MikeySession
 * @random: (nullable): gives random octets, %NULL for the system's source
 * @user_data: for @random
 * @destroy: frees @user_data
 */
void
mikey_session_set_random (MikeySession *self, MikeyRandomFunc random,
                          gpointer user_data, GDestroyNotify destroy)
{
  if (!mikey_session_enter (self, NULL))
    return;
  if (self->random_destroy)
    self->random_destroy (self->random_data);
  self->random = random;
  self->random_data = user_data;
  self->random_destroy = destroy;
  mikey_session_leave (self);
}
