/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_MODES_ADOPT_H
#define MIKEY_MODES_ADOPT_H

/* Taking what a peer's message says into the bundle of a step: what the modes
 * share, one function a concern. */

#include "exchange.h"

/* --- before the message is verified: what is needed to verify it --- */

/* CSB ID, PRF and RAND of a first message. BAD_PRF, or a RAND that is too
 * short; without a RAND payload only where the tolerances say so. */
bool mikey_adopt_header (MikeyStep *step, MikeyFault *fault) MIKEY_MUST_CHECK;
/* Who the two are. A lone ID is the sender's unless it is our own. WRONG_ID
 * when the message is for someone else, or from someone other than expected
 * (3830-9.5-01, 3830-3.1-06). */
bool
mikey_adopt_identities (MikeyStep *step, MikeyFault *fault) MIKEY_MUST_CHECK;

/* --- afterwards --- */

/* Security policies and the crypto sessions that refer to them. BAD_SP or
 * BAD_SP_PARAM when one is not acceptable (3830-6.10-02). */
bool mikey_adopt_policies (MikeyStep *step, const MikeyVerified *verified,
                           MikeyFault *fault) MIKEY_MUST_CHECK;
bool mikey_adopt_map (MikeyStep *step, const MikeyVerified *verified,
                      MikeyFault *fault) MIKEY_MUST_CHECK;
/* The timestamp of a message that the peer begins: STALE unless it is later
 * than that of the last one. An update that was held back on its way does not
 * undo a later one. */
bool mikey_adopt_timestamp (MikeyStep *step, const MikeyVerified *verified,
                            MikeyFault *fault) MIKEY_MUST_CHECK;
/* SSRCs that the Responder has filled in (3830-6.1.1-02). */
bool mikey_adopt_filled_map (MikeyStep *step, const MikeyVerified *verified,
                             MikeyFault *fault) MIKEY_MUST_CHECK;

/* --- our own side of it --- */

/* A fresh bundle for an offer: CSB ID, RAND, identities, policies, streams. */
bool mikey_begin_csb (MikeyStep *step, MikeyFault *fault) MIKEY_MUST_CHECK;
/* Our streams as crypto sessions: those not there yet are added, rollover
 * counters brought up to date. */
bool
mikey_adopt_own_streams (MikeyStep *step, MikeyFault *fault) MIKEY_MUST_CHECK;
/* The identities of the sender of STEP's own message and of its receiver. */
const MikeyIdentity *mikey_own_identity (const MikeyStep *step);
const MikeyIdentity *mikey_peer_identity (const MikeyStep *step);

#endif
