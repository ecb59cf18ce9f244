/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private.h"

#include <string.h>

G_DEFINE_QUARK (mikey - error - quark, mikey_error)

static const MikeyError public_code[] = {
  [MIKEY_CLASS_WIRE] = MIKEY_ERROR_WIRE,
  [MIKEY_CLASS_RULE] = MIKEY_ERROR_RULE,
  [MIKEY_CLASS_AUTH] = MIKEY_ERROR_AUTH,
  [MIKEY_CLASS_FRESH] = MIKEY_ERROR_FRESH,
  [MIKEY_CLASS_POLICY] = MIKEY_ERROR_POLICY,
  [MIKEY_CLASS_CRED] = MIKEY_ERROR_CRED,
  [MIKEY_CLASS_LIMIT] = MIKEY_ERROR_LIMIT,
  [MIKEY_CLASS_RESOURCE] = MIKEY_ERROR_RESOURCE,
  [MIKEY_CLASS_USAGE] = MIKEY_ERROR_USAGE,
  [MIKEY_CLASS_INTERNAL] = MIKEY_ERROR_INTERNAL,
};

void
mikey_set_error (GError **error, const MikeyFault *fault)
{
  MikeyError code = fault->code == MIKEY_FAULT_PENDING
                        ? MIKEY_ERROR_PENDING
                        : public_code[mikey_fault_class (fault->code)];

  g_set_error_literal (error, MIKEY_ERROR, (gint)code, fault->text);
}

/* The fault's own text begins with its class, so an error's that begins with
 * the same word is taken without it. */
bool
mikey_fail_error (MikeyFault *fault, const GError *error,
                  MikeyFaultCode otherwise)
{
  bool pending = g_error_matches (error, MIKEY_ERROR, MIKEY_ERROR_PENDING);
  MikeyFaultCode code = pending ? MIKEY_FAULT_PENDING : otherwise;
  const char *text = error ? error->message : mikey_fault_code_text (code);
  const char *class = mikey_fault_class_name (code);
  gsize len = strlen (class);

  if (strncmp (text, class, len) == 0 && text[len] == ':')
    text += len + 2;
  return mikey_fail (fault, code, "%s", text);
}
