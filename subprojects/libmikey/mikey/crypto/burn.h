/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_CRYPTO_BURN_H
#define MIKEY_CRYPTO_BURN_H

/* Overwrites the stack below the caller, where functions that it called have
 * left padded keys, hash states and half-done blocks. Nettle clears none of
 * them, and they are not ours to clear by name. To be called after
 * mikey_wipe(): where that is bound when first used, vector registers are saved
 * below. */
void mikey_burn_stack (void);

#endif
