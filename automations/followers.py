"""Tells who follows a record what became of it: another stage, its end, another person responsible."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from automations.attempt import attempt
from store import changes, following, runs
from store.catalogs import SCHEMA
from store.changes import Change
from store.notifications import Notice, notify

SILENT = frozenset({'sample', 'import'})
"""Causes that nobody is told of: whoever brings in a thousand records says so themselves; so it is with
undoing that."""
ONE_BY_ONE = 5
"""More changes than these, made by one person at one go, are told in one line."""
COALESCED_S = 0.5
MOST = 500
"""Changes looked at in one turn."""


class Followers:
    """Listens to what happens to records, and rings the bells of those who follow them."""

    def __init__(self) -> None:
        self._waiting: list[Change] = []
        self._wake = asyncio.Event()
        self._stop: Callable[[], None] = changes.subscribe(self.take)

    def close(self) -> None:
        """Hear of no change any more."""
        self._stop()

    def take(self, found: Iterable[Change]) -> None:
        """Tell of those that followers care about at the next turn."""
        self._waiting += [change for change in found if is_news(change)]
        if self._waiting:
            self._wake.set()

    async def run(self) -> None:
        """Go on for ever; end it by cancelling. What happened shortly before the start is told now."""
        await attempt(self._catch_up(), 'telling followers')
        while True:
            await self._wake.wait()
            self._wake.clear()
            await asyncio.sleep(COALESCED_S)
            while self._waiting:
                await attempt(self.turn(), 'telling followers')

    async def _catch_up(self) -> None:
        # Nobody is told twice: a notice has its change for a key.
        self.take(await following.lately_changed())

    async def turn(self) -> int:
        """Tell of the changes that wait; how many bells were rung."""
        taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        told = 0
        for catalog in dict.fromkeys(change.catalog for change in taken):
            if catalog in {one.code for one in SCHEMA}:
                told += await _tell(catalog, [change for change in taken if change.catalog == catalog])
        return told


def is_news(change: Change) -> bool:
    """Whether followers care: the stage or the person responsible became another one."""
    is_of_import = change.cause.kind == 'undo' and change.cause.id is not None
    if change.cause.kind in SILENT or is_of_import:
        return False
    return change.kind == changes.MOVED or (change.kind == changes.CHANGED and 'owner' in change.after)


async def _tell(catalog: str, news: Sequence[Change]) -> int:
    """Ring the bells of those who follow these records, and of who gave one away or got one."""
    concerned: dict[int, set[int]] = {}
    for change in news:
        concerned.setdefault(change.record_id, set()).update(_owners(change))
    told = 0
    for person_id, ids in (await following.heard_by(catalog, concerned)).items():
        mine = [one for one in news if one.record_id in ids and _author(one) != person_id]
        by_author: dict[int | None, list[Change]] = {}
        for change in mine:
            by_author.setdefault(_author(change), []).append(change)
        async with runs.transaction():
            for made in by_author.values():
                for notice in _notices(person_id, made):
                    told += await notify([person_id], notice)
    return told


def _notices(person_id: int, made: Sequence[Change]) -> Iterable[Notice]:
    """What one person hears of what another one did."""
    if len(made) <= ONE_BY_ONE:
        return [_notice(person_id, change) for change in made]
    facts = {'who': _name(made[0]), 'count': len(made)}
    return [Notice(kind='change', code='followed_many', facts=facts, key=f'followed:{made[0].id}')]


def _notice(person_id: int, change: Change) -> Notice:
    code = 'followed_moved'
    facts: dict[str, Any] = {'who': _name(change)}
    if 'owner' in change.after:
        owner = _person(change.after['owner'])
        code = 'followed_yours' if owner == person_id else 'followed_owner'
    elif found := SCHEMA[change.catalog].stage(str(change.after.get('stage') or '')):
        stage = found[1]
        code = 'followed_closed' if stage.is_final else 'followed_moved'
        facts |= {'stage': {'': stage.label, **stage.labels}}
    return Notice(
        kind='change',
        code=code,
        facts=facts,
        catalog=change.catalog,
        record_id=change.record_id,
        key=f'followed:{change.id}',
    )


def _owners(change: Change) -> set[int]:
    both = (_person(side.get('owner')) for side in (change.before, change.after))
    return {person for person in both if person is not None}


def _person(value: object) -> int | None:
    """The person that a journal's value names."""
    number = value.get('id') if isinstance(value, dict) else None
    return number if isinstance(number, int) else None


def _author(change: Change) -> int | None:
    return change.actor.id if change.actor is not None else None


def _name(change: Change) -> str:
    return change.actor.title if change.actor is not None else ''
