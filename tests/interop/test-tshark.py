#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What we write, as Wireshark's MIKEY dissector reads it: test-tshark.py PSK-SAMPLES
SENT-MESSAGES

Random messages go into a capture as UDP packets to MIKEY's port; tshark must
dissect each without finding anything malformed, and must find the CSB IDs, the
Next payload fields and the length of the key that we wrote. Cut short, it must find
them malformed, or it would not have looked. TAP; skipped, aloud, without tshark.

So must every message that our exchanges really send.

Wireshark 4.0 does not know GENERIC-ID maps or data types 11 to 25, so messages
are of the PSK kind. MIKEY_SEED repeats a run.
"""
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

NUMBER = 200
PORT = 2269
LINKTYPE_RAW = 101
FIELDS = ('mikey.csb_id', 'mikey.cs_count', 'mikey.next_payload',
          'mikey.key.data.len', '_ws.malformed')


def packet(payload):
    """PAYLOAD in UDP in IPv4, without checksums."""
    udp = struct.pack('!HHHH', PORT, PORT, 8 + len(payload), 0) + payload
    return struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                       bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])) + udp


def capture(messages):
    """The messages as a pcap file."""
    out = struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, LINKTYPE_RAW)
    for number, message in enumerate(messages):
        data = packet(message)
        out += struct.pack('<IIII', number, 0, len(data), len(data)) + data
    return out


def dissect(messages):
    """For each message, the values of FIELDS as lists."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'messages.pcap'
        path.write_bytes(capture(messages))
        command = ['tshark', '-n', '-r', str(path), '-T', 'fields',
                   '-E', 'separator=/t', '-E', 'aggregator=,']
        for field in FIELDS:
            command += ['-e', field]
        said = subprocess.run(command, check=True, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return [[value.split(',') if value else [] for value in line.split('\t')]
            for line in said.stdout.rstrip('\n').split('\n')]


def numbers(values):
    return [int(value, 0) for value in values]


def difference(sample, found):
    """What tshark saw differently, or None."""
    _, csb_id, num_cs, nexts, keys = sample
    if found[4]:
        return 'malformed'
    if numbers(found[0]) != [int(csb_id, 16)]:
        return f'CSB ID {found[0]}'
    if numbers(found[1]) != [int(num_cs)]:
        return f'#CS {found[1]}'
    if numbers(found[2]) != numbers(nexts.split(',')):
        return f'Next payload {found[2]}'
    # Of several keys in the clear, it shows the first.
    if numbers(found[3]) != (numbers(keys.split(','))[:1] if keys else []):
        return f'Key lengths {found[3]}'
    return None


def say(good, name):
    say.number += 1
    say.failed |= not good
    print(f'{"ok" if good else "not ok"} {say.number} {name}')


say.number = 0
say.failed = False


def main():
    if not shutil.which('tshark'):
        print('1..0 # SKIP tshark is not installed')
        return 0
    seed = int(os.environ.get('MIKEY_SEED', random.randrange(2**32)))
    print(f'1..3\n# MIKEY_SEED={seed}')
    lines = subprocess.run([sys.argv[1], str(NUMBER), str(seed)], check=True,
                           text=True, stdout=subprocess.PIPE).stdout
    samples = [line.split('\t') for line in lines.rstrip('\n').split('\n')]
    messages = [bytes.fromhex(sample[0]) for sample in samples]
    differences = 0
    for sample, found in zip(samples, dissect(messages), strict=True):
        what = difference(sample, found)
        if what:
            differences += 1
            print(f'# {what}: {sample[0]}')
    say(differences == 0, f'tshark reads {len(messages)} messages as we do')
    seen = sum(1 for found in dissect([m[:-1] for m in messages]) if found[4])
    say(seen >= NUMBER // 2, f'tshark finds {seen} cut messages malformed')
    lines = subprocess.run([sys.argv[2]], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.split('\n')
    sent = [bytes.fromhex(line) for line in lines if line and line[0] != '#']
    bad = [m for m, found in zip(sent, dissect(sent), strict=True)
           if found[4] or not found[0]]
    for message in bad:
        print(f'# malformed: {message.hex()}')
    say(len(sent) > 50 and not bad,
        f'tshark finds nothing malformed in {len(sent)} messages of exchanges')
    return int(say.failed)


if __name__ == '__main__':
    sys.exit(main())
