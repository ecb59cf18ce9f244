/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire-checks.h"

/* The first octet says where and what, the rest are payloads: so the ones that
 * are never sent in the clear are reached as well. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const MikeyPayloadType *const *types;
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  MikeyChain chain;
  MikeyFault fault;
  MikeySlice octets;
  guint num_types, first, place;

  if (size == 0)
    return 0;
  types = mikey_payload_types (&num_types);
  first = types[(data[0] & 31) % num_types]->code;
  place = data[0] >> 5 ? data[0] >> 5 : MIKEY_PLACE_SEALED;
  octets = mikey_slice (data + 1, size - 1);
  if (mikey_chain_read_all (&chain, first, place, octets, &arena, &fault))
    check_accepted (&chain, octets);
  else
    check_refused (&fault, octets.len);
  return 0;
}
