/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_TALK_H
#define GST_MIKEY_TALK_H

#include "gstmikeybin.h"

G_BEGIN_DECLS

/* What gstmikeybin.c, which is about properties and states, needs of
 * gstmikeytalk.c, which is about messages. */

extern const GstMikeySignallingCallbacks gst_mikey_talk_signalling;
extern const GstMikeyAgentListener gst_mikey_talk_listener;

/* A GstMikeyAskPsk whose user data is the bin. */
GBytes *gst_mikey_talk_ask_psk (const gchar *local_id, const gchar *peer_id,
                                gpointer user_data);
/* Notices, and notifies, what happened to the session. */
void gst_mikey_talk_update_state (GstMikeyBin *self);

/* The action signals create-offer and handle-message. */
GBytes *gst_mikey_talk_create_offer (GstMikeyBin *self);
gboolean gst_mikey_talk_handle (GstMikeyBin *self, GBytes *message);

G_END_DECLS

#endif
