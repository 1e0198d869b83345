"""Totals of stages, of which only those are added up again in which something has changed.

Nothing is taken on trust: SQLite numbers changes without gaps, and the statement that adds up some stages
says which is the latest it saw. Unless we were told of each up to that one, every stage is added up."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from store import changes, database
from store.changes import Change
from store.schema import Catalog, Pipeline

FRESH_S = 2.0
"""How long after a whole addition the rest is kept: what is written without a journal shows by then."""
KEPT = 64
LATEST = '(SELECT MAX(c.id) FROM changes c)'
Rows = Sequence[dict[str, Any]]
Add = Callable[[Collection[int] | None], Awaitable[Rows]]
"""Adds up some stages, by id, or all: rows with `stage` and `latest`, the latter as `LATEST` says."""


@dataclass(slots=True)
class _Kept:
    """The totals of a pipeline as somebody sees them, and what has happened since."""

    kind: Catalog
    line: Pipeline
    rows: Rows | None = None
    at: float = 0.0
    latest: int = 0
    touched: set[int] = field(default_factory=set)
    is_broken: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def hear(self, change: Change) -> None:
        """Note which stages are not true any more."""
        self.is_broken |= change.id > self.latest + 1
        self.latest = max(self.latest, change.id)
        if change.catalog != self.kind.code or change.kind == changes.COMMENTED:
            return
        if change.kind in (changes.CREATED, changes.MOVED):
            codes = {side['stage'] for side in (change.before, change.after) if side.get('stage')}
            places = [self.kind.stage(code) for code in codes]
            self.touched.update(place[1].id for place in places if place)
            self.is_broken |= None in places
        elif change.kind == changes.CHANGED:
            self.is_broken |= not {'stage', 'owner', self.line.value_field}.isdisjoint(change.after)
        else:
            self.is_broken = True

    async def now(self, add: Add) -> Rows:
        """The rows as they are now."""
        if self.rows is None or self.is_broken or time.monotonic() - self.at > FRESH_S:
            return await self._whole(add)
        touched = self.touched & {stage.id for stage in self.line.stages}
        if not touched:
            return self.rows
        rest = [row for row in self.rows if row['stage'] not in touched]
        # Nothing is kept until it is true again, whatever happens meanwhile.
        latest, self.touched, self.rows = self.latest, set(), None
        fresh = await add(touched)
        if not fresh or fresh[0]['latest'] != latest:
            return await self._whole(add)
        self.rows = [*rest, *fresh]
        return self.rows

    async def _whole(self, add: Add) -> Rows:
        # What is told while it is being added up belongs to what has happened since.
        self.rows, self.touched, self.is_broken, self.at = None, set(), False, time.monotonic()
        found = await add(None)
        if found:
            self.rows, self.latest = found, max(self.latest, found[0]['latest'] or 0)
        return found


_kept: dict[Hashable, _Kept] = {}


def _hear(found: Sequence[Change]) -> None:
    for one in _kept.values():
        for change in found:
            one.hear(change)


changes.subscribe(_hear)


def forget() -> None:
    """Begin anew, as when another database is opened."""
    _kept.clear()


def may_keep(condition: str) -> bool:
    """Whether the records that a condition finds change with what their own journal says alone."""
    return not database.is_postgres() and 'SELECT' not in condition and 'marks' not in condition


async def kept(key: Hashable, kind: Catalog, line: Pipeline, add: Add) -> Rows:
    """The rows of `add` for all stages, those that have not changed as they were.

    :param key: all that the answer depends on, the reader's rights included"""
    if database.in_open_transaction():
        return await add(None)
    known = _kept.get(key)
    if known is None or known.kind is not kind:
        if len(_kept) >= KEPT:
            _kept.clear()
        known = _kept[key] = _Kept(kind, line)
    async with known.lock:
        return await known.now(add)
