# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random valid PSK exchanges for differential tests.

The same seed gives the same lines on every Python. A line holds the arguments
of psk-offer, the message, what psk-open says about it, and the same for an
answer, an update and an Error message.
"""

import hashlib

from . import commands

TS_OCTETS = (8, 8, 4, 4)
NAMES = ('sip:alice@example.org', 'sips:bob@example.com:5061', 'carol@example',
         'tel:+4670123456', 'x@y', 'dave+media@an.example.net')


class Source:
    """Deterministic octets: SHA-256 over seed and counter."""

    def __init__(self, seed):
        self.seed, self.counter, self.pool = str(seed).encode(), 0, b''

    def octets(self, count):
        while len(self.pool) < count:
            block = b'%s/%d' % (self.seed, self.counter)
            self.pool += hashlib.sha256(block).digest()
            self.counter += 1
        out, self.pool = self.pool[:count], self.pool[count:]
        return out

    def below(self, limit):
        return int.from_bytes(self.octets(6), 'big') % limit

    def pick(self, choices):
        return choices[self.below(len(choices))]

    def one_in(self, n):
        return self.below(n) == 0

    def hex(self, count):
        return self.octets(count).hex()


def random_policy(source):
    """Parameters of one SP; none, a profile, or a profile without some."""
    if source.one_in(5):
        return ''
    encr, key, auth_key, salt, tag = source.pick(
        ((1, 16, 20, 14, 10), (1, 16, 20, 14, 4), (1, 32, 20, 14, 10),
         (1, 24, 20, 14, 10), (6, 16, 0, 12, 16), (6, 32, 0, 12, 16),
         (0, 16, 20, 14, 10), (2, 16, 20, 14, 10), (7, 16, 20, 14, 10)))
    params = [(0, encr), (1, key), (2, int(auth_key > 0)), (3, auth_key),
              (4, salt), (5, 0), (6, 0), (7, 1), (8, 1), (9, 0),
              (10, int(auth_key > 0)),
              (20 if encr == 6 else 11, tag), (12, 0)]
    if source.one_in(3):
        params = [p for p in params if p[0] < 2 or not source.one_in(3)]
    return ','.join('%d:%02x' % p for p in params)


def random_key(source):
    """Type, key, salt, MKI and interval of one Key data."""
    key_type = source.pick((0, 0, 0, 1, 2, 3))
    key = {'tgk': source.hex(source.pick((16, 16, 20, 32, 33, 64, 112, 192))),
           'key_type': key_type, 'salt': None, 'mki': None,
           'valid_from': None, 'valid_to': None}
    if key_type in (2, 3):
        key['tgk'] = source.hex(source.pick((16, 24, 32, 30)))
    if key_type in (1, 3):
        key['salt'] = source.hex(source.pick((14, 14, 12, 0)))
    validity = source.below(4)
    if validity < 2:
        key['mki'] = source.hex(source.pick((4, 4, 1, 2, 8, 128)))
    elif validity == 2:
        key['valid_from'] = source.hex(6)
        key['valid_to'] = source.hex(6)
    return key


def key_octets(key):
    """How long the Key data sub-payload will be."""
    size = 4 + len(key['tgk']) // 2
    for name, extra in (('salt', 2), ('mki', 1), ('valid_from', 1),
                        ('valid_to', 1)):
        if key[name] is not None:
            size += extra + len(key[name]) // 2
    return size


def random_keys(source, encr):
    """One to three keys; for key wrap a multiple of 8 octets in all (A4)."""
    keys = [random_key(source) for _ in range(1 + source.below(6) // 3)]
    if source.one_in(20):
        keys.append(random_key(source))
    if encr == 2:
        missing = -sum(key_octets(k) for k in keys) % 8
        keys[-1]['tgk'] += source.hex(missing)
    return {name: [k[name] for k in keys] for name in keys[0]}


def random_sessions(source, args):
    """#CS, map type, SSRCs, ROCs, policies."""
    count = 255 if source.one_in(300) else source.pick((0, 1, 1, 2, 2, 3, 8))
    kind = source.below(20)
    args['map'] = {0: 1, 1: 2}.get(kind, 0)
    number = 0 if args['map'] == 1 else source.below(4)
    args['sp'] = [random_policy(source) for _ in range(number)]
    args['ssrc'] = [source.pick(('00000000', source.hex(4)))
                    for _ in range(count)]
    args['roc'] = [source.pick((0, 0, 1, source.below(1 << 32)))
                   for _ in range(count)]
    args['policy'] = [source.below(max(number, 1)) for _ in range(count)]


def random_protection(source):
    """PRF, Encr alg, MAC alg; a NULL MAC only with NULL encryption."""
    encr = source.pick((1, 1, 1, 1, 2, 3, 0))
    mac = source.pick((1, 1, 2))
    if encr == 0 and source.one_in(2):
        mac = 0
    return {'prf': source.pick((0, 0, 1)), 'encr': encr, 'mac': mac}


def random_offer(source):
    """Arguments of psk-offer."""
    ts_type = source.pick((0, 0, 0, 1, 2, 3))
    args = {'psk': source.hex(source.pick((16, 16, 20, 32, 33, 48, 64))),
            'csb': source.hex(4), 'rand': source.hex(source.pick(
                (16, 16, 16, 17, 24, 32, 64, 255))),
            'ts': source.hex(TS_OCTETS[ts_type]), 'ts_type': ts_type,
            'v': source.pick((1, 1, 0))}
    args.update(random_protection(source))
    random_sessions(source, args)
    args.update(random_keys(source, args['encr']))
    if not source.one_in(3):
        args['idi'] = source.pick(NAMES)
        if source.one_in(2):
            args['idr'] = source.pick(NAMES)
    if source.one_in(5):
        args['ext'] = ['%d:%s' % (source.pick((0, 1)),
                                  source.hex(source.below(40)))]
    return args


def next_timestamp(args):
    """The offer's timestamp plus one, and never the same."""
    width = TS_OCTETS[args['ts_type']]
    value = (int(args['ts'], 16) + 1) % (1 << 8 * width)
    return value.to_bytes(width, 'big').hex()


def random_update(source, offer):
    """Arguments of psk-offer for an update of `offer` (RFC 3830 4.5)."""
    args = dict(offer, update=True, ts=next_timestamp(offer))
    args.update(random_keys(source, args['encr']))
    if source.one_in(4):
        args.update(tgk=[], key_type=[], salt=[], mki=[])
        args.update(valid_from=[], valid_to=[])
    if source.one_in(2):
        args['sp'] = []
    return args


def command(name, args):
    """Run a command that must succeed; its answer without `ok`."""
    answer = commands.run(name, args)
    if not answer.pop('ok'):
        raise AssertionError('%s: %s' % (name, answer))
    return answer


def make_line(source, number):
    """One line of the corpus."""
    args = random_offer(source)
    key = {'psk': args['psk'], 'allow_null': args['encr'] == 0}
    offer = command('psk-offer', args)['message']
    line = {'n': number, 'psk': args['psk'], 'allow_null': key['allow_null'],
            'args': args, 'message': offer,
            'opened': command('psk-open', dict(key, message=offer))}
    if args['v']:
        add_reply(source, line, dict(key, offer=offer))
    update = random_update(source, args)
    line['update_args'] = update
    line['update'] = command('psk-offer', update)['message']
    line['update_opened'] = command(
        'psk-open', dict(key, first=offer, message=line['update']))
    add_error(source, line, offer)
    return line


def add_reply(source, line, args):
    if source.one_in(2):
        args['idr'] = source.pick(NAMES)
    args['ssrc'] = [source.hex(4) for _ in range(source.below(3))]
    line['reply_args'] = args
    line['reply'] = command('psk-reply', args)['message']
    command('psk-verify', {'psk': args['psk'], 'offer': args['offer'],
                           'reply': line['reply'],
                           'allow_null': args['allow_null']})


def add_error(source, line, offer):
    args = {'offer': offer, 'error': [source.below(13)]}
    if source.one_in(2):
        args['psk'] = line['psk']
    if source.one_in(3):
        args['sp'] = [random_policy(source)]
    line['error_args'] = args
    line['error'] = command('psk-error', args)['message']


def lines(seed, count):
    """`count` dictionaries; the n-th depends on the seed and n alone."""
    for number in range(count):
        yield make_line(Source('%s:%d' % (seed, number)), number)
