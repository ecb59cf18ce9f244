/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/modes/rules.h>

/* Rules against lists of payloads; a letter is a payload. */

static const MikeyMessageRules rules = {
  "a message",
  "a section",
  0,
  false,
  { { MIKEY_PAYLOAD_T, 1, 1 },
    { MIKEY_PAYLOAD_RAND, 0, 1 },
    { MIKEY_PAYLOAD_ID, 0, 2 },
    { MIKEY_PAYLOAD_V, 1, 1 } },
};

static guint32
code_of (char letter)
{
  static const struct {
    char letter;
    guint32 code;
  } codes[] = { { 't', MIKEY_PAYLOAD_T },       { 'r', MIKEY_PAYLOAD_RAND },
                { 'i', MIKEY_PAYLOAD_ID },      { 'v', MIKEY_PAYLOAD_V },
                { 'x', MIKEY_PAYLOAD_GEN_EXT }, { 's', MIKEY_PAYLOAD_SP } };
  guint i;

  for (i = 0; codes[i].letter != letter; i++)
    ;
  return codes[i].code;
}

static MikeyFaultCode
check (const char *letters, MikeyTolerances tolerances)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  MikeyParsed parsed = { .raw = MIKEY_SLICE_EMPTY };
  MikeyChecked checked;
  MikeyFault fault = { 0 };

  mikey_chain_add (&parsed.chain, MIKEY_PAYLOAD_HDR, &arena);
  for (; *letters; letters++)
    mikey_chain_add (&parsed.chain, code_of (*letters), &arena);
  if (mikey_rules_check (&rules, &parsed, tolerances, &checked, &fault)) {
    g_assert_true (checked.parsed == &parsed && checked.rules == &rules);
    return 0;
  }
  test_assert_explained (&fault);
  return fault.code;
}

#define MISSING MIKEY_FAULT_MISSING_PAYLOAD
#define EXTRA   MIKEY_FAULT_EXTRA_PAYLOAD

static void
test_rules (void)
{
  static const struct {
    const char *letters;
    MikeyFaultCode strict, any_order;
  } cases[] = {
    { "tv", 0, 0 },
    { "triiv", 0, 0 },
    { "xtrxiixv", 0, 0 },
    { "", MISSING, MISSING },
    { "t", MISSING, EXTRA },
    { "v", MISSING, MISSING },
    { "vt", EXTRA, EXTRA },
    { "trv", 0, 0 },
    { "tirv", EXTRA, 0 },
    { "rtv", EXTRA, 0 },
    { "ttv", EXTRA, EXTRA },
    { "trrv", EXTRA, EXTRA },
    { "tiiiv", EXTRA, EXTRA },
    { "tirivv", EXTRA, EXTRA },
    { "tirriv", EXTRA, EXTRA },
    { "tvv", EXTRA, EXTRA },
    { "tsv", EXTRA, EXTRA },
    { "tvx", EXTRA, EXTRA },
    { "tivi", EXTRA, EXTRA },
    { "x", EXTRA, EXTRA },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].letters);
    g_assert_cmpint (check (cases[i].letters, 0), ==, cases[i].strict);
    g_assert_cmpint (check (cases[i].letters, MIKEY_TOLERATE_ORDER), ==,
                     cases[i].any_order);
  }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  g_test_add_func ("/rules", test_rules);
  return g_test_run ();
}
