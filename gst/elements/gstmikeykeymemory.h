/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_KEY_MEMORY_H
#define GST_MIKEY_KEY_MEMORY_H

#include <gst/gst.h>
#include <mikey/mikey.h>

G_BEGIN_DECLS

/* The master key on its way into srtpenc or srtpdec.
 *
 * These take it as a #GstBuffer. srtpenc puts that very buffer into the caps of
 * its source pad, from where it gets into logs, dot files and caps queries, and
 * srtpdec has GStreamer log the caps it is given whenever they hold fewer keys
 * than it looks for. So the buffer is one that only its reader can read: in the
 * thread that made it, while the object lock of the SRTP element is held and,
 * if there is an MKI, while that is mapped too. All this is so when the key
 * goes to libsrtp and at no other time. And it can be read once: then the key
 * is wiped and the buffer is empty, as it is in the caps that srtpenc makes
 * next. Everybody else reads zeros. */

/**
 * gst_mikey_key_buffer_new:
 * @keys: whose key and salt to hand over
 * @reader: the srtpenc or srtpdec that may read them; must outlive the buffer's
 *   first reading
 * @mki: (nullable): a buffer of gst_mikey_key_buffer_new_mki() that @reader
 * maps first
 *
 * Returns: (transfer full): a buffer to be set as `key`, or `srtp-key` in caps
 */
GstBuffer *
gst_mikey_key_buffer_new (MikeyKeys *keys, GstElement *reader, GstBuffer *mki);

/**
 * gst_mikey_key_buffer_new_mki:
 * @keys: any
 *
 * Returns: (transfer full) (nullable): the MKI of @keys, %NULL if there is none
 */
GstBuffer *gst_mikey_key_buffer_new_mki (MikeyKeys *keys);

/**
 * gst_mikey_key_buffer_new_empty:
 *
 * Returns: (transfer full): a buffer without key, which srtpenc refuses to
 *   protect anything with
 */
GstBuffer *gst_mikey_key_buffer_new_empty (void);

/**
 * gst_mikey_key_buffer_was_read:
 * @buffer: made by gst_mikey_key_buffer_new()
 *
 * Returns: whether the reader has got the key
 */
gboolean gst_mikey_key_buffer_was_read (GstBuffer *buffer);

G_END_DECLS

#endif
