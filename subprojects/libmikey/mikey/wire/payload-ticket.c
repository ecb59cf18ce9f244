/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ticket-policy.h"

/* Ticket payload, RFC 6043 6.10: the policy that was granted, and
 *
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !      Ticket Data length       !          Ticket Data          ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   !     Initiator Data length     !   Initiator Data (OPTIONAL)   ~
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * (6043-6.10-09, 6043-6.10-10). Ticket Data are for the KMS; those of the base
 * ticket begin with a THDR (6043-A.3-01, 6043-6.10-02) and hold keys. */

#define BASE_TICKET 1

static guint32
ticket_chain (const void *self)
{
  const MikeyTicket *ticket = self;

  return ticket->policy.ticket_type == BASE_TICKET && ticket->ticket_data.len
             ? MIKEY_PAYLOAD_THDR
             : MIKEY_PAYLOAD_LAST;
}

static const MikeyField fields[] = {
  MIKEY_NEXT (MikeyTicket),
  MIKEY_TICKET_POLICY (MikeyTicket),
  MIKEY_BYTES (MikeyTicket, ticket_data, "Ticket Data", 16,
               .flags = MIKEY_FIELD_SECRET, .chain = ticket_chain),
  MIKEY_CHAIN (MikeyTicket, initiator_data, "Initiator Data", 16),
};

const MikeyPayloadType mikey_payload_ticket
    = { MIKEY_PAYLOAD_TICKET, MIKEY_PLACE_MESSAGE,
        MIKEY_STRUCT (MikeyTicket, "TICKET", fields) };
