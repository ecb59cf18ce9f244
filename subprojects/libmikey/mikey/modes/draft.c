/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "draft.h"

#include <string.h>

#include "../base/limits.h"

void
mikey_draft_clear (MikeyDraft *draft)
{
  /* Keys lie in clear in a KEMAC of the null mode. */
  mikey_chain_wipe (&draft->chain);
  mikey_arena_clear (&draft->arena);
}

/* A payload to fill; when there is no memory, one that nobody will read. */
static void *
add (MikeyDraft *draft, guint32 code)
{
  void *payload = mikey_chain_add (&draft->chain, code, &draft->arena);

  if (payload)
    return payload;
  draft->failed = true;
  G_STATIC_ASSERT (sizeof (MikeyHdr) <= sizeof draft->waste);
  return &draft->waste;
}

static MikeySlice
copy (MikeyDraft *draft, MikeySlice from)
{
  const void *data = mikey_arena_copy (&draft->arena, from.data, from.len);

  if (!data)
    draft->failed = true;
  return mikey_slice (data, data ? from.len : 0);
}

static MikeySlice
room (MikeyDraft *draft, gsize len)
{
  const void *data = mikey_arena_alloc (&draft->arena, len);

  if (!data)
    draft->failed = true;
  return mikey_slice (data, data ? len : 0);
}

/* SRTP-ID: the i-th entry is crypto session i (3830-6.1.1-01). */
static void
fill_srtp_ids (MikeyDraft *draft, MikeyHdr *hdr, const MikeyCsb *csb)
{
  MikeySrtpId *ids
      = mikey_arena_alloc (&draft->arena, csb->num_cs * sizeof *ids);
  guint i;

  if (!ids) {
    draft->failed = true;
    return;
  }
  for (i = 0; i < csb->num_cs; i++)
    ids[i] = (MikeySrtpId){ csb->cs[i].policy_no, csb->cs[i].ssrc,
                            csb->cs[i].roc };
  hdr->num_cs = csb->num_cs;
  hdr->srtp_ids = (MikeyList){ csb->num_cs, ids };
}

/* SSRC, ROC and a sequence number that is not known here. */
static MikeySlice
session_data (MikeyDraft *draft, const MikeyCs *cs)
{
  MikeySlice data = room (draft, 10);

  if (data.len) {
    mikey_put_u32 ((guint8 *)data.data, cs->ssrc);
    mikey_put_u32 ((guint8 *)data.data + 4, cs->roc);
  }
  return data;
}

static MikeySlice
newest_spi (const MikeyCsb *csb)
{
  return csb->num_keys ? csb->keys[csb->num_keys - 1].mki : MIKEY_SLICE_EMPTY;
}

/* GENERIC-ID: each entry names its crypto session, one policy and the key to
 * begin with (6043-6.1.1-02, 6043-6.1.1-03). */
static void
fill_generic_ids (MikeyDraft *draft, MikeyHdr *hdr, const MikeyCsb *csb)
{
  MikeyGenericId *ids
      = mikey_arena_alloc (&draft->arena, csb->num_cs * sizeof *ids);
  guint i;

  for (i = 0; ids && i < csb->num_cs; i++) {
    guint8 policy_no = (guint8)csb->cs[i].policy_no;

    ids[i] = (MikeyGenericId){
      .cs_id = csb->cs[i].cs_id,
      .s = 1,
      .num_policies = 1,
      .policies = copy (draft, mikey_slice (&policy_no, 1)),
      .session_data = session_data (draft, &csb->cs[i]),
      .spi = copy (draft, newest_spi (csb)),
    };
  }
  draft->failed |= !ids;
  hdr->num_cs = ids ? csb->num_cs : 0;
  hdr->generic_ids = (MikeyList){ hdr->num_cs, ids };
}

void
mikey_draft_hdr (MikeyDraft *draft, guint32 data_type, bool v,
                 const MikeyCsb *csb)
{
  static void (*const fill[]) (MikeyDraft *, MikeyHdr *, const MikeyCsb *) = {
    [MIKEY_MAP_SRTP_ID] = fill_srtp_ids,
    [MIKEY_MAP_EMPTY] = NULL,
    [MIKEY_MAP_GENERIC_ID] = fill_generic_ids,
  };
  MikeyHdr *hdr = add (draft, MIKEY_PAYLOAD_HDR);

  hdr->version = 1;
  hdr->data_type = data_type;
  hdr->v = v;
  hdr->prf_func = csb->prf->code;
  hdr->csb_id = csb->csb_id;
  hdr->map_type = csb->map_type;
  if (fill[csb->map_type] && csb->num_cs)
    fill[csb->map_type](draft, hdr, csb);
}

void
mikey_draft_hdr_like (MikeyDraft *draft, guint32 data_type,
                      const MikeyHdr *other)
{
  MikeyHdr *hdr = add (draft, MIKEY_PAYLOAD_HDR);
  MikeyPayload base = hdr->base;

  *hdr = *other;
  hdr->base = base;
  hdr->data_type = data_type;
  hdr->v = 0;
}

void
mikey_draft_t (MikeyDraft *draft, MikeyTimestampType type, guint64 value)
{
  MikeyT *t = add (draft, MIKEY_PAYLOAD_T);
  guint8 octets[8];

  mikey_put_u64 (octets, value);
  t->ts_type = type;
  t->value = type == MIKEY_TIMESTAMP_COUNTER
                 ? copy (draft, mikey_slice (octets + 4, 4))
                 : copy (draft, mikey_slice (octets, 8));
}

void
mikey_draft_same_t (MikeyDraft *draft, const MikeyT *t)
{
  MikeyT *same = add (draft, MIKEY_PAYLOAD_T);

  same->ts_type = t->ts_type;
  same->value = copy (draft, t->value);
}

void
mikey_draft_rand (MikeyDraft *draft, MikeySlice rand)
{
  MikeyRand *payload = add (draft, MIKEY_PAYLOAD_RAND);

  payload->rand = copy (draft, rand);
}

void
mikey_draft_id (MikeyDraft *draft, const MikeyIdentity *id)
{
  MikeyId *payload;

  if (!id->data.len)
    return;
  payload = add (draft, MIKEY_PAYLOAD_ID);
  payload->id_type = id->type;
  payload->data = copy (draft, id->data);
}

void
mikey_draft_policies (MikeyDraft *draft, const MikeyCsb *csb)
{
  guint i;

  if (csb->map_type == MIKEY_MAP_EMPTY) /* 4563-5-02 */
    return;
  for (i = 0; i < csb->num_policies; i++)
    if (!mikey_srtp_params_write (&csb->policies[i].params,
                                  csb->policies[i].policy_no, &draft->chain,
                                  &draft->arena, NULL))
      draft->failed = true;
}

void
mikey_draft_err (MikeyDraft *draft, guint32 error_no)
{
  MikeyErr *err = add (draft, MIKEY_PAYLOAD_ERR);

  err->error_no = error_no;
}

bool
mikey_draft_kemac (MikeyDraft *draft, const MikeyProtection *protection,
                   const MikeyCipher *cipher, const MikeyMac *mac,
                   MikeySlice plain, MikeyFault *fault)
{
  MikeyKemac *kemac = add (draft, MIKEY_PAYLOAD_KEMAC);

  kemac->encr_alg = cipher->code;
  kemac->mac_alg = mac->code;
  kemac->mac = room (draft, mac->tag_len);
  if (!plain.len) /* an update without keys (3830-6.2-03) */
    return true;
  kemac->encr_data = room (draft, plain.len + cipher->overhead);
  if (draft->failed)
    return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no memory for a KEMAC");
  return mikey_kemac_seal (protection, cipher, plain,
                           (guint8 *)kemac->encr_data.data, fault);
}

void
mikey_draft_v (MikeyDraft *draft, const MikeyMac *mac)
{
  MikeyV *v = add (draft, MIKEY_PAYLOAD_V);

  v->auth_alg = mac->code;
  v->ver_data = room (draft, mac->tag_len);
}

bool
mikey_draft_write (MikeyDraft *draft, MikeyWriter *out, MikeyFault *fault)
{
  if (draft->failed)
    return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no memory for a message");
  mikey_chain_write (&draft->chain, out);
  return mikey_writer_ok (out, fault);
}

bool
mikey_draft_write_tagged (MikeyDraft *draft, const MikeyProtection *protection,
                          const MikeyMac *mac, const MikeySlice *extra,
                          guint num_extra, MikeyWriter *out, MikeyFault *fault)
{
  MikeySlice parts[8];

  MIKEY_TRY (mikey_draft_write (draft, out, fault));
  parts[0] = mikey_slice (out->data, out->len - mac->tag_len);
  if (num_extra)
    memcpy (parts + 1, extra, num_extra * sizeof *extra);
  mikey_protect_tag (protection, mac, parts, 1 + num_extra,
                     out->data + parts[0].len);
  return true;
}
