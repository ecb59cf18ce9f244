/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fresh.h"

#include <nettle/sha2.h>
#include <string.h>

/* The first octets of a SHA-256: who looks for two messages of one key has
 * 2^64 to try. */
static void
hash (MikeySlice octets, guint8 key[MIKEY_REPLAY_KEY_LEN])
{
  struct sha256_ctx ctx;

  sha256_init (&ctx);
  sha256_update (&ctx, octets.len, octets.data);
  sha256_digest (&ctx, MIKEY_REPLAY_KEY_LEN, key);
}

/* The same for a message that this side has sent. Both sides may share a store,
 * so that it is told behind the message whose it was: of a bundle, that of the
 * one or the other role; before there is one, that of an identity. */
static void
hash_own (const MikeyStep *step, MikeySlice octets,
          guint8 key[MIKEY_REPLAY_KEY_LEN])
{
  guint8 side = (guint8)step->x->role;
  MikeySlice whose
      = step->x->csb ? mikey_slice (&side, 1) : step->env->local_id;
  struct sha256_ctx ctx;

  sha256_init (&ctx);
  sha256_update (&ctx, octets.len, octets.data);
  sha256_update (&ctx, whose.len, whose.data);
  sha256_digest (&ctx, MIKEY_REPLAY_KEY_LEN, key);
}

/* Without a bundle and without a name, nobody can tell whose it was. */
static bool
knows_own (const MikeyStep *step)
{
  return step->x->csb ? step->x->csb->message_key != NULL
                      : step->env->local_id.len != 0;
}

static bool
stale (MikeyFault *fault, const char *how, gint64 off, gint skew)
{
  return mikey_fail (fault, MIKEY_FAULT_STALE,
                     "the timestamp is %" G_GINT64_FORMAT
                     " s %s, %d s are allowed: set the clocks",
                     off / MIKEY_TIME_SECOND, how, skew);
}

/* 3830-4.2.8-02: the era of the timestamp is the one nearest to now. */
static bool
check_clock (const MikeyStep *step, const MikeyT *t, MikeyFreshness *freshness,
             MikeyFault *fault)
{
  MikeyTime now = step->env->now;
  gint skew = step->env->policy->max_clock_skew;
  MikeyTime time = mikey_time_from_ntp (mikey_t_as_64 (t), now);
  gint64 window = skew * MIKEY_TIME_SECOND;

  if (time < now - window)
    return stale (fault, "old", now - time, skew);
  if (time > now + window)
    return stale (fault, "ahead", time - now, skew);
  freshness->expires = time + window;
  return true;
}

static bool
check_counter (const MikeyStep *step, const MikeyT *t,
               MikeyFreshness *freshness, MikeyFault *fault)
{
  const MikeyReplay *replay = step->env->replay;
  const MikeyId *id = mikey_checked_find (step->in, MIKEY_PAYLOAD_ID, 0);
  guint32 last;

  hash (id ? id->data : step->env->peer_id, freshness->key);
  freshness->counter = mikey_get_u32 (t->value.data);
  last = replay->counter (replay->user, freshness->key);
  if (freshness->counter > last)
    return true;
  return mikey_fail (fault, MIKEY_FAULT_STALE,
                     "counter timestamp %u, this peer has used %u",
                     freshness->counter, last);
}

/* Equipment of some makers has no idea of the time (quirk Q7); where nothing is
 * protected, freshness is the carrier's matter. */
static bool
is_excused (const MikeyStep *step)
{
  return step->x->mode->mode == MIKEY_MODE_NULL
         && (step->env->policy->tolerances & MIKEY_TOLERATE_CLOCK);
}

/* A message of ours that comes back, to this session or to another one of this
 * side: without both identities in it, nothing else would tell it from one of
 * the peer's. */
static bool
check_reflected (const MikeyStep *step, MikeyFault *fault)
{
  const MikeyReplay *replay = step->env->replay;
  guint8 key[MIKEY_REPLAY_KEY_LEN];

  if (!knows_own (step))
    return true;
  hash_own (step, step->in->parsed->raw, key);
  return replay->check (replay->user, key, step->env->now, fault);
}

bool
mikey_freshness_check (const MikeyStep *step, MikeyFreshness *freshness,
                       MikeyFault *fault)
{
  const MikeyT *t = mikey_checked_find (step->in, MIKEY_PAYLOAD_T, 0);
  const MikeyEnv *env = step->env;
  bool judged = env->now != MIKEY_TIME_NONE && env->policy->max_clock_skew >= 0;

  *freshness = (MikeyFreshness){ .judged = t && !is_excused (step),
                                 .expires = MIKEY_TIME_NONE };
  if (!freshness->judged)
    return true;
  MIKEY_TRY (check_reflected (step, fault));
  if (t->ts_type == MIKEY_TIMESTAMP_COUNTER) {
    /* Counters are fresh for as long as the store remembers: who relies on the
     * clock does not rely on that. */
    if (judged && env->policy->timestamp_type != MIKEY_TIMESTAMP_COUNTER)
      return mikey_fail_at (fault, MIKEY_FAULT_STALE, "T", t->base.offset,
                            "a counter, where the policy wants the time");
    return check_counter (step, t, freshness, fault);
  }
  if (t->value.len != 8)
    return mikey_fail_at (fault, MIKEY_FAULT_STALE, "T", t->base.offset,
                          "TS type %u has no place in this message",
                          t->ts_type);
  if (judged)
    MIKEY_TRY (check_clock (step, t, freshness, fault));
  hash (step->in->parsed->raw, freshness->key);
  return env->replay->check (env->replay->user, freshness->key, env->now,
                             fault);
}

bool
mikey_freshness_remember (const MikeyStep *step,
                          const MikeyFreshness *freshness, MikeyFault *fault)
{
  const MikeyReplay *replay = step->env->replay;

  if (!freshness->judged)
    return true;
  if (!freshness->counter)
    return replay->add (replay->user, freshness->key, step->env->now,
                        freshness->expires, fault);
  return replay->raise_counter (replay->user, freshness->key,
                                freshness->counter, fault);
}

/* What is protected by a shared secret looks alike in both directions. */
bool
mikey_freshness_remember_own (const MikeyStep *step, MikeyFault *fault)
{
  const MikeyEnv *env = step->env;
  gint skew = env->policy->max_clock_skew;
  bool judged = env->now != MIKEY_TIME_NONE && skew >= 0;
  MikeyTime sent = env->now;
  guint8 key[MIKEY_REPLAY_KEY_LEN];

  if (!knows_own (step) || !step->work->message_key)
    return true;
  if (judged && env->policy->timestamp_type != MIKEY_TIMESTAMP_COUNTER)
    sent = mikey_time_from_ntp (step->timestamp, env->now);
  hash_own (step, mikey_writer_slice (step->out), key);
  return env->replay->add (
      env->replay->user, key, env->now,
      judged ? sent + skew * MIKEY_TIME_SECOND : MIKEY_TIME_NONE, fault);
}

/* Both sides may begin an update in the same tick, and one timestamp under one
 * secret makes one key stream: the lowest bit tells the sides apart. */
static guint64
of_this_side (const MikeyExchange *x, guint64 timestamp, bool initiator_odd)
{
  bool odd = (x->role == MIKEY_ROLE_INITIATOR) == initiator_odd;

  return timestamp + ((timestamp & 1) != odd);
}

static bool
next_counter (const MikeyExchange *x, guint64 *timestamp, MikeyFault *fault)
{
  *timestamp = of_this_side (x, x->counter, true);
  return (x->counter != 0 && *timestamp <= G_MAXUINT32)
         || mikey_fail (fault, MIKEY_FAULT_LIMIT,
                        "all counter timestamps are used");
}

bool
mikey_next_timestamp (const MikeyExchange *x, const MikeyEnv *env,
                      guint64 *timestamp, MikeyFault *fault)
{
  guint64 now;

  if (env->policy->timestamp_type == MIKEY_TIMESTAMP_COUNTER)
    return next_counter (x, timestamp, fault);
  if (env->now == MIKEY_TIME_NONE)
    return mikey_fail (fault, MIKEY_FAULT_USAGE,
                       "a message needs a timestamp, and there is no clock");
  now = mikey_time_to_ntp (env->now);
  /* 3830-4.2.8-02: "later" is across the end of an era as well. */
  if (x->last_timestamp && (gint64)(now - x->last_timestamp) <= 0)
    now = x->last_timestamp + 1;
  *timestamp = of_this_side (x, now, false);
  return true;
}

void
mikey_used_timestamp (MikeyExchange *x, const MikeyEnv *env, guint64 timestamp)
{
  if (env->policy->timestamp_type == MIKEY_TIMESTAMP_COUNTER)
    x->counter = (guint32)(timestamp + 1); /* 0: all used */
  else
    x->last_timestamp = timestamp;
}
