"""Reading an uploaded file: a limited child process parses it into a spool of plain rows beside it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from integrations.exchange.formats import Format
from store.problems import Refused
from store.registry import Registry

FORMATS: Registry[Format] = Registry('integrations.exchange.formats', Format)

MAX_BYTES = 50 << 20
WALL_SECONDS = 30.0
PREVIEW_ROWS = 50
ROOT = Path(__file__).parents[2]
KILLED_BY = {
    -signal.SIGKILL: 'too_slow',
    -signal.SIGXCPU: 'too_slow',
    -signal.SIGXFSZ: 'too_many_cells',
    -signal.SIGABRT: 'too_much_memory',
}


@dataclass(frozen=True, slots=True)
class SheetSummary:
    """What a person sees of a sheet before the import: its first rows, size and how it was read."""

    name: str
    format: str
    facts: dict[str, str]
    first: tuple[tuple[int, tuple[str, ...]], ...]
    rows: int = 0
    width: int = 0


@dataclass(slots=True)
class _Counting:
    name: str
    format: str
    facts: dict[str, str]
    first: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    rows: int = 0
    width: int = 0

    def add(self, place: int, cells: list[str]) -> None:
        if len(self.first) < PREVIEW_ROWS:
            self.first.append((place, tuple(cells)))
        self.rows += 1
        self.width = max(self.width, len(cells))

    def done(self) -> SheetSummary:
        return SheetSummary(self.name, self.format, self.facts, tuple(self.first), self.rows, self.width)


async def read_file(source: Path, spool: Path) -> tuple[SheetSummary, ...]:
    """Parse the file in a limited child process into `spool`; the sheets that hold rows.

    :raises Refused: 'file_refused' with `reason`; nothing a file holds can do more than that"""
    if (await asyncio.to_thread(source.stat)).st_size > MAX_BYTES:
        raise Refused('file_refused', reason='too_big', limit_mb=MAX_BYTES >> 20)
    with await asyncio.to_thread(spool.open, 'wb') as out:
        code = await _parse(str(await asyncio.to_thread(source.resolve)), out)
    sheets, ending = await asyncio.to_thread(_summaries, spool)
    reason = _why(code, ending) or ('' if sheets else 'empty')
    if reason:
        await asyncio.to_thread(spool.unlink)
        raise Refused('file_refused', reason=reason)
    return sheets


def rows_of(spool: Path, sheet: int = 0) -> Iterator[tuple[int, list[str]]]:
    """The rows of one of the sheets that `read_file` gave, with their places, read lazily from the spool."""
    number, rows = -1, 0
    with spool.open(encoding='utf-8') as lines:
        for line in lines:
            if line.startswith('{'):
                number, rows = (number + 1 if rows or number < 0 else number), 0
                continue
            rows += 1
            if number > sheet:
                return
            if number == sheet:
                place, cells = json.loads(line)
                yield place, cells


async def _parse(source: str, out: BinaryIO) -> int:
    entries = sorted(FORMATS.values(), key=lambda entry: entry.order)
    names = [f'{type(entry).__module__}:{type(entry).__qualname__}' for entry in entries]
    child = await asyncio.create_subprocess_exec(
        sys.executable, '-s', '-m', 'integrations.exchange.child', source, *names,
        stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=asyncio.subprocess.DEVNULL,
        cwd=ROOT, env=_bare_environment(),
    )  # fmt: skip
    try:
        async with asyncio.timeout(WALL_SECONDS):
            return await child.wait()
    except TimeoutError:
        return -signal.SIGKILL
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


def _bare_environment() -> dict[str, str]:
    """No settings or secrets of the server reach the child."""
    kept = {name: os.environ[name] for name in ('PATH', 'LD_LIBRARY_PATH') if name in os.environ}
    return kept | {'PYTHONIOENCODING': 'utf-8', 'PYTHONUTF8': '1', 'PYTHONDONTWRITEBYTECODE': '1'}


def _summaries(spool: Path) -> tuple[tuple[SheetSummary, ...], dict[str, Any]]:
    """The sheets and the child's last word; a cut line counts as no last word."""
    sheets: list[_Counting] = []
    ending: dict[str, Any] = {}
    with spool.open(encoding='utf-8', errors='replace') as lines:
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                break
            if isinstance(entry, list):
                sheets[-1].add(*entry)
            elif 'sheet' in entry:
                sheets.append(_Counting(entry['sheet'], entry['format'], entry['facts']))
            else:
                ending = entry
    return tuple(sheet.done() for sheet in sheets if sheet.rows), ending


def _why(code: int, ending: dict[str, Any]) -> str:
    if 'refused' in ending:
        return str(ending['refused'])
    if code == 0 and ending.get('end'):
        return ''
    return KILLED_BY.get(code, 'damaged')
