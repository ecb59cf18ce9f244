/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands.h"

#include <stdio.h>
#include <string.h>

static gboolean json, show_keys;

static gboolean
dump (CliCall *call, GError **error)
{
  g_autoptr (MikeyMessage) message = cli_read_message (call, error);
  g_autofree gchar *text = NULL;

  if (!message)
    return FALSE;
  text = json ? mikey_message_to_json (message, show_keys)
              : mikey_message_to_text (message, show_keys);
  fputs (text, stdout);
  if (!g_str_has_suffix (text, "\n"))
    putchar ('\n');
  return TRUE;
}

static const GOptionEntry options[]
    = { CLI_JSON (json), CLI_SHOW_KEYS (show_keys), { NULL } };

const CliCommand cli_dump = {
  "dump",
  "[INPUT]",
  "Print every field of a MIKEY message.",
  "INPUT is base64, hex, an a=key-mgmt: line or a KeyMgmt: header; @FILE "
  "reads\n"
  "a file, which may also hold the octets themselves; no INPUT, or -, reads\n"
  "standard input. What is not well-formed is named on standard error with "
  "the\n"
  "payload, the byte and the reason.",
  options,
  { cli_tolerate_options },
  dump,
};
