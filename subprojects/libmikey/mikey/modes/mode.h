/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_MODES_MODE_H
#define MIKEY_MODES_MODE_H

/* What a mode is: the messages it knows and a table of what is done with them.
 * Modes are listed in modes.def and live in mode-<nick>.c. */

#include "csb.h"
#include "env.h"
#include "protect.h"
#include "rules.h"

typedef struct _MikeyExchange MikeyExchange;

typedef enum {
  MIKEY_EXCHANGE_IDLE,
  MIKEY_EXCHANGE_WAIT,   /* for the answer to our first message */
  MIKEY_EXCHANGE_WAIT_2, /* for the answer to our second (four-message modes) */
  MIKEY_EXCHANGE_DONE,   /* a bundle is in force */
  MIKEY_EXCHANGE_UPDATING, /* a bundle is in force, the answer to our update is
                              awaited */
  MIKEY_EXCHANGE_FAILED,
} MikeyExchangeState;

typedef enum {
  MIKEY_INPUT_OFFER,   /* the application wants a first message */
  MIKEY_INPUT_UPDATE,  /* the application wants an update */
  MIKEY_INPUT_MESSAGE, /* a message of the peer */
} MikeyInput;

/* From what the bundle of a step starts. */
typedef enum {
  MIKEY_WORK_NEW,     /* nothing */
  MIKEY_WORK_CURRENT, /* a copy of the one in force */
  MIKEY_WORK_PENDING, /* the one that we have offered */
} MikeyWork;

/* What a step is given, and what it leaves. */
typedef struct {
  const MikeyEnv *env;
  const MikeyExchange *x;
  const MikeyChecked *in;  /* the peer's message; NULL for other inputs */
  const MikeyParsed *sent; /* our message that it answers; NULL for others */
  bool new_keys;           /* INPUT_UPDATE: rekey */
  guint64 timestamp;       /* for a message that this side begins */
  MikeyCsb *work;          /* filled; in force once the step has succeeded */
  MikeyWriter *out;        /* the message to send, if any */
  bool expects_reply;      /* left by the step: an answer to out is awaited */
  /* Left by a step as soon as the peer's message is verified: what came before
   * is hearsay, what comes after may be answered by an authenticated Error
   * message (3830-5.1.2-04). */
  MikeyProtection verified_by;
  guint32 verified_mac;
} MikeyStep;

typedef struct {
  MikeyExchangeState state;
  MikeyInput input;
  const MikeyMessageRules *message; /* INPUT_MESSAGE: which */
  MikeyWork work;
  bool (*step) (MikeyStep *step, MikeyFault *fault);
  MikeyExchangeState next;         /* when nothing is awaited */
  MikeyExchangeState next_waiting; /* when an answer is awaited */
} MikeyTransition;

typedef struct {
  MikeyMode mode;
  /* Is a message of one of the first data types this mode's? NULL: yes. */
  bool (*claims) (const MikeyParsed *parsed);
  /* A message of another bundle takes the place of the one in force: how RTSP
   * equipment rekeys. */
  bool rebinds;
  /* Pairs of state and input; a pair that is absent is refused and changes
   * nothing. */
  const MikeyTransition *table;
  guint num_transitions;
} MikeyModeType;

typedef struct {
  MikeyMode mode;
  const MikeyModeType *type;
  const char *nick;
  const char *specification;
  const char *description;
} MikeyModeRow;

#define MIKEY_MODE(number, symbol, nick, specification, description)           \
  extern const MikeyModeType mikey_mode_##symbol;
#include "modes.def"
#undef MIKEY_MODE

const MikeyModeRow *mikey_mode_rows (guint *num_rows);
/* NULL when there is no such mode. */
const MikeyModeRow *mikey_mode_find (MikeyMode mode);
/* The mode whose first message this is; NULL when it is nobody's. */
const MikeyModeRow *mikey_mode_of_message (const MikeyParsed *parsed);
/* The row for this input in this state, NULL: refuse. */
const MikeyTransition *
mikey_mode_transition (const MikeyModeType *type, MikeyExchangeState state,
                       MikeyInput input, guint32 data_type);

#endif
