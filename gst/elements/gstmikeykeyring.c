/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "gstmikeykeyring.h"

struct _GstMikeyKeyring {
  GObject parent;
  GBytes *psk;
  MikeyKeyring *file;
  GMutex lock;
  GstMikeyAskPsk ask;
  gpointer user_data;
};

static gchar *
keyring_get_identity (MikeyKeyring *keyring)
{
  GstMikeyKeyring *self = GST_MIKEY_KEYRING (keyring);

  return self->file ? mikey_keyring_get_identity (self->file) : NULL;
}

static GBytes *
ask_application (GstMikeyKeyring *self, const gchar *local_id,
                 const gchar *peer_id)
{
  GstMikeyAskPsk ask;
  gpointer user_data;

  g_mutex_lock (&self->lock);
  ask = self->ask;
  user_data = self->user_data;
  g_mutex_unlock (&self->lock);
  return ask ? ask (local_id, peer_id, user_data) : NULL;
}

static GBytes *
keyring_lookup_psk (MikeyKeyring *keyring, const gchar *local_id,
                    const gchar *peer_id, GError **error)
{
  GstMikeyKeyring *self = GST_MIKEY_KEYRING (keyring);
  GBytes *psk;

  if (self->psk)
    return g_bytes_ref (self->psk);
  psk = ask_application (self, local_id, peer_id);
  if (psk)
    return psk;
  if (self->file)
    return mikey_keyring_lookup_psk (self->file, local_id, peer_id, error);
  g_set_error (error, MIKEY_ERROR, MIKEY_ERROR_CRED,
               "there is no key shared with %s",
               peer_id ? peer_id : "this peer, which gives no identity");
  return NULL;
}

static void
keyring_interface_init (MikeyKeyringInterface *iface)
{
  iface->get_identity = keyring_get_identity;
  iface->lookup_psk = keyring_lookup_psk;
}

G_DEFINE_TYPE_WITH_CODE (GstMikeyKeyring, gst_mikey_keyring, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (MIKEY_TYPE_KEYRING,
                                                keyring_interface_init))

static void
gst_mikey_keyring_finalize (GObject *object)
{
  GstMikeyKeyring *self = GST_MIKEY_KEYRING (object);

  g_clear_pointer (&self->psk, g_bytes_unref);
  g_clear_object (&self->file);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_mikey_keyring_parent_class)->finalize (object);
}

static void
gst_mikey_keyring_class_init (GstMikeyKeyringClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_mikey_keyring_finalize;
}

static void
gst_mikey_keyring_init (GstMikeyKeyring *self)
{
  g_mutex_init (&self->lock);
}

GstMikeyKeyring *
gst_mikey_keyring_new (GBytes *psk, MikeyKeyring *file, GstMikeyAskPsk ask,
                       gpointer user_data)
{
  GstMikeyKeyring *self = g_object_new (GST_TYPE_MIKEY_KEYRING, NULL);

  self->psk = psk ? g_bytes_ref (psk) : NULL;
  self->file = file ? g_object_ref (file) : NULL;
  self->ask = ask;
  self->user_data = user_data;
  return self;
}

void
gst_mikey_keyring_detach (GstMikeyKeyring *self)
{
  g_mutex_lock (&self->lock);
  self->ask = NULL;
  g_mutex_unlock (&self->lock);
}
