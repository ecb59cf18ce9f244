# SPDX-License-Identifier: LGPL-2.1-or-later
"""Key derivation (RFC 3830 4.1, RFC 6043 5.1 and A.2, RFC 6267 5.1)."""

import hashlib
import hmac

MIKEY_1, PRF_HMAC_SHA_256 = 0, 1
PRF_HASH = {MIKEY_1: hashlib.sha1, PRF_HMAC_SHA_256: hashlib.sha256}

# Table 4.1.3: from a TGK (3830-4.1.3-02)
TEK, TGK_AUTH, TGK_ENCR, TGK_SALT = (
    0x2AD01C64, 0x1B5C7973, 0x15798CEF, 0x39A2C14B)
# Table 4.1.4: from a pre-shared or envelope key (3830-4.1.4-02)
ENCR, AUTH, SALT = 0x150533E1, 0x2D22AC75, 0x29B88916
# RFC 6043 5.1.1 and A.2.2; RFC 6267 5.1 uses the last two again
FORK_MPKR, FORK_TGK, MPKI, MPKR = (
    0x2B288856, 0x1512B54A, 0x220E99A2, 0x1F4D675B)

BLOCK = 32                 # inkey is cut in 256-bit blocks for both PRFs


def p_function(s, label, m, digest):
    """P(s, label, m) of RFC 3830 4.1.2 (3830-4.1.2-01)."""
    out, a = b'', label
    for _ in range(m):
        a = hmac.new(s, a, digest).digest()
        out += hmac.new(s, a + label, digest).digest()
    return out


def prf(prf_func, inkey, label, outkey_octets):
    """PRF(inkey, label) of RFC 3830 4.1.2 (3830-4.1.2-02, 6043-6.1-03)."""
    if prf_func not in PRF_HASH:
        raise ValueError('unknown PRF func %d' % prf_func)
    if not inkey:
        raise ValueError('the input key is empty')
    digest = PRF_HASH[prf_func]
    m = -(-outkey_octets // digest().digest_size)
    mixed = 0
    for start in range(0, len(inkey), BLOCK):
        block = p_function(inkey[start:start + BLOCK], label, m, digest)
        mixed ^= int.from_bytes(block, 'big')
    size = m * digest().digest_size
    return mixed.to_bytes(size, 'big')[:outkey_octets]


def label(constant, cs_id, csb_id, rand):
    """constant || cs_id || csb_id || RAND (3830-4.1.3-01, 3830-4.1.4-01)."""
    return (constant.to_bytes(4, 'big') + bytes([cs_id])
            + csb_id.to_bytes(4, 'big') + rand)


def traffic_key(prf_func, tgk, constant, cs_id, csb_id, rand, octets):
    """A key of Table 4.1.3 for one crypto session (RFC 3830 4.1.3)."""
    return prf(prf_func, tgk, label(constant, cs_id, csb_id, rand), octets)


def message_key(prf_func, inkey, constant, csb_id, rand, octets):
    """A key of Table 4.1.4 that protects MIKEY messages (RFC 3830 4.1.4)."""
    return prf(prf_func, inkey, label(constant, 0xff, csb_id, rand), octets)


# -- RFC 6043: labels hold RANDs with their length octet (6043-5.1-01) ---

def counted(data):
    return bytes([len(data)]) + data


def ticket_message_label(constant, csb_id, response, rand_i=b'', rand_r=b''):
    """RFC 6043 5.1.2 (6043-5.1.2-01)."""
    return (constant.to_bytes(4, 'big') + b'\xff' + csb_id.to_bytes(4, 'big')
            + (b'\x02' if response else b'\x01')
            + counted(rand_i) + counted(rand_r))


def ticket_traffic_label(constant, cs_id, rand_i=b'', rand_r=b''):
    """RFC 6043 5.1.3: the CSB ID is not used (6043-5.1.3-01)."""
    return (constant.to_bytes(4, 'big') + bytes([cs_id]) + b'\xff' * 4
            + b'\x03' + counted(rand_i) + counted(rand_r))


def fork_label(constant, identity, rand_kms):
    """RFC 6043 5.1.1 (6043-5.1.1-01)."""
    return (constant.to_bytes(4, 'big') + b'\xff' * 5 + b'\x00'
            + len(identity).to_bytes(2, 'big') + identity + counted(rand_kms))


def initiator_data_label(constant):
    """RFC 6043 6.10, keys of Vr (6043-6.10-09)."""
    return constant.to_bytes(4, 'big') + b'\xff' * 5 + b'\x04'


def ticket_protection_label(constant, rand):
    """RFC 6043 A.2.1, keys from the TPK (6043-A.2.1-01)."""
    return constant.to_bytes(4, 'big') + b'\xff' * 5 + b'\x05' + counted(rand)


def mpk_label(constant, rand):
    """RFC 6043 A.2.2, MPKi and MPKr from the MPK (6043-A.2.2-01)."""
    return constant.to_bytes(4, 'big') + b'\xff' * 5 + b'\x06' + counted(rand)
