/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_GUARD_H
#define GST_MIKEY_GUARD_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* What keeps strangers from costing us much: token buckets in front of the
 * costly work, and the replies that answer a retransmission without any work.
 * Memory is bounded and no entry is made for somebody who is not known to be
 * good. Nothing here locks: one thread at a time. */

/**
 * GstMikeyRate:
 * @name: for logs
 * @burst: tokens of a full bucket
 * @per_second: tokens that flow in
 */
typedef struct {
  const gchar *name;
  gdouble burst;
  gdouble per_second;
} GstMikeyRate;

typedef enum {
  GST_MIKEY_RATE_SOURCE, /* messages of one address and port, not accepted */
  GST_MIKEY_RATE_HOST,   /* messages of one IPv4 address, or IPv6 /64 */
  GST_MIKEY_RATE_ERROR,  /* Error messages to one address and port */
  GST_MIKEY_RATE_ALL,    /* messages of all who are not accepted */
  GST_MIKEY_RATE_PEER,   /* messages of one accepted peer */
  GST_MIKEY_N_RATES
} GstMikeyRateId;

extern const GstMikeyRate gst_mikey_rates[GST_MIKEY_N_RATES];

/**
 * GstMikeyBucket:
 *
 * A token bucket; all zero is a full one.
 */
typedef struct {
  gdouble tokens;
  gint64 since;
} GstMikeyBucket;

/**
 * gst_mikey_bucket_take:
 * @now: microseconds of a clock that never goes back
 *
 * Returns: whether there was a token to take from @bucket, filled at @rate.
 */
gboolean
gst_mikey_bucket_take (GstMikeyBucket *bucket, GstMikeyRateId rate, gint64 now);

/**
 * GstMikeyGuard:
 *
 * The buckets of everybody who is not accepted yet. A fixed number, found by a
 * hash with a secret seed: a flood of forged sources cannot make them more, nor
 * choose whose to take.
 */
typedef struct _GstMikeyGuard GstMikeyGuard;

/* (transfer full): with full buckets. */
GstMikeyGuard *gst_mikey_guard_new (void);
void gst_mikey_guard_free (GstMikeyGuard *guard);

/**
 * gst_mikey_guard_admit:
 * @address: a #GInetSocketAddress that a message came from
 * @now: as for gst_mikey_bucket_take()
 *
 * Returns: whether the message may be looked at: its source, its host and all
 *   strangers together are within their rates.
 */
gboolean gst_mikey_guard_admit (GstMikeyGuard *guard, GSocketAddress *address,
                                gint64 now);

/**
 * gst_mikey_guard_admit_error:
 * @address: where an Error message is to go
 * @now: as for gst_mikey_bucket_take()
 *
 * Returns: whether it may: one each second and address.
 */
gboolean gst_mikey_guard_admit_error (GstMikeyGuard *guard,
                                      GSocketAddress *address, gint64 now);

/* Replies that are remembered, of one peer and of all. */
#define GST_MIKEY_MAX_REPLIES_PER_PEER 4
#define GST_MIKEY_MAX_REPLIES          128

/**
 * GstMikeyReplies:
 *
 * The last accepted messages, as digests, and what was replied to them. When
 * there are too many the oldest goes.
 */
typedef struct _GstMikeyReplies GstMikeyReplies;

/* (transfer full): empty. */
GstMikeyReplies *gst_mikey_replies_new (void);
void gst_mikey_replies_free (GstMikeyReplies *replies);

/**
 * gst_mikey_replies_add:
 * @peer: who sent @request
 * @request: an accepted message; only its digest is kept
 * @reply: (nullable): what was replied; a reference is kept
 */
void gst_mikey_replies_add (GstMikeyReplies *replies, const gchar *peer,
                            GBytes *request, GBytes *reply);

/**
 * gst_mikey_replies_find:
 * @reply: (out) (transfer full) (nullable): what was replied
 *
 * Returns: whether the very same @request of @peer is remembered.
 */
gboolean gst_mikey_replies_find (GstMikeyReplies *replies, const gchar *peer,
                                 GBytes *request, GBytes **reply);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstMikeyGuard, gst_mikey_guard_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstMikeyReplies, gst_mikey_replies_free)

G_END_DECLS

#endif
