# SPDX-License-Identifier: LGPL-2.1-or-later
"""The commands of the command line and of `serve`.

Each takes a dictionary of arguments (octets as hexadecimal, messages as
base64) and gives a dictionary that JSON can hold. Arguments have the names of
the command line's options with `_` for `-`.
"""

import base64
import binascii

from . import psk
from .codec import (
    GENERAL_EXT, MAP_GENERIC_ID, MAP_SRTP_ID, SP, CodecError, Payload,
    describe, describe_payload, generic_id, parse, printable, srtp_id)


class BadArgument(Exception):
    """The caller's mistake, not the message's."""


# -- arguments ---

def octets(text, what='argument'):
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        raise BadArgument('%s is not hexadecimal' % what) from None


def unbase64(text):
    """Octets of a message; blanks and missing padding do no harm."""
    try:
        text = ''.join(text.split())
        return base64.b64decode(text + '=' * (-len(text) % 4), validate=True)
    except (AttributeError, binascii.Error, ValueError):
        raise BadArgument('the message is not base64') from None


def base64_text(data):
    return base64.b64encode(data).decode('ascii')


def required(args, name):
    if args.get(name) is None:
        raise BadArgument('%s is missing' % name)
    return args[name]


def hexadecimal(args, name, default=None):
    if args.get(name) is None:
        return default
    return octets(args[name], name)


def several(args, name):
    """A list argument; a single value counts as a list of one."""
    value = args.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def nth(values, index, default=None):
    """values[index]; beyond the end and for "-" the default."""
    if index < len(values) and values[index] not in (None, '-'):
        return values[index]
    return default


def number(value):
    """A number, given as one or as decimal or 0x text."""
    try:
        return value if isinstance(value, int) else int(value, 0)
    except (TypeError, ValueError):
        raise BadArgument('%r is not a number' % (value,)) from None


def identity(args, name):
    """(ID type, data): URI if there is a scheme, NAI otherwise.

    `NAME_type` sets the type; `NAME_hex` gives data that is no text.
    """
    data = hexadecimal(args, name + '_hex')
    if data is None:
        if args.get(name) is None:
            return None
        data = args[name].encode()
    head = data.split(b'@')[0]
    id_type = args.get(name + '_type')
    return (number(id_type) if id_type is not None else int(b':' in head),
            data)


def pairs(text):
    """"T:HEX,T:HEX" as a list of (type, value)."""
    out = []
    for part in filter(None, text.split(',')):
        kind, colon, value = part.partition(':')
        if not colon:
            raise BadArgument('%r is not TYPE:HEX' % part)
        out.append((number(kind), octets(value, 'value')))
    return out


def policies(args):
    """SP payloads for SRTP, numbered 0, 1, ... in the order given."""
    return [Payload(SP, policy_no=i, prot_type=0, params=pairs(text))
            for i, text in enumerate(several(args, 'sp'))]


def extensions(args):
    return [Payload(GENERAL_EXT, ext_type=kind, data=data)
            for text in several(args, 'ext') for kind, data in pairs(text)]


def map_entries(args):
    """Entries of --ssrc, --roc, --policy; GENERIC-ID: --cs-id, --spi."""
    ssrcs, rocs = several(args, 'ssrc'), several(args, 'roc')
    chosen, ids = several(args, 'policy'), several(args, 'cs_id')
    spis = several(args, 'spi')
    map_type = number(args.get('map') or MAP_SRTP_ID)
    entries = []
    for i, ssrc in enumerate(ssrcs):
        policy, roc = number(nth(chosen, i, 0)), number(nth(rocs, i, 0))
        value = int.from_bytes(octets(ssrc, 'ssrc'), 'big')
        if map_type == MAP_GENERIC_ID:
            data = value.to_bytes(4, 'big') + roc.to_bytes(4, 'big') + b'\0\0'
            entries.append(generic_id(
                number(nth(ids, i, i + 1)), [policy] if args.get('sp') else [],
                data, octets(nth(spis, i, ''), 'spi'), 0, 1))
        else:
            entries.append(srtp_id(policy, value, roc))
    return entries


def key_list(args):
    """Key data: the n-th salt, key type, MKI, interval is the n-th key's."""
    salts, types = several(args, 'salt'), several(args, 'key_type')
    mkis = several(args, 'mki')
    starts, ends = several(args, 'valid_from'), several(args, 'valid_to')
    keys = []
    for i, text in enumerate(several(args, 'tgk')):
        salt, mki = nth(salts, i), nth(mkis, i)
        key_type = number(nth(types, i, 0))
        if salt is not None and key_type in (0, 2):
            key_type += 1
        interval = None
        if nth(starts, i) is not None:
            interval = (octets(nth(starts, i)), octets(nth(ends, i, '')))
        keys.append(psk.key_data(
            octets(text, 'tgk'), key_type,
            octets(salt, 'salt') if salt is not None else None,
            octets(mki, 'mki') if mki is not None else None, interval))
    return keys


def secret(args):
    return hexadecimal(args, 'psk', b'')


def flag(args, name):
    return bool(args.get(name))


def open_given(args, raw):
    """Open an I_MESSAGE with the arguments all commands share.

    `first` is what an update updates: the first message, or that and earlier
    updates in order.
    """
    rtsp, first = flag(args, 'rtsp'), None
    shared = {'allow_null': rtsp or flag(args, 'allow_null'),
              'rtsp': rtsp, 'own_id': None,
              'allow_trailing': rtsp or flag(args, 'allow_trailing')}
    if args.get('own_id') is not None:
        shared['own_id'] = args['own_id'].encode()
    for text in several(args, 'first'):
        first = psk.open_offer(secret(args), unbase64(text), None, first,
                               **shared)
    return psk.open_offer(secret(args), raw, hexadecimal(args, 'rand'), first,
                          **shared)


# -- answers ---

def show_identity(payload):
    return describe_payload(payload) if payload else None


def show_key(key):
    """TEK, salt, mki and so on of one key; None stays null in JSON."""
    return printable(dict(key))


def show_session(session):
    out = printable(session)
    if session['ssrc'] is not None:
        out['ssrc'] = '%08x' % session['ssrc']
    return out


def show_opened(opened):
    """What psk-open prints."""
    message, ts = opened.message, psk.timestamp(opened.message)
    kemac = message.payloads[-1]
    return {
        'data_type': message.data_type, 'v': message.v, 'prf': message.prf,
        'csb': '%08x' % message.csb_id, 'update': opened.update,
        'rand': printable(opened.rand), 'ts': ts.value.hex() if ts else None,
        'ts_type': ts.ts_type if ts else None, 'map_type': message.map_type,
        'idi': show_identity(opened.idi), 'idr': show_identity(opened.idr),
        'encr': kemac.encr_alg, 'mac': kemac.mac_alg,
        'policies': [describe_payload(opened.policies[n])
                     for n in sorted(opened.policies)],
        'extensions': [describe_payload(p) for p in message.all(GENERAL_EXT)],
        'keys': [describe_payload(k) for k in opened.keys],
        'cs': [show_session(s) for s in opened.cs],
        'warnings': opened.warnings}


# -- commands ---

def psk_offer(args):
    raw = psk.build_offer(
        secret(args), int.from_bytes(octets(required(args, 'csb')), 'big'),
        hexadecimal(args, 'rand'), octets(required(args, 'ts'), 'ts'),
        number(args.get('ts_type') or 0), identity(args, 'idi'),
        identity(args, 'idr'), policies(args), number(args.get('map') or 0),
        map_entries(args), key_list(args), number(args.get('prf') or 0),
        number(nth([args.get('encr')], 0, 1)),
        number(nth([args.get('mac')], 0, 1)),
        number(nth([args.get('v')], 0, 1)), flag(args, 'update'),
        extensions(args))
    return {'message': base64_text(raw)}


def psk_open(args):
    return show_opened(open_given(args, unbase64(required(args, 'message'))))


def psk_reply(args):
    opened = open_given(args, unbase64(required(args, 'offer')))
    auth = args.get('auth')
    raw = psk.build_reply(
        secret(args), opened, identity(args, 'idr'),
        [int.from_bytes(octets(s, 'ssrc'), 'big')
         for s in several(args, 'ssrc')],
        None if auth is None else number(auth), not flag(args, 'no_ids'))
    return {'message': base64_text(raw)}


def psk_verify(args):
    opened = open_given(args, unbase64(required(args, 'offer')))
    reply = psk.verify_reply(
        secret(args), opened, unbase64(required(args, 'reply')),
        not flag(args, 'no_ids'), flag(args, 'allow_null'),
        flag(args, 'own_timestamp'))
    return {'verified': True, 'cs': [show_session(s) for s
                                     in psk.crypto_sessions(reply)]}


def psk_error(args):
    opened = psk.unverified(unbase64(required(args, 'offer')),
                            hexadecimal(args, 'rand'))
    auth = args.get('auth')
    raw = psk.build_error(
        opened, [number(e) for e in several(args, 'error')], policies(args),
        hexadecimal(args, 'psk'), None if auth is None else number(auth),
        not flag(args, 'no_ids'))
    return {'message': base64_text(raw)}


def psk_error_verify(args):
    opened = psk.unverified(unbase64(required(args, 'offer')),
                            hexadecimal(args, 'rand'))
    answer, authenticated = psk.verify_error(
        secret(args), opened, unbase64(required(args, 'message')),
        not flag(args, 'no_ids'), flag(args, 'allow_null'))
    return {'authenticated': authenticated,
            'errors': [p.error_no for p in answer.all(psk.ERR)],
            'policies': [describe_payload(p) for p in answer.all(SP)]}


def dump(args):
    return describe(parse(unbase64(required(args, 'message')),
                          flag(args, 'allow_trailing')))


def canonical(args):
    message = parse(unbase64(required(args, 'message')),
                    flag(args, 'allow_trailing'))
    return {'message': base64_text(message.encode())}


COMMANDS = {
    'psk-offer': psk_offer, 'psk-open': psk_open, 'psk-reply': psk_reply,
    'psk-verify': psk_verify, 'psk-error': psk_error,
    'psk-error-verify': psk_error_verify, 'dump': dump,
    'canonical': canonical}


def run(name, args):
    """Run a command; never raises.

    The answer has `ok`; if that is false `error`, and `argument` if the caller
    is to blame, `internal` if this program is, else `error_no`.
    """
    if not isinstance(name, str) or name not in COMMANDS:
        return {'ok': False, 'error': 'no command %r' % (name,)}
    try:
        return dict(COMMANDS[name](args), ok=True)
    except (psk.Refused, CodecError) as error:
        return {'ok': False, 'error': str(error), 'error_no': error.error_no}
    except (BadArgument, psk.cipher.CipherError, ValueError) as error:
        return {'ok': False, 'error': str(error), 'argument': True}
    except Exception as error:                 # keeps `serve` answering
        return {'ok': False, 'error': repr(error), 'internal': True}
