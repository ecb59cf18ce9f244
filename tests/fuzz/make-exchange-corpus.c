/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-exchange.h"

#include <glib.h>
#include <glib/gstdio.h>

/* make-exchange-corpus-MODE FOLDER */

int
main (int argc, char **argv)
{
  if (argc != 2 || g_mkdir_with_parents (argv[1], 0755))
    g_error ("usage: make-exchange-corpus FOLDER");
  fuzz_write_seeds (argv[1]);
  return 0;
}
