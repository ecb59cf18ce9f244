/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "adopt.h"

#include "srtp.h"

#include <string.h>

static bool
no_memory (MikeyFault *fault)
{
  return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no memory for a session");
}

/* --- header --- */

static bool
adopt_prf (MikeyStep *step, MikeyFault *fault)
{
  const MikeyHdr *hdr = step->in->parsed->hdr;

  step->work->csb_id = hdr->csb_id;
  step->work->tolerances |= step->env->policy->tolerances;
  step->work->prf = mikey_prf_find (hdr->prf_func);
  return step->work->prf
         || mikey_fail (fault, MIKEY_FAULT_BAD_PRF, "PRF %u", hdr->prf_func);
}

bool
mikey_adopt_header (MikeyStep *step, MikeyFault *fault)
{
  const MikeyRand *rand = mikey_checked_find (step->in, MIKEY_PAYLOAD_RAND, 0);

  MIKEY_TRY (adopt_prf (step, fault));
  if (!rand) {
    if (step->env->policy->tolerances & MIKEY_TOLERATE_NO_RAND)
      return true;
    return mikey_fail (fault, MIKEY_FAULT_MISSING_PAYLOAD,
                       "%s without RAND (%s)", step->in->rules->name,
                       step->in->rules->section);
  }
  /* 3830-6.11-01: shorter ones make for predictable keys */
  if (rand->rand.len < MIKEY_MIN_RAND)
    return mikey_fail_at (fault, MIKEY_FAULT_BAD_LENGTH, "RAND",
                          rand->base.offset,
                          "%" G_GSIZE_FORMAT " bytes, at least %d are needed",
                          rand->rand.len, MIKEY_MIN_RAND);
  return mikey_csb_set_rand (step->work, rand->rand) || no_memory (fault);
}

/* --- identities --- */

static bool
same (const MikeyId *id, MikeySlice known)
{
  return id && known.len && mikey_slice_equal (id->data, known);
}

/* What somebody sent goes into logs: printable, and not too long. */
static bool
wrong_id (const MikeyId *id, const char *why, MikeyFault *fault)
{
  char name[81];
  gsize i, len = MIN (id->data.len, sizeof name - 1);

  for (i = 0; i < len; i++)
    name[i] = g_ascii_isprint (id->data.data[i]) ? (char)id->data.data[i] : '?';
  name[len] = 0;
  return mikey_fail_at (fault, MIKEY_FAULT_WRONG_ID, "ID", id->base.offset,
                        "\"%s\" %s", name, why);
}

/* Identities are text to whoever decides about them: none may look like another
 * one there. */
static bool
check_text (const MikeyId *id, MikeyFault *fault)
{
  return !id
         || g_utf8_validate_len ((const char *)id->data.data, id->data.len,
                                 NULL)
         || wrong_id (id, "is not text", fault);
}

static bool
check_identities (MikeyStep *step, const MikeyId *sender, MikeySlice peer,
                  const MikeyId *receiver, MikeySlice own, MikeyFault *fault)
{
  if (receiver && own.len && !same (receiver, own))
    return wrong_id (receiver, "is not this side", fault);
  if (sender && peer.len && !same (sender, peer))
    return wrong_id (sender, "is not the expected peer", fault);
  /* Our own message, sent back to us (promise: reflection). */
  if (same (sender, own) && !mikey_slice_equal (own, peer))
    return wrong_id (sender, "is this side itself", fault);
  return true;
}

static guint32
id_type_of (MikeySlice id)
{
  enum { NAI = 0, URI = 1 };

  return id.len && memchr (id.data, ':', id.len) ? URI : NAI;
}

/* What the message says, or else what is known already. */
static bool
set_identity (MikeyCsb *csb, MikeyIdentity *which, const MikeyId *id,
              MikeySlice known)
{
  if (id)
    return mikey_csb_set_identity (csb, which, id->id_type, id->data);
  return mikey_csb_set_identity (csb, which, id_type_of (known), known);
}

bool
mikey_adopt_identities (MikeyStep *step, MikeyFault *fault)
{
  const MikeyId *sender = mikey_checked_find (step->in, MIKEY_PAYLOAD_ID, 0);
  const MikeyId *receiver = mikey_checked_find (step->in, MIKEY_PAYLOAD_ID, 1);
  MikeySlice own = step->env->local_id;
  MikeySlice peer = step->env->peer_id;

  if (step->x->csb) { /* an update: they are known from the first exchange */
    own = mikey_own_identity (step)->data;
    peer = mikey_peer_identity (step)->data;
  }
  MIKEY_TRY (check_text (sender, fault) && check_text (receiver, fault));
  if (sender && !receiver && same (sender, own)) {
    receiver = sender;
    sender = NULL;
  }
  MIKEY_TRY (check_identities (step, sender, peer, receiver, own, fault));
  if (step->x->csb)
    return true;
  return (set_identity (step->work, &step->work->initiator, sender, peer)
          && set_identity (step->work, &step->work->responder, receiver, own))
         || no_memory (fault);
}

const MikeyIdentity *
mikey_own_identity (const MikeyStep *step)
{
  const MikeyCsb *csb = step->work;

  return step->x->role == MIKEY_ROLE_INITIATOR ? &csb->initiator
                                               : &csb->responder;
}

const MikeyIdentity *
mikey_peer_identity (const MikeyStep *step)
{
  const MikeyCsb *csb = step->work;

  return step->x->role == MIKEY_ROLE_INITIATOR ? &csb->responder
                                               : &csb->initiator;
}

/* --- policies --- */

static bool
adopt_policy (MikeyStep *step, const MikeySp *sp, MikeyFault *fault)
{
  const MikeyPolicyData *policy = step->env->policy;
  MikeySrtpParams params;
  MikeySuite suite;

  MIKEY_TRY (mikey_srtp_params_read (&params, sp, fault));
  MIKEY_TRY (
      mikey_suite_from_params (&params, step->work->tolerances, &suite, fault));
  if (!mikey_suite_is_accepted (&suite, policy))
    return mikey_fail_at (fault, MIKEY_FAULT_BAD_SP_PARAM, "SP",
                          sp->base.offset,
                          "policy %u asks for ciphers that the policy of this "
                          "side does not accept",
                          sp->policy_no);
  return mikey_csb_set_policy (step->work, sp->policy_no, &params)
         || no_memory (fault);
}

/* Every SP of a message has a number of its own (3830-6.10-02). */
static bool
check_distinct (const MikeyChecked *in, const MikeySp *sp, guint index,
                MikeyFault *fault)
{
  guint i;

  for (i = 0; i < index; i++) {
    const MikeySp *other = mikey_checked_find (in, MIKEY_PAYLOAD_SP, i);

    if (other->policy_no == sp->policy_no)
      return mikey_fail_at (fault, MIKEY_FAULT_BAD_SP, "SP", sp->base.offset,
                            "policy %u is there twice", sp->policy_no);
  }
  return true;
}

/* Without any SP, the defaults of SRTP hold (3830-6.10.1-02), if they are
 * accepted here. */
static bool
default_policy (MikeyStep *step, MikeyFault *fault)
{
  MikeySrtpParams params;
  MikeySuite suite;

  if (step->work->num_policies)
    return true;
  mikey_srtp_params_defaults (&params);
  MIKEY_TRY (
      mikey_suite_from_params (&params, step->work->tolerances, &suite, fault));
  if (!mikey_suite_is_accepted (&suite, step->env->policy))
    return mikey_fail (fault, MIKEY_FAULT_BAD_SP,
                       "no SP payload, and the policy of this side does not "
                       "accept SRTP's defaults");
  return mikey_csb_set_policy (step->work, 0, &params) || no_memory (fault);
}

bool
mikey_adopt_policies (MikeyStep *step, const MikeyVerified *verified,
                      MikeyFault *fault)
{
  const MikeyChecked *in = verified->checked;
  const MikeyHdr *hdr = in->parsed->hdr;
  const MikeySp *sp;
  guint i;

  for (i = 0; (sp = mikey_checked_find (in, MIKEY_PAYLOAD_SP, i)); i++) {
    MIKEY_TRY (check_distinct (in, sp, i, fault));
    MIKEY_TRY (adopt_policy (step, sp, fault));
  }
  /* 4563-5-02, ambiguity A20 */
  if (i && hdr->map_type == MIKEY_MAP_EMPTY
      && !(step->env->policy->tolerances & MIKEY_TOLERATE_EMPTY_MAP_WITH_SP))
    return mikey_fail (fault, MIKEY_FAULT_BAD_COMBINATION,
                       "an SP payload beside an Empty CS ID map");
  return default_policy (step, fault);
}

/* --- order of updates --- */

bool
mikey_adopt_timestamp (MikeyStep *step, const MikeyVerified *verified,
                       MikeyFault *fault)
{
  const MikeyT *t = mikey_checked_find (verified->checked, MIKEY_PAYLOAD_T, 0);
  MikeyCsb *csb = step->work;
  guint64 now = mikey_t_as_64 (t);

  /* 3830-4.5-01, 3830-4.2.8-02: of two timestamps less than half an era apart
   */
  if (csb->has_peer_t && csb->peer_ts_type == t->ts_type
      && (gint64)(now - csb->peer_t) <= 0)
    return mikey_fail (fault, MIKEY_FAULT_STALE,
                       "an update that is older than one that was accepted");
  csb->has_peer_t = true;
  csb->peer_ts_type = t->ts_type;
  csb->peer_t = now;
  return true;
}

/* --- our own side --- */

static bool
new_csb_id (MikeyStep *step, MikeyFault *fault)
{
  const MikeyReplay *replay = step->env->replay;
  guint8 octets[4];
  guint tries;

  for (tries = 0; tries < 16; tries++) {
    MIKEY_TRY (mikey_random_fill (step->env->random, octets, 4, fault));
    step->work->csb_id = mikey_get_u32 (octets);
    if (replay->claim_csb (replay->user, step->work->csb_id))
      return true;
  }
  return mikey_fail (fault, MIKEY_FAULT_NO_RANDOM,
                     "the random source gives no unused CSB ID");
}

/* What is offered is the most wanted suite; streams that want another one add
 * it. */
static bool
set_policies (MikeyStep *step, MikeyFault *fault)
{
  const MikeyPolicyData *policy = step->env->policy;
  MikeySrtpParams params;

  if (!policy->num_suites)
    return mikey_fail (fault, MIKEY_FAULT_USAGE,
                       "the policy has no SRTP suite to offer");
  mikey_suite_to_params (&policy->suites[0], &params);
  return mikey_csb_set_policy (step->work, 0, &params) || no_memory (fault);
}

bool
mikey_begin_csb (MikeyStep *step, MikeyFault *fault)
{
  MikeyCsb *csb = step->work;
  guint8 rand[MIKEY_MIN_RAND];

  MIKEY_TRY (new_csb_id (step, fault));
  MIKEY_TRY (mikey_random_fill (step->env->random, rand, sizeof rand, fault));
  csb->prf = mikey_prf_find (step->env->policy->prf);
  csb->map_type = MIKEY_MAP_SRTP_ID;
  csb->tolerances |= step->env->policy->tolerances;
  if (!mikey_csb_set_rand (csb, mikey_slice (rand, sizeof rand))
      || !set_identity (csb, &csb->initiator, NULL, step->env->local_id)
      || !set_identity (csb, &csb->responder, NULL, step->env->peer_id))
    return no_memory (fault);
  MIKEY_TRY (set_policies (step, fault));
  return mikey_adopt_own_streams (step, fault);
}
