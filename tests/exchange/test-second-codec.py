#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our PSK mode against rfcmikey, which was written from the RFCs alone.

    test-second-codec.py DRIVER

DRIVER is exchange-driver. Runs MIKEY_ITERATIONS random exchanges (500) of each
kind, from MIKEY_SEED (1): what one side writes the other reads, with the same
keys, and where both are given the same secrets they write the same octets.
"""
import base64
import os
import random
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rfcmikey import commands  # noqa: E402

ITERATIONS = int(os.environ.get('MIKEY_ITERATIONS', '500'))
SEED = int(os.environ.get('MIKEY_SEED', '1'))
NOW = 1700000000
NTP_TO_UNIX = 2208988800
DRIVER = None
# tolerances
EMPTY_MAP_WITH_SP = 1 << 8

# encr, mac, prf as the registries number them
CHOICES = {'encr': (1, 2, 3), 'mac': (1, 2), 'prf': (0, 1)}
# (parameters of an SP, octets of the key, octets of the salt)
SUITES = (('0:01,1:10,2:01,3:14,4:0e', 16, 14), ('0:01,1:20', 32, 14),
          ('0:06,1:10,2:00,4:0c,20:10', 16, 12),
          ('0:06,1:20,2:00,20:10', 32, 12), ('', 16, 14),
          ('11:04', 16, 14))


class Refused(Exception):
    pass


class Driver:
    """Our side."""

    def __init__(self):
        self.process = subprocess.Popen([DRIVER], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def ask(self, line):
        """Answer lines as dictionaries."""
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()
        rows = []
        while True:
            words = self.process.stdout.readline().split()
            if not words:
                raise AssertionError('the driver ended at: ' + line)
            if words == ['done']:
                return rows
            if words[0] == 'refused':
                raise Refused(' '.join(words[1:]))
            rows.append(dict(word.split('=', 1) for word in words))

    def new(self, **settings):
        self.ask('new ' + ' '.join(f'{k}={v}' for k, v in settings.items()))

    def message(self, line):
        rows = self.ask(line)
        return rows[0]['message'] if rows else None

    def keys(self):
        return {(int(r['cs']), r['mki']): (r['tek'], r['salt'])
                for r in self.ask('keys')}


def theirs(command, **arguments):
    answer = commands.run(command, arguments)
    if not answer['ok']:
        raise Refused(answer['error'])
    return answer


def b64(text):
    return base64.b64encode(bytes.fromhex(text)).decode()


def unb64(text):
    return base64.b64decode(text).hex()


def their_keys(opened):
    return {(cs['cs_id'], key['mki'] or ''): (key['tek'], key['salt'])
            for cs in opened['cs'] for key in cs['keys']}


def whole(text, octets):
    """Octets of keys wrapped by AES-KW are a multiple of 8."""
    return text + '5a' * (-octets % 8)


class Case(unittest.TestCase):
    compared = 0

    @classmethod
    def setUpClass(cls):
        cls.ours = Driver()

    @classmethod
    def tearDownClass(cls):
        cls.ours.close()

    def cases(self):
        """Each case follows from its number alone; the last one is reported."""
        self.addCleanup(self.report)
        for self.number in range(ITERATIONS):
            self.random = random.Random(f'{SEED} {self.id()} {self.number}')
            yield self.number

    def report(self):
        print(f'{self.id()}: up to case {self.number}, {self.compared} keys '
              'compared', file=sys.stderr)

    def octets(self, low, high=None):
        return self.random.randbytes(self.random.randint(low, high or low)).hex()

    def choice(self, *values):
        return self.random.choice(values)

    def compare_keys(self, opened):
        """A TEK that comes alone has no salt there, and a derived one here."""
        ours, other = self.ours.keys(), their_keys(opened)
        self.assertTrue(other)
        for name, (tek, salt) in other.items():
            self.compared += 1
            self.assertEqual(ours[name][0], tek)
            if salt:
                self.assertEqual(ours[name][1], salt)

    def settings(self):
        chosen = {k: self.choice(*v) for k, v in CHOICES.items()}
        kind = self.choice(0, 1) if chosen['encr'] == 2 else self.choice(0, 1, 2, 3)
        ssrcs = [self.octets(4) for _ in range(self.random.randint(1, 4))]
        streams = ','.join(f'{s}:{self.random.randint(0, 9)}' for s in ssrcs)
        return dict(chosen, key=kind, ts=self.choice(0, 1, 2),
                    mki=self.choice(1, 4, 16), suite=self.random.randrange(5),
                    streams=streams, psk=self.octets(16, 64),
                    seed=self.random.getrandbits(60), now=NOW * 10**6,
                    local='sip:alice@example.org', peer='bob@example.org',
                    validity=self.choice(0, 1, 2))


class OurOffers(Case):
    """We begin, rfcmikey answers; then updates both ways."""

    def rebuild(self, message, settings, opened):
        """The same message from the same secrets, by the other codec."""
        secrets = self.ours.ask('secrets')[0]
        dump = theirs('dump', message=b64(message))
        sps = [','.join(f"{p['type']}:{p['value']}" for p in row['params'])
               for row in dump['payloads'] if row['payload'] == 'SP']
        arguments = dict(
            psk=settings['psk'], csb=secrets['csb'], rand=secrets['rand'],
            ts=opened['ts'], ts_type=settings['ts'],
            idi='sip:alice@example.org', idr='bob@example.org',
            prf=settings['prf'], encr=settings['encr'], mac=settings['mac'],
            v=1, sp=sps, tgk=[secrets['key']], key_type=[settings['key']],
            salt=[secrets['salt'] or None],
            ssrc=[row['ssrc'] for row in opened['cs']],
            roc=[row['roc'] for row in opened['cs']])
        if settings['validity'] == 1:
            arguments['mki'] = [secrets['mki']]
        if settings['validity'] == 2:
            arguments.update(valid_from=['00' * 6], valid_to=['ff' * 6])
        return unb64(theirs('psk-offer', **arguments)['message'])

    def test_offers(self):
        for _ in self.cases():
            settings = self.settings()
            self.ours.new(**settings)
            offer = self.ours.message('offer')
            opened = theirs('psk-open', psk=settings['psk'], message=b64(offer))
            self.assertEqual(self.rebuild(offer, settings, opened), offer)
            reply = theirs('psk-reply', psk=settings['psk'], offer=b64(offer),
                           idr=self.choice(None, 'bob@example.org'))
            self.ours.message('receive ' + unb64(reply['message']))
            self.compare_keys(opened)
            self.our_update(settings, [b64(offer)])

    def our_update(self, settings, first):
        command = self.choice('rekey', 'update')
        update = self.ours.message(command)
        opened = theirs('psk-open', psk=settings['psk'], message=b64(update),
                        first=first)
        reply = theirs('psk-reply', psk=settings['psk'], offer=b64(update),
                       first=first)
        self.ours.message('receive ' + unb64(reply['message']))
        self.compare_keys(opened)

    def test_errors(self):
        for _ in self.cases():
            settings = self.settings()
            self.ours.new(**settings)
            offer = self.ours.message('offer')
            number = self.random.randint(0, 12)
            secret = self.choice(settings['psk'], None)
            error = theirs('psk-error', psk=secret, offer=b64(offer),
                           error=[number])
            with self.assertRaisesRegex(Refused, 'PEER_ERROR') as caught:
                self.ours.message('receive ' + unb64(error['message']))
            self.assertEqual('forged' in str(caught.exception), not secret)


class TheirOffers(Case):
    """rfcmikey begins, with much that we never send."""

    def timestamp(self, ts_type, later=0):
        seconds = NOW + NTP_TO_UNIX + self.random.randint(-200, 0) + later
        if ts_type == 2:
            return '%08x' % (self.random.randint(1, 1000) + later)
        return '%08x' % seconds + self.octets(4)

    def key(self, suite, wrapped):
        """Arguments of one Key data."""
        _, key_len, salt_len = suite
        kind = self.choice(0, 1, 2, 3)
        size = key_len if kind >= 2 else self.random.randint(16, 64)
        salt = self.octets(salt_len) if kind in (1, 3) else None
        mki = self.octets(self.random.randint(1, 9))
        if wrapped:  # 4 + key + salt + 1 + MKI
            kind, salt, mki, size = self.choice((0, None, self.octets(3), 16),
                                                (0, None, self.octets(4), 31))
        return kind, self.octets(size), salt, mki

    def offer(self):
        chosen = {k: self.choice(*v) for k, v in CHOICES.items()}
        map_type = self.choice(0, 0, 1, 2)
        suite = self.choice(*SUITES)
        keys = [self.key(suite, chosen['encr'] == 2)
                for _ in range(self.random.randint(1, 3))]
        keys = list({key[3]: key for key in keys}.values())
        ts_type = self.choice(0, 1, 2)
        count = self.random.randint(1, 5)
        if map_type == 1:
            suite = SUITES[4]
        if map_type == 1 and chosen['encr'] != 2:
            keys = [(0, self.octets(16), None, self.octets(4))]
        return dict(
            chosen, psk=self.octets(16, 40), csb=self.octets(4),
            rand=self.octets(16, 255), ts=self.timestamp(ts_type),
            ts_type=ts_type, idi='sip:carol@example.net',
            idr=self.choice(None, 'sip:bob@example.org'), v=1, map=map_type,
            sp=[suite[0]] if map_type != 1 else [],
            ssrc=['%08x' % (i + 1) for i in range(count)]
            if map_type != 1 else [],
            roc=[self.random.randint(0, 99) for _ in range(count)],
            cs_id=[i + 1 for i in range(count)],
            spi=[keys[0][3]] * count, key_type=[k[0] for k in keys],
            tgk=[k[1] for k in keys], salt=[k[2] for k in keys],
            mki=[k[3] for k in keys],
            ext=['%d:%s' % (self.choice(0, 1, 200), self.octets(0, 20))]
            if self.choice(True, False) else [])

    def open_ours(self, arguments):
        self.ours.new(psk=arguments['psk'], now=NOW * 10**6,
                      local='sip:bob@example.org', seed=1,
                      ts=arguments['ts_type'], streams='0a0b0c0d:3')
        offer = theirs('psk-offer', **arguments)['message']
        reply = self.ours.message('receive ' + unb64(offer))
        opened = theirs('psk-open', psk=arguments['psk'], message=offer,
                        own_id='sip:bob@example.org')
        return offer, reply, opened

    def test_offers(self):
        for _ in self.cases():
            arguments = self.offer()
            offer, reply, opened = self.open_ours(arguments)
            answer = theirs('psk-verify', psk=arguments['psk'], offer=offer,
                            reply=b64(reply), own_id='sip:bob@example.org')
            self.assertTrue(answer['verified'])
            if arguments['map'] != 1:
                self.compare_keys(opened)
                self.their_update(arguments, offer)
                self.our_update(arguments, offer)

    def their_update(self, arguments, offer):
        """With new keys or without, by whoever began."""
        update = dict(arguments, update=True, ext=[],
                      ts=self.timestamp(arguments['ts_type'],
                                        1000 if arguments['ts_type'] == 2
                                        else 201))
        if self.choice(True, False):
            update['tgk'] = []
        else:
            update['mki'] = [m + 'ff' for m in arguments['mki']]
            if arguments['encr'] == 2:
                update.update(tgk=[self.octets(18) if len(m) == 8
                                   else self.octets(30)
                                   for m in update['mki']])
        if update['tgk'] and arguments['encr'] == 2:
            update['tgk'] = [
                self.octets(-(5 + len(m) // 2) % 8 + 16) for m in update['mki']]
        message = theirs('psk-offer', **update)['message']
        reply = self.ours.message('receive ' + unb64(message))
        first = [offer]
        opened = theirs('psk-open', psk=arguments['psk'], message=message,
                        first=first)
        theirs('psk-verify', psk=arguments['psk'], offer=message,
               reply=b64(reply), first=first, own_id='sip:bob@example.org')
        self.compare_keys(opened)

    def our_update(self, arguments, offer):
        """By the Responder."""
        update = self.ours.message('rekey')
        opened = theirs('psk-open', psk=arguments['psk'], message=b64(update),
                        first=[offer])
        reply = theirs('psk-reply', psk=arguments['psk'], offer=b64(update),
                       first=[offer], idr='sip:carol@example.net')
        self.ours.message('receive ' + unb64(reply['message']))
        self.compare_keys(opened)


if __name__ == '__main__':
    DRIVER = sys.argv.pop(1)
    unittest.main()
