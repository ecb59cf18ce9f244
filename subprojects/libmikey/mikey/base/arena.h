/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_BASE_ARENA_H
#define MIKEY_BASE_ARENA_H

/* Many small allocations that end together: the structs of one parsed message.
 * Zeroed, aligned for any type, never for secrets (those are MikeySecret). */

#include "error.h"

typedef struct _MikeyArenaChunk MikeyArenaChunk;

typedef struct {
  MikeyArenaChunk *chunk; /* the newest; each knows the one before it */
} MikeyArena;

#define MIKEY_ARENA_INIT                                                       \
  {                                                                            \
    NULL                                                                       \
  }

void *mikey_arena_alloc (MikeyArena *arena, gsize size); /* NULL: no memory */
void *mikey_arena_copy (MikeyArena *arena, const void *data, gsize size);
void mikey_arena_clear (MikeyArena *arena);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MikeyArena, mikey_arena_clear)

#endif
