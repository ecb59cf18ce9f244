/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/modes/draft.h>

/* What is drafted can be read again, and says what the bundle says. */

typedef struct {
  MikeyCsb *csb;
  MikeyDraft draft;
  MikeyWriter out;
  MikeyParsed parsed;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  static const MikeyCs cs[] = { { 1, 0, 0x1234, 5 }, { 2, 0, 0, 0 } };
  MikeySrtpParams params;

  memset (f, 0, sizeof *f);
  f->csb = mikey_csb_new ();
  f->csb->csb_id = 0xcafe;
  f->csb->prf = &mikey_prf_hmac_sha_256;
  mikey_srtp_params_defaults (&params);
  mikey_srtp_params_set (&params, MIKEY_SRTP_TAG_LEN, 4);
  g_assert_true (mikey_csb_set_policy (f->csb, 0, &params));
  g_assert_true (mikey_csb_set_cs (f->csb, cs, 2));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  mikey_parsed_clear (&f->parsed);
  mikey_writer_clear (&f->out);
  mikey_draft_clear (&f->draft);
  mikey_csb_unref (f->csb);
}

static void
read_back (Fixture *f)
{
  MikeyFault fault;

  g_assert_true (mikey_draft_write (&f->draft, &f->out, &fault));
  if (!mikey_parsed_init (&f->parsed, mikey_writer_slice (&f->out), 0, &fault))
    g_error ("%s", fault.text);
}

/* 3830-1.3-01, 3830-6-01, 3830-6.1-01, 3830-6.1.1-01, 3830-6.11-01,
 * 3830-6.7-01: octet by octet. */
static void
test_octets (Fixture *f, gconstpointer data)
{
  static const guint8 wanted[] = {
    1,  0, 5,    0x81, 0,    0,   0xca, 0xfe, 2, 0, /* HDR */
    0,  0, 0,    0x12, 0x34, 0,   0,    0,    5,    /* CS 1 */
    0,  0, 0,    0,    0,    0,   0,    0,    0,    /* CS 2 */
    11, 2, 0,    0,    0,    7,                     /* T */
    6,  3, 0xaa, 0xbb, 0xcc,                        /* RAND */
    0,  1, 0,    3,    'b',  'o', 'b',              /* ID */
  };
  static const guint8 rand[] = { 0xaa, 0xbb, 0xcc };
  MikeyIdentity id = { 1, mikey_slice ("bob", 3) };
  MikeyIdentity nobody = { 0, MIKEY_SLICE_EMPTY };

  mikey_draft_hdr (&f->draft, 0, true, f->csb);
  mikey_draft_t (&f->draft, MIKEY_TIMESTAMP_COUNTER, 7);
  mikey_draft_rand (&f->draft, mikey_slice (rand, 3));
  mikey_draft_id (&f->draft, &id);
  mikey_draft_id (&f->draft, &nobody);
  read_back (f);
  g_assert_cmpmem (f->out.data, f->out.len, wanted, sizeof wanted);
}

static void
test_policies (Fixture *f, gconstpointer data)
{
  const MikeySp *sp;
  MikeySrtpParams params;

  mikey_draft_hdr (&f->draft, 0, false, f->csb);
  mikey_draft_policies (&f->draft, f->csb);
  read_back (f);
  sp = mikey_chain_find (&f->parsed.chain, MIKEY_PAYLOAD_SP, 0);
  g_assert_true (mikey_srtp_params_read (&params, sp, NULL));
  g_assert_cmpuint (params.value[MIKEY_SRTP_TAG_LEN], ==, 4);
}

/* 4563-5-02 */
static void
test_empty_map (Fixture *f, gconstpointer data)
{
  f->csb->map_type = MIKEY_MAP_EMPTY;
  mikey_draft_hdr (&f->draft, 0, false, f->csb);
  mikey_draft_policies (&f->draft, f->csb);
  read_back (f);
  g_assert_cmpuint (f->parsed.hdr->num_cs, ==, 0);
  g_assert_null (f->parsed.chain.head->link);
}

/* 6043-6.1.1-01 */
static void
test_generic_map (Fixture *f, gconstpointer data)
{
  const MikeyGenericId *ids;

  f->csb->map_type = MIKEY_MAP_GENERIC_ID;
  mikey_draft_hdr (&f->draft, 0, false, f->csb);
  read_back (f);
  ids = f->parsed.hdr->generic_ids.items;
  g_assert_cmpuint (f->parsed.hdr->generic_ids.num, ==, 2);
  g_assert_cmpuint (ids[0].cs_id, ==, 1);
  g_assert_cmphex (mikey_get_u32 (ids[0].session_data.data), ==, 0x1234);
  g_assert_cmpuint (mikey_get_u32 (ids[0].session_data.data + 4), ==, 5);
  g_assert_cmpuint (ids[1].policies.len, ==, 1);
}

/* The header of an answer to something that failed: ambiguity A32. */
static void
test_like (Fixture *f, gconstpointer data)
{
  g_auto (MikeyDraft) failed = MIKEY_DRAFT_INIT;

  mikey_draft_hdr (&failed, 0, true, f->csb);
  mikey_draft_hdr_like (&f->draft, 6, (const MikeyHdr *)failed.chain.head);
  mikey_draft_err (&f->draft, 9);
  read_back (f);
  g_assert_cmpuint (f->parsed.hdr->data_type, ==, 6);
  g_assert_cmpuint (f->parsed.hdr->v, ==, 0);
  g_assert_cmphex (f->parsed.hdr->csb_id, ==, 0xcafe);
  g_assert_cmpuint (f->parsed.hdr->num_cs, ==, 2);
}

/* 3830-5.2-01, 3830-5.2-02: the tag ends the message and covers all the rest.
 */
static void
test_tagged (Fixture *f, gconstpointer data)
{
  g_autoptr (MikeySecret) secret = mikey_secret_new (16);
  MikeyProtection p = { secret, mikey_csb_label (f->csb), 0 };
  MikeySlice extra = mikey_slice ("extra", 5), parts[2];
  const MikeyV *v;
  MikeyFault fault;

  mikey_draft_hdr (&f->draft, 1, false, f->csb);
  mikey_draft_v (&f->draft, &mikey_mac_hmac_sha_256_256);
  g_assert_true (mikey_draft_write_tagged (
      &f->draft, &p, &mikey_mac_hmac_sha_256_256, &extra, 1, &f->out, &fault));
  g_assert_true (
      mikey_parsed_init (&f->parsed, mikey_writer_slice (&f->out), 0, &fault));
  v = mikey_chain_find (&f->parsed.chain, MIKEY_PAYLOAD_V, 0);
  parts[0] = mikey_slice (f->out.data, f->out.len - 32);
  parts[1] = extra;
  g_assert_true (
      mikey_protect_verify (&p, v->auth_alg, parts, 2, v->ver_data, &fault));
  g_assert_false (
      mikey_protect_verify (&p, v->auth_alg, parts, 1, v->ver_data, &fault));
}

#define ADD(path, func)                                                        \
  g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  ADD ("/draft/octets", test_octets);
  ADD ("/draft/policies", test_policies);
  ADD ("/draft/empty-map", test_empty_map);
  ADD ("/draft/generic-map", test_generic_map);
  ADD ("/draft/like", test_like);
  ADD ("/draft/tagged", test_tagged);
  return g_test_run ();
}
