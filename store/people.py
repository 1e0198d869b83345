"""People: who they are, what an administrator or they themselves may change about them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from store import audit, clock, database, guard, passwords
from store.actor import EMPLOYEE, Actor
from store.actors import (
    CACHED_S,
    actor_as,
    actor_of_person,
    forget,
    publish_changed,
    publish_revoked,
    subscribe_changed,
    subscribe_revoked,
)
from store.folding import fold
from store.operations import need
from store.person_checks import (
    OWN_FIELDS,
    hold_roles,
    need_another_admin,
    need_free_contact,
    need_free_login,
    need_may_change,
    need_may_create,
    need_may_open,
    need_own_password,
    need_sound_absence,
    need_sound_kind,
)
from store.person_rows import COLUMNS, Person, person_of, shown_to
from store.person_values import (
    checked_values,
    folded_person,
    hashed_password,
    normal_login,
    words_of_people,
)
from store.problems import BadValue, Invalid, NotAllowed, NotFound

UNSAID = frozenset({'language', 'theme', 'time_zone'})
"""What people change about themselves without a line in the audit log."""
ABSENCE = frozenset({'absent_from', 'absent_until', 'deputy_id'})


def need_admin(actor: Actor) -> None:
    """Let only administrators pass.

    :raises NotAllowed: right 'administer'"""
    if not actor.is_admin:
        raise NotAllowed(right='administer')


async def list_people(
    actor: Actor,
    *,
    text: str = '',
    is_active: bool | None = True,
    kind: str = EMPLOYEE,
    limit: int = 1000,
) -> list[Person]:
    """People by name; everybody may know their colleagues, only who manages people their logins, and those
    of the `kind` 'portal'."""
    if kind != EMPLOYEE:
        need(actor, 'manage_people')
    parts: list[str] = ['kind = ?']
    args: list[Any] = [kind]
    for word in (fold(text) or '').split():
        parts.append(f"{words_of_people(actor)} LIKE ? ESCAPE '\\'")
        args.append('%' + re.sub(r'([\\%_])', r'\\\1', word) + '%')
    if is_active is not None:
        parts.append('is_active = ?')
        args.append(int(is_active))
    return await _people(actor, f'{" AND ".join(parts)} ORDER BY folded, id LIMIT ?', [*args, limit])


async def person(actor: Actor, person_id: int) -> Person:
    """One colleague; somebody of the portal knows only themselves.

    :raises NotFound: there is no such person"""
    found = await _people(actor, 'id = ?', [person_id])
    if not found:
        raise NotFound(catalog='person', id=person_id)
    return found[0]


async def person_by_login(actor: Actor, login: str) -> Person | None:
    """The person with this login, for those who manage people and the command line."""
    need(actor, 'manage_people')
    found = await _people(actor, 'login = ?', [normal_login(login)])
    return found[0] if found else None


async def _people(actor: Actor, condition: str, args: Sequence[Any]) -> list[Person]:
    if actor.portal:
        condition, args = f'id = ? AND {condition}', [actor.person_id, *args]
    with guard.acting(actor):
        found = await database.rows(f'SELECT {COLUMNS} FROM people WHERE {condition}', args, read=True)
        ids = [row['id'] for row in found]
        blanks = ', '.join('?' * len(ids))
        held = await database.rows(
            'SELECT h.person_id, r.code FROM person_roles h JOIN roles r ON r.id = h.role_id'
            + (f' WHERE h.person_id IN ({blanks})' if len(ids) < 500 else ''),
            ids if len(ids) < 500 else [],
            read=True,
        ) if ids else []  # fmt: skip
    roles: dict[int, list[str]] = {}
    for row in held:
        roles.setdefault(row['person_id'], []).append(row['code'])
    return [shown_to(actor, person_of(row, roles.get(row['id'], ()))) for row in found]


async def create_person(actor: Actor, values: Mapping[str, Any]) -> Person:
    """Add a colleague: `name`, and as wished login, password, email, department, manager_id, is_admin,
    language, theme, time_zone, roles (codes), phone, working_hours, must_change_password; `kind` is 'portal'
    for a customer.

    :raises Invalid: field by field
    :raises NotAllowed: an operation is missing"""
    return (await create_people(actor, [values]))[0]


async def create_people(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Person]:
    """Add several colleagues, all or none."""
    need_may_create(actor, rows)
    checked = [await checked_values({'name': '', **row}) for row in rows]
    with guard.acting(actor):
        async with database.transaction():
            ids = [await _insert(values) for values in checked]
            made = [await person(actor, person_id) for person_id in ids]
            for one in made if actor.person_id is not None else ():
                await audit.note(actor, 'person_changed', person_id=one.id, name=one.name, what='created')
            return made


async def _insert(values: dict[str, Any]) -> int:
    roles = values.pop('roles', ())
    row = {**values, 'created_at': clock.now_ms(), 'folded': folded_person(values)}
    columns, blanks = ', '.join(row), ', '.join('?' * len(row))
    need_sound_kind(row)
    await need_free_login(values.get('login'), 0)
    await need_free_contact(values.get('contact_id'), 0)
    await need_sound_absence(0, values)
    found = await database.rows(
        f'INSERT INTO people ({columns}) VALUES ({blanks}) RETURNING id',
        list(row.values()),
    )
    person_id: int = found[0]['id']
    await hold_roles(person_id, roles)
    publish_changed(person_id)
    return person_id


async def change_person(
    actor: Actor, person_id: int, values: Mapping[str, Any], *, is_proven: bool = False
) -> Person:
    """Change a colleague; without the operation for it only `OWN_FIELDS` of oneself.

    Deactivating ends every session and token; another e-mail the links to a new password. A new password goes
    through `set_password`.

    :param is_proven: the person has just given the present password, see `own_email`

    :raises Refused: 'last_administrator'
    :raises Invalid: field by field
    :raises NotAllowed: an operation is missing, or it is an administrator"""
    with guard.acting(actor):
        async with database.transaction():
            await _change(actor, person_id, values, is_proven=is_proven)
    return await person(actor, person_id)


async def _change(actor: Actor, person_id: int, wanted: Mapping[str, Any], *, is_proven: bool) -> None:
    lock = ' FOR UPDATE' if database.is_postgres() else ''
    found = await database.rows(f'SELECT * FROM people WHERE id = ?{lock}', [person_id])
    await need_may_change(actor, await person(actor, person_id), wanted, is_proven=is_proven)
    for code in {'password', 'kind'}.intersection(wanted):
        raise Invalid({code: BadValue('read_only')})
    before, values = found[0], await checked_values(wanted)
    need_sound_kind({**before, **values})
    if values.get('is_admin') == 0 or values.get('is_active') == 0:
        await need_another_admin(person_id)
    await need_free_login(values.get('login'), person_id)
    roles = values.pop('roles', None)
    after = {**before, **values}
    if after['is_active']:
        await need_free_contact(after['contact_id'], person_id)
    if ABSENCE.intersection(values):
        await need_sound_absence(person_id, after)
    row = {**values, 'folded': folded_person(after)}
    await database.rows(
        f'UPDATE people SET {", ".join(f"{column} = ?" for column in row)} WHERE id = ?',
        [*row.values(), person_id],
    )
    if roles is not None:
        await hold_roles(person_id, roles)
    if values.get('is_active') == 0:
        await end_everything(person_id)
    elif after['email'] != before['email']:
        # A link that went to the mailbox of before is for whoever reads that one.
        await database.rows(
            "DELETE FROM invitations WHERE person_id = ? AND used_at IS NULL AND kind = 'reset'", [person_id]
        )
    publish_changed(person_id)
    await _note(actor, person_id, before, values, roles)


async def _note(
    actor: Actor, person_id: int, before: Mapping[str, Any], values: Mapping[str, Any], roles: Any
) -> None:
    changed = sorted(code for code, value in values.items() if value != before[code])
    if roles is not None or 'is_admin' in changed:
        rights = {'roles': list(roles or ()), 'is_admin': bool(values.get('is_admin', before['is_admin']))}
        await audit.note(actor, 'rights_changed', person_id=person_id, name=before['name'], **rights)
    told = [
        code
        for code in changed
        if code != 'is_admin' and not (actor.person_id == person_id and code in UNSAID)
    ]
    if told:
        await audit.note(actor, 'person_changed', person_id=person_id, name=before['name'], fields=told)


async def set_password(actor: Actor, person_id: int, password: str, *, current: str = '') -> None:
    """Give a person a new password: themselves with the `current` one, or who manages people.

    Ends every session and token of the person. A password from somebody else must be changed at the first
    sign-in.

    :raises Invalid: field 'password' or 'current'"""
    one = await person(actor, person_id)
    if actor.person_id != person_id:
        await need_may_open(actor, one)
    await need_own_password(actor, one)
    with guard.acting(actor):
        found = await database.rows(
            'SELECT name, login, email, password_hash FROM people WHERE id = ?', [person_id]
        )
        if not found:
            raise NotFound(catalog='person', id=person_id)
        stored = found[0]['password_hash']
        if actor.person_id == person_id and stored:
            await passwords.need_current(person_id, stored, current)
        fresh = await hashed_password(
            password, [found[0]['name'], found[0]['login'] or '', found[0]['email']]
        )
        async with database.transaction():
            changed = await database.rows(
                'UPDATE people SET password_hash = ?, must_change_password = ?'
                ' WHERE id = ? AND password_hash = ? RETURNING id',
                [fresh, int(actor.person_id not in (None, person_id)), person_id, stored],
            )
            if not changed:
                raise Invalid({'current': BadValue('password_wrong')})
            await end_everything(person_id)
            await audit.note(actor, 'password_changed', person_id=person_id, name=found[0]['name'])


async def end_everything(person_id: int) -> None:
    """End every session, token and invitation of a person, inside the caller's transaction."""
    await database.rows('DELETE FROM sessions WHERE person_id = ?', [person_id])
    await database.rows('DELETE FROM api_tokens WHERE person_id = ?', [person_id])
    await database.rows('DELETE FROM invitations WHERE person_id = ? AND used_at IS NULL', [person_id])
    publish_revoked(person_id)


__all__ = [
    'CACHED_S',
    'OWN_FIELDS',
    'Person',
    'actor_as',
    'actor_of_person',
    'change_person',
    'create_people',
    'create_person',
    'end_everything',
    'forget',
    'list_people',
    'need_admin',
    'person',
    'person_by_login',
    'publish_changed',
    'publish_revoked',
    'set_password',
    'subscribe_changed',
    'subscribe_revoked',
]
