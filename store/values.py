"""Values of fields that Python has no type for."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Ref:
    """A linked record, or a person (`catalog` 'person'); `title` is '' when the reader may not know it."""

    id: int
    title: str = ''
    catalog: str = ''


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency, e.g. ``Money(Decimal('12.50'), 'EUR')``."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """How text is to be read: decimal mark, order of a date, currency and zone if none is written."""

    decimal: str = '.'
    dates: str = 'ymd'
    currency: str = ''
    zone: str = 'UTC'


PLAIN = Reading()


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordView:
    """A record as its reader sees it: values of all readable fields by code; empty is None."""

    catalog: str
    id: int
    version: int
    values: Mapping[str, Any]
    deleted_at: dt.datetime | None = None

    def __getitem__(self, code: str) -> Any:
        return self.values[code]

    @property
    def title(self) -> str:
        """Its name."""
        return str(self.values.get('title') or '')

    @property
    def stage(self) -> str | None:
        """The code of its stage."""
        return self.values.get('stage')

    @property
    def owner(self) -> Ref | None:
        """Who is responsible."""
        return self.values.get('owner')

    @property
    def ref(self) -> Ref:
        """A link to it."""
        return Ref(self.id, self.title, self.catalog)
