/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SESSION_POLICY_H
#define MIKEY_SESSION_POLICY_H

#include <glib-object.h>
#include <mikey/session/error.h>

G_BEGIN_DECLS

/**
 * MikeyPolicy:
 *
 * What this side offers and what it accepts. Set it up, then hand it to
 * sessions; a session uses the values of the moment in which it makes or reads
 * a message.
 *
 * Properties (defaults): allow-null (FALSE); max-clock-skew, seconds (300);
 * tolerances (nothing); timestamp-type (ntp-utc); prf (mikey-1); encr-alg
 * (aes-cm-128); mac-alg (hmac-sha-1-160); key-type (tgk); key-validity (spi);
 * mki-length, octets 0 to 16 (4; 0 makes key-validity null); num-keys, that
 * one message brings (1); key-interval, packets of each of several keys whose
 * validity is interval (0, all); null-profile
 * (onvif); request-verification, ask the Responder for a verification message
 * (TRUE); send-ids, put identities into messages (TRUE).
 */
#define MIKEY_TYPE_POLICY (mikey_policy_get_type ())
MIKEY_API
G_DECLARE_FINAL_TYPE (MikeyPolicy, mikey_policy, MIKEY, POLICY, GObject)

/* All modes, null over secure carriers only; AES-CM-128 with HMAC-SHA-1-80
 * first, every suite that srtpenc has accepted. */
MIKEY_API MikeyPolicy *mikey_policy_new (void);

MIKEY_API void mikey_policy_set_mode_allowed (MikeyPolicy *self, MikeyMode mode,
                                              gboolean allowed);
MIKEY_API gboolean mikey_policy_get_mode_allowed (MikeyPolicy *self,
                                                  MikeyMode mode);
/* The SRTP suites, most wanted first: the first is offered, all are accepted.
 * Removing all and adding some restricts to these. FALSE with
 * MIKEY_ERROR_POLICY when MIKEY or SRTP can not express the combination: RTP
 * and RTCP have one cipher unless one of them is null, GCM excludes HMAC. */
MIKEY_API void mikey_policy_clear_suites (MikeyPolicy *self);
MIKEY_API gboolean mikey_policy_add_suite (
    MikeyPolicy *self, MikeySrtpCipher rtp_cipher, MikeySrtpAuth rtp_auth,
    MikeySrtpCipher rtcp_cipher, MikeySrtpAuth rtcp_auth, GError **error);

G_END_DECLS

#endif
