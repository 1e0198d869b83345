"""What a caller may ask of a catalogue, as values: conditions, order, page; and their form in an address."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.problems import Refused

OPERATORS = (
    'is', 'is_not', 'in', 'not_in', 'contains', 'starts', 'less', 'less_equal', 'greater', 'greater_equal',
    'between', 'empty', 'filled', 'has_any', 'has_all', 'last_days', 'next_days', 'is_me',
)  # fmt: skip
"""Every operator; which of them fit a field is said by its type (`FieldType.filters`)."""

MAX_DEPTH = 5
MAX_CONDITIONS = 100
_UNFIT = re.compile(r'[\x00\ud800-\udfff]')


def is_storable(value: Any, depth: int = 3) -> bool:
    """Whether both engines take a value as an argument: no NUL, no half a character, no giant number."""
    if isinstance(value, str):
        return not _UNFIT.search(value)
    if isinstance(value, int):
        return -(1 << 63) <= value < 1 << 63
    if isinstance(value, float):
        return math.isfinite(value)
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return depth > 0 and all(is_storable(one, depth - 1) for one in inner)


@dataclass(frozen=True, slots=True)
class Condition:
    """One row of a filter: `field` is a code, or 'link_field.code' for a field of the linked record.

    The pseudo-fields 'pipeline' (code or id), 'stage_kind' ('open', 'won', 'lost'), 'visited' (stages
    it ever was in) and '<money field>.currency' are known too."""

    field: str
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions joined by 'all' or 'any'; may be nested up to `MAX_DEPTH`. Empty matches everything."""

    items: tuple['Condition | Filter', ...] = ()
    join: str = 'all'

    def __bool__(self) -> bool:
        return bool(self.items)

    def also(self, *more: 'Condition | Filter') -> 'Filter':
        """This filter and the given conditions."""
        return Filter((self, *more) if self.items else more)

    def to_plain(self) -> dict[str, Any]:
        """As JSON values: ``{'all': [['amount', 'greater', 5], {'any': […]}]}``."""
        return {
            self.join: [
                i.to_plain() if isinstance(i, Filter) else [i.field, i.op, i.value] for i in self.items
            ]
        }

    @classmethod
    def from_plain(cls, plain: Any) -> 'Filter':
        """The filter of such JSON values.

        :raises Refused: 'bad_filter' with the reason; never anything else, whatever is given"""
        return _parse(plain, 0, [0])

    def to_text(self) -> str:
        """Short text for an address; '' when empty."""
        return json.dumps(self.to_plain(), ensure_ascii=False, separators=(',', ':')) if self.items else ''

    @classmethod
    def from_text(cls, text: str) -> 'Filter':
        """The filter of an address.

        :raises Refused: 'bad_filter'"""
        if not text:
            return NO_FILTER
        try:
            plain = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Refused('bad_filter', reason='not JSON') from error
        return cls.from_plain(plain)


NO_FILTER = Filter()


def where(**values: Any) -> Filter:
    """A filter of plain equalities: ``where(stage='new', owner=3)``."""
    return Filter(tuple(Condition(name, 'is', value) for name, value in values.items()))


def _parse(plain: Any, depth: int, seen: list[int]) -> Filter:
    if depth > MAX_DEPTH or not isinstance(plain, Mapping) or len(plain) != 1:
        raise Refused('bad_filter', reason='one of all/any with a list is expected')
    ((join, items),) = plain.items()
    if join not in ('all', 'any') or not isinstance(items, list):
        raise Refused('bad_filter', reason='one of all/any with a list is expected')
    return Filter(tuple(_parse_item(item, depth, seen) for item in items), join)


def _parse_item(item: Any, depth: int, seen: list[int]) -> Condition | Filter:
    seen[0] += 1
    if seen[0] > MAX_CONDITIONS:
        raise Refused('bad_filter', reason='too many conditions')
    if isinstance(item, Mapping):
        return _parse(item, depth + 1, seen)
    if (
        not isinstance(item, list)
        or len(item) not in (2, 3)
        or not isinstance(item[0], str)
        or item[1] not in OPERATORS
    ):
        raise Refused('bad_filter', reason='a condition is [field, operator, value]')
    if not is_storable(item[-1]):
        raise Refused('bad_filter', reason='no database holds this value')
    return Condition(item[0], item[1], item[2] if len(item) == 3 else None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A page of records: filtered, searched, sorted, cut.

    `sort` is a field code, '-code' for descending; `after` is the `Page.cursor` of the page before;
    `offset` is for jumping scroll bars only; `text` searches the records' words."""

    filter: Filter = NO_FILTER
    sort: str = '-id'
    limit: int = 50
    after: str | None = None
    offset: int = 0
    text: str = ''
    fields: Sequence[str] | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one page; `cursor` leads to the next one, None at the end."""

    records: tuple[Any, ...]
    cursor: str | None
