"""Records are made and changed here: parsed, checked, stored and journalled in one transaction.

The door (`Records`) asks for rights first; nothing else calls this module."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from tortoise.exceptions import IntegrityError

from store import changes, clock, database, default_rights, ranks, search
from store.actor import Actor, Cause
from store.catalogs import SCHEMA
from store.changes import Entry
from store.decoding import plan_of
from store.fields import FIELD_TYPES
from store.fields.auto_number import AutoNumber
from store.problems import BadValue, Conflict, Invalid, Problem, Refused
from store.schema import Catalog, FieldSpec, Pipeline, Stage
from store.tables import columns, sort_column, table
from store.values import RecordView, Ref
from store.zones import acting_zone

_MOST_COLUMNS = 12
"""Those that every record has, beside at most two of each field."""
WRITABLE_SYSTEM = frozenset({'title', 'owner', 'stage'})
BATCH = 100
MARKED = 500
MOST_VALUES = 30_000
"""Of one statement: both engines stop at 32,767."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows on their way into the database."""

    rows: Sequence[Mapping[str, Any]]
    now: int
    answer: Callable[[], Awaitable[list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes for an actor and a cause."""

    actor: Actor
    cause: Cause

    async def create(
        self, catalog: Catalog, rows: Sequence[Mapping[str, Any]], returning: str = 'id'
    ) -> list[dict[str, Any]]:
        """Insert parsed rows (see `parse`); gives these columns of each, in order, the id among them."""
        batch = max(1, min(BATCH, MOST_VALUES // (_MOST_COLUMNS + 2 * len(catalog.live_fields))))
        parts = [rows[start : start + batch] for start in range(0, len(rows), batch)]
        made: list[dict[str, Any]] = []
        before: _Part | None = None
        for part in [*parts, None]:
            # While the database makes one part's rows, the part before it is written about.
            now = None if part is None else await self._set_off(catalog, part, returning)
            if before is not None:
                made += await self._finish(catalog, before)
            before = now
        return made

    async def _set_off(self, catalog: Catalog, given: Sequence[Mapping[str, Any]], returning: str) -> '_Part':
        now = clock.now_ms()
        rows = await _numbered(catalog, given)
        stored = [self._cells(catalog, row, now) for row in rows]
        names = list(dict.fromkeys(name for cells in stored for name in cells))
        blanks = ', '.join([f'({", ".join("?" * len(names))})'] * len(stored))
        shared, codes = default_rights.any_for(catalog)
        sql = (
            f'INSERT INTO {table(catalog)} ({", ".join(names)}) VALUES {blanks}'
            f' RETURNING {returning}, {shared} AS default_rights'
        )
        values = [cells.get(name) for cells in stored for name in names]
        try:
            return _Part(rows, now, await database.set_off(sql, [*values, *codes]))
        except IntegrityError as error:
            raise _not_unique(catalog, error) from error

    async def _finish(self, catalog: Catalog, part: '_Part') -> list[dict[str, Any]]:
        try:
            found = await part.answer()
        except IntegrityError as error:
            raise _not_unique(catalog, error) from error
        # RETURNING promises no order; rows of one statement get rising ids in the order given.
        found.sort(key=itemgetter('id'))
        ids = [row['id'] for row in found]
        await self._after_insert(catalog, ids, part.rows, part.now)
        if found[0]['default_rights']:
            await default_rights.apply(self.actor, catalog, ids)
        return found

    def _cells(self, catalog: Catalog, row: Mapping[str, Any], now: int) -> dict[str, Any]:
        cells: dict[str, Any] = {
            'rank': ranks.newest(),
            'version': 1,
            'created_at': now,
            'created_by': self.actor.person_id,
            'updated_at': now,
            'updated_by': self.actor.person_id,
        }
        for code, value in row.items():
            cells |= encode(catalog, code, value)
        if row.get('stage'):
            cells['stage_at'] = now
        return cells

    async def _after_insert(
        self, catalog: Catalog, ids: Sequence[int], rows: Sequence[Mapping[str, Any]], now: int
    ) -> None:
        visits = [
            [catalog.id, record_id, ranks.stage_id(catalog, row['stage']), now]
            for record_id, row in zip(ids, rows, strict=True)
            if row.get('stage')
        ]
        await database.owe(
            'INSERT INTO stage_visits (catalog_id, record_id, stage_id, entered_at) VALUES (?, ?, ?, ?)',
            visits,
        )
        await search.write(
            [doc for i, row in zip(ids, rows, strict=True) for doc in search.documents(catalog, i, row)]
        )
        entries = [
            Entry(
                i, changes.CREATED, 1, {}, journal(catalog, {k: v for k, v in row.items() if v is not None})
            )
            for i, row in zip(ids, rows, strict=True)
        ]
        await changes.owe(self.actor, self.cause, catalog, entries)

    async def change(
        self,
        catalog: Catalog,
        old: RecordView,
        values: Mapping[str, Any],
        *,
        extra: Mapping[str, Any] | None = None,
        returning: str = 'id, version',
    ) -> dict[str, Any] | None:
        """Store what differs from `old` (read and locked in this transaction).

        Gives these columns of the record as it is then; None when nothing differs."""
        changed = {code: value for code, value in values.items() if not _same(old.values.get(code), value)}
        if not changed and not extra:
            return None
        moved = 'stage' in changed
        if moved:
            changed |= self._closing(catalog, old, changed)
        row = await self._update(catalog, old, changed, dict(extra or {}), returning)
        if moved:
            await _visit(catalog, old.id, changed['stage'])
        if not changed:
            changes.announce_reordered(catalog.code, old.id)
            return row
        if search.looks_at(catalog, changed):
            await search.write(search.documents(catalog, old.id, {**old.values, **changed}))
        entry = Entry(
            old.id,
            changes.MOVED if moved else changes.CHANGED,
            row['version'],
            journal(catalog, {code: old.values.get(code) for code in changed}),
            journal(catalog, changed),
        )
        await changes.owe(self.actor, self.cause, catalog, [entry])
        return row

    async def _update(
        self,
        catalog: Catalog,
        old: RecordView,
        changed: Mapping[str, Any],
        cells: dict[str, Any],
        returning: str,
    ) -> dict[str, Any]:
        now = clock.now_ms()
        for code, value in changed.items():
            cells |= encode(catalog, code, value)
        if 'stage' in changed:
            cells['stage_at'] = now
        cells['version'] = old.version + (1 if changed else 0)
        if changed:
            cells |= {'updated_at': now, 'updated_by': self.actor.person_id}
        sets = ', '.join(f'{name} = ?' for name in cells)
        sql = f'UPDATE {table(catalog)} SET {sets} WHERE id = ? AND version = ? RETURNING {returning}'
        try:
            done = await database.rows(sql, [*cells.values(), old.id, old.version])
        except IntegrityError as error:
            raise _not_unique(catalog, error) from error
        if not done:
            raise Conflict(record_id=old.id, version=old.version)
        return done[0]

    @staticmethod
    def _closing(catalog: Catalog, old: RecordView, changed: Mapping[str, Any]) -> dict[str, Any]:
        """The closing date that a move into a final stage fills, and a move back empties."""
        found, before = catalog.stage(changed['stage']), catalog.stage(old.stage or '')
        if not found or not found[0].closed_field or found[0].closed_field in changed:
            return {}
        code = found[0].closed_field
        if found[1].is_final:
            return {code: clock.today(acting_zone())} if old.values.get(code) is None else {}
        return {code: None} if before and before[1].is_final and old.values.get(code) is not None else {}

    async def mark(self, catalog: Catalog, olds: Sequence[RecordView], *, removed: bool) -> None:
        """Put records (read and locked in this transaction) into the recycle bin, or take them out."""
        for start in range(0, len(olds), MARKED):
            await self._mark(
                catalog, {old.id: old.version for old in olds[start : start + MARKED]}, removed=removed
            )

    async def _mark(self, catalog: Catalog, versions: Mapping[int, int], *, removed: bool) -> None:
        now = clock.now_ms()
        sql = (
            f'UPDATE {table(catalog)} SET deleted_at = ?, version = version + 1, updated_at = ?,'
            f' updated_by = ? WHERE id IN ({", ".join("?" * len(versions))}) RETURNING id, version'
        )
        moment = now if removed else None
        try:
            done = await database.rows(sql, [moment, now, self.actor.person_id, *versions])
        except IntegrityError as error:
            raise _not_unique(catalog, error) from error
        found = {row['id']: row['version'] for row in done}
        for record_id, version in versions.items():
            if found.get(record_id) != version + 1:
                raise Conflict(record_id=record_id, version=version)
        kind = changes.REMOVED if removed else changes.RESTORED
        entries = [Entry(record_id, kind, version + 1, {}, {}) for record_id, version in versions.items()]
        await changes.owe(self.actor, self.cause, catalog, entries)


async def locked_many(catalog: Catalog, ids: Sequence[int], *, deleted: bool = False) -> list[RecordView]:
    """Those of these records that are there, locked until the transaction ends, in the order of their ids.

    Rights are the caller's business."""
    plan = plan_of(catalog)
    lock = ' FOR UPDATE' if database.is_postgres() else ''
    views: list[RecordView] = []
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), MARKED):
        part = wanted[start : start + MARKED]
        found = await database.rows(
            f'SELECT {plan.select} FROM {table(catalog)} t WHERE t.id IN ({", ".join("?" * len(part))})'
            f' AND t.deleted_at IS {"NOT " if deleted else ""}NULL ORDER BY t.id{lock}',
            part,
        )
        views += [plan.view(row) for row in found]
    return views


def parse(catalog: Catalog, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by type; unknown and read-only fields are refused.

    :raises Invalid: every bad field with its reason"""
    parsed: dict[str, Any] = {}
    errors: dict[str, Problem] = {}
    for code, raw in values.items():
        spec = catalog.field(code)
        try:
            if spec is None:
                raise BadValue('unknown_field')
            if spec.read_only or spec.type == 'auto_number' or (not spec.id and code not in WRITABLE_SYSTEM):
                raise BadValue('read_only')
            parsed[code] = FIELD_TYPES[spec.type].parse(raw, spec)
            if code == 'stage' and parsed[code] is not None and not catalog.stage(str(parsed[code])):
                raise BadValue('no_such_stage', value=str(parsed[code])[:100])
        except BadValue as error:
            errors[code] = error
    if errors:
        raise Invalid(errors)
    return parsed


def encode(catalog: Catalog, code: str, value: Any) -> dict[str, Any]:
    """A value as cells by column."""
    spec = catalog.field(code)
    if spec is None:
        raise BadValue('unknown_field')
    if code == 'stage' and not spec.id:
        return {'stage_id': ranks.stage_id(catalog, value) if value else None}
    cells = FIELD_TYPES[spec.type].encode(value, spec)
    return dict(zip(columns(spec), cells, strict=False))


def journal(catalog: Catalog, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the journal keeps them: JSON, links without names (each reader's rights give those)."""
    plain: dict[str, Any] = {}
    for code, value in values.items():
        spec = catalog.field(code)
        if isinstance(value, Ref):
            plain[code] = {'id': value.id, 'catalog': value.catalog}
        elif spec:
            plain[code] = FIELD_TYPES[spec.type].to_json(value, spec)
    return plain


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, Ref) and isinstance(new, Ref):
        return (old.catalog, old.id) == (new.catalog, new.id)
    return bool(old == new)


async def _visit(catalog: Catalog, record_id: int, stage: str | None) -> None:
    now = clock.now_ms()
    await database.owe(
        'UPDATE stage_visits SET left_at = ?, duration = ? - entered_at'
        ' WHERE catalog_id = ? AND record_id = ? AND left_at IS NULL',
        [[now, now, catalog.id, record_id]],
    )
    if stage:
        await database.owe(
            'INSERT INTO stage_visits (catalog_id, record_id, stage_id, entered_at) VALUES (?, ?, ?, ?)',
            [[catalog.id, record_id, ranks.stage_id(catalog, stage), now]],
        )


async def _numbered(catalog: Catalog, rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The rows with their automatic numbers."""
    specs = [spec for spec in catalog.live_fields if spec.type == 'auto_number']
    if not specs:
        return rows
    numbered = [dict(row) for row in rows]
    for row in numbered:
        for spec in specs:
            found = await database.rows(
                'UPDATE fields SET seq = seq + 1 WHERE id = ? RETURNING seq', [spec.id]
            )
            row[spec.code] = AutoNumber.format(found[0]['seq'], spec)
    return numbered


def _not_unique(catalog: Catalog, error: IntegrityError) -> Problem:
    text = str(error)
    for spec in catalog.fields:
        if re.search(rf'\bux_f_{spec.id}\b|\.{sort_column(spec)}\b', text):
            return Invalid({spec.code: BadValue('not_unique')})
    return Refused('not_unique')


def pipeline_of(catalog: Catalog, stage: str) -> tuple[Pipeline, Stage]:
    """The pipeline and stage of a code.

    :raises Invalid: no such stage"""
    found = catalog.stage(stage)
    if not found:
        raise Invalid({'stage': BadValue('no_such_stage', value=str(stage)[:100])})
    return found


def target_catalogs(catalog: Catalog) -> list[tuple[Catalog, FieldSpec]]:
    """The link fields anywhere that may point at records of this catalogue."""
    return [
        (other, spec)
        for other in SCHEMA
        for spec in other.live_fields
        if spec.type == 'link' and spec.options.get('target') in (catalog.code, '*')
    ]
