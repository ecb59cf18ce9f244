/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire-checks.h"

#include <mikey/base/limits.h>
#include <mikey/wire/parsed.h>

/* Reads the octets where they are: of a copy in an arena, a sanitizer would not
 * see the end. */
static bool
read_in_place (MikeyChain *chain, MikeySlice octets, MikeyArena *arena,
               MikeyFault *fault)
{
  MikeyReader r = mikey_reader (octets);

  return mikey_chain_read (chain, MIKEY_PAYLOAD_HDR, MIKEY_PLACE_MESSAGE, &r,
                           arena, 0, fault)
         && mikey_reader_done (&r, fault);
}

static void
check_tolerant (MikeySlice octets)
{
  MikeyParsed parsed;
  MikeyFault fault;

  if (!mikey_parsed_init (&parsed, octets, MIKEY_TOLERATE_EQUIPMENT, &fault)) {
    check_refused (&fault, octets.len);
    return;
  }
  fuzz_require (octets.len - parsed.raw.len <= 1);
  check_accepted (&parsed.chain, parsed.raw);
  mikey_parsed_clear (&parsed);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  MikeySlice octets = mikey_slice (data, size);
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  MikeyParsed parsed;
  MikeyChain chain;
  MikeyFault fault;

  if (size > MIKEY_MAX_MESSAGE)
    return 0;
  if (read_in_place (&chain, octets, &arena, &fault)) {
    check_accepted (&chain, octets);
    fuzz_require (
        mikey_parsed_init (&parsed, octets, MIKEY_TOLERATE_NOTHING, NULL));
    mikey_parsed_clear (&parsed);
  } else {
    check_refused (&fault, size);
    check_tolerant (octets);
  }
  return 0;
}
