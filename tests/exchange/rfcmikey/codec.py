# SPDX-License-Identifier: LGPL-2.1-or-later
"""Octets <-> payloads (RFC 3830 section 6 and the RFCs that extend it).

`parse()` turns octets into a `Message`, `Message.encode()` turns it back. Both
are exact inverses: reserved bits and pad octets are kept as they came. What a
mode allows is not decided here, only whether the octets have a structure.
Registry values that decide a length (TS type, MAC alg, hash, group, curve, map
type, key type, KV) must be known; any other value is kept as a number.
"""

# Table 6.1.b; RFC 6043 Table 6.2; RFC 6267 Table 3; RFC 6509 Table 2
LAST, KEMAC, PKE, DH, SIGN, T, ID, CERT, CHASH, V, SP, RAND, ERR = range(13)
TR, IDR, RANDR, TP, TICKET = range(13, 18)
KEY_DATA, GENERAL_EXT, IBAKE, ESK, SK, ECCPT, SAKKE = range(20, 27)

NAMES = {
    LAST: 'LAST', KEMAC: 'KEMAC', PKE: 'PKE', DH: 'DH', SIGN: 'SIGN', T: 'T',
    ID: 'ID', CERT: 'CERT', CHASH: 'CHASH', V: 'V', SP: 'SP', RAND: 'RAND',
    ERR: 'ERR', TR: 'TR', IDR: 'IDR', RANDR: 'RANDR', TP: 'TP',
    TICKET: 'TICKET', KEY_DATA: 'KEY_DATA', GENERAL_EXT: 'GENERAL_EXT',
    IBAKE: 'IBAKE', ESK: 'ESK', SK: 'SK', ECCPT: 'ECCPT', SAKKE: 'SAKKE',
}
# 3830-6.13-03, RFC 6267 6.1.4 and 6.1.5: "never included in clear"
SUB_PAYLOADS = (KEY_DATA, SK, ECCPT)

DATA_TYPES = (
    'PSK', 'PSK_VER', 'PK', 'PK_VER', 'DH_INIT', 'DH_RESP', 'ERROR',
    'DHHMAC_INIT', 'DHHMAC_RESP', 'RSA_R_I', 'RSA_R_R', 'REQUEST_INIT_PSK',
    'REQUEST_INIT_PK', 'REQUEST_RESP', 'TRANSFER_INIT', 'TRANSFER_RESP',
    'RESOLVE_INIT_PSK', 'RESOLVE_INIT_PK', 'RESOLVE_RESP', 'REQUEST_KEY_PSK',
    'REQUEST_KEY_PKE', 'REQUEST_KEY_RESP', 'I_MESSAGE_1', 'R_MESSAGE_1',
    'I_MESSAGE_2', 'R_MESSAGE_2', 'SAKKE')
DT_PSK, DT_PSK_VER, DT_ERROR = 0, 1, 6

MAP_SRTP_ID, MAP_EMPTY, MAP_GENERIC_ID = 0, 1, 2
KV_NULL, KV_SPI, KV_INTERVAL = 0, 1, 2
KEY_TYPES = ('TGK', 'TGK+SALT', 'TEK', 'TEK+SALT', 'GTGK', 'GTGK+SALT', 'MPK',
             'K_PR')
SALTED_KEY_TYPES = (1, 3, 5)
GENERAL_EXT_KEY_ID = 3

MAC_LENGTH = {0: 0, 1: 20, 2: 32}              # Table 6.2.b, 6043 Table 6.6
HASH_LENGTH = {0: 20, 1: 16, 2: 32}            # Table 6.8, 6043 Table 6.12
TS_LENGTH = {0: 8, 1: 8, 2: 4, 3: 4}           # Table 6.6, 6043 Table 6.8
DH_LENGTH = {0: 192, 1: 96, 2: 128}            # Table 6.4, 3830-6.4-02
# RFC 6267 Table 5: curve -> octets of one coordinate
COORDINATE = {1: 24, 2: 21, 3: 21, 4: 21, 5: 28, 6: 30, 7: 30, 8: 32, 9: 36,
              10: 36, 11: 48, 12: 52, 13: 52, 14: 66, 15: 72, 16: 72}
TICKET_FLAGS = 'DEFGHIJKLMNO'                  # 6043-6.10-01, D the leftmost


class CodecError(Exception):
    """The octets are no MIKEY message, or the fields do not fit the octets.

    `error_no` is the number of RFC 3830 Table 6.12 that describes it best.
    """

    def __init__(self, text, error_no=12):
        super().__init__(text)
        self.error_no = error_no


class Reader:
    """Big-endian reader over octets; never reads past the end (3830-1.3-01)."""

    def __init__(self, data, offset=0):
        self.data = bytes(data)
        self.offset = offset

    def left(self):
        return len(self.data) - self.offset

    def raw(self, count, what='field'):
        if count > self.left():
            raise CodecError('%s at octet %d needs %d octets, %d left'
                             % (what, self.offset, count, self.left()))
        piece = self.data[self.offset:self.offset + count]
        self.offset += count
        return piece

    def rest(self):
        return self.raw(self.left())

    def uint(self, octets, what='field'):
        return int.from_bytes(self.raw(octets, what), 'big')

    def counted(self, octets, what='field'):
        """A length of `octets` octets and that many octets of data."""
        return self.raw(self.uint(octets, what + ' length'), what)


class Writer:
    """Big-endian writer; refuses values that do not fit their field."""

    def __init__(self):
        self.data = bytearray()

    def uint(self, value, octets, what='field'):
        self.data += bits(value, 8 * octets, what).to_bytes(octets, 'big')
        return self

    def raw(self, data):
        self.data += data
        return self

    def fixed(self, data, length, what='field'):
        if len(data) != length:
            raise CodecError('%s is %d octets, not %d'
                             % (what, len(data), length))
        return self.raw(data)

    def counted(self, data, octets, what='field'):
        return self.uint(len(data), octets, what + ' length').raw(data)


def bits(value, width, what='field'):
    """`value`, if an unsigned integer of `width` bits can hold it."""
    if not 0 <= value < 1 << width:
        raise CodecError('%s: %d does not fit %d bits' % (what, value, width))
    return value


def length_of(table, value, what, error_no=12):
    """The length a registry value implies; unknown values have none."""
    if value not in table:
        raise CodecError('unknown %s %d' % (what, value), error_no)
    return table[value]


class Payload:
    """One payload: its number of Table 6.1.b and its fields as attributes.

    The Next payload field is no attribute: the payload's place decides it.
    """

    def __init__(self, kind, **fields):
        self.kind = kind
        self.__dict__.update(fields)

    def fields(self):
        return {k: v for k, v in self.__dict__.items() if k != 'kind'}

    @property
    def name(self):
        return NAMES.get(self.kind, str(self.kind))

    def __eq__(self, other):
        return isinstance(other, Payload) and self.__dict__ == other.__dict__

    def __repr__(self):
        return 'Payload(%s, %r)' % (self.name, self.fields())

    def encode(self, next_payload=LAST):
        """The octets of this payload, Next payload field included."""
        if self.kind not in CODECS:
            raise CodecError('no payload %d' % self.kind)
        writer = Writer()
        if self.kind != SIGN:
            writer.uint(next_payload, 1, 'next payload')
        elif next_payload != LAST:
            raise CodecError('SIGN has no next payload (3830-5.2-06)')
        CODECS[self.kind][1](writer, self)
        return bytes(writer.data)


# -- key validity data, RFC 3830 6.14 ---

def read_kv(reader, kv):
    """Fields of the KV data that belong to KV type `kv` (3830-6.14-01)."""
    if kv == KV_NULL:
        return {'kv': kv}
    if kv == KV_SPI:
        return {'kv': kv, 'spi': reader.counted(1, 'SPI')}
    if kv == KV_INTERVAL:
        return {'kv': kv, 'valid_from': reader.counted(1, 'Valid From'),
                'valid_to': reader.counted(1, 'Valid To')}
    raise CodecError('unknown KV %d' % kv)


def write_kv(writer, payload):
    if payload.kv == KV_SPI:
        writer.counted(payload.spi, 1, 'SPI')
    elif payload.kv == KV_INTERVAL:
        writer.counted(payload.valid_from, 1, 'Valid From')
        writer.counted(payload.valid_to, 1, 'Valid To')
    elif payload.kv != KV_NULL:
        raise CodecError('unknown KV %d' % payload.kv)


# -- one reader and one writer a payload ---

def read_kemac(reader):
    """RFC 3830 6.2; a KEMAC has at most 2^16 octets (3830-6.13-03)."""
    encr_alg = reader.uint(1, 'Encr alg')
    encr_data = reader.counted(2, 'Encr data')
    mac_alg = reader.uint(1, 'MAC alg')
    length = length_of(MAC_LENGTH, mac_alg, 'MAC alg', 3)
    check_kemac_size(encr_data, length)
    return {'encr_alg': encr_alg, 'encr_data': encr_data, 'mac_alg': mac_alg,
            'mac': reader.raw(length, 'MAC')}


def write_kemac(writer, payload):
    length = length_of(MAC_LENGTH, payload.mac_alg, 'MAC alg', 3)
    check_kemac_size(payload.encr_data, length)
    writer.uint(payload.encr_alg, 1, 'Encr alg')
    writer.counted(payload.encr_data, 2, 'Encr data')
    writer.uint(payload.mac_alg, 1).fixed(payload.mac, length, 'MAC')


def check_kemac_size(encr_data, mac_length):
    if 5 + len(encr_data) + mac_length > 1 << 16:
        raise CodecError('KEMAC exceeds 2^16 octets (3830-6.13-03)')


def read_pke(reader):
    """RFC 3830 6.3: C in the upper 2 bits of the length (3830-6.3-01)."""
    word = reader.uint(2, 'PKE data length')
    return {'cache': word >> 14, 'data': reader.raw(word & 0x3fff, 'PKE data')}


def write_pke(writer, payload):
    length = bits(len(payload.data), 14, 'PKE data length')
    writer.uint(bits(payload.cache, 2, 'C') << 14 | length, 2)
    writer.raw(payload.data)


def read_dh(reader):
    """RFC 3830 6.4: the group implies the length (3830-6.4-01)."""
    group = reader.uint(1, 'DH group')
    length = length_of(DH_LENGTH, group, 'DH group', 6)
    value = reader.raw(length, 'DH value')
    octet = reader.uint(1, 'KV')
    fields = {'group': group, 'value': value, 'reserved': octet >> 4}
    fields.update(read_kv(reader, octet & 15))
    return fields


def write_dh(writer, payload):
    length = length_of(DH_LENGTH, payload.group, 'DH group', 6)
    writer.uint(payload.group, 1)
    writer.fixed(payload.value, length, 'DH value')
    writer.uint(bits(payload.reserved, 4) << 4 | bits(payload.kv, 4, 'KV'), 1)
    write_kv(writer, payload)


def read_sign(reader):
    """RFC 3830 6.5: S type in the upper 4 bits, no Next payload."""
    word = reader.uint(2, 'signature length')
    return {'s_type': word >> 12,
            'signature': reader.raw(word & 0xfff, 'signature')}


def write_sign(writer, payload):
    length = bits(len(payload.signature), 12, 'signature length')
    writer.uint(bits(payload.s_type, 4, 'S type') << 12 | length, 2)
    writer.raw(payload.signature)


def read_t(reader):
    """RFC 3830 6.6, RFC 6043 6.3."""
    ts_type = reader.uint(1, 'TS type')
    length = length_of(TS_LENGTH, ts_type, 'TS type', 1)
    return {'ts_type': ts_type, 'value': reader.raw(length, 'TS value')}


def write_t(writer, payload):
    length = length_of(TS_LENGTH, payload.ts_type, 'TS type', 1)
    writer.uint(payload.ts_type, 1)
    writer.fixed(payload.value, length, 'TS value')


def read_id(reader):
    """RFC 3830 6.7: ID and CERT share this layout."""
    return {'id_type': reader.uint(1, 'type'),
            'data': reader.counted(2, 'data')}


def write_id(writer, payload):
    writer.uint(payload.id_type, 1, 'type').counted(payload.data, 2, 'data')


def read_chash(reader):
    """RFC 3830 6.8, RFC 6043 6.7."""
    hash_func = reader.uint(1, 'hash func')
    length = length_of(HASH_LENGTH, hash_func, 'hash func', 5)
    return {'hash_func': hash_func, 'hash': reader.raw(length, 'hash')}


def write_chash(writer, payload):
    length = length_of(HASH_LENGTH, payload.hash_func, 'hash func', 5)
    writer.uint(payload.hash_func, 1).fixed(payload.hash, length, 'hash')


def read_v(reader):
    """RFC 3830 6.9."""
    auth_alg = reader.uint(1, 'Auth alg')
    length = length_of(MAC_LENGTH, auth_alg, 'Auth alg', 3)
    return {'auth_alg': auth_alg, 'mac': reader.raw(length, 'Ver data')}


def write_v(writer, payload):
    length = length_of(MAC_LENGTH, payload.auth_alg, 'Auth alg', 3)
    writer.uint(payload.auth_alg, 1).fixed(payload.mac, length, 'Ver data')


def read_sp(reader):
    """RFC 3830 6.10: parameters are Type, Length, Value (3830-6.10-01)."""
    policy_no = reader.uint(1, 'Policy no')
    prot_type = reader.uint(1, 'Prot type')
    inner = Reader(reader.counted(2, 'Policy param'))
    params = []
    while inner.left():
        kind = inner.uint(1, 'parameter type')
        params.append((kind, inner.counted(1, 'parameter value')))
    return {'policy_no': policy_no, 'prot_type': prot_type, 'params': params}


def write_sp(writer, payload):
    inner = Writer()
    for kind, value in payload.params:
        inner.uint(kind, 1, 'parameter type')
        inner.counted(value, 1, 'parameter value')
    writer.uint(payload.policy_no, 1, 'Policy no')
    writer.uint(payload.prot_type, 1, 'Prot type')
    writer.counted(inner.data, 2, 'Policy param')


def read_rand(reader):
    """RFC 3830 6.11."""
    return {'rand': reader.counted(1, 'RAND')}


def write_rand(writer, payload):
    writer.counted(payload.rand, 1, 'RAND')


def read_err(reader):
    """RFC 3830 6.12."""
    return {'error_no': reader.uint(1, 'Error no'),
            'reserved': reader.uint(2, 'Reserved')}


def write_err(writer, payload):
    writer.uint(payload.error_no, 1, 'Error no')
    writer.uint(payload.reserved, 2, 'Reserved')


def read_tr(reader):
    """RFC 6043 6.4."""
    role = reader.uint(1, 'TS Role')
    return dict(read_t(reader), role=role)


def write_tr(writer, payload):
    writer.uint(payload.role, 1, 'TS Role')
    write_t(writer, payload)


def read_idr(reader):
    """RFC 6043 6.6, RFC 6509 4.4."""
    role = reader.uint(1, 'ID Role')
    return dict(read_id(reader), role=role)


def write_idr(writer, payload):
    writer.uint(payload.role, 1, 'ID Role')
    write_id(writer, payload)


def read_randr(reader):
    """RFC 6043 6.8."""
    role = reader.uint(1, 'RAND Role')
    return dict(read_rand(reader), role=role)


def write_randr(writer, payload):
    writer.uint(payload.role, 1, 'RAND Role')
    write_rand(writer, payload)


def read_tp(reader):
    """RFC 6043 6.10: PRF func 7 bits, flags 12, reserved 5 (6043-6.10-01)."""
    fields = {'ticket_type': reader.uint(2, 'Ticket Type'),
              'subtype': reader.uint(1, 'Subtype'),
              'version': reader.uint(1, 'Version')}
    word = reader.uint(3, 'PRF Func and flags')
    fields.update(prf=word >> 17, flags=word >> 5 & 0xfff, reserved=word & 31,
                  tp_data=reader.counted(2, 'TP Data'))
    return fields


def write_tp(writer, payload):
    word = (bits(payload.prf, 7, 'PRF Func') << 17
            | bits(payload.flags, 12, 'flags') << 5
            | bits(payload.reserved, 5, 'reserved'))
    writer.uint(payload.ticket_type, 2, 'Ticket Type')
    writer.uint(payload.subtype, 1, 'Subtype')
    writer.uint(payload.version, 1, 'Version').uint(word, 3)
    writer.counted(payload.tp_data, 2, 'TP Data')


def read_ticket(reader):
    """RFC 6043 6.10: TP and then Ticket Data and Initiator Data."""
    fields = read_tp(reader)
    fields.update(ticket_data=reader.counted(2, 'Ticket Data'),
                  initiator_data=reader.counted(2, 'Initiator Data'))
    return fields


def write_ticket(writer, payload):
    write_tp(writer, payload)
    writer.counted(payload.ticket_data, 2, 'Ticket Data')
    writer.counted(payload.initiator_data, 2, 'Initiator Data')


def read_key_data(reader):
    """RFC 3830 6.13: a salt iff the type names one (3830-6.13-01)."""
    octet = reader.uint(1, 'Type and KV')
    key_type = octet >> 4
    if key_type >= len(KEY_TYPES):
        raise CodecError('unknown Key data type %d' % key_type)
    fields = {'key_type': key_type, 'key': reader.counted(2, 'Key data')}
    if key_type in SALTED_KEY_TYPES:
        fields['salt'] = reader.counted(2, 'Salt')
    fields.update(read_kv(reader, octet & 15))
    return fields


def write_key_data(writer, payload):
    if payload.key_type >= len(KEY_TYPES):
        raise CodecError('unknown Key data type %d' % payload.key_type)
    writer.uint(payload.key_type << 4 | bits(payload.kv, 4, 'KV'), 1)
    writer.counted(payload.key, 2, 'Key data')
    if payload.key_type in SALTED_KEY_TYPES:
        writer.counted(payload.salt, 2, 'Salt')
    write_kv(writer, payload)


def read_general_ext(reader):
    """RFC 3830 6.15; type 3 holds Key ID sub-payloads (4563-4-01)."""
    fields = {'ext_type': reader.uint(1, 'Type'),
              'data': reader.counted(2, 'Data')}
    if fields['ext_type'] == GENERAL_EXT_KEY_ID:
        key_ids(fields['data'])
    return fields


def write_general_ext(writer, payload):
    writer.uint(payload.ext_type, 1, 'Type').counted(payload.data, 2, 'Data')


def key_ids(data):
    """Key ID Information as a list of (type, id), RFC 4563 section 4."""
    reader, found = Reader(data), []
    while reader.left():
        kind = reader.uint(1, 'Key ID Type')
        found.append((kind, reader.counted(1, 'Key ID')))
    return found


def read_encrypted(reader):
    """RFC 6267 6.1.1 and 6.1.2: IBAKE and ESK share this layout."""
    return {'encr_data': reader.counted(2, 'Encr data')}


def write_encrypted(writer, payload):
    writer.counted(payload.encr_data, 2, 'Encr data')


def read_sk(reader):
    """RFC 6267 6.1.5: Key data without a salt."""
    octet = reader.uint(1, 'Type and KV')
    fields = {'key_type': octet >> 4, 'key': reader.counted(2, 'Key data')}
    fields.update(read_kv(reader, octet & 15))
    return fields


def write_sk(writer, payload):
    octet = bits(payload.key_type, 4, 'Type') << 4 | bits(payload.kv, 4, 'KV')
    writer.uint(octet, 1).counted(payload.key, 2, 'Key data')
    write_kv(writer, payload)


def point_lengths(curve):
    """Octets of an uncompressed point and of the pad behind it (A15, A17).

    The pad makes everything from the Next payload field to the point's end a
    multiple of 4 octets.
    """
    point = 1 + 2 * length_of(COORDINATE, curve, 'ECC curve')
    return point, -(2 + point) % 4


def read_eccpt(reader):
    """RFC 6267 6.1.4."""
    curve = reader.uint(1, 'ECC Curve')
    point, pad = point_lengths(curve)
    fields = {'curve': curve, 'point': reader.raw(point, 'ECC Point'),
              'pad': reader.raw(pad, 'pad'),
              'auth_alg': reader.uint(1, 'Auth alg'),
              'tgk_len': reader.uint(2, 'TGK len')}
    octet = reader.uint(1, 'KV')
    fields['reserved'] = octet >> 4
    fields.update(read_kv(reader, octet & 15))
    return fields


def write_eccpt(writer, payload):
    point, pad = point_lengths(payload.curve)
    writer.uint(payload.curve, 1)
    writer.fixed(payload.point, point, 'ECC Point')
    writer.fixed(payload.pad, pad, 'pad')
    writer.uint(payload.auth_alg, 1, 'Auth alg')
    writer.uint(payload.tgk_len, 2, 'TGK len')
    writer.uint(bits(payload.reserved, 4) << 4 | bits(payload.kv, 4, 'KV'), 1)
    write_kv(writer, payload)


def read_sakke(reader):
    """RFC 6509 4.2."""
    return {'params': reader.uint(1, 'SAKKE params'),
            'id_scheme': reader.uint(1, 'ID scheme'),
            'data': reader.counted(2, 'SAKKE data')}


def write_sakke(writer, payload):
    writer.uint(payload.params, 1, 'SAKKE params')
    writer.uint(payload.id_scheme, 1, 'ID scheme')
    writer.counted(payload.data, 2, 'SAKKE data')


CODECS = {
    KEMAC: (read_kemac, write_kemac), PKE: (read_pke, write_pke),
    DH: (read_dh, write_dh), SIGN: (read_sign, write_sign),
    T: (read_t, write_t), ID: (read_id, write_id), CERT: (read_id, write_id),
    CHASH: (read_chash, write_chash), V: (read_v, write_v),
    SP: (read_sp, write_sp), RAND: (read_rand, write_rand),
    ERR: (read_err, write_err), TR: (read_tr, write_tr),
    IDR: (read_idr, write_idr), RANDR: (read_randr, write_randr),
    TP: (read_tp, write_tp), TICKET: (read_ticket, write_ticket),
    KEY_DATA: (read_key_data, write_key_data),
    GENERAL_EXT: (read_general_ext, write_general_ext),
    IBAKE: (read_encrypted, write_encrypted),
    ESK: (read_encrypted, write_encrypted), SK: (read_sk, write_sk),
    ECCPT: (read_eccpt, write_eccpt), SAKKE: (read_sakke, write_sakke),
}


# -- CS ID maps, RFC 3830 6.1.1, RFC 4563 5, RFC 6043 6.1.1 ---

def srtp_id(policy_no, ssrc, roc=0):
    """One entry of an SRTP-ID map; its CS ID is its place, from 1."""
    return {'policy_no': policy_no, 'ssrc': ssrc, 'roc': roc}


def generic_id(cs_id, policies=(), session_data=b'', spi=b'', prot_type=0,
               s_flag=0):
    """One entry of a GENERIC-ID map (6043-6.1.1-01)."""
    return {'cs_id': cs_id, 'prot_type': prot_type, 's_flag': s_flag,
            'policies': list(policies), 'session_data': session_data,
            'spi': spi}


def read_srtp_id(reader):
    return srtp_id(reader.uint(1, 'Policy_no'), reader.uint(4, 'SSRC'),
                   reader.uint(4, 'ROC'))


def write_srtp_id(writer, entry):
    writer.uint(entry['policy_no'], 1, 'Policy_no')
    writer.uint(entry['ssrc'], 4, 'SSRC').uint(entry['roc'], 4, 'ROC')


def read_generic_id(reader):
    cs_id = reader.uint(1, 'CS ID')
    prot_type = reader.uint(1, 'Prot type')
    octet = reader.uint(1, '#P')
    policies = reader.raw(octet & 127, 'Ps')
    session_data = reader.counted(2, 'Session Data')
    return generic_id(cs_id, policies, session_data, reader.counted(1, 'SPI'),
                      prot_type, octet >> 7)


def write_generic_id(writer, entry):
    count = bits(len(entry['policies']), 7, '#P')
    writer.uint(entry['cs_id'], 1, 'CS ID')
    writer.uint(entry['prot_type'], 1, 'Prot type')
    writer.uint(bits(entry['s_flag'], 1, 'S') << 7 | count, 1)
    for number in entry['policies']:
        writer.uint(number, 1, 'Policy_no')
    writer.counted(entry['session_data'], 2, 'Session Data')
    writer.counted(entry['spi'], 1, 'SPI')


MAPS = {
    MAP_SRTP_ID: (read_srtp_id, write_srtp_id),
    MAP_EMPTY: (lambda reader: {}, lambda writer, entry: None),
    MAP_GENERIC_ID: (read_generic_id, write_generic_id),
}


class Message:
    """A common header, the payloads behind it, and octets behind those.

    `cs` has one dictionary for each crypto session (#CS of them).
    `trailing` is only ever filled by parse(..., allow_trailing=True).
    """

    version = 1

    def __init__(self, data_type, csb_id, v=0, prf=0, map_type=MAP_SRTP_ID,
                 cs=(), payloads=(), trailing=b''):
        self.data_type = data_type
        self.csb_id = csb_id
        self.v = int(v)
        self.prf = prf
        self.map_type = map_type
        self.cs = list(cs)
        self.payloads = list(payloads)
        self.trailing = trailing

    def all(self, kind):
        return [p for p in self.payloads if p.kind == kind]

    def first(self, kind):
        found = self.all(kind)
        return found[0] if found else None

    def encode_header(self, next_payload):
        """RFC 3830 6.1."""
        if self.map_type not in MAPS:
            raise CodecError('unknown CS ID map type %d' % self.map_type)
        writer = Writer()
        writer.uint(self.version, 1).uint(self.data_type, 1, 'data type')
        writer.uint(next_payload, 1, 'next payload')
        writer.uint(bits(self.v, 1, 'V') << 7 | bits(self.prf, 7, 'PRF'), 1)
        writer.uint(self.csb_id, 4, 'CSB ID').uint(len(self.cs), 1, '#CS')
        writer.uint(self.map_type, 1)
        for entry in self.cs:
            MAPS[self.map_type][1](writer, entry)
        return bytes(writer.data)

    def encode(self):
        for payload in self.payloads:
            if payload.kind in SUB_PAYLOADS:
                raise CodecError('%s is never sent in clear' % payload.name)
        first = self.payloads[0].kind if self.payloads else LAST
        return (self.encode_header(first) + encode_chain(self.payloads)
                + self.trailing)


def parse_header(reader):
    """The header as a Message without payloads, and its Next payload."""
    if reader.uint(1, 'version') != Message.version:
        raise CodecError('version is not 1 (3830-6.1-01)')
    data_type = reader.uint(1, 'data type')
    next_payload = reader.uint(1, 'next payload')
    octet = reader.uint(1, 'V and PRF func')
    csb_id = reader.uint(4, 'CSB ID')
    count = reader.uint(1, '#CS')
    map_type = reader.uint(1, 'CS ID map type')
    if map_type not in MAPS:
        raise CodecError('unknown CS ID map type %d' % map_type)
    read_entry = MAPS[map_type][0]
    sessions = [read_entry(reader) for _ in range(count)]
    return Message(data_type, csb_id, octet >> 7, octet & 127, map_type,
                   sessions), next_payload


def read_chain(reader, kind):
    """Payloads from `kind` on until one says Last payload."""
    payloads = []
    while kind != LAST:
        if kind not in CODECS:
            raise CodecError('payload %d at octet %d is unknown'
                             % (kind, reader.offset))
        next_payload = LAST if kind == SIGN else reader.uint(1, 'next payload')
        payloads.append(Payload(kind, **CODECS[kind][0](reader)))
        kind = next_payload
    return payloads


def parse_chain(kind, data):
    """All of `data` as a chain of payloads that starts with `kind`."""
    reader = Reader(data)
    payloads = read_chain(reader, kind)
    if reader.left():
        raise CodecError('%d octets behind the last sub-payload'
                         % reader.left())
    return payloads


def parse_prefixed_chain(data):
    """A chain behind an octet that names its first payload (6043-6.10-10)."""
    return parse_chain(data[0], data[1:]) if data else []


def encode_chain(payloads):
    """Payloads one behind the other, each naming the next one's kind."""
    kinds = [p.kind for p in payloads[1:]] + [LAST]
    return b''.join(p.encode(kind) for p, kind in zip(payloads, kinds))


def parse(data, allow_trailing=False):
    """The Message in `data`; CodecError if there is none.

    Octets behind the last payload are an error unless `allow_trailing`; behind
    a SIGN, which ends the message, always (3830-6.5-01).
    """
    reader = Reader(data)
    message, kind = parse_header(reader)
    message.payloads = read_chain(reader, kind)
    for payload in message.payloads:
        if payload.kind in SUB_PAYLOADS:
            raise CodecError('%s in clear (3830-6.13-03)' % payload.name)
    if reader.left():
        signed = message.payloads and message.payloads[-1].kind == SIGN
        if signed or not allow_trailing:
            raise CodecError('%d octets behind the last payload'
                             % reader.left())
        message.trailing = reader.rest()
    return message


# -- readable form ---

def printable(value):
    """A value as JSON can hold it: octets become hexadecimal."""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, dict):
        return {k: printable(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(v) for v in value]
    return value


def describe_payload(payload):
    """A payload as a dictionary for JSON, inner chains opened if readable."""
    out = dict(printable(payload.fields()), payload=payload.name)
    if payload.kind == SP:
        out['params'] = [{'type': t, 'value': v.hex()}
                         for t, v in payload.params]
    if payload.kind == KEMAC and payload.encr_alg == 0:
        out['sub_payloads'] = describe_inner(KEY_DATA, payload.encr_data)
    if payload.kind in (TP, TICKET):
        out['flags'] = ''.join(f for i, f in enumerate(TICKET_FLAGS)
                               if payload.flags >> (11 - i) & 1)
        if payload.tp_data:
            out['tp_payloads'] = describe_inner(payload.tp_data[0],
                                                payload.tp_data[1:])
    if payload.kind == GENERAL_EXT and payload.ext_type == GENERAL_EXT_KEY_ID:
        out['key_ids'] = printable(key_ids(payload.data))
    if payload.kind in (ID, IDR):
        out['text'] = payload.data.decode('utf-8', 'replace')
    return out


def describe_inner(kind, data):
    try:
        return [describe_payload(p) for p in parse_chain(kind, data)] \
            if data else []
    except CodecError as error:
        return 'unreadable: %s' % error


def describe(message):
    """A message as a dictionary for JSON."""
    names = dict(enumerate(DATA_TYPES))
    return {
        'version': message.version, 'data_type': message.data_type,
        'data_type_name': names.get(message.data_type, 'unknown'),
        'v': message.v, 'prf': message.prf, 'csb_id': '%08x' % message.csb_id,
        'map_type': message.map_type, 'cs': printable(message.cs),
        'payloads': [describe_payload(p) for p in message.payloads],
        'trailing': message.trailing.hex()}
