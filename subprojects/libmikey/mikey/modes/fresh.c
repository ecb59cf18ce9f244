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
  if (t->ts_type == MIKEY_TIMESTAMP_COUNTER)
    return check_counter (step, t, freshness, fault);
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
  replay->set_counter (replay->user, freshness->key, freshness->counter);
  return true;
}

bool
mikey_next_timestamp (const MikeyExchange *x, const MikeyEnv *env,
                      guint64 *timestamp, MikeyFault *fault)
{
  if (env->policy->timestamp_type == MIKEY_TIMESTAMP_COUNTER) {
    *timestamp = x->counter;
    return x->counter != 0
           || mikey_fail (fault, MIKEY_FAULT_LIMIT,
                          "all counter timestamps are used");
  }
  if (env->now == MIKEY_TIME_NONE)
    return mikey_fail (fault, MIKEY_FAULT_USAGE,
                       "a message needs a timestamp, and there is no clock");
  *timestamp = MAX (mikey_time_to_ntp (env->now), x->last_timestamp + 1);
  return true;
}
