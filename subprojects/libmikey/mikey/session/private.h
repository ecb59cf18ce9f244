/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SESSION_PRIVATE_H
#define MIKEY_SESSION_PRIVATE_H

/* What the public objects know of each other, and of the layers below. */

#include "../modes/exchange.h"
#include "../wire/parsed.h"
#include "keyring.h"
#include "keys.h"
#include "message.h"
#include "policy.h"
#include "replay.h"

/* Turns FAULT into a GError; does nothing when ERROR is NULL. */
void mikey_set_error (GError **error, const MikeyFault *fault);
/* The other way round: what a keyring or a handler said. */
bool mikey_fail_error (MikeyFault *fault, const GError *error,
                       MikeyFaultCode otherwise);

/* A snapshot of the policy's values. */
void mikey_policy_get_data (MikeyPolicy *policy, MikeyPolicyData *data);

/* The functions through which the engine asks the store. They lock. */
MikeyReplay mikey_replay_store_get_interface (MikeyReplayStore *store);
/* Gives back a CSB ID that was claimed. */
void mikey_replay_store_release_csb (MikeyReplayStore *store, guint32 csb_id);

/* One traffic key; takes over the references to KEY and SALT. */
MikeyKeys *
mikey_keys_new (const MikeyCs *cs, const MikeySuite *suite,
                const MikeyTrafficKey *traffic_key, guint32 key_derivation_rate,
                MikeySecret *key, MikeySecret *salt);

#endif
