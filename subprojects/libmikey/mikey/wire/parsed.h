/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_WIRE_PARSED_H
#define MIKEY_WIRE_PARSED_H

/* A message that is well formed, and nothing more: who sent it, and whether it
 * may say what it says, is for the modes to find out. */

#include "../base/types.h"
#include "payloads.h"

typedef struct {
  MikeySlice raw; /* the octets as received, without a tolerated trailing zero:
                     MACs and signatures are computed over these */
  MikeyChain chain; /* begins with the HDR */
  const MikeyHdr *hdr;
  MikeyArena arena;
} MikeyParsed;

/* Parses exactly one message (3830-6-01, 3830-6.1-01). RAW is copied; the copy
 * of unprotected keys in it is wiped by mikey_parsed_clear(). PARSED may be
 * uninitialised; it needs no clearing after a failure. */
bool mikey_parsed_init (MikeyParsed *parsed, MikeySlice raw,
                        MikeyTolerances tolerances,
                        MikeyFault *fault) MIKEY_MUST_CHECK;
void mikey_parsed_clear (MikeyParsed *parsed);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MikeyParsed, mikey_parsed_clear)

#endif
