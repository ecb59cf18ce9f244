/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire.h"

#include <mikey/base/limits.h>

/* Exactly one message. */

#define HDR_V "01 01 09 00 12345678 00 00"

static bool
parses (MikeySlice raw, MikeyTolerances tolerances, MikeyFault *fault)
{
  g_auto (MikeyParsed) parsed = { 0 };

  return mikey_parsed_init (&parsed, raw, tolerances, fault);
}

static void
test_copy (void)
{
  MikeySlice raw = hex (HDR_V "00 00");
  g_autofree guint8 *octets = g_memdup2 (raw.data, raw.len);
  g_auto (MikeyParsed) parsed = { 0 };

  g_assert_true (mikey_parsed_init (&parsed, mikey_slice (octets, raw.len),
                                    MIKEY_TOLERATE_NOTHING, NULL));
  memset (octets, 0xff, raw.len);
  assert_slice (parsed.raw, raw);
  g_assert_cmpuint (parsed.chain.first, ==, MIKEY_PAYLOAD_HDR);
  g_assert_cmpuint (parsed.hdr->csb_id, ==, 0x12345678);
  g_assert_cmpuint (parsed.hdr->data_type, ==, 1);
  g_assert_nonnull (mikey_chain_find (&parsed.chain, MIKEY_PAYLOAD_V, 0));
}

/* What was parsed can be cleared twice, what was not needs no clearing. */
static void
test_clear (void)
{
  MikeyParsed parsed;

  g_assert_true (mikey_parsed_init (&parsed, hex (HDR_V "00 00"),
                                    MIKEY_TOLERATE_NOTHING, NULL));
  mikey_parsed_clear (&parsed);
  g_assert_null (parsed.raw.data);
  g_assert_null (parsed.hdr);
  mikey_parsed_clear (&parsed);
  memset (&parsed, 0xff, sizeof parsed);
  g_assert_false (
      mikey_parsed_init (&parsed, hex ("02"), MIKEY_TOLERATE_NOTHING, NULL));
  g_assert_null (parsed.raw.data);
  g_assert_null (parsed.arena.chunk);
}

/* 3830-6.1-01 */
static void
test_version (void)
{
  MikeyFault fault;
  guint version;

  for (version = 0; version < 256; version++) {
    guint8 octets[10] = { (guint8)version };

    if (parses (mikey_slice (octets, 10), MIKEY_TOLERATE_NOTHING, &fault))
      g_assert_cmpuint (version, ==, 1);
    else
      assert_fault (&fault, MIKEY_FAULT_BAD_VERSION, 0);
  }
}

/* 3830-6.1-02, 6043-6.1-01, 6267-6.1-01, 6509-4.1-01 */
static void
test_data_types (void)
{
  MikeyFault fault;
  guint type;

  for (type = 0; type < 256; type++) {
    guint8 octets[10] = { 1, (guint8)type };

    if (parses (mikey_slice (octets, 10), MIKEY_TOLERATE_NOTHING, &fault))
      g_assert_cmpuint (type, <=, 27);
    else
      assert_fault (&fault, MIKEY_FAULT_BAD_DATA_TYPE, 1);
  }
}

/* Exactly one zero octet too many is tolerated, if at all; what is kept for the
 * MAC ends before it. */
static void
test_trailing (void)
{
  static const MikeyTolerances zero = MIKEY_TOLERATE_TRAILING_ZERO;
  MikeySlice raw = hex (HDR_V "00 00 00");
  g_auto (MikeyParsed) parsed = { 0 };
  MikeyFault fault;

  g_assert_false (parses (raw, MIKEY_TOLERATE_NOTHING, &fault));
  assert_fault (&fault, MIKEY_FAULT_TRAILING, 12);
  g_assert_false (parses (raw, ~zero, &fault));
  g_assert_true (mikey_parsed_init (&parsed, raw, zero, NULL));
  g_assert_cmpuint (parsed.raw.len, ==, 12);
  g_assert_false (parses (hex (HDR_V "00 00 01"), zero, &fault));
  assert_fault (&fault, MIKEY_FAULT_TRAILING, 12);
  g_assert_false (parses (hex (HDR_V "00 00 00 00"), zero, &fault));
  assert_fault (&fault, MIKEY_FAULT_TRAILING, 12);
}

static void
test_nothing (void)
{
  MikeyFault fault;

  g_assert_false (parses (MIKEY_SLICE_EMPTY, MIKEY_TOLERATE_NOTHING, &fault));
  assert_fault (&fault, MIKEY_FAULT_TRUNCATED, 0);
}

/* 3830-6.1-03: a payload of which not even the length is known */
static void
test_unknown_payload (void)
{
  MikeyFault fault;

  g_assert_false (parses (hex ("01 00 12 00 12345678 00 00 00 00"),
                          MIKEY_TOLERATE_EQUIPMENT, &fault));
  assert_fault (&fault, MIKEY_FAULT_BAD_PAYLOAD, 2);
}

/* A message of LEN octets, most of them in a CERT. */
static MikeySlice
long_message (gsize len)
{
  guint8 *octets = g_malloc0 (len);
  gsize cert = len - 10 - 4 - 6;

  g_test_queue_free (octets);
  memcpy (octets, "\1\0\7\0\0\0\0\0\0\0\5\0", 12);
  octets[12] = (guint8)(cert >> 8);
  octets[13] = (guint8)cert;
  octets[len - 5] = 2; /* T with a COUNTER */
  return mikey_slice (octets, len);
}

static void
test_longest (void)
{
  MikeyFault fault;

  g_assert_true (
      parses (long_message (MIKEY_MAX_MESSAGE), MIKEY_TOLERATE_NOTHING, NULL));
  g_assert_false (parses (long_message (MIKEY_MAX_MESSAGE + 1),
                          MIKEY_TOLERATE_EQUIPMENT, &fault));
  assert_fault (&fault, MIKEY_FAULT_LIMIT, -1);
}

/* 3830-6.1.1-01: as many as #CS can say */
static void
test_most_crypto_sessions (void)
{
  g_auto (MikeyParsed) parsed = { 0 };
  MikeyFault fault;

  g_assert_true (mikey_parsed_init (&parsed,
                                    hex ("01 00 00 00 00000000 ff 00 07*2295"),
                                    MIKEY_TOLERATE_NOTHING, NULL));
  g_assert_cmpuint (parsed.hdr->srtp_ids.num, ==, MIKEY_MAX_CS);
  g_assert_false (parses (hex ("01 00 00 00 00000000 ff 00 07*2294"),
                          MIKEY_TOLERATE_NOTHING, &fault));
  assert_fault (&fault, MIKEY_FAULT_TRUNCATED, 2301);
}

static void
test_longest_id (void)
{
  MikeyFault fault;

  g_assert_true (parses (hex ("01 00 06 00 00000000 00 00 00 00 0800 61*2048"),
                         MIKEY_TOLERATE_NOTHING, NULL));
  g_assert_false (parses (hex ("01 00 06 00 00000000 00 00 00 00 0801 61*2049"),
                          MIKEY_TOLERATE_NOTHING, &fault));
  assert_fault (&fault, MIKEY_FAULT_LIMIT, 12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/parsed/copy", test_copy);
  g_test_add_func ("/wire/parsed/clear", test_clear);
  g_test_add_func ("/wire/parsed/version", test_version);
  g_test_add_func ("/wire/parsed/data-types", test_data_types);
  g_test_add_func ("/wire/parsed/trailing", test_trailing);
  g_test_add_func ("/wire/parsed/nothing", test_nothing);
  g_test_add_func ("/wire/parsed/unknown-payload", test_unknown_payload);
  g_test_add_func ("/wire/parsed/longest", test_longest);
  g_test_add_func ("/wire/parsed/most-crypto-sessions",
                   test_most_crypto_sessions);
  g_test_add_func ("/wire/parsed/longest-id", test_longest_id);
  return g_test_run ();
}
