"""People as the company's directory knows them: taken over, changed, deactivated, and never removed."""

from collections.abc import Iterable, Mapping
from typing import Any

from store import audit, clock, colleagues, database, guard, people
from store.actor import EMPLOYEE, PORTAL, Actor
from store.directory_plan import CHANGED, CREATED, DISABLED, Known, Line
from store.people import need_admin
from store.problems import BadValue, Invalid, NotFound, Refused


async def everybody(actor: Actor) -> list[Known]:
    """Everybody here, active or not, with what the directory has to do with them."""
    need_admin(actor)
    with guard.acting(actor):
        links = await database.rows('SELECT * FROM directory_people', read=True)
        given = await _roles('directory_roles')
    linked = {row['person_id']: row for row in links}
    found = [
        one
        for kind in (EMPLOYEE, PORTAL)
        for one in await people.list_people(actor, is_active=None, kind=kind, limit=1_000_000)
    ]
    return [_known(one, linked.get(one.id), given.get(one.id, frozenset())) for one in found]


def _known(one: people.Person, link: Mapping[str, Any] | None, given: frozenset[str]) -> Known:
    return Known(
        id=one.id,
        name=one.name,
        login=one.login,
        email=one.email,
        phone=one.phone,
        department=one.department,
        is_active=one.is_active,
        is_admin=one.is_admin,
        is_customer=one.is_portal,
        roles=frozenset(one.roles),
        entry_id=link['entry_id'] if link else '',
        dn=link['dn'] if link else '',
        is_off=bool(link and link['is_off']),
        given=given,
    )


async def _roles(table: str, person_id: int | None = None) -> dict[int, frozenset[str]]:
    """The codes of roles that a table gives people."""
    found = await database.rows(
        f'SELECT h.person_id, r.code FROM {table} h JOIN roles r ON r.id = h.role_id'
        + (' WHERE h.person_id = ?' if person_id is not None else ''),
        [] if person_id is None else [person_id],
    )
    held: dict[int, set[str]] = {}
    for row in found:
        held.setdefault(row['person_id'], set()).add(row['code'])
    return {one: frozenset(codes) for one, codes in held.items()}


async def apply(actor: Actor, line: Line, run_id: int) -> None:
    """Do what a line of a plan says, whole or not at all; lines of the audit log come from this run.

    :raises Problem: as adding or changing a person by hand would"""
    need_admin(actor)
    with guard.acting(actor), audit.coming_from(f'directory, run {run_id}'):
        async with database.transaction():
            if line.kind == CREATED:
                await _create(actor, line)
            elif line.kind == CHANGED and line.person_id is not None:
                await _change(actor, line.person_id, line)
            elif line.kind == DISABLED and line.person_id is not None:
                await colleagues.change_person(actor, line.person_id, {'is_active': False})
                await _mark(line.person_id, is_off=True)


async def _create(actor: Actor, line: Line) -> None:
    made = await colleagues.add_person(actor, {**line.values, 'roles': tuple(sorted(line.roles))})
    if actor.person_id is None:
        await audit.note(actor, 'person_changed', person_id=made.id, name=made.name, what='created')
    await _link(made.id, line)
    await _give(made.id, line.roles)


async def _change(actor: Actor, person_id: int, line: Line) -> None:
    values = dict(line.values)
    if line.roles or line.no_roles:
        held = (await _roles('person_roles', person_id)).get(person_id, frozenset())
        values['roles'] = tuple(sorted((held - line.no_roles) | line.roles))
    if values:
        await colleagues.change_person(actor, person_id, values)
    await _link(person_id, line)
    await _give(person_id, line.roles)
    await _take(person_id, line.no_roles)


async def _link(person_id: int, line: Line) -> None:
    await database.rows(
        'INSERT INTO directory_people (person_id, entry_id, dn, is_off, linked_at) VALUES (?, ?, ?, 0, ?)'
        ' ON CONFLICT (person_id) DO UPDATE SET dn = excluded.dn, is_off = 0',
        [person_id, line.entry_id, line.dn[:1000], clock.now_ms()],
    )


async def _mark(person_id: int, *, is_off: bool) -> None:
    await database.rows(
        'UPDATE directory_people SET is_off = ? WHERE person_id = ?', [int(is_off), person_id]
    )


async def _give(person_id: int, codes: Iterable[str]) -> None:
    for code in sorted(codes):
        await database.rows(
            'INSERT INTO directory_roles (person_id, role_id) SELECT ?, id FROM roles WHERE code = ?'
            ' ON CONFLICT DO NOTHING',
            [person_id, code],
        )


async def _take(person_id: int, codes: Iterable[str]) -> None:
    for code in sorted(codes):
        await database.rows(
            'DELETE FROM directory_roles WHERE person_id = ?'
            ' AND role_id IN (SELECT id FROM roles WHERE code = ?)',
            [person_id, code],
        )


async def link(actor: Actor, person_id: int, entry_id: str, dn: str) -> None:
    """Let somebody who is here already be this entry, from now on with its values and password.

    :raises Refused: 'directory_linked': one of both is linked already"""
    need_admin(actor)
    one = await people.person(actor, person_id)
    if one.is_portal:
        raise NotFound(catalog='person', id=person_id)
    if not entry_id:
        raise Invalid({'entry_id': BadValue('required')})
    with guard.acting(actor):
        async with database.transaction():
            made = await database.rows(
                'INSERT INTO directory_people (person_id, entry_id, dn, linked_at) VALUES (?, ?, ?, ?)'
                ' ON CONFLICT DO NOTHING RETURNING person_id',
                [person_id, entry_id[:200], dn[:1000], clock.now_ms()],
            )
            if not made:
                raise Refused('directory_linked', name=one.name)
            # A given password is not the one they come in with any more, so nobody asks for another.
            await database.rows('UPDATE people SET must_change_password = 0 WHERE id = ?', [person_id])
            await _note_link(actor, one, 'linked', dn)


async def unlink(actor: Actor, person_id: int) -> None:
    """Let the directory have nothing to do with a person any more; what it gave them stays, now by hand."""
    need_admin(actor)
    one = await people.person(actor, person_id)
    with guard.acting(actor):
        async with database.transaction():
            gone = await database.rows(
                'DELETE FROM directory_people WHERE person_id = ? RETURNING dn', [person_id]
            )
            if not gone:
                raise NotFound(catalog='person', id=person_id)
            await database.rows('DELETE FROM directory_roles WHERE person_id = ?', [person_id])
            await people.end_everything(person_id)
            await _note_link(actor, one, 'unlinked', gone[0]['dn'])


async def _note_link(actor: Actor, one: people.Person, what: str, dn: str) -> None:
    await audit.note(actor, 'person_changed', person_id=one.id, name=one.name, what=what, dn=dn)


async def roles_given(actor: Actor, person_id: int) -> frozenset[str]:
    """The roles that a person holds because of groups in the directory."""
    if not actor.may_do('manage_people'):
        need_admin(actor)
    with guard.acting(actor):
        return (await _roles('directory_roles', person_id)).get(person_id, frozenset())
