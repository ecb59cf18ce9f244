/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bytes.h"

#include <string.h>

#include "limits.h"
#include "secret.h"

bool
mikey_slice_equal (MikeySlice a, MikeySlice b)
{
  gsize i;

  if (a.len != b.len)
    return false;
  for (i = 0; i < a.len; i++)
    if (a.data[i] != b.data[i])
      return false;
  return true;
}

char *
mikey_slice_hex (MikeySlice slice)
{
  static const char digits[] = "0123456789abcdef";
  char *hex = g_malloc (2 * slice.len + 1);
  gsize i;

  for (i = 0; i < slice.len; i++) {
    hex[2 * i] = digits[slice.data[i] >> 4];
    hex[2 * i + 1] = digits[slice.data[i] & 15];
  }
  hex[2 * slice.len] = 0;
  return hex;
}

static bool
short_of (const MikeyReader *r, gsize need, const char *what, MikeyFault *fault)
{
  return mikey_fail_at (fault, MIKEY_FAULT_TRUNCATED, r->where, r->pos,
                        "%s needs %" G_GSIZE_FORMAT " bytes, %" G_GSIZE_FORMAT
                        " left",
                        what, need, mikey_reader_left (r));
}

bool
mikey_read_bits (MikeyReader *r, guint bits, const char *what, guint32 *value,
                 MikeyFault *fault)
{
  guint need = (r->bit + bits + 7) / 8;
  guint32 v = 0;

  if (mikey_reader_left (r) < need)
    return short_of (r, need, what, fault);
  while (bits > 0) {
    guint take = MIN (bits, 8 - r->bit);
    guint8 octet = r->start[r->pos];

    v = (take == 32 ? 0 : v << take)
        | ((octet >> (8 - r->bit - take)) & ((1u << take) - 1));
    bits -= take;
    r->bit += take;
    if (r->bit == 8) {
      r->bit = 0;
      r->pos++;
    }
  }
  *value = v;
  return true;
}

bool
mikey_read_slice (MikeyReader *r, gsize len, const char *what, MikeySlice *out,
                  MikeyFault *fault)
{
  if (mikey_reader_left (r) < len)
    return short_of (r, len, what, fault);
  *out = mikey_slice (r->start + r->pos, len);
  r->pos += len;
  return true;
}

bool
mikey_read_sub (MikeyReader *r, gsize len, const char *what, MikeyReader *out,
                MikeyFault *fault)
{
  if (mikey_reader_left (r) < len)
    return short_of (r, len, what, fault);
  *out = *r;
  out->end = r->pos + len;
  r->pos += len;
  return true;
}

bool
mikey_reader_done (const MikeyReader *r, MikeyFault *fault)
{
  if (r->pos == r->end)
    return true;
  return mikey_fail_at (fault, MIKEY_FAULT_TRAILING, r->where, r->pos,
                        "%" G_GSIZE_FORMAT " bytes after the end",
                        mikey_reader_left (r));
}

/* Makes room for LEN more octets. A buffer that moves is wiped where it was:
 * it may hold keys of an unprotected message. */
static bool
reserve (MikeyWriter *w, gsize len)
{
  gsize size = MAX (w->size, 256);
  guint8 *data;

  if (w->failed)
    return false;
  if (len > (w->fixed ? w->size : MIKEY_MAX_MESSAGE) - w->len) {
    w->failed = w->too_long = true;
    return false;
  }
  if (w->len + len <= w->size)
    return true;
  while (size < w->len + len)
    size *= 2;
  data = g_try_malloc (size);
  if (!data) {
    w->failed = true;
    return false;
  }
  if (w->len)
    memcpy (data, w->data, w->len);
  mikey_wipe (w->data, w->len);
  g_free (w->data);
  w->data = data;
  w->size = size;
  return true;
}

void
mikey_writer_clear (MikeyWriter *w)
{
  if (!w->fixed) {
    mikey_wipe (w->data, w->len);
    g_free (w->data);
  }
  *w = (MikeyWriter)MIKEY_WRITER_INIT;
}

bool
mikey_writer_ok (const MikeyWriter *w, MikeyFault *fault)
{
  if (!w->failed)
    return true;
  if (w->too_long)
    return mikey_fail (fault, MIKEY_FAULT_LIMIT,
                       "message would exceed %d bytes", MIKEY_MAX_MESSAGE);
  return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY,
                     "no memory to write a message");
}

void
mikey_write_bits (MikeyWriter *w, guint bits, guint32 value)
{
  while (bits > 0) {
    guint take = MIN (bits, 8 - w->bit);
    guint8 part = (guint8)((value >> (bits - take)) & ((1u << take) - 1));

    if (w->bit == 0) {
      if (!reserve (w, 1))
        return;
      w->data[w->len++] = 0;
    }
    w->data[w->len - 1] |= (guint8)(part << (8 - w->bit - take));
    w->bit = (w->bit + take) % 8;
    bits -= take;
  }
}

guint8 *
mikey_write_hole (MikeyWriter *w, gsize len)
{
  guint8 *hole;

  if (!reserve (w, len))
    return NULL;
  hole = w->data + w->len;
  w->len += len;
  return hole;
}

void
mikey_write_slice (MikeyWriter *w, MikeySlice slice)
{
  guint8 *hole = slice.len ? mikey_write_hole (w, slice.len) : NULL;

  if (hole)
    memcpy (hole, slice.data, slice.len);
}

static void
wipe_and_free (gpointer data)
{
  MikeyWriter *w = data;

  mikey_writer_clear (w);
  g_free (w);
}

GBytes *
mikey_writer_steal (MikeyWriter *w)
{
  MikeyWriter *owner = g_memdup2 (w, sizeof *w);

  *w = (MikeyWriter)MIKEY_WRITER_INIT;
  return g_bytes_new_with_free_func (owner->data, owner->len, wipe_and_free,
                                     owner);
}
