/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "registry.h"

static const MikeyRegistryRow rows[] = {
#define MIKEY_REGISTRY(symbol, words)
#define MIKEY_REGISTRY_ROW(symbol, value, name, rfc, octets, support)          \
  { MIKEY_REG_##symbol, value, name, rfc, octets, MIKEY_SUPPORT_##support },
#include "registry.def"
#undef MIKEY_REGISTRY
#undef MIKEY_REGISTRY_ROW
};

static const char *const words_of[] = {
#define MIKEY_REGISTRY(symbol, words) [MIKEY_REG_##symbol] = words,
#define MIKEY_REGISTRY_ROW(symbol, value, name, rfc, octets, support)
#include "registry.def"
#undef MIKEY_REGISTRY
#undef MIKEY_REGISTRY_ROW
};

/* Rows stand together by registry, registries in the order of their numbers. */
static guint
first_row (MikeyRegistry registry)
{
  guint low = 0, high = G_N_ELEMENTS (rows);

  while (low < high) {
    guint mid = (low + high) / 2;

    if (rows[mid].registry < registry)
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

const MikeyRegistryRow *
mikey_registry_find (MikeyRegistry registry, guint32 value)
{
  guint i;

  for (i = first_row (registry);
       i < G_N_ELEMENTS (rows) && rows[i].registry == registry; i++)
    if (rows[i].value == value)
      return &rows[i];
  return NULL;
}

const char *
mikey_registry_name (MikeyRegistry registry, guint32 value)
{
  const MikeyRegistryRow *row = mikey_registry_find (registry, value);

  return row ? row->name : NULL;
}

gsize
mikey_registry_octets (MikeyRegistry registry, guint32 value)
{
  const MikeyRegistryRow *row = mikey_registry_find (registry, value);

  return row && row->octets >= 0 ? (gsize)row->octets : G_MAXSIZE;
}

const char *
mikey_registry_words (MikeyRegistry registry)
{
  return registry < MIKEY_REG_COUNT ? words_of[registry] : NULL;
}

const MikeyRegistryRow *
mikey_registry_rows (guint *num_rows)
{
  *num_rows = G_N_ELEMENTS (rows);
  return rows;
}
