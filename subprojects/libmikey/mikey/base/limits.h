/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_BASE_LIMITS_H
#define MIKEY_BASE_LIMITS_H

/* What this side is willing to handle. Each is tested at the limit and one
 * beyond it. */

#define MIKEY_MAX_MESSAGE   65535 /* octets of one message */
#define MIKEY_MAX_PAYLOADS  64    /* payloads of one chain */
#define MIKEY_MAX_CS        255 /* crypto sessions of a bundle, #CS is 8 bits */
#define MIKEY_MAX_SP        32  /* SP payloads of one message */
#define MIKEY_MAX_SP_PARAMS 64  /* parameters of one SP payload */
#define MIKEY_MAX_KEYS                                                         \
  16 /* Key data sub-payloads of one message, and live keys of a bundle; as    \
        many as srtpdec takes */
#define MIKEY_MAX_ERRORS  8    /* ERR payloads of one message */
#define MIKEY_MAX_ID      2048 /* octets of an identity */
#define MIKEY_MAX_NESTING 4    /* chains inside chains */
#define MIKEY_MIN_RAND    16   /* octets, RFC 3830 6.11 */
#define MIKEY_MAX_RAND    255  /* octets, RAND len is 8 bits */
#define MIKEY_MAX_KEY     512 /* octets of one transported key (OAKLEY 16 TGK) */
#define MIKEY_MAX_SALT    64  /* octets of one transported salt */
#define MIKEY_MAX_TAG     32  /* octets of the longest MAC, HMAC-SHA-256 */

#endif
