#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests of the summary that tests/run ends with."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[1] / 'summary.py'


def entry(result='OK', name='a', stdout='', stderr='', returncode=0):
    return dict(name=name, result=result, stdout=stdout, stderr=stderr,
                returncode=returncode)


class Summary(unittest.TestCase):
    def summarise(self, *entries, status=0):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / 'testlog.json'
            log.write_text(''.join(json.dumps(e) + '\n' for e in entries))
            done = subprocess.run(
                [sys.executable, PROGRAM, '--status', str(status), log],
                capture_output=True, text=True)
        self.assertEqual(done.stderr, '')
        return done.returncode, done.stdout

    def assert_ends(self, said, status, last):
        self.assertEqual((said[0], said[1].splitlines()[-1]), (status, last), said[1])

    def test_one_program(self):
        self.assert_ends(self.summarise(entry()), 0, '1 passed, 0 failed, 0 skipped')

    def test_nothing_ran(self):
        self.assert_ends(self.summarise(), 1, '0 passed, 0 failed, 0 skipped')

    def test_only_skips(self):
        said = self.summarise(entry('SKIP', stdout='no data here\n', returncode=77))
        self.assert_ends(said, 1, '0 passed, 0 failed, 1 skipped')
        self.assertIn('  a: no data here', said[1])

    def test_failure_shows_its_log(self):
        said = self.summarise(entry(), entry('FAIL', 'b', stderr='it broke', returncode=1))
        self.assert_ends(said, 1, '1 passed, 1 failed, 0 skipped')
        self.assertIn('FAILED: b', said[1])
        self.assertIn('it broke', said[1])

    def test_tap(self):
        said = self.summarise(entry(stdout='TAP version 13\n1..3\nok 1 /a/b\n'
                                           'ok 2 /a/c # SKIP no tshark\n# x\nok 3 /d\n'))
        self.assert_ends(said, 0, '2 passed, 0 failed, 1 skipped')
        self.assertIn('  a: /a/c: no tshark', said[1])

    def test_tap_failure(self):
        said = self.summarise(entry('FAIL', stdout='1..2\nok 1 /a\nnot ok 2 /b\n'))
        self.assert_ends(said, 1, '1 passed, 1 failed, 0 skipped')

    def test_tap_crash_after_a_pass(self):
        said = self.summarise(entry('ERROR', stdout='1..2\nok 1 /a\n', returncode=-11))
        self.assert_ends(said, 1, '1 passed, 1 failed, 0 skipped')

    def test_tap_all_skipped(self):
        said = self.summarise(entry(), entry('SKIP', 'b', stdout='1..0 # SKIP no card\n'))
        self.assert_ends(said, 0, '1 passed, 0 failed, 1 skipped')
        self.assertIn('  b: no card', said[1])

    def test_unittest(self):
        said = self.summarise(entry(stderr=(
            "test_a (m.C.test_a) ... ok\n"
            "test_b (m.C.test_b)\nA text. ... skipped 'no program'\n\n"
            "Ran 4 tests in 0.1s\n\nOK (skipped=1)\n")))
        self.assert_ends(said, 0, '3 passed, 0 failed, 1 skipped')
        self.assertIn('test_b: no program', said[1])

    def test_unittest_failure(self):
        said = self.summarise(entry('FAIL', stderr=(
            'Ran 4 tests in 0.1s\n\nFAILED (failures=1, errors=1)\n')))
        self.assert_ends(said, 1, '2 passed, 2 failed, 0 skipped')

    def test_timeout(self):
        said = self.summarise(entry('TIMEOUT', returncode=-15))
        self.assert_ends(said, 1, '0 passed, 1 failed, 0 skipped')
        self.assertIn('TIMEOUT', said[1])

    def test_meson_failed(self):
        self.assert_ends(self.summarise(entry(), status=2), 1,
                         '1 passed, 1 failed, 0 skipped')


if __name__ == '__main__':
    unittest.main()
