/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey/mikey.h>

#include <string.h>

static const guint8 octets[] = { 1, 0, 5, 0, 0xfb, 0xff, 0, 1 };

static GBytes *
message (void)
{
  return g_bytes_new_static (octets, sizeof octets);
}

/* 4567-3.1-01, 4567-3.2-01 */
static void
test_write (void)
{
  g_autoptr (GBytes) bytes = message ();
  g_autofree gchar *attribute = mikey_key_mgmt_to_attribute (bytes);
  g_autofree gchar *header = mikey_key_mgmt_to_header (bytes, NULL);
  g_autofree gchar *with_uri
      = mikey_key_mgmt_to_header (bytes, "rtsps://example.org/stream");

  g_assert_cmpstr (attribute, ==, "mikey AQAFAPv/AAE=");
  g_assert_cmpstr (header, ==, "prot=mikey;uri=\"\";data=\"AQAFAPv/AAE=\"");
  g_assert_cmpstr (with_uri, ==,
                   "prot=mikey;uri=\"rtsps://example.org/stream\";"
                   "data=\"AQAFAPv/AAE=\"");
}

/* With and without the space in front, and as people paste it. */
static void
test_read (void)
{
  static const char *const values[]
      = { "mikey AQAFAPv/AAE=", " mikey AQAFAPv/AAE=", "MIKEY  AQAFAPv/AAE=",
          "mikey AQAFAPv/AAE", "AQAFAPv/AAE=" };
  g_autoptr (GBytes) bytes = message ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autoptr (GBytes) read = mikey_key_mgmt_from_attribute (values[i], NULL);

    g_assert_nonnull (read);
    g_assert_true (g_bytes_equal (read, bytes));
  }
}

static void
test_refused (void)
{
  static const char *const values[] = { NULL,
                                        "",
                                        " ",
                                        "mikey",
                                        "mikey ",
                                        "kmpid AQAF",
                                        "mikey !",
                                        "mikey AQAF AQAF",
                                        "mikey AQAFAPv/AAF=",
                                        "mikeyx AQAF" };
  g_autofree gchar *longest = g_strnfill (200000, 'A');
  guint i;

  for (i = 0; i <= G_N_ELEMENTS (values); i++) {
    GError *error = NULL;
    const char *value = i < G_N_ELEMENTS (values) ? values[i] : longest;

    /* "mikey" alone is five characters, which no base64 is */
    g_assert_null (mikey_key_mgmt_from_attribute (value, &error));
    g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_WIRE);
    g_clear_error (&error);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sdp/key-mgmt/write", test_write);
  g_test_add_func ("/sdp/key-mgmt/read", test_read);
  g_test_add_func ("/sdp/key-mgmt/refused", test_refused);
  return g_test_run ();
}
