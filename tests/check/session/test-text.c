/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey/mikey.h>
#include <mikey/session/text.h>

#include <string.h>

/* The octets 01 00 ff in the forms in which people have messages. */

static void
assert_octets (const char *text, const char *octets, gsize len)
{
  GError *error = NULL;
  g_autoptr (GBytes) bytes
      = mikey_octets_from_text (text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   octets, len);
}

static void
test_forms (void)
{
  static const char *const forms[] = {
    "AQD/",
    "  AQ D/\r\n",
    "0100ff",
    "01 00 FF\n",
    "a=key-mgmt:mikey AQD/",
    "a=key-mgmt:mikey AQD/\r\n",
    "key-mgmt:mikey AQD/",
    "A=KEY-MGMT:mikey   AQD/",
    "mikey AQD/",
    "KeyMgmt: prot=mikey; uri=\"rtsp://x\"; data=\"AQD/\"",
    "KeyMgmt:prot=mikey;uri=\"\";data=\"AQD/\"\r\n",
    "prot=mikey;uri=\"\";data=\"AQD/\"",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (forms); i++)
    assert_octets (forms[i], "\x01\0\xff", 3);
}

static void
test_raw (void)
{
  static const char raw[] = { 1, 0, 'A', 0, 'B' };
  GError *error = NULL;
  g_autoptr (GBytes) bytes = mikey_octets_from_text (raw, sizeof raw, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   raw, sizeof raw);
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "",
    " ",
    "hello, world",
    "AQD",
    "A",
    "AQ=D",
    "AQD/=",
    "====",
    "AR==",
    "AQE=AQE=",
    "0100f",
    "a=key-mgmt:",
    "KeyMgmt: x",
    "AQ\x80"
    "D/",
    "mikey ",
    "AQD_",
    "a=key-mgmt:other AQD/",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    GError *error = NULL;
    GBytes *bytes
        = mikey_octets_from_text (texts[i], strlen (texts[i]), &error);

    g_assert_null (bytes);
    g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_WIRE);
    g_clear_error (&error);
  }
}

/* Padding may be missing; every other text for the same octets is refused. */
static void
test_base64 (void)
{
  gsize len, i;

  for (len = 1; len < 40; len++) {
    g_autofree guint8 *octets = g_malloc (len);
    g_autofree char *text = NULL;
    g_autoptr (GBytes) back = NULL;
    g_autoptr (GBytes) bare = NULL;

    for (i = 0; i < len; i++)
      octets[i] = (guint8)(37 * i + len);
    text = g_base64_encode (octets, len);
    back = mikey_octets_from_base64 (text, strlen (text));
    bare = mikey_octets_from_base64 (text, strcspn (text, "="));
    g_assert_cmpmem (g_bytes_get_data (back, NULL), g_bytes_get_size (back),
                     octets, len);
    g_assert_true (g_bytes_equal (back, bare));
  }
  g_assert_null (mikey_octets_from_base64 ("", 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/forms", test_forms);
  g_test_add_func ("/text/raw", test_raw);
  g_test_add_func ("/text/refused", test_refused);
  g_test_add_func ("/text/base64", test_base64);
  return g_test_run ();
}
