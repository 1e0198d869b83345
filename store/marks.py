"""Marks: whether a rule about records holds for a record, as a bit in a column of the record.

A bit costs the same to ask, whatever the rule's filter looks at, and lies in the indexes that count. It is
believed only while it was made of the very condition that the filter means now (`RecordRule.marked`)."""

import math
from collections.abc import Sequence
from typing import Any

from store.actor import RecordRule
from store.query import Filter
from store.sql import Sql

BITS = 62
_PASSING = frozenset({'is_me', 'last_days', 'next_days'})
"""Operators that mean something else for another reader or on another day."""


def read_off(rule: RecordRule, asked: Sql) -> Sql:
    """The condition of a rule's filter, or its mark where the records carry one of that condition."""
    if rule.marked and spelled(asked) == rule.marked:
        return f'(t.marks & {rule.mark}) = {rule.mark}', []
    return asked


def is_read_off(asked: Sql) -> bool:
    """Whether a condition only looks at a mark."""
    return asked[0].startswith('(t.marks & ')


def together(asked: Sequence[Sql]) -> list[Sql]:
    """Conditions of which one is enough, those that look at marks as one: each look costs at every record."""
    marked = [text for text, _ in asked if is_read_off((text, []))]
    if len(marked) < 2:
        return list(asked)
    bits = sum({int(text.rpartition(' = ')[2]) for text in marked})
    return [(f'(t.marks & {bits}) > 0', []), *(one for one in asked if not is_read_off(one))]


def lacking(asked: Sql) -> Sql:
    """The opposite of a condition that only looks at marks, which are never unknown."""
    text = asked[0].replace(' = ', ' <> ').replace(' > ', ' <= ')
    return text, asked[1]


def condition_to_mark(filter: Filter, asked: Sql) -> str:
    """The condition as text that a record alone answers, always and for everybody the same; '' if none is.

    What lies behind a link changes without the record, so nothing that looks there is kept beside it."""
    if 'SELECT' in asked[0] or not _lasts(filter):
        return ''
    return spelled(asked)


def _lasts(filter: Filter) -> bool:
    return all(_lasts(item) if isinstance(item, Filter) else item.op not in _PASSING for item in filter.items)


def spelled(asked: Sql) -> str:
    """A condition with its arguments written out; '' when one of them cannot be."""
    text, args = asked
    pieces = text.split('?')
    values = [_literal(value) for value in args]
    if None in values or len(pieces) != len(values) + 1:
        return ''
    return ''.join([pieces[0], *(f'{v}{piece}' for v, piece in zip(values, pieces[1:], strict=True))])


def _literal(value: Any) -> str | None:
    if value is None:
        return 'NULL'
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return f'({value!r})' if value < 0 else repr(value)
    if isinstance(value, str):
        return "'" + value.replace('\x00', '').replace("'", "''") + "'"
    return None
