/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/session/private.h>

/* Every fault becomes an error of the public kind, with its text, and none but
 * a defect is called one. */
static void
test_codes (void)
{
  guint code;

  for (code = 1; code < MIKEY_FAULT_COUNT; code++) {
    g_autoptr (GError) error = NULL;
    MikeyFault fault;

    mikey_fail (&fault, code, "why");
    mikey_set_error (&error, &fault);
    g_assert_true (error->domain == MIKEY_ERROR);
    g_assert_cmpstr (error->message, ==, fault.text);
    g_assert_true ((error->code == MIKEY_ERROR_INTERNAL)
                   == (mikey_fault_class (code) == MIKEY_CLASS_INTERNAL));
    g_assert_true ((error->code == MIKEY_ERROR_PENDING)
                   == (code == MIKEY_FAULT_PENDING));
    mikey_set_error (NULL, &fault);
  }
}

/* What a keyring says becomes a fault; only PENDING keeps its meaning. */
static void
test_from_keyring (void)
{
  g_autoptr (GError) pending
      = g_error_new (MIKEY_ERROR, MIKEY_ERROR_PENDING, "later");
  g_autoptr (GError) cred
      = g_error_new (MIKEY_ERROR, MIKEY_ERROR_CRED, "cred: no key");
  g_autoptr (GError) other = g_error_new (G_FILE_ERROR, 1, "disk on fire");
  MikeyFault fault;

  g_assert_false (
      mikey_fail_error (&fault, pending, MIKEY_FAULT_NO_CREDENTIAL));
  g_assert_cmpint (fault.code, ==, MIKEY_FAULT_PENDING);
  g_assert_false (mikey_fail_error (&fault, cred, MIKEY_FAULT_NO_CREDENTIAL));
  g_assert_cmpstr (fault.text, ==, "cred: no key");
  g_assert_false (mikey_fail_error (&fault, other, MIKEY_FAULT_NO_CREDENTIAL));
  g_assert_cmpint (fault.code, ==, MIKEY_FAULT_NO_CREDENTIAL);
  g_assert_cmpstr (fault.text, ==, "cred: disk on fire");
  g_assert_false (mikey_fail_error (&fault, NULL, MIKEY_FAULT_NO_CREDENTIAL));
  test_assert_explained (&fault);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  g_test_add_func ("/error/codes", test_codes);
  g_test_add_func ("/error/from-keyring", test_from_keyring);
  return g_test_run ();
}
