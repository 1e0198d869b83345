"""The tabs of a role's page: what it allows with records, with fields, as operations, and who holds it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nicegui import ui

from store import Catalog, FieldLevel, Pipeline, Problem, Rights, role_rights
from store.actor import EVERY, RIGHTS, Level
from store.actors import RoleGrants
from store.fields import FIELD_TYPES
from store.operations import OPERATIONS
from ui.components.basics import avatar, col, empty_state, row, text, toast
from ui.components.choice_lines import ChoiceLines
from ui.components.controls.picker import Picker
from ui.components.controls.toggle import Toggle
from ui.components.rights_matrix import RightsMatrix
from ui.components.settings import listing
from ui.components.toast import tell
from ui.place import go
from ui.session import records, session
from ui.text import label, t
from ui.values import field_label

AREAS = ('people', 'records', 'shape', 'processes', 'system')


class RecordRights:
    """The matrix of one role; each choice is saved at once."""

    def __init__(self, role: str, grants: RoleGrants) -> None:
        self._role, self._grants = role, grants
        self._turn = asyncio.Lock()
        with ui.element('div').classes('a-card'):
            self._matrix = RightsMatrix(self._rows(), on_set=self._set, on_reset=self._reset)

    def _rows(self) -> list[dict[str, Any]]:
        return matrix_rows(self._grants, records().catalogs())

    async def _set(self, row: str, right: str, level: Level | None) -> None:
        place = place_of(row)
        # One after another: two quick choices each start from what the one before has left.
        async with self._turn:
            await self._save(place, changed(self._grants, place, right, level))

    async def _reset(self, row: str) -> None:
        async with self._turn:
            await self._save(place_of(row), None)

    async def _save(self, place: tuple[str, str, str], rights: Rights | None) -> None:
        catalog, pipeline, stage = place
        actor = session().actor
        try:
            if pipeline:
                places = {(p, s): r for (code, p, s), r in self._grants.places.items() if code == catalog}
                places.pop((pipeline, stage), None)
                places |= {} if rights is None else {(pipeline, stage): rights}
                await role_rights.set_places(actor, self._role, catalog, places)
            else:
                await role_rights.set_rights(actor, self._role, catalog, rights)
            self._grants = await role_rights.grants_of(actor, self._role)
        except Problem as problem:
            tell(problem)
        else:
            toast(t('Saved'))
        self._matrix.give(self._rows())


def place_of(row: str) -> tuple[str, str, str]:
    """The place behind a row's key 'catalogue/pipeline/stage'."""
    parts = [*row.split('/'), '', '']
    return parts[0], parts[1], parts[2]


def above(grants: RoleGrants, place: tuple[str, str, str]) -> Rights:
    """What counts in a place while nothing is said about it."""
    catalog, pipeline, stage = place
    if stage:
        return grants.at(catalog, pipeline, '')
    return grants.base(catalog) if pipeline else grants.base(EVERY)


def changed(
    grants: RoleGrants, place: tuple[str, str, str], right: str, level: Level | None
) -> Rights | None:
    """The rights of a place after one choice; None when it now says what the place above says."""
    now, up = grants.at(*place) if place[1] else grants.base(place[0]), above(grants, place)
    if right == 'move':
        return replace(now, moving=level)
    if level is not None:
        return replace(now, **{right: level})
    followed = replace(now, **{right: up.level(right)})
    return None if followed == up and place[0] != EVERY else followed


def matrix_rows(grants: RoleGrants, catalogs: Sequence[Catalog]) -> list[dict[str, Any]]:
    """The lines of the matrix: everywhere else, then each section with its pipelines and stages."""
    rest = _row(grants, (EVERY, '', ''), t('Everywhere else'), own=True)
    rows = [{**rest, 'resets': False, 'note': t('Sections that say nothing of their own')}]
    for catalog in catalogs:
        code = catalog.code
        placed = any(place[0] == code for place in grants.places)
        line = _row(grants, (code, '', ''), label(catalog), own=code in grants.rights)
        rows.append({**line, 'has': bool(catalog.pipelines), 'opened': placed})
        for pipeline in catalog.pipelines:
            rows += _pipeline_rows(grants, catalog, pipeline)
    return rows


def _pipeline_rows(grants: RoleGrants, catalog: Catalog, pipeline: Pipeline) -> list[dict[str, Any]]:
    code = catalog.code
    own = (code, pipeline.code, '') in grants.places
    staged = any(place[:2] == (code, pipeline.code) and place[2] for place in grants.places)
    line = _row(grants, (code, pipeline.code, ''), label(pipeline), own=own)
    rows = [
        {
            **line,
            'depth': 1,
            'parents': [code],
            'has': True,
            'opened': staged or len(catalog.pipelines) == 1,
        }
    ]
    for stage in pipeline.stages:
        place = (code, pipeline.code, stage.code)
        line = _row(grants, place, label(stage), own=place in grants.places)
        parents = [code, f'{code}/{pipeline.code}']
        rows.append({**line, 'depth': 2, 'parents': parents, 'color': stage.color})
    return rows


def _row(grants: RoleGrants, place: tuple[str, str, str], name: str, *, own: bool) -> dict[str, Any]:
    rights = grants.at(*place) if place[1] else grants.base(place[0])
    follows = rights.moving is None
    cells = {
        right: {'level': int(rights.level(right)), 'same': right == 'move' and follows} for right in RIGHTS
    }
    key = '/'.join(part for part in place if part)
    return {'key': key, 'label': name, 'depth': 0, 'own': own, 'resets': True, 'cells': cells}


class FieldRights:
    """How far one role may go with the fields of a section."""

    def __init__(self, role: str, grants: RoleGrants) -> None:
        self._role, self._grants = role, grants
        self._turn = asyncio.Lock()
        catalogs = records().catalogs()
        if not catalogs:
            empty_state(t('There are no sections yet.'))
            return
        options = [{'id': one.code, 'title': label(one)} for one in catalogs]
        self._code = catalogs[0].code
        with listing(t('Fields')) as head:
            self._box = ui.element('div')
        with head, ui.element('div').style('width:220px'):
            Picker(
                options[:1],
                options=options,
                look='plain',
                clearable=False,
                label=t('Section'),
                on_set=lambda chosen: self._choose(str(chosen[0]['id'])),
            )
        hint = t(
            'A hidden field is nowhere: not on the page, in lists, filters, search, export or the history.'
        )
        text(hint, 'a-small a-muted').style('margin-top:10px')
        self._draw()

    def _choose(self, code: str) -> None:
        self._code = code
        self._draw()

    def _draw(self) -> None:
        catalog = records().catalog(self._code)
        self._box.clear()
        with self._box:
            if not catalog.live_fields:
                text(t('This section has no fields of its own.'), 'a-empty a-empty--small')
            self._lines = ChoiceLines(self._rows(catalog), field_levels(), self._set)

    def _rows(self, catalog: Catalog) -> list[dict[str, Any]]:
        levels = self._levels(catalog)
        return [
            {
                'key': spec.code,
                'label': field_label(spec),
                'note': t(FIELD_TYPES[spec.type].label),
                'value': int(levels[spec.code]),
            }
            for spec in catalog.live_fields
        ]

    def _levels(self, catalog: Catalog) -> dict[str, FieldLevel]:
        said = self._grants.fields
        return {
            spec.code: said.get((catalog.code, spec.code), FieldLevel.CHANGE) for spec in catalog.live_fields
        }

    async def _set(self, code: str, value: int) -> None:
        catalog, actor = records().catalog(self._code), session().actor
        async with self._turn:
            levels = {**self._levels(catalog), code: FieldLevel(value)}
            try:
                await role_rights.set_fields(actor, self._role, catalog.code, levels)
                self._grants = await role_rights.grants_of(actor, self._role)
            except Problem as problem:
                tell(problem)
            else:
                toast(t('Saved'))
            if catalog.code == self._code:
                self._lines.give(self._rows(catalog))


def field_levels() -> list[dict[str, Any]]:
    """What may be chosen for a field."""
    return [
        {'value': int(level), 'label': field_level_name(level), 'look': level.name.lower()}
        for level in (FieldLevel.CHANGE, FieldLevel.READ, FieldLevel.HIDDEN)
    ]


def field_level_name(level: FieldLevel) -> str:
    """What a level of a field is called."""
    return {
        FieldLevel.CHANGE: t('Change'),
        FieldLevel.READ: t('Only see'),
        FieldLevel.HIDDEN: t('Hidden'),
    }[level]


class OperationRights:
    """Named operations with a switch each."""

    def __init__(self, role: str, grants: RoleGrants) -> None:
        self._role, self._allowed = role, set(grants.operations)
        self._turn = asyncio.Lock()
        for area in AREAS:
            found = [one for one in OPERATIONS.values() if one.area == area]
            with listing(area_name(area)):
                for one in found:
                    with row('a-item').style('cursor:default'):
                        text(t(one.label), 'a-grow a-small')
                        self._switch(one.code, t(one.label))

    def _switch(self, code: str, caption: str) -> None:
        async def flipped(on: bool) -> None:
            async with self._turn:
                wanted = self._allowed | {code} if on else self._allowed - {code}
                try:
                    await role_rights.set_operations(session().actor, self._role, wanted)
                except Problem as problem:
                    tell(problem)
                    switch.give(not on)
                    return
                self._allowed = wanted
                toast(t('Saved'))

        switch = Toggle(code in self._allowed, label=caption, on_set=flipped)
        switch.style('width:auto;flex:none').mark(f'operation-{code}')


def area_name(area: str) -> str:
    """What a group of operations is called."""
    names: Mapping[str, str] = {
        'people': t('People and rights'),
        'records': t('Records'),
        'shape': t('Structure and look'),
        'processes': t('Processes'),
        'system': t('System'),
    }
    return names.get(area, area)


async def draw_holders(role: str) -> None:
    """Who holds a role, and through which unit."""
    found = await role_rights.people_of(session().actor, role)
    if not found:
        empty_state(
            t('Nobody holds this role yet.'),
            t('To the people'),
            lambda: go('/settings/people'),
            icon_name='group',
        )
        return
    with ui.element('div').classes('a-card a-block--flush'):
        for who, unit in found:
            with ui.link(target=f'/settings/people/{who.id}/rights').classes('a-item'):
                avatar(who)
                with col('a-grow a-gap-0'):
                    text(who.title, 'a-strong a-small a-ellipsis')
                    if unit:
                        text(t('Through the unit {name}', name=unit), 'a-meta')
