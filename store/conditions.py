"""A filter as SQL on the row `t`.

Columns come from the schema, values travel as arguments, rights go through links."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from store import clock, database
from store.actor import Actor
from store.fields import FIELD_TYPES
from store.fields.link import ANY
from store.problems import BadValue, Refused
from store.query import Condition, Filter
from store.schema import Catalog, FieldSpec
from store.sql import Sql
from store.tables import columns, sort_column, table
from store.values import Reading
from store.zones import acting_zone

COMPARISONS = {'less': '<', 'less_equal': '<=', 'greater': '>', 'greater_equal': '>='}
MAX_LIST = 500
_DAY = dt.timedelta(days=1)
_ISO_DAY = len('2026-03-01')


class Viewer(Protocol):
    """Through whose eyes a filter sees linked records; `actor` is whom "me" means."""

    actor: Actor

    def catalog(self, code: str) -> Catalog | None:
        """A catalogue as far as it is seen."""

    def narrow(self, catalog: Catalog) -> Sql:
        """The condition on a row `t` of a catalogue that it is seen."""


def filter_sql(viewer: Viewer, catalog: Catalog, asked: Filter) -> Sql:
    """The SQL of a filter on a catalogue as it is seen.

    :raises Refused: 'bad_filter' with the field and the reason"""
    parts, args = [], []
    for item in asked.items:
        text, more = (
            filter_sql(viewer, catalog, item)
            if isinstance(item, Filter)
            else _condition(viewer, catalog, item)
        )
        parts.append(text)
        args += more
    if not parts:
        return '1 = 1', []
    return f'({(" OR " if asked.join == "any" else " AND ").join(parts)})', args


def _condition(viewer: Viewer, catalog: Catalog, asked: Condition) -> Sql:
    if asked.field in _PSEUDO:
        return _PSEUDO[asked.field](catalog, asked)
    if '.' in asked.field:
        return _through_link(viewer, catalog, asked)
    spec = catalog.field(asked.field)
    if spec is None:
        raise _bad(asked, 'unknown field')
    if asked.op not in FIELD_TYPES[spec.type].filters:
        raise _bad(asked, 'this operator does not fit the field')
    try:
        return _typed(viewer.actor, catalog, spec, asked)
    except BadValue as error:
        raise _bad(asked, error.code) from error


def _of_pipeline(catalog: Catalog, asked: Condition) -> Sql:
    wanted = _meant(asked)
    return _in_stages([s.id for p, s in catalog.stages() if p.code in wanted or p.id in wanted])


def _of_kind(catalog: Catalog, asked: Condition) -> Sql:
    kinds = _meant(asked)
    return _in_stages([s.id for _, s in catalog.stages() if s.kind in kinds])


def _visited(catalog: Catalog, asked: Condition) -> Sql:
    codes = _meant(asked)
    text, ids = _in('v.stage_id', [s.id for _, s in catalog.stages() if s.code in codes])
    return f't.id IN (SELECT v.record_id FROM stage_visits v WHERE v.catalog_id = ? AND {text})', [
        catalog.id,
        *ids,
    ]


def _meant(asked: Condition) -> list[Any]:
    if asked.op not in ('is', 'in'):
        raise _bad(asked, 'this operator does not fit the field')
    return list(asked.value) if isinstance(asked.value, list | tuple) else [asked.value]


_PSEUDO = {'pipeline': _of_pipeline, 'stage_kind': _of_kind, 'visited': _visited}


def _typed(actor: Actor, catalog: Catalog, spec: FieldSpec, asked: Condition) -> Sql:
    column = f't.{sort_column(spec)}'
    if asked.op in ('empty', 'filled'):
        return f'{column} IS {"NOT " if asked.op == "filled" else ""}NULL', []
    if asked.op == 'is_me':
        return f'{column} = ?', [actor.person_id]
    if spec.type == 'stage':
        return _stage(catalog, asked)
    if spec.type in _BY_TYPE:
        return _BY_TYPE[spec.type](spec, column, asked)
    if asked.op in _BY_OPERATOR:
        return _BY_OPERATOR[asked.op](spec, column, asked)
    return _compared(column, asked, lambda value: FIELD_TYPES[spec.type].operand(value, spec))


def _compared(column: str, asked: Condition, operand: Callable[[Any], Any]) -> Sql:
    if asked.op == 'between':
        return _between(column, [None if v in (None, '') else operand(v) for v in _listed(asked, exactly=2)])
    if asked.op in ('in', 'not_in'):
        return _in(column, [operand(v) for v in _listed(asked)], negated=asked.op == 'not_in')
    value = operand(asked.value)
    if value is None:
        if asked.op not in ('is', 'is_not'):
            raise _bad(asked, 'a value is missing')
        return f'{column} IS {"NOT " if asked.op == "is_not" else ""}NULL', []
    if asked.op == 'is_not':
        return f'({column} <> ? OR {column} IS NULL)', [value]
    return f'{column} {COMPARISONS.get(asked.op, "=")} ?', [value]


def _between(column: str, bounds: Sequence[Any]) -> Sql:
    low, high = bounds
    parts = [(f'{column} >= ?', low), (f'{column} <= ?', high)]
    kept = [(text, value) for text, value in parts if value is not None]
    return ' AND '.join(text for text, _ in kept) or '1 = 1', [value for _, value in kept]


def _in(column: str, values: Sequence[Any], *, negated: bool = False) -> Sql:
    """None among the values stands for the empty cells."""
    given = [value for value in values if value is not None]
    text = f'{column} IN ({", ".join("?" * len(given))})' if given else '1 = 0'
    return _with_empty(text, column, has_empty=len(given) < len(values), negated=negated), given


def _with_empty(text: str, column: str, *, has_empty: bool, negated: bool) -> str:
    if negated:
        rest = f'AND {column} IS NOT NULL' if has_empty else f'OR {column} IS NULL'
        return f'(NOT ({text}) {rest})'
    return f'({text} OR {column} IS NULL)' if has_empty else text


def _in_stages(ids: Sequence[int]) -> Sql:
    return _in('t.stage_id', ids)


def _stage(catalog: Catalog, asked: Condition) -> Sql:
    codes = _listed(asked) if asked.op in ('in', 'not_in') else [asked.value]
    found = [catalog.stage(code) for code in codes if isinstance(code, str)]
    if asked.op.startswith('is') and not all(found):
        raise _bad(asked, 'unknown stage')
    ids = [hit[1].id for hit in found if hit]
    return _in('t.stage_id', ids, negated=asked.op in ('is_not', 'not_in'))


def _link(spec: FieldSpec, column: str, asked: Condition) -> Sql:
    values = _listed(asked) if asked.op in ('in', 'not_in') else [asked.value]
    refs = [FIELD_TYPES['link'].parse(value, spec) for value in values]
    main, kind = columns(spec)
    negated = asked.op in ('is_not', 'not_in')
    if spec.options.get('target', ANY) != ANY:
        return _in(column, [ref.id if ref else None for ref in refs], negated=negated)
    given = [ref for ref in refs if ref]
    text = ' OR '.join([f'(t.{main} = ? AND t.{kind} = ?)'] * len(given)) or '1 = 0'
    args = [cell for ref in given for cell in (ref.id, ref.catalog)]
    return _with_empty(f'({text})', column, has_empty=len(given) < len(refs), negated=negated), args


def _instant(raw: Any) -> dt.datetime:
    """The moment of a filter's value; without a zone it is meant where the asker lives."""
    spec = FieldSpec(code='', label='', type='date_time')
    parsed: dt.datetime | None = FIELD_TYPES['date_time'].parse(raw, spec, Reading(zone=acting_zone().key))
    if parsed is None:
        raise BadValue('not_a_moment')
    return parsed


def _first_ms(raw: Any) -> int:
    return clock.to_ms(_instant(raw))


def _last_ms(raw: Any) -> int:
    # A bare day reaches to its end where the asker lives; it has 23 or 25 hours when the clocks change.
    if not (isinstance(raw, str) and len(raw.strip()) == _ISO_DAY):
        return _first_ms(raw)
    return clock.to_ms((_instant(raw).astimezone(acting_zone()) + _DAY).astimezone(dt.UTC)) - 1


def _moment(_spec: FieldSpec, column: str, asked: Condition) -> Sql:
    if asked.op in ('last_days', 'next_days'):
        span, now = _number(asked) * 86_400_000, clock.now_ms()
        return _between(column, (now - span, now) if asked.op == 'last_days' else (now, now + span))
    if asked.op == 'between':
        low, high = _listed(asked, exactly=2)
        return _between(column, (_first_ms(low) if low else None, _last_ms(high) if high else None))
    if asked.op in ('is', 'is_not') and asked.value:
        text, args = _between(column, (_first_ms(asked.value), _last_ms(asked.value)))
        return (text, args) if asked.op == 'is' else (f'(NOT ({text}) OR {column} IS NULL)', args)
    edge = _last_ms if asked.op in ('greater', 'less_equal') else _first_ms
    return _compared(column, asked, lambda raw: None if raw in (None, '') else edge(raw))


def _words(spec: FieldSpec, column: str, asked: Condition) -> Sql:
    kind = FIELD_TYPES[spec.type]
    folded = kind.sorted_by == 'k' or spec.code == 'title'
    # A text that folds to nothing (no digit in a phone) can match nothing.
    wanted = (
        kind.operand(str(asked.value or ''), spec)
        if folded
        else str(asked.value or '').casefold().replace('ё', 'е')
    )
    if not wanted:
        return '1 = 1' if not asked.value else '1 = 0', []
    for special in '\\%_':
        wanted = wanted.replace(special, f'\\{special}')
    expression = column if folded else f'fold({column})'
    return f"{expression} LIKE ? ESCAPE '\\'", [('%' if asked.op == 'contains' else '') + wanted + '%']


def _choices(spec: FieldSpec, column: str, asked: Condition) -> Sql:
    keys = FIELD_TYPES['choices'].parse(asked.value, spec) or ()
    if not keys:
        return '1 = 1', []
    # instr/strpos have no wildcards, so an underscore in a key stays an underscore.
    find = 'strpos' if database.is_postgres() else 'instr'
    joint = ' AND ' if asked.op == 'has_all' else ' OR '
    return '(' + joint.join([f'{find}({column}, ?) > 0'] * len(keys)) + ')', [f',{key},' for key in keys]


def _through_link(viewer: Viewer, catalog: Catalog, asked: Condition) -> Sql:
    code, _, rest = asked.field.partition('.')
    spec = catalog.field(code)
    if spec and spec.type == 'money' and rest == 'currency':
        return _compared(
            f't.{columns(spec)[1]}', asked, lambda value: str(value or '')[:3].strip('\x00') or None
        )
    target = viewer.catalog(str(spec.options.get('target'))) if spec and spec.type == 'link' else None
    if spec is None or target is None or '.' in rest:
        raise _bad(asked, 'unknown field')
    inner, args = _condition(viewer, target, Condition(rest, asked.op, asked.value))
    narrow, narrow_args = viewer.narrow(target)
    text = (
        f't.{columns(spec)[0]} IN (SELECT t.id FROM {table(target)} t'
        f' WHERE t.deleted_at IS NULL AND {narrow} AND {inner})'
    )
    return text, [*narrow_args, *args]


def _on_days(_spec: FieldSpec, column: str, asked: Condition) -> Sql:
    first, last = _days(asked)
    return f'{column} BETWEEN ? AND ?', [first.isoformat(), last.isoformat()]


_BY_TYPE = {'link': _link, 'date_time': _moment}
_BY_OPERATOR = {
    'contains': _words,
    'starts': _words,
    'has_any': _choices,
    'has_all': _choices,
    'last_days': _on_days,
    'next_days': _on_days,
}


def _days(asked: Condition) -> tuple[dt.date, dt.date]:
    count, today = _number(asked), clock.today(acting_zone())
    return (
        (today - _DAY * (count - 1), today)
        if asked.op == 'last_days'
        else (today, today + _DAY * (count - 1))
    )


def _number(asked: Condition) -> int:
    try:
        count = int(asked.value)
    except (TypeError, ValueError) as error:
        raise _bad(asked, 'a number of days is expected') from error
    if not 0 < count <= 36_500:
        raise _bad(asked, 'a number of days is expected')
    return count


def _listed(asked: Condition, *, exactly: int | None = None) -> list[Any]:
    if not isinstance(asked.value, list | tuple) or len(asked.value) > MAX_LIST:
        raise _bad(asked, 'a list is expected')
    if exactly is not None and len(asked.value) != exactly:
        raise _bad(asked, 'two values are expected')
    return list(asked.value)


def _bad(asked: Condition, reason: str) -> Refused:
    return Refused('bad_filter', field=asked.field, reason=reason)
