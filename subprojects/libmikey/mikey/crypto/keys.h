/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_CRYPTO_KEYS_H
#define MIKEY_CRYPTO_KEYS_H

/* The key schedule: which keys come from which secret under which label. */

#include "prf.h"

/* Label constants (registry prf_const; RFC 3830 4.1.3 and 4.1.4, RFC 6043). */
typedef enum {
  MIKEY_LABEL_TEK = 0x2AD01C64,      /* from TGK: TEK */
  MIKEY_LABEL_TGK_AUTH = 0x1B5C7973, /* from TGK: authentication key */
  MIKEY_LABEL_TGK_ENCR = 0x15798CEF, /* from TGK: encryption key */
  MIKEY_LABEL_TGK_SALT = 0x39A2C14B, /* from TGK: salting key */
  MIKEY_LABEL_MSG_ENCR = 0x150533E1, /* from PSK, envelope key, MPK, TPK */
  MIKEY_LABEL_MSG_AUTH = 0x2D22AC75,
  MIKEY_LABEL_MSG_SALT = 0x29B88916,
  MIKEY_LABEL_FORK_MPK = 0x2B288856, /* RFC 6043: MPKr' */
  MIKEY_LABEL_FORK_TGK = 0x1512B54A, /* RFC 6043: TGK' */
  MIKEY_LABEL_MPK_I = 0x220E99A2,    /* RFC 6043 MPKi, RFC 6267 MPK */
  MIKEY_LABEL_MPK_R = 0x1F4D675B,    /* RFC 6043 MPKr, RFC 6267 TGK */
} MikeyLabel;

#define MIKEY_CS_ID_MESSAGE 0xff /* the cs_id octet of message-key labels */

/* What a label names beside its constant (RFC 3830 4.1.3, 4.1.4). */
typedef struct {
  const MikeyPrf *prf;
  guint32 csb_id;
  MikeySlice rand;
} MikeyLabelContext;

/* OUT = PRF (SECRET, label || cs_id || csb_id || RAND): traffic keys and salts
 * of crypto session CS_ID from a TGK (3830-4.1.3-01), and with
 * MIKEY_CS_ID_MESSAGE the keys that protect messages from a PSK or envelope key
 * (3830-4.1.4-01). */
void mikey_derive (const MikeyLabelContext *context, MikeyLabel label,
                   guint8 cs_id, MikeySlice secret, guint8 *out, gsize out_len);

/* OUT = PRF (SECRET, label || PARTS...): the labels of RFC 6043 5.1 and A.2,
 * which the caller lays out octet by octet. The parts are public, of any
 * length, and MIKEY_DERIVE_MAX_PARTS at most. */
#define MIKEY_DERIVE_MAX_PARTS (MIKEY_PRF_MAX_PARTS - 1)
void mikey_derive_parts (const MikeyPrf *prf, MikeyLabel label,
                         const MikeySlice *parts, guint num_parts,
                         MikeySlice secret, guint8 *out, gsize out_len);

#endif
