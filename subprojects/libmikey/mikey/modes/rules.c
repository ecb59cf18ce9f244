/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rules.h"

static const char *
payload_name (guint32 code)
{
  return mikey_payload_type_find (code)->wire.name;
}

static bool
missing (const MikeyMessageRules *rules, guint32 payload, MikeyFault *fault)
{
  return mikey_fail (fault, MIKEY_FAULT_MISSING_PAYLOAD, "%s without %s (%s)",
                     rules->name, payload_name (payload), rules->section);
}

static bool
misplaced (const MikeyMessageRules *rules, const MikeyPayload *p,
           MikeyFault *fault)
{
  return mikey_fail_at (fault, MIKEY_FAULT_EXTRA_PAYLOAD, p->type->wire.name,
                        p->offset, "one too many or out of order in %s (%s)",
                        rules->name, rules->section);
}

static bool
is_extension (const MikeyPayload *p)
{
  return p->type->code == MIKEY_PAYLOAD_GEN_EXT && p->link;
}

/* Has any of the rules from this one on a place for it? */
static bool
comes_now (const MikeyRule *rule, guint32 payload)
{
  while (rule->payload && rule->payload != payload)
    rule++;
  return rule->payload != 0;
}

/* PAYLOAD is not there, or only behind P. */
static bool
missing_before (const MikeyMessageRules *rules, guint32 payload,
                const MikeyParsed *parsed, const MikeyPayload *p,
                MikeyFault *fault)
{
  return mikey_chain_count (&parsed->chain, payload)
             ? misplaced (rules, p, fault)
             : missing (rules, payload, fault);
}

/* Every payload, in the order of the rules. */
static bool
check_order (const MikeyMessageRules *rules, const MikeyParsed *parsed,
             MikeyFault *fault)
{
  const MikeyRule *rule = rules->rules;
  const MikeyPayload *p;
  guint count = 0;

  for (p = parsed->chain.head->link; p; p = p->link) {
    if (is_extension (p))
      continue;
    if (!comes_now (rule, p->type->code))
      return misplaced (rules, p, fault);
    for (; rule->payload != p->type->code; rule++, count = 0)
      if (count < rule->min)
        return missing_before (rules, rule->payload, parsed, p, fault);
    if (++count > rule->max)
      return misplaced (rules, p, fault);
  }
  for (; rule->payload; rule++, count = 0)
    if (count < rule->min)
      return missing (rules, rule->payload, fault);
  return true;
}

static const MikeyRule *
rule_for (const MikeyMessageRules *rules, guint32 payload)
{
  const MikeyRule *rule = rules->rules;

  while (rule->payload && rule->payload != payload)
    rule++;
  return rule->payload ? rule : NULL;
}

/* Every payload, as often as it may be; the last one in its place. */
static bool
check_counts (const MikeyMessageRules *rules, const MikeyParsed *parsed,
              MikeyFault *fault)
{
  const MikeyRule *rule;
  const MikeyPayload *p;

  for (p = parsed->chain.head->link; p; p = p->link) {
    if (is_extension (p))
      continue;
    rule = rule_for (rules, p->type->code);
    if (!rule || mikey_chain_count (&parsed->chain, rule->payload) > rule->max
        || (p->link == NULL) != (rule[1].payload == 0))
      return misplaced (rules, p, fault);
  }
  for (rule = rules->rules; rule->payload; rule++)
    if (mikey_chain_count (&parsed->chain, rule->payload) < rule->min)
      return missing (rules, rule->payload, fault);
  return true;
}

bool
mikey_rules_check (const MikeyMessageRules *rules, const MikeyParsed *parsed,
                   MikeyTolerances tolerances, MikeyChecked *checked,
                   MikeyFault *fault)
{
  bool any_order = tolerances & MIKEY_TOLERATE_ORDER;

  MIKEY_TRY (any_order ? check_counts (rules, parsed, fault)
                       : check_order (rules, parsed, fault));
  *checked = (MikeyChecked){ parsed, rules };
  return true;
}
