# SPDX-License-Identifier: LGPL-2.1-or-later
"""Command line: python3 -m rfcmikey COMMAND ...

Exit code 0: done; 1: the message is refused, the reason is on stderr;
2: the arguments are wrong.
"""

import argparse
import json
import sys

from . import commands, corpus

MESSAGE_COMMANDS = ('psk-offer', 'psk-reply', 'psk-error', 'canonical')


def add_options(parser, names, **kind):
    for name in names.split():
        parser.add_argument('--' + name, **kind)


def add_offer(subparsers):
    parser = subparsers.add_parser('psk-offer', help='build an I_MESSAGE')
    add_options(parser, 'psk csb rand ts ts-type idi idi-type idi-hex idr '
                'idr-type idr-hex prf encr mac v map')
    add_options(parser, 'tgk salt key-type mki valid-from valid-to ssrc roc '
                'policy cs-id spi sp ext', action='append')
    add_options(parser, 'update', action='store_true')


def add_peer_options(parser):
    """Options of all commands that open an offer."""
    add_options(parser, 'psk rand own-id')
    add_options(parser, 'first', action='append')
    add_options(parser, 'allow-null rtsp allow-trailing no-ids own-timestamp',
                action='store_true')


def add_readers(subparsers):
    parser = subparsers.add_parser('psk-open', help='open an I_MESSAGE')
    parser.add_argument('message')
    add_peer_options(parser)
    parser = subparsers.add_parser('psk-reply', help='build an R_MESSAGE')
    parser.add_argument('offer')
    add_peer_options(parser)
    add_options(parser, 'idr idr-type idr-hex auth')
    add_options(parser, 'ssrc', action='append')
    parser = subparsers.add_parser('psk-verify', help='check an R_MESSAGE')
    parser.add_argument('offer')
    parser.add_argument('reply')
    add_peer_options(parser)


def add_errors(subparsers):
    parser = subparsers.add_parser('psk-error', help='build an Error message')
    parser.add_argument('offer')
    add_peer_options(parser)
    add_options(parser, 'auth')
    add_options(parser, 'error sp', action='append')
    parser = subparsers.add_parser('psk-error-verify',
                                   help='check an Error message')
    parser.add_argument('offer')
    parser.add_argument('message')
    add_peer_options(parser)


def add_others(subparsers):
    for name, text in (('dump', 'print any message as JSON'),
                       ('canonical', 'parse and encode again')):
        parser = subparsers.add_parser(name, help=text)
        parser.add_argument('message')
        add_options(parser, 'allow-trailing', action='store_true')
    parser = subparsers.add_parser('random', help='print a corpus')
    parser.add_argument('--seed', default='1')
    parser.add_argument('--count', type=int, default=10)
    subparsers.add_parser('serve', help='JSON lines in, JSON lines out')


def make_parser():
    parser = argparse.ArgumentParser(prog='rfcmikey', description=__doc__)
    subparsers = parser.add_subparsers(dest='cmd', required=True)
    for add in (add_offer, add_readers, add_errors, add_others):
        add(subparsers)
    return parser


def emit(value, out):
    out.write(json.dumps(value) + '\n')
    out.flush()


def answer_request(line):
    """The answer to one line of `serve`."""
    try:
        request = json.loads(line)
    except ValueError:
        return {'ok': False, 'error': 'no JSON', 'argument': True}
    if not isinstance(request, dict):
        return {'ok': False, 'error': 'no JSON object', 'argument': True}
    answer = commands.run(request.get('cmd'), request)
    if 'id' in request:
        answer['id'] = request['id']
    return answer


def serve(source, out):
    """One answer line for each request line, until the end of input."""
    for line in source:
        if line.strip():
            emit(answer_request(line), out)
    return 0


def run_command(args, out, err):
    answer = commands.run(args.cmd, vars(args))
    if not answer.pop('ok'):
        err.write('rfcmikey: %s\n' % answer['error'])
        return 2 if answer.get('argument') else 1
    if args.cmd in MESSAGE_COMMANDS:
        out.write(answer['message'] + '\n')
    else:
        out.write(json.dumps(answer, indent=1) + '\n')
    return 0


def main(argv=None, source=sys.stdin, out=sys.stdout, err=sys.stderr):
    args = make_parser().parse_args(argv)
    if args.cmd == 'serve':
        return serve(source, out)
    if args.cmd == 'random':
        for line in corpus.lines(args.seed, args.count):
            emit(line, out)
        return 0
    return run_command(args, out, err)


if __name__ == '__main__':
    sys.exit(main())
