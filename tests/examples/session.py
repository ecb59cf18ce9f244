#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A MIKEY exchange from Python, by introspection.

Alice offers, Bob answers, both hold the same SRTP keys; then Alice rekeys.
Nothing is sent anywhere here: the messages are octets, and how they travel is
the application's matter (SDP, RTSP, a socket of its own).

An installed library needs nothing more than this. In a build tree, run it by
`meson devenv -C build tests/examples/session.py`.
"""
import gi

gi.require_version('Mikey', '1.0')
from gi.repository import GLib, Mikey  # noqa: E402

ALICE_KEYS = """
[me]
id=sip:alice@example.org

[peer sip:bob@example.org]
psk=000102030405060708090a0b0c0d0e0f
"""

BOB_KEYS = """
[me]
id=sip:bob@example.org

[peer *]
psk=000102030405060708090a0b0c0d0e0f
"""


def new_session(keys, **properties):
    keyring = Mikey.Keyfile.new_from_data(keys, -1)
    session = Mikey.Session.new(keyring, Mikey.Policy.new())
    for name, value in properties.items():
        session.set_property(name, value)
    return session


def show(who, octets):
    message = Mikey.Message.new(octets, Mikey.Tolerances.NOTHING)
    print(f'{who}: {message.summary()}')


def same_keys(one, other):
    ours, theirs = one.get_keys(), other.get_keys()
    return len(ours) == len(theirs) > 0 and all(
        a.equal(b) for a, b in zip(ours, theirs))


def main():
    alice = new_session(ALICE_KEYS, peer_id='sip:bob@example.org')
    bob = new_session(BOB_KEYS)
    bob.connect('verify-peer', lambda _, peer: peer == 'sip:alice@example.org')
    alice.add_stream(0x0a11ce01, 0)

    offer = alice.create_offer()
    show('alice', offer)
    accepted, answer = bob.receive(offer)
    show('bob  ', answer)
    assert accepted and alice.receive(answer)[0]
    assert same_keys(alice, bob)
    assert bob.get_peer_identity() == 'sip:alice@example.org'

    update = alice.create_update(True)
    show('alice', update)
    _, answer = bob.receive(update)
    alice.receive(answer)
    assert same_keys(alice, bob) and len(alice.get_keys()) == 2

    for keys in alice.get_keys():
        print(f'crypto session {keys.get_cs_id()}, SSRC {keys.get_ssrc():08x}: '
              f'{keys.get_rtp_cipher().value_nick} with '
              f'{keys.get_rtp_auth().value_nick}, '
              f'MKI {keys.get_mki().get_data().hex()}')

    # What was seen is refused, and says so.
    try:
        bob.receive(update)
    except GLib.Error as error:
        assert error.matches(Mikey.error_quark(), Mikey.Error.FRESH)
        print('again:', error.message)
    else:
        raise AssertionError('a replayed message was accepted')


main()
