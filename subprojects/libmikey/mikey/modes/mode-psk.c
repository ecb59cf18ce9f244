/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "adopt.h"
#include "draft.h"
#include "keydata.h"

/* Pre-shared key mode, RFC 3830 3.1 (3830-3.1-01) and updates, 4.5:
 *
 *   Initiator                               Responder
 *
 *   I_MESSAGE =
 *   HDR, T, RAND, [IDi],[IDr],
 *        {SP}, KEMAC                --->
 *                                            R_MESSAGE =
 *                                  [<---]    HDR, T, [IDr], V
 *
 * RAND is left out of updates. */

enum { PSK_INIT = 0, PSK_RESP = 1 };

/* 3830-3.1-02, 3830-6.2-04 */
static const MikeyMessageRules init_rules = {
  "PSK I_MESSAGE",
  "RFC 3830 3.1",
  PSK_INIT,
  false,
  { { MIKEY_PAYLOAD_T, 1, 1 },
    { MIKEY_PAYLOAD_RAND, 1, 1 },
    { MIKEY_PAYLOAD_ID, 0, 2 },
    { MIKEY_PAYLOAD_SP, 0, MIKEY_MAX_SP },
    { MIKEY_PAYLOAD_KEMAC, 1, 1 } },
};

/* 3830-4.5-02, 3830-4.5-06 */
static const MikeyMessageRules update_rules = {
  "PSK I_MESSAGE (update)",
  "RFC 3830 4.5",
  PSK_INIT,
  true,
  { { MIKEY_PAYLOAD_T, 1, 1 },
    { MIKEY_PAYLOAD_ID, 0, 2 },
    { MIKEY_PAYLOAD_SP, 0, MIKEY_MAX_SP },
    { MIKEY_PAYLOAD_KEMAC, 1, 1 } },
};

/* 3830-3.1-03 */
static const MikeyMessageRules resp_rules = {
  "PSK R_MESSAGE",
  "RFC 3830 3.1",
  PSK_RESP,
  false,
  { { MIKEY_PAYLOAD_T, 1, 1 },
    { MIKEY_PAYLOAD_ID, 0, 1 },
    { MIKEY_PAYLOAD_V, 1, 1 } },
};

static MikeyProtection
protection_of (const MikeyCsb *csb, guint64 timestamp)
{
  return (MikeyProtection){ csb->message_key, mikey_csb_label (csb),
                            timestamp };
}

static const MikeyT *
t_of (const MikeyChecked *checked)
{
  return mikey_checked_find (checked, MIKEY_PAYLOAD_T, 0);
}

static bool
find_psk (MikeyStep *step, MikeyFault *fault)
{
  const MikeyCredentials *credentials = step->env->credentials;

  step->work->message_key
      = credentials->psk (credentials->user, mikey_own_identity (step)->data,
                          mikey_peer_identity (step)->data, fault);
  return step->work->message_key != NULL;
}

/* --- what this side sends first --- */

static MikeyKeyShape
wanted_shape (const MikeyPolicyData *policy)
{
  return (MikeyKeyShape){
    .type = policy->key_type,
    .validity = policy->key_validity,
    .mki_len = policy->mki_len,
    .num_keys = policy->num_keys,
    .interval = policy->key_interval,
  };
}

/* 3830-4.2.3-03, 3830-4.2.4-03: in this mode there is no message without both
 */
static bool
find_algorithms (const MikeyPolicyData *policy, const MikeyCipher **cipher,
                 const MikeyMac **mac, MikeyFault *fault)
{
  *cipher = mikey_cipher_find (policy->encr_alg);
  *mac = mikey_mac_find (policy->mac_alg);
  if (*cipher == &mikey_cipher_null || *mac == &mikey_mac_null)
    return mikey_fail (fault, MIKEY_FAULT_USAGE,
                       "PSK mode needs encryption and a MAC; unprotected keys "
                       "are the null mode");
  return true;
}

static bool
write_kemac (MikeyStep *step, MikeyDraft *draft, bool with_keys,
             const MikeyCipher *cipher, const MikeyMac *mac, MikeyFault *fault)
{
  MikeyProtection protection = protection_of (step->work, step->timestamp);
  g_autoptr (MikeySecret) plain = NULL;

  if (with_keys)
    MIKEY_TRY (mikey_keys_write (step->work, &plain, fault));
  MIKEY_TRY (mikey_draft_kemac (draft, &protection, cipher, mac,
                                mikey_secret_slice (plain), fault));
  return mikey_draft_write_tagged (draft, &protection, mac, NULL, 0, step->out,
                                   fault);
}

static bool
send_init (MikeyStep *step, bool update, bool with_keys,
           const MikeyCipher *cipher, const MikeyMac *mac, MikeyFault *fault)
{
  const MikeyPolicyData *policy = step->env->policy;
  g_auto (MikeyDraft) draft = MIKEY_DRAFT_INIT;

  step->expects_reply = policy->request_verification;
  mikey_draft_hdr (&draft, PSK_INIT, step->expects_reply, step->work);
  mikey_draft_t (&draft, policy->timestamp_type, step->timestamp);
  if (!update)
    mikey_draft_rand (&draft, step->work->rand);
  if (policy->send_ids) {
    mikey_draft_id (&draft, mikey_own_identity (step));
    mikey_draft_id (&draft, mikey_peer_identity (step));
  }
  mikey_draft_policies (&draft, step->work);
  return write_kemac (step, &draft, with_keys, cipher, mac, fault);
}

static bool
send_offer (MikeyStep *step, MikeyFault *fault)
{
  const MikeyPolicyData *policy = step->env->policy;
  MikeyKeyShape shape = wanted_shape (policy);
  const MikeyCipher *cipher;
  const MikeyMac *mac;

  MIKEY_TRY (find_algorithms (policy, &cipher, &mac, fault));
  MIKEY_TRY (mikey_begin_csb (step, fault));
  MIKEY_TRY (find_psk (step, fault));
  MIKEY_TRY (mikey_fresh_keys (step, &shape, cipher, fault));
  return send_init (step, false, true, cipher, mac, fault);
}

/* The whole bundle again with its newest keys, for those who come late to a
 * group: same CSB ID, CS IDs and RAND (3830-6.11-02, 3830-8.1-01). Who has it
 * already has no use for it. */
static bool
repeat_offer (MikeyStep *step, MikeyFault *fault)
{
  const MikeyCipher *cipher;
  const MikeyMac *mac;

  MIKEY_TRY (find_algorithms (step->env->policy, &cipher, &mac, fault));
  MIKEY_TRY (mikey_adopt_own_streams (step, fault));
  return send_init (step, false, true, cipher, mac, fault);
}

/* 3830-4.5-01, 3830-4.5-03: the same bundle under a new timestamp, with or
 * without new keys. */
static bool
send_update (MikeyStep *step, MikeyFault *fault)
{
  const MikeyPolicyData *policy = step->env->policy;
  MikeyKeyShape shape = wanted_shape (policy);
  const MikeyCipher *cipher;
  const MikeyMac *mac;

  MIKEY_TRY (find_algorithms (policy, &cipher, &mac, fault));
  MIKEY_TRY (mikey_adopt_own_streams (step, fault));
  if (step->new_keys)
    MIKEY_TRY (mikey_fresh_keys (step, &shape, cipher, fault));
  return send_init (step, true, step->new_keys, cipher, mac, fault);
}

/* --- what this side receives and answers --- */

static MikeySlice
id_in (const MikeyChecked *checked, guint index)
{
  const MikeyId *id = mikey_checked_find (checked, MIKEY_PAYLOAD_ID, index);

  return id ? id->data : MIKEY_SLICE_EMPTY;
}

/* Identity_i || Identity_r || Timestamp, the octets that the payloads of this
 * exchange carried; nothing for those that it did not (3830-5.2-03, ambiguity
 * A1). IDr is that of the answer, or else that of the first message, where a
 * lone ID may be that of RECEIVER. */
typedef struct {
  MikeySlice parts[3];
} VerifiedIds;

static VerifiedIds
ids_and_t (const MikeyChecked *init, const MikeyIdentity *receiver,
           MikeySlice answered_idr)
{
  MikeySlice idi = id_in (init, 0), idr = id_in (init, 1);

  if (!idr.len && mikey_slice_equal (idi, receiver->data)) {
    idr = idi;
    idi = MIKEY_SLICE_EMPTY;
  }
  return (VerifiedIds){ { idi, answered_idr.len ? answered_idr : idr,
                          t_of (init)->value } };
}

/* The R_MESSAGE: 3830-3.1-07, 3830-5.2-05 */
static bool
send_verification (MikeyStep *step, const MikeyProtection *protection,
                   MikeyFault *fault)
{
  const MikeyMac *mac = mikey_mac_find (step->verified_mac);
  MikeyIdentity none = { 0, MIKEY_SLICE_EMPTY };
  const MikeyIdentity *own
      = step->env->policy->send_ids ? mikey_own_identity (step) : &none;
  VerifiedIds ids = ids_and_t (step->in, mikey_own_identity (step), own->data);
  g_auto (MikeyDraft) draft = MIKEY_DRAFT_INIT;

  mikey_draft_hdr (&draft, PSK_RESP, false, step->work);
  mikey_draft_same_t (&draft, t_of (step->in));
  mikey_draft_id (&draft, own);
  mikey_draft_v (&draft, mac);
  return mikey_draft_write_tagged (&draft, protection, mac, ids.parts,
                                   G_N_ELEMENTS (ids.parts), step->out, fault);
}

static bool
accept_peer (MikeyStep *step, MikeyFault *fault)
{
  const MikeyCredentials *credentials = step->env->credentials;

  MIKEY_TRY (credentials->accept_peer (
      credentials->user, mikey_peer_identity (step)->data, fault));
  step->work->peer_proved = true;
  return true;
}

/* From the verified message on: 3830-3.1-04 */
static bool
take_over (MikeyStep *step, const MikeyVerified *verified,
           const MikeyProtection *protection, MikeyFault *fault)
{
  g_autoptr (MikeySecret) plain = NULL;

  MIKEY_TRY (mikey_kemac_open (protection, verified, &plain, fault));
  MIKEY_TRY (mikey_adopt_policies (step, verified, fault));
  MIKEY_TRY (mikey_adopt_map (step, verified, fault));
  /* 3830-6.1.1-02: only an answer can tell the SSRCs that are left to us. */
  if (verified->checked->parsed->hdr->v)
    MIKEY_TRY (mikey_adopt_own_streams (step, fault));
  return mikey_keys_read (step, verified, plain, fault);
}

static bool
refuse_null (const MikeyChecked *in, MikeyFault *fault)
{
  const MikeyKemac *kemac = mikey_checked_find (in, MIKEY_PAYLOAD_KEMAC, 0);

  return kemac->encr_alg != MIKEY_ENCR_NULL || !kemac->encr_data.len
         || mikey_fail_at (fault, MIKEY_FAULT_UNPROTECTED, "KEMAC",
                           kemac->base.offset, "keys that are not encrypted");
}

static bool
verify_and_take (MikeyStep *step, MikeyFault *fault)
{
  const MikeyKemac *kemac
      = mikey_checked_find (step->in, MIKEY_PAYLOAD_KEMAC, 0);
  MikeyProtection protection
      = protection_of (step->work, mikey_t_as_64 (t_of (step->in)));
  MikeyVerified verified;

  MIKEY_TRY (mikey_verify_kemac (&protection, step->in, &verified, fault));
  step->verified_by = protection;
  step->verified_mac = kemac->mac_alg;
  MIKEY_TRY (refuse_null (step->in, fault));
  MIKEY_TRY (mikey_adopt_timestamp (step, &verified, fault));
  MIKEY_TRY (accept_peer (step, fault));
  MIKEY_TRY (take_over (step, &verified, &protection, fault));
  /* 3830-5.3-03, 3830-6.1-04 */
  if (!step->in->parsed->hdr->v)
    return true;
  return send_verification (step, &protection, fault);
}

static bool
receive_offer (MikeyStep *step, MikeyFault *fault)
{
  MIKEY_TRY (mikey_adopt_header (step, fault));
  MIKEY_TRY (mikey_adopt_identities (step, fault));
  MIKEY_TRY (find_psk (step, fault));
  return verify_and_take (step, fault);
}

/* Where both sides rekey at the same moment and no MKI tells the keys apart,
 * the first Initiator's rekey is the one that holds. */
static bool
check_crossing_keys (const MikeyStep *step, MikeyFault *fault)
{
  const MikeyExchange *x = step->x;
  const MikeyCsb *work = step->work;

  if (!x->pending || x->role != MIKEY_ROLE_INITIATOR
      || x->pending->generation == x->csb->generation
      || work->generation == x->csb->generation
      || work->keys[work->num_keys - 1].mki.len)
    return true;
  return mikey_fail (fault, MIKEY_FAULT_UNEXPECTED,
                     "both sides rekey at the same moment, without an MKI: "
                     "this side's keys hold");
}

static bool
receive_update (MikeyStep *step, MikeyFault *fault)
{
  MIKEY_TRY (mikey_adopt_identities (step, fault));
  MIKEY_TRY (verify_and_take (step, fault));
  return check_crossing_keys (step, fault);
}

/* --- the answer to what this side has sent --- */

static bool
same_t (const MikeyT *a, const MikeyT *b)
{
  return a->ts_type == b->ts_type && mikey_slice_equal (a->value, b->value);
}

static bool
check_answer (MikeyStep *step, MikeyFault *fault)
{
  const MikeyT *ours
      = mikey_chain_find (&step->sent->chain, MIKEY_PAYLOAD_T, 0);
  const MikeyId *idr = mikey_checked_find (step->in, MIKEY_PAYLOAD_ID, 0);
  MikeySlice peer = mikey_peer_identity (step)->data;
  bool any_t = step->env->policy->tolerances & MIKEY_TOLERATE_NEW_T_IN_REPLY;

  if (!any_t && !same_t (t_of (step->in), ours))
    return mikey_fail (fault, MIKEY_FAULT_STALE,
                       "the answer has another timestamp than the message it "
                       "answers");
  if (idr && peer.len && !mikey_slice_equal (idr->data, peer))
    return mikey_fail_at (fault, MIKEY_FAULT_WRONG_ID, "ID", idr->base.offset,
                          "the answer is not from the expected peer");
  return true;
}

static bool
verify_answer (MikeyStep *step, const MikeyProtection *protection,
               MikeyVerified *verified, MikeyFault *fault)
{
  MikeyChecked sent = { step->sent, &init_rules };
  VerifiedIds ids
      = ids_and_t (&sent, mikey_peer_identity (step), id_in (step->in, 0));
  MikeyTolerances tolerances = step->env->policy->tolerances;

  if (mikey_verify_v (protection, step->in, ids.parts, 3, verified, fault))
    return true;
  return (tolerances & MIKEY_TOLERATE_V_WITHOUT_IDS)
         && mikey_verify_v (protection, step->in, &ids.parts[2], 1, verified,
                            fault);
}

/* A peer that was not known by name is known now. */
static bool
learn_peer (MikeyStep *step, MikeyFault *fault)
{
  const MikeyId *idr = mikey_checked_find (step->in, MIKEY_PAYLOAD_ID, 0);
  MikeyIdentity *peer = (MikeyIdentity *)mikey_peer_identity (step);

  if (idr && !peer->data.len
      && !mikey_csb_set_identity (step->work, peer, idr->id_type, idr->data))
    return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no memory");
  return true;
}

static bool
receive_answer (MikeyStep *step, MikeyFault *fault)
{
  const MikeyT *t = mikey_chain_find (&step->sent->chain, MIKEY_PAYLOAD_T, 0);
  MikeyProtection protection = protection_of (step->work, mikey_t_as_64 (t));
  MikeyVerified verified;

  MIKEY_TRY (check_answer (step, fault));
  MIKEY_TRY (verify_answer (step, &protection, &verified, fault));
  step->verified_by = protection;
  MIKEY_TRY (learn_peer (step, fault));
  MIKEY_TRY (accept_peer (step, fault));
  return mikey_adopt_filled_map (step, &verified, fault);
}

/* Protected by both algorithms or by neither: the latter is the null mode. */
static bool
claims (const MikeyParsed *parsed)
{
  const MikeyKemac *kemac
      = mikey_chain_find (&parsed->chain, MIKEY_PAYLOAD_KEMAC, 0);

  return !kemac || kemac->encr_alg != MIKEY_ENCR_NULL
         || kemac->mac_alg != MIKEY_MAC_NULL;
}

#define IDLE     MIKEY_EXCHANGE_IDLE
#define WAIT     MIKEY_EXCHANGE_WAIT
#define DONE     MIKEY_EXCHANGE_DONE
#define UPDATING MIKEY_EXCHANGE_UPDATING
#define FAILED   MIKEY_EXCHANGE_FAILED
#define OFFER    MIKEY_INPUT_OFFER, NULL
#define UPDATE   MIKEY_INPUT_UPDATE, NULL
#define GETS(r)  MIKEY_INPUT_MESSAGE, &r
#define NEW      MIKEY_WORK_NEW
#define CURRENT  MIKEY_WORK_CURRENT
#define PENDING  MIKEY_WORK_PENDING

static const MikeyTransition table[] = {
  { IDLE, OFFER, NEW, send_offer, DONE, WAIT },
  { FAILED, OFFER, NEW, send_offer, DONE, WAIT },
  { IDLE, GETS (init_rules), NEW, receive_offer, DONE, DONE },
  { WAIT, OFFER, NEW, send_offer, DONE, WAIT },
  { WAIT, GETS (resp_rules), PENDING, receive_answer, DONE, DONE },
  { DONE, OFFER, CURRENT, repeat_offer, DONE, UPDATING },
  { DONE, UPDATE, CURRENT, send_update, DONE, UPDATING },
  { DONE, GETS (update_rules), CURRENT, receive_update, DONE, DONE },
  { UPDATING, UPDATE, CURRENT, send_update, DONE, UPDATING },
  { UPDATING, GETS (update_rules), CURRENT, receive_update, UPDATING,
    UPDATING },
  { UPDATING, GETS (resp_rules), PENDING, receive_answer, DONE, DONE },
};

const MikeyModeType mikey_mode_psk
    = { MIKEY_MODE_PSK, claims, false, table, G_N_ELEMENTS (table) };
