/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "key-parser.h"

#include <string.h>

typedef struct {
  const gchar *file;
  const MikeyKnownGroup *known;
  void *user;
  GError **error;
  guint line;
  const MikeyKnownGroup *kind; /* NULL before the first group */
  gchar *group;                /* text between the brackets */
  const gchar *name;           /* what stands there after the kind */
  guint num_keys;              /* seen in this group */
} Parser;

/* Errors tell the place, and never quote a value or a line that is not
 * understood: it may be a key. */
static bool G_GNUC_PRINTF (3, 4)
    refuse (Parser *p, const gchar *key, const gchar *format, ...)
{
  g_autoptr (GString) text = g_string_new ("cred: ");
  va_list args;

  g_string_append_printf (text, "%s:", p->file);
  if (p->group)
    g_string_append_printf (text, " [%s]", p->group);
  if (key)
    g_string_append_printf (text, " %s: ", key);
  else
    g_string_append_printf (text, " line %u: ", p->line);
  va_start (args, format);
  g_string_append_vprintf (text, format, args);
  va_end (args);
  g_set_error_literal (p->error, MIKEY_ERROR, MIKEY_ERROR_CRED, text->str);
  return false;
}

/* --- slices --- */

static MikeySlice
skip (MikeySlice text, gsize len)
{
  return mikey_slice (text.data + len, text.len - len);
}

static MikeySlice
trim (MikeySlice text)
{
  while (text.len && g_ascii_isspace (text.data[0]))
    text = skip (text, 1);
  while (text.len && g_ascii_isspace (text.data[text.len - 1]))
    text.len--;
  return text;
}

/* Octets before the first C, all of them if there is none. */
static gsize
until (MikeySlice text, guint8 c)
{
  const guint8 *at = text.len ? memchr (text.data, c, text.len) : NULL;

  return at ? (gsize)(at - text.data) : text.len;
}

static bool
slice_is (MikeySlice text, const gchar *word)
{
  return mikey_slice_equal (text, mikey_slice (word, strlen (word)));
}

/* The escapes of GKeyFile; -1: none of them. */
static int
unescape (guint8 c)
{
  static const gchar escapes[] = "s n\nt\tr\r\\\\";

  for (gsize i = 0; escapes[i]; i += 2)
    if (escapes[i] == (gchar)c)
      return escapes[i + 1];
  return -1;
}

gchar *
mikey_key_parse_string (MikeySlice value)
{
  GString *string = g_string_new (NULL);
  int c = 0;

  for (gsize i = 0; i < value.len && c >= 0; i++) {
    c = value.data[i];
    if (c == '\\')
      c = ++i < value.len ? unescape (value.data[i]) : -1;
    if (c >= 0)
      g_string_append_c (string, (gchar)c);
  }
  return g_string_free (string, c < 0);
}

/* --- groups --- */

/* A group without keys would be taken for one that has some. */
static bool
end_group (Parser *p)
{
  if (p->kind && !p->num_keys)
    return refuse (p, NULL, "a group without keys ends before this line");
  p->kind = NULL;
  p->num_keys = 0;
  g_clear_pointer (&p->group, g_free);
  return true;
}

static const MikeyKnownGroup *
find_kind (const Parser *p, MikeySlice kind, bool named)
{
  for (const MikeyKnownGroup *k = p->known; k->kind; k++)
    if (slice_is (kind, k->kind) && k->named == named)
      return k;
  return NULL;
}

static bool
unknown_group (Parser *p)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (const MikeyKnownGroup *k = p->known; k->kind; k++)
    g_string_append_printf (known, "%s[%s%s]", known->len ? ", " : "", k->kind,
                            k->named ? " ID" : "");
  return refuse (p, NULL, "an unknown group, there are %s", known->str);
}

static bool
begin_group (Parser *p, MikeySlice group)
{
  gsize kind_len = until (group, ' ');
  MikeySlice name = trim (skip (group, kind_len));

  p->group = g_strndup ((const gchar *)group.data, group.len);
  p->name = p->group + (name.data - group.data);
  p->kind = find_kind (p, mikey_slice (group.data, kind_len), name.len > 0);
  return p->kind || unknown_group (p);
}

static bool
read_group (Parser *p, MikeySlice line)
{
  MikeySlice group = skip (line, 1);

  MIKEY_TRY (end_group (p));
  if (until (group, ']') + 1 != group.len || until (group, '[') != group.len)
    return refuse (p, NULL, "a group is [name], without brackets in the name");
  group.len--;
  return begin_group (p, trim (group));
}

/* --- keys --- */

/* Names of keys look like this; what does not is perhaps half of a key. */
static bool
is_word (MikeySlice text)
{
  for (gsize i = 0; i < text.len; i++)
    if (!g_ascii_islower (text.data[i]) && text.data[i] != '-')
      return false;
  return text.len > 0;
}

static bool
unknown_key (Parser *p, MikeySlice name)
{
  g_autofree gchar *key = g_strndup ((const gchar *)name.data, name.len);
  g_autoptr (GString) known = g_string_new (NULL);

  for (const MikeyKnownKey *k = p->kind->keys; k->name; k++)
    g_string_append_printf (known, "%s%s", known->len ? ", " : "", k->name);
  return refuse (p, key, "unknown, this group has %s", known->str);
}

static bool
read_value (Parser *p, MikeySlice name, MikeySlice value)
{
  const MikeyKnownKey *key = p->kind->keys;
  MikeyFault fault;

  while (key->name && !slice_is (name, key->name))
    key++;
  if (!key->name)
    return unknown_key (p, name);
  p->num_keys++;
  /* the fault's text begins with its class, as the error's does */
  return key->set (p->user, p->name, value, &fault)
         || refuse (p, key->name, "%s", strchr (fault.text, ' ') + 1);
}

static bool
read_pair (Parser *p, MikeySlice line)
{
  gsize len = until (line, '=');
  MikeySlice name = trim (mikey_slice (line.data, len));

  if (len == line.len || !is_word (name))
    return refuse (p, NULL, "neither a [group] nor a key=value");
  if (!p->kind)
    return refuse (p, NULL, "a key=value before the first [group]");
  return read_value (p, name, trim (skip (line, len + 1)));
}

/* --- text --- */

static bool
read_line (Parser *p, MikeySlice line)
{
  p->line++;
  line = trim (line);
  if (!line.len || line.data[0] == '#')
    return true;
  return line.data[0] == '[' ? read_group (p, line) : read_pair (p, line);
}

/* What editors of some systems write before everything else. */
static MikeySlice
skip_bom (MikeySlice text)
{
  static const gchar bom[] = "\xef\xbb\xbf";
  gsize len = strlen (bom);

  return text.len >= len && slice_is (mikey_slice (text.data, len), bom)
             ? skip (text, len)
             : text;
}

static bool
read_text (Parser *p, MikeySlice text)
{
  if (!g_utf8_validate_len ((const gchar *)text.data, text.len, NULL))
    return refuse (p, "text", "not UTF-8");
  text = skip_bom (text);
  while (text.len) {
    gsize len = until (text, '\n');

    MIKEY_TRY (read_line (p, mikey_slice (text.data, len)));
    text = skip (text, MIN (len + 1, text.len));
  }
  p->line++;
  return end_group (p);
}

bool
mikey_key_parse (MikeySlice text, const gchar *file,
                 const MikeyKnownGroup *known, void *user, GError **error)
{
  Parser parser
      = { .file = file, .known = known, .user = user, .error = error };
  bool ok = read_text (&parser, text);

  g_free (parser.group);
  return ok;
}
