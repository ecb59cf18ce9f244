/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SESSION_KEYRING_H
#define MIKEY_SESSION_KEYRING_H

#include <glib-object.h>
#include <mikey/session/error.h>

G_BEGIN_DECLS

/**
 * MikeyKeyring:
 *
 * Who I am and whom I trust. An interface, so that an application can answer
 * from its own database or hardware module; #MikeyKeyfile is the one that reads
 * a file. Called from any thread that uses a session; must not call back into
 * that session.
 */
#define MIKEY_TYPE_KEYRING (mikey_keyring_get_type ())
MIKEY_API
G_DECLARE_INTERFACE (MikeyKeyring, mikey_keyring, MIKEY, KEYRING, GObject)

/**
 * MikeyKeyringInterface:
 * @get_identity: the identity of this side (a SIP URI, an NAI), or %NULL
 * @lookup_psk: the key shared by @local_id and @peer_id, either of which may be
 *   %NULL when unknown
 */
struct _MikeyKeyringInterface {
  GTypeInterface parent;

  gchar *(*get_identity) (MikeyKeyring *self); /* (transfer full) (nullable) */
  /* (transfer full); NULL with MIKEY_ERROR_CRED: there is none, or
   * MIKEY_ERROR_PENDING: ask again after mikey_session_resume(). */
  GBytes *(*lookup_psk) (MikeyKeyring *self, const gchar *local_id,
                         const gchar *peer_id, GError **error);

  gpointer padding[14];
};

MIKEY_API gchar *mikey_keyring_get_identity (MikeyKeyring *self);
MIKEY_API GBytes *
mikey_keyring_lookup_psk (MikeyKeyring *self, const gchar *local_id,
                          const gchar *peer_id, GError **error);

/**
 * MikeyKeyfile:
 *
 * A keyring in memory, usually read from a key file:
 *
 * |[
 * [me]
 * id=sip:alice@example.org
 *
 * [peer sip:bob@example.org]
 * psk=000102030405060708090a0b0c0d0e0f
 * ]|
 *
 * `[peer *]` is for every peer that has no group of its own. Keys are hex, or
 * base64 after `base64:`. At least 16 octets.
 */
#define MIKEY_TYPE_KEYFILE (mikey_keyfile_get_type ())
MIKEY_API
G_DECLARE_FINAL_TYPE (MikeyKeyfile, mikey_keyfile, MIKEY, KEYFILE, GObject)

MIKEY_API MikeyKeyfile *mikey_keyfile_new (void); /* empty */
MIKEY_API MikeyKeyfile *
mikey_keyfile_new_from_file (const gchar *path, GError **error);
MIKEY_API MikeyKeyfile *
mikey_keyfile_new_from_data (const gchar *data, gssize length, GError **error);
MIKEY_API void mikey_keyfile_set_identity (MikeyKeyfile *self, const gchar *id);
/* PEER_ID NULL or "*": for every peer. */
MIKEY_API gboolean mikey_keyfile_add_psk (MikeyKeyfile *self,
                                          const gchar *peer_id, GBytes *psk,
                                          GError **error);

/* Hex, or base64 (with or without the prefix "base64:"), to octets: how a key
 * is typed everywhere. (transfer full), NULL with MIKEY_ERROR_CRED. */
MIKEY_API GBytes *mikey_key_from_text (const gchar *text, GError **error);

G_END_DECLS

#endif
