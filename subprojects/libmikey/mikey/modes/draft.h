/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_MODES_DRAFT_H
#define MIKEY_MODES_DRAFT_H

/* Composing a message, payload by payload, in the order in which they are
 * added. What runs out of memory makes the draft fail when it is written. */

#include "csb.h"
#include "protect.h"

typedef struct {
  MikeyArena arena;
  MikeyChain chain;
  bool failed;
  MikeyTicket waste; /* written to, never read, where a payload has no memory */
} MikeyDraft;

#define MIKEY_DRAFT_INIT                                                       \
  {                                                                            \
    .failed = false                                                            \
  }

void mikey_draft_clear (MikeyDraft *draft);

/* HDR with CSB's identifier, PRF and map (3830-6.1-01). */
void mikey_draft_hdr (MikeyDraft *draft, guint32 data_type, bool v,
                      const MikeyCsb *csb);
/* HDR with the identifier and the map of another message: for Error messages
 * (ambiguity A32). */
void mikey_draft_hdr_like (MikeyDraft *draft, guint32 data_type,
                           const MikeyHdr *other);
/* T; VALUE is cut to the width of the type. */
void mikey_draft_t (MikeyDraft *draft, MikeyTimestampType type, guint64 value);
/* T as it came: a response repeats it (3830-5.2-05). */
void mikey_draft_same_t (MikeyDraft *draft, const MikeyT *t);
void mikey_draft_rand (MikeyDraft *draft, MikeySlice rand);
/* Nothing when the identity is not known. */
void mikey_draft_id (MikeyDraft *draft, const MikeyIdentity *id);
void mikey_draft_policies (MikeyDraft *draft, const MikeyCsb *csb);
void mikey_draft_err (MikeyDraft *draft, guint32 error_no);
/* KEMAC with the key data PLAIN sealed by CIPHER, and room for a tag of MAC. */
bool mikey_draft_kemac (MikeyDraft *draft, const MikeyProtection *protection,
                        const MikeyCipher *cipher, const MikeyMac *mac,
                        MikeySlice plain, MikeyFault *fault) MIKEY_MUST_CHECK;
/* V, with room for a tag of MAC. */
void mikey_draft_v (MikeyDraft *draft, const MikeyMac *mac);

/* Writes the message. */
bool mikey_draft_write (MikeyDraft *draft, MikeyWriter *out,
                        MikeyFault *fault) MIKEY_MUST_CHECK;
/* Writes the message and puts the tag, over all that is before it and EXTRA,
 * into its last octets (3830-5.2-01, 3830-5.2-02). */
bool
mikey_draft_write_tagged (MikeyDraft *draft, const MikeyProtection *protection,
                          const MikeyMac *mac, const MikeySlice *extra,
                          guint num_extra, MikeyWriter *out,
                          MikeyFault *fault) MIKEY_MUST_CHECK;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MikeyDraft, mikey_draft_clear)

#endif
