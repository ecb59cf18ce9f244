/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_AGENT_H
#define GST_MIKEY_AGENT_H

#include <gst/gst.h>
#include <mikey/mikey.h>

G_BEGIN_DECLS

/* One MIKEY session, used by one element or by all those of this process that
 * have the same `session-id`. Knows when a message is due, which messages have
 * been here before, and which keys are for which stream. Moves no message
 * itself.
 *
 * A Responder may have several, one for each bundle (CSB) that a peer began:
 * senders that were started anew, or several of them. The newest is the one
 * that we speak in; streams are looked up in all, the newest first.
 *
 * Thread-safe; calls nobody with its lock held. */
#define GST_TYPE_MIKEY_AGENT (gst_mikey_agent_get_type ())
G_DECLARE_FINAL_TYPE (GstMikeyAgent, gst_mikey_agent, GST, MIKEY_AGENT, GObject)

/**
 * GstMikeyAgentListener:
 * @keys_changed: gst_mikey_agent_find_keys() tells something else: @news, or
 *   less, when old keys were dropped
 * @verify_peer: whether @peer_id, which is authentic, is welcome
 * @peer_error: the peer sent an Error message
 *
 * What an element wants to know; called in the thread that handles a message.
 */
typedef struct {
  void (*keys_changed) (gboolean news, gpointer user_data);
  gboolean (*verify_peer) (const gchar *peer_id, gpointer user_data);
  void (*peer_error) (const gchar *name, gboolean authenticated,
                      gpointer user_data);
} GstMikeyAgentListener;

/**
 * GstMikeyAgentConfig:
 * @mode: what to offer
 * @local_id: (nullable):
 * @peer_id: (nullable):
 * @keyring: (nullable):
 * @policy: what to offer and accept
 * @store: what was seen before
 * @judge_freshness: %FALSE: messages may be of any age
 * @carrier_secure: the null mode is fine
 * @responder: peers may begin further sessions
 *
 * How to set up the session; of elements that share one, the first decides.
 */
typedef struct {
  MikeyMode mode;
  const gchar *local_id;
  const gchar *peer_id;
  MikeyKeyring *keyring;
  MikeyPolicy *policy;
  MikeyReplayStore *store;
  gboolean judge_freshness;
  gboolean carrier_secure;
  gboolean responder;
} GstMikeyAgentConfig;

/* (transfer full): the agent of SESSION_ID, or a new one if that is NULL. */
GstMikeyAgent *gst_mikey_agent_get (const gchar *session_id);
/* Joins; the first one in makes the session. */
void
gst_mikey_agent_join (GstMikeyAgent *self, const GstMikeyAgentConfig *config,
                      const GstMikeyAgentListener *listener,
                      gpointer user_data);
/* Leaves; the last one out ends the session. No callback comes afterwards,
 * except one that is under way in another thread. */
void gst_mikey_agent_leave (GstMikeyAgent *self, gpointer user_data);

/* Tells of a stream that we send, and where its rollover counter is. TRUE if it
 * was not known. */
gboolean
gst_mikey_agent_add_stream (GstMikeyAgent *self, guint32 ssrc, guint32 roc);
void gst_mikey_agent_set_roc (GstMikeyAgent *self, guint32 ssrc, guint32 roc);

/* The message that is due, if any: the offer if INITIATOR and nothing was said
 * yet, an update when streams came since. (transfer full), NULL without error:
 * none. */
GBytes *gst_mikey_agent_next_message (GstMikeyAgent *self, gboolean initiator,
                                      GError **error);
/* New keys for all. (transfer full), NULL without error: that is under way. */
GBytes *gst_mikey_agent_rekey (GstMikeyAgent *self, GError **error);
/* Whether there are other keys, streams or rollover counters than in the offer.
 */
gboolean gst_mikey_agent_has_moved (GstMikeyAgent *self);
/* For whoever joins late: (transfer full): the offer that is due, or, to be
 * taken after the offer, keys (new ones, if they changed since), streams and
 * rollover counters. */
GBytes *gst_mikey_agent_create_offer (GstMikeyAgent *self, GError **error);
/* Takes a message of the peer, as mikey_session_receive(); one that came
 * before, as it does when it comes by caps and event, is *DUPLICATE, and TRUE
 * without reply. */
gboolean
gst_mikey_agent_receive (GstMikeyAgent *self, GBytes *message, GBytes **reply,
                         gboolean *duplicate, GError **error);
/* Whether we made MESSAGE: a pipeline may bring it back. */
gboolean gst_mikey_agent_is_own (GstMikeyAgent *self, GBytes *message);

/* The live keys of stream SSRC, the newest first: (transfer full) (nullable)
 * (element-type MikeyKeys). If no crypto session names SSRC, one that names
 * none will do and, unless EXACT, the only one. *CSB_ID (nullable) tells whose
 * they are. */
GPtrArray *gst_mikey_agent_find_keys (GstMikeyAgent *self, guint32 ssrc,
                                      gboolean exact, guint32 *csb_id);
/* Somebody uses KEYS. If they are new ones, those before are dropped soon. */
void gst_mikey_agent_note_use (GstMikeyAgent *self, MikeyKeys *keys);
/* Whether any stream has more than one key. */
gboolean gst_mikey_agent_overlaps (GstMikeyAgent *self);
/* Those of the newest bundle that has any. */
GPtrArray *gst_mikey_agent_get_keys (GstMikeyAgent *self);
gboolean gst_mikey_agent_has_keys (GstMikeyAgent *self);
/* (transfer full) (nullable): NULL before the first join. */
MikeySession *gst_mikey_agent_ref_session (GstMikeyAgent *self);

/* For tests, in microseconds: how long keys live on after their successors came
 * into use, and at most if these never do. */
extern gint64 gst_mikey_agent_old_key_life;
extern gint64 gst_mikey_agent_unused_key_life;

G_END_DECLS

#endif
