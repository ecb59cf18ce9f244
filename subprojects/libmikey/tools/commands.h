/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_TOOLS_COMMANDS_H
#define MIKEY_TOOLS_COMMANDS_H

/* The subcommands, a file each. */

#include "common.h"

extern const CliCommand cli_dump, cli_keygen, cli_offer, cli_answer, cli_open,
    cli_exchange;

#endif
