/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GST_MIKEY_SIGNALLING_PRIVATE_H
#define GST_MIKEY_SIGNALLING_PRIVATE_H

/* What the files of the signalling share.
 *
 * A message to send becomes one exchange with each peer it goes to. A peer is
 * reached through a link, that is a socket: over UDP the peers of a listener
 * share the listening one, over TCP each has its own. All of these belong to
 * the signalling thread; other threads only leave jobs and read counters.
 *
 * Octets of messages are never logged, as unprotected messages hold keys, and
 * the buffers they pass through here are wiped. */

#include "gstmikeyguard.h"
#include "gstmikeysignalling.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (mikeysignalling_debug);
#define GST_CAT_DEFAULT mikeysignalling_debug

/* One more than may come, to tell a datagram that is too long. */
#define BUFFER_SIZE (GST_MIKEY_SIGNALLING_MAX_MESSAGE + 1)
/* Octets in front of a message over TCP: its length. */
#define HEAD_SIZE 2

typedef enum {
  COUNT_SENT,
  COUNT_RETRANSMITTED,
  COUNT_REPLIED,
  COUNT_RECEIVED,
  COUNT_ACCEPTED,
  COUNT_REFUSED,
  COUNT_MALFORMED,
  COUNT_DUPLICATES,
  COUNT_RATE_LIMITED,
  COUNT_WITHHELD,
  COUNT_DROPPED_HALF_OPEN,
  COUNT_FAILED,
  N_COUNTERS
} GstMikeyCounter;

typedef struct _GstMikeyLink GstMikeyLink;
typedef struct _GstMikeyPeer GstMikeyPeer;
typedef struct _GstMikeyTransport GstMikeyTransport;

/* Whom messages come from and go to. */
struct _GstMikeyPeer {
  GstMikeySignalling *self;
  GSocketAddress
      *address; /* NULL: whom we call, while the name is unresolved */
  gchar *name;
  gchar *host;
  gboolean adopted;   /* a message was accepted */
  GstMikeyLink *link; /* (unowned) (nullable) */
  GQueue exchanges;   /* of Exchange, owned */
  gchar *trouble;     /* (nullable): the last error of a socket */
  GstMikeyBucket bucket;
};

/* A socket and what it waits for. */
struct _GstMikeyLink {
  GstMikeySignalling *self;
  GSocket *socket;
  GstMikeyPeer *peer; /* (nullable): NULL of a socket that is listened on */
  guint serial;       /* from 1: which messages were sent over this one */
  guint candidate;    /* of a caller: index of the address */
  gboolean connected;
  GSource *reading, *writing, *deadline, *resume;
  /* TCP, the message coming in: its length, then itself */
  guint8 head[HEAD_SIZE];
  guint8 *body;
  gsize have, want;
  /* TCP, what goes out: GBytes, and octets of the first that are gone */
  GQueue unread;
  gsize gone;
};

/* What differs between UDP and TCP. */
struct _GstMikeyTransport {
  GSocketType type;
  gboolean stream;
  /* the listening socket is readable */
  GSocketSourceFunc listening;
  /* a new socket of the caller was connected, or began to */
  void (*calling) (GstMikeyLink *link);
  /* the link of the caller over this address, NULL until it is connected */
  GstMikeyLink *(*call) (GstMikeySignalling *self, guint candidate);
  gboolean (*write) (GstMikeyLink *link, GstMikeyPeer *peer, GBytes *message,
                     GError **error);
};

/* gstmikeytransport.c: by GstMikeyEndpoint.stream */
extern const GstMikeyTransport gst_mikey_transports[2];

struct _GstMikeySignalling {
  GstObject parent;

  /* constant */
  gchar *uri;
  GstMikeyEndpoint endpoint;
  const GstMikeyTransport *transport;
  gboolean listen;
  GstMikeySignallingCallbacks callbacks;
  gpointer user_data;

  GMutex lifecycle; /* one start or stop at a time; taken before the object's */

  /* object lock */
  GstMikeySignallingTiming next_timing;
  gboolean running;
  GThread *thread;
  GSource *waker;
  GQueue jobs; /* of Job */
  guint port;
  guint n_peers, n_half_open;
  guint64 counters[N_COUNTERS];

  /* constant while the thread runs */
  GMainContext *context;
  GCancellable *cancellable;
  GstMikeySignallingTiming timing;

  /* signalling thread, or start and stop while there is none */
  guint8 *buffer;
  GstMikeyGuard *guard;
  GstMikeyReplies *replies;
  GPtrArray *links; /* of GstMikeyLink, the oldest first */
  guint n_links;    /* ever */
  GQueue peers; /* of GstMikeyPeer, adopted by the listener, last heard first */
  GstMikeyPeer *call; /* of the caller */
  GPtrArray *addresses;
  guint candidate; /* index of the address to try */
  guint refusals;  /* addresses in a row that refused since the last try */
  gboolean resolving;
};

/* Any thread. */
void
gst_mikey_signalling_count (GstMikeySignalling *self, GstMikeyCounter counter);
void gst_mikey_signalling_set_port (GstMikeySignalling *self, guint port);
/* Signalling thread, like all below: shows other threads how many there are. */
void gst_mikey_signalling_publish (GstMikeySignalling *self);
/* Tells the user of ERROR, which is taken. */
void gst_mikey_signalling_report (GstMikeySignalling *self, GError *error);
/* Whether to take no more. */
gboolean gst_mikey_signalling_is_stopping (GstMikeySignalling *self);
/* (transfer full): FUNC in MS milliseconds. */
GSource *gst_mikey_signalling_later (GstMikeySignalling *self, guint ms,
                                     GSourceFunc func, gpointer data);
/* Destroys and clears *SOURCE, if there is one. */
void gst_mikey_source_stop (GSource **source);

/* --- gstmikeypeer.c --- */

/* ADDRESS may be NULL for the one whose name is yet to be resolved. */
GstMikeyPeer *
gst_mikey_peer_new (GstMikeySignalling *self, GSocketAddress *address);
void gst_mikey_peer_unref (GstMikeyPeer *peer);

void gst_mikey_peer_set_address (GstMikeyPeer *peer, GSocketAddress *address);
/* Remembers why PEER may be out of reach, for the text of a later failure. */
void gst_mikey_peer_note_trouble (GstMikeyPeer *peer, const gchar *what);
/* Nobody took what was sent to PEER just now; FOR_NOW: there is no other way
 * until the next try. */
void gst_mikey_peer_note_refusal (GstMikeyPeer *peer, gboolean for_now);
/* PEER can be reached in a new way. */
void gst_mikey_peer_flush (GstMikeyPeer *peer);
/* Ends all that belongs to a PEER of a listener. Returns whether it owed an
 * answer. */
gboolean gst_mikey_peer_forget (GstMikeyPeer *peer);
/* Sends nothing more that is under way. */
void gst_mikey_peer_drop_exchanges (GstMikeyPeer *peer);
/* Sends MESSAGE to PEER, and again as long as it takes. */
void gst_mikey_peer_begin (GstMikeyPeer *peer, GBytes *message,
                           gboolean expect_reply);
/* (transfer full): the accepted peer of a listener at ADDRESS, whom a caller
 * calls, or NULL. */
GstMikeyPeer *
gst_mikey_find_peer (GstMikeySignalling *self, GSocketAddress *address);

/* Takes SOCKET; belongs to SELF until gst_mikey_link_close(). PEER as in the
 * struct. */
GstMikeyLink *gst_mikey_link_new (GstMikeySignalling *self, GSocket *socket,
                                  GstMikeyPeer *peer);
void gst_mikey_link_unref (GstMikeyLink *link);
/* The handler may close the link: the source holds it until it returns. */
GSource *gst_mikey_link_watch (GstMikeyLink *link, GIOCondition condition,
                               GSocketSourceFunc ready);
/* Makes ready for the next message of a stream. */
void gst_mikey_link_reset_frame (GstMikeyLink *link);
/* Ends LINK without a word. */
void gst_mikey_link_close (GstMikeyLink *link);
/* Closes LINK because of something that happened to it, and tells the user if
 * somebody waited for an answer over it for whom there is no other way. */
void gst_mikey_link_lost (GstMikeyLink *link, const gchar *why);
/* Whether LINK leads to somebody of whom nothing was accepted yet. */
gboolean gst_mikey_link_is_half_open (const GstMikeyLink *link);
guint gst_mikey_signalling_count_half_open (GstMikeySignalling *self);

/* Whether there is a token for one more message; PEER is NULL for strangers
 * over UDP, of whom nothing is kept. */
gboolean
gst_mikey_signalling_admit (GstMikeySignalling *self, GstMikeyPeer *peer,
                            GSocketAddress *address);

/* An admitted MESSAGE of PEER came over LINK: asks the session, and answers. */
void gst_mikey_link_deliver (GstMikeyLink *link, GstMikeyPeer *peer,
                             GBytes *message);

/* --- gstmikeyconnect.c --- */

/* What can be known without asking the network. */
void gst_mikey_add_known_addresses (GstMikeySignalling *self);
/* Binds, after resolving if need be. */
gboolean gst_mikey_listener_open (GstMikeySignalling *self, GError **error);
/* Makes the peer that is called. */
void gst_mikey_caller_begin (GstMikeySignalling *self);
/* The link to send over; NULL: later, by gst_mikey_peer_flush(). */
GstMikeyLink *gst_mikey_caller_reach (GstMikeySignalling *self);
/* Before a message is sent. AGAIN: the last try was in vain, so that another
 * address may do better, unless it is known that this one is right. */
void gst_mikey_caller_prepare (GstMikeySignalling *self, gboolean again);
/* Begins to look the name up. */
void gst_mikey_caller_resolve (GstMikeySignalling *self);
/* A socket to the address CANDIDATE, NULL if that fails right away. */
GstMikeyLink *gst_mikey_caller_open (GstMikeySignalling *self, guint candidate);
/* The link to the address CANDIDATE, if there is one. */
GstMikeyLink *gst_mikey_caller_find (GstMikeySignalling *self, guint candidate);
/* The address in turn refused: the next one at once, but each only once until
 * the time for another try has come. */
void gst_mikey_caller_refused (GstMikeySignalling *self);
/* The same, for ERROR. */
void
gst_mikey_caller_open_failed (GstMikeySignalling *self, const GError *error);

static inline gboolean
is_length_valid (gsize length)
{
  return length > 0 && length <= GST_MIKEY_SIGNALLING_MAX_MESSAGE;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstMikeyPeer, gst_mikey_peer_unref)

G_END_DECLS

#endif
