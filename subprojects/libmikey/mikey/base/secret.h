/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_BASE_SECRET_H
#define MIKEY_BASE_SECRET_H

/* The one type that holds key material.
 *
 * Its octets lie in pages that are locked against swapping and left out of core
 * dumps (as far as the system grants it), are wiped when freed, and are only
 * compared in constant time. Nothing prints them: a secret prints as its
 * length. */

#include "bytes.h"

/* Reference counted, immutable once shared. */
typedef struct {
  gint refs;
  gsize len;
  guint8 *data;
} MikeySecret;

/* LEN octets of zeros; NULL: no memory. */
MikeySecret *mikey_secret_new (gsize len);
MikeySecret *mikey_secret_copy (MikeySlice from);
MikeySecret *mikey_secret_ref (MikeySecret *secret);
void mikey_secret_unref (MikeySecret *secret); /* NULL is fine */

static inline MikeySlice
mikey_secret_slice (const MikeySecret *secret)
{
  return secret ? mikey_slice (secret->data, secret->len) : MIKEY_SLICE_EMPTY;
}

/* Constant time for slices of one length; lengths are not secret. */
bool mikey_secret_equal (MikeySlice a, MikeySlice b);

/* Overwrites; not optimised away. NULL with 0 is fine. */
void mikey_wipe (void *data, gsize len);

/* What the allocator holds, for tests and for `stats`. */
typedef struct {
  gsize live;   /* octets handed out */
  gsize pages;  /* octets mapped */
  gsize locked; /* of these, locked against swapping */
} MikeySecretStats;

MikeySecretStats mikey_secret_stats (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MikeySecret, mikey_secret_unref)

/* Key material that lives for one function only, wiped when it goes out of
 * scope: g_auto (MikeyStackSecret) key = { 0 }; */
typedef struct {
  guint8 data[64];
} MikeyStackSecret;

static inline void
mikey_stack_secret_clear (MikeyStackSecret *secret)
{
  mikey_wipe (secret->data, sizeof secret->data);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MikeyStackSecret, mikey_stack_secret_clear)

#endif
