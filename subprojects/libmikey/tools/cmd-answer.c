/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands.h"

#include "output.h"

static gchar *keyring_path, *peer, *clock_text;
static gboolean json, show_keys;

static gboolean
answer (CliCall *call, GError **error)
{
  g_autoptr (MikeyKeyring) keyring = NULL;
  g_autoptr (MikeyMessage) message = NULL;
  g_autoptr (GBytes) reply = NULL;

  if (!cli_load_keyring (call, "keyring", keyring_path, &keyring, error))
    return FALSE;

  g_autoptr (MikeySession) session = mikey_session_new (keyring, call->policy);
  g_object_set (session, "peer-id", peer, NULL);
  if (!cli_set_clock (session, clock_text, error)
      || !(message = cli_read_message (call, error)))
    return FALSE;
  if (!mikey_session_receive (session, mikey_message_get_bytes (message),
                              &reply, error)) {
    print_refusal (reply, *error, json);
    return FALSE;
  }
  print_outcome (session, reply, json, show_keys);
  return TRUE;
}

static const GOptionEntry options[]
    = { CLI_KEYRING (keyring_path),
        { "from", 0, 0, G_OPTION_ARG_STRING, &peer,
          "The peer's identity, when the message names none", "ID" },
        CLI_CLOCK (clock_text),
        CLI_SHOW_KEYS (show_keys),
        CLI_JSON (json),
        { NULL } };

const CliCommand cli_answer = {
  "answer",
  "[MESSAGE]",
  "Take the first message of an exchange, print the reply and the keys.",
  "MESSAGE is all that 'mikey dump' takes. The reply, if the mode has one, is "
  "a\n"
  "line of base64; each key is a line below it. When the message is refused "
  "and\n"
  "the peer should know, the line is an Error message.",
  options,
  { cli_accept_options, cli_tolerate_options },
  answer,
};
