/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keys.h"

#include <string.h>

/* label = constant (4) || cs_id (1) || csb_id (4) || RAND: 3830-4.1.3-01 for
 * keys from a TGK, 3830-4.1.4-01 with cs_id 0xFF for keys from a PSK or an
 * envelope key, 3830-4.1.1-01 for the widths. */
void
mikey_derive (const MikeyLabelContext *context, MikeyLabel label, guint8 cs_id,
              MikeySlice secret, guint8 *out, gsize out_len)
{
  guint8 ids[1 + 4];
  const MikeySlice parts[] = { { ids, sizeof ids }, context->rand };

  ids[0] = cs_id;
  mikey_put_u32 (ids + 1, context->csb_id);
  mikey_derive_parts (context->prf, label, parts, G_N_ELEMENTS (parts), secret,
                      out, out_len);
}

void
mikey_derive_parts (const MikeyPrf *prf, MikeyLabel label,
                    const MikeySlice *parts, guint num_parts, MikeySlice secret,
                    guint8 *out, gsize out_len)
{
  guint8 constant[4];
  MikeySlice all[1 + MIKEY_DERIVE_MAX_PARTS] = { { constant, 4 } };

  /* lint: allow assert: a caller's constant, nothing a peer could choose */
  g_assert (num_parts <= MIKEY_DERIVE_MAX_PARTS);
  mikey_put_u32 (constant, label);
  memcpy (all + 1, parts, num_parts * sizeof *parts);
  mikey_prf_parts (prf, secret, all, 1 + num_parts, out, out_len);
}
