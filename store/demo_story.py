"""The means to tell a story of sample data: dated steps, working hours, dice that always fall the same."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

T = TypeVar('T')


class Key(NamedTuple):
    """A record of the story before it has an id; as a value it stands for a link to it."""

    catalog: str
    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A deed at a moment; `verb` is create, move, change, comment, say (to @me) or tell (a line of a
    `kind` in the bell)."""

    at: dt.datetime
    who: str
    verb: str
    key: Key
    values: Mapping[str, Any] = field(default_factory=dict)
    stage: str = ''
    text: str = ''
    kind: str = 'system'


class Story:
    """Collects steps. `told` holds the names and texts of one language, `now` is the end of the story."""

    def __init__(self, told: Mapping[str, Any], now: dt.datetime, *, me: bool) -> None:
        self.told = told
        self.now = now
        self.me = me
        self.dice = random.Random(1947)  # noqa: S311 the same story each time, nothing secret
        self.zone = ZoneInfo(told['zone'])
        self.today = now.astimezone(self.zone).date()
        self.owners: dict[Key, str] = {}
        self.begun: dict[Key, dt.datetime] = {}
        self._last: dict[Key, dt.datetime] = {}
        self._steps: list[Step] = []

    def add(self, at: dt.datetime, who: str, verb: str, key: Key, **more: Any) -> dt.datetime:
        """One step, never before the last one of the same record and never later than now; its moment."""
        last = self._last.get(key)
        if last and at < last:
            at = last + dt.timedelta(minutes=7)
        if at > self.now:
            # What does not fit any more is spread over the time that is left.
            last = last or self.now - dt.timedelta(hours=9)
            at = last + (self.now - last) * self.dice.uniform(0.3, 0.8)
        self._last[key] = at
        self._steps.append(Step(at=at, who=who, verb=verb, key=key, **more))
        return at

    def task(self, number: int, at: dt.datetime, who: str, **values: Any) -> Key:
        """Somebody makes the task of this number; its reminder comes half an hour before `due_at`."""
        title, kind = self.told['tasks'][number % len(self.told['tasks'])]
        remind_at = values['due_at'] - dt.timedelta(minutes=30)
        usual = {'title': title, 'kind': kind, 'remind_at': remind_at, 'owner': f'@{who}'}
        key = Key('tasks', number)
        self.add(at, who, 'create', key, values={**usual, **values}, stage='todo')
        return key

    def in_order(self) -> list[Step]:
        """All steps by time; those of one moment in the order they were told."""
        return sorted(self._steps, key=lambda step: step.at)

    def moment(self, days_ago: float) -> dt.datetime:
        """A moment in working hours so many days ago; a weekend moves back to Friday."""
        day = self.today - dt.timedelta(days=int(days_ago))
        day -= dt.timedelta(days=max(0, day.weekday() - 4))
        at = dt.datetime.combine(day, dt.time(9), self.zone) + dt.timedelta(minutes=self.dice.randint(5, 520))
        return at.astimezone(dt.UTC)

    def after(self, at: dt.datetime, days: float) -> dt.datetime:
        """A working moment some days after another, at least half an hour later."""
        day = (at.astimezone(self.zone) + dt.timedelta(days=days)).date()
        day += dt.timedelta(days=max(0, 7 - day.weekday()) % 7 if day.weekday() > 4 else 0)
        new = dt.datetime.combine(day, dt.time(9), self.zone) + dt.timedelta(
            minutes=self.dice.randint(5, 520)
        )
        return max(new.astimezone(dt.UTC), at + dt.timedelta(minutes=30))

    def due(self, days: int, hour: int, minute: int = 0) -> dt.datetime:
        """A time of the day so many days from today."""
        day = self.today + dt.timedelta(days=days)
        return dt.datetime.combine(day, dt.time(hour, minute), self.zone).astimezone(dt.UTC)

    def day(self, days: int) -> str:
        """The date so many days from today."""
        return (self.today + dt.timedelta(days=days)).isoformat()

    def one_of(self, things: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """A thing drawn from several."""
        return self.dice.choices(things, weights)[0]

    def by_role(self, role: str) -> list[str]:
        """The logins of the people who hold a role."""
        return [login for login, _, held, _ in self.told['people'] if held == role]
