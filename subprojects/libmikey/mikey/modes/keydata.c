/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keydata.h"

#include <string.h>

#include "srtp.h"

#define MAX_INDEX ((G_GUINT64_CONSTANT (1) << 48) - 1) /* ROC||SEQ */
#define INDEX_LEN 6
#define MIN_TGK   16  /* octets, against an exhaustive search */
#define MAX_MKI   128 /* octets, what libsrtp takes */

/* --- choosing --- */

static bool
no_memory (MikeyFault *fault)
{
  return mikey_fail (fault, MIKEY_FAULT_NO_MEMORY, "no memory for keys");
}

static bool
has_salt (MikeyKeyType type)
{
  return type == MIKEY_KEY_TYPE_TGK_SALT || type == MIKEY_KEY_TYPE_TEK_SALT;
}

static MikeySecret *
random_secret (const MikeyRandom *random, gsize len, MikeyFault *fault)
{
  g_autoptr (MikeySecret) secret = mikey_secret_new (len);

  if (!secret) {
    no_memory (fault);
    return NULL;
  }
  if (!mikey_random_fill (random, secret->data, len, fault))
    return NULL;
  return g_steal_pointer (&secret);
}

/* Octets that the sub-payload has beside the key itself. */
static gsize
overhead (const MikeyTrafficKey *key, gsize salt_len)
{
  static const gsize kv_len[] = {
    [MIKEY_KEY_VALIDITY_NULL] = 0,
    [MIKEY_KEY_VALIDITY_SPI] = 1,
    [MIKEY_KEY_VALIDITY_INTERVAL] = 2 * (1 + INDEX_LEN),
  };

  return 4 + (has_salt (key->type) ? 2 + salt_len : 0) + kv_len[key->validity]
         + key->mki.len;
}

static gsize
stretch (gsize len, gsize beside, const MikeyCipher *cipher)
{
  gsize more;

  for (more = 0; more < 16; more++)
    if (cipher->accepts (len + more + beside))
      return len + more;
  return len;
}

static bool
is_live (const MikeyCsb *csb, MikeySlice mki)
{
  guint i;

  for (i = 0; i < csb->num_keys; i++)
    if (mikey_slice_equal (csb->keys[i].mki, mki))
      return true;
  return false;
}

/* Random, and none that is in use: distinct within the bundle, and neither
 * those that the same media had under another (3830-A.1-01) nor those of a
 * rekey whose answer was lost. Both sides may rekey at the same moment: the
 * Initiator takes even numbers, the Responder odd ones. */
static bool
choose_mki (MikeyStep *step, guint8 *mki, gsize len, MikeyFault *fault)
{
  guint8 odd = step->x->role == MIKEY_ROLE_RESPONDER;
  guint tries;

  for (tries = 0; tries < 64; tries++) {
    MIKEY_TRY (mikey_random_fill (step->env->random, mki, len, fault));
    mki[len - 1] = (guint8)((mki[len - 1] & ~1) | odd);
    if (!is_live (step->work, mikey_slice (mki, len)))
      return true;
  }
  return mikey_fail (fault, MIKEY_FAULT_NO_RANDOM,
                     "the random source gives no unused MKI");
}

/* One interval after the other, the last one open-ended. 3830-6.14-01: indices
 * of SRTP have 48 bits. */
static void
choose_interval (const MikeyKeyShape *shape, guint index, MikeyTrafficKey *key)
{
  key->from = index * shape->interval;
  key->to = shape->interval && index + 1 < shape->num_keys
                ? key->from + shape->interval - 1
                : MAX_INDEX;
}

static bool
choose_validity (MikeyStep *step, const MikeyKeyShape *shape, guint index,
                 MikeyTrafficKey *key, guint8 *mki, MikeyFault *fault)
{
  gsize len = MIN (shape->mki_len, MAX_MKI);

  key->validity = shape->validity;
  if (key->validity == MIKEY_KEY_VALIDITY_SPI && len == 0)
    key->validity = MIKEY_KEY_VALIDITY_NULL;
  if (key->validity == MIKEY_KEY_VALIDITY_INTERVAL)
    choose_interval (shape, index, key);
  if (key->validity == MIKEY_KEY_VALIDITY_NULL && shape->num_keys > 1)
    return mikey_fail (fault, MIKEY_FAULT_USAGE,
                       "several keys need an MKI or intervals to tell them "
                       "apart");
  if (key->validity != MIKEY_KEY_VALIDITY_SPI)
    return true;
  MIKEY_TRY (choose_mki (step, mki, len, fault));
  key->mki = mikey_slice (mki, len);
  return true;
}

/* 3830-9.1-01: a TGK is as strong as the strongest key that is made of it. */
static gsize
strongest_key (const MikeyCsb *csb)
{
  gsize len = 0;
  guint i;

  for (i = 0; i < csb->num_policies; i++)
    len = MAX (len, mikey_srtp_key_len (&csb->policies[i].params));
  return len;
}

/* 3830-3.1-05, 3830-4.2.2-01: random, and independent of any other key */
static bool
choose_key (MikeyStep *step, const MikeyKeyShape *shape, MikeyTrafficKey *key,
            const MikeyCipher *cipher, MikeyFault *fault)
{
  const MikeySrtpParams *params = &step->work->policies[0].params;
  gsize salt_len = mikey_srtp_salt_len (params);
  gsize len = mikey_srtp_key_len (params);

  if (mikey_key_type_is_tgk (key->type))
    len = stretch (MAX (strongest_key (step->work), MIN_TGK),
                   overhead (key, salt_len), cipher);
  else if (shape->joined)
    len += salt_len;
  key->key = random_secret (step->env->random, len, fault);
  MIKEY_TRY (key->key);
  if (!has_salt (key->type))
    return true;
  key->salt = random_secret (step->env->random, salt_len, fault);
  return key->salt != NULL;
}

static bool
is_usable (const MikeyCsb *csb, const MikeyTrafficKey *traffic_key,
           MikeyFault *fault)
{
  guint i;

  for (i = 0; i < csb->num_cs; i++) {
    g_autoptr (MikeySecret) key = NULL;
    g_autoptr (MikeySecret) salt = NULL;

    MIKEY_TRY (
        mikey_csb_derive (csb, &csb->cs[i], traffic_key, &key, &salt, fault));
  }
  return true;
}

static bool
fresh_key (MikeyStep *step, const MikeyKeyShape *shape, guint index,
           const MikeyCipher *cipher, MikeyFault *fault)
{
  MikeyTrafficKey key = { .type = shape->type };
  guint8 mki[MAX_MKI];
  bool ok;

  ok = choose_validity (step, shape, index, &key, mki, fault)
       && choose_key (step, shape, &key, cipher, fault);
  if (ok)
    ok = (index ? mikey_csb_add_to_generation (step->work, &key)
                : mikey_csb_add_keys (step->work, &key, 1))
         || no_memory (fault);
  mikey_secret_unref (key.key);
  mikey_secret_unref (key.salt);
  return ok;
}

bool
mikey_fresh_keys (MikeyStep *step, const MikeyKeyShape *shape,
                  const MikeyCipher *cipher, MikeyFault *fault)
{
  guint i, num_keys = CLAMP (shape->num_keys, 1, MIKEY_MAX_KEYS);

  for (i = 0; i < num_keys; i++)
    MIKEY_TRY (fresh_key (step, shape, i, cipher, fault));
  /* One TEK can not be right for two policies that want different lengths. */
  return mikey_key_type_is_tgk (shape->type)
         || is_usable (step->work, &step->work->keys[step->work->num_keys - 1],
                       fault);
}

/* --- writing --- */

static MikeySlice
index_octets (MikeyArena *arena, guint64 index)
{
  guint8 octets[8];
  const void *copy;

  mikey_put_u64 (octets, index);
  copy = mikey_arena_copy (arena, octets + 2, INDEX_LEN);
  return mikey_slice (copy, copy ? INDEX_LEN : 0);
}

static bool
add_key_data (MikeyChain *chain, MikeyArena *arena, const MikeyTrafficKey *key)
{
  MikeyKeyData *data = mikey_chain_add (chain, MIKEY_PAYLOAD_KEY_DATA, arena);

  if (!data)
    return false;
  data->type = key->type;
  data->kv_type = key->validity;
  data->key = mikey_secret_slice (key->key);
  data->salt = mikey_secret_slice (key->salt);
  data->kv.spi = key->mki;
  if (key->validity == MIKEY_KEY_VALIDITY_INTERVAL) {
    data->kv.from = index_octets (arena, key->from);
    data->kv.to = index_octets (arena, key->to);
  }
  return true;
}

bool
mikey_keys_write (const MikeyCsb *csb, MikeySecret **plain, MikeyFault *fault)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  MikeyChain chain = { 0, NULL };
  g_autoptr (MikeySecret) out = NULL;
  MikeyWriter w;
  guint i;

  for (i = 0; i < csb->num_keys; i++)
    if (csb->keys[i].generation == csb->generation
        && !add_key_data (&chain, &arena, &csb->keys[i]))
      return no_memory (fault);
  if (!(out = mikey_secret_new (mikey_chain_size (&chain))))
    return no_memory (fault);
  w = mikey_writer_fixed (out->data, out->len);
  mikey_chain_write (&chain, &w);
  MIKEY_TRY (mikey_writer_ok (&w, fault));
  *plain = g_steal_pointer (&out);
  return true;
}

/* --- reading --- */

static bool
read_index (MikeySlice octets, guint64 *index, MikeyFault *fault)
{
  gsize i;

  if (octets.len != INDEX_LEN)
    return mikey_fail (fault, MIKEY_FAULT_BAD_LENGTH,
                       "key validity with an index of %" G_GSIZE_FORMAT
                       " bytes, SRTP has %d",
                       octets.len, INDEX_LEN);
  for (*index = 0, i = 0; i < INDEX_LEN; i++)
    *index = *index << 8 | octets.data[i];
  return true;
}

static bool
read_interval (const MikeyKeyData *data, MikeyTrafficKey *key,
               MikeyFault *fault)
{
  if (data->kv_type != MIKEY_KEY_VALIDITY_INTERVAL)
    return true;
  MIKEY_TRY (read_index (data->kv.from, &key->from, fault));
  MIKEY_TRY (read_index (data->kv.to, &key->to, fault));
  if (key->from > key->to)
    return mikey_fail (fault, MIKEY_FAULT_BAD_VALUE,
                       "key validity ends before it begins");
  return true;
}

static bool
check_key_data (const MikeyKeyData *data, MikeyFault *fault)
{
  if (data->type > MIKEY_KEY_TYPE_TEK_SALT)
    return mikey_fail (
        fault, MIKEY_FAULT_BAD_VALUE,
        "Key data of type %u (%s) have no place in this mode", data->type,
        mikey_registry_name (MIKEY_REG_KEY_DATA_TYPE, data->type));
  if (data->kv.spi.len > MAX_MKI)
    return mikey_fail (fault, MIKEY_FAULT_LIMIT,
                       "an MKI of %" G_GSIZE_FORMAT " bytes, SRTP takes %d",
                       data->kv.spi.len, MAX_MKI);
  if (data->key.len == 0 || data->key.len > MIKEY_MAX_KEY
      || data->salt.len > MIKEY_MAX_SALT)
    return mikey_fail (fault, MIKEY_FAULT_BAD_LENGTH,
                       "Key data with a key of %" G_GSIZE_FORMAT
                       " and a salt of %" G_GSIZE_FORMAT " bytes",
                       data->key.len, data->salt.len);
  return true;
}

/* 3830-A.1-01: an MKI that names two keys would make the choice a guess. */
static bool
check_mki (const MikeyCsb *csb, const MikeyTrafficKey *keys, guint num_keys,
           MikeySlice mki, MikeyFault *fault)
{
  guint i;
  bool found = false;

  for (i = 0; i < csb->num_keys; i++)
    found |= mki.len && mikey_slice_equal (csb->keys[i].mki, mki);
  for (i = 0; i < num_keys; i++)
    found |= mki.len && mikey_slice_equal (keys[i].mki, mki);
  return !found
         || mikey_fail (fault, MIKEY_FAULT_BAD_COMBINATION,
                        "two keys have the same MKI");
}

static bool
read_key (const MikeyKeyData *data, MikeyTrafficKey *key, MikeyFault *fault)
{
  MIKEY_TRY (check_key_data (data, fault));
  *key = (MikeyTrafficKey){
    .type = data->type,
    .validity = data->kv_type,
    .mki = data->kv.spi,
  };
  MIKEY_TRY (read_interval (data, key, fault));
  if (!(key->key = mikey_secret_copy (data->key)))
    return no_memory (fault);
  if (has_salt (key->type) && !(key->salt = mikey_secret_copy (data->salt)))
    return no_memory (fault);
  return true;
}

typedef struct {
  guint num;
  MikeyTrafficKey key[MIKEY_MAX_KEYS];
} KeyList;

static void
key_list_clear (KeyList *list)
{
  guint i;

  for (i = 0; i < list->num; i++) {
    mikey_secret_unref (list->key[i].key);
    mikey_secret_unref (list->key[i].salt);
  }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KeyList, key_list_clear)

/* Equipment that sends unprotected keys repeats them, under one MKI or none:
 * the later ones take the place of the earlier. */
static bool
read_keys (const MikeyChain *chain, bool authentic, MikeyCsb *csb,
           KeyList *list, MikeyFault *fault)
{
  const MikeyPayload *p;

  for (p = chain->head; p; p = p->link) {
    const MikeyKeyData *data = (const MikeyKeyData *)p;

    if (p->type->code != MIKEY_PAYLOAD_KEY_DATA)
      return mikey_fail (fault, MIKEY_FAULT_EXTRA_PAYLOAD,
                         "%s among the Key data", p->type->wire.name);
    if (list->num == MIKEY_MAX_KEYS)
      return mikey_fail (fault, MIKEY_FAULT_LIMIT, "more than %d keys",
                         MIKEY_MAX_KEYS);
    if (!authentic)
      mikey_csb_drop_mki (csb, data->kv.spi);
    MIKEY_TRY (check_mki (csb, list->key, list->num, data->kv.spi, fault));
    list->num++;
    MIKEY_TRY (read_key (data, &list->key[list->num - 1], fault));
  }
  return true;
}

/* A key is good for something only if each crypto session can use it: those of
 * the newest generation must be, whether they came just now or stay under other
 * policies. Older ones end with the policies that they were for. */
static bool
check_usable (MikeyStep *step, MikeyFault *fault)
{
  MikeyCsb *csb = step->work;
  guint k;

  for (k = csb->num_keys; k > 0; k--) {
    const MikeyTrafficKey *key = &csb->keys[k - 1];

    if (is_usable (csb, key, fault))
      continue;
    if (key->generation == csb->generation)
      return false;
    mikey_csb_drop_keys (csb, key->generation + 1);
    return true;
  }
  return true;
}

bool
mikey_keys_read (MikeyStep *step, const MikeyVerified *verified,
                 const MikeySecret *plain, MikeyFault *fault)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  g_auto (KeyList) list = { 0 };
  MikeyChain chain;

  if (plain->len == 0 && verified->checked->rules->update)
    return check_usable (step, fault);
  if (plain->len == 0)
    return mikey_fail (fault, MIKEY_FAULT_MISSING_PAYLOAD,
                       "%s without Key data", verified->checked->rules->name);
  MIKEY_TRY (mikey_chain_read_all (&chain, MIKEY_PAYLOAD_KEY_DATA,
                                   MIKEY_PLACE_SEALED,
                                   mikey_secret_slice (plain), &arena, fault));
  MIKEY_TRY (read_keys (&chain, verified->authentic, step->work, &list, fault));
  if (!mikey_csb_add_keys (step->work, list.key, list.num))
    return no_memory (fault);
  return check_usable (step, fault);
}
