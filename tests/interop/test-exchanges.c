/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/session/private.h>
#include <mikey/session/text.h>

/* Messages of others in our exchanges: minisip's pre-shared key exchange from
 * both ends, and what RTSP equipment sends unprotected. Read from
 * MIKEY_INTEROP_DIR, or from interop/ in MIKEY_SHARED_DIR. */

#define MINISIP                                                                \
  (MIKEY_TOLERATE_ORDER | MIKEY_TOLERATE_NEW_T_IN_REPLY                        \
   | MIKEY_TOLERATE_V_WITHOUT_IDS)

static char *folder;

static char *
read_text (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *content = NULL;

  g_file_get_contents (path, &content, NULL, NULL);
  return content;
}

/* What MikeyPolicy accepts by default. */
static void
use_policy (TestSide *side, MikeyTolerances tolerances)
{
  g_autoptr (MikeyPolicy) policy = mikey_policy_new ();

  mikey_policy_get_data (policy, &side->policy);
  side->policy.tolerances = tolerances;
}

/* --- minisip --- */

static const guint8 minisip_psk[16]
    = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

/* The rest of the line that begins with NAME. */
static char *
line_of (const char *text, const char *name)
{
  const char *at = strstr (text, name);

  g_assert_nonnull (at);
  at += strlen (name);
  return g_strstrip (g_strndup (at, strcspn (at, "\n")));
}

static GBytes *
message_in (const char *text)
{
  g_autofree char *line = line_of (text, "msg:");
  GBytes *bytes = mikey_octets_from_base64 (line, strlen (line));

  g_assert_nonnull (bytes);
  return bytes;
}

/* "cs 1 tek: HEX salt: HEX" for each crypto session. */
static void
check_keys (const TestSide *side, const char *text)
{
  g_autofree char *keys = test_keys (side);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint i, num = 0;

  for (i = 0; lines[i]; i++) {
    g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
    g_autofree char *wanted = NULL;

    if (g_strv_length (words) < 6 || !g_str_equal (words[2], "tek:"))
      continue;
    wanted = g_strdup_printf ("key=%s salt=%s", words[3], words[5]);
    g_assert_nonnull (strstr (keys, wanted));
    num++;
  }
  g_assert_cmpuint (num, ==, side->x.csb->num_cs);
}

static MikeyTime
time_in (GBytes *message)
{
  g_auto (MikeyParsed) parsed = { .raw = MIKEY_SLICE_EMPTY };
  const MikeyT *t;

  g_assert_true (mikey_parsed_init (&parsed, test_slice (message), 0, NULL));
  t = mikey_chain_find (&parsed.chain, MIKEY_PAYLOAD_T, 0);
  return mikey_time_from_ntp (mikey_t_as_64 (t), TEST_NOW);
}

static void
minisip_side (TestSide *side, GBytes *offer, MikeyTolerances tolerances)
{
  test_side_init (side, NULL, NULL);
  use_policy (side, tolerances);
  side->psk = mikey_slice (minisip_psk, sizeof minisip_psk);
  side->env.now = time_in (offer);
}

/* Our Initiator, as if it had sent the offer. */
static void
as_initiator (TestSide *side, GBytes *offer)
{
  assert_accepted (side, offer, NULL);
  side->x.role = MIKEY_ROLE_INITIATOR;
  side->x.state = MIKEY_EXCHANGE_WAIT;
  side->x.pending = g_steal_pointer (&side->x.csb);
  mikey_write_slice (&side->x.sent, test_slice (offer));
}

static bool
have_minisip (char **init, char **resp)
{
  *init = read_text ("minisip/psk-init.txt");
  *resp = read_text ("minisip/psk-resp.txt");
  if (!*init || !*resp)
    g_test_skip ("minisip's messages are not here");
  return *init && *resp;
}

static void
test_minisip_offer (void)
{
  g_autofree char *init = NULL, *resp = NULL;
  g_autoptr (GBytes) offer = NULL, reply = NULL;
  TestSide bob;

  if (!have_minisip (&init, &resp))
    return;
  offer = message_in (init);
  minisip_side (&bob, offer, 0);
  assert_refused (&bob, offer, MIKEY_FAULT_EXTRA_PAYLOAD);
  bob.policy.tolerances = MINISIP;
  g_assert_true (mikey_exchange_add_stream (&bob.x, 0xaabbccdd, 0));
  assert_accepted (&bob, offer, &reply);
  g_assert_nonnull (reply);
  check_keys (&bob, init);
  g_assert_cmphex (bob.x.csb->cs[1].ssrc, ==, 0xaabbccdd);
  test_side_clear (&bob);
}

static void
test_minisip_answer (void)
{
  g_autofree char *init = NULL, *resp = NULL;
  g_autoptr (GBytes) offer = NULL, answer = NULL;
  TestSide alice;

  if (!have_minisip (&init, &resp))
    return;
  offer = message_in (init);
  answer = message_in (resp);
  minisip_side (&alice, offer, MINISIP);
  as_initiator (&alice, offer);
  alice.policy.tolerances = MIKEY_TOLERATE_NOTHING;
  assert_refused (&alice, answer, MIKEY_FAULT_STALE);
  alice.policy.tolerances = MINISIP;
  assert_accepted (&alice, answer, NULL);
  check_keys (&alice, resp);
  g_assert_cmphex (alice.x.csb->cs[1].ssrc, ==, 0xaabbccdd);
  test_side_clear (&alice);
}

/* --- RTSP equipment --- */

static void
equipment_side (TestSide *side, bool secure)
{
  test_side_init (side, NULL, NULL);
  use_policy (side, MIKEY_TOLERATE_EQUIPMENT);
  side->env.carrier_secure = secure;
}

/* 3830-4.2.3-04, 3830-4.2.3-05 */
static void
check_equipment (const char *name, GBytes *message)
{
  TestSide side;
  g_autofree char *keys = NULL;

  equipment_side (&side, false);
  assert_refused (&side, message, MIKEY_FAULT_UNPROTECTED);
  test_side_clear (&side);

  g_test_message ("%s", name);
  equipment_side (&side, true);
  assert_accepted (&side, message, NULL);
  keys = test_keys (&side);
  g_assert_cmpstr (keys, !=, "");
  g_assert_cmpint (side.x.mode->mode, ==, MIKEY_MODE_NULL);
  test_side_clear (&side);
}

/* Rows of messages.tsv that are messages of equipment, by a word of their
 * source; of those, one whose key is too short to be one. */
static const char *const equipment[]
    = { "onvif/specs", "networkoptix", "ts_rtsp_server",
        "case \"a\"",  "case \"b\"",   "Extra padding" };

static bool
is_equipment (const char *source)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (equipment); i++)
    if (strstr (source, equipment[i]))
      return true;
  return false;
}

static GBytes *
octets_of (char **cells)
{
  return g_str_equal (cells[2], "hex")
             ? mikey_octets_from_hex (cells[3], strlen (cells[3]))
             : mikey_octets_from_base64 (cells[3], strlen (cells[3]));
}

static void
check_short_key (char **cells)
{
  g_autoptr (GBytes) message = octets_of (cells);
  TestSide side;

  equipment_side (&side, true);
  assert_refused (&side, message, MIKEY_FAULT_BAD_LENGTH);
  test_side_clear (&side);
}

static void
test_equipment (void)
{
  g_autofree char *table = read_text ("messages.tsv");
  g_auto (GStrv) lines = g_strsplit (table ? table : "", "\n", -1);
  guint i, num = 0;

  if (!table) {
    g_test_skip ("the messages of equipment are not here");
    return;
  }
  for (i = 0; lines[i]; i++) {
    g_auto (GStrv) cells = g_strsplit (lines[i], "\t", -1);
    g_autoptr (GBytes) message = NULL;

    if (g_strv_length (cells) >= 4 && strstr (cells[0], "key data with SPI"))
      check_short_key (cells);
    if (g_strv_length (cells) < 4 || !is_equipment (cells[0]))
      continue;
    message = octets_of (cells);
    check_equipment (cells[0], message);
    num++;
  }
  g_assert_cmpuint (num, >=, G_N_ELEMENTS (equipment));
}

/* The exchanges of rtsp/: each .b64 file is one message. */
static void
test_rtsp (void)
{
  g_autofree char *path = g_build_filename (folder, "rtsp", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  if (!dir) {
    g_test_skip ("the exchanges of RTSP equipment are not here");
    return;
  }
  while ((name = g_dir_read_name (dir))) {
    g_autofree char *file = g_build_filename ("rtsp", name, NULL);
    g_autofree char *text = NULL;
    g_autoptr (GBytes) message = NULL;

    if (!g_str_has_suffix (name, ".b64"))
      continue;
    text = g_strstrip (read_text (file));
    message = mikey_octets_from_base64 (text, strlen (text));
    check_equipment (name, message);
  }
}

int
main (int argc, char **argv)
{
  const char *given = g_getenv ("MIKEY_INTEROP_DIR");
  const char *shared = g_getenv ("MIKEY_SHARED_DIR");

  folder = given ? g_strdup (given)
                 : g_build_filename (shared ? shared : "..", "interop", NULL);
  test_init (&argc, &argv);
  g_test_add_func ("/interop/minisip/offer", test_minisip_offer);
  g_test_add_func ("/interop/minisip/answer", test_minisip_answer);
  g_test_add_func ("/interop/equipment", test_equipment);
  g_test_add_func ("/interop/rtsp", test_rtsp);
  return g_test_run ();
}
