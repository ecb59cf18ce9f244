/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_AGENT_PRIVATE_H
#define GST_MIKEY_AGENT_PRIVATE_H

/* What gstmikeyagent.c, which is about sessions and keys, shares with
 * gstmikeyagentmessages.c, which is about messages. */

#include "gstmikeyagent.h"
#include "gstmikeybundle.h"

G_BEGIN_DECLS

typedef struct {
  GstMikeyAgentListener call;
  gpointer user_data;
} Listener;

struct _GstMikeyAgent {
  GObject parent;
  GMutex lock;
  GPtrArray *bundles;         /* GstMikeyBundle, the newest first */
  GstMikeyAgentConfig config; /* of the first to join; owned, once set */
  GArray *listeners;          /* Listener */
  GHashTable *streams;        /* SSRCs of ours that the session knows */
  gboolean spoken;            /* somebody made or took a first message */
  gboolean moved;             /* there is more to know than the offer says */
  gboolean update_due;        /* streams came that the peer does not know */
  GQueue seen;                /* messages received and accepted */
  GQueue made;                /* messages made here */
};

/* (nullable): the bundle that we speak in; with the lock. */
GstMikeyBundle *gst_mikey_agent_current (GstMikeyAgent *self);
/* (transfer full): a new session that tells us what happens to it; with the
 * lock. */
MikeySession *gst_mikey_agent_make_session (GstMikeyAgent *self);
void gst_mikey_agent_free_bundle (GstMikeyAgent *self, GstMikeyBundle *bundle);
/* Takes over what SESSION says now. FALSE: it is not one of ours (yet). */
gboolean gst_mikey_agent_take_keys (GstMikeyAgent *self, MikeySession *session);
/* Tells the listeners; NEWS: keys came, not only went. */
void gst_mikey_agent_tell_keys (GstMikeyAgent *self, gboolean news);

G_END_DECLS

#endif
