"""Announces birthdays and foundation days some working days ahead, once a year to everybody they concern."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from automations.attempt import attempt
from automations.clock import Clock
from automations.moments import DAY, yearly_keys
from store import changes, noteworthy, rules, runs
from store.changes import Change
from store.following import may_read
from store.noteworthy import OPTION, Noteworthy
from store.notifications import Notice, notify
from store.schema import Catalog, FieldSpec
from store.system_settings import setting, values_of_people

FROM_HOUR = 8
"""The local hour from which a day's announcements are made."""
LOOK_S = 60.0
SETTLED_S = 0.5
FARTHEST = 40
"""Working days that somebody may want to hear ahead, at most; holidays make them more."""

Day = tuple[Catalog, FieldSpec]


@dataclass(frozen=True, slots=True)
class _Now:
    """The local moment, which days work, and how far ahead people want to hear."""

    local: datetime
    ahead: int
    own: Mapping[int, int]

    def is_time(self, day: date, person_id: int) -> bool:
        """Whether this person is to hear of `day` by now."""
        begins = days_before(day, self.own.get(person_id, self.ahead), is_working)
        return (self.local.date(), self.local.hour) >= (begins, FROM_HOUR) and self.local.date() <= day

    def days(self) -> list[date]:
        """The days that somebody may have to hear of now."""
        today, most = self.local.date(), max([self.ahead, *self.own.values()])
        coming = (today + n * DAY for n in range(FARTHEST * 2))
        return [day for day in coming if days_before(day, min(most, FARTHEST), is_working) <= today]


class Announcer:
    """Looks at every noteworthy day once an hour, and at those of a changed record at once."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._changed: dict[str, set[int]] = {}
        self._wake = asyncio.Event()
        self._hour = ''
        self._stop = changes.subscribe(self._note)

    def close(self) -> None:
        """Hear of no change any more."""
        self._stop()

    def _note(self, found: tuple[Change, ...]) -> None:
        for change in found:
            if change.kind != changes.COMMENTED:
                self._changed.setdefault(change.catalog, set()).add(change.record_id)
                self._wake.set()

    async def run(self) -> None:
        """Look for ever; end it by cancelling."""
        while True:
            await attempt(self.turn(), 'noteworthy days')
            self._wake.clear()
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()
                await asyncio.sleep(SETTLED_S)
            except TimeoutError:
                continue

    async def turn(self) -> int:
        """One look; how many people were told."""
        moment = self._clock.now().astimezone(ZoneInfo(str(setting('time_zone')) or 'UTC'))
        changed, self._changed = self._changed, {}
        hour = moment.strftime('%Y-%m-%dT%H')
        is_full = hour != self._hour
        days = [one for one in noteworthy.fields() if is_full or one[0].code in changed]
        if not days:
            self._hour = hour
            return 0
        own = {id: int(value) for id, value in (await values_of_people('events_ahead_days')).items()}
        now = _Now(moment, int(setting('events_ahead_days')), own)
        told = 0
        for catalog, spec in await _unruled(days):
            found = (
                await self._coming(now, catalog, spec)
                if is_full
                else await noteworthy.of_records(catalog, spec, sorted(changed[catalog.code])[:500])
            )
            told += await self._announce(now, (catalog, spec), found)
        self._hour = hour
        return told

    @staticmethod
    async def _coming(now: _Now, catalog: Catalog, spec: FieldSpec) -> list[Noteworthy]:
        keys = sorted({key for day in now.days() for key in yearly_keys(day)})
        return await noteworthy.on_days(catalog, spec, keys)

    async def _announce(self, now: _Now, where: Day, found: Iterable[Noteworthy]) -> int:
        by_key = {key: day for day in now.days() for key in yearly_keys(day)}
        told = 0
        for one in found:
            day = by_key.get(one.day.strftime('%m-%d'))
            if day is not None and one.day < day:
                told += await self._tell(now, where, one, day)
        return told

    async def _tell(self, now: _Now, where: Day, one: Noteworthy, day: date) -> int:
        catalog, spec = where
        people = await noteworthy.interested(catalog, one.record_id)
        people |= {one.owner_id} if one.owner_id is not None else set()
        key = f'{catalog.code}:{one.record_id}:{spec.code}:{day.year}'
        told = 0
        for person_id in sorted(people):
            if now.is_time(day, person_id) and await may_read(person_id, catalog.code, one.record_id):
                async with runs.transaction():
                    if await noteworthy.claim(person_id, key):
                        told += await notify([person_id], _notice(where, one, day))
        return told


def _notice(where: Day, one: Noteworthy, day: date) -> Notice:
    catalog, spec = where
    facts = {
        'day': day.isoformat(),
        'years': day.year - one.day.year,
        'field': {'': spec.label, **spec.labels},
    }
    code = 'birthday' if spec.options.get(OPTION) == 'birthday' else 'anniversary'
    return Notice(kind='event', code=code, facts=facts, catalog=catalog.code, record_id=one.record_id)


async def _unruled(days: Sequence[Day]) -> list[Day]:
    """Those fields that no rule of the team's own announces already: nobody hears the same twice."""
    ruled = {
        (stored.catalog, part.get('options', {}).get('field'))
        for stored in await rules.every()
        if stored.enabled and any(step.get('action') == 'notify' for step in stored.spec.get('steps', ()))
        for part in stored.spec.get('triggers', ())
        if part.get('kind') == 'date_reached' and part.get('options', {}).get('yearly')
    }
    return [(catalog, spec) for catalog, spec in days if (catalog.code, spec.code) not in ruled]


def days_before(day: date, count: int, works: Callable[[date], bool]) -> date:
    """The working day that lies `count` of them before `day`."""
    for _ in range(count):
        day -= DAY
        while not works(day):
            day -= DAY
    return day


def is_working(day: date) -> bool:
    """Whether the company works on a day: its working days without the holidays of its country."""
    week: tuple[Any, ...] = tuple(setting('working_days')) or ('1', '2', '3', '4', '5', '6', '7')
    return str(day.isoweekday()) in week and day not in _holidays(str(setting('country')), day.year)


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    try:
        return frozenset(holidays.country_holidays(country.upper(), years=year))
    except NotImplementedError:
        # A country that nobody keeps holidays of: weekends alone are free.
        return frozenset()
