/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_MODES_EXCHANGE_H
#define MIKEY_MODES_EXCHANGE_H

/* The engine: one exchange of one mode with one peer, from the first message to
 * the last update. Which message may come when, and what is then done, is the
 * mode's table; everything that all modes share is here: parsing, the rules of
 * each message, freshness, replay, taking over a new bundle only when a step
 * has succeeded, Error messages, and waiting for credentials. */

#include "csb.h"
#include "env.h"
#include "mode.h"
#include "protect.h"

typedef struct {
  guint32 ssrc;
  guint32 roc;
  guint suite; /* of the policy's list; 0: the one that is offered anyway */
} MikeyStream;

/* What an Error message said. */
typedef struct {
  guint32 error_no;
  bool authentic;
} MikeyPeerError;

struct _MikeyExchange {
  const MikeyModeType *mode; /* NULL until chosen */
  MikeyRole role;            /* of the first exchange */
  MikeyExchangeState state;
  MikeyCsb *csb;          /* in force; NULL before establishment */
  MikeyCsb *pending;      /* offered by us, its answer is awaited */
  MikeyWriter sent;       /* our message that awaits an answer */
  MikeyWriter held;       /* the peer's message that waits for a credential */
  guint64 last_timestamp; /* the last that we used */
  guint32 counter;        /* the next COUNTER timestamp to use */
  MikeyStream *streams;   /* of this side, in the order they were added */
  guint num_streams;
  MikeyPeerError peer_error;
};

void mikey_exchange_init (MikeyExchange *x);
void mikey_exchange_clear (MikeyExchange *x);
bool mikey_exchange_add_stream (MikeyExchange *x, guint32 ssrc, guint32 roc);
bool mikey_exchange_add_stream_with_suite (MikeyExchange *x, guint32 ssrc,
                                           guint32 roc, guint suite);

/* The first message, of MODE; once a bundle is in force, that bundle again for
 * those who come late, where the mode can do that. */
bool
mikey_exchange_offer (MikeyExchange *x, const MikeyEnv *env, MikeyMode mode,
                      MikeyWriter *out, MikeyFault *fault) MIKEY_MUST_CHECK;
/* A CSB update (RFC 3830 4.5), with or without new keys. */
bool
mikey_exchange_update (MikeyExchange *x, const MikeyEnv *env, bool new_keys,
                       MikeyWriter *out, MikeyFault *fault) MIKEY_MUST_CHECK;
/* A message of the peer. REPLY is what to send back: on success the answer, if
 * there is one; on failure perhaps an Error message. A failure leaves the
 * exchange as it was, but PENDING keeps the message for
 * mikey_exchange_resume(). PEER_ERROR: it was an Error message, see
 * peer_error. */
bool mikey_exchange_receive (MikeyExchange *x, const MikeyEnv *env,
                             MikeySlice message, MikeyWriter *reply,
                             MikeyFault *fault) MIKEY_MUST_CHECK;
bool
mikey_exchange_resume (MikeyExchange *x, const MikeyEnv *env,
                       MikeyWriter *reply, MikeyFault *fault) MIKEY_MUST_CHECK;

#endif
