/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mode.h"

static const MikeyModeRow rows[] = {
#define MIKEY_MODE(number, symbol, nick, specification, description)           \
  { number, &mikey_mode_##symbol, nick, specification, description },
#include "modes.def"
#undef MIKEY_MODE
};

const MikeyModeRow *
mikey_mode_rows (guint *num_rows)
{
  *num_rows = G_N_ELEMENTS (rows);
  return rows;
}

const MikeyModeRow *
mikey_mode_find (MikeyMode mode)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].mode == mode)
      return &rows[i];
  return NULL;
}

const MikeyModeRow *
mikey_mode_of_message (const MikeyParsed *parsed)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    const MikeyModeType *type = rows[i].type;

    if (mikey_mode_transition (type, MIKEY_EXCHANGE_IDLE, MIKEY_INPUT_MESSAGE,
                               parsed->hdr->data_type)
        && (!type->claims || type->claims (parsed)))
      return &rows[i];
  }
  return NULL;
}

const MikeyTransition *
mikey_mode_transition (const MikeyModeType *type, MikeyExchangeState state,
                       MikeyInput input, guint32 data_type)
{
  guint i;

  for (i = 0; i < type->num_transitions; i++) {
    const MikeyTransition *t = &type->table[i];

    if (t->state == state && t->input == input
        && (input != MIKEY_INPUT_MESSAGE || t->message->data_type == data_type))
      return t;
  }
  return NULL;
}
