/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "burn.h"

#include "../base/secret.h"

/* Nettle's own frames are a few hundred octets. The rest is for the dynamic
 * linker: binding a function it saves all vector registers, 2.7 KiB with
 * AVX-512, and AES instructions keep the key in such. */
#define DEPTH 4096

G_NO_INLINE void
mikey_burn_stack (void)
{
  guint8 frame[DEPTH];

  mikey_wipe (frame, sizeof frame);
}
