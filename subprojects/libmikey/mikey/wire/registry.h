/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_WIRE_REGISTRY_H
#define MIKEY_WIRE_REGISTRY_H

/* The code points of the MIKEY family: which values a field may have, what the
 * RFC calls them, and what the library does with them. */

#include <glib.h>
#include <stdbool.h>

typedef enum {
  MIKEY_REG_NONE = 0,
#define MIKEY_REGISTRY(symbol, words) MIKEY_REG_##symbol,
#define MIKEY_REGISTRY_ROW(symbol, value, name, rfc, octets, support)
#include "registry.def"
#undef MIKEY_REGISTRY
#undef MIKEY_REGISTRY_ROW
  MIKEY_REG_COUNT
} MikeyRegistry;

typedef enum {
  MIKEY_SUPPORT_NONE,  /* known by name */
  MIKEY_SUPPORT_PARSE, /* read, written and printed */
  MIKEY_SUPPORT_FULL,  /* acted upon */
} MikeySupport;

typedef struct {
  MikeyRegistry registry;
  guint32 value;
  const char *name;
  const char *rfc; /* "3830"; "deployed": in use, in no RFC */
  gint octets;     /* length that the value implies, -1: none */
  MikeySupport support;
} MikeyRegistryRow;

/* NULL when the registry has no such value. */
const MikeyRegistryRow *
mikey_registry_find (MikeyRegistry registry, guint32 value);
/* The row's name, NULL when there is none. */
const char *mikey_registry_name (MikeyRegistry registry, guint32 value);
/* The length that the value implies; G_MAXSIZE when there is none. */
gsize mikey_registry_octets (MikeyRegistry registry, guint32 value);
/* What the registry itself is called: "Encr alg". */
const char *mikey_registry_words (MikeyRegistry registry);
/* All rows, in the order of the file. */
const MikeyRegistryRow *mikey_registry_rows (guint *num_rows);

#endif
