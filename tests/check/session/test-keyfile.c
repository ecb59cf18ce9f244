/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <mikey/base/secret.h>
#include <mikey/session/keyring.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEX_A "000102030405060708090a0b0c0d0e0f"
#define HEX_B "101112131415161718191A1B1C1D1E1F"
/* the octets of HEX_A */
#define BASE64_A "AAECAwQFBgcICQoLDA0ODw=="

static const guint8 key_a[]
    = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static const guint8 key_b[]
    = { 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };

static const gchar good[] = "\xef\xbb\xbf# keys of Alice\r\n"
                            "\n"
                            "[me]\r\n"
                            "  id = sip:alice@example.org  \n"
                            "\t[peer sip:bob@example.org]\n"
                            "# psk=ffff\n"
                            "psk=" HEX_A "\r\n"
                            "[peer  Carol of the 3rd floor ]\n"
                            "psk = base64:" BASE64_A "\n"
                            "[peer *]\n"
                            "psk=" HEX_B;

static gsize
live (void)
{
  return mikey_secret_stats ().live;
}

static void
assert_bytes (GBytes *bytes, const guint8 *key, gsize len)
{
  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   key, len);
}

static void
assert_psk (MikeyKeyfile *keyfile, const gchar *peer_id, const guint8 *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) psk = mikey_keyring_lookup_psk (MIKEY_KEYRING (keyfile),
                                                     NULL, peer_id, &error);

  g_assert_no_error (error);
  assert_bytes (psk, key, 16);
}

static void
assert_identity (MikeyKeyfile *keyfile, const gchar *expected)
{
  g_autofree gchar *id = mikey_keyring_get_identity (MIKEY_KEYRING (keyfile));

  g_assert_cmpstr (id, ==, expected);
}

static void
assert_good (MikeyKeyfile *keyfile)
{
  assert_identity (keyfile, "sip:alice@example.org");
  assert_psk (keyfile, "sip:bob@example.org", key_a);
  assert_psk (keyfile, "Carol of the 3rd floor", key_a);
  assert_psk (keyfile, "sip:dave@example.org", key_b);
  assert_psk (keyfile, "*", key_b);
  assert_psk (keyfile, NULL, key_b);
}

/* --- text --- */

static void
test_good (void)
{
  gsize before = live ();
  g_autoptr (GError) error = NULL;
  MikeyKeyfile *keyfile = mikey_keyfile_new_from_data (good, -1, &error);

  g_assert_no_error (error);
  assert_good (keyfile);
  g_assert_cmpuint (live (), ==, before + 3 * 16);
  g_object_unref (keyfile);
  g_assert_cmpuint (live (), ==, before);
}

/* LENGTH counts, what follows is not read; every prefix is either a key file or
 * an error. */
static void
test_length (void)
{
  gsize before = live ();

  for (gssize len = 0; len < (gssize)sizeof good; len++) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *copy = g_memdup2 (good, MAX (len, 1));
    g_autoptr (MikeyKeyfile) keyfile
        = mikey_keyfile_new_from_data (copy, len, &error);

    g_assert_true ((keyfile != NULL) != (error != NULL));
    if (error)
      g_assert_true (g_str_has_prefix (error->message, "cred: key file: "));
  }
  g_assert_cmpuint (live (), ==, before);
}

static void
test_empty (void)
{
  g_autoptr (MikeyKeyfile) keyfile = mikey_keyfile_new_from_data ("", -1, NULL);
  g_autoptr (GError) error = NULL;

  assert_identity (keyfile, NULL);
  g_assert_null (mikey_keyring_lookup_psk (MIKEY_KEYRING (keyfile), NULL,
                                           "sip:bob", &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_CRED);
  g_assert_cmpstr (error->message, ==, "cred: no shared key for sip:bob");
}

/* A peer without a group has no key, when nobody has one for everybody. */
static void
test_other_peer (void)
{
  g_autoptr (MikeyKeyfile) keyfile
      = mikey_keyfile_new_from_data ("[peer bob]\npsk=" HEX_A, -1, NULL);
  MikeyKeyring *keyring = MIKEY_KEYRING (keyfile);

  g_assert_null (mikey_keyring_lookup_psk (keyring, NULL, "bo", NULL));
  g_assert_null (mikey_keyring_lookup_psk (keyring, NULL, "bobb", NULL));
  g_assert_null (mikey_keyring_lookup_psk (keyring, NULL, "Bob", NULL));
  g_assert_null (mikey_keyring_lookup_psk (keyring, NULL, "*", NULL));
  g_assert_null (mikey_keyring_lookup_psk (keyring, NULL, NULL, NULL));
  assert_psk (keyfile, "bob", key_a);
}

static void
test_escapes (void)
{
  g_autoptr (MikeyKeyfile) keyfile = mikey_keyfile_new_from_data (
      "[me]\nid=\\sDOMAIN\\\\alice\\t\\n\\r;=x\n", -1, NULL);

  assert_identity (keyfile, " DOMAIN\\alice\t\n\r;=x");
}

/* "SECRET" is where a key stands by mistake: no error may show it. */
static const struct {
  const gchar *name, *text, *message;
} bad[] = {
  { "not-hex", "[me]\nid=a\n[peer sip:bob@example.org]\npsk=SECRET-\n",
    "[peer sip:bob@example.org] psk: not hex or base64" },
  { "no-key", "[peer bob]\npsk=\n", "[peer bob] psk: not hex or base64" },
  { "mark-only", "[peer bob]\npsk=base64:\n",
    "[peer bob] psk: not hex or base64" },
  { "not-base64", "[peer bob]\npsk=base64:SECRET*=\n",
    "[peer bob] psk: not base64" },
  { "odd", "[peer bob]\npsk=" HEX_A "1\n",
    "[peer bob] psk: an odd number of hex digits" },
  { "lost-digit", "[peer bob]\npsk=000102030405060708090a0b0c0d\n",
    "[peer bob] psk: a key of 14 octets, at least 16 are needed" },
  { "short", "[peer bob]\npsk=base64:AAECAwQFBgcICQoLDA0O\n",
    "[peer bob] psk: a key of 15 octets, at least 16 are needed" },
  { "blank", "[peer bob]\npsk=" HEX_A " " HEX_A "\n",
    "[peer bob] psk: not hex or base64" },
  { "second-psk", "[peer bob]\npsk=" HEX_A "\npsk=" HEX_B "\n",
    "[peer bob] psk: given twice" },
  { "second-group", "[peer bob]\npsk=" HEX_A "\n[peer  bob]\npsk=" HEX_B "\n",
    "[peer  bob] psk: given twice" },
  { "second-id", "[me]\nid=a\nid=b\n", "[me] id: given twice" },
  { "no-id", "[me]\nid=\n", "[me] id: empty" },
  { "escape", "[me]\nid=DOMAIN\\alice\n",
    "[me] id: a backslash that escapes nothing" },
  { "escape-end", "[me]\nid=alice\\\n",
    "[me] id: a backslash that escapes nothing" },
  { "key-name", "[peer bob]\npks=SECRET\n",
    "[peer bob] pks: unknown, this group has psk" },
  { "key-elsewhere", "[me]\npsk=SECRET\n",
    "[me] psk: unknown, this group has id" },
  { "key-case", "[peer bob]\nPSK=SECRET\n",
    "[peer bob] line 2: neither a [group] nor a key=value" },
  { "key-alone", "[peer bob]\n\nSECRETSECRETSECRETSEC==\n",
    "[peer bob] line 3: neither a [group] nor a key=value" },
  { "no-equals", "[peer bob]\npsk SECRET\n",
    "[peer bob] line 2: neither a [group] nor a key=value" },
  { "no-name", "[peer bob]\n=SECRET\n",
    "[peer bob] line 2: neither a [group] nor a key=value" },
  { "no-group", "# here\npsk=SECRET\n",
    "line 2: a key=value before the first [group]" },
  { "group-name", "[peers bob]\npsk=SECRET\n",
    "[peers bob] line 1: an unknown group, there are [me], [peer ID]" },
  { "group-case", "[Me]\nid=a\n",
    "[Me] line 1: an unknown group, there are [me], [peer ID]" },
  { "me-named", "[me too]\nid=a\n",
    "[me too] line 1: an unknown group, there are [me], [peer ID]" },
  { "peer-unnamed", "[peer]\npsk=SECRET\n",
    "[peer] line 1: an unknown group, there are [me], [peer ID]" },
  { "peer-blank", "[peer ]\npsk=SECRET\n",
    "[peer] line 1: an unknown group, there are [me], [peer ID]" },
  { "nameless", "[]\npsk=SECRET\n",
    "[] line 1: an unknown group, there are [me], [peer ID]" },
  { "open", "[peer bob\npsk=SECRET\n",
    "line 1: a group is [name], without brackets in the name" },
  { "bracket", "[", "line 1: a group is [name], without brackets in the name" },
  { "brackets", "[peer sip:bob@[::1]]\npsk=SECRET\n",
    "line 1: a group is [name], without brackets in the name" },
  { "bracket-inside", "[peer [bob]\npsk=SECRET\n",
    "line 1: a group is [name], without brackets in the name" },
  { "after-group", "[peer bob] x\n",
    "line 1: a group is [name], without brackets in the name" },
  { "empty-group", "[peer bob]\n# psk=SECRET\n[peer carol]\npsk=SECRET\n",
    "[peer bob] line 3: a group without keys ends before this line" },
  { "empty-last", "[peer bob]\n",
    "[peer bob] line 2: a group without keys ends before this line" },
  { "latin-1", "[me]\nid=Andr\xe9\n", "text: not UTF-8" },
};

static void
test_bad (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree gchar *message
      = g_strconcat ("cred: key file: ", bad[i].message, NULL);
  g_autoptr (GError) error = NULL;
  gsize before = live ();

  g_assert_null (mikey_keyfile_new_from_data (bad[i].text, -1, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_CRED);
  g_assert_null (strstr (error->message, "SECRET"));
  g_assert_cmpstr (error->message, ==, message);
  g_assert_null (mikey_keyfile_new_from_data (bad[i].text, -1, NULL));
  g_assert_cmpuint (live (), ==, before);
}

static void
test_nul (void)
{
  static const gchar text[] = "[me]\nid=a\0b\n";
  g_autoptr (GError) error = NULL;

  g_assert_null (mikey_keyfile_new_from_data (text, sizeof text - 1, &error));
  g_assert_cmpstr (error->message, ==, "cred: key file: text: not UTF-8");
}

/* Names may be longer than what a fault has room for; the reason is still
 * told. */
static void
test_long_names (void)
{
  g_autofree gchar *id = g_strnfill (2048, 'x');
  g_autofree gchar *text = g_strdup_printf ("[peer %s]\npsk=1\n", id);
  g_autoptr (GError) error = NULL;

  g_assert_null (mikey_keyfile_new_from_data (text, -1, &error));
  g_assert_true (
      g_str_has_suffix (error->message, "x] psk: an odd number of hex digits"));
}

/* --- files --- */

typedef struct {
  gchar *folder;
  gchar *path;
} Files;

static void
set_up (Files *files, gconstpointer data)
{
  files->folder = g_dir_make_tmp ("mikey-keyfile-XXXXXX", NULL);
  g_assert_nonnull (files->folder);
  files->path = g_build_filename (files->folder, "alice.keys", NULL);
}

static void
tear_down (Files *files, gconstpointer data)
{
  g_unlink (files->path);
  g_rmdir (files->folder);
  g_free (files->path);
  g_free (files->folder);
}

static void
put (const Files *files, const gchar *text, gssize len, int mode)
{
  g_assert_true (g_file_set_contents (files->path, text, len, NULL));
  g_assert_cmpint (g_chmod (files->path, mode), ==, 0);
}

static void
assert_refused (const gchar *path, gint code, const gchar *format)
{
  g_autofree gchar *message = g_strdup_printf (
      "%s: %s: %s", code == MIKEY_ERROR_CRED ? "cred" : "resource", path,
      format);
  g_autoptr (GError) error = NULL;
  gsize before = live ();

  g_assert_null (mikey_keyfile_new_from_file (path, &error));
  g_assert_error (error, MIKEY_ERROR, code);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_null (mikey_keyfile_new_from_file (path, NULL));
  g_assert_cmpuint (live (), ==, before);
}

static void
test_file (Files *files, gconstpointer data)
{
  static const int modes[] = { 0600, 0400, 0640, 0644 };
  gsize before = live ();

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MikeyKeyfile) keyfile = NULL;

    put (files, good, -1, modes[i]);
    keyfile = mikey_keyfile_new_from_file (files->path, &error);
    g_assert_no_error (error);
    assert_good (keyfile);
  }
  g_assert_cmpuint (live (), ==, before);
}

static void
test_file_of_others (Files *files, gconstpointer data)
{
  static const int modes[] = { 0620, 0602, 0666, 0660 };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    put (files, good, -1, modes[i]);
    assert_refused (files->path, MIKEY_ERROR_CRED,
                    "others than its owner can write it (chmod go-w)");
  }
}

static void
test_file_bad (Files *files, gconstpointer data)
{
  put (files, "[peer sip:bob@example.org]\npsk=x*\n", -1, 0600);
  assert_refused (files->path, MIKEY_ERROR_CRED,
                  "[peer sip:bob@example.org] psk: not hex or base64");
}

static void
test_no_file (Files *files, gconstpointer data)
{
  assert_refused (files->path, MIKEY_ERROR_RESOURCE,
                  "No such file or directory");
  assert_refused (files->folder, MIKEY_ERROR_RESOURCE, "Is a directory");
}

static gchar *
many_peers (guint n)
{
  GString *text = g_string_new ("[me]\nid=alice\n");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "[peer %u]\npsk=%s\n", i,
                            i % 2 ? HEX_B : HEX_A);
  return g_string_free (text, FALSE);
}

static void
test_large_file (Files *files, gconstpointer data)
{
  g_autofree gchar *text = many_peers (10000);
  gsize before = live ();
  MikeyKeyfile *keyfile;

  put (files, text, -1, 0600);
  keyfile = mikey_keyfile_new_from_file (files->path, NULL);
  g_assert_nonnull (keyfile);
  assert_psk (keyfile, "0", key_a);
  assert_psk (keyfile, "9999", key_b);
  g_assert_cmpuint (live (), ==, before + 10000 * 16);
  g_object_unref (keyfile);
  g_assert_cmpuint (live (), ==, before);
}

/* At the limit of 4 MiB, and one octet beyond. */
static void
test_limit (Files *files, gconstpointer data)
{
  gsize limit = 4 * 1024 * 1024;
  g_autofree gchar *text = g_strnfill (limit + 1, '\n');
  g_autoptr (MikeyKeyfile) keyfile = NULL;

  memcpy (text, good, strlen (good));
  put (files, text, (gssize)limit, 0600);
  keyfile = mikey_keyfile_new_from_file (files->path, NULL);
  assert_good (keyfile);
  put (files, text, (gssize)limit + 1, 0600);
  assert_refused (files->path, MIKEY_ERROR_RESOURCE,
                  "more than 4 MiB, not a key file");
}

/* What comes from another program, such as one that decrypts. */
static void
test_pipe (Files *files, gconstpointer data)
{
  g_autofree gchar *path = NULL;
  g_autoptr (MikeyKeyfile) keyfile = NULL;
  g_autoptr (GError) error = NULL;
  int fds[2];

  if (!g_file_test ("/dev/fd", G_FILE_TEST_IS_DIR)) {
    g_test_skip ("no /dev/fd");
    return;
  }
  g_assert_cmpint (pipe (fds), ==, 0);
  g_assert_cmpint (write (fds[1], good, strlen (good)), ==,
                   (gssize)strlen (good));
  close (fds[1]);
  path = g_strdup_printf ("/dev/fd/%d", fds[0]);
  keyfile = mikey_keyfile_new_from_file (path, &error);
  close (fds[0]);
  g_assert_no_error (error);
  assert_good (keyfile);
}

/* --- in memory --- */

static void
test_set (void)
{
  gsize before = live ();
  GBytes *a = g_bytes_new_static (key_a, sizeof key_a);
  GBytes *b = g_bytes_new_static (key_b, sizeof key_b);
  MikeyKeyfile *keyfile = mikey_keyfile_new ();

  assert_identity (keyfile, NULL);
  mikey_keyfile_set_identity (keyfile, "alice");
  mikey_keyfile_set_identity (keyfile, "bob");
  assert_identity (keyfile, "bob");
  mikey_keyfile_set_identity (keyfile, NULL);
  assert_identity (keyfile, NULL);
  g_assert_true (mikey_keyfile_add_psk (keyfile, "carol", a, NULL));
  g_assert_true (mikey_keyfile_add_psk (keyfile, "carol", b, NULL));
  g_assert_true (mikey_keyfile_add_psk (keyfile, NULL, b, NULL));
  g_assert_true (mikey_keyfile_add_psk (keyfile, "*", a, NULL));
  assert_psk (keyfile, "carol", key_b);
  assert_psk (keyfile, "dave", key_a);
  g_object_unref (keyfile);
  g_bytes_unref (a);
  g_bytes_unref (b);
  g_assert_cmpuint (live (), ==, before);
}

static void
test_add_short (void)
{
  g_autoptr (MikeyKeyfile) keyfile = mikey_keyfile_new ();
  g_autoptr (GBytes) psk = g_bytes_new_static (key_a, 15);
  g_autoptr (GError) error = NULL;

  g_assert_false (mikey_keyfile_add_psk (keyfile, "bob", psk, &error));
  g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_CRED);
  g_assert_cmpstr (error->message, ==,
                   "cred: a key of 15 octets, at least 16 are needed");
  g_assert_false (mikey_keyfile_add_psk (keyfile, "bob", psk, NULL));
}

/* A key outlives the keyring that gave it, and is wiped then. */
static void
test_key_outlives (void)
{
  gsize before = live ();
  MikeyKeyfile *keyfile = mikey_keyfile_new_from_data (good, -1, NULL);
  GBytes *psk
      = mikey_keyring_lookup_psk (MIKEY_KEYRING (keyfile), NULL, "x", NULL);
  const guint8 *octets = g_bytes_get_data (psk, NULL);

  g_object_unref (keyfile);
  g_assert_cmpuint (live (), ==, before + sizeof key_b);
  assert_bytes (psk, key_b, sizeof key_b);
  g_bytes_unref (psk);
  g_assert_cmpuint (live (), ==, before);
  /* Secrets' pages stay mapped, so the place can be looked at. */
  for (gsize i = 0; i < sizeof key_b; i++)
    g_assert_cmpuint (octets[i], ==, 0);
}

static gpointer
use_keyfile (gpointer data)
{
  MikeyKeyfile *keyfile = data;
  g_autoptr (GBytes) key = g_bytes_new_static (key_a, sizeof key_a);

  for (guint i = 0; i < 2000; i++) {
    g_autofree gchar *id = NULL;

    assert_psk (keyfile, "bob", key_a);
    g_assert_true (mikey_keyfile_add_psk (keyfile, "bob", key, NULL));
    mikey_keyfile_set_identity (keyfile, i % 2 ? "alice" : "carol");
    id = mikey_keyring_get_identity (MIKEY_KEYRING (keyfile));
    g_assert_nonnull (id);
  }
  return NULL;
}

static void
test_threads (void)
{
  gsize before = live ();
  MikeyKeyfile *keyfile
      = mikey_keyfile_new_from_data ("[peer bob]\npsk=" HEX_A, -1, NULL);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, use_keyfile, keyfile);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_object_unref (keyfile);
  g_assert_cmpuint (live (), ==, before);
}

/* --- keys as text --- */

static const struct {
  const gchar *text;
  const guint8 *key; /* 16 octets, NULL: an error */
  const gchar *message;
} texts[] = {
  { HEX_A, key_a, NULL },
  { HEX_B, key_b, NULL },
  { "101112131415161718191a1b1c1d1e1f", key_b, NULL },
  { BASE64_A, key_a, NULL },
  { "base64:" BASE64_A, key_a, NULL },
  { "base64:AAECAwQFBgcICQoLDA0ODw", key_a, NULL },
  { "EBESExQVFhcYGRobHB0eHw==", key_b, NULL },
  { "", NULL, "cred: not hex or base64" },
  { "00", NULL, "cred: a key of 1 octets, at least 16 are needed" },
  { "0", NULL, "cred: an odd number of hex digits" },
  { "000102030405060708090a0b0c0d0e", NULL,
    "cred: a key of 15 octets, at least 16 are needed" },
  { "0x000102030405060708090a0b0c0d0e0f", NULL, "cred: not hex or base64" },
  { "0x000102030405060708090A0B0C0D0E0A", NULL, "cred: not hex or base64" },
  { "AAECAwQFBgcICQoLDA0ODw", NULL, "cred: not hex or base64" },
  { HEX_A " ", NULL, "cred: not hex or base64" },
  { " " HEX_A, NULL, "cred: not hex or base64" },
  { "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f", NULL,
    "cred: not hex or base64" },
  { "AAECAwQFBgcICQoLDA0ODw=", NULL, "cred: not hex or base64" },
  { "AAECAwQFBgcICQoLDA0ODw===", NULL, "cred: not hex or base64" },
  { "AAECAwQFBgcICQoLDA0ODx==", NULL, "cred: not hex or base64" },
  { "AAECAwQFBgcICQoLDA0ODw==A", NULL, "cred: not hex or base64" },
  { "AAECAwQFBgcICQoLDA0ODw==AAAA", NULL, "cred: not hex or base64" },
  { "AAECAwQFBgcICQoLDA0O\nDw==", NULL, "cred: not hex or base64" },
  { "AAEC    AwQFBgcICQoLDA0ODw==", NULL, "cred: not hex or base64" },
  { "-_ECAwQFBgcICQoLDA0ODw==", NULL, "cred: not hex or base64" },
  { "base64:", NULL, "cred: not hex or base64" },
  { "base64:base64:" BASE64_A, NULL, "cred: not base64" },
  { "base64:=", NULL, "cred: not base64" },
  { "BASE64:" BASE64_A, NULL, "cred: not hex or base64" },
  { "hex:" HEX_A, NULL, "cred: not hex or base64" },
};

static void
test_texts (void)
{
  gsize before = live ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) key = mikey_key_from_text (texts[i].text, &error);

    if (texts[i].key) {
      g_assert_no_error (error);
      assert_bytes (key, texts[i].key, 16);
      continue;
    }
    g_test_message ("'%s'", texts[i].text);
    g_assert_null (key);
    g_assert_error (error, MIKEY_ERROR, MIKEY_ERROR_CRED);
    g_assert_cmpstr (error->message, ==, texts[i].message);
    g_assert_null (mikey_key_from_text (texts[i].text, NULL));
  }
  g_assert_cmpuint (live (), ==, before);
}

/* Digits that would be base64 as well are hex; the mark says otherwise. */
static void
test_ambiguous (void)
{
  g_autoptr (GBytes) hex = mikey_key_from_text (HEX_A, NULL);
  g_autoptr (GBytes) base64 = mikey_key_from_text ("base64:" HEX_A, NULL);

  g_assert_cmpuint (g_bytes_get_size (hex), ==, 16);
  g_assert_cmpuint (g_bytes_get_size (base64), ==, 24);
}

/* Every length from the shortest on, in both forms. */
static void
test_lengths (void)
{
  guint8 octets[300];

  for (guint i = 0; i < sizeof octets; i++)
    octets[i] = (guint8)g_test_rand_int ();
  for (gsize len = 16; len <= sizeof octets; len++) {
    g_autofree gchar *base64 = g_base64_encode (octets, len);
    g_autofree gchar *marked = g_strconcat ("base64:", base64, NULL);
    g_autofree gchar *hex = mikey_slice_hex (mikey_slice (octets, len));
    g_autoptr (GBytes) a = mikey_key_from_text (marked, NULL);
    g_autoptr (GBytes) b = mikey_key_from_text (hex, NULL);

    assert_bytes (a, octets, len);
    assert_bytes (b, octets, len);
  }
}

#define ADD_FILE(name, func)                                                   \
  g_test_add ("/keyfile/file/" name, Files, NULL, set_up, func, tear_down)

static void
add_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree gchar *name = g_strconcat ("/keyfile/bad/", bad[i].name, NULL);

    g_test_add_data_func (name, GUINT_TO_POINTER (i), test_bad);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keyfile/good", test_good);
  g_test_add_func ("/keyfile/length", test_length);
  g_test_add_func ("/keyfile/empty", test_empty);
  g_test_add_func ("/keyfile/other-peer", test_other_peer);
  g_test_add_func ("/keyfile/escapes", test_escapes);
  add_bad ();
  g_test_add_func ("/keyfile/bad/nul", test_nul);
  g_test_add_func ("/keyfile/bad/long-names", test_long_names);
  ADD_FILE ("good", test_file);
  ADD_FILE ("of-others", test_file_of_others);
  ADD_FILE ("bad", test_file_bad);
  ADD_FILE ("none", test_no_file);
  ADD_FILE ("large", test_large_file);
  ADD_FILE ("limit", test_limit);
  ADD_FILE ("pipe", test_pipe);
  g_test_add_func ("/keyfile/set", test_set);
  g_test_add_func ("/keyfile/add-short", test_add_short);
  g_test_add_func ("/keyfile/key-outlives", test_key_outlives);
  g_test_add_func ("/keyfile/threads", test_threads);
  g_test_add_func ("/keyfile/text/table", test_texts);
  g_test_add_func ("/keyfile/text/ambiguous", test_ambiguous);
  g_test_add_func ("/keyfile/text/lengths", test_lengths);
  return g_test_run ();
}
