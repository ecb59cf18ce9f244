/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire.h"
#include "../../lib/sampled.h"

#include <mikey/wire/print.h>

#define SAMPLES 2000

typedef char *(*Print) (const MikeyChain *chain, bool show_keys);

static void
parse (MikeyParsed *parsed, MikeySlice raw)
{
  MikeyFault fault;

  if (!mikey_parsed_init (parsed, raw, MIKEY_TOLERATE_NOTHING, &fault))
    g_error ("%s", fault.text);
}

/* --- golden files: NAME.hex is the message, the others what is printed --- */

static char *
golden (const char *name, const char *suffix)
{
  g_autofree char *file = g_strconcat (name, suffix, NULL);
  g_autofree char *path
      = g_build_filename (g_getenv ("MIKEY_SOURCE_DIR"), "tests", "check",
                          "wire", "golden", file, NULL);
  char *content;
  GError *error = NULL;

  g_file_get_contents (path, &content, NULL, &error);
  g_assert_no_error (error);
  return content;
}

static MikeySlice
golden_message (const char *name)
{
  g_autofree char *content = golden (name, ".hex");

  return hex (g_strdelimit (content, "\n", ' '));
}

static void
check_golden (const char *name, const char *suffix, const MikeyChain *chain,
              Print print, bool show_keys)
{
  g_autofree char *wanted = golden (name, suffix);
  g_autofree char *printed = print (chain, show_keys);

  g_assert_cmpstr (printed, ==, wanted);
}

static void
test_golden (gconstpointer name)
{
  g_auto (MikeyParsed) parsed = { 0 };

  parse (&parsed, golden_message (name));
  check_golden (name, ".txt", &parsed.chain, mikey_print_text, false);
  check_golden (name, ".json", &parsed.chain, mikey_print_json, false);
  check_golden (name, "-keys.txt", &parsed.chain, mikey_print_text, true);
}

static void
test_summary (void)
{
  static const struct {
    const char *octets, *summary;
  } rows[] = {
    { "01 00 09 80 1a2b3c4d 00 00 00 00",
      "Pre-shared, CSB 1a2b3c4d, V 1, 0 CS, V, 12 bytes" },
    { "01 1a 0b 00 00000001 ff 01 04 01 aa 2001 bb",
      "SAKKE msg, CSB 00000001, V 0, 255 CS, RAND SIGN, 16 bytes" },
    { "01 06 00 00 00000001 00 00",
      "Error, CSB 00000001, V 0, 0 CS, no payloads, 10 bytes" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (MikeyParsed) parsed = { 0 };
    g_autofree char *line = NULL;

    parse (&parsed, hex (rows[i].octets));
    line = mikey_print_summary (&parsed.chain, parsed.raw.len);
    g_assert_cmpstr (line, ==, rows[i].summary);
  }
}

/* Not parsed, but built: with a data type that nobody knows, and no HDR. */
static void
test_summary_of_built (void)
{
  MikeyV v = { .base = { .type = &mikey_payload_v } };
  MikeyHdr hdr
      = { .base = { &mikey_payload_hdr, &v.base, 0, 0, 0 }, .data_type = 99 };
  MikeyChain chain = { MIKEY_PAYLOAD_HDR, &hdr.base };
  g_autofree char *line = mikey_print_summary (&chain, 12);
  g_autofree char *headless = NULL;

  g_assert_cmpstr (line, ==,
                   "data type 99, CSB 00000000, V 0, 0 CS, V, 12 bytes");
  chain = (MikeyChain){ MIKEY_PAYLOAD_V, &v.base };
  headless = mikey_print_summary (&chain, 2);
  g_assert_cmpstr (headless, ==, "V, 2 bytes");
}

/* --- single values --- */

static const struct {
  const char *payload; /* a message with this one alone, next payload 0 */
  guint32 code;
  const char *line;
} lines[] = {
  { "00 00 83aa7e80 80000000", MIKEY_PAYLOAD_T,
    "TS value: 83aa7e8080000000 (1970-01-01T00:00:00.500000Z)\n" },
  /* the second of its era, 2036 */
  { "00 01 00000001 00000000", MIKEY_PAYLOAD_T,
    "TS value: 0000000100000000 (2036-02-07T06:28:17Z)\n" },
  { "00 02 00000009", MIKEY_PAYLOAD_T, "TS value: 00000009 (9)\n" },
  { "00 03 00000000", MIKEY_PAYLOAD_T,
    "TS value: 00000000 (2036-02-07T06:28:16Z)\n" },
  { "00 01 0005 6122625c63", MIKEY_PAYLOAD_ID, "ID data: \"a\\\"b\\\\c\"\n" },
  { "00 01 0003 61c3a9", MIKEY_PAYLOAD_ID, "ID data: \"a\303\251\"\n" },
  { "00 01 0002 6100", MIKEY_PAYLOAD_ID, "ID data: 6100\n" },
  /* an escape sequence, a bidirectional override, bad UTF-8 */
  { "00 01 0003 611b5b", MIKEY_PAYLOAD_ID, "ID data: 611b5b\n" },
  { "00 01 0003 e280ae", MIKEY_PAYLOAD_ID, "ID data: e280ae\n" },
  { "00 01 0002 c328", MIKEY_PAYLOAD_ID, "ID data: c328\n" },
  { "00 01 0000", MIKEY_PAYLOAD_ID, "ID data: 0 bytes\n" },
  { "00 63 0000", MIKEY_PAYLOAD_GEN_EXT, "Type: 99\n" },
  { "00 00 0004 41 00 0003 00", MIKEY_PAYLOAD_KEMAC, "contents: \"wire: " },
};

static void
test_lines (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
    g_autofree char *printed = NULL;
    MikeyChain chain;
    MikeyFault fault;

    if (!mikey_chain_read_all (&chain, lines[i].code, MIKEY_PLACE_MESSAGE,
                               hex (lines[i].payload), &arena, &fault))
      g_error ("%s: %s", lines[i].payload, fault.text);
    printed = mikey_print_text (&chain, false);
    if (!strstr (printed, lines[i].line))
      g_error ("%s: %s", lines[i].payload, printed);
  }
}

/* --- JSON --- */

/* A reader of JSON (RFC 8259) that only moves on, or ends in NULL. */
static const char *json_value (const char *at);

static const char *
json_space (const char *at)
{
  return at + strspn (at, " \n\r\t");
}

static const char *
json_string (const char *at)
{
  if (*at++ != '"')
    return NULL;
  while (*at && *at != '"') {
    if ((guchar)*at < 0x20 || (*at == '\\' && !strchr ("\"\\", at[1])))
      return NULL;
    at += *at == '\\' ? 2 : 1;
  }
  return *at ? at + 1 : NULL;
}

static const char *
json_members (const char *at, char end, bool has_names)
{
  at = json_space (at + 1);
  if (*at == end)
    return at + 1;
  for (;;) {
    if (has_names) {
      if (!(at = json_string (json_space (at))) || *at++ != ':')
        return NULL;
    }
    if (!(at = json_value (json_space (at))))
      return NULL;
    at = json_space (at);
    if (*at == end)
      return at + 1;
    if (*at++ != ',')
      return NULL;
  }
}

static const char *
json_value (const char *at)
{
  gsize digits = strspn (at, "0123456789");

  if (*at == '{')
    return json_members (at, '}', true);
  if (*at == '[')
    return json_members (at, ']', false);
  if (*at == '"')
    return json_string (at);
  return digits && (digits == 1 || *at != '0') ? at + digits : NULL;
}

static bool
is_json (const char *printed)
{
  const char *end = json_value (json_space (printed));

  return end && !*json_space (end) && g_utf8_validate (printed, -1, NULL);
}

/* The reader above is no good if it takes anything. */
static void
test_json_reader (void)
{
  g_assert_true (is_json ("{\"a\": [1, {}, \"b\\\"\"], \"c\": {}}\n"));
  g_assert_false (is_json ("{\"a\": [1, {}, \"b\\\"], \"c\": {}}"));
  g_assert_false (is_json ("{\"a\": 1,}"));
  g_assert_false (is_json ("{\"a\": 01}"));
  g_assert_false (is_json ("{\"a\"}"));
  g_assert_false (is_json ("[1 2]"));
  g_assert_false (is_json ("[1]]"));
  g_assert_false (is_json ("[\"\n\"]"));
}

static void
test_json (void)
{
  guint i;

  for (i = 0; i < SAMPLES; i++) {
    g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
    g_auto (MikeyParsed) parsed = { 0 };
    g_autofree char *hidden = NULL, *shown = NULL;

    g_assert_true (sampled_message (g_test_rand_int (), &w));
    parse (&parsed, mikey_writer_slice (&w));
    hidden = mikey_print_json (&parsed.chain, false);
    shown = mikey_print_json (&parsed.chain, true);
    g_assert_true (is_json (hidden));
    g_assert_true (is_json (shown));
  }
}

/* --- keys --- */

/* Octets that hold a chain may hold keys: their table has to say so. */
static void
test_chains_are_secret (void)
{
  const MikeyPayloadType *const *types;
  guint num_types, i, j;

  types = mikey_payload_types (&num_types);
  for (i = 0; i < num_types; i++)
    for (j = 0; j < types[i]->wire.num_fields; j++)
      if (types[i]->wire.fields[j].chain)
        g_assert_true (types[i]->wire.fields[j].flags & MIKEY_FIELD_SECRET);
}

/* The keys of golden/psk.hex are of 61, 62 and 63 only. */
static void
test_keys (void)
{
  static const Print prints[] = { mikey_print_text, mikey_print_json };
  g_auto (MikeyParsed) parsed = { 0 };
  guint i;

  parse (&parsed, golden_message ("psk"));
  for (i = 0; i < G_N_ELEMENTS (prints); i++) {
    g_autofree char *hidden = prints[i](&parsed.chain, false);
    g_autofree char *shown = prints[i](&parsed.chain, true);

    g_assert_null (strstr (hidden, "6161"));
    g_assert_null (strstr (hidden, "6262"));
    g_assert_null (strstr (hidden, "6363"));
    g_assert_nonnull (strstr (shown, "61616161616161616161616161616161"));
    g_assert_nonnull (strstr (shown, "62626262"));
    g_assert_nonnull (strstr (shown, "6363"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/wire/print/golden/psk", "psk", test_golden);
  g_test_add_data_func ("/wire/print/golden/ticket", "ticket", test_golden);
  g_test_add_func ("/wire/print/summary", test_summary);
  g_test_add_func ("/wire/print/summary/built", test_summary_of_built);
  g_test_add_func ("/wire/print/lines", test_lines);
  g_test_add_func ("/wire/print/json-reader", test_json_reader);
  g_test_add_func ("/wire/print/json", test_json);
  g_test_add_func ("/wire/print/chains-are-secret", test_chains_are_secret);
  g_test_add_func ("/wire/print/keys", test_keys);
  return g_test_run ();
}
