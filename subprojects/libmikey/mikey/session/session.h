/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SESSION_SESSION_H
#define MIKEY_SESSION_SESSION_H

#include <mikey/session/keyring.h>
#include <mikey/session/keys.h>
#include <mikey/session/message.h>
#include <mikey/session/policy.h>
#include <mikey/session/replay.h>

G_BEGIN_DECLS

/**
 * MikeySession:
 *
 * One crypto session bundle (CSB): a key exchange with one peer, the keys that
 * came of it, and their updates. No I/O: messages go in and out as octets.
 *
 * |[
 * alice:  offer = mikey_session_create_offer (alice, &error);
 * bob:    mikey_session_receive (bob, offer, &reply, &error);
 * alice:  mikey_session_receive (alice, reply, NULL, &error);
 * both:   keys = mikey_session_get_keys (session);
 * ]|
 *
 * Properties: mode (what to offer; of a Responder, what the peer chose;
 * default auto, which offers psk), local-id and peer-id (string, NULL: as the
 * keyring or the peer says), role (read-only), state (read-only, notified),
 * csb-id (read-only), carrier-secure (boolean: the messages travel over an
 * authenticated, encrypted channel, which is what the null mode needs),
 * replay-store (shared between sessions; the process's if not set: two
 * receivers of one message in one process need stores of their own).
 *
 * Signals, emitted without a lock held, in the thread that made the call:
 * - keys-changed (): mikey_session_get_keys() tells something new
 * - verify-peer (peer_id) -> gboolean: last word on an authenticated peer;
 *   FALSE refuses it (accumulated: any FALSE refuses; no handler accepts)
 * - peer-error (error_no: uint, name: string, authenticated: gboolean): an
 *   Error message; one that is not authenticated changes no state
 *
 * Safe to use from several threads.
 */
#define MIKEY_TYPE_SESSION (mikey_session_get_type ())
MIKEY_API
G_DECLARE_FINAL_TYPE (MikeySession, mikey_session, MIKEY, SESSION, GObject)

/* KEYRING may be NULL for null mode; POLICY NULL: mikey_policy_new(). */
MIKEY_API MikeySession *
mikey_session_new (MikeyKeyring *keyring, MikeyPolicy *policy);

/* Adds a stream, that is a crypto session, and returns how many this side has
 * added by now, which is its CS ID in an offer; 0 when there are 255 already.
 * SSRC 0: not known here, the peer fills it in. ROC: the rollover counter now.
 * After establishment the stream becomes known to the peer with the next
 * mikey_session_create_update(). */
MIKEY_API guint mikey_session_add_stream (MikeySession *self, guint32 ssrc,
                                          guint32 roc);
/* The same with another SRTP suite than the first of the policy's list: SUITE
 * counts from 0 in the order of mikey_policy_add_suite(). */
MIKEY_API guint mikey_session_add_stream_with_suite (MikeySession *self,
                                                     guint32 ssrc, guint32 roc,
                                                     guint suite);
/* The current rollover counter of a stream, told to the peer by the next
 * message so that a late joiner can decrypt. FALSE: no such stream. */
MIKEY_API gboolean mikey_session_set_roc (MikeySession *self, guint32 ssrc,
                                          guint32 roc);

/* The first message, as Initiator: (transfer full), NULL with error. */
MIKEY_API GBytes *
mikey_session_create_offer (MikeySession *self, GError **error);
/* A CSB update (RFC 3830 4.5), from either side, once established: with
 * NEW_KEYS a rekey, else only the streams and their ROCs. */
MIKEY_API GBytes *
mikey_session_create_update (MikeySession *self, gboolean new_keys,
                             GError **error);
/* Takes a message of the peer. TRUE: accepted; *REPLY (out, transfer full,
 * nullable) is to be sent back, if any. FALSE: refused, state unchanged;
 * *REPLY may still be an Error message that the peer should get. With
 * MIKEY_ERROR_PENDING the message is kept until mikey_session_resume(). */
MIKEY_API gboolean mikey_session_receive (MikeySession *self, GBytes *message,
                                          GBytes **reply, GError **error);
/* Goes on with the message that waits for a credential; results as in
 * mikey_session_receive(). */
MIKEY_API gboolean mikey_session_resume (MikeySession *self, GBytes **reply,
                                         GError **error);

/* (transfer container) (element-type MikeyKeys): for each crypto session every
 * live key, by CS ID, the newest generation first. Empty before establishment.
 */
MIKEY_API GPtrArray *mikey_session_get_keys (MikeySession *self);
/* Forgets the generations before GENERATION, when their last packets have
 * passed. */
MIKEY_API void mikey_session_drop_keys (MikeySession *self, guint generation);
/* The newest key of the crypto session with this SSRC, or of the one with SSRC
 * 0, or of the only one: (transfer full) (nullable). */
MIKEY_API MikeyKeys *mikey_session_find_keys (MikeySession *self, guint32 ssrc);

MIKEY_API MikeyMode mikey_session_get_mode (MikeySession *self);
MIKEY_API MikeyState mikey_session_get_state (MikeySession *self);
MIKEY_API guint32 mikey_session_get_csb_id (MikeySession *self);
/* (transfer full) (nullable): the peer's authenticated identity. */
MIKEY_API gchar *mikey_session_get_peer_identity (MikeySession *self);

/**
 * MikeyClockFunc:
 *
 * Returns: microseconds since 1970-01-01T00:00:00Z, or %G_MININT64 for "no
 *   time": freshness is then not judged.
 */
typedef gint64 (*MikeyClockFunc) (gpointer user_data);
/**
 * MikeyRandomFunc:
 *
 * Fills @data with @length octets of cryptographic quality, or returns %FALSE.
 */
typedef gboolean (*MikeyRandomFunc) (guint8 *data, gsize length,
                                     gpointer user_data);

/* Replace the system's clock and random source, for tests and replays; NULL
 * brings back the default. */
MIKEY_API void
mikey_session_set_clock (MikeySession *self, MikeyClockFunc clock,
                         gpointer user_data, GDestroyNotify destroy);
MIKEY_API void
mikey_session_set_random (MikeySession *self, MikeyRandomFunc random,
                          gpointer user_data, GDestroyNotify destroy);

/* The whole state as octets, and back: for a process that ends between offer
 * and answer (`mikey offer --state`). Holds secrets: keep it as a key file. */
MIKEY_API GBytes *mikey_session_save (MikeySession *self, GError **error);
MIKEY_API gboolean mikey_session_load (MikeySession *self, GBytes *saved,
                                       GError **error);

G_END_DECLS

#endif
