/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TESTS_CHECK_WIRE_WIRE_H
#define TESTS_CHECK_WIRE_WIRE_H

/* What the tests of this folder share. */

#include <mikey/wire/parsed.h>

#include <stdlib.h>
#include <string.h>

/* Octets in hex, freed when the test ends. Blanks are fine; "ab*20" is twenty
 * times ab. */
static inline MikeySlice
hex (const char *text)
{
  GByteArray *out = g_byte_array_new ();
  gsize len;
  guint8 *data;

  while (*text) {
    guint8 octet;
    gulong times = 1;

    if (*text == ' ') {
      text++;
      continue;
    }
    g_assert_true (g_ascii_isxdigit (text[0]) && g_ascii_isxdigit (text[1]));
    octet = (guint8)(g_ascii_xdigit_value (text[0]) << 4
                     | g_ascii_xdigit_value (text[1]));
    text += 2;
    if (*text == '*')
      times = strtoul (text + 1, (char **)&text, 10);
    while (times-- > 0)
      g_byte_array_append (out, &octet, 1);
  }
  len = out->len;
  data = g_byte_array_free (out, FALSE);
  g_test_queue_free (data);
  return mikey_slice (data, len);
}

static inline MikeySlice
text (const char *string)
{
  return mikey_slice (string, strlen (string));
}

#define assert_slice(a, b)                                                     \
  do {                                                                         \
    MikeySlice _a = (a), _b = (b);                                             \
    g_assert_cmpmem (_a.data, _a.len, _b.data, _b.len);                        \
  } while (0)

/* The fault is this one, and its text says its class and its place. */
#define assert_fault(fault, wanted, at)                                        \
  do {                                                                         \
    const MikeyFault *_f = (fault);                                            \
    g_autofree char *_place = g_strdup_printf (" at byte %d: ", _f->offset);   \
    g_assert_cmpstr (mikey_fault_code_name (_f->code), ==,                     \
                     mikey_fault_code_name (wanted));                          \
    g_assert_cmpint (_f->offset, ==, at);                                      \
    g_assert_true (                                                            \
        g_str_has_prefix (_f->text, mikey_fault_class_name (_f->code)));       \
    if (_f->offset >= 0)                                                       \
      g_assert_nonnull (strstr (_f->text, _place));                            \
  } while (0)

#endif
