# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pre-shared key mode: RFC 3830 3.1, 4.5, 5.1.2 and 5.2.

build_offer / open_offer     I_MESSAGE, also as an update of an earlier one
build_reply / verify_reply   R_MESSAGE (verification message)
build_error / verify_error   Error message, with or without V

Nothing here knows the time: replay and clock skew are not judged.
"""

import hashlib
import hmac

from . import cipher, kdf
from .codec import (
    DT_ERROR, DT_PSK, DT_PSK_VER, ERR, GENERAL_EXT, ID, KEMAC, KEY_DATA,
    KEY_TYPES, KV_NULL, KV_SPI, LAST, MAC_LENGTH, MAP_EMPTY, MAP_GENERIC_ID,
    MAP_SRTP_ID, RAND, SP, T, V, CodecError, Message, Payload, encode_chain,
    parse, parse_chain)

# RFC 3830 Table 6.12
AUTH_FAILURE, INVALID_TS, INVALID_PRF, INVALID_MAC, INVALID_EA = range(5)
INVALID_SP, INVALID_SPPAR, INVALID_DT, UNSPECIFIED = range(9, 13)

MAC_HASH = {1: hashlib.sha1, 2: hashlib.sha256}
MAC_NULL, HMAC_SHA_1_160 = 0, 1
TGK_TYPES, TEK_TYPES = (0, 1), (2, 3)

ANY = 1 << 16
# payloads of each message: kind -> (least, most); the last one ends it
OFFER_RULE = {T: (1, 1), RAND: (0, 1), ID: (0, 2), SP: (0, ANY),
              GENERAL_EXT: (0, ANY), KEMAC: (1, 1)}          # 3830-3.1-02
RTSP_RULE = {**OFFER_RULE, T: (0, 1)}           # some RTSP messages have no T
REPLY_RULE = {T: (1, 1), ID: (0, 1), GENERAL_EXT: (0, ANY),
              V: (1, 1)}                                     # 3830-3.1-03
ERROR_RULE = {T: (1, 1), ERR: (0, ANY), SP: (0, ANY),
              GENERAL_EXT: (0, ANY), V: (0, 1)}              # 3830-5.1.2-03


class Refused(Exception):
    """A message must not be accepted, or must not be built.

    `error_no` is what RFC 3830 Table 6.12 calls the failure.
    """

    def __init__(self, text, error_no=UNSPECIFIED):
        super().__init__(text)
        self.error_no = error_no


class MessageKeys:
    """Keys for MIKEY messages from a pre-shared or envelope key (4.1.4)."""

    def __init__(self, secret, prf, csb_id, rand):
        self.secret, self.prf, self.csb_id, self.rand = (
            secret, prf, csb_id, rand)

    def derive(self, constant, octets):
        if not octets:
            return b''
        if self.rand is None:
            raise Refused('no RAND: neither in the message nor in force')
        if not self.secret:
            raise Refused('no pre-shared key')
        return kdf.message_key(self.prf, self.secret, constant, self.csb_id,
                               self.rand, octets)

    def encryption(self, encr_alg):
        """encr_key and salt key for this algorithm (3830-4.2.3-01, A4)."""
        if encr_alg not in cipher.ENCR_KEY_LENGTH:
            raise Refused('unknown Encr alg %d' % encr_alg, INVALID_EA)
        return (self.derive(kdf.ENCR, cipher.ENCR_KEY_LENGTH[encr_alg]),
                self.derive(kdf.SALT, cipher.SALT_LENGTH[encr_alg]))

    def mac(self, mac_alg, data):
        """The MAC; its key is as long as the MAC (3830-4.2.4-02)."""
        if mac_alg == MAC_NULL:
            return b''
        if mac_alg not in MAC_HASH:
            raise Refused('unknown MAC alg %d' % mac_alg, INVALID_MAC)
        key = self.derive(kdf.AUTH, MAC_LENGTH[mac_alg])
        return hmac.new(key, data, MAC_HASH[mac_alg]).digest()


# -- rules ---

def check_prf(prf):
    if prf not in kdf.PRF_HASH:
        raise Refused('unknown PRF func %d' % prf, INVALID_PRF)


def check_rule(message, data_type, rule, last):
    """Data type, and which payloads how often; `last` ends the message."""
    if message.data_type != data_type:
        raise Refused('data type %d, not %d' % (message.data_type, data_type),
                      INVALID_DT)
    check_prf(message.prf)
    for payload in message.payloads:
        if payload.kind not in rule:
            raise Refused('%s does not belong here' % payload.name)
    for kind, (least, most) in rule.items():
        if not least <= len(message.all(kind)) <= most:
            raise Refused('%d payloads %s' % (
                len(message.all(kind)), Payload(kind).name))
    if last and message.payloads[-1].kind != last:
        raise Refused('%s is not the last payload' % Payload(last).name)


def check_protection(kemac, allow_null):
    """3830-4.2.3-04, 3830-4.2.3-07, 3830-4.2.4-03, A3."""
    if kemac.mac_alg == MAC_NULL and kemac.encr_alg in (
            cipher.AES_CM_128, cipher.AES_CM_256):
        raise Refused('NULL MAC with AES-CM', INVALID_MAC)
    if not allow_null and kemac.mac_alg == MAC_NULL:
        raise Refused('NULL MAC is not allowed', INVALID_MAC)
    if not allow_null and kemac.encr_alg == cipher.NULL:
        raise Refused('NULL encryption is not allowed', INVALID_EA)


def parse_message(raw, allow_trailing=False):
    """codec.parse() with its complaints turned into Refused."""
    try:
        return parse(raw, allow_trailing)
    except CodecError as error:
        raise Refused(str(error), error.error_no) from error


def same_timestamp(a, b):
    return a is not None and a == b


def timestamp(message):
    return message.first(T)


def padded_timestamp(message):
    """The 64 bits of T for the IV; None without a T."""
    ts = timestamp(message)
    return ts and cipher.pad_timestamp(ts.ts_type, ts.value)


# -- policies ---

DEFAULT_KEY_LENGTH = 16
# SRTP encr alg -> octets of the master salt where it is not 14 (RFC 3711)
AEAD_SALT_LENGTH = {4: 12, 5: 12, 6: 12, 8: 12}      # RFC 5748, 7714, 8269


def parameter(params, kind, default):
    """A number of an SRTP policy; the last of several counts."""
    found = [value for k, value in params if k == kind]
    if not found:
        return default
    number = int.from_bytes(found[-1], 'big')
    if not found[-1] or number > 255:
        raise Refused('SRTP parameter %d is no octet' % kind, INVALID_SPPAR)
    return number


def master_key_length(params):
    """Session Encr. key length is the master key's too (3830-6.10.1-02)."""
    return parameter(params, 1, DEFAULT_KEY_LENGTH)


def master_salt_length(params):
    """Session Salt key length, else what the algorithm's RFC says."""
    encr_alg = parameter(params, 0, 1)
    return parameter(params, 4, AEAD_SALT_LENGTH.get(encr_alg, 14))


def collect_policies(message, earlier=None):
    """Policy no -> SP; an update adds to what was there (3830-6.10-02)."""
    policies = dict(earlier or {})
    numbers = [sp.policy_no for sp in message.all(SP)]
    if len(set(numbers)) != len(numbers):
        raise Refused('two SP with one Policy no', INVALID_SP)
    if message.map_type == MAP_EMPTY and numbers:
        raise Refused('SP with an Empty map (4563-5-02)', INVALID_SP)
    policies.update((sp.policy_no, sp) for sp in message.all(SP))
    return policies


def find_params(policies, policy_no):
    """The parameters a crypto session uses; none at all means defaults."""
    if policy_no is None or not policies:
        return []
    if policy_no not in policies:
        raise Refused('no SP has Policy no %d' % policy_no, INVALID_SP)
    if policies[policy_no].prot_type != 0:
        raise Refused('policy %d is not for SRTP' % policy_no, INVALID_SP)
    return policies[policy_no].params


# -- crypto sessions ---

def srtp_session_data(entry):
    """SSRC, ROC and SEQ of a GENERIC-ID entry (6043-6.1.1-03)."""
    data = entry['session_data']
    if not data:
        return {'ssrc': None, 'roc': None}
    if len(data) != (10 if entry['s_flag'] else 4):
        raise Refused('Session Data has %d octets' % len(data))
    out = {'ssrc': int.from_bytes(data[:4], 'big'), 'roc': None}
    if entry['s_flag']:
        out.update(roc=int.from_bytes(data[4:8], 'big'),
                   seq=int.from_bytes(data[8:], 'big'))
    return out


def generic_session(entry):
    if entry['prot_type'] != 0:
        raise Refused('Prot type %d is not SRTP' % entry['prot_type'],
                      INVALID_SP)
    policies = entry['policies']
    return dict(srtp_session_data(entry), cs_id=entry['cs_id'],
                policy_no=policies[0] if policies else None, spi=entry['spi'])


def crypto_sessions(message):
    """One dictionary a crypto session: cs_id, policy_no, ssrc, roc, spi.

    The i-th entry of an SRTP-ID map is CS ID i (3830-6.1.1-01); GENERIC-ID
    names it. An Empty map numbers like SRTP-ID.
    """
    if message.map_type == MAP_GENERIC_ID:
        sessions = [generic_session(entry) for entry in message.cs]
        if len({s['cs_id'] for s in sessions}) != len(sessions):
            raise Refused('two entries with one CS ID')
        return sessions
    return [{'cs_id': i, 'policy_no': entry.get('policy_no'),
             'ssrc': entry.get('ssrc'), 'roc': entry.get('roc'), 'spi': b''}
            for i, entry in enumerate(message.cs, 1)]


# -- traffic keys ---

def key_data(key, key_type=None, salt=None, mki=None, interval=None):
    """A Key data sub-payload; the type follows from the salt if not given."""
    if key_type is None:
        key_type = 0 if salt is None else 1
    fields = {'key_type': key_type, 'key': key, 'kv': KV_NULL}
    if salt is not None:
        fields['salt'] = salt
    if mki is not None:
        fields.update(kv=KV_SPI, spi=mki)
    elif interval is not None:
        fields.update(kv=2, valid_from=interval[0], valid_to=interval[1])
    return Payload(KEY_DATA, **fields)


def split_key(key, key_length, salt_length):
    """A TEK with the salt behind it, as RTSP equipment sends it (A25)."""
    if len(key) == key_length + salt_length:
        return key[:key_length], key[key_length:]
    return key, b''


def traffic_key(item, opened, session, rtsp):
    """TEK and salt one Key data gives one crypto session.

    A carried salt wins over a derived one (3830-4.1.3-04); a TEK is used as it
    is (3830-6.13-04).
    """
    params = find_params(opened.policies, session['policy_no'])
    key_length, salt_length = (master_key_length(params),
                               master_salt_length(params))
    out = {'key_type': item.key_type, 'mki': getattr(item, 'spi', None)}
    if item.kv == 2:
        out.update(valid_from=item.valid_from, valid_to=item.valid_to)
    if item.key_type in TEK_TYPES:
        tek, salt = item.key, getattr(item, 'salt', b'')
        if rtsp and item.key_type == 2:
            tek, salt = split_key(tek, key_length, salt_length)
        return dict(out, tek=tek, salt=salt)
    if opened.rand is None:
        raise Refused('no RAND to derive a TEK with')
    args = (session['cs_id'], opened.message.csb_id, opened.rand)
    salt = getattr(item, 'salt', None)
    if salt is None:
        salt = kdf.traffic_key(opened.message.prf, item.key, kdf.TGK_SALT,
                               *args, salt_length)
    return dict(out, salt=salt, tek=kdf.traffic_key(
        opened.message.prf, item.key, kdf.TEK, *args, key_length))


def key_in_use(session, keys):
    """The key whose SPI the map names (6043-6.1.1-03), else the first."""
    named = [k for k in keys if session['spi'] and k['mki'] == session['spi']]
    return (named or keys or [{'tek': None, 'salt': None, 'mki': None}])[0]


def derive_sessions(opened, rtsp):
    """Crypto sessions with their keys."""
    out = []
    for session in opened.sessions:
        keys = [traffic_key(item, opened, session, rtsp)
                for item in opened.keys]
        used = key_in_use(session, keys)
        out.append(dict(session, keys=keys, tek=used['tek'],
                        salt=used['salt'], mki=used['mki']))
    return out


# -- I_MESSAGE ---

def build_offer(psk, csb_id, rand, ts, ts_type=0, idi=None, idr=None,
                policies=(), map_type=MAP_SRTP_ID, cs=(), keys=(), prf=0,
                encr_alg=1, mac_alg=1, v=1, update=False, extensions=()):
    """An I_MESSAGE (3830-3.1-02); with `update` one of 4.5 (3830-4.5-06).

    `idi`, `idr`: (ID type, data); `policies`: SP payloads; `cs`: map entries;
    `keys`: Key data payloads; `extensions`: General Extension payloads.
    An update uses `rand` but does not carry it (3830-4.5-02).
    """
    check_prf(prf)
    payloads = [Payload(T, ts_type=ts_type, value=ts)]
    if not update and rand is not None:
        payloads.append(Payload(RAND, rand=rand))
    payloads += [Payload(ID, id_type=i[0], data=i[1]) for i in (idi, idr) if i]
    payloads += list(policies) + list(extensions)
    message = Message(DT_PSK, csb_id, v, prf, map_type, cs, payloads)
    message_keys = MessageKeys(psk, prf, csb_id, rand)
    key, salt = message_keys.encryption(encr_alg)
    sealed = cipher.seal(encr_alg, key, salt, csb_id,
                         cipher.pad_timestamp(ts_type, ts), encode_chain(keys))
    payloads.append(Payload(KEMAC, encr_alg=encr_alg, encr_data=sealed,
                            mac_alg=mac_alg, mac=b''))
    message.payloads = payloads
    return add_mac(message, message_keys, mac_alg)


def add_mac(message, message_keys, mac_alg, appendix=b''):
    """The octets of a message whose last payload ends with a MAC.

    The MAC covers everything in front of it (3830-5.2-01, 3830-5.2-02), and
    `appendix` behind it.
    """
    last, length = message.payloads[-1], MAC_LENGTH.get(mac_alg, 0)
    last.mac = bytes(length)
    raw = message.encode()
    covered = raw[:len(raw) - length]
    last.mac = message_keys.mac(mac_alg, covered + appendix)
    return covered + last.mac


def check_mac(raw, payload, mac_alg, message_keys, appendix=b''):
    covered = raw[:len(raw) - len(payload.mac)]
    expected = message_keys.mac(mac_alg, covered + appendix)
    if not hmac.compare_digest(expected, payload.mac):
        raise Refused('the MAC is wrong', AUTH_FAILURE)


class Opened:
    """What an I_MESSAGE says once it was found genuine."""

    def __init__(self, raw, message, rand):
        self.raw, self.message, self.rand = raw, message, rand
        self.idi = self.idr = None
        self.policies, self.keys, self.sessions = {}, [], []
        self.cs, self.warnings, self.update = [], [], False


def split_identities(message, own_id=None):
    """IDi and IDr: the first and the second ID payload.

    A lone ID is IDi unless it equals `own_id`, the Responder's own identity.
    """
    found = message.all(ID)
    if len(found) == 1 and own_id is not None and found[0].data == own_id:
        return None, found[0]
    return (found + [None, None])[:2]


def rand_in_force(message, rand):
    """The RAND for all derivations; one in an update is refused."""
    sent = message.first(RAND)
    if sent is None:
        return rand
    if rand is not None:
        raise Refused('an update carries a RAND (3830-4.5-02)')
    return sent.rand


def open_key_data(message, message_keys):
    """Decrypt the KEMAC and read the Key data in it (3830-6.2-03)."""
    kemac = message.first(KEMAC)
    if kemac.encr_alg != cipher.NULL and timestamp(message) is None:
        raise Refused('no T payload')
    key, salt = message_keys.encryption(kemac.encr_alg)
    try:
        plain = cipher.unseal(kemac.encr_alg, key, salt, message.csb_id,
                              padded_timestamp(message), kemac.encr_data)
        items = parse_chain(KEY_DATA, plain) if plain else []
    except CodecError as error:
        raise Refused('Encr data: %s' % error) from error
    except cipher.CipherError as error:
        raise Refused('Encr data: %s' % error, AUTH_FAILURE) from error
    for item in items:
        check_key_data(item)
    return items


def check_key_data(item):
    """Only TGKs and TEKs travel in PSK mode, and none of them is empty."""
    if item.kind != KEY_DATA:
        raise Refused('%s does not belong in a PSK KEMAC' % item.name)
    if item.key_type not in TGK_TYPES + TEK_TYPES:
        raise Refused('%s does not belong in a PSK KEMAC'
                      % KEY_TYPES[item.key_type])
    if not item.key:
        raise Refused('empty key')


def note_oddities(opened):
    """Things an RFC advises against but does not forbid."""
    if opened.rand is not None and len(opened.rand) < 16:
        opened.warnings.append('RAND is short (3830-6.11-01)')
    if opened.rand is None:
        opened.warnings.append('no RAND')
    if len(opened.keys) > 1 and not all(k.kv == KV_SPI for k in opened.keys):
        opened.warnings.append('several keys without MKI (3830-4.5-08)')
    mkis = [k.spi for k in opened.keys if k.kv == KV_SPI]
    if len(set(mkis)) != len(mkis):
        opened.warnings.append('two keys with one MKI (3830-A.1-01)')


def check_update(first, message):
    """Same CSB ID, another timestamp (3830-4.5-01)."""
    if message.csb_id != first.message.csb_id:
        raise Refused('the update has another CSB ID')
    if same_timestamp(timestamp(message), timestamp(first.message)):
        raise Refused('the update has the timestamp of the first message',
                      INVALID_TS)


def open_offer(psk, raw, rand=None, first=None, allow_null=False,
               rtsp=False, own_id=None, allow_trailing=False):
    """Check and open an I_MESSAGE; `Refused` says why not.

    An update needs the RAND in force: `rand`, or `first`, the Opened message
    it updates. What the update leaves out stays as it was in `first`.
    `rtsp` reads messages as RTSP equipment means them (A25).
    """
    message = parse_message(raw, allow_trailing)
    check_rule(message, DT_PSK, RTSP_RULE if rtsp else OFFER_RULE, KEMAC)
    if first is not None:
        check_update(first, message)
        rand = first.rand
    opened = Opened(raw, message, rand_in_force(message, rand))
    opened.update = rand is not None
    opened.idi, opened.idr = split_identities(message, own_id)
    kemac = message.first(KEMAC)
    check_protection(kemac, allow_null)
    genuine = raw[:len(raw) - len(message.trailing)]
    message_keys = MessageKeys(psk, message.prf, message.csb_id, opened.rand)
    check_mac(genuine, kemac, kemac.mac_alg, message_keys)
    opened.keys = open_key_data(message, message_keys)
    opened.policies = collect_policies(message, first and first.policies)
    opened.sessions = crypto_sessions(message)
    keep_earlier(opened, first)
    opened.cs = derive_sessions(opened, rtsp)
    note_oddities(opened)
    return opened


def keep_earlier(opened, first):
    """An update without keys or sessions keeps the old ones (3830-4.5-03)."""
    if first is None:
        return
    opened.keys = opened.keys or first.keys
    opened.sessions = opened.sessions or first.sessions


# -- R_MESSAGE ---

def verification_appendix(opened, answer, append_ids):
    """IDi || IDr || T behind the R_MESSAGE in the MAC (3830-5.2-03, A1).

    The ID Data octets and the TS value as transported; an identity no ID
    payload carried is empty; IDr of the R_MESSAGE goes before the offer's.
    `append_ids` false gives what minisip does: only T.
    """
    ts = timestamp(opened.message).value
    if not append_ids:
        return ts
    idi, idr = opened.idi, answer.first(ID) or opened.idr
    return b''.join(i.data for i in (idi, idr) if i) + ts


def fill_ssrcs(message, ssrcs):
    """The offer's map with the Responder's SSRCs in place of 0."""
    entries, ssrcs = [dict(e) for e in message.cs], list(ssrcs)
    for entry in entries:
        if entry.get('ssrc') == 0 and ssrcs:
            entry['ssrc'] = ssrcs.pop(0)
    return entries


def reply_header(opened, data_type, cs):
    """A header for an answer to this offer; V means nothing in it."""
    offer = opened.message
    if timestamp(offer) is None:
        raise Refused('the offer has no T payload')
    return Message(data_type, offer.csb_id, 0, offer.prf, offer.map_type, cs)


def build_reply(psk, opened, idr=None, ssrcs=(), auth_alg=None,
                append_ids=True):
    """An R_MESSAGE: HDR, T of the offer, [IDr], V (3830-3.1-03)."""
    if not opened.message.v:
        raise Refused('the offer asks for no response (3830-5.3-03)')
    reply = reply_header(opened, DT_PSK_VER, fill_ssrcs(opened.message, ssrcs))
    reply.payloads = [timestamp(opened.message)]
    if idr:
        reply.payloads.append(Payload(ID, id_type=idr[0], data=idr[1]))
    return add_v(psk, opened, reply, auth_alg, append_ids)


def add_v(psk, opened, answer, auth_alg, append_ids):
    if auth_alg is None:
        auth_alg = opened.message.first(KEMAC).mac_alg
    answer.payloads.append(Payload(V, auth_alg=auth_alg, mac=b''))
    return add_mac(answer, answer_keys(psk, opened), auth_alg,
                   verification_appendix(opened, answer, append_ids))


def answer_keys(psk, opened):
    """Answers are protected with keys of the same RAND and CSB ID."""
    return MessageKeys(psk, opened.message.prf, opened.message.csb_id,
                       opened.rand)


def check_answer(opened, answer, own_timestamp=False):
    """CSB ID, PRF and timestamp are those of the offer.

    `own_timestamp` lets the answer have another T, as minisip's has; what V
    covers is the offer's T all the same.
    """
    if answer.csb_id != opened.message.csb_id:
        raise Refused('another CSB ID')
    if answer.prf != opened.message.prf:
        raise Refused('another PRF func', INVALID_PRF)
    same = same_timestamp(timestamp(answer), timestamp(opened.message))
    if not same and not own_timestamp:
        raise Refused('another timestamp', INVALID_TS)


def verify_reply(psk, opened, raw, append_ids=True, allow_null=False,
                 own_timestamp=False):
    """The R_MESSAGE in `raw` if it answers `opened`; `Refused` if not."""
    reply = parse_message(raw)
    check_rule(reply, DT_PSK_VER, REPLY_RULE, V)
    check_answer(opened, reply, own_timestamp)
    check_v(psk, opened, reply, raw, append_ids, allow_null)
    return reply


def check_v(psk, opened, answer, raw, append_ids, allow_null):
    payload = answer.first(V)
    if payload.auth_alg == MAC_NULL and not allow_null:
        raise Refused('NULL MAC is not allowed', INVALID_MAC)
    check_mac(raw, payload, payload.auth_alg, answer_keys(psk, opened),
              verification_appendix(opened, answer, append_ids))


# -- Error message ---

def build_error(opened, errors, policies=(), psk=None, auth_alg=None,
                append_ids=True):
    """HDR, T, {ERR}, {SP}, [V] (3830-5.1.2-03); V iff `psk` is given.

    The header copies the offer's map, V is made like a verification message
    (A32), T is the offer's (A29). `opened` may come from unverified().
    """
    answer = reply_header(opened, DT_ERROR, opened.message.cs)
    answer.payloads = [timestamp(opened.message)]
    answer.payloads += [Payload(ERR, error_no=e, reserved=0) for e in errors]
    answer.payloads += list(policies)
    if psk is None:
        return answer.encode()
    return add_v(psk, opened, answer, auth_alg, append_ids)


def unverified(raw, rand=None, own_id=None):
    """An offer as far as it can be read without its key."""
    message = parse_message(raw)
    if message.first(T) is None:
        raise Refused('no T payload')
    sent = message.first(RAND)
    opened = Opened(raw, message, sent.rand if sent else rand)
    opened.idi, opened.idr = split_identities(message, own_id)
    return opened


def verify_error(psk, opened, raw, append_ids=True, allow_null=False):
    """The Error message, and whether a V proves who sent it."""
    answer = parse_message(raw)
    has_v = answer.first(V) is not None
    check_rule(answer, DT_ERROR, ERROR_RULE, V if has_v else LAST)
    check_answer(opened, answer)
    if has_v:
        check_v(psk, opened, answer, raw, append_ids, allow_null)
    return answer, has_v
