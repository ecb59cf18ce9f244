/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/session/private.h>

static MikeyMessage *
message_of (MikeyMode mode, GBytes **octets)
{
  TestPair pair;
  MikeyFault fault;
  MikeyMessage *message;
  GError *error = NULL;
  g_autoptr (GBytes) offer = NULL;

  test_pair_init (&pair, mikey_mode_find (mode));
  offer = test_offer (&pair.alice, mode, &fault);
  message = mikey_message_new (offer, MIKEY_TOLERATE_NOTHING, &error);
  g_assert_no_error (error);
  if (octets)
    *octets = g_steal_pointer (&offer);
  test_pair_clear (&pair);
  return message;
}

static void
test_getters (void)
{
  g_autoptr (GBytes) octets = NULL;
  g_autoptr (MikeyMessage) message = message_of (MIKEY_MODE_PSK, &octets);
  g_autofree char *summary = mikey_message_summary (message);
  g_autofree char *base64 = mikey_message_to_base64 (message);
  g_autoptr (MikeyMessage) again = NULL;

  g_assert_true (g_bytes_equal (mikey_message_get_bytes (message), octets));
  g_assert_cmpuint (mikey_message_get_data_type (message), ==, 0);
  g_assert_nonnull (mikey_message_get_data_type_name (message));
  g_assert_cmpuint (mikey_message_get_csb_id (message), ==,
                    mikey_get_u32 (test_slice (octets).data + 4));
  g_assert_cmpint (mikey_message_get_mode (message), ==, MIKEY_MODE_PSK);
  g_assert_nonnull (strstr (summary, "KEMAC"));
  again = mikey_message_new_from_text (base64, -1, 0, NULL);
  g_assert_true (g_bytes_equal (mikey_message_get_bytes (again), octets));
}

/* Keys print as their length unless they are asked for. */
static void
test_print (void)
{
  g_autoptr (MikeyMessage) message = message_of (MIKEY_MODE_NULL, NULL);
  MikeySlice raw = test_slice (mikey_message_get_bytes (message));
  /* the last octets of the key, in front of the MKI and the MAC algorithm */
  g_autofree char *key
      = mikey_slice_hex (mikey_slice (raw.data + raw.len - 20, 8));
  gboolean show;

  for (show = FALSE; show <= TRUE; show++) {
    g_autofree char *text = mikey_message_to_text (message, show);
    g_autofree char *json = mikey_message_to_json (message, show);

    g_assert_true ((strstr (text, key) != NULL) == show);
    g_assert_true ((strstr (json, key) != NULL) == show);
  }
}

static void
test_refused (void)
{
  g_autoptr (GBytes) octets = NULL;
  g_autoptr (MikeyMessage) message = message_of (MIKEY_MODE_PSK, &octets);
  gsize len, size = g_bytes_get_size (octets);
  GError *error = NULL;

  for (len = 0; len < size; len++) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (octets, 0, len);

    g_assert_null (mikey_message_new (part, 0, &error));
    g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_WIRE);
    g_clear_error (&error);
  }
  g_assert_null (mikey_message_new_from_text ("!", -1, 0, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_WIRE);
  g_clear_error (&error);
}

static void
test_lifetime (void)
{
  MikeyMessage *message = message_of (MIKEY_MODE_PSK, NULL);

  mikey_message_unref (mikey_message_ref (message));
  mikey_message_unref (message);
  mikey_message_unref (NULL);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  g_test_add_func ("/message/getters", test_getters);
  g_test_add_func ("/message/print", test_print);
  g_test_add_func ("/message/refused", test_refused);
  g_test_add_func ("/message/lifetime", test_lifetime);
  return g_test_run ();
}
