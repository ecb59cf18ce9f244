/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey/base/bytes.h>
#include <mikey/base/limits.h>

/* 3830-1.3-01: most significant bit and octet first */
static void
test_bits (void)
{
  const guint8 octets[] = { 0xa5, 0x12, 0x34, 0x56, 0x78, 0xff };
  MikeyReader r = mikey_reader (mikey_slice (octets, sizeof octets));
  guint32 v;

  g_assert_true (mikey_read_bits (&r, 1, "a", &v, NULL) && v == 1);
  g_assert_true (mikey_read_bits (&r, 7, "b", &v, NULL) && v == 0x25);
  g_assert_true (mikey_read_bits (&r, 32, "c", &v, NULL) && v == 0x12345678);
  g_assert_true (mikey_read_bits (&r, 4, "d", &v, NULL) && v == 15);
  g_assert_cmpuint (mikey_reader_left (&r), ==, 1);
  g_assert_true (mikey_read_bits (&r, 4, "e", &v, NULL) && v == 15);
  g_assert_true (mikey_reader_done (&r, NULL));
}

static void
test_bits_cross (void)
{
  MikeyWriter w = MIKEY_WRITER_INIT;
  MikeyReader r;
  guint32 v;

  mikey_write_bits (&w, 2, 3);
  mikey_write_bits (&w, 14, 0x1234);
  mikey_write_bits (&w, 4, 9);
  mikey_write_bits (&w, 12, 0xabc);
  g_assert_cmpuint (w.len, ==, 4);
  r = mikey_reader (mikey_writer_slice (&w));
  g_assert_true (mikey_read_bits (&r, 2, "C", &v, NULL) && v == 3);
  g_assert_true (mikey_read_bits (&r, 14, "len", &v, NULL) && v == 0x1234);
  g_assert_true (mikey_read_bits (&r, 4, "S", &v, NULL) && v == 9);
  g_assert_true (mikey_read_bits (&r, 12, "len", &v, NULL) && v == 0xabc);
  mikey_writer_clear (&w);
}

static void
test_truncated (void)
{
  const guint8 octets[] = { 1, 2, 3 };
  MikeyReader r = mikey_reader (mikey_slice (octets, 3));
  MikeyFault fault;
  MikeySlice slice;
  guint32 v;

  r.where = "T";
  g_assert_false (mikey_read_bits (&r, 32, "TS value", &v, &fault));
  g_assert_cmpstr (fault.text, ==,
                   "wire: T at byte 0: TS value needs 4 bytes, 3 left");
  g_assert_cmpint (fault.offset, ==, 0);
  g_assert_false (mikey_read_slice (&r, 4, "x", &slice, &fault));
  g_assert_cmpuint (r.pos, ==, 0);
  g_assert_true (mikey_read_slice (&r, 2, "x", &slice, NULL));
  g_assert_false (mikey_reader_done (&r, &fault));
  g_assert_cmpint (fault.code, ==, MIKEY_FAULT_TRAILING);
}

/* What is read inside can not run into what follows. */
static void
test_sub (void)
{
  const guint8 octets[] = { 1, 2, 3, 4 };
  MikeyReader r = mikey_reader (mikey_slice (octets, 4)), sub;
  MikeyFault fault;
  guint32 v;

  g_assert_true (mikey_read_sub (&r, 2, "sub", &sub, NULL));
  g_assert_cmpuint (r.pos, ==, 2);
  g_assert_false (mikey_read_bits (&sub, 24, "x", &v, &fault));
  g_assert_true (mikey_read_bits (&sub, 16, "x", &v, NULL) && v == 0x0102);
  g_assert_false (mikey_read_sub (&r, 3, "sub", &sub, &fault));
}

static void
test_writer_limit (void)
{
  MikeyWriter w = MIKEY_WRITER_INIT;
  MikeyFault fault;

  g_assert_nonnull (mikey_write_hole (&w, MIKEY_MAX_MESSAGE));
  g_assert_true (mikey_writer_ok (&w, &fault));
  g_assert_null (mikey_write_hole (&w, 1));
  g_assert_false (mikey_writer_ok (&w, &fault));
  g_assert_cmpint (fault.code, ==, MIKEY_FAULT_LIMIT);
  mikey_writer_clear (&w);
}

static void
test_writer_fixed (void)
{
  guint8 octets[3] = { 0 };
  MikeyWriter w = mikey_writer_fixed (octets, sizeof octets);

  mikey_write_slice (&w, mikey_slice ("abc", 3));
  g_assert_true (mikey_writer_ok (&w, NULL));
  mikey_write_bits (&w, 8, 1);
  g_assert_false (mikey_writer_ok (&w, NULL));
  g_assert_cmpmem (octets, 3, "abc", 3);
  mikey_writer_clear (&w);
  g_assert_cmpmem (octets, 3, "abc", 3);
}

static void
test_slices (void)
{
  g_autofree char *hex = mikey_slice_hex (mikey_slice ("\x00\xff\x1a", 3));

  g_assert_cmpstr (hex, ==, "00ff1a");
  g_assert_true (
      mikey_slice_equal (mikey_slice ("ab", 2), mikey_slice ("ab", 2)));
  g_assert_false (
      mikey_slice_equal (mikey_slice ("ab", 2), mikey_slice ("abc", 3)));
  g_assert_cmpuint (mikey_get_u64 ((const guint8 *)"\1\2\3\4\5\6\7\10"), ==,
                    G_GUINT64_CONSTANT (0x0102030405060708));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/bytes/bits", test_bits);
  g_test_add_func ("/base/bytes/bits-cross", test_bits_cross);
  g_test_add_func ("/base/bytes/truncated", test_truncated);
  g_test_add_func ("/base/bytes/sub", test_sub);
  g_test_add_func ("/base/bytes/writer-limit", test_writer_limit);
  g_test_add_func ("/base/bytes/writer-fixed", test_writer_fixed);
  g_test_add_func ("/base/bytes/slices", test_slices);
  return g_test_run ();
}
