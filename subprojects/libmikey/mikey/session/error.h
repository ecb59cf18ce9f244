/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SESSION_ERROR_H
#define MIKEY_SESSION_ERROR_H

#include <mikey/base/types.h>

G_BEGIN_DECLS

/**
 * MIKEY_ERROR:
 *
 * Error domain of the library; codes are #MikeyError. The message says what,
 * where and why, and never holds key material.
 */
#define MIKEY_ERROR (mikey_error_quark ())

MIKEY_API GQuark mikey_error_quark (void);

/**
 * MikeyError:
 * @MIKEY_ERROR_WIRE: the bytes are not a MIKEY message
 * @MIKEY_ERROR_RULE: a well-formed message that is not allowed in this place
 * @MIKEY_ERROR_AUTH: not authentic, or not from the expected party
 * @MIKEY_ERROR_FRESH: outdated, or seen before
 * @MIKEY_ERROR_POLICY: understood, but the policy refuses it
 * @MIKEY_ERROR_CRED: a key or certificate is missing or unusable
 * @MIKEY_ERROR_PENDING: a credential has been asked for and is not there yet
 * @MIKEY_ERROR_LIMIT: more than the library is willing to handle
 * @MIKEY_ERROR_RESOURCE: out of memory, randomness, or a file failed
 * @MIKEY_ERROR_USAGE: the call does not fit the state or its arguments
 * @MIKEY_ERROR_INTERNAL: a defect of the library
 *
 * What kind of failure a #GError of domain %MIKEY_ERROR is.
 */
typedef enum {
  MIKEY_ERROR_WIRE,
  MIKEY_ERROR_RULE,
  MIKEY_ERROR_AUTH,
  MIKEY_ERROR_FRESH,
  MIKEY_ERROR_POLICY,
  MIKEY_ERROR_CRED,
  MIKEY_ERROR_PENDING,
  MIKEY_ERROR_LIMIT,
  MIKEY_ERROR_RESOURCE,
  MIKEY_ERROR_USAGE,
  MIKEY_ERROR_INTERNAL,
} MikeyError;

G_END_DECLS

#endif
