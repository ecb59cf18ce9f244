/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_MODES_ENV_H
#define MIKEY_MODES_ENV_H

/* All that an exchange may know of the world: the time, a random source, what
 * is wanted, and whom to ask for keys. Steps are pure in it: the same
 * environment and the same messages give the same octets. */

#include "../base/clock.h"
#include "../base/limits.h"
#include "../base/secret.h"
#include "../base/types.h"

typedef struct {
  MikeySrtpCipher rtp_cipher;
  MikeySrtpAuth rtp_auth;
  MikeySrtpCipher rtcp_cipher;
  MikeySrtpAuth rtcp_auth;
} MikeySuite;

/* What MikeyPolicy holds, as plain data. */
typedef struct {
  guint32 modes; /* bit n: the mode with number n is allowed */
  bool allow_null;
  gint max_clock_skew; /* seconds; negative: freshness is not judged */
  MikeyTolerances tolerances;
  MikeyTimestampType timestamp_type;
  MikeyPrfFunc prf;
  MikeyEncrAlg encr_alg;
  MikeyMacAlg mac_alg;
  MikeyKeyType key_type;
  MikeyKeyValidity key_validity;
  guint mki_len;
  guint num_keys;       /* that one message brings */
  guint64 key_interval; /* packets of one key, where validity is interval */
  MikeyNullProfile null_profile;
  bool request_verification;
  bool send_ids;
  guint num_suites;
  MikeySuite suites[MIKEY_MAX_SP]; /* most wanted first */
} MikeyPolicyData;

/* Where keys come from. A function may fail with PENDING after it has set the
 * search for the credential in motion: the exchange then keeps the message and
 * runs the same step again when it is resumed. That is also how a mode reaches
 * a key server: the step asks for a credential (a ticket, a private key), whose
 * owner runs the request with the server as an exchange of its own. */
typedef struct {
  void *user;
  /* The key shared by LOCAL and PEER, identities as octets, empty when not
   * known; a new reference. */
  MikeySecret *(*psk) (void *user, MikeySlice local, MikeySlice peer,
                       MikeyFault *fault);
  /* Last word on a peer that has proved who it is. */
  bool (*accept_peer) (void *user, MikeySlice peer, MikeyFault *fault);
} MikeyCredentials;

#define MIKEY_REPLAY_KEY_LEN 16

/* What was seen before (RFC 3830 5.4). */
typedef struct {
  void *user;
  /* Fails with REPLAYED when KEY was added and is still remembered, with
   * REPLAY_FULL when it could not be added. */
  bool (*check) (void *user, const guint8 key[MIKEY_REPLAY_KEY_LEN],
                 MikeyTime now, MikeyFault *fault);
  /* Remembers KEY until EXPIRES (MIKEY_TIME_NONE: for good). Only authenticated
   * messages get here (3830-5.3-02). */
  bool (*add) (void *user, const guint8 key[MIKEY_REPLAY_KEY_LEN],
               MikeyTime now, MikeyTime expires, MikeyFault *fault);
  /* Highest COUNTER timestamp that PEER has used, 0: none. */
  guint32 (*counter) (void *user, const guint8 peer[MIKEY_REPLAY_KEY_LEN]);
  /* Fails with REPLAYED when PEER has used COUNTER or a higher one by now. */
  bool (*raise_counter) (void *user, const guint8 peer[MIKEY_REPLAY_KEY_LEN],
                         guint32 counter, MikeyFault *fault);
  /* Takes a CSB ID for a new bundle; false: it is in use (3830-6.1-05). */
  bool (*claim_csb) (void *user, guint32 csb_id);
} MikeyReplay;

typedef struct {
  MikeyTime now;
  const MikeyRandom *random;
  const MikeyPolicyData *policy;
  const MikeyCredentials *credentials;
  const MikeyReplay *replay;
  bool carrier_secure; /* messages travel over an authenticated channel */
  MikeySlice local_id; /* as configured; empty: unknown */
  MikeySlice peer_id;
} MikeyEnv;

#endif
