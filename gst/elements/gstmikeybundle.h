/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_BUNDLE_H
#define GST_MIKEY_BUNDLE_H

#include <gst/gst.h>
#include <mikey/mikey.h>

G_BEGIN_DECLS

/**
 * GstMikeyBundle:
 * @session: what agreed on it
 * @keys: (element-type MikeyKeys): replaced, never changed
 * @generation: the highest in @keys
 * @rekey_since: when a rekey began, 0: none is under way
 * @timer: (nullable): when the generations before are dropped
 *
 * A crypto session bundle that a #GstMikeyAgent has keys of. The agent locks.
 */
typedef struct {
  MikeySession *session;
  GPtrArray *keys;
  guint generation;
  gint64 rekey_since;
  GstClockID timer;
} GstMikeyBundle;

/* (transfer full): takes SESSION. */
GstMikeyBundle *gst_mikey_bundle_new (MikeySession *session);
void gst_mikey_bundle_free (GstMikeyBundle *self);

/* Takes over KEYS (transfer full), what the session says now. TRUE: the
 * generation is another. *OLD (transfer full) is what they replace. */
gboolean gst_mikey_bundle_take_keys (GstMikeyBundle *self, GPtrArray *keys,
                                     GPtrArray **old);
/* (transfer full): the keys of SESSION, which forgets all but two generations:
 * the one to send with, and the one before for packets that are under way. */
GPtrArray *gst_mikey_session_trim_keys (MikeySession *session);
/* Makes SESSION forget what is before GENERATION. It says "keys-changed" then,
 * in this thread, in which _is_dropping() tells that from news. */
void gst_mikey_session_drop_keys (MikeySession *session, guint generation);
gboolean gst_mikey_session_is_dropping (void);

/* Whether there are keys of two generations. */
gboolean gst_mikey_bundle_overlaps (const GstMikeyBundle *self);
/* Whether KEYS are of the newest generation. */
gboolean
gst_mikey_bundle_is_newest (const GstMikeyBundle *self, MikeyKeys *keys);
/* Calls FUNC in MICROSECONDS, in place of what was planned before. */
void gst_mikey_bundle_plan (GstMikeyBundle *self, gint64 microseconds,
                            GstClockCallback func, gpointer user_data,
                            GDestroyNotify destroy);

/* Which crypto session is that of a stream. */
typedef enum {
  GST_MIKEY_FIND_NAMED,   /* a crypto session that names SSRC */
  GST_MIKEY_FIND_UNNAMED, /* the same, or one that names none */
  GST_MIKEY_FIND_ANY,     /* the same, or the only one */
} GstMikeyFind;

/* The live keys of stream SSRC, the newest first: (transfer full) (nullable).
 */
GPtrArray *gst_mikey_bundle_find_keys (const GstMikeyBundle *self, guint32 ssrc,
                                       GstMikeyFind how);

G_END_DECLS

#endif
