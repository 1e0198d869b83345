"""The journal: each change is written with the change itself, and told to the living after the commit."""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store import clock, database
from store.actor import Actor, Cause
from store.schema import Catalog
from store.values import Ref

CREATED, CHANGED, MOVED, REMOVED, RESTORED, COMMENTED = (
    'created', 'changed', 'moved', 'removed', 'restored', 'commented',
)  # fmt: skip
BATCH = 250
COLUMNS = (
    'id, at, actor_id, catalog_id, record_id, kind, version, before, after, text, cause, cause_id, chain'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What happened to a record. `before` and `after` hold JSON values of the changed fields only."""

    id: int
    at: dt.datetime
    actor: Ref | None
    catalog: str
    record_id: int
    kind: str
    version: int
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    text: str = ''
    cause: Cause = field(default_factory=Cause)


Subscriber = Callable[[tuple[Change, ...]], None]
_subscribers: list[Subscriber] = []
_reordering: list[Callable[[str, int], None]] = []


def subscribe(callback: Subscriber) -> Callable[[], None]:
    """Call back with the changes of each committed transaction; gives the way to stop.

    The callback must be quick and touch no database: set an event, or `spawn` a task."""
    _subscribers.append(callback)

    def stop() -> None:
        if callback in _subscribers:
            _subscribers.remove(callback)

    return stop


def subscribe_reordered(callback: Callable[[str, int], None]) -> Callable[[], None]:
    """Call back with the catalogue and id of a card put elsewhere in its own column; gives the way to stop.

    That is no change of the record, so the journal is silent about it."""
    _reordering.append(callback)
    return lambda: _reordering.remove(callback)


def announce_reordered(catalog: str, record_id: int) -> None:
    """Tell of a card's new place once the open transaction has committed."""

    def announce() -> None:
        for told in tuple(_reordering):
            told(catalog, record_id)

    database.after_commit(announce)


@dataclass(frozen=True, slots=True)
class Entry:
    """A change about to be written."""

    record_id: int
    kind: str
    version: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    text: str = ''


async def append(actor: Actor, cause: Cause, catalog: Catalog, entries: Sequence[Entry]) -> list[Change]:
    """Write entries in the open transaction, after the records' own rows; announce them afterwards."""
    book = _Book(actor, cause, catalog)
    written = [
        one
        for sql, args, part in book.parts(entries)
        for one in book.read(await database.rows(sql, args), part)
    ]
    announced = tuple(written)
    database.after_commit(lambda: _announce(announced))
    return written


async def owe(actor: Actor, cause: Cause, catalog: Catalog, entries: Sequence[Entry]) -> None:
    """As `append`, for who does not need the changes: they are written before the commit at the latest."""
    book = _Book(actor, cause, catalog)
    owed = [(await database.owe_rows(sql, args), part) for sql, args, part in book.parts(entries)]
    database.after_commit(lambda: _announce(tuple(one for ids, part in owed for one in book.read(ids, part))))


class _Book:
    """What the entries of one writer have in common."""

    def __init__(self, actor: Actor, cause: Cause, catalog: Catalog) -> None:
        self.actor, self.cause, self.catalog = actor, cause, catalog
        self.now = clock.now_ms()
        self.chain = json.dumps(cause.chain)

    def parts(self, entries: Sequence[Entry]) -> Iterator[tuple[str, list[Any], Sequence[Entry]]]:
        """Statements with their values, and what they write."""
        for start in range(0, len(entries), BATCH):
            part = entries[start : start + BATCH]
            blanks = ', '.join(['(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)'] * len(part))
            names = COLUMNS.removeprefix('id, ')
            sql = f'INSERT INTO changes ({names}, dispatched) VALUES {blanks} RETURNING id'
            yield sql, [cell for entry in part for cell in self._cells(entry)], part

    def _cells(self, entry: Entry) -> tuple[Any, ...]:
        return (
            self.now, self.actor.person_id, self.catalog.id, entry.record_id, entry.kind, entry.version,
            _dump(entry.before), _dump(entry.after), entry.text or None,
            self.cause.kind, self.cause.id, self.chain,
        )  # fmt: skip

    def read(self, ids: Sequence[Mapping[str, Any]], part: Sequence[Entry]) -> list[Change]:
        """The changes that were written under these ids."""
        at, actor = clock.from_ms(self.now), self.actor
        who = Ref(actor.person_id, actor.name, 'person') if actor.person_id is not None else None
        # RETURNING promises no order; rows of one statement get rising ids in the order given.
        pairs = zip(sorted(row['id'] for row in ids), part, strict=True)
        return [_change(row_id, at, who, self.cause, self.catalog, entry) for row_id, entry in pairs]


_as_text = json.JSONEncoder(ensure_ascii=False, separators=(',', ':')).encode


def _dump(values: Mapping[str, Any]) -> str:
    return _as_text(values) if values else '{}'


def _change(
    row_id: int, at: dt.datetime, who: Ref | None, cause: Cause, catalog: Catalog, entry: Entry
) -> Change:
    return Change(
        id=row_id,
        at=at,
        actor=who,
        catalog=catalog.code,
        record_id=entry.record_id,
        kind=entry.kind,
        version=entry.version,
        before=entry.before,
        after=entry.after,
        text=entry.text,
        cause=cause,
    )


def _announce(changes: tuple[Change, ...]) -> None:
    for subscriber in tuple(_subscribers):
        subscriber(changes)


def from_row(row: Mapping[str, Any], catalog: str, actor: Ref | None) -> Change:
    """A change of its row."""
    return Change(
        id=row['id'],
        at=clock.from_ms(row['at']),
        actor=actor,
        catalog=catalog,
        record_id=row['record_id'],
        kind=row['kind'],
        version=row['version'],
        before=json.loads(row['before']),
        after=json.loads(row['after']),
        text=row['text'] or '',
        cause=Cause(row['cause'], row['cause_id'], tuple(json.loads(row['chain']))),
    )


async def of_record(
    catalog: Catalog, record_id: int, *, limit: int, before: int | None = None
) -> list[Change]:
    """The changes of a record, newest first, with the names of those who made them."""
    older = ' AND c.id < ?' if before is not None else ''
    args: list[Any] = [catalog.id, record_id] + ([before] if before is not None else []) + [limit]
    names = ', '.join(f'c.{name}' for name in COLUMNS.split(', '))
    found = await database.rows(
        f'SELECT {names}, p.name FROM changes c LEFT JOIN people p ON p.id = c.actor_id'
        f' WHERE c.catalog_id = ? AND c.record_id = ?{older} ORDER BY c.id DESC LIMIT ?',
        args,
        read=True,
    )
    return [from_row(row, catalog.code, _who(row)) for row in found]


def _who(row: Mapping[str, Any]) -> Ref | None:
    return None if row['actor_id'] is None else Ref(row['actor_id'], row['name'] or '', 'person')


async def since(catalog: Catalog, record_id: int, version: int) -> list[Change]:
    """The changes that took a record beyond a version, oldest first."""
    names = ', '.join(f'c.{name}' for name in COLUMNS.split(', '))
    found = await database.rows(
        f'SELECT {names}, p.name FROM changes c LEFT JOIN people p ON p.id = c.actor_id'
        ' WHERE c.catalog_id = ? AND c.record_id = ? AND c.version > ? AND c.kind <> ? ORDER BY c.id',
        [catalog.id, record_id, version, COMMENTED],
    )
    return [from_row(row, catalog.code, _who(row)) for row in found]


async def later(
    catalog: Catalog, record_ids: Sequence[int], change_id: int, *, but: Cause
) -> dict[int, list[Change]]:
    """By record: what has happened to some records after a change, oldest first, but for one cause."""
    names = ', '.join(f'c.{name}' for name in COLUMNS.split(', '))
    found = await database.rows(
        f'SELECT {names}, p.name FROM changes c LEFT JOIN people p ON p.id = c.actor_id'
        f' WHERE c.catalog_id = ? AND c.record_id IN ({", ".join("?" * len(record_ids)) or "NULL"})'
        ' AND c.id > ? AND NOT (c.cause = ? AND COALESCE(c.cause_id, 0) = ?) ORDER BY c.id',
        [catalog.id, *record_ids, change_id, but.kind, but.id],
        read=True,
    )
    by_record: dict[int, list[Change]] = {}
    for row in found:
        by_record.setdefault(row['record_id'], []).append(from_row(row, catalog.code, _who(row)))
    return by_record
