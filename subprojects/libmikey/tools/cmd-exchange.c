/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands.h"

#include "output.h"

#include <stdio.h>

/* More than any mode has; an exchange that goes on for longer is a defect. */
#define MAX_MESSAGES 16

static gchar *mode_name, *clock_text;
static gboolean as_json, show_keys;

/* Index of a side, and of what belongs to it. */
enum { INITIATOR, RESPONDER, SIDES };

static const gchar *const side_names[SIDES] = { "initiator", "responder" };
static gchar *keyring_paths[SIDES];

typedef struct {
  MikeySession *sessions[SIDES];
  GString *json; /* NULL when lines are printed */
  guint messages;
} Exchange;

static void
clear_exchange (Exchange *exchange)
{
  for (guint i = 0; i < SIDES; i++)
    g_clear_object (&exchange->sessions[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Exchange, clear_exchange)

static gboolean
make_sessions (CliCall *call, Exchange *exchange, GError **error)
{
  for (guint i = 0; i < SIDES; i++) {
    g_autoptr (MikeyKeyring) keyring = NULL;

    if (!cli_load_keyring (call, side_names[i], keyring_paths[i], &keyring,
                           error))
      return FALSE;
    exchange->sessions[i] = mikey_session_new (keyring, call->policy);
    if (!cli_set_clock (exchange->sessions[i], clock_text, error))
      return FALSE;
    /* The Responder is whom the Initiator calls. */
    if (i == RESPONDER && keyring) {
      g_autofree gchar *id = mikey_keyring_get_identity (keyring);
      g_object_set (exchange->sessions[INITIATOR], "peer-id", id, NULL);
    }
  }
  return TRUE;
}

static void
json_of_message (Exchange *exchange, guint side, GBytes *message,
                 const gchar *summary)
{
  json_begin (exchange->json, NULL, '{');
  json_text (exchange->json, "from", side_names[side]);
  json_text (exchange->json, "summary", summary);
  json_number (exchange->json, "bytes", g_bytes_get_size (message));
  json_message (exchange->json, "message", message);
  json_end (exchange->json, '}');
}

static void
show_message (Exchange *exchange, guint side, GBytes *message)
{
  g_autofree gchar *summary = message_summary (message);

  exchange->messages++;
  if (exchange->json) {
    json_of_message (exchange, side, message, summary);
    return;
  }
  printf ("%u %s: %s\n", exchange->messages, side_names[side], summary);
  print_message (message);
}

/* One message to the side opposite of FROM; *REPLY is what came back. */
static gboolean
deliver (Exchange *exchange, guint from, GBytes *message, GBytes **reply,
         GError **error)
{
  guint to = 1 - from;

  if (mikey_session_receive (exchange->sessions[to], message, reply, error))
    return TRUE;
  if (*reply)
    show_message (exchange, to, *reply);
  g_prefix_error (error, "%s: ", side_names[to]);
  return FALSE;
}

static gboolean
run_messages (Exchange *exchange, GError **error)
{
  guint from = INITIATOR;
  g_autoptr (GBytes) message
      = mikey_session_create_offer (exchange->sessions[from], error);

  if (!message) {
    g_prefix_error (error, "%s: ", side_names[from]);
    return FALSE;
  }
  while (message && exchange->messages < MAX_MESSAGES) {
    g_autoptr (GBytes) sent = g_steal_pointer (&message);

    show_message (exchange, from, sent);
    if (!deliver (exchange, from, sent, &message, error))
      return FALSE;
    from = 1 - from;
  }
  return TRUE;
}

static gboolean
same_keys (GPtrArray *a, GPtrArray *b)
{
  gboolean same = a->len == b->len && a->len > 0;

  for (guint i = 0; same && i < a->len; i++)
    same = mikey_keys_equal (a->pdata[i], b->pdata[i]);
  return same;
}

static gboolean
compare_keys (Exchange *exchange, GError **error)
{
  g_autoptr (GPtrArray) ours
      = mikey_session_get_keys (exchange->sessions[INITIATOR]);
  g_autoptr (GPtrArray) theirs
      = mikey_session_get_keys (exchange->sessions[RESPONDER]);

  if (!same_keys (ours, theirs)) {
    g_set_error (error, CLI_ERROR, CLI_REFUSED,
                 "the sides do not hold the same keys (%u and %u)", ours->len,
                 theirs->len);
    return FALSE;
  }
  if (exchange->json) {
    json_keys (exchange->json, ours, show_keys);
  } else {
    puts ("both sides hold the same keys");
    print_keys (ours, show_keys);
  }
  return TRUE;
}

static gboolean
run_exchange (Exchange *exchange, GError **error)
{
  gboolean done;

  if (!exchange->json)
    return run_messages (exchange, error) && compare_keys (exchange, error);
  json_text (exchange->json, "mode", mode_name);
  json_begin (exchange->json, "messages", '[');
  done = run_messages (exchange, error);
  json_end (exchange->json, ']');
  done = done && compare_keys (exchange, error);
  json_bool (exchange->json, "same_keys", done);
  if (!done)
    json_text (exchange->json, "error", (*error)->message);
  json_print (g_steal_pointer (&exchange->json));
  return done;
}

static gboolean
exchange (CliCall *call, GError **error)
{
  g_auto (Exchange) both = { 0 };
  MikeyMode mode;

  if (!cli_parse_mode (mode_name, &mode, error)
      || !make_sessions (call, &both, error)
      || !cli_add_streams (call, both.sessions[INITIATOR], error))
    return FALSE;
  g_object_set (both.sessions[INITIATOR], "mode", mode, NULL);
  both.json = as_json ? json_new () : NULL;
  return run_exchange (&both, error);
}

static const GOptionEntry options[]
    = { CLI_MODE (mode_name),
        { "initiator", 0, 0, G_OPTION_ARG_FILENAME, &keyring_paths[INITIATOR],
          "The Initiator's keyring", "FILE" },
        { "responder", 0, 0, G_OPTION_ARG_FILENAME, &keyring_paths[RESPONDER],
          "The Responder's keyring", "FILE" },
        CLI_CLOCK (clock_text),
        CLI_SHOW_KEYS (show_keys),
        CLI_JSON (as_json),
        { NULL } };

const CliCommand cli_exchange = {
  "exchange",
  NULL,
  "Run both sides of an exchange and print each message.",
  "Ends with 0 only if both sides hold the same keys.",
  options,
  { cli_accept_options, cli_tolerate_options, cli_offer_options },
  exchange,
};
