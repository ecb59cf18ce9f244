/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <mikey/wire/parsed.h>
#include <mikey/wire/print.h>
#include <mikey/wire/srtp-params.h>

#include <gst/sdp/gstmikey.h>

/* What parsing costs: the unprotected PSK message that RTSP equipment sends,
 * the keys in it included, by us and by GStreamer's libgstsdp, in turns and in
 * one run. Of each the fastest round counts. */

#define ROUNDS 15
#define TIMES  20000

static MikeySlice message, malformed;

static void
parse_ours (void)
{
  const MikeyKemac *kemac;
  MikeyParsed parsed;
  MikeyChain keys;

  if (!mikey_parsed_init (&parsed, message, MIKEY_TOLERATE_NOTHING, NULL))
    g_error ("the message does not parse");
  kemac = mikey_chain_find (&parsed.chain, MIKEY_PAYLOAD_KEMAC, 0);
  if (!mikey_chain_read_all (&keys, MIKEY_PAYLOAD_KEY_DATA, MIKEY_PLACE_SEALED,
                             kemac->encr_data, &parsed.arena, NULL))
    g_error ("the keys do not parse");
  mikey_parsed_clear (&parsed);
}

static void
refuse_ours (void)
{
  MikeyParsed parsed;
  MikeyFault fault;

  if (mikey_parsed_init (&parsed, malformed, MIKEY_TOLERATE_NOTHING, &fault))
    g_error ("half a message parses");
}

static void
print_ours (void)
{
  MikeyParsed parsed;

  if (!mikey_parsed_init (&parsed, message, MIKEY_TOLERATE_NOTHING, NULL))
    g_error ("the message does not parse");
  g_free (mikey_print_text (&parsed.chain, false));
  mikey_parsed_clear (&parsed);
}

static void
parse_theirs (void)
{
  GstMIKEYMessage *parsed
      = gst_mikey_message_new_from_data (message.data, message.len, NULL, NULL);

  if (!parsed)
    g_error ("libgstsdp does not parse the message");
  gst_mikey_message_unref (parsed);
}

static struct {
  const char *what;
  void (*run) (void);
  gint64 best; /* microseconds a round */
} contenders[] = {
  { "libgstsdp: parse", parse_theirs, G_MAXINT64 },
  { "libmikey: parse", parse_ours, G_MAXINT64 },
  { "libmikey: refuse", refuse_ours, G_MAXINT64 },
  { "libmikey: parse, print", print_ours, G_MAXINT64 },
};

static gint64
time_round (void (*run) (void))
{
  gint64 start = g_get_monotonic_time ();
  guint i;

  for (i = 0; i < TIMES; i++)
    run ();
  return g_get_monotonic_time () - start;
}

/* --- the message --- */

static void
add_keys (MikeyChain *chain, MikeyArena *arena)
{
  static const guint8 octets[30] = { 1, 2, 3 };
  MikeyKemac *kemac = mikey_chain_add (chain, MIKEY_PAYLOAD_KEMAC, arena);
  MikeyChain inside = { 0, NULL };
  MikeyKeyData *key = mikey_chain_add (&inside, MIKEY_PAYLOAD_KEY_DATA, arena);
  MikeyWriter w = MIKEY_WRITER_INIT;

  key->type = MIKEY_KEY_TYPE_TEK;
  key->key = mikey_slice (octets, sizeof octets);
  mikey_chain_write (&inside, &w);
  kemac->encr_data
      = mikey_slice (mikey_arena_copy (arena, w.data, w.len), w.len);
  mikey_writer_clear (&w);
}

static void
add_policy (MikeyChain *chain, MikeyArena *arena)
{
  static const guint types[] = { MIKEY_SRTP_ENCR_ALG, MIKEY_SRTP_ENCR_KEY_LEN,
                                 MIKEY_SRTP_AUTH_ALG, MIKEY_SRTP_AUTH_KEY_LEN,
                                 MIKEY_SRTP_RTP_ENCR, MIKEY_SRTP_RTCP_ENCR,
                                 MIKEY_SRTP_RTP_AUTH };
  MikeySrtpParams params;
  guint i;

  mikey_srtp_params_defaults (&params);
  for (i = 0; i < G_N_ELEMENTS (types); i++)
    mikey_srtp_params_set (&params, types[i], params.value[types[i]]);
  /* The tag's length, as GStreamer has it (quirk Q2). */
  mikey_srtp_params_set (&params, MIKEY_SRTP_AUTH_KEY_LEN, 10);
  if (!mikey_srtp_params_write (&params, 0, chain, arena, NULL))
    g_error ("no memory");
}

static GBytes *
make_message (void)
{
  static const guint8 octets[16] = { 0xc8, 0xe3, 0x50, 0xea };
  static MikeySrtpId id = { 0, 0x11121314, 0 };
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  MikeyWriter w = MIKEY_WRITER_INIT;
  MikeyChain chain = { 0, NULL };
  MikeyHdr *hdr = mikey_chain_add (&chain, MIKEY_PAYLOAD_HDR, &arena);
  MikeyT *t = mikey_chain_add (&chain, MIKEY_PAYLOAD_T, &arena);
  MikeyRand *rand = mikey_chain_add (&chain, MIKEY_PAYLOAD_RAND, &arena);

  hdr->version = 1;
  hdr->num_cs = 1;
  hdr->srtp_ids = (MikeyList){ 1, &id };
  t->value = mikey_slice (octets, 8);
  rand->rand = mikey_slice (octets, 16);
  add_policy (&chain, &arena);
  add_keys (&chain, &arena);
  mikey_chain_write (&chain, &w);
  return mikey_writer_steal (&w);
}

int
main (void)
{
  GBytes *bytes = make_message ();
  guint round, i;

  message.data = g_bytes_get_data (bytes, &message.len);
  malformed = mikey_slice (message.data, message.len / 2);
  for (round = 0; round < ROUNDS; round++)
    for (i = 0; i < G_N_ELEMENTS (contenders); i++)
      contenders[i].best
          = MIN (contenders[i].best, time_round (contenders[i].run));
  g_print ("PSK message of %" G_GSIZE_FORMAT " bytes, NULL protection\n",
           message.len);
  for (i = 0; i < G_N_ELEMENTS (contenders); i++)
    g_print ("%-24s %6.0f ns  %.2fx\n", contenders[i].what,
             contenders[i].best * 1000.0 / TIMES,
             (double)contenders[0].best / (double)contenders[i].best);
  g_bytes_unref (bytes);
  return 0;
}
