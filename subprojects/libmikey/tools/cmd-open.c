/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands.h"

#include "output.h"

static gchar *state, *clock_text;
static gboolean json, show_keys;

static MikeyState
state_of (MikeySession *session)
{
  return mikey_session_get_state (session);
}

static gboolean
take_reply (CliCall *call, MikeySession *session, GBytes **reply,
            GError **error)
{
  g_autoptr (MikeyMessage) message = cli_read_message (call, error);

  if (!message)
    return FALSE;
  if (!mikey_session_receive (session, mikey_message_get_bytes (message), reply,
                              error)) {
    print_refusal (*reply, *error, json);
    return FALSE;
  }
  /* The exchange goes on: the next reply finds it where it stands now. A state
   * that is done with stays as it is, so that a reply can be opened again. */
  return state_of (session) == MIKEY_STATE_ESTABLISHED
         || cli_save_state (session, state, error);
}

static gboolean
open_reply (CliCall *call, GError **error)
{
  g_autoptr (MikeySession) session = mikey_session_new (NULL, call->policy);
  g_autoptr (GBytes) reply = NULL;

  if (!cli_need (state, "state", error)
      || !cli_load_state (session, state, error)
      || !cli_set_clock (session, clock_text, error))
    return FALSE;
  /* An offer that asks for no reply has made the keys already. */
  if ((call->argument || state_of (session) != MIKEY_STATE_ESTABLISHED)
      && !take_reply (call, session, &reply, error))
    return FALSE;
  print_outcome (session, reply, json, show_keys);
  return TRUE;
}

static const GOptionEntry options[]
    = { { "state", 0, 0, G_OPTION_ARG_FILENAME, &state,
          "What 'mikey offer' wrote", "FILE" },
        CLI_CLOCK (clock_text),
        CLI_SHOW_KEYS (show_keys),
        CLI_JSON (json),
        { NULL } };

const CliCommand cli_open = {
  "open",
  "[MESSAGE]",
  "Take the reply to an offer and print the keys.",
  "MESSAGE is all that 'mikey dump' takes, or the whole output of 'mikey\n"
  "answer'. An offer that asked for no reply needs none: its keys are printed "
  "at\n"
  "once.",
  options,
  { cli_accept_options, cli_tolerate_options },
  open_reply,
};
