"""What a role allows beyond the levels of a catalogue: in pipelines and stages, in fields, as operations.

Nobody gives away more than they have: who may manage roles without being an administrator raises
a role at most to their own level."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from store import audit, database, guard
from store.actor import EVERY, RIGHTS, Actor, FieldLevel, Level, Rights
from store.actors import RoleGrants, book, publish_changed
from store.catalogs import SCHEMA
from store.operations import OPERATIONS, need
from store.problems import BadValue, Invalid, NotAllowed, NotFound, Refused
from store.reindexing import closing
from store.schema import Catalog
from store.seen import seen
from store.values import Ref

Place = tuple[str, str]
"""A pipeline and a stage of it, '' for all of its stages."""
_COLUMNS = (
    'role_id',
    'catalog',
    'may_create',
    'may_read',
    'may_change',
    'may_delete',
    'may_export',
    'may_move',
)
WHOLE: Place = ('', '')


async def grants_of(actor: Actor, role: str) -> RoleGrants:
    """All that a role gives: rights by catalogue, places, fields, operations.

    :raises NotFound: there is no such role"""
    need(actor, 'manage_roles')
    with guard.acting(actor):
        role_id = await role_id_of(role)
    return (await book()).roles[role_id]


async def role_id_of(role: str) -> int:
    """The id behind a role's code.

    :raises NotFound: there is none"""
    found = await database.rows('SELECT id FROM roles WHERE code = ?', [role])
    if not found:
        raise NotFound(catalog='role', code=role)
    role_id: int = found[0]['id']
    return role_id


async def set_rights(actor: Actor, role: str, catalog: str, rights: Rights | None) -> None:
    """What a role allows in a catalogue (or '*'); None: as everywhere else.

    :raises NotAllowed: more than the actor has"""
    await _save(actor, role, catalog, rights=rights, whole=True)


async def set_places(actor: Actor, role: str, catalog: str, places: Mapping[Place, Rights]) -> None:
    """What a role allows in pipelines and stages, in place of what was said before.

    :raises NotAllowed: more than the actor has
    :raises Invalid: a pipeline or stage that is not there"""
    kind = SCHEMA[catalog]
    for pipeline, stage in places:
        line = kind.pipeline(pipeline) if pipeline else None
        if line is None or (stage and line.stage(stage) is None):
            raise Invalid({'stage': BadValue('no_such_stage', value=stage or pipeline)})
    await _save(actor, role, catalog, places=places)


async def _save(
    actor: Actor,
    role: str,
    catalog: str,
    *,
    rights: Rights | None = None,
    whole: bool = False,
    places: Mapping[Place, Rights] | None = None,
) -> None:
    need(actor, 'manage_roles')
    with guard.acting(actor):
        async with database.transaction():
            role_id = await role_id_of(role)
            before = (await book()).roles[role_id]
            if whole:
                await _write_rights(role_id, catalog, rights)
            if places is not None:
                await _write_places(role_id, catalog, places)
            after = (await book()).roles[role_id]
            need_own(actor, before, after)
            publish_changed(None)
            what: dict[str, Any] = (
                {'places': len(places)} if places is not None else {'rights': _told(rights)}
            )
            await audit.note(actor, 'rights_changed', role=role, catalog=catalog, **what)


def _told(rights: Rights | None) -> dict[str, str] | str:
    if rights is None:
        return 'inherited'
    return {right: rights.level(right).name.lower() for right in RIGHTS}


def cells(rights: Rights) -> tuple[int | None, ...]:
    """Rights as a row keeps them: create, read, change, delete, export, move (None: as change)."""
    levels = (int(rights.level(right)) for right in ('create', 'read', 'change', 'delete', 'export'))
    return (*levels, None if rights.moving is None else int(rights.moving))


async def _write_rights(role_id: int, catalog: str, rights: Rights | None) -> None:
    await database.rows('DELETE FROM role_rights WHERE role_id = ? AND catalog = ?', [role_id, catalog])
    if rights is not None:
        await database.rows(
            f'INSERT INTO role_rights ({", ".join(_COLUMNS)}) VALUES ({", ".join("?" * len(_COLUMNS))})',
            [role_id, catalog, *cells(rights)],
        )


async def _write_places(role_id: int, catalog: str, places: Mapping[Place, Rights]) -> None:
    await database.rows('DELETE FROM role_places WHERE role_id = ? AND catalog = ?', [role_id, catalog])
    columns = (*_COLUMNS, 'pipeline', 'stage')
    await database.many(
        f'INSERT INTO role_places ({", ".join(columns)}) VALUES ({", ".join("?" * len(columns))})',
        [(role_id, catalog, *cells(rights), *place) for place, rights in places.items()],
    )


def need_own(actor: Actor, before: RoleGrants, after: RoleGrants) -> None:
    """Let a change of a role pass if it raises nothing beyond what the actor has.

    :raises NotAllowed: with the right and the catalogue, or with the operation"""
    if actor.is_admin:
        return
    for operation in after.operations - before.operations:
        need(actor, operation)
    for catalog in _concerned(before, after):
        for pipeline, stage in _places_of(SCHEMA.by_code.get(catalog)):
            _need_own_level(actor, (catalog, pipeline, stage), before, after)
    for (catalog, code), level in before.fields.items():
        own = actor.fields.get(catalog, {}).get(code, FieldLevel.CHANGE)
        if after.fields.get((catalog, code), FieldLevel.CHANGE) > max(level, own):
            raise NotAllowed(right='field', catalog=catalog, field=code)


def _concerned(*grants: RoleGrants) -> list[str]:
    named = {code for one in grants for code in one.rights} | {
        place[0] for one in grants for place in one.places
    }
    return sorted({EVERY, *SCHEMA.by_code} if EVERY in named else named)


def _places_of(catalog: Catalog | None) -> list[Place]:
    if catalog is None:
        return [WHOLE]
    return [
        WHOLE,
        *((p.code, stage) for p in catalog.pipelines for stage in ('', *(s.code for s in p.stages))),
    ]


def _need_own_level(actor: Actor, place: tuple[str, str, str], before: RoleGrants, after: RoleGrants) -> None:
    mine = own_rights(actor, *place)
    for right in RIGHTS:
        raised = after.at(*place).level(right)
        if raised > before.at(*place).level(right) and raised > mine.level(right):
            raise NotAllowed(right=right, catalog=place[0])


def own_rights(actor: Actor, catalog: str, pipeline: str = '', stage: str = '') -> Rights:
    """What an actor may do in one stage, pipeline or catalogue, by level alone."""
    placed = {} if actor.is_admin else actor.places.get(catalog, {})
    return placed.get((pipeline, stage)) or placed.get((pipeline, '')) or actor.rights(catalog)


def need_all(actor: Actor, right: str, catalog: str) -> None:
    """Let only those pass who have a right to every record of a catalogue ('*': of each), by level.

    :raises NotAllowed: with the right and the catalogue"""
    for code in SCHEMA.by_code if catalog == EVERY else (catalog,):
        for pipeline, stage in _places_of(SCHEMA.by_code.get(code)):
            if own_rights(actor, code, pipeline, stage).level(right) < Level.ALL:
                raise NotAllowed(right=right, catalog=code)


async def set_fields(actor: Actor, role: str, catalog: str, levels: Mapping[str, FieldLevel]) -> None:
    """How far a role may go with fields; those that are not named may be changed.

    Fields that the actor does not see stay as they were.

    :raises NotAllowed: without 'manage_roles', or further than the actor may go
    :raises Invalid: a field that is not there, or one that every record has"""
    need(actor, 'manage_roles')
    kind = seen(actor, SCHEMA[catalog])
    own = {spec.code for spec in kind.live_fields}
    for code in levels:
        if code not in own:
            raise Invalid({code: BadValue('field_stays' if kind.field(code) else 'unknown_field')})
    async with closing(actor):
        role_id = await role_id_of(role)
        before = (await book()).roles[role_id]
        for code in sorted(own):
            await database.rows(
                'DELETE FROM role_fields WHERE role_id = ? AND catalog = ? AND field = ?',
                [role_id, catalog, code],
            )
        await database.many(
            'INSERT INTO role_fields (role_id, catalog, field, level) VALUES (?, ?, ?, ?)',
            [(role_id, catalog, c, int(v)) for c, v in levels.items() if v < FieldLevel.CHANGE],
        )
        need_own(actor, before, (await book()).roles[role_id])
        publish_changed(None)
        told = {code: level.name.lower() for code, level in levels.items()}
        await audit.note(actor, 'rights_changed', role=role, catalog=catalog, fields=told)


async def set_operations(actor: Actor, role: str, operations: Iterable[str]) -> None:
    """The operations a role allows, in place of what it allowed.

    :raises NotAllowed: without 'manage_roles', or with an operation that the actor may not do
    :raises Invalid: an operation that is not there"""
    need(actor, 'manage_roles')
    wanted = sorted(set(operations))
    for code in wanted:
        if code not in OPERATIONS:
            raise Invalid({'operations': BadValue('no_such_choice', value=code[:100])})
    with guard.acting(actor):
        async with database.transaction():
            role_id = await role_id_of(role)
            before = (await book()).roles[role_id]
            await database.rows('DELETE FROM role_operations WHERE role_id = ?', [role_id])
            await database.many(
                'INSERT INTO role_operations (role_id, operation) VALUES (?, ?)',
                [(role_id, code) for code in wanted],
            )
            need_own(actor, before, (await book()).roles[role_id])
            publish_changed(None)
            await audit.note(actor, 'rights_changed', role=role, operations=wanted)


async def rename(actor: Actor, role: str, label: str, labels: Mapping[str, str]) -> None:
    """Call a role otherwise; what it allows stays.

    :raises Invalid: an empty name"""
    need(actor, 'manage_roles')
    if not label.strip():
        raise Invalid({'label': BadValue('required')})
    with guard.acting(actor):
        async with database.transaction():
            await database.rows(
                'UPDATE roles SET label = ?, labels = ? WHERE id = ?',
                [
                    label.strip()[:120],
                    json.dumps(dict(labels), ensure_ascii=False),
                    await role_id_of(role),
                ],
            )
            publish_changed(None)
            await audit.note(actor, 'rights_changed', role=role, label=label.strip())


async def set_portal(actor: Actor, role: str, *, is_portal: bool) -> None:
    """Make a role one of the portal, or one of colleagues again; nobody may hold it meanwhile.

    :raises Refused: 'role_in_use' with the number of holders"""
    need(actor, 'manage_roles')
    with guard.acting(actor):
        async with database.transaction():
            role_id = await role_id_of(role)
            held = len(await holders_of(role_id))
            if held:
                raise Refused('role_in_use', people=held)
            await database.rows('UPDATE roles SET is_portal = ? WHERE id = ?', [int(is_portal), role_id])
            publish_changed(None)
            await audit.note(actor, 'rights_changed', role=role, portal=is_portal)


async def people_of(actor: Actor, role: str) -> list[tuple[Ref, str]]:
    """Who holds a role, by name, and the unit that gives it to them ('' when it is theirs by name)."""
    need(actor, 'manage_roles')
    with guard.acting(actor):
        held = await holders_of(await role_id_of(role))
        blanks = ', '.join('?' * len(held))
        found = await database.rows(
            f'SELECT id, name FROM people WHERE id IN ({blanks}) AND is_active = 1 ORDER BY folded, id',
            list(held),
        )
        units = (await book()).units
    given = {person: units[unit].name for person, unit in held.items() if unit is not None}
    return [(Ref(row['id'], row['name'], 'person'), given.get(row['id'], '')) for row in found]


async def holders_of(role_id: int) -> dict[int, int | None]:
    """Who holds a role: their ids with None when it is theirs by name, else the unit that gives it.

    Call it while somebody acts."""
    known = await book()
    giving = {unit for unit, roles in known.unit_roles.items() if role_id in roles}
    held: dict[int, int | None] = {}
    if giving:
        found = await database.rows('SELECT unit_id, person_id FROM unit_people ORDER BY id')
        for row in found:
            above = next((unit for unit in known.ancestors(row['unit_id']) if unit in giving), None)
            if above is not None:
                held.setdefault(row['person_id'], above)
    by_name = await database.rows('SELECT person_id FROM person_roles WHERE role_id = ?', [role_id])
    return {**held, **{row['person_id']: None for row in by_name}}
