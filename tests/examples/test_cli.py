#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command line, mikey: each subcommand's successes and failures, as a
person or a script meets them. MIKEY_BIN names the program."""
import base64
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

MIKEY = os.environ.get('MIKEY_BIN')
MAN = (Path(__file__).resolve().parents[2]
       / 'subprojects' / 'libmikey' / 'tools' / 'man')
INTEROP = (Path(os.environ.get('MIKEY_SHARED_DIR', 'nowhere')) / 'interop')

COMMANDS = ['dump', 'keygen', 'offer', 'answer', 'open', 'exchange']
OK, REFUSED, USAGE, FILES = range(4)

ALICE, BOB, CAROL = (f'sip:{name}@example.org'
                     for name in ('alice', 'bob', 'carol'))
KEY_LINE = re.compile(
    r'^cs=\d+ ssrc=0x[0-9a-f]{8} tek=([0-9a-f]+) salt=([0-9a-f]+) mki=([0-9a-f]*)$')
HIDDEN_LINE = re.compile(
    r'^cs=\d+ ssrc=0x[0-9a-f]{8} tek=\d+ bytes salt=\d+ bytes mki=[0-9a-f]*$')
AT_BYTE = re.compile(r'^mikey dump: (wire|limit): .+ at byte \d+: .+$')


class CliTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_mikey(self, *args, stdin=b'', expect=OK, env=None):
        """Runs the program; returns (stdout, stderr) as text."""
        if isinstance(stdin, str):
            stdin = stdin.encode()
        done = subprocess.run(
            [MIKEY, *map(str, args)], input=stdin, capture_output=True,
            timeout=60, env={**os.environ, 'LC_ALL': 'C.UTF-8', **(env or {})})
        out, err = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, expect,
                         f'{args}\nstdout: {out}\nstderr: {err}')
        if expect == OK:
            self.assertEqual(err, '')
        else:
            self.assertTrue(err.startswith('mikey'), err)
        return out, err

    def keys(self, *ids, mode='psk', out='keys'):
        """Makes key files; returns their paths."""
        args = [a for i in ids for a in ('--id', i)]
        self.run_mikey('keygen', '--mode', mode, *args, '--out',
                       self.folder / out)
        return [self.folder / out / f'{i}.keys' for i in ids]

    def pair(self, mode='psk', out='keys'):
        return self.keys(ALICE, BOB, mode=mode, out=out)

    def offer(self, keyring, *args, mode='psk', to=BOB, **kwargs):
        """An offer as base64; its state is in self.state."""
        self.state = self.folder / 'offer.state'
        out, _ = self.run_mikey('offer', '--keyring', keyring, '--mode', mode,
                                '--to', to, '--state', self.state, *args,
                                **kwargs)
        return out.strip()

    def null_offer(self, *args):
        alice, self.null_bob = self.pair('null', 'null-keys')
        return self.offer(alice, '--allow-null', '--ssrc', '0x11223344', *args,
                          mode='null')

    def assert_private(self, path):
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)

    def assert_no_key(self, text, *key_lines):
        """None of the secrets in KEY_LINES appears in TEXT, in any spelling."""
        for line in key_lines:
            for secret in KEY_LINE.match(line).groups()[:2]:
                octets = bytes.fromhex(secret)
                self.assertNotIn(secret, text.lower())
                self.assertNotIn(base64.b64encode(octets).decode()[:-3], text)
                self.assertNotIn(octets.hex(' '), text.lower())


def key_lines(text):
    return [line for line in text.splitlines() if line.startswith('cs=')]


def reply_of(text):
    return next(line for line in text.splitlines()
                if not line.startswith('cs='))


class Program(CliTest):
    def test_usage(self):
        out, _ = self.run_mikey('--help')
        listed = re.findall(r'^  (\w+) ', out, re.M)
        self.assertEqual(listed, COMMANDS)

    def test_version(self):
        out, _ = self.run_mikey('--version')
        self.assertRegex(out, r'^mikey \d+\.\d+\.\d+\n$')
        for command in COMMANDS:
            self.assertEqual(self.run_mikey(command, '--version')[0], out)

    def test_no_command(self):
        done = subprocess.run([MIKEY], capture_output=True, timeout=60)
        self.assertEqual(done.returncode, USAGE)
        self.assertEqual(done.stdout, b'')
        self.assertIn(b'Usage: mikey', done.stderr)

    def test_unknown_command(self):
        _, err = self.run_mikey('no-such', expect=USAGE)
        self.assertIn("mikey: no command 'no-such'", err)

    def test_unknown_option(self):
        for command in COMMANDS:
            _, err = self.run_mikey(command, '--no-such', expect=USAGE)
            self.assertTrue(err.startswith(f'mikey {command}: '), err)
            self.assertIn(f"Try 'mikey {command} --help'", err)

    def test_too_many_arguments(self):
        for command in COMMANDS:
            _, err = self.run_mikey(command, 'a', 'b', expect=USAGE)
            self.assertIn('one argument too many', err)

    def test_missing_options(self):
        """Every option that must be there is named when it is not."""
        alice, bob = self.pair()
        state = self.folder / 'state'
        complete = {
            'keygen': {'--mode': 'psk', '--id': ALICE, '--out': self.folder},
            'offer': {'--keyring': alice, '--mode': 'psk', '--state': state},
            'answer': {'--keyring': bob},
            'open': {'--state': state},
            'exchange': {'--mode': 'psk', '--initiator': alice,
                         '--responder': bob},
        }
        for command, options in complete.items():
            for missing in options:
                args = [a for o, v in options.items() if o != missing
                        for a in (o, v)]
                _, err = self.run_mikey(command, *args, expect=USAGE)
                self.assertIn(f'mikey {command}: {missing} is missing', err)

    def test_full_disk(self):
        if not os.path.exists('/dev/full'):
            self.skipTest('no /dev/full here')
        alice, bob = self.pair()
        with open('/dev/full', 'w') as full:
            done = subprocess.run(
                [MIKEY, 'exchange', '--mode', 'psk', '--initiator', alice,
                 '--responder', bob], stdout=full, stderr=subprocess.PIPE,
                timeout=60)
        self.assertEqual(done.returncode, FILES)
        self.assertIn(b'cannot write', done.stderr)


class Documentation(CliTest):
    def help_options(self, command):
        out, _ = self.run_mikey(command, '--help')
        return out, set(re.findall(r'^  (?:-\w, )?--([a-z-]+)', out, re.M))

    def man_options(self, command):
        text = (MAN / f'mikey-{command}.1').read_text(encoding='utf-8')
        found = re.findall(r'^\.TP\n\.B[A-Z]* \\-\\-(\S+)', text, re.M)
        return text, {f.replace('\\-', '-') for f in found}

    def test_every_option_is_in_the_manual(self):
        for command in COMMANDS:
            _, known = self.help_options(command)
            _, told = self.man_options(command)
            self.assertEqual(known, told, command)
            self.assertLessEqual({'help', 'version', 'json'}, known, command)

    def test_choices_are_in_the_manual(self):
        """What an option may say is what the program takes."""
        for option in ('mode', 'cipher', 'auth', 'key-type', 'key-validity',
                       'prf', 'encr-alg', 'mac-alg', 'timestamp-type',
                       'null-profile', 'tolerate'):
            _, err = self.run_mikey('exchange', f'--{option}', '?',
                                    expect=USAGE)
            choices = re.search(r'(?:one of|there are:) (.*)$', err, re.M)[1]
            text, _ = self.man_options('exchange')
            block = text.replace('\\-', '-').split(
                f'\n.TP\n.BI --{option} ')[1]
            block = re.split(r'\n\.TP\n\.BI? --', block)[0]
            for choice in set(choices.split(', ')) - {'nothing'}:
                self.assertIn(choice, block, option)

    def test_exit_status_is_documented(self):
        for command in COMMANDS:
            shown, _ = self.help_options(command)
            text, _ = self.man_options(command)
            for code in range(4):
                self.assertRegex(shown, rf'(?m)^  {code}  \w')
                self.assertIn(f'.TP\n.B {code}\n', text)

    def test_manual_names_every_command(self):
        text = (MAN / 'mikey.1').read_text(encoding='utf-8')
        named = re.findall(r'^\.BR mikey\\-(\w+) \(1\)$', text, re.M)
        self.assertEqual(set(named), set(COMMANDS))


class Keygen(CliTest):
    def read(self, path):
        """{group: {name: value}} of a key file."""
        groups, group = {}, None
        for line in path.read_text(encoding='utf-8').splitlines():
            if line.startswith('['):
                group = groups.setdefault(line.strip('[]'), {})
            elif line:
                name, _, value = line.partition('=')
                group[name] = value
        return groups

    def test_three_parties(self):
        ids = (ALICE, BOB, CAROL)
        files = dict(zip(ids, map(self.read, self.keys(*ids))))
        seen = set()
        for a in ids:
            self.assertEqual(files[a]['me'], {'id': a})
            self.assertEqual(set(files[a]),
                             {'me'} | {f'peer {b}' for b in ids if b != a})
            for b in set(ids) - {a}:
                key = files[a][f'peer {b}']['psk']
                self.assertEqual(key, files[b][f'peer {a}']['psk'])
                self.assertEqual(len(bytes.fromhex(key)), 32)
                seen.add(key)
        self.assertEqual(len(seen), 3)

    def test_files_are_private(self):
        old = os.umask(0)
        self.addCleanup(os.umask, old)
        for path in self.keys(ALICE, BOB, out='new/folder'):
            self.assert_private(path)
        self.assertEqual(
            stat.S_IMODE((self.folder / 'new/folder').stat().st_mode), 0o700)

    def test_nothing_is_printed(self):
        out, _ = self.run_mikey('keygen', '--mode', 'psk', '--id', ALICE,
                                '--id', BOB, '--out', self.folder)
        self.assertEqual(out, '')

    def test_json(self):
        out, _ = self.run_mikey('keygen', '--json', '--mode', 'psk', '--id',
                                ALICE, '--id', BOB, '--out', self.folder)
        said = json.loads(out)
        self.assertEqual([f['id'] for f in said['files']], [ALICE, BOB])
        for f in said['files']:
            self.assert_private(Path(f['file']))

    def test_null_mode_is_identity_only(self):
        for path, name in zip(self.pair('null'), (ALICE, BOB)):
            self.assert_private(path)
            self.assertEqual(self.read(path), {'me': {'id': name}})

    def test_file_names_stay_in_the_folder(self):
        names = {'../../etc/x': '%2E.%2F..%2Fetc%2Fx.keys',
                 '.hidden': '%2Ehidden.keys', 'a%2Fb': 'a%252Fb.keys',
                 'a.b@c.d': 'a.b@c.d.keys', 'zoë@example.org':
                 'zoë@example.org.keys'}
        self.keys(*names)
        made = {p.name for p in (self.folder / 'keys').iterdir()}
        self.assertEqual(made, set(names.values()))
        self.assertEqual({p.name for p in self.folder.iterdir()}, {'keys'})

    def test_existing_files_stay(self):
        alice, bob = self.pair()
        before = alice.read_bytes()
        args = ('keygen', '--mode', 'psk', '--id', CAROL, '--id', ALICE,
                '--out', self.folder / 'keys')
        _, err = self.run_mikey(*args, expect=FILES)
        self.assertIn('--force', err)
        self.assertEqual(alice.read_bytes(), before)
        self.assertFalse((self.folder / 'keys' / f'{CAROL}.keys').exists())
        alice.chmod(0o644)
        self.run_mikey(*args, '--force')
        self.assertNotEqual(alice.read_bytes(), before)
        self.assert_private(alice)

    def test_bad_ids(self):
        for bad in ('', '*', 'a[b', 'a]b', 'a\nb', 'a\\b', ' a', 'a '):
            _, err = self.run_mikey('keygen', '--mode', 'psk', '--id', ALICE,
                                    '--id', bad, '--out', self.folder,
                                    expect=USAGE)
            self.assertIn('--id', err)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_who_shares_with_whom(self):
        for ids in ([ALICE], [ALICE, ALICE]):
            args = [a for i in ids for a in ('--id', i)]
            self.run_mikey('keygen', '--mode', 'psk', *args, '--out',
                           self.folder, expect=USAGE)
        self.run_mikey('keygen', '--mode', 'null', '--id', ALICE, '--out',
                       self.folder)

    def test_unknown_mode(self):
        for mode in ('nonsense', 'auto', ''):
            _, err = self.run_mikey('keygen', '--mode', mode, '--id', ALICE,
                                    '--id', BOB, '--out', self.folder,
                                    expect=USAGE)
            self.assertRegex(err, r'no mode .*: .*\bpsk\b')

    def test_folder_can_not_be_made(self):
        (self.folder / 'file').write_text('')
        self.run_mikey('keygen', '--mode', 'psk', '--id', ALICE, '--id', BOB,
                       '--out', self.folder / 'file' / 'below', expect=FILES)


class Dump(CliTest):
    def setUp(self):
        super().setUp()
        alice, _ = self.pair()
        self.base64 = self.offer(alice, '--ssrc', '0x1a2b3c4d')
        self.octets = base64.b64decode(self.base64)
        self.expected, _ = self.run_mikey('dump', self.base64)

    def test_every_payload_is_named(self):
        for name in ('Pre-shared', 'RAND', 'SP', 'KEMAC', 'HMAC-SHA-1-160',
                     'NTP-UTC', '0x1a2b3c4d', ALICE, BOB):
            self.assertIn(name, self.expected)

    def test_every_form(self):
        forms = [
            self.base64, self.octets.hex(), self.octets.hex().upper(),
            f'a=key-mgmt:mikey {self.base64}',
            f'KeyMgmt: prot=mikey; uri="rtsp://example.org/a"; '
            f'data="{self.base64}"']
        for form in forms:
            self.assertEqual(self.run_mikey('dump', form)[0], self.expected)
            for stdin in (form, form + '\n', form + '\r\n'):
                out, _ = self.run_mikey('dump', stdin=stdin)
                self.assertEqual(out, self.expected)
        self.assertEqual(self.run_mikey('dump', '-', stdin=self.octets)[0],
                         self.expected)

    def test_file(self):
        path = self.folder / 'message'
        for data in (self.octets, self.base64.encode()):
            path.write_bytes(data)
            self.assertEqual(self.run_mikey('dump', f'@{path}')[0],
                             self.expected)

    def test_missing_file(self):
        _, err = self.run_mikey('dump', f'@{self.folder}/none', expect=FILES)
        self.assertIn('none', err)

    def test_json(self):
        out, _ = self.run_mikey('dump', '--json', self.base64)
        self.assertIsInstance(json.loads(out), dict)
        self.assertIn(BOB, out)

    def test_truncations(self):
        for size in range(len(self.octets)):
            if size % 7 and size not in (1, 9, 10, len(self.octets) - 1):
                continue
            out, err = self.run_mikey('dump', stdin=self.octets[:size].hex(),
                                      expect=REFUSED)
            self.assertEqual(out, '')
            if size:
                self.assertRegex(err.strip(), AT_BYTE)

    def test_trailing_octets(self):
        data = self.octets + b'\0'
        _, err = self.run_mikey('dump', stdin=data, expect=REFUSED)
        self.assertRegex(err.strip(), rf'at byte {len(self.octets)}: ')
        out, _ = self.run_mikey('dump', '--tolerate', 'trailing-zero',
                                data.hex())
        self.assertIn('KEMAC', out)
        self.run_mikey('dump', '--tolerate', 'order,equipment', data.hex())

    def test_unknown_tolerance(self):
        _, err = self.run_mikey('dump', '--tolerate', 'order,anything',
                                self.base64, expect=USAGE)
        self.assertIn('anything', err)
        self.assertIn('trailing-zero', err)

    def test_nonsense(self):
        for text in ('hello, world', 'a=key-mgmt:mikey', 'a=rtpmap:0 PCMU',
                     'KeyMgmt: prot=mikey', '\0', ''):
            self.run_mikey('dump', stdin=text, expect=REFUSED)

    def test_too_much_input(self):
        _, err = self.run_mikey('dump', stdin=b'A' * (1 << 20 | 1),
                                expect=REFUSED)
        self.assertIn('limit', err)

    def test_keys_only_when_asked(self):
        message = self.null_offer()
        tek = self.run_mikey('open', '--state', self.state, '--allow-null',
                             '--show-keys')[0]
        line, = key_lines(tek)
        secret = KEY_LINE.match(line)[1]
        for form in ([], ['--json']):
            hidden, _ = self.run_mikey('dump', *form, message)
            self.assert_no_key(hidden, line)
            shown, _ = self.run_mikey('dump', *form, '--show-keys', message)
            self.assertIn(secret, re.sub(r'[^0-9a-f]', '', shown.lower()))


class Exchange(CliTest):
    """Offer, answer and open, run by hand."""

    def hand_over(self, offer_args=(), answer_args=(), open_args=()):
        """Key lines of both sides."""
        alice, bob = self.pair()
        offer = self.offer(alice, *offer_args)
        answered, _ = self.run_mikey('answer', '--keyring', bob, '--show-keys',
                                     *answer_args, offer)
        opened, _ = self.run_mikey('open', '--state', self.state,
                                   '--show-keys', *open_args,
                                   reply_of(answered))
        return key_lines(answered), key_lines(opened)

    def assert_same(self, sides, streams=1):
        self.assertEqual(*sides)
        self.assertEqual(len(sides[0]), streams)
        for line in sides[0]:
            self.assertRegex(line, KEY_LINE)

    def test_both_sides_agree(self):
        self.assert_same(self.hand_over(['--ssrc', '0x1a2b3c4d']))

    def test_state_is_private(self):
        alice, _ = self.pair()
        self.state = self.folder / 'offer.state'
        self.state.write_text('old')
        self.state.chmod(0o644)
        self.offer(alice)
        self.assert_private(self.state)

    def test_pipes(self):
        """The output of one command is the input of the next, as it is."""
        alice, bob = self.pair()
        offer = self.offer(alice)
        for show in ([], ['--show-keys']):
            answered, _ = self.run_mikey('answer', '--keyring', bob, *show,
                                         stdin=offer)
            opened, _ = self.run_mikey('open', '--state', self.state, *show,
                                       stdin=answered)
            self.assertEqual(key_lines(opened), key_lines(answered))

    def test_no_keys_unless_asked(self):
        alice, bob = self.pair()
        noisy = {'G_MESSAGES_DEBUG': 'all'}
        offer = self.offer(alice, env=noisy)
        shown, _ = self.run_mikey('answer', '--keyring', bob, '--show-keys',
                                  offer)
        lines = key_lines(shown)
        hidden, _ = self.run_mikey('answer', '--keyring', bob, offer,
                                   env=noisy)
        opened, _ = self.run_mikey('open', '--state', self.state,
                                   reply_of(hidden), env=noisy)
        for text in (hidden, opened):
            self.assert_no_key(text, *lines)
            for line in key_lines(text):
                self.assertRegex(line, HIDDEN_LINE)

    def test_several_streams(self):
        sides = self.hand_over(['--ssrc', '0x11', '--ssrc', '4096', '--roc',
                                '7'])
        self.assert_same(sides, 2)
        self.assertIn('ssrc=0x00000011', sides[0][0])
        self.assertIn('ssrc=0x00001000', sides[0][1])

    def test_ciphers(self):
        for cipher, auth, key, salt in (
                ('aes-128-icm', 'hmac-sha1-80', 16, 14),
                ('aes-128-icm', 'hmac-sha1-32', 16, 14),
                ('aes-256-icm', 'hmac-sha1-80', 32, 14),
                ('aes-128-gcm', None, 16, 12),
                ('aes-256-gcm', 'null', 32, 12)):
            args = ['--cipher', cipher] + (['--auth', auth] if auth else [])
            with self.subTest(cipher=cipher, auth=auth):
                alice, bob = self.pair(out=f'{cipher}-{auth}')
                offer = self.offer(alice, *args)
                out, _ = self.run_mikey('answer', '--json', '--keyring', bob,
                                        offer)
                said, = json.loads(out)['keys']
                self.assertEqual(said['rtp_cipher'], cipher)
                self.assertEqual(said['rtp_auth'], auth or 'null')
                self.assertEqual((said['tek_bytes'], said['salt_bytes']),
                                 (key, salt))

    def test_impossible_suite(self):
        alice, _ = self.pair()
        self.run_mikey('offer', '--keyring', alice, '--mode', 'psk', '--to',
                       BOB, '--state', self.folder / 's', '--cipher',
                       'aes-128-gcm', '--auth', 'hmac-sha1-80', expect=USAGE)

    def test_mki_length(self):
        for length in (0, 1, 4, 16):
            alice, bob = self.pair(out=f'mki-{length}')
            offer = self.offer(alice, '--mki-length', length)
            out, _ = self.run_mikey('answer', '--keyring', bob, '--show-keys',
                                    offer)
            mki = KEY_LINE.match(key_lines(out)[0])[3]
            self.assertEqual(len(mki), 2 * length)

    def test_bad_numbers(self):
        alice, _ = self.pair()
        for args in (['--mki-length', '17'], ['--mki-length', 'x'],
                     ['--ssrc', '1a2b3c4d'], ['--ssrc', '0x100000000'],
                     ['--ssrc', '-1'], ['--roc', '1', '--roc', '2'],
                     ['--max-clock-skew', '']):
            self.run_mikey('offer', '--keyring', alice, '--mode', 'psk',
                           '--to', BOB, '--state', self.folder / 's', *args,
                           expect=USAGE)
        self.assertFalse((self.folder / 's').exists())

    def test_no_verification_message(self):
        alice, bob = self.pair()
        offer = self.offer(alice, '--no-verify')
        answered, _ = self.run_mikey('answer', '--keyring', bob, '--show-keys',
                                     offer)
        self.assertEqual(answered.splitlines(), key_lines(answered))
        opened, _ = self.run_mikey('open', '--state', self.state,
                                   '--show-keys')
        self.assertEqual(opened, answered)

    def test_no_ids(self):
        alice, bob = self.pair()
        offer = self.offer(alice, '--no-ids')
        self.assertNotIn(ALICE, self.run_mikey('dump', offer)[0])
        self.run_mikey('answer', '--keyring', bob, offer, expect=FILES)
        out, _ = self.run_mikey('answer', '--keyring', bob, '--from', ALICE,
                                '--show-keys', offer)
        opened, _ = self.run_mikey('open', '--state', self.state,
                                   '--show-keys', stdin=out)
        self.assertEqual(key_lines(opened), key_lines(out))

    def test_json(self):
        alice, bob = self.pair()
        offer = json.loads(self.offer(alice, '--json'))
        self.assertEqual(offer['mode'], 'psk')
        out, _ = self.run_mikey('answer', '--json', '--keyring', bob,
                                '--show-keys', offer['message'])
        answer = json.loads(out)
        self.assertEqual(answer['peer'], ALICE)
        self.assertEqual(answer['state'], 'established')
        out, _ = self.run_mikey('open', '--json', '--state', self.state,
                                '--show-keys', answer['reply'])
        opened = json.loads(out)
        self.assertEqual(opened['peer'], BOB)
        self.assertIsNone(opened['reply'])
        self.assertEqual(opened['keys'], answer['keys'])
        self.assertEqual(opened['csb_id'], offer['csb_id'])

    def test_wrong_key(self):
        alice, _ = self.pair()
        _, mallory = self.pair(out='other')
        offer = self.offer(alice)
        out, err = self.run_mikey('answer', '--keyring', mallory,
                                  '--show-keys', offer, expect=REFUSED)
        self.assertTrue(err.startswith('mikey answer: auth: '), err)
        self.assertEqual(key_lines(out), [])

    def test_error_message_reaches_the_peer(self):
        """What a refusal prints is an Error message, which open names."""
        alice, _ = self.pair()
        _, mallory = self.pair(out='other')
        offer = self.offer(alice)
        out, _ = self.run_mikey('answer', '--keyring', mallory, offer,
                                expect=REFUSED)
        if out:
            self.assertIn('Error', self.run_mikey('dump', out.strip())[0])
            self.run_mikey('open', '--state', self.state, stdin=out,
                           expect=REFUSED)
        out, _ = self.run_mikey('answer', '--json', '--keyring', mallory,
                                offer, expect=REFUSED)
        self.assertIn('auth', json.loads(out)['error'])

    def test_changed_message(self):
        alice, bob = self.pair()
        data = bytearray(base64.b64decode(self.offer(alice)))
        data[-1] ^= 1
        self.run_mikey('answer', '--keyring', bob, data.hex(), expect=REFUSED)

    def test_changed_reply(self):
        alice, bob = self.pair()
        out, _ = self.run_mikey('answer', '--keyring', bob, self.offer(alice))
        data = bytearray(base64.b64decode(reply_of(out)))
        data[-1] ^= 1
        out, err = self.run_mikey('open', '--state', self.state, data.hex(),
                                  expect=REFUSED)
        self.assertEqual(key_lines(out), [])
        self.assertTrue(err.startswith('mikey open: auth: '), err)

    def test_reply_of_another_exchange(self):
        alice, bob = self.pair()
        out, _ = self.run_mikey('answer', '--keyring', bob, self.offer(alice))
        self.offer(alice)
        self.run_mikey('open', '--state', self.state, reply_of(out),
                       expect=REFUSED)

    def test_malformed_message(self):
        alice, bob = self.pair()
        offer = self.offer(alice)
        _, err = self.run_mikey('answer', '--keyring', bob, offer[:40],
                                expect=REFUSED)
        self.assertRegex(err, r'^mikey answer: wire: .* at byte \d+: ')
        _, err = self.run_mikey('open', '--state', self.state, offer[:40],
                                expect=REFUSED)
        self.assertRegex(err, r'^mikey open: wire: .* at byte \d+: ')

    def test_no_key_for_the_peer(self):
        alice, _ = self.pair()
        bob, _ = self.keys(BOB, CAROL, out='others')
        _, err = self.run_mikey('answer', '--keyring', bob, self.offer(alice),
                                expect=FILES)
        self.assertTrue(err.startswith('mikey answer: cred: '), err)
        _, err = self.run_mikey('offer', '--keyring', bob, '--mode', 'psk',
                                '--to', ALICE, '--state', self.folder / 's',
                                expect=FILES)
        self.assertTrue(err.startswith('mikey offer: cred: '), err)
        self.assertFalse((self.folder / 's').exists())

    def test_offer_to_somebody_else(self):
        alice, _ = self.pair()
        _, carol = self.keys(BOB, CAROL, out='others')
        _, err = self.run_mikey('answer', '--keyring', carol,
                                self.offer(alice), expect=REFUSED)
        self.assertTrue(err.startswith('mikey answer: auth: '), err)

    def test_files_that_are_not_there(self):
        none = self.folder / 'none'
        alice, bob = self.pair()
        offer = self.offer(alice)
        for args in (
                ['answer', '--keyring', none, offer],
                ['open', '--state', none, offer],
                ['answer', '--keyring', bob, f'@{none}'],
                ['exchange', '--mode', 'psk', '--initiator', alice,
                 '--responder', none],
                ['offer', '--keyring', alice, '--mode', 'psk', '--to', BOB,
                 '--state', none / 'below']):
            out, err = self.run_mikey(*args, expect=FILES)
            self.assertEqual(out, '')
            self.assertIn('none', err)

    def test_files_that_are_something_else(self):
        alice, bob = self.pair()
        offer = self.offer(alice)
        bad = self.folder / 'bad'
        for content in (b'', b'nonsense', os.urandom(400),
                        self.state.read_bytes()[:-1]):
            bad.write_bytes(content)
            self.run_mikey('open', '--state', bad, offer, expect=FILES)
        for content in (b'nonsense', b'[peer *]\npsk=00\n', os.urandom(400)):
            bad.write_bytes(content)
            _, err = self.run_mikey('answer', '--keyring', bad, offer,
                                    expect=FILES)
            self.assertNotIn('=00', err)

    def test_clock(self):
        """A message of another day is refused, unless the clock says that day
        or nothing."""
        alice, bob = self.pair()
        day = '2020-02-02T20:20:20Z'
        offer = self.offer(alice, '--clock', day)
        for args, expect in (
                ([], REFUSED), (['--clock', 'none'], OK),
                (['--clock', day], OK), (['--clock', '2020-02-02T20:24:00Z'], OK),
                (['--clock', '2020-02-02T21:20:20+01:00'], OK),
                (['--clock', '2020-02-02T20:27:00Z'], REFUSED),
                (['--clock', '2020-02-02T20:27:00Z', '--max-clock-skew',
                  '600'], OK),
                (['--clock', 'yesterday'], USAGE)):
            _, err = self.run_mikey('answer', '--keyring', bob, *args, offer,
                                    expect=expect)
            if expect == REFUSED:
                self.assertTrue(err.startswith('mikey answer: fresh: '), err)
        answered, _ = self.run_mikey('answer', '--keyring', bob, '--clock',
                                     'none', '--show-keys', offer)
        opened, _ = self.run_mikey('open', '--state', self.state, '--clock',
                                   'none', '--show-keys', stdin=answered)
        self.assertEqual(key_lines(opened), key_lines(answered))

    def test_null_needs_opt_in(self):
        alice, bob = self.pair('null', 'null-keys')
        _, err = self.run_mikey(
            'offer', '--keyring', alice, '--mode', 'null', '--to', BOB,
            '--state', self.folder / 's', expect=REFUSED)
        self.assertTrue(err.startswith('mikey offer: policy: '), err)
        offer = self.offer(alice, '--allow-null', mode='null')
        out, err = self.run_mikey('answer', '--keyring', bob, '--show-keys',
                                  offer, expect=REFUSED)
        self.assertEqual(key_lines(out), [])
        self.assertTrue(err.startswith('mikey answer: policy: '), err)

    def test_null(self):
        offer = self.null_offer()
        for keyring in ([], ['--keyring', self.null_bob]):
            answered, _ = self.run_mikey('answer', *keyring, '--allow-null',
                                         '--show-keys', '--tolerate',
                                         'equipment', offer)
            opened, _ = self.run_mikey('open', '--state', self.state,
                                       '--allow-null', '--show-keys')
            self.assertEqual(key_lines(opened), key_lines(answered))
            self.assertEqual(len(key_lines(opened)), 1)

    @unittest.skipUnless(INTEROP.is_dir(), 'no messages of other implementations')
    def test_another_implementation(self):
        """minisip's offer, years old, without identities, opens."""
        text = (INTEROP / 'minisip' / 'psk-init.txt').read_text()
        message = re.search(r'^msg: (\S+)', text, re.M)[1]
        keyring = self.folder / 'minisip.keys'
        keyring.write_text('[me]\nid=bob\n[peer *]\n'
                           'psk=000102030405060708090a0b0c0d0e0f\n')
        out, _ = self.run_mikey('answer', '--keyring', keyring, '--clock',
                                'none', '--tolerate', 'order', '--show-keys',
                                message)
        found = [KEY_LINE.match(line).groups()[:2] for line in key_lines(out)]
        self.assertEqual(found, re.findall(
            r'^cs \d+ tek: (\S+) salt: (\S+)', text, re.M))


class BothSides(CliTest):
    def exchange(self, *args, mode='psk', files=None, **kwargs):
        alice, bob = files or self.pair()
        return self.run_mikey('exchange', '--mode', mode, '--initiator', alice,
                              '--responder', bob, *args, **kwargs)

    def test_messages_are_shown(self):
        out, _ = self.exchange('--ssrc', '0x1a2b3c4d')
        lines = out.splitlines()
        self.assertRegex(lines[0], r'^1 initiator: .*\bKEMAC\b.*\d+ bytes$')
        self.assertRegex(lines[2], r'^2 responder: .*\bV\b.* bytes$')
        for line in (lines[1], lines[3]):
            self.run_mikey('dump', line)
        self.assertEqual(lines[4], 'both sides hold the same keys')
        self.assertRegex(lines[5], HIDDEN_LINE)
        self.assertEqual(len(lines), 6)

    def test_keys_when_asked(self):
        out, _ = self.exchange('--show-keys')
        line, = key_lines(out)
        self.assertRegex(line, KEY_LINE)

    def test_json(self):
        out, _ = self.exchange('--json', '--ssrc', '1', '--ssrc', '2')
        said = json.loads(out)
        self.assertIs(said['same_keys'], True)
        self.assertEqual([m['from'] for m in said['messages']],
                         ['initiator', 'responder'])
        for message in said['messages']:
            self.assertEqual(len(base64.b64decode(message['message'])),
                             message['bytes'])
        self.assertEqual([k['ssrc'] for k in said['keys']], [1, 2])
        self.assertNotIn('tek', said['keys'][0])

    def test_json_with_keys(self):
        out, _ = self.exchange('--json', '--show-keys')
        key, = json.loads(out)['keys']
        self.assertEqual(len(bytes.fromhex(key['tek'])), key['tek_bytes'])
        self.assertEqual(len(bytes.fromhex(key['salt'])), key['salt_bytes'])

    def test_every_option_works(self):
        files = self.pair()
        for option in (
                ['--key-type', 'tgk'], ['--key-type', 'tgk-salt'],
                ['--key-type', 'tek'], ['--key-type', 'tek-salt'],
                ['--key-validity', 'null'], ['--key-validity', 'spi'],
                ['--key-validity', 'interval'], ['--prf', 'mikey-1'],
                ['--prf', 'hmac-sha-256'], ['--encr-alg', 'aes-cm-128'],
                ['--encr-alg', 'aes-kw-128'], ['--encr-alg', 'aes-cm-256'],
                ['--mac-alg', 'hmac-sha-1-160'],
                ['--mac-alg', 'hmac-sha-256-256'],
                ['--timestamp-type', 'ntp-utc'], ['--timestamp-type', 'ntp'],
                ['--timestamp-type', 'counter'], ['--mki-length', '8'],
                ['--roc', '3'], ['--cipher', 'aes-256-icm'],
                ['--auth', 'hmac-sha1-32'], ['--no-verify'],
                ['--clock', '2030-01-01T00:00:00Z'],
                ['--max-clock-skew', '10'], ['--tolerate', 'order,no-rand']):
            with self.subTest(option=option):
                out, _ = self.exchange('--json', *option, files=files)
                self.assertIs(json.loads(out)['same_keys'], True)

    def test_null(self):
        files = self.pair('null', 'null-keys')
        _, err = self.exchange(mode='null', files=files, expect=REFUSED)
        self.assertIn('policy: ', err)
        for profile in ('onvif', 'gstreamer'):
            out, _ = self.exchange(
                '--allow-null', '--null-profile', profile, '--tolerate',
                'equipment', '--ssrc', '5', mode='null', files=files)
            self.assertIn('both sides hold the same keys', out)
        self.run_mikey('exchange', '--mode', 'null', '--allow-null')

    def test_different_keys(self):
        files = [self.pair()[0], self.pair(out='other')[1]]
        _, err = self.exchange(files=files, expect=REFUSED)
        self.assertTrue(err.startswith('mikey exchange: responder: auth: '),
                        err)
        out, _ = self.exchange('--json', files=files, expect=REFUSED)
        said = json.loads(out)
        self.assertIs(said['same_keys'], False)
        self.assertIn('responder: auth: ', said['error'])
        self.assertNotIn('keys', said)

    def test_strangers(self):
        files = [self.pair()[0], self.keys(CAROL, BOB, out='other')[0]]
        self.exchange(files=files, expect=FILES)

    def test_no_keys_unless_asked(self):
        """Neither the keys nor the shared secret, whatever is logged."""
        files = self.pair()
        secret = re.search(r'psk=(\w+)', files[0].read_text())[1]
        for form in ([], ['--json']):
            out, _ = self.exchange(*form, files=files,
                                   env={'G_MESSAGES_DEBUG': 'all'})
            self.assertNotIn(secret, out)
            self.assertNotIn('"tek":', out)


if __name__ == '__main__':
    if not MIKEY:
        sys.exit('test_cli.py: MIKEY_BIN does not name the program')
    unittest.main()
