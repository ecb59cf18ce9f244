/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <string.h>

/* Runs a target over the files of a folder, without libFuzzer: each as it is,
 * each beginning of it, and with each single bit flipped. Inputs are copied to
 * memory of just their size. */

static guint64 num_runs;

static void
run (const guint8 *data, gsize len)
{
  g_autofree guint8 *copy = g_memdup2 (data, len);

  LLVMFuzzerTestOneInput (copy, len);
  num_runs++;
}

static void
run_around (guint8 *data, gsize len)
{
  gsize i;

  for (i = 0; i <= len; i++)
    run (data, i);
  for (i = 0; i < 8 * len; i++) {
    data[i / 8] ^= (guint8)(1 << i % 8);
    run (data, len);
    data[i / 8] ^= (guint8)(1 << i % 8);
  }
}

static guint
run_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint num_files = 0;

  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree char *file = g_build_filename (path, name, NULL);
    g_autofree char *content = NULL;
    gsize len;

    if (g_file_get_contents (file, &content, &len, NULL)) {
      run_around ((guint8 *)content, len);
      num_files++;
    }
  }
  return num_files;
}

int
main (int argc, char **argv)
{
  guint num_files = 0;
  int i;

  for (i = 1; i < argc; i++)
    num_files += run_folder (argv[i]);
  g_print ("%u files, %" G_GUINT64_FORMAT " inputs\n", num_files, num_runs);
  return num_files ? EXIT_SUCCESS : EXIT_FAILURE;
}
