/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_MODES_SRTP_H
#define MIKEY_MODES_SRTP_H

/* From security policies to SRTP suites, and from transported keys to SRTP
 * master keys (RFC 3830 4.1.3 and Appendix A). */

#include "csb.h"
#include "env.h"

/* The parameters that say SUITE, as we send them. */
void mikey_suite_to_params (const MikeySuite *suite, MikeySrtpParams *params);
/* The suite that PARAMS say, if SRTP here can do it: BAD_SP_PARAM otherwise. */
bool mikey_suite_from_params (const MikeySrtpParams *params,
                              MikeyTolerances tolerances, MikeySuite *suite,
                              MikeyFault *fault) MIKEY_MUST_CHECK;
/* Can MIKEY and SRTP express it? */
bool mikey_suite_is_possible (const MikeySuite *suite,
                              MikeyFault *fault) MIKEY_MUST_CHECK;
/* Is it one of those that POLICY accepts? */
bool mikey_suite_is_accepted (const MikeySuite *suite,
                              const MikeyPolicyData *policy);

/* Octets of master key and master salt under PARAMS. */
gsize mikey_srtp_key_len (const MikeySrtpParams *params);
gsize mikey_srtp_salt_len (const MikeySrtpParams *params);

/* The SRTP master key and salt of crypto session CS under KEY: new references.
 * A transported salt is preferred to a derived one (3830-4.1.3-04). */
bool mikey_csb_derive (const MikeyCsb *csb, const MikeyCs *cs,
                       const MikeyTrafficKey *key, MikeySecret **master_key,
                       MikeySecret **master_salt,
                       MikeyFault *fault) MIKEY_MUST_CHECK;

#endif
