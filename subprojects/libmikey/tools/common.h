/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_TOOLS_COMMON_H
#define MIKEY_TOOLS_COMMON_H

/* What the subcommands of `mikey` share: how one is described and run, the
 * option groups that become a policy, and how messages come in and keys go
 * out. */

#include <mikey/mikey.h>

G_BEGIN_DECLS

/* The exit status, and at the same time the code of a CLI_ERROR. */
typedef enum {
  CLI_OK = 0,
  CLI_REFUSED = 1, /* the message is malformed, or was refused */
  CLI_USAGE = 2,   /* the command line makes no sense */
  CLI_FILES = 3,   /* a key, a file or this machine failed */
} CliExit;

#define CLI_ERROR (cli_error_quark ())
GQuark cli_error_quark (void);

typedef struct _CliCommand CliCommand;

/* One run of a subcommand: what the option groups and the command line gave. */
typedef struct {
  const CliCommand *command;
  MikeyPolicy *policy;
  gint cipher; /* of MikeySrtpCipher and MikeySrtpAuth; -1: not given */
  gint auth;
  GArray *ssrcs; /* of guint32, and as many rocs at most */
  GArray *rocs;
  const gchar *argument; /* the one that is no option, or NULL */
} CliCall;

/* A subcommand is one const value of this; mikey.c lists them. */
struct _CliCommand {
  const gchar *name;
  const gchar *parameters;       /* "[INPUT]", what follows the options */
  const gchar *summary;          /* a line */
  const gchar *description;      /* printed below the options */
  const GOptionEntry *options;   /* its own */
  const GOptionEntry *groups[3]; /* of those below */
  gboolean (*run) (CliCall *call, GError **error);
};

/* Option groups; their values end in the CliCall. */
extern const GOptionEntry cli_tolerate_options[]; /* --tolerate */
extern const GOptionEntry cli_accept_options[];   /* what is accepted */
extern const GOptionEntry cli_offer_options[];    /* what is offered */

/* Options that several subcommands have, each with a variable of its own. */
#define CLI_JSON(variable)                                                     \
  {                                                                            \
    "json", 0, 0, G_OPTION_ARG_NONE, &variable, "Print one JSON object", NULL  \
  }
#define CLI_SHOW_KEYS(variable)                                                \
  {                                                                            \
    "show-keys", 0, 0, G_OPTION_ARG_NONE, &variable,                           \
        "Print keys; without it, their lengths", NULL                          \
  }
#define CLI_KEYRING(variable)                                                  \
  {                                                                            \
    "keyring", 0, 0, G_OPTION_ARG_FILENAME, &variable,                         \
        "Who I am and whom I trust", "FILE"                                    \
  }
#define CLI_CLOCK(variable)                                                    \
  {                                                                            \
    "clock", 0, 0, G_OPTION_ARG_STRING, &variable,                             \
        "The time to go by; none: do not judge freshness", "ISO8601|none"      \
  }
#define CLI_MODE(variable)                                                     \
  {                                                                            \
    "mode", 0, 0, G_OPTION_ARG_STRING, &variable, "Key exchange mode", "MODE"  \
  }

/* --cipher and --auth, which belong together, become the policy's only suite.
 */
gboolean cli_apply_suite (CliCall *call, GError **error);

/* Parses the command line, runs COMMAND, says on standard error what went
 * wrong. ARGV[0] is the subcommand's name. */
CliExit cli_run (const CliCommand *command, gint argc, gchar **argv);

/* FALSE with CLI_USAGE unless VALUE, of the option NAME, was given. */
gboolean cli_need (gconstpointer value, const gchar *name, GError **error);
/* FALSE with CLI_USAGE when TEXT is no mode of this build. */
gboolean cli_parse_mode (const gchar *text, MikeyMode *mode, GError **error);
/* The word that stands for VALUE in options and in JSON. */
const gchar *cli_nick (GType type, gint value);

/* Messages: the call's argument, @FILE, or standard input. */
MikeyMessage *cli_read_message (CliCall *call, GError **error);

/* What OPTION says. PATH NULL: an error, unless the null mode is allowed, which
 * needs no keyring. */
gboolean
cli_load_keyring (CliCall *call, const gchar *option, const gchar *path,
                  MikeyKeyring **keyring, GError **error);
/* Only the owner reads what is written. */
gboolean cli_write_secret (const gchar *path, gconstpointer data, gsize length,
                           GError **error);
/* A session between two runs of the program. */
gboolean
cli_save_state (MikeySession *session, const gchar *path, GError **error);
gboolean
cli_load_state (MikeySession *session, const gchar *path, GError **error);

/* TEXT NULL: the system's clock. */
gboolean
cli_set_clock (MikeySession *session, const gchar *text, GError **error);
/* What --ssrc and --roc said, one stream of unknown SSRC if nothing. */
gboolean cli_add_streams (CliCall *call, MikeySession *session, GError **error);

G_END_DECLS

#endif
