/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_BASE_TYPES_H
#define MIKEY_BASE_TYPES_H

/* Enumerations that every layer and the public API share. */

#include <glib.h>
#include <mikey/modes-enum.h>

/* Marks what the shared library exports; everything else stays inside. */
#ifndef MIKEY_API
#define MIKEY_API __attribute__ ((visibility ("default")))
#endif

G_BEGIN_DECLS

/**
 * MikeyRole:
 * @MIKEY_ROLE_AUTO: whoever speaks first is the Initiator
 * @MIKEY_ROLE_INITIATOR: sends the first message
 * @MIKEY_ROLE_RESPONDER: answers it
 *
 * A party's role in the key exchange, which need not be its role in the call
 * (RFC 3830 1.3).
 */
typedef enum {
  MIKEY_ROLE_AUTO,      /*< nick=auto >*/
  MIKEY_ROLE_INITIATOR, /*< nick=initiator >*/
  MIKEY_ROLE_RESPONDER, /*< nick=responder >*/
} MikeyRole;

/**
 * MikeyState:
 * @MIKEY_STATE_IDLE: nothing sent, nothing received
 * @MIKEY_STATE_OFFERED: a message went out whose answer is awaited
 * @MIKEY_STATE_WAITING: a message is in, a credential for it is awaited
 * @MIKEY_STATE_ESTABLISHED: keys are agreed
 * @MIKEY_STATE_FAILED: the exchange ended without keys
 *
 * Where a #MikeySession stands.
 */
typedef enum {
  MIKEY_STATE_IDLE,        /*< nick=idle >*/
  MIKEY_STATE_OFFERED,     /*< nick=offered >*/
  MIKEY_STATE_WAITING,     /*< nick=waiting >*/
  MIKEY_STATE_ESTABLISHED, /*< nick=established >*/
  MIKEY_STATE_FAILED,      /*< nick=failed >*/
} MikeyState;

/**
 * MikeySrtpCipher:
 * @MIKEY_SRTP_CIPHER_NULL: no encryption
 * @MIKEY_SRTP_CIPHER_AES_128_ICM: AES-CM, 128-bit key (RFC 3711)
 * @MIKEY_SRTP_CIPHER_AES_256_ICM: AES-CM, 256-bit key (RFC 6188)
 * @MIKEY_SRTP_CIPHER_AES_128_GCM: AES-GCM, 128-bit key (RFC 7714)
 * @MIKEY_SRTP_CIPHER_AES_256_GCM: AES-GCM, 256-bit key (RFC 7714)
 *
 * SRTP ciphers; the nicks are those of srtpenc.
 */
typedef enum {
  MIKEY_SRTP_CIPHER_NULL,        /*< nick=null >*/
  MIKEY_SRTP_CIPHER_AES_128_ICM, /*< nick=aes-128-icm >*/
  MIKEY_SRTP_CIPHER_AES_256_ICM, /*< nick=aes-256-icm >*/
  MIKEY_SRTP_CIPHER_AES_128_GCM, /*< nick=aes-128-gcm >*/
  MIKEY_SRTP_CIPHER_AES_256_GCM, /*< nick=aes-256-gcm >*/
} MikeySrtpCipher;

/**
 * MikeySrtpAuth:
 * @MIKEY_SRTP_AUTH_NULL: no authentication tag (AES-GCM has its own)
 * @MIKEY_SRTP_AUTH_HMAC_SHA1_32: HMAC-SHA-1, 32-bit tag
 * @MIKEY_SRTP_AUTH_HMAC_SHA1_80: HMAC-SHA-1, 80-bit tag
 *
 * SRTP authentication; the nicks are those of srtpenc.
 */
typedef enum {
  MIKEY_SRTP_AUTH_NULL,         /*< nick=null >*/
  MIKEY_SRTP_AUTH_HMAC_SHA1_32, /*< nick=hmac-sha1-32 >*/
  MIKEY_SRTP_AUTH_HMAC_SHA1_80, /*< nick=hmac-sha1-80 >*/
} MikeySrtpAuth;

/**
 * MikeyKeyType:
 * @MIKEY_KEY_TYPE_TGK: a generation key, from which each crypto session's key
 *   and salt are derived
 * @MIKEY_KEY_TYPE_TGK_SALT: a generation key, and the salt itself
 * @MIKEY_KEY_TYPE_TEK: the traffic key itself, the salt derived from it or, as
 *   RTSP equipment does, appended to it
 * @MIKEY_KEY_TYPE_TEK_SALT: the traffic key and the salt themselves
 *
 * What a Key data sub-payload carries (RFC 3830 6.13); values are the
 * registry's.
 */
typedef enum {
  MIKEY_KEY_TYPE_TGK = 0,      /*< nick=tgk >*/
  MIKEY_KEY_TYPE_TGK_SALT = 1, /*< nick=tgk-salt >*/
  MIKEY_KEY_TYPE_TEK = 2,      /*< nick=tek >*/
  MIKEY_KEY_TYPE_TEK_SALT = 3, /*< nick=tek-salt >*/
} MikeyKeyType;

/**
 * MikeyKeyValidity:
 * @MIKEY_KEY_VALIDITY_NULL: from now until replaced
 * @MIKEY_KEY_VALIDITY_SPI: for packets that name it by their MKI
 * @MIKEY_KEY_VALIDITY_INTERVAL: for a range of packet indices
 *
 * Which packets a key is for (RFC 3830 6.13, 6.14); values are the registry's.
 */
typedef enum {
  MIKEY_KEY_VALIDITY_NULL = 0,     /*< nick=null >*/
  MIKEY_KEY_VALIDITY_SPI = 1,      /*< nick=spi >*/
  MIKEY_KEY_VALIDITY_INTERVAL = 2, /*< nick=interval >*/
} MikeyKeyValidity;

/**
 * MikeyTimestampType:
 * @MIKEY_TIMESTAMP_NTP_UTC: 64-bit NTP, UTC
 * @MIKEY_TIMESTAMP_NTP: 64-bit NTP
 * @MIKEY_TIMESTAMP_COUNTER: a counter that only grows, for parties without a
 *   clock
 *
 * What a message's timestamp is (RFC 3830 6.6); values are the registry's.
 */
typedef enum {
  MIKEY_TIMESTAMP_NTP_UTC = 0, /*< nick=ntp-utc >*/
  MIKEY_TIMESTAMP_NTP = 1,     /*< nick=ntp >*/
  MIKEY_TIMESTAMP_COUNTER = 2, /*< nick=counter >*/
} MikeyTimestampType;

/**
 * MikeyPrfFunc:
 * @MIKEY_PRF_MIKEY_1: HMAC-SHA-1, what every implementation has
 * @MIKEY_PRF_HMAC_SHA_256: PRF-HMAC-SHA-256 (RFC 6043)
 *
 * Pseudo-random function of the key schedule; values are the registry's.
 */
typedef enum {
  MIKEY_PRF_MIKEY_1 = 0,      /*< nick=mikey-1 >*/
  MIKEY_PRF_HMAC_SHA_256 = 1, /*< nick=hmac-sha-256 >*/
} MikeyPrfFunc;

/**
 * MikeyEncrAlg:
 * @MIKEY_ENCR_NULL: none
 * @MIKEY_ENCR_AES_CM_128: AES counter mode, what every implementation has
 * @MIKEY_ENCR_AES_KW_128: AES key wrap
 * @MIKEY_ENCR_AES_CM_256: AES counter mode with a 256-bit key (RFC 6043)
 *
 * What encrypts keys in a message; values are the registry's.
 */
typedef enum {
  MIKEY_ENCR_NULL = 0,       /*< nick=null >*/
  MIKEY_ENCR_AES_CM_128 = 1, /*< nick=aes-cm-128 >*/
  MIKEY_ENCR_AES_KW_128 = 2, /*< nick=aes-kw-128 >*/
  MIKEY_ENCR_AES_CM_256 = 3, /*< nick=aes-cm-256 >*/
} MikeyEncrAlg;

/**
 * MikeyMacAlg:
 * @MIKEY_MAC_NULL: none
 * @MIKEY_MAC_HMAC_SHA_1_160: HMAC-SHA-1, what every implementation has
 * @MIKEY_MAC_HMAC_SHA_256_256: HMAC-SHA-256 (RFC 6043)
 *
 * What authenticates a message; values are the registry's.
 */
typedef enum {
  MIKEY_MAC_NULL = 0,             /*< nick=null >*/
  MIKEY_MAC_HMAC_SHA_1_160 = 1,   /*< nick=hmac-sha-1-160 >*/
  MIKEY_MAC_HMAC_SHA_256_256 = 2, /*< nick=hmac-sha-256-256 >*/
} MikeyMacAlg;

/**
 * MikeyTolerances:
 * @MIKEY_TOLERATE_NOTHING: what the RFCs say, nothing else
 * @MIKEY_TOLERATE_TRAILING_ZERO: one 0x00 after the last payload (Milestone
 *   XProtect)
 * @MIKEY_TOLERATE_NO_RAND: no RAND payload in a first message that carries TEKs
 *   only (ONVIF, Genetec Omnicast)
 * @MIKEY_TOLERATE_ORDER: information payloads in any order (minisip sends SP
 *   before RAND)
 * @MIKEY_TOLERATE_CLOCK: in null mode, timestamps that are no time at all
 *   (Genetec Omnicast)
 * @MIKEY_TOLERATE_TAG_AS_KEY_LENGTH: "Session Auth. key length" 10 or 4, where
 *   no tag length is given, means the tag length (GStreamer)
 * @MIKEY_TOLERATE_KEY_WITH_SALT: a TEK that is as long as key and salt together
 *   is both of them (GStreamer, live555, gortsplib, ONVIF)
 * @MIKEY_TOLERATE_V_WITHOUT_IDS: a verification message whose MAC leaves out
 *   the identities (minisip)
 * @MIKEY_TOLERATE_NO_TIMESTAMP: in null mode, no T payload (key-only updates
 *   of GStreamer)
 * @MIKEY_TOLERATE_EMPTY_MAP_WITH_SP: an SP payload beside an Empty map (3GPP
 *   private calls)
 * @MIKEY_TOLERATE_NEW_T_IN_REPLY: an answer whose timestamp is not that of the
 *   message it answers, though its MAC covers that one (minisip)
 * @MIKEY_TOLERATE_EQUIPMENT: all that RTSP equipment needs
 *
 * Known deviations of real equipment, each off unless a policy switches it on.
 */
typedef enum {
  MIKEY_TOLERATE_NOTHING = 0,                /*< nick=nothing >*/
  MIKEY_TOLERATE_TRAILING_ZERO = 1 << 0,     /*< nick=trailing-zero >*/
  MIKEY_TOLERATE_NO_RAND = 1 << 1,           /*< nick=no-rand >*/
  MIKEY_TOLERATE_ORDER = 1 << 2,             /*< nick=order >*/
  MIKEY_TOLERATE_CLOCK = 1 << 3,             /*< nick=clock >*/
  MIKEY_TOLERATE_TAG_AS_KEY_LENGTH = 1 << 4, /*< nick=tag-as-key-length >*/
  MIKEY_TOLERATE_KEY_WITH_SALT = 1 << 5,     /*< nick=key-with-salt >*/
  MIKEY_TOLERATE_V_WITHOUT_IDS = 1 << 6,     /*< nick=v-without-ids >*/
  MIKEY_TOLERATE_NO_TIMESTAMP = 1 << 7,      /*< nick=no-timestamp >*/
  MIKEY_TOLERATE_EMPTY_MAP_WITH_SP = 1 << 8, /*< nick=empty-map-with-sp >*/
  MIKEY_TOLERATE_NEW_T_IN_REPLY = 1 << 9,    /*< nick=new-t-in-reply >*/
  MIKEY_TOLERATE_EQUIPMENT = 0xbf,           /*< nick=equipment >*/
} MikeyTolerances;

/**
 * MikeyNullProfile:
 * @MIKEY_NULL_PROFILE_ONVIF: key and salt in one TEK, 4-octet MKI, auth key
 *   length 20 and tag length 10, as ONVIF cameras, Axis, live555 and gortsplib
 *   read it
 * @MIKEY_NULL_PROFILE_GSTREAMER: the same without MKI and with the tag length
 *   where the key length belongs, the only form that GStreamer before 1.26
 *   reads
 *
 * How an unprotected offer is written.
 */
typedef enum {
  MIKEY_NULL_PROFILE_ONVIF,     /*< nick=onvif >*/
  MIKEY_NULL_PROFILE_GSTREAMER, /*< nick=gstreamer >*/
} MikeyNullProfile;

G_END_DECLS

#endif
