/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_BASE_BYTES_H
#define MIKEY_BASE_BYTES_H

/* Reading and writing of octets. A slice borrows; a reader is a slice with a
 * cursor that can not leave it; a writer grows a buffer of its own. */

#include "error.h"

typedef struct {
  const guint8 *data;
  gsize len;
} MikeySlice;

#define MIKEY_SLICE_EMPTY ((MikeySlice){ NULL, 0 })

static inline MikeySlice
mikey_slice (const void *data, gsize len)
{
  return (MikeySlice){ data, len };
}

/* Not for secrets: ends at the first difference. Those are compared by
 * mikey_secret_equal(). */
bool mikey_slice_equal (MikeySlice a, MikeySlice b);
/* The slice as lower-case hex, newly allocated. Never of a secret. */
char *mikey_slice_hex (MikeySlice slice);

static inline guint16
mikey_get_u16 (const guint8 *p)
{
  return (guint16)(p[0] << 8 | p[1]);
}

static inline guint32
mikey_get_u32 (const guint8 *p)
{
  return (guint32)p[0] << 24 | (guint32)p[1] << 16 | (guint32)p[2] << 8 | p[3];
}

static inline guint64
mikey_get_u64 (const guint8 *p)
{
  return (guint64)mikey_get_u32 (p) << 32 | mikey_get_u32 (p + 4);
}

static inline void
mikey_put_u32 (guint8 *p, guint32 v)
{
  p[0] = (guint8)(v >> 24);
  p[1] = (guint8)(v >> 16);
  p[2] = (guint8)(v >> 8);
  p[3] = (guint8)v;
}

static inline void
mikey_put_u64 (guint8 *p, guint64 v)
{
  mikey_put_u32 (p, (guint32)(v >> 32));
  mikey_put_u32 (p + 4, (guint32)v);
}

/* --- reader --- */

typedef struct {
  const guint8 *start; /* of the whole message, so that faults name its byte */
  gsize pos;           /* next octet, counted from start */
  gsize end;           /* first octet that this reader must not touch */
  guint bit;           /* bits of the octet at pos that are taken already */
  const char *where;   /* the payload being read, for faults */
} MikeyReader;

static inline MikeyReader
mikey_reader (MikeySlice slice)
{
  return (MikeyReader){ slice.data, 0, slice.len, 0, "message" };
}

static inline gsize
mikey_reader_left (const MikeyReader *r)
{
  return r->end - r->pos;
}

/* Takes BITS (1..32) bits, most significant first (3830-1.3-01). */
bool mikey_read_bits (MikeyReader *r, guint bits, const char *what,
                      guint32 *value, MikeyFault *fault) MIKEY_MUST_CHECK;
/* Takes LEN octets without copying them. */
bool mikey_read_slice (MikeyReader *r, gsize len, const char *what,
                       MikeySlice *out, MikeyFault *fault) MIKEY_MUST_CHECK;
/* Takes LEN octets as a reader of their own, which keeps the byte count of the
 * message: what is read from it can not run into what follows. */
bool mikey_read_sub (MikeyReader *r, gsize len, const char *what,
                     MikeyReader *out, MikeyFault *fault) MIKEY_MUST_CHECK;
/* Fails with TRAILING unless all octets were taken. */
bool
mikey_reader_done (const MikeyReader *r, MikeyFault *fault) MIKEY_MUST_CHECK;

/* --- writer --- */

/* Grows as needed up to MIKEY_MAX_MESSAGE. A failure sticks: later writes do
 * nothing and mikey_writer_ok() tells, so that callers check once. */
typedef struct {
  guint8 *data;
  gsize len;
  gsize size;
  guint bit; /* bits of the last octet that are written already */
  bool failed;
  bool too_long;
  bool fixed; /* writes into memory of the caller's, which can not grow */
} MikeyWriter;

#define MIKEY_WRITER_INIT                                                      \
  {                                                                            \
    NULL, 0, 0, 0, false, false, false                                         \
  }

/* A writer into SIZE octets at DATA: for key material, which belongs into a
 * MikeySecret from the start. */
static inline MikeyWriter
mikey_writer_fixed (guint8 *data, gsize size)
{
  return (MikeyWriter){ data, 0, size, 0, false, false, true };
}

void mikey_writer_clear (MikeyWriter *w); /* wipes and frees */
bool mikey_writer_ok (const MikeyWriter *w, MikeyFault *fault) MIKEY_MUST_CHECK;
void mikey_write_bits (MikeyWriter *w, guint bits, guint32 value);
void mikey_write_slice (MikeyWriter *w, MikeySlice slice);
/* Appends LEN octets of undefined content and returns where they begin, NULL on
 * failure. Valid until the next write. */
guint8 *mikey_write_hole (MikeyWriter *w, gsize len);
/* The octets as a GBytes, which wipes them when it is freed: they may be an
 * unprotected message or a saved session. The writer is empty afterwards. */
GBytes *mikey_writer_steal (MikeyWriter *w);

static inline MikeySlice
mikey_writer_slice (const MikeyWriter *w)
{
  return (MikeySlice){ w->data, w->len };
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MikeyWriter, mikey_writer_clear)

#endif
