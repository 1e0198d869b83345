"""What a report is asked and what it answers, as values."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from store import clock
from store.query import NO_FILTER, Condition, Filter

DAY_MS = 86_400_000
MAX_MONTHS = 36


@dataclass(frozen=True, kw_only=True, slots=True)
class Lens:
    """What a report looks at: a pipeline of a catalogue, days from `first` to `last` (None: open), one owner,
    and any further conditions, such as one account."""

    catalog: str
    pipeline: str
    first: dt.date | None = None
    last: dt.date | None = None
    owner: int | None = None
    also: Filter = NO_FILTER

    def before(self) -> 'Lens | None':
        """The same look at the span of equal length just before; None without a beginning."""
        if self.first is None:
            return None
        length = ((self.last or clock.today()) - self.first).days + 1
        day = dt.timedelta(days=1)
        return replace(self, first=self.first - day * length, last=self.first - day)


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A figure; `key` is a stage's code, a month '2026-03', a person's id or a choice; `label` a name.

    `count` is the number of records that `filter` lists."""

    key: str
    value: Decimal
    count: int
    filter: Filter
    label: str = ''


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """Points of one kind; `currency` is '' for what is not money.

    `apart` are the conditions that keep records of other currencies out of the lists behind the points."""

    name: str
    points: tuple[Point, ...]
    currency: str = ''
    apart: Sequence[Condition] = ()

    @property
    def total(self) -> Decimal:
        """The sum of the values."""
        return sum((point.value for point in self.points), Decimal(0))


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A number over the records of `filter`: `sums` of money by currency, or `value`: a share or days."""

    count: int
    filter: Filter
    value: Decimal | None = None
    sums: dict[str, Decimal] = field(default_factory=dict)


def days(ms: float | Decimal | None) -> Decimal:
    """Milliseconds as days with two decimals."""
    return (Decimal(str(ms or 0)) / DAY_MS).quantize(Decimal('0.01'))


def month_key(day: dt.date) -> str:
    """'2026-03'."""
    return f'{day:%Y-%m}'


def month_days(key: str) -> tuple[dt.date, dt.date]:
    """The first and the last day of a month."""
    first = dt.date.fromisoformat(f'{key}-01')
    return first, (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)


def months_between(first: str, last: str) -> list[str]:
    """Every month from one to another, the latest `MAX_MONTHS` of them."""
    keys: list[str] = []
    while first and first <= last and len(keys) < 1200:
        keys.append(first)
        first = month_key(month_days(first)[1] + dt.timedelta(days=1))
    return keys[-MAX_MONTHS:]
