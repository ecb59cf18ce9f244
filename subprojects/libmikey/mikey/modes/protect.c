/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protect.h"

#include <string.h>

#include "../base/limits.h"

guint64
mikey_t_as_64 (const MikeyT *t)
{
  enum { NTP_UTC_32 = 3 };

  if (t->value.len == 8)
    return mikey_get_u64 (t->value.data);
  /* NTP-UTC-32 are the upper half of a timestamp, a counter is its lower. */
  return t->ts_type == NTP_UTC_32 ? (guint64)mikey_get_u32 (t->value.data) << 32
                                  : mikey_get_u32 (t->value.data);
}

static void
message_key (const MikeyProtection *p, MikeyLabel label, guint8 *out, gsize len)
{
  mikey_derive (&p->label, label, MIKEY_CS_ID_MESSAGE,
                mikey_secret_slice (p->secret), out, len);
}

void
mikey_protect_tag (const MikeyProtection *protection, const MikeyMac *mac,
                   const MikeySlice *parts, guint num_parts, guint8 *tag)
{
  g_auto (MikeyStackSecret) key = { { 0 } };

  message_key (protection, MIKEY_LABEL_MSG_AUTH, key.data, mac->key_len);
  mac->compute (mikey_slice (key.data, mac->key_len), parts, num_parts, tag);
}

static const MikeyMac *
find_mac (guint32 mac_alg, MikeyFault *fault)
{
  const MikeyMac *mac = mikey_mac_find (mac_alg);

  if (!mac)
    mikey_fail (fault, MIKEY_FAULT_BAD_MAC, "MAC algorithm %u", mac_alg);
  else if (mac == &mikey_mac_null)
    mikey_fail (fault, MIKEY_FAULT_UNPROTECTED,
                "the message has no MAC (MAC algorithm NULL)");
  else
    return mac;
  return NULL;
}

bool
mikey_protect_verify (const MikeyProtection *protection, guint32 mac_alg,
                      const MikeySlice *parts, guint num_parts, MikeySlice tag,
                      MikeyFault *fault)
{
  const MikeyMac *mac = find_mac (mac_alg, fault);
  g_auto (MikeyStackSecret) key = { { 0 } };

  MIKEY_TRY (mac);
  if (!protection->secret || !protection->secret->len)
    return mikey_fail (fault, MIKEY_FAULT_NO_CREDENTIAL,
                       "no key to verify with");
  message_key (protection, MIKEY_LABEL_MSG_AUTH, key.data, mac->key_len);
  if (mikey_mac_verify (mac, mikey_slice (key.data, mac->key_len), parts,
                        num_parts, tag))
    return true;
  return mikey_fail (fault, MIKEY_FAULT_AUTH_FAILED,
                     "the MAC is false: another key, or a message that was "
                     "changed on its way");
}

/* The message up to its last TAG octets (3830-5.2-02): whatever is in it,
 * policies of any protocol and extensions too (4442-1-01, 4442-5-01,
 * 5410-5-01). */
static MikeySlice
covered (const MikeyChecked *checked, MikeySlice tag)
{
  MikeySlice raw = checked->parsed->raw;

  return mikey_slice (raw.data, raw.len - tag.len);
}

bool
mikey_verify_kemac (const MikeyProtection *protection,
                    const MikeyChecked *checked, MikeyVerified *verified,
                    MikeyFault *fault)
{
  const MikeyKemac *kemac
      = mikey_checked_find (checked, MIKEY_PAYLOAD_KEMAC, 0);
  MikeySlice part = covered (checked, kemac->mac);

  MIKEY_TRY (mikey_protect_verify (protection, kemac->mac_alg, &part, 1,
                                   kemac->mac, fault));
  *verified = (MikeyVerified){ checked, true };
  return true;
}

bool
mikey_verify_v (const MikeyProtection *protection, const MikeyChecked *checked,
                const MikeySlice *extra, guint num_extra,
                MikeyVerified *verified, MikeyFault *fault)
{
  const MikeyV *v = mikey_checked_find (checked, MIKEY_PAYLOAD_V, 0);
  MikeySlice parts[8];

  parts[0] = covered (checked, v->ver_data);
  memcpy (parts + 1, extra, num_extra * sizeof *extra);
  MIKEY_TRY (mikey_protect_verify (protection, v->auth_alg, parts,
                                   1 + num_extra, v->ver_data, fault));
  *verified = (MikeyVerified){ checked, true };
  return true;
}

bool
mikey_verify_unprotected (const MikeyChecked *checked, MikeyVerified *verified,
                          MikeyFault *fault)
{
  const MikeyKemac *kemac
      = mikey_checked_find (checked, MIKEY_PAYLOAD_KEMAC, 0);

  /* 3830-4.2.4-03: neither of the two alone. */
  if (kemac->encr_alg != MIKEY_ENCR_NULL || kemac->mac_alg != MIKEY_MAC_NULL)
    return mikey_fail_at (fault, MIKEY_FAULT_BAD_COMBINATION, "KEMAC",
                          kemac->base.offset,
                          "encryption %u with MAC %u is neither protected nor "
                          "unprotected",
                          kemac->encr_alg, kemac->mac_alg);
  *verified = (MikeyVerified){ checked, false };
  return true;
}

static const MikeyCipher *
find_cipher (guint32 encr_alg, MikeyFault *fault)
{
  const MikeyCipher *cipher = mikey_cipher_find (encr_alg);

  if (!cipher)
    mikey_fail (fault, MIKEY_FAULT_BAD_ENCR, "encryption algorithm %u",
                encr_alg);
  return cipher;
}

typedef struct {
  MikeyStackSecret key, salt;
  MikeyCipherKey cipher_key;
} CipherKeys;

static void
cipher_keys_clear (CipherKeys *keys)
{
  mikey_wipe (keys, sizeof *keys);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CipherKeys, cipher_keys_clear)

static void
derive_cipher_keys (const MikeyProtection *p, const MikeyCipher *cipher,
                    CipherKeys *keys)
{
  if (cipher->key_len) {
    message_key (p, MIKEY_LABEL_MSG_ENCR, keys->key.data, cipher->key_len);
    message_key (p, MIKEY_LABEL_MSG_SALT, keys->salt.data, cipher->salt_len);
  }
  keys->cipher_key = (MikeyCipherKey){
    .key = mikey_slice (keys->key.data, cipher->key_len),
    .salt = mikey_slice (keys->salt.data, cipher->salt_len),
    .csb_id = p->label.csb_id,
    .timestamp = p->timestamp,
  };
}

bool
mikey_kemac_open (const MikeyProtection *protection,
                  const MikeyVerified *verified, MikeySecret **plain,
                  MikeyFault *fault)
{
  const MikeyKemac *kemac
      = mikey_checked_find (verified->checked, MIKEY_PAYLOAD_KEMAC, 0);
  const MikeyCipher *cipher = find_cipher (kemac->encr_alg, fault);
  g_autoptr (MikeySecret) out = NULL;
  g_auto (CipherKeys) keys = { { { 0 } } };

  MIKEY_TRY (cipher);
  if (kemac->encr_data.len == 0) /* an update without keys (3830-6.2-03) */
    return (*plain = mikey_secret_new (0)) != NULL
           || mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no memory for keys");
  if (kemac->encr_data.len < cipher->overhead)
    return mikey_fail_at (
        fault, MIKEY_FAULT_BAD_LENGTH, "KEMAC", kemac->base.offset,
        "Encr data of %" G_GSIZE_FORMAT " bytes are too short for %s",
        kemac->encr_data.len, cipher->name);
  out = mikey_secret_new (kemac->encr_data.len - cipher->overhead);
  if (!out)
    return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no memory for keys");
  derive_cipher_keys (protection, cipher, &keys);
  if (!cipher->open (&keys.cipher_key, kemac->encr_data, out->data))
    return mikey_fail (fault, MIKEY_FAULT_AUTH_FAILED, "key unwrap failed");
  *plain = g_steal_pointer (&out);
  return true;
}

bool
mikey_kemac_seal (const MikeyProtection *protection, const MikeyCipher *cipher,
                  MikeySlice plain, guint8 *out, MikeyFault *fault)
{
  g_auto (CipherKeys) keys = { { { 0 } } };

  if (!cipher->accepts (plain.len))
    return mikey_fail (fault, MIKEY_FAULT_BAD_LENGTH,
                       "%s can not carry key data of %" G_GSIZE_FORMAT
                       " bytes: choose another MKI or key length",
                       cipher->name, plain.len);
  derive_cipher_keys (protection, cipher, &keys);
  cipher->seal (&keys.cipher_key, plain, out);
  return true;
}
