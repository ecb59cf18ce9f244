/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_WIRE_PAYLOADS_H
#define MIKEY_WIRE_PAYLOADS_H

/* The payloads as C structs. What each field means on the wire is told by its
 * table, in payload-<name>.c under the RFC's box. */

#include "chain.h"

enum {
  MIKEY_PAYLOAD_LAST = 0,
#define MIKEY_PAYLOAD(number, symbol, name) MIKEY_PAYLOAD_##symbol = number,
#include "payloads.def"
#undef MIKEY_PAYLOAD
};

#define MIKEY_PAYLOAD(number, symbol, name)                                    \
  extern const MikeyPayloadType mikey_payload_##name;
#include "payloads.def"
#undef MIKEY_PAYLOAD

/* --- CS ID map (RFC 3830 6.1.1, RFC 4563 5, RFC 6043 6.1.1) --- */

enum {
  MIKEY_MAP_SRTP_ID = 0,
  MIKEY_MAP_EMPTY = 1,
  MIKEY_MAP_GENERIC_ID = 2,
};

typedef struct {
  guint32 policy_no;
  guint32 ssrc;
  guint32 roc;
} MikeySrtpId;

typedef struct {
  guint32 cs_id;
  guint32 prot_type;
  guint32 s; /* session data have ROC and SEQ */
  guint32 num_policies;
  MikeySlice policies; /* an octet a policy number */
  MikeySlice session_data;
  MikeySlice spi;
} MikeyGenericId;

/* --- messages --- */

typedef struct {
  MikeyPayload base;
  guint32 version;
  guint32 data_type;
  guint32 v;
  guint32 prf_func;
  guint32 csb_id;
  guint32 num_cs;
  guint32 map_type;
  MikeyList srtp_ids;    /* of MikeySrtpId, the i-th is CS ID i + 1 */
  MikeyList generic_ids; /* of MikeyGenericId */
} MikeyHdr;

typedef struct {
  MikeyPayload base;
  guint32 encr_alg;
  MikeySlice encr_data;
  guint32 mac_alg;
  MikeySlice mac;
} MikeyKemac;

typedef struct {
  MikeyPayload base;
  guint32 cache;
  MikeySlice data;
} MikeyPke;

/* Key validity: SPI or interval, by the KV field (RFC 3830 6.14). */
typedef struct {
  MikeySlice spi;
  MikeySlice from, to;
} MikeyKv;

typedef struct {
  MikeyPayload base;
  guint32 group;
  MikeySlice value;
  guint32 reserved;
  guint32 kv_type;
  MikeyKv kv;
} MikeyDh;

typedef struct {
  MikeyPayload base;
  guint32 s_type;
  MikeySlice signature;
} MikeySign;

typedef struct {
  MikeyPayload base;
  guint32 ts_type;
  MikeySlice value;
} MikeyT;

/* ID and CERT have one shape. */
typedef struct {
  MikeyPayload base;
  guint32 id_type;
  MikeySlice data;
} MikeyId;

typedef struct {
  MikeyPayload base;
  guint32 cert_type;
  MikeySlice data;
} MikeyCert;

typedef struct {
  MikeyPayload base;
  guint32 hash_func;
  MikeySlice hash;
} MikeyChash;

typedef struct {
  MikeyPayload base;
  guint32 auth_alg;
  MikeySlice ver_data;
} MikeyV;

typedef struct {
  guint32 type;
  MikeySlice value;
} MikeySpParam;

typedef struct {
  MikeyPayload base;
  guint32 policy_no;
  guint32 prot_type;
  MikeyList params; /* of MikeySpParam; prot_type says what their types mean */
} MikeySp;

typedef struct {
  MikeyPayload base;
  MikeySlice rand;
} MikeyRand;

typedef struct {
  MikeyPayload base;
  guint32 error_no;
  guint32 reserved;
} MikeyErr;

typedef struct {
  MikeyPayload base;
  guint32 type;
  guint32 kv_type;
  MikeySlice key;
  MikeySlice salt;
  MikeyKv kv;
} MikeyKeyData;

typedef struct {
  MikeyPayload base;
  guint32 type;
  MikeySlice data;
} MikeyGenExt;

/* --- TICKET (RFC 6043) --- */

typedef struct {
  MikeyPayload base;
  guint32 role;
  guint32 ts_type;
  MikeySlice value;
} MikeyTr;

typedef struct {
  MikeyPayload base;
  guint32 role;
  guint32 id_type;
  MikeySlice data;
} MikeyIdr;

typedef struct {
  MikeyPayload base;
  guint32 role;
  MikeySlice rand;
} MikeyRandr;

/* The part that TP and TICKET share; flags D to O are single bits. */
typedef struct {
  guint32 ticket_type;
  guint32 subtype;
  guint32 version;
  guint32 prf_func;
  guint32 d, e, f, g, h, i, j, k, l, m, n, o;
  guint32 reserved;
  MikeyChain data;
} MikeyTicketPolicy;

typedef struct {
  MikeyPayload base;
  MikeyTicketPolicy policy;
} MikeyTp;

typedef struct {
  MikeyPayload base;
  MikeyTicketPolicy policy;
  MikeySlice ticket_data;
  MikeyChain initiator_data;
} MikeyTicket;

typedef struct {
  MikeyPayload base;
  MikeySlice data;
} MikeyThdr;

/* --- IBAKE (RFC 6267) --- */

/* IBAKE and ESK have one shape. */
typedef struct {
  MikeyPayload base;
  MikeySlice encr_data;
} MikeyIbeData;

typedef struct {
  MikeyPayload base;
  guint32 type;
  guint32 kv_type;
  MikeySlice key;
  MikeyKv kv;
} MikeySk;

typedef struct {
  MikeyPayload base;
  guint32 curve;
  guint32
      form; /* first octet of the point: 4 uncompressed, 2 or 3 compressed */
  MikeySlice coords; /* the octets of the point after that */
  MikeySlice padding;
  guint32 auth_alg;
  guint32 tgk_len;
  guint32 reserved;
  guint32 kv_type;
  MikeyKv kv;
} MikeyEccpt;

/* --- SAKKE (RFC 6509) --- */

typedef struct {
  MikeyPayload base;
  guint32 params;
  guint32 id_scheme;
  MikeySlice data;
} MikeySakke;

#endif
