/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TESTS_CHECK_CRYPTO_HEX_H
#define TESTS_CHECK_CRYPTO_HEX_H

/* What the tests of this folder share: octets written as hex, and random ones
 * that follow from the seed which g_test prints (`--seed=` repeats a run). */

#include <mikey/base/bytes.h>

#include <string.h>

#define HEX_MAX 256

typedef struct {
  guint8 data[HEX_MAX];
  gsize len;
} Hex;

/* Blanks between the digits are fine. */
static inline Hex
hex (const char *text)
{
  Hex out = { { 0 }, 0 };

  for (; *text; text++) {
    if (*text == ' ')
      continue;
    g_assert_true (g_ascii_isxdigit (text[0]) && g_ascii_isxdigit (text[1]));
    g_assert_cmpuint (out.len, <, HEX_MAX);
    out.data[out.len++] = (guint8)(g_ascii_xdigit_value (text[0]) << 4
                                   | g_ascii_xdigit_value (text[1]));
    text++;
  }
  return out;
}

static inline MikeySlice
hex_slice (const Hex *h)
{
  return mikey_slice (h->data, h->len);
}

static inline MikeySlice
text_slice (const char *text)
{
  return mikey_slice (text, strlen (text));
}

static inline void
assert_hex (const guint8 *data, gsize len, const char *expected)
{
  Hex h = hex (expected);

  g_assert_cmpmem (data, len, h.data, h.len);
}

static inline void
fill_random (guint8 *data, gsize len)
{
  gsize i;

  for (i = 0; i < len; i++)
    data[i] = (guint8)g_test_rand_int ();
}

/* Of MIN..MAX, both included. */
static inline gsize
random_len (gsize min, gsize max)
{
  return (gsize)g_test_rand_int_range ((gint32)min, (gint32)max + 1);
}

#endif
