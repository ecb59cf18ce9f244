# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the checks of this folder share: the files of a tree, C without its
comments, and how a finding is reported."""
import argparse
import re
import sys
from pathlib import Path

SKIPPED_DIRECTORIES = re.compile(r'^(\.git|\.cache|__pycache__|_?build.*)$')
C_SUFFIXES = ('.c', '.h', '.def', '.inc')


def arguments(description):
    """Every check takes the root of the tree; default: the one it stands in."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument('root', nargs='?', type=Path,
                        default=Path(__file__).resolve().parents[2])
    return parser.parse_args()


def files_below(root, *folders, suffixes=None):
    """Paths below ROOT, sorted, without build directories; of FOLDERS only,
    when some are named, and with one of SUFFIXES only."""
    found = []
    todo = [root / f for f in folders] if folders else [root]
    while todo:
        folder = todo.pop()
        if not folder.is_dir():
            continue
        for path in folder.iterdir():
            if path.is_symlink():
                continue
            if path.is_dir():
                if not SKIPPED_DIRECTORIES.match(path.name):
                    todo.append(path)
            elif suffixes is None or path.suffix in suffixes:
                found.append(path)
    return sorted(found)


def read_text(path):
    """The text of PATH, or None when it is not text."""
    data = path.read_bytes()
    if b'\0' in data:
        return None
    try:
        return data.decode('utf-8')
    except UnicodeDecodeError:
        return None


C_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code_only(text):
    """C with comments blanked and strings emptied; lines keep their numbers."""
    def blank(match):
        token = match[0]
        if token[0] in '"\'':
            return token[0] * 2
        return ' ' + '\n' * token.count('\n')
    return C_TOKEN.sub(blank, text)


class Report:
    """Findings as `file:line: text`, which editors jump to."""

    def __init__(self, root):
        self.root = root
        self.count = 0

    def add(self, path, line, text):
        where = path.relative_to(self.root).as_posix()
        print(f'{where}:{line}: {text}')
        self.count += 1

    def finish(self, checked):
        """The exit status; a check that looked at nothing has failed."""
        if not checked:
            print(f'nothing to check below {self.root}', file=sys.stderr)
            return 1
        if self.count:
            print(f'{self.count} findings in {checked} files', file=sys.stderr)
        return 1 if self.count else 0
