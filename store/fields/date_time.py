"""Moments."""

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

from store.clock import from_ms, to_ms
from store.fields import DATED, FieldType
from store.fields.date import read_date
from store.problems import BadValue
from store.schema import FieldSpec
from store.values import Reading

_TIME = re.compile(r'^(.*?)[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$')

FIRST, LAST = dt.datetime(1, 1, 3, tzinfo=dt.UTC), dt.datetime(9999, 12, 29, tzinfo=dt.UTC)
"""Nearer to the ends of the calendar a moment has no local time in some zone."""


class DateTime(FieldType):
    """A moment, kept in UTC and shown in the reader's time zone."""

    key = 'date_time'
    label = 'Date and time'
    look = 'date_time'
    columns = (('', 'BIGINT'),)
    filters = DATED
    samples = (dt.datetime(2026, 3, 29, 12, 30, tzinfo=dt.UTC), dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    rubbish = (
        'soon', '2026-02-30T10:00:00Z', '2026-01-01T25:00', True,
        '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59Z',
    )  # fmt: skip

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """An aware UTC date-time; text without a zone is in `reading.zone`."""
        if isinstance(raw, dt.datetime):
            moment = raw
        elif isinstance(raw, dt.date):
            moment = dt.datetime.combine(raw, dt.time())
        elif isinstance(raw, str):
            moment = _read(raw.strip(), reading)
        else:
            raise BadValue('not_a_moment')
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(reading.zone))
        if not FIRST <= moment <= LAST:
            raise BadValue('not_a_moment')
        return from_ms(to_ms(moment.astimezone(dt.UTC)))

    def show(self, value: Any, spec: FieldSpec) -> str:
        """ISO with Z."""
        return '' if value is None else value.isoformat().replace('+00:00', 'Z')

    def to_json(self, value: Any, spec: FieldSpec) -> Any:
        """ISO with Z."""
        return self.show(value, spec) or None

    def encode(self, value: Any, spec: FieldSpec) -> tuple[Any, ...]:
        """Epoch milliseconds."""
        return (None if value is None else to_ms(value),)

    def decode(self, cells: tuple[Any, ...], spec: FieldSpec) -> Any:
        """The moment."""
        return None if cells[0] is None else from_ms(cells[0])


def _read(text: str, reading: Reading) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        pass
    found = _TIME.match(text)
    try:
        if not found:
            return dt.datetime.combine(read_date(text, reading.dates), dt.time())
        day, hour, minute, second = found.groups()
        return dt.datetime.combine(
            read_date(day, reading.dates), dt.time(int(hour), int(minute), int(second or 0))
        )
    except ValueError as error:
        raise BadValue('not_a_moment') from error
