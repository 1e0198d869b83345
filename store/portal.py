"""Customers at the portal: they register or are invited, are linked to a contact, and are let in."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store import (
    audit,
    clock,
    colleagues,
    database,
    guard,
    invitations,
    notifications,
    outbox,
    people,
    portal_links,
)
from store.actor import PORTAL, Actor
from store.folding import fold
from store.notifications import Notice
from store.operations import need
from store.outbox import Parcel
from store.people import Person
from store.person_values import checked_values, hashed_password, normal_login
from store.portal_reach import CONTACTS, known_as
from store.problems import BadValue, Invalid, NotFound, Refused
from store.records import Records
from store.system_settings import setting
from store.throttle import Throttle

CLOSED, APPROVAL, OPEN = 'closed', 'approval', 'open'
ASKED, WAITING, ACCEPTED, REFUSED = 'asked', 'waiting', 'accepted', 'refused'
GOOD_MS = 24 * 3_600_000
by_address = Throttle(10, 3600, code='registration_throttled')
by_email = Throttle(3, 3600, code='registration_throttled')
by_everybody = Throttle(500, 3600, code='registration_throttled')


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """Somebody who wants to come in; `token` is given only once, for the letter.

    One that `is_known` comes in already, or waits: the letter says so, the page does not."""

    id: int
    email: str
    name: str
    company: str = ''
    language: str = ''
    made_at: datetime = clock.EPOCH
    token: str = ''
    is_known: bool = False


def forget() -> None:
    """Forget who registered how often, as when another database is opened."""
    for one in (by_address, by_email, by_everybody):
        one.forget()


def lacking() -> tuple[str, ...]:
    """What the portal lacks to take registrations: 'contacts', 'mail', 'address' (the public one)."""
    there = {
        'contacts': known_as(CONTACTS) is not None,
        'mail': invitations.can_mail(),
        'address': bool(invitations.base_url()),
    }
    return tuple(what for what, is_there in there.items() if not is_there)


def registration() -> str:
    """Who may register now: 'closed', 'approval' or 'open'."""
    return CLOSED if lacking() else str(setting('portal_registration'))


# Registering


async def register(
    *, name: str, email: str, company: str = '', language: str = '', address: str = ''
) -> Registration:
    """Take the wish to come in; whoever has the e-mail gets a link, and only they learn what came of it.

    :raises Refused: 'registration_closed', 'registration_throttled' with `seconds`
    :raises Invalid: fields 'name' and 'email'"""
    if registration() == CLOSED:
        raise Refused('registration_closed')
    # In its one spelling before it is looked at: what looks like a comma becomes one and names two mailboxes.
    email = normal_login(email)
    given = await checked_values({'name': name, 'email': email, 'language': language})
    if not given['email']:
        raise Invalid({'email': BadValue('required')})
    email = given['email']
    for throttle, key in ((by_address, address), (by_email, email), (by_everybody, '*')):
        if key:
            throttle.take(key)
    company = ' '.join(company.split())[:200]
    with guard.acting(guard.DOOR):
        async with database.transaction():
            await database.rows(
                "DELETE FROM portal_requests WHERE state = 'asked' AND (email = ? OR good_until < ?)",
                [email, clock.now_ms()],
            )
            is_known = await _is_known(email)
            return await _asked({**given, 'email': email, 'company': company}, is_known=is_known)


async def _is_known(email: str) -> bool:
    # Who was deactivated does not come back by registering.
    found = await database.rows(
        'SELECT login, email FROM people WHERE login = ? OR fold(email) = ?'
        " UNION ALL SELECT email, email FROM portal_requests WHERE state = 'waiting' AND email = ?",
        [email, fold(email) or '', email],
    )
    # Two mailboxes may fold to one.
    return any(email in (row['login'], normal_login(row['email'])) for row in found)


async def _asked(given: Mapping[str, Any], *, is_known: bool) -> Registration:
    token, now = secrets.token_urlsafe(32), clock.now_ms()
    state = REFUSED if is_known else ASKED
    made = await database.rows(
        'INSERT INTO portal_requests (token_hash, email, name, company, language, state, made_at, good_until)'
        ' VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *',
        [
            _hash(token), given['email'], given['name'], given['company'], given['language'], state,
            now, now + GOOD_MS,
        ],
    )  # fmt: skip
    if is_known:
        # The same work is done for somebody known; nothing of it stays.
        await database.rows('DELETE FROM portal_requests WHERE id = ?', [made[0]['id']])
    return _registration(made[0], token='' if is_known else token, is_known=is_known)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _registration(row: Mapping[str, Any], *, token: str = '', is_known: bool = False) -> Registration:
    return Registration(
        id=row['id'],
        email=row['email'],
        name=row['name'],
        company=row['company'],
        language=row['language'],
        made_at=clock.from_ms(row['made_at']),
        token=token,
        is_known=is_known,
    )


async def mail(one: Registration, what: str, subject: str, text: str) -> None:
    """Write to somebody who registered; `what` keeps the letters of one registration apart."""
    parcel = Parcel(
        key=_key(one.id, what),
        run_id=0,
        step=0,
        channel='mail',
        recipient=one.email,
        payload={'to': [one.email], 'subject': subject, 'text': text},
    )
    await outbox.put(parcel, clock.now())


def _key(registration_id: int, what: str) -> str:
    return f'portal:{registration_id}:{what}'


# The link in the letter


async def registered(token: str) -> Registration:
    """Whose link this is.

    :raises Refused: 'registration_over': unknown, used or too old; 'registration_closed'"""
    if registration() == CLOSED:
        raise Refused('registration_closed')
    with guard.acting(guard.DOOR):
        found = await database.rows(
            "SELECT * FROM portal_requests WHERE token_hash = ? AND state = 'asked' AND good_until > ?",
            [_hash(token), clock.now_ms()],
        )
    if not found:
        raise Refused('registration_over')
    return _registration(found[0])


async def confirm(token: str, password: str) -> bool:
    """Take the password of somebody who has read the letter; whether they may come in at once.

    :raises Refused: 'registration_over', 'registration_closed'
    :raises Invalid: field 'password'"""
    mine = await registered(token)
    if not password:
        raise Invalid({'password': BadValue('required')})
    # Hashing and a new field take a while, so both come before the one who succeeds is chosen.
    fresh = await hashed_password(password, [mine.name, mine.email])
    is_open = registration() == OPEN
    if is_open:
        await portal_links.make_ready(mine.email)
    with guard.acting(guard.SETUP):
        async with database.transaction():
            claimed = await database.rows(
                "UPDATE portal_requests SET state = 'waiting', password_hash = ? WHERE token_hash = ?"
                " AND state = 'asked' AND good_until > ? RETURNING *",
                [fresh, _hash(token), clock.now_ms()],
            )
            if not claimed:
                raise Refused('registration_over')
            await database.rows('DELETE FROM outbox WHERE key = ?', [_key(mine.id, ASKED)])
            if is_open:
                await _let_in(guard.SETUP, claimed[0])
            else:
                await _tell(mine)
    return is_open


async def _tell(one: Registration) -> None:
    """Tell those who may approve."""
    found = await database.rows(
        'SELECT p.id FROM people p WHERE p.is_active = 1 AND (p.is_admin = 1 OR EXISTS'
        ' (SELECT 1 FROM person_roles h JOIN role_operations o ON o.role_id = h.role_id'
        " WHERE h.person_id = p.id AND o.operation = 'manage_people'))"
    )
    facts = {'name': one.name, 'email': one.email}
    notice = Notice(kind='approval', code='portal_to_approve', facts=facts, key=f'portal:{one.id}')
    await notifications.notify([row['id'] for row in found], notice)


async def _told(registration_id: int) -> None:
    """Take the notices of one who was decided about from everybody's bell."""
    await database.rows(
        'UPDATE notifications SET read_at = ? WHERE dedup_key = ? AND read_at IS NULL',
        [clock.now_ms(), f'portal:{registration_id}'],
    )


# Letting in


async def _let_in(actor: Actor, row: Mapping[str, Any]) -> Person:
    """Make a person of a confirmed registration, in the caller's transaction."""
    contact_id = await portal_links.contact_for(row['email'], row['name'])
    made = await _new_person(
        {'name': row['name'], 'email': row['email'], 'language': row['language'], 'contact_id': contact_id}
    )
    await database.rows('UPDATE people SET password_hash = ? WHERE id = ?', [row['password_hash'], made.id])
    await database.rows(
        "UPDATE portal_requests SET state = 'accepted', password_hash = '', person_id = ?, decided_at = ?,"
        ' decided_by = ? WHERE id = ?',
        [made.id, clock.now_ms(), actor.person_id, row['id']],
    )
    await audit.note(actor, 'person_changed', person_id=made.id, name=made.name, what='portal')
    return made


async def _new_person(values: Mapping[str, Any]) -> Person:
    """A person of the portal with the role that the settings name, if it is one of the portal."""
    found = await database.rows(
        'SELECT code FROM roles WHERE code = ? AND is_portal = 1', [str(setting('portal_role'))]
    )
    given = {**values, 'login': values['email'], 'kind': PORTAL, 'roles': [row['code'] for row in found]}
    return await people.create_person(guard.SETUP, given)


async def waiting(actor: Actor) -> list[Registration]:
    """Who waits to be approved, the longest first."""
    need(actor, 'manage_people')
    with guard.acting(actor):
        found = await database.rows(
            "SELECT * FROM portal_requests WHERE state = 'waiting' ORDER BY id", read=True
        )
    return [_registration(row) for row in found]


async def approve(actor: Actor, registration_id: int) -> Registration:
    """Let somebody in who waits.

    :raises NotFound: nobody waits under this number
    :raises Invalid: field 'login': somebody else has the e-mail as a login meanwhile"""
    need(actor, 'manage_people')
    with guard.acting(guard.SETUP):
        found = await database.rows('SELECT email FROM portal_requests WHERE id = ?', [registration_id])
    for row in found:
        await portal_links.make_ready(row['email'])
    with guard.acting(guard.SETUP):
        async with database.transaction():
            taken = await _taken(registration_id)
            await _let_in(actor, taken)
            await _told(registration_id)
    return _registration(taken)


async def refuse(actor: Actor, registration_id: int) -> Registration:
    """Turn somebody away who waits; they may register again.

    :raises NotFound: nobody waits under this number"""
    need(actor, 'manage_people')
    with guard.acting(actor):
        async with database.transaction():
            row = await _taken(registration_id)
            await database.rows(
                "UPDATE portal_requests SET state = 'refused', password_hash = '', decided_at = ?,"
                ' decided_by = ? WHERE id = ?',
                [clock.now_ms(), actor.person_id, registration_id],
            )
            await _told(registration_id)
            await audit.note(actor, 'person_changed', name=row['name'], what='portal refused')
    return _registration(row)


async def _taken(registration_id: int) -> Mapping[str, Any]:
    """The row of who waits, held until the transaction ends."""
    lock = ' FOR UPDATE' if database.is_postgres() else ''
    found = await database.rows(
        f"SELECT * FROM portal_requests WHERE id = ? AND state = 'waiting'{lock}", [registration_id]
    )
    if not found:
        raise NotFound(catalog='registration', id=registration_id)
    return found[0]


# By invitation


async def person_for(actor: Actor, contact_id: int) -> Person:
    """The portal's person of a contact, made if there is none yet; give them a link by `invitations.invite`.

    :raises NotAllowed: without 'manage_people'
    :raises Refused: 'no_email', 'contact_is_colleague'
    :raises Invalid: field 'login': somebody has the e-mail as a login"""
    need(actor, 'manage_people')
    catalog = known_as(CONTACTS)
    view = await Records(actor).get(catalog.code if catalog else CONTACTS, contact_id)
    email = normal_login(portal_links.email_of(view))
    there = await colleagues.person_of_contact(actor, view.catalog, contact_id)
    if there is not None and there.is_active:
        if not there.is_portal:
            raise Refused('contact_is_colleague', name=there.name)
        return there
    if not email:
        raise Refused('no_email', name=view.title)
    with guard.acting(guard.SETUP):
        async with database.transaction():
            made = await _new_person({'name': view.title, 'email': email, 'contact_id': contact_id})
            await audit.note(actor, 'person_changed', person_id=made.id, name=made.name, what='portal')
    return made
