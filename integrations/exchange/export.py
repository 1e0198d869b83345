"""Export of records into a file: in the reader's rights, page by page, written by a process of its own."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from store import (
    NO_FILTER,
    Catalog,
    Condition,
    FieldSpec,
    Filter,
    Money,
    NotAllowed,
    Query,
    Records,
    RecordView,
    Ref,
    Refused,
    audit,
)
from store.operations import need

PAGE = 250
"""Records read at once, so few that nobody else has to wait for them."""
MOST = 1_000_000
FORMATS: Mapping[str, str] = {'xlsx': 'Excel (XLSX)', 'csv': 'CSV'}
TEXT, NUMBER, DAY, MOMENT = 'text', 'number', 'day', 'moment'
_KINDS: Mapping[str, str] = {'number': NUMBER, 'money': NUMBER, 'date': DAY, 'date_time': MOMENT}
Door = Callable[[], Records]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportColumn:
    """A column of the file; `through` is the link whose record holds the field, `catalog` that record's."""

    code: str
    caption: str
    spec: FieldSpec
    catalog: Catalog
    through: FieldSpec | None = None

    @property
    def kind(self) -> str:
        """What its cells are."""
        return _KINDS.get(self.spec.type, TEXT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What to export: which records in which order, which columns, and how the reader writes.

    `say` puts stages, choices, links and truths into words; `currency` is the caption beside an amount."""

    catalog: str
    columns: Sequence[ExportColumn]
    say: Callable[[Any, ExportColumn], str]
    zone: tzinfo
    filter: Filter = NO_FILTER
    text: str = ''
    sort: str = '-id'
    format: str = 'xlsx'
    language: str = 'en'
    currency: str = 'currency'


@dataclass(kw_only=True, slots=True)
class Work:
    """How far an export is: records read, records written into the file, of about so many."""

    total: int = 0
    read: int = 0
    written: int = 0
    is_cancelled: bool = field(default=False)

    def go_on(self) -> None:
        """Stop here if somebody wants it.

        :raises Refused: 'export_cancelled'"""
        if self.is_cancelled:
            raise Refused('export_cancelled')


async def export(door: Door, wanted: Wanted, target: Path, work: Work) -> int:
    """Write the file and a line of the audit log; how many records are in it.

    :param door: asked anew for each page, so that a right that ends, ends here too
    :raises NotAllowed: without the operation 'export', or without the right in this catalogue
    :raises Refused: 'export_cancelled', 'export_too_large'"""
    mine = door()
    _need(mine, wanted.catalog)
    work.total = await mine.count(wanted.catalog, wanted.filter, wanted.text)
    if work.total > MOST:
        raise Refused('export_too_large', limit=MOST)
    columns = [column for column in wanted.columns if _is_open(mine, wanted.catalog, column)]
    spool = target.with_suffix('.rows')
    try:
        with spool.open('x', encoding='utf-8') as lines:
            _line(lines, _head(columns, wanted))
            count = await _read(door, wanted, columns, lines, work)
        await write_rows(spool, target, wanted.format, wanted.language, work)
    finally:
        spool.unlink(missing_ok=True)
    await audit.note(
        mine.actor, 'exported', catalog=wanted.catalog, count=count, format=wanted.format,
        filter=wanted.filter.to_text(), text=wanted.text, columns=[column.code for column in columns],
    )  # fmt: skip
    return count


def _need(mine: Records, catalog: str) -> None:
    # What leaves the house is taken with one's own hands.
    need(mine.actor, 'export', hands=True)
    if not mine.may('export', catalog):
        raise NotAllowed(right='export', catalog=catalog)


def _is_open(mine: Records, catalog: str, column: ExportColumn) -> bool:
    """Whether the reader sees the field at all, and may export the records it is of."""
    link, place = column.through, column.catalog.code if column.through else catalog
    if link is not None and (not mine.may('export', place) or mine.catalog(catalog).field(link.code) is None):
        return False
    return mine.catalog(place).field(column.spec.code) is not None


def _head(columns: Sequence[ExportColumn], wanted: Wanted) -> list[tuple[str, str]]:
    """Caption and kind of each column of the file; an amount has its currency beside it."""
    head: list[tuple[str, str]] = []
    for column in columns:
        head.append((column.caption, column.kind))
        if column.spec.type == 'money':
            head.append((f'{column.caption}: {wanted.currency}', TEXT))
    return head


async def _read(
    door: Door, wanted: Wanted, columns: Sequence[ExportColumn], lines: TextIO, work: Work
) -> int:
    count, after = 0, None
    codes = [column.through.code if column.through else column.code for column in columns]
    while True:
        work.go_on()
        mine = door()
        _need(mine, wanted.catalog)
        page = await mine.find(
            wanted.catalog,
            Query(
                filter=wanted.filter,
                sort=wanted.sort,
                limit=PAGE,
                after=after,
                text=wanted.text,
                fields=codes,
            ),
        )
        mayst = await mine.granted(wanted.catalog, page.records, 'export')
        views = [view for view in page.records if mayst.get(view.id)]
        linked = await _linked(mine, views, columns)
        for view in views:
            _line(lines, [cell for column in columns for cell in _cells(view, column, linked, wanted)])
        count += len(views)
        work.read += len(page.records)
        after = page.cursor
        if after is None:
            return count
        await asyncio.sleep(0)


Linked = Mapping[tuple[str, int], RecordView]


async def _linked(mine: Records, views: Sequence[RecordView], columns: Sequence[ExportColumn]) -> Linked:
    """The linked records that columns look into, those that may be exported themselves."""
    asked: dict[str, set[int]] = {}
    fields: dict[str, set[str]] = {}
    for column in columns:
        if column.through is not None:
            refs = [view.values.get(column.through.code) for view in views]
            asked.setdefault(column.catalog.code, set()).update(r.id for r in refs if isinstance(r, Ref))
            fields.setdefault(column.catalog.code, set()).add(column.spec.code)
    found: dict[tuple[str, int], RecordView] = {}
    for code, ids in asked.items():
        if ids:
            among = Filter((Condition('id', 'in', sorted(ids)),))
            page = await mine.find(
                code, Query(filter=among, sort='id', limit=len(ids), fields=sorted(fields[code]))
            )
            mayst = await mine.granted(code, page.records, 'export')
            found |= {(code, view.id): view for view in page.records if mayst.get(view.id)}
    return found


def _cells(view: RecordView, column: ExportColumn, linked: Linked, wanted: Wanted) -> Iterator[Any]:
    source: RecordView | None = view
    if column.through is not None:
        ref = view.values.get(column.through.code)
        source = linked.get((ref.catalog, ref.id)) if isinstance(ref, Ref) else None
    value = source.values.get(column.spec.code) if source is not None else None
    if isinstance(value, Money):
        yield _plain(value.amount)
        yield value.currency
    elif column.spec.type == 'money':
        yield from (None, None)
    elif isinstance(value, Decimal | int | date) and not isinstance(value, bool):
        yield _plain(value.astimezone(wanted.zone) if isinstance(value, datetime) else value)
    else:
        yield None if value is None or value == () else wanted.say(value, column)


def _plain(value: Any) -> Any:
    """A number, day or moment as the writing process reads it."""
    return (
        value.replace(tzinfo=None).isoformat(timespec='seconds')
        if isinstance(value, datetime)
        else str(value)
    )


def _line(lines: TextIO, value: Any) -> None:
    lines.write(json.dumps(value, ensure_ascii=True, separators=(',', ':')) + '\n')


async def write_rows(spool: Path, target: Path, ending: str, language: str, work: Work) -> None:
    """Let a process of its own make the file of a heading and its rows, one JSON a line.

    A hundred thousand rows would keep this one busy."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, '-m', 'integrations.exchange.writing',
        ending, str(spool), str(target), language,
        cwd=Path(__file__).parents[2],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None  # noqa: S101 asked for above
    try:
        async for line in process.stdout:
            work.written = int(line)
            work.go_on()
        if await process.wait():
            raise Refused('problem')
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await asyncio.to_thread(target.unlink, missing_ok=True)
        raise
