"""The functions of the expression language: total, without effects; empty in gives unknown out."""

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from automations.values import Clash, Scope, calculate, capped, compare, is_empty, kind_of, local_date, number

MOMENTS = ('date', 'date_time')


@dataclass(frozen=True, slots=True)
class Function:
    """A function people may call: `takes` are kinds of its arguments, the last `optional` may be left out."""

    name: str
    takes: tuple[str, ...]
    call: Callable[..., Any]
    optional: int = 0
    sees_empty: bool = False
    repeats: bool = False

    def accepts(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        least = len(self.takes) - self.optional
        return least <= count and (self.repeats or count <= len(self.takes))

    def run(self, scope: Scope, arguments: list[Any]) -> Any:
        """Its result, None when an argument is empty.

        :raises Clash: 'expr_argument', 'expr_math', 'expr_limit'"""
        if not self.sees_empty and any(is_empty(argument) for argument in arguments):
            return None
        for at, argument in enumerate(arguments):
            self._check(self.takes[min(at, len(self.takes) - 1)], argument)
        try:
            return capped(self.call(scope, *arguments))
        except (ArithmeticError, ValueError) as error:
            raise Clash('expr_math') from error

    def _check(self, wanted: str, argument: Any) -> None:
        kind = kind_of(argument)
        fits = wanted in ('any', kind) or (wanted == 'moment' and kind in MOMENTS)
        if not fits:
            raise Clash('expr_argument', name=self.name, wanted=wanted, given=kind)


FUNCTIONS: dict[str, Function] = {}
"""Functions by their English and Russian names."""


def _function(*takes: str, also: str = '', name: str = '', **more: Any) -> Callable[[Any], Any]:
    def add(call: Callable[..., Any]) -> Callable[..., Any]:
        own = name or call.__name__.strip('_')
        function = Function(own, takes, call, **more)
        FUNCTIONS.update({spelling: function for spelling in (own, also) if spelling})
        return call

    return add


@_function(also='сегодня')
def _today(scope: Scope) -> date:
    return local_date(scope.now, scope.zone)


@_function(also='сейчас')
def _now(scope: Scope) -> datetime:
    return scope.now


@_function('number', 'number', 'number', name='date', also='дата')
def _date(_scope: Scope, year: Decimal, month: Decimal, day: Decimal) -> date:
    return date(int(year), int(month), int(day))


@_function('number', also='дней')
def _days(_scope: Scope, count: Decimal) -> timedelta:
    return timedelta(days=float(count))


@_function('number', also='часов')
def _hours(_scope: Scope, count: Decimal) -> timedelta:
    return timedelta(hours=float(count))


@_function('number', also='минут')
def _minutes(_scope: Scope, count: Decimal) -> timedelta:
    return timedelta(minutes=float(count))


@_function('moment', also='год')
def _year(scope: Scope, moment: date) -> Decimal:
    return Decimal(local_date(moment, scope.zone).year)


@_function('moment', also='месяц')
def _month(scope: Scope, moment: date) -> Decimal:
    return Decimal(local_date(moment, scope.zone).month)


@_function('moment', also='день')
def _day(scope: Scope, moment: date) -> Decimal:
    return Decimal(local_date(moment, scope.zone).day)


@_function('moment', also='день_недели')
def _weekday(scope: Scope, moment: date) -> Decimal:
    return Decimal(local_date(moment, scope.zone).isoweekday())


@_function('moment', 'moment', also='дней_между')
def _days_between(scope: Scope, start: date, end: date) -> Decimal:
    return Decimal((local_date(end, scope.zone) - local_date(start, scope.zone)).days)


@_function('moment', 'number', also='плюс_месяцев')
def _add_months(_scope: Scope, moment: date, count: Decimal) -> date:
    months = moment.year * 12 + moment.month - 1 + int(count)
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1] if 1 <= year <= 9999 else 0
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


@_function('any', sees_empty=True, also='пусто')
def _empty(_scope: Scope, value: Any) -> bool:
    return is_empty(value)


@_function('any', sees_empty=True, also='заполнено')
def _filled(_scope: Scope, value: Any) -> bool:
    return not is_empty(value)


@_function('any', 'any', sees_empty=True, repeats=True, also='первое_из')
def _coalesce(_scope: Scope, *values: Any) -> Any:
    return next((value for value in values if not is_empty(value)), None)


@_function('any', 'any', 'any', also='между')
def _between(scope: Scope, value: Any, low: Any, high: Any) -> bool | None:
    return bool(compare('>=', value, low, scope.zone) and compare('<=', value, high, scope.zone))


@_function('number', 'number', optional=1, name='round', also='округлить')
def _round(_scope: Scope, value: Decimal, digits: Decimal = Decimal(0)) -> Decimal:
    if not 0 <= digits <= 20:
        raise Clash('expr_math')
    return number(value).quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP)


@_function('number', also='вниз')
def _floor(_scope: Scope, value: Decimal) -> Decimal:
    return number(value).to_integral_value(ROUND_FLOOR)


@_function('number', also='вверх')
def _ceil(_scope: Scope, value: Decimal) -> Decimal:
    return number(value).to_integral_value(ROUND_CEILING)


@_function('number', name='abs', also='модуль')
def _abs(_scope: Scope, value: Decimal) -> Decimal:
    return number(value).copy_abs()


@_function('any', 'any', repeats=True, name='min', also='наименьшее')
def _min(scope: Scope, first: Any, *others: Any) -> Any:
    for other in others:
        first = other if compare('<', other, first, scope.zone) else first
    return first


@_function('any', 'any', repeats=True, name='max', also='наибольшее')
def _max(scope: Scope, first: Any, *others: Any) -> Any:
    for other in others:
        first = other if compare('>', other, first, scope.zone) else first
    return first


@_function('list', name='sum', also='сумма')
def _sum(_scope: Scope, values: list[Any]) -> Any:
    total: Any = Decimal(0)
    for value in values:
        total = calculate('+', total, value)
    return total


@_function('list', also='количество', sees_empty=True)
def _count(_scope: Scope, values: list[Any]) -> Decimal:
    return Decimal(len(values))


@_function('text', also='строчными')
def _lower(_scope: Scope, text: str) -> str:
    return text.lower()


@_function('text', also='прописными')
def _upper(_scope: Scope, text: str) -> str:
    return text.upper()


@_function('text', also='обрезать')
def _trim(_scope: Scope, text: str) -> str:
    return text.strip()


@_function('text', also='длина')
def _length(_scope: Scope, text: str) -> Decimal:
    return Decimal(len(text))


@_function('text', 'number', also='слева')
def _left(_scope: Scope, text: str, count: Decimal) -> str:
    return text[: max(0, int(count))]


@_function('text', 'number', also='справа')
def _right(_scope: Scope, text: str, count: Decimal) -> str:
    return text[-int(count) :] if int(count) > 0 else ''


@_function('text', 'text', also='начинается')
def _starts(_scope: Scope, text: str, start: str) -> bool:
    return text.casefold().startswith(start.casefold())


@_function('text', 'text', also='кончается')
def _ends(_scope: Scope, text: str, end: str) -> bool:
    return text.casefold().endswith(end.casefold())


@_function('text', 'text', also='похоже')
def _like(_scope: Scope, text: str, pattern: str) -> bool:
    return _wildcard(text.casefold(), pattern.casefold())


def _wildcard(text: str, pattern: str) -> bool:
    """`*` stands for anything, `?` for one character; linear, because only the last star is ever retried."""
    star, at, seen, mark = -1, 0, 0, 0
    while seen < len(text):
        if at < len(pattern) and pattern[at] in ('?', text[seen]) and pattern[at] != '*':
            at, seen = at + 1, seen + 1
        elif at < len(pattern) and pattern[at] == '*':
            star, mark, at = at, seen, at + 1
        elif star >= 0:
            at, mark, seen = star + 1, mark + 1, mark + 1
        else:
            return False
    return not pattern[at:].strip('*')


@_function('any', name='text', also='текст')
def _text(_scope: Scope, value: Any) -> str:
    return written(value)


@_function('text', name='number', also='число')
def _number(_scope: Scope, text: str) -> Decimal:
    return number(text.replace('\xa0', '').replace(' ', '').replace(',', '.'))


def written(value: Any) -> str:
    """A value as plain text, the same in every language: 12.50, 2026-02-28, a record by its title."""
    if value is None:
        return ''
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    if isinstance(value, Decimal):
        return f'{value:f}'
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec='seconds')
    if kind_of(value) == 'record':
        return str(value.get('title') or '')
    if isinstance(value, (list, tuple)):
        return ', '.join(written(item) for item in value)
    return str(value)
