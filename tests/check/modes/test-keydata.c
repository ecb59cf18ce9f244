/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

/* Key data as a peer may write them. A case is the sub-payloads in hex, in
 * which "N*xx" is N times xx. */

typedef struct {
  const char *name;
  const char *plain;
  MikeyFaultCode code; /* 0: accepted */
  guint keys;          /* then, how many */
} Case;

#define TGK_16 "0010 16*11"
#define MKI(x) "02 " x

/* 3830-6.13-01, 3830-6.13-02, 3830-6.13-04, 3830-6.14-01, 3830-6.2-03 */
static const Case cases[] = {
  { "tgk", "00 00 " TGK_16, 0, 1 },
  { "tgk-spi", "00 01 " TGK_16 MKI ("aaaa"), 0, 1 },
  { "tgk-salt", "00 10 " TGK_16 "000e 14*22", 0, 1 },
  { "tek", "00 20 " TGK_16, 0, 1 },
  { "tek-salt", "00 30 " TGK_16 "000e 14*22", 0, 1 },
  { "tgk-interval", "00 02 " TGK_16 "06 000000000001 06 ffffffffffff", 0, 1 },
  { "longest", "00 00 0200 512*11", 0, 1 },
  { "several",
    "14 01 " TGK_16 MKI ("aaaa") "14 21 " TGK_16 MKI (
        "bbbb") "00 31 " TGK_16 "000e 14*22" MKI ("cccc"),
    0, 3 },
  { "none", "", MIKEY_FAULT_MISSING_PAYLOAD, 0 },
  { "empty", "00 00 0000", MIKEY_FAULT_BAD_LENGTH, 0 },
  { "too-long", "00 00 0201 513*11", MIKEY_FAULT_BAD_LENGTH, 0 },
  { "salt-too-long", "00 10 " TGK_16 "0041 65*22", MIKEY_FAULT_BAD_LENGTH, 0 },
  { "salt-wrong", "00 10 " TGK_16 "000d 13*22", MIKEY_FAULT_BAD_LENGTH, 0 },
  { "tek-short", "00 20 000f 15*11", MIKEY_FAULT_BAD_LENGTH, 0 },
  { "tek-long", "00 20 0020 32*11", MIKEY_FAULT_BAD_LENGTH, 0 },
  { "tek-with-salt", "00 20 001e 30*11", MIKEY_FAULT_BAD_LENGTH, 0 },
  { "type-group", "00 40 " TGK_16, MIKEY_FAULT_BAD_VALUE, 0 },
  { "type-unknown", "00 f0 " TGK_16, MIKEY_FAULT_BAD_VALUE, 0 },
  { "kv-unknown", "00 03 " TGK_16, MIKEY_FAULT_BAD_VALUE, 0 },
  { "index-short", "00 02 " TGK_16 "05 0000000001 06 ffffffffffff",
    MIKEY_FAULT_BAD_LENGTH, 0 },
  { "index-end-long", "00 02 " TGK_16 "06 000000000001 07 ffffffffffffff",
    MIKEY_FAULT_BAD_LENGTH, 0 },
  { "index-backwards", "00 02 " TGK_16 "06 000000000002 06 000000000001",
    MIKEY_FAULT_BAD_VALUE, 0 },
  /* 3830-A.1-01 */
  { "same-mki", "14 01 " TGK_16 MKI ("aaaa") "00 01 " TGK_16 MKI ("aaaa"),
    MIKEY_FAULT_BAD_COMBINATION, 0 },
  { "trailing", "00 00 " TGK_16 "00", MIKEY_FAULT_TRAILING, 0 },
  { "truncated", "00 00 0011 16*11", MIKEY_FAULT_TRUNCATED, 0 },
  { "id-behind", "06 00 " TGK_16 "00 01 0003 616263", MIKEY_FAULT_EXTRA_PAYLOAD,
    0 },
  { "unknown-behind", "63 00 " TGK_16, MIKEY_FAULT_BAD_PAYLOAD, 0 },
};

static guint8
octet_at (const char *text)
{
  g_assert_true (g_ascii_isxdigit (text[0]) && g_ascii_isxdigit (text[1]));
  return (guint8)(g_ascii_xdigit_value (text[0]) << 4
                  | g_ascii_xdigit_value (text[1]));
}

/* Blanks are only to look at. */
static void
unhex (const char *text, MikeyWriter *w)
{
  while (*text) {
    const char *star = text + strspn (text, "0123456789");
    guint64 times = 1;

    if (*text == ' ') {
      text++;
      continue;
    }
    if (*star == '*') {
      times = g_ascii_strtoull (text, NULL, 10);
      text = star + 1;
    }
    while (times-- > 0)
      mikey_write_bits (w, 8, octet_at (text));
    text += 2;
  }
}

static void
check_keys (const char *plain, MikeyFaultCode code, guint keys)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, edited = NULL;
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  unhex (plain, &w);
  edited = test_with_keys (&pair.alice, offer, mikey_writer_slice (&w));
  if (code) {
    assert_refused (&pair.bob, edited, code);
  } else {
    assert_accepted (&pair.bob, edited, NULL);
    g_assert_cmpuint (pair.bob.x.csb->num_keys, ==, keys);
  }
  test_pair_clear (&pair);
}

static void
test_case (const void *data)
{
  const Case *c = data;

  check_keys (c->plain, c->code, c->keys);
}

/* As many keys as the limit says, and one more. */
static void
test_limit (void)
{
  guint num, i;

  for (num = MIKEY_MAX_KEYS; num <= MIKEY_MAX_KEYS + 1; num++) {
    g_autoptr (GString) plain = g_string_new (NULL);

    for (i = 0; i < num; i++)
      g_string_append_printf (plain, "%s 01 " TGK_16 "02 %04x ",
                              i + 1 < num ? "14" : "00", i);
    check_keys (plain->str, num > MIKEY_MAX_KEYS ? MIKEY_FAULT_LIMIT : 0, num);
  }
}

/* The key is the peer's: what it says is what both have. */
static void
test_values (void)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, edited = NULL;
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
  g_autofree char *keys = NULL;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  unhex ("00 31 0010 16*11 000e 14*22 02 abcd", &w);
  edited = test_with_keys (&pair.alice, offer, mikey_writer_slice (&w));
  assert_accepted (&pair.bob, edited, NULL);
  keys = test_keys (&pair.bob);
  g_assert_nonnull (strstr (keys, "key=11111111111111111111111111111111 "
                                  "salt=2222222222222222222222222222 "
                                  "mki=abcd"));
  test_pair_clear (&pair);
}

/* --- around the Key data --- */

static void
encr_unknown (MikeyChain *chain, MikeyArena *arena, void *data)
{
  ((MikeyKemac *)test_find (chain, MIKEY_PAYLOAD_KEMAC, 0))->encr_alg = 9;
}

static void
encr_null (MikeyChain *chain, MikeyArena *arena, void *data)
{
  ((MikeyKemac *)test_find (chain, MIKEY_PAYLOAD_KEMAC, 0))->encr_alg = 0;
}

static void
encr_short (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyKemac *kemac = test_find (chain, MIKEY_PAYLOAD_KEMAC, 0);

  kemac->encr_alg = MIKEY_ENCR_AES_KW_128;
  kemac->encr_data.len = 7;
}

static void
encr_other (MikeyChain *chain, MikeyArena *arena, void *data)
{
  ((MikeyKemac *)test_find (chain, MIKEY_PAYLOAD_KEMAC, 0))->encr_alg
      = MIKEY_ENCR_AES_KW_128;
}

/* 3830-6.2-02, 3830-4.2.3-04 */
static void
test_kemac (void)
{
  static const struct {
    TestEdit edit;
    MikeyFaultCode code;
  } edits[] = { { encr_unknown, MIKEY_FAULT_BAD_ENCR },
                { encr_null, MIKEY_FAULT_UNPROTECTED },
                { encr_short, MIKEY_FAULT_BAD_LENGTH },
                { encr_other, MIKEY_FAULT_AUTH_FAILED } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (edits); i++) {
    TestPair pair;
    MikeyFault fault;
    g_autoptr (GBytes) offer = NULL, edited = NULL;

    test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
    offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
    edited = test_edit (&pair.alice, offer, NULL, edits[i].edit, NULL);
    assert_refused (&pair.bob, edited, edits[i].code);
    test_pair_clear (&pair);
  }
}

/* 3830-9.1-01: the length of a TGK is at least that of the strongest key made
 * of it. */
static void
test_strength (void)
{
  TestPair pair;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  pair.alice.policy.suites[0] = pair.alice.policy.suites[1];
  test_run_step (&pair, TEST_OFFER, NULL, NULL);
  g_assert_cmpuint (pair.bob.x.csb->keys[0].key->len, ==, 32);
  test_pair_clear (&pair);
}

/* One interval follows the other (3830-6.14-01). */
static void
test_intervals (void)
{
  TestPair pair;
  const MikeyTrafficKey *keys;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  pair.alice.policy.key_validity = MIKEY_KEY_VALIDITY_INTERVAL;
  pair.alice.policy.num_keys = 3;
  pair.alice.policy.key_interval = 1000;
  test_run_step (&pair, TEST_OFFER, NULL, NULL);
  keys = pair.bob.x.csb->keys;
  g_assert_cmpuint (keys[0].from, ==, 0);
  g_assert_cmpuint (keys[0].to, ==, 999);
  g_assert_cmpuint (keys[1].from, ==, 1000);
  g_assert_cmpuint (keys[2].to, ==, (G_GUINT64_CONSTANT (1) << 48) - 1);
  test_pair_clear (&pair);
}

int
main (int argc, char **argv)
{
  guint i;

  test_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/keydata/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/keydata/limit", test_limit);
  g_test_add_func ("/keydata/values", test_values);
  g_test_add_func ("/keydata/kemac", test_kemac);
  g_test_add_func ("/keydata/strength", test_strength);
  g_test_add_func ("/keydata/intervals", test_intervals);
  return g_test_run ();
}
