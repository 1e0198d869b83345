"""Numbers, money and times as the reader's language writes them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ui.reader import reader
from ui.translation import n, p, t

SPACE = '\u00a0'
"""A space that does not break: between thousands and before a currency sign. A narrow one nearly vanishes."""

SIGNS = {
    'RUB': '₽',
    'USD': '$',
    'EUR': '€',
    'GBP': '£',
    'JPY': '¥',
    'CNY': '¥',
    'INR': '₹',
    'KZT': '₸',
    'BYN': 'Br',
    'UAH': '₴',
    'TRY': '₺',
    'KRW': '₩',
    'ILS': '₪',
}
LEADING = frozenset('$€£¥₹₽₸₴₺₩₪')


class Amount(Protocol):
    """Money as the store hands it out."""

    @property
    def amount(self) -> Decimal:
        """How much."""

    @property
    def currency(self) -> str:
        """Of what, e.g. 'RUB'."""


_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def _month(index: int) -> str:
    # Each month is written out so that the extraction finds it; 'May' would otherwise meet the verb.
    names = (
        p('month', 'Jan'),
        p('month', 'Feb'),
        p('month', 'Mar'),
        p('month', 'Apr'),
        p('month', 'May'),
        p('month', 'Jun'),
        p('month', 'Jul'),
        p('month', 'Aug'),
        p('month', 'Sep'),
        p('month', 'Oct'),
        p('month', 'Nov'),
        p('month', 'Dec'),
    )
    return names[index - 1]


def number(value: Decimal | float, digits: int | None = None) -> str:
    """A number grouped by thousands; `digits` fixes the decimals, else none are shown that say nothing."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if not exact.is_finite():
        return str(exact)
    text = f'{exact:,.{digits}f}' if digits is not None else f'{exact:,f}'
    if digits is None and '.' in text:
        text = text.rstrip('0').rstrip('.')
    whole, _, part = text.partition('.')
    if reader().language == 'en':
        return text.replace('-', '\u2212')
    return whole.replace(',', SPACE).replace('-', '\u2212') + (f',{part}' if part else '')


def percent(share: Decimal | float) -> str:
    """0.42 as '42%', in Russian with a space before the sign."""
    return number(share * 100, 0) + ('%' if reader().language == 'en' else '\u00a0%')


def short_number(value: Decimal | float) -> str:
    """A number for a narrow place: 12.5K, 1.2M."""
    size = float(value)
    if abs(size) >= 1e9:
        return t('{number}B', number=number(round(size / 1e9, 1)))
    if abs(size) >= 1e6:
        return t('{number}M', number=number(round(size / 1e6, 1)))
    return t('{number}K', number=number(round(size / 1e3, 1))) if abs(size) >= 1e4 else number(value)


def money(value: Amount | None, digits: int | None = None) -> str:
    """An amount with its currency's sign: '1 250 000 ₽', '$1,250,000.50'; '' for nothing."""
    if value is None:
        return ''
    fraction = value.amount != value.amount.to_integral_value()
    shown = number(value.amount, digits if digits is not None else (2 if fraction else 0))
    sign = SIGNS.get(value.currency, value.currency)
    if reader().language == 'en' and sign in LEADING:
        return f'\u2212{sign}{shown[1:]}' if shown.startswith('\u2212') else f'{sign}{shown}'
    return f'{shown}{SPACE}{sign}' if sign else shown


def _zone() -> ZoneInfo:
    try:
        return ZoneInfo(reader().zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo('UTC')


def _here(value: datetime) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(_zone())


def today() -> date:
    """The day it is now where the reader is."""
    return datetime.now(_zone()).date()


def date_only(value: date | datetime | None) -> str:
    """A day: 'Nov 21' / '21 ноя', with the year when it is another one."""
    if value is None:
        return ''
    day = _here(value).date() if isinstance(value, datetime) else value
    blanks = {'day': day.day, 'month': _month(day.month), 'year': day.year}
    if day.year == today().year:
        return t('{month} {day}', **blanks)
    return t('{month} {day}, {year}', **blanks)


def month_short(day: date) -> str:
    """A month for a narrow place: 'Nov' / 'ноя'."""
    return _month(day.month)


def month_long(day: date) -> str:
    """A month with its year: 'Nov 2026' / 'ноя 2026'."""
    return f'{_month(day.month)} {day.year}'


def time_only(value: datetime) -> str:
    """A time of day in the reader's zone: '14:30'."""
    return f'{_here(value):%H:%M}'


def date_short(value: date | datetime | None) -> str:
    """A day, with the time when there is one: 'Nov 21, 14:30' / '21 ноя, 14:30'."""
    if isinstance(value, datetime):
        return f'{date_only(value)}, {time_only(value)}'
    return date_only(value)


def date_long(value: date | datetime | None) -> str:
    """A day with its year, and the time when there is one: for tooltips."""
    if value is None:
        return ''
    day = _here(value) if isinstance(value, datetime) else value
    text = t('{month} {day}, {year}', day=day.day, month=_month(day.month), year=day.year)
    return f'{text}, {time_only(value)}' if isinstance(value, datetime) else text


def ago(value: datetime) -> str:
    """How long ago: 'just now', '5 min ago', 'yesterday, 14:30', then the date."""
    seconds = (datetime.now(UTC) - _here(value)).total_seconds()
    if seconds < _MINUTE:
        return t('just now')
    if seconds < _HOUR:
        return n('{count} min ago', '{count} min ago', int(seconds // _MINUTE))
    days = (today() - _here(value).date()).days
    if days == 0:
        return n('{count} h ago', '{count} h ago', int(seconds // _HOUR))
    if days == 1:
        return t('yesterday, {time}', time=time_only(value))
    return date_short(value)


def due(value: date | datetime | None) -> str:
    """A deadline: 'today, 14:30', 'tomorrow', '3 days overdue', then the date."""
    if value is None:
        return ''
    moment = _here(value) if isinstance(value, datetime) else None
    day = moment.date() if moment else value
    gone = (today() - day) // timedelta(days=1)
    if gone > 0:
        return n('{count} day overdue', '{count} days overdue', gone)
    tail = f', {moment:%H:%M}' if moment else ''
    if gone == 0:
        return t('today') + tail
    return t('tomorrow') + tail if gone == -1 else date_short(value)
