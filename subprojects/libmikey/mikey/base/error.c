/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"

#include <stdarg.h>
#include <string.h>

static const struct {
  MikeyFaultClass class;
  int rfc_error;
  const char *name;
  const char *text;
} rows[MIKEY_FAULT_COUNT] = {
#define MIKEY_ERROR_ROW(code, class, rfc, text)                                \
  [MIKEY_FAULT_##code]                                                         \
      = { MIKEY_CLASS_##class, MIKEY_RFC_ERROR_##rfc, #code, text },
#include "error.def"
#undef MIKEY_ERROR_ROW
};

static const char *const class_names[] = {
  [MIKEY_CLASS_WIRE] = "wire",     [MIKEY_CLASS_RULE] = "rule",
  [MIKEY_CLASS_AUTH] = "auth",     [MIKEY_CLASS_FRESH] = "fresh",
  [MIKEY_CLASS_POLICY] = "policy", [MIKEY_CLASS_CRED] = "cred",
  [MIKEY_CLASS_LIMIT] = "limit",   [MIKEY_CLASS_RESOURCE] = "resource",
  [MIKEY_CLASS_USAGE] = "usage",   [MIKEY_CLASS_INTERNAL] = "internal",
};

/* Appends to the text; what does not fit is cut. */
static void G_GNUC_PRINTF (2, 0)
    append (MikeyFault *fault, const char *format, va_list args)
{
  gsize used = strlen (fault->text);

  g_vsnprintf (fault->text + used, sizeof fault->text - used, format, args);
}

bool
mikey_fail (MikeyFault *fault, MikeyFaultCode code, const char *format, ...)
{
  va_list args;

  if (!fault)
    return false;
  fault->code = code;
  fault->offset = -1;
  g_snprintf (fault->text, sizeof fault->text,
              "%s: ", mikey_fault_class_name (code));
  va_start (args, format);
  append (fault, format, args);
  va_end (args);
  return false;
}

bool
mikey_fail_at (MikeyFault *fault, MikeyFaultCode code, const char *where,
               gsize offset, const char *format, ...)
{
  va_list args;

  if (!fault)
    return false;
  fault->code = code;
  fault->offset = (gint)offset;
  g_snprintf (fault->text, sizeof fault->text,
              "%s: %s at byte %" G_GSIZE_FORMAT ": ",
              mikey_fault_class_name (code), where, offset);
  va_start (args, format);
  append (fault, format, args);
  va_end (args);
  return false;
}

MikeyFaultClass
mikey_fault_class (MikeyFaultCode code)
{
  return code < MIKEY_FAULT_COUNT && rows[code].name ? rows[code].class
                                                     : MIKEY_CLASS_INTERNAL;
}

const char *
mikey_fault_class_name (MikeyFaultCode code)
{
  return class_names[mikey_fault_class (code)];
}

const char *
mikey_fault_code_name (MikeyFaultCode code)
{
  return code < MIKEY_FAULT_COUNT && rows[code].name ? rows[code].name : "NONE";
}

const char *
mikey_fault_code_text (MikeyFaultCode code)
{
  return code < MIKEY_FAULT_COUNT && rows[code].text ? rows[code].text
                                                     : "no error";
}

int
mikey_fault_rfc_error (MikeyFaultCode code)
{
  return code < MIKEY_FAULT_COUNT && rows[code].name ? rows[code].rfc_error
                                                     : MIKEY_RFC_ERROR_NONE;
}
