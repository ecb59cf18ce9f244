/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TESTS_LIB_SAMPLED_H
#define TESTS_LIB_SAMPLED_H

/* Random messages that follow from a number: one seed, one message. */

#include <mikey/wire/sample.h>

/* splitmix64; no more than a good mixer is needed here. */
static inline bool
seeded_fill (void *user, guint8 *data, gsize len)
{
  guint64 *state = user;
  gsize i;

  for (i = 0; i < len; i++) {
    guint64 z = *state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
    data[i] = (guint8)(z ^ z >> 31);
  }
  return true;
}

static inline MikeyRandom
seeded_random (guint64 *state)
{
  return (MikeyRandom){ seeded_fill, state };
}

/* Writes the message of SEED; W is empty. */
static inline bool
sampled_message (guint64 seed, MikeyWriter *w)
{
  MikeyRandom random = seeded_random (&seed);
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  MikeyChain chain;

  if (!mikey_sample_message (&random, &arena, &chain))
    return false;
  mikey_chain_write (&chain, w);
  return mikey_writer_ok (w, NULL);
}

#endif
