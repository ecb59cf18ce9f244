/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_SETTINGS_H
#define GST_MIKEY_SETTINGS_H

#include <gst/gst.h>
#include <mikey/mikey.h>

G_BEGIN_DECLS

/**
 * GstMikeySettings:
 *
 * The properties of mikeyenc and mikeydec that only hold a value. One table
 * says what they are called, what they mean and where they lie.
 */
typedef struct {
  gint mode;
  gint role;
  gchar *keyring;
  gchar *psk;
  gchar *local_id;
  gchar *peer_id;
  gint rtp_cipher;
  gint rtp_auth;
  gint rtcp_cipher;
  gint rtcp_auth;
  guint mki_length;
  guint64 rekey_packets;
  guint rekey_interval;
  gchar *session_id;
  gchar *signalling;
  gint max_clock_skew;
  gboolean allow_null;
  guint tolerances;
  gboolean request_verification;
  gint key_timeout;
  guint replay_window_size;
  gboolean allow_repeat_tx;
  gboolean drop_pending;
  /* Bit N: property N was set, and is not its default. */
  guint64 given;
} GstMikeySettings;

typedef enum {
  GST_MIKEY_SETTING_BOTH,
  GST_MIKEY_SETTING_ENC,
} GstMikeySettingScope;

/* Installs the properties of SCOPE; ids begin at 1. */
void
gst_mikey_settings_install (GObjectClass *klass, GstMikeySettingScope scope);
/* How many there are of all scopes; an element's own ids come after them. */
guint gst_mikey_settings_count (void);

void gst_mikey_settings_init (GstMikeySettings *self);
void gst_mikey_settings_clear (GstMikeySettings *self);
/* FALSE: ID is not one of these properties. The caller locks. */
gboolean
gst_mikey_settings_set (GstMikeySettings *self, guint id, const GValue *value);
gboolean
gst_mikey_settings_get (GstMikeySettings *self, guint id, GValue *value);

/* (transfer full): what these settings offer and accept, NULL with error. */
MikeyPolicy *
gst_mikey_settings_make_policy (GstMikeySettings *self, GError **error);

G_END_DECLS

#endif
