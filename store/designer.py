"""Administrators shape catalogues, fields, pipelines and stages at run time; everybody sees it at once."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from typing import Any

from store import database, tables
from store.actor import Actor
from store.audit import note_structure
from store.catalogs import SCHEMA, shaping
from store.fields import FIELD_TYPES
from store.operations import need
from store.problems import BadValue, Invalid, NotFound, Problem, Refused
from store.schema import SYSTEM_FIELDS, Catalog, FieldSpec, Pipeline

_CODE = re.compile(r'[a-z][a-z0-9_]{0,59}')
_COLOR = re.compile(r'#[0-9a-f]{6}', re.IGNORECASE)
_KEY = re.compile(r'[a-z0-9_]{1,60}')
KINDS = ('open', 'won', 'lost')
RESERVED = frozenset({*SYSTEM_FIELDS, 'pipeline', 'stage_kind', 'deleted', 'version', 'rank', 'person'})


class Designer:
    """The structure of the installation, for an administrator.

    :raises NotAllowed: anybody else"""

    def __init__(self, actor: Actor) -> None:
        need(actor, 'edit_structure')
        self.actor = actor

    def _shaping(self) -> AbstractAsyncContextManager[None]:
        return shaping(self.actor)

    async def create_catalog(self, code: str, label: str, label_one: str = '', **more: Any) -> Catalog:
        """A new catalogue with its table.

        `more`: icon, labels, labels_one, title_label, title_labels, traits, card, list_columns.

        :raises Invalid: a bad or taken code, an empty label"""
        errors = _check_code(code, code in SCHEMA.by_code or code == 'person') | _check_label(label)
        if errors:
            raise Invalid(errors)
        async with self._shaping():
            row = {'code': code, 'label': label, 'label_one': label_one or label, **_catalog_cells(more)}
            row['position'] = len(SCHEMA.by_code)
            catalog_id = await _insert('catalogs', row)
            await tables.create_table(catalog_id)
            await note_structure(self.actor, 'catalog_made', name=label)
        return SCHEMA[code]

    async def change_catalog(self, code: str, **values: Any) -> Catalog:
        """Change captions, icon, traits, card, columns or position."""
        catalog = SCHEMA[code]
        if 'label' in values and (errors := _check_label(values['label'])):
            raise Invalid(errors)
        cells: dict[str, Any] = {k: values.pop(k) for k in ('label', 'label_one', 'position') if k in values}
        merged = {
            'icon': catalog.icon, 'labels': catalog.labels, 'labels_one': catalog.labels_one,
            'title_label': catalog.title_label, 'title_labels': catalog.title_labels,
            'traits': catalog.traits,
            'card': catalog.card, 'list_columns': catalog.list_columns, **values,
        }  # fmt: skip
        async with self._shaping():
            await _update('catalogs', catalog.id, {**cells, **_catalog_cells(merged)})
            told = sorted({*cells, *values})
            await note_structure(self.actor, 'catalog_changed', name=catalog.label, fields=told)
        return SCHEMA[code]

    async def add_field(self, catalog: str, spec: FieldSpec) -> FieldSpec:
        """Add a field: instant at any number of records.

        :raises Invalid: code, label, type or options that do not do"""
        kind = SCHEMA[catalog]
        taken = spec.code in RESERVED or any(f.code == spec.code for f in kind.fields)
        errors = _check_code(spec.code, taken) | _check_label(spec.label) | _check_type(spec)
        if errors:
            raise Invalid(errors)
        async with self._shaping():
            cells = {**_field_cells(spec), 'catalog_id': kind.id, 'position': len(kind.fields)}
            field_id = await _insert('fields', cells)
            await tables.add_columns(kind, FieldSpec(**{**_plain(spec), 'id': field_id}))
            await note_structure(self.actor, 'field_made', name=spec.label, place=kind.label)
        return _own_field(SCHEMA[catalog], spec.code)

    async def change_field(self, catalog: str, code: str, **values: Any) -> FieldSpec:
        """Change anything but code and type: captions, hint, options, required, default, block, archived …"""
        kind = SCHEMA[catalog]
        old = _own_field(kind, code)
        position = values.pop('position', None)
        new = FieldSpec(**{**_plain(old), **values, 'code': code, 'type': old.type, 'id': old.id})
        errors = _check_label(new.label) | _check_type(new)
        if errors:
            raise Invalid(errors)
        async with self._shaping():
            if old.type in ('choice', 'choices'):
                await need_unused(kind, old, new.options.get('choices', ()))
            moved = {} if position is None else {'position': int(position)}
            await _update('fields', old.id, {**_field_cells(new), **moved})
            if new.indexed and not old.indexed:
                await tables.create_index(kind, new)
            if new.unique and not old.unique:
                await self._make_unique(kind, new)
            elif old.unique and not new.unique:
                await tables.drop_unique(kind, new)
            what = 'field_archived' if new.archived and not old.archived else 'field_changed'
            await note_structure(self.actor, what, name=old.label, place=kind.label, fields=sorted(values))
        return _own_field(SCHEMA[catalog], code)

    @staticmethod
    async def _make_unique(kind: Catalog, spec: FieldSpec) -> None:
        column = tables.sort_column(spec)
        twice = await database.rows(
            f'SELECT t.{column} FROM {tables.table(kind)} t'
            f' WHERE t.deleted_at IS NULL AND t.{column} IS NOT NULL'
            f' GROUP BY t.{column} HAVING COUNT(*) > 1 LIMIT 1'
        )
        if twice:
            raise Refused('values_repeat', field=spec.code)
        await tables.create_unique(kind, spec)

    async def archive_field(self, catalog: str, code: str) -> None:
        """Hide a field; its values stay and come back with `change_field(archived=False)`."""
        await self.change_field(catalog, code, archived=True, required=False)

    async def add_pipeline(
        self, catalog: str, code: str, label: str, stages: Sequence[Mapping[str, Any]], **more: Any
    ) -> Pipeline:
        """A pipeline with its ordered stages.

        A stage is {'code', 'label', 'color', 'kind', 'labels', 'required'}; `more` holds value_field,
        closed_field and labels.

        :raises Refused: 'pipeline_without_start' or 'pipeline_without_end'"""
        kind = SCHEMA[catalog]
        errors = _check_code(code, kind.pipeline(code) is not None) | _check_label(label)
        taken = {s.code for _, s in kind.stages()}
        errors |= _check_stages(stages, taken) | _check_uses(kind, more)
        if errors:
            raise Invalid(errors)
        async with self._shaping():
            cells = {
                'catalog_id': kind.id, 'code': code, 'label': label, 'position': len(kind.pipelines),
                'labels': json.dumps(more.get('labels') or {}), 'value_field': more.get('value_field') or '',
                'closed_field': more.get('closed_field') or '',
            }  # fmt: skip
            pipeline_id = await _insert('pipelines', cells)
            for place, stage in enumerate(stages):
                await _insert('stages', _stage_cells(stage, kind, pipeline_id, place))
            await self._index_totals(kind, more.get('value_field') or '')
            await note_structure(self.actor, 'pipeline_made', name=label, place=kind.label)
        return _own_pipeline(SCHEMA[catalog], code)

    async def change_pipeline(
        self, catalog: str, code: str, *, stages: Sequence[Mapping[str, Any]] | None = None, **values: Any
    ) -> Pipeline:
        """Change captions, the fields a pipeline uses, or its stages.

        Stages of known codes are changed, new ones added, absent ones archived when no card is in them.

        :raises Refused: 'stage_in_use' with the number of cards"""
        kind = SCHEMA[catalog]
        pipeline = _own_pipeline(kind, code)
        errors = _check_uses(kind, values)
        if stages is not None:
            others = {s.code for p, s in kind.stages() if p.id != pipeline.id}
            errors |= _check_stages(stages, others)
        if errors:
            raise Invalid(errors)
        async with self._shaping():
            uses = ('label', 'value_field', 'closed_field', 'position')
            cells: dict[str, Any] = {use: values[use] for use in uses if use in values}
            if 'labels' in values:
                cells['labels'] = json.dumps(values['labels'], ensure_ascii=False)
            if cells:
                await _update('pipelines', pipeline.id, cells)
            if stages is not None:
                await self._change_stages(kind, pipeline, stages)
            await self._index_totals(kind, cells.get('value_field', ''))
            facts = _stages_told(pipeline, stages) | {'fields': sorted(values)}
            await note_structure(
                self.actor, 'pipeline_changed', name=pipeline.label, place=kind.label, **facts
            )
        return _own_pipeline(SCHEMA[catalog], code)

    @staticmethod
    async def _index_totals(kind: Catalog, value_field: str) -> None:
        if value_field:
            pipeline = Pipeline(id=0, code='', label='', stages=(), value_field=value_field)
            await tables.create_totals_index(kind, pipeline)

    @staticmethod
    async def _change_stages(kind: Catalog, pipeline: Pipeline, stages: Sequence[Mapping[str, Any]]) -> None:
        for place, stage in enumerate(stages):
            known = pipeline.stage(str(stage['code']))
            cells = _stage_cells(stage, kind, pipeline.id, place)
            if known:
                await _update('stages', known.id, cells)
            else:
                await _insert('stages', cells)
        kept = {str(stage['code']) for stage in stages}
        for gone in (s for s in pipeline.stages if s.code not in kept):
            sql = f'SELECT COUNT(*) AS n FROM {tables.table(kind)} t WHERE t.stage_id = ?'
            cards = (await database.rows(sql, [gone.id]))[0]['n']
            if cards:
                raise Refused('stage_in_use', stage=gone.label, count=cards)
            await _update('stages', gone.id, {'archived': 1, 'code': f'{gone.code[:40]}_{gone.id}'})


def _stages_told(old: Pipeline, stages: Sequence[Mapping[str, Any]] | None) -> dict[str, list[str]]:
    if stages is None:
        return {}
    now = {str(stage['code']): str(stage.get('label', '')) for stage in stages}
    before = {stage.code: stage.label for stage in old.stages}
    added = [label for code, label in now.items() if code not in before]
    gone = [label for code, label in before.items() if code not in now]
    told = {'stages_added': added, 'stages_removed': gone}
    return {name: labels for name, labels in told.items() if labels}


def _check_code(code: str, taken: bool) -> dict[str, Problem]:
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return {'code': BadValue('bad_code')}
    return {'code': BadValue('code_taken')} if taken else {}


def _check_label(label: Any) -> dict[str, Problem]:
    return {} if isinstance(label, str) and 0 < len(label.strip()) <= 200 else {'label': BadValue('required')}


def _check_type(spec: FieldSpec) -> dict[str, Problem]:
    if spec.type not in FIELD_TYPES or FIELD_TYPES[spec.type].system:
        return {'type': BadValue('unknown_type', type=spec.type)}
    target = spec.options.get('target')
    if spec.type == 'link' and target != '*' and target not in SCHEMA.by_code:
        return {'target': BadValue('no_such_catalog', catalog=str(target))}
    if spec.type in ('choice', 'choices'):
        return check_choices(spec.options.get('choices'))
    return {}


def check_choices(choices: Any) -> dict[str, Problem]:
    """What is wrong with the values of a choice: keys that repeat, names or colours that cannot be."""
    if not isinstance(choices, list) or not choices:
        return {'choices': BadValue('required')}
    keys = [str(c.get('key', '')) for c in choices]
    bad_color = any(c.get('color') and not _COLOR.fullmatch(str(c['color'])) for c in choices)
    if len(set(keys)) != len(keys) or not all(map(_KEY.fullmatch, keys)) or bad_color:
        return {'choices': BadValue('bad_choices')}
    return {} if all(str(c.get('label', '')).strip() for c in choices) else {'choices': BadValue('required')}


def _check_stages(stages: Sequence[Mapping[str, Any]], taken: set[str]) -> dict[str, Problem]:
    kinds = [str(s.get('kind') or 'open') for s in stages]
    if 'open' not in kinds:
        raise Refused('pipeline_without_start')
    if 'won' not in kinds:
        raise Refused('pipeline_without_end')
    codes = [str(s.get('code', '')) for s in stages]
    if len(set(codes)) != len(codes) or taken & set(codes) or not all(map(_CODE.fullmatch, codes)):
        return {'stages': BadValue('bad_code')}
    good = all(
        str(s.get('label', '')).strip() and _COLOR.fullmatch(str(s.get('color', ''))) and kind in KINDS
        for s, kind in zip(stages, kinds, strict=True)
    )
    return {} if good else {'stages': BadValue('bad_stage')}


def _check_uses(kind: Catalog, more: Mapping[str, Any]) -> dict[str, Problem]:
    errors: dict[str, Problem] = {}
    for use, wanted in (('value_field', 'money'), ('closed_field', 'date')):
        spec = kind.field(more[use]) if more.get(use) else None
        if more.get(use) and (spec is None or spec.type != wanted):
            errors[use] = BadValue('wrong_type', type=wanted)
    return errors


def _catalog_cells(more: Mapping[str, Any]) -> dict[str, Any]:
    labels = {
        'many': more.get('labels') or {},
        'one': more.get('labels_one') or {},
        'title': more.get('title_labels') or {},
    }
    return {
        'icon': str(more.get('icon') or 'folder'),
        'title_label': str(more.get('title_label') or 'Name'),
        'labels': json.dumps(labels, ensure_ascii=False),
        'traits': json.dumps(more.get('traits') or {}),
        'card': json.dumps(more.get('card') or {}),
        'list_columns': json.dumps(list(more.get('list_columns') or ())),
    }


def _field_cells(spec: FieldSpec) -> dict[str, Any]:
    more = {k: getattr(spec, k) for k in ('default', 'hint', 'block')}
    more |= {'options': dict(spec.options), 'labels': dict(spec.labels), 'hints': dict(spec.hints)}
    return {
        'code': spec.code,
        'label': spec.label,
        'type': spec.type,
        'required': int(spec.required),
        'is_unique': int(spec.unique),
        'read_only': int(spec.read_only),
        'indexed': int(spec.indexed),
        'archived': int(spec.archived),
        'more': json.dumps(more, ensure_ascii=False),
    }


def _stage_cells(stage: Mapping[str, Any], kind: Catalog, pipeline_id: int, place: int) -> dict[str, Any]:
    return {
        'catalog_id': kind.id,
        'pipeline_id': pipeline_id,
        'code': str(stage['code']),
        'label': str(stage['label']),
        'labels': json.dumps(dict(stage.get('labels') or {}), ensure_ascii=False),
        'color': str(stage['color']).lower(),
        'kind': str(stage.get('kind') or 'open'),
        'required': json.dumps(list(stage.get('required') or ())),
        'position': place,
    }


def _plain(spec: FieldSpec) -> dict[str, Any]:
    return asdict(spec)


def _own_field(kind: Catalog, code: str) -> FieldSpec:
    found = next((f for f in kind.fields if f.code == code), None)
    if found is None:
        raise NotFound('no_such_field', field=code)
    return found


def _own_pipeline(kind: Catalog, code: str) -> Pipeline:
    found = kind.pipeline(code)
    if found is None:
        raise NotFound('no_such_pipeline', pipeline=code)
    return found


async def _insert(name: str, cells: Mapping[str, Any]) -> int:
    sql = f'INSERT INTO {name} ({", ".join(cells)}) VALUES ({", ".join("?" * len(cells))}) RETURNING id'
    return int((await database.rows(sql, list(cells.values())))[0]['id'])


async def need_unused(kind: Catalog, spec: FieldSpec, values: Sequence[Mapping[str, Any]]) -> None:
    """Let no value of a choice go that a record still holds, one in the recycle bin included.

    :raises Refused: 'choice_in_use' with the number of records"""
    kept = {str(value.get('key')) for value in values}
    for gone in (one for one in spec.options.get('choices', ()) if str(one['key']) not in kept):
        condition, argument = holding(spec, str(gone['key']))
        sql = f'SELECT COUNT(*) AS n FROM {tables.table(kind)} t WHERE {condition}'
        if count := (await database.rows(sql, [argument]))[0]['n']:
            raise Refused('choice_in_use', value=gone['label'], count=int(count))


def holding(spec: FieldSpec, key: str) -> tuple[str, str]:
    """The condition that a record holds a value of a choice; keys are of letters, digits and '_' alone."""
    column = f't.{tables.columns(spec)[0]}'
    if spec.type == 'choice':
        return f'{column} = ?', key
    return f"{column} LIKE ? ESCAPE '\\'", '%,' + key.replace('_', '\\_') + ',%'


async def rewrite_field(spec: FieldSpec) -> None:
    """Write everything about a field but its type, inside `shaping`."""
    await _update('fields', spec.id, _field_cells(spec))


async def _update(name: str, row_id: int, cells: Mapping[str, Any]) -> None:
    sql = f'UPDATE {name} SET {", ".join(f"{column} = ?" for column in cells)} WHERE id = ?'
    await database.rows(sql, [*cells.values(), row_id])
