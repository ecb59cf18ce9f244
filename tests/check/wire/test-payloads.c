/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire.h"

/* Each payload, from octets written by hand along the RFC's box to fields and
 * back to the same octets. No beginning of the octets parses, nor do they with
 * one more. */

/* What a field must hold; of an item of a list, if there is a size. */
typedef struct {
  enum { END, UINT, OCTETS } kind;
  gsize offset;
  guint32 value;
  const char *octets;
  gsize list;
  guint index;
  gsize item_size;
} Expect;

typedef struct {
  const char *what;
  guint32 code;
  guint place;
  const char *octets;
  Expect expect[18];
} Case;

/* clang-format off */
#define U(T, member, v) { UINT, offsetof (T, member), v, NULL, 0, 0, 0 }
#define B(T, member, h) { OCTETS, offsetof (T, member), 0, h, 0, 0, 0 }
#define IU(T, list, index, I, member, v)                                      \
  { UINT, offsetof (I, member), v, NULL, offsetof (T, list), index, sizeof (I) }
#define IB(T, list, index, I, member, h)                                      \
  { OCTETS, offsetof (I, member), 0, h, offsetof (T, list), index, sizeof (I) }
#define ROW(where, what, code, octets, ...)                                   \
  { what, MIKEY_PAYLOAD_##code, MIKEY_PLACE_##where, octets, { __VA_ARGS__ } }
/* clang-format on */
#define MSG(...) ROW (MESSAGE, __VA_ARGS__)
#define KEY(...) ROW (SEALED, __VA_ARGS__)
#define DAT(...) ROW (DATA, __VA_ARGS__)

static const Case cases[] = {
  /* 3830-6.1-01, 3830-6.1-04, 3830-6.1-06, 3830-6.1-07, 4563-5-01 */
  MSG ("hdr/none", HDR, "01 00 00 80 12345678 00 00", U (MikeyHdr, version, 1),
       U (MikeyHdr, data_type, 0), U (MikeyHdr, v, 1),
       U (MikeyHdr, prf_func, 0), U (MikeyHdr, csb_id, 0x12345678),
       U (MikeyHdr, num_cs, 0), U (MikeyHdr, map_type, MIKEY_MAP_SRTP_ID),
       U (MikeyHdr, srtp_ids.num, 0)),
  MSG ("hdr/srtp-id", HDR,
       "01 00 00 01 12345678 03 00 01 11121314 00000000 02 21222324 00000007"
       "ff 00000000 ffffffff",
       U (MikeyHdr, v, 0), U (MikeyHdr, prf_func, 1), U (MikeyHdr, num_cs, 3),
       U (MikeyHdr, srtp_ids.num, 3),
       IU (MikeyHdr, srtp_ids, 0, MikeySrtpId, policy_no, 1),
       IU (MikeyHdr, srtp_ids, 0, MikeySrtpId, ssrc, 0x11121314),
       IU (MikeyHdr, srtp_ids, 0, MikeySrtpId, roc, 0),
       IU (MikeyHdr, srtp_ids, 1, MikeySrtpId, policy_no, 2),
       IU (MikeyHdr, srtp_ids, 1, MikeySrtpId, ssrc, 0x21222324),
       IU (MikeyHdr, srtp_ids, 1, MikeySrtpId, roc, 7),
       IU (MikeyHdr, srtp_ids, 2, MikeySrtpId, policy_no, 255),
       IU (MikeyHdr, srtp_ids, 2, MikeySrtpId, ssrc, 0),
       IU (MikeyHdr, srtp_ids, 2, MikeySrtpId, roc, 0xffffffff)),
  MSG ("hdr/empty", HDR, "01 1a 00 00 12345678 05 01", U (MikeyHdr, num_cs, 5),
       U (MikeyHdr, map_type, MIKEY_MAP_EMPTY), U (MikeyHdr, srtp_ids.num, 0),
       U (MikeyHdr, generic_ids.num, 0)),
  /* 6043-6.1-01, 6043-6.1.1-01, 6043-6.1.1-03 */
  MSG ("hdr/generic-id", HDR,
       "01 0e 00 01 12345678 03 02 04 00 82 0a0b 000a 11121314 00000001 0002"
       "04 f1f2f3f4 06 00 00 0004 21222324 00 07 01 00 0003 aabbcc 00",
       U (MikeyHdr, generic_ids.num, 3),
       IU (MikeyHdr, generic_ids, 0, MikeyGenericId, cs_id, 4),
       IU (MikeyHdr, generic_ids, 0, MikeyGenericId, prot_type, 0),
       IU (MikeyHdr, generic_ids, 0, MikeyGenericId, s, 1),
       IU (MikeyHdr, generic_ids, 0, MikeyGenericId, num_policies, 2),
       IB (MikeyHdr, generic_ids, 0, MikeyGenericId, policies, "0a0b"),
       IB (MikeyHdr, generic_ids, 0, MikeyGenericId, session_data,
           "11121314 00000001 0002"),
       IB (MikeyHdr, generic_ids, 0, MikeyGenericId, spi, "f1f2f3f4"),
       IU (MikeyHdr, generic_ids, 1, MikeyGenericId, cs_id, 6),
       IU (MikeyHdr, generic_ids, 1, MikeyGenericId, s, 0),
       IU (MikeyHdr, generic_ids, 1, MikeyGenericId, num_policies, 0),
       IB (MikeyHdr, generic_ids, 1, MikeyGenericId, session_data, "21222324"),
       IU (MikeyHdr, generic_ids, 1, MikeyGenericId, spi.len, 0),
       IU (MikeyHdr, generic_ids, 2, MikeyGenericId, prot_type, 1),
       IB (MikeyHdr, generic_ids, 2, MikeyGenericId, session_data, "aabbcc")),
  /* 3830-6.2-01, 3830-6.2-02, 3830-6.2-03, 6043-6.2-01 */
  MSG ("kemac/null", KEMAC, "00 00 0000 00", U (MikeyKemac, encr_alg, 0),
       B (MikeyKemac, encr_data, ""), U (MikeyKemac, mac_alg, 0),
       U (MikeyKemac, mac.len, 0)),
  MSG ("kemac/sha-1", KEMAC, "00 01 0003 a1a2a3 01 b1*20",
       U (MikeyKemac, encr_alg, 1), B (MikeyKemac, encr_data, "a1a2a3"),
       U (MikeyKemac, mac_alg, 1), B (MikeyKemac, mac, "b1*20")),
  MSG ("kemac/sha-256", KEMAC, "00 03 0001 a1 02 b2*32",
       U (MikeyKemac, encr_alg, 3), B (MikeyKemac, encr_data, "a1"),
       U (MikeyKemac, mac_alg, 2), B (MikeyKemac, mac, "b2*32")),
  MSG ("kemac/wide", KEMAC, "00 63 0102 a1*258 00",
       U (MikeyKemac, encr_alg, 99), B (MikeyKemac, encr_data, "a1*258")),
  /* 3830-6.3-01 */
  MSG ("pke/no-cache", PKE, "00 0080 d1*128", U (MikeyPke, cache, 0),
       B (MikeyPke, data, "d1*128")),
  MSG ("pke/cache", PKE, "00 4100 d2*256", U (MikeyPke, cache, 1),
       B (MikeyPke, data, "d2*256")),
  MSG ("pke/cache-csb", PKE, "00 8180 d3*384", U (MikeyPke, cache, 2),
       B (MikeyPke, data, "d3*384")),
  /* 3830-6.4-01, 3830-6.4-02, 3830-6.14-01 */
  MSG ("dh/oakley-5", DH, "00 00 00*8 e1*184 00", U (MikeyDh, group, 0),
       B (MikeyDh, value, "00*8 e1*184"), U (MikeyDh, reserved, 0),
       U (MikeyDh, kv_type, 0), U (MikeyDh, kv.spi.len, 0)),
  MSG ("dh/oakley-1", DH, "00 01 e2*96 01 04 01020304", U (MikeyDh, group, 1),
       B (MikeyDh, value, "e2*96"), U (MikeyDh, kv_type, 1),
       B (MikeyDh, kv.spi, "01020304")),
  MSG ("dh/oakley-2", DH, "00 02 e3*128 f2 06 000000000001 06 0000ffffffff",
       U (MikeyDh, group, 2), B (MikeyDh, value, "e3*128"),
       U (MikeyDh, reserved, 15), U (MikeyDh, kv_type, 2),
       B (MikeyDh, kv.from, "000000000001"),
       B (MikeyDh, kv.to, "0000ffffffff")),
  /* 3830-6.5-01, 3830-6.5-02, 6509-4.3-01 */
  MSG ("sign/short", SIGN, "0002 c1c2", U (MikeySign, s_type, 0),
       B (MikeySign, signature, "c1c2")),
  MSG ("sign/wide", SIGN, "1100 c3*256", U (MikeySign, s_type, 1),
       B (MikeySign, signature, "c3*256")),
  MSG ("sign/eccsi", SIGN, "2081 c4*129", U (MikeySign, s_type, 2),
       B (MikeySign, signature, "c4*129")),
  /* 3830-6.6-01, 6043-6.3-01 */
  MSG ("t/ntp-utc", T, "00 00 c8e350ea 80000001", U (MikeyT, ts_type, 0),
       B (MikeyT, value, "c8e350ea 80000001")),
  MSG ("t/ntp", T, "00 01 0102030405060708", U (MikeyT, ts_type, 1),
       B (MikeyT, value, "0102030405060708")),
  MSG ("t/counter", T, "00 02 00000009", U (MikeyT, ts_type, 2),
       B (MikeyT, value, "00000009")),
  MSG ("t/ntp-utc-32", T, "00 03 c8e350ea", U (MikeyT, ts_type, 3),
       B (MikeyT, value, "c8e350ea")),
  /* 3830-6.7-01, 6043-6.5-01 */
  MSG ("id/nai", ID, "00 00 0003 614062", U (MikeyId, id_type, 0),
       B (MikeyId, data, "614062")),
  MSG ("id/uri", ID, "00 01 0007 7369703a624063", U (MikeyId, id_type, 1),
       B (MikeyId, data, "7369703a624063")),
  MSG ("id/octets", ID, "00 02 0002 00ff", U (MikeyId, id_type, 2),
       B (MikeyId, data, "00ff")),
  MSG ("cert", CERT, "00 02 0004 30820100", U (MikeyCert, cert_type, 2),
       B (MikeyCert, data, "30820100")),
  /* 3830-6.8-01, 6043-6.7-01 */
  MSG ("chash/sha-1", CHASH, "00 00 01*20", U (MikeyChash, hash_func, 0),
       B (MikeyChash, hash, "01*20")),
  MSG ("chash/md5", CHASH, "00 01 02*16", U (MikeyChash, hash_func, 1),
       B (MikeyChash, hash, "02*16")),
  MSG ("chash/sha-256", CHASH, "00 02 03*32", U (MikeyChash, hash_func, 2),
       B (MikeyChash, hash, "03*32")),
  /* 3830-6.9-01 */
  MSG ("v/null", V, "00 00", U (MikeyV, auth_alg, 0),
       U (MikeyV, ver_data.len, 0)),
  MSG ("v/sha-1", V, "00 01 77*20", U (MikeyV, auth_alg, 1),
       B (MikeyV, ver_data, "77*20")),
  MSG ("v/sha-256", V, "00 02 78*32", U (MikeyV, auth_alg, 2),
       B (MikeyV, ver_data, "78*32")),
  /* 3830-6.10-01, 3830-6.10-03, 4442-4.1-01, 4442-4.2-01, 4442-4.2-02,
   * 4442-4.2-03 */
  MSG ("sp/empty", SP, "00 09 00 0000", U (MikeySp, policy_no, 9),
       U (MikeySp, prot_type, 0), U (MikeySp, params.num, 0)),
  MSG ("sp/srtp", SP, "00 01 00 0009 00 01 01 06 02 0400 fa 00",
       U (MikeySp, policy_no, 1), U (MikeySp, params.num, 3),
       IU (MikeySp, params, 0, MikeySpParam, type, 0),
       IB (MikeySp, params, 0, MikeySpParam, value, "01"),
       IU (MikeySp, params, 1, MikeySpParam, type, 6),
       IB (MikeySp, params, 1, MikeySpParam, value, "0400"),
       IU (MikeySp, params, 2, MikeySpParam, type, 250),
       IU (MikeySp, params, 2, MikeySpParam, value.len, 0)),
  MSG ("sp/tesla", SP,
       "00 00 01 001d 01 01 00 05 08 c8e350ea00000000 06 04 000003e8"
       "09 08 c8e350ea00000000",
       U (MikeySp, prot_type, 1), U (MikeySp, params.num, 4),
       IU (MikeySp, params, 0, MikeySpParam, type, 1),
       IU (MikeySp, params, 1, MikeySpParam, type, 5),
       IB (MikeySp, params, 1, MikeySpParam, value, "c8e350ea00000000"),
       IB (MikeySp, params, 2, MikeySpParam, value, "000003e8"),
       IU (MikeySp, params, 3, MikeySpParam, type, 9)),
  MSG ("sp/other", SP, "00 00 07 0004 00 02 aabb", U (MikeySp, prot_type, 7),
       IB (MikeySp, params, 0, MikeySpParam, value, "aabb")),
  /* 3830-6.11-01 */
  MSG ("rand", RAND, "00 10 5a*16", B (MikeyRand, rand, "5a*16")),
  MSG ("rand/long", RAND, "00 ff 5b*255", B (MikeyRand, rand, "5b*255")),
  /* 3830-6.12-01 */
  MSG ("err", ERR, "00 0c 0000", U (MikeyErr, error_no, 12),
       U (MikeyErr, reserved, 0)),
  MSG ("err/reserved", ERR, "00 0f 0102", U (MikeyErr, error_no, 15),
       U (MikeyErr, reserved, 0x0102)),
  /* 3830-6.13-01, 3830-6.13-02, 6043-6.2.1-01, 6267-6.1.3-01 */
  KEY ("key-data/tgk", KEY_DATA, "00 00 0010 41*16", U (MikeyKeyData, type, 0),
       U (MikeyKeyData, kv_type, 0), B (MikeyKeyData, key, "41*16"),
       U (MikeyKeyData, salt.len, 0)),
  KEY ("key-data/tgk-salt", KEY_DATA, "00 11 0010 41*16 000e 42*14 04 00000001",
       U (MikeyKeyData, type, 1), U (MikeyKeyData, kv_type, 1),
       B (MikeyKeyData, key, "41*16"), B (MikeyKeyData, salt, "42*14"),
       B (MikeyKeyData, kv.spi, "00000001")),
  KEY ("key-data/tek", KEY_DATA, "00 22 001e 43*30 06 01*6 06 02*6",
       U (MikeyKeyData, type, 2), U (MikeyKeyData, kv_type, 2),
       B (MikeyKeyData, key, "43*30"), B (MikeyKeyData, kv.from, "01*6"),
       B (MikeyKeyData, kv.to, "02*6")),
  KEY ("key-data/tek-salt", KEY_DATA, "00 30 0020 44*32 000c 45*12",
       U (MikeyKeyData, type, 3), B (MikeyKeyData, key, "44*32"),
       B (MikeyKeyData, salt, "45*12")),
  KEY ("key-data/gtgk", KEY_DATA, "00 40 0001 ff", U (MikeyKeyData, type, 4),
       U (MikeyKeyData, salt.len, 0)),
  KEY ("key-data/gtgk-salt", KEY_DATA, "00 51 0001 ff 0002 0102 00",
       U (MikeyKeyData, type, 5), B (MikeyKeyData, salt, "0102")),
  KEY ("key-data/mpk", KEY_DATA, "00 61 0010 46*16 01 99",
       U (MikeyKeyData, type, 6), B (MikeyKeyData, key, "46*16")),
  KEY ("key-data/k-pr", KEY_DATA, "00 70 0000", U (MikeyKeyData, type, 7),
       U (MikeyKeyData, key.len, 0)),
  /* 3830-6.15-01, 4442-4.4-01, 4563-4-01, 4563-4-02, 4563-4-03, 4563-8-01,
   * 5410-3-01 */
  MSG ("ext/vendor", GEN_EXT, "00 00 0004 61636d65", U (MikeyGenExt, type, 0),
       B (MikeyGenExt, data, "61636d65")),
  MSG ("ext/tesla-i-key", GEN_EXT, "00 02 0014 99*20", U (MikeyGenExt, type, 2),
       B (MikeyGenExt, data, "99*20")),
  MSG ("ext/key-id", GEN_EXT, "00 03 000a 00 03 010203 01 00 f1 01 ff",
       U (MikeyGenExt, type, 3),
       B (MikeyGenExt, data, "00 03 010203 01 00 f1 01 ff")),
  MSG ("ext/csb-id", GEN_EXT, "00 04 0004 cafe0001", U (MikeyGenExt, type, 4),
       B (MikeyGenExt, data, "cafe0001")),
  MSG ("ext/oma-bcast", GEN_EXT, "00 05 0003 02 aabb", U (MikeyGenExt, type, 5),
       B (MikeyGenExt, data, "02 aabb")),
  MSG ("ext/oma-bcast-new", GEN_EXT, "00 05 0001 77",
       B (MikeyGenExt, data, "77")),
  MSG ("ext/unknown", GEN_EXT, "00 c8 0001 00", U (MikeyGenExt, type, 200),
       B (MikeyGenExt, data, "00")),
  /* 6043-6.4-01, 6043-6.6-01, 6509-4.4-01, 6043-6.8-01, 6043-A.3-01 */
  DAT ("tr", TR, "00 02 03 ee000001", U (MikeyTr, role, 2),
       U (MikeyTr, ts_type, 3), B (MikeyTr, value, "ee000001")),
  MSG ("idr", IDR, "00 01 01 0005 7369703a61", U (MikeyIdr, role, 1),
       U (MikeyIdr, id_type, 1), B (MikeyIdr, data, "7369703a61")),
  MSG ("randr", RANDR, "00 03 10 a5*16", U (MikeyRandr, role, 3),
       B (MikeyRandr, rand, "a5*16")),
  DAT ("thdr", THDR, "00 0003 010203", B (MikeyThdr, data, "010203")),
  /* 6043-6.10-01, 6043-6.10-04: Version, 7 bits of PRF, flags D to O, 5 bits */
  MSG ("tp/flags", TP, "00 0001 01 01 03 61 31 0000",
       U (MikeyTp, policy.ticket_type, 1), U (MikeyTp, policy.subtype, 1),
       U (MikeyTp, policy.version, 1), U (MikeyTp, policy.prf_func, 1),
       U (MikeyTp, policy.d, 1), U (MikeyTp, policy.e, 0),
       U (MikeyTp, policy.f, 1), U (MikeyTp, policy.g, 1),
       U (MikeyTp, policy.h, 0), U (MikeyTp, policy.i, 0),
       U (MikeyTp, policy.j, 0), U (MikeyTp, policy.k, 0),
       U (MikeyTp, policy.l, 1), U (MikeyTp, policy.m, 0),
       U (MikeyTp, policy.n, 0), U (MikeyTp, policy.o, 1),
       U (MikeyTp, policy.reserved, 17)),
  /* 6043-6.10-05, 6043-6.10-10; an SP is not expected there, and left alone */
  MSG ("tp/data", TP,
       "00 0002 00 01 02 00 00 0015 0e 0d 03 02 0003 6b6d73"
       "0a 02 03 ee000000 00 01 00 0000",
       U (MikeyTp, policy.data.first, MIKEY_PAYLOAD_IDR)),
  /* 6043-6.10-09 */
  MSG ("ticket", TICKET,
       "00 0002 00 01 02 00 00 0000 0003 a1a2a3 0005 09 09 00 00 00",
       B (MikeyTicket, ticket_data, "a1a2a3")),
  /* 6267-6.1-01, 6267-6.1.1-01, 6267-6.1.2-01, 6267-6.1.5-01, 6267-6.1.4-01,
   * 6267-6.1.4-03 */
  MSG ("ibake", IBAKE, "00 0028 1b*40", B (MikeyIbeData, encr_data, "1b*40")),
  MSG ("esk", ESK, "00 0028 1b*40", B (MikeyIbeData, encr_data, "1b*40")),
  KEY ("sk", SK, "00 11 0010 31*16 02 0102", U (MikeySk, type, 1),
       U (MikeySk, kv_type, 1), B (MikeySk, key, "31*16"),
       B (MikeySk, kv.spi, "0102")),
  KEY ("eccpt/p-256", ECCPT, "00 08 04 21*32 22*32 00 01 0010 00",
       U (MikeyEccpt, curve, 8), U (MikeyEccpt, form, 4),
       B (MikeyEccpt, coords, "21*32 22*32"), U (MikeyEccpt, padding.len, 1),
       U (MikeyEccpt, auth_alg, 1), U (MikeyEccpt, tgk_len, 16),
       U (MikeyEccpt, kv_type, 0)),
  KEY ("eccpt/compressed", ECCPT, "00 08 03 23*32 00 00 0000 01 01 ab",
       U (MikeyEccpt, form, 3), B (MikeyEccpt, coords, "23*32"),
       B (MikeyEccpt, padding, "00"), U (MikeyEccpt, kv_type, 1),
       B (MikeyEccpt, kv.spi, "ab")),
  KEY ("eccpt/p-521", ECCPT, "00 0e 04 24*132 00 00 0000 00",
       U (MikeyEccpt, curve, 14), U (MikeyEccpt, coords.len, 132),
       U (MikeyEccpt, padding.len, 1)),
  KEY ("eccpt/b-571", ECCPT, "00 0f 02 25*72 00 00 0000 00",
       U (MikeyEccpt, coords.len, 72), U (MikeyEccpt, padding.len, 1)),
  KEY ("eccpt/b-163", ECCPT, "00 02 02 26*21 00 0000 00",
       U (MikeyEccpt, coords.len, 21), U (MikeyEccpt, padding.len, 0)),
  /* 6509-4.1-01, 6509-4.2-01, 6509-4.2-02 */
  MSG ("sakke", SAKKE, "00 01 02 0111 04 5a*272", U (MikeySakke, params, 1),
       U (MikeySakke, id_scheme, 2), B (MikeySakke, data, "04 5a*272")),
};

static void
check_expected (const Expect *expect, const void *payload)
{
  const guint8 *self = payload;

  if (expect->item_size) {
    const MikeyList *list = (const MikeyList *)(self + expect->list);

    g_assert_cmpuint (expect->index, <, list->num);
    self = (const guint8 *)list->items + expect->index * expect->item_size;
  }
  self += expect->offset;
  if (expect->kind == UINT)
    g_assert_cmpuint (*(const guint32 *)self, ==, expect->value);
  else
    assert_slice (*(const MikeySlice *)self, hex (expect->octets));
}

static bool
read_copy (const Case *c, MikeySlice octets, MikeyChain *chain,
           MikeyArena *arena, MikeyFault *fault)
{
  return mikey_chain_read_all (chain, c->code, c->place, octets, arena, fault);
}

static void
check_fields (const Case *c, MikeySlice octets)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
  MikeyChain chain;
  MikeyFault fault;
  guint i;

  if (!read_copy (c, octets, &chain, &arena, &fault))
    g_error ("%s: %s", c->what, fault.text);
  g_assert_cmpuint (chain.head->type->code, ==, c->code);
  g_assert_cmpuint (chain.head->offset, ==, 0);
  g_assert_cmpuint (chain.head->length, ==, octets.len);
  g_assert_null (chain.head->link);
  for (i = 0; c->expect[i].kind != END; i++)
    check_expected (&c->expect[i], chain.head);
  g_assert_cmpuint (mikey_chain_size (&chain), ==, octets.len);
  mikey_chain_write (&chain, &w);
  g_assert_true (mikey_writer_ok (&w, NULL));
  assert_slice (mikey_writer_slice (&w), octets);
}

/* Each is copied to memory of just its size, so that a sanitizer sees the first
 * octet too many. */
static void
check_beginnings (const Case *c, MikeySlice octets)
{
  const char *name = mikey_payload_type_find (c->code)->wire.name;
  gsize len;

  for (len = 0; len < octets.len; len++) {
    g_autofree guint8 *copy = g_memdup2 (octets.data, len);
    g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
    MikeyChain chain;
    MikeyFault fault;

    g_assert_false (
        read_copy (c, mikey_slice (copy, len), &chain, &arena, &fault));
    assert_fault (&fault, MIKEY_FAULT_TRUNCATED, fault.offset);
    g_assert_cmpint (fault.offset, <=, (int)len);
    g_assert_true (g_str_has_prefix (fault.text + strlen ("wire: "), name));
  }
}

static void
check_trailing (const Case *c, MikeySlice octets)
{
  g_autofree guint8 *longer = g_malloc0 (octets.len + 1);
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  MikeyChain chain;
  MikeyFault fault;

  memcpy (longer, octets.data, octets.len);
  g_assert_false (read_copy (c, mikey_slice (longer, octets.len + 1), &chain,
                             &arena, &fault));
  assert_fault (&fault, MIKEY_FAULT_TRAILING, (int)octets.len);
}

static void
test_case (gconstpointer row)
{
  const Case *c = row;
  MikeySlice octets = hex (c->octets);

  check_fields (c, octets);
  check_beginnings (c, octets);
  check_trailing (c, octets);
}

/* 6043-6.10-05, 6043-6.10-09: the chains inside TP and TICKET */
static void
test_inner_chains (void)
{
  MikeySlice octets = hex ("11 0002 00 01 02 00 00 0015 0e 0d 03 02 0003 6b6d73"
                           "0a 02 03 ee000000 00 01 00 0000"
                           "00 0002 00 01 02 00 00 0000 0000 0005"
                           "09 09 00 00 00");
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  const MikeyTicket *ticket;
  const MikeyIdr *idr;
  const MikeyTp *tp;
  MikeyChain chain;

  g_assert_true (mikey_chain_read_all (
      &chain, MIKEY_PAYLOAD_TP, MIKEY_PLACE_MESSAGE, octets, &arena, NULL));
  tp = mikey_chain_find (&chain, MIKEY_PAYLOAD_TP, 0);
  ticket = mikey_chain_find (&chain, MIKEY_PAYLOAD_TICKET, 0);
  g_assert_cmpuint (tp->policy.data.first, ==, MIKEY_PAYLOAD_IDR);
  idr = mikey_chain_find (&tp->policy.data, MIKEY_PAYLOAD_IDR, 0);
  g_assert_cmpuint (idr->role, ==, 3);
  g_assert_cmpuint (idr->base.offset, ==, 11);
  assert_slice (idr->data, text ("kms"));
  g_assert_nonnull (mikey_chain_find (&tp->policy.data, MIKEY_PAYLOAD_TR, 0));
  g_assert_nonnull (mikey_chain_find (&tp->policy.data, MIKEY_PAYLOAD_SP, 0));
  g_assert_cmpuint (
      mikey_chain_count (&ticket->initiator_data, MIKEY_PAYLOAD_V), ==, 2);
}

/* A payload without a case above is a payload without a test. */
static void
test_complete (void)
{
  const MikeyPayloadType *const *types;
  guint num_types, i, j;

  types = mikey_payload_types (&num_types);
  for (i = 0; i < num_types; i++) {
    for (j = 0; j < G_N_ELEMENTS (cases); j++)
      if (cases[j].code == types[i]->code)
        break;
    g_assert_cmpuint (j, <, G_N_ELEMENTS (cases));
  }
}

/* --- what is refused --- */

typedef struct {
  const char *what;
  guint32 code;
  guint place;
  const char *octets;
  MikeyFaultCode fault;
  int offset;
} Refusal;

#define NO(what, code, octets, fault, offset)                                  \
  {                                                                            \
    what, MIKEY_PAYLOAD_##code, G_MAXUINT, octets, MIKEY_FAULT_##fault, offset \
  }

static const Refusal refusals[] = {
  /* 3830-6.1-01, 3830-6.1-02 */
  NO ("version 0", HDR, "00 00 00 00 00000000 00 00", BAD_VERSION, 0),
  NO ("version 2", HDR, "02 00 00 00 00000000 00 00", BAD_VERSION, 0),
  NO ("data type", HDR, "01 1c 00 00 00000000 00 00", BAD_DATA_TYPE, 1),
  NO ("map type", HDR, "01 00 00 00 00000000 00 07", BAD_VALUE, 9),
  /* 6043-6.1.1-03 */
  NO ("SSRC, ROC and SEQ without S", HDR,
      "01 00 00 00 00000000 01 02 01 00 00 000a 01*10 00", BAD_LENGTH, 10),
  NO ("SSRC only with S", HDR,
      "01 00 00 00 00000000 01 02 01 00 80 0004 01*4 00", BAD_LENGTH, 10),
  /* 3830-6.2-02 */
  NO ("Mac alg", KEMAC, "00 00 0000 03", BAD_MAC, 4),
  NO ("DH-Group", DH, "00 03 00", BAD_DH, 1),
  NO ("KV of DH", DH, "00 01 01*96 03", BAD_VALUE, 98),
  NO ("TS type", T, "00 04 00000000", BAD_VALUE, 1),
  NO ("TS Type of TR", TR, "00 01 04 00000000", BAD_VALUE, 2),
  NO ("Hash func", CHASH, "00 03 00", BAD_HASH, 1),
  NO ("Auth alg", V, "00 03 00", BAD_MAC, 1),
  /* 3830-6.10-01 */
  NO ("cut parameter", SP, "00 00 00 0003 00 02 01", TRUNCATED, 7),
  NO ("cut parameter type", SP, "00 00 00 0001 00", TRUNCATED, 6),
  NO ("parameter beyond its list", SP, "00 00 00 0002 00 01 01", TRUNCATED, 7),
  /* 4442-4.2-02 */
  NO ("TESLA start", SP, "00 00 01 0006 05 04 00000000", BAD_LENGTH, 5),
  NO ("TESLA local time", SP, "00 00 01 0003 09 01 00", BAD_LENGTH, 5),
  /* 3830-6.13-02 */
  NO ("key type", KEY_DATA, "00 80 0000", BAD_VALUE, 1),
  NO ("KV of Key data", KEY_DATA, "00 03 0000", BAD_VALUE, 1),
  NO ("SK type", SK, "00 20 0000", BAD_VALUE, 1),
  /* 4563-4-01, 4563-4-04 */
  NO ("cut Key ID", GEN_EXT, "00 03 0003 00 02 01", TRUNCATED, 6),
  NO ("cut CSB ID", GEN_EXT, "00 04 0003 000000", TRUNCATED, 4),
  NO ("long CSB ID", GEN_EXT, "00 04 0005 0000000000", TRAILING, 8),
  NO ("empty OMA BCAST", GEN_EXT, "00 05 0000", TRUNCATED, 4),
  /* 6267-6.1.4-03 */
  NO ("curve", ECCPT, "00 11 04 00", BAD_DH, 1),
  NO ("point at infinity", ECCPT, "00 08 00 00", BAD_VALUE, 2),
  NO ("form of point", ECCPT, "00 08 05 00", BAD_VALUE, 2),
  NO ("chain of nothing", TP, "00 0001 01 01 03 61 31 0001 00", BAD_PAYLOAD,
      10),
  NO ("chain with too much", TP, "00 0001 01 01 03 61 31 0004 09 00 00 00",
      TRAILING, 13),
  NO ("chain past its length", TP, "00 0001 01 01 03 61 31 0002 09 00 00",
      TRUNCATED, 12),
  NO ("keys in a chain", TP, "00 0001 01 01 03 61 31 0005 14 00 00 0000",
      BAD_PAYLOAD, 11),
  /* our limit */
  NO ("long ID", ID, "00 00 0801 61*2049", LIMIT, 2),
};

static void
test_refusals (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (refusals); i++) {
    const Refusal *no = &refusals[i];
    MikeySlice octets = hex (no->octets);
    g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
    MikeyChain chain;
    MikeyFault fault;

    g_test_message ("%s", no->what);
    g_assert_false (mikey_chain_read_all (&chain, no->code, no->place, octets,
                                          &arena, &fault));
    g_test_message ("%s", fault.text);
    assert_fault (&fault, no->fault, no->offset);
  }
}

int
main (int argc, char **argv)
{
  guint i;

  g_test_init (&argc, &argv, NULL);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/wire/payload/", cases[i].what, NULL);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/wire/payloads/inner-chains", test_inner_chains);
  g_test_add_func ("/wire/payloads/complete", test_complete);
  g_test_add_func ("/wire/payloads/refusals", test_refusals);
  return g_test_run ();
}
