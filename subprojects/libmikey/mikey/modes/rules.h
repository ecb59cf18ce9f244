/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_MODES_RULES_H
#define MIKEY_MODES_RULES_H

/* Which payloads a message has, how many of each, in which order. */

#include "../wire/parsed.h"

typedef struct {
  guint32 payload; /* its number; HDR and General Ext. need no row */
  guint min, max;
} MikeyRule;

#define MIKEY_MAX_RULES 10

/* One kind of message of one mode. */
typedef struct {
  const char *name; /* for faults: "PSK I_MESSAGE" */
  const char *section;
  guint32 data_type;
  bool update;                      /* the form of RFC 3830 4.5: no RAND */
  MikeyRule rules[MIKEY_MAX_RULES]; /* in order; ends with payload 0 */
} MikeyMessageRules;

/* A message whose payloads are those it must have. Made by mikey_rules_check()
 * only: it says nothing yet of who sent it. */
typedef struct {
  const MikeyParsed *parsed;
  const MikeyMessageRules *rules;
} MikeyChecked;

/* General Ext. may stand anywhere before the last payload (3830-6.15-01), all
 * others in the order of the rules; with MIKEY_TOLERATE_ORDER in any order as
 * long as the last rule's payload is last. */
bool
mikey_rules_check (const MikeyMessageRules *rules, const MikeyParsed *parsed,
                   MikeyTolerances tolerances, MikeyChecked *checked,
                   MikeyFault *fault) MIKEY_MUST_CHECK;

/* The INDEX-th payload of a type, NULL when there is none. */
static inline const void *
mikey_checked_find (const MikeyChecked *checked, guint32 payload, guint index)
{
  return mikey_chain_find (&checked->parsed->chain, payload, index);
}

#endif
