#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A new mode is one file and one row.

Adds mode-dummy.c and a row of modes.def to a copy of the library, builds it,
and runs the suites that take every mode: they find the new one by themselves.
"""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ['MIKEY_SOURCE_DIR'])
HERE = Path(__file__).resolve().parent
ROW = ('MIKEY_MODE (31, dummy, "dummy", "no RFC", "what a test adds")\n')

TOP = """project('ninth-mode', 'c', meson_version: '>= 1.0',
  default_options: ['c_std=gnu11', 'optimization=1'])
libmikey = subproject('libmikey',
  default_options: ['tools=false', 'introspection=disabled'])
mikey_internal_dep = libmikey.get_variable('mikey_internal_dep')
subdir('lib')
foreach name : ['mutation', 'replay', 'closure']
  executable('test-' + name, 'test-' + name + '.c',
    dependencies: [mikey_test_dep])
endforeach
"""

SUITES = ('mutation', 'replay', 'closure')


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f'{command}:\n{done.stdout[-4000:]}{done.stderr}')
    return done.stdout


class NinthMode(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        library = self.root / 'subprojects' / 'libmikey'
        shutil.copytree(SOURCE / 'subprojects' / 'libmikey', library)
        shutil.copytree(SOURCE / 'tests' / 'lib', self.root / 'lib')
        for suite in SUITES:
            shutil.copy(HERE / f'test-{suite}.c', self.root)
        (self.root / 'meson.build').write_text(TOP)
        modes = library / 'mikey' / 'modes'
        shutil.copy(HERE / 'mode-dummy.c.in', modes / 'mode-dummy.c')
        self.add_row(modes / 'modes.def')

    def add_row(self, path):
        """In front of the others, whose data types it borrows."""
        text = path.read_text()
        at = text.index('\nMIKEY_MODE (') + 1
        path.write_text(text[:at] + ROW + text[at:])

    def test_suites(self):
        build = self.root / 'build'
        run('meson', 'setup', str(build), str(self.root))
        run('ninja', '-C', str(build), *(f'test-{s}' for s in SUITES))
        for suite in SUITES:
            out = run(str(build / f'test-{suite}'), '-p', f'/{suite}/dummy')
            self.assertRegex(out, rf'(?m)^ok \d+ /{suite}/dummy/')
            self.assertNotIn('not ok', out)
            print(''.join(line + '\n' for line in out.splitlines()
                          if 'tried,' in line or 'pairs' in line))


if __name__ == '__main__':
    unittest.main()
