/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey/mikey.h>

#include <string.h>

/* MikeySession as an application uses it. */

#define ALICE "sip:alice@example.org"
#define BOB   "sip:bob@example.org"

static GBytes *
psk_of (guint8 value)
{
  guint8 octets[16];

  memset (octets, value, sizeof octets);
  return g_bytes_new (octets, sizeof octets);
}

static MikeyKeyring *
keyring_of (const char *own, const char *peer, guint8 value)
{
  MikeyKeyfile *keyfile = mikey_keyfile_new ();
  g_autoptr (GBytes) psk = psk_of (value);

  mikey_keyfile_set_identity (keyfile, own);
  g_assert_true (mikey_keyfile_add_psk (keyfile, peer, psk, NULL));
  return MIKEY_KEYRING (keyfile);
}

static MikeySession *
session_of (const char *own, const char *peer, guint8 value)
{
  g_autoptr (MikeyKeyring) keyring = keyring_of (own, peer, value);
  MikeySession *session = mikey_session_new (keyring, NULL);

  g_object_set (session, "peer-id", peer, NULL);
  return session;
}

typedef struct {
  MikeySession *alice, *bob;
} Pair;

static void
set_up (Pair *pair, gconstpointer data)
{
  pair->alice = session_of (ALICE, BOB, 1);
  pair->bob = session_of (BOB, ALICE, 1);
  g_assert_cmpuint (mikey_session_add_stream (pair->alice, 0xa11ce, 0), ==, 1);
  g_assert_cmpuint (mikey_session_add_stream (pair->alice, 0, 0), ==, 2);
  g_assert_cmpuint (mikey_session_add_stream (pair->bob, 0xb0b, 0), ==, 1);
}

static void
tear_down (Pair *pair, gconstpointer data)
{
  g_assert_finalize_object (pair->alice);
  g_assert_finalize_object (pair->bob);
}

/* Delivers MESSAGE of FROM to TO, and the answer. */
static void
deliver (MikeySession *from, MikeySession *to, GBytes *message)
{
  GError *error = NULL;
  g_autoptr (GBytes) reply = NULL;

  g_assert_nonnull (message);
  mikey_session_receive (to, message, &reply, &error);
  g_assert_no_error (error);
  if (reply) {
    mikey_session_receive (from, reply, NULL, &error);
    g_assert_no_error (error);
  }
}

static void
establish (Pair *pair)
{
  GError *error = NULL;
  g_autoptr (GBytes) offer = mikey_session_create_offer (pair->alice, &error);

  g_assert_no_error (error);
  deliver (pair->alice, pair->bob, offer);
}

static void
assert_same (Pair *pair, guint num)
{
  g_autoptr (GPtrArray) a = mikey_session_get_keys (pair->alice);
  g_autoptr (GPtrArray) b = mikey_session_get_keys (pair->bob);
  guint i;

  g_assert_cmpuint (a->len, ==, num);
  g_assert_cmpuint (b->len, ==, num);
  for (i = 0; i < num; i++)
    g_assert_true (mikey_keys_equal (a->pdata[i], b->pdata[i]));
}

static void
test_exchange (Pair *pair, gconstpointer data)
{
  g_autofree char *peer = NULL;
  g_autoptr (GPtrArray) keys = NULL;
  MikeyRole role;

  g_assert_cmpint (mikey_session_get_state (pair->alice), ==, MIKEY_STATE_IDLE);
  g_assert_cmpuint (mikey_session_get_csb_id (pair->alice), ==, 0);
  keys = mikey_session_get_keys (pair->alice);
  g_assert_cmpuint (keys->len, ==, 0);
  g_assert_null (mikey_session_get_peer_identity (pair->alice));
  establish (pair);
  g_assert_cmpint (mikey_session_get_state (pair->alice), ==,
                   MIKEY_STATE_ESTABLISHED);
  g_assert_cmpint (mikey_session_get_state (pair->bob), ==,
                   MIKEY_STATE_ESTABLISHED);
  g_assert_cmpint (mikey_session_get_mode (pair->bob), ==, MIKEY_MODE_PSK);
  g_assert_cmpuint (mikey_session_get_csb_id (pair->alice), ==,
                    mikey_session_get_csb_id (pair->bob));
  peer = mikey_session_get_peer_identity (pair->bob);
  g_assert_cmpstr (peer, ==, ALICE);
  g_object_get (pair->bob, "role", &role, NULL);
  g_assert_cmpint (role, ==, MIKEY_ROLE_RESPONDER);
  assert_same (pair, 2);
}

/* The newest first; forgotten when told so. 3830-4.5-03 */
static void
test_generations (Pair *pair, gconstpointer data)
{
  g_autoptr (GPtrArray) keys = NULL;
  guint i;

  establish (pair);
  for (i = 0; i < 2; i++) {
    MikeySession *from = i ? pair->bob : pair->alice;
    g_autoptr (GBytes) update = mikey_session_create_update (from, TRUE, NULL);

    deliver (from, i ? pair->alice : pair->bob, update);
  }
  assert_same (pair, 6);
  keys = mikey_session_get_keys (pair->alice);
  g_assert_cmpuint (mikey_keys_get_generation (keys->pdata[0]), ==, 2);
  g_assert_cmpuint (mikey_keys_get_generation (keys->pdata[2]), ==, 0);
  g_assert_cmpuint (mikey_keys_get_cs_id (keys->pdata[3]), ==, 2);
  mikey_session_drop_keys (pair->alice, 2);
  mikey_session_drop_keys (pair->bob, 2);
  assert_same (pair, 2);
}

static void
test_find (Pair *pair, gconstpointer data)
{
  g_autoptr (MikeyKeys) own = NULL;
  g_autoptr (MikeyKeys) peer = NULL;
  g_autoptr (MikeyKeys) none = NULL;

  g_assert_null (mikey_session_find_keys (pair->alice, 0xa11ce));
  establish (pair);
  own = mikey_session_find_keys (pair->bob, 0xa11ce);
  peer = mikey_session_find_keys (pair->bob, 0xb0b);
  none = mikey_session_find_keys (pair->bob, 0xbad);
  g_assert_cmpuint (mikey_keys_get_cs_id (own), ==, 1);
  g_assert_cmpuint (mikey_keys_get_cs_id (peer), ==, 2);
  g_assert_null (none); /* two sessions, and neither is open */
}

static void
test_roc (Pair *pair, gconstpointer data)
{
  g_autoptr (GBytes) update = NULL;
  g_autoptr (MikeyKeys) keys = NULL;

  establish (pair);
  g_assert_true (mikey_session_set_roc (pair->alice, 0xa11ce, 12));
  g_assert_false (mikey_session_set_roc (pair->alice, 0xbad, 12));
  update = mikey_session_create_update (pair->alice, FALSE, NULL);
  deliver (pair->alice, pair->bob, update);
  keys = mikey_session_find_keys (pair->bob, 0xa11ce);
  g_assert_cmpuint (mikey_keys_get_roc (keys), ==, 12);
}

static void
test_errors (Pair *pair, gconstpointer data)
{
  g_autoptr (MikeySession) mallory = session_of (ALICE, BOB, 2);
  g_autoptr (GBytes) forged = mikey_session_create_offer (mallory, NULL);
  g_autoptr (GBytes) junk = g_bytes_new ("junk", 4);
  g_autoptr (GBytes) reply = NULL;
  GError *error = NULL;

  g_assert_null (mikey_session_create_update (pair->alice, TRUE, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_false (mikey_session_receive (pair->bob, junk, &reply, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_WIRE);
  g_assert_null (reply);
  g_clear_error (&error);
  g_assert_false (mikey_session_receive (pair->bob, forged, &reply, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_AUTH);
  g_assert_nonnull (reply); /* an Error message */
  g_clear_error (&error);
  g_assert_false (mikey_session_resume (pair->bob, NULL, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_cmpint (mikey_session_get_state (pair->bob), ==, MIKEY_STATE_IDLE);
  establish (pair);
}

static void
test_no_keyring (void)
{
  g_autoptr (MikeySession) session = mikey_session_new (NULL, NULL);
  GError *error = NULL;

  g_assert_null (mikey_session_create_offer (session, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_CRED);
  g_clear_error (&error);
}

/* Null mode needs no keyring, but a secure carrier. 3830-4.2.3-05 */
static void
test_null (void)
{
  g_autoptr (MikeySession) alice = mikey_session_new (NULL, NULL);
  g_autoptr (MikeySession) bob = mikey_session_new (NULL, NULL);
  g_autoptr (GBytes) offer = NULL;
  g_autoptr (MikeyKeys) keys = NULL;
  GError *error = NULL;

  g_object_set (alice, "mode", MIKEY_MODE_NULL, NULL);
  mikey_session_add_stream (alice, 5, 0);
  g_assert_null (mikey_session_create_offer (alice, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_POLICY);
  g_clear_error (&error);
  g_object_set (alice, "carrier-secure", TRUE, NULL);
  g_object_set (bob, "carrier-secure", TRUE, NULL);
  offer = mikey_session_create_offer (alice, &error);
  g_assert_no_error (error);
  deliver (alice, bob, offer);
  keys = mikey_session_find_keys (bob, 0x1234); /* the only one */
  g_assert_nonnull (keys);
}

/* --- signals --- */

typedef struct {
  guint keys, states, errors;
  gboolean accept, authentic;
  guint error_no;
  char *peer;
  GError *inside; /* of a call made from a handler */
} Seen;

static void
on_keys (MikeySession *session, Seen *seen)
{
  g_autoptr (GPtrArray) keys = mikey_session_get_keys (session);

  seen->keys++;
  g_assert_cmpuint (keys->len, >, 0);
}

static void
on_state (MikeySession *session, GParamSpec *spec, Seen *seen)
{
  seen->states++;
}

/* Calls back: what drives the exchange is refused, what only tells is not. */
static gboolean
on_peer (MikeySession *session, const char *peer, Seen *seen)
{
  g_free (seen->peer);
  seen->peer = g_strdup (peer);
  g_clear_error (&seen->inside);
  g_assert_null (mikey_session_create_offer (session, &seen->inside));
  g_assert_cmpuint (mikey_session_add_stream (session, 1, 0), ==, 0);
  g_assert_null (mikey_session_save (session, NULL));
  mikey_session_get_state (session);
  return seen->accept;
}

static void
on_error (MikeySession *session, guint number, const char *name,
          gboolean authentic, Seen *seen)
{
  seen->errors++;
  seen->error_no = number;
  seen->authentic = authentic;
  g_assert_nonnull (name);
}

static void
watch (MikeySession *session, Seen *seen)
{
  g_signal_connect (session, "keys-changed", G_CALLBACK (on_keys), seen);
  g_signal_connect (session, "notify::state", G_CALLBACK (on_state), seen);
  g_signal_connect (session, "verify-peer", G_CALLBACK (on_peer), seen);
  g_signal_connect (session, "peer-error", G_CALLBACK (on_error), seen);
}

static void
test_signals (Pair *pair, gconstpointer data)
{
  Seen alice = { .accept = TRUE }, bob = { .accept = TRUE };
  g_autoptr (GBytes) update = NULL;

  watch (pair->alice, &alice);
  watch (pair->bob, &bob);
  establish (pair);
  g_assert_cmpuint (alice.keys, ==, 1);
  g_assert_cmpuint (alice.states, ==, 2); /* offered, established */
  g_assert_cmpuint (bob.states, ==, 1);
  g_assert_cmpstr (bob.peer, ==, ALICE);
  g_assert_error (bob.inside, MIKEY_ERROR, MIKEY_ERROR_USAGE);
  update = mikey_session_create_update (pair->alice, TRUE, NULL);
  deliver (pair->alice, pair->bob, update);
  g_assert_cmpuint (bob.keys, ==, 2);
  g_assert_cmpuint (bob.states, ==, 1);
  g_clear_error (&alice.inside);
  g_clear_error (&bob.inside);
  g_free (alice.peer);
  g_free (bob.peer);
}

static void
test_peer_refused (Pair *pair, gconstpointer data)
{
  Seen alice = { 0 }, bob = { .accept = FALSE };
  g_autoptr (GBytes) offer = NULL, reply = NULL;
  GError *error = NULL;

  watch (pair->alice, &alice);
  watch (pair->bob, &bob);
  offer = mikey_session_create_offer (pair->alice, NULL);
  g_assert_false (mikey_session_receive (pair->bob, offer, &reply, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_AUTH);
  g_clear_error (&error);
  g_assert_false (mikey_session_receive (pair->alice, reply, NULL, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_POLICY);
  g_clear_error (&error);
  g_assert_cmpuint (alice.errors, ==, 1);
  g_assert_true (alice.authentic);
  g_assert_cmpuint (alice.error_no, ==, 7);
  g_assert_cmpint (mikey_session_get_state (pair->alice), ==,
                   MIKEY_STATE_FAILED);
  g_assert_cmpuint (bob.keys, ==, 0);
  g_clear_error (&bob.inside);
  g_free (bob.peer);
}

/* --- a keyring that has to ask first --- */

typedef struct {
  GObject parent;
  gboolean ready;
} SlowKeyring;

typedef GObjectClass SlowKeyringClass;

static GBytes *
slow_lookup (MikeyKeyring *keyring, const gchar *local_id, const gchar *peer_id,
             GError **error)
{
  if (((SlowKeyring *)keyring)->ready)
    return psk_of (1);
  g_set_error (error, MIKEY_ERROR, MIKEY_ERROR_PENDING, "asked for a key");
  return NULL;
}

static gchar *
slow_identity (MikeyKeyring *keyring)
{
  return g_strdup (BOB);
}

static void
slow_interface_init (MikeyKeyringInterface *interface)
{
  interface->get_identity = slow_identity;
  interface->lookup_psk = slow_lookup;
}

static GType slow_keyring_get_type (void);

G_DEFINE_TYPE_WITH_CODE (SlowKeyring, slow_keyring, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (MIKEY_TYPE_KEYRING,
                                                slow_interface_init))

static void
slow_keyring_class_init (SlowKeyringClass *klass)
{
}

static void
slow_keyring_init (SlowKeyring *self)
{
}

static void
test_pending (Pair *pair, gconstpointer data)
{
  g_autoptr (GObject) keyring = g_object_new (slow_keyring_get_type (), NULL);
  g_autoptr (MikeySession) bob
      = mikey_session_new (MIKEY_KEYRING (keyring), NULL);
  g_autoptr (GBytes) offer = mikey_session_create_offer (pair->alice, NULL);
  g_autoptr (GBytes) reply = NULL;
  GError *error = NULL;

  g_assert_false (mikey_session_receive (bob, offer, &reply, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_PENDING);
  g_clear_error (&error);
  g_assert_null (reply);
  g_assert_cmpint (mikey_session_get_state (bob), ==, MIKEY_STATE_WAITING);
  ((SlowKeyring *)keyring)->ready = TRUE;
  mikey_session_resume (bob, &reply, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mikey_session_get_state (bob), ==, MIKEY_STATE_ESTABLISHED);
  mikey_session_receive (pair->alice, reply, NULL, &error);
  g_assert_no_error (error);
}

/* --- clock and random source --- */

static gint64
fixed_clock (gpointer data)
{
  return *(gint64 *)data;
}

static gboolean
counting_random (guint8 *octets, gsize len, gpointer data)
{
  guint8 *next = data;
  gsize i;

  for (i = 0; i < len; i++)
    octets[i] = (*next)++;
  return TRUE;
}

/* Two sessions of one process accept a message once between them, unless they
 * are given stores of their own. 3830-5.4-01 */
static void
test_default_store (void)
{
  g_autoptr (MikeySession) alice = session_of (ALICE, BOB, 1);
  g_autoptr (MikeySession) bob = session_of (BOB, ALICE, 1);
  g_autoptr (MikeySession) again = session_of (BOB, ALICE, 1);
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (0);
  g_autoptr (GBytes) offer = mikey_session_create_offer (alice, NULL);
  GError *error = NULL;

  g_assert_true (mikey_session_receive (bob, offer, NULL, NULL));
  g_assert_false (mikey_session_receive (again, offer, NULL, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_FRESH);
  g_clear_error (&error);
  g_object_set (again, "replay-store", store, NULL);
  g_assert_true (mikey_session_receive (again, offer, NULL, NULL));
}

/* Bindings make objects by their type alone. */
static void
test_without_arguments (void)
{
  g_autoptr (MikeySession) session = g_object_new (MIKEY_TYPE_SESSION, NULL);
  g_autoptr (MikeyPolicy) policy = NULL;
  GError *error = NULL;

  g_object_get (session, "policy", &policy, NULL);
  g_assert_nonnull (policy);
  g_assert_null (mikey_session_create_offer (session, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_CRED);
  g_clear_error (&error);
}

static gboolean
broken_random (guint8 *octets, gsize len, gpointer data)
{
  return FALSE;
}

/* The same clock and the same octets give the same message. 3830-4.2.2-01 */
static void
test_repeatable (void)
{
  g_autoptr (GBytes) first = NULL;
  gint64 now = G_GINT64_CONSTANT (1700000000000000);
  guint i;

  for (i = 0; i < 3; i++) {
    g_autoptr (MikeySession) session = session_of (ALICE, BOB, 1);
    g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (0);
    g_autoptr (GBytes) offer = NULL;
    GError *error = NULL;
    guint8 next = 0;

    g_object_set (session, "replay-store", store, NULL);
    mikey_session_set_clock (session, fixed_clock, &now, NULL);
    mikey_session_set_random (session, i < 2 ? counting_random : broken_random,
                              &next, NULL);
    offer = mikey_session_create_offer (session, &error);
    if (i < 2)
      g_assert_no_error (error);
    if (i == 0)
      first = g_bytes_ref (offer);
    if (i == 1)
      g_assert_true (g_bytes_equal (first, offer));
    if (i == 2)
      g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_RESOURCE);
    g_clear_error (&error);
  }
}

static void
count_destroyed (gpointer data)
{
  (*(guint *)data)++;
}

static void
test_destroyed (void)
{
  MikeySession *session = mikey_session_new (NULL, NULL);
  guint destroyed = 0;

  mikey_session_set_clock (session, fixed_clock, &destroyed, count_destroyed);
  mikey_session_set_clock (session, fixed_clock, &destroyed, count_destroyed);
  mikey_session_set_random (session, broken_random, &destroyed,
                            count_destroyed);
  g_assert_cmpuint (destroyed, ==, 1);
  g_object_unref (session);
  g_assert_cmpuint (destroyed, ==, 3);
}

/* --- threads --- */

#define ROUNDS 200

static gpointer
exchange_and_rekey (gpointer data)
{
  MikeyReplayStore *store = data;
  guint i;

  for (i = 0; i < ROUNDS / 20; i++) {
    Pair pair;
    guint k;

    set_up (&pair, NULL);
    g_object_set (pair.bob, "replay-store", store, NULL);
    establish (&pair);
    for (k = 0; k < 5; k++) {
      g_autoptr (GBytes) update
          = mikey_session_create_update (pair.alice, TRUE, NULL);

      deliver (pair.alice, pair.bob, update);
    }
    assert_same (&pair, 12);
    tear_down (&pair, NULL);
  }
  return NULL;
}

/* Sessions of their own in several threads share one store. */
static void
test_threads_apart (void)
{
  g_autoptr (MikeyReplayStore) store = mikey_replay_store_new (0);
  GThread *threads[4];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("exchange", exchange_and_rekey, store);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (mikey_replay_store_get_size (store), ==,
                    G_N_ELEMENTS (threads) * ROUNDS / 20 * 6);
}

static gpointer
look (gpointer data)
{
  Pair *pair = data;
  guint i;

  for (i = 0; i < 5 * ROUNDS; i++) {
    g_autoptr (GPtrArray) keys = mikey_session_get_keys (pair->bob);
    g_autofree char *peer = mikey_session_get_peer_identity (pair->bob);
    g_autoptr (MikeyKeys) found = mikey_session_find_keys (pair->bob, 0xa11ce);

    g_assert_cmpuint (keys->len, >=, 2);
    g_assert_nonnull (found);
    mikey_session_set_roc (pair->bob, 0xb0b, i);
  }
  return NULL;
}

/* Two threads and one session: one rekeys, the other asks. */
static void
test_threads_together (Pair *pair, gconstpointer data)
{
  GThread *thread;
  guint i;

  establish (pair);
  thread = g_thread_new ("look", look, pair);
  for (i = 0; i < ROUNDS; i++) {
    g_autoptr (GBytes) update
        = mikey_session_create_update (pair->alice, TRUE, NULL);

    deliver (pair->alice, pair->bob, update);
  }
  g_thread_join (thread);
  assert_same (pair, 2 * 16);
}

#define ADD(path, func) g_test_add (path, Pair, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/session/exchange", test_exchange);
  ADD ("/session/generations", test_generations);
  ADD ("/session/find", test_find);
  ADD ("/session/roc", test_roc);
  ADD ("/session/errors", test_errors);
  g_test_add_func ("/session/no-keyring", test_no_keyring);
  g_test_add_func ("/session/null", test_null);
  ADD ("/session/signals", test_signals);
  ADD ("/session/peer-refused", test_peer_refused);
  ADD ("/session/pending", test_pending);
  g_test_add_func ("/session/repeatable", test_repeatable);
  g_test_add_func ("/session/default-store", test_default_store);
  g_test_add_func ("/session/without-arguments", test_without_arguments);
  g_test_add_func ("/session/destroyed", test_destroyed);
  g_test_add_func ("/session/threads/apart", test_threads_apart);
  ADD ("/session/threads/together", test_threads_together);
  return g_test_run ();
}
