/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mikey-test.h"

#include <mikey/modes/srtp.h>
#include <mikey/session/save.h>

guint64 test_seed = 1;

const char *const test_step_names[TEST_NUM_STEPS]
    = { "offer", "update by the Initiator", "update by the Responder" };

void
test_init (int *argc, char ***argv)
{
  const char *seed = g_getenv ("MIKEY_SEED");

  g_test_init (argc, argv, NULL);
  if (seed)
    test_seed = g_ascii_strtoull (seed, NULL, 0);
  g_test_message ("MIKEY_SEED=%" G_GUINT64_FORMAT, test_seed);
}

/* --- octets --- */

GBytes *
test_bytes (MikeySlice slice)
{
  return g_bytes_new (slice.data, slice.len);
}

MikeySlice
test_slice (GBytes *bytes)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (bytes, &len);

  return mikey_slice (data, len);
}

/* --- the replay store --- */

static bool
store_check (void *user, const guint8 key[MIKEY_REPLAY_KEY_LEN], MikeyTime now,
             MikeyFault *fault)
{
  TestStore *store = user;
  g_autoptr (GBytes) wanted = g_bytes_new (key, MIKEY_REPLAY_KEY_LEN);
  const gint64 *expires = g_hash_table_lookup (store->seen, wanted);

  if (expires && *expires >= now)
    return mikey_fail (fault, MIKEY_FAULT_REPLAYED, "seen before");
  return true;
}

static bool
store_add (void *user, const guint8 key[MIKEY_REPLAY_KEY_LEN], MikeyTime now,
           MikeyTime expires, MikeyFault *fault)
{
  TestStore *store = user;
  gint64 until = expires == MIKEY_TIME_NONE ? G_MAXINT64 : expires;

  MIKEY_TRY (store_check (user, key, now, fault));
  if (store->full)
    return mikey_fail (fault, MIKEY_FAULT_REPLAY_FULL, "the store is full");
  g_hash_table_replace (store->seen, g_bytes_new (key, MIKEY_REPLAY_KEY_LEN),
                        g_memdup2 (&until, sizeof until));
  return true;
}

static guint32
store_counter (void *user, const guint8 peer[MIKEY_REPLAY_KEY_LEN])
{
  TestStore *store = user;
  g_autoptr (GBytes) key = g_bytes_new (peer, MIKEY_REPLAY_KEY_LEN);

  return GPOINTER_TO_UINT (g_hash_table_lookup (store->counters, key));
}

static bool
store_raise_counter (void *user, const guint8 peer[MIKEY_REPLAY_KEY_LEN],
                     guint32 counter, MikeyFault *fault)
{
  TestStore *store = user;

  if (counter <= store_counter (user, peer))
    return mikey_fail (fault, MIKEY_FAULT_REPLAYED, "counter %u again",
                       counter);
  g_hash_table_replace (store->counters,
                        g_bytes_new (peer, MIKEY_REPLAY_KEY_LEN),
                        GUINT_TO_POINTER (counter));
  return true;
}

static bool
store_claim_csb (void *user, guint32 csb_id)
{
  TestStore *store = user;

  if (store->refuse_csb) {
    store->refuse_csb--;
    return false;
  }
  return g_hash_table_add (store->csb_ids, GUINT_TO_POINTER (csb_id));
}

static void
store_init (TestStore *store)
{
  store->seen = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                       (GDestroyNotify)g_bytes_unref, g_free);
  store->counters = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                           (GDestroyNotify)g_bytes_unref, NULL);
  store->csb_ids = g_hash_table_new (NULL, NULL);
}

static void
store_clear (TestStore *store)
{
  g_hash_table_unref (store->seen);
  g_hash_table_unref (store->counters);
  g_hash_table_unref (store->csb_ids);
}

guint
test_remembered (const TestSide *side)
{
  return g_hash_table_size (side->store.seen)
         + g_hash_table_size (side->store.counters);
}

/* --- a side --- */

static bool
fill (void *user, guint8 *data, gsize len)
{
  TestSide *side = user;

  if (++side->random_calls == side->random_fails_at)
    return false;
  return seeded_fill (&side->seed, data, len);
}

static MikeySecret *
ask_psk (void *user, MikeySlice local, MikeySlice peer, MikeyFault *fault)
{
  TestSide *side = user;
  MikeySecret *psk = NULL;

  side->asked++;
  if (side->pending)
    mikey_fail (fault, MIKEY_FAULT_PENDING, "asked for a key");
  else if (!side->psk.len)
    mikey_fail (fault, MIKEY_FAULT_NO_CREDENTIAL, "no key for this peer");
  else if (!(psk = mikey_secret_copy (side->psk)))
    mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no memory for a key");
  return psk;
}

static bool
accept_peer (void *user, MikeySlice peer, MikeyFault *fault)
{
  TestSide *side = user;

  return !side->refuses_peer
         || mikey_fail (fault, MIKEY_FAULT_WRONG_ID, "not this one");
}

/* As MikeyPolicy has them. */
void
test_policy_defaults (MikeyPolicyData *policy)
{
  *policy = (MikeyPolicyData){
    .max_clock_skew = 300,
    .prf = MIKEY_PRF_MIKEY_1,
    .encr_alg = MIKEY_ENCR_AES_CM_128,
    .mac_alg = MIKEY_MAC_HMAC_SHA_1_160,
    .key_validity = MIKEY_KEY_VALIDITY_SPI,
    .mki_len = 4,
    .num_keys = 1,
    .request_verification = true,
    .send_ids = true,
    .num_suites = 2,
    .suites = { { MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80,
                  MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80 },
                { MIKEY_SRTP_CIPHER_AES_256_GCM, MIKEY_SRTP_AUTH_NULL,
                  MIKEY_SRTP_CIPHER_AES_256_GCM, MIKEY_SRTP_AUTH_NULL } },
  };
}

static MikeySlice
slice_of (const char *string)
{
  return string ? mikey_slice (string, strlen (string)) : MIKEY_SLICE_EMPTY;
}

void
test_side_init (TestSide *side, const char *local, const char *peer)
{
  static const guint8 psk[] = "sixteen octets or more";

  memset (side, 0, sizeof *side);
  mikey_exchange_init (&side->x);
  store_init (&side->store);
  test_policy_defaults (&side->policy);
  side->seed = test_seed;
  side->psk = mikey_slice (psk, sizeof psk - 1);
  side->random = (MikeyRandom){ fill, side };
  side->credentials = (MikeyCredentials){ side, ask_psk, accept_peer };
  side->replay
      = (MikeyReplay){ &side->store,  store_check,         store_add,
                       store_counter, store_raise_counter, store_claim_csb };
  side->env = (MikeyEnv){
    .now = TEST_NOW,
    .random = &side->random,
    .policy = &side->policy,
    .credentials = &side->credentials,
    .replay = &side->replay,
    .local_id = slice_of (local),
    .peer_id = slice_of (peer),
  };
}

void
test_side_clear (TestSide *side)
{
  mikey_exchange_clear (&side->x);
  store_clear (&side->store);
}

void
test_side_restart (TestSide *side)
{
  mikey_exchange_clear (&side->x);
  store_clear (&side->store);
  store_init (&side->store);
}

/* --- a pair --- */

/* A mode that makes no offer without a secure carrier protects nothing. */
static bool
is_protected (TestPair *pair)
{
  g_autoptr (GBytes) offer = NULL;
  TestSide probe;
  MikeyFault fault;

  test_side_init (&probe, TEST_ALICE, TEST_BOB);
  probe.policy.modes = 1u << pair->mode->mode;
  offer = test_offer (&probe, pair->mode->mode, &fault);
  if (!offer)
    g_assert_cmpint (fault.code, ==, MIKEY_FAULT_UNPROTECTED);
  test_side_clear (&probe);
  return offer != NULL;
}

static void
set_up (TestPair *pair, TestSide *side, guint64 seed, guint32 ssrc)
{
  side->policy.modes = 1u << pair->mode->mode;
  side->env.carrier_secure = !pair->protected;
  side->seed = test_seed * 2 + seed;
  g_assert_true (mikey_exchange_add_stream (&side->x, ssrc, 0));
}

void
test_pair_init (TestPair *pair, const MikeyModeRow *mode)
{
  pair->mode = mode;
  test_side_init (&pair->alice, TEST_ALICE, TEST_BOB);
  test_side_init (&pair->bob, TEST_BOB, TEST_ALICE);
  pair->protected = is_protected (pair);
  set_up (pair, &pair->alice, 0, 0xa11ce001);
  g_assert_true (mikey_exchange_add_stream (&pair->alice.x, 0, 0));
  set_up (pair, &pair->bob, 1, 0x00b0b001);
}

void
test_pair_clear (TestPair *pair)
{
  test_side_clear (&pair->alice);
  test_side_clear (&pair->bob);
}

void
test_pair_advance (TestPair *pair, gint64 microseconds)
{
  pair->alice.env.now += microseconds;
  pair->bob.env.now += microseconds;
}

/* --- messages --- */

static GBytes *
message_of (bool ok, MikeyWriter *out)
{
  if (ok)
    return mikey_writer_steal (out);
  g_assert_cmpuint (out->len, ==, 0);
  mikey_writer_clear (out);
  return NULL;
}

GBytes *
test_offer (TestSide *side, MikeyMode mode, MikeyFault *fault)
{
  MikeyWriter out = MIKEY_WRITER_INIT;

  return message_of (
      mikey_exchange_offer (&side->x, &side->env, mode, &out, fault), &out);
}

GBytes *
test_update (TestSide *side, bool new_keys, MikeyFault *fault)
{
  MikeyWriter out = MIKEY_WRITER_INIT;

  return message_of (
      mikey_exchange_update (&side->x, &side->env, new_keys, &out, fault),
      &out);
}

static bool
take_reply (bool ok, MikeyWriter *out, GBytes **reply)
{
  if (reply)
    *reply = out->len ? mikey_writer_steal (out) : NULL;
  mikey_writer_clear (out);
  return ok;
}

bool
test_receive (TestSide *side, GBytes *message, GBytes **reply,
              MikeyFault *fault)
{
  MikeyWriter out = MIKEY_WRITER_INIT;

  return take_reply (mikey_exchange_receive (&side->x, &side->env,
                                             test_slice (message), &out, fault),
                     &out, reply);
}

bool
test_resume (TestSide *side, GBytes **reply, MikeyFault *fault)
{
  MikeyWriter out = MIKEY_WRITER_INIT;

  return take_reply (mikey_exchange_resume (&side->x, &side->env, &out, fault),
                     &out, reply);
}

static GBytes *
begin (TestPair *pair, TestStepKind step, TestSide **from)
{
  MikeyFault fault = { 0 };
  GBytes *message;

  *from = step == TEST_UPDATE_BOB ? &pair->bob : &pair->alice;
  message = step == TEST_OFFER ? test_offer (*from, pair->mode->mode, &fault)
                               : test_update (*from, true, &fault);
  if (!message)
    g_error ("%s, %s: %s", pair->mode->nick, test_step_names[step], fault.text);
  return message;
}

static guint
run_step (TestPair *pair, TestStepKind step, TestHook hook, void *data)
{
  TestSide *from;
  g_autoptr (GBytes) message = begin (pair, step, &from);
  guint num = 0;

  while (message) {
    g_autofree char *name = g_strdup_printf (
        "%s: %s, message %u", pair->mode->nick, test_step_names[step], ++num);
    TestSide *to = test_other (pair, from);
    GBytes *reply = NULL;

    if (hook)
      hook (pair, from, to, name, message, data);
    assert_accepted (to, message, &reply);
    g_bytes_unref (message);
    message = reply;
    from = to;
  }
  return num;
}

void
test_run_step (TestPair *pair, TestStepKind step, TestHook hook, void *data)
{
  run_step (pair, step, hook, data);
}

guint
test_run_script (TestPair *pair, TestHook hook, void *data)
{
  guint step, num = 0;

  for (step = 0; step < TEST_NUM_STEPS; step++) {
    num += run_step (pair, step, hook, data);
    test_pair_advance (pair, MIKEY_TIME_SECOND);
  }
  return num;
}

/* --- what an exchange is --- */

GBytes *
test_snapshot (const TestSide *side)
{
  MikeyWriter out = MIKEY_WRITER_INIT;
  MikeyFault fault;

  if (!mikey_exchange_save (&side->x, &out, &fault))
    g_error ("%s", fault.text);
  return mikey_writer_steal (&out);
}

void
test_restore (TestSide *side, GBytes *snapshot)
{
  MikeyFault fault;

  mikey_exchange_clear (&side->x);
  if (!mikey_exchange_load (&side->x, test_slice (snapshot), &fault))
    g_error ("%s", fault.text);
}

bool
test_is_established (const TestSide *side)
{
  return side->x.state == MIKEY_EXCHANGE_DONE
         || side->x.state == MIKEY_EXCHANGE_UPDATING;
}

static int
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static char *
key_line (const MikeyCsb *csb, const MikeyCs *cs, const MikeyTrafficKey *key)
{
  g_autoptr (MikeySecret) secret = NULL;
  g_autoptr (MikeySecret) salt = NULL;
  g_autofree char *secret_hex = NULL, *salt_hex = NULL, *mki = NULL;
  const MikeyCsPolicy *policy = mikey_csb_find_policy (csb, cs->policy_no);
  MikeySuite suite = { 0 };
  MikeyFault fault;

  if (!mikey_csb_derive (csb, cs, key, &secret, &salt, &fault)
      || !mikey_suite_from_params (&policy->params, csb->tolerances, &suite,
                                   &fault))
    g_error ("a key of an established bundle: %s", fault.text);
  secret_hex = mikey_slice_hex (mikey_secret_slice (secret));
  salt_hex = mikey_slice_hex (mikey_secret_slice (salt));
  mki = mikey_slice_hex (key->mki);
  return g_strdup_printf (
      "cs=%u ssrc=%08x rtp=%d/%d rtcp=%d/%d key=%s salt=%s mki=%s valid=%d "
      "%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT,
      cs->cs_id, cs->ssrc, suite.rtp_cipher, suite.rtp_auth, suite.rtcp_cipher,
      suite.rtcp_auth, secret_hex, salt_hex, mki, key->validity, key->from,
      key->to);
}

char *
test_keys (const TestSide *side)
{
  const MikeyCsb *csb = side->x.csb;
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  guint i, k;

  for (i = 0; csb && i < csb->num_cs; i++)
    for (k = 0; k < csb->num_keys; k++)
      g_ptr_array_add (lines, key_line (csb, &csb->cs[i], &csb->keys[k]));
  g_ptr_array_sort (lines, by_text);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **)lines->pdata);
}

/* --- refusals --- */

void
test_assert_explained (const MikeyFault *fault)
{
  g_assert_cmpint (fault->code, !=, MIKEY_FAULT_NONE);
  g_assert_cmpint (mikey_fault_class (fault->code), !=, MIKEY_CLASS_INTERNAL);
  g_assert_true (
      g_str_has_prefix (fault->text, mikey_fault_class_name (fault->code)));
  g_assert_cmpuint (strlen (fault->text), >,
                    strlen (mikey_fault_class_name (fault->code)) + 2);
}

bool
test_refuses (TestSide *side, GBytes *message, MikeyFault *fault)
{
  g_autoptr (GBytes) before = test_snapshot (side);
  g_autoptr (GBytes) after = NULL;
  guint remembered = test_remembered (side);

  if (test_receive (side, message, NULL, fault))
    return false;
  test_assert_explained (fault);
  after = test_snapshot (side);
  g_assert_true (g_bytes_equal (before, after));
  g_assert_cmpuint (remembered, ==, test_remembered (side));
  return true;
}

/* --- making MACs anew --- */

static MikeySlice
id_at (const MikeyParsed *parsed, guint index)
{
  const MikeyId *id
      = mikey_chain_find (&parsed->chain, MIKEY_PAYLOAD_ID, index);

  return id ? id->data : MIKEY_SLICE_EMPTY;
}

/* What follows a message with V: identities and timestamp (3830-5.2-03). */
static guint
appendix (const MikeyParsed *message, const MikeyParsed *sent,
          MikeySlice parts[3])
{
  const MikeyT *t = mikey_chain_find (&sent->chain, MIKEY_PAYLOAD_T, 0);
  MikeySlice answered = id_at (message, 0);

  parts[0] = id_at (sent, 0);
  parts[1] = answered.len ? answered : id_at (sent, 1);
  parts[2] = t ? t->value : MIKEY_SLICE_EMPTY;
  return 3;
}

static MikeyProtection
protection_of (const TestSide *from, const MikeyParsed *message)
{
  const MikeyCsb *csb = from->x.pending ? from->x.pending : from->x.csb;
  const MikeyRand *rand
      = mikey_chain_find (&message->chain, MIKEY_PAYLOAD_RAND, 0);
  const MikeyPrf *prf = mikey_prf_find (message->hdr->prf_func);

  return (MikeyProtection){
    .secret = csb->message_key,
    .label = { prf ? prf : csb->prf, message->hdr->csb_id,
               rand ? rand->rand : csb->rand },
  };
}

static GBytes *
with_tag (const TestSide *from, const MikeyParsed *parsed, guint32 mac_alg,
          MikeySlice *parts, guint num_extra)
{
  MikeyProtection protection = protection_of (from, parsed);
  const MikeyMac *mac = mikey_mac_find (mac_alg);
  guint8 *copy;

  if (!mac || !mac->tag_len || !protection.secret)
    return NULL;
  parts[0] = mikey_slice (parsed->raw.data, parsed->raw.len - mac->tag_len);
  copy = g_memdup2 (parsed->raw.data, parsed->raw.len);
  mikey_protect_tag (&protection, mac, parts, 1 + num_extra,
                     copy + parts[0].len);
  return g_bytes_new_take (copy, parsed->raw.len);
}

static const MikeyPayload *
last_of (const MikeyChain *chain)
{
  const MikeyPayload *p = chain->head;

  while (p->link)
    p = p->link;
  return p;
}

GBytes *
test_remac (const TestSide *from, MikeySlice message, GBytes *sent)
{
  g_auto (MikeyParsed) parsed = { .raw = MIKEY_SLICE_EMPTY };
  g_auto (MikeyParsed) answered = { .raw = MIKEY_SLICE_EMPTY };
  const MikeyPayload *last;
  MikeySlice parts[4];

  if (!mikey_parsed_init (&parsed, message, MIKEY_TOLERATE_NOTHING, NULL))
    return NULL;
  last = last_of (&parsed.chain);
  if (last->type->code == MIKEY_PAYLOAD_KEMAC)
    return with_tag (from, &parsed, ((const MikeyKemac *)last)->mac_alg, parts,
                     0);
  if (last->type->code != MIKEY_PAYLOAD_V || !sent
      || !mikey_parsed_init (&answered, test_slice (sent),
                             MIKEY_TOLERATE_NOTHING, NULL))
    return NULL;
  return with_tag (from, &parsed, ((const MikeyV *)last)->auth_alg, parts,
                   appendix (&parsed, &answered, parts + 1));
}

/* --- editing --- */

void *
test_find (MikeyChain *chain, guint32 payload, guint index)
{
  void *found = mikey_chain_find (chain, payload, index);

  g_assert_nonnull (found);
  return found;
}

void *
test_insert (MikeyPayload *before, guint32 code, MikeyArena *arena)
{
  MikeyChain alone = { code, NULL };
  MikeyPayload *payload = mikey_chain_add (&alone, code, arena);

  g_assert_nonnull (payload);
  payload->link = before->link;
  before->link = payload;
  return payload;
}

GBytes *
test_edit (const TestSide *from, GBytes *message, GBytes *sent, TestEdit edit,
           void *data)
{
  g_auto (MikeyParsed) parsed = { .raw = MIKEY_SLICE_EMPTY };
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
  GBytes *edited;

  g_assert_true (mikey_parsed_init (&parsed, test_slice (message),
                                    MIKEY_TOLERATE_NOTHING, NULL));
  edit (&parsed.chain, &parsed.arena, data);
  mikey_chain_write (&parsed.chain, &w);
  g_assert_true (mikey_writer_ok (&w, NULL));
  edited = test_remac (from, mikey_writer_slice (&w), sent);
  return edited ? edited : test_bytes (mikey_writer_slice (&w));
}

typedef struct {
  const TestSide *from;
  GBytes *message;
  MikeySlice plain;
} NewKeys;

static void
seal_keys (MikeyChain *chain, MikeyArena *arena, void *data)
{
  const NewKeys *keys = data;
  MikeyParsed parsed
      = { .chain = *chain, .hdr = (const MikeyHdr *)chain->head };
  MikeyProtection protection = protection_of (keys->from, &parsed);
  MikeyKemac *kemac = test_find (chain, MIKEY_PAYLOAD_KEMAC, 0);
  const MikeyCipher *cipher = mikey_cipher_find (kemac->encr_alg);
  gsize len = keys->plain.len + cipher->overhead;
  guint8 *out = mikey_arena_alloc (arena, len);
  MikeyFault fault;

  protection.timestamp = mikey_t_as_64 (test_find (chain, MIKEY_PAYLOAD_T, 0));
  if (keys->plain.len
      && !mikey_kemac_seal (&protection, cipher, keys->plain, out, &fault))
    g_error ("%s", fault.text);
  kemac->encr_data = mikey_slice (out, keys->plain.len ? len : 0);
}

GBytes *
test_with_keys (const TestSide *from, GBytes *message, MikeySlice plain)
{
  NewKeys keys = { from, message, plain };

  return test_edit (from, message, NULL, seal_keys, &keys);
}
