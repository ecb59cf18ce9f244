/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hex.h"

#include <mikey/base/secret.h>
#include <mikey/crypto/burn.h>
#include <mikey/crypto/cipher.h>
#include <mikey/crypto/keys.h>
#include <mikey/crypto/mac.h>

#include <stdio.h>
#include <ucontext.h>

/* Work with keys is done on a stack of ours, which is then searched for what
 * the work knew. Sanitizers and memcheck spread or guard the stack in ways of
 * their own; there is nothing to learn beside them. */

#ifdef __has_feature
#define HAS_FEATURE(name) __has_feature (name)
#else
#define HAS_FEATURE(name) 0
#endif

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

#if defined(__SANITIZE_ADDRESS__) || HAS_FEATURE(address_sanitizer)            \
    || HAS_FEATURE(memory_sanitizer)
#define STACK_IS_PLAIN false
#else
#define STACK_IS_PLAIN (!RUNNING_ON_VALGRIND)
#endif

#define STACK_SIZE (256 * 1024)
#define PIECE      8 /* octets that are recognised */

static guint8 key[32], salt[16], plain[48], derived[40]; /* what is known */
static guint8 sealed[56], opened[48];

static bool
holds (const guint8 *stack, const guint8 *piece)
{
  gsize at, i;

  for (at = 0; at + PIECE <= STACK_SIZE; at++) {
    for (i = 0; i < PIECE && stack[at + i] == piece[i]; i++)
      ;
    if (i == PIECE)
      return true;
  }
  return false;
}

static bool
holds_any (const guint8 *stack, const guint8 *secret, gsize len)
{
  gsize at;

  for (at = 0; at + PIECE <= len; at += PIECE)
    if (holds (stack, secret + at))
      return true;
  return false;
}

static bool
holds_padded_key (const guint8 *stack, guint8 pad)
{
  guint8 padded[PIECE];
  gsize i;

  for (i = 0; i < PIECE; i++)
    padded[i] = key[i] ^ pad;
  return holds (stack, padded);
}

static bool
remembers (const guint8 *stack)
{
  return holds_any (stack, key, sizeof key)
         || holds_any (stack, salt, sizeof salt)
         || holds_any (stack, plain, sizeof plain)
         || holds_any (stack, derived, sizeof derived)
         || holds_padded_key (stack, 0x36) || holds_padded_key (stack, 0x5c);
}

typedef void (*Work) (void);

/* makecontext() passes no pointers, so the work finds its own here. */
static const void *argument;

static void
run_on (guint8 *stack, Work work)
{
  ucontext_t here, there;

  g_assert_cmpint (getcontext (&there), ==, 0);
  there.uc_stack.ss_sp = stack;
  there.uc_stack.ss_size = STACK_SIZE;
  there.uc_link = &here;
  makecontext (&there, work, 0);
  g_assert_cmpint (swapcontext (&here, &there), ==, 0);
}

/* Does WORK leave anything on the stack? */
static bool
leaves_traces (Work work, const void *arg)
{
  g_autofree guint8 *stack = g_malloc0 (STACK_SIZE);

  fill_random (key, sizeof key);
  fill_random (salt, sizeof salt);
  fill_random (plain, sizeof plain);
  fill_random (derived, sizeof derived);
  argument = arg;
  run_on (stack, work);
  return remembers (stack);
}

static void
seal_and_open (void)
{
  const MikeyCipher *cipher = argument;
  MikeyCipherKey k
      = { { key, cipher->key_len }, { salt, cipher->salt_len }, 1, 2 };
  MikeySlice text = { sealed, sizeof plain + cipher->overhead };

  cipher->seal (&k, mikey_slice (plain, sizeof plain), sealed);
  g_assert_true (cipher->open (&k, text, opened));
}

static void
derive (void)
{
  MikeyLabelContext context = { argument, 1, text_slice ("RAND") };

  mikey_derive (&context, MIKEY_LABEL_TEK, 1, mikey_slice (key, sizeof key),
                derived, sizeof derived);
}

static void
verify (void)
{
  const MikeyMac *mac = argument;
  MikeySlice k = { key, mac->key_len }, message = { salt, sizeof salt };

  mac->compute (k, &message, 1, derived);
  g_assert_true (mikey_mac_verify (mac, k, &message, 1,
                                   mikey_slice (derived, mac->tag_len)));
}

G_NO_INLINE static void
copy_deep (void)
{
  guint8 frame[1024];

  memcpy (frame, key, sizeof key);
  __asm__ volatile("" : : "r"(frame) : "memory"); /* as if frame were used */
}

/* What would be found if nobody cleared it. */
static void
forget_to_burn (void)
{
  copy_deep ();
}

static void
remember_to_burn (void)
{
  guint8 bound = 0;

  mikey_wipe (&bound, 1); /* as burn.h says */
  copy_deep ();
  mikey_burn_stack ();
}

static void
test_search_finds (void)
{
  g_assert_true (leaves_traces (forget_to_burn, NULL));
  g_assert_false (leaves_traces (remember_to_burn, NULL));
}

static void
test_ciphers (void)
{
  g_assert_false (leaves_traces (seal_and_open, &mikey_cipher_aes_cm_128));
  g_assert_false (leaves_traces (seal_and_open, &mikey_cipher_aes_cm_256));
  g_assert_false (leaves_traces (seal_and_open, &mikey_cipher_aes_kw_128));
}

static void
test_prfs (void)
{
  g_assert_false (leaves_traces (derive, &mikey_prf_mikey_1));
  g_assert_false (leaves_traces (derive, &mikey_prf_hmac_sha_256));
}

static void
test_macs (void)
{
  g_assert_false (leaves_traces (verify, &mikey_mac_hmac_sha_1_160));
  g_assert_false (leaves_traces (verify, &mikey_mac_hmac_sha_256_256));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!STACK_IS_PLAIN) {
    puts ("1..0 # SKIP beside sanitizers and memcheck");
    return 0;
  }
  g_test_add_func ("/crypto/burn/search-finds", test_search_finds);
  g_test_add_func ("/crypto/burn/ciphers", test_ciphers);
  g_test_add_func ("/crypto/burn/prfs", test_prfs);
  g_test_add_func ("/crypto/burn/macs", test_macs);
  return g_test_run ();
}
