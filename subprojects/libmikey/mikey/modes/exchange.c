/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange.h"

#include <string.h>

#include "error-message.h"
#include "fresh.h"

void
mikey_exchange_init (MikeyExchange *x)
{
  *x = (MikeyExchange){
    .state = MIKEY_EXCHANGE_IDLE,
    .sent = MIKEY_WRITER_INIT,
    .held = MIKEY_WRITER_INIT,
    .counter = 1,
  };
}

void
mikey_exchange_clear (MikeyExchange *x)
{
  mikey_csb_unref (x->csb);
  mikey_csb_unref (x->pending);
  mikey_writer_clear (&x->sent);
  mikey_writer_clear (&x->held);
  g_free (x->streams);
  mikey_exchange_init (x);
}

bool
mikey_exchange_add_stream (MikeyExchange *x, guint32 ssrc, guint32 roc)
{
  return mikey_exchange_add_stream_with_suite (x, ssrc, roc, 0);
}

bool
mikey_exchange_add_stream_with_suite (MikeyExchange *x, guint32 ssrc,
                                      guint32 roc, guint suite)
{
  MikeyStream *more;

  if (x->num_streams == MIKEY_MAX_CS)
    return false;
  more = g_try_renew (MikeyStream, x->streams, x->num_streams + 1);
  if (!more)
    return false;
  x->streams = more;
  x->streams[x->num_streams++] = (MikeyStream){ ssrc, roc, suite };
  return true;
}

/* --- the bundle that a step works on --- */

/* What we offered, on top of what is in force by now: the peer may have sent an
 * update of its own meanwhile. */
static bool
rebase (MikeyCsb *work, const MikeyCsb *pending)
{
  guint i, num_new = pending->num_new_keys;

  if (num_new
      && !mikey_csb_add_keys (work, &pending->keys[pending->num_keys - num_new],
                              num_new))
    return false;
  for (i = 0; i < pending->num_policies; i++)
    if (!mikey_csb_set_policy (work, pending->policies[i].policy_no,
                               &pending->policies[i].params))
      return false;
  if (work->num_cs < pending->num_cs)
    return mikey_csb_set_cs (work, pending->cs, pending->num_cs);
  for (i = 0; i < pending->num_cs; i++)
    if (work->cs[i].ssrc == pending->cs[i].ssrc)
      work->cs[i].roc = pending->cs[i].roc;
  return true;
}

static MikeyCsb *
work_pending (const MikeyExchange *x)
{
  g_autoptr (MikeyCsb) work = NULL;

  if (!x->csb)
    return mikey_csb_copy (x->pending);
  work = mikey_csb_copy (x->csb);
  return work && rebase (work, x->pending) ? g_steal_pointer (&work) : NULL;
}

static bool
begin_work (const MikeyExchange *x, MikeyWork from, MikeyCsb **work,
            MikeyFault *fault)
{
  switch (from) {
  case MIKEY_WORK_NEW:
    *work = mikey_csb_new ();
    break;
  case MIKEY_WORK_CURRENT:
    *work = mikey_csb_copy (x->csb);
    break;
  case MIKEY_WORK_PENDING:
    *work = work_pending (x);
    break;
  }
  return *work
         || mikey_fail (fault, MIKEY_FAULT_NO_MEMORY,
                        "no memory for a session");
}

/* --- success: the step's bundle and messages are taken over --- */

static void
replace_csb (MikeyCsb **slot, MikeyCsb *csb)
{
  mikey_csb_unref (*slot);
  *slot = csb ? mikey_csb_ref (csb) : NULL;
}

/* What was kept before stays when there is no memory for the new message. */
static bool
keep_message (MikeyWriter *to, MikeySlice message, MikeyFault *fault)
{
  g_auto (MikeyWriter) copy = MIKEY_WRITER_INIT;
  MikeyWriter before = *to;

  mikey_write_slice (&copy, message);
  MIKEY_TRY (mikey_writer_ok (&copy, fault));
  *to = copy;
  copy = before;
  return true;
}

/* A message of ours that awaits its answer leaves the bundle pending; else the
 * bundle is in force. */
static bool
commit (MikeyExchange *x, const MikeyTransition *t, MikeyStep *step,
        MikeyFault *fault)
{
  if (step->expects_reply)
    MIKEY_TRY (keep_message (&x->sent, mikey_writer_slice (step->out), fault));
  replace_csb (step->expects_reply ? &x->pending : &x->csb, step->work);
  x->state = step->expects_reply ? t->next_waiting : t->next;
  if (x->state == MIKEY_EXCHANGE_DONE) {
    replace_csb (&x->pending, NULL);
    mikey_writer_clear (&x->sent);
  }
  return true;
}

/* --- what the application starts --- */

static bool
start (MikeyExchange *x, const MikeyEnv *env, MikeyStep *step, MikeyInput input,
       MikeyFault *fault)
{
  const MikeyTransition *t
      = mikey_mode_transition (x->mode, x->state, input, 0);
  g_autoptr (MikeyCsb) work = NULL;

  if (!t)
    return mikey_fail (fault, MIKEY_FAULT_USAGE,
                       input == MIKEY_INPUT_OFFER
                           ? "this session has made its offer"
                           : "there are no keys yet that could be updated");
  MIKEY_TRY (mikey_next_timestamp (x, env, &step->timestamp, fault));
  MIKEY_TRY (begin_work (x, t->work, &work, fault));
  step->env = env;
  step->x = x;
  step->work = work;
  if (t->step (step, fault) && mikey_freshness_remember_own (step, fault)
      && commit (x, t, step, fault)) {
    mikey_used_timestamp (x, env, step->timestamp);
    return true;
  }
  mikey_writer_clear (step->out);
  return false;
}

static bool
check_allowed (const MikeyEnv *env, const MikeyModeRow *row, MikeyFault *fault)
{
  if (!(env->policy->modes & 1u << row->mode))
    return mikey_fail (fault, MIKEY_FAULT_MODE_REFUSED,
                       "mode %s is not allowed by the policy", row->nick);
  if (row->mode == MIKEY_MODE_NULL && !env->policy->allow_null
      && !env->carrier_secure)
    return mikey_fail (fault, MIKEY_FAULT_UNPROTECTED,
                       "unprotected keys need a secure carrier (RTSP or SIP "
                       "over TLS), or allow-null");
  return true;
}

bool
mikey_exchange_offer (MikeyExchange *x, const MikeyEnv *env, MikeyMode mode,
                      MikeyWriter *out, MikeyFault *fault)
{
  const MikeyModeRow *row = mikey_mode_find (x->csb ? x->mode->mode : mode);
  MikeyStep step = { .out = out };
  MikeyExchange before = *x;

  if (!row)
    return mikey_fail (fault, MIKEY_FAULT_USAGE, "there is no mode %d", mode);
  MIKEY_TRY (check_allowed (env, row, fault));
  x->mode = row->type;
  if (!x->csb)
    x->role = MIKEY_ROLE_INITIATOR;
  if (start (x, env, &step, MIKEY_INPUT_OFFER, fault))
    return true;
  x->mode = before.mode;
  x->role = before.role;
  return false;
}

bool
mikey_exchange_update (MikeyExchange *x, const MikeyEnv *env, bool new_keys,
                       MikeyWriter *out, MikeyFault *fault)
{
  MikeyStep step = { .out = out, .new_keys = new_keys };

  if (!x->mode)
    return mikey_fail (fault, MIKEY_FAULT_USAGE,
                       "there are no keys yet that could be updated");
  MIKEY_TRY (check_allowed (env, mikey_mode_find (x->mode->mode), fault));
  return start (x, env, &step, MIKEY_INPUT_UPDATE, fault);
}

/* --- what the peer sends --- */

static bool
unexpected (const MikeyParsed *parsed, MikeyFault *fault)
{
  const char *name
      = mikey_registry_name (MIKEY_REG_DATA_TYPE, parsed->hdr->data_type);

  return mikey_fail (fault, MIKEY_FAULT_UNEXPECTED,
                     "a %s message has no place in this state of the exchange",
                     name ?: "unknown");
}

/* The first message of the peer chooses the mode; what the policy allows at
 * this moment holds for the later ones too. */
static bool
choose_mode (const MikeyExchange *x, const MikeyEnv *env,
             const MikeyParsed *parsed, const MikeyModeType **mode,
             MikeyFault *fault)
{
  const MikeyModeRow *row = x->mode ? mikey_mode_find (x->mode->mode)
                                    : mikey_mode_of_message (parsed);

  if (!row)
    return mikey_fail (
        fault, MIKEY_FAULT_BAD_DATA_TYPE,
        "no mode begins with a message of data type %u (%s)",
        parsed->hdr->data_type,
        mikey_registry_name (MIKEY_REG_DATA_TYPE, parsed->hdr->data_type)
            ?: "unknown");
  MIKEY_TRY (check_allowed (env, row, fault));
  *mode = row->type;
  return true;
}

/* 3830-4.5-01: what has another CSB ID is another bundle. */
static bool
check_csb (const MikeyExchange *x, const MikeyModeType *mode,
           const MikeyParsed *parsed, MikeyFault *fault)
{
  const MikeyCsb *csb = x->csb ? x->csb : x->pending;

  if (!csb || mode->rebinds || csb->csb_id == parsed->hdr->csb_id)
    return true;
  return mikey_fail (fault, MIKEY_FAULT_CSB_MISMATCH,
                     "CSB ID %08x, this session's is %08x", parsed->hdr->csb_id,
                     csb->csb_id);
}

/* Runs the step; STEP->in and STEP->sent are set. Freshness is judged first,
 * for it costs least, and the message is remembered last, when it has proved
 * authentic (3830-5.3-01, 3830-5.3-02). */
static bool
run (MikeyExchange *x, const MikeyTransition *t, MikeyStep *step,
     MikeyFault *fault)
{
  bool begins = t->work != MIKEY_WORK_PENDING;
  MikeyFreshness freshness;

  if (begins)
    MIKEY_TRY (mikey_freshness_check (step, &freshness, fault));
  MIKEY_TRY (t->step (step, fault));
  if (begins && step->verified_by.secret)
    MIKEY_TRY (mikey_freshness_remember (step, &freshness, fault));
  return commit (x, t, step, fault);
}

/* A new party to the exchange is the Responder. */
static bool
run_as (MikeyExchange *x, const MikeyModeType *mode, const MikeyTransition *t,
        MikeyStep *step, MikeyFault *fault)
{
  const MikeyModeType *old_mode = x->mode;
  MikeyRole old_role = x->role;

  if (x->state == MIKEY_EXCHANGE_IDLE)
    x->role = MIKEY_ROLE_RESPONDER;
  x->mode = mode;
  if (run (x, t, step, fault))
    return true;
  x->mode = old_mode;
  x->role = old_role;
  return false;
}

/* On failure, the peer that began the exchange is told so far as it may be. */
static bool
take_message (MikeyExchange *x, const MikeyEnv *env, const MikeyParsed *parsed,
              const MikeyParsed *sent, MikeyWriter *reply, MikeyFault *fault)
{
  const MikeyModeType *mode = NULL;
  const MikeyTransition *t;
  g_autoptr (MikeyCsb) work = NULL;
  MikeyStep step = { .env = env, .x = x, .sent = sent, .out = reply };
  MikeyChecked checked;

  MIKEY_TRY (choose_mode (x, env, parsed, &mode, fault));
  MIKEY_TRY (check_csb (x, mode, parsed, fault));
  t = mikey_mode_transition (mode, x->state, MIKEY_INPUT_MESSAGE,
                             parsed->hdr->data_type);
  if (!t || (t->work == MIKEY_WORK_PENDING && !sent))
    return unexpected (parsed, fault);
  MIKEY_TRY (mikey_rules_check (t->message, parsed, env->policy->tolerances,
                                &checked, fault));
  MIKEY_TRY (begin_work (x, t->work, &work, fault));
  step.work = work;
  step.in = &checked;
  if (run_as (x, mode, t, &step, fault))
    return true;
  mikey_writer_clear (reply);
  if (t->work != MIKEY_WORK_PENDING)
    mikey_error_message_write (&step, fault, reply);
  return false;
}

/* An Error message ends what we have offered if it is authentic, and else is a
 * hint (3830-5.1.2-01, 3830-5.1.2-04). */
static bool
take_error (MikeyExchange *x, const MikeyParsed *parsed,
            const MikeyParsed *sent, MikeyFault *fault)
{
  MikeyPeerError error = { 0 };

  if (!sent || !x->pending || x->pending->csb_id != parsed->hdr->csb_id)
    return unexpected (parsed, fault);
  if (mikey_error_message_read (parsed, sent, x->pending, &error, fault)
      || fault->code != MIKEY_FAULT_PEER_ERROR)
    return false;
  x->peer_error = error;
  if (error.authentic) {
    x->state = x->csb ? MIKEY_EXCHANGE_DONE : MIKEY_EXCHANGE_FAILED;
    replace_csb (&x->pending, NULL);
    mikey_writer_clear (&x->sent);
  }
  return false;
}

static bool
dispatch (MikeyExchange *x, const MikeyEnv *env, const MikeyParsed *parsed,
          MikeyWriter *reply, MikeyFault *fault)
{
  g_auto (MikeyParsed) sent = { .raw = MIKEY_SLICE_EMPTY };
  const MikeyParsed *answers = NULL;

  if (x->sent.len) {
    MIKEY_TRY (mikey_parsed_init (&sent, mikey_writer_slice (&x->sent),
                                  MIKEY_TOLERATE_NOTHING, fault));
    answers = &sent;
  }
  return parsed->hdr->data_type == MIKEY_DATA_TYPE_ERROR
             ? take_error (x, parsed, answers, fault)
             : take_message (x, env, parsed, answers, reply, fault);
}

bool
mikey_exchange_receive (MikeyExchange *x, const MikeyEnv *env,
                        MikeySlice message, MikeyWriter *reply,
                        MikeyFault *fault)
{
  g_auto (MikeyParsed) parsed = { .raw = MIKEY_SLICE_EMPTY };
  MikeyFault local;

  fault = fault ? fault : &local;
  MIKEY_TRY (
      mikey_parsed_init (&parsed, message, env->policy->tolerances, fault));
  if (dispatch (x, env, &parsed, reply, fault)) {
    mikey_writer_clear (&x->held); /* overtaken */
    return true;
  }
  if (fault->code == MIKEY_FAULT_PENDING) {
    MikeyFault memory;

    mikey_writer_clear (reply);
    if (!keep_message (&x->held, message, &memory))
      *fault = memory;
  }
  return false;
}

bool
mikey_exchange_resume (MikeyExchange *x, const MikeyEnv *env,
                       MikeyWriter *reply, MikeyFault *fault)
{
  g_auto (MikeyWriter) held = x->held;

  x->held = (MikeyWriter)MIKEY_WRITER_INIT;
  if (!held.len)
    return mikey_fail (fault, MIKEY_FAULT_USAGE, "no message is waiting");
  return mikey_exchange_receive (x, env, mikey_writer_slice (&held), reply,
                                 fault);
}
