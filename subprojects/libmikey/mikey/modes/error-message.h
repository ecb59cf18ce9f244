/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_MODES_ERROR_MESSAGE_H
#define MIKEY_MODES_ERROR_MESSAGE_H

/* Error messages, RFC 3830 5.1.2, which all modes share. */

#include "exchange.h"

#define MIKEY_DATA_TYPE_ERROR 6

/* Writes what the peer may know of FAULT, which STEP met, to OUT: authenticated
 * as soon as STEP had verified the peer's message. Writes nothing where the
 * peer is to be told nothing. */
void mikey_error_message_write (const MikeyStep *step, const MikeyFault *fault,
                                MikeyWriter *out);
/* Reads an Error message that answers SENT. Fails with PEER_ERROR, and tells in
 * ERROR what it says and whether it is authentic; with another fault when it
 * is no such message. */
bool
mikey_error_message_read (const MikeyParsed *parsed, const MikeyParsed *sent,
                          const MikeyCsb *csb, MikeyPeerError *error,
                          MikeyFault *fault) MIKEY_MUST_CHECK;

#endif
