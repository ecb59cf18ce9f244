/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ticket-policy.h"

/* Ticket policy payload, RFC 6043 6.10: the policy that is asked for. */

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyTp),
  MIKEY_TICKET_POLICY (MikeyTp),
};

const MikeyPayloadType mikey_payload_tp
    = { MIKEY_PAYLOAD_TP, MIKEY_PLACE_MESSAGE,
        MIKEY_STRUCT (MikeyTp, "TP", fields) };
