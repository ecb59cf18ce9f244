/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <string.h>

#include "gstmikeykeymemory.h"

/* The longest content: an MKI. A key of AES-256 with its salt has 46 octets. */
#define MAX_SIZE 256

/* A key, or with READER NULL an MKI or nothing, which all may read. */
typedef struct {
  GstMemory parent;
  GstElement *reader;
  GThread *thread;
  GstMemory *mki;
  gint mapped;
  gint was_read;
  guint8 content[MAX_SIZE];
} GstMikeyKeyMemory;

static const guint8 zeros[MAX_SIZE];

typedef GstAllocator GstMikeyKeyAllocator;
typedef GstAllocatorClass GstMikeyKeyAllocatorClass;

GType gst_mikey_key_allocator_get_type (void);
G_DEFINE_TYPE (GstMikeyKeyAllocator, gst_mikey_key_allocator,
               GST_TYPE_ALLOCATOR)

static GstMikeyKeyMemory *key_memory_new (gsize size);

/* Whether this is the reader itself, about to hand the key to libsrtp. */
static gboolean
is_reader (GstMikeyKeyMemory *self)
{
  if (self->thread != g_thread_self ())
    return FALSE;
  if (self->mki
      && g_atomic_int_get (&((GstMikeyKeyMemory *)self->mki)->mapped) == 0)
    return FALSE;
  if (!GST_OBJECT_TRYLOCK (self->reader))
    return TRUE;
  GST_OBJECT_UNLOCK (self->reader);
  return FALSE;
}

static gpointer
key_memory_map (GstMemory *memory, GstMapInfo *info, gsize maxsize)
{
  GstMikeyKeyMemory *self = (GstMikeyKeyMemory *)memory;

  g_atomic_int_inc (&self->mapped);
  if (self->reader && !is_reader (self))
    return (gpointer)zeros;
  return self->content;
}

static void
key_memory_unmap (GstMemory *memory, GstMapInfo *info)
{
  GstMikeyKeyMemory *self = (GstMikeyKeyMemory *)memory;

  g_atomic_int_add (&self->mapped, -1);
  if (!self->reader || info->data != self->content)
    return;
  explicit_bzero (self->content, sizeof self->content);
  memory->size = 0;
  g_atomic_int_set (&self->was_read, TRUE);
}

/* A copy of an MKI is one, a copy of a key is empty. */
static GstMemory *
key_memory_copy (GstMemory *memory, gssize offset, gssize size)
{
  GstMikeyKeyMemory *self = (GstMikeyKeyMemory *)memory;
  gsize rest = memory->size - MIN ((gsize)offset, memory->size);
  GstMikeyKeyMemory *copy;

  if (self->reader)
    return GST_MEMORY_CAST (key_memory_new (0));
  copy = key_memory_new (size < 0 ? rest : MIN ((gsize)size, rest));
  memcpy (copy->content, self->content + memory->offset + offset,
          copy->parent.size);
  return GST_MEMORY_CAST (copy);
}

static gboolean
key_memory_is_span (GstMemory *a, GstMemory *b, gsize *offset)
{
  return FALSE;
}

static GstMemory *
key_allocator_alloc (GstAllocator *allocator, gsize size,
                     GstAllocationParams *params)
{
  return size > MAX_SIZE ? NULL : GST_MEMORY_CAST (key_memory_new (size));
}

static void
key_allocator_free (GstAllocator *allocator, GstMemory *memory)
{
  GstMikeyKeyMemory *self = (GstMikeyKeyMemory *)memory;

  if (self->mki)
    gst_memory_unref (self->mki);
  explicit_bzero (self->content, sizeof self->content);
  g_free (self);
}

static void
gst_mikey_key_allocator_class_init (GstMikeyKeyAllocatorClass *klass)
{
  klass->alloc = key_allocator_alloc;
  klass->free = key_allocator_free;
}

static void
gst_mikey_key_allocator_init (GstMikeyKeyAllocator *self)
{
  self->mem_type = "MikeyKey";
  self->mem_map_full = key_memory_map;
  self->mem_unmap_full = key_memory_unmap;
  self->mem_copy = key_memory_copy;
  self->mem_share = key_memory_copy;
  self->mem_is_span = key_memory_is_span;
  GST_OBJECT_FLAG_SET (self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
  GST_OBJECT_FLAG_SET (self, GST_OBJECT_FLAG_MAY_BE_LEAKED);
}

static GstAllocator *
key_allocator (void)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    GstAllocator *allocator
        = g_object_new (gst_mikey_key_allocator_get_type (), NULL);
    g_once_init_leave (&once, (gsize)gst_object_ref_sink (allocator));
  }
  return (GstAllocator *)once;
}

/* SIZE octets, zeroed, that all may read. */
static GstMikeyKeyMemory *
key_memory_new (gsize size)
{
  GstMikeyKeyMemory *self = g_new0 (GstMikeyKeyMemory, 1);

  gst_memory_init (GST_MEMORY_CAST (self),
                   GST_MEMORY_FLAG_READONLY | GST_MEMORY_FLAG_NO_SHARE,
                   key_allocator (), NULL, MAX_SIZE, 0, 0, size);
  return self;
}

static GstBuffer *
wrap (GstMikeyKeyMemory *memory)
{
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_append_memory (buffer, GST_MEMORY_CAST (memory));
  return buffer;
}

GstBuffer *
gst_mikey_key_buffer_new (MikeyKeys *keys, GstElement *reader, GstBuffer *mki)
{
  GstMikeyKeyMemory *self = key_memory_new (0);

  self->parent.size
      = mikey_keys_copy_key_and_salt (keys, self->content, MAX_SIZE);
  self->thread = g_thread_self ();
  self->reader = reader;
  if (mki)
    self->mki = gst_buffer_get_memory (mki, 0);
  return wrap (self);
}

GstBuffer *
gst_mikey_key_buffer_new_mki (MikeyKeys *keys)
{
  GBytes *mki = mikey_keys_get_mki (keys);
  GstMikeyKeyMemory *self;

  if (!mki || g_bytes_get_size (mki) > MAX_SIZE)
    return NULL;
  self = key_memory_new (g_bytes_get_size (mki));
  memcpy (self->content, g_bytes_get_data (mki, NULL), self->parent.size);
  return wrap (self);
}

GstBuffer *
gst_mikey_key_buffer_new_empty (void)
{
  return wrap (key_memory_new (0));
}

gboolean
gst_mikey_key_buffer_was_read (GstBuffer *buffer)
{
  GstMikeyKeyMemory *self
      = (GstMikeyKeyMemory *)gst_buffer_peek_memory (buffer, 0);

  return g_atomic_int_get (&self->was_read);
}
