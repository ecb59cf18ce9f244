/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_BASE_ERROR_H
#define MIKEY_BASE_ERROR_H

/* How the library says that something went wrong.
 *
 * A function that can fail returns a bool that must be looked at, and takes a
 * MikeyFault (may be NULL) as its last argument. On failure the fault holds a
 * code and one line that names the class, the place and the reason:
 *
 *   wire: KEMAC at byte 87: MAC needs 20 bytes, 11 left
 *
 * No key material ever enters a fault. The public API turns faults into
 * GErrors (session/error.h). */

#include <glib.h>
#include <stdbool.h>

#define MIKEY_FAULT_TEXT_MAX 200

typedef enum {
  MIKEY_FAULT_NONE = 0,
#define MIKEY_ERROR_ROW(code, class, rfc, text) MIKEY_FAULT_##code,
#include "error.def"
#undef MIKEY_ERROR_ROW
  MIKEY_FAULT_COUNT
} MikeyFaultCode;

typedef enum {
  MIKEY_CLASS_WIRE,
  MIKEY_CLASS_RULE,
  MIKEY_CLASS_AUTH,
  MIKEY_CLASS_FRESH,
  MIKEY_CLASS_POLICY,
  MIKEY_CLASS_CRED,
  MIKEY_CLASS_LIMIT,
  MIKEY_CLASS_RESOURCE,
  MIKEY_CLASS_USAGE,
  MIKEY_CLASS_INTERNAL,
} MikeyFaultClass;

/* Error no of the ERR payload; -1: the peer is told nothing. */
enum {
  MIKEY_RFC_ERROR_NONE = -1,
  MIKEY_RFC_ERROR_AUTH = 0,
  MIKEY_RFC_ERROR_BAD_TS = 1,
  MIKEY_RFC_ERROR_BAD_PRF = 2,
  MIKEY_RFC_ERROR_BAD_MAC = 3,
  MIKEY_RFC_ERROR_BAD_EA = 4,
  MIKEY_RFC_ERROR_BAD_HA = 5,
  MIKEY_RFC_ERROR_BAD_DH = 6,
  MIKEY_RFC_ERROR_BAD_ID = 7,
  MIKEY_RFC_ERROR_BAD_CERT = 8,
  MIKEY_RFC_ERROR_BAD_SP = 9,
  MIKEY_RFC_ERROR_BAD_SPPAR = 10,
  MIKEY_RFC_ERROR_BAD_DT = 11,
  MIKEY_RFC_ERROR_UNSPECIFIED = 12,
  MIKEY_RFC_ERROR_UNSUPPORTED = 13,
  MIKEY_RFC_ERROR_BAD_TICKET = 14,
  MIKEY_RFC_ERROR_BAD_TPPAR = 15,
};

typedef struct {
  MikeyFaultCode code;
  gint offset; /* byte in the message, or -1 where no byte is to blame */
  char text[MIKEY_FAULT_TEXT_MAX];
} MikeyFault;

#define MIKEY_MUST_CHECK G_GNUC_WARN_UNUSED_RESULT

/* Fills FAULT (unless NULL) and returns false, so that a function can end with
 * `return mikey_fail (fault, MIKEY_FAULT_..., "what and why")`. The class is
 * put in front of the text. */
bool mikey_fail (MikeyFault *fault, MikeyFaultCode code, const char *format,
                 ...) G_GNUC_PRINTF (3, 4);

/* The same, with the place: "class: WHERE at byte OFFSET: text". */
bool mikey_fail_at (MikeyFault *fault, MikeyFaultCode code, const char *where,
                    gsize offset, const char *format, ...) G_GNUC_PRINTF (5, 6);

MikeyFaultClass mikey_fault_class (MikeyFaultCode code);
/* "wire", "rule", ...: the first word of a fault's text. */
const char *mikey_fault_class_name (MikeyFaultCode code);
/* "TRUNCATED", ...: the row's name. */
const char *mikey_fault_code_name (MikeyFaultCode code);
/* The row's general description. */
const char *mikey_fault_code_text (MikeyFaultCode code);
/* The Error no that a peer may be told, MIKEY_RFC_ERROR_NONE for nothing. */
int mikey_fault_rfc_error (MikeyFaultCode code);

/* Leaves the function with false when EXPR is false; the callee has filled the
 * fault. */
#define MIKEY_TRY(expr)                                                        \
  do {                                                                         \
    if (G_UNLIKELY (!(expr)))                                                  \
      return false;                                                            \
  } while (0)

#endif
