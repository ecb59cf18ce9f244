/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_WIRE_SAMPLE_H
#define MIKEY_WIRE_SAMPLE_H

/* Random messages that are well formed, from the tables that read and write
 * them: for tests, fuzzers' corpora and benchmarks. */

#include "../base/clock.h"
#include "chain.h"

/* A payload of TYPE as it may stand at PLACE, one of MIKEY_PLACE_*. False: it
 * may not stand there, or no memory or random octets are left. */
bool mikey_sample_payload (const MikeyPayloadType *type, guint place,
                           const MikeyRandom *random, MikeyArena *arena,
                           MikeyPayload **out) MIKEY_MUST_CHECK;
/* A HDR and any payloads after it. */
bool mikey_sample_message (const MikeyRandom *random, MikeyArena *arena,
                           MikeyChain *chain) MIKEY_MUST_CHECK;

#endif
