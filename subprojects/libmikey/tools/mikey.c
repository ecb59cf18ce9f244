/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mikey: MIKEY messages and exchanges from the command line. */

#include "commands.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const CliCommand *const commands[] = {
  &cli_dump, &cli_keygen, &cli_offer, &cli_answer, &cli_open, &cli_exchange,
};

static void
say_usage (FILE *to)
{
  fputs ("Usage: mikey COMMAND [OPTION...] [ARGUMENT]\n\nCommands:\n", to);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
  fputs ("\n'mikey COMMAND --help' tells a command's options; --version prints"
         "\nthe version. See mikey(1).\n",
         to);
}

static const CliCommand *
find_command (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i]->name, name))
      return commands[i];
  return NULL;
}

int
main (int argc, char **argv)
{
  const gchar *name = argc > 1 ? argv[1] : "";
  const CliCommand *command = find_command (name);

  setlocale (LC_ALL, "");
  if (command)
    return cli_run (command, argc - 1, argv + 1);
  if (g_str_equal (name, "--help") || g_str_equal (name, "-h")) {
    say_usage (stdout);
    return CLI_OK;
  }
  if (g_str_equal (name, "--version")) {
    puts ("mikey " MIKEY_TOOL_VERSION);
    return CLI_OK;
  }
  if (*name)
    fprintf (stderr, "mikey: no command '%s'\n", name);
  say_usage (stderr);
  return CLI_USAGE;
}
