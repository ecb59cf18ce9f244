#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Says readably what `meson test` found: summary.py TESTLOG.json

Prints the log of each test that failed, each skip with its reason, and at the
end one line `N passed, N failed, N skipped`. A program that speaks TAP, and a
Python unittest, count as many as they have cases; any other program counts as
one. Exits with 0 only when something passed and nothing failed.
"""
import argparse
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

PASSED = ('OK', 'EXPECTEDFAIL')
LOG_LINES = 80

TAP_POINT = re.compile(r'^\s*(not )?ok\b\s*(\d+)?\s*-?\s*([^#]*)(#.*)?$')
# lint: allow unfinished: TAP's own word
TAP_DIRECTIVE = re.compile(r'^#\s*(SKIP|TODO)\S*\s*(.*)$', re.I)
TAP_SKIP_ALL = re.compile(r'^1\.\.0\s*#\s*SKIP\S*\s*(.*)$', re.I | re.M)
UNIT_RAN = re.compile(r'^Ran (\d+) tests? in ', re.M)
UNIT_SKIP = re.compile(
    r'''^(\w+) \([^)\n]*\)(?:\n.*)? \.\.\. skipped (['"])(.*)\2$''', re.M)
UNIT_COUNT = re.compile(r'^(?:OK|FAILED) \((.*)\)$', re.M)


@dataclass
class Outcome:
    """What came of one program."""
    name: str
    passed: int = 0
    failed: int = 0
    skips: list = field(default_factory=list)   # (case or '', reason)
    log: str = ''


def read_log(path):
    """The programs of a testlog.json: a JSON object a line."""
    if not path.exists():
        return []
    lines = path.read_text(encoding='utf-8', errors='replace').splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def output_of(entry):
    return '\n'.join(entry.get(k) or '' for k in ('stdout', 'stderr')).strip()


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else 'no reason given'


def count_tap(entry, outcome):
    """Counts TAP points; False when the output has none."""
    seen = False
    for line in (entry.get('stdout') or '').splitlines():
        point = TAP_POINT.match(line)
        if not point:
            continue
        seen = True
        failed, number, name, comment = point.groups()
        directive = TAP_DIRECTIVE.match(comment or '')
        if directive and directive[1].upper() == 'SKIP':
            outcome.skips.append((name.strip() or number, directive[2]))
        elif failed and not directive:
            outcome.failed += 1
        else:
            outcome.passed += 1
    return seen


def count_unittest(text, outcome):
    """Counts the cases of a Python unittest; False when it is none."""
    ran = UNIT_RAN.search(text)
    if not ran:
        return False
    counts = {}
    found = UNIT_COUNT.search(text)
    for item in (found[1] if found else '').split(', '):
        key, _, value = item.partition('=')
        if value.isdigit():
            counts[key] = int(value)
    named = [(m[1], m[3]) for m in UNIT_SKIP.finditer(text)]
    skipped = counts.get('skipped', 0)
    unnamed = [('', 'no reason given')] * max(0, skipped - len(named))
    outcome.skips += (named + unnamed)[:skipped]
    outcome.failed = counts.get('failures', 0) + counts.get('errors', 0)
    outcome.passed = max(0, int(ran[1]) - skipped - outcome.failed)
    return True


def skip_reason(entry):
    stdout = entry.get('stdout') or ''
    whole = TAP_SKIP_ALL.search(stdout)
    if whole:
        return whole[1]
    return last_line(output_of(entry))


def judge(entry):
    """Turns one entry of the log into an Outcome; Meson's verdict stands."""
    outcome = Outcome(entry['name'], log=output_of(entry))
    result = entry['result']
    if result == 'SKIP':
        points = [s for s in [skip_reason(entry)] if s]
        outcome.skips.append(('', points[0] if points else 'no reason given'))
        return outcome
    counted = (count_tap(entry, outcome)
               or count_unittest(outcome.log, outcome))
    if result not in PASSED:
        # A crash or a timeout fails even when each case so far had passed.
        outcome.failed = max(1, outcome.failed)
        outcome.log = f'[{result}, exit {entry.get("returncode")}]\n{outcome.log}'
    elif not counted:
        outcome.passed = 1
    return outcome


def say_failure(outcome):
    print(f'===== FAILED: {outcome.name}')
    lines = outcome.log.splitlines()
    if len(lines) > LOG_LINES:
        print(lines[0])
        print(f'... {len(lines) - LOG_LINES} lines left out ...')
        lines = lines[1 - LOG_LINES:]
    print('\n'.join(lines) + '\n')


def say_skips(outcomes):
    skips = [(o.name, case, reason) for o in outcomes for case, reason in o.skips]
    if not skips:
        return
    print('Skipped:')
    for name, case, reason in skips:
        print(f'  {name}{": " + case if case else ""}: {reason or "no reason given"}')


def say(outcomes, status):
    """Prints it all; returns the exit status."""
    for outcome in outcomes:
        if outcome.failed:
            say_failure(outcome)
    say_skips(outcomes)
    passed = sum(o.passed for o in outcomes)
    failed = sum(o.failed for o in outcomes)
    skipped = sum(len(o.skips) for o in outcomes)
    if not passed and not failed:
        print('No test ran.')
    elif status and not failed:
        print(f'meson test itself failed with status {status}.')
        failed = 1
    else:
        broken = [o.name for o in outcomes if o.failed]
        print(f'{len(outcomes)} programs'
              + (f', of which failed: {", ".join(broken)}' if broken else ''))
    print(f'{passed} passed, {failed} failed, {skipped} skipped')
    return 0 if passed and not failed and not status else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('testlog', type=Path)
    parser.add_argument('--status', type=int, default=0,
                        help='what `meson test` exited with')
    args = parser.parse_args()
    return say([judge(e) for e in read_log(args.testlog)], args.status)


if __name__ == '__main__':
    sys.exit(main())
