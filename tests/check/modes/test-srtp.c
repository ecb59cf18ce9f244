/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/modes/srtp.h>

/* Every suite that can be said is read back as it was; 3830-6.10.1-01,
 * 3830-6.10.1-03. */
static void
test_round_trip (void)
{
  MikeySuite s;
  guint possible = 0;

  for (s.rtp_cipher = 0; s.rtp_cipher <= MIKEY_SRTP_CIPHER_AES_256_GCM;
       s.rtp_cipher++)
    for (s.rtcp_cipher = 0; s.rtcp_cipher <= MIKEY_SRTP_CIPHER_AES_256_GCM;
         s.rtcp_cipher++)
      for (s.rtp_auth = 0; s.rtp_auth <= MIKEY_SRTP_AUTH_HMAC_SHA1_80;
           s.rtp_auth++)
        for (s.rtcp_auth = 0; s.rtcp_auth <= MIKEY_SRTP_AUTH_HMAC_SHA1_80;
             s.rtcp_auth++) {
          MikeySrtpParams params;
          MikeySuite read;
          MikeyFault fault = { 0 };

          if (!mikey_suite_is_possible (&s, &fault)) {
            assert_code (&fault, MIKEY_FAULT_BAD_SP);
            continue;
          }
          possible++;
          mikey_suite_to_params (&s, &params);
          if (!mikey_suite_from_params (&params, 0, &read, &fault))
            g_error ("%d/%d %d/%d: %s", s.rtp_cipher, s.rtp_auth, s.rtcp_cipher,
                     s.rtcp_auth, fault.text);
          g_assert_cmpmem (&s, sizeof s, &read, sizeof read);
        }
  g_test_message ("%u suites", possible);
}

/* 3830-6.10.1-02: nothing said is AES-CM-128 with 80 bits. */
static void
test_defaults (void)
{
  MikeySrtpParams params;
  MikeySuite suite;

  mikey_srtp_params_defaults (&params);
  g_assert_true (mikey_suite_from_params (&params, 0, &suite, NULL));
  g_assert_cmpint (suite.rtp_cipher, ==, MIKEY_SRTP_CIPHER_AES_128_ICM);
  g_assert_cmpint (suite.rtcp_cipher, ==, MIKEY_SRTP_CIPHER_AES_128_ICM);
  g_assert_cmpint (suite.rtp_auth, ==, MIKEY_SRTP_AUTH_HMAC_SHA1_80);
  g_assert_cmpint (suite.rtcp_auth, ==, MIKEY_SRTP_AUTH_HMAC_SHA1_80);
  g_assert_cmpuint (mikey_srtp_key_len (&params), ==, 16);
  g_assert_cmpuint (mikey_srtp_salt_len (&params), ==, 14);
}

typedef struct {
  struct {
    guint type;
    guint32 value;
  } set[4];
  MikeyTolerances tolerances;
} Params;

static bool
reads (const Params *p, MikeySuite *suite, MikeyFault *fault)
{
  MikeySrtpParams params;
  guint i;

  mikey_srtp_params_defaults (&params);
  for (i = 0; i < G_N_ELEMENTS (p->set); i++)
    if (p->set[i].type || p->set[i].value)
      mikey_srtp_params_set (&params, p->set[i].type, p->set[i].value);
  return mikey_suite_from_params (&params, p->tolerances, suite, fault);
}

/* What libsrtp can not do is not accepted. */
static void
test_unsupported (void)
{
  static const Params all[] = {
    { { { MIKEY_SRTP_ENCR_ALG, 2 } }, 0 }, /* AES-F8 */
    { { { MIKEY_SRTP_ENCR_KEY_LEN, 24 } }, 0 },
    { { { MIKEY_SRTP_ENCR_KEY_LEN, 15 } }, 0 },
    { { { MIKEY_SRTP_AUTH_ALG, 2 } }, 0 },
    { { { MIKEY_SRTP_AUTH_KEY_LEN, 16 } }, 0 },
    { { { MIKEY_SRTP_AUTH_KEY_LEN, 10 } }, 0 },
    { { { MIKEY_SRTP_SALT_LEN, 12 } }, 0 },
    /* 7714-15-02, 7714-11-01, 6188-3.1-01: the PRF is AES-CM, of the key's
     * own length; 8269-4-01: no ARIA without its PRF */
    { { { MIKEY_SRTP_PRF, 1 } }, 0 },
    { { { MIKEY_SRTP_ENCR_ALG, 6 }, { MIKEY_SRTP_PRF, 1 } }, 0 },
    { { { MIKEY_SRTP_ENCR_ALG, 7 }, { MIKEY_SRTP_PRF, 2 } }, 0 },
    { { { MIKEY_SRTP_ENCR_ALG, 8 }, { MIKEY_SRTP_PRF, 2 } }, 0 },
    /* RFC 4771: what is said again for SRTP or SRTCP alone can not differ */
    { { { MIKEY_SRTP_ROC_RATE, 2 } }, 0 },
    { { { MIKEY_SRTP_RTP_AUTH_ALG, 0 } }, 0 },
    { { { MIKEY_SRTP_RTCP_AUTH_ALG, 2 } }, 0 },
    { { { MIKEY_SRTP_RTP_AUTH_KEY_LEN, 16 } }, 0 },
    { { { MIKEY_SRTP_RTCP_AUTH_KEY_LEN, 16 } }, 0 },
    { { { MIKEY_SRTP_KEY_DERIVATION_RATE, 16 } }, 0 },
    { { { MIKEY_SRTP_FEC_ORDER, 1 } }, 0 },
    { { { MIKEY_SRTP_PREFIX_LEN, 1 } }, 0 },
    { { { MIKEY_SRTP_TAG_LEN, 8 } }, 0 },
    { { { MIKEY_SRTP_RTCP_TAG_LEN, 16 } }, 0 },
    /* 7714-5-13-01 */
    { { { MIKEY_SRTP_ENCR_ALG, 6 }, { MIKEY_SRTP_AEAD_TAG_LEN, 8 } }, 0 },
    { { { MIKEY_SRTP_ENCR_ALG, 6 }, { MIKEY_SRTP_AUTH_ALG, 1 } }, 0 },
    { { { MIKEY_SRTP_ENCR_ALG, 6 }, { MIKEY_SRTP_SALT_LEN, 14 } }, 0 },
    { { { MIKEY_SRTP_AUTH_KEY_LEN, 11 } }, MIKEY_TOLERATE_TAG_AS_KEY_LENGTH },
    { { { MIKEY_SRTP_AUTH_KEY_LEN, 10 }, { MIKEY_SRTP_TAG_LEN, 10 } },
      MIKEY_TOLERATE_TAG_AS_KEY_LENGTH },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (all); i++) {
    MikeySuite suite;
    MikeyFault fault = { 0 };

    g_assert_false (reads (&all[i], &suite, &fault));
    assert_code (&fault, MIKEY_FAULT_BAD_SP_PARAM);
  }
}

/* Quirk Q2: GStreamer writes the tag's length where the key's belongs. */
static void
test_tag_as_key_length (void)
{
  static const Params p[] = {
    { { { MIKEY_SRTP_AUTH_KEY_LEN, 10 } }, MIKEY_TOLERATE_TAG_AS_KEY_LENGTH },
    { { { MIKEY_SRTP_AUTH_KEY_LEN, 4 } }, MIKEY_TOLERATE_TAG_AS_KEY_LENGTH }
  };
  MikeySuite suite;

  g_assert_true (reads (&p[0], &suite, NULL));
  g_assert_cmpint (suite.rtp_auth, ==, MIKEY_SRTP_AUTH_HMAC_SHA1_80);
  g_assert_true (reads (&p[1], &suite, NULL));
  g_assert_cmpint (suite.rtp_auth, ==, MIKEY_SRTP_AUTH_HMAC_SHA1_32);
  g_assert_cmpint (suite.rtcp_auth, ==, MIKEY_SRTP_AUTH_HMAC_SHA1_32);
}

/* 4771-4-03: a parameter of its own is stronger. */
static void
test_own_tag_length (void)
{
  static const Params p
      = { { { MIKEY_SRTP_TAG_LEN, 10 }, { MIKEY_SRTP_RTP_TAG_LEN, 4 } }, 0 };
  MikeySuite suite;

  g_assert_true (reads (&p, &suite, NULL));
  g_assert_cmpint (suite.rtp_auth, ==, MIKEY_SRTP_AUTH_HMAC_SHA1_32);
  g_assert_cmpint (suite.rtcp_auth, ==, MIKEY_SRTP_AUTH_HMAC_SHA1_80);
}

/* --- keys --- */

typedef struct {
  MikeyCsb *csb;
  MikeyCs cs;
  MikeyTrafficKey key;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  static const guint8 rand[16] = { 7 }, octets[64] = { 1, 2, 3 };
  MikeySrtpParams params;

  f->csb = mikey_csb_new ();
  f->csb->csb_id = 0x11223344;
  f->csb->prf = &mikey_prf_mikey_1;
  mikey_srtp_params_defaults (&params);
  g_assert_true (mikey_csb_set_policy (f->csb, 0, &params));
  g_assert_true (mikey_csb_set_rand (f->csb, mikey_slice (rand, 16)));
  f->cs = (MikeyCs){ 1, 0, 5, 0 };
  f->key = (MikeyTrafficKey){ .type = MIKEY_KEY_TYPE_TGK,
                              .key
                              = mikey_secret_copy (mikey_slice (octets, 30)) };
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  mikey_secret_unref (f->key.key);
  mikey_secret_unref (f->key.salt);
  mikey_csb_unref (f->csb);
}

static MikeyFaultCode
derive (Fixture *f, MikeySecret **key, MikeySecret **salt)
{
  MikeyFault fault = { 0 };

  *key = *salt = NULL;
  if (!mikey_csb_derive (f->csb, &f->cs, &f->key, key, salt, &fault))
    test_assert_explained (&fault);
  return fault.code;
}

/* 3830-4.1.3-01, 3830-1.3-02 */
static void
test_tgk (Fixture *f, gconstpointer data)
{
  g_autoptr (MikeySecret) key = NULL;
  g_autoptr (MikeySecret) salt = NULL;
  g_autoptr (MikeySecret) other = NULL;
  g_autoptr (MikeySecret) other_salt = NULL;
  MikeyLabelContext label = mikey_csb_label (f->csb);
  guint8 expected[16];

  g_assert_cmpint (derive (f, &key, &salt), ==, 0);
  mikey_derive (&label, MIKEY_LABEL_TEK, 1, mikey_secret_slice (f->key.key),
                expected, sizeof expected);
  g_assert_cmpmem (key->data, key->len, expected, sizeof expected);
  g_assert_cmpuint (salt->len, ==, 14);
  f->cs.cs_id = 2;
  g_assert_cmpint (derive (f, &other, &other_salt), ==, 0);
  g_assert_false (mikey_secret_equal (mikey_secret_slice (key),
                                      mikey_secret_slice (other)));
}

/* 3830-4.1.3-04: the salt that was sent, not one that is derived. */
static void
test_salt (Fixture *f, gconstpointer data)
{
  static const guint8 sent[14] = { 9 };
  g_autoptr (MikeySecret) key = NULL;
  g_autoptr (MikeySecret) salt = NULL;

  f->key.type = MIKEY_KEY_TYPE_TGK_SALT;
  f->key.salt = mikey_secret_copy (mikey_slice (sent, sizeof sent));
  g_assert_cmpint (derive (f, &key, &salt), ==, 0);
  g_assert_cmpmem (salt->data, salt->len, sent, sizeof sent);
}

/* 3830-6.13-04; quirk Q1: with the salt behind it where that is tolerated. */
static void
test_tek (Fixture *f, gconstpointer data)
{
  MikeySecret *key, *salt;

  f->key.type = MIKEY_KEY_TYPE_TEK;
  g_assert_cmpint (derive (f, &key, &salt), ==, MIKEY_FAULT_BAD_LENGTH);
  f->csb->tolerances = MIKEY_TOLERATE_KEY_WITH_SALT;
  g_assert_cmpint (derive (f, &key, &salt), ==, 0);
  g_assert_cmpmem (key->data, key->len, f->key.key->data, 16);
  g_assert_cmpmem (salt->data, salt->len, f->key.key->data + 16, 14);
  mikey_secret_unref (key);
  mikey_secret_unref (salt);
}

static void
test_underivable (Fixture *f, gconstpointer data)
{
  static const guint8 octets[16] = { 1 };
  MikeySecret *key, *salt;

  f->cs.policy_no = 3;
  g_assert_cmpint (derive (f, &key, &salt), ==, MIKEY_FAULT_BAD_SP);
  f->cs.policy_no = 0;
  f->csb->rand = MIKEY_SLICE_EMPTY;
  f->key.type = MIKEY_KEY_TYPE_TEK;
  mikey_secret_unref (f->key.key);
  f->key.key = mikey_secret_copy (mikey_slice (octets, 16));
  g_assert_cmpint (derive (f, &key, &salt), ==, MIKEY_FAULT_BAD_LENGTH);
  f->key.salt = mikey_secret_copy (mikey_slice (octets, 13));
  g_assert_cmpint (derive (f, &key, &salt), ==, MIKEY_FAULT_BAD_LENGTH);
}

#define ADD(path, func)                                                        \
  g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  g_test_add_func ("/srtp/suite/round-trip", test_round_trip);
  g_test_add_func ("/srtp/suite/defaults", test_defaults);
  g_test_add_func ("/srtp/suite/unsupported", test_unsupported);
  g_test_add_func ("/srtp/suite/tag-as-key-length", test_tag_as_key_length);
  g_test_add_func ("/srtp/suite/own-tag-length", test_own_tag_length);
  ADD ("/srtp/key/tgk", test_tgk);
  ADD ("/srtp/key/salt", test_salt);
  ADD ("/srtp/key/tek", test_tek);
  ADD ("/srtp/key/underivable", test_underivable);
  return g_test_run ();
}
