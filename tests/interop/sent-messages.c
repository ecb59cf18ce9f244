/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../lib/mikey-test.h"

/* Prints every message that a script of each mode sends, in hex, a line each:
 * offers, answers and updates under every suite and kind of key, and Error
 * messages. For test-tshark.py. */

static void
print_message (GBytes *message)
{
  g_autofree char *hex = mikey_slice_hex (test_slice (message));

  g_print ("%s\n", hex);
}

static void
print_sent (TestPair *pair, TestSide *from, TestSide *to, const char *name,
            GBytes *message, void *data)
{
  print_message (message);
}

static void
print_script (const MikeyModeRow *row, const MikeySuite *suite,
              MikeyKeyType type)
{
  TestPair pair;

  test_pair_init (&pair, row);
  pair.alice.policy.suites[0] = pair.bob.policy.suites[0] = *suite;
  pair.alice.policy.key_type = pair.bob.policy.key_type = type;
  test_run_script (&pair, print_sent, NULL);
  test_pair_clear (&pair);
}

/* A policy that the Responder does not accept. */
static void
print_error (const MikeyModeRow *row)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, error = NULL;

  test_pair_init (&pair, row);
  pair.bob.policy.num_suites = 1;
  pair.bob.policy.suites[0].rtp_auth = MIKEY_SRTP_AUTH_HMAC_SHA1_32;
  offer = test_offer (&pair.alice, row->mode, &fault);
  if (!test_receive (&pair.bob, offer, &error, &fault) && error)
    print_message (error);
  test_pair_clear (&pair);
}

int
main (int argc, char **argv)
{
  static const MikeySuite suites[]
      = { { MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80,
            MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80 },
          { MIKEY_SRTP_CIPHER_AES_256_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_32,
            MIKEY_SRTP_CIPHER_AES_256_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80 },
          { MIKEY_SRTP_CIPHER_AES_256_GCM, MIKEY_SRTP_AUTH_NULL,
            MIKEY_SRTP_CIPHER_AES_256_GCM, MIKEY_SRTP_AUTH_NULL } };
  const MikeyModeRow *rows;
  guint num_rows, i, j, type;

  test_init (&argc, &argv);
  rows = mikey_mode_rows (&num_rows);
  for (i = 0; i < num_rows; i++) {
    for (j = 0; j < G_N_ELEMENTS (suites); j++)
      for (type = 0; type <= MIKEY_KEY_TYPE_TEK_SALT; type++)
        print_script (&rows[i], &suites[j], type);
    print_error (&rows[i]);
  }
  return 0;
}
