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

/* --- CS ID map --- */

static bool
unknown_policy (guint cs_id, guint policy_no, MikeyFault *fault)
{
  return mikey_fail (fault, MIKEY_FAULT_BAD_SP,
                     "crypto session %u names policy %u, which is not there",
                     cs_id, policy_no);
}

/* Where no SP was sent at all, any policy number means the defaults. */
static bool
resolve_policy (MikeyStep *step, MikeyCs *cs, MikeyFault *fault)
{
  if (mikey_csb_find_policy (step->work, cs->policy_no))
    return true;
  if (mikey_checked_find (step->in, MIKEY_PAYLOAD_SP, 0) || step->x->csb)
    return unknown_policy (cs->cs_id, cs->policy_no, fault);
  return mikey_csb_set_policy (step->work, cs->policy_no,
                               &step->work->policies[0].params)
         || no_memory (fault);
}

static bool
read_srtp_id (MikeyStep *step, guint index, MikeyCs *cs, MikeyFault *fault)
{
  const MikeySrtpId *ids = step->in->parsed->hdr->srtp_ids.items;

  *cs = (MikeyCs){ index + 1, ids[index].policy_no, ids[index].ssrc,
                   ids[index].roc };
  return true;
}

/* The first policy of the list that is there, all of them being acceptable
 * (6043-6.1.1-02), or else the first: it is then said to be missing. */
static guint
choose_policy (const MikeyStep *step, const MikeyGenericId *id)
{
  gsize i;

  for (i = 0; i < id->policies.len; i++)
    if (mikey_csb_find_policy (step->work, id->policies.data[i]))
      return id->policies.data[i];
  return id->policies.len ? id->policies.data[0]
                          : step->work->policies[0].policy_no;
}

/* Keys are derived by CS ID: two crypto sessions of one would share them. */
static bool
check_cs_id (const MikeyGenericId *ids, guint index, MikeyFault *fault)
{
  guint i;

  for (i = 0; i < index; i++)
    if (ids[i].cs_id == ids[index].cs_id)
      return mikey_fail (fault, MIKEY_FAULT_BAD_COMBINATION,
                         "two crypto sessions have the CS ID %u",
                         ids[index].cs_id);
  return true;
}

/* Session data are nothing, SSRC, or SSRC, ROC and SEQ (6043-6.1.1-03). */
static bool
read_generic_id (MikeyStep *step, guint index, MikeyCs *cs, MikeyFault *fault)
{
  const MikeyGenericId *ids = step->in->parsed->hdr->generic_ids.items;
  const MikeyGenericId *id = &ids[index];
  gsize len = id->session_data.len;

  MIKEY_TRY (check_cs_id (ids, index, fault));
  if (id->prot_type != 0)
    return mikey_fail (fault, MIKEY_FAULT_BAD_SP,
                       "crypto session %u is of security protocol %u, not SRTP",
                       id->cs_id, id->prot_type);
  if (len != 0 && len != (id->s ? 10 : 4))
    return mikey_fail (fault, MIKEY_FAULT_BAD_LENGTH,
                       "crypto session %u has %" G_GSIZE_FORMAT
                       " bytes of session data",
                       id->cs_id, len);
  *cs = (MikeyCs){
    .cs_id = id->cs_id,
    .policy_no = choose_policy (step, id),
    .ssrc = len ? mikey_get_u32 (id->session_data.data) : 0,
    .roc = len == 10 ? mikey_get_u32 (id->session_data.data + 4) : 0,
  };
  return true;
}

/* Crypto sessions that an update does not speak of stay (3830-4.5-03): its
 * sender need not have heard of them yet. */
static guint
keep_others (const MikeyCsb *before, MikeyCs *cs, guint num_cs)
{
  guint i, k, num_told = num_cs;

  for (i = 0; before && i < before->num_cs && num_cs < MIKEY_MAX_CS; i++) {
    for (k = 0; k < num_told && cs[k].cs_id != before->cs[i].cs_id;)
      k++;
    if (k == num_told)
      cs[num_cs++] = before->cs[i];
  }
  return num_cs;
}

static bool
adopt_map (MikeyStep *step, MikeyFault *fault)
{
  static bool (*const read[]) (MikeyStep *, guint, MikeyCs *, MikeyFault *) = {
    [MIKEY_MAP_SRTP_ID] = read_srtp_id,
    [MIKEY_MAP_EMPTY] = NULL,
    [MIKEY_MAP_GENERIC_ID] = read_generic_id,
  };
  const MikeyHdr *hdr = step->in->parsed->hdr;
  MikeyCs cs[MIKEY_MAX_CS];
  guint i, num_cs = read[hdr->map_type] ? hdr->num_cs : 0;

  for (i = 0; i < num_cs; i++) {
    MIKEY_TRY (read[hdr->map_type](step, i, &cs[i], fault));
    MIKEY_TRY (resolve_policy (step, &cs[i], fault));
  }
  if (!step->x->mode->rebinds)
    num_cs = keep_others (step->x->csb, cs, num_cs);
  step->work->map_type = hdr->map_type;
  return mikey_csb_set_cs (step->work, cs, num_cs) || no_memory (fault);
}

static bool
is_ours (const MikeyExchange *x, guint32 ssrc)
{
  guint i;

  for (i = 0; i < x->num_streams; i++)
    if (ssrc && x->streams[i].ssrc == ssrc)
      return true;
  return false;
}

/* Crypto sessions have their number from their place: where two updates cross
 * that both add some, one number would go to two streams. The first Initiator's
 * goes first, the Responder adds its own again. */
static bool
check_crossing (const MikeyStep *step, MikeyFault *fault)
{
  const MikeyExchange *x = step->x;
  const MikeyCsb *ours = x->pending ? x->pending : x->csb;
  guint i;

  if (!ours || x->role != MIKEY_ROLE_INITIATOR || x->mode->rebinds)
    return true;
  for (i = 0; i < MIN (ours->num_cs, step->work->num_cs); i++)
    if (ours->cs[i].ssrc != step->work->cs[i].ssrc
        && is_ours (x, ours->cs[i].ssrc))
      return mikey_fail (fault, MIKEY_FAULT_UNEXPECTED,
                         "crypto session %u is a stream of this side already: "
                         "the peer has to add its own again",
                         i + 1);
  return true;
}

/* An Empty map leaves it to the application which streams there are
 * (4563-5-01); an update without crypto sessions leaves those that are there
 * (3830-4.5-03). */
bool
mikey_adopt_map (MikeyStep *step, const MikeyVerified *verified,
                 MikeyFault *fault)
{
  const MikeyHdr *hdr = verified->checked->parsed->hdr;

  if (step->x->csb && hdr->num_cs == 0)
    return true;
  MIKEY_TRY (adopt_map (step, fault));
  MIKEY_TRY (check_crossing (step, fault));
  if (hdr->map_type == MIKEY_MAP_EMPTY)
    return mikey_adopt_own_streams (step, fault);
  return true;
}

/* What the answer repeats of the map is what we sent: an answer to another map
 * is none to ours. */
static bool
check_echo (const MikeyHdr *sent, const MikeyHdr *hdr, MikeyFault *fault)
{
  const MikeySrtpId *ours = sent->srtp_ids.items;
  const MikeySrtpId *theirs = hdr->srtp_ids.items;
  guint i;

  if (hdr->map_type != sent->map_type)
    return mikey_fail (fault, MIKEY_FAULT_BAD_COMBINATION,
                       "the answer has a CS ID map of another type");
  for (i = 0; i < MIN (sent->srtp_ids.num, hdr->srtp_ids.num); i++)
    if (theirs[i].policy_no != ours[i].policy_no
        || (ours[i].ssrc && theirs[i].ssrc != ours[i].ssrc))
      return mikey_fail (fault, MIKEY_FAULT_BAD_COMBINATION,
                         "the answer has another crypto session %u", i + 1);
  return true;
}

bool
mikey_adopt_filled_map (MikeyStep *step, const MikeyVerified *verified,
                        MikeyFault *fault)
{
  const MikeyHdr *hdr = verified->checked->parsed->hdr;
  const MikeySrtpId *ids = hdr->srtp_ids.items;
  guint i;

  MIKEY_TRY (check_echo (step->sent->hdr, hdr, fault));
  if (hdr->map_type != MIKEY_MAP_SRTP_ID)
    return true;
  for (i = 0; i < MIN (hdr->num_cs, step->work->num_cs); i++)
    if (step->work->cs[i].ssrc == 0) {
      step->work->cs[i].ssrc = ids[i].ssrc;
      step->work->cs[i].roc = ids[i].roc;
    }
  return true;
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
is_known (const MikeyCs *cs, guint num_cs, guint32 ssrc)
{
  guint i;

  for (i = 0; i < num_cs; i++)
    if (cs[i].ssrc == ssrc)
      return true;
  return false;
}

/* A crypto session for which the peer left the SSRC to us. */
static MikeyCs *
find_open (MikeyCs *cs, guint num_cs)
{
  guint i;

  for (i = 0; i < num_cs; i++)
    if (cs[i].ssrc == 0)
      return &cs[i];
  return NULL;
}

/* SRTP-ID counts from 1; GENERIC-ID may have taken any. */
static guint
free_number (const MikeyCs *cs, guint num_cs)
{
  guint i, number = num_cs + 1;

  for (i = 0; i < num_cs; i++)
    if (cs[i].cs_id == number) {
      number = number % MIKEY_MAX_CS + 1;
      i = (guint)-1; /* from the start again */
    }
  return number;
}

static guint
place_stream (MikeyStep *step, const MikeyStream *stream, MikeyCs *cs,
              guint num_cs)
{
  MikeyCs *open = step->in ? find_open (cs, num_cs) : NULL;
  guint policy_no = step->work->policies[0].policy_no;

  if (open) {
    open->ssrc = stream->ssrc;
    open->roc = stream->roc;
    return num_cs;
  }
  /* The answer to a map can fill it in, not lengthen it. */
  if ((step->in && step->in->parsed->hdr->map_type != MIKEY_MAP_EMPTY)
      || num_cs == MIKEY_MAX_CS)
    return num_cs;
  cs[num_cs] = (MikeyCs){ free_number (cs, num_cs), policy_no, stream->ssrc,
                          stream->roc };
  return num_cs + 1;
}

static void
refresh_roc (MikeyCs *cs, guint num_cs, const MikeyStream *stream)
{
  guint i;

  for (i = 0; i < num_cs; i++)
    if (cs[i].ssrc == stream->ssrc)
      cs[i].roc = stream->roc;
}

bool
mikey_adopt_own_streams (MikeyStep *step, MikeyFault *fault)
{
  const MikeyExchange *x = step->x;
  MikeyCs cs[MIKEY_MAX_CS];
  guint i, num_cs = step->work->num_cs;

  if (num_cs)
    memcpy (cs, step->work->cs, num_cs * sizeof *cs);
  for (i = 0; i < x->num_streams; i++) {
    const MikeyStream *stream = &x->streams[i];

    if (stream->ssrc && is_known (cs, num_cs, stream->ssrc))
      refresh_roc (cs, num_cs, stream);
    else if (stream->ssrc || !step->x->csb)
      num_cs = place_stream (step, stream, cs, num_cs);
  }
  return mikey_csb_set_cs (step->work, cs, num_cs) || no_memory (fault);
}

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

/* What is offered is the most wanted suite; all streams use it. */
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
