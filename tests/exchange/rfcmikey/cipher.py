# SPDX-License-Identifier: LGPL-2.1-or-later
"""AES, AES-CM as KEMAC uses it, and AES key wrap (RFC 3830 4.2.3)."""

NULL, AES_CM_128, AES_KW_128, AES_CM_256 = range(4)
ENCR_KEY_LENGTH = {NULL: 0, AES_CM_128: 16, AES_KW_128: 16, AES_CM_256: 32}
SALT_LENGTH = {NULL: 0, AES_CM_128: 14, AES_KW_128: 8, AES_CM_256: 14}


class CipherError(Exception):
    """The data can not be encrypted or decrypted with this algorithm."""


# -- AES, FIPS 197 ---

def xtime(a):
    """Multiply by x in GF(2^8)."""
    return (a << 1 ^ 0x11b) if a & 0x80 else a << 1


def multiply(a, b):
    """Multiply in GF(2^8)."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a, b = xtime(a), b >> 1
    return product


def make_sbox():
    """S-box: affine transform of the inverse in GF(2^8), FIPS 197 5.1.1."""
    box = [0x63] * 256
    power, inverse = 1, 1
    for _ in range(255):
        turned = inverse | inverse << 8
        box[power] = 0x63 ^ inverse ^ (turned >> 7 & 255) \
            ^ (turned >> 6 & 255) ^ (turned >> 5 & 255) ^ (turned >> 4 & 255)
        power = multiply(power, 3)
        inverse = multiply(inverse, 0xf6)         # 0xf6 is 1/3
    return bytes(box)


SBOX = make_sbox()
UNSBOX = bytes(SBOX.index(i) for i in range(256))
TIMES = {k: bytes(multiply(i, k) for i in range(256))
         for k in (2, 3, 9, 11, 13, 14)}
# after SubBytes and ShiftRows octet i is what was octet SHIFT[i]
SHIFT = [(i + 4 * (i % 4)) % 16 for i in range(16)]
UNSHIFT = [(i - 4 * (i % 4)) % 16 for i in range(16)]


def expand_key(key):
    """The round keys, FIPS 197 5.2."""
    if len(key) not in (16, 24, 32):
        raise CipherError('AES keys have 16, 24 or 32 octets')
    nk = len(key) // 4
    words = [key[i:i + 4] for i in range(0, len(key), 4)]
    rcon = 1
    for i in range(nk, 4 * (nk + 7)):
        word = words[-1]
        if i % nk == 0:
            word = bytes(SBOX[b] for b in word[1:] + word[:1])
            word = bytes([word[0] ^ rcon]) + word[1:]
            rcon = xtime(rcon)
        elif nk > 6 and i % nk == 4:
            word = bytes(SBOX[b] for b in word)
        words.append(xor(word, words[i - nk]))
    return [b''.join(words[i:i + 4]) for i in range(0, len(words), 4)]


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def mix(state, factors):
    """MixColumns with the first row of the matrix as tables (None is 1)."""
    out = []
    for column in range(0, 16, 4):
        for row in range(4):
            value = 0
            for i, table in enumerate(factors):
                octet = state[column + (row + i) % 4]
                value ^= table[octet] if table else octet
            out.append(value)
    return bytes(out)


MIX = (TIMES[2], TIMES[3], None, None)
UNMIX = (TIMES[14], TIMES[11], TIMES[13], TIMES[9])


def encrypt_block(round_keys, block):
    """One block, FIPS 197 5.1."""
    state = xor(block, round_keys[0])
    for round_key in round_keys[1:-1]:
        state = bytes(SBOX[state[i]] for i in SHIFT)
        state = xor(mix(state, MIX), round_key)
    state = bytes(SBOX[state[i]] for i in SHIFT)
    return xor(state, round_keys[-1])


def decrypt_block(round_keys, block):
    """One block, FIPS 197 5.3."""
    state = xor(block, round_keys[-1])
    for round_key in reversed(round_keys[1:-1]):
        state = bytes(UNSBOX[state[i]] for i in UNSHIFT)
        state = mix(xor(state, round_key), UNMIX)
    state = bytes(UNSBOX[state[i]] for i in UNSHIFT)
    return xor(state, round_keys[0])


# -- AES-CM ---

def pad_timestamp(ts_type, value):
    """The timestamp as the 64 bits of the IV.

    COUNTER gets leading zeros (3830-6.6-02), NTP-UTC-32 a zero fraction
    (6043-6.3-01).
    """
    if ts_type == 2:
        return value.rjust(8, b'\0')
    if ts_type == 3:
        return value.ljust(8, b'\0')
    return value


def cm_iv(salt, csb_id, timestamp):
    """(S XOR (0x0000 || CSB ID || T)) || 0x0000 (3830-4.2.3-02)."""
    if len(salt) != 14 or len(timestamp) != 8:
        raise CipherError('AES-CM needs a 112-bit salt and a 64-bit timestamp')
    return xor(salt, b'\0\0' + csb_id.to_bytes(4, 'big') + timestamp) + b'\0\0'


def aes_cm(key, iv, data):
    """AES counter mode of RFC 3711 4.1.1: E(IV), E(IV + 1), ..."""
    round_keys = expand_key(key)
    start = int.from_bytes(iv, 'big')
    out = b''
    for number in range(-(-len(data) // 16)):
        counter = (start + number) % (1 << 128)
        pad = encrypt_block(round_keys, counter.to_bytes(16, 'big'))
        out += xor(data[16 * number:16 * number + 16], pad)
    return out


# -- AES key wrap, RFC 3394 2.2 with another IV ---

def key_wrap(kek, iv, data):
    """Wrap; MIKEY's IV is the 64-bit salt (3830-4.2.3-06, A4)."""
    if len(data) % 8 or len(data) < 16:
        raise CipherError('key wrap needs a multiple of 8 octets, at least 16')
    round_keys, a = expand_key(kek), iv
    blocks = [data[i:i + 8] for i in range(0, len(data), 8)]
    for step in range(6 * len(blocks)):
        i = step % len(blocks)
        out = encrypt_block(round_keys, a + blocks[i])
        a = xor(out[:8], (step + 1).to_bytes(8, 'big'))
        blocks[i] = out[8:]
    return a + b''.join(blocks)


def key_unwrap(kek, iv, data):
    """Unwrap; CipherError if the IV does not come out."""
    if len(data) % 8 or len(data) < 24:
        raise CipherError('wrapped data needs a multiple of 8 octets, '
                          'at least 24')
    round_keys, a = expand_key(kek), data[:8]
    blocks = [data[i:i + 8] for i in range(8, len(data), 8)]
    for step in reversed(range(6 * len(blocks))):
        i = step % len(blocks)
        block = xor(a, (step + 1).to_bytes(8, 'big')) + blocks[i]
        out = decrypt_block(round_keys, block)
        a, blocks[i] = out[:8], out[8:]
    if a != iv:
        raise CipherError('key wrap integrity check failed')
    return b''.join(blocks)


# -- Encr data of a KEMAC ---

def seal(encr_alg, key, salt, csb_id, timestamp, plain):
    """Encr data from Key data sub-payloads; empty stays empty (update)."""
    if encr_alg == NULL or not plain:
        return plain
    if encr_alg == AES_KW_128:
        return key_wrap(key, salt, plain)
    return aes_cm(key, cm_iv(salt, csb_id, timestamp), plain)


def unseal(encr_alg, key, salt, csb_id, timestamp, data):
    """The reverse of seal()."""
    if encr_alg == AES_KW_128 and data:
        return key_unwrap(key, salt, data)
    return seal(encr_alg, key, salt, csb_id, timestamp, data)
