/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey/session/keyring.h>
#include <string.h>

/* The interface, as an application implements it. */

#define KEY "0123456789abcdef"

typedef enum { HAS_KEY, IS_SILENT, IS_PENDING, IS_UNTIDY } Answer;

#define TEST_TYPE_RING (test_ring_get_type ())
G_DECLARE_FINAL_TYPE (TestRing, test_ring, TEST, RING, GObject)

struct _TestRing {
  GObject parent;
  Answer answer;
  gchar *local_id; /* as it was asked for */
  gchar *peer_id;
};

static gchar *
get_identity (MikeyKeyring *keyring)
{
  return g_strdup ("sip:alice@example.org");
}

static GBytes *
lookup_psk (MikeyKeyring *keyring, const gchar *local_id, const gchar *peer_id,
            GError **error)
{
  TestRing *self = TEST_RING (keyring);

  g_free (self->local_id);
  g_free (self->peer_id);
  self->local_id = g_strdup (local_id);
  self->peer_id = g_strdup (peer_id);
  if (self->answer == IS_PENDING || self->answer == IS_UNTIDY)
    g_set_error (error, MIKEY_ERROR, MIKEY_ERROR_PENDING, "cred: later");
  if (self->answer == HAS_KEY || self->answer == IS_UNTIDY)
    return g_bytes_new_static (KEY, strlen (KEY));
  return NULL;
}

static void
keyring_init (MikeyKeyringInterface *iface)
{
  iface->get_identity = get_identity;
  iface->lookup_psk = lookup_psk;
}

G_DEFINE_TYPE_WITH_CODE (TestRing, test_ring, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (MIKEY_TYPE_KEYRING,
                                                keyring_init))

static void
test_ring_finalize (GObject *object)
{
  g_free (TEST_RING (object)->local_id);
  g_free (TEST_RING (object)->peer_id);
  G_OBJECT_CLASS (test_ring_parent_class)->finalize (object);
}

static void
test_ring_init (TestRing *self)
{
}

static void
test_ring_class_init (TestRingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_ring_finalize;
}

/* A keyring that answers nothing. */
#define TEST_TYPE_BARE (test_bare_get_type ())
G_DECLARE_FINAL_TYPE (TestBare, test_bare, TEST, BARE, GObject)

struct _TestBare {
  GObject parent;
};

static void
bare_init (MikeyKeyringInterface *iface)
{
}

G_DEFINE_TYPE_WITH_CODE (TestBare, test_bare, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (MIKEY_TYPE_KEYRING, bare_init))

static void
test_bare_init (TestBare *self)
{
}

static void
test_bare_class_init (TestBareClass *klass)
{
}

static MikeyKeyring *
ring_new (Answer answer)
{
  TestRing *self = g_object_new (TEST_TYPE_RING, NULL);

  self->answer = answer;
  return MIKEY_KEYRING (self);
}

static void
test_identity (void)
{
  g_autoptr (MikeyKeyring) ring = ring_new (HAS_KEY);
  g_autofree gchar *id = mikey_keyring_get_identity (ring);

  g_assert_cmpstr (id, ==, "sip:alice@example.org");
}

static void
test_key (void)
{
  g_autoptr (MikeyKeyring) ring = ring_new (HAS_KEY);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) psk
      = mikey_keyring_lookup_psk (ring, "sip:alice", "sip:bob", &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (psk, NULL), g_bytes_get_size (psk), KEY,
                   strlen (KEY));
  g_assert_cmpstr (TEST_RING (ring)->local_id, ==, "sip:alice");
  g_assert_cmpstr (TEST_RING (ring)->peer_id, ==, "sip:bob");
}

static void
test_unknown_ids (void)
{
  g_autoptr (MikeyKeyring) ring = ring_new (HAS_KEY);
  g_autoptr (GBytes) psk = mikey_keyring_lookup_psk (ring, NULL, NULL, NULL);

  g_assert_nonnull (psk);
  g_assert_null (TEST_RING (ring)->local_id);
  g_assert_null (TEST_RING (ring)->peer_id);
}

static void
test_pending (void)
{
  g_autoptr (MikeyKeyring) ring = ring_new (IS_PENDING);
  g_autoptr (GError) error = NULL;

  g_assert_null (mikey_keyring_lookup_psk (ring, NULL, "sip:bob", &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_PENDING);
  g_assert_cmpstr (error->message, ==, "cred: later");
  g_assert_null (mikey_keyring_lookup_psk (ring, NULL, "sip:bob", NULL));
}

/* A key counts, even with an error beside it. */
static void
test_untidy (void)
{
  g_autoptr (MikeyKeyring) ring = ring_new (IS_UNTIDY);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) psk = mikey_keyring_lookup_psk (ring, NULL, NULL, &error);

  g_assert_nonnull (psk);
  g_assert_no_error (error);
}

static void
assert_no_key (MikeyKeyring *ring, const gchar *peer_id, const gchar *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mikey_keyring_lookup_psk (ring, NULL, peer_id, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_CRED);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_null (mikey_keyring_lookup_psk (ring, NULL, peer_id, NULL));
}

static void
test_no_key (void)
{
  g_autoptr (MikeyKeyring) ring = ring_new (IS_SILENT);

  assert_no_key (ring, "sip:bob", "cred: no shared key for sip:bob");
  assert_no_key (ring, NULL, "cred: no shared key for an unknown peer");
}

static void
test_bare (void)
{
  g_autoptr (MikeyKeyring) ring = g_object_new (TEST_TYPE_BARE, NULL);

  g_assert_null (mikey_keyring_get_identity (ring));
  assert_no_key (ring, "sip:bob", "cred: no shared key for sip:bob");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keyring/identity", test_identity);
  g_test_add_func ("/keyring/key", test_key);
  g_test_add_func ("/keyring/unknown-ids", test_unknown_ids);
  g_test_add_func ("/keyring/pending", test_pending);
  g_test_add_func ("/keyring/untidy", test_untidy);
  g_test_add_func ("/keyring/no-key", test_no_key);
  g_test_add_func ("/keyring/bare", test_bare);
  return g_test_run ();
}
