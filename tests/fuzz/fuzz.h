/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

/* A target is a file fuzz-NAME.c that defines LLVMFuzzerTestOneInput(). Linked
 * with libFuzzer it is a fuzzer (./libfuzzer NAME SECONDS), linked with
 * replay.c an ordinary test over corpus/NAME. */

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What must hold for every input. */
#define fuzz_require(expr)                                                     \
  do {                                                                         \
    if (!(expr))                                                               \
      g_error ("%s:%d: not so: %s", __FILE__, __LINE__, #expr);                \
  } while (0)

#endif
