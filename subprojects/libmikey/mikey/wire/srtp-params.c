/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "srtp-params.h"

#include "../base/limits.h"

#define PROT_TYPE_SRTP 0

/* What a parameter is on the wire, and what it is when absent. Key derivation
 * rates may be up to 2^24 (RFC 3711 4.3.1), in as many octets as they need. */
typedef struct {
  const char *name;
  guint8 min_len, max_len;
  guint32 absent;
  guint32 max;
} ParamRow;

#define ON 1

static const ParamRow rows[MIKEY_SRTP_NUM_PARAMS] = {
  /* 3830-6.10.1-01, 3830-6.10.1-02, 3830-6.10.1-03 */
  [MIKEY_SRTP_ENCR_ALG]
  = { "encryption algorithm", 1, 1, MIKEY_SRTP_ENCR_AES_CM, 255 },
  [MIKEY_SRTP_ENCR_KEY_LEN] = { "encr. key length", 1, 1, 16, 255 },
  [MIKEY_SRTP_AUTH_ALG]
  = { "authentication algorithm", 1, 1, MIKEY_SRTP_AUTH_ALG_HMAC_SHA_1, 255 },
  [MIKEY_SRTP_AUTH_KEY_LEN] = { "auth. key length", 1, 1, 20, 255 },
  [MIKEY_SRTP_SALT_LEN] = { "salt key length", 1, 1, 14, 255 },
  [MIKEY_SRTP_PRF] = { "SRTP PRF", 1, 1, 0, 255 },
  [MIKEY_SRTP_KEY_DERIVATION_RATE]
  = { "key derivation rate", 1, 4, 0, 1 << 24 },
  [MIKEY_SRTP_RTP_ENCR] = { "SRTP encryption off/on", 1, 1, ON, ON },
  [MIKEY_SRTP_RTCP_ENCR] = { "SRTCP encryption off/on", 1, 1, ON, ON },
  [MIKEY_SRTP_FEC_ORDER] = { "FEC order", 1, 1, 0, 255 },
  [MIKEY_SRTP_RTP_AUTH] = { "SRTP authentication off/on", 1, 1, ON, ON },
  [MIKEY_SRTP_TAG_LEN] = { "auth. tag length", 1, 1, 10, 255 },
  [MIKEY_SRTP_PREFIX_LEN] = { "SRTP prefix length", 1, 1, 0, 255 },
  /* 4771-4-02: two octets, not zero */
  [MIKEY_SRTP_ROC_RATE] = { "ROC transmission rate", 2, 2, 1, 65535 },
  /* 4771-4-03: absent, they are as the parameters above say. */
  /* values: 4771-4-01 */
  [MIKEY_SRTP_RTP_AUTH_ALG] = { "SRTP auth. algorithm", 1, 1, 1, 255 },
  [MIKEY_SRTP_RTCP_AUTH_ALG] = { "SRTCP auth. algorithm", 1, 1, 1, 255 },
  [MIKEY_SRTP_RTP_AUTH_KEY_LEN] = { "SRTP auth. key length", 1, 1, 20, 255 },
  [MIKEY_SRTP_RTCP_AUTH_KEY_LEN] = { "SRTCP auth. key length", 1, 1, 20, 255 },
  [MIKEY_SRTP_RTP_TAG_LEN] = { "SRTP auth. tag length", 1, 1, 10, 255 },
  [MIKEY_SRTP_RTCP_TAG_LEN] = { "SRTCP auth. tag length", 1, 1, 10, 255 },
  /* 7714-14.3-01 */
  [MIKEY_SRTP_AEAD_TAG_LEN] = { "AEAD tag length", 1, 1, 16, 255 },
};

void
mikey_srtp_params_defaults (MikeySrtpParams *params)
{
  guint i;

  params->present = 0;
  for (i = 0; i < MIKEY_SRTP_NUM_PARAMS; i++)
    params->value[i] = rows[i].absent;
}

static bool
bad_param (const MikeySp *sp, guint32 type, const char *why, MikeyFault *fault)
{
  return mikey_fail_at (fault, MIKEY_FAULT_BAD_SP_PARAM, "SP", sp->base.offset,
                        "policy %u: parameter %u (%s) %s", sp->policy_no, type,
                        type < MIKEY_SRTP_NUM_PARAMS ? rows[type].name : "?",
                        why);
}

static guint32
number (MikeySlice octets)
{
  guint32 value = 0;
  gsize i;

  for (i = 0; i < octets.len; i++)
    value = value << 8 | octets.data[i];
  return value;
}

static bool
read_param (MikeySrtpParams *params, const MikeySp *sp,
            const MikeySpParam *param, MikeyFault *fault)
{
  const ParamRow *row;
  guint32 value;

  if (param->type >= MIKEY_SRTP_NUM_PARAMS)
    return bad_param (sp, param->type, "is unknown", fault);
  row = &rows[param->type];
  if (params->present & 1u << param->type)
    return bad_param (sp, param->type, "is there twice", fault);
  if (param->value.len < row->min_len || param->value.len > row->max_len)
    return bad_param (sp, param->type, "has a wrong length", fault);
  value = number (param->value);
  if (value > row->max || (param->type == MIKEY_SRTP_ROC_RATE && value == 0))
    return bad_param (sp, param->type, "is out of range", fault);
  mikey_srtp_params_set (params, param->type, value);
  return true;
}

bool
mikey_srtp_params_read (MikeySrtpParams *params, const MikeySp *sp,
                        MikeyFault *fault)
{
  const MikeySpParam *list = sp->params.items;
  guint i;

  mikey_srtp_params_defaults (params);
  if (sp->prot_type != PROT_TYPE_SRTP)
    return mikey_fail_at (fault, MIKEY_FAULT_BAD_SP, "SP", sp->base.offset,
                          "policy %u is for security protocol %u, not SRTP",
                          sp->policy_no, sp->prot_type);
  for (i = 0; i < sp->params.num; i++)
    MIKEY_TRY (read_param (params, sp, &list[i], fault));
  return true;
}

/* The fewest octets that hold the value, of those allowed. */
static gsize
octets_for (const ParamRow *row, guint32 value)
{
  gsize len = row->min_len;

  while (len < row->max_len && value >> (8 * len))
    len++;
  return len;
}

static bool
write_param (MikeySpParam *param, guint type, guint32 value, MikeyArena *arena)
{
  gsize len = octets_for (&rows[type], value), i;
  guint8 *octets = mikey_arena_alloc (arena, len);

  if (!octets)
    return false;
  for (i = 0; i < len; i++)
    octets[i] = (guint8)(value >> (8 * (len - 1 - i)));
  param->type = type;
  param->value = mikey_slice (octets, len);
  return true;
}

bool
mikey_srtp_params_write (const MikeySrtpParams *params, guint policy_no,
                         MikeyChain *chain, MikeyArena *arena,
                         MikeyFault *fault)
{
  MikeySp *sp = mikey_chain_add (chain, MIKEY_PAYLOAD_SP, arena);
  MikeySpParam *list
      = mikey_arena_alloc (arena, MIKEY_SRTP_NUM_PARAMS * sizeof *list);
  guint type, num = 0;
  bool ok = sp && list;

  for (type = 0; type < MIKEY_SRTP_NUM_PARAMS && ok; type++)
    if (params->present & 1u << type)
      ok = write_param (&list[num++], type, params->value[type], arena);
  if (!ok)
    return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no memory for an SP");
  sp->policy_no = policy_no;
  sp->prot_type = PROT_TYPE_SRTP;
  sp->params = (MikeyList){ num, list };
  return true;
}
