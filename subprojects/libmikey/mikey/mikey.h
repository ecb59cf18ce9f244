/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MIKEY_H
#define MIKEY_H

/* MIKEY, Multimedia Internet KEYing (RFC 3830): the public header. */

#include <mikey/base/types.h>
#include <mikey/enum-types.h>
#include <mikey/sdp/key-mgmt.h>
#include <mikey/session/error.h>
#include <mikey/session/keyring.h>
#include <mikey/session/keys.h>
#include <mikey/session/message.h>
#include <mikey/session/policy.h>
#include <mikey/session/replay.h>
#include <mikey/session/session.h>

#endif
