"""Colleagues as wholes: the person, the contact that is theirs, the units they work in."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from store import database, guard, people, units
from store.actor import Actor
from store.folding import fold
from store.operations import need, need_employee
from store.people import Person
from store.person_rows import BY_DIRECTORY
from store.portal_reach import CONTACTS, known_as
from store.problems import BadValue, Invalid, NotFound, Problem
from store.query import Condition, Filter, Query
from store.records import Records
from store.schema import Catalog, FieldSpec

EMAIL, PHONE = 'email', 'phone'


def contacts_catalog() -> Catalog | None:
    """The catalogue of contacts, None when there is none."""
    return known_as(CONTACTS)


async def add_people(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Person]:
    """Add colleagues, all or none: values of `people.create_people`, and `units` (ids).

    Who has a login or an e-mail is linked to the contact with that e-mail, or gets a new one.

    :raises Invalid: field by field
    :raises NotAllowed: an operation is missing"""
    plain = [{code: value for code, value in row.items() if code != 'units'} for row in rows]
    with guard.acting(actor):
        async with database.transaction():
            for values in plain:
                if values.get('contact_id') is not None:
                    await _need_contact(values['contact_id'])
            made = await people.create_people(actor, plain)
            for one, row in zip(made, rows, strict=True):
                if row.get('units'):
                    await units.set_units_of(actor, one.id, row['units'])
                await _give_contact(actor, one)
            return [await people.person(actor, one.id) for one in made]


async def add_person(actor: Actor, values: Mapping[str, Any]) -> Person:
    """Add one colleague, see `add_people`."""
    return (await add_people(actor, [values]))[0]


async def change_person(actor: Actor, person_id: int, values: Mapping[str, Any]) -> Person:
    """Change a colleague: values of `people.change_person`, and `units` (ids)."""
    plain = {code: value for code, value in values.items() if code != 'units'}
    with guard.acting(actor):
        async with database.transaction():
            if plain.get('contact_id') is not None:
                await _need_contact(plain['contact_id'])
            one = await people.change_person(actor, person_id, plain)
            if 'units' in values:
                await units.set_units_of(actor, person_id, values['units'])
            if 'contact_id' not in plain and {'login', 'email', 'is_active'} & set(plain):
                await _give_contact(actor, one)
            return await people.person(actor, person_id)


async def give_contacts(actor: Actor) -> int:
    """Link everybody active who signs in and has no contact to one, see `add_people`; how many got one."""
    need(actor, 'manage_people')
    given = 0
    for one in await people.list_people(actor, limit=100_000):
        if one.contact_id is None and one.login:
            await give_contact(actor, one.id)
            given += (await people.person(actor, one.id)).contact_id is not None
    return given


async def give_contact(actor: Actor, person_id: int) -> None:
    """Link one person to a contact, see `add_people`."""
    with guard.acting(actor):
        async with database.transaction():
            await _give_contact(actor, await people.person(actor, person_id))


async def _need_contact(contact_id: int) -> None:
    catalog = contacts_catalog()
    try:
        await Records(guard.SETUP).get(catalog.code if catalog else CONTACTS, contact_id)
    except NotFound:
        raise Invalid({'contact_id': BadValue('no_such_record', value=str(contact_id))}) from None


async def _give_contact(actor: Actor, one: Person) -> None:
    """Link a person to the contact with their e-mail, or a new one; two with that e-mail are left alone."""
    catalog = contacts_catalog()
    if catalog is None or one.contact_id is not None or not one.is_active or not (one.login or one.email):
        return
    found = await contacts_with(catalog, [one.email])
    fitting = found.get(fold(one.email) or '', []) if one.email else []
    if len(fitting) > 1:
        return
    contact_id = fitting[0] if fitting else await _new_contact(actor, catalog, one)
    if contact_id is None or await _is_taken(contact_id):
        return
    await database.rows('UPDATE people SET contact_id = ? WHERE id = ?', [contact_id, one.id])


async def contacts_with(catalog: Catalog, emails: Iterable[str]) -> dict[str, list[int]]:
    """Ids of contacts by folded e-mail."""
    spec, wanted = field_of(catalog, EMAIL), sorted({email for email in emails if email})
    found: dict[str, list[int]] = {}
    for start in range(0, len(wanted), 400) if spec is not None else ():
        asked = Filter((Condition(spec.code, 'in', wanted[start : start + 400]),))  # type: ignore[union-attr]
        query = Query(filter=asked, sort='id', limit=1000, fields=(spec.code,))  # type: ignore[union-attr]
        for view in (await Records(guard.SETUP).find(catalog.code, query)).records:
            key = fold(str(view.values.get(spec.code) or '')) or ''  # type: ignore[union-attr]
            found.setdefault(key, []).append(view.id)
    return found


def field_of(catalog: Catalog, kind: str) -> FieldSpec | None:
    """The catalogue's field of e-mails or telephones."""
    of_kind = [spec for spec in catalog.live_fields if spec.type == kind]
    return next((spec for spec in of_kind if spec.code == kind), None) or next(iter(of_kind), None)


async def _new_contact(actor: Actor, catalog: Catalog, one: Person) -> int | None:
    """A contact for a person; None where contacts need more than is known."""
    values: dict[str, Any] = {'title': one.name}
    for kind, value in ((EMAIL, one.email), (PHONE, one.phone)):
        spec = field_of(catalog, kind)
        if spec is not None and value:
            values[spec.code] = value
    own = Records(actor)
    door = own if actor.person_id is not None and own.may('create', catalog.code) else Records(guard.SETUP)
    try:
        return (await door.create(catalog.code, values)).id
    except Problem:
        return None


async def _is_taken(contact_id: int) -> bool:
    return bool(
        await database.rows('SELECT id FROM people WHERE contact_id = ? AND is_active = 1', [contact_id])
    )


async def person_of_contact(actor: Actor, catalog: str, record_id: int) -> Person | None:
    """The colleague who is this contact, an active one first; None for every other record.

    Ask it only for a record that the actor may read."""
    need_employee(actor)
    known = contacts_catalog()
    if known is None or known.code != catalog:
        return None
    with guard.acting(actor):
        found = await database.rows(
            'SELECT id FROM people WHERE contact_id = ? ORDER BY is_active DESC, id DESC LIMIT 1',
            [record_id],
            read=True,
        )
    return await people.person(actor, found[0]['id']) if found else None


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleName:
    """What a role is called; its rights are for those who manage roles."""

    code: str
    label: str
    labels: Mapping[str, str]
    is_portal: bool = False


async def role_names(actor: Actor) -> list[RoleName]:
    """What every role is called."""
    if not actor.may_do('manage_roles'):
        need(actor, 'manage_people')
    with guard.acting(actor):
        found = await database.rows('SELECT code, label, labels, is_portal FROM roles ORDER BY id', read=True)
    return [
        RoleName(
            code=row['code'],
            label=row['label'],
            labels=json.loads(row['labels']),
            is_portal=bool(row['is_portal']),
        )
        for row in found
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Away:
    """Until when somebody is away (None: not known), and who stands in ('' for nobody)."""

    until: date | None
    deputy: str = ''


async def away(actor: Actor, on: date) -> dict[int, Away]:
    """Who is absent on a day, by person."""
    need_employee(actor)
    day = on.isoformat()
    with guard.acting(actor):
        found = await database.rows(
            'SELECT p.id, p.absent_until, d.name FROM people p LEFT JOIN people d ON d.id = p.deputy_id'
            " WHERE p.is_active = 1 AND p.absent_from <> '' AND p.absent_from <= ?"
            " AND (p.absent_until = '' OR p.absent_until >= ?)",
            [day, day],
            read=True,
        )
    return {
        row['id']: Away(
            until=date.fromisoformat(row['absent_until']) if row['absent_until'] else None,
            deputy=row['name'] or '',
        )
        for row in found
    }


async def counts(actor: Actor) -> dict[str, int]:
    """How many colleagues are 'active' and 'inactive', how many customers come in by the 'portal' and how
    many of them wait 'to_approve'; 'waiting' of the active colleagues have a login and no password."""
    need(actor, 'manage_people')
    with guard.acting(actor):
        found = await database.rows(
            "SELECT SUM(CASE WHEN kind = 'employee' THEN is_active ELSE 0 END) AS active,"
            " SUM(CASE WHEN kind = 'employee' THEN 1 - is_active ELSE 0 END) AS inactive,"
            " SUM(CASE WHEN kind = 'portal' THEN is_active ELSE 0 END) AS portal,"
            " SUM(CASE WHEN kind = 'employee' AND is_active = 1 AND login IS NOT NULL AND password_hash = ''"
            f' AND NOT ({BY_DIRECTORY}) THEN 1 ELSE 0 END) AS waiting,'
            " (SELECT COUNT(*) FROM portal_requests WHERE state = 'waiting') AS to_approve FROM people",
            read=True,
        )
    return {name: int(value or 0) for name, value in found[0].items()}
