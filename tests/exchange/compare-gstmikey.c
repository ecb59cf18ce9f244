/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <gst/gst.h>
#include <gst/sdp/gstmikey.h>
#include <sys/wait.h>
#include <unistd.h>

/* Every single-bit flip of an offer, given to our Responder and to libgstsdp's
 * parser. Says how many each takes, and on how many it never ends (200 ms).
 * Ours must be none and none; libgstsdp's are for comparison: it has no key,
 * and takes what has the right form. Each of its tries is a process of its own.
 */

enum { TAKEN, REFUSED, ENDLESS, CRASHED, NUM_ENDS };

static void
in_child (MikeySlice octets)
{
  GstMIKEYMessage *message;

  alarm (0);
  ualarm (200000, 0); /* SIGALRM ends the process */
  message = gst_mikey_message_new_from_data (octets.data, (guint)octets.len,
                                             NULL, NULL);
  _exit (message ? TAKEN : REFUSED);
}

static void
say_nothing (const char *domain, GLogLevelFlags level, const char *message,
             void *data)
{
}

static int
try_theirs (MikeySlice octets)
{
  pid_t child = fork ();
  int status;

  if (child == 0) {
    /* g_test_init() makes every complaint fatal; here they are what is looked
     * for, and go on. */
    g_log_set_always_fatal (G_LOG_FATAL_MASK);
    g_log_set_default_handler (say_nothing, NULL);
    in_child (octets);
  }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  if (WIFEXITED (status))
    return WEXITSTATUS (status);
  return WTERMSIG (status) == SIGALRM ? ENDLESS : CRASHED;
}

static int
try_ours (TestSide *side, MikeySlice octets)
{
  g_autoptr (GBytes) message = test_bytes (octets);
  MikeyFault fault = { 0 };

  return test_refuses (side, message, &fault) ? REFUSED : TAKEN;
}

static void
compare (TestPair *pair, MikeySlice octets, guint ours[NUM_ENDS],
         guint theirs[NUM_ENDS])
{
  ours[try_ours (&pair->bob, octets)]++;
  theirs[try_theirs (octets)]++;
}

static void
report (const char *what, const guint ours[NUM_ENDS],
        const guint theirs[NUM_ENDS])
{
  g_test_message ("%s: we take %u, refuse %u; libgstsdp takes %u, refuses %u, "
                  "never ends %u, crashes %u",
                  what, ours[TAKEN], ours[REFUSED], theirs[TAKEN],
                  theirs[REFUSED], theirs[ENDLESS], theirs[CRASHED]);
  g_assert_cmpuint (ours[TAKEN], ==, 0);
}

/* A short offer, as RTSP equipment has it: no identities. */
static void
test_flips (void)
{
  guint ours[NUM_ENDS] = { 0 }, theirs[NUM_ENDS] = { 0 };
  TestPair pair;
  MikeyFault fault;
  g_autoptr (GBytes) offer = NULL;
  g_autofree guint8 *copy = NULL;
  gsize bit, len;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  pair.alice.policy.send_ids = false;
  offer = test_offer (&pair.alice, MIKEY_MODE_PSK, &fault);
  len = g_bytes_get_size (offer);
  copy = g_memdup2 (test_slice (offer).data, len);
  for (bit = 0; bit < 8 * len; bit++) {
    copy[bit / 8] ^= (guint8)(0x80 >> bit % 8);
    compare (&pair, mikey_slice (copy, len), ours, theirs);
    copy[bit / 8] ^= (guint8)(0x80 >> bit % 8);
  }
  report ("single-bit flips of a PSK offer", ours, theirs);
  test_pair_clear (&pair);
}

/* Seventeen octets that name a payload which the parser does not know. */
static void
test_unknown_payload (void)
{
  static const guint8 message[17]
      = { 1, 0, 21, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 3, 1, 2, 3 };
  guint ours[NUM_ENDS] = { 0 }, theirs[NUM_ENDS] = { 0 };
  TestPair pair;

  test_pair_init (&pair, mikey_mode_find (MIKEY_MODE_PSK));
  compare (&pair, mikey_slice (message, sizeof message), ours, theirs);
  report ("a General Extension payload", ours, theirs);
  test_pair_clear (&pair);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  gst_init (NULL, NULL);
  g_test_add_func ("/compare/flips", test_flips);
  g_test_add_func ("/compare/unknown-payload", test_unknown_payload);
  return g_test_run ();
}
