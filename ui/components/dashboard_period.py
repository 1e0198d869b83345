"""The span of a dashboard: a ready period or two dates, as words, as days, and in the address."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ui.formats import date_long
from ui.text import t

DEFAULT = '12m'
Span = tuple[dt.date | None, dt.date | None]


@dataclass(frozen=True, slots=True)
class Period:
    """What was chosen; `first` and `last` only count for 'dates'."""

    key: str = DEFAULT
    first: dt.date | None = None
    last: dt.date | None = None

    @classmethod
    def of_query(cls, query: Mapping[str, str]) -> 'Period':
        """The period of an address; the usual one when it says nothing that can be read."""
        key = query.get('period', DEFAULT)
        if key == 'dates':
            return cls(key, _date(query.get('from', '')), _date(query.get('to', '')))
        return cls(key if key in SPANS else DEFAULT)

    def query(self) -> dict[str, str | None]:
        """The keys of the address that say it."""
        is_dates = self.key == 'dates'
        return {
            'period': self.key,
            'from': self.first.isoformat() if is_dates and self.first else None,
            'to': self.last.isoformat() if is_dates and self.last else None,
        }

    def span(self, today: dt.date) -> Span:
        """Its first and last day."""
        return (self.first, self.last) if self.key == 'dates' else SPANS[self.key](today)

    def words(self) -> str:
        """What a button says."""
        if self.key != 'dates':
            return names()[self.key]
        return f'{date_long(self.first) or "…"} – {date_long(self.last) or "…"}'


def names() -> dict[str, str]:
    """The ready periods in the reader's language, in the order they are offered."""
    return {
        'month': t('This month'),
        'last_month': t('Last month'),
        'quarter': t('This quarter'),
        'year': t('This year'),
        'last_year': t('Last year'),
        '12m': t('Last 12 months'),
        'all': t('All time'),
    }


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _month(today: dt.date) -> Span:
    return today.replace(day=1), today


def _last_month(today: dt.date) -> Span:
    last = today.replace(day=1) - dt.timedelta(days=1)
    return last.replace(day=1), last


def _quarter(today: dt.date) -> Span:
    return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1), today


def _year(today: dt.date) -> Span:
    return today.replace(month=1, day=1), today


def _last_year(today: dt.date) -> Span:
    return dt.date(today.year - 1, 1, 1), dt.date(today.year - 1, 12, 31)


def _twelve_months(today: dt.date) -> Span:
    # Whole months, so that twelve columns are drawn.
    month = today.year * 12 + today.month - 1 - 11
    return dt.date(month // 12, month % 12 + 1, 1), today


SPANS: Mapping[str, Callable[[dt.date], Span]] = {
    'month': _month,
    'last_month': _last_month,
    'quarter': _quarter,
    'year': _year,
    'last_year': _last_year,
    '12m': _twelve_months,
    'all': lambda _: (None, None),
}
