/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire.h"

#include <mikey/wire/registry.h>

/* The registries against the list of code points that the requirements come
 * with (registry.tsv: registry, value, name, RFC), and against themselves. */

/* Number of rows and their sum: to be changed with the rows, by hand, so that
 * none is lost unseen where the list is not at hand. */
#define NUM_ROWS 224
#define SUM      G_GUINT64_CONSTANT (0x606213f7a3c40f01)

static guint64
mix (guint64 sum, const void *data, gsize len)
{
  const guint8 *octets = data;

  while (len-- > 0)
    sum = (sum ^ *octets++) * G_GUINT64_CONSTANT (0x100000001b3);
  return sum;
}

static guint64
mix_number (guint64 sum, guint32 number)
{
  guint8 octets[4];

  mikey_put_u32 (octets, number);
  return mix (sum, octets, sizeof octets);
}

static void
test_sum (void)
{
  guint64 sum = G_GUINT64_CONSTANT (0xcbf29ce484222325);
  const MikeyRegistryRow *rows;
  guint num_rows, i;

  rows = mikey_registry_rows (&num_rows);
  for (i = 0; i < num_rows; i++) {
    const char *words = mikey_registry_words (rows[i].registry);

    sum = mix (sum, words, strlen (words) + 1);
    sum = mix_number (sum, rows[i].value);
    sum = mix (sum, rows[i].name, strlen (rows[i].name) + 1);
    sum = mix (sum, rows[i].rfc, strlen (rows[i].rfc) + 1);
    sum = mix_number (sum, (guint32)rows[i].octets);
  }
  g_test_message ("%u rows, sum 0x%016" G_GINT64_MODIFIER "x", num_rows, sum);
  g_assert_cmpuint (num_rows, ==, NUM_ROWS);
  g_assert_cmphex (sum, ==, SUM);
}

/* The search relies on it: registries in order, no value twice. */
static void
test_order (void)
{
  const MikeyRegistryRow *rows;
  guint num_rows, i;

  rows = mikey_registry_rows (&num_rows);
  for (i = 0; i < num_rows; i++) {
    g_assert_true (mikey_registry_find (rows[i].registry, rows[i].value)
                   == &rows[i]);
    if (i > 0) {
      g_assert_cmpuint (rows[i].registry, >=, rows[i - 1].registry);
      if (rows[i].registry == rows[i - 1].registry)
        g_assert_cmpuint (rows[i].value, >, rows[i - 1].value);
    }
  }
}

static void
test_absent (void)
{
  g_assert_null (mikey_registry_find (MIKEY_REG_NONE, 0));
  g_assert_null (mikey_registry_find (MIKEY_REG_COUNT, 0));
  g_assert_null (mikey_registry_find (MIKEY_REG_DATA_TYPE, 28));
  g_assert_null (mikey_registry_name (MIKEY_REG_MAC_ALG, G_MAXUINT32));
  g_assert_cmpuint (mikey_registry_octets (MIKEY_REG_MAC_ALG, 3), ==,
                    G_MAXSIZE);
  g_assert_cmpuint (mikey_registry_octets (MIKEY_REG_DATA_TYPE, 0), ==,
                    G_MAXSIZE);
  g_assert_null (mikey_registry_words (MIKEY_REG_COUNT));
}

/* 3830-6.2-02, 3830-6.4-02, 3830-6.6-01, 3830-6.8-01, 6043-6.2-01,
 * 6043-6.3-01, 6043-6.7-01, 6267-6.1.4-03 */
static void
test_octets (void)
{
  static const struct {
    MikeyRegistry registry;
    guint32 value;
    gsize octets;
  } rows[] = {
    { MIKEY_REG_MAC_ALG, 0, 0 },     { MIKEY_REG_MAC_ALG, 1, 20 },
    { MIKEY_REG_MAC_ALG, 2, 32 },    { MIKEY_REG_DH_GROUP, 0, 192 },
    { MIKEY_REG_DH_GROUP, 1, 96 },   { MIKEY_REG_DH_GROUP, 2, 128 },
    { MIKEY_REG_TS_TYPE, 0, 8 },     { MIKEY_REG_TS_TYPE, 1, 8 },
    { MIKEY_REG_TS_TYPE, 2, 4 },     { MIKEY_REG_TS_TYPE, 3, 4 },
    { MIKEY_REG_HASH_FUNC, 0, 20 },  { MIKEY_REG_HASH_FUNC, 1, 16 },
    { MIKEY_REG_HASH_FUNC, 2, 32 },  { MIKEY_REG_ECC_CURVE, 1, 24 },
    { MIKEY_REG_ECC_CURVE, 2, 21 },  { MIKEY_REG_ECC_CURVE, 5, 28 },
    { MIKEY_REG_ECC_CURVE, 6, 30 },  { MIKEY_REG_ECC_CURVE, 8, 32 },
    { MIKEY_REG_ECC_CURVE, 9, 36 },  { MIKEY_REG_ECC_CURVE, 11, 48 },
    { MIKEY_REG_ECC_CURVE, 12, 52 }, { MIKEY_REG_ECC_CURVE, 14, 66 },
    { MIKEY_REG_ECC_CURVE, 15, 72 }, { MIKEY_REG_ECC_CURVE, 16, 72 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpuint (mikey_registry_octets (rows[i].registry, rows[i].value),
                      ==, rows[i].octets);
}

/* --- the list --- */

/* What the list calls a registry; the others in it are no code points of a
 * field (PRF constants and the like). */
static const struct {
  const char *name;
  MikeyRegistry registry;
} registries[] = {
  { "data_type", MIKEY_REG_DATA_TYPE },
  { "next_payload", MIKEY_REG_NEXT_PAYLOAD },
  { "v_flag", MIKEY_REG_V_FLAG },
  { "prf_func", MIKEY_REG_PRF_FUNC },
  { "cs_id_map_type", MIKEY_REG_CS_ID_MAP_TYPE },
  { "encr_alg", MIKEY_REG_ENCR_ALG },
  { "mac_alg", MIKEY_REG_MAC_ALG },
  { "pke_cache", MIKEY_REG_PKE_CACHE },
  { "dh_group", MIKEY_REG_DH_GROUP },
  { "s_type", MIKEY_REG_S_TYPE },
  { "ts_type", MIKEY_REG_TS_TYPE },
  { "ts_role", MIKEY_REG_TS_ROLE },
  { "id_type", MIKEY_REG_ID_TYPE },
  { "id_role", MIKEY_REG_ID_ROLE },
  { "rand_role", MIKEY_REG_RAND_ROLE },
  { "cert_type", MIKEY_REG_CERT_TYPE },
  { "hash_func", MIKEY_REG_HASH_FUNC },
  { "prot_type", MIKEY_REG_PROT_TYPE },
  { "srtp_param", MIKEY_REG_SRTP_PARAM },
  { "srtp_encr_alg", MIKEY_REG_SRTP_ENCR_ALG },
  { "srtp_auth_alg", MIKEY_REG_SRTP_AUTH_ALG },
  { "srtp_prf", MIKEY_REG_SRTP_PRF },
  { "fec_order", MIKEY_REG_FEC_ORDER },
  { "tesla_param", MIKEY_REG_TESLA_PARAM },
  { "tesla_prf", MIKEY_REG_TESLA_PRF },
  { "tesla_mac", MIKEY_REG_TESLA_MAC },
  { "error_no", MIKEY_REG_ERROR_NO },
  { "key_data_type", MIKEY_REG_KEY_DATA_TYPE },
  { "sk_type", MIKEY_REG_SK_TYPE },
  { "kv_type", MIKEY_REG_KV_TYPE },
  { "gen_ext_type", MIKEY_REG_GEN_EXT_TYPE },
  { "key_id_type", MIKEY_REG_KEY_ID_TYPE },
  { "oma_bcast_subtype", MIKEY_REG_OMA_BCAST_SUBTYPE },
  { "ticket_type", MIKEY_REG_TICKET_TYPE },
  { "ecc_curve", MIKEY_REG_ECC_CURVE },
  { "sakke_params", MIKEY_REG_SAKKE_PARAMS },
  { "sakke_id_scheme", MIKEY_REG_SAKKE_ID_SCHEME },
};

static MikeyRegistry
registry_of (const char *name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (registries); i++)
    if (g_str_equal (registries[i].name, name))
      return registries[i].registry;
  return MIKEY_REG_NONE;
}

/* Values set aside have no row here, nor have ranges of them. */
static bool
is_set_aside (const char *value, const char *name)
{
  return strchr (value, '-') || g_str_has_prefix (name, "Reserved")
         || g_str_has_prefix (name, "Private use");
}

/* 3830-6.1-02, 3830-6.1-03, 3830-6.10-03, 3830-6.10.1-01, 3830-6.10.1-03,
 * 3830-6.13-02, 6043-6.1-01, 6043-6.2.1-01, 6043-6.5-01, 6043-6.9-01,
 * 6043-6.10-02, 4442-4.2-01, 4442-4.4-01, 4563-4-02, 4771-4-01, 6267-6.1-01,
 * 6509-4.1-01, 6509-4.3-01, 6509-4.4-01: the tables of the RFCs.
 *
 * The list adds remarks in brackets to some names. */
static void
check_row (char **columns)
{
  MikeyRegistry registry = registry_of (columns[0]);
  guint32 value = (guint32)g_ascii_strtoull (columns[1], NULL, 0);
  const MikeyRegistryRow *row = mikey_registry_find (registry, value);

  if (!row)
    g_error ("%s %s (%s) is missing", columns[0], columns[1], columns[2]);
  if (!g_str_has_prefix (columns[2], row->name))
    g_error ("%s %s is %s, not %s", columns[0], columns[1], columns[2],
             row->name);
  g_assert_cmpstr (row->rfc, ==, columns[3]);
}

static void
test_list (void)
{
  const char *shared = g_getenv ("MIKEY_SHARED_DIR");
  g_autofree char *path
      = g_build_filename (shared ? shared : "no MIKEY_SHARED_DIR",
                          "conformance", "registry.tsv", NULL);
  g_autofree char *content = NULL;
  g_auto (GStrv) lines = NULL;
  guint i, num_checked = 0;

  if (!g_file_get_contents (path, &content, NULL, NULL)) {
    g_test_skip (path);
    return;
  }
  lines = g_strsplit (content, "\n", -1);
  for (i = 1; lines[i] && *lines[i]; i++) {
    g_auto (GStrv) columns = g_strsplit (lines[i], "\t", -1);

    if (registry_of (columns[0]) && !is_set_aside (columns[1], columns[2])) {
      check_row (columns);
      num_checked++;
    }
  }
  g_test_message ("%u rows of %u", num_checked, i - 1);
  g_assert_cmpuint (num_checked, ==, NUM_ROWS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/registry/sum", test_sum);
  g_test_add_func ("/wire/registry/order", test_order);
  g_test_add_func ("/wire/registry/absent", test_absent);
  g_test_add_func ("/wire/registry/octets", test_octets);
  g_test_add_func ("/wire/registry/list", test_list);
  return g_test_run ();
}
