"""Invitations: a link with which one person, once and soon, gives themselves a password."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from store import audit, clock, database, guard, outbox, people
from store.actor import Actor
from store.operations import need
from store.outbox import Parcel
from store.person_checks import need_may_open
from store.person_values import checked_values, folded_person, hashed_password
from store.problems import BadValue, Invalid, NotFound, Refused
from store.system_settings import setting

_surroundings: dict[str, str] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """A link for one person; `token` is given only once, when it is made."""

    id: int
    person_id: int
    name: str
    login: str
    email: str
    language: str
    good_until: datetime
    token: str = ''


def know(*, public_url: str, smtp_host: str) -> None:
    """Take what the surroundings say about the own address and the mail server."""
    _surroundings.update(public_url=public_url, smtp_host=smtp_host)


def base_url() -> str:
    """The address that links begin with; '' when nobody has set one."""
    return str(setting('public_url') or _surroundings.get('public_url', '')).rstrip('/')


def can_mail() -> bool:
    """Whether a mail server is known."""
    return bool(setting('smtp_host') or _surroundings.get('smtp_host'))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def invite(actor: Actor, person_id: int) -> Invitation:
    """A new link for somebody with a login; earlier ones are worthless from now on.

    :raises Refused: 'no_login', 'deactivated'
    :raises NotAllowed: an operation is missing, or the person may more than the actor"""
    need(actor, 'manage_people')
    one = await people.person(actor, person_id)
    await need_may_open(actor, one)
    if not one.login or not one.is_active:
        raise Refused('no_login' if one.is_active else 'deactivated', name=one.name)
    token, now = secrets.token_urlsafe(32), clock.now_ms()
    until = now + int(setting('invitation_minutes')) * 60_000
    with guard.acting(actor):
        async with database.transaction():
            await _forget(person_id)
            made = await database.rows(
                'INSERT INTO invitations (token_hash, person_id, made_by, made_at, good_until)'
                ' VALUES (?, ?, ?, ?, ?) RETURNING id',
                [_hash(token), person_id, actor.person_id, now, until],
            )
            await audit.note(actor, 'invited', person_id=person_id, name=one.name)
    return Invitation(
        id=made[0]['id'],
        person_id=person_id,
        name=one.name,
        login=one.login,
        email=one.email,
        language=one.language,
        good_until=clock.from_ms(until),
        token=token,
    )


async def _forget(person_id: int) -> None:
    """Make every link of a person worthless, those in letters that are not sent yet too."""
    gone = await database.rows(
        'DELETE FROM invitations WHERE person_id = ? AND used_at IS NULL RETURNING id', [person_id]
    )
    for row in gone:
        await database.rows('DELETE FROM outbox WHERE key = ?', [f'invitation:{row["id"]}'])


async def mail(actor: Actor, invitation: Invitation, subject: str, text: str) -> None:
    """Send a link to its person.

    :raises Refused: 'no_email', 'no_mail_server'"""
    need(actor, 'manage_people')
    if not invitation.email or not can_mail():
        raise Refused('no_mail_server' if invitation.email else 'no_email', name=invitation.name)
    parcel = Parcel(
        key=f'invitation:{invitation.id}',
        run_id=0,
        step=0,
        channel='mail',
        recipient=invitation.email,
        payload={'to': [invitation.email], 'subject': subject, 'text': text},
    )
    await outbox.put(parcel, clock.now())


async def waiting(actor: Actor) -> dict[int, datetime]:
    """Until when the links that nobody has used are good, by person."""
    need(actor, 'manage_people')
    with guard.acting(actor):
        found = await database.rows(
            'SELECT person_id, MAX(good_until) AS until FROM invitations'
            ' WHERE used_at IS NULL GROUP BY person_id',
            read=True,
        )
    return {row['person_id']: clock.from_ms(row['until']) for row in found}


async def invited(token: str) -> Invitation:
    """Whom a link is for.

    :raises Refused: 'invitation_over': unknown, used, too old, or the person was deactivated"""
    with guard.acting(guard.DOOR):
        found = await database.rows(
            'SELECT i.id, i.person_id, i.good_until, p.name, p.login, p.email, p.language FROM invitations i'
            ' JOIN people p ON p.id = i.person_id WHERE i.token_hash = ? AND i.used_at IS NULL'
            ' AND i.good_until > ? AND p.is_active = 1 AND p.login IS NOT NULL',
            [_hash(token), clock.now_ms()],
        )
    if not found:
        raise Refused('invitation_over')
    row = found[0]
    return Invitation(
        id=row['id'],
        person_id=row['person_id'],
        name=row['name'],
        login=row['login'],
        email=row['email'],
        language=row['language'],
        good_until=clock.from_ms(row['good_until']),
    )


async def accept(token: str, *, name: str, password: str) -> str:
    """Give the invited person a name and a password; their login. Of several at once exactly one succeeds.

    :raises Refused: 'invitation_over'
    :raises Invalid: field 'name' or 'password'"""
    mine = await invited(token)
    if not password:
        raise Invalid({'password': BadValue('required')})
    given = await checked_values({'name': name})
    # Hashing takes a while, so it is done before the one who succeeds is chosen.
    fresh = await hashed_password(password, [given['name'], mine.login, mine.email])
    with guard.acting(guard.DOOR):
        async with database.transaction():
            claimed = await database.rows(
                'UPDATE invitations SET used_at = ? WHERE token_hash = ? AND used_at IS NULL'
                ' AND good_until > ? RETURNING id',
                [clock.now_ms(), _hash(token), clock.now_ms()],
            )
            if not claimed:
                raise Refused('invitation_over')
            folded = folded_person({'name': given['name'], 'login': mine.login, 'email': mine.email})
            await database.rows(
                'UPDATE people SET name = ?, folded = ?, password_hash = ?, must_change_password = 0'
                ' WHERE id = ? AND is_active = 1',
                [given['name'], folded, fresh, mine.person_id],
            )
            await database.rows('DELETE FROM outbox WHERE key = ?', [f'invitation:{mine.id}'])
            await people.end_everything(mine.person_id)
            people.publish_changed(mine.person_id)
            actor = await people.actor_of_person(mine.person_id)
            if actor is None:
                raise NotFound(catalog='person', id=mine.person_id)
            await audit.note(actor, 'password_changed', person_id=mine.person_id, what='invitation')
    return mine.login
