/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hex.h"

#include <mikey/base/limits.h>
#include <mikey/crypto/keys.h>

/* 3830-4.1.3-02, 3830-4.1.4-02, 6043-5.1.1-01, 6043-A.2.2-01: the constants are
 * nine decimal digits of e each. */
static void
test_constants (void)
{
  static const struct {
    MikeyLabel label;
    guint32 digits;
  } rows[] = {
    { MIKEY_LABEL_TEK, 718281828 },      { MIKEY_LABEL_TGK_AUTH, 459045235 },
    { MIKEY_LABEL_TGK_ENCR, 360287471 }, { MIKEY_LABEL_MSG_ENCR, 352662497 },
    { MIKEY_LABEL_MSG_AUTH, 757247093 }, { MIKEY_LABEL_MSG_SALT, 699959574 },
    { MIKEY_LABEL_TGK_SALT, 966967627 }, { MIKEY_LABEL_FORK_MPK, 724076630 },
    { MIKEY_LABEL_FORK_TGK, 353547594 }, { MIKEY_LABEL_MPK_I, 571382178 },
    { MIKEY_LABEL_MPK_R, 525166427 },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpuint ((guint32)rows[i].label, ==, rows[i].digits);
}

/* Answers published with a deployed 3GPP mission-critical implementation. */
static void
test_deployed_answers (void)
{
  static const struct {
    guint32 csb_id;
    MikeyLabel label;
    guint8 cs_id;
    const char *out;
  } rows[] = {
    { 0x0633f457, MIKEY_LABEL_TEK, 4, "59aaa49ebb54813602b7cc165961b4e8" },
    { 0x0633f457, MIKEY_LABEL_TGK_SALT, 4, "745eb4df7d155c473114a799" },
    { 0x05a85c16, MIKEY_LABEL_TGK_ENCR, 4, "3924935940c154ccbc3c2ad05c8f5181" },
    { 0x05a85c16, MIKEY_LABEL_TGK_SALT, 4, "1725869b80f370cc9f24e13b" },
    { 0x05a85c16, MIKEY_LABEL_TGK_ENCR, 0, "f17c80a8d2f9befa47cf712603d7229a" },
  };
  Hex tgk = hex ("a27b7d578eeb9b1ee7705e385996d300");
  Hex rand = hex ("4339f62f55aac86348846a482c893802");
  guint8 out[16];
  gsize i, len;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    MikeyLabelContext context
        = { &mikey_prf_hmac_sha_256, rows[i].csb_id, hex_slice (&rand) };

    len = strlen (rows[i].out) / 2;
    mikey_derive (&context, rows[i].label, rows[i].cs_id, hex_slice (&tgk), out,
                  len);
    assert_hex (out, len, rows[i].out);
  }
}

/* SECRET under a label that is laid out by hand. */
static void
assert_label (const guint8 *derived, gsize len, const MikeyPrf *prf,
              MikeySlice secret, MikeySlice label)
{
  g_autofree guint8 *expected = g_malloc (len);

  mikey_prf (prf, secret, label, expected, len);
  g_assert_cmpmem (derived, len, expected, len);
}

/* 3830-4.1.1-01, 3830-4.1.3-01: constant || cs_id || csb_id || RAND */
static void
test_tgk_label (void)
{
  Hex rand = hex ("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
  Hex label = hex ("2ad01c64 07 89abcdef a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
  MikeyLabelContext context
      = { &mikey_prf_mikey_1, 0x89abcdef, hex_slice (&rand) };
  MikeySlice tgk = text_slice ("a TGK of some length");
  guint8 tek[16];

  g_assert_cmpuint (label.len, ==, 4 + 1 + 4 + rand.len);
  mikey_derive (&context, MIKEY_LABEL_TEK, 7, tgk, tek, sizeof tek);
  assert_label (tek, sizeof tek, context.prf, tgk, hex_slice (&label));
}

/* 3830-4.1.4-01: constant || 0xFF || csb_id || RAND */
static void
test_message_label (void)
{
  Hex rand = hex ("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
  Hex label = hex ("2d22ac75 ff 89abcdef a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
  MikeyLabelContext context
      = { &mikey_prf_mikey_1, 0x89abcdef, hex_slice (&rand) };
  MikeySlice psk = text_slice ("a pre-shared key");
  guint8 auth[20];

  mikey_derive (&context, MIKEY_LABEL_MSG_AUTH, MIKEY_CS_ID_MESSAGE, psk, auth,
                sizeof auth);
  assert_label (auth, sizeof auth, context.prf, psk, hex_slice (&label));
}

/* 6043-5.1.1-01 with the longest identity and RAND that this side takes: a
 * label's length is the peer's choice and must fit. */
static void
test_long_label (void)
{
  guint8 label[4 + 8 + MIKEY_MAX_ID + 1 + MIKEY_MAX_RAND];
  Hex head = hex ("1512b54a ff ffffffff 00 0800");
  MikeySlice parts[4] = {
    { label + 4, 8 },
    { label + 12, MIKEY_MAX_ID },
    { label + 12 + MIKEY_MAX_ID, 1 },
    { label + 13 + MIKEY_MAX_ID, MIKEY_MAX_RAND },
  };
  MikeySlice tgk = text_slice ("the TGK that is forked");
  guint8 out[22];

  fill_random (label, sizeof label);
  memcpy (label, head.data, head.len);
  label[12 + MIKEY_MAX_ID] = MIKEY_MAX_RAND;
  mikey_derive_parts (&mikey_prf_hmac_sha_256, MIKEY_LABEL_FORK_TGK, parts, 4,
                      tgk, out, sizeof out);
  assert_label (out, sizeof out, &mikey_prf_hmac_sha_256, tgk,
                mikey_slice (label, sizeof label));
}

/* 3830-1.3-02: every crypto session has keys of its own, and so has every
 * label, bundle and RAND. */
static void
test_all_differ (void)
{
  static const MikeyLabel labels[]
      = { MIKEY_LABEL_TEK, MIKEY_LABEL_TGK_AUTH, MIKEY_LABEL_TGK_ENCR,
          MIKEY_LABEL_TGK_SALT };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (
      g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  MikeyLabelContext context
      = { &mikey_prf_mikey_1, 1, text_slice ("sixteen octets..") };
  MikeySlice tgk = text_slice ("a TGK of 16 byte");
  guint8 key[16];
  guint cs, i;

  for (cs = 0; cs < MIKEY_MAX_CS; cs++)
    for (i = 0; i < G_N_ELEMENTS (labels); i++) {
      mikey_derive (&context, labels[i], (guint8)cs, tgk, key, sizeof key);
      g_assert_true (g_hash_table_add (seen, g_bytes_new (key, sizeof key)));
    }
  context.csb_id = 2;
  mikey_derive (&context, labels[0], 0, tgk, key, sizeof key);
  g_assert_true (g_hash_table_add (seen, g_bytes_new (key, sizeof key)));
  context.rand = text_slice ("other 16 octets.");
  mikey_derive (&context, labels[0], 0, tgk, key, sizeof key);
  g_assert_true (g_hash_table_add (seen, g_bytes_new (key, sizeof key)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crypto/keys/constants", test_constants);
  g_test_add_func ("/crypto/keys/deployed-answers", test_deployed_answers);
  g_test_add_func ("/crypto/keys/tgk-label", test_tgk_label);
  g_test_add_func ("/crypto/keys/message-label", test_message_label);
  g_test_add_func ("/crypto/keys/long-label", test_long_label);
  g_test_add_func ("/crypto/keys/all-differ", test_all_differ);
  return g_test_run ();
}
