/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands.h"

#include "output.h"

static gchar *keyring_path, *mode_name, *peer, *state, *clock_text;
static gboolean json;

/* The session's CSB ID is told once the peer has agreed to it; the message's is
 * there now. */
static gboolean
say_offer (MikeySession *session, GBytes *offer, GError **error)
{
  g_autoptr (MikeyMessage) message
      = mikey_message_new (offer, MIKEY_TOLERATE_EQUIPMENT, error);
  g_autofree gchar *summary = NULL;
  GString *object;

  if (!message)
    return FALSE;
  if (!json) {
    print_message (offer);
    return TRUE;
  }
  summary = mikey_message_summary (message);
  object = json_new ();
  json_text (object, "mode",
             cli_nick (MIKEY_TYPE_MODE, mikey_session_get_mode (session)));
  json_number (object, "csb_id", mikey_message_get_csb_id (message));
  json_text (object, "summary", summary);
  json_message (object, "message", offer);
  json_print (object);
  return TRUE;
}

static gboolean
offer_with (CliCall *call, MikeySession *session, GError **error)
{
  g_autoptr (GBytes) message = NULL;

  if (!cli_set_clock (session, clock_text, error)
      || !cli_add_streams (call, session, error)
      || !(message = mikey_session_create_offer (session, error))
      || !cli_save_state (session, state, error))
    return FALSE;
  return say_offer (session, message, error);
}

static gboolean
offer (CliCall *call, GError **error)
{
  g_autoptr (MikeyKeyring) keyring = NULL;
  MikeyMode mode;

  if (!cli_parse_mode (mode_name, &mode, error)
      || !cli_need (state, "state", error)
      || !cli_load_keyring (call, "keyring", keyring_path, &keyring, error))
    return FALSE;

  g_autoptr (MikeySession) session = mikey_session_new (keyring, call->policy);
  g_object_set (session, "mode", mode, "peer-id", peer, NULL);
  return offer_with (call, session, error);
}

static const GOptionEntry options[]
    = { CLI_KEYRING (keyring_path),
        CLI_MODE (mode_name),
        { "to", 0, 0, G_OPTION_ARG_STRING, &peer, "The peer's identity", "ID" },
        { "state", 0, 0, G_OPTION_ARG_FILENAME, &state,
          "Where to keep what 'mikey open' needs", "FILE" },
        CLI_CLOCK (clock_text),
        CLI_JSON (json),
        { NULL } };

const CliCommand cli_offer = {
  "offer",
  NULL,
  "Make the first message of an exchange and print it in base64.",
  "The state FILE holds secrets and is readable by its owner only; 'mikey "
  "open'\n"
  "goes on with it when the reply is there.",
  options,
  { cli_accept_options, cli_offer_options },
  offer,
};
