/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey/crypto/cipher.h>
#include <mikey/crypto/keys.h>
#include <mikey/crypto/mac.h>
#include <mikey/mikey.h>
#include <mikey/wire/parsed.h>

#include <stdio.h>
#include <string.h>

#include "bench.h"

/* A whole PSK exchange with verification message, both sides on one core, and
 * where its time goes: the primitives are measured alone in the same run and
 * multiplied by how often the exchange needs them. Then what it costs to refuse
 * what is not good. */

#define ROUNDS 9

static MikeyKeyfile *keyring;
static MikeyReplayStore *store;
static MikeyPolicy *policy;
static GBytes *offer, *bad_mac, *malformed;

static MikeySession *
new_session (void)
{
  MikeySession *session = mikey_session_new (MIKEY_KEYRING (keyring), policy);

  g_object_set (session, "replay-store", store, NULL);
  return session;
}

static GBytes *
new_offer (MikeySession *session)
{
  GBytes *bytes;

  mikey_session_add_stream (session, 0xcafebabe, 0);
  bytes = mikey_session_create_offer (session, NULL);
  g_assert (bytes);
  return bytes;
}

static void
exchange (void)
{
  g_autoptr (MikeySession) alice = new_session ();
  g_autoptr (MikeySession) bob = new_session ();
  g_autoptr (GBytes) message = new_offer (alice);
  g_autoptr (GBytes) reply = NULL;

  if (!mikey_session_receive (bob, message, &reply, NULL)
      || !mikey_session_receive (alice, reply, NULL, NULL))
    g_error ("the exchange fails");
}

static void
refuse (GBytes *message)
{
  static MikeySession *bob;

  if (!bob)
    bob = new_session ();
  if (mikey_session_receive (bob, message, NULL, NULL))
    g_error ("a false message is accepted");
}

static void
refuse_bad_mac (void)
{
  refuse (bad_mac);
}

static void
refuse_malformed (void)
{
  refuse (malformed);
}

static void
parse (void)
{
  MikeyParsed parsed;
  gsize len;
  gconstpointer data = g_bytes_get_data (offer, &len);

  if (!mikey_parsed_init (&parsed, mikey_slice (data, len), 0, NULL))
    g_error ("the offer does not parse");
  mikey_parsed_clear (&parsed);
}

static guint8 scratch[64];

static void
derive (void)
{
  MikeyLabelContext label = { &mikey_prf_mikey_1, 1, { scratch, 16 } };

  mikey_derive (&label, MIKEY_LABEL_MSG_AUTH, MIKEY_CS_ID_MESSAGE,
                mikey_slice (scratch, 16), scratch + 32, 20);
}

static void
mac (void)
{
  static const guint8 message[160];
  MikeySlice part = mikey_slice (message, sizeof message);

  mikey_hmac_sha1 (mikey_slice (scratch, 20), &part, 1, scratch + 32);
}

static void
seal (void)
{
  MikeyCipherKey key = { { scratch, 16 }, { scratch, 14 }, 1, 2 };

  mikey_cipher_aes_cm_128.seal (&key, mikey_slice (scratch, 25), scratch + 32);
}

/* An offer, its verification, and the keys of one crypto session on each side:
 * message keys 3 + 3 for KEMAC, 1 + 1 for V; TEK and salt twice on each side,
 * where keys are also proved to be usable. */
static const struct {
  const char *what;
  void (*run) (void);
  guint times;
} parts[] = {
  { "parse a message", parse, 3 },
  { "derive a key (MIKEY-1)", derive, 14 },
  { "HMAC-SHA-1 of a message", mac, 4 },
  { "AES-CM of the keys", seal, 2 },
};

static void
print_parts (double whole)
{
  double known = 0;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (parts); i++) {
    double ns = bench_ns (parts[i].run, ROUNDS, 5000);

    known += ns * parts[i].times;
    printf ("  %-34s %8.0f ns x %2u  %5.1f %%\n", parts[i].what, ns,
            parts[i].times, 100 * ns * parts[i].times / whole);
  }
  printf ("  %-34s %8.0f ns       %5.1f %%\n",
          "objects, bundles, composing, rules", whole - known,
          100 * (whole - known) / whole);
}

static GBytes *
damaged (gsize cut, guint8 flip)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (offer, &len);
  guint8 *copy = g_memdup2 (data, len);

  copy[len - 1] ^= flip;
  return g_bytes_new_take (copy, len - cut);
}

int
main (void)
{
  g_autoptr (GBytes) psk = g_bytes_new_static ("0123456789abcdef", 16);
  g_autoptr (MikeySession) alice = NULL;
  double whole;

  keyring = mikey_keyfile_new ();
  policy = mikey_policy_new ();
  store = mikey_replay_store_new (1 << 20);
  mikey_keyfile_add_psk (keyring, NULL, psk, NULL);
  alice = new_session ();
  offer = new_offer (alice);
  bad_mac = damaged (0, 1);
  malformed = damaged (30, 0);
  whole = bench_ns (exchange, ROUNDS, 2000);
  printf ("PSK exchange, both sides, AES-CM-128, HMAC-SHA-1, one core:\n");
  printf ("  %-34s %8.0f ns       %.0f a second\n", "whole", whole,
          1e9 / whole);
  print_parts (whole);
  printf ("Refusing (goals: malformed 2 us, bad MAC 10 us):\n");
  printf ("  %-34s %8.0f ns\n", "malformed: cut",
          bench_ns (refuse_malformed, ROUNDS, 5000));
  printf ("  %-34s %8.0f ns\n", "false MAC",
          bench_ns (refuse_bad_mac, ROUNDS, 5000));
  return 0;
}
