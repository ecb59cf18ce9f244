/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

#include "../base/limits.h"

/* Security policy payload, RFC 3830 6.10 (3830-6.10-01, 3830-6.10-03):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next payload  ! Policy no     ! Prot type     ! Policy param  !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! length (cont) ! Policy param                                  ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * where Policy param is a sequence of
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Type          ! Length        ! Value                         ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * What the values of SRTP parameters mean is told in srtp-params.c. Those of
 * TESLA (RFC 4442 4, 4442-4.1-01, 4442-4.2-01, 4442-4.2-03) are read and
 * printed. */

enum { PROT_SRTP = 0, PROT_TESLA = 1 };
enum { TESLA_START = 5, TESLA_LOCAL_TIME = 9, NTP_OCTETS = 8 };

#define PARAM(words, reg)                                                      \
  {                                                                            \
    MIKEY_UINT (MikeySpParam, type, "Type", 8, .registry = reg),               \
        MIKEY_BYTES (MikeySpParam, value, words, 8)                            \
  }

static const MikeyField srtp_fields[] = PARAM ("Value", MIKEY_REG_SRTP_PARAM);
static const MikeyField tesla_fields[] = PARAM ("Value", MIKEY_REG_TESLA_PARAM);
static const MikeyField other_fields[] = PARAM ("Value", MIKEY_REG_NONE);

/* 4442-4.2-02: two of them are NTP timestamps. */
static bool
check_tesla (const void *self, gsize offset, MikeyFault *fault)
{
  const MikeySpParam *param = self;

  if ((param->type != TESLA_START && param->type != TESLA_LOCAL_TIME)
      || param->value.len == NTP_OCTETS)
    return true;
  return mikey_fail_at (fault, MIKEY_FAULT_BAD_LENGTH, "SP", offset,
                        "TESLA parameter %u has %" G_GSIZE_FORMAT
                        " bytes, an NTP time has %d",
                        param->type, param->value.len, NTP_OCTETS);
}

static const MikeyStruct srtp_param
    = MIKEY_STRUCT (MikeySpParam, "SRTP parameter", srtp_fields);
static const MikeyStruct tesla_param = MIKEY_STRUCT (
    MikeySpParam, "TESLA parameter", tesla_fields, .check = check_tesla);
static const MikeyStruct other_param
    = MIKEY_STRUCT (MikeySpParam, "parameter", other_fields);

static bool
is_srtp (const void *self)
{
  return ((const MikeySp *)self)->prot_type == PROT_SRTP;
}

static bool
is_tesla (const void *self)
{
  return ((const MikeySp *)self)->prot_type == PROT_TESLA;
}

static bool
is_other (const void *self)
{
  return !is_srtp (self) && !is_tesla (self);
}

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeySp),
  MIKEY_UINT (MikeySp, policy_no, "Policy no", 8),
  MIKEY_UINT (MikeySp, prot_type, "Prot type", 8,
              .registry = MIKEY_REG_PROT_TYPE),
  MIKEY_LIST (MikeySp, params, "Policy param", 16, &srtp_param, .when = is_srtp,
              .max = MIKEY_MAX_SP_PARAMS),
  MIKEY_LIST (MikeySp, params, "Policy param", 16, &tesla_param,
              .when = is_tesla, .max = MIKEY_MAX_SP_PARAMS),
  MIKEY_LIST (MikeySp, params, "Policy param", 16, &other_param,
              .when = is_other, .max = MIKEY_MAX_SP_PARAMS),
};

const MikeyPayloadType mikey_payload_sp
    = { MIKEY_PAYLOAD_SP, MIKEY_PLACE_MESSAGE,
        MIKEY_STRUCT (MikeySp, "SP", fields) };
