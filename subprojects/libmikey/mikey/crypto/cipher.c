/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cipher.h"

#include "../base/types.h"

#include <string.h>

static bool
accepts_any (gsize len)
{
  return true;
}

static void
copy_seal (const MikeyCipherKey *key, MikeySlice plain, guint8 *out)
{
  if (plain.len)
    memcpy (out, plain.data, plain.len);
}

static bool
copy_open (const MikeyCipherKey *key, MikeySlice sealed, guint8 *out)
{
  copy_seal (key, sealed, out);
  return true;
}

/* 3830-4.2.3-04: whether it may be used is the policy's to say. */
const MikeyCipher mikey_cipher_null
    = { MIKEY_ENCR_NULL, "NULL", 0, 0, 0, accepts_any, copy_seal, copy_open };

/* 3830-6.2-02 */
static const MikeyCipher *const ciphers[] = {
  &mikey_cipher_null,
  &mikey_cipher_aes_cm_128,
  &mikey_cipher_aes_kw_128,
  &mikey_cipher_aes_cm_256,
};

const MikeyCipher *
mikey_cipher_find (guint32 code)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (ciphers); i++)
    if (ciphers[i]->code == code)
      return ciphers[i];
  return NULL;
}
