"""Lookups: the values of choice fields; they are put away or merged without losing a record."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from store import changes, clock, database, guard
from store.actor import TO_UNDO, Actor, Cause
from store.audit import note_structure
from store.catalogs import SCHEMA, shaping
from store.changes import Entry
from store.decoding import plan_of
from store.designer import check_choices, holding, need_unused, rewrite_field
from store.operations import need
from store.problems import BadValue, Invalid, NotFound, Refused
from store.schema import Catalog, FieldSpec
from store.tables import table
from store.values import RecordView
from store.writing import encode, journal

CHOSEN = ('choice', 'choices')
BATCH = 200
Choice = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """What a merge did, for `unmerge`: the value that went, its place, and how many records it rewrote."""

    id: int
    catalog: str
    field: str
    gone: Choice
    place: int
    records: int


def values_of(spec: FieldSpec) -> tuple[Choice, ...]:
    """The values of a choice field in their order; those with `inactive` cannot be chosen anew."""
    return tuple(spec.options.get('choices', ()))


async def save_values(actor: Actor, catalog: str, field: str, values: Sequence[Choice]) -> None:
    """Replace the values of a choice field: each {'key', 'label', 'labels', 'color', 'inactive'}.

    :raises Invalid: field 'choices'
    :raises Refused: 'choice_in_use': a value that records hold is missing; 'no_active_choice'"""
    need(actor, 'edit_lookups')
    kind, spec = _lookup(catalog, field)
    plain = [_plain(value) for value in values]
    if errors := check_choices(plain):
        raise Invalid(errors)
    if all(value.get('inactive') for value in plain):
        raise Refused('no_active_choice')
    async with shaping(actor):
        await need_unused(kind, spec, plain)
        await rewrite_field(_with(spec, plain))
        await note_structure(actor, 'values_changed', name=spec.label, place=kind.label)


def _plain(value: Choice) -> dict[str, Any]:
    made = {**value, 'key': str(value.get('key', '')), 'label': str(value.get('label', '')).strip()[:200]}
    made['labels'] = {code: str(name)[:200] for code, name in dict(value.get('labels') or {}).items() if name}
    made['inactive'] = bool(value.get('inactive'))
    return {name: part for name, part in made.items() if part or name in ('key', 'label')}


def _with(spec: FieldSpec, values: Sequence[Choice]) -> FieldSpec:
    """The field with these values; a default that cannot be chosen any more is none."""
    active = {value['key'] for value in values if not value.get('inactive')}
    default = spec.default
    if isinstance(default, str) and default not in active:
        default = None
    elif isinstance(default, (list, tuple)):
        default = [key for key in default if key in active] or None
    return replace(spec, options={**spec.options, 'choices': list(values)}, default=default)


async def merge(actor: Actor, catalog: str, field: str, gone: str, kept: str) -> Merged:
    """Give every record that holds one value the other one, and drop the first; rules do not hear of it.

    All records are rewritten, whoever may read them, in one transaction and under one cause.

    :raises Invalid: no such value"""
    need(actor, 'edit_lookups')
    kind, spec = _lookup(catalog, field)
    place, value = _choice(spec, gone)
    _choice(spec, kept)
    if gone == kept:
        raise Refused('merge_with_itself')
    cause = Cause('merge', clock.now_ms())
    async with shaping(actor):
        count = await _rewrite(actor, cause, kind, spec, (gone, kept))
        await rewrite_field(_with(spec, [one for one in values_of(spec) if one['key'] != gone]))
        facts = {'name': spec.label, 'place': kind.label, 'gone': value['label'], 'records': count}
        await note_structure(actor, 'values_merged', **facts)
    return Merged(id=cause.id or 0, catalog=catalog, field=field, gone=value, place=place, records=count)


async def unmerge(actor: Actor, merged: Merged) -> int:
    """Take a merge back where nobody has changed the value since; how many records have theirs again."""
    need(actor, 'edit_lookups')
    kind, spec = _lookup(merged.catalog, merged.field)
    values = [one for one in values_of(spec) if one['key'] != merged.gone['key']]
    values.insert(min(merged.place, len(values)), merged.gone)
    async with shaping(actor):
        await rewrite_field(replace(spec, options={**spec.options, 'choices': values}))
        before = await _before(merged, kind)
        views = await _views(kind, sorted(before))
        fresh: dict[int, Any] = {}
        for view in views:
            old, put = before[view.id]
            if journal(kind, {spec.code: view.values.get(spec.code)}).get(spec.code) == put:
                fresh[view.id] = tuple(old) if isinstance(old, list) else old
        await _write(
            actor, TO_UNDO, kind, spec, [(view, fresh[view.id]) for view in views if view.id in fresh]
        )
        await note_structure(actor, 'merge_undone', name=spec.label, place=kind.label)
    return len(fresh)


async def _before(merged: Merged, kind: Catalog) -> dict[int, tuple[Any, Any]]:
    """By record: what the field held before the merge, and what the merge put there."""
    found = await database.rows(
        'SELECT record_id, before, after FROM changes WHERE cause = ? AND cause_id = ? AND catalog_id = ?',
        ['merge', merged.id, kind.id],
    )
    return {
        row['record_id']: (
            json.loads(row['before']).get(merged.field),
            json.loads(row['after']).get(merged.field),
        )
        for row in found
    }


async def _rewrite(actor: Actor, cause: Cause, kind: Catalog, spec: FieldSpec, pair: tuple[str, str]) -> int:
    gone, kept = pair
    condition, argument = holding(spec, gone)
    found = await database.rows(
        f'SELECT t.id FROM {table(kind)} t WHERE {condition} ORDER BY t.id', [argument]
    )
    order = [choice['key'] for choice in values_of(spec)]
    for start in range(0, len(found), BATCH):
        views = await _views(kind, [row['id'] for row in found[start : start + BATCH]])
        fresh = [(view, _exchanged(view.values.get(spec.code), gone, kept, order)) for view in views]
        await _write(actor, cause, kind, spec, fresh)
    return len(found)


def _exchanged(value: Any, gone: str, kept: str, order: Sequence[str]) -> Any:
    if isinstance(value, str):
        return kept
    keys = {kept if key == gone else key for key in value or ()}
    return tuple(key for key in order if key in keys)


async def _views(kind: Catalog, ids: Sequence[int]) -> list[RecordView]:
    """The records as stored, those in the recycle bin too."""
    plan = plan_of(kind)
    found: list[RecordView] = []
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        sql = f'SELECT {plan.select} FROM {table(kind)} t WHERE t.id IN ({", ".join("?" * len(part))})'
        found += [plan.view(row) for row in await database.rows(sql, list(part))]
    return found


async def _write(
    actor: Actor, cause: Cause, kind: Catalog, spec: FieldSpec, fresh: Sequence[tuple[RecordView, Any]]
) -> None:
    """Store values and journal them, a statement for each value that comes up."""
    same: defaultdict[Any, list[int]] = defaultdict(list)
    for view, value in fresh:
        same[value].append(view.id)
    for value, ids in same.items():
        cells = encode(kind, spec.code, value)
        sets = ', '.join(f'{name} = ?' for name in cells)
        for start in range(0, len(ids), BATCH):
            part = ids[start : start + BATCH]
            await database.rows(
                f'UPDATE {table(kind)} SET {sets}, version = version + 1, updated_at = ?, updated_by = ?'
                f' WHERE id IN ({", ".join("?" * len(part))})',
                [*cells.values(), clock.now_ms(), actor.person_id, *part],
            )
    entries = [
        Entry(
            view.id,
            changes.CHANGED,
            view.version + 1,
            journal(kind, {spec.code: view.values.get(spec.code)}),
            journal(kind, {spec.code: value}),
        )
        for view, value in fresh
    ]
    await changes.append(actor, cause, kind, entries)


async def used(actor: Actor, catalog: str, field: str) -> dict[str, int]:
    """How many records hold each value, those in the recycle bin left out; for who edits lookups."""
    need(actor, 'edit_lookups')
    kind, spec = _lookup(catalog, field)
    keys = [str(value['key']) for value in values_of(spec)]
    if not keys:
        return {}
    parts, arguments = [], []
    for place, key in enumerate(keys):
        condition, argument = holding(spec, key)
        parts.append(f'COALESCE(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS n{place}')
        arguments.append(argument)
    with guard.acting(actor):
        found = await database.rows(
            f'SELECT {", ".join(parts)} FROM {table(kind)} t WHERE t.deleted_at IS NULL', arguments, read=True
        )
    return {key: int(found[0][f'n{place}']) for place, key in enumerate(keys)}


def _lookup(catalog: str, field: str) -> tuple[Catalog, FieldSpec]:
    kind = SCHEMA[catalog]
    spec = kind.field(field)
    if spec is None or spec.type not in CHOSEN:
        raise NotFound('no_such_field', field=field[:60])
    return kind, spec


def _choice(spec: FieldSpec, key: str) -> tuple[int, Choice]:
    for place, value in enumerate(values_of(spec)):
        if value['key'] == key:
            return place, value
    raise Invalid({'choices': BadValue('no_such_choice', value=key[:60])})
