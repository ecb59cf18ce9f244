/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "srtp.h"

#include <string.h>

/* SRTP ciphers as MIKEY says them. NULL encryption keeps the sizes of the
 * default, from which the authentication key is derived. */
typedef struct {
  guint encr_alg;
  guint key_len;
  guint salt_len;
} CipherRow;

static const CipherRow ciphers[] = {
  [MIKEY_SRTP_CIPHER_NULL] = { MIKEY_SRTP_ENCR_NULL, 16, 14 },
  /* 6188-4-01, 6188-5-01: the key length alone tells AES-256 */
  [MIKEY_SRTP_CIPHER_AES_128_ICM] = { MIKEY_SRTP_ENCR_AES_CM, 16, 14 },
  [MIKEY_SRTP_CIPHER_AES_256_ICM] = { MIKEY_SRTP_ENCR_AES_CM, 32, 14 },
  /* 7714-14.3-02, 7714-14.3-03, 7714-15-01, 7714-14.2-01 */
  [MIKEY_SRTP_CIPHER_AES_128_GCM] = { MIKEY_SRTP_ENCR_AES_GCM, 16, 12 },
  [MIKEY_SRTP_CIPHER_AES_256_GCM] = { MIKEY_SRTP_ENCR_AES_GCM, 32, 12 },
};

static const guint tag_len[] = {
  [MIKEY_SRTP_AUTH_NULL] = 0,
  [MIKEY_SRTP_AUTH_HMAC_SHA1_32] = 4,
  [MIKEY_SRTP_AUTH_HMAC_SHA1_80] = 10,
};

#define AEAD_TAG_LEN 16
#define AUTH_KEY_LEN 20

static bool
is_gcm (MikeySrtpCipher cipher)
{
  return ciphers[cipher].encr_alg == MIKEY_SRTP_ENCR_AES_GCM;
}

/* The cipher of the suite: RTP's, or RTCP's where RTP has none. */
static MikeySrtpCipher
common_cipher (const MikeySuite *suite)
{
  return suite->rtp_cipher != MIKEY_SRTP_CIPHER_NULL ? suite->rtp_cipher
                                                     : suite->rtcp_cipher;
}

void
mikey_suite_to_params (const MikeySuite *suite, MikeySrtpParams *params)
{
  MikeySrtpCipher cipher = common_cipher (suite);
  bool gcm = is_gcm (cipher);
  bool hmac = suite->rtp_auth || suite->rtcp_auth;

  mikey_srtp_params_defaults (params);
  mikey_srtp_params_set (params, MIKEY_SRTP_ENCR_ALG, ciphers[cipher].encr_alg);
  mikey_srtp_params_set (params, MIKEY_SRTP_ENCR_KEY_LEN,
                         ciphers[cipher].key_len);
  mikey_srtp_params_set (params, MIKEY_SRTP_SALT_LEN, ciphers[cipher].salt_len);
  mikey_srtp_params_set (params, MIKEY_SRTP_AUTH_ALG,
                         hmac ? MIKEY_SRTP_AUTH_ALG_HMAC_SHA_1
                              : MIKEY_SRTP_AUTH_ALG_NULL);
  mikey_srtp_params_set (params, MIKEY_SRTP_RTP_ENCR,
                         suite->rtp_cipher != MIKEY_SRTP_CIPHER_NULL);
  mikey_srtp_params_set (params, MIKEY_SRTP_RTCP_ENCR,
                         suite->rtcp_cipher != MIKEY_SRTP_CIPHER_NULL);
  mikey_srtp_params_set (params, MIKEY_SRTP_RTP_AUTH,
                         gcm || suite->rtp_auth != MIKEY_SRTP_AUTH_NULL);
  if (gcm)
    mikey_srtp_params_set (params, MIKEY_SRTP_AEAD_TAG_LEN, AEAD_TAG_LEN);
  if (!hmac)
    return;
  mikey_srtp_params_set (params, MIKEY_SRTP_AUTH_KEY_LEN, AUTH_KEY_LEN);
  if (suite->rtp_auth)
    mikey_srtp_params_set (params, MIKEY_SRTP_TAG_LEN,
                           tag_len[suite->rtp_auth]);
  /* SRTCP tags are 80 bits whatever SRTP's are (RFC 3711 3.4, 6188-4-01);
   * another length has a parameter of its own (4771-4-03). */
  if (suite->rtcp_auth == MIKEY_SRTP_AUTH_HMAC_SHA1_32)
    mikey_srtp_params_set (params, MIKEY_SRTP_RTCP_TAG_LEN, 4);
}

static bool
bad (MikeyFault *fault, const char *why, guint32 value)
{
  return mikey_fail (fault, MIKEY_FAULT_BAD_SP_PARAM, "%s %u", why, value);
}

static bool
find_cipher (const MikeySrtpParams *params, MikeySrtpCipher *cipher,
             MikeyFault *fault)
{
  guint32 alg = params->value[MIKEY_SRTP_ENCR_ALG];
  guint32 len = params->value[MIKEY_SRTP_ENCR_KEY_LEN];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (ciphers); i++)
    if (ciphers[i].encr_alg == alg && ciphers[i].key_len == len) {
      *cipher = i;
      return true;
    }
  return mikey_fail (fault, MIKEY_FAULT_BAD_SP_PARAM,
                     "SRTP encryption algorithm %u with a key of %u bytes is "
                     "not supported",
                     alg, len);
}

/* The tag length, which GStreamer writes where the key length belongs (quirk
 * Q2). */
static bool
find_tag_len (const MikeySrtpParams *params, MikeyTolerances tolerances,
              guint32 *len, MikeyFault *fault)
{
  guint32 key_len = params->value[MIKEY_SRTP_AUTH_KEY_LEN];
  bool told = params->present
              & (1u << MIKEY_SRTP_TAG_LEN | 1u << MIKEY_SRTP_RTP_TAG_LEN);

  *len = params->present & 1u << MIKEY_SRTP_RTP_TAG_LEN
             ? params->value[MIKEY_SRTP_RTP_TAG_LEN]
             : params->value[MIKEY_SRTP_TAG_LEN];
  if (key_len == AUTH_KEY_LEN)
    return true;
  if ((tolerances & MIKEY_TOLERATE_TAG_AS_KEY_LENGTH) && !told
      && (key_len == 10 || key_len == 4)) {
    *len = key_len;
    return true;
  }
  return bad (fault, "SRTP authentication key length is not 20 but", key_len);
}

static bool
find_auth (guint32 len, MikeySrtpAuth *auth, MikeyFault *fault)
{
  if (len == 10)
    *auth = MIKEY_SRTP_AUTH_HMAC_SHA1_80;
  else if (len == 4)
    *auth = MIKEY_SRTP_AUTH_HMAC_SHA1_32;
  else
    return bad (fault, "SRTP authentication tag length is neither 10 nor 4 but",
                len);
  return true;
}

static bool
find_auths (const MikeySrtpParams *params, MikeyTolerances tolerances,
            MikeySuite *suite, MikeyFault *fault)
{
  guint32 rtp_len, rtcp_len = 10;

  suite->rtp_auth = suite->rtcp_auth = MIKEY_SRTP_AUTH_NULL;
  if (params->value[MIKEY_SRTP_AUTH_ALG] == MIKEY_SRTP_AUTH_ALG_NULL)
    return true;
  if (params->value[MIKEY_SRTP_AUTH_ALG] != MIKEY_SRTP_AUTH_ALG_HMAC_SHA_1)
    return bad (fault, "unsupported SRTP authentication algorithm",
                params->value[MIKEY_SRTP_AUTH_ALG]);
  MIKEY_TRY (find_tag_len (params, tolerances, &rtp_len, fault));
  if (params->present & 1u << MIKEY_SRTP_RTCP_TAG_LEN)
    rtcp_len = params->value[MIKEY_SRTP_RTCP_TAG_LEN];
  else if (tolerances & MIKEY_TOLERATE_TAG_AS_KEY_LENGTH
           && params->value[MIKEY_SRTP_AUTH_KEY_LEN] == 4)
    rtcp_len = 4; /* GStreamer has one tag length for both */
  MIKEY_TRY (find_auth (rtcp_len, &suite->rtcp_auth, fault));
  if (!params->value[MIKEY_SRTP_RTP_AUTH])
    return true;
  return find_auth (rtp_len, &suite->rtp_auth, fault);
}

/* Parameters of RFC 4771 that say again, for SRTP or SRTCP alone, what another
 * one says for both: here they can not differ. */
static bool
only_repeated (const MikeySrtpParams *params, MikeyFault *fault)
{
  static const struct {
    guint param, same_as;
  } rows[] = {
    { MIKEY_SRTP_RTP_AUTH_ALG, MIKEY_SRTP_AUTH_ALG },
    { MIKEY_SRTP_RTCP_AUTH_ALG, MIKEY_SRTP_AUTH_ALG },
    { MIKEY_SRTP_RTP_AUTH_KEY_LEN, MIKEY_SRTP_AUTH_KEY_LEN },
    { MIKEY_SRTP_RTCP_AUTH_KEY_LEN, MIKEY_SRTP_AUTH_KEY_LEN },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    if ((params->present & 1u << rows[i].param)
        && params->value[rows[i].param] != params->value[rows[i].same_as])
      return mikey_fail (fault, MIKEY_FAULT_BAD_SP_PARAM,
                         "SRTP parameter %u is %u, only %u is supported",
                         rows[i].param, params->value[rows[i].param],
                         params->value[rows[i].same_as]);
  return params->value[MIKEY_SRTP_ROC_RATE] == 1
         || bad (fault, "unsupported ROC transmission rate",
                 params->value[MIKEY_SRTP_ROC_RATE]);
}

/* What libsrtp has no switch for. Its PRF is AES-CM with the length of the key,
 * as every suite here wants it (6188-3.1-01, 7714-11-01, 7714-15-02); ARIA,
 * which has a PRF of its own, is not among them (8269-4-01). */
static bool
only_supported (const MikeySrtpParams *params, MikeyFault *fault)
{
  static const guint zero[] = { MIKEY_SRTP_PRF, MIKEY_SRTP_KEY_DERIVATION_RATE,
                                MIKEY_SRTP_FEC_ORDER, MIKEY_SRTP_PREFIX_LEN };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (zero); i++)
    if (params->value[zero[i]] != 0)
      return mikey_fail (fault, MIKEY_FAULT_BAD_SP_PARAM,
                         "SRTP parameter %u is %u, only 0 is supported",
                         zero[i], params->value[zero[i]]);
  return only_repeated (params, fault);
}

static bool
check_gcm (const MikeySrtpParams *params, const MikeySuite *suite,
           MikeyFault *fault)
{
  /* 7714-5-13-01: the tag is whole, and the only one. */
  if (params->value[MIKEY_SRTP_AEAD_TAG_LEN] != AEAD_TAG_LEN)
    return bad (fault, "AES-GCM tag length is not 16 but",
                params->value[MIKEY_SRTP_AEAD_TAG_LEN]);
  if (suite->rtp_auth || suite->rtcp_auth)
    return bad (fault, "AES-GCM excludes authentication algorithm",
                params->value[MIKEY_SRTP_AUTH_ALG]);
  return true;
}

gsize
mikey_srtp_key_len (const MikeySrtpParams *params)
{
  return params->value[MIKEY_SRTP_ENCR_KEY_LEN];
}

gsize
mikey_srtp_salt_len (const MikeySrtpParams *params)
{
  bool told = params->present & 1u << MIKEY_SRTP_SALT_LEN;

  if (!told && params->value[MIKEY_SRTP_ENCR_ALG] == MIKEY_SRTP_ENCR_AES_GCM)
    return 12;
  return params->value[MIKEY_SRTP_SALT_LEN];
}

bool
mikey_suite_from_params (const MikeySrtpParams *params,
                         MikeyTolerances tolerances, MikeySuite *suite,
                         MikeyFault *fault)
{
  MikeySrtpCipher cipher = MIKEY_SRTP_CIPHER_NULL;

  MIKEY_TRY (find_cipher (params, &cipher, fault));
  MIKEY_TRY (only_supported (params, fault));
  if (mikey_srtp_salt_len (params) != ciphers[cipher].salt_len)
    return bad (fault, "unsupported SRTP salt length",
                params->value[MIKEY_SRTP_SALT_LEN]);
  /* GStreamer and ONVIF peers leave the HMAC parameters at their defaults
   * beside GCM; what counts is that no second tag is asked for. */
  if (is_gcm (cipher) && !(params->present & 1u << MIKEY_SRTP_AUTH_ALG))
    suite->rtp_auth = suite->rtcp_auth = MIKEY_SRTP_AUTH_NULL;
  else
    MIKEY_TRY (find_auths (params, tolerances, suite, fault));
  if (is_gcm (cipher))
    MIKEY_TRY (check_gcm (params, suite, fault));
  suite->rtp_cipher
      = params->value[MIKEY_SRTP_RTP_ENCR] ? cipher : MIKEY_SRTP_CIPHER_NULL;
  suite->rtcp_cipher
      = params->value[MIKEY_SRTP_RTCP_ENCR] ? cipher : MIKEY_SRTP_CIPHER_NULL;
  return true;
}

bool
mikey_suite_is_possible (const MikeySuite *suite, MikeyFault *fault)
{
  if (suite->rtp_cipher && suite->rtcp_cipher
      && suite->rtp_cipher != suite->rtcp_cipher)
    return mikey_fail (fault, MIKEY_FAULT_BAD_SP,
                       "RTP and RTCP have one cipher in MIKEY, unless one of "
                       "them has none");
  if (is_gcm (common_cipher (suite)) && (suite->rtp_auth || suite->rtcp_auth))
    return mikey_fail (fault, MIKEY_FAULT_BAD_SP,
                       "AES-GCM authenticates by itself: set the "
                       "authentication of RTP and RTCP to null");
  /* RFC 3711 3.4; SRTP's authentication alone has a switch */
  if (suite->rtp_auth && !suite->rtcp_auth)
    return mikey_fail (fault, MIKEY_FAULT_BAD_SP,
                       "RTCP is authenticated wherever RTP is");
  return true;
}

bool
mikey_suite_is_accepted (const MikeySuite *suite, const MikeyPolicyData *policy)
{
  guint i;

  for (i = 0; i < policy->num_suites; i++) {
    const MikeySuite *s = &policy->suites[i];

    if (s->rtp_cipher == suite->rtp_cipher && s->rtp_auth == suite->rtp_auth
        && s->rtcp_cipher == suite->rtcp_cipher
        && s->rtcp_auth == suite->rtcp_auth)
      return true;
  }
  return false;
}

/* --- keys --- */

static bool
no_memory (MikeyFault *fault)
{
  return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no memory for a key");
}

static MikeySecret *
derive (const MikeyCsb *csb, const MikeyCs *cs, MikeyLabel label,
        MikeySlice inkey, gsize len)
{
  MikeyLabelContext context = mikey_csb_label (csb);
  MikeySecret *out = mikey_secret_new (len);

  if (out)
    mikey_derive (&context, label, (guint8)cs->cs_id, inkey, out->data, len);
  return out;
}

static bool
wrong_length (const char *what, gsize is, gsize should, MikeyFault *fault)
{
  return mikey_fail (fault, MIKEY_FAULT_BAD_LENGTH,
                     "%s of %" G_GSIZE_FORMAT
                     " bytes, the policy says %" G_GSIZE_FORMAT,
                     what, is, should);
}

/* A TEK is the master key as it is (3830-6.13-04), or the master key with the
 * salt behind it (quirk Q1); the policy's lengths decide, not the type. */
static bool
split_tek (MikeySlice tek, gsize key_len, gsize salt_len,
           MikeyTolerances tolerances, MikeySecret **master_key,
           MikeySecret **master_salt, MikeyFault *fault)
{
  bool joined = (tolerances & MIKEY_TOLERATE_KEY_WITH_SALT) && salt_len
                && tek.len == key_len + salt_len;

  if (tek.len != key_len && !joined)
    return wrong_length ("TEK", tek.len, key_len, fault);
  *master_key = mikey_secret_copy (mikey_slice (tek.data, key_len));
  if (joined)
    *master_salt
        = mikey_secret_copy (mikey_slice (tek.data + key_len, salt_len));
  return *master_key && (!joined || *master_salt) ? true : no_memory (fault);
}

static bool
derive_key (const MikeyCsb *csb, const MikeyCs *cs, const MikeyTrafficKey *key,
            gsize key_len, gsize salt_len, MikeySecret **master_key,
            MikeySecret **master_salt, MikeyFault *fault)
{
  MikeySlice inkey = mikey_secret_slice (key->key);

  if (!mikey_key_type_is_tgk (key->type))
    return split_tek (inkey, key_len, key->salt ? 0 : salt_len, csb->tolerances,
                      master_key, master_salt, fault);
  if (csb->rand.len == 0)
    return mikey_fail (fault, MIKEY_FAULT_BAD_LENGTH,
                       "a TGK, and no RAND to derive keys from it");
  *master_key = derive (csb, cs, MIKEY_LABEL_TEK, inkey, key_len);
  return *master_key || no_memory (fault);
}

static bool
derive_salt (const MikeyCsb *csb, const MikeyCs *cs, const MikeyTrafficKey *key,
             gsize salt_len, MikeySecret **master_salt, MikeyFault *fault)
{
  if (*master_salt)
    return true;
  if (key->salt) {
    if (key->salt->len != salt_len)
      return wrong_length ("salt", key->salt->len, salt_len, fault);
    *master_salt = mikey_secret_ref (key->salt);
    return true;
  }
  if (csb->rand.len == 0)
    return mikey_fail (fault, MIKEY_FAULT_BAD_LENGTH,
                       "TEK without a salt, and no RAND to derive one");
  *master_salt = derive (csb, cs, MIKEY_LABEL_TGK_SALT,
                         mikey_secret_slice (key->key), salt_len);
  return *master_salt || no_memory (fault);
}

bool
mikey_csb_derive (const MikeyCsb *csb, const MikeyCs *cs,
                  const MikeyTrafficKey *key, MikeySecret **master_key,
                  MikeySecret **master_salt, MikeyFault *fault)
{
  const MikeyCsPolicy *policy = mikey_csb_find_policy (csb, cs->policy_no);
  g_autoptr (MikeySecret) secret = NULL;
  g_autoptr (MikeySecret) salt = NULL;
  gsize salt_len;

  if (!policy)
    return mikey_fail (fault, MIKEY_FAULT_BAD_SP,
                       "crypto session %u names policy %u, which is not there",
                       cs->cs_id, cs->policy_no);
  salt_len = mikey_srtp_salt_len (&policy->params);
  MIKEY_TRY (derive_key (csb, cs, key, mikey_srtp_key_len (&policy->params),
                         salt_len, &secret, &salt, fault));
  MIKEY_TRY (derive_salt (csb, cs, key, salt_len, &salt, fault));
  *master_key = g_steal_pointer (&secret);
  *master_salt = g_steal_pointer (&salt);
  return true;
}
