/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TESTS_CT_CT_H
#define TESTS_CT_CT_H

/* Constant time, shown by memcheck: secrets are declared undefined, and
 * memcheck then reports every branch and every address that depends on them.
 *
 * A program declares its secrets with ct_secret(), runs the library, and gives
 * free with ct_public() what the protocol makes public, no earlier. Called with
 * `leaky` it does the same in a way that leaks and must be reported: a detector
 * that finds nothing in the leaky twin proves nothing with its silence. run.sh
 * judges both.
 *
 * What this can not show: instructions whose time depends on their operands
 * (division), and what the processor does on its own.
 *
 * What is left out, both Nettle's: the expansion of AES keys (nettle-aes.supp
 * says why), and AES as a whole on processors without AES instructions, where
 * it looks up tables. There the programs that run AES are skipped and say so.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/memcheck.h>

#define CT_SKIP 77

static inline void
ct_secret (const void *data, gsize len)
{
  VALGRIND_MAKE_MEM_UNDEFINED (data, len);
}

static inline void
ct_public (const void *data, gsize len)
{
  VALGRIND_MAKE_MEM_DEFINED (data, len);
}

/* A verdict that the caller is about to act on, as the protocol lets it. */
static inline bool
ct_public_bool (bool verdict)
{
  volatile bool copy = verdict;

  VALGRIND_MAKE_MEM_DEFINED (&copy, sizeof copy);
  return copy;
}

/* LEN octets that are secret from here on; which ones does not matter. */
static inline void
ct_fill_secret (guint8 *data, gsize len, guint8 seed)
{
  gsize i;

  for (i = 0; i < len; i++)
    data[i] = (guint8)(seed + 7 * i);
  ct_secret (data, len);
}

/* Where leaky twins leak to. */
static volatile guint8 ct_sink;

/* Ends at the first difference. */
static inline bool
ct_leaky_equal (const guint8 *a, const guint8 *b, gsize len)
{
  gsize i;

  for (i = 0; i < len; i++)
    if (((const volatile guint8 *)a)[i] != b[i])
      return false;
  return true;
}

/* Reads a table at a secret place, as AES without AES instructions does. */
static inline void
ct_leaky_lookup (guint8 secret)
{
  static const guint8 table[256] = { 1, 2, 3 };

  ct_sink = ((const volatile guint8 *)table)[secret];
}

/* Does Nettle's AES here do without tables? */
static inline bool
ct_aes_has_no_tables (void)
{
#if defined(__x86_64__) || defined(__i386__)
  return __builtin_cpu_supports ("aes") != 0;
#else
  return false;
#endif
}

/* To be said first by programs that run AES. */
static inline void
ct_need_aes (void)
{
  if (ct_aes_has_no_tables ())
    return;
  puts ("SKIP: no AES instructions; Nettle's AES then looks up tables");
  exit (CT_SKIP);
}

static inline bool
ct_is_leaky (int argc, char **argv)
{
  return argc > 1 && strcmp (argv[1], "leaky") == 0;
}

#endif
