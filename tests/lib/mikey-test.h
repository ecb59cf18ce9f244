/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TESTS_LIB_MIKEY_TEST_H
#define TESTS_LIB_MIKEY_TEST_H

/* Exchanges for tests: two sides with a clock that stands still, random octets
 * that follow from a seed, and credentials of every kind that a mode may ask
 * for. Modes are those of modes.def; none has a name in here. */

#include <mikey/modes/exchange.h>

#include <stdlib.h>
#include <string.h>

#include "sampled.h"

#define TEST_NOW   (G_GINT64_CONSTANT (1700000000) * MIKEY_TIME_SECOND)
#define TEST_ALICE "sip:alice@example.org"
#define TEST_BOB   "sip:bob@example.org"

/* g_test_init(), and prints the seed: that of MIKEY_SEED, or 1. */
void test_init (int *argc, char ***argv);
extern guint64 test_seed;

/* A replay store as the engine sees it. */
typedef struct {
  GHashTable *seen;     /* key (GBytes) -> expiry (gint64 *) */
  GHashTable *counters; /* peer (GBytes) -> highest counter */
  GHashTable *csb_ids;
  bool full;
  guint refuse_csb; /* that many claims fail */
} TestStore;

typedef struct {
  MikeyExchange x;
  MikeyEnv env;
  MikeyPolicyData policy;
  MikeyRandom random;
  MikeyCredentials credentials;
  MikeyReplay replay;
  TestStore store;
  guint64 seed;
  guint random_calls;    /* so far */
  guint random_fails_at; /* that call, counted from 1; 0: none */
  MikeySlice psk;        /* empty: there is none */
  bool pending;          /* the credential is not there yet */
  bool refuses_peer;
  guint asked; /* how often for a key */
} TestSide;

void test_side_init (TestSide *side, const char *local, const char *peer);
void test_side_clear (TestSide *side);
/* Forgets the exchange and everything seen; streams as well. */
void test_side_restart (TestSide *side);
void test_policy_defaults (MikeyPolicyData *policy);

/* Alice, who begins, and Bob. */
typedef struct {
  const MikeyModeRow *mode;
  bool protected; /* without a secure carrier as well */
  TestSide alice, bob;
} TestPair;

/* One stream each way, seeds from test_seed. Only MODE is allowed; where it
 * needs a secure carrier it has one. */
void test_pair_init (TestPair *pair, const MikeyModeRow *mode);
void test_pair_clear (TestPair *pair);
void test_pair_advance (TestPair *pair, gint64 microseconds);
static inline TestSide *
test_other (TestPair *pair, const TestSide *side)
{
  return side == &pair->alice ? &pair->bob : &pair->alice;
}

/* Messages as GBytes, NULL: refused, see FAULT. */
GBytes *test_offer (TestSide *side, MikeyMode mode, MikeyFault *fault);
GBytes *test_update (TestSide *side, bool new_keys, MikeyFault *fault);
/* REPLY: what is sent back, if anything; may be NULL. */
bool test_receive (TestSide *side, GBytes *message, GBytes **reply,
                   MikeyFault *fault);
bool test_resume (TestSide *side, GBytes **reply, MikeyFault *fault);

/* Which message of an exchange; the three that a script begins. */
typedef enum {
  TEST_OFFER,
  TEST_UPDATE_ALICE,
  TEST_UPDATE_BOB,
  TEST_NUM_STEPS
} TestStepKind;

extern const char *const test_step_names[TEST_NUM_STEPS];

/* Called before each delivery of a script: FROM has sent MESSAGE to TO. */
typedef void (*TestHook) (TestPair *pair, TestSide *from, TestSide *to,
                          const char *name, GBytes *message, void *data);

/* Begins STEP and delivers messages until none is left; asserts that each is
 * accepted. */
void
test_run_step (TestPair *pair, TestStepKind step, TestHook hook, void *data);
/* All steps. Returns how many messages there were. */
guint test_run_script (TestPair *pair, TestHook hook, void *data);

/* Everything that SIDE's exchange is, as octets. */
GBytes *test_snapshot (const TestSide *side);
/* SIDE's exchange becomes that of SNAPSHOT. */
void test_restore (TestSide *side, GBytes *snapshot);
guint test_remembered (const TestSide *side);

/* The traffic keys of the bundle in force, a line each, in an order of their
 * own; empty: none. Secret, were it not for tests. */
char *test_keys (const TestSide *side);
#define assert_same_keys(a, b)                                                 \
  do {                                                                         \
    g_autofree char *_a = test_keys (a), *_b = test_keys (b);                  \
    g_assert_cmpstr (_a, !=, "");                                              \
    g_assert_cmpstr (_a, ==, _b);                                              \
  } while (0)
bool test_is_established (const TestSide *side);

/* MESSAGE with the MAC at its end made anew, as somebody could who holds what
 * FROM holds. NULL: it has none, or is not well formed. SENT: the message that
 * it answers, or NULL. */
GBytes *test_remac (const TestSide *from, MikeySlice message, GBytes *sent);

/* MESSAGE, of FROM, after EDIT has been at its payloads; its MAC is made anew
 * where it has one. New payloads and octets are ARENA's. */
typedef void (*TestEdit) (MikeyChain *chain, MikeyArena *arena, void *data);
GBytes *test_edit (const TestSide *from, GBytes *message, GBytes *sent,
                   TestEdit edit, void *data);
/* MESSAGE, an I_MESSAGE of FROM, with PLAIN for its Key data. */
GBytes *
test_with_keys (const TestSide *from, GBytes *message, MikeySlice plain);
void *test_find (MikeyChain *chain, guint32 payload, guint index);
/* A new payload of type CODE behind BEFORE. */
void *test_insert (MikeyPayload *before, guint32 code, MikeyArena *arena);

GBytes *test_bytes (MikeySlice slice);
MikeySlice test_slice (GBytes *bytes);

/* The fault has that code, says its class, and is nobody's defect. */
#define assert_code(fault, wanted)                                             \
  do {                                                                         \
    const MikeyFault *_f = (fault);                                            \
    if (_f->code != (wanted))                                                  \
      g_test_message ("%s", _f->text);                                         \
    g_assert_cmpstr (mikey_fault_code_name (_f->code), ==,                     \
                     mikey_fault_code_name (wanted));                          \
    test_assert_explained (_f);                                                \
  } while (0)
void test_assert_explained (const MikeyFault *fault);

/* Refused with CODE, and nothing changed. */
#define assert_refused(side, message, wanted)                                  \
  do {                                                                         \
    MikeyFault _fault = { 0 };                                                 \
    g_assert_true (test_refuses (side, message, &_fault));                     \
    assert_code (&_fault, wanted);                                             \
  } while (0)
/* False: accepted. Asserts that a refusal changes nothing. */
bool test_refuses (TestSide *side, GBytes *message, MikeyFault *fault);

#define assert_accepted(side, message, reply)                                  \
  do {                                                                         \
    MikeyFault _fault = { 0 };                                                 \
    bool _ok = test_receive (side, message, reply, &_fault);                   \
    if (!_ok)                                                                  \
      g_test_message ("%s", _fault.text);                                      \
    g_assert_true (_ok);                                                       \
  } while (0)

#endif
