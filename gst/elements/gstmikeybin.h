/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_BIN_H
#define GST_MIKEY_BIN_H

#include <gst/gst.h>
#include <mikey/mikey.h>

#include "gstmikeyagent.h"
#include "gstmikeykeyring.h"
#include "gstmikeysettings.h"
#include "gstmikeysignalling.h"

G_BEGIN_DECLS

/* What mikeyenc and mikeydec have in common: properties, signals, the session,
 * and how messages come and go. They themselves do what concerns media. */
#define GST_TYPE_MIKEY_BIN (gst_mikey_bin_get_type ())
#define GST_MIKEY_BIN(obj)                                                     \
  (G_TYPE_CHECK_INSTANCE_CAST ((obj), GST_TYPE_MIKEY_BIN, GstMikeyBin))
#define GST_MIKEY_BIN_GET_CLASS(obj)                                           \
  (G_TYPE_INSTANCE_GET_CLASS ((obj), GST_TYPE_MIKEY_BIN, GstMikeyBinClass))

typedef struct _GstMikeyBin GstMikeyBin;
typedef struct _GstMikeyBinClass GstMikeyBinClass;

/**
 * GstMikeyBin:
 * @settings: under the object lock; fixed while READY or above
 * @lock: for what follows; never held while anybody else is called
 * @changed: keys, or whether we run
 * @running: from READY to PAUSED on until back
 * @failed: an error was posted, nothing more will come
 * @busy: messages that are being made or taken, and are not sent or answered
 *   yet; the keys that come of them are not to be used before they are
 * @busy_seen: somebody waits for that
 * @switch_at: when a sender may use new keys that the peer asked for; before,
 * the peer may not have our answer
 * @refusal: why the last message that was refused was
 * @agent: while running
 */
struct _GstMikeyBin {
  GstBin parent;

  GstMikeySettings settings;
  GMutex lock;
  GCond changed;
  gboolean running;
  gboolean failed;
  guint busy;
  gboolean busy_seen;
  gint64 switch_at;
  GError *refusal;
  GstMikeyAgent *agent;

  /* Private to gstmikeybin.c. */
  GstMikeyKeyring *keyring;
  MikeyReplayStore *store;
  GstMikeySignalling *signalling;
  MikeyState state;
  guint64 messages_in, messages_out, messages_refused;
};

/**
 * GstMikeyBinClass:
 * @natural_role: what role=auto means
 * @element_name: the SRTP element inside
 * @has_children: whether it could be made
 * @started: the session is there
 * @keys_changed: in any thread
 * @send: puts a message on its way along the pipeline
 * @add_stats: of media
 */
struct _GstMikeyBinClass {
  GstBinClass parent_class;

  MikeyRole natural_role;
  const gchar *element_name;
  gboolean (*has_children) (GstMikeyBin *self);
  void (*started) (GstMikeyBin *self);
  void (*stopped) (GstMikeyBin *self);
  void (*keys_changed) (GstMikeyBin *self);
  void (*send) (GstMikeyBin *self, GBytes *message);
  void (*add_stats) (GstMikeyBin *self, GstStructure *stats);
  void (*setting_changed) (GstMikeyBin *self);

  /* Action signals. */
  GBytes *(*create_offer) (GstMikeyBin *self);
  gboolean (*handle_message) (GstMikeyBin *self, GBytes *message);
  gboolean (*rekey) (GstMikeyBin *self);
  /* The signal's last handler. */
  gboolean (*verify_peer) (GstMikeyBin *self, const gchar *peer_id);
};

GType gst_mikey_bin_get_type (void);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstMikeyBin, gst_object_unref)

/* GObject does not inherit these, and a class that installs properties needs
 * them. */
void gst_mikey_bin_set_property (GObject *object, guint id, const GValue *value,
                                 GParamSpec *spec);
void gst_mikey_bin_get_property (GObject *object, guint id, GValue *value,
                                 GParamSpec *spec);
/* Whether we are the one who speaks first. */
gboolean gst_mikey_bin_is_initiator (GstMikeyBin *self);
/* Whether messages travel in caps and events. */
gboolean gst_mikey_bin_is_inband (GstMikeyBin *self);

/* Makes and sends what is due, see gst_mikey_agent_next_message(). FALSE: that
 * failed, and an error is posted. */
gboolean gst_mikey_bin_speak (GstMikeyBin *self);
/* Takes a message that came along the pipeline; CARRIER says how. What cannot
 * be accepted is an error as long as there are no keys. */
void
gst_mikey_bin_hear (GstMikeyBin *self, GBytes *message, const gchar *carrier);
/* Tells whoever joins late what has changed since the offer, if anything has.
 */
void gst_mikey_bin_repeat (GstMikeyBin *self);
/* New keys for all; FALSE: impossible now. */
gboolean gst_mikey_bin_rekey (GstMikeyBin *self, const gchar *reason);
/* (transfer full) (nullable): NULL when not running. */
GstMikeyAgent *gst_mikey_bin_ref_agent (GstMikeyBin *self);
/* Whether keys were agreed on, for whatever stream. */
gboolean gst_mikey_bin_has_keys (GstMikeyBin *self);
/* Posts an error, once; WHAT says what we were about to do. */
void
gst_mikey_bin_fail (GstMikeyBin *self, const gchar *what, const GError *error);
/* Posts an error that says that there is no key after all, and why. */
void gst_mikey_bin_fail_without_key (GstMikeyBin *self);
/* Posts an error: both sides agreed on no cipher at all. */
void gst_mikey_bin_fail_unprotected (GstMikeyBin *self);
/* Tells everybody that the key of stream SSRC is used up soon. */
void
gst_mikey_bin_key_expiring (GstMikeyBin *self, guint32 ssrc, guint generation,
                            guint64 packets, const gchar *reason);

G_END_DECLS

#endif
