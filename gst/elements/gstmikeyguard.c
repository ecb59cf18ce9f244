/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmikeyguard.h"

#include <string.h>
#include <unistd.h>

/* Buckets of strangers at each level: sets of a few, found by the hash. A power
 * of two. */
#define N_SETS       64
#define N_WAYS       4
#define SHA256_BLOCK 64
/* An IPv6 host owns at least all addresses of a /64. */
#define IPV6_PREFIX 8

/* An honest stranger needs one token, and one for each retransmission. */
const GstMikeyRate gst_mikey_rates[GST_MIKEY_N_RATES] = {
  [GST_MIKEY_RATE_SOURCE] = { "source", 8, 4 },
  [GST_MIKEY_RATE_HOST] = { "host", 64, 32 },
  [GST_MIKEY_RATE_ERROR] = { "errors", 1, 1 },
  [GST_MIKEY_RATE_ALL] = { "all strangers", 256, 128 },
  [GST_MIKEY_RATE_PEER] = { "peer", 128, 64 },
};

typedef struct {
  guint64 owner;
  GstMikeyBucket bucket;
} Slot;

struct _GstMikeyGuard {
  guint64 seed;
  Slot slots[GST_MIKEY_RATE_ERROR + 1][N_SETS][N_WAYS];
  GstMikeyBucket all;
};

gboolean
gst_mikey_bucket_take (GstMikeyBucket *bucket, GstMikeyRateId rate, gint64 now)
{
  const GstMikeyRate *r = &gst_mikey_rates[rate];
  gdouble inflow
      = (now - bucket->since) * r->per_second / (gdouble)G_USEC_PER_SEC;

  bucket->tokens = MIN (r->burst, bucket->tokens + MAX (inflow, 0));
  bucket->since = now;
  if (bucket->tokens < 1)
    return FALSE;
  bucket->tokens -= 1;
  return TRUE;
}

GstMikeyGuard *
gst_mikey_guard_new (void)
{
  GstMikeyGuard *guard = g_new0 (GstMikeyGuard, 1);

  /* lint: allow entropy: a seed, not a key; without entropy the time must do */
  if (getentropy (&guard->seed, sizeof guard->seed) != 0)
    guard->seed = g_get_monotonic_time ();
  return guard;
}

void
gst_mikey_guard_free (GstMikeyGuard *guard)
{
  g_free (guard);
}

/* One round of a multiply and shift mixer: every bit of IN moves half of the
 * bits of the result. */
static guint64
mix (guint64 hash, guint64 in)
{
  hash = (hash ^ in) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  hash ^= hash >> 29;
  hash *= G_GUINT64_CONSTANT (0xd6e8feb86659fd93);
  return hash ^ hash >> 32;
}

static guint64
hash_host (GstMikeyGuard *guard, GInetAddress *host)
{
  gsize size = MIN (g_inet_address_get_native_size (host), IPV6_PREFIX);
  guint64 prefix = 0;

  memcpy (&prefix, g_inet_address_to_bytes (host), size);
  return mix (guard->seed + size, prefix);
}

static guint64
hash_source (GstMikeyGuard *guard, GInetSocketAddress *address)
{
  GInetAddress *host = g_inet_socket_address_get_address (address);
  gsize size = g_inet_address_get_native_size (host);
  guint64 rest = 0;

  if (size > IPV6_PREFIX)
    memcpy (&rest, g_inet_address_to_bytes (host) + IPV6_PREFIX,
            MIN (size - IPV6_PREFIX, sizeof rest));
  return mix (mix (hash_host (guard, host), rest),
              g_inet_socket_address_get_port (address));
}

/* The bucket of OWNER, or a full one in place of the one in its set that was
 * used longest ago. So who floods keeps an empty bucket, a newcomer gets a full
 * one, and more floods at once than a set can hold meet the next level. */
static GstMikeyBucket *
find_bucket (GstMikeyGuard *guard, GstMikeyRateId rate, guint64 owner)
{
  Slot *set = guard->slots[rate][owner % N_SETS];
  Slot *oldest = set;

  for (guint i = 0; i < N_WAYS; i++) {
    if (set[i].owner == owner)
      return &set[i].bucket;
    if (set[i].bucket.since < oldest->bucket.since)
      oldest = &set[i];
  }
  *oldest = (Slot){ .owner = owner };
  return &oldest->bucket;
}

static gboolean
take (GstMikeyGuard *guard, GstMikeyRateId rate, guint64 owner, gint64 now)
{
  return gst_mikey_bucket_take (find_bucket (guard, rate, owner), rate, now);
}

gboolean
gst_mikey_guard_admit (GstMikeyGuard *guard, GSocketAddress *address,
                       gint64 now)
{
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);
  GInetAddress *host = g_inet_socket_address_get_address (inet);

  /* From the narrowest to the widest, so that one source that sends too much
   * takes no token from the others. */
  return take (guard, GST_MIKEY_RATE_SOURCE, hash_source (guard, inet), now)
         && take (guard, GST_MIKEY_RATE_HOST, hash_host (guard, host), now)
         && gst_mikey_bucket_take (&guard->all, GST_MIKEY_RATE_ALL, now);
}

gboolean
gst_mikey_guard_admit_error (GstMikeyGuard *guard, GSocketAddress *address,
                             gint64 now)
{
  return take (guard, GST_MIKEY_RATE_ERROR,
               hash_source (guard, G_INET_SOCKET_ADDRESS (address)), now);
}

typedef struct {
  gchar *peer;
  gchar *digest;
  GBytes *reply;
} Entry;

struct _GstMikeyReplies {
  GQueue entries; /* of Entry, the newest first */
};

static void
entry_free (Entry *entry)
{
  g_free (entry->peer);
  g_free (entry->digest);
  g_clear_pointer (&entry->reply, g_bytes_unref);
  g_free (entry);
}

GstMikeyReplies *
gst_mikey_replies_new (void)
{
  GstMikeyReplies *replies = g_new0 (GstMikeyReplies, 1);

  g_queue_init (&replies->entries);
  return replies;
}

void
gst_mikey_replies_free (GstMikeyReplies *replies)
{
  g_queue_clear_full (&replies->entries, (GDestroyNotify)entry_free);
  g_free (replies);
}

static gchar *
digest_message (GBytes *message)
{
  static const guint8 zeros[SHA256_BLOCK];
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);
  gchar *digest;

  g_checksum_update (checksum, data, size);
  digest = g_strdup (g_checksum_get_string (checksum));
  /* The checksum buffers the last block, which may be a key of an unprotected
   * message: write over it. */
  g_checksum_reset (checksum);
  g_checksum_update (checksum, zeros, sizeof zeros);
  return digest;
}

/* The oldest entry of PEER if that has its full share, else NULL. */
static GList *
find_surplus (GstMikeyReplies *replies, const gchar *peer)
{
  guint count = 0;

  for (GList *l = replies->entries.head; l; l = l->next)
    if (g_str_equal (((Entry *)l->data)->peer, peer)
        && ++count == GST_MIKEY_MAX_REPLIES_PER_PEER)
      return l;
  return NULL;
}

static void
make_room (GstMikeyReplies *replies, const gchar *peer)
{
  GList *link = find_surplus (replies, peer);

  if (!link && replies->entries.length == GST_MIKEY_MAX_REPLIES)
    link = replies->entries.tail;
  if (!link)
    return;
  entry_free (link->data);
  g_queue_delete_link (&replies->entries, link);
}

void
gst_mikey_replies_add (GstMikeyReplies *replies, const gchar *peer,
                       GBytes *request, GBytes *reply)
{
  Entry *entry = g_new0 (Entry, 1);

  make_room (replies, peer);
  entry->peer = g_strdup (peer);
  entry->digest = digest_message (request);
  entry->reply = reply ? g_bytes_ref (reply) : NULL;
  g_queue_push_head (&replies->entries, entry);
}

gboolean
gst_mikey_replies_find (GstMikeyReplies *replies, const gchar *peer,
                        GBytes *request, GBytes **reply)
{
  g_autofree gchar *digest = digest_message (request);

  *reply = NULL;
  for (GList *l = replies->entries.head; l; l = l->next) {
    Entry *entry = l->data;

    if (g_str_equal (entry->digest, digest)
        && g_str_equal (entry->peer, peer)) {
      *reply = entry->reply ? g_bytes_ref (entry->reply) : NULL;
      return TRUE;
    }
  }
  return FALSE;
}
