/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "key-parser.h"
#include "key-text.h"

#define MAX_FILE   (4 * 1024 * 1024)
#define FIRST_READ (32 * 1024)
#define ANYBODY    "*"

struct _MikeyKeyfile {
  GObject parent;

  GMutex lock;
  gchar *identity;
  GHashTable *psks; /* peer -> MikeySecret */
};

/* --- what stands in a key file --- */

/* The keyring is not shared yet, so these need no lock. */
static bool
set_id (void *user, const gchar *name, MikeySlice value, MikeyFault *fault)
{
  MikeyKeyfile *self = user;

  if (self->identity)
    return mikey_fail (fault, MIKEY_FAULT_BAD_CREDENTIAL, "given twice");
  if (!value.len)
    return mikey_fail (fault, MIKEY_FAULT_BAD_CREDENTIAL, "empty");
  self->identity = mikey_key_parse_string (value);
  return self->identity
         || mikey_fail (fault, MIKEY_FAULT_BAD_CREDENTIAL,
                        "a backslash that escapes nothing");
}

static bool
set_psk (void *user, const gchar *name, MikeySlice value, MikeyFault *fault)
{
  MikeyKeyfile *self = user;
  MikeySecret *key;

  if (g_hash_table_contains (self->psks, name))
    return mikey_fail (fault, MIKEY_FAULT_BAD_CREDENTIAL, "given twice");
  key = mikey_secret_from_text (value, fault);
  if (key)
    g_hash_table_insert (self->psks, g_strdup (name), key);
  return key != NULL;
}

static const MikeyKnownGroup groups[] = {
  { "me", false, { { "id", set_id } } },
  { "peer", true, { { "psk", set_psk } } },
  { NULL },
};

static MikeyKeyfile *
keyfile_from_text (MikeySlice text, const gchar *file, GError **error)
{
  g_autoptr (MikeyKeyfile) self = mikey_keyfile_new ();

  return mikey_key_parse (text, file, groups, self, error)
             ? g_steal_pointer (&self)
             : NULL;
}

/* --- the file --- */

static bool
bad_file (const gchar *file, const gchar *why, GError **error)
{
  g_set_error (error, MIKEY_ERROR, MIKEY_ERROR_RESOURCE, "resource: %s: %s",
               file, why);
  return false;
}

/* Who may write the file chooses the keys. Others may read it if its owner
 * wants so (a group of servers), pipes are their maker's matter. */
static bool
check_owner (int fd, const gchar *file, GError **error)
{
  struct stat info;

  if (fstat (fd, &info) != 0)
    return bad_file (file, g_strerror (errno), error);
  if (!S_ISREG (info.st_mode) || !(info.st_mode & (S_IWGRP | S_IWOTH)))
    return true;
  g_set_error (error, MIKEY_ERROR, MIKEY_ERROR_CRED,
               "cred: %s: others than its owner can write it (chmod go-w)",
               file);
  return false;
}

/* Room for as much again, with what is there already. */
static bool
grow (MikeySecret **text, gsize len)
{
  MikeySecret *larger = mikey_secret_new (len ? 2 * len : FIRST_READ);

  if (!larger)
    return false;
  if (len)
    memcpy (larger->data, (*text)->data, len);
  mikey_secret_unref (*text);
  *text = larger;
  return true;
}

/* More of the file behind the first LEN octets; 0 at its end, -1: errno. */
static gssize
read_more (int fd, MikeySecret **text, gsize len)
{
  gssize n;

  if ((!*text || len == (*text)->len) && !grow (text, len)) {
    errno = ENOMEM;
    return -1;
  }
  do
    n = read (fd, (*text)->data + len, (*text)->len - len);
  while (n < 0 && errno == EINTR);
  return n;
}

static bool
read_file (int fd, const gchar *file, MikeySecret **text, gsize *len,
           GError **error)
{
  gssize n;

  *len = 0;
  while ((n = read_more (fd, text, *len)) > 0) {
    *len += (gsize)n;
    if (*len > MAX_FILE)
      return bad_file (file, "more than 4 MiB, not a key file", error);
  }
  return n == 0 || bad_file (file, g_strerror (errno), error);
}

static MikeyKeyfile *
keyfile_from_fd (int fd, const gchar *file, GError **error)
{
  g_autoptr (MikeySecret) text = NULL;
  gsize len;

  if (!check_owner (fd, file, error)
      || !read_file (fd, file, &text, &len, error))
    return NULL;
  return keyfile_from_text (mikey_slice (text->data, len), file, error);
}

/* --- keyring --- */

static gchar *
get_identity (MikeyKeyring *keyring)
{
  MikeyKeyfile *self = MIKEY_KEYFILE (keyring);
  gchar *identity;

  g_mutex_lock (&self->lock);
  identity = g_strdup (self->identity);
  g_mutex_unlock (&self->lock);
  return identity;
}

/* A new reference, or NULL. */
static MikeySecret *
find_psk (MikeyKeyfile *self, const gchar *peer_id)
{
  MikeySecret *psk = NULL;

  g_mutex_lock (&self->lock);
  if (peer_id)
    psk = g_hash_table_lookup (self->psks, peer_id);
  if (!psk)
    psk = g_hash_table_lookup (self->psks, ANYBODY);
  if (psk)
    mikey_secret_ref (psk);
  g_mutex_unlock (&self->lock);
  return psk;
}

/* Every key here is shared with this side, whatever it is called. That there is
 * none mikey_keyring_lookup_psk() tells. */
static GBytes *
lookup_psk (MikeyKeyring *keyring, const gchar *local_id, const gchar *peer_id,
            GError **error)
{
  MikeySecret *psk = find_psk (MIKEY_KEYFILE (keyring), peer_id);

  return psk ? mikey_secret_to_bytes (psk) : NULL;
}

static void
keyring_init (MikeyKeyringInterface *iface)
{
  iface->get_identity = get_identity;
  iface->lookup_psk = lookup_psk;
}

/* --- object --- */

G_DEFINE_TYPE_WITH_CODE (MikeyKeyfile, mikey_keyfile, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (MIKEY_TYPE_KEYRING,
                                                keyring_init))

static void
mikey_keyfile_init (MikeyKeyfile *self)
{
  g_mutex_init (&self->lock);
  self->psks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify)mikey_secret_unref);
}

static void
mikey_keyfile_finalize (GObject *object)
{
  MikeyKeyfile *self = MIKEY_KEYFILE (object);

  g_free (self->identity);
  g_hash_table_unref (self->psks);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (mikey_keyfile_parent_class)->finalize (object);
}

static void
mikey_keyfile_class_init (MikeyKeyfileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mikey_keyfile_finalize;
}

/**
 * mikey_keyfile_new:
 *
 * Returns: (transfer full): a keyring without keys
 */
MikeyKeyfile *
mikey_keyfile_new (void)
{
  return g_object_new (MIKEY_TYPE_KEYFILE, NULL);
}

/**
 * mikey_keyfile_new_from_file:
 * @path: (type filename): a key file
 * @error: %MIKEY_ERROR_RESOURCE when it can not be read, %MIKEY_ERROR_CRED when
 *   it is not a key file, or others than its owner can write it
 *
 * Groups and keys that are not known are errors, so that no typing mistake goes
 * unseen.
 *
 * Returns: (transfer full): the keyring, %NULL on failure
 */
MikeyKeyfile *
mikey_keyfile_new_from_file (const gchar *path, GError **error)
{
  g_autofree gchar *file = NULL;
  MikeyKeyfile *self;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);
  file = g_filename_display_name (path);
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) {
    bad_file (file, g_strerror (errno), error);
    return NULL;
  }
  self = keyfile_from_fd (fd, file, error);
  close (fd);
  return self;
}

/**
 * mikey_keyfile_new_from_data:
 * @data: text of a key file
 * @length: its octets, -1 when it ends with a NUL
 * @error: %MIKEY_ERROR_CRED when it is not a key file
 *
 * Returns: (transfer full): the keyring, %NULL on failure
 */
MikeyKeyfile *
mikey_keyfile_new_from_data (const gchar *data, gssize length, GError **error)
{
  gsize len;

  g_return_val_if_fail (data != NULL, NULL);
  len = length < 0 ? strlen (data) : (gsize)length;
  return keyfile_from_text (mikey_slice (data, len), "key file", error);
}

/**
 * mikey_keyfile_set_identity:
 * @self: a keyring
 * @id: (nullable): the identity of this side
 */
void
mikey_keyfile_set_identity (MikeyKeyfile *self, const gchar *id)
{
  gchar *copy;

  g_return_if_fail (MIKEY_IS_KEYFILE (self));
  copy = g_strdup (id);
  g_mutex_lock (&self->lock);
  g_free (self->identity);
  self->identity = copy;
  g_mutex_unlock (&self->lock);
}

static MikeySecret *
key_from_bytes (GBytes *bytes, MikeyFault *fault)
{
  MikeySlice octets;
  MikeySecret *key;

  octets.data = g_bytes_get_data (bytes, &octets.len);
  if (!mikey_psk_check_length (octets.len, fault))
    return NULL;
  key = mikey_secret_copy (octets);
  if (!key)
    mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no room for a key");
  return key;
}

/**
 * mikey_keyfile_add_psk:
 * @self: a keyring
 * @peer_id: (nullable): the peer that shares the key; %NULL or "*": every peer
 *   that has none of its own
 * @psk: the key, which is copied
 * @error: %MIKEY_ERROR_CRED when it has less than 16 octets
 *
 * Replaces the key of @peer_id if there is one.
 *
 * Returns: %TRUE on success
 */
gboolean
mikey_keyfile_add_psk (MikeyKeyfile *self, const gchar *peer_id, GBytes *psk,
                       GError **error)
{
  MikeyFault fault;
  MikeySecret *key;

  g_return_val_if_fail (MIKEY_IS_KEYFILE (self), FALSE);
  g_return_val_if_fail (psk != NULL, FALSE);
  key = key_from_bytes (psk, &fault);
  if (!key) {
    mikey_set_error (error, &fault);
    return FALSE;
  }
  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->psks, g_strdup (peer_id ? peer_id : ANYBODY),
                        key);
  g_mutex_unlock (&self->lock);
  return TRUE;
}
