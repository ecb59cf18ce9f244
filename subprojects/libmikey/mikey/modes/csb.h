/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_MODES_CSB_H
#define MIKEY_MODES_CSB_H

/* A crypto session bundle: what the two sides have agreed on. A step never
 * changes the bundle in force; it fills a copy, which takes its place when the
 * step has succeeded. */

#include "../base/arena.h"
#include "../base/types.h"
#include "../crypto/keys.h"
#include "../wire/srtp-params.h"

typedef struct {
  guint32 type;    /* registry id_type */
  MikeySlice data; /* empty: not known */
} MikeyIdentity;

/* One crypto session. */
typedef struct {
  guint cs_id;
  guint policy_no;
  guint32 ssrc; /* 0: not known yet (3830-6.1.1-02) */
  guint32 roc;
} MikeyCs;

typedef struct {
  guint policy_no;
  MikeySrtpParams params;
} MikeyCsPolicy;

/* Is it made into traffic keys, or one itself? */
static inline bool
mikey_key_type_is_tgk (MikeyKeyType type)
{
  return type == MIKEY_KEY_TYPE_TGK || type == MIKEY_KEY_TYPE_TGK_SALT;
}

/* One key that was transported or agreed, for all crypto sessions. */
typedef struct {
  guint generation;
  MikeyKeyType type;
  MikeySecret *key;
  MikeySecret *salt; /* NULL: derived */
  MikeyKeyValidity validity;
  MikeySlice mki;
  guint64 from, to; /* packet indices, ROC||SEQ */
} MikeyTrafficKey;

typedef struct {
  gint refs;
  MikeyArena arena; /* everything below that is not a secret */

  guint32 csb_id;
  const MikeyPrf *prf;
  MikeySlice rand;
  MikeyIdentity initiator, responder; /* of the exchange that set it up */
  MikeySecret *message_key; /* PSK or envelope key: protects updates */
  bool peer_proved;         /* the peer has shown that it is who it says */
  bool has_peer_t; /* the peer has begun a message that was accepted: */
  guint32 peer_ts_type;
  guint64 peer_t; /* the timestamp of the last one */

  MikeyTolerances tolerances; /* under which its policies and keys are read */

  guint32 map_type;
  guint num_cs;
  MikeyCs *cs;
  guint num_policies;
  MikeyCsPolicy *policies;
  guint num_keys;
  MikeyTrafficKey *keys; /* at most MIKEY_MAX_KEYS, oldest first */
  guint num_new_keys;    /* the last of these, which a copy was given */
  guint generation;      /* of the newest keys */
  bool has_keys;         /* there were keys: generation counts */
} MikeyCsb;

MikeyCsb *mikey_csb_new (void); /* NULL: no memory */
MikeyCsb *mikey_csb_copy (const MikeyCsb *csb);
MikeyCsb *mikey_csb_ref (MikeyCsb *csb);
void mikey_csb_unref (MikeyCsb *csb); /* NULL is fine */

/* These copy their arguments; false: no memory. */
bool mikey_csb_set_rand (MikeyCsb *csb, MikeySlice rand);
bool mikey_csb_set_identity (MikeyCsb *csb, MikeyIdentity *which, guint32 type,
                             MikeySlice data);
bool mikey_csb_set_cs (MikeyCsb *csb, const MikeyCs *cs, guint num_cs);
/* Replaces the policy of the same number, or adds it. */
bool mikey_csb_set_policy (MikeyCsb *csb, guint policy_no,
                           const MikeySrtpParams *params);
/* Adds keys as one new generation, dropping the oldest beyond
 * MIKEY_MAX_KEYS; takes references. */
bool
mikey_csb_add_keys (MikeyCsb *csb, const MikeyTrafficKey *keys, guint num_keys);
/* Adds a key to the newest generation. */
bool mikey_csb_add_to_generation (MikeyCsb *csb, const MikeyTrafficKey *key);
/* Drops the generations before GENERATION, never the newest. */
void mikey_csb_drop_keys (MikeyCsb *csb, guint generation);

/* Drops the keys with this MKI. */
void mikey_csb_drop_mki (MikeyCsb *csb, MikeySlice mki);

/* NULL when there is none. */
const MikeyCsPolicy *
mikey_csb_find_policy (const MikeyCsb *csb, guint policy_no);
MikeyLabelContext mikey_csb_label (const MikeyCsb *csb);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MikeyCsb, mikey_csb_unref)

#endif
