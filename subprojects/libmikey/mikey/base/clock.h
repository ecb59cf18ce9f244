/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_BASE_CLOCK_H
#define MIKEY_BASE_CLOCK_H

/* Time as the caller gives it, and the random source as an interface: the
 * library reads neither the clock nor the system's entropy below the session
 * layer, so that every exchange can be replayed byte for byte. */

#include "bytes.h"

/* Microseconds since 1970-01-01T00:00:00Z. */
typedef gint64 MikeyTime;

#define MIKEY_TIME_NONE                                                        \
  G_MININT64 /* no time is known: freshness is not judged */
#define MIKEY_TIME_SECOND G_GINT64_CONSTANT (1000000)

/* 64-bit NTP timestamp: seconds since 1900 and binary fraction (3830-4.2.8-01).
 */
guint64 mikey_time_to_ntp (MikeyTime time);
/* The time in the NTP era that brings it nearest to AROUND: the seconds wrap
 * every 136 years, first in 2036 (3830-4.2.8-02). */
MikeyTime mikey_time_from_ntp (guint64 ntp, MikeyTime around);
/* Seconds only, of the range 1968 to 2104 (RFC 4330, 6043-6.3-02). */
MikeyTime mikey_time_from_ntp32 (guint32 seconds);

typedef struct {
  /* Fills DATA with LEN octets of cryptographic quality, or returns false. */
  bool (*fill) (void *user, guint8 *data, gsize len);
  void *user;
} MikeyRandom;

bool mikey_random_fill (const MikeyRandom *random, void *data, gsize len,
                        MikeyFault *fault) MIKEY_MUST_CHECK;

#endif
