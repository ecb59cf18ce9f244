/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hex.h"

#include <mikey/base/types.h>
#include <mikey/crypto/prf.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>

#define ROUNDS 10000

/* 3830-4.2.2-02, 3830-4.1.2-03 */
static void
test_registry (void)
{
  static const guint32 unknown[] = { 2, 112, 127, 256, G_MAXUINT32 };
  gsize i;

  g_assert_true (mikey_prf_find (MIKEY_PRF_MIKEY_1) == &mikey_prf_mikey_1);
  g_assert_true (mikey_prf_find (MIKEY_PRF_HMAC_SHA_256)
                 == &mikey_prf_hmac_sha_256);
  g_assert_cmpuint (mikey_prf_mikey_1.block, ==, 20);
  g_assert_cmpuint (mikey_prf_hmac_sha_256.block, ==, 32);
  for (i = 0; i < G_N_ELEMENTS (unknown); i++)
    g_assert_null (mikey_prf_find (unknown[i]));
}

/* --- vectors/prf.txt --- */

typedef struct {
  guint inkey_len;
  char label[8];
  guint cs_id;
  guint out_len;
  char sha1[80];
  char sha256[80];
} Vector;

static guint32
constant_of (const char *label)
{
  static const struct {
    const char *label;
    guint32 constant;
  } constants[] = {
    { "TEK", 0x2AD01C64 },    { "SALT", 0x39A2C14B },
    { "T_ENCR", 0x150533E1 }, { "T_AUTH", 0x2D22AC75 },
    { "T_SALT", 0x29B88916 },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (constants); i++)
    if (g_str_equal (constants[i].label, label))
      return constants[i].constant;
  g_assert_not_reached ();
}

static void
check_prf (const MikeyPrf *prf, const Vector *v, const char *expected)
{
  guint8 inkey[192], out[64];
  g_autofree char *label_hex
      = g_strdup_printf ("%08x %02x 12345678 000102030405060708090a0b0c0d0e0f",
                         constant_of (v->label), v->cs_id);
  Hex label = hex (label_hex);
  guint i;

  for (i = 0; i < v->inkey_len; i++)
    inkey[i] = (guint8)(7 * i + 1);
  mikey_prf (prf, mikey_slice (inkey, v->inkey_len), hex_slice (&label), out,
             v->out_len);
  assert_hex (out, v->out_len, expected);
}

/* 3830-4.1.2-01, 3830-4.1.2-02, 6043-6.1-03. Input keys of 32, 64 and 192
 * octets have a last block that is full (A21). */
static void
test_vectors (void)
{
  g_autofree char *path = g_build_filename (
      g_getenv ("MIKEY_SOURCE_DIR"), "tests", "vectors", "prf.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint i, count = 0;
  Vector v;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (i = 0; lines[i]; i++) {
    if (!g_str_has_prefix (lines[i], "VEC "))
      continue;
    g_assert_cmpint (sscanf (lines[i], "VEC %u %7s %u %u sha1 %79s sha256 %79s",
                             &v.inkey_len, v.label, &v.cs_id, &v.out_len,
                             v.sha1, v.sha256),
                     ==, 6);
    check_prf (&mikey_prf_mikey_1, &v, v.sha1);
    check_prf (&mikey_prf_hmac_sha_256, &v, v.sha256);
    count++;
  }
  g_assert_cmpuint (count, ==, 42);
}

/* --- against GnuTLS --- */

/* The definition, read literally, on another engine: P for one block of the
 * input key. On x86 GnuTLS hashes with code of its own; elsewhere it is built
 * on Nettle too and this compares the construction only. */
static void
model_add_p (gnutls_mac_algorithm_t hash, gsize block, MikeySlice s,
             MikeySlice label, guint8 *out, gsize out_len)
{
  guint8 a_and_label[32 + 128], term[32];
  gsize i;

  memcpy (a_and_label + block, label.data, label.len);
  gnutls_hmac_fast (hash, s.data, s.len, label.data, label.len, a_and_label);
  for (i = 0; i < out_len; i++) {
    if (i % block == 0)
      gnutls_hmac_fast (hash, s.data, s.len, a_and_label, block + label.len,
                        term);
    out[i] ^= term[i % block];
    if (i % block == block - 1)
      gnutls_hmac_fast (hash, s.data, s.len, a_and_label, block, a_and_label);
  }
}

static void
model_prf (gnutls_mac_algorithm_t hash, gsize block, MikeySlice inkey,
           MikeySlice label, guint8 *out, gsize out_len)
{
  gsize n = (inkey.len * 8 + 255) / 256, i;

  memset (out, 0, out_len);
  for (i = 0; i < n; i++) {
    gsize len = i == n - 1 ? inkey.len - 32 * i : 32;

    model_add_p (hash, block, mikey_slice (inkey.data + 32 * i, len), label,
                 out, out_len);
  }
}

static void
compare_once (const MikeyPrf *prf, gnutls_mac_algorithm_t hash)
{
  guint8 inkey[200], label[128], ours[100], theirs[100];
  MikeySlice key = { inkey, random_len (1, sizeof inkey) };
  MikeySlice text = { label, random_len (1, sizeof label) };
  gsize len = random_len (1, sizeof ours);

  fill_random (inkey, key.len);
  fill_random (label, text.len);
  mikey_prf (prf, key, text, ours, len);
  model_prf (hash, prf->block, key, text, theirs, len);
  g_assert_cmpmem (ours, len, theirs, len);
}

/* 3830-4.1.2-01, 3830-4.1.2-02, 6043-6.1-03 */
static void
test_differential (void)
{
  int i;

  for (i = 0; i < ROUNDS / 2; i++) {
    compare_once (&mikey_prf_mikey_1, GNUTLS_MAC_SHA1);
    compare_once (&mikey_prf_hmac_sha_256, GNUTLS_MAC_SHA256);
  }
}

/* --- properties --- */

/* The first bits of a longer output are the shorter one (A4), which also shows
 * that nothing is written behind the output. */
static void
test_prefix (void)
{
  Hex inkey = hex ("000102030405060708090a0b0c0d0e0f");
  MikeySlice label = text_slice ("label");
  guint8 all[80], some[81];
  gsize len;

  mikey_prf (&mikey_prf_mikey_1, hex_slice (&inkey), label, all, sizeof all);
  for (len = 0; len <= sizeof all; len++) {
    memset (some, 0xa5, sizeof some);
    mikey_prf (&mikey_prf_mikey_1, hex_slice (&inkey), label, some, len);
    g_assert_cmpmem (some, len, all, len);
    g_assert_cmpuint (some[len], ==, 0xa5);
  }
}

/* A label is its octets, however it is cut. */
static void
test_parts (void)
{
  MikeySlice inkey = text_slice ("an input key of more than 32 octets");
  MikeySlice whole = text_slice ("abcdefghi");
  MikeySlice parts[MIKEY_PRF_MAX_PARTS];
  guint8 a[40], b[40];
  gsize i;

  for (i = 0; i < MIKEY_PRF_MAX_PARTS; i++)
    parts[i] = mikey_slice (whole.data + i, 1);
  mikey_prf (&mikey_prf_mikey_1, inkey, whole, a, sizeof a);
  mikey_prf_parts (&mikey_prf_mikey_1, inkey, parts, MIKEY_PRF_MAX_PARTS, b,
                   sizeof b);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);

  parts[0] = MIKEY_SLICE_EMPTY;
  parts[1] = whole;
  mikey_prf_parts (&mikey_prf_mikey_1, inkey, parts, 2, b, sizeof b);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
}

/* Each octet of an input key of full blocks matters (A21). */
static void
test_every_octet_counts (void)
{
  guint8 inkey[64] = { 0 }, plain[20], changed[20];
  MikeySlice key = { inkey, sizeof inkey };
  gsize i;

  mikey_prf (&mikey_prf_mikey_1, key, text_slice ("l"), plain, sizeof plain);
  for (i = 0; i < sizeof inkey; i++) {
    inkey[i] = 1;
    mikey_prf (&mikey_prf_mikey_1, key, text_slice ("l"), changed,
               sizeof changed);
    inkey[i] = 0;
    g_assert_false (mikey_slice_equal (mikey_slice (plain, sizeof plain),
                                       mikey_slice (changed, sizeof changed)));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crypto/prf/registry", test_registry);
  g_test_add_func ("/crypto/prf/vectors", test_vectors);
  g_test_add_func ("/crypto/prf/differential", test_differential);
  g_test_add_func ("/crypto/prf/prefix", test_prefix);
  g_test_add_func ("/crypto/prf/parts", test_parts);
  g_test_add_func ("/crypto/prf/every-octet-counts", test_every_octet_counts);
  return g_test_run ();
}
