/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_KEYRING_H
#define GST_MIKEY_KEYRING_H

#include <mikey/mikey.h>

G_BEGIN_DECLS

/* The keyring of an element: the key of its property `psk`, else what the
 * application answers, else what its key file says. */
#define GST_TYPE_MIKEY_KEYRING (gst_mikey_keyring_get_type ())
G_DECLARE_FINAL_TYPE (GstMikeyKeyring, gst_mikey_keyring, GST, MIKEY_KEYRING,
                      GObject)

/* (transfer full) (nullable): asks the application; PEER_ID may be NULL. */
typedef GBytes *(*GstMikeyAskPsk) (const gchar *local_id, const gchar *peer_id,
                                   gpointer user_data);

/**
 * gst_mikey_keyring_new:
 * @psk: (nullable): the one key for everybody
 * @ask: called in the thread that handles a message, with no lock held
 * @file: (nullable): what to ask last
 */
GstMikeyKeyring *gst_mikey_keyring_new (GBytes *psk, MikeyKeyring *file,
                                        GstMikeyAskPsk ask, gpointer user_data);

/* Never calls the application again, which may be gone. */
void gst_mikey_keyring_detach (GstMikeyKeyring *self);

G_END_DECLS

#endif
