/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private.h"

#include <string.h>

struct _MikeyKeys {
  gint refs;
  guint cs_id;
  guint32 ssrc, roc;
  guint generation;
  MikeySuite suite;
  guint32 key_derivation_rate;
  MikeySecret *key, *salt;
  GBytes *mki; /* NULL: none */
  MikeyKeyValidity validity;
  guint64 from, to;
};

G_DEFINE_BOXED_TYPE (MikeyKeys, mikey_keys, mikey_keys_ref, mikey_keys_unref)

MikeyKeys *
mikey_keys_new (const MikeyCs *cs, const MikeySuite *suite,
                const MikeyTrafficKey *traffic_key, guint32 key_derivation_rate,
                MikeySecret *key, MikeySecret *salt)
{
  MikeyKeys *keys = g_new0 (MikeyKeys, 1);

  keys->refs = 1;
  keys->cs_id = cs->cs_id;
  keys->ssrc = cs->ssrc;
  keys->roc = cs->roc;
  keys->generation = traffic_key->generation;
  keys->suite = *suite;
  keys->key_derivation_rate = key_derivation_rate;
  keys->key = key;
  keys->salt = salt;
  if (traffic_key->mki.len)
    keys->mki = g_bytes_new (traffic_key->mki.data, traffic_key->mki.len);
  keys->validity = traffic_key->validity;
  keys->from = traffic_key->from;
  keys->to = traffic_key->to;
  return keys;
}

/**
 * mikey_keys_ref:
 * @keys: a #MikeyKeys
 *
 * Returns: (transfer full): @keys
 */
MikeyKeys *
mikey_keys_ref (MikeyKeys *keys)
{
  g_atomic_int_inc (&keys->refs);
  return keys;
}

/**
 * mikey_keys_unref:
 * @keys: (transfer full) (nullable): a #MikeyKeys
 */
void
mikey_keys_unref (MikeyKeys *keys)
{
  if (!keys || !g_atomic_int_dec_and_test (&keys->refs))
    return;
  mikey_secret_unref (keys->key);
  mikey_secret_unref (keys->salt);
  g_clear_pointer (&keys->mki, g_bytes_unref);
  g_free (keys);
}

/**
 * mikey_keys_get_cs_id:
 * @keys: a #MikeyKeys
 *
 * Returns: the crypto session's CS ID, from 1
 */
guint
mikey_keys_get_cs_id (MikeyKeys *keys)
{
  return keys->cs_id;
}

/**
 * mikey_keys_get_ssrc:
 * @keys: a #MikeyKeys
 *
 * Returns: the SSRC that the key is for, 0 for any
 */
guint32
mikey_keys_get_ssrc (MikeyKeys *keys)
{
  return keys->ssrc;
}

/**
 * mikey_keys_get_roc:
 * @keys: a #MikeyKeys
 *
 * Returns: the rollover counter at the time of the message
 */
guint32
mikey_keys_get_roc (MikeyKeys *keys)
{
  return keys->roc;
}

/**
 * mikey_keys_get_generation:
 * @keys: a #MikeyKeys
 *
 * Returns: which rekey brought the key; the highest is to be sent with, those
 *   below are still accepted
 */
guint
mikey_keys_get_generation (MikeyKeys *keys)
{
  return keys->generation;
}

/**
 * mikey_keys_get_rtp_cipher:
 * @keys: a #MikeyKeys
 *
 * Returns: what encrypts SRTP
 */
MikeySrtpCipher
mikey_keys_get_rtp_cipher (MikeyKeys *keys)
{
  return keys->suite.rtp_cipher;
}

/**
 * mikey_keys_get_rtp_auth:
 * @keys: a #MikeyKeys
 *
 * Returns: what authenticates SRTP
 */
MikeySrtpAuth
mikey_keys_get_rtp_auth (MikeyKeys *keys)
{
  return keys->suite.rtp_auth;
}

/**
 * mikey_keys_get_rtcp_cipher:
 * @keys: a #MikeyKeys
 *
 * Returns: what encrypts SRTCP
 */
MikeySrtpCipher
mikey_keys_get_rtcp_cipher (MikeyKeys *keys)
{
  return keys->suite.rtcp_cipher;
}

/**
 * mikey_keys_get_rtcp_auth:
 * @keys: a #MikeyKeys
 *
 * Returns: what authenticates SRTCP
 */
MikeySrtpAuth
mikey_keys_get_rtcp_auth (MikeyKeys *keys)
{
  return keys->suite.rtcp_auth;
}

/**
 * mikey_keys_get_key_derivation_rate:
 * @keys: a #MikeyKeys
 *
 * Returns: after how many packets SRTP derives its session keys anew, 0: never
 */
guint64
mikey_keys_get_key_derivation_rate (MikeyKeys *keys)
{
  return keys->key_derivation_rate;
}

static void
unref_secret (gpointer secret)
{
  mikey_secret_unref (secret);
}

/* The octets stay in locked memory for as long as the GBytes lives. */
static GBytes *
secret_bytes (MikeySecret *secret)
{
  return g_bytes_new_with_free_func (secret->data, secret->len, unref_secret,
                                     mikey_secret_ref (secret));
}

/**
 * mikey_keys_get_master_key:
 * @keys: a #MikeyKeys
 *
 * Returns: (transfer full): the SRTP master key
 */
GBytes *
mikey_keys_get_master_key (MikeyKeys *keys)
{
  return secret_bytes (keys->key);
}

/**
 * mikey_keys_get_master_salt:
 * @keys: a #MikeyKeys
 *
 * Returns: (transfer full): the SRTP master salt
 */
GBytes *
mikey_keys_get_master_salt (MikeyKeys *keys)
{
  return secret_bytes (keys->salt);
}

/**
 * mikey_keys_get_key_and_salt:
 * @keys: a #MikeyKeys
 *
 * Returns: (transfer full) (nullable): master key and master salt, one after
 *   the other; %NULL when there is no memory
 */
GBytes *
mikey_keys_get_key_and_salt (MikeyKeys *keys)
{
  g_autoptr (MikeySecret) both
      = mikey_secret_new (keys->key->len + keys->salt->len);

  if (!both)
    return NULL;
  mikey_keys_copy_key_and_salt (keys, both->data, both->len);
  return secret_bytes (both);
}

/**
 * mikey_keys_copy_key_and_salt: (skip)
 * @keys: a #MikeyKeys
 * @data: where to
 * @size: octets that fit there
 *
 * Returns: octets of master key and salt; more than @size: nothing was copied
 */
gsize
mikey_keys_copy_key_and_salt (MikeyKeys *keys, guint8 *data, gsize size)
{
  gsize len = keys->key->len + keys->salt->len;

  if (len <= size) {
    memcpy (data, keys->key->data, keys->key->len);
    if (keys->salt->len)
      memcpy (data + keys->key->len, keys->salt->data, keys->salt->len);
  }
  return len;
}

/**
 * mikey_keys_get_mki:
 * @keys: a #MikeyKeys
 *
 * Returns: (transfer none) (nullable): the MKI that packets under this key
 *   carry
 */
GBytes *
mikey_keys_get_mki (MikeyKeys *keys)
{
  return keys->mki;
}

/**
 * mikey_keys_get_validity:
 * @keys: a #MikeyKeys
 *
 * Returns: how it is told which packets the key is for
 */
MikeyKeyValidity
mikey_keys_get_validity (MikeyKeys *keys)
{
  return keys->validity;
}

/**
 * mikey_keys_get_interval:
 * @keys: a #MikeyKeys
 * @from: (out) (optional): the first packet index
 * @to: (out) (optional): the last packet index
 *
 * Returns: %FALSE unless the key has an interval
 */
gboolean
mikey_keys_get_interval (MikeyKeys *keys, guint64 *from, guint64 *to)
{
  if (from)
    *from = keys->from;
  if (to)
    *to = keys->to;
  return keys->validity == MIKEY_KEY_VALIDITY_INTERVAL;
}

static gboolean
same_suite (const MikeySuite *a, const MikeySuite *b)
{
  return a->rtp_cipher == b->rtp_cipher && a->rtp_auth == b->rtp_auth
         && a->rtcp_cipher == b->rtcp_cipher && a->rtcp_auth == b->rtcp_auth;
}

static gboolean
same_mki (GBytes *a, GBytes *b)
{
  return a && b ? g_bytes_equal (a, b) : a == b;
}

/**
 * mikey_keys_equal:
 * @a: a #MikeyKeys
 * @b: a #MikeyKeys
 *
 * Compares key material in constant time.
 *
 * Returns: are they the same in everything but the rollover counter?
 */
gboolean
mikey_keys_equal (MikeyKeys *a, MikeyKeys *b)
{
  bool key = mikey_secret_equal (mikey_secret_slice (a->key),
                                 mikey_secret_slice (b->key));
  bool salt = mikey_secret_equal (mikey_secret_slice (a->salt),
                                  mikey_secret_slice (b->salt));

  return key && salt && a->cs_id == b->cs_id && a->ssrc == b->ssrc
         && same_suite (&a->suite, &b->suite) && same_mki (a->mki, b->mki)
         && a->validity == b->validity && a->from == b->from && a->to == b->to;
}
