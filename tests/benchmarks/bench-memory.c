/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey/base/secret.h>
#include <mikey/mikey.h>

#include <malloc.h>
#include <stdio.h>

/* What an idle session holds: many sessions are established and kept, and the
 * heap and the locked pages are compared with before. Goal: 8 KiB. */

#define NUM 10000

static gsize
heap (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd + mikey_secret_stats ().pages;
}

static MikeySession *
new_session (MikeyKeyfile *keyring, MikeyPolicy *policy,
             MikeyReplayStore *store)
{
  MikeySession *session = mikey_session_new (MIKEY_KEYRING (keyring), policy);

  g_object_set (session, "replay-store", store, NULL);
  return session;
}

static void
establish (MikeySession *alice, MikeySession *bob)
{
  g_autoptr (GBytes) offer = NULL;
  g_autoptr (GBytes) reply = NULL;
  g_autoptr (GError) error = NULL;

  mikey_session_add_stream (alice, 1, 0);
  offer = mikey_session_create_offer (alice, NULL);
  if (!mikey_session_receive (bob, offer, &reply, &error)
      || !mikey_session_receive (alice, reply, NULL, &error))
    g_error ("the exchange fails: %s", error->message);
}

int
main (void)
{
  g_autoptr (MikeyKeyfile) keyring = mikey_keyfile_new ();
  g_autoptr (MikeyPolicy) policy = mikey_policy_new ();
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (2 * NUM);
  g_autoptr (GBytes) psk = g_bytes_new_static ("0123456789abcdef", 16);
  static MikeySession *sessions[NUM];
  gsize before, after;
  guint i;

  mikey_keyfile_add_psk (keyring, NULL, psk, NULL);
  before = heap ();
  for (i = 0; i < NUM; i += 2) {
    sessions[i] = new_session (keyring, policy, store);
    sessions[i + 1] = new_session (keyring, policy, store);
    establish (sessions[i], sessions[i + 1]);
  }
  after = heap ();
  printf ("An idle session, of %d in one process: %.2f KiB (goal 8), of which "
          "%.0f bytes are the replay store's\n",
          NUM, (double)(after - before) / NUM / 1024,
          (double)mikey_replay_store_get_memory (store) / NUM);
  for (i = 0; i < NUM; i++)
    g_object_unref (sessions[i]);
  printf ("Left when all are gone: %.2f KiB a session, of which the locked "
          "pages, kept for the next secrets, are %.2f\n",
          ((double)heap () - (double)before) / NUM / 1024,
          (double)mikey_secret_stats ().pages / NUM / 1024);
  return 0;
}
