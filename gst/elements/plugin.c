/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "gstmikeydec.h"
#include "gstmikeyenc.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  gboolean done = FALSE;

  done |= GST_ELEMENT_REGISTER (mikeyenc, plugin);
  done |= GST_ELEMENT_REGISTER (mikeydec, plugin);
  return done;
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, mikey,
                   "Keys for SRTP by MIKEY (RFC 3830)", plugin_init, VERSION,
                   "LGPL", PACKAGE, GST_PACKAGE_ORIGIN)
