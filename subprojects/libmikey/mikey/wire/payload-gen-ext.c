/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payloads.h"

/* General extension payload, RFC 3830 6.15 (3830-6.15-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next payload  ! Type          ! Length                        !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Data                                                          ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Data of the types that are known have a table of their own:
 *
 * Key ID, RFC 4563 4 (4563-4-01, 4563-4-02, 4563-4-04; what has no row, as
 * private types, is kept, 4563-4-03, 4563-8-01), a sequence of
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Key ID Type   ! Key ID Length ! Key ID                        ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * OMA BCAST, RFC 5410 3 (5410-3-01):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !    Subtype    !       Subtype Specific Data                   ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * CSB_ID, RFC 4738 4.3: 32 bits. A TESLA I-Key (4442-4.4-01) is octets. */

typedef struct {
  guint32 type;
  MikeySlice id;
} KeyId;

typedef struct {
  MikeyList ids;
} KeyIds;

typedef struct {
  guint32 subtype;
  MikeySlice data;
} OmaBcast;

typedef struct {
  guint32 csb_id;
} CsbId;

static const MikeyField key_id_fields[] = {
  MIKEY_UINT (KeyId, type, "Key ID Type", 8, .registry = MIKEY_REG_KEY_ID_TYPE),
  MIKEY_BYTES (KeyId, id, "Key ID", 8),
};

static const MikeyStruct key_id = MIKEY_STRUCT (KeyId, "Key ID", key_id_fields);

static const MikeyField key_ids_fields[] = {
  MIKEY_LIST (KeyIds, ids, "Key ID", 0, &key_id, .flags = MIKEY_FIELD_REST),
};

static const MikeyField oma_bcast_fields[] = {
  MIKEY_UINT (OmaBcast, subtype, "Subtype", 8,
              .registry = MIKEY_REG_OMA_BCAST_SUBTYPE),
  MIKEY_BYTES (OmaBcast, data, "Subtype Specific Data", 0,
               .flags = MIKEY_FIELD_REST),
};

static const MikeyField csb_id_fields[] = {
  MIKEY_UINT (CsbId, csb_id, "CSB ID", 32, .flags = MIKEY_FIELD_HEX),
};

enum { GEN_EXT_KEY_ID = 3, GEN_EXT_CSB_ID = 4, GEN_EXT_OMA_BCAST = 5 };

static const MikeyStruct bodies[] = {
  [GEN_EXT_KEY_ID] = MIKEY_STRUCT (KeyIds, "Key ID", key_ids_fields),
  [GEN_EXT_CSB_ID] = MIKEY_STRUCT (CsbId, "CSB_ID", csb_id_fields),
  [GEN_EXT_OMA_BCAST] = MIKEY_STRUCT (OmaBcast, "OMA BCAST", oma_bcast_fields),
};

/* NULL for a type whose data are opaque here: it is kept and passed on. */
static const MikeyStruct *
body (const void *self)
{
  guint32 type = ((const MikeyGenExt *)self)->type;

  return type < G_N_ELEMENTS (bodies) && bodies[type].name ? &bodies[type]
                                                           : NULL;
}

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyGenExt),
  MIKEY_UINT (MikeyGenExt, type, "Type", 8, .registry = MIKEY_REG_GEN_EXT_TYPE),
  MIKEY_BYTES (MikeyGenExt, data, "Data", 16, .flags = MIKEY_FIELD_TEXT,
               .body = body),
};

const MikeyPayloadType mikey_payload_gen_ext
    = { MIKEY_PAYLOAD_GEN_EXT, MIKEY_PLACE_MESSAGE | MIKEY_PLACE_DATA,
        MIKEY_STRUCT (MikeyGenExt, "General Ext.", fields) };
