"""What must hold before a person is changed: an administrator is left, nobody rises by themselves."""

from collections.abc import Iterable, Mapping
from typing import Any

from store import database
from store.actor import EMPLOYEE, Actor
from store.actors import actor_of_person
from store.directory_links import link_of
from store.operations import need
from store.person_rows import Person
from store.problems import BadValue, Invalid, NotAllowed, Refused

OWN_FIELDS = frozenset(
    {
        'phone',
        'language',
        'theme',
        'time_zone',
        'working_hours',
        'absent_from',
        'absent_until',
        'deputy_id',
    }
)
"""What everybody may change about themselves; the e-mail takes a password as well (`own_email`)."""
CUSTOMER_FIELDS = frozenset({'name', 'phone', 'language', 'theme', 'time_zone'})
"""What customers may change about themselves; by the e-mail they are known."""
KEYS = frozenset({'login', 'email'})
"""Who changes these of somebody else could sign in as that person."""


def need_may_create(actor: Actor, rows: Iterable[Mapping[str, Any]]) -> None:
    """Let those pass who may add these people.

    :raises NotAllowed: an operation is missing, or somebody would become an administrator"""
    need(actor, 'manage_people')
    for row in rows:
        if row.get('is_admin') and not actor.is_admin:
            raise NotAllowed(right='administer')
        if row.get('roles'):
            need(actor, 'manage_roles')


async def need_may_change(
    actor: Actor, one: Person, values: Mapping[str, Any], *, is_proven: bool = False
) -> None:
    """Let those pass who may change this person so: everybody their `OWN_FIELDS`, only administrators one
    of theirs.

    :param is_proven: the person has just given the present password
    :raises NotAllowed: an operation is missing, or the person may more than who changes them"""
    own = CUSTOMER_FIELDS if one.is_portal else OWN_FIELDS | ({'email'} if is_proven else set())
    if actor.is_admin or (actor.person_id == one.id and own.issuperset(values)):
        return
    need(actor, 'manage_people')
    if one.is_admin or bool(values.get('is_admin')):
        raise NotAllowed(right='administer')
    if 'roles' in values and set(values['roles'] or ()) != set(one.roles):
        need(actor, 'manage_roles')
    if any(code in values and (values[code] or '') != getattr(one, code) for code in KEYS):
        await need_may_open(actor, one)


async def need_may_open(actor: Actor, one: Person) -> None:
    """Let those pass who may give this person a new way in, and so could come in as them.

    :raises NotAllowed: the person is an administrator, or may do what the actor may not"""
    if actor.is_admin:
        return
    need(actor, 'manage_people')
    if one.is_admin:
        raise NotAllowed(right='administer')
    theirs = await actor_of_person(one.id)
    for operation in sorted(theirs.operations if theirs else ()):
        need(actor, operation)


def need_sound_kind(values: Mapping[str, Any]) -> None:
    """A customer at the portal is no administrator.

    :raises Invalid: field 'is_admin'"""
    if values.get('kind', EMPLOYEE) != EMPLOYEE and values.get('is_admin'):
        raise Invalid({'is_admin': BadValue('not_of_portal')})


async def need_another_admin(person_id: int) -> None:
    """Somebody else must be left who may do everything.

    :raises Refused: 'last_administrator'"""
    lock = ' FOR UPDATE' if database.is_postgres() else ''
    admins = await database.rows(
        f'SELECT id FROM people WHERE is_admin = 1 AND is_active = 1 ORDER BY id{lock}'
    )
    if [row['id'] for row in admins] == [person_id]:
        raise Refused('last_administrator')


async def need_own_password(actor: Actor, one: Person) -> None:
    """Whose password the directory keeps gets none here; an open tab alone opens no second way in.

    An administrator may be given one by somebody else: it lets them in when the directory is down.

    :raises Refused: 'password_in_directory'"""
    is_own = actor.person_id == one.id
    is_first = is_own and not one.has_password and await link_of(one.id) is not None
    if is_first or (actor.person_id is not None and one.by_directory and (is_own or not one.is_admin)):
        raise Refused('password_in_directory')


async def need_free_login(login: str | None, person_id: int) -> None:
    """Nobody else may have this login.

    :raises Invalid: field 'login'"""
    if login and await database.rows('SELECT id FROM people WHERE login = ? AND id <> ?', [login, person_id]):
        raise Invalid({'login': BadValue('login_taken', login=login)})


async def need_free_contact(contact_id: int | None, person_id: int) -> None:
    """Nobody else who is active may be this contact.

    :raises Invalid: field 'contact_id'"""
    if contact_id is None:
        return
    taken = await database.rows(
        'SELECT name FROM people WHERE contact_id = ? AND is_active = 1 AND id <> ?', [contact_id, person_id]
    )
    if taken:
        raise Invalid({'contact_id': BadValue('contact_taken', name=taken[0]['name'])})


async def need_sound_absence(person_id: int, values: Mapping[str, Any]) -> None:
    """An absence ends after it has begun, and somebody else stands in.

    :raises Invalid: field 'absent_until' or 'deputy_id'"""
    first, last = values.get('absent_from', ''), values.get('absent_until', '')
    if last and (not first or last < first):
        raise Invalid({'absent_until': BadValue('absence_ends_early')})
    deputy = values.get('deputy_id')
    if deputy is None:
        return
    found = await database.rows('SELECT id FROM people WHERE id = ? AND is_active = 1', [deputy])
    if deputy == person_id or not found:
        raise Invalid({'deputy_id': BadValue('no_such_deputy')})


async def hold_roles(person_id: int, codes: Iterable[str]) -> None:
    """Let a person hold these roles and no others, in the open transaction; customers those of the portal.

    :raises Invalid: field 'roles'"""
    of_portal = await database.rows("SELECT id FROM people WHERE id = ? AND kind <> 'employee'", [person_id])
    await database.rows('DELETE FROM person_roles WHERE person_id = ?', [person_id])
    for code in dict.fromkeys(codes):
        found = await database.rows('SELECT id, is_portal FROM roles WHERE code = ?', [code])
        if not found:
            raise Invalid({'roles': BadValue('unknown_role', role=code)})
        if bool(found[0]['is_portal']) != bool(of_portal):
            raise Invalid({'roles': BadValue('role_of_others', role=code)})
        await database.rows(
            'INSERT INTO person_roles (person_id, role_id) VALUES (?, ?)', [person_id, found[0]['id']]
        )
