/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey/base/error.h>
#include <string.h>

static void
test_text (void)
{
  MikeyFault fault;

  g_assert_false (mikey_fail_at (&fault, MIKEY_FAULT_TRUNCATED, "KEMAC", 87,
                                 "MAC needs %d bytes, %d left", 20, 11));
  g_assert_cmpstr (fault.text, ==,
                   "wire: KEMAC at byte 87: MAC needs 20 bytes, 11 left");
  g_assert_cmpint (fault.offset, ==, 87);
  g_assert_false (mikey_fail (&fault, MIKEY_FAULT_REPLAYED, "seen"));
  g_assert_cmpstr (fault.text, ==, "fresh: seen");
  g_assert_cmpint (fault.offset, ==, -1);
  g_assert_false (mikey_fail (NULL, MIKEY_FAULT_REPLAYED, "nobody listens"));
}

static void
test_long_text_is_cut (void)
{
  char big[1000];
  MikeyFault fault;

  memset (big, 'x', sizeof big);
  big[sizeof big - 1] = 0;
  mikey_fail (&fault, MIKEY_FAULT_USAGE, "%s", big);
  g_assert_cmpuint (strlen (fault.text), ==, MIKEY_FAULT_TEXT_MAX - 1);
}

/* Every row has a class, a name and a text; numbers stay within the registry.
 */
static void
test_rows (void)
{
  int code;

  for (code = MIKEY_FAULT_NONE + 1; code < MIKEY_FAULT_COUNT; code++) {
    g_assert_nonnull (mikey_fault_class_name (code));
    g_assert_cmpstr (mikey_fault_code_name (code), !=, "NONE");
    g_assert_cmpstr (mikey_fault_code_text (code), !=, "no error");
    g_assert_cmpint (mikey_fault_rfc_error (code), >=, -1);
    g_assert_cmpint (mikey_fault_rfc_error (code), <=, 15);
  }
  g_assert_cmpint (mikey_fault_rfc_error (MIKEY_FAULT_COUNT), ==, -1);
  g_assert_cmpstr (mikey_fault_class_name (MIKEY_FAULT_COUNT), ==, "internal");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/error/text", test_text);
  g_test_add_func ("/base/error/long", test_long_text_is_cut);
  g_test_add_func ("/base/error/rows", test_rows);
  return g_test_run ();
}
