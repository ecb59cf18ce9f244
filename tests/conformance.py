#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes docs/conformance.md: which code and which test answers each requirement.

    tests/conformance.py            write the page
    tests/conformance.py --check    fail when the page is out of date, or when an
                                    id is cited that does not exist
    tests/conformance.py --gaps [PATTERN]
                                    list each MUST that nothing answers yet

The requirements are rows of rfc*.tsv (id, section, level, text) in
$MIKEY_SHARED_DIR/conformance, by default ../shared/conformance beside the
source. Code and tests cite the ids. docs/conformance-notes.tsv says why a row
has no code or no test: an id, the beginning of one, or a pattern with `*`, then
a tab, then the reason; `n/a: ...` for what binds somebody else.
"""
import argparse
import csv
import fnmatch
import os
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent / 'lint'))
import tree  # noqa: E402 (the same walk over the tree as the lint checks)

SKIP = 77
SHORT = 100
CODE_FOLDERS = ('subprojects', 'gst')
TEST_FOLDERS = ('tests',)
# What talks about citations instead of making them.
NOT_CITING = ('tests/conformance.py', 'tests/lint/')

TITLES = {
    '3830': 'MIKEY',
    '4442': 'TESLA parameters in MIKEY',
    '4563': 'Key ID extension (MBMS)',
    '4567': 'SDP and RTSP carriage',
    '4650': 'DH-HMAC mode',
    '4738': 'RSA-R mode',
    '4771': 'SRTP rollover counter transport',
    '4909': 'OMA BCAST extension (obsolete)',
    '5091': 'Boneh-Franklin identity-based encryption (the part IBAKE needs)',
    '5410': 'OMA BCAST extension',
    '5748': 'SEED in SRTP',
    '6043': 'TICKET mode',
    '6188': 'AES-192 and AES-256 in SRTP',
    '6267': 'IBAKE mode',
    '6309': 'MIKEY registries',
    '6507': 'ECCSI signatures',
    '6508': 'SAKKE encryption',
    '6509': 'SAKKE mode',
    '7714': 'AES-GCM in SRTP (the part MIKEY needs)',
    '8269': 'ARIA in SRTP',
}

BUCKETS = ('code and test', 'code only', 'test only', 'later', 'not ours',
           'nothing')


class Row(NamedTuple):
    id: str
    section: str
    level: str
    text: str

    @property
    def rfc(self):
        return self.id.split('-')[0]

    @property
    def binding(self):
        return self.level in ('MUST', 'MUST NOT')


class Note(NamedTuple):
    pattern: str
    reason: str

    def matches(self, row_id):
        if '*' in self.pattern:
            return fnmatch.fnmatchcase(row_id, self.pattern)
        return row_id == self.pattern or row_id.startswith(
            (self.pattern + '-', self.pattern + '.'))


class Citation(NamedTuple):
    id: str
    path: str
    line: int


def data_folder(root):
    shared = os.environ.get('MIKEY_SHARED_DIR') or root / '..' / 'shared'
    return Path(shared) / 'conformance'


def read_rows(folder):
    """{id: Row}, by RFC, in the order of the files."""
    rows = []
    for path in sorted(folder.glob('rfc*.tsv')):
        with path.open(encoding='utf-8', newline='') as file:
            for cells in csv.reader(file, delimiter='\t', quoting=csv.QUOTE_NONE):
                if len(cells) >= 4 and cells[0] != 'id':
                    rows.append(Row(*(c.strip() for c in cells[:4])))
    return {row.id: row for row in sorted(rows, key=lambda row: row.rfc)}


def read_notes(root):
    path = root / 'docs' / 'conformance-notes.tsv'
    if not path.exists():
        return []
    lines = path.read_text(encoding='utf-8').splitlines()
    return [Note(*(part.strip() for part in line.split('\t', 1)))
            for line in lines if line.strip() and not line.startswith('#')]


def citation_pattern(rows):
    """Anything that looks like an id of one of the RFCs, known or mistyped."""
    rfcs = '|'.join(sorted({row.rfc for row in rows.values()}))
    return re.compile(rf'(?<![\w.-])(?:{rfcs})-(?:[\w.]+-)*\d\d(?![\w-]|\.\d)')


def citations(root, folders, pattern):
    for path in tree.files_below(root, *folders):
        where = path.relative_to(root).as_posix()
        if where.startswith(NOT_CITING):
            continue
        text = tree.read_text(path) or ''
        for number, line in enumerate(text.split('\n'), 1):
            for found in pattern.finditer(line):
                yield Citation(found[0], where, number)


def by_id(cited):
    """{id: the files that cite it, sorted}"""
    files = defaultdict(set)
    for citation in cited:
        files[citation.id].add(citation.path)
    return {row_id: sorted(paths) for row_id, paths in files.items()}


class Book:
    """The requirements together with what answers them."""

    def __init__(self, root, folder):
        self.rows = read_rows(folder)
        self.notes = read_notes(root)
        pattern = citation_pattern(self.rows)
        in_code = list(citations(root, CODE_FOLDERS, pattern))
        in_tests = list(citations(root, TEST_FOLDERS, pattern))
        self.code = by_id(in_code)
        self.tests = by_id(in_tests)
        self.unknown = [c for c in in_code + in_tests if c.id not in self.rows]

    def note(self, row):
        """The reason of the closest note, or ''."""
        notes = [n for n in self.notes if n.matches(row.id)]
        return max(notes, key=lambda n: len(n.pattern)).reason if notes else ''

    def bucket(self, row):
        code, tests = row.id in self.code, row.id in self.tests
        if code and tests:
            return 'code and test'
        note = self.note(row)
        if note:
            return 'not ours' if note.startswith('n/a') else 'later'
        if code or tests:
            return 'code only' if code else 'test only'
        return 'nothing'

    def status(self, row):
        bucket = self.bucket(row)
        if bucket in ('later', 'not ours'):
            return self.note(row)
        return {'code and test': 'done', 'nothing': 'open'}.get(bucket, bucket)

    def idle_notes(self):
        return [n for n in self.notes
                if not any(n.matches(row_id) for row_id in self.rows)]


def short(text):
    """The beginning of a requirement, cut between words, safe in a table."""
    if len(text) > SHORT:
        text = text[:SHORT].rsplit(' ', 1)[0].rstrip(' ,;:(') + ' ...'
    return escape(text)


def escape(text):
    return re.sub(r'([|<>*_\[\]`])', r'\\\1', text)


def links(paths):
    return ', '.join(f'[{escape(Path(p).name)}](../{p})' for p in paths)


def summary_lines(book):
    yield '| RFC | MUST and MUST NOT | ' + ' | '.join(BUCKETS) + ' |'
    yield '|---|--:|' + '--:|' * len(BUCKETS)
    total = Counter()
    for rfc in dict.fromkeys(row.rfc for row in book.rows.values()):
        rows = [r for r in book.rows.values() if r.rfc == rfc and r.binding]
        count = Counter(book.bucket(r) for r in rows)
        total.update(count)
        if rows:
            yield summary_row(f'[{rfc}](#rfc-{rfc}) {TITLES.get(rfc, "")}', count)
    yield summary_row('**all**', total)


def summary_row(name, count):
    cells = [str(count[b] or '') for b in BUCKETS]
    return f'| {name} | {sum(count.values())} | ' + ' | '.join(cells) + ' |'


def table_lines(book, rfc):
    yield f'## RFC {rfc}'
    yield ''
    if rfc in TITLES:
        yield f'{TITLES[rfc]}.'
        yield ''
    yield '| id | level | section | requirement | code | tests | status |'
    yield '|---|---|---|---|---|---|---|'
    for row in book.rows.values():
        if row.rfc == rfc:
            cells = (row.id, row.level, row.section, short(row.text),
                     links(book.code.get(row.id, [])),
                     links(book.tests.get(row.id, [])), escape(book.status(row)))
            yield '| ' + ' | '.join(cells) + ' |'
    yield ''


HEAD = """# Conformance

Each requirement of the RFCs in a few words, and the code and the tests that
answer it. Made by `tests/conformance.py` from the ids that code and tests cite;
do not edit. Reasons for what has no code or no test stand in
[conformance-notes.tsv](conformance-notes.tsv).

A row is *done* when code and a test cite it. `n/a` binds somebody else: an
operator, another protocol, or whoever registers new numbers.

## MUST and MUST NOT
"""


def page(book):
    lines = [HEAD, *summary_lines(book), '']
    for rfc in dict.fromkeys(row.rfc for row in book.rows.values()):
        lines += table_lines(book, rfc)
    return '\n'.join(lines).rstrip('\n') + '\n'


def mistakes(book):
    """What is wrong whichever way the page is written."""
    for citation in book.unknown:
        yield f'{citation.path}:{citation.line}: no requirement has the id {citation.id}'
    for note in book.idle_notes():
        yield f'docs/conformance-notes.tsv: {note.pattern} matches no requirement'


def check(book, path):
    found = list(mistakes(book))
    written = path.read_text(encoding='utf-8') if path.exists() else ''
    if written != page(book):
        found.append('docs/conformance.md is out of date; run tests/conformance.py')
    print('\n'.join(found) if found else 'docs/conformance.md is up to date')
    return 1 if found else 0


def gaps(book, pattern):
    for row in book.rows.values():
        bucket = book.bucket(row)
        if (row.binding and bucket in ('nothing', 'code only', 'test only')
                and fnmatch.fnmatchcase(row.id, pattern)):
            print(f'{row.id}\t{bucket}\t{row.text}')
    return 0


def write(book, path):
    path.write_text(page(book), encoding='utf-8')
    found = list(mistakes(book))
    print('\n'.join(found + [f'wrote {path}']))
    return 1 if found else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--check', action='store_true',
                        help='write nothing; fail when the page is out of date')
    parser.add_argument('--gaps', nargs='?', const='*', metavar='PATTERN',
                        help='list each MUST that nothing answers yet')
    parser.add_argument('--root', type=Path,
                        default=Path(__file__).resolve().parents[1])
    args = parser.parse_args()

    folder = data_folder(args.root)
    if not folder.is_dir():
        print(f'the conformance data is not here: {folder}')
        return SKIP
    book = Book(args.root, folder)
    path = args.root / 'docs' / 'conformance.md'
    if args.gaps:
        return gaps(book, args.gaps)
    return check(book, path) if args.check else write(book, path)


if __name__ == '__main__':
    sys.exit(main())
