/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey/wire/parsed.h>
#include <mikey/wire/print.h>

#include <string.h>

/* What other implementations really send: read from MIKEY_INTEROP_DIR, or from
 * interop/ in MIKEY_SHARED_DIR, and never copied from there. */

static char *folder;

static char *
read_text (const char *path)
{
  char *content = NULL;

  g_file_get_contents (path, &content, NULL, NULL);
  return content;
}

/* --- one message --- */

/* Written from its fields, a message is what it was. */
static void
check_rewrite (const MikeyParsed *parsed)
{
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;

  g_assert_cmpuint (mikey_chain_size (&parsed->chain), ==, parsed->raw.len);
  mikey_chain_write (&parsed->chain, &w);
  g_assert_true (mikey_writer_ok (&w, NULL));
  g_assert_cmpmem (w.data, w.len, parsed->raw.data, parsed->raw.len);
}

/* Copies of just the size, read where they are: a sanitizer sees the first
 * octet too many. */
static void
check_beginnings (MikeySlice raw)
{
  gsize len;

  for (len = 0; len < raw.len; len++) {
    g_autofree guint8 *copy = g_memdup2 (raw.data, len);
    g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
    MikeyChain chain;
    MikeyFault fault;

    g_assert_false (
        mikey_chain_read_all (&chain, MIKEY_PAYLOAD_HDR, MIKEY_PLACE_MESSAGE,
                              mikey_slice (copy, len), &arena, &fault));
    g_assert_cmpint (fault.code, ==, MIKEY_FAULT_TRUNCATED);
    g_assert_cmpint (fault.offset, <=, (int)len);
  }
}

/* Payloads as the summary lists them, between its commas. */
static void
check_payloads (const MikeyParsed *parsed, const char *wanted)
{
  g_autofree char *line = mikey_print_summary (&parsed->chain, parsed->raw.len);
  g_auto (GStrv) parts = g_strsplit (line, ", ", -1);

  g_test_message ("%s", line);
  if (wanted)
    g_assert_cmpstr (parts[4], ==, wanted);
}

/* --- messages.tsv --- */

typedef enum {
  MESSAGE,
  MALFORMED, /* refused, or else parsed and written like any message */
  OTHER,     /* keys, identifiers, what they should become */
} Kind;

/* By what a row says about itself; else base64 is a message. */
static const struct {
  const char *what;
  Kind kind;
} kinds[] = {
  { "fuzzer regression input", MALFORMED },
  { "MIKEY-SAKKE UID", OTHER },
  { "KMS ", OTHER },
  { "Alea vector", OTHER },
  { "PRF-HMAC-SHA-256", OTHER },
  { "GUK-ID", OTHER },
};

/* What we know of some rows beforehand. */
static const struct {
  const char *source, *what, *payloads;
  MikeyTolerances needed;
} known[] = {
  { "RFC4567 5.1 (offer)", "", "T RAND ID SP KEMAC", 0 },
  { "RFC4567 5.1 (answer)", "", "T ID V", 0 },
  { "onvif/specs", "client-keyed SETUP", "T SP KEMAC", 0 },
  { "onvif/specs", "client rekey", "T SP KEMAC", 0 },
  { "networkoptix", "", "T RAND SP KEMAC", 0 },
  { "ts_rtsp_server", "", "T RAND SP KEMAC", 0 },
  { "case \"a\"", "", "T RAND SP KEMAC", 0 },
  { "case \"b\"", "", "T RAND SP KEMAC", 0 },
  { "Extra padding", "", "T RAND SP KEMAC", MIKEY_TOLERATE_TRAILING_ZERO },
  { "KEMAC key data with SPI", "", "KEMAC", 0 },
  { "GStreamer tests", "HDR only", "no payloads", 0 },
  { "GStreamer tests", "HDR + 2 CS", "no payloads", 0 },
  { "GStreamer tests", "HDR + T", "T KEMAC", 0 },
  { "Test 1: GMK", "", "T RAND IDR IDR IDR IDR SP SAKKE General Ext. SIGN", 0 },
  { "Test 2: CSK", "", "T RAND IDR IDR IDR IDR SP SAKKE General Ext. SIGN", 0 },
  { "from_alea_v3", "third-party",
    "T RAND IDR IDR IDR IDR SP General Ext. SAKKE SIGN", 0 },
};

static Kind
kind_of (const char *what, const char *encoding)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (what, kinds[i].what))
      return kinds[i].kind;
  return g_str_equal (encoding, "text") ? OTHER : MESSAGE;
}

static guint8 *
decode (const char *encoding, const char *data, gsize *len)
{
  gsize i;
  guint8 *octets;

  if (g_str_equal (encoding, "base64"))
    return g_base64_decode (data, len);
  *len = strlen (data) / 2;
  octets = g_malloc (*len + 1);
  for (i = 0; i < *len; i++)
    octets[i] = (guint8)(g_ascii_xdigit_value (data[2 * i]) << 4
                         | g_ascii_xdigit_value (data[2 * i + 1]));
  return octets;
}

static void
check_message (const char *source, const char *what, MikeySlice raw)
{
  MikeyTolerances needed = MIKEY_TOLERATE_NOTHING;
  const char *payloads = NULL;
  g_auto (MikeyParsed) parsed = { 0 };
  MikeyFault fault;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (known) && !payloads; i++)
    if (strstr (source, known[i].source)
        && g_str_has_prefix (what, known[i].what)) {
      payloads = known[i].payloads;
      needed = known[i].needed;
    }
  if (mikey_parsed_init (&parsed, raw, MIKEY_TOLERATE_NOTHING, &fault))
    g_assert_cmpint (needed, ==, MIKEY_TOLERATE_NOTHING);
  else if (!mikey_parsed_init (&parsed, raw,
                               payloads ? needed : MIKEY_TOLERATE_EQUIPMENT,
                               &fault))
    g_error ("%s: %s: %s", source, what, fault.text);
  check_payloads (&parsed, payloads);
  check_rewrite (&parsed);
  check_beginnings (parsed.raw);
}

static void
check_malformed (MikeySlice raw)
{
  MikeyParsed parsed;
  MikeyFault fault;

  if (!mikey_parsed_init (&parsed, raw, MIKEY_TOLERATE_EQUIPMENT, &fault)) {
    g_assert_cmpint (fault.code, !=, MIKEY_FAULT_INTERNAL);
    g_assert_cmpint (fault.offset, >=, 0);
    return;
  }
  check_rewrite (&parsed);
  mikey_parsed_clear (&parsed);
}

static void
check_row (char **columns, guint *num)
{
  Kind kind = kind_of (columns[1], columns[2]);
  g_autofree guint8 *octets = NULL;
  gsize len;

  num[kind]++;
  if (kind == OTHER)
    return;
  octets = decode (columns[2], columns[3], &len);
  if (kind == MESSAGE)
    check_message (columns[0], columns[1], mikey_slice (octets, len));
  else
    check_malformed (mikey_slice (octets, len));
}

static void
test_list (void)
{
  g_autofree char *path = g_build_filename (folder, "messages.tsv", NULL);
  g_autofree char *content = read_text (path);
  g_auto (GStrv) lines = NULL;
  guint num[3] = { 0 }, i;

  if (!content) {
    g_test_skip (path);
    return;
  }
  lines = g_strsplit (content, "\n", -1);
  for (i = 1; lines[i] && *lines[i]; i++) {
    g_auto (GStrv) columns = g_strsplit (lines[i], "\t", -1);

    if (g_strv_length (columns) >= 4)
      check_row (columns, num);
  }
  g_test_message ("%u messages, %u malformed, %u other rows", num[MESSAGE],
                  num[MALFORMED], num[OTHER]);
  g_assert_cmpuint (num[MESSAGE], >, 0);
}

/* --- messages inside text --- */

/* Every group of the pattern that is found in the file is a message. */
static guint
check_file (const char *path, const char *pattern)
{
  g_autofree char *content = read_text (path);
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint num = 0;

  g_assert_nonnull (regex);
  g_assert_nonnull (content);
  for (g_regex_match (regex, content, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL)) {
    g_autofree char *base64 = g_match_info_fetch (match, 1);
    gsize len;
    g_autofree guint8 *octets = g_base64_decode (base64, &len);

    check_message (path, "", mikey_slice (octets, len));
    num++;
  }
  return num;
}

static guint
check_folder (const char *name, const char *suffix, const char *pattern)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *file;
  guint num = 0;

  while (dir && (file = g_dir_read_name (dir)))
    if (g_str_has_suffix (file, suffix)) {
      g_autofree char *full = g_build_filename (path, file, NULL);
      guint found = check_file (full, pattern);

      g_test_message ("%s: %u messages", file, found);
      num += found;
    }
  return num;
}

static void
test_minisip (void)
{
  if (!check_folder ("minisip", ".txt", "^msg: (\\S+)"))
    g_test_skip ("no minisip messages");
}

static void
test_rtsp (void)
{
  guint num
      = check_folder ("rtsp", ".b64", "(\\S+)")
        + check_folder ("rtsp", ".txt",
                        "(?:key-mgmt: *mikey |data=\"?)([A-Za-z0-9+/=]{24,})");

  if (!num)
    g_test_skip ("no RTSP exchanges");
}

int
main (int argc, char **argv)
{
  const char *shared = g_getenv ("MIKEY_SHARED_DIR");
  int result;

  g_test_init (&argc, &argv, NULL);
  if (g_getenv ("MIKEY_INTEROP_DIR"))
    folder = g_strdup (g_getenv ("MIKEY_INTEROP_DIR"));
  else
    folder = g_build_filename (shared ? shared : "no MIKEY_SHARED_DIR",
                               "interop", NULL);
  g_test_add_func ("/interop/messages/list", test_list);
  g_test_add_func ("/interop/messages/minisip", test_minisip);
  g_test_add_func ("/interop/messages/rtsp", test_rtsp);
  result = g_test_run ();
  g_free (folder);
  return result;
}
