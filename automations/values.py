"""The values an expression knows, and what may be done with them. Empty in, unknown out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, Self
from zoneinfo import ZoneInfo

MAX_TEXT = 20_000
MAX_LIST = 1_000

# Bounded on both ends: no product of an expression can fill the memory when it is written out.
NUMBERS = Context(prec=34, Emax=999, Emin=-999, traps=[DivisionByZero, InvalidOperation, Overflow])


class Clash(Exception):
    """Two values that do not go together; the expression adds the column."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts


class Cash(Decimal):
    """An amount that remembers its currency; sums are plain numbers."""

    currency: str

    def __new__(cls, amount: Decimal, currency: str) -> Self:
        """The amount in this currency."""
        cash = super().__new__(cls, amount)
        cash.currency = currency
        return cash


class Keyed(str):
    """The key of a choice or stage, which compares as the key and reads as its label."""

    label: str

    def __new__(cls, key: str, label: str) -> Self:
        """The key with what people read."""
        keyed = super().__new__(cls, key)
        keyed.label = label
        return keyed


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may look at: names, the moment it counts from, whose calendar and language hold."""

    values: Mapping[str, Any]
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo('UTC'))
    language: str = 'en'


def is_empty(value: Any) -> bool:
    """Whether there is nothing: no value, no text, an empty list."""
    return value is None or value == '' or (isinstance(value, (list, tuple)) and not value)


KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, 'yes_no'),
    ((int, Decimal), 'number'),
    (str, 'text'),
    (datetime, 'date_time'),
    (date, 'date'),
    (timedelta, 'duration'),
    ((list, tuple), 'list'),
    (Mapping, 'record'),
)


_kinds: dict[type, str] = {}
"""Kinds by type, as met: far fewer questions than a walk through `KINDS` for every comparison."""
PLAIN = frozenset({'text', 'duration', 'yes_no', 'list'})


def kind_of(value: Any) -> str:
    """The kind of a value in words of this language: 'number', 'text', …; 'empty' for nothing."""
    if value is None:
        return 'empty'
    kind = type(value)
    if kind not in _kinds:
        _kinds[kind] = next((name for types, name in KINDS if isinstance(value, types)), 'unknown')
    return _kinds[kind]


def number(value: Any) -> Decimal:
    """A number as a bounded Decimal.

    :raises Clash: 'expr_math' for what no number can hold"""
    try:
        found = value if isinstance(value, Decimal) else NUMBERS.create_decimal(value)
    except ArithmeticError as error:
        raise Clash('expr_math') from error
    if not found.is_finite() or abs(found.adjusted()) > 999:
        raise Clash('expr_math')
    return found


def local_date(value: date, zone: ZoneInfo) -> date:
    """The calendar day of a moment in this zone; a date stays as it is."""
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def parse_moment(text: str) -> date | None:
    """The date or moment an ISO text names, None when it names none."""
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _as_moments(left: Any, right: Any, zone: ZoneInfo) -> tuple[Any, Any] | None:
    if isinstance(left, str) and isinstance(right, date):
        left = parse_moment(left)
    if isinstance(right, str) and isinstance(left, date):
        right = parse_moment(right)
    if not isinstance(left, date) or not isinstance(right, date):
        return None
    if isinstance(left, datetime) and isinstance(right, datetime):
        return left, right
    return local_date(left, zone), local_date(right, zone)


def _as_ids(left: Any, right: Any) -> tuple[Any, Any] | None:
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return (left.get('catalog'), left.get('id')), (right.get('catalog'), right.get('id'))
    record, other = (left, right) if isinstance(left, Mapping) else (right, left)
    if not isinstance(record, Mapping):
        return None
    if kind_of(other) == 'number':
        return record.get('id'), other
    return (record.get('title'), other) if isinstance(other, str) else None


def comparable(left: Any, right: Any, zone: ZoneInfo) -> tuple[Any, Any]:
    """The two as things Python compares, e.g. a moment beside a date becomes its local day.

    :raises Clash: 'expr_types', or 'expr_currencies' for amounts in different money"""
    kinds = kind_of(left), kind_of(right)
    if kinds == ('number', 'number'):
        if isinstance(left, Cash) and isinstance(right, Cash) and left.currency != right.currency:
            raise Clash('expr_currencies', left=left.currency, right=right.currency)
        return left, right
    if kinds[0] == kinds[1] and kinds[0] in PLAIN:
        return left, right
    found = _as_moments(left, right, zone) or _as_ids(left, right)
    if found:
        return found
    if kinds[0] != kinds[1]:
        raise Clash('expr_types', left=kinds[0], right=kinds[1])
    return left, right


ORDERED = frozenset({'number', 'text', 'date', 'date_time', 'duration'})


def compare(op: str, left: Any, right: Any, zone: ZoneInfo) -> bool | None:
    """``left op right`` for ``== != < <= > >=``; None (unknown) when either is empty.

    :raises Clash: 'expr_types', 'expr_currencies'"""
    if is_empty(left) or is_empty(right):
        return None
    one, two = comparable(left, right, zone)
    if op == '==':
        return bool(one == two)
    if op == '!=':
        return bool(one != two)
    if kind_of(one) not in ORDERED:
        raise Clash('expr_types', left=kind_of(left), right=kind_of(right))
    if op in ('<', '<='):
        return bool(one < two or (op == '<=' and one == two))
    return bool(one > two or (op == '>=' and one == two))


def contains(whole: Any, part: Any, zone: ZoneInfo) -> bool | None:
    """Whether a list holds a value, or a text another (letter case aside); None when either is empty.

    :raises Clash: 'expr_types'"""
    if is_empty(whole) or is_empty(part):
        return None
    if isinstance(whole, str) and isinstance(part, str):
        return part.casefold() in whole.casefold()
    if not isinstance(whole, (list, tuple)):
        raise Clash('expr_types', left=kind_of(whole), right=kind_of(part))
    return any(compare('==', item, part, zone) is True for item in whole if kind_of(item) == kind_of(part))


def _shift(moment: date, by: Any, sign: int) -> date:
    span = by if isinstance(by, timedelta) else timedelta(days=float(by))
    if isinstance(moment, datetime):
        return moment + span * sign
    return moment + timedelta(days=span.days) * sign


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return left + right
    if isinstance(left, date) and kind_of(right) in ('number', 'duration'):
        return _shift(left, right, 1)
    return None


def _subtract(left: Any, right: Any) -> Any:
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return left - right
    if isinstance(left, datetime) and isinstance(right, datetime):
        return left - right
    if isinstance(left, date) and kind_of(right) in ('number', 'duration'):
        return _shift(left, right, -1)
    if kind_of(left) == kind_of(right) == 'date':
        return Decimal((left - right).days)
    return None


CALCULATIONS = {
    '+': NUMBERS.add,
    '-': NUMBERS.subtract,
    '*': NUMBERS.multiply,
    '/': NUMBERS.divide,
    '//': NUMBERS.divide_int,
    '%': NUMBERS.remainder,
}


def calculate(op: str, left: Any, right: Any) -> Any:
    """``left op right`` for numbers, days and moments, joined texts; None when either is empty.

    :raises Clash: 'expr_types', 'expr_currencies', 'expr_math', 'expr_limit'"""
    if is_empty(left) or is_empty(right):
        return None
    if kind_of(left) == kind_of(right) == 'number':
        return _count(op, left, right)
    try:
        found = _add(left, right) if op == '+' else _subtract(left, right) if op == '-' else None
    except (OverflowError, ValueError) as error:
        raise Clash('expr_math') from error
    if found is None:
        raise Clash('expr_types', left=kind_of(left), right=kind_of(right))
    return capped(found)


def _count(op: str, left: Any, right: Any) -> Decimal:
    if isinstance(left, Cash) and isinstance(right, Cash) and left.currency != right.currency:
        raise Clash('expr_currencies', left=left.currency, right=right.currency)
    try:
        found = CALCULATIONS[op](number(left), number(right))
    except ArithmeticError as error:
        raise Clash('expr_math') from error
    currency = getattr(left, 'currency', '') or getattr(right, 'currency', '')
    return Cash(found, currency) if currency and not (op == '/' and isinstance(right, Cash)) else found


def capped(value: Any) -> Any:
    """The value itself.

    :raises Clash: 'expr_limit' for a text or list above its limit"""
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise Clash('expr_limit', limit=MAX_TEXT)
    if isinstance(value, (list, tuple)) and len(value) > MAX_LIST:
        raise Clash('expr_limit', limit=MAX_LIST)
    return value


def truth(value: Any) -> bool | None:
    """Yes, no or unknown.

    :raises Clash: 'expr_types' for anything else"""
    if is_empty(value):
        return None
    if isinstance(value, bool):
        return value
    raise Clash('expr_types', left=kind_of(value), right='yes_no')
