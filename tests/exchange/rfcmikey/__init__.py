# SPDX-License-Identifier: LGPL-2.1-or-later
"""MIKEY (RFC 3830) written from the RFC text, to judge other implementations.

Pure standard library, no I/O, no clock, no random source: every input is an
argument, so that the same call always gives the same octets.

codec   octets <-> payloads, every payload of RFC 3830, 6043, 6267, 6509
kdf     both pseudo-random functions, all labels, message and traffic keys
cipher  AES, AES-CM with MIKEY's IV, AES key wrap with the salt as IV
psk     pre-shared key mode: offers, answers, updates, errors
corpus  random messages of that mode, for differential tests

`python3 -m rfcmikey --help` shows the command line.
"""
