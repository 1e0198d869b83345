"""Days."""

import datetime as dt
import re
from typing import Any

from store.fields import DATED, FieldType
from store.problems import BadValue
from store.schema import FieldSpec
from store.values import Reading

_PARTS = re.compile(r'(\d{1,4})[./\-\s](\d{1,2})[./\-\s](\d{1,4})')
_ORDERS = {'ymd': (0, 1, 2), 'dmy': (2, 1, 0), 'mdy': (2, 0, 1)}


def read_date(text: str, order: str) -> dt.date:
    """The day of text: ISO always, else in the order 'ymd', 'dmy' or 'mdy'.

    :raises BadValue: 'not_a_date'"""
    found = _PARTS.fullmatch(text.strip())
    if not found:
        raise BadValue('not_a_date')
    parts = found.groups()
    places = _ORDERS['ymd'] if len(parts[0]) == 4 else _ORDERS[order]
    year, month, day = (int(parts[place]) for place in places)
    if len(parts[places[0]]) <= 2:
        year += 2000 if year < 70 else 1900
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise BadValue('not_a_date') from error


class Date(FieldType):
    """A day without a time: the same day for everybody."""

    key = 'date'
    label = 'Date'
    look = 'date'
    filters = DATED
    options = (
        FieldSpec(
            code='noteworthy',
            label='Announce every year',
            type='choice',
            options={
                'choices': [
                    {'key': 'birthday', 'label': 'As a birthday', 'labels': {'ru': 'Как день рождения'}},
                    {'key': 'anniversary', 'label': 'As an anniversary', 'labels': {'ru': 'Как годовщину'}},
                ]
            },
        ),
    )
    samples = (dt.date(2026, 2, 28), dt.date(1999, 12, 31))
    rubbish = ('tomorrow', '2026-02-30', '31.31.2026', True, 5.5)

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """A date."""
        if isinstance(raw, dt.datetime):
            return raw.date()
        if isinstance(raw, dt.date):
            return raw
        if not isinstance(raw, str):
            raise BadValue('not_a_date')
        return read_date(re.sub(r'[T ]\d\d:\d\d.*$', '', raw.strip()), reading.dates)

    def show(self, value: Any, spec: FieldSpec) -> str:
        """ISO."""
        return '' if value is None else value.isoformat()

    def to_json(self, value: Any, spec: FieldSpec) -> Any:
        """ISO."""
        return None if value is None else value.isoformat()

    def encode(self, value: Any, spec: FieldSpec) -> tuple[Any, ...]:
        """ISO, which sorts."""
        return (None if value is None else value.isoformat(),)

    def decode(self, cells: tuple[Any, ...], spec: FieldSpec) -> Any:
        """The date."""
        return None if cells[0] is None else dt.date.fromisoformat(cells[0])
