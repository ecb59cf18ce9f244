/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey/base/clock.h>
#include <string.h>

#define Y2024 G_GINT64_CONSTANT (1704067200) /* 2024-01-01T00:00:00Z */
#define Y2036 G_GINT64_CONSTANT (2085978496) /* 2036-02-07T06:28:16Z */

/* 3830-4.2.8-01: seconds since 1900 above, fraction below */
static void
test_known (void)
{
  g_assert_cmpuint (mikey_time_to_ntp (0), ==,
                    G_GUINT64_CONSTANT (2208988800) << 32);
  g_assert_cmpuint (mikey_time_to_ntp (MIKEY_TIME_SECOND / 2), ==,
                    G_GUINT64_CONSTANT (2208988800) << 32 | 0x80000000);
  g_assert_cmpint (mikey_time_from_ntp (G_GUINT64_CONSTANT (3913056000) << 32,
                                        Y2024 * MIKEY_TIME_SECOND),
                   ==, Y2024 * MIKEY_TIME_SECOND);
}

static void
test_there_and_back (void)
{
  gint64 i;

  for (i = -100000; i < 100000; i++) {
    MikeyTime t = Y2024 * MIKEY_TIME_SECOND + i * 7919;

    g_assert_cmpint (mikey_time_from_ntp (mikey_time_to_ntp (t), t), ==, t);
  }
}

/* 3830-4.2.8-02: the seconds wrap in 2036 */
static void
test_era (void)
{
  MikeyTime wrap = Y2036 * MIKEY_TIME_SECOND;
  gint64 off;

  g_assert_cmpuint (mikey_time_to_ntp (wrap), ==, 0);
  for (off = -3600; off <= 3600; off += 60) {
    MikeyTime t = wrap + off * MIKEY_TIME_SECOND;

    g_assert_cmpint (mikey_time_from_ntp (mikey_time_to_ntp (t),
                                          wrap - 500 * MIKEY_TIME_SECOND),
                     ==, t);
    g_assert_cmpint (mikey_time_from_ntp (mikey_time_to_ntp (t),
                                          wrap + 500 * MIKEY_TIME_SECOND),
                     ==, t);
  }
}

/* 6043-6.3-02: the top bit tells the era of seconds alone */
static void
test_ntp32 (void)
{
  g_assert_cmpint (mikey_time_from_ntp32 (3913056000u), ==,
                   Y2024 * MIKEY_TIME_SECOND);
  g_assert_cmpint (mikey_time_from_ntp32 (0), ==, Y2036 * MIKEY_TIME_SECOND);
  g_assert_cmpint (mikey_time_from_ntp32 (100), ==,
                   (Y2036 + 100) * MIKEY_TIME_SECOND);
}

static bool
fail (void *user, guint8 *data, gsize len)
{
  memset (data, 0x55, len);
  return false;
}

static void
test_random_fails (void)
{
  const MikeyRandom random = { fail, NULL };
  guint8 octets[4] = { 1, 2, 3, 4 };
  MikeyFault fault;

  g_assert_false (mikey_random_fill (&random, octets, 4, &fault));
  g_assert_cmpint (fault.code, ==, MIKEY_FAULT_NO_RANDOM);
  g_assert_cmpmem (octets, 4, "\0\0\0\0", 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/clock/known", test_known);
  g_test_add_func ("/base/clock/there-and-back", test_there_and_back);
  g_test_add_func ("/base/clock/era", test_era);
  g_test_add_func ("/base/clock/ntp32", test_ntp32);
  g_test_add_func ("/base/clock/random-fails", test_random_fails);
  return g_test_run ();
}
