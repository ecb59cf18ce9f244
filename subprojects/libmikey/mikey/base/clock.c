/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clock.h"

#include "secret.h"

#define NTP_TO_UNIX G_GINT64_CONSTANT (2208988800) /* 1900 to 1970, seconds */
#define ERA         (G_GINT64_CONSTANT (1) << 32)  /* seconds until NTP wraps */

static gint64
floor_div (gint64 a, gint64 b)
{
  return a / b - (a % b < 0);
}

guint64
mikey_time_to_ntp (MikeyTime time)
{
  gint64 seconds = floor_div (time, MIKEY_TIME_SECOND);
  guint64 micros = (guint64)(time - seconds * MIKEY_TIME_SECOND);

  /* Rounded up, so that the way back gives the same microsecond. */
  return (guint64)(seconds + NTP_TO_UNIX) << 32
         | ((micros << 32) + MIKEY_TIME_SECOND - 1) / MIKEY_TIME_SECOND;
}

MikeyTime
mikey_time_from_ntp (guint64 ntp, MikeyTime around)
{
  gint64 seconds = (gint64)(ntp >> 32) - NTP_TO_UNIX;
  gint64 micros = (gint64)(((ntp & 0xffffffff) * MIKEY_TIME_SECOND) >> 32);
  gint64 near = floor_div (around, MIKEY_TIME_SECOND);
  gint64 eras = floor_div (near - seconds + ERA / 2, ERA);

  return (seconds + eras * ERA) * MIKEY_TIME_SECOND + micros;
}

MikeyTime
mikey_time_from_ntp32 (guint32 seconds)
{
  gint64 since_1900 = seconds;

  if (!(seconds & 0x80000000))
    since_1900 += ERA;
  return (since_1900 - NTP_TO_UNIX) * MIKEY_TIME_SECOND;
}

bool
mikey_random_fill (const MikeyRandom *random, void *data, gsize len,
                   MikeyFault *fault)
{
  if (random->fill (random->user, data, len))
    return true;
  mikey_wipe (data, len);
  return mikey_fail (fault, MIKEY_FAULT_NO_RANDOM, "the random source failed");
}
