/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "adopt.h"
#include "draft.h"
#include "keydata.h"
#include "srtp.h"

/* Null mode: the PSK I_MESSAGE without encryption and without MAC, for a
 * carrier that protects it (3830-4.2.3-04, 3830-4.2.3-05, 3830-4.2.4-03). It is
 * what RTSP equipment speaks: GStreamer, live555, gortsplib, Axis, and the
 * others that follow ONVIF's Streaming Specification (ambiguity A25):
 *
 *   Initiator                               Responder
 *
 *   HDR, T, [RAND], [IDi],[IDr],
 *        {SP}, KEMAC                --->
 *
 * No answer: nothing could be verified. A rekey is another such message, with a
 * CSB ID of its own. */

enum { PSK_INIT = 0 };

/* That the carrier is fit for it is checked by the engine. T and RAND have
 * tolerances of their own, and are asked for below. */
static const MikeyMessageRules init_rules = {
  "unprotected PSK I_MESSAGE",
  "RFC 3830 3.1, 4.2.3",
  PSK_INIT,
  false,
  { { MIKEY_PAYLOAD_T, 0, 1 },
    { MIKEY_PAYLOAD_RAND, 0, 1 },
    { MIKEY_PAYLOAD_ID, 0, 2 },
    { MIKEY_PAYLOAD_SP, 0, MIKEY_MAX_SP },
    { MIKEY_PAYLOAD_KEMAC, 1, 1 } },
};

/* --- sending --- */

/* The tag length where the key length belongs, and nowhere else. */
static void
dress_for_gstreamer (MikeyCsb *csb)
{
  guint i;

  for (i = 0; i < csb->num_policies; i++) {
    MikeySrtpParams *params = &csb->policies[i].params;

    if (params->present & 1u << MIKEY_SRTP_TAG_LEN)
      mikey_srtp_params_set (params, MIKEY_SRTP_AUTH_KEY_LEN,
                             params->value[MIKEY_SRTP_TAG_LEN]);
    params->present
        &= ~(1u << MIKEY_SRTP_TAG_LEN | 1u << MIKEY_SRTP_RTCP_TAG_LEN);
  }
}

/* How ONVIF and how GStreamer want the policies and the key (quirks Q1 to
 * Q3). */
static MikeyKeyShape
dress (MikeyStep *step)
{
  const MikeyPolicyData *policy = step->env->policy;
  const MikeySuite *suite = &policy->suites[0];

  if (policy->null_profile == MIKEY_NULL_PROFILE_GSTREAMER) {
    dress_for_gstreamer (step->work);
    return (MikeyKeyShape){
      MIKEY_KEY_TYPE_TEK, true, MIKEY_KEY_VALIDITY_NULL, 0, 1, 0
    };
  }
  /* ONVIF: joined for AES-CM-128, with the salt apart for all others. */
  if (suite->rtp_cipher == MIKEY_SRTP_CIPHER_AES_128_ICM)
    return (MikeyKeyShape){ MIKEY_KEY_TYPE_TEK, true, MIKEY_KEY_VALIDITY_SPI,
                            policy->mki_len,    1,    0 };
  return (
      MikeyKeyShape){ MIKEY_KEY_TYPE_TEK_SALT, false, MIKEY_KEY_VALIDITY_SPI,
                      policy->mki_len,         1,     0 };
}

static bool
send_init (MikeyStep *step, MikeyFault *fault)
{
  MikeyProtection unprotected = { NULL, mikey_csb_label (step->work), 0 };
  g_autoptr (MikeySecret) plain = NULL;
  g_auto (MikeyDraft) draft = MIKEY_DRAFT_INIT;

  MIKEY_TRY (mikey_keys_write (step->work, &plain, fault));
  mikey_draft_hdr (&draft, PSK_INIT, false, step->work);
  mikey_draft_t (&draft, MIKEY_TIMESTAMP_NTP_UTC, step->timestamp);
  mikey_draft_rand (&draft, step->work->rand);
  mikey_draft_policies (&draft, step->work);
  MIKEY_TRY (mikey_draft_kemac (&draft, &unprotected, &mikey_cipher_null,
                                &mikey_mac_null, mikey_secret_slice (plain),
                                fault));
  return mikey_draft_write (&draft, step->out, fault);
}

static bool
send_offer (MikeyStep *step, MikeyFault *fault)
{
  MikeyKeyShape shape;

  MIKEY_TRY (mikey_begin_csb (step, fault));
  shape = dress (step);
  step->work->tolerances
      |= MIKEY_TOLERATE_EQUIPMENT; /* we read it as they do */
  MIKEY_TRY (mikey_fresh_keys (step, &shape, &mikey_cipher_null, fault));
  return send_init (step, fault);
}

static bool
send_update (MikeyStep *step, MikeyFault *fault)
{
  MikeyKeyShape shape;

  MIKEY_TRY (mikey_adopt_own_streams (step, fault));
  shape = dress (step);
  if (step->new_keys) {
    /* The peer has one key without an MKI at a time: the newest. */
    if (shape.validity == MIKEY_KEY_VALIDITY_NULL)
      mikey_csb_drop_mki (step->work, MIKEY_SLICE_EMPTY);
    MIKEY_TRY (mikey_fresh_keys (step, &shape, &mikey_cipher_null, fault));
  }
  return send_init (step, fault);
}

/* --- receiving --- */

static bool
check_t (const MikeyStep *step, MikeyFault *fault)
{
  if (mikey_checked_find (step->in, MIKEY_PAYLOAD_T, 0)
      || step->env->policy->tolerances & MIKEY_TOLERATE_NO_TIMESTAMP)
    return true;
  return mikey_fail (fault, MIKEY_FAULT_MISSING_PAYLOAD, "%s without T (%s)",
                     init_rules.name, init_rules.section);
}

static bool
receive_init (MikeyStep *step, MikeyFault *fault)
{
  MikeyProtection unprotected = { NULL, { NULL, 0, MIKEY_SLICE_EMPTY }, 0 };
  MikeyVerified verified;
  g_autoptr (MikeySecret) plain = NULL;

  MIKEY_TRY (check_t (step, fault));
  MIKEY_TRY (mikey_adopt_header (step, fault));
  MIKEY_TRY (mikey_verify_unprotected (step->in, &verified, fault));
  /* The profile itself, not a deviation from it: key and salt in one TEK. */
  step->work->tolerances |= MIKEY_TOLERATE_KEY_WITH_SALT;
  MIKEY_TRY (mikey_kemac_open (&unprotected, &verified, &plain, fault));
  MIKEY_TRY (mikey_adopt_policies (step, &verified, fault));
  MIKEY_TRY (mikey_adopt_map (step, &verified, fault));
  return mikey_keys_read (step, &verified, plain, fault);
}

static bool
claims (const MikeyParsed *parsed)
{
  const MikeyKemac *kemac
      = mikey_chain_find (&parsed->chain, MIKEY_PAYLOAD_KEMAC, 0);

  return kemac && kemac->encr_alg == MIKEY_ENCR_NULL
         && kemac->mac_alg == MIKEY_MAC_NULL;
}

static const MikeyTransition table[] = {
  { MIKEY_EXCHANGE_IDLE, MIKEY_INPUT_OFFER, NULL, MIKEY_WORK_NEW, send_offer,
    MIKEY_EXCHANGE_DONE, MIKEY_EXCHANGE_DONE },
  { MIKEY_EXCHANGE_IDLE, MIKEY_INPUT_MESSAGE, &init_rules, MIKEY_WORK_NEW,
    receive_init, MIKEY_EXCHANGE_DONE, MIKEY_EXCHANGE_DONE },
  { MIKEY_EXCHANGE_DONE, MIKEY_INPUT_UPDATE, NULL, MIKEY_WORK_CURRENT,
    send_update, MIKEY_EXCHANGE_DONE, MIKEY_EXCHANGE_DONE },
  { MIKEY_EXCHANGE_DONE, MIKEY_INPUT_MESSAGE, &init_rules, MIKEY_WORK_CURRENT,
    receive_init, MIKEY_EXCHANGE_DONE, MIKEY_EXCHANGE_DONE },
};

const MikeyModeType mikey_mode_null
    = { MIKEY_MODE_NULL, claims, true, table, G_N_ELEMENTS (table) };
