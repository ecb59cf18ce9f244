/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_MODES_FRESH_H
#define MIKEY_MODES_FRESH_H

/* Timestamps and replay, RFC 3830 5.3 and 5.4. */

#include "exchange.h"

/* What has to be remembered of a message once it is authentic. */
typedef struct {
  bool judged;
  guint8 key[MIKEY_REPLAY_KEY_LEN]; /* of the message, or of the peer */
  MikeyTime expires;
  guint32 counter; /* 0: not a COUNTER timestamp */
} MikeyFreshness;

/* STALE outside the allowed skew, REPLAYED when seen before. */
bool mikey_freshness_check (const MikeyStep *step, MikeyFreshness *freshness,
                            MikeyFault *fault) MIKEY_MUST_CHECK;
bool mikey_freshness_remember (const MikeyStep *step,
                               const MikeyFreshness *freshness,
                               MikeyFault *fault) MIKEY_MUST_CHECK;

/* Remembers an update of this side, lest the peer's be said to be what comes
 * back. */
bool mikey_freshness_remember_own (const MikeyStep *step,
                                   MikeyFault *fault) MIKEY_MUST_CHECK;

/* The timestamp of the next message that this side begins: never one twice, and
 * never backwards (3830-5.2-05), and none that the other side can choose. */
bool
mikey_next_timestamp (const MikeyExchange *x, const MikeyEnv *env,
                      guint64 *timestamp, MikeyFault *fault) MIKEY_MUST_CHECK;
/* A message with TIMESTAMP has been made. */
void
mikey_used_timestamp (MikeyExchange *x, const MikeyEnv *env, guint64 timestamp);

#endif
