/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "arena.h"

#include <string.h>

#define CHUNK_MIN 960
#define ALIGN     16

struct _MikeyArenaChunk {
  MikeyArenaChunk *before;
  gsize used, size;
  guint8 data[] __attribute__ ((aligned (ALIGN)));
};

static MikeyArenaChunk *
add_chunk (MikeyArena *arena, gsize size)
{
  gsize room = MAX (size, arena->chunk ? 2 * arena->chunk->size : CHUNK_MIN);
  MikeyArenaChunk *chunk = g_try_malloc (sizeof *chunk + room);

  if (!chunk)
    return NULL;
  chunk->before = arena->chunk;
  chunk->used = 0;
  chunk->size = room;
  arena->chunk = chunk;
  return chunk;
}

void *
mikey_arena_alloc (MikeyArena *arena, gsize size)
{
  MikeyArenaChunk *chunk = arena->chunk;
  void *data;

  size = (size + ALIGN - 1) & ~(gsize)(ALIGN - 1);
  if (!chunk || chunk->size - chunk->used < size)
    chunk = add_chunk (arena, size);
  if (!chunk)
    return NULL;
  data = chunk->data + chunk->used;
  chunk->used += size;
  return memset (data, 0, size);
}

void *
mikey_arena_copy (MikeyArena *arena, const void *data, gsize size)
{
  void *copy = mikey_arena_alloc (arena, size);

  return copy && size ? memcpy (copy, data, size) : copy;
}

void
mikey_arena_clear (MikeyArena *arena)
{
  while (arena->chunk) {
    MikeyArenaChunk *before = arena->chunk->before;

    g_free (arena->chunk);
    arena->chunk = before;
  }
}
