/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common.h"

#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Far above the hex of the longest message, and no danger to the memory. */
#define INPUT_LIMIT (1024 * 1024)

static const gchar exit_status[]
    = "Exit status:\n"
      "  0  done\n"
      "  1  the message is malformed, or was refused\n"
      "  2  the command line makes no sense\n"
      "  3  a key, a file or this machine failed";

G_DEFINE_QUARK (mikey - cli - error, cli_error)

/* What went wrong decides the exit status. */
static CliExit
exit_of_error (const GError *error)
{
  static const CliExit library[] = {
    [MIKEY_ERROR_WIRE] = CLI_REFUSED,   [MIKEY_ERROR_RULE] = CLI_REFUSED,
    [MIKEY_ERROR_AUTH] = CLI_REFUSED,   [MIKEY_ERROR_FRESH] = CLI_REFUSED,
    [MIKEY_ERROR_POLICY] = CLI_REFUSED, [MIKEY_ERROR_CRED] = CLI_FILES,
    [MIKEY_ERROR_PENDING] = CLI_FILES,  [MIKEY_ERROR_LIMIT] = CLI_REFUSED,
    [MIKEY_ERROR_RESOURCE] = CLI_FILES, [MIKEY_ERROR_USAGE] = CLI_USAGE,
    [MIKEY_ERROR_INTERNAL] = CLI_FILES,
  };

  if (error->domain == CLI_ERROR)
    return error->code;
  if (error->domain == G_OPTION_ERROR)
    return CLI_USAGE;
  if (error->domain == MIKEY_ERROR
      && error->code < (gint)G_N_ELEMENTS (library))
    return library[error->code];
  return CLI_FILES;
}

static CliExit
say_error (const CliCommand *command, const GError *error)
{
  CliExit status = exit_of_error (error);

  g_printerr ("mikey %s: %s\n", command->name, error->message);
  if (status == CLI_USAGE)
    g_printerr ("Try 'mikey %s --help'.\n", command->name);
  return status;
}

static void
say_version (void)
{
  g_print ("mikey " MIKEY_TOOL_VERSION "\n");
}

/* --version is an option everywhere; it ends the program as --help does. */
static gboolean
take_version (const gchar *option, const gchar *value, gpointer data,
              GError **error)
{
  say_version ();
  exit (CLI_OK);
}

static const GOptionEntry common_options[]
    = { { "version", 0, G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK,
          take_version, "Print the version", NULL },
        { NULL } };

static GOptionContext *
make_context (CliCall *call)
{
  const CliCommand *command = call->command;
  GOptionContext *context = g_option_context_new (command->parameters);
  GOptionGroup *options = g_option_group_new ("mikey", NULL, NULL, call, NULL);

  g_option_group_add_entries (options, command->options);
  for (guint i = 0; i < G_N_ELEMENTS (command->groups) && command->groups[i];
       i++)
    g_option_group_add_entries (options, command->groups[i]);
  g_option_group_add_entries (options, common_options);
  g_option_context_set_main_group (context, options);
  g_option_context_set_summary (context, command->summary);

  g_autofree gchar *description
      = g_strconcat (command->description, "\n\n", exit_status, NULL);
  g_option_context_set_description (context, description);
  return context;
}

/* GOption leaves the name and what is no option. */
static gboolean
take_argument (CliCall *call, gint argc, gchar **argv, GError **error)
{
  gint first = argc > 1 && g_str_equal (argv[1], "--") ? 2 : 1;
  gint allowed = call->command->parameters ? 1 : 0;

  if (argc - first > allowed) {
    g_set_error (error, CLI_ERROR, CLI_USAGE, "one argument too many: %s",
                 argv[first + allowed]);
    return FALSE;
  }
  call->argument = argc > first ? argv[first] : NULL;
  return TRUE;
}

static gboolean
parse_and_run (CliCall *call, gint argc, gchar **argv, GError **error)
{
  g_autoptr (GOptionContext) context = make_context (call);

  return g_option_context_parse (context, &argc, &argv, error)
         && take_argument (call, argc, argv, error)
         && cli_apply_suite (call, error) && call->command->run (call, error);
}

CliExit
cli_run (const CliCommand *command, gint argc, gchar **argv)
{
  g_autoptr (MikeyPolicy) policy = mikey_policy_new ();
  g_autoptr (GArray) ssrcs = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) rocs = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GError) error = NULL;
  g_autofree gchar *name = g_strconcat ("mikey ", command->name, NULL);
  CliCall call = { command, policy, -1, -1, ssrcs, rocs, NULL };

  g_set_prgname (name);
  if (!parse_and_run (&call, argc, argv, &error))
    return say_error (command, error);
  if (fflush (stdout) != 0 || ferror (stdout)) {
    g_printerr ("mikey %s: cannot write to standard output\n", command->name);
    return CLI_FILES;
  }
  return CLI_OK;
}

gboolean
cli_need (gconstpointer value, const gchar *name, GError **error)
{
  if (!value)
    g_set_error (error, CLI_ERROR, CLI_USAGE, "--%s is missing", name);
  return value != NULL;
}

/* Every mode by its nick; auto is not one that a person can ask for. */
static gchar *
list_modes (GEnumClass *modes)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < modes->n_values; i++)
    if (modes->values[i].value != MIKEY_MODE_AUTO)
      g_string_append_printf (list, "%s%s", list->len ? ", " : "",
                              modes->values[i].value_nick);
  return g_string_free (list, FALSE);
}

gboolean
cli_parse_mode (const gchar *text, MikeyMode *mode, GError **error)
{
  if (!cli_need (text, "mode", error))
    return FALSE;

  g_autoptr (GEnumClass) modes = g_type_class_ref (MIKEY_TYPE_MODE);
  const GEnumValue *found = g_enum_get_value_by_nick (modes, text);
  if (!found || found->value == MIKEY_MODE_AUTO) {
    g_autofree gchar *list = list_modes (modes);
    g_set_error (error, CLI_ERROR, CLI_USAGE, "no mode '%s'; there are: %s",
                 text, list);
    return FALSE;
  }
  *mode = found->value;
  return TRUE;
}

const gchar *
cli_nick (GType type, gint value)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (type);
  const GEnumValue *found = g_enum_get_value (class, value);

  return found ? found->value_nick : "unknown";
}

static gboolean
read_standard_input (gchar **data, gsize *length, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gchar block[4096];
  gsize got;

  while (text->len <= INPUT_LIMIT
         && (got = fread (block, 1, sizeof block, stdin)) > 0)
    g_string_append_len (text, block, got);
  if (ferror (stdin)) {
    g_set_error (error, CLI_ERROR, CLI_FILES, "cannot read standard input");
    return FALSE;
  }
  *length = text->len;
  *data = g_string_free (g_steal_pointer (&text), FALSE);
  return TRUE;
}

static gboolean
read_input (const gchar *argument, gchar **data, gsize *length, GError **error)
{
  if (!argument || g_str_equal (argument, "-"))
    return read_standard_input (data, length, error);
  if (argument[0] == '@')
    return g_file_get_contents (argument + 1, data, length, error);
  *data = g_strdup (argument);
  *length = strlen (argument);
  return TRUE;
}

/* `mikey answer` prints keys below its reply; these lines are not part of the
 * message, so that its output can be piped on as it is. A message in octets
 * begins with its version, 1, and is left alone. */
static void
drop_key_lines (gchar *data, gsize *length)
{
  gchar *keys;

  if (*length == 0 || !g_ascii_isprint (data[0]))
    return;
  if (g_str_has_prefix (data, "cs="))
    keys = data;
  else if ((keys = g_strstr_len (data, *length, "\ncs=")) != NULL)
    keys++;
  else
    return;
  *length = keys - data;
  *keys = '\0';
}

MikeyMessage *
cli_read_message (CliCall *call, GError **error)
{
  g_autofree gchar *data = NULL;
  gsize length = 0;
  MikeyTolerances tolerances;

  if (!read_input (call->argument, &data, &length, error))
    return NULL;
  if (length > INPUT_LIMIT) {
    g_set_error (error, CLI_ERROR, CLI_REFUSED,
                 "limit: more than %d octets of input", INPUT_LIMIT);
    return NULL;
  }
  drop_key_lines (data, &length);
  g_object_get (call->policy, "tolerances", &tolerances, NULL);
  return mikey_message_new_from_text (data, length, tolerances, error);
}

gboolean
cli_load_keyring (CliCall *call, const gchar *option, const gchar *path,
                  MikeyKeyring **keyring, GError **error)
{
  gboolean allow_null;

  *keyring = NULL;
  g_object_get (call->policy, "allow-null", &allow_null, NULL);
  if (!path && allow_null)
    return TRUE;
  if (!cli_need (path, option, error))
    return FALSE;

  MikeyKeyfile *keyfile = mikey_keyfile_new_from_file (path, error);
  if (!keyfile)
    return FALSE;
  *keyring = MIKEY_KEYRING (keyfile);
  return TRUE;
}

gboolean
cli_write_secret (const gchar *path, gconstpointer data, gsize length,
                  GError **error)
{
  /* Consistent: a new file with this mode takes the place of an old one, which
   * others may have been able to read. */
  return g_file_set_contents_full (path, data, length,
                                   G_FILE_SET_CONTENTS_CONSISTENT
                                       | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}

gboolean
cli_save_state (MikeySession *session, const gchar *path, GError **error)
{
  g_autoptr (GBytes) saved = mikey_session_save (session, error);

  return saved
         && cli_write_secret (path, g_bytes_get_data (saved, NULL),
                              g_bytes_get_size (saved), error);
}

gboolean
cli_load_state (MikeySession *session, const gchar *path, GError **error)
{
  gchar *data;
  gsize length;
  g_autoptr (GBytes) saved = NULL;
  g_autoptr (GError) reason = NULL;

  if (!g_file_get_contents (path, &data, &length, error))
    return FALSE;
  saved = g_bytes_new_take (data, length);
  if (mikey_session_load (session, saved, &reason))
    return TRUE;
  g_set_error (error, CLI_ERROR, CLI_FILES, "%s: %s", path, reason->message);
  return FALSE;
}

static gint64
stopped_clock (gpointer user_data)
{
  return *(const gint64 *)user_data;
}

static gboolean
parse_clock (const gchar *text, gint64 *clock, GError **error)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) date = NULL;

  if (g_str_equal (text, "none")) {
    *clock = G_MININT64;
    return TRUE;
  }
  date = g_date_time_new_from_iso8601 (text, utc);
  if (!date) {
    g_set_error (error, CLI_ERROR, CLI_USAGE,
                 "--clock %s: neither none nor a date and time such as "
                 "2026-01-31T12:00:00Z",
                 text);
    return FALSE;
  }
  *clock = g_date_time_to_unix (date) * G_USEC_PER_SEC
           + g_date_time_get_microsecond (date);
  return TRUE;
}

gboolean
cli_set_clock (MikeySession *session, const gchar *text, GError **error)
{
  gint64 clock;

  if (!text)
    return TRUE;
  if (!parse_clock (text, &clock, error))
    return FALSE;
  mikey_session_set_clock (session, stopped_clock,
                           g_memdup2 (&clock, sizeof clock), g_free);
  return TRUE;
}

gboolean
cli_add_streams (CliCall *call, MikeySession *session, GError **error)
{
  guint streams = MAX (call->ssrcs->len, 1);

  if (call->rocs->len > streams) {
    g_set_error (error, CLI_ERROR, CLI_USAGE,
                 "--roc more often than there are streams");
    return FALSE;
  }
  for (guint i = 0; i < streams; i++) {
    guint32 ssrc
        = i < call->ssrcs->len ? g_array_index (call->ssrcs, guint32, i) : 0;
    guint32 roc
        = i < call->rocs->len ? g_array_index (call->rocs, guint32, i) : 0;
    if (mikey_session_add_stream (session, ssrc, roc) == 0) {
      g_set_error (error, CLI_ERROR, CLI_USAGE, "too many streams: %u",
                   streams);
      return FALSE;
    }
  }
  return TRUE;
}
