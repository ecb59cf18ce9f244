/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The object, its thread and what other threads see of it.
 * Beside it: gstmikeypeer.c, who is sent what and who may send;
 * gstmikeytransport.c, UDP and TCP; gstmikeyconnect.c, addresses. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmikeysignalling-private.h"

GST_DEBUG_CATEGORY (mikeysignalling_debug);

static const GstMikeySignallingTiming default_timing = {
  .first_ms = 500,
  .longest_ms = 8000,
  .tries = 7,
  .copies = 3,
  .copy_gap_ms = 200,
  .half_open_ms = 10000,
};

static const gchar *const counter_names[N_COUNTERS] = {
  [COUNT_SENT] = "sent",
  [COUNT_RETRANSMITTED] = "retransmitted",
  [COUNT_REPLIED] = "replied",
  [COUNT_RECEIVED] = "received",
  [COUNT_ACCEPTED] = "accepted",
  [COUNT_REFUSED] = "refused",
  [COUNT_MALFORMED] = "malformed",
  [COUNT_DUPLICATES] = "duplicates",
  [COUNT_RATE_LIMITED] = "rate-limited",
  [COUNT_WITHHELD] = "withheld",
  [COUNT_DROPPED_HALF_OPEN] = "dropped-half-open",
  [COUNT_FAILED] = "failed",
};

G_DEFINE_TYPE_WITH_CODE (
    GstMikeySignalling, gst_mikey_signalling, GST_TYPE_OBJECT,
    GST_DEBUG_CATEGORY_INIT (mikeysignalling_debug, "mikeysignalling", 0,
                             "MIKEY messages over UDP and TCP"))

/* --- counters and sources --- */

void
gst_mikey_signalling_count (GstMikeySignalling *self, GstMikeyCounter counter)
{
  GST_OBJECT_LOCK (self);
  self->counters[counter]++;
  GST_OBJECT_UNLOCK (self);
}

void
gst_mikey_signalling_publish (GstMikeySignalling *self)
{
  guint n_half_open = gst_mikey_signalling_count_half_open (self);
  guint n_peers
      = self->listen ? self->peers.length : self->call && self->call->adopted;

  GST_OBJECT_LOCK (self);
  self->n_half_open = n_half_open;
  self->n_peers = n_peers;
  GST_OBJECT_UNLOCK (self);
}

GSource *
gst_mikey_signalling_later (GstMikeySignalling *self, guint ms,
                            GSourceFunc func, gpointer data)
{
  GSource *source = g_timeout_source_new (ms);

  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, self->context);
  return source;
}

void
gst_mikey_source_stop (GSource **source)
{
  if (!*source)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

gboolean
gst_mikey_signalling_is_stopping (GstMikeySignalling *self)
{
  return g_cancellable_is_cancelled (self->cancellable);
}

void
gst_mikey_signalling_report (GstMikeySignalling *self, GError *error)
{
  g_prefix_error (&error, "signalling=%s: ", self->uri);
  GST_WARNING_OBJECT (self, "%s", error->message);
  gst_mikey_signalling_count (self, COUNT_FAILED);
  if (self->callbacks.failed)
    self->callbacks.failed (self, error, self->user_data);
  g_error_free (error);
}

void
gst_mikey_signalling_set_port (GstMikeySignalling *self, guint port)
{
  GST_OBJECT_LOCK (self);
  self->port = port;
  GST_OBJECT_UNLOCK (self);
}

/* --- jobs and the thread --- */

typedef struct {
  GBytes *message;
  gboolean expect_reply;
} Job;

static void
job_free (Job *job)
{
  g_bytes_unref (job->message);
  g_free (job);
}

static Job *
take_job (GstMikeySignalling *self)
{
  Job *job;

  GST_OBJECT_LOCK (self);
  job = g_queue_pop_head (&self->jobs);
  GST_OBJECT_UNLOCK (self);
  return job;
}

static void
run_job (GstMikeySignalling *self, Job *job)
{
  /* The list changes under our hands if a peer is given up. */
  GPtrArray *peers
      = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_mikey_peer_unref);

  if (self->call)
    g_ptr_array_add (peers, g_rc_box_acquire (self->call));
  for (GList *l = self->peers.head; l; l = l->next)
    g_ptr_array_add (peers, g_rc_box_acquire (l->data));
  for (guint i = 0; i < peers->len; i++)
    gst_mikey_peer_begin (g_ptr_array_index (peers, i), job->message,
                          job->expect_reply);
  g_ptr_array_unref (peers);
}

static gboolean
run_jobs (gpointer data)
{
  GstMikeySignalling *self = data;
  Job *job;

  g_source_set_ready_time (self->waker, -1);
  while (!gst_mikey_signalling_is_stopping (self) && (job = take_job (self))) {
    run_job (self, job);
    job_free (job);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
waker_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

/* A source without descriptor or time of its own: g_source_set_ready_time() of
 * any thread sets it off. */
static GSourceFuncs waker_funcs = { .dispatch = waker_dispatch };

static GSource *
waker_new (GstMikeySignalling *self)
{
  GSource *source = g_source_new (&waker_funcs, sizeof (GSource));

  g_source_set_callback (source, run_jobs, self, NULL);
  g_source_attach (source, self->context);
  return source;
}

/* Ends all that may call back. */
static void
dismantle (GstMikeySignalling *self)
{
  while (self->peers.head)
    gst_mikey_peer_forget (self->peers.head->data);
  while (self->links->len)
    gst_mikey_link_close (
        g_ptr_array_index (self->links, self->links->len - 1));
  if (self->call) {
    gst_mikey_peer_drop_exchanges (self->call);
    self->call->adopted = FALSE;
  }
  gst_mikey_signalling_publish (self);
}

static gpointer
run (gpointer data)
{
  GstMikeySignalling *self = data;

  g_main_context_push_thread_default (self->context);
  if (self->call && !self->addresses->len)
    gst_mikey_caller_resolve (self);
  while (!gst_mikey_signalling_is_stopping (self))
    g_main_context_iteration (self->context, TRUE);
  dismantle (self);
  while (self->resolving)
    g_main_context_iteration (self->context, TRUE);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static void
forget_jobs (GstMikeySignalling *self)
{
  GST_OBJECT_LOCK (self);
  g_queue_clear_full (&self->jobs, (GDestroyNotify)job_free);
  GST_OBJECT_UNLOCK (self);
}

/* With no thread there, and nobody who may wake it. */
static void
tear_down (GstMikeySignalling *self)
{
  dismantle (self);
  forget_jobs (self);
  gst_mikey_source_stop (&self->waker);
  g_clear_pointer (&self->call, gst_mikey_peer_unref);
  g_clear_pointer (&self->links, g_ptr_array_unref);
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  g_clear_pointer (&self->replies, gst_mikey_replies_free);
  g_clear_pointer (&self->guard, gst_mikey_guard_free);
  g_clear_pointer (&self->buffer, g_free);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->context, g_main_context_unref);
  gst_mikey_signalling_set_port (self, self->endpoint.port);
}

static void
set_up (GstMikeySignalling *self)
{
  GST_OBJECT_LOCK (self);
  self->timing = self->next_timing;
  GST_OBJECT_UNLOCK (self);
  self->context = g_main_context_new ();
  self->cancellable = g_cancellable_new ();
  self->buffer = g_malloc (BUFFER_SIZE);
  self->guard = gst_mikey_guard_new ();
  self->replies = gst_mikey_replies_new ();
  self->addresses = g_ptr_array_new_with_free_func (g_object_unref);
  self->links
      = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_mikey_link_unref);
  self->candidate = self->refusals = 0;
  self->waker = waker_new (self);
  gst_mikey_add_known_addresses (self);
}

static gboolean
is_running (GstMikeySignalling *self)
{
  gboolean running;

  GST_OBJECT_LOCK (self);
  running = self->running;
  GST_OBJECT_UNLOCK (self);
  return running;
}

/* Whether other threads may leave jobs. */
static void
set_running (GstMikeySignalling *self, gboolean running)
{
  GST_OBJECT_LOCK (self);
  self->running = running;
  GST_OBJECT_UNLOCK (self);
}

static void
set_thread (GstMikeySignalling *self, GThread *thread)
{
  GST_OBJECT_LOCK (self);
  self->thread = thread;
  GST_OBJECT_UNLOCK (self);
}

static gboolean
is_own_thread (GstMikeySignalling *self)
{
  gboolean own;

  GST_OBJECT_LOCK (self);
  own = self->thread == g_thread_self ();
  GST_OBJECT_UNLOCK (self);
  return own;
}

static gboolean
begin (GstMikeySignalling *self, GError **error)
{
  GThread *thread;

  if (!self->listen)
    gst_mikey_caller_begin (self);
  else if (!gst_mikey_listener_open (self, error))
    return FALSE;
  /* Before the thread, as its first callback may want to send. */
  set_running (self, TRUE);
  thread = g_thread_try_new ("mikeysignalling", run, self, error);
  set_running (self, thread != NULL);
  set_thread (self, thread);
  return thread != NULL;
}

static gboolean
start_locked (GstMikeySignalling *self, GError **error)
{
  if (is_running (self))
    return TRUE;
  set_up (self);
  if (!begin (self, error)) {
    tear_down (self);
    return FALSE;
  }
  GST_INFO_OBJECT (self, "%s %s", self->listen ? "listens on" : "calls",
                   self->uri);
  return TRUE;
}

static void
stop_locked (GstMikeySignalling *self)
{
  if (!is_running (self))
    return;
  set_running (self, FALSE);
  g_cancellable_cancel (self->cancellable);
  g_main_context_wakeup (self->context);
  g_thread_join (self->thread);
  set_thread (self, NULL);
  tear_down (self);
  GST_INFO_OBJECT (self, "stopped");
}

/* --- the interface --- */

static void
gst_mikey_signalling_dispose (GObject *object)
{
  gst_mikey_signalling_stop (GST_MIKEY_SIGNALLING (object));
  G_OBJECT_CLASS (gst_mikey_signalling_parent_class)->dispose (object);
}

static void
gst_mikey_signalling_finalize (GObject *object)
{
  GstMikeySignalling *self = GST_MIKEY_SIGNALLING (object);

  g_free (self->uri);
  gst_mikey_endpoint_clear (&self->endpoint);
  g_mutex_clear (&self->lifecycle);
  G_OBJECT_CLASS (gst_mikey_signalling_parent_class)->finalize (object);
}

static void
gst_mikey_signalling_class_init (GstMikeySignallingClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = gst_mikey_signalling_dispose;
  object_class->finalize = gst_mikey_signalling_finalize;
}

static void
gst_mikey_signalling_init (GstMikeySignalling *self)
{
  g_mutex_init (&self->lifecycle);
  g_queue_init (&self->jobs);
  g_queue_init (&self->peers);
  self->next_timing = default_timing;
}

GstMikeySignalling *
gst_mikey_signalling_new (const gchar *uri, gboolean listen,
                          const GstMikeySignallingCallbacks *callbacks,
                          gpointer user_data, GError **error)
{
  GstMikeySignalling *self;
  GstMikeyEndpoint endpoint;

  g_return_val_if_fail (callbacks && callbacks->received, NULL);
  if (!gst_mikey_endpoint_parse (&endpoint, uri, listen, error))
    return NULL;
  self = gst_object_ref_sink (g_object_new (GST_TYPE_MIKEY_SIGNALLING, NULL));
  self->uri = g_strdup (uri);
  self->endpoint = endpoint;
  self->port = endpoint.port;
  self->transport = &gst_mikey_transports[endpoint.stream];
  self->listen = listen;
  self->callbacks = *callbacks;
  self->user_data = user_data;
  return self;
}

void
gst_mikey_signalling_set_timing (GstMikeySignalling *self,
                                 const GstMikeySignallingTiming *timing)
{
  g_return_if_fail (GST_IS_MIKEY_SIGNALLING (self));
  GST_OBJECT_LOCK (self);
  self->next_timing = *timing;
  GST_OBJECT_UNLOCK (self);
}

gboolean
gst_mikey_signalling_start (GstMikeySignalling *self, GError **error)
{
  gboolean started;

  g_return_val_if_fail (GST_IS_MIKEY_SIGNALLING (self), FALSE);
  g_return_val_if_fail (!is_own_thread (self), FALSE);
  g_mutex_lock (&self->lifecycle);
  started = start_locked (self, error);
  g_mutex_unlock (&self->lifecycle);
  return started;
}

void
gst_mikey_signalling_stop (GstMikeySignalling *self)
{
  g_return_if_fail (GST_IS_MIKEY_SIGNALLING (self));
  g_return_if_fail (!is_own_thread (self));
  g_mutex_lock (&self->lifecycle);
  stop_locked (self);
  g_mutex_unlock (&self->lifecycle);
}

static gboolean
check_message (GBytes *message, GError **error)
{
  gsize size = g_bytes_get_size (message);

  if (is_length_valid (size))
    return TRUE;
  g_set_error (error, G_IO_ERROR,
               size ? G_IO_ERROR_MESSAGE_TOO_LARGE
                    : G_IO_ERROR_INVALID_ARGUMENT,
               "a message of %" G_GSIZE_FORMAT " octets, but 1 to %d can be "
               "sent",
               size, GST_MIKEY_SIGNALLING_MAX_MESSAGE);
  return FALSE;
}

/* With the object lock: why nothing can be sent now, else NULL. */
static const gchar *
find_obstacle (GstMikeySignalling *self, GIOErrorEnum *code)
{
  *code = G_IO_ERROR_NOT_CONNECTED;
  if (!self->running)
    return "not started";
  if (self->listen && !self->n_peers)
    return "nobody has called yet whose message was accepted";
  *code = G_IO_ERROR_BUSY;
  if (self->jobs.length >= GST_MIKEY_SIGNALLING_MAX_PENDING)
    return "too many messages at once";
  return NULL;
}

static void
push_job (GstMikeySignalling *self, GBytes *message, gboolean expect_reply)
{
  Job *job = g_new (Job, 1);

  job->message = g_bytes_ref (message);
  job->expect_reply = expect_reply;
  g_queue_push_tail (&self->jobs, job);
  g_source_set_ready_time (self->waker, 0);
}

gboolean
gst_mikey_signalling_send (GstMikeySignalling *self, GBytes *message,
                           gboolean expect_reply, GError **error)
{
  const gchar *obstacle;
  GIOErrorEnum code;

  g_return_val_if_fail (GST_IS_MIKEY_SIGNALLING (self), FALSE);
  g_return_val_if_fail (message != NULL, FALSE);
  if (!check_message (message, error))
    return FALSE;
  GST_OBJECT_LOCK (self);
  obstacle = find_obstacle (self, &code);
  if (!obstacle)
    push_job (self, message, expect_reply);
  GST_OBJECT_UNLOCK (self);
  if (!obstacle)
    return TRUE;
  g_set_error (error, G_IO_ERROR, code, "signalling=%s: %s", self->uri,
               obstacle);
  return FALSE;
}

guint
gst_mikey_signalling_get_port (GstMikeySignalling *self)
{
  guint port;

  g_return_val_if_fail (GST_IS_MIKEY_SIGNALLING (self), 0);
  GST_OBJECT_LOCK (self);
  port = self->port;
  GST_OBJECT_UNLOCK (self);
  return port;
}

GstStructure *
gst_mikey_signalling_get_stats (GstMikeySignalling *self)
{
  GstStructure *stats
      = gst_structure_new_empty ("application/x-mikey-signalling-stats");

  g_return_val_if_fail (GST_IS_MIKEY_SIGNALLING (self), stats);
  GST_OBJECT_LOCK (self);
  for (guint i = 0; i < N_COUNTERS; i++)
    gst_structure_set (stats, counter_names[i], G_TYPE_UINT64,
                       self->counters[i], NULL);
  gst_structure_set (stats, "peers", G_TYPE_UINT, self->n_peers, "half-open",
                     G_TYPE_UINT, self->n_half_open, NULL);
  GST_OBJECT_UNLOCK (self);
  return stats;
}
