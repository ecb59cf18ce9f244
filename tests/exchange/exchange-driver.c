/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey-test.h>

#include <mikey/modes/srtp.h>
#include <stdio.h>

/* One side of an exchange, driven line by line:
 *
 *   new NAME=VALUE...     a new exchange; see SETTINGS
 *   offer | update | rekey
 *   receive MESSAGE       messages in hex
 *   keys | secrets
 *
 * Answers are lines `NAME=VALUE ...` or, for keys and secrets, several of
 * them, and end with a line `done`, or `refused CODE TEXT`. */

static TestSide side;
static bool started;

static const struct {
  const char *name;
  gsize offset;
  gsize size;
} settings[] = {
#define SETTING(word, m)                                                       \
  {                                                                            \
    word, offsetof (MikeyPolicyData, m), sizeof (((MikeyPolicyData *)0)->m)    \
  }
  SETTING ("encr", encr_alg),
  SETTING ("mac", mac_alg),
  SETTING ("prf", prf),
  SETTING ("key", key_type),
  SETTING ("validity", key_validity),
  SETTING ("mki", mki_len),
  SETTING ("ts", timestamp_type),
  SETTING ("tolerances", tolerances),
  SETTING ("v", request_verification),
  SETTING ("ids", send_ids),
#undef SETTING
};

/* The first is offered: by number, as `suite`. */
static const MikeySuite suites[] = {
  { MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80,
    MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80 },
  { MIKEY_SRTP_CIPHER_AES_256_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80,
    MIKEY_SRTP_CIPHER_AES_256_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80 },
  { MIKEY_SRTP_CIPHER_AES_128_GCM, MIKEY_SRTP_AUTH_NULL,
    MIKEY_SRTP_CIPHER_AES_128_GCM, MIKEY_SRTP_AUTH_NULL },
  { MIKEY_SRTP_CIPHER_AES_256_GCM, MIKEY_SRTP_AUTH_NULL,
    MIKEY_SRTP_CIPHER_AES_256_GCM, MIKEY_SRTP_AUTH_NULL },
  { MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_32,
    MIKEY_SRTP_CIPHER_AES_128_ICM, MIKEY_SRTP_AUTH_HMAC_SHA1_80 },
};

static MikeySlice
unhex (const char *text)
{
  gsize i, len = strlen (text) / 2;
  guint8 *data = g_malloc (len + 1); /* for as long as the process lives */

  for (i = 0; i < len; i++)
    data[i] = (guint8)(g_ascii_xdigit_value (text[2 * i]) << 4
                       | g_ascii_xdigit_value (text[2 * i + 1]));
  return mikey_slice (data, len);
}

static void
set_suites (guint first)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (suites); i++)
    side.policy.suites[i] = suites[(first + i) % G_N_ELEMENTS (suites)];
  side.policy.num_suites = G_N_ELEMENTS (suites);
}

/* SSRC:ROC,SSRC:ROC */
static void
add_streams (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  char **p;

  for (p = parts; *p && **p; p++) {
    char *colon;
    guint32 ssrc = (guint32)g_ascii_strtoull (*p, &colon, 16);

    if (!mikey_exchange_add_stream (
            &side.x, ssrc, (guint32)g_ascii_strtoull (colon + 1, NULL, 10)))
      g_error ("no memory");
  }
}

static MikeySlice
text_of (const char *value)
{
  const char *kept = g_intern_string (value);

  return mikey_slice (kept, strlen (kept));
}

static void
set_number (const char *name, guint64 number)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (settings); i++)
    if (g_str_equal (name, settings[i].name)) {
      guint8 *at = (guint8 *)&side.policy + settings[i].offset;

      if (settings[i].size == sizeof (bool))
        *(bool *)at = number;
      else
        *(guint32 *)at = (guint32)number;
      return;
    }
  g_error ("no setting %s", name);
}

static void
set (const char *name, const char *value)
{
  if (g_str_equal (name, "local"))
    side.env.local_id = text_of (value);
  else if (g_str_equal (name, "peer"))
    side.env.peer_id = text_of (value);
  else if (g_str_equal (name, "psk"))
    side.psk = unhex (value);
  else if (g_str_equal (name, "now"))
    side.env.now = g_ascii_strtoll (value, NULL, 10);
  else if (g_str_equal (name, "seed"))
    side.seed = g_ascii_strtoull (value, NULL, 10);
  else if (g_str_equal (name, "suite"))
    set_suites ((guint)g_ascii_strtoull (value, NULL, 10));
  else if (g_str_equal (name, "streams"))
    add_streams (value);
  else
    set_number (name, g_ascii_strtoull (value, NULL, 10));
}

static void
begin (char **words)
{
  if (started)
    test_side_clear (&side);
  test_side_init (&side, NULL, NULL);
  started = true;
  side.policy.modes = 1u << MIKEY_MODE_PSK;
  set_suites (0);
  for (; *words; words++) {
    char *equals = strchr (*words, '=');

    *equals = 0;
    set (*words, equals + 1);
  }
}

static void
print_hex (const char *name, MikeySlice octets)
{
  g_autofree char *hex = mikey_slice_hex (octets);

  printf ("%s=%s ", name, hex);
}

static void
answer (bool ok, MikeyWriter *out, const MikeyFault *fault)
{
  if (out->len) {
    print_hex ("message", mikey_writer_slice (out));
    putchar ('\n');
  }
  mikey_writer_clear (out);
  if (ok)
    puts ("done");
  else
    printf ("refused %s %s\n", mikey_fault_code_name (fault->code),
            fault->text);
}

static void
print_keys (void)
{
  const MikeyCsb *csb = side.x.csb;
  guint i, k;

  for (i = 0; csb && i < csb->num_cs; i++)
    for (k = 0; k < csb->num_keys; k++) {
      g_autoptr (MikeySecret) key = NULL;
      g_autoptr (MikeySecret) salt = NULL;

      if (!mikey_csb_derive (csb, &csb->cs[i], &csb->keys[k], &key, &salt,
                             NULL))
        g_error ("a key can not be derived");
      printf ("cs=%u ssrc=%08x roc=%u ", csb->cs[i].cs_id, csb->cs[i].ssrc,
              csb->cs[i].roc);
      print_hex ("tek", mikey_secret_slice (key));
      print_hex ("salt", mikey_secret_slice (salt));
      print_hex ("mki", csb->keys[k].mki);
      putchar ('\n');
    }
  puts ("done");
}

/* What went into the last message of this side: its newest keys. */
static void
print_secrets (void)
{
  const MikeyCsb *csb = side.x.pending ? side.x.pending : side.x.csb;
  const MikeyTrafficKey *key = &csb->keys[csb->num_keys - 1];

  printf ("csb=%08x ", csb->csb_id);
  print_hex ("rand", csb->rand);
  print_hex ("key", mikey_secret_slice (key->key));
  print_hex ("salt", mikey_secret_slice (key->salt));
  print_hex ("mki", key->mki);
  puts ("\ndone");
}

static void
run (char **words)
{
  MikeyWriter out = MIKEY_WRITER_INIT;
  MikeyFault fault = { 0 };
  const char *command = words[0];
  bool ok = true;

  if (g_str_equal (command, "offer"))
    ok = mikey_exchange_offer (&side.x, &side.env, MIKEY_MODE_PSK, &out,
                               &fault);
  else if (g_str_equal (command, "receive"))
    ok = mikey_exchange_receive (&side.x, &side.env, unhex (words[1]), &out,
                                 &fault);
  else if (g_str_equal (command, "update") || g_str_equal (command, "rekey"))
    ok = mikey_exchange_update (&side.x, &side.env,
                                g_str_equal (command, "rekey"), &out, &fault);
  else if (g_str_equal (command, "new"))
    begin (words + 1);
  else
    g_error ("no command %s", command);
  answer (ok, &out, &fault);
}

int
main (void)
{
  char *line = NULL;
  size_t size = 0;

  while (getline (&line, &size, stdin) > 0) {
    g_auto (GStrv) words = g_strsplit (g_strstrip (line), " ", -1);

    if (g_str_equal (words[0], "keys"))
      print_keys ();
    else if (g_str_equal (words[0], "secrets"))
      print_secrets ();
    else
      run (words);
    fflush (stdout);
  }
  return EXIT_SUCCESS;
}
