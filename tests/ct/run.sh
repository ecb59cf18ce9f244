#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# run.sh clean|leaky PROGRAM: memcheck must report nothing, or something.
# A leaky program that merely fails does not count: only memcheck exits with 9.
want=0
[ "$1" = leaky ] && want=9
if ! command -v valgrind >/dev/null; then
  echo "SKIP: valgrind is not installed"
  exit 77
fi
valgrind --error-exitcode=9 -q \
  --suppressions="$(dirname "$0")/nettle-aes.supp" "$2" "$1"
got=$?
[ $got = 77 ] && exit 77
[ $got = $want ] && exit 0
echo "$2 $1: exit $got, wanted $want"
exit 1
