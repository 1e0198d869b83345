"""Texts with blanks: `Deal {{ title }} for {{ amount | money }}`. A blank is an expression; Python is
never run.

What is empty shows as a dash, so a letter never says "None"."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal

from automations.expr import BadExpression, Node, evaluate, parse
from automations.functions import written
from automations.values import Cash, Clash, Keyed, Scope, is_empty, kind_of, local_date, number

MAX_TEMPLATE = 20_000
MAX_BLANKS = 200
MAX_OUTPUT = 200_000
NOTHING = '—'

YES_NO = {'ru': ('да', 'нет'), 'en': ('yes', 'no')}


@dataclass(frozen=True, slots=True)
class Blank:
    """A place to be filled: an expression and the formatters its value goes through."""

    node: Node
    formatters: tuple[tuple[str, tuple[Node, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A text taken apart: plain pieces and blanks."""

    parts: tuple['str | Blank', ...]

    @property
    def paths(self) -> frozenset[tuple[str, ...]]:
        """Every dotted name the blanks look up."""
        blanks = [part for part in self.parts if isinstance(part, Blank)]
        return frozenset(path for blank in blanks for path in blank.node.paths)


def _pieces(text: str, separator: str) -> Iterator[str]:
    """Parts between separators that stand outside quotes."""
    start, quote = 0, ''
    for at, letter in enumerate(text):
        if quote:
            quote = '' if letter == quote else quote
        elif letter in '\'"':
            quote = letter
        elif letter == separator:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def _formatter(text: str) -> tuple[str, tuple[Node, ...]]:
    match = re.fullmatch(r'(\w+)(?:\((.*)\))?', text.strip(), re.DOTALL)
    if not match or match[1] not in FORMATTERS:
        raise BadExpression('template_unknown_format', name=text.strip(), column=1)
    arguments = tuple(parse(piece) for piece in _pieces(match[2], ',')) if match[2] else ()
    return match[1], arguments


@lru_cache(maxsize=2048)
def parse_template(text: str) -> Template:
    """The template of this text.

    :raises BadExpression: a blank that cannot be understood, or a text above the limits"""
    if len(text) > MAX_TEMPLATE:
        raise BadExpression('expr_too_big', limit=MAX_TEMPLATE, column=MAX_TEMPLATE)
    parts: list[str | Blank] = []
    for at, piece in enumerate(re.split(r'\{\{(.*?)\}\}', text, flags=re.DOTALL)):
        if at % 2 == 0:
            parts.append(piece)
            continue
        source, *formatters = _pieces(piece, '|')
        parts.append(Blank(parse(source), tuple(_formatter(formatter) for formatter in formatters)))
    if len(parts) > 2 * MAX_BLANKS:
        raise BadExpression('expr_too_big', limit=MAX_BLANKS, column=1)
    return Template(tuple(part for part in parts if part != ''))


def render(text: str, scope: Scope) -> str:
    """The text with its blanks filled in the language of the scope.

    :raises BadExpression: a blank cannot be calculated, or the result is above 200,000 characters"""
    written_parts: list[str] = []
    size = 0
    for part in parse_template(text).parts:
        piece = part if isinstance(part, str) else _fill(part, scope)
        size += len(piece)
        if size > MAX_OUTPUT:
            raise BadExpression('expr_limit', limit=MAX_OUTPUT, column=1)
        written_parts.append(piece)
    return ''.join(written_parts)


def _fill(blank: Blank, scope: Scope) -> str:
    value = evaluate(blank.node, scope)
    for formatter, arguments in blank.formatters:
        if is_empty(value) and formatter != 'default':
            continue
        try:
            value = FORMATTERS[formatter](
                value, scope, *(evaluate(argument, scope) for argument in arguments)
            )
        except (Clash, ArithmeticError, TypeError, ValueError) as error:
            raise BadExpression('template_format', name=formatter, given=kind_of(value), column=1) from error
    return NOTHING if is_empty(value) else shown(value, scope)


def shown(value: Any, scope: Scope) -> str:
    """A value as a reader of the scope's language expects it."""
    if isinstance(value, Keyed):
        return value.label
    if isinstance(value, (list, tuple)):
        return ', '.join(shown(item, scope) for item in value)
    formatter = SHOWN.get('money' if isinstance(value, Cash) else kind_of(value))
    return formatter(value, scope) if formatter else written(value)


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language or 'en')
    except (UnknownLocaleError, ValueError):
        return Locale('en')


def _money(value: Any, scope: Scope) -> str:
    amount, locale = number(value), _locale(scope.language)
    currency = getattr(value, 'currency', '')
    if not currency:
        return _number(amount, scope)
    pattern = locale.currency_formats['standard'].pattern
    if amount == amount.to_integral_value():
        pattern = pattern.replace('.00', '')
    text = format_currency(amount, currency, pattern, locale, currency_digits=False)
    # A currency without a sign of its own would stick to the figures: RUB1,250.
    return re.sub(r'(?<=[A-Z])(?=\d)', '\xa0', text)


def _number(value: Any, scope: Scope, digits: Any = None) -> str:
    found = number(value)
    if digits is not None:
        found = round(found, int(digits))
    return format_decimal(found, locale=_locale(scope.language), decimal_quantization=False)


def _date(value: Any, scope: Scope, pattern: str = 'medium') -> str:
    return format_date(local_date(_moment(value), scope.zone), pattern, _locale(scope.language))


def _day(value: Any, scope: Scope) -> str:
    return _date(value, scope, 'd MMMM' if scope.language == 'ru' else 'MMMM d')


def _date_time(value: Any, scope: Scope) -> str:
    moment = _moment(value)
    if not isinstance(moment, datetime):
        return _date(moment, scope)
    text = format_datetime(moment, 'medium', scope.zone, _locale(scope.language))
    return re.sub(r'(\d:\d\d):00\b', r'\1', text)


def _time(value: Any, scope: Scope) -> str:
    moment = _moment(value)
    if not isinstance(moment, datetime):
        raise Clash('expr_types', left='date', right='date_time')
    return format_time(moment, 'short', scope.zone, _locale(scope.language))


def _moment(value: Any) -> date:
    if not isinstance(value, date):
        raise Clash('expr_types', left=kind_of(value), right='date')
    return value


def _default(value: Any, _scope: Scope, instead: Any = NOTHING) -> Any:
    return instead if is_empty(value) else value


def _yes_no(value: Any, scope: Scope) -> str:
    return YES_NO.get(scope.language, YES_NO['en'])[0 if value else 1]


Formatter = Callable[..., Any]
FORMATTERS: dict[str, Formatter] = {
    'money': _money,
    'number': _number,
    'date': _date,
    'day': _day,
    'datetime': _date_time,
    'time': _time,
    'default': _default,
    'upper': lambda value, scope: shown(value, scope).upper(),
    'lower': lambda value, scope: shown(value, scope).lower(),
    'trim': lambda value, scope: shown(value, scope).strip(),
}
"""What may stand after the bar, by name."""

SHOWN: dict[str, Formatter] = {
    'money': _money,
    'number': _number,
    'date': _date,
    'date_time': _date_time,
    'yes_no': _yes_no,
}
