/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

/* What goes without protection, and when it is refused. */

static void
pair_init (TestPair *pair)
{
  test_pair_init (pair, mikey_mode_find (MIKEY_MODE_NULL));
}

/* 3830-4.2.3-04, 3830-4.2.3-05, 3830-4.2.4-03: the policy lists the mode, and
 * either the carrier is secure or the policy does not ask for that. */
static void
test_allowed (void)
{
  guint i;

  for (i = 0; i < 8; i++) {
    bool secure = i & 1, allow = i & 2, listed = i & 4;
    bool good = listed && (secure || allow);
    MikeyFaultCode code
        = listed ? MIKEY_FAULT_UNPROTECTED : MIKEY_FAULT_MODE_REFUSED;
    TestPair pair;
    MikeyFault fault;
    g_autoptr (GBytes) offer = NULL, own = NULL;

    pair_init (&pair);
    offer = test_offer (&pair.alice, MIKEY_MODE_NULL, &fault);
    pair.bob.env.carrier_secure = secure;
    pair.bob.policy.allow_null = allow;
    pair.bob.policy.modes = listed ? 1u << MIKEY_MODE_NULL : 0;
    own = test_offer (&pair.bob, MIKEY_MODE_NULL, &fault);
    /* The mode has to be allowed, and the carrier has to be fit for it. */
    g_assert_true ((own != NULL) == good);
    if (!own)
      assert_code (&fault, code);
    mikey_exchange_clear (&pair.bob.x);
    if (good)
      assert_accepted (&pair.bob, offer, NULL);
    else
      assert_refused (&pair.bob, offer, code);
    test_pair_clear (&pair);
  }
}

typedef struct {
  MikeyNullProfile profile;
  MikeySuite suite;
  MikeyKeyType type;
  gsize key_len, mki_len;
  guint32 auth_key_len;
  bool tag_len;
} Profile;

#define ICM(n) MIKEY_SRTP_CIPHER_AES_##n##_ICM
#define GCM(n) MIKEY_SRTP_CIPHER_AES_##n##_GCM
#define SHA(n) MIKEY_SRTP_AUTH_HMAC_SHA1_##n
#define NONE   MIKEY_SRTP_AUTH_NULL

/* Quirks Q1 to Q3 of RTSP equipment. */
static void
test_profiles (void)
{
  static const Profile profiles[] = {
    { MIKEY_NULL_PROFILE_ONVIF,
      { ICM (128), SHA (80), ICM (128), SHA (80) },
      MIKEY_KEY_TYPE_TEK,
      30,
      4,
      20,
      true },
    { MIKEY_NULL_PROFILE_ONVIF,
      { ICM (256), SHA (80), ICM (256), SHA (80) },
      MIKEY_KEY_TYPE_TEK_SALT,
      32,
      4,
      20,
      true },
    { MIKEY_NULL_PROFILE_ONVIF,
      { GCM (128), NONE, GCM (128), NONE },
      MIKEY_KEY_TYPE_TEK_SALT,
      16,
      4,
      20,
      false },
    { MIKEY_NULL_PROFILE_GSTREAMER,
      { ICM (128), SHA (80), ICM (128), SHA (80) },
      MIKEY_KEY_TYPE_TEK,
      30,
      0,
      10,
      false },
    { MIKEY_NULL_PROFILE_GSTREAMER,
      { ICM (256), SHA (32), ICM (256), SHA (32) },
      MIKEY_KEY_TYPE_TEK,
      46,
      0,
      4,
      false },
    { MIKEY_NULL_PROFILE_GSTREAMER,
      { GCM (256), NONE, GCM (256), NONE },
      MIKEY_KEY_TYPE_TEK,
      44,
      0,
      20,
      false },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (profiles); i++) {
    const Profile *p = &profiles[i];
    TestPair pair;
    const MikeyTrafficKey *key;
    const MikeySrtpParams *params;

    pair_init (&pair);
    pair.alice.policy.null_profile = pair.bob.policy.null_profile = p->profile;
    pair.alice.policy.suites[0] = pair.bob.policy.suites[0] = p->suite;
    pair.bob.policy.tolerances = MIKEY_TOLERATE_EQUIPMENT;
    pair.alice.policy.tolerances = MIKEY_TOLERATE_EQUIPMENT;
    test_run_script (&pair, NULL, NULL);
    assert_same_keys (&pair.alice, &pair.bob);
    key = &pair.bob.x.csb->keys[0];
    params = &pair.bob.x.csb->policies[0].params;
    g_assert_cmpint (key->type, ==, p->type);
    g_assert_cmpuint (key->key->len, ==, p->key_len);
    g_assert_cmpuint (key->mki.len, ==, p->mki_len);
    g_assert_cmpuint (params->value[MIKEY_SRTP_AUTH_KEY_LEN], ==,
                      p->auth_key_len);
    g_assert_true ((params->present >> MIKEY_SRTP_TAG_LEN & 1) == p->tag_len);
    test_pair_clear (&pair);
  }
}

/* --- what equipment leaves out --- */

static void
remove_payload (MikeyChain *chain, guint32 code)
{
  MikeyPayload *p = chain->head;

  while (p->link->type->code != code)
    p = p->link;
  p->link = p->link->link;
}

static void
no_t (MikeyChain *chain, MikeyArena *arena, void *data)
{
  remove_payload (chain, MIKEY_PAYLOAD_T);
}

static void
no_rand (MikeyChain *chain, MikeyArena *arena, void *data)
{
  remove_payload (chain, MIKEY_PAYLOAD_RAND);
}

static void
old_t (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyT *t = test_find (chain, MIKEY_PAYLOAD_T, 0);

  t->value = mikey_slice (mikey_arena_alloc (arena, 8), 8);
}

static void
half (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyKemac *kemac = test_find (chain, MIKEY_PAYLOAD_KEMAC, 0);

  kemac->mac_alg = MIKEY_MAC_HMAC_SHA_1_160;
  kemac->mac = mikey_slice (mikey_arena_alloc (arena, 20), 20);
}

static void
no_keys (MikeyChain *chain, MikeyArena *arena, void *data)
{
  MikeyKemac *kemac = test_find (chain, MIKEY_PAYLOAD_KEMAC, 0);

  kemac->encr_data = MIKEY_SLICE_EMPTY;
}

static void
test_tolerances (void)
{
  static const struct {
    TestEdit edit;
    MikeyTolerances needed;
    MikeyFaultCode code;
  } edits[] = {
    { no_t, MIKEY_TOLERATE_NO_TIMESTAMP, MIKEY_FAULT_MISSING_PAYLOAD },
    { no_rand, MIKEY_TOLERATE_NO_RAND, MIKEY_FAULT_MISSING_PAYLOAD },
    { old_t, MIKEY_TOLERATE_CLOCK, MIKEY_FAULT_STALE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (edits); i++) {
    TestPair pair;
    MikeyFault fault;
    g_autoptr (GBytes) offer = NULL, edited = NULL;

    pair_init (&pair);
    offer = test_offer (&pair.alice, MIKEY_MODE_NULL, &fault);
    edited = test_edit (&pair.alice, offer, NULL, edits[i].edit, NULL);
    assert_refused (&pair.bob, edited, edits[i].code);
    pair.bob.policy.tolerances = MIKEY_TOLERATE_EQUIPMENT & ~edits[i].needed;
    assert_refused (&pair.bob, edited, edits[i].code);
    pair.bob.policy.tolerances = edits[i].needed;
    assert_accepted (&pair.bob, edited, NULL);
    test_pair_clear (&pair);
  }
}

static void
test_refused (void)
{
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, mixed = NULL, none = NULL;

  pair_init (&pair);
  offer = test_offer (&pair.alice, MIKEY_MODE_NULL, &fault);
  /* Neither protected nor unprotected: that is pre-shared key mode. */
  mixed = test_edit (&pair.alice, offer, NULL, half, NULL);
  assert_refused (&pair.bob, mixed, MIKEY_FAULT_MODE_REFUSED);
  none = test_edit (&pair.alice, offer, NULL, no_keys, NULL);
  assert_refused (&pair.bob, none, MIKEY_FAULT_MISSING_PAYLOAD);
  assert_accepted (&pair.bob, offer, NULL);
  assert_refused (&pair.bob, mixed, MIKEY_FAULT_BAD_COMBINATION);
  test_pair_clear (&pair);
}

/* A rekey of equipment is a message with a CSB ID of its own; the key under the
 * same MKI, or without one, is replaced. */
static void
test_rebind (void)
{
  guint i;

  for (i = 0; i < 2; i++) {
    TestPair pair;
    MikeyFault fault;
    g_autoptr (GBytes) first = NULL, second = NULL;
    guint32 csb_id;

    pair_init (&pair);
    pair.alice.policy.null_profile = i;
    pair.bob.policy.tolerances = MIKEY_TOLERATE_EQUIPMENT;
    first = test_offer (&pair.alice, MIKEY_MODE_NULL, &fault);
    assert_accepted (&pair.bob, first, NULL);
    csb_id = pair.bob.x.csb->csb_id;
    mikey_exchange_clear (&pair.alice.x);
    g_assert_true (mikey_exchange_add_stream (&pair.alice.x, 77, 0));
    second = test_offer (&pair.alice, MIKEY_MODE_NULL, &fault);
    assert_accepted (&pair.bob, second, NULL);
    g_assert_cmphex (pair.bob.x.csb->csb_id, !=, csb_id);
    g_assert_cmpuint (pair.bob.x.csb->num_cs, ==, 1);
    g_assert_cmpuint (pair.bob.x.csb->num_keys, ==, i ? 1 : 2);
    test_pair_clear (&pair);
  }
}

/* The other mode's messages have no place here, and these not there. */
static void
test_modes_apart (void)
{
  TestPair null, psk;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL, plain = NULL;

  pair_init (&null);
  test_pair_init (&psk, mikey_mode_find (MIKEY_MODE_PSK));
  offer = test_offer (&psk.alice, MIKEY_MODE_PSK, &fault);
  plain = test_offer (&null.alice, MIKEY_MODE_NULL, &fault);
  assert_refused (&null.bob, offer, MIKEY_FAULT_MODE_REFUSED);
  assert_refused (&psk.bob, plain, MIKEY_FAULT_MODE_REFUSED);
  psk.bob.policy.modes = ~0u;
  assert_refused (&psk.bob, plain, MIKEY_FAULT_UNPROTECTED);
  g_assert_null (test_offer (&null.bob, MIKEY_MODE_PSK, &fault));
  assert_code (&fault, MIKEY_FAULT_MODE_REFUSED);
  g_assert_null (test_offer (&null.bob, 30, &fault));
  assert_code (&fault, MIKEY_FAULT_USAGE);
  g_assert_null (test_update (&null.bob, true, &fault));
  assert_code (&fault, MIKEY_FAULT_USAGE);
  test_pair_clear (&null);
  test_pair_clear (&psk);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  g_test_add_func ("/null/allowed", test_allowed);
  g_test_add_func ("/null/profiles", test_profiles);
  g_test_add_func ("/null/tolerances", test_tolerances);
  g_test_add_func ("/null/refused", test_refused);
  g_test_add_func ("/null/rebind", test_rebind);
  g_test_add_func ("/null/modes-apart", test_modes_apart);
  return g_test_run ();
}
