/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "save.h"

#include <string.h>

#include "../modes/srtp.h"
#include "../wire/field.h"

/* What is saved is described by field tables, as messages are: one table a
 * struct, for both directions. Version 1 begins with "MKY1". */

#define MAGIC 0x4d4b5931 /* "MKY1" */

typedef struct {
  guint32 ssrc, roc, suite;
} SavedStream;

typedef struct {
  guint32 cs_id, policy_no, ssrc, roc;
} SavedCs;

typedef struct {
  guint32 type, value;
} SavedParam;

typedef struct {
  guint32 policy_no;
  MikeyList params;
} SavedPolicy;

typedef struct {
  guint32 generation, type, validity;
  MikeySlice key, salt, mki;
  guint32 from_high, from_low, to_high, to_low;
} SavedKey;

typedef struct {
  guint32 csb_id, prf, tolerances, map_type;
  guint32 generation, num_new_keys, has_keys;
  MikeySlice rand;
  guint32 peer_proved, has_peer_t, peer_ts_type, peer_t_high, peer_t_low;
  guint32 initiator_type, responder_type;
  MikeySlice initiator, responder;
  MikeySlice message_key;
  MikeyList cs, policies, keys;
} SavedCsb;

typedef struct {
  guint32 magic, mode, role, state;
  guint32 timestamp_high, timestamp_low, counter;
  MikeyList streams;
  MikeySlice sent, held;
  MikeyList csb, pending; /* one or none each */
} Saved;

static const MikeyField stream_fields[] = {
  MIKEY_UINT (SavedStream, ssrc, "SSRC", 32),
  MIKEY_UINT (SavedStream, roc, "ROC", 32),
  MIKEY_UINT (SavedStream, suite, "suite", 8, .max = MIKEY_MAX_SP),
};
static const MikeyStruct stream_struct
    = MIKEY_STRUCT (SavedStream, "stream", stream_fields);

static const MikeyField cs_fields[] = {
  MIKEY_UINT (SavedCs, cs_id, "CS ID", 8),
  MIKEY_UINT (SavedCs, policy_no, "policy", 8),
  MIKEY_UINT (SavedCs, ssrc, "SSRC", 32),
  MIKEY_UINT (SavedCs, roc, "ROC", 32),
};
static const MikeyStruct cs_struct
    = MIKEY_STRUCT (SavedCs, "crypto session", cs_fields);

static const MikeyField param_fields[] = {
  MIKEY_UINT (SavedParam, type, "type", 8, .max = MIKEY_SRTP_NUM_PARAMS - 1),
  MIKEY_UINT (SavedParam, value, "value", 32),
};
static const MikeyStruct param_struct
    = MIKEY_STRUCT (SavedParam, "parameter", param_fields);

static const MikeyField policy_fields[] = {
  MIKEY_UINT (SavedPolicy, policy_no, "policy", 8),
  MIKEY_LIST (SavedPolicy, params, "parameters", 16, &param_struct),
};
static const MikeyStruct policy_struct
    = MIKEY_STRUCT (SavedPolicy, "policy", policy_fields);

static const MikeyField key_fields[] = {
  MIKEY_UINT (SavedKey, generation, "generation", 32),
  MIKEY_UINT (SavedKey, type, "type", 8, .max = MIKEY_KEY_TYPE_TEK_SALT),
  MIKEY_UINT (SavedKey, validity, "validity", 8,
              .max = MIKEY_KEY_VALIDITY_INTERVAL),
  MIKEY_BYTES (SavedKey, key, "key", 16, .min = 1, .flags = MIKEY_FIELD_SECRET),
  MIKEY_BYTES (SavedKey, salt, "salt", 16, .flags = MIKEY_FIELD_SECRET),
  MIKEY_BYTES (SavedKey, mki, "MKI", 8),
  MIKEY_UINT (SavedKey, from_high, "from", 32),
  MIKEY_UINT (SavedKey, from_low, "from", 32),
  MIKEY_UINT (SavedKey, to_high, "to", 32),
  MIKEY_UINT (SavedKey, to_low, "to", 32),
};
static const MikeyStruct key_struct
    = MIKEY_STRUCT (SavedKey, "key", key_fields);

static const MikeyField csb_fields[] = {
  MIKEY_UINT (SavedCsb, csb_id, "CSB ID", 32),
  MIKEY_UINT (SavedCsb, prf, "PRF", 8),
  MIKEY_UINT (SavedCsb, tolerances, "tolerances", 32),
  MIKEY_UINT (SavedCsb, map_type, "map type", 8, .max = MIKEY_MAP_GENERIC_ID),
  MIKEY_UINT (SavedCsb, generation, "generation", 32),
  MIKEY_UINT (SavedCsb, num_new_keys, "new keys", 8, .max = MIKEY_MAX_KEYS),
  MIKEY_UINT (SavedCsb, has_keys, "has keys", 8, .max = 1),
  MIKEY_UINT (SavedCsb, peer_proved, "peer proved", 8, .max = 1),
  MIKEY_UINT (SavedCsb, has_peer_t, "peer's T", 8, .max = 1),
  MIKEY_UINT (SavedCsb, peer_ts_type, "peer's TS type", 8),
  MIKEY_UINT (SavedCsb, peer_t_high, "peer's T", 32),
  MIKEY_UINT (SavedCsb, peer_t_low, "peer's T", 32),
  MIKEY_BYTES (SavedCsb, rand, "RAND", 8),
  MIKEY_UINT (SavedCsb, initiator_type, "ID type", 8),
  MIKEY_BYTES (SavedCsb, initiator, "initiator", 16),
  MIKEY_UINT (SavedCsb, responder_type, "ID type", 8),
  MIKEY_BYTES (SavedCsb, responder, "responder", 16),
  MIKEY_BYTES (SavedCsb, message_key, "message key", 16,
               .flags = MIKEY_FIELD_SECRET),
  MIKEY_LIST (SavedCsb, cs, "crypto sessions", 16, &cs_struct),
  MIKEY_LIST (SavedCsb, policies, "policies", 16, &policy_struct),
  MIKEY_LIST (SavedCsb, keys, "keys", 16, &key_struct, .max = MIKEY_MAX_KEYS),
};
static const MikeyStruct csb_struct
    = MIKEY_STRUCT (SavedCsb, "bundle", csb_fields);

static const MikeyField saved_fields[] = {
  MIKEY_UINT (Saved, magic, "saved session", 32, .min = MAGIC, .max = MAGIC),
  MIKEY_UINT (Saved, mode, "mode", 8),
  MIKEY_UINT (Saved, role, "role", 8, .max = MIKEY_ROLE_RESPONDER),
  MIKEY_UINT (Saved, state, "state", 8, .max = MIKEY_EXCHANGE_FAILED),
  MIKEY_UINT (Saved, timestamp_high, "timestamp", 32),
  MIKEY_UINT (Saved, timestamp_low, "timestamp", 32),
  MIKEY_UINT (Saved, counter, "counter", 32),
  MIKEY_LIST (Saved, streams, "streams", 16, &stream_struct,
              .max = MIKEY_MAX_CS),
  MIKEY_BYTES (Saved, sent, "sent", 16),
  MIKEY_BYTES (Saved, held, "held", 16),
  MIKEY_LIST (Saved, csb, "bundle", 16, &csb_struct, .max = 1),
  MIKEY_LIST (Saved, pending, "offered bundle", 16, &csb_struct, .max = 1),
};
static const MikeyStruct saved_struct
    = MIKEY_STRUCT (Saved, "saved session", saved_fields);

/* --- to octets --- */

static void *
items (MikeyList *list, guint num, gsize size, MikeyArena *arena)
{
  list->items = mikey_arena_alloc (arena, num * size);
  list->num = list->items ? num : 0;
  return list->items;
}

static bool
save_params (const MikeySrtpParams *params, MikeyList *list, MikeyArena *arena)
{
  SavedParam *to = items (list, MIKEY_SRTP_NUM_PARAMS, sizeof *to, arena);
  guint i, n = 0;

  if (!to)
    return false;
  for (i = 0; i < MIKEY_SRTP_NUM_PARAMS; i++)
    if (params->present & 1u << i)
      to[n++] = (SavedParam){ i, params->value[i] };
  list->num = n;
  return true;
}

static bool
save_policies (const MikeyCsb *csb, SavedCsb *saved, MikeyArena *arena)
{
  SavedPolicy *to
      = items (&saved->policies, csb->num_policies, sizeof *to, arena);
  guint i;

  for (i = 0; to && i < csb->num_policies; i++) {
    to[i].policy_no = csb->policies[i].policy_no;
    if (!save_params (&csb->policies[i].params, &to[i].params, arena))
      return false;
  }
  return to != NULL;
}

static bool
save_cs (const MikeyCsb *csb, SavedCsb *saved, MikeyArena *arena)
{
  SavedCs *to = items (&saved->cs, csb->num_cs, sizeof *to, arena);
  guint i;

  for (i = 0; to && i < csb->num_cs; i++)
    to[i] = (SavedCs){ csb->cs[i].cs_id, csb->cs[i].policy_no, csb->cs[i].ssrc,
                       csb->cs[i].roc };
  return to != NULL;
}

static bool
save_keys (const MikeyCsb *csb, SavedCsb *saved, MikeyArena *arena)
{
  SavedKey *to = items (&saved->keys, csb->num_keys, sizeof *to, arena);
  guint i;

  for (i = 0; to && i < csb->num_keys; i++) {
    const MikeyTrafficKey *key = &csb->keys[i];

    to[i] = (SavedKey){
      .generation = key->generation,
      .type = key->type,
      .validity = key->validity,
      .key = mikey_secret_slice (key->key),
      .salt = mikey_secret_slice (key->salt),
      .mki = key->mki,
      .from_high = (guint32)(key->from >> 32),
      .from_low = (guint32)key->from,
      .to_high = (guint32)(key->to >> 32),
      .to_low = (guint32)key->to,
    };
  }
  return to != NULL;
}

static bool
save_csb (const MikeyCsb *csb, MikeyList *list, MikeyArena *arena)
{
  SavedCsb *saved;

  if (!csb)
    return true;
  if (!(saved = items (list, 1, sizeof *saved, arena)))
    return false;
  *saved = (SavedCsb){
    .csb_id = csb->csb_id,
    .prf = csb->prf->code,
    .tolerances = csb->tolerances,
    .map_type = csb->map_type,
    .generation = csb->generation,
    .num_new_keys = csb->num_new_keys,
    .peer_proved = csb->peer_proved,
    .has_peer_t = csb->has_peer_t,
    .peer_ts_type = csb->peer_ts_type,
    .peer_t_high = (guint32)(csb->peer_t >> 32),
    .peer_t_low = (guint32)csb->peer_t,
    .has_keys = csb->has_keys,
    .rand = csb->rand,
    .initiator_type = csb->initiator.type,
    .initiator = csb->initiator.data,
    .responder_type = csb->responder.type,
    .responder = csb->responder.data,
    .message_key = mikey_secret_slice (csb->message_key),
  };
  return save_cs (csb, saved, arena) && save_policies (csb, saved, arena)
         && save_keys (csb, saved, arena);
}

static bool
save_streams (const MikeyExchange *x, Saved *saved, MikeyArena *arena)
{
  SavedStream *to = items (&saved->streams, x->num_streams, sizeof *to, arena);
  guint i;

  for (i = 0; to && i < x->num_streams; i++)
    to[i] = (SavedStream){ x->streams[i].ssrc, x->streams[i].roc,
                           x->streams[i].suite };
  return to != NULL;
}

static bool
no_memory (MikeyFault *fault)
{
  return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no memory for a session");
}

bool
mikey_exchange_save (const MikeyExchange *x, MikeyWriter *out,
                     MikeyFault *fault)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  Saved saved = {
    .magic = MAGIC,
    .mode = x->mode ? x->mode->mode : MIKEY_MODE_AUTO,
    .role = x->role,
    .state = x->state,
    .timestamp_high = (guint32)(x->last_timestamp >> 32),
    .timestamp_low = (guint32)x->last_timestamp,
    .counter = x->counter,
    .sent = mikey_writer_slice (&x->sent),
    .held = mikey_writer_slice (&x->held),
  };

  if (!save_streams (x, &saved, &arena)
      || !save_csb (x->csb, &saved.csb, &arena)
      || !save_csb (x->pending, &saved.pending, &arena))
    return no_memory (fault);
  mikey_struct_write (&saved_struct, &saved, out);
  return mikey_writer_ok (out, fault);
}

/* --- from octets --- */

static bool
load_policies (MikeyCsb *csb, const SavedCsb *saved)
{
  const SavedPolicy *from = saved->policies.items;
  guint i, j;

  for (i = 0; i < saved->policies.num; i++) {
    const SavedParam *param = from[i].params.items;
    MikeySrtpParams params;

    mikey_srtp_params_defaults (&params);
    for (j = 0; j < from[i].params.num; j++)
      mikey_srtp_params_set (&params, param[j].type, param[j].value);
    if (!mikey_csb_set_policy (csb, from[i].policy_no, &params))
      return false;
  }
  return true;
}

static bool
load_cs (MikeyCsb *csb, const SavedCsb *saved)
{
  const SavedCs *from = saved->cs.items;
  MikeyCs cs[MIKEY_MAX_CS];
  guint i, num = MIN (saved->cs.num, MIKEY_MAX_CS);

  for (i = 0; i < num; i++)
    cs[i] = (MikeyCs){ from[i].cs_id, from[i].policy_no, from[i].ssrc,
                       from[i].roc };
  return mikey_csb_set_cs (csb, cs, num);
}

static bool
load_key (MikeyCsb *csb, const SavedKey *from)
{
  MikeyTrafficKey key = {
    .type = from->type,
    .validity = from->validity,
    .key = mikey_secret_copy (from->key),
    .salt = from->salt.len ? mikey_secret_copy (from->salt) : NULL,
    .mki = from->mki,
    .from = (guint64)from->from_high << 32 | from->from_low,
    .to = (guint64)from->to_high << 32 | from->to_low,
  };
  bool ok = key.key && (key.salt || !from->salt.len)
            && mikey_csb_add_keys (csb, &key, 1);

  if (ok)
    csb->keys[csb->num_keys - 1].generation = from->generation;
  mikey_secret_unref (key.key);
  mikey_secret_unref (key.salt);
  return ok;
}

static bool
load_keys (MikeyCsb *csb, const SavedCsb *saved)
{
  const SavedKey *from = saved->keys.items;
  guint i;

  for (i = 0; i < saved->keys.num; i++)
    if (!load_key (csb, &from[i]))
      return false;
  csb->generation = saved->generation;
  csb->num_new_keys = MIN (saved->num_new_keys, csb->num_keys);
  csb->has_keys = saved->has_keys;
  return true;
}

static bool
fill_csb (MikeyCsb *csb, const SavedCsb *saved)
{
  csb->csb_id = saved->csb_id;
  csb->prf = mikey_prf_find (saved->prf);
  csb->tolerances = saved->tolerances;
  csb->map_type = saved->map_type;
  csb->peer_proved = saved->peer_proved;
  csb->has_peer_t = saved->has_peer_t;
  csb->peer_ts_type = saved->peer_ts_type;
  csb->peer_t = (guint64)saved->peer_t_high << 32 | saved->peer_t_low;
  if (saved->message_key.len)
    csb->message_key = mikey_secret_copy (saved->message_key);
  return csb->prf && (csb->message_key || !saved->message_key.len)
         && mikey_csb_set_rand (csb, saved->rand)
         && mikey_csb_set_identity (csb, &csb->initiator, saved->initiator_type,
                                    saved->initiator)
         && mikey_csb_set_identity (csb, &csb->responder, saved->responder_type,
                                    saved->responder)
         && load_cs (csb, saved) && load_policies (csb, saved)
         && load_keys (csb, saved);
}

static bool
load_csb (MikeyCsb **slot, const MikeyList *list)
{
  g_autoptr (MikeyCsb) csb = NULL;

  if (!list->num)
    return true;
  csb = mikey_csb_new ();
  if (!csb || !fill_csb (csb, list->items))
    return false;
  *slot = g_steal_pointer (&csb);
  return true;
}

static bool
fill_exchange (MikeyExchange *x, const Saved *saved)
{
  const MikeyModeRow *row = mikey_mode_find (saved->mode);
  const SavedStream *streams = saved->streams.items;
  guint i;

  x->mode = row ? row->type : NULL;
  x->role = saved->role;
  x->state = saved->state;
  x->last_timestamp
      = (guint64)saved->timestamp_high << 32 | saved->timestamp_low;
  x->counter = saved->counter;
  mikey_write_slice (&x->sent, saved->sent);
  mikey_write_slice (&x->held, saved->held);
  for (i = 0; i < saved->streams.num; i++)
    if (!mikey_exchange_add_stream_with_suite (
            x, streams[i].ssrc, streams[i].roc, streams[i].suite))
      return false;
  return (row || saved->mode == MIKEY_MODE_AUTO)
         && mikey_writer_ok (&x->sent, NULL) && mikey_writer_ok (&x->held, NULL)
         && load_csb (&x->csb, &saved->csb)
         && load_csb (&x->pending, &saved->pending);
}

/* Every key can be derived, as when it was accepted. */
static bool
is_usable (const MikeyCsb *csb)
{
  guint i, k;

  for (i = 0; i < csb->num_cs; i++) {
    const MikeyCsPolicy *policy
        = mikey_csb_find_policy (csb, csb->cs[i].policy_no);

    if (!policy)
      return false;
    for (k = 0; k < csb->num_keys; k++) {
      g_autoptr (MikeySecret) key = NULL;
      g_autoptr (MikeySecret) salt = NULL;
      MikeySuite suite;

      if (!mikey_suite_from_params (&policy->params, csb->tolerances, &suite,
                                    NULL)
          || !mikey_csb_derive (csb, &csb->cs[i], &csb->keys[k], &key, &salt,
                                NULL))
        return false;
    }
  }
  return true;
}

/* What every bundle has: a policy, and in PSK mode the key of its messages. */
static bool
is_complete (const MikeyExchange *x, const MikeyCsb *csb)
{
  return !csb
         || (csb->num_policies && is_usable (csb)
             && (csb->message_key || x->mode->mode != MIKEY_MODE_PSK));
}

/* Our message that awaits an answer is one that we could have sent. */
static bool
is_answerable (const MikeyExchange *x)
{
  g_auto (MikeyParsed) sent = { .raw = MIKEY_SLICE_EMPTY };

  return mikey_parsed_init (&sent, mikey_writer_slice (&x->sent),
                            MIKEY_TOLERATE_NOTHING, NULL)
         && mikey_chain_find (&sent.chain, MIKEY_PAYLOAD_T, 0);
}

/* A state without the bundle that it speaks of would be walked into later. */
static bool
is_consistent (const MikeyExchange *x)
{
  bool waits = x->state == MIKEY_EXCHANGE_WAIT
               || x->state == MIKEY_EXCHANGE_WAIT_2
               || x->state == MIKEY_EXCHANGE_UPDATING;
  bool in_force
      = x->state == MIKEY_EXCHANGE_DONE || x->state == MIKEY_EXCHANGE_UPDATING;

  if (!x->mode)
    return x->state == MIKEY_EXCHANGE_IDLE && !x->csb && !x->pending;
  return is_complete (x, x->csb) && is_complete (x, x->pending)
         && (!waits || (x->pending && is_answerable (x)))
         && (!in_force || x->csb);
}

bool
mikey_exchange_load (MikeyExchange *x, MikeySlice saved, MikeyFault *fault)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  Saved fields = { 0 };

  MIKEY_TRY (
      mikey_struct_read_all (&saved_struct, saved, &fields, &arena, fault));
  if (fill_exchange (x, &fields) && is_consistent (x))
    return true;
  mikey_exchange_clear (x);
  return mikey_fail (fault, MIKEY_FAULT_BAD_VALUE,
                     "a saved session that does not fit together");
}
