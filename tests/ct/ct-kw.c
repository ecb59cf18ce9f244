/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ct.h"

#include <mikey/crypto/cipher.h>

/* Unwrapping a key: neither the key nor how false a false text is shows.
 * Sealing and opening in counter mode are here too, being as short. */

typedef struct {
  guint8 key[32];
  guint8 salt[14];
  guint8 plain[40];
  guint8 sealed[48];
  guint8 back[40];
} Texts;

/* The sealed text as it is seen on the wire. */
static MikeyCipherKey
seal_secret (const MikeyCipher *cipher, Texts *t)
{
  MikeyCipherKey key = {
    { t->key, cipher->key_len }, { t->salt, cipher->salt_len }, 0x12345678, 42
  };

  ct_fill_secret (t->key, sizeof t->key, 1);
  ct_fill_secret (t->salt, sizeof t->salt, 2);
  ct_fill_secret (t->plain, sizeof t->plain, 3);
  cipher->seal (&key, mikey_slice (t->plain, sizeof t->plain), t->sealed);
  ct_public (t->sealed, sizeof t->sealed);
  return key;
}

static bool
open_secret (const MikeyCipher *cipher, const MikeyCipherKey *key, Texts *t)
{
  MikeySlice sealed = { t->sealed, sizeof t->plain + cipher->overhead };

  return ct_public_bool (cipher->open (key, sealed, t->back));
}

static bool
check (const MikeyCipher *cipher, Texts *t)
{
  MikeyCipherKey key = seal_secret (cipher, t);
  bool opens = open_secret (cipher, &key, t);

  t->sealed[5] ^= 1;
  return opens && open_secret (cipher, &key, t) == (cipher->overhead == 0);
}

int
main (int argc, char **argv)
{
  Texts t;

  ct_need_aes ();
  if (!check (&mikey_cipher_aes_cm_128, &t)
      || !check (&mikey_cipher_aes_cm_256, &t)
      || !check (&mikey_cipher_aes_kw_128, &t))
    return 1;
  if (ct_is_leaky (argc, argv))
    ct_leaky_lookup (t.plain[0]);
  return 0;
}
