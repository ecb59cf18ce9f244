/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* Common header, RFC 3830 6.1 (3830-6.1-01), with the data types that RFC 6043,
 * 6267 and 6509 add (3830-6.1-02, 6043-6.1-01, 6267-6.1-01, 6509-4.1-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !  version      !  data type    ! next payload  !V! PRF func    !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !                         CSB ID                                !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! #CS           ! CS ID map type! CS ID map info                ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * SRTP-ID map, 6.1.1, for each crypto session, of which there may be none
 * (3830-6.1-06, 3830-6.1-07, 3830-6.1.1-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Policy_no_1   ! SSRC_1                                        !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! SSRC_1 (cont) ! ROC_1                                         !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! ROC_1 (cont)  !
 *   +-+-+-+-+-+-+-+-+
 *
 * GENERIC-ID map, RFC 6043 6.1.1, for each crypto session (6043-6.1.1-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !     CS ID     !   Prot type   !S!     #P      ! Ps (OPTIONAL) ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !      Session Data Length      !    Session Data (OPTIONAL)    ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !  SPI Length   !                SPI (OPTIONAL)                 ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Session Data of SRTP are SSRC (32), and if S is set ROC (32) and SEQ (16);
 * or there are none (6043-6.1.1-03).
 *
 * The Empty map (RFC 4563 5, 4563-5-01) has no octets. */

enum { PROT_SRTP = 0, SSRC_OCTETS = 4, SSRC_ROC_SEQ_OCTETS = 10 };

static const MikeyField srtp_id_fields[] = {
  MIKEY_UINT (MikeySrtpId, policy_no, "Policy_no", 8),
  MIKEY_UINT (MikeySrtpId, ssrc, "SSRC", 32, .flags = MIKEY_FIELD_HEX),
  MIKEY_UINT (MikeySrtpId, roc, "ROC", 32),
};

static const MikeyStruct srtp_id
    = MIKEY_STRUCT (MikeySrtpId, "SRTP-ID", srtp_id_fields);

static const MikeyField generic_id_fields[] = {
  MIKEY_UINT (MikeyGenericId, cs_id, "CS ID", 8),
  MIKEY_UINT (MikeyGenericId, prot_type, "Prot type", 8,
              .registry = MIKEY_REG_PROT_TYPE),
  MIKEY_UINT (MikeyGenericId, s, "S", 1),
  MIKEY_UINT (MikeyGenericId, num_policies, "#P", 7),
  MIKEY_BYTES (MikeyGenericId, policies, "Ps", 0,
               MIKEY_BY (MikeyGenericId, num_policies)),
  MIKEY_BYTES (MikeyGenericId, session_data, "Session Data", 16),
  MIKEY_BYTES (MikeyGenericId, spi, "SPI", 8),
};

static bool
check_generic_id (const void *self, gsize offset, MikeyFault *fault)
{
  const MikeyGenericId *id = self;
  gsize needed = id->s ? SSRC_ROC_SEQ_OCTETS : SSRC_OCTETS;
  gsize len = id->session_data.len;

  if (id->prot_type != PROT_SRTP || len == 0 || len == needed)
    return true;
  return mikey_fail_at (fault, MIKEY_FAULT_BAD_LENGTH, "HDR", offset,
                        "Session Data of CS %u has %" G_GSIZE_FORMAT
                        " bytes, for SRTP it is none or %" G_GSIZE_FORMAT,
                        id->cs_id, len, needed);
}

static const MikeyStruct generic_id = MIKEY_STRUCT (
    MikeyGenericId, "GENERIC-ID", generic_id_fields, .check = check_generic_id);

static bool
is_srtp_id (const void *self)
{
  return ((const MikeyHdr *)self)->map_type == MIKEY_MAP_SRTP_ID;
}

static bool
is_generic_id (const void *self)
{
  return ((const MikeyHdr *)self)->map_type == MIKEY_MAP_GENERIC_ID;
}

static const MikeyField hdr_fields[] = {
  MIKEY_UINT (MikeyHdr, version, "version", 8, .min = 1, .max = 1,
              .unknown = MIKEY_FAULT_BAD_VERSION),
  MIKEY_UINT (MikeyHdr, data_type, "data type", 8,
              .registry = MIKEY_REG_DATA_TYPE,
              .unknown = MIKEY_FAULT_BAD_DATA_TYPE),
  MIKEY_NEXT (MikeyHdr),
  MIKEY_UINT (MikeyHdr, v, "V", 1, .registry = MIKEY_REG_V_FLAG),
  MIKEY_UINT (MikeyHdr, prf_func, "PRF func", 7,
              .registry = MIKEY_REG_PRF_FUNC),
  MIKEY_UINT (MikeyHdr, csb_id, "CSB ID", 32, .flags = MIKEY_FIELD_HEX),
  MIKEY_UINT (MikeyHdr, num_cs, "#CS", 8),
  MIKEY_UINT (MikeyHdr, map_type, "CS ID map type", 8,
              .registry = MIKEY_REG_CS_ID_MAP_TYPE,
              .max = MIKEY_MAP_GENERIC_ID),
  MIKEY_LIST (MikeyHdr, srtp_ids, "CS ID map info", 0, &srtp_id,
              MIKEY_BY (MikeyHdr, num_cs), .when = is_srtp_id),
  MIKEY_LIST (MikeyHdr, generic_ids, "CS ID map info", 0, &generic_id,
              MIKEY_BY (MikeyHdr, num_cs), .when = is_generic_id),
};

const MikeyPayloadType mikey_payload_hdr
    = { MIKEY_PAYLOAD_HDR, MIKEY_PLACE_MESSAGE,
        MIKEY_STRUCT (MikeyHdr, "HDR", hdr_fields) };
