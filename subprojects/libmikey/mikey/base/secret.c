/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "secret.h"

#include <string.h>
#include <sys/mman.h>

/* Secrets come from regions of locked pages, handed out in units; a region
 * notes in a bit a unit which are taken. The list of regions is the one piece
 * of global state in the library, as the heap is for every other allocation:
 * locked memory is scarce (ulimit -l), so sessions share it. */

#define UNIT        32
#define REGION_SIZE (64 * 1024)

typedef struct _Region Region;

struct _Region {
  Region *next;
  guint8 *pages;
  gsize num_units;
  gsize size;
  bool locked;
  guint8 taken[]; /* a byte a unit */
};

static GMutex lock;
static Region *regions;
static MikeySecretStats stats;

static gsize
units_for (gsize len)
{
  return (sizeof (MikeySecret) + len + UNIT - 1) / UNIT;
}

static Region *
add_region (gsize num_units)
{
  gsize size = MAX (REGION_SIZE, num_units * UNIT);
  gsize count = size / UNIT;
  Region *region = g_try_malloc0 (sizeof *region + count);
  void *pages;

  if (!region)
    return NULL;
  pages = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0);
  if (pages == MAP_FAILED) {
    g_free (region);
    return NULL;
  }
  region->locked = mlock (pages, size) == 0;
  (void)madvise (pages, size, MADV_DONTDUMP);
  region->pages = pages;
  region->size = size;
  region->num_units = count;
  region->next = regions;
  regions = region;
  stats.pages += size;
  stats.locked += region->locked ? size : 0;
  return region;
}

/* First run of COUNT free units, or NULL. */
static void *
take_units (Region *region, gsize count)
{
  gsize i, run = 0;

  for (i = 0; i < region->num_units; i++) {
    run = region->taken[i] ? 0 : run + 1;
    if (run == count) {
      gsize first = i + 1 - count;

      memset (region->taken + first, 1, count);
      return region->pages + first * UNIT;
    }
  }
  return NULL;
}

static void
give_back (void *pages, gsize count)
{
  Region *region = regions;

  while ((guint8 *)pages < region->pages
         || (guint8 *)pages >= region->pages + region->size)
    region = region->next;
  memset (region->taken + ((guint8 *)pages - region->pages) / UNIT, 0, count);
}

MikeySecret *
mikey_secret_new (gsize len)
{
  gsize count = units_for (len);
  MikeySecret *secret = NULL;
  Region *region;

  g_mutex_lock (&lock);
  for (region = regions; region && !secret; region = region->next)
    secret = take_units (region, count);
  if (!secret && (region = add_region (count)))
    secret = take_units (region, count);
  if (secret) {
    secret->refs = 1;
    secret->len = len;
    secret->data = (guint8 *)(secret + 1);
    memset (secret->data, 0, len);
    stats.live += len;
  }
  g_mutex_unlock (&lock);
  return secret;
}

MikeySecret *
mikey_secret_copy (MikeySlice from)
{
  MikeySecret *secret = mikey_secret_new (from.len);

  if (secret && from.len)
    memcpy (secret->data, from.data, from.len);
  return secret;
}

MikeySecret *
mikey_secret_ref (MikeySecret *secret)
{
  g_atomic_int_inc (&secret->refs);
  return secret;
}

void
mikey_secret_unref (MikeySecret *secret)
{
  gsize len;

  if (!secret || !g_atomic_int_dec_and_test (&secret->refs))
    return;
  len = secret->len;
  mikey_wipe (secret, sizeof *secret + len);
  g_mutex_lock (&lock);
  give_back (secret, units_for (len));
  stats.live -= len;
  g_mutex_unlock (&lock);
}

bool
mikey_secret_equal (MikeySlice a, MikeySlice b)
{
  guint8 diff = 0;
  gsize i;

  if (a.len != b.len)
    return false;
  for (i = 0; i < a.len; i++)
    diff |= a.data[i] ^ b.data[i];
  return diff == 0;
}

void
mikey_wipe (void *data, gsize len)
{
  if (len)
    explicit_bzero (data, len);
}

MikeySecretStats
mikey_secret_stats (void)
{
  MikeySecretStats copy;

  g_mutex_lock (&lock);
  copy = stats;
  g_mutex_unlock (&lock);
  return copy;
}
