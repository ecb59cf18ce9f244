/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error-message.h"

#include "draft.h"
#include "srtp.h"

/* HDR, T, {ERR}, {SP}, [V|SIGNr] (3830-5.1.2-03) */
static const MikeyMessageRules error_rules = {
  "Error message",
  "RFC 3830 5.1.2",
  MIKEY_DATA_TYPE_ERROR,
  false,
  { { MIKEY_PAYLOAD_T, 1, 1 },
    { MIKEY_PAYLOAD_ERR, 1, MIKEY_MAX_ERRORS },
    { MIKEY_PAYLOAD_SP, 0, MIKEY_MAX_SP },
    { MIKEY_PAYLOAD_V, 0, 1 },
    { MIKEY_PAYLOAD_SIGN, 0, 1 } },
};

static MikeySlice
id_in (const MikeyParsed *parsed, guint index)
{
  const MikeyId *id
      = mikey_chain_find (&parsed->chain, MIKEY_PAYLOAD_ID, index);

  return id ? id->data : MIKEY_SLICE_EMPTY;
}

/* V in an Error message is that of the verification message: identities and
 * timestamp of the message that failed follow (ambiguity A32). */
static void
collect_extra (const MikeyParsed *failed, MikeySlice extra[3])
{
  const MikeyT *t = mikey_chain_find (&failed->chain, MIKEY_PAYLOAD_T, 0);

  extra[0] = id_in (failed, 0);
  extra[1] = id_in (failed, 1);
  extra[2] = t->value;
}

/* What would be acceptable instead (3830-5.1.1-01, 3830-5.1.2-02). */
static void
add_acceptable_policies (MikeyDraft *draft, const MikeyPolicyData *policy)
{
  MikeySrtpParams params;
  guint i;

  for (i = 0; i < policy->num_suites; i++) {
    mikey_suite_to_params (&policy->suites[i], &params);
    if (!mikey_srtp_params_write (&params, i, &draft->chain, &draft->arena,
                                  NULL))
      draft->failed = true;
  }
}

static bool
write_message (const MikeyStep *step, MikeyDraft *draft, MikeyWriter *out)
{
  const MikeyMac *mac = mikey_mac_find (step->verified_mac);
  MikeySlice extra[3];

  if (!step->verified_by.secret)
    return mikey_draft_write (draft, out, NULL);
  collect_extra (step->in->parsed, extra);
  mikey_draft_v (draft, mac);
  return mikey_draft_write_tagged (draft, &step->verified_by, mac, extra, 3,
                                   out, NULL);
}

void
mikey_error_message_write (const MikeyStep *step, const MikeyFault *fault,
                           MikeyWriter *out)
{
  const MikeyParsed *failed = step->in->parsed;
  const MikeyT *t = mikey_chain_find (&failed->chain, MIKEY_PAYLOAD_T, 0);
  int error_no = mikey_fault_rfc_error (fault->code);
  g_auto (MikeyDraft) draft = MIKEY_DRAFT_INIT;

  mikey_writer_clear (out);
  if (error_no == MIKEY_RFC_ERROR_NONE || !t)
    return;
  mikey_draft_hdr_like (&draft, MIKEY_DATA_TYPE_ERROR, failed->hdr);
  mikey_draft_same_t (&draft, t);
  mikey_draft_err (&draft, (guint32)error_no);
  if (error_no == MIKEY_RFC_ERROR_BAD_SP
      || error_no == MIKEY_RFC_ERROR_BAD_SPPAR)
    add_acceptable_policies (&draft, step->env->policy);
  if (!write_message (step, &draft, out))
    mikey_writer_clear (out);
}

static bool
is_authentic (const MikeyChecked *checked, const MikeyParsed *sent,
              const MikeyCsb *csb)
{
  const MikeyT *t = mikey_chain_find (&sent->chain, MIKEY_PAYLOAD_T, 0);
  MikeyProtection protection
      = { csb->message_key, mikey_csb_label (csb), mikey_t_as_64 (t) };
  MikeyVerified verified;
  MikeySlice extra[3];

  if (!csb->message_key || !mikey_checked_find (checked, MIKEY_PAYLOAD_V, 0))
    return false;
  collect_extra (sent, extra);
  return mikey_verify_v (&protection, checked, extra, 3, &verified, NULL);
}

bool
mikey_error_message_read (const MikeyParsed *parsed, const MikeyParsed *sent,
                          const MikeyCsb *csb, MikeyPeerError *error,
                          MikeyFault *fault)
{
  const MikeyT *ours = mikey_chain_find (&sent->chain, MIKEY_PAYLOAD_T, 0);
  const MikeyErr *err;
  const MikeyT *t;
  MikeyChecked checked;

  MIKEY_TRY (mikey_rules_check (&error_rules, parsed, MIKEY_TOLERATE_NOTHING,
                                &checked, fault));
  t = mikey_checked_find (&checked, MIKEY_PAYLOAD_T, 0);
  if (t->ts_type != ours->ts_type || !mikey_slice_equal (t->value, ours->value))
    return mikey_fail (fault, MIKEY_FAULT_CSB_MISMATCH,
                       "an Error message that answers another message");
  err = mikey_checked_find (&checked, MIKEY_PAYLOAD_ERR, 0);
  error->error_no = err->error_no;
  error->authentic = is_authentic (&checked, sent, csb);
  return mikey_fail (fault, MIKEY_FAULT_PEER_ERROR,
                     "the peer answers with error %u (%s)%s", err->error_no,
                     mikey_registry_name (MIKEY_REG_ERROR_NO, err->error_no)
                         ?: "unknown",
                     error->authentic ? "" : ", which may be forged");
}
