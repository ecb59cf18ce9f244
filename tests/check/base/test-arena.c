/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey/base/arena.h>
#include <stdint.h>
#include <string.h>

static void
test_zeroed_and_aligned (void)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  gsize size;

  for (size = 0; size < 2000; size += 13) {
    guint8 *data = mikey_arena_alloc (&arena, size);
    gsize i;

    g_assert_cmpuint ((uintptr_t)data % 16, ==, 0);
    for (i = 0; i < size; i++)
      g_assert_cmpuint (data[i], ==, 0);
    memset (data, 0xff, size);
  }
}

static void
test_distinct (void)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  guint8 *all[500];
  guint i;

  for (i = 0; i < 500; i++) {
    guint8 mark = (guint8)i;

    all[i] = mikey_arena_copy (&arena, &mark, 1);
  }
  for (i = 0; i < 500; i++)
    g_assert_cmpuint (*all[i], ==, (guint8)i);
}

static void
test_clear_twice (void)
{
  MikeyArena arena = MIKEY_ARENA_INIT;

  g_assert_nonnull (mikey_arena_alloc (&arena, 100000));
  mikey_arena_clear (&arena);
  mikey_arena_clear (&arena);
  g_assert_nonnull (mikey_arena_alloc (&arena, 1));
  mikey_arena_clear (&arena);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/arena/zeroed", test_zeroed_and_aligned);
  g_test_add_func ("/base/arena/distinct", test_distinct);
  g_test_add_func ("/base/arena/clear", test_clear_twice);
  return g_test_run ();
}
