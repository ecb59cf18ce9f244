/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_WIRE_SRTP_PARAMS_H
#define MIKEY_WIRE_SRTP_PARAMS_H

/* The SRTP parameters of a security policy, RFC 3830 6.10.1, RFC 4771 4 and
 * RFC 7714 14.3: an SP payload as numbers, absent ones at their defaults. */

#include "payloads.h"

/* Registry srtp_param; also the index of a value below. */
enum {
  MIKEY_SRTP_ENCR_ALG = 0,
  MIKEY_SRTP_ENCR_KEY_LEN = 1, /* octets; the master key's as well */
  MIKEY_SRTP_AUTH_ALG = 2,
  MIKEY_SRTP_AUTH_KEY_LEN = 3,
  MIKEY_SRTP_SALT_LEN = 4,
  MIKEY_SRTP_PRF = 5,
  MIKEY_SRTP_KEY_DERIVATION_RATE = 6,
  MIKEY_SRTP_RTP_ENCR = 7,  /* off, on */
  MIKEY_SRTP_RTCP_ENCR = 8, /* off, on */
  MIKEY_SRTP_FEC_ORDER = 9,
  MIKEY_SRTP_RTP_AUTH = 10, /* off, on */
  MIKEY_SRTP_TAG_LEN = 11,  /* octets */
  MIKEY_SRTP_PREFIX_LEN = 12,
  MIKEY_SRTP_ROC_RATE = 13,
  MIKEY_SRTP_RTP_AUTH_ALG = 14,
  MIKEY_SRTP_RTCP_AUTH_ALG = 15,
  MIKEY_SRTP_RTP_AUTH_KEY_LEN = 16,
  MIKEY_SRTP_RTCP_AUTH_KEY_LEN = 17,
  MIKEY_SRTP_RTP_TAG_LEN = 18,
  MIKEY_SRTP_RTCP_TAG_LEN = 19,
  MIKEY_SRTP_AEAD_TAG_LEN = 20,
  MIKEY_SRTP_NUM_PARAMS
};

/* Registry srtp_encr_alg and srtp_auth_alg, what we act on. */
enum {
  MIKEY_SRTP_ENCR_NULL = 0,
  MIKEY_SRTP_ENCR_AES_CM = 1,
  MIKEY_SRTP_ENCR_AES_GCM = 6,
  MIKEY_SRTP_AUTH_ALG_NULL = 0,
  MIKEY_SRTP_AUTH_ALG_HMAC_SHA_1 = 1,
};

typedef struct {
  guint32 value[MIKEY_SRTP_NUM_PARAMS];
  guint32 present; /* bit i: parameter i was given */
} MikeySrtpParams;

/* The defaults of RFC 3830 6.10.1 (3830-6.10.1-02). */
void mikey_srtp_params_defaults (MikeySrtpParams *params);
/* Reads SP; faults BAD_SP_PARAM for a parameter that is unknown, doubled, of a
 * wrong length, or out of range. */
bool mikey_srtp_params_read (MikeySrtpParams *params, const MikeySp *sp,
                             MikeyFault *fault) MIKEY_MUST_CHECK;
/* Adds an SP payload with the parameters that are present to CHAIN. */
bool mikey_srtp_params_write (const MikeySrtpParams *params, guint policy_no,
                              MikeyChain *chain, MikeyArena *arena,
                              MikeyFault *fault) MIKEY_MUST_CHECK;

static inline void
mikey_srtp_params_set (MikeySrtpParams *params, guint type, guint32 value)
{
  params->value[type] = value;
  params->present |= 1u << type;
}

#endif
