/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

/* What a Responder makes of an offer: each case edits the genuine one, as its
 * sender could have written it. */

typedef struct {
  const char *name;
  TestEdit edit;
  MikeyFaultCode code; /* 0: accepted */
  MikeyTolerances tolerances;
} Case;

static MikeyHdr *
hdr_of (MikeyChain *chain)
{
  return (MikeyHdr *)chain->head;
}

/* --- header and RAND --- */

static void
unknown_prf (MikeyChain *chain, MikeyArena *arena, void *data)
{
  hdr_of (chain)->prf_func = 5;
}

static void
short_rand (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyRand *rand = test_find (chain, MIKEY_PAYLOAD_RAND, 0);

  rand->rand.len = 15;
}

static void
no_sessions (MikeyChain *chain, MikeyArena *arena, void *data)
{
  hdr_of (chain)->num_cs = 0;
  hdr_of (chain)->srtp_ids.num = 0;
}

/* --- policies --- */

static MikeySp *
sp_of (MikeyChain *chain)
{
  return test_find (chain, MIKEY_PAYLOAD_SP, 0);
}

static void
set_param (MikeySp *sp, guint index, guint32 type, guint8 value,
           MikeyArena *arena)
{
  MikeySpParam *params = sp->params.items;

  params[index].type = type;
  params[index].value = mikey_slice (mikey_arena_copy (arena, &value, 1), 1);
}

static void
doubled_sp (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeySp *sp = sp_of (chain);
  MikeySp *other = test_insert (&sp->base, MIKEY_PAYLOAD_SP, arena);

  other->params = sp->params;
}

static void
second_sp (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeySrtpId *ids = hdr_of (chain)->srtp_ids.items;

  doubled_sp (chain, arena, data);
  ((MikeySp *)test_find (chain, MIKEY_PAYLOAD_SP, 1))->policy_no = 9;
  ids[1].policy_no = 9;
}

static void
missing_policy (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeySrtpId *ids = hdr_of (chain)->srtp_ids.items;

  ids[1].policy_no = 9;
}

static void
without_sp (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyPayload *p = chain->head;

  while (p->link->type->code != MIKEY_PAYLOAD_SP)
    p = p->link;
  p->link = p->link->link;
}

/* Any policy number means the defaults then. */
static void
without_sp_numbered (MikeyChain *chain, MikeyArena *arena, void *data)
{
  without_sp (chain, arena, data);
  missing_policy (chain, arena, data);
}

static void
aes_f8 (MikeyChain *chain, MikeyArena *arena, void *data)
{
  set_param (sp_of (chain), 0, MIKEY_SRTP_ENCR_ALG, 2, arena);
}

static void
unknown_param (MikeyChain *chain, MikeyArena *arena, void *data)
{
  set_param (sp_of (chain), 0, 77, 1, arena);
}

static void
unwanted_suite (MikeyChain *chain, MikeyArena *arena, void *data)
{
  set_param (sp_of (chain), 0, MIKEY_SRTP_RTCP_ENCR, 0, arena);
}

static void
tesla (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeySp *sp = sp_of (chain);

  sp->prot_type = 1;
  sp->params.num = 0;
}

/* --- maps --- */

static void
empty_map_with_sp (MikeyChain *chain, MikeyArena *arena, void *data)
{
  no_sessions (chain, arena, data);
  hdr_of (chain)->map_type = MIKEY_MAP_EMPTY;
}

static void
empty_map (MikeyChain *chain, MikeyArena *arena, void *data)
{
  empty_map_with_sp (chain, arena, data);
  without_sp (chain, arena, data);
}

/* Two sessions: 7 with SSRC, ROC and SEQ, 3 with nothing. */
static MikeyGenericId *
generic_map (MikeyChain *chain, MikeyArena *arena)
{
  static const guint8 policies[] = { 42, 0 };
  static const guint8 session[10] = { 0, 0, 0, 1, 0, 0, 0, 2, 0, 3 };
  MikeyHdr *hdr = hdr_of (chain);
  MikeyGenericId *ids = mikey_arena_alloc (arena, 2 * sizeof *ids);

  ids[0] = (MikeyGenericId){ .cs_id = 7,
                             .s = 1,
                             .num_policies = 2,
                             .policies = mikey_slice (policies, 2),
                             .session_data = mikey_slice (session, 10) };
  ids[1] = (MikeyGenericId){ .cs_id = 3 };
  hdr->map_type = MIKEY_MAP_GENERIC_ID;
  hdr->num_cs = 2;
  hdr->srtp_ids = (MikeyList){ 0, NULL };
  hdr->generic_ids = (MikeyList){ 2, ids };
  return ids;
}

static void
generic (MikeyChain *chain, MikeyArena *arena, void *data)
{
  generic_map (chain, arena);
}

static void
generic_short (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyGenericId *id = generic_map (chain, arena);

  id->s = 0;
  id->session_data.len = 4;
}

static void
generic_same_id (MikeyChain *chain, MikeyArena *arena, void *data)
{
  generic_map (chain, arena)[1].cs_id = 7;
}

static void
generic_ipsec (MikeyChain *chain, MikeyArena *arena, void *data)
{
  generic_map (chain, arena)[1].prot_type = 1;
}

static void
generic_no_policy (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyGenericId *id = generic_map (chain, arena);

  id->num_policies = 1;
  id->policies.len = 1;
}

/* --- extensions and order --- */

static void
extension (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyGenExt *ext = test_insert (chain->head, MIKEY_PAYLOAD_GEN_EXT, arena);

  ext->type = 200;
  test_insert (test_find (chain, MIKEY_PAYLOAD_ID, 0), MIKEY_PAYLOAD_GEN_EXT,
               arena);
}

static void
extension_last (MikeyChain *chain, MikeyArena *arena, void *data)
{
  test_insert (test_find (chain, MIKEY_PAYLOAD_KEMAC, 0), MIKEY_PAYLOAD_GEN_EXT,
               arena);
}

static void
rand_later (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyPayload *t = test_find (chain, MIKEY_PAYLOAD_T, 0);
  MikeyPayload *rand = t->link, *id = rand->link;

  t->link = id;
  rand->link = id->link;
  id->link = rand;
}

static void
certificate (MikeyChain *chain, MikeyArena *arena, void *data)
{
  test_insert (test_find (chain, MIKEY_PAYLOAD_RAND, 0), MIKEY_PAYLOAD_CERT,
               arena);
}

static void
no_timestamp (MikeyChain *chain, MikeyArena *arena, void *data)
{
  chain->head->link = chain->head->link->link;
}

static void
third_id (MikeyChain *chain, MikeyArena *arena, void *data)
{
  test_insert (test_find (chain, MIKEY_PAYLOAD_ID, 1), MIKEY_PAYLOAD_ID, arena);
}

static void
wrong_timestamp (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyT *t = test_find (chain, MIKEY_PAYLOAD_T, 0);

  t->ts_type = 3; /* NTP-UTC-32, which only tickets have */
  t->value.len = 4;
}

static void
unchanged (MikeyChain *chain, MikeyArena *arena, void *data)
{
}

static const Case cases[] = {
  { "unchanged", unchanged, 0, 0 },
  { "prf", unknown_prf, MIKEY_FAULT_BAD_PRF, 0 },
  /* 3830-6.11-01 */
  { "rand/short", short_rand, MIKEY_FAULT_BAD_LENGTH, 0 },
  /* 3830-6.1-06 */
  { "no-sessions", no_sessions, 0, 0 },
  /* 3830-6.10-02, 3830-6.10.1-02 */
  { "sp/doubled", doubled_sp, MIKEY_FAULT_BAD_SP, 0 },
  { "sp/second", second_sp, 0, 0 },
  { "sp/missing", missing_policy, MIKEY_FAULT_BAD_SP, 0 },
  { "sp/none", without_sp, 0, 0 },
  { "sp/none-numbered", without_sp_numbered, 0, 0 },
  { "sp/aes-f8", aes_f8, MIKEY_FAULT_BAD_SP_PARAM, 0 },
  { "sp/unknown", unknown_param, MIKEY_FAULT_BAD_SP_PARAM, 0 },
  { "sp/unwanted", unwanted_suite, MIKEY_FAULT_BAD_SP_PARAM, 0 },
  { "sp/tesla", tesla, MIKEY_FAULT_BAD_SP, 0 },
  /* 4563-5-01, 4563-5-02 */
  { "map/empty-with-sp", empty_map_with_sp, MIKEY_FAULT_BAD_COMBINATION, 0 },
  { "map/empty-with-sp-tolerated", empty_map_with_sp, 0,
    MIKEY_TOLERATE_EMPTY_MAP_WITH_SP },
  { "map/empty", empty_map, 0, 0 },
  { "map/generic", generic, 0, 0 },
  { "map/generic-short", generic_short, 0, 0 },
  { "map/generic-same-id", generic_same_id, MIKEY_FAULT_BAD_COMBINATION, 0 },
  { "map/generic-protocol", generic_ipsec, MIKEY_FAULT_BAD_SP, 0 },
  { "map/generic-no-policy", generic_no_policy, MIKEY_FAULT_BAD_SP, 0 },
  /* 3830-6.15-01 */
  { "extension", extension, 0, 0 },
  { "extension/last", extension_last, MIKEY_FAULT_EXTRA_PAYLOAD, 0 },
  /* 3830-3-01 */
  { "order/rand-later", rand_later, MIKEY_FAULT_EXTRA_PAYLOAD, 0 },
  { "order/rand-later-tolerated", rand_later, 0, MIKEY_TOLERATE_ORDER },
  { "order/certificate", certificate, MIKEY_FAULT_EXTRA_PAYLOAD, 0 },
  { "order/certificate-tolerated", certificate, MIKEY_FAULT_EXTRA_PAYLOAD,
    MIKEY_TOLERATE_ORDER },
  { "order/no-t", no_timestamp, MIKEY_FAULT_MISSING_PAYLOAD, 0 },
  { "order/third-id", third_id, MIKEY_FAULT_EXTRA_PAYLOAD, 0 },
  { "order/third-id-tolerated", third_id, MIKEY_FAULT_EXTRA_PAYLOAD,
    MIKEY_TOLERATE_ORDER },
  { "timestamp/type", wrong_timestamp, MIKEY_FAULT_STALE, 0 },
};

static void
test_case (const void *data)
{
  const Case *c = data;
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, edited = NULL;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  pair.bob.policy.tolerances = c->tolerances;
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  edited = test_edit (&pair.alice, offer, NULL, c->edit, NULL);
  if (c->code)
    assert_refused (&pair.bob, edited, c->code);
  else
    assert_accepted (&pair.bob, edited, NULL);
  test_pair_clear (&pair);
}

/* Bob's side after an edited offer. */
static void
bob_after (TestPair *pair, TestEdit edit)
{
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, edited = NULL, update = NULL;

  test_pair_init (pair, mikey_mode_find (MIKEY_MODE_PSK));
  offer = test_offer (&pair->alice, MIKEY_MODE_PSK, &fault);
  edited = test_edit (&pair->alice, offer, NULL, edit, NULL);
  assert_accepted (&pair->bob, edited, NULL);
}

/* An Empty map: the Responder's own streams; and its updates keep the map, and
 * have no SP beside it (4563-5-02). */
static void
test_empty_map (void)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) update = NULL;
  g_auto (MikeyParsed) parsed = { .raw = MIKEY_SLICE_EMPTY };

  bob_after (&pair, empty_map);
  g_assert_cmpuint (pair.bob.x.csb->num_cs, ==, 1);
  g_assert_cmphex (pair.bob.x.csb->cs[0].ssrc, ==, 0x00b0b001);
  update = test_update (&pair.bob, true, &fault);
  g_assert_true (mikey_parsed_init (&parsed, test_slice (update), 0, NULL));
  g_assert_cmpuint (parsed.hdr->map_type, ==, MIKEY_MAP_EMPTY);
  g_assert_cmpuint (mikey_chain_count (&parsed.chain, MIKEY_PAYLOAD_SP), ==, 0);
  test_pair_clear (&pair);
}

/* GENERIC-ID: numbers, SSRCs and rollover counters as told; answers and updates
 * speak the same way (6043-6.1.1-02, 6043-6.1.1-03). */
static void
test_generic_map (void)
{
  TestPair pair;
  MikeyFault fault;
  const MikeyGenericId *ids;
  g_autoptr (GBytes) update = NULL;
  g_auto (MikeyParsed) parsed = { .raw = MIKEY_SLICE_EMPTY };

  bob_after (&pair, generic);
  g_assert_cmpuint (pair.bob.x.csb->cs[0].cs_id, ==, 7);
  g_assert_cmphex (pair.bob.x.csb->cs[0].ssrc, ==, 1);
  g_assert_cmpuint (pair.bob.x.csb->cs[0].roc, ==, 2);
  g_assert_cmpuint (pair.bob.x.csb->cs[1].cs_id, ==, 3);
  g_assert_cmphex (pair.bob.x.csb->cs[1].ssrc, ==, 0x00b0b001);
  update = test_update (&pair.bob, true, &fault);
  g_assert_true (mikey_parsed_init (&parsed, test_slice (update), 0, NULL));
  g_assert_cmpuint (parsed.hdr->map_type, ==, MIKEY_MAP_GENERIC_ID);
  ids = parsed.hdr->generic_ids.items;
  g_assert_cmpuint (ids[0].cs_id, ==, 7);
  g_assert_cmpuint (ids[1].cs_id, ==, 3);
  g_assert_cmpuint (ids[1].spi.len, ==, 4);
  test_pair_clear (&pair);
}

/* The defaults of SRTP are accepted only where the policy has them. */
static void
test_defaults_unwanted (void)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, edited = NULL;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  pair.bob.policy.suites[0] = pair.bob.policy.suites[1];
  pair.bob.policy.num_suites = 1;
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  edited = test_edit (&pair.alice, offer, NULL, without_sp, NULL);
  assert_refused (&pair.bob, edited, MIKEY_FAULT_BAD_SP);
  test_pair_clear (&pair);
}

static void
test_nothing_to_offer (void)
{
  TestPair pair;
  MikeyFault fault;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  pair.alice.policy.num_suites = 0;
  g_assert_null (test_offer (&pair.alice, MIKEY_MODE_PSK, &fault));
  assert_code (&fault, MIKEY_FAULT_USAGE);
  test_pair_clear (&pair);
}

/* 3830-1.3-02: as many crypto sessions as a header can name, each with a key
 * of its own; and not one more. */
static void
test_all_sessions (void)
{
  TestPair pair;
  guint i;
  g_autofree char *keys = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GHashTable) distinct = g_hash_table_new (g_str_hash, g_str_equal);

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  for (i = pair.alice.x.num_streams; i < MIKEY_MAX_CS; i++)
    g_assert_true (mikey_exchange_add_stream (&pair.alice.x, 1000 + i, i));
  g_assert_false (mikey_exchange_add_stream (&pair.alice.x, 1, 0));
  test_run_script (&pair, NULL, NULL);
  assert_same_keys (&pair.alice, &pair.bob);
  keys = test_keys (&pair.alice);
  lines = g_strsplit (keys, "\n", -1);
  for (i = 0; lines[i]; i++)
    g_assert_true (g_hash_table_add (distinct, strstr (lines[i], "key=")));
  g_assert_cmpuint (i, ==, 3 * MIKEY_MAX_CS);
  test_pair_clear (&pair);
}

/* The same stream twice is one crypto session. */
static void
test_stream_twice (void)
{
  TestPair pair;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  g_assert_true (mikey_exchange_add_stream (&pair.alice.x, 0xa11ce001, 5));
  test_run_step (&pair, TEST_OFFER, NULL, NULL);
  g_assert_cmpuint (pair.bob.x.csb->num_cs, ==, 2);
  test_pair_clear (&pair);
}

/* --- updates and answers --- */

static void
with_rand (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyRand *rand = test_insert (test_find (chain, MIKEY_PAYLOAD_T, 0),
                                 MIKEY_PAYLOAD_RAND, arena);

  rand->rand = mikey_slice (mikey_arena_alloc (arena, 16), 16);
}

static void
other_csb (MikeyChain *chain, MikeyArena *arena, void *data)
{
  hdr_of (chain)->csb_id ^= 1;
}

/* 3830-4.5-01, 3830-4.5-02 */
static void
test_bad_update (void)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) update = NULL, rand = NULL, csb = NULL;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  test_run_step (&pair, TEST_OFFER, NULL, NULL);
  update = test_update (&pair.alice, true, &fault);
  rand = test_edit (&pair.alice, update, NULL, with_rand, NULL);
  assert_refused (&pair.bob, rand, MIKEY_FAULT_EXTRA_PAYLOAD);
  csb = test_edit (&pair.alice, update, NULL, other_csb, NULL);
  assert_refused (&pair.bob, csb, MIKEY_FAULT_CSB_MISMATCH);
  assert_accepted (&pair.bob, update, NULL);
  assert_refused (&pair.bob, update, MIKEY_FAULT_REPLAYED);
  test_pair_clear (&pair);
}

static void
other_ssrc (MikeyChain *chain, MikeyArena *arena, void *data)
{
  ((MikeySrtpId *)hdr_of (chain)->srtp_ids.items)[0].ssrc ^= 1;
}

static void
other_map (MikeyChain *chain, MikeyArena *arena, void *data)
{
  no_sessions (chain, arena, data);
  hdr_of (chain)->map_type = MIKEY_MAP_EMPTY;
}

static void
other_t (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyT *t = test_find (chain, MIKEY_PAYLOAD_T, 0);

  t->value = mikey_slice (mikey_arena_alloc (arena, 8), 8);
}

static void
other_id (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyId *id = test_find (chain, MIKEY_PAYLOAD_ID, 0);

  id->data = mikey_slice (TEST_ALICE, strlen (TEST_ALICE));
}

static void
null_mac (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyV *v = test_find (chain, MIKEY_PAYLOAD_V, 0);

  v->auth_alg = MIKEY_MAC_NULL;
  v->ver_data.len = 0;
}

/* 3830-5.2-03, 3830-5.2-05 */
static void
test_bad_answer (void)
{
  static const Case answers[] = {
    { "ssrc", other_ssrc, MIKEY_FAULT_BAD_COMBINATION, 0 },
    { "map", other_map, MIKEY_FAULT_BAD_COMBINATION, 0 },
    { "csb", other_csb, MIKEY_FAULT_CSB_MISMATCH, 0 },
    { "t", other_t, MIKEY_FAULT_STALE, 0 },
    { "id", other_id, MIKEY_FAULT_WRONG_ID, 0 },
    { "mac", null_mac, MIKEY_FAULT_UNPROTECTED, 0 },
    { "none", no_sessions, 0, 0 },
  };
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, answer = NULL;
  guint i;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  assert_accepted (&pair.bob, offer, &answer);
  for (i = 0; i < G_N_ELEMENTS (answers); i++) {
    g_autoptr (GBytes) edited
        = test_edit (&pair.bob, answer, offer, answers[i].edit, NULL);

    g_test_message ("%s", answers[i].name);
    if (answers[i].code)
      assert_refused (&pair.alice, edited, answers[i].code);
    else
      assert_accepted (&pair.alice, edited, NULL);
  }
  test_pair_clear (&pair);
}

int
main (int argc, char **argv)
{
  guint i;

  test_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/adopt/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/adopt/empty-map", test_empty_map);
  g_test_add_func ("/adopt/generic-map", test_generic_map);
  g_test_add_func ("/adopt/defaults-unwanted", test_defaults_unwanted);
  g_test_add_func ("/adopt/nothing-to-offer", test_nothing_to_offer);
  g_test_add_func ("/adopt/all-sessions", test_all_sessions);
  g_test_add_func ("/adopt/stream-twice", test_stream_twice);
  g_test_add_func ("/adopt/bad-update", test_bad_update);
  g_test_add_func ("/adopt/bad-answer", test_bad_answer);
  return g_test_run ();
}
