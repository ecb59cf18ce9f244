/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private.h"

G_DEFINE_INTERFACE (MikeyKeyring, mikey_keyring, G_TYPE_OBJECT)

static void
mikey_keyring_default_init (MikeyKeyringInterface *iface)
{
}

/* For keyrings that do not say why there is no key: callers of a function that
 * failed look at the error. */
static GBytes *
no_psk (GError **error, const gchar *peer_id)
{
  MikeyFault fault;

  mikey_fail (&fault, MIKEY_FAULT_NO_CREDENTIAL, "no shared key for %s",
              peer_id ? peer_id : "an unknown peer");
  mikey_set_error (error, &fault);
  return NULL;
}

/**
 * mikey_keyring_get_identity:
 * @self: a keyring
 *
 * Returns: (transfer full) (nullable): the identity of this side, %NULL when
 *   the keyring has none
 */
gchar *
mikey_keyring_get_identity (MikeyKeyring *self)
{
  MikeyKeyringInterface *iface;

  g_return_val_if_fail (MIKEY_IS_KEYRING (self), NULL);
  iface = MIKEY_KEYRING_GET_IFACE (self);
  return iface->get_identity ? iface->get_identity (self) : NULL;
}

/**
 * mikey_keyring_lookup_psk:
 * @self: a keyring
 * @local_id: (nullable): identity of this side
 * @peer_id: (nullable): identity of the other side
 * @error: %MIKEY_ERROR_CRED when there is no such key, %MIKEY_ERROR_PENDING
 * when it has been asked for and is not there yet
 *
 * Returns: (transfer full): the key that the two share, %NULL on failure
 */
GBytes *
mikey_keyring_lookup_psk (MikeyKeyring *self, const gchar *local_id,
                          const gchar *peer_id, GError **error)
{
  MikeyKeyringInterface *iface;
  GError *reason = NULL;
  GBytes *psk = NULL;

  g_return_val_if_fail (MIKEY_IS_KEYRING (self), NULL);
  iface = MIKEY_KEYRING_GET_IFACE (self);
  if (iface->lookup_psk)
    psk = iface->lookup_psk (self, local_id, peer_id, &reason);
  if (psk) {
    g_clear_error (&reason);
    return psk;
  }
  if (!reason)
    return no_psk (error, peer_id);
  g_propagate_error (error, reason);
  return NULL;
}
