"""Amounts of money."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from store.fields import COMPARED, FieldType
from store.fields.number import read_decimal
from store.problems import BadValue
from store.schema import FieldSpec
from store.values import Money, Reading

SCALE = 10_000
"""Stored units in one unit of a currency: exact for prices per piece and for three decimals."""
SIGNS = {
    '₽': 'RUB',
    'руб.': 'RUB',
    'руб': 'RUB',
    'р.': 'RUB',
    '$': 'USD',
    '€': 'EUR',
    '£': 'GBP',
    '¥': 'JPY',
    '₸': 'KZT',
    '₴': 'UAH',
}
_CODE = re.compile(r'[A-Z]{3}')


class MoneyType(FieldType):
    """An amount with its currency; sums never add two currencies."""

    key = 'money'
    label = 'Money'
    look = 'money'
    columns = (('', 'BIGINT'), ('c', 'TEXT'))
    filters = COMPARED
    options = (FieldSpec(code='currency', label='Currency', type='text', default='RUB'),)
    samples = (Money(Decimal('1234.56'), 'RUB'), Money(Decimal(0), 'USD'), Money(Decimal('-3.125'), 'KWD'))
    rubbish = ('a lot', {'amount': 'x'}, {'amount': 1, 'currency': 'roubles'}, '12 34 PENCE', [1])

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """Money of `12.50 EUR`, `€12.50`, a number, or ``{'amount': …, 'currency': …}``."""
        if isinstance(raw, Money):
            raw = {'amount': raw.amount, 'currency': raw.currency}
        currency = reading.currency or spec.options.get('currency') or 'RUB'
        amount: Any = raw
        if isinstance(raw, dict):
            amount, currency = raw.get('amount'), raw.get('currency') or currency
            if amount is None or amount == '':
                return None
        elif isinstance(raw, str):
            amount, currency = _split(raw, currency)
        if not isinstance(currency, str) or not _CODE.fullmatch(currency):
            raise BadValue('unknown_currency', currency=str(currency)[:20])
        return Money(read_decimal(amount, reading).quantize(Decimal(1) / SCALE).normalize() + 0, currency)

    def show(self, value: Any, spec: FieldSpec) -> str:
        """`12.50 EUR`."""
        return '' if value is None else f'{plain(value.amount)} {value.currency}'

    def to_json(self, value: Any, spec: FieldSpec) -> Any:
        """``{'amount': '12.50', 'currency': 'EUR'}``."""
        return None if value is None else {'amount': plain(value.amount), 'currency': value.currency}

    def encode(self, value: Any, spec: FieldSpec) -> tuple[Any, ...]:
        """Units of 1/10,000 and the currency's code."""
        return (None, None) if value is None else (int(value.amount * SCALE), value.currency)

    def decode(self, cells: tuple[Any, ...], spec: FieldSpec) -> Any:
        """Money of its cells."""
        return None if cells[0] is None else from_units(cells[0], cells[1])


def from_units(units: Any, currency: str) -> Money:
    """Money of stored units, e.g. of a sum."""
    return Money((Decimal(int(units)) / SCALE).normalize() + 0, currency)


def summed(column: str) -> str:
    """The sum of a column of units as SQL, in two parts: SQLite overflows at 2**63 of them."""
    return f'SUM({column} / {SCALE}) AS whole, SUM({column} % {SCALE}) AS rest'


def from_sum(row: Mapping[str, Any]) -> Decimal:
    """The exact amount of a row with such a sum."""
    return Decimal(int(row['whole'])) + from_units(row['rest'], '').amount


def plain(amount: Decimal) -> str:
    """Digits with a point and at least two decimals when there are any."""
    text = format(amount, 'f')
    whole, point, rest = text.partition('.')
    return f'{whole}.{rest:0<2}' if point else whole


def _split(text: str, currency: str) -> tuple[str, str]:
    for sign, code in SIGNS.items():
        if sign in text:
            return text.replace(sign, ''), code
    found = _CODE.search(text)
    return (text.replace(found.group(), ''), found.group()) if found else (text, currency)
