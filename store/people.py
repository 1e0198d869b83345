"""People and what they may: a person's id becomes an Actor here, and nowhere else."""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from store import clock, database, guard, passwords
from store.actor import Actor, Level, Rights
from store.folding import fold
from store.person_values import checked_values, folded_person, hashed_password, normal_login
from store.policies import words_of_people
from store.problems import BadValue, Invalid, NotAllowed, NotFound, Refused

OWN_FIELDS = frozenset({'email', 'language', 'theme', 'time_zone'})
"""What everybody may change about themselves."""
CACHED_S = 1.0
"""How long an Actor may be reused unasked: the limit within which another process's change takes effect."""
_COLUMNS = (
    'id, name, login, email, department, manager_id, is_admin, is_active, language, theme, time_zone,'
    ' created_at, password_hash'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A colleague; `login` is '' for one who cannot sign in, and for readers who need not know it."""

    id: int
    name: str
    login: str = ''
    email: str = ''
    department: str = ''
    manager_id: int | None = None
    is_admin: bool = False
    is_active: bool = True
    language: str = ''
    theme: str = 'system'
    time_zone: str = ''
    created_at: datetime
    has_password: bool = False
    roles: tuple[str, ...] = ()


_actors: dict[int, tuple[float, Actor | None]] = {}
_on_revoked: list[Callable[[int, int | None], None]] = []
_on_changed: list[Callable[[int | None], None]] = []


def subscribe_revoked(callback: Callable[[int, int | None], None]) -> Callable[[], None]:
    """Hear, after the commit, that sessions ended: (person id, session id), the latter None for all of them.

    :return: a function that ends the subscription"""
    _on_revoked.append(callback)
    return lambda: _on_revoked.remove(callback)


def subscribe_changed(callback: Callable[[int | None], None]) -> Callable[[], None]:
    """Hear, after the commit, that a person's rights or name changed; None: a role did, so anybody's may."""
    _on_changed.append(callback)
    return lambda: _on_changed.remove(callback)


def publish_revoked(person_id: int, session_id: int | None = None) -> None:
    """Tell the subscribers, after the commit, that sessions ended."""

    def tell() -> None:
        forget(person_id)
        for callback in tuple(_on_revoked):
            callback(person_id, session_id)

    database.after_commit(tell)


def publish_changed(person_id: int | None) -> None:
    """Let new rights count from the next call, and tell the subscribers after the commit."""

    def tell() -> None:
        forget(person_id)
        for callback in tuple(_on_changed):
            callback(person_id)

    database.after_commit(tell)


def forget(person_id: int | None = None) -> None:
    """Drop remembered Actors: of one person, or all, as when another database is opened."""
    if person_id is None:
        _actors.clear()
    else:
        _actors.pop(person_id, None)


def need_admin(actor: Actor) -> None:
    """Let only administrators pass.

    :raises NotAllowed: right 'administer'"""
    if not actor.is_admin:
        raise NotAllowed(right='administer')


async def actor_of_person(person_id: int) -> Actor | None:
    """The person with their present rights, for sessions and for rules; None when unknown or deactivated."""
    known = _actors.get(person_id)
    if known and time.monotonic() - known[0] < CACHED_S:
        return known[1]
    asked = time.monotonic()
    with guard.acting(guard.DOOR):
        found = await database.rows(
            'SELECT p.name, p.login, p.is_admin, p.is_active, p.time_zone, r.code, x.catalog,'
            ' x.may_create, x.may_read, x.may_change, x.may_delete'
            ' FROM people p LEFT JOIN person_roles h ON h.person_id = p.id'
            ' LEFT JOIN roles r ON r.id = h.role_id LEFT JOIN role_rights x ON x.role_id = r.id'
            ' WHERE p.id = ?',
            [person_id],
            read=not database.in_open_transaction(),
        )
    actor = _actor(person_id, found) if found and found[0]['is_active'] else None
    if not database.in_open_transaction():
        _actors[person_id] = (asked, actor)
    return actor


def _actor(person_id: int, found: Sequence[Mapping[str, Any]]) -> Actor:
    roles: dict[str, dict[str, Rights]] = {}
    for row in found:
        if row['code']:
            rights = roles.setdefault(row['code'], {})
            if row['catalog']:
                rights[row['catalog']] = Rights(
                    *(Level(row[name]) for name in ('may_create', 'may_read', 'may_change', 'may_delete'))
                )
    return Actor(
        person_id=person_id,
        name=found[0]['name'],
        login=found[0]['login'] or '',
        is_admin=bool(found[0]['is_admin']),
        roles=frozenset(roles),
        catalogs=united(roles.values()),
        zone=found[0]['time_zone'],
    )


def united(roles: Iterable[Mapping[str, Rights]]) -> dict[str, Rights]:
    """The union of several roles' rights, the farthest level wins; '*' stands for catalogues not named."""
    roles = list(roles)
    named = {catalog for role in roles for catalog in role}
    return {
        catalog: _farthest(role.get(catalog) or role.get('*') or Rights() for role in roles)
        for catalog in named
    }


def _farthest(rights: Iterable[Rights]) -> Rights:
    every = list(rights)
    return Rights(
        create=max(r.create for r in every),
        read=max(r.read for r in every),
        change=max(r.change for r in every),
        delete=max(r.delete for r in every),
    )


async def list_people(
    actor: Actor, *, text: str = '', is_active: bool | None = True, limit: int = 1000
) -> list[Person]:
    """People by name; everybody may know their colleagues, only administrators their logins."""
    parts, args = ['1 = 1'], []
    for word in (fold(text) or '').split():
        parts.append(f"{words_of_people(actor)} LIKE ? ESCAPE '\\'")
        args.append('%' + re.sub(r'([\\%_])', r'\\\1', word) + '%')
    if is_active is not None:
        parts.append('is_active = ?')
        args.append(int(is_active))  # type: ignore[arg-type]
    return await _people(actor, f'{" AND ".join(parts)} ORDER BY folded, id LIMIT ?', [*args, limit])


async def person(actor: Actor, person_id: int) -> Person:
    """One colleague.

    :raises NotFound: there is no such person"""
    found = await _people(actor, 'id = ?', [person_id])
    if not found:
        raise NotFound(catalog='person', id=person_id)
    return found[0]


async def person_by_login(actor: Actor, login: str) -> Person | None:
    """The person with this login, for administrators and the command line."""
    need_admin(actor)
    found = await _people(actor, 'login = ?', [normal_login(login)])
    return found[0] if found else None


async def _people(actor: Actor, condition: str, args: Sequence[Any]) -> list[Person]:
    with guard.acting(actor):
        found = await database.rows(f'SELECT {_COLUMNS} FROM people WHERE {condition}', args, read=True)
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
    return [_shown(actor, _person(row, roles.get(row['id'], ()))) for row in found]


def _person(row: Mapping[str, Any], roles: Iterable[str]) -> Person:
    return Person(
        id=row['id'],
        name=row['name'],
        login=row['login'] or '',
        email=row['email'],
        department=row['department'],
        manager_id=row['manager_id'],
        is_admin=bool(row['is_admin']),
        is_active=bool(row['is_active']),
        language=row['language'],
        theme=row['theme'],
        time_zone=row['time_zone'],
        created_at=clock.from_ms(row['created_at']),
        has_password=bool(row['password_hash']),
        roles=tuple(sorted(roles)),
    )


def _shown(actor: Actor, one: Person) -> Person:
    """A person as this reader may know them."""
    if actor.is_admin or actor.person_id == one.id:
        return one
    return replace(
        one, login='', language='', theme='system', time_zone='', is_admin=False, has_password=False, roles=()
    )


async def create_person(actor: Actor, values: Mapping[str, Any]) -> Person:
    """Add a colleague: `name`, and as wished login, password, email, department, manager_id, is_admin,
    language, theme, time_zone, roles (codes).

    :raises Invalid: field by field"""
    return (await create_people(actor, [values]))[0]


async def create_people(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Person]:
    """Add several colleagues, all or none."""
    need_admin(actor)
    checked = [await checked_values({'name': '', **row}) for row in rows]
    with guard.acting(actor):
        async with database.transaction():
            ids = [await _insert(values) for values in checked]
            return [await person(actor, made) for made in ids]


async def _insert(values: dict[str, Any]) -> int:
    roles = values.pop('roles', ())
    row = {**values, 'created_at': clock.now_ms(), 'folded': folded_person(values)}
    columns, blanks = ', '.join(row), ', '.join('?' * len(row))
    await _need_free_login(values.get('login'), 0)
    found = await database.rows(
        f'INSERT INTO people ({columns}) VALUES ({blanks}) RETURNING id',
        list(row.values()),
    )
    person_id: int = found[0]['id']
    await _hold_roles(person_id, roles)
    publish_changed(person_id)
    return person_id


async def change_person(actor: Actor, person_id: int, values: Mapping[str, Any]) -> Person:
    """Change a colleague; without being an administrator only `OWN_FIELDS` of oneself.

    Deactivating ends every session and token. A new password goes through `set_password`.

    :raises Refused: 'last_administrator', 'login_taken'"""
    if not actor.is_admin and (actor.person_id != person_id or not OWN_FIELDS.issuperset(values)):
        raise NotAllowed(right='administer')
    if 'password' in values:
        raise Invalid({'password': BadValue('read_only')})
    checked = await checked_values(values)
    with guard.acting(actor):
        async with database.transaction():
            await _change(actor, person_id, checked)
    return await person(actor, person_id)


async def _change(actor: Actor, person_id: int, values: dict[str, Any]) -> None:
    before = await person(actor, person_id)
    if values.get('is_admin') == 0 or values.get('is_active') == 0:
        await _need_another_admin(person_id)
    await _need_free_login(values.get('login'), person_id)
    roles = values.pop('roles', None)
    known = {'name': before.name, 'login': before.login, 'email': before.email}
    row = {**values, 'folded': folded_person({**known, **values})}
    await database.rows(
        f'UPDATE people SET {", ".join(f"{column} = ?" for column in row)} WHERE id = ?',
        [*row.values(), person_id],
    )
    if roles is not None:
        await _hold_roles(person_id, roles)
    if values.get('is_active') == 0:
        await end_everything(person_id)
    publish_changed(person_id)


async def _need_another_admin(person_id: int) -> None:
    lock = ' FOR UPDATE' if database.is_postgres() else ''
    admins = await database.rows(
        f'SELECT id FROM people WHERE is_admin = 1 AND is_active = 1 ORDER BY id{lock}'
    )
    if [row['id'] for row in admins] == [person_id]:
        raise Refused('last_administrator')


async def _need_free_login(login: str | None, person_id: int) -> None:
    if login and await database.rows('SELECT id FROM people WHERE login = ? AND id <> ?', [login, person_id]):
        raise Invalid({'login': BadValue('login_taken', login=login)})


async def _hold_roles(person_id: int, codes: Iterable[str]) -> None:
    await database.rows('DELETE FROM person_roles WHERE person_id = ?', [person_id])
    for code in dict.fromkeys(codes):
        found = await database.rows('SELECT id FROM roles WHERE code = ?', [code])
        if not found:
            raise Invalid({'roles': BadValue('unknown_role', role=code)})
        await database.rows(
            'INSERT INTO person_roles (person_id, role_id) VALUES (?, ?)', [person_id, found[0]['id']]
        )


async def set_password(actor: Actor, person_id: int, password: str, *, current: str = '') -> None:
    """Give a person a new password: an administrator to anybody, others to themselves with the `current` one.

    Ends every session and token of the person.

    :raises Invalid: field 'password' or 'current'"""
    if actor.person_id != person_id:
        need_admin(actor)
    with guard.acting(actor):
        found = await database.rows(
            'SELECT name, login, email, password_hash FROM people WHERE id = ?', [person_id]
        )
        if not found:
            raise NotFound(catalog='person', id=person_id)
        stored = found[0]['password_hash']
        if actor.person_id == person_id and stored and not await passwords.fits(stored, current):
            raise Invalid({'current': BadValue('password_wrong')})
        fresh = await hashed_password(
            password, [found[0]['name'], found[0]['login'] or '', found[0]['email']]
        )
        async with database.transaction():
            changed = await database.rows(
                'UPDATE people SET password_hash = ? WHERE id = ? AND password_hash = ? RETURNING id',
                [fresh, person_id, stored],
            )
            if not changed:
                raise Invalid({'current': BadValue('password_wrong')})
            await end_everything(person_id)


async def end_everything(person_id: int) -> None:
    """End every session and token of a person, inside the caller's transaction."""
    await database.rows('DELETE FROM sessions WHERE person_id = ?', [person_id])
    await database.rows('DELETE FROM api_tokens WHERE person_id = ?', [person_id])
    publish_revoked(person_id)
