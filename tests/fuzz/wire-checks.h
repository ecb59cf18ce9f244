/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TESTS_FUZZ_WIRE_CHECKS_H
#define TESTS_FUZZ_WIRE_CHECKS_H

#include "fuzz.h"

#include <mikey/wire/chain.h>
#include <mikey/wire/print.h>

/* A refusal says what, where and why. */
static inline void
check_refused (const MikeyFault *fault, gsize size)
{
  fuzz_require (fault->code != MIKEY_FAULT_NONE);
  fuzz_require (fault->code != MIKEY_FAULT_INTERNAL);
  fuzz_require (fault->offset <= (gint64)size);
  fuzz_require (fault->text[0]);
}

static inline void
check_printed (char *printed)
{
  fuzz_require (printed && g_utf8_validate (printed, -1, NULL));
  g_free (printed);
}

/* What was accepted prints, and is written as it was read. */
static inline void
check_accepted (const MikeyChain *chain, MikeySlice octets)
{
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;

  check_printed (mikey_print_text (chain, false));
  check_printed (mikey_print_json (chain, true));
  check_printed (mikey_print_summary (chain, octets.len));
  fuzz_require (mikey_chain_size (chain) == octets.len);
  mikey_chain_write (chain, &w);
  fuzz_require (mikey_writer_ok (&w, NULL));
  fuzz_require (mikey_slice_equal (mikey_writer_slice (&w), octets));
}

#endif
