/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SESSION_SAVE_H
#define MIKEY_SESSION_SAVE_H

/* An exchange as octets, for a process that ends between two messages. The
 * octets hold secrets. */

#include "../modes/exchange.h"

bool mikey_exchange_save (const MikeyExchange *x, MikeyWriter *out,
                          MikeyFault *fault) MIKEY_MUST_CHECK;
/* X is initialised and empty; it stays so on failure. */
bool mikey_exchange_load (MikeyExchange *x, MikeySlice saved,
                          MikeyFault *fault) MIKEY_MUST_CHECK;

#endif
