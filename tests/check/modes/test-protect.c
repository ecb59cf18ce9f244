/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/modes/protect.h>

static const guint8 octets[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
static const guint8 rand_octets[16] = { 3 };

static MikeyProtection
protection (MikeySecret *secret)
{
  return (MikeyProtection){
    secret,
    { &mikey_prf_mikey_1, 0x01020304, { rand_octets, sizeof rand_octets } },
    77,
  };
}

/* 3830-6.6-02, 6043-6.3-01 */
static void
test_timestamp (void)
{
  static const struct {
    guint32 type;
    gsize len;
    guint64 value;
  } cases[] = { { 0, 8, G_GUINT64_CONSTANT (0x0102030405060708) },
                { 1, 8, G_GUINT64_CONSTANT (0x0102030405060708) },
                { 2, 4, 0x01020304 },
                { 3, 4, G_GUINT64_CONSTANT (0x0102030400000000) } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    MikeyT t = { .ts_type = cases[i].type,
                 .value = mikey_slice (octets, cases[i].len) };

    g_assert_cmphex (mikey_t_as_64 (&t), ==, cases[i].value);
  }
}

/* 3830-4.1.4-01, 3830-4.2.4-01, 3830-4.2.4-02: the tag is the MAC under the key
 * of label 0x2D22AC75 || 0xFF || CSB ID || RAND, as long as the MAC. */
static void
test_tag (void)
{
  g_autoptr (MikeySecret) secret = mikey_secret_new (16);
  MikeyProtection p = protection (secret);
  MikeySlice parts[] = { mikey_slice (octets, 3), mikey_slice (octets + 3, 5) };
  MikeySlice whole = mikey_slice (octets, 8);
  guint8 tag[MIKEY_MAX_TAG], key[20], expected[20];
  MikeyFault fault = { 0 };

  mikey_protect_tag (&p, &mikey_mac_hmac_sha_1_160, parts, 2, tag);
  mikey_derive (&p.label, MIKEY_LABEL_MSG_AUTH, 0xff,
                mikey_secret_slice (secret), key, sizeof key);
  mikey_hmac_sha1 (mikey_slice (key, 20), &whole, 1, expected);
  g_assert_cmpmem (tag, 20, expected, 20);
  g_assert_true (
      mikey_protect_verify (&p, 1, &whole, 1, mikey_slice (tag, 20), &fault));
  tag[19] ^= 1;
  g_assert_false (
      mikey_protect_verify (&p, 1, &whole, 1, mikey_slice (tag, 20), &fault));
  assert_code (&fault, MIKEY_FAULT_AUTH_FAILED);
  g_assert_false (
      mikey_protect_verify (&p, 1, &whole, 1, mikey_slice (tag, 0), &fault));
  assert_code (&fault, MIKEY_FAULT_AUTH_FAILED);
}

/* Nothing verifies without a MAC, or without a key. */
static void
test_unverifiable (void)
{
  g_autoptr (MikeySecret) secret = mikey_secret_new (16);
  g_autoptr (MikeySecret) empty = mikey_secret_new (0);
  MikeyProtection p = protection (secret);
  MikeySlice none = MIKEY_SLICE_EMPTY;
  guint8 tag[20] = { 0 };
  MikeyFault fault = { 0 };

  g_assert_false (mikey_protect_verify (&p, 0, &none, 1, none, &fault));
  assert_code (&fault, MIKEY_FAULT_UNPROTECTED);
  g_assert_false (mikey_protect_verify (&p, 9, &none, 1, none, &fault));
  assert_code (&fault, MIKEY_FAULT_BAD_MAC);
  p.secret = empty;
  g_assert_false (
      mikey_protect_verify (&p, 1, &none, 1, mikey_slice (tag, 20), &fault));
  assert_code (&fault, MIKEY_FAULT_NO_CREDENTIAL);
  p.secret = NULL;
  g_assert_false (
      mikey_protect_verify (&p, 1, &none, 1, mikey_slice (tag, 20), &fault));
  assert_code (&fault, MIKEY_FAULT_NO_CREDENTIAL);
}

/* A message that is nothing but a KEMAC. */
static MikeyChecked
kemac_alone (MikeyParsed *parsed, MikeyArena *arena, guint32 encr_alg,
             guint32 mac_alg, MikeySlice data)
{
  MikeyKemac *kemac;

  mikey_chain_add (&parsed->chain, MIKEY_PAYLOAD_HDR, arena);
  kemac = mikey_chain_add (&parsed->chain, MIKEY_PAYLOAD_KEMAC, arena);
  kemac->encr_alg = encr_alg;
  kemac->mac_alg = mac_alg;
  kemac->encr_data = data;
  return (MikeyChecked){ parsed, NULL };
}

/* 3830-4.2.3-01, 3830-4.2.3-06: what is sealed opens again, and nothing else
 * does. */
static void
test_seal (void)
{
  static const MikeyCipher *const ciphers[]
      = { &mikey_cipher_null, &mikey_cipher_aes_cm_128,
          &mikey_cipher_aes_kw_128, &mikey_cipher_aes_cm_256 };
  g_autoptr (MikeySecret) secret = mikey_secret_new (16);
  MikeyProtection p = protection (secret);
  guint8 plain[24] = { 1, 2, 3 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (ciphers); i++) {
    const MikeyCipher *cipher = ciphers[i];
    g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
    MikeyParsed parsed = { .raw = MIKEY_SLICE_EMPTY };
    guint8 sealed[32];
    MikeyVerified verified = { NULL, true };
    g_autoptr (MikeySecret) opened = NULL;
    MikeyChecked checked;
    MikeyFault fault = { 0 };

    g_assert_true (
        mikey_kemac_seal (&p, cipher, mikey_slice (plain, 24), sealed, &fault));
    checked = kemac_alone (&parsed, &arena, cipher->code, 1,
                           mikey_slice (sealed, 24 + cipher->overhead));
    verified.checked = &checked;
    g_assert_true (mikey_kemac_open (&p, &verified, &opened, &fault));
    g_assert_cmpmem (opened->data, opened->len, plain, 24);
  }
}

static void
test_seal_refused (void)
{
  g_autoptr (MikeySecret) secret = mikey_secret_new (16);
  MikeyProtection p = protection (secret);
  guint8 plain[20] = { 0 }, sealed[32];
  MikeyFault fault = { 0 };

  g_assert_false (mikey_kemac_seal (&p, &mikey_cipher_aes_kw_128,
                                    mikey_slice (plain, 20), sealed, &fault));
  assert_code (&fault, MIKEY_FAULT_BAD_LENGTH);
}

/* 3830-4.2.4-03 */
static void
test_unprotected (void)
{
  guint encr, mac;

  for (encr = 0; encr < 2; encr++)
    for (mac = 0; mac < 2; mac++) {
      g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
      MikeyParsed parsed = { .raw = MIKEY_SLICE_EMPTY };
      MikeyChecked checked
          = kemac_alone (&parsed, &arena, encr, mac, MIKEY_SLICE_EMPTY);
      MikeyVerified verified = { NULL, true };
      MikeyFault fault = { 0 };

      if (mikey_verify_unprotected (&checked, &verified, &fault)) {
        g_assert_false (encr || mac || verified.authentic);
      } else {
        g_assert_true (encr || mac);
        assert_code (&fault, MIKEY_FAULT_BAD_COMBINATION);
      }
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  g_test_add_func ("/protect/timestamp", test_timestamp);
  g_test_add_func ("/protect/tag", test_tag);
  g_test_add_func ("/protect/unverifiable", test_unverifiable);
  g_test_add_func ("/protect/seal", test_seal);
  g_test_add_func ("/protect/seal-refused", test_seal_refused);
  g_test_add_func ("/protect/unprotected", test_unprotected);
  return g_test_run ();
}
