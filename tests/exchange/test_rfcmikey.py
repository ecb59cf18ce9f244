# SPDX-License-Identifier: LGPL-2.1-or-later
"""The judge judged: rfcmikey against published vectors and real messages.

Messages of other implementations are read from MIKEY_INTEROP_DIR, or from
../shared/interop beside the source tree; without them those tests are skipped.
"""

import glob
import io
import json
import os
import random
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from rfcmikey import (  # noqa: E402
    __main__ as cli, cipher, codec, commands, corpus, kdf, psk)

SOURCE = os.path.dirname(os.path.dirname(HERE))
INTEROP = os.environ.get('MIKEY_INTEROP_DIR') or os.path.join(
    SOURCE, '..', 'shared', 'interop')
PRF_VECTORS = os.path.join(SOURCE, 'tests', 'vectors', 'prf.txt')
MINISIP_PSK = '000102030405060708090a0b0c0d0e0f'

unhex = bytes.fromhex


def interop_file(*name):
    path = os.path.join(INTEROP, *name)
    if not os.path.exists(path):
        text = 'SKIPPED: no %s (set MIKEY_INTEROP_DIR)' % path
        print(text, file=sys.stderr)
        raise unittest.SkipTest(text)
    return path


def messages():
    """Rows of messages.tsv: source, what, encoding, data, facts."""
    with open(interop_file('messages.tsv'), encoding='utf-8') as lines:
        rows = [line.rstrip('\n').split('\t') for line in lines]
    return [row + [''] * (5 - len(row)) for row in rows[1:]]


def row_octets(row):
    if row[2] == 'base64':
        return commands.unbase64(row[3])
    return unhex(row[3] if len(row[3]) % 2 == 0 else '0' + row[3])


def parse_minisip(name):
    """Message and stated facts of one minisip file."""
    facts = {'cs': {}}
    with open(interop_file('minisip', name), encoding='utf-8') as lines:
        for line in lines:
            words = line.split()
            if words[:1] == ['cs']:
                facts['cs'][int(words[1])] = (words[3], words[5])
            elif len(words) == 2:
                facts[words[0].rstrip(':')] = words[1]
    return facts


def minisip_psk():
    return parse_minisip('psk-init.txt'), parse_minisip('psk-resp.txt')


def run(name, **args):
    return commands.run(name, args)


class PrfTest(unittest.TestCase):
    """Both PRFs against known answers (3830-4.1.2-02, 6043-6.1-03)."""

    CONSTANTS = {'TEK': kdf.TEK, 'SALT': kdf.TGK_SALT, 'T_ENCR': kdf.ENCR,
                 'T_AUTH': kdf.AUTH, 'T_SALT': kdf.SALT}

    def test_every_vector(self):
        with open(PRF_VECTORS, encoding='ascii') as lines:
            vectors = [x.split() for x in lines if x.startswith('VEC')]
        self.assertEqual(len(vectors), 42)
        for _, size, name, cs_id, length, _, sha1, _, sha256 in vectors:
            inkey = bytes((7 * i + 1) & 255 for i in range(int(size)))
            args = (inkey, kdf.label(self.CONSTANTS[name], int(cs_id),
                                     0x12345678, bytes(range(16))),
                    int(length))
            with self.subTest(size=size, name=name, cs_id=cs_id):
                self.assertEqual(kdf.prf(0, *args).hex(), sha1)
                self.assertEqual(kdf.prf(1, *args).hex(), sha256)

    def test_constants_are_digits_of_e(self):
        """Tables 4.1.3 and 4.1.4 (3830-4.1.3-02, 3830-4.1.4-02)."""
        digits = ('71828182845904523536028747135266249775724709369995957496'
                  '6967627724076630353547594571382178525166427')
        chunks = [int(digits[i:i + 9]) for i in range(0, len(digits), 9)]
        self.assertEqual(
            [kdf.TEK, kdf.TGK_AUTH, kdf.TGK_ENCR, kdf.ENCR, kdf.AUTH,
             kdf.SALT, kdf.TGK_SALT, kdf.FORK_MPKR, kdf.FORK_TGK, kdf.MPKI,
             kdf.MPKR], chunks[:11])

    def test_published_sha256_vectors(self):
        """From messages.tsv: 16 octets of TGK, PRF func 1."""
        tgk = unhex('a27b7d578eeb9b1ee7705e385996d300')
        rand = unhex('4339f62f55aac86348846a482c893802')
        rows = [r for r in messages() if r[1].startswith('PRF-HMAC-SHA-256')]
        self.assertEqual(len(rows), 4)
        for row in rows:
            words = row[1].split()
            constant, cs_id = int(words[3], 16), int(words[5], 16)
            key = kdf.traffic_key(1, tgk, constant, cs_id, 0x05a85c16, rand,
                                  len(row[3]) // 2)
            self.assertEqual(key.hex(), row[3])


class CipherTest(unittest.TestCase):
    """FIPS 197 appendix C, RFC 3394 section 4, RFC 3711 B.2."""

    def test_aes(self):
        plain = unhex('00112233445566778899aabbccddeeff')
        for size, expected in (
                (16, '69c4e0d86a7b0430d8cdb78070b4c55a'),
                (24, 'dda97ca4864cdfe06eaf70a0ec0d7191'),
                (32, '8ea2b7ca516745bfeafc49904b496089')):
            keys = cipher.expand_key(bytes(range(size)))
            sealed = cipher.encrypt_block(keys, plain)
            self.assertEqual(sealed.hex(), expected)
            self.assertEqual(cipher.decrypt_block(keys, sealed), plain)

    WRAP = (
        (16, 16, '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5'),
        (24, 16, '96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d'),
        (32, 16, '64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7'),
        (24, 24, '031d33264e15d33268f24ec260743edce1c6c7ddee725a93'
                 '6ba814915c6762d2'),
        (32, 24, 'a8f9bc1612c68b3ff6e6f4fbe30e71e4769c8b80a32cb895'
                 '8cd5d17d6b254da1'),
        (32, 32, '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326'
                 'cbc7f0e71a99f43bfb988b9b7a02dd21'))

    def test_key_wrap(self):
        iv = b'\xa6' * 8
        data = unhex('00112233445566778899aabbccddeeff'
                     '000102030405060708090a0b0c0d0e0f')
        for kek, size, expected in self.WRAP:
            wrapped = cipher.key_wrap(bytes(range(kek)), iv, data[:size])
            self.assertEqual(wrapped.hex(), expected)
            self.assertEqual(cipher.key_unwrap(bytes(range(kek)), iv, wrapped),
                             data[:size])
            with self.assertRaises(cipher.CipherError):
                cipher.key_unwrap(bytes(range(kek)), bytes(8), wrapped)

    def test_key_wrap_has_no_padding(self):
        """A4: what is no multiple of 8 octets is refused."""
        for size in (0, 8, 15, 17, 20):
            with self.assertRaises(cipher.CipherError):
                cipher.key_wrap(bytes(16), bytes(8), bytes(size))

    def test_aes_cm_keystream(self):
        """RFC 3711 B.2, the blocks 0 and 1 and 0xfeff to 0xff01."""
        key = unhex('2b7e151628aed2a6abf7158809cf4f3c')
        prefix = unhex('f0f1f2f3f4f5f6f7f8f9fafbfcfd')
        self.assertEqual(
            cipher.aes_cm(key, prefix + b'\0\0', bytes(32)).hex(),
            'e03ead0935c95e80e166b16dd92b4eb4'
            'd23513162b02d0f72a43a2fe4a5f97ab')
        self.assertEqual(
            cipher.aes_cm(key, prefix + b'\xfe\xff', bytes(48)).hex(),
            'ec8cdf7398607cb0f2d21675ea9ea1e4'
            '362b7c3c6773516318a077d7fc5073ae'
            '6a2cc3787889374fbeb4c81b17ba6c44')

    def test_iv(self):
        """S[2..5] XOR CSB ID, S[6..13] XOR T, two zeros (3830-4.2.3-02)."""
        iv = cipher.cm_iv(bytes(14), 0x01020304, bytes(range(0x10, 0x18)))
        self.assertEqual(iv.hex(), '00000102030410111213141516170000')
        self.assertEqual(cipher.pad_timestamp(2, b'\1\2\3\4').hex(),
                         '0000000001020304')
        self.assertEqual(cipher.pad_timestamp(3, b'\1\2\3\4').hex(),
                         '0102030400000000')


class MinisipTest(unittest.TestCase):
    """Complete exchanges of another implementation with their keys."""

    def test_psk_offer_opens(self):
        facts, _ = minisip_psk()
        opened = run('psk-open', psk=MINISIP_PSK, message=facts['msg'])
        self.assertTrue(opened['ok'], opened)
        self.assertEqual(opened['csb'], facts['csb-id'])
        self.assertEqual(opened['rand'], facts['rand'])
        self.assertEqual(opened['keys'][0]['key'], facts['tgk'])
        self.assertEqual({c['cs_id']: (c['tek'], c['salt'])
                          for c in opened['cs']}, facts['cs'])

    def test_psk_answer_verifies(self):
        """Its own T in the R_MESSAGE, but the offer's T in the MAC."""
        offer, answer = minisip_psk()
        args = {'psk': MINISIP_PSK, 'offer': offer['msg'],
                'reply': answer['msg'], 'no_ids': True}
        self.assertEqual(run('psk-verify', **args)['error'],
                         'another timestamp')
        verified = run('psk-verify', own_timestamp=True, **args)
        self.assertTrue(verified['ok'], verified)
        self.assertEqual(verified['cs'][1]['ssrc'], 'aabbccdd')
        args['psk'] = MINISIP_PSK[:-1] + 'e'
        self.assertFalse(run('psk-verify', own_timestamp=True, **args)['ok'])

    def test_traffic_keys_of_short_tgks(self):
        """16-octet TGKs of PKE and RSA-R derive alike."""
        for name in ('pke-init.txt', 'rsar-init.txt', 'rsar-resp.txt'):
            self.assertEqual(*self.derive(name))

    def test_its_prf_differs_for_multiples_of_32(self):
        """A21: DH TGKs of 192 octets; ours is the RFC's."""
        for name in ('dh-init.txt', 'dhhmac-init.txt'):
            self.assertNotEqual(*self.derive(name))

    def derive(self, name):
        facts = parse_minisip(name)
        tgk, rand = unhex(facts['tgk']), unhex(facts['rand'])
        ours = {}
        for cs_id in facts['cs']:
            args = (cs_id, int(facts['csb-id'], 16), rand)
            ours[cs_id] = (
                kdf.traffic_key(0, tgk, kdf.TEK, *args, 16).hex(),
                kdf.traffic_key(0, tgk, kdf.TGK_SALT, *args, 14).hex())
        return ours, facts['cs']

    def test_dhhmac_mac(self):
        """RFC 4650: KEMAC over the whole message, key from the PSK."""
        raw = commands.unbase64(parse_minisip('dhhmac-init.txt')['msg'])
        message = codec.parse(raw)
        kemac = message.first(codec.KEMAC)
        keys = psk.MessageKeys(unhex(MINISIP_PSK), 0, message.csb_id,
                               message.first(codec.RAND).rand)
        psk.check_mac(raw, kemac, kemac.mac_alg, keys)

    def test_all_encode_again(self):
        paths = glob.glob(os.path.join(interop_file('minisip'), '*.txt'))
        self.assertEqual(len(paths), 10)
        for path in paths:
            text = parse_minisip(os.path.basename(path))['msg']
            raw = commands.unbase64(text)
            self.assertEqual(codec.parse(raw).encode(), raw, path)


class OthersTest(unittest.TestCase):
    """Every message of messages.tsv."""

    def test_rfc4567_pair(self):
        rows = [r for r in messages() if r[0].startswith('RFC4567')]
        self.assertEqual(len(rows), 2)
        offer, answer = [codec.parse(row_octets(r)) for r in rows]
        for row, message in zip(rows, (offer, answer)):
            self.assertEqual(message.encode(), row_octets(row))
        names = [[p.name for p in m.payloads] for m in (offer, answer)]
        self.assertEqual(names, [['T', 'RAND', 'ID', 'SP', 'KEMAC'],
                                 ['T', 'ID', 'V']])
        self.assertEqual(offer.csb_id, 0xcd177e50)
        self.assertEqual(answer.csb_id, offer.csb_id)
        self.assertEqual(offer.first(codec.ID).data, b'donald@duck.com')
        self.assertEqual(answer.first(codec.V).auth_alg, 1)
        self.assertTrue(psk.same_timestamp(psk.timestamp(offer),
                                           psk.timestamp(answer)))

    def test_messages_encode_again(self):
        """What is stated as decoded must parse and come back exactly."""
        count = 0
        for row in messages():
            if not self.is_message(row):
                continue
            count += 1
            raw = row_octets(row)
            trailing = 'TRAILING' in row[4]
            with self.subTest(row[:2]):
                message = codec.parse(raw, allow_trailing=trailing)
                self.assertEqual(message.encode(), raw)
                self.assertEqual(bool(message.trailing), trailing)
                self.check_facts(message, row[4])
        self.assertGreaterEqual(count, 16)

    @staticmethod
    def is_message(row):
        return row[4].startswith('decoded:') or row[0].startswith('GStreamer')

    def check_facts(self, message, facts):
        if not facts.startswith('decoded:'):
            return
        words = dict(w.split('=', 1) for w in facts.split(' | ')[0].split()
                     if '=' in w)
        self.assertEqual(int(words['V']), message.v)
        self.assertEqual(int(words['PRF']), message.prf)
        self.assertEqual(int(words['CSB'], 16), message.csb_id)
        self.assertEqual(int(words['nCS']), len(message.cs))
        self.assertEqual(int(words['map']), message.map_type)

    def test_trailing_octet_is_no_part_of_a_message(self):
        rows = [r for r in messages() if 'TRAILING' in r[4]]
        self.assertTrue(rows)
        for row in rows:
            with self.assertRaises(codec.CodecError):
                codec.parse(row_octets(row))

    def test_unprotected_rtsp_offers_open(self):
        """NULL/NULL with TEK and salt in one (A25); refused by default."""
        rows = [r for r in messages() if 'KEMAC encr=0' in r[4]]
        self.assertGreaterEqual(len(rows), 8)
        for row in rows:
            text = commands.base64_text(row_octets(row))
            self.assertFalse(run('psk-open', message=text)['ok'])
            opened = run('psk-open', message=text, rtsp=True)
            self.assertTrue(opened['ok'], opened)
            carried = row[4].split(' key=')[1].split()[0]
            for session in opened['cs']:
                self.assertEqual(session['tek'] + session['salt'], carried)

    def test_broken_inputs(self):
        """They fail or come back exactly, and never hang."""
        rows = [r for r in messages() if 'testdata/fuzz' in r[0]]
        self.assertGreaterEqual(len(rows), 18)
        for row in rows:
            survive(self, row_octets(row))


def survive(test, raw):
    """Parsing ends soon, in an error or in a message that encodes to raw."""
    start = time.monotonic()
    try:
        test.assertEqual(codec.parse(raw, True).encode(), raw)
    except codec.CodecError:
        pass
    opened = run('psk-open', psk=MINISIP_PSK, rtsp=True,
                 message=commands.base64_text(raw))
    test.assertNotIn('internal', opened)
    test.assertNotIn('argument', opened)
    test.assertLess(time.monotonic() - start, 2)


class PayloadTest(unittest.TestCase):
    """Every payload by hand-made octets, behind a header of 10 octets."""

    HEADER = '0100%02x001234567800 00'
    KV = {'kv': 1, 'spi': b'\xca\xfe'}
    # payload number, octets behind the next payload octet, fields
    CASES = (
        (codec.KEMAC, '01 0002 aabb 00',
         dict(encr_alg=1, encr_data=b'\xaa\xbb', mac_alg=0, mac=b'')),
        (codec.KEMAC, '00 0000 02' + '5a' * 32,
         dict(encr_alg=0, encr_data=b'', mac_alg=2, mac=b'\x5a' * 32)),
        (codec.PKE, '8003 010203', dict(cache=2, data=b'\1\2\3')),
        (codec.PKE, '4180' + '11' * 384, dict(cache=1, data=b'\x11' * 384)),
        (codec.DH, '01' + '00' + '22' * 95 + '01 02 cafe',
         dict(group=1, value=b'\0' + b'\x22' * 95, reserved=0, **KV)),
        (codec.DH, '02' + '33' * 128 + '00',
         dict(group=2, value=b'\x33' * 128, reserved=0, kv=0)),
        (codec.DH, '00' + '44' * 192 + 'f2 06 000000000001 06 0000000000ff',
         dict(group=0, value=b'\x44' * 192, reserved=15, kv=2,
              valid_from=b'\0\0\0\0\0\1', valid_to=b'\0\0\0\0\0\xff')),
        (codec.T, '00 c8e350ea00000000',
         dict(ts_type=0, value=unhex('c8e350ea00000000'))),
        (codec.T, '02 00000007', dict(ts_type=2, value=b'\0\0\0\7')),
        (codec.T, '03 c8e350ea', dict(ts_type=3, value=unhex('c8e350ea'))),
        (codec.ID, '01 0005 7369703a61', dict(id_type=1, data=b'sip:a')),
        (codec.CERT, '02 0001 30', dict(id_type=2, data=b'0')),
        (codec.CHASH, '00' + '01' * 20, dict(hash_func=0, hash=b'\1' * 20)),
        (codec.CHASH, '01' + '01' * 16, dict(hash_func=1, hash=b'\1' * 16)),
        (codec.CHASH, '02' + '01' * 32, dict(hash_func=2, hash=b'\1' * 32)),
        (codec.V, '01' + '02' * 20, dict(auth_alg=1, mac=b'\2' * 20)),
        (codec.V, '00', dict(auth_alg=0, mac=b'')),
        (codec.SP, '03 00 0007 000101 0d020005',
         dict(policy_no=3, prot_type=0,
              params=[(0, b'\1'), (13, b'\0\5')])),
        (codec.SP, '00 01 0000', dict(policy_no=0, prot_type=1, params=[])),
        (codec.RAND, '03 010203', dict(rand=b'\1\2\3')),
        (codec.ERR, '0a 0000', dict(error_no=10, reserved=0)),
        (codec.TR, '04 03 00000e10',
         dict(role=4, ts_type=3, value=unhex('00000e10'))),
        (codec.IDR, '08 01 0002 abcd',
         dict(role=8, id_type=1, data=b'\xab\xcd')),
        (codec.RANDR, '03 02 0102', dict(role=3, rand=b'\1\2')),
        (codec.TP, '0001 01 01 03ffe0 0000',
         dict(ticket_type=1, subtype=1, version=1, prf=1, flags=0xfff,
              reserved=0, tp_data=b'')),
        (codec.TICKET, '0002 03 04 00801f 0001 00 0002 beef 0001 09',
         dict(ticket_type=2, subtype=3, version=4, prf=0, flags=0x400,
              reserved=31, tp_data=b'\0', ticket_data=b'\xbe\xef',
              initiator_data=b'\x09')),
        (codec.GENERAL_EXT, '04 0004 12345678',
         dict(ext_type=4, data=unhex('12345678'))),
        (codec.GENERAL_EXT, '03 0005 00 03 010203',
         dict(ext_type=3, data=unhex('0003010203'))),
        (codec.IBAKE, '0002 abcd', dict(encr_data=b'\xab\xcd')),
        (codec.ESK, '0001 ef', dict(encr_data=b'\xef')),
        (codec.SAKKE, '01 02 0003 040506',
         dict(params=1, id_scheme=2, data=b'\4\5\6')),
    )
    # sub-payloads: only inside others (3830-6.13-03)
    SUB_CASES = (
        (codec.KEY_DATA, '00 0002 aabb',
         dict(key_type=0, key=b'\xaa\xbb', kv=0)),
        (codec.KEY_DATA, '11 0002 aabb 0001 cc 02 cafe',
         dict(key_type=1, key=b'\xaa\xbb', salt=b'\xcc', **KV)),
        (codec.KEY_DATA, '32 0001 aa 0000 00 01 05',
         dict(key_type=3, key=b'\xaa', salt=b'', kv=2, valid_from=b'',
              valid_to=b'\5')),
        (codec.KEY_DATA, '70 0001 aa', dict(key_type=7, key=b'\xaa', kv=0)),
        (codec.SK, '11 0002 aabb 02 cafe',
         dict(key_type=1, key=b'\xaa\xbb', **KV)),
        (codec.ECCPT, '08' + '04' + '66' * 64 + '00 01 0010 01 02 cafe',
         dict(curve=8, point=b'\4' + b'\x66' * 64, pad=b'\0', auth_alg=1,
              tgk_len=16, reserved=0, **KV)),
        (codec.ECCPT, '0e' + '04' + '77' * 132 + '00 00 0000 00',
         dict(curve=14, point=b'\4' + b'\x77' * 132, pad=b'\0', auth_alg=0,
              tgk_len=0, reserved=0, kv=0)),
        (codec.ECCPT, '01' + '04' + '77' * 48 + '00 00 0000 00',
         dict(curve=1, point=b'\4' + b'\x77' * 48, pad=b'\0', auth_alg=0,
              tgk_len=0, reserved=0, kv=0)),
    )

    def test_payloads(self):
        for kind, text, fields in self.CASES:
            raw = unhex(self.HEADER % kind) + b'\0' + unhex(text)
            with self.subTest(codec.NAMES[kind], octets=text[:20]):
                self.check_message(raw, codec.Payload(kind, **fields))

    def check_message(self, raw, payload):
        message = codec.parse(raw)
        self.assertEqual(message.payloads, [payload])
        self.assertEqual(message.encode(), raw)
        json.dumps(codec.describe(message))
        for cut in range(len(raw)):
            with self.assertRaises(codec.CodecError):
                codec.parse(raw[:cut])

    def test_sub_payloads(self):
        for kind, text, fields in self.SUB_CASES:
            raw = b'\0' + unhex(text)
            payload = codec.Payload(kind, **fields)
            with self.subTest(codec.NAMES[kind], octets=text[:20]):
                self.assertEqual(codec.parse_chain(kind, raw), [payload])
                self.assertEqual(payload.encode(), raw)
                with self.assertRaises(codec.CodecError):
                    codec.parse(unhex(self.HEADER % kind) + raw)

    def test_sign_ends_the_message(self):
        """No Next payload, nothing behind it (3830-5.2-06)."""
        raw = unhex(self.HEADER % codec.SIGN) + unhex('2002 abcd')
        message = codec.parse(raw)
        self.assertEqual(message.payloads, [
            codec.Payload(codec.SIGN, s_type=2, signature=b'\xab\xcd')])
        self.assertEqual(message.encode(), raw)
        with self.assertRaises(codec.CodecError):
            codec.parse(raw + b'\0', allow_trailing=True)

    def test_ticket_flags(self):
        """D is the leftmost flag, O the rightmost (6043-6.10-01)."""
        shown = codec.describe_payload(codec.Payload(
            codec.TP, ticket_type=1, subtype=1, version=1, prf=0,
            flags=0x801, reserved=0, tp_data=b''))
        self.assertEqual(shown['flags'], 'DO')

    def test_unknown_values_that_imply_a_length(self):
        for kind, text in ((codec.T, '04' + '00' * 8),
                           (codec.KEMAC, '010000ff'),
                           (codec.V, '03' + '00' * 32),
                           (codec.DH, '03' + '00' * 200),
                           (codec.CHASH, '03' + '00' * 32)):
            with self.assertRaises(codec.CodecError):
                codec.parse(unhex(self.HEADER % kind) + b'\0' + unhex(text))

    def test_generic_id_map(self):
        """6043-6.1.1-01."""
        raw = unhex('011a0001 0633f457 0102'
                    '04 00 82 0102 000a 11223344000000010002 04 cafebabe')
        message = codec.parse(raw)
        self.assertEqual(message.cs, [codec.generic_id(
            4, [1, 2], unhex('11223344000000010002'), unhex('cafebabe'), 0,
            1)])
        self.assertEqual(message.encode(), raw)

    def test_writer_refuses_what_does_not_fit(self):
        for payload in (
                codec.Payload(codec.RAND, rand=bytes(256)),
                codec.Payload(codec.PKE, cache=0, data=bytes(1 << 14)),
                codec.Payload(codec.SIGN, s_type=0, signature=bytes(4096)),
                codec.Payload(codec.ID, id_type=0, data=bytes(1 << 16)),
                codec.Payload(codec.DH, group=0, value=bytes(191), reserved=0,
                              kv=0),
                codec.Payload(codec.KEMAC, encr_alg=0, mac_alg=1,
                              encr_data=bytes(65535), mac=bytes(20))):
            with self.assertRaises(codec.CodecError):
                payload.encode()


OFFER = {
    'psk': MINISIP_PSK, 'csb': '01020304', 'rand': '11' * 16,
    'ts': 'ec898da800000000', 'idi': 'sip:alice@example.org',
    'idr': 'sip:bob@example.org', 'tgk': '22' * 16, 'mki': '00000001',
    'ssrc': ['11223344', '00000000'], 'roc': [7], 'sp': ['']}


def offer(**changes):
    return run('psk-offer', **dict(OFFER, **changes))['message']


class PskTest(unittest.TestCase):
    """Offers, answers, updates and errors of this implementation."""

    def open(self, message, **args):
        args.setdefault('psk', MINISIP_PSK)
        return run('psk-open', message=message, **args)

    def test_order_of_payloads(self):
        """3830-3.1-02, 3830-3.1-03."""
        shown = run('dump', message=offer())
        names = [p['payload'] for p in shown['payloads']]
        self.assertEqual(names, ['T', 'RAND', 'ID', 'ID', 'SP', 'KEMAC'])
        reply = run('psk-reply', psk=MINISIP_PSK, offer=offer(),
                    idr='sip:bob@example.org')['message']
        names = [p['payload'] for p in run('dump', message=reply)['payloads']]
        self.assertEqual(names, ['T', 'ID', 'V'])

    def test_traffic_keys(self):
        opened = self.open(offer())
        rand = unhex(OFFER['rand'])
        for session in opened['cs']:
            label = kdf.label(kdf.TEK, session['cs_id'], 0x01020304, rand)
            self.assertEqual(session['tek'],
                             kdf.prf(0, b'\x22' * 16, label, 16).hex())
            self.assertEqual(len(session['salt']), 28)
            self.assertEqual(session['mki'], '00000001')
        self.assertNotEqual(opened['cs'][0]['tek'], opened['cs'][1]['tek'])
        self.assertEqual(opened['cs'][0]['roc'], 7)

    def test_carried_salt_wins(self):
        """3830-4.1.3-04."""
        opened = self.open(offer(salt='ab' * 14))
        self.assertEqual([c['salt'] for c in opened['cs']], ['ab' * 14] * 2)

    def test_tek_is_used_as_it_is(self):
        """3830-6.13-04."""
        opened = self.open(offer(key_type=2))
        self.assertEqual([c['tek'] for c in opened['cs']], ['22' * 16] * 2)

    def test_policy_gives_lengths(self):
        """3830-6.10.1-02, 7714-14.2-01."""
        for params, tek, salt in (('1:20', 32, 14), ('0:06', 16, 12),
                                  ('0:06,1:20', 32, 12), ('4:0c', 16, 12)):
            session = self.open(offer(sp=[params]))['cs'][0]
            self.assertEqual(len(session['tek']), 2 * tek)
            self.assertEqual(len(session['salt']), 2 * salt)

    def test_every_flipped_bit_is_noticed(self):
        """3830-3.1-04, 3830-5.2-02."""
        raw = commands.unbase64(offer())
        for bit in range(8 * len(raw)):
            bad = bytearray(raw)
            bad[bit // 8] ^= 1 << bit % 8
            self.assertFalse(
                self.open(commands.base64_text(bytes(bad)))['ok'], bit)

    def test_wrong_mac_says_so(self):
        answer = self.open(offer(), psk='ff' * 16)
        self.assertEqual((answer['error'], answer['error_no']),
                         ('the MAC is wrong', psk.AUTH_FAILURE))

    def test_verification_covers_identities(self):
        """IDi || IDr || T behind the message (3830-5.2-03, A1)."""
        reply = run('psk-reply', psk=MINISIP_PSK, offer=offer())['message']
        raw = commands.unbase64(reply)
        keys = psk.MessageKeys(unhex(MINISIP_PSK), 0, 0x01020304, b'\x11' * 16)
        tail = (b'sip:alice@example.org' b'sip:bob@example.org'
                + unhex(OFFER['ts']))
        self.assertEqual(raw[-20:], keys.mac(1, raw[:-20] + tail))

    def test_reply_verifies_only_its_offer(self):
        reply = run('psk-reply', psk=MINISIP_PSK, offer=offer(),
                    ssrc=['aabbccdd'])['message']
        args = {'psk': MINISIP_PSK, 'reply': reply}
        good = run('psk-verify', offer=offer(), **args)
        self.assertTrue(good['ok'], good)
        self.assertEqual(good['cs'][1]['ssrc'], 'aabbccdd')
        for change in ({'csb': '01020305'}, {'ts': 'ec898da800000001'},
                       {'rand': '12' * 16}, {'idi': 'sip:mallory@x'}):
            self.assertFalse(run('psk-verify', offer=offer(**change),
                                 **args)['ok'], change)

    def test_no_reply_unless_asked(self):
        """3830-5.3-03."""
        self.assertFalse(run('psk-reply', psk=MINISIP_PSK,
                             offer=offer(v=0))['ok'])

    def test_update(self):
        """Old RAND, same CSB ID, new timestamp (3830-4.5-01 to 03)."""
        first = offer()
        args = {'update': True, 'ts': 'ec898da800000001', 'sp': []}
        update = offer(tgk='33' * 16, **args)
        opened = self.open(update, first=first)
        self.assertTrue(opened['ok'] and opened['update'], opened)
        label = kdf.label(kdf.TEK, 1, 0x01020304, unhex(OFFER['rand']))
        self.assertEqual(opened['cs'][0]['tek'],
                         kdf.prf(0, b'\x33' * 16, label, 16).hex())
        self.assertTrue(self.open(update, rand=OFFER['rand'])['ok'])
        self.assertFalse(self.open(update)['ok'])
        self.assertFalse(self.open(update, rand='12' * 16)['ok'])
        self.assertFalse(self.open(offer(), rand=OFFER['rand'])['ok'])
        kept = self.open(offer(tgk=[], **args), first=first)
        self.assertEqual(kept['cs'], self.open(first)['cs'])

    def test_second_update(self):
        """A chain of updates keeps RAND, keys and sessions."""
        first = offer()
        second = offer(update=True, ts='ec898da800000001', tgk='33' * 16)
        third = offer(update=True, ts='ec898da800000002', tgk=[], ssrc=[])
        opened = self.open(third, first=[first, second])
        self.assertEqual(opened['cs'], self.open(second, first=first)['cs'])

    def test_update_of_another_bundle(self):
        first = offer()
        for change in ({'csb': '01020305', 'ts': 'ec898da800000001'}, {}):
            update = offer(update=True, **change)
            self.assertFalse(self.open(update, first=first)['ok'])

    def test_null_protection(self):
        """3830-4.2.3-04, 3830-4.2.4-03, A3."""
        for encr, mac in ((0, 0), (0, 1), (2, 0)):
            message = offer(encr=encr, mac=mac, tgk='22' * 15)
            self.assertFalse(self.open(message)['ok'])
            self.assertTrue(self.open(message, allow_null=True)['ok'])
        message = offer(encr=1, mac=0)
        self.assertFalse(self.open(message, allow_null=True)['ok'])

    def test_key_wrap_needs_whole_blocks(self):
        """A4."""
        self.assertFalse(run('psk-offer', **dict(OFFER, encr=2))['ok'])

    def test_references_to_policies(self):
        """3830-6.10-02."""
        self.assertFalse(self.open(offer(policy=[1]))['ok'])
        self.assertTrue(self.open(offer(sp=[], policy=[1]))['ok'])

    def test_error_message(self):
        """3830-5.1.2-03, 3830-5.1.2-04, A32."""
        for key, known in ((None, False), (MINISIP_PSK, True)):
            message = run('psk-error', offer=offer(), error=[10, 9], psk=key,
                          sp=['0:01,1:10'])['message']
            answer = run('psk-error-verify', psk=MINISIP_PSK, offer=offer(),
                         message=message)
            self.assertEqual(answer['authenticated'], known)
            self.assertEqual(answer['errors'], [10, 9])
            self.assertEqual(len(answer['policies']), 1)
        bad = run('psk-error-verify', psk='ff' * 16, offer=offer(),
                  message=message)
        self.assertFalse(bad['ok'])

    def test_lone_identity(self):
        """IDi, unless it is the Responder's own."""
        message = offer(idi=None)
        self.assertEqual(self.open(message)['idr'], None)
        opened = self.open(message, own_id='sip:bob@example.org')
        self.assertEqual(opened['idi'], None)
        self.assertEqual(opened['idr']['text'], 'sip:bob@example.org')


class CorpusTest(unittest.TestCase):
    """Random exchanges, and what becomes of them when they are damaged."""

    def test_repeatable(self):
        self.assertEqual(list(corpus.lines(3, 4)), list(corpus.lines(3, 4)))
        self.assertNotEqual(list(corpus.lines(3, 1)), list(corpus.lines(4, 1)))

    def test_canonical(self):
        for line in corpus.lines('test', 60):
            for name in ('message', 'reply', 'update', 'error'):
                if name in line:
                    again = run('canonical', message=line[name])
                    self.assertEqual(again.get('message'), line[name])

    def test_damage(self):
        """Flipped, cut and stretched messages end in an answer."""
        chance = random.Random(1)
        for line in corpus.lines('damage', 40):
            raw = bytearray(commands.unbase64(line['message']))
            for _ in range(10):
                bad = bytearray(raw)
                for _ in range(1 + chance.randrange(3)):
                    bad[chance.randrange(len(bad))] = chance.randrange(256)
                survive(self, bytes(bad[:chance.randrange(len(bad)) + 1]))
                survive(self, bytes(bad))


class CommandLineTest(unittest.TestCase):
    """What other tests rely on: arguments, output, exit codes."""

    def call(self, *argv, text=''):
        out, err = io.StringIO(), io.StringIO()
        code = cli.main(list(argv), io.StringIO(text), out, err)
        return code, out.getvalue(), err.getvalue()

    def make_offer(self):
        code, out, _ = self.call(
            'psk-offer', '--psk', MINISIP_PSK, '--csb', '01020304', '--rand',
            '11' * 16, '--ts', 'ec898da800000000', '--tgk', '22' * 16,
            '--mki', '00000001', '--ssrc', '11223344', '--roc', '1', '--sp',
            '0:01,1:10')
        self.assertEqual(code, 0)
        return out.strip()

    def test_exchange(self):
        message = self.make_offer()
        code, out, _ = self.call('psk-open', '--psk', MINISIP_PSK, message)
        self.assertEqual((code, json.loads(out)['cs'][0]['mki']),
                         (0, '00000001'))
        code, reply, _ = self.call('psk-reply', '--psk', MINISIP_PSK, '--idr',
                                   'sip:bob@example.org', message)
        self.assertEqual(code, 0)
        arguments = (message, reply.strip())
        self.assertEqual(self.call('psk-verify', '--psk', MINISIP_PSK,
                                   *arguments)[0], 0)
        code, _, err = self.call('psk-verify', '--psk', 'ff' * 16, *arguments)
        self.assertEqual((code, err), (1, 'rfcmikey: the MAC is wrong\n'))

    def test_canonical_and_dump(self):
        message = self.make_offer()
        self.assertEqual(self.call('canonical', message)[:2],
                         (0, message + '\n'))
        code, out, _ = self.call('dump', message)
        self.assertEqual((code, json.loads(out)['csb_id']), (0, '01020304'))
        self.assertEqual(self.call('dump', 'AQ==')[0], 1)
        self.assertEqual(self.call('dump', '!!')[0], 2)

    def test_serve(self):
        requests = [dict(OFFER, cmd='psk-offer', id=1),
                    {'cmd': 'psk-open', 'psk': MINISIP_PSK,
                     'message': offer()},
                    {'cmd': 'psk-open', 'psk': 'ff', 'message': offer()},
                    {'cmd': 'nothing'}, {'cmd': 'dump'}, {'cmd': ['dump']}]
        text = '\n'.join(map(json.dumps, requests)) + '\n[1]\nnonsense\n\n'
        code, out, _ = self.call('serve', text=text)
        answers = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(code, 0)
        self.assertEqual([a['ok'] for a in answers],
                         [True, True] + [False] * 6)
        self.assertEqual(answers[0]['id'], 1)
        self.assertEqual(answers[0]['message'], offer())
        self.assertEqual(answers[2]['error'], 'the MAC is wrong')

    def test_random(self):
        code, out, _ = self.call('random', '--seed', '7', '--count', '3')
        lines = [json.loads(line) for line in out.splitlines()]
        self.assertEqual((code, len(lines)), (0, 3))
        for line in lines:
            opened = run('psk-open', psk=line['psk'], message=line['message'],
                         allow_null=line['allow_null'])
            self.assertEqual(opened.pop('ok'), True)
            self.assertEqual(opened, line['opened'])


if __name__ == '__main__':
    unittest.main()
