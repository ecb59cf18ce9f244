/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "adopt.h"

#include <string.h>

#include "srtp.h"

/* The CS ID map: which crypto sessions there are, those of the peer and our
 * own. */

static bool
no_memory (MikeyFault *fault)
{
  return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no memory for a session");
}

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

/* --- our own streams --- */

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

static bool
same_params (const MikeySrtpParams *a, const MikeySrtpParams *b)
{
  guint i;

  for (i = 0; i < MIKEY_SRTP_NUM_PARAMS; i++)
    if (a->value[i] != b->value[i])
      return false;
  return a->present == b->present;
}

/* The number of the policy that says STREAM's suite, which is added to the
 * bundle if it is not there yet. */
static bool
policy_for (MikeyStep *step, const MikeyStream *stream, guint *policy_no,
            MikeyFault *fault)
{
  const MikeyPolicyData *policy = step->env->policy;
  MikeyCsb *csb = step->work;
  MikeySrtpParams params;
  guint i;

  *policy_no = csb->policies[0].policy_no;
  if (stream->suite == 0)
    return true;
  if (stream->suite >= policy->num_suites)
    return mikey_fail (fault, MIKEY_FAULT_USAGE,
                       "stream %08x wants SRTP suite %u, the policy has %u",
                       stream->ssrc, stream->suite, policy->num_suites);
  mikey_suite_to_params (&policy->suites[stream->suite], &params);
  for (i = 0; i < csb->num_policies; i++) {
    *policy_no = csb->policies[i].policy_no;
    if (same_params (&csb->policies[i].params, &params))
      return true;
  }
  for (*policy_no = 0; mikey_csb_find_policy (csb, *policy_no);)
    ++*policy_no;
  return mikey_csb_set_policy (csb, *policy_no, &params) || no_memory (fault);
}

/* The answer to a map can fill it in, not lengthen it. */
static bool
has_room (const MikeyStep *step, guint num_cs)
{
  return (!step->in || step->in->parsed->hdr->map_type == MIKEY_MAP_EMPTY)
         && num_cs < MIKEY_MAX_CS;
}

static bool
place_stream (MikeyStep *step, const MikeyStream *stream, MikeyCs *cs,
              guint *num_cs, MikeyFault *fault)
{
  MikeyCs *open = step->in ? find_open (cs, *num_cs) : NULL;
  guint policy_no;

  if (open) {
    open->ssrc = stream->ssrc;
    open->roc = stream->roc;
    return true;
  }
  if (!has_room (step, *num_cs))
    return true;
  MIKEY_TRY (policy_for (step, stream, &policy_no, fault));
  cs[*num_cs] = (MikeyCs){ free_number (cs, *num_cs), policy_no, stream->ssrc,
                           stream->roc };
  ++*num_cs;
  return true;
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
      MIKEY_TRY (place_stream (step, stream, cs, &num_cs, fault));
  }
  return mikey_csb_set_cs (step->work, cs, num_cs) || no_memory (fault);
}
