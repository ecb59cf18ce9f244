/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "parsed.h"

#include "../base/limits.h"
#include "../base/secret.h"

/* Milestone XProtect appends one 0x00 (quirk Q9). Exactly one is tolerated. */
static bool
is_tolerated_zero (const MikeyReader *r, MikeyTolerances tolerances)
{
  return (tolerances & MIKEY_TOLERATE_TRAILING_ZERO)
         && mikey_reader_left (r) == 1 && r->start[r->pos] == 0;
}

static bool
parse (MikeyParsed *parsed, MikeyTolerances tolerances, MikeyFault *fault)
{
  MikeyReader r = mikey_reader (parsed->raw);

  MIKEY_TRY (mikey_chain_read (&parsed->chain, MIKEY_PAYLOAD_HDR,
                               MIKEY_PLACE_MESSAGE, &r, &parsed->arena, 0,
                               fault));
  if (!is_tolerated_zero (&r, tolerances))
    MIKEY_TRY (mikey_reader_done (&r, fault));
  parsed->raw.len = r.pos;
  parsed->hdr = (const MikeyHdr *)parsed->chain.head;
  return true;
}

bool
mikey_parsed_init (MikeyParsed *parsed, MikeySlice raw,
                   MikeyTolerances tolerances, MikeyFault *fault)
{
  const void *copy;

  *parsed = (MikeyParsed){ .arena = MIKEY_ARENA_INIT };
  if (raw.len > MIKEY_MAX_MESSAGE)
    return mikey_fail (fault, MIKEY_FAULT_LIMIT,
                       "message of %" G_GSIZE_FORMAT
                       " bytes, at most %d are read",
                       raw.len, MIKEY_MAX_MESSAGE);
  copy = mikey_arena_copy (&parsed->arena, raw.data, raw.len);
  if (!copy)
    return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY,
                       "no memory to read a message");
  parsed->raw = mikey_slice (copy, raw.len);
  if (parse (parsed, tolerances, fault))
    return true;
  mikey_parsed_clear (parsed);
  return false;
}

void
mikey_parsed_clear (MikeyParsed *parsed)
{
  /* Unprotected keys: whatever the message holds, and whether it parsed or not,
   * the octets are overwritten. */
  if (parsed->raw.data)
    mikey_wipe ((void *)parsed->raw.data, parsed->raw.len);
  mikey_arena_clear (&parsed->arena);
  *parsed = (MikeyParsed){ .raw = MIKEY_SLICE_EMPTY };
}
