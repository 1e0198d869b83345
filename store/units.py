"""The organisation: branches, divisions and departments as a tree, with managers, people and roles."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store import audit, database, guard
from store.actor import Actor
from store.operations import need, need_employee
from store.people import publish_changed
from store.problems import BadValue, Invalid, NotFound, Problem, Refused

KINDS = ('branch', 'division', 'department')
LONGEST_NAME = 200
DEEPEST = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A part of the organisation; `depth` is 0 for one at the top.

    `members` are ids of people who work right in it, `roles` codes its people and those below hold;
    `names` are translations. With `manager_sees` the manager reads what the people below own."""

    id: int
    name: str
    kind: str = 'department'
    parent_id: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    manager_id: int | None = None
    manager_sees: bool = True
    position: int = 0
    depth: int = 0
    members: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()


async def list_units(actor: Actor) -> list[Unit]:
    """Every unit, each before those below it; its roles only for those who manage people or roles."""
    need_employee(actor)
    with guard.acting(actor):
        rows = await database.rows('SELECT * FROM org_units ORDER BY position, id', read=True)
        members = await database.rows('SELECT unit_id, person_id FROM unit_people ORDER BY id', read=True)
        held = await database.rows(
            'SELECT u.unit_id, r.code FROM unit_roles u JOIN roles r ON r.id = u.role_id ORDER BY r.id',
            read=True,
        )
    sees = actor.may_do('manage_people') or actor.may_do('manage_roles')
    people, roles = _grouped(members, 'person_id'), _grouped(held if sees else (), 'code')
    below: dict[int | None, list[Mapping[str, Any]]] = {}
    for row in rows:
        below.setdefault(row['parent_id'], []).append(row)

    def walk(parent: int | None, depth: int) -> Iterable[Unit]:
        for row in below.get(parent, ()):
            yield _unit(row, depth, tuple(people.get(row['id'], ())), tuple(roles.get(row['id'], ())))
            yield from walk(row['id'], depth + 1)

    return list(walk(None, 0))


def _grouped(rows: Iterable[Mapping[str, Any]], column: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row['unit_id'], []).append(row[column])
    return found


def _unit(row: Mapping[str, Any], depth: int, members: tuple[int, ...], roles: tuple[str, ...]) -> Unit:
    return Unit(
        id=row['id'],
        name=row['name'],
        kind=row['kind'],
        parent_id=row['parent_id'],
        names=json.loads(row['names']),
        manager_id=row['manager_id'],
        manager_sees=bool(row['manager_sees']),
        position=row['position'],
        depth=depth,
        members=members,
        roles=roles,
    )


async def unit(actor: Actor, unit_id: int) -> Unit:
    """One unit.

    :raises NotFound: there is no such unit"""
    found = next((one for one in await list_units(actor) if one.id == unit_id), None)
    if found is None:
        raise NotFound(catalog='unit', id=unit_id)
    return found


async def save_unit(actor: Actor, values: Mapping[str, Any], unit_id: int | None = None) -> Unit:
    """Make a unit, or change one: `name`, `names`, `kind`, `manager_id`, `manager_sees`; `parent_id` of a
    new one.

    :raises Invalid: field by field
    :raises NotAllowed: an operation is missing, also where it would widen one's own rights"""
    need(actor, 'manage_people')
    row = _checked({**({'name': ''} if unit_id is None else {}), **values})
    with guard.acting(actor):
        async with database.transaction():
            known = await _tree()
            if row.get('manager_id') is not None:
                await _need_people([row['manager_id']])
            if unit_id is None:
                unit_id = await _insert(known, row)
            else:
                _of(known, unit_id)
                row.pop('parent_id', None)
                await _update(unit_id, row)
            managed = row.get('manager_id', known.get(unit_id, {}).get('manager_id'))
            if {'manager_id', 'manager_sees'} & set(row):
                _need_others(actor, [managed])
            publish_changed(None)
            await _note(actor, unit_id, 'saved', fields=sorted(row))
    return await unit(actor, unit_id)


async def move_unit(
    actor: Actor, unit_id: int, parent_id: int | None, *, before: int | None = None
) -> list[Unit]:
    """Put a unit with all below it under another one, or at the top; ahead of `before`, else last.

    :raises Refused: 'unit_cycle', 'units_too_deep'"""
    need(actor, 'manage_people')
    with guard.acting(actor):
        async with database.transaction():
            known = await _tree()
            moved = _of(known, unit_id)
            above = _ancestors(known, parent_id)
            if unit_id in above:
                raise Refused('unit_cycle', unit=moved['name'], into=known[parent_id or 0]['name'])
            below = _below(known, unit_id)
            if len(above) + 1 + max(len(_ancestors(known, one, unit_id)) for one in below) > DEEPEST:
                raise Refused('units_too_deep', limit=DEEPEST)
            if not actor.may_do('manage_roles'):
                _need_others(actor, await _concerned([*above, *below], known))
            beside = [one for one in _children(known, parent_id) if one != unit_id]
            place = beside.index(before) if before in beside else len(beside)
            beside.insert(place, unit_id)
            await database.rows('UPDATE org_units SET parent_id = ? WHERE id = ?', [parent_id, unit_id])
            await database.many(
                'UPDATE org_units SET position = ? WHERE id = ?',
                [(number, one) for number, one in enumerate(beside, 1)],
            )
            publish_changed(None)
            into = known[parent_id]['name'] if parent_id is not None else ''
            await _note(actor, unit_id, 'moved', into=into)
    return await list_units(actor)


async def remove_unit(actor: Actor, unit_id: int, *, move_up: bool = False) -> None:
    """Remove an empty unit; with `move_up` its people and the units below it go to the one above.

    :raises Refused: 'unit_not_empty' with how many `people` and `units`"""
    need(actor, 'manage_people')
    with guard.acting(actor):
        async with database.transaction():
            known = await _tree()
            gone, children = _of(known, unit_id), _children(known, unit_id)
            members = await _members(unit_id)
            if (members or children) and not move_up:
                raise Refused('unit_not_empty', people=len(members), units=len(children))
            _need_others(actor, members)
            parent = gone['parent_id']
            if parent is not None:
                await _add_members(parent, members)
            await database.rows(
                'UPDATE org_units SET parent_id = ?, position = position + ? WHERE parent_id = ?',
                [parent, len(known), unit_id],
            )
            for table, column in (('unit_people', 'unit_id'), ('unit_roles', 'unit_id'), ('org_units', 'id')):
                await database.rows(f'DELETE FROM {table} WHERE {column} = ?', [unit_id])
            publish_changed(None)
            await audit.note(actor, 'rights_changed', what='unit_removed', unit=gone['name'])


async def set_members(actor: Actor, unit_id: int, person_ids: Sequence[int]) -> None:
    """Say who works in a unit.

    :raises NotAllowed: an operation is missing, also to put oneself somewhere"""
    need(actor, 'manage_people')
    wanted = list(dict.fromkeys(person_ids))
    with guard.acting(actor):
        async with database.transaction():
            _of(await _tree(), unit_id)
            members = await _members(unit_id)
            if set(members) == set(wanted):
                return
            _need_others(actor, set(members) ^ set(wanted))
            await _need_people(wanted)
            await database.rows('DELETE FROM unit_people WHERE unit_id = ?', [unit_id])
            await _add_members(unit_id, wanted)
            publish_changed(None)
            await _note(actor, unit_id, 'members', people=wanted)


async def set_units_of(actor: Actor, person_id: int, unit_ids: Sequence[int]) -> None:
    """Say in which units somebody works."""
    need(actor, 'manage_people')
    wanted = set(unit_ids)
    for one in await list_units(actor):
        is_in = person_id in one.members
        if is_in and one.id not in wanted:
            await set_members(actor, one.id, [member for member in one.members if member != person_id])
        elif not is_in and one.id in wanted:
            await set_members(actor, one.id, [*one.members, person_id])


async def set_unit_roles(actor: Actor, unit_id: int, roles: Sequence[str]) -> None:
    """Say which roles everybody in a unit and below it holds.

    :raises NotFound: there is no such role
    :raises NotAllowed: operation 'manage_roles'"""
    need(actor, 'manage_roles')
    with guard.acting(actor):
        async with database.transaction():
            _of(await _tree(), unit_id)
            await database.rows('DELETE FROM unit_roles WHERE unit_id = ?', [unit_id])
            for code in dict.fromkeys(roles):
                found = await database.rows('SELECT id FROM roles WHERE code = ?', [code])
                if not found:
                    raise NotFound(catalog='role', id=code)
                await database.rows(
                    'INSERT INTO unit_roles (unit_id, role_id) VALUES (?, ?)', [unit_id, found[0]['id']]
                )
            publish_changed(None)
            await _note(actor, unit_id, 'roles', roles=list(roles))


# The tree inside the transaction


Tree = dict[int, dict[str, Any]]


async def _tree() -> Tree:
    """Every unit, locked: two moves at once could close a circle that neither of them sees."""
    lock = ' FOR UPDATE' if database.is_postgres() else ''
    return {
        row['id']: row for row in await database.rows(f'SELECT * FROM org_units ORDER BY position, id{lock}')
    }


def _of(known: Tree, unit_id: int) -> dict[str, Any]:
    if unit_id not in known:
        raise NotFound(catalog='unit', id=unit_id)
    return known[unit_id]


def _ancestors(known: Tree, unit_id: int | None, top: int | None = None) -> list[int]:
    """A unit and those above it, up to but without `top`."""
    found: list[int] = []
    while unit_id is not None and unit_id != top:
        found.append(unit_id)
        unit_id = _of(known, unit_id)['parent_id']
    return found


def _children(known: Tree, unit_id: int | None) -> list[int]:
    return [one for one, row in known.items() if row['parent_id'] == unit_id]


def _below(known: Tree, unit_id: int) -> list[int]:
    """A unit and all below it."""
    return [one for one in known if unit_id in _ancestors(known, one)]


async def _members(unit_id: int) -> list[int]:
    found = await database.rows('SELECT person_id FROM unit_people WHERE unit_id = ? ORDER BY id', [unit_id])
    return [row['person_id'] for row in found]


async def _add_members(unit_id: int, people: Iterable[int]) -> None:
    await database.many(
        'INSERT INTO unit_people (unit_id, person_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
        [(unit_id, person_id) for person_id in people],
    )


async def _concerned(unit_ids: Iterable[int], known: Tree) -> set[int]:
    """Managers and people of units."""
    found = {known[one]['manager_id'] for one in unit_ids}
    for one in unit_ids:
        found |= set(await _members(one))
    return found


def _need_others(actor: Actor, people: Iterable[int | None]) -> None:
    """Nobody widens their own rights: what concerns oneself needs the operation for rights."""
    if actor.person_id is not None and actor.person_id in set(people):
        need(actor, 'manage_roles')


async def _need_people(person_ids: Sequence[int]) -> None:
    for person_id in person_ids:
        if not await database.rows('SELECT id FROM people WHERE id = ?', [person_id]):
            raise NotFound(catalog='person', id=person_id)


async def _insert(known: Tree, row: Mapping[str, Any]) -> int:
    parent = row.get('parent_id')
    if len(_ancestors(known, parent)) >= DEEPEST:
        raise Refused('units_too_deep', limit=DEEPEST)
    whole = {**row, 'position': len(_children(known, parent)) + 1}
    found = await database.rows(
        f'INSERT INTO org_units ({", ".join(whole)}) VALUES ({", ".join("?" * len(whole))}) RETURNING id',
        list(whole.values()),
    )
    return int(found[0]['id'])


async def _update(unit_id: int, row: Mapping[str, Any]) -> None:
    if row:
        await database.rows(
            f'UPDATE org_units SET {", ".join(f"{column} = ?" for column in row)} WHERE id = ?',
            [*row.values(), unit_id],
        )


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as columns.

    :raises Invalid: with one Problem a field"""
    row: dict[str, Any] = {}
    errors: dict[str, Problem] = {}
    for code, value in values.items():
        try:
            row[code] = _column(code, value)
        except BadValue as error:
            errors[code] = error
    if errors:
        raise Invalid(errors)
    return row


def _column(code: str, value: Any) -> Any:
    if code == 'name':
        return _name(value, required=True)
    if code == 'names':
        return json.dumps({str(one)[:8]: _name(name) for one, name in dict(value or {}).items() if name})
    if code == 'kind':
        if value not in KINDS:
            raise BadValue('no_such_choice', value=str(value)[:100])
        return value
    if code == 'manager_sees':
        return int(bool(value))
    if code in ('manager_id', 'parent_id') and (value is None or isinstance(value, int)):
        return value
    raise BadValue('unknown_field', field=code)


def _name(value: Any, *, required: bool = False) -> str:
    text = ' '.join(str(value or '').split())
    if required and not text:
        raise BadValue('required')
    if len(text) > LONGEST_NAME:
        raise BadValue('too_long', limit=LONGEST_NAME)
    return text


async def _note(actor: Actor, unit_id: int, what: str, **facts: Any) -> None:
    found = await database.rows('SELECT name FROM org_units WHERE id = ?', [unit_id])
    await audit.note(
        actor, 'rights_changed', what=f'unit_{what}', unit=found[0]['name'], unit_id=unit_id, **facts
    )
