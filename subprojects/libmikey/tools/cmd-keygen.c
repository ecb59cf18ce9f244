/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "output.h"

/* As long as the longest key that MIKEY derives from it, AES-CM-256's. */
#define PSK_LENGTH 32

static gchar *mode_name, *out;
static gchar **ids;
static gboolean force, json;

/* What the key files of a mode hold beside the identity. */
static const struct {
  MikeyMode mode;
  gboolean shared_keys; /* one for each pair of ids */
} contents[] = {
  { MIKEY_MODE_NULL, FALSE },
  { MIKEY_MODE_PSK, TRUE },
};

static gboolean
wants_shared_keys (MikeyMode mode)
{
  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    if (contents[i].mode == mode)
      return contents[i].shared_keys;
  return FALSE;
}

static gboolean
bad_id (GError **error, const gchar *id, const gchar *why)
{
  g_set_error (error, CLI_ERROR, CLI_USAGE, "--id '%s': %s", id, why);
  return FALSE;
}

/* A key file has a group for each peer, in whose name not everything can
 * stand. */
static gboolean
check_id (const gchar *id, GError **error)
{
  if (!g_utf8_validate (id, -1, NULL))
    return bad_id (error, "...", "not UTF-8");
  if (*id == '\0' || g_str_equal (id, "*"))
    return bad_id (error, id, "not an identity");
  if (id[0] == ' ' || g_str_has_suffix (id, " "))
    return bad_id (error, id, "a blank at its edge");
  for (const gchar *c = id; *c; c++)
    if (g_ascii_iscntrl (*c) || strchr ("[]\\", *c))
      return bad_id (error, id,
                     "brackets, backslashes and control characters can not "
                     "stand in a key file");
  return TRUE;
}

static gboolean
check_ids (gboolean shared_keys, GError **error)
{
  for (guint i = 0; ids[i]; i++) {
    if (!check_id (ids[i], error))
      return FALSE;
    for (guint j = 0; j < i; j++)
      if (g_str_equal (ids[i], ids[j]))
        return bad_id (error, ids[i], "given twice");
  }
  if (shared_keys && !ids[1])
    return bad_id (error, ids[0], "nobody to share a key with");
  return TRUE;
}

/* ID.keys, with what would lead out of the folder, or hide the file, as %XX. */
static gchar *
file_name (const gchar *id)
{
  GString *name = g_string_new (NULL);

  for (const gchar *c = id; *c; c++) {
    gboolean escape = *c == '/' || *c == '%' || (*c == '.' && c == id);
    g_string_append_printf (name, escape ? "%%%02X" : "%c", *c);
  }
  g_string_append (name, ".keys");
  return g_string_free (name, FALSE);
}

static gboolean
append_random_hex (GString *text, GError **error)
{
  guint8 key[PSK_LENGTH];

  /* lint: allow entropy: a new key; no exchange is replayed with it */
  if (gnutls_rnd (GNUTLS_RND_KEY, key, sizeof key) != 0) {
    g_set_error (error, CLI_ERROR, CLI_FILES, "the random source failed");
    return FALSE;
  }
  for (guint i = 0; i < sizeof key; i++)
    g_string_append_printf (text, "%02x", key[i]);
  gnutls_memset (key, 0, sizeof key);
  return TRUE;
}

static void
append_peer (GString *file, const gchar *peer, const gchar *key)
{
  g_string_append_printf (file, "\n[peer %s]\npsk=%s\n", peer, key);
}

static gboolean
share_key (GString **files, guint i, guint j, GError **error)
{
  g_autoptr (GString) key = g_string_sized_new (2 * PSK_LENGTH);

  if (!append_random_hex (key, error))
    return FALSE;
  append_peer (files[i], ids[j], key->str);
  append_peer (files[j], ids[i], key->str);
  gnutls_memset (key->str, 0, key->len);
  return TRUE;
}

static gboolean
share_keys (GString **files, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    for (guint j = i + 1; j < n; j++)
      if (!share_key (files, i, j, error))
        return FALSE;
  return TRUE;
}

static gboolean
make_folder (GError **error)
{
  if (g_mkdir_with_parents (out, 0700) == 0)
    return TRUE;
  g_set_error (error, CLI_ERROR, CLI_FILES, "%s: %s", out, g_strerror (errno));
  return FALSE;
}

/* All of them or none: a key file that is left over from before would not fit
 * the new ones. */
static gboolean
check_paths (gchar **paths, GError **error)
{
  for (guint i = 0; paths[i]; i++)
    if (!force && g_file_test (paths[i], G_FILE_TEST_EXISTS)) {
      g_set_error (error, CLI_ERROR, CLI_FILES,
                   "%s exists; --force replaces it", paths[i]);
      return FALSE;
    }
  return TRUE;
}

static gchar **
make_paths (guint n)
{
  gchar **paths = g_new0 (gchar *, n + 1);

  for (guint i = 0; i < n; i++) {
    g_autofree gchar *name = file_name (ids[i]);
    paths[i] = g_build_filename (out, name, NULL);
  }
  return paths;
}

static gboolean
write_files (GString **files, gchar **paths, GError **error)
{
  for (guint i = 0; paths[i]; i++)
    if (!cli_write_secret (paths[i], files[i]->str, files[i]->len, error))
      return FALSE;
  return TRUE;
}

static GString **
make_files (guint n)
{
  GString **files = g_new0 (GString *, n);

  for (guint i = 0; i < n; i++) {
    files[i] = g_string_new ("[me]\n");
    g_string_append_printf (files[i], "id=%s\n", ids[i]);
  }
  return files;
}

static void
free_files (GString **files, guint n)
{
  for (guint i = 0; i < n; i++) {
    gnutls_memset (files[i]->str, 0, files[i]->len);
    g_string_free (files[i], TRUE);
  }
  g_free (files);
}

static void
say_paths (gchar **paths)
{
  GString *object = json_new ();

  json_text (object, "mode", mode_name);
  json_begin (object, "files", '[');
  for (guint i = 0; paths[i]; i++) {
    json_begin (object, NULL, '{');
    json_text (object, "id", ids[i]);
    json_text (object, "file", paths[i]);
    json_end (object, '}');
  }
  json_end (object, ']');
  json_print (object);
}

static gboolean
keygen (CliCall *call, GError **error)
{
  MikeyMode mode;

  if (!cli_parse_mode (mode_name, &mode, error) || !cli_need (ids, "id", error)
      || !cli_need (out, "out", error)
      || !check_ids (wants_shared_keys (mode), error))
    return FALSE;

  guint n = g_strv_length (ids);
  g_auto (GStrv) paths = make_paths (n);
  if (!make_folder (error) || !check_paths (paths, error))
    return FALSE;

  GString **files = make_files (n);
  gboolean done = (!wants_shared_keys (mode) || share_keys (files, n, error))
                  && write_files (files, paths, error);
  free_files (files, n);
  if (done && json)
    say_paths (paths);
  return done;
}

static const GOptionEntry options[]
    = { CLI_MODE (mode_name),
        { "id", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &ids,
          "An identity, once for each party", "ID" },
        { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, "Where the key files go",
          "DIR" },
        { "force", 0, 0, G_OPTION_ARG_NONE, &force, "Replace key files", NULL },
        CLI_JSON (json),
        { NULL } };

const CliCommand cli_keygen = {
  "keygen",
  NULL,
  "Make key files for parties that want to talk to each other.",
  "Writes DIR/ID.keys for each ID, readable by its owner only. In mode psk "
  "each\n"
  "pair of parties shares a random key of 32 octets; in mode null a file "
  "holds\n"
  "the identity alone. In a file's name a slash, a percent sign and a leading\n"
  "dot of ID are written as %XX.",
  options,
  { NULL },
  keygen,
};
