/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TESTS_BENCHMARKS_BENCH_H
#define TESTS_BENCHMARKS_BENCH_H

#include <glib.h>

/* The fastest of ROUNDS rounds of TIMES runs, nanoseconds a run. */
static inline double
bench_ns (void (*run) (void), guint rounds, guint times)
{
  gint64 best = G_MAXINT64;
  guint r, i;

  for (r = 0; r < rounds; r++) {
    gint64 start = g_get_monotonic_time ();

    for (i = 0; i < times; i++)
      run ();
    best = MIN (best, g_get_monotonic_time () - start);
  }
  return 1000.0 * (double)best / times;
}

#endif
