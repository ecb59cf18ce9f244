/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire.h"

#include <mikey/wire/srtp-params.h>

static bool
read_params (const char *octets, MikeySrtpParams *params, MikeyFault *fault)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  MikeyChain chain;

  if (!mikey_chain_read_all (&chain, MIKEY_PAYLOAD_SP, MIKEY_PLACE_MESSAGE,
                             hex (octets), &arena, fault))
    g_error ("%s", fault->text);
  return mikey_srtp_params_read (params, (const MikeySp *)chain.head, fault);
}

/* 3830-6.10.1-02, 4771-4-02, 7714-14.3-02: what is absent */
static const struct {
  guint type;
  guint32 absent;
} defaults[] = {
  { MIKEY_SRTP_ENCR_ALG, MIKEY_SRTP_ENCR_AES_CM },
  { MIKEY_SRTP_ENCR_KEY_LEN, 16 },
  { MIKEY_SRTP_AUTH_ALG, MIKEY_SRTP_AUTH_ALG_HMAC_SHA_1 },
  { MIKEY_SRTP_AUTH_KEY_LEN, 20 },
  { MIKEY_SRTP_SALT_LEN, 14 },
  { MIKEY_SRTP_PRF, 0 },
  { MIKEY_SRTP_KEY_DERIVATION_RATE, 0 },
  { MIKEY_SRTP_RTP_ENCR, 1 },
  { MIKEY_SRTP_RTCP_ENCR, 1 },
  { MIKEY_SRTP_FEC_ORDER, 0 },
  { MIKEY_SRTP_RTP_AUTH, 1 },
  { MIKEY_SRTP_TAG_LEN, 10 },
  { MIKEY_SRTP_PREFIX_LEN, 0 },
  { MIKEY_SRTP_ROC_RATE, 1 },
  { MIKEY_SRTP_AEAD_TAG_LEN, 16 },
};

static void
test_defaults (void)
{
  MikeySrtpParams params;
  MikeyFault fault;
  guint i;

  g_assert_true (read_params ("00 01 00 0000", &params, &fault));
  g_assert_cmpuint (params.present, ==, 0);
  for (i = 0; i < G_N_ELEMENTS (defaults); i++)
    g_assert_cmpuint (params.value[defaults[i].type], ==, defaults[i].absent);
}

/* 3830-6.10.1-01, 3830-6.10.1-03, 4771-4-01, 4771-4-03, 7714-14.3-01 */
static void
test_all (void)
{
  static const guint32 wanted[MIKEY_SRTP_NUM_PARAMS]
      = { 6, 32, 0,   0, 12, 0, 1 << 24, 0, 0, 0, 0,
          4, 2,  300, 2, 3,  1, 1,       5, 6, 16 };
  const char *octets
      = "00 07 00 0043 000106 010120 020100 030100 04010c 050100 060401000000"
        "070100 080100 090100 0a0100 0b0104 0c0102 0d02012c 0e0102 0f0103"
        "100101 110101 120105 130106 140110";
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
  MikeyChain chain = { 0, NULL };
  MikeySrtpParams params;
  MikeyFault fault;
  guint i;

  g_assert_true (read_params (octets, &params, &fault));
  g_assert_cmpuint (params.present, ==, (1u << MIKEY_SRTP_NUM_PARAMS) - 1);
  for (i = 0; i < MIKEY_SRTP_NUM_PARAMS; i++)
    g_assert_cmpuint (params.value[i], ==, wanted[i]);
  g_assert_true (mikey_srtp_params_write (&params, 7, &chain, &arena, NULL));
  mikey_chain_write (&chain, &w);
  assert_slice (mikey_writer_slice (&w), hex (octets));
}

/* Only what was set is written, in as few octets as it takes. */
static void
test_write (void)
{
  g_auto (MikeyArena) arena = MIKEY_ARENA_INIT;
  g_auto (MikeyWriter) w = MIKEY_WRITER_INIT;
  MikeyChain chain = { 0, NULL };
  MikeySrtpParams params;

  mikey_srtp_params_defaults (&params);
  g_assert_true (mikey_srtp_params_write (&params, 0, &chain, &arena, NULL));
  mikey_srtp_params_set (&params, MIKEY_SRTP_TAG_LEN, 4);
  mikey_srtp_params_set (&params, MIKEY_SRTP_KEY_DERIVATION_RATE, 0x10000);
  mikey_srtp_params_set (&params, MIKEY_SRTP_ROC_RATE, 1);
  g_assert_true (mikey_srtp_params_write (&params, 255, &chain, &arena, NULL));
  mikey_chain_write (&chain, &w);
  assert_slice (mikey_writer_slice (&w),
                hex ("0a 00 00 0000 00 ff 00 000c 06 03 010000 0b 01 04"
                     "0d 02 0001"));
}

static const struct {
  const char *what;
  const char *octets;
  MikeyFaultCode fault;
} refused[] = {
  { "unknown", "00 00 00 0003 150100", MIKEY_FAULT_BAD_SP_PARAM },
  { "private", "00 00 00 0003 ff0100", MIKEY_FAULT_BAD_SP_PARAM },
  { "twice", "00 00 00 0006 000101 000101", MIKEY_FAULT_BAD_SP_PARAM },
  { "empty", "00 00 00 0002 0000", MIKEY_FAULT_BAD_SP_PARAM },
  { "long", "00 00 00 0004 00020001", MIKEY_FAULT_BAD_SP_PARAM },
  { "long rate", "00 00 00 0007 06050000000000", MIKEY_FAULT_BAD_SP_PARAM },
  { "high rate", "00 00 00 0006 060401000001", MIKEY_FAULT_BAD_SP_PARAM },
  { "on is 2", "00 00 00 0003 070102", MIKEY_FAULT_BAD_SP_PARAM },
  /* 4771-4-02 */
  { "short ROC rate", "00 00 00 0003 0d0101", MIKEY_FAULT_BAD_SP_PARAM },
  { "no ROC rate", "00 00 00 0004 0d020000", MIKEY_FAULT_BAD_SP_PARAM },
  /* 3830-6.10-03 */
  { "not SRTP", "00 00 01 0000", MIKEY_FAULT_BAD_SP },
};

static void
test_refused (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (refused); i++) {
    MikeySrtpParams params;
    MikeyFault fault;

    g_test_message ("%s", refused[i].what);
    g_assert_false (read_params (refused[i].octets, &params, &fault));
    g_test_message ("%s", fault.text);
    assert_fault (&fault, refused[i].fault, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/srtp-params/defaults", test_defaults);
  g_test_add_func ("/wire/srtp-params/all", test_all);
  g_test_add_func ("/wire/srtp-params/write", test_write);
  g_test_add_func ("/wire/srtp-params/refused", test_refused);
  return g_test_run ();
}
