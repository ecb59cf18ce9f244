/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_WIRE_TICKET_POLICY_H
#define MIKEY_WIRE_TICKET_POLICY_H

/* The Ticket Policy, which TP and TICKET begin with, RFC 6043 6.10
 * (6043-6.10-01, 6043-6.10-04, 6043-6.10-05, 6043-6.10-10):
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   ! Next Payload  !          Ticket Type          !    Subtype    !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !    Version    !   PRF Func  !D!E!F!G!H!I!J!K!L!M!N!O!   Res   !
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !        TP Data length         !            TP Data            ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

#include "payloads.h"

#define MIKEY_TICKET_FLAG(T, m, words) MIKEY_UINT (T, policy.m, words, 1)

#define MIKEY_TICKET_POLICY(T)                                                 \
  MIKEY_UINT (T, policy.ticket_type, "Ticket Type", 16,                        \
              .registry = MIKEY_REG_TICKET_TYPE),                              \
      MIKEY_UINT (T, policy.subtype, "Subtype", 8),                            \
      MIKEY_UINT (T, policy.version, "Version", 8),                            \
      MIKEY_UINT (T, policy.prf_func, "PRF Func", 7,                           \
                  .registry = MIKEY_REG_PRF_FUNC),                             \
      MIKEY_TICKET_FLAG (T, d, "D"), MIKEY_TICKET_FLAG (T, e, "E"),            \
      MIKEY_TICKET_FLAG (T, f, "F"), MIKEY_TICKET_FLAG (T, g, "G"),            \
      MIKEY_TICKET_FLAG (T, h, "H"), MIKEY_TICKET_FLAG (T, i, "I"),            \
      MIKEY_TICKET_FLAG (T, j, "J"), MIKEY_TICKET_FLAG (T, k, "K"),            \
      MIKEY_TICKET_FLAG (T, l, "L"), MIKEY_TICKET_FLAG (T, m, "M"),            \
      MIKEY_TICKET_FLAG (T, n, "N"), MIKEY_TICKET_FLAG (T, o, "O"),            \
      MIKEY_UINT (T, policy.reserved, "Res", 5),                               \
      MIKEY_CHAIN (T, policy.data, "TP Data", 16)

#endif
