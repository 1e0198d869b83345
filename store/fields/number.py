"""Numbers."""

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from store.fields import COMPARED, FieldType
from store.problems import BadValue
from store.schema import FieldSpec
from store.values import Reading

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']")
LIMIT = Decimal(10) ** 14


def read_decimal(raw: Any, reading: Reading) -> Decimal:
    """A finite decimal of text or a number; blanks and the other mark group thousands.

    :raises BadValue: 'not_a_number' or 'too_big'"""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise BadValue('not_a_number')
    if isinstance(raw, float) and not math.isfinite(raw):
        raise BadValue('not_a_number')
    text = _SPACES.sub('', str(raw)).replace('\u2212', '-')
    if isinstance(raw, str):
        text = _with_point(text, reading.decimal)
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise BadValue('not_a_number') from error
    if not value.is_finite():
        raise BadValue('not_a_number')
    # Not by abs(): a huge exponent overflows there.
    if value.copy_abs() >= LIMIT:
        raise BadValue('too_big')
    return value


def _with_point(text: str, mark: str) -> str:
    """`1.234,5` and `1,234.5` with a decimal point; a lone comma is one unless it groups thousands."""
    other = ',' if mark == '.' else '.'
    if mark in text:
        return text.replace(other, '').replace(mark, '.')
    if text.count(other) == 1 and not re.fullmatch(r'[+-]?\d{1,3}[.,]\d{3}', text):
        return text.replace(other, '.')
    return text.replace(other, '')


class Number(FieldType):
    """A number with up to 15 significant digits; the option `decimals` says how many are shown."""

    key = 'number'
    label = 'Number'
    look = 'number'
    columns = (('', 'DOUBLE PRECISION'),)
    filters = COMPARED
    options = (
        FieldSpec(code='decimals', label='Decimal places', type='number'),
        FieldSpec(code='unit', label='Unit of measure', type='text'),
    )
    samples = (Decimal(0), Decimal('-12.5'), Decimal(1250000))
    rubbish = ('many', 'NaN', '1e99', '9e1000000', True, {'a': 1})

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """A decimal."""
        return read_decimal(raw, reading)

    def show(self, value: Any, spec: FieldSpec) -> str:
        """Digits with a point."""
        return '' if value is None else format(value, 'f')

    def to_json(self, value: Any, spec: FieldSpec) -> Any:
        """A JSON number: whole where it is whole."""
        return value if value is None else int(value) if value == value.to_integral_value() else float(value)

    def encode(self, value: Any, spec: FieldSpec) -> tuple[Any, ...]:
        """A double."""
        return (None if value is None else float(value),)

    def decode(self, cells: tuple[Any, ...], spec: FieldSpec) -> Any:
        """The shortest decimal that is this double."""
        (cell,) = cells
        if cell is None:
            return None
        return Decimal(int(cell)) if cell == int(cell) else Decimal(repr(cell))
