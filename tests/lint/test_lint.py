#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Proves that each check can fail: feeds it trees that are bad on purpose."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIBRARY = 'subprojects/libmikey/mikey'
STYLE = HERE.parents[1] / '.clang-format'
SKIP = 77


class TreeTest(unittest.TestCase):
    """A tree in a temporary directory, and a program that looks at it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def put(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding='utf-8')

    def run_program(self, *command, **environment):
        done = subprocess.run(
            [sys.executable, *command], capture_output=True, text=True,
            env=dict(os.environ, PYTHONDONTWRITEBYTECODE='1', **environment))
        return done.returncode, done.stdout + done.stderr

    def lint(self, name):
        return self.run_program(HERE / name, self.root)

    def assert_passes(self, name):
        status, output = self.lint(name)
        self.assertEqual(status, 0, output)

    def assert_finds(self, name, *expected):
        status, output = self.lint(name)
        self.assertEqual(status, 1, output)
        for text in expected:
            self.assertIn(text, output)


class Includes(TreeTest):
    def include(self, path, line):
        self.put(path, f'/* one */\n{line}\n')

    def assert_refused(self, path, line, *expected):
        self.include(path, line)
        self.assert_finds('includes', f'{path}:2: ', *expected)

    def test_empty_tree_fails(self):
        self.assert_finds('includes', 'nothing to check')

    def test_downward_passes(self):
        self.include(f'{LIBRARY}/wire/a.c', '#include "../base/bytes.h"')
        self.include(f'{LIBRARY}/modes/b.c', '#include <mikey/crypto/prf.h>')
        self.include(f'{LIBRARY}/mikey.h', '#include <mikey/session/session.h>')
        self.include('gst/elements/c.c', '#include <mikey/mikey.h>')
        self.include('gst/rtsp/d.c', '#include "../elements/gstmikeyenc.h"')
        self.assert_passes('includes')

    def test_shared_enumerations_pass(self):
        self.include(f'{LIBRARY}/base/types.h', '#include <mikey/modes-enum.h>')
        self.include(f'{LIBRARY}/wire/a.c', '#include <mikey/enum-types.h>')
        self.include('gst/elements/c.c', '#include <mikey/base/types.h>')
        self.assert_passes('includes')

    def test_base_includes_wire(self):
        self.assert_refused(f'{LIBRARY}/base/a.c', '#include "../wire/field.h"',
                            'base may not include wire')

    def test_wire_includes_crypto(self):
        self.assert_refused(f'{LIBRARY}/wire/a.h', '#include <mikey/crypto/prf.h>',
                            'wire may not include crypto')

    def test_crypto_includes_wire(self):
        self.assert_refused(f'{LIBRARY}/crypto/a.h', '# include "../wire/reader.h"',
                            'crypto may not include wire')

    def test_modes_include_session(self):
        self.assert_refused(f'{LIBRARY}/modes/a.c',
                            '#include <mikey/session/session.h>',
                            'modes may not include session')

    def test_modes_include_the_umbrella(self):
        self.assert_refused(f'{LIBRARY}/modes/a.c', '#include <mikey/mikey.h>',
                            'modes may not include umbrella')

    def test_by_way_of_the_include_directory(self):
        self.assert_refused(f'{LIBRARY}/base/a.c', '#include "mikey/session/keys.h"',
                            'base may not include session')

    def test_kms_and_sdp_are_neighbours(self):
        self.assert_refused(f'{LIBRARY}/kms/a.c', '#include "../sdp/sdp.h"',
                            'kms may not include sdp')

    def test_session_includes_tools(self):
        self.assert_refused(f'{LIBRARY}/session/a.c', '#include "../../tools/mikey.h"',
                            'session may not include tools')

    def test_plain_layers_know_no_objects(self):
        for layer in ('base', 'wire', 'crypto', 'modes'):
            for header in ('glib-object.h', 'gio/gio.h', 'gst/gst.h'):
                with self.subTest(layer=layer, header=header):
                    self.assert_refused(f'{LIBRARY}/{layer}/a.c',
                                        f'#include <{header}>', 'plain C')

    def test_library_knows_no_gstreamer(self):
        self.assert_refused(f'{LIBRARY}/session/a.c', '#include <gst/gst.h>',
                            'does not know GStreamer')

    def test_elements_include_rtsp(self):
        self.assert_refused('gst/elements/a.c', '#include "../rtsp/factory.h"',
                            'gst/elements may not include gst/rtsp')

    def test_elements_include_internals(self):
        self.assert_refused('gst/elements/a.c', '#include <mikey/wire/reader.h>',
                            'public headers')

    def test_a_new_layer_must_be_named(self):
        self.put(f'{LIBRARY}/extras/a.c', 'int a;\n')
        self.assert_finds('includes', 'no layer is called extras')


class Mistakes(TreeTest):
    CORE = f'{LIBRARY}/wire/a.c'
    SESSION = f'{LIBRARY}/session/a.c'

    def assert_mistake(self, path, line, rule):
        self.put(path, f'one\n{line}\n')
        self.assert_finds('mistakes', f'{path}:2: {rule}: ')

    def test_empty_tree_fails(self):
        self.assert_finds('mistakes', 'nothing to check')

    def test_code(self):
        cases = [
            (self.CORE, 'return memcmp (a, b, 4);', 'memcmp'),
            ('gst/elements/a.c', 'if (memcmp(a, b, 4))', 'memcmp'),
            (self.SESSION, 'x = rand ();', 'random'),
            (self.SESSION, 'x = random ();', 'random'),
            ('gst/elements/a.c', 'x = g_random_int ();', 'random'),
            (self.CORE, 'gnutls_rnd (GNUTLS_RND_KEY, p, n);', 'entropy'),
            (self.SESSION, 'now = g_get_real_time ();', 'clock'),
            (self.CORE, 'now = time (NULL);', 'clock'),
            (self.SESSION, 'clock_gettime (CLOCK_REALTIME, &ts);', 'clock'),
            (self.CORE, 'p = malloc (4);', 'malloc'),
            (self.SESSION, 'free (p);', 'malloc'),
            (self.SESSION, 'printf ("x");', 'printf'),
            (self.SESSION, 'sprintf (text, "x");', 'sprintf'),
            (self.CORE, 'assert (n == 4);', 'assert'),
            (self.CORE, 'g_assert_cmpuint (n, ==, 4);', 'assert'),
            (self.CORE, 'g_return_val_if_fail (n == 4, 0);', 'assert'),
            (self.SESSION, 'assert (n == 4);', 'assert'),
        ]
        for path, line, rule in cases:
            with self.subTest(line=line):
                self.assert_mistake(path, line, rule)
                shutil.rmtree(self.root / path.split('/')[0])

    def test_text(self):
        cases = [
            ('README.md', 'TO' 'DO: write', 'unfinished'),
            ('a.py', '# X' 'XX', 'unfinished'),
            ('docs/a.md', 'see /ho' 'me/me/notes', 'path'),
            ('a.sh', 'cd "/t' 'mp"', 'path'),
            ('a.sh', 'cd /wo' 'rk/tree', 'path'),
            ('a.py', 'x = 1 ', 'space'),
            ('meson.build', '\tx', 'space'),
            ('meson_options.txt', 'x ', 'space'),
        ]
        for path, line, rule in cases:
            with self.subTest(line=line):
                self.assert_mistake(path, line, rule)
                (self.root / path).unlink()

    def test_no_newline_at_the_end(self):
        self.put('a.py', 'x = 1')
        self.assert_finds('mistakes', 'no newline')

    def test_what_only_looks_like_it(self):
        self.put(self.SESSION, '\n'.join([
            '/* malloc (4) and time (NULL) in a comment',
            '   of two lines: assert (x) */',
            'g_set_error (error, "rand () failed"); // printf (x)',
            'x = clock->time (clock); my_free (x); klass.free (x);',
            'g_return_if_fail (MIKEY_IS_SESSION (self));',
            "c = '\"'; g_free (x);", '']))
        self.put('docs/a.md', 'http://example.org/ho' 'me/ and build/t' 'mp/x\n')
        self.put('tests/check/a.c', 'g_assert_cmpint (memcmp (a, b, 4), ==, 0);\n')
        self.put('tests/vectors/a.py', 'x \n')
        self.assert_passes('mistakes')

    def test_marker_allows_with_a_reason(self):
        self.put(self.SESSION, '/* lint: allow clock: the default clock */\n'
                               'now = g_get_real_time ();\n')
        self.assert_passes('mistakes')

    def test_marker_of_another_rule_does_not(self):
        self.put(self.SESSION, '/* lint: allow memcmp: public data */\n'
                               'now = g_get_real_time ();\n')
        self.assert_finds('mistakes', 'a.c:2: clock: ')

    def test_marker_without_a_reason_does_not(self):
        self.put(self.SESSION, 'x = rand (); /* lint: allow random: */\n')
        self.assert_finds('mistakes', 'a.c:1: random: ')


class Size(TreeTest):
    PATH = f'{LIBRARY}/base/a.c'
    ALLOWED = 'tests/lint/size-allowed.tsv'

    @staticmethod
    def function(name, lines):
        """A function of so many lines, from its name to its last brace."""
        return f'static void\n{name} (int x)\n{{\n' + '  x ();\n' * (lines - 3) + '}\n'

    def test_empty_tree_fails(self):
        self.assert_finds('size', 'nothing to check')

    def test_at_the_limit_passes(self):
        self.put(self.PATH, self.function('a', 80) + self.function('b', 80))
        self.assert_passes('size')

    def test_long_function(self):
        self.put(self.PATH, 'static void a (int x);\n\n' + self.function('a', 81))
        self.assert_finds('size', f'{self.PATH}:4: a has 81 lines')

    def test_arguments_on_several_lines_count(self):
        self.put('gst/elements/a.c',
                 'void\na (int x,\n   int y)\n{\n' + '  x ();\n' * 77 + '}\n')
        self.assert_finds('size', 'a has 81 lines')

    def test_long_file(self):
        self.put(self.PATH, 'int a;\n' * 601)
        self.assert_finds('size', '601 lines')

    def test_allowed(self):
        self.put(self.PATH, self.function('a', 700))
        self.put(self.ALLOWED, f'{self.PATH}\ta\ta table\n{self.PATH}\t*\ta table\n')
        self.assert_passes('size')

    def test_idle_row(self):
        self.put(self.PATH, self.function('a', 8))
        self.put(self.ALLOWED, f'{self.PATH}\ta\ta table\n')
        self.assert_finds('size', 'drop the row')


class Format(TreeTest):
    GOOD = 'int\nmain (void)\n{\n  return 0;\n}\n'

    def setUp(self):
        super().setUp()
        shutil.copy(STYLE, self.root)
        self.put('gst/a.c', self.GOOD)
        status, output = self.lint('format')
        if status == SKIP:
            self.skipTest(output.strip())
        self.assertEqual(status, 0, output)

    def test_bad_layout(self):
        self.put('tests/b.c', 'int main(void) {\n\treturn 0;\n}\n')
        self.assert_finds('format', 'tests/b.c:1:')


class FormatWithoutProgram(TreeTest):
    def test_is_skipped_aloud(self):
        status, output = self.run_program(HERE / 'format', self.root,
                                          PATH=str(self.root))
        self.assertEqual(status, SKIP, output)
        self.assertIn('not installed', output)


class Conformance(TreeTest):
    """On made-up requirements of an RFC that does not exist."""
    PAGE = 'docs/conformance.md'

    def setUp(self):
        super().setUp()
        self.put('data/conformance/rfc0001.tsv',
                 'id\tsection\tlevel\trequirement\ttest\n'
                 '0001-1-01\t1\tMUST\tBoth.\tn/a\n'
                 '0001-1-02\t1\tMUST NOT\tCode|only.\tn/a\n'
                 '0001-2.1-01\t2.1\tMUST\tLater.\tn/a\n'
                 '0001-2.1-02\t2.1\tMUST\tNeither.\tn/a\n'
                 '0001-3-01\t3\tMAY\tFree.\tn/a\n')
        self.put('docs/conformance-notes.tsv',
                 '# comment\n0001-2.1\tlater: soon\n0001-2.1-02\tn/a: others\n')
        self.put(f'{LIBRARY}/a.c', '/* 0001-1-01, 0001-1-02. */\n')
        self.put('tests/a.py', '# 0001-1-01\n')

    def conformance(self, *arguments, data='data'):
        return self.run_program(HERE.parent / 'conformance.py', '--root', self.root,
                                *arguments, MIKEY_SHARED_DIR=str(self.root / data))

    def write(self):
        status, output = self.conformance()
        self.assertEqual(status, 0, output)
        return (self.root / self.PAGE).read_text(encoding='utf-8')

    def assert_check(self, expected_status, expected_text):
        status, output = self.conformance('--check')
        self.assertEqual(status, expected_status, output)
        self.assertIn(expected_text, output)

    def test_page(self):
        page = self.write()
        self.assertIn(f'| Both. | [a.c](../{LIBRARY}/a.c) | [a.py](../tests/a.py) |'
                      ' done |', page)
        self.assertIn('Code\\|only.', page)
        self.assertIn('| code only |\n', page)
        self.assertIn('| later: soon |\n', page)
        self.assertIn('| n/a: others |\n', page)
        self.assertIn('| **all** | 4 | 1 | 1 |  | 1 | 1 |  |', page)

    def test_fresh_page_passes(self):
        self.write()
        self.assert_check(0, 'up to date')

    def test_missing_page(self):
        self.assert_check(1, 'out of date')

    def test_stale_page(self):
        self.write()
        self.put('tests/b.py', '# 0001-1-02\n')
        self.assert_check(1, 'out of date')

    def test_mistyped_id(self):
        self.put('tests/b.py', '#\n# 0001-1-09\n')
        self.conformance()
        self.assert_check(1, 'tests/b.py:2: no requirement has the id 0001-1-09')

    def test_idle_note(self):
        self.put('docs/conformance-notes.tsv', '0001-9\tlater: never\n')
        self.conformance()
        self.assert_check(1, '0001-9 matches no requirement')

    def test_gaps(self):
        status, output = self.conformance('--gaps')
        self.assertEqual((status, output), (0, '0001-1-02\tcode only\tCode|only.\n'))

    def test_without_data_skips_aloud(self):
        status, output = self.conformance('--check', data='nowhere')
        self.assertEqual(status, SKIP, output)
        self.assertIn('not here', output)


if __name__ == '__main__':
    unittest.main()
