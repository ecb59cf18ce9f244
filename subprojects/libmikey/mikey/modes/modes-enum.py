#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the MikeyMode enumeration from modes.def to standard output."""
import re
import sys

ROW = re.compile(r'^MIKEY_MODE \((\d+), (\w+), "([\w-]+)", "([^"]*)", "([^"]*)"\)', re.M)

HEAD = """/* Made from modes.def; do not edit. */
#ifndef MIKEY_MODES_ENUM_H
#define MIKEY_MODES_ENUM_H

/**
 * MikeyMode:
 * @MIKEY_MODE_AUTO: whatever the peer offers and the policy allows
%s
 * How the parties of a crypto session bundle agree on keys.
 */
typedef enum {
  MIKEY_MODE_AUTO = 0, /*< nick=auto >*/
%s} MikeyMode;

#endif
"""


def main(path):
    rows = ROW.findall(open(path, encoding='utf-8').read())
    if not rows:
        sys.exit(f'{path}: no MIKEY_MODE rows')
    docs = ''.join(f' * @MIKEY_MODE_{s.upper()}: {d} ({spec})\n'
                   for _, s, _, spec, d in rows)
    values = ''.join(f'  MIKEY_MODE_{s.upper()} = {n}, /*< nick={nick} >*/\n'
                     for n, s, nick, _, _ in rows)
    sys.stdout.write(HEAD % (docs.rstrip('\n') + '\n *', values))


main(sys.argv[1])
