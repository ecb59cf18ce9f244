/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_SESSION_KEYS_H
#define MIKEY_SESSION_KEYS_H

#include <glib-object.h>
#include <mikey/session/error.h>

G_BEGIN_DECLS

/**
 * MikeyKeys:
 *
 * One traffic key of one crypto session, ready for SRTP (RFC 3830 Appendix A).
 * Immutable, reference counted; key and salt lie in locked memory until a
 * caller takes a copy.
 */
typedef struct _MikeyKeys MikeyKeys;

#define MIKEY_TYPE_KEYS (mikey_keys_get_type ())
MIKEY_API GType mikey_keys_get_type (void);
MIKEY_API MikeyKeys *mikey_keys_ref (MikeyKeys *keys);
MIKEY_API void mikey_keys_unref (MikeyKeys *keys);

MIKEY_API guint mikey_keys_get_cs_id (MikeyKeys *keys);
MIKEY_API guint32 mikey_keys_get_ssrc (MikeyKeys *keys); /* 0: any */
MIKEY_API guint32 mikey_keys_get_roc (MikeyKeys *keys);
/* Counts the key generations of the bundle from 0; the highest is the one to
 * send with, the ones below are still accepted. */
MIKEY_API guint mikey_keys_get_generation (MikeyKeys *keys);

MIKEY_API MikeySrtpCipher mikey_keys_get_rtp_cipher (MikeyKeys *keys);
MIKEY_API MikeySrtpAuth mikey_keys_get_rtp_auth (MikeyKeys *keys);
MIKEY_API MikeySrtpCipher mikey_keys_get_rtcp_cipher (MikeyKeys *keys);
MIKEY_API MikeySrtpAuth mikey_keys_get_rtcp_auth (MikeyKeys *keys);
MIKEY_API guint64 mikey_keys_get_key_derivation_rate (MikeyKeys *keys);

/* Copies (transfer full): the SRTP master key, the master salt, and both
 * concatenated as libsrtp and srtpenc want it. */
MIKEY_API GBytes *mikey_keys_get_master_key (MikeyKeys *keys);
MIKEY_API GBytes *mikey_keys_get_master_salt (MikeyKeys *keys);
MIKEY_API GBytes *mikey_keys_get_key_and_salt (MikeyKeys *keys);
/* Copies key and salt into DATA, at most SIZE octets; returns how many there
 * are. No heap copy is made. */
MIKEY_API gsize mikey_keys_copy_key_and_salt (MikeyKeys *keys, guint8 *data,
                                              gsize size);
/* (transfer none) (nullable): the MKI, NULL when packets carry none. */
MIKEY_API GBytes *mikey_keys_get_mki (MikeyKeys *keys);
MIKEY_API MikeyKeyValidity mikey_keys_get_validity (MikeyKeys *keys);
/* The packet indices (ROC||SEQ) of validity interval; FALSE for others. */
MIKEY_API gboolean mikey_keys_get_interval (MikeyKeys *keys, guint64 *from,
                                            guint64 *to);
/* Constant-time equality of everything but ROC. */
MIKEY_API gboolean mikey_keys_equal (MikeyKeys *a, MikeyKeys *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MikeyKeys, mikey_keys_unref)

G_END_DECLS

#endif
