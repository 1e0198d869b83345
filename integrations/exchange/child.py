"""The child process that parses one file: it limits itself first, then writes the tables as JSON lines.

Lines: ``{"sheet": name, "facts": {…}}`` before the rows of a sheet, ``[place, [cells]]`` for a row,
``{"end": true}`` when all went well, ``{"refused": reason}`` otherwise.
Called as ``python -m integrations.exchange.child <file> <module:class>…``."""

import importlib
import json
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from integrations.exchange.formats import HEAD_BYTES, Format, Unreadable

MEMORY = 1 << 30
CPU_SECONDS = 20
OUTPUT = 1 << 30
OPEN_FILES = 64


def limit_self() -> None:
    """Bound memory, processor time, output and open files of this process for good."""
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def main(arguments: Sequence[str], out: TextIO) -> int:
    """Parse the file with the first format that knows its content; 0 when it was read, 3 when refused."""
    path = Path(arguments[0])
    try:
        _write_tables(path, _format_of(path, arguments[1:]), out)
    except Unreadable as error:
        return _refused(error.reason, out)
    except MemoryError:
        return _refused('too_much_memory', out)
    except RecursionError:
        return _refused('damaged', out)
    return 0


def _format_of(path: Path, names: Sequence[str]) -> Format:
    with path.open('rb') as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise Unreadable('empty')
    for name in names:
        module, _, kind = name.partition(':')
        entry: Format = getattr(importlib.import_module(module), kind)()
        if entry.recognises(head):
            return entry
    raise Unreadable('not_a_table')


def _write_tables(path: Path, entry: Format, out: TextIO) -> None:
    for sheet in entry.read(path):
        _line({'sheet': sheet.name, 'format': entry.key, 'facts': sheet.facts}, out)
        for row in sheet.rows:
            _line(row, out)
    _line({'end': True}, out)


def _line(value: object, out: TextIO) -> None:
    # A lone surrogate cannot be written as UTF-8; escaped it would come back as one.
    text = json.dumps(value, ensure_ascii=False, separators=(',', ':'))
    out.write(text.encode('utf-8', 'replace').decode() + '\n')


def _refused(reason: str, out: TextIO) -> int:
    _line({'refused': reason}, out)
    return 3


if __name__ == '__main__':
    limit_self()
    code = main(sys.argv[1:], sys.stdout)
    sys.stdout.flush()
    sys.exit(code)
