"""Pages of records by SQL: narrowed by rights, filtered, searched, sorted, cut by a cursor."""

import base64
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, cast

from store import database, search
from store.actor import Actor
from store.catalogs import SCHEMA
from store.conditions import filter_sql
from store.decoding import plan_of
from store.fields import FIELD_TYPES
from store.names import names_of
from store.policies import Eyes, allowed, may_read_of, readable, readable_apart, readable_in_order
from store.problems import Refused
from store.query import NO_FILTER, Filter, Query, is_storable
from store.schema import Catalog, FieldSpec
from store.sql import Sql
from store.tables import NEVER_NULL, sort_column, table
from store.values import RecordView, Ref

LAST_ID = 2**63 - 1
MAX_PAGE = 1000
_KEY = re.compile(r'[a-z0-9_]{1,60}')


def scope(actor: Actor, catalog: Catalog, asked: Filter, text: str = '', *, deleted: bool = False) -> Sql:
    """The WHERE of everything: rights, filter, words, and the recycle bin."""
    return _scope(actor, catalog, readable(actor, catalog), asked, text, deleted=deleted)


def scope_in_order(
    actor: Actor, catalog: Catalog, asked: Filter, text: str = '', *, stage: str | None = None
) -> Sql:
    """`scope` for a page, which needs the first records of an order only."""
    return _scope(actor, catalog, readable_in_order(actor, catalog, stage), asked, text)


def scopes(
    actor: Actor, catalog: Catalog, asked: Filter, text: str = '', *, in_one_go: bool = False
) -> list[tuple[int, Sql]]:
    """`scope` in parts to be added up (1) and taken off (-1); `in_one_go` for sums of most records."""
    parts = readable_apart(actor, catalog, in_one_go=in_one_go)
    return [(sign, _scope(actor, catalog, part, asked, text)) for sign, part in parts]


def _scope(
    actor: Actor, catalog: Catalog, narrow: Sql, asked: Filter, text: str, *, deleted: bool = False
) -> Sql:
    args = narrow[1]
    parts = [f't.deleted_at IS {"NOT " if deleted else ""}NULL', narrow[0]]
    if asked:
        condition, more = filter_sql(Eyes(actor), catalog, asked)
        parts.append(condition)
        args = [*args, *more]
    if text.strip():
        condition, more = search.condition(actor, catalog, text)
        parts.append(condition)
        args = [*args, *more]
    return ' AND '.join(parts), args


async def page(actor: Actor, catalog: Catalog, query: Query) -> tuple[list[RecordView], str | None]:
    """Records in order and the cursor of the next page."""
    if not 0 < query.limit <= MAX_PAGE or query.offset < 0:
        raise Refused('bad_page', limit=MAX_PAGE)
    descending, code = query.sort.startswith('-'), query.sort.lstrip('-')
    spec = catalog.field(code)
    if spec is None:
        raise Refused('bad_sort', field=code)
    plan = plan_of(catalog, query.fields)
    where, args = scope_in_order(actor, catalog, query.filter, query.text)
    ordering = _Ordering(actor, catalog, spec, descending=descending)
    found = await ordering.rows(f'{plan.select}, ', where, args, query)
    more = len(found) > query.limit
    found = found[: query.limit]
    cursor = to_cursor(found[-1]['sort_value'], found[-1]['id']) if more else None
    return await with_titles(actor, [plan.view(row) for row in found]), cursor


class _Ordering:
    """One sort field as SQL; nothing sorts as the smallest on both engines."""

    def __init__(self, actor: Actor, catalog: Catalog, spec: FieldSpec, *, descending: bool) -> None:
        self.table, self.spec, self.descending = table(catalog), spec, descending
        self.by_id = sort_column(spec) == 'id'
        self.by: Sql = ('t.id', []) if self.by_id else _sort_expression(actor, catalog, spec)
        self.nullable = spec.code not in NEVER_NULL or bool(spec.id)
        self.of_text = self.by[0].startswith('(SELECT') or _is_text(spec)
        self.way, self.compare = ('DESC', '<') if descending else ('ASC', '>')

    def _order(self) -> str:
        nulls = ''
        if self.nullable and database.is_postgres():
            nulls = ' NULLS LAST' if self.descending else ' NULLS FIRST'
        return f't.id {self.way}' if self.by_id else f'sort_value {self.way}{nulls}, t.id {self.way}'

    async def rows(self, select: str, where: str, args: list[Any], query: Query) -> list[dict[str, Any]]:
        head = f'SELECT {select}{self.by[0]} AS sort_value FROM {self.table} t WHERE {where}'
        tail = f' ORDER BY {self._order()} LIMIT ?'
        args = [*self.by[1], *args]
        if query.after is None:
            jump = ' OFFSET ?' if query.offset else ''
            more = [query.limit + 1, query.offset] if query.offset else [query.limit + 1]
            return await database.rows(head + tail + jump, [*args, *more], read=True)
        found: list[dict[str, Any]] = []
        for text, values in self._after(from_cursor(query.after, of_text=self.of_text)):
            left = query.limit + 1 - len(found)
            if left > 0:
                found += await database.rows(f'{head} AND {text}{tail}', [*args, *values, left], read=True)
        return found

    def _after(self, cursor: tuple[Any, int]) -> list[Sql]:
        """What lies behind a cursor: the rest of its own part, then the other part (filled or empty)."""
        value, record_id = cursor
        by, args = self.by
        by_id: Sql = (f't.id {self.compare} ?', [record_id])
        if self.by_id:
            return [by_id]
        if value is None:
            rest: Sql = (f'{by} IS NULL AND {by_id[0]}', [*args, *by_id[1]])
            return [rest] if self.descending else [rest, (f'{by} IS NOT NULL', args)]
        beyond = f'{by} {self.compare} ? OR t.id {self.compare} ?'
        text = f'{by} {self.compare}= ? AND ({beyond})'
        filled: Sql = (text, [*args, value, *args, value, record_id])
        empty: Sql = (f'{by} IS NULL', args)
        return [filled, empty] if self.descending and self.nullable else [filled]


def _sort_expression(actor: Actor, catalog: Catalog, spec: FieldSpec) -> Sql:
    """The cursor carries its value, so it must hold nothing that the actor may not read."""
    column = f't.{sort_column(spec)}'
    if spec.type == 'person':
        return f'(SELECT fold(p.name) FROM people p WHERE p.id = {column})', []
    target = SCHEMA.by_code.get(str(spec.options.get('target'))) if spec.type == 'link' else None
    if target:
        narrow, args = may_read_of('x', actor, target)
        text = (
            f'(SELECT x.title_key FROM {table(target)} x'
            f' WHERE x.id = {column} AND x.deleted_at IS NULL AND {narrow})'
        )
        return text, args
    if spec.type == 'stage':
        return _cases(column, [str(stage.id) for _, stage in catalog.stages()]), []
    if spec.type == 'choice':
        keys = [c['key'] for c in spec.options.get('choices', ())]
        return _cases(column, [f"'{key}'" for key in keys if _KEY.fullmatch(key)]), []
    return column, []


def _is_text(spec: FieldSpec) -> bool:
    kind = FIELD_TYPES[spec.type]
    return spec.type not in ('stage', 'choice') and dict(kind.columns)[kind.sorted_by] in ('KEY', 'TEXT')


def _cases(column: str, values: Sequence[str]) -> str:
    if not values:
        return column
    whens = ' '.join(f'WHEN {value} THEN {place}' for place, value in enumerate(values))
    return f'(CASE {column} {whens} END)'


def to_cursor(value: Any, record_id: int) -> str:
    """An opaque cursor, safe in an address."""
    return base64.urlsafe_b64encode(json.dumps([value, record_id]).encode()).decode().rstrip('=')


def from_cursor(text: str, *, of_text: bool = False) -> tuple[Any, int]:
    """What a cursor holds: a text or a number (or None), and a record.

    :raises Refused: 'bad_cursor'"""
    try:
        value, record_id = json.loads(base64.urlsafe_b64decode(text + '=' * (-len(text) % 4)))
    except (ValueError, TypeError) as error:
        raise Refused('bad_cursor') from error
    if (
        isinstance(record_id, bool)
        or not isinstance(record_id, int)
        or not isinstance(value, (str if of_text else int | float) | None)
        or not is_storable([value, record_id])
    ):
        raise Refused('bad_cursor')
    return value, record_id


async def count(actor: Actor, catalog: Catalog, asked: Filter = NO_FILTER, text: str = '') -> int:
    """How many records a filter matches."""
    terms, values = [], []
    for sign, (where, args) in scopes(actor, catalog, asked, text):
        terms.append(f'{sign} * (SELECT COUNT(*) FROM {table(catalog)} t WHERE {where})')
        values += args
    found = await database.rows(f'SELECT {" + ".join(terms)} AS n', values, read=True)
    return int(found[0]['n'])


async def one(actor: Actor, catalog: Catalog, record_id: int, *, deleted: bool = False) -> RecordView | None:
    """One record, if the actor may read it."""
    if not 0 < record_id <= LAST_ID:
        return None
    plan = plan_of(catalog)
    where, args = scope(actor, catalog, NO_FILTER, deleted=deleted)
    found = await database.rows(
        f'SELECT {plan.select} FROM {table(catalog)} t WHERE {where} AND t.id = ?',
        [*args, record_id],
        read=True,
    )
    return (await with_titles(actor, [plan.view(found[0])]))[0] if found else None


async def with_titles(actor: Actor, views: list[RecordView]) -> list[RecordView]:
    """The views with the names of people and of those linked records that the actor may read."""
    # The views are this module's own until it hands them out.
    found = [
        (cast('dict[str, Any]', view.values), code, value)
        for view in views
        for code, value in view.values.items()
        if type(value) is Ref
    ]
    if not found:
        return views
    refs = {(ref.catalog, ref.id): ref for _, _, ref in found}
    names = await titles(actor, refs.values())
    named = {key: Ref(ref.id, names.get(key, ''), ref.catalog) for key, ref in refs.items()}
    for values, code, ref in found:
        values[code] = named[ref.catalog, ref.id]
    return views


async def titles(actor: Actor, refs: Iterable[Ref]) -> dict[tuple[str, int], str]:
    """Names by (catalogue, id): one query a catalogue, narrowed by rights; what may not be read is absent."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for ref in refs:
        wanted[ref.catalog].add(ref.id)
    names: dict[tuple[str, int], str] = {}
    for code, ids in wanted.items():
        if code == 'person':
            names |= {(code, one): name for one, name in (await names_of(ids)).items()}
            continue
        for row in await _named(actor, code, sorted(ids)):
            names[code, row['id']] = row['title']
    return names


async def _named(actor: Actor, code: str, ids: list[int]) -> list[dict[str, Any]]:
    blanks = ', '.join('?' * len(ids))
    catalog = SCHEMA.by_code.get(code)
    if catalog is None:
        return []
    narrow, args = readable(actor, catalog)
    return await database.rows(
        f'SELECT t.id, t.title FROM {table(catalog)} t'
        f' WHERE t.id IN ({blanks}) AND t.deleted_at IS NULL AND {narrow}',
        [*ids, *args],
        read=True,
    )


async def granted(
    actor: Actor, catalog: Catalog, ids: Sequence[int], rights: Sequence[str]
) -> dict[int, frozenset[str]]:
    """Which of some rights the actor has to each of some records, deleted ones too."""
    if not ids or not rights:
        return dict.fromkeys(ids, frozenset())
    conditions = [allowed(actor, right, catalog) for right in rights]
    columns = ', '.join(
        f'(CASE WHEN {text} THEN 1 ELSE 0 END) AS a{i}' for i, (text, _) in enumerate(conditions)
    )
    found = await database.rows(
        f'SELECT t.id, {columns} FROM {table(catalog)} t WHERE t.id IN ({", ".join("?" * len(ids))})',
        [*(arg for _, args in conditions for arg in args), *ids],
        read=not database.in_open_transaction(),
    )
    return {row['id']: frozenset(r for i, r in enumerate(rights) if row[f'a{i}']) for row in found}
