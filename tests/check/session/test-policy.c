/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/session/private.h>

/* The defaults are those that the engine's tests use. */
static void
test_defaults (void)
{
  g_autoptr (MikeyPolicy) policy = mikey_policy_new ();
  MikeyPolicyData data, wanted;

  mikey_policy_get_data (policy, &data);
  test_policy_defaults (&wanted);
  g_assert_false (data.allow_null);
  g_assert_cmpint (data.max_clock_skew, ==, wanted.max_clock_skew);
  g_assert_cmpint (data.tolerances, ==, 0);
  g_assert_cmpint (data.timestamp_type, ==, wanted.timestamp_type);
  g_assert_cmpint (data.prf, ==, wanted.prf);
  g_assert_cmpint (data.encr_alg, ==, wanted.encr_alg);
  g_assert_cmpint (data.mac_alg, ==, wanted.mac_alg);
  g_assert_cmpint (data.key_type, ==, wanted.key_type);
  g_assert_cmpint (data.key_validity, ==, wanted.key_validity);
  g_assert_cmpuint (data.mki_len, ==, wanted.mki_len);
  g_assert_true (data.request_verification);
  g_assert_true (data.send_ids);
  g_assert_cmpuint (data.num_suites, >, 0);
  g_assert_cmpmem (&data.suites[0], sizeof *data.suites, &wanted.suites[0],
                   sizeof *wanted.suites);
}

/* Every property is kept, and reaches the engine. */
static void
test_properties (void)
{
  g_autoptr (MikeyPolicy) policy = mikey_policy_new ();
  MikeyPolicyData data;
  gboolean allow_null;
  guint mki_len;
  int skew;

  g_object_set (policy, "allow-null", TRUE, "max-clock-skew", -1, "tolerances",
                MIKEY_TOLERATE_ORDER, "timestamp-type", MIKEY_TIMESTAMP_COUNTER,
                "prf", MIKEY_PRF_HMAC_SHA_256, "encr-alg",
                MIKEY_ENCR_AES_KW_128, "mac-alg", MIKEY_MAC_HMAC_SHA_256_256,
                "key-type", MIKEY_KEY_TYPE_TEK_SALT, "key-validity",
                MIKEY_KEY_VALIDITY_INTERVAL, "mki-length", 7, "null-profile",
                MIKEY_NULL_PROFILE_GSTREAMER, "request-verification", FALSE,
                "send-ids", FALSE, NULL);
  mikey_policy_get_data (policy, &data);
  g_assert_true (data.allow_null);
  g_assert_cmpint (data.max_clock_skew, ==, -1);
  g_assert_cmpint (data.tolerances, ==, MIKEY_TOLERATE_ORDER);
  g_assert_cmpint (data.timestamp_type, ==, MIKEY_TIMESTAMP_COUNTER);
  g_assert_cmpint (data.prf, ==, MIKEY_PRF_HMAC_SHA_256);
  g_assert_cmpint (data.encr_alg, ==, MIKEY_ENCR_AES_KW_128);
  g_assert_cmpint (data.mac_alg, ==, MIKEY_MAC_HMAC_SHA_256_256);
  g_assert_cmpint (data.key_type, ==, MIKEY_KEY_TYPE_TEK_SALT);
  g_assert_cmpint (data.key_validity, ==, MIKEY_KEY_VALIDITY_INTERVAL);
  g_assert_cmpuint (data.mki_len, ==, 7);
  g_assert_cmpint (data.null_profile, ==, MIKEY_NULL_PROFILE_GSTREAMER);
  g_assert_false (data.request_verification);
  g_assert_false (data.send_ids);
  g_object_get (policy, "allow-null", &allow_null, "mki-length", &mki_len,
                "max-clock-skew", &skew, NULL);
  g_assert_true (allow_null);
  g_assert_cmpuint (mki_len, ==, 7);
  g_assert_cmpint (skew, ==, -1);
}

static void
test_modes (void)
{
  g_autoptr (MikeyPolicy) policy = mikey_policy_new ();
  const MikeyModeRow *rows;
  guint i, num;

  rows = mikey_mode_rows (&num);
  for (i = 0; i < num; i++) {
    g_assert_true (mikey_policy_get_mode_allowed (policy, rows[i].mode));
    mikey_policy_set_mode_allowed (policy, rows[i].mode, FALSE);
    g_assert_false (mikey_policy_get_mode_allowed (policy, rows[i].mode));
    mikey_policy_set_mode_allowed (policy, rows[i].mode, TRUE);
  }
  mikey_policy_set_mode_allowed (policy, MIKEY_MODE_AUTO, FALSE);
  for (i = 0; i < num; i++)
    g_assert_false (mikey_policy_get_mode_allowed (policy, rows[i].mode));
  mikey_policy_set_mode_allowed (policy, MIKEY_MODE_AUTO, TRUE);
  for (i = 0; i < num; i++)
    g_assert_true (mikey_policy_get_mode_allowed (policy, rows[i].mode));
}

#define ICM MIKEY_SRTP_CIPHER_AES_128_ICM
#define GCM MIKEY_SRTP_CIPHER_AES_128_GCM
#define SHA MIKEY_SRTP_AUTH_HMAC_SHA1_80

static void
test_suites (void)
{
  static const MikeySuite impossible[] = { { ICM, SHA, GCM, 0 },
                                           { GCM, SHA, GCM, 0 },
                                           { ICM, SHA, ICM, 0 },
                                           { GCM, 0, GCM, SHA } };
  g_autoptr (MikeyPolicy) policy = mikey_policy_new ();
  MikeyPolicyData data;
  GError *error = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (impossible); i++) {
    const MikeySuite *s = &impossible[i];

    g_assert_false (mikey_policy_add_suite (policy, s->rtp_cipher, s->rtp_auth,
                                            s->rtcp_cipher, s->rtcp_auth,
                                            &error));
    g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_POLICY);
    g_clear_error (&error);
  }
  mikey_policy_clear_suites (policy);
  for (i = 0; i < MIKEY_MAX_SP; i++)
    g_assert_true (mikey_policy_add_suite (policy, ICM, SHA, 0, SHA, NULL));
  g_assert_false (mikey_policy_add_suite (policy, ICM, SHA, 0, SHA, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_LIMIT);
  g_clear_error (&error);
  mikey_policy_get_data (policy, &data);
  g_assert_cmpuint (data.num_suites, ==, MIKEY_MAX_SP);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  g_test_add_func ("/policy/defaults", test_defaults);
  g_test_add_func ("/policy/properties", test_properties);
  g_test_add_func ("/policy/modes", test_modes);
  g_test_add_func ("/policy/suites", test_suites);
  return g_test_run ();
}
