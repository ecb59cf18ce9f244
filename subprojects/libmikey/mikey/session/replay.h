/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SESSION_REPLAY_H
#define MIKEY_SESSION_REPLAY_H

#include <glib-object.h>
#include <mikey/session/error.h>

G_BEGIN_DECLS

/**
 * MikeyReplayStore:
 *
 * Remembers the messages that were accepted, so that none is accepted twice
 * (RFC 3830 5.4). Bounded: an entry stays for as long as its timestamp is
 * within the clock skew; a full store refuses new messages rather than forget
 * one it must still know. Share one store between all sessions of a process
 * whose policies have one max-clock-skew: a message is remembered for as long
 * as the policy under which it came would accept it.
 */
#define MIKEY_TYPE_REPLAY_STORE (mikey_replay_store_get_type ())
MIKEY_API
G_DECLARE_FINAL_TYPE (MikeyReplayStore, mikey_replay_store, MIKEY, REPLAY_STORE,
                      GObject)

/* The store of all sessions that are given none of their own: (transfer none).
 */
MIKEY_API MikeyReplayStore *mikey_replay_store_get_default (void);
/* At most CAPACITY messages (0: 65536). */
MIKEY_API MikeyReplayStore *mikey_replay_store_new (guint capacity);
MIKEY_API guint mikey_replay_store_get_size (MikeyReplayStore *self);
/* Octets of memory, entries and index together. */
MIKEY_API gsize mikey_replay_store_get_memory (MikeyReplayStore *self);
/* Everything the store knows, to be loaded after a restart so that the window
 * is not open again. */
MIKEY_API GBytes *mikey_replay_store_save (MikeyReplayStore *self);
MIKEY_API gboolean mikey_replay_store_load (MikeyReplayStore *self,
                                            GBytes *saved, GError **error);

G_END_DECLS

#endif
