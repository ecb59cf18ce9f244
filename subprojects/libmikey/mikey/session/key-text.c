/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "key-text.h"

#include <nettle/base16.h>
#include <nettle/base64.h>
#include <string.h>

#include "private.h"

#define BASE64_MARK "base64:"

static bool
bad_key (MikeyFault *fault, const char *why)
{
  return mikey_fail (fault, MIKEY_FAULT_BAD_CREDENTIAL, "%s", why);
}

bool
mikey_psk_check_length (gsize len, MikeyFault *fault)
{
  return len >= MIKEY_MIN_PSK
         || mikey_fail (fault, MIKEY_FAULT_BAD_CREDENTIAL,
                        "a key of %" G_GSIZE_FORMAT
                        " octets, at least %d are needed",
                        len, MIKEY_MIN_PSK);
}

static bool
is_hex (MikeySlice text)
{
  for (gsize i = 0; i < text.len; i++)
    if (!g_ascii_isxdigit (text.data[i]))
      return false;
  return text.len > 0;
}

static bool
has_space (MikeySlice text)
{
  for (gsize i = 0; i < text.len; i++)
    if (g_ascii_isspace (text.data[i]))
      return true;
  return false;
}

static bool
decode_hex (MikeySlice text, guint8 *out, gsize *len)
{
  struct base16_decode_ctx ctx;
  bool ok;

  base16_decode_init (&ctx);
  ok = base16_decode_update (&ctx, len, out, text.len, (const char *)text.data)
       && base16_decode_final (&ctx);
  mikey_wipe (&ctx, sizeof ctx);
  return ok;
}

/* The canonical form only, but PADDED tells whether padding must be there. */
static bool
decode_base64 (MikeySlice text, bool padded, guint8 *out, gsize *len)
{
  gsize missing = (4 - text.len % 4) % 4, none;
  struct base64_decode_ctx ctx;
  bool ok;

  base64_decode_init (&ctx);
  ok = missing < (padded ? 1 : 3)
       && base64_decode_update (&ctx, len, out, text.len,
                                (const char *)text.data)
       && base64_decode_update (&ctx, &none, out + *len, missing, "==")
       && base64_decode_final (&ctx);
  mikey_wipe (&ctx, sizeof ctx);
  return ok;
}

static bool
take_mark (MikeySlice *text)
{
  MikeySlice mark = mikey_slice (BASE64_MARK, strlen (BASE64_MARK));

  if (text->len < mark.len
      || !mikey_slice_equal (mikey_slice (text->data, mark.len), mark))
    return false;
  *text = mikey_slice (text->data + mark.len, text->len - mark.len);
  return true;
}

/* What consists of hex digits only is hex, whatever its length: a digit that
 * was lost must not make another key of it, and neither must a "0x". */
static bool
decode (MikeySlice text, guint8 *out, gsize *len, MikeyFault *fault)
{
  bool as_base64 = take_mark (&text);

  if (has_space (text) || !text.len)
    return bad_key (fault, "not hex or base64");
  if (as_base64 || !is_hex (text))
    return decode_base64 (text, !as_base64, out, len)
           || bad_key (fault, as_base64 ? "not base64" : "not hex or base64");
  return decode_hex (text, out, len)
         || bad_key (fault, "an odd number of hex digits");
}

static bool
no_memory (MikeyFault *fault)
{
  return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no room for a key");
}

MikeySecret *
mikey_secret_from_text (MikeySlice text, MikeyFault *fault)
{
  g_autoptr (MikeySecret) octets = mikey_secret_new (text.len);
  MikeySecret *key = NULL;
  gsize len = 0;

  if (!octets)
    no_memory (fault);
  else if (decode (text, octets->data, &len, fault)
           && mikey_psk_check_length (len, fault)
           && !(key = mikey_secret_copy (mikey_slice (octets->data, len))))
    no_memory (fault);
  return key;
}

GBytes *
mikey_secret_to_bytes (MikeySecret *key)
{
  return g_bytes_new_with_free_func (key->data, key->len,
                                     (GDestroyNotify)mikey_secret_unref, key);
}

/**
 * mikey_key_from_text:
 * @text: a key as it is typed: hex, or base64 with or without "base64:" before
 *   it; text of hex digits only is hex
 * @error: %MIKEY_ERROR_CRED when it is neither, or a key of less than 16 octets
 *
 * The octets are wiped when the last reference to them goes.
 *
 * Returns: (transfer full): the key's octets, %NULL on failure
 */
GBytes *
mikey_key_from_text (const gchar *text, GError **error)
{
  MikeyFault fault;
  MikeySecret *key;

  g_return_val_if_fail (text != NULL, NULL);
  key = mikey_secret_from_text (mikey_slice (text, strlen (text)), &fault);
  if (key)
    return mikey_secret_to_bytes (key);
  mikey_set_error (error, &fault);
  return NULL;
}
