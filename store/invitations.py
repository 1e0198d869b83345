"""Links with which one person, once and soon, gives themselves a password: invited, or as they forgot it."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from store import audit, clock, database, guard, outbox, people
from store.actor import PORTAL, Actor
from store.folding import fold
from store.operations import need
from store.outbox import Parcel
from store.person_checks import need_may_open
from store.person_rows import BY_DIRECTORY
from store.person_values import checked_values, folded_person, hashed_password, normal_login
from store.problems import BadValue, Invalid, NotFound, Refused
from store.system_settings import setting
from store.throttle import Throttle

INVITE, RESET = 'invite', 'reset'
RESET_MINUTES = 60
by_address = Throttle(20, 3600, code='reset_throttled')
by_account = Throttle(3, 900, code='reset_throttled')
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
    is_portal: bool = False
    is_reset: bool = False

    @property
    def key(self) -> str:
        """Under which its letter waits to be sent."""
        return f'{"reset" if self.is_reset else "invitation"}:{self.id}'


def know(*, public_url: str, smtp_host: str) -> None:
    """Take what the surroundings say about the own address and the mail server."""
    _surroundings.update(public_url=public_url, smtp_host=smtp_host)


def base_url() -> str:
    """The address that links begin with; '' when nobody has set one."""
    return str(setting('public_url') or _surroundings.get('public_url', '')).rstrip('/')


def can_mail() -> bool:
    """Whether a mail server is known."""
    return bool(setting('smtp_host') or _surroundings.get('smtp_host'))


def can_write() -> bool:
    """Whether whoever asks for a letter gets one: its links lead where the settings say, not a request."""
    return can_mail() and bool(base_url())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def invite(actor: Actor, person_id: int) -> Invitation:
    """A new link for somebody with a login; earlier ones are worthless from now on.

    :raises Refused: 'no_login', 'deactivated', 'password_in_directory'
    :raises NotAllowed: an operation is missing, or the person may more than the actor"""
    need(actor, 'manage_people')
    one = await people.person(actor, person_id)
    await need_may_open(actor, one)
    if not one.login or not one.is_active:
        raise Refused('no_login' if one.is_active else 'deactivated', name=one.name)
    if one.by_directory and not one.is_admin:
        raise Refused('password_in_directory')
    with guard.acting(actor):
        async with database.transaction():
            await _forget(person_id, (INVITE, RESET))
            made = await _made(person_id, INVITE, int(setting('invitation_minutes')), actor.person_id)
            await audit.note(actor, 'invited', person_id=person_id, name=one.name)
    return made


async def _made(person_id: int, kind: str, minutes: int, made_by: int | None) -> Invitation:
    token, now = secrets.token_urlsafe(32), clock.now_ms()
    await database.rows(
        'INSERT INTO invitations (token_hash, person_id, made_by, made_at, good_until, kind)'
        ' VALUES (?, ?, ?, ?, ?, ?)',
        [_hash(token), person_id, made_by, now, now + minutes * 60_000, kind],
    )
    return replace(await invited(token), token=token)


async def _forget(person_id: int, kinds: Sequence[str]) -> None:
    """Make links of a person worthless, those in letters that are not sent yet too."""
    gone = await database.rows(
        'DELETE FROM invitations WHERE person_id = ? AND used_at IS NULL'
        f' AND kind IN ({", ".join("?" * len(kinds))}) RETURNING id, kind',
        [person_id, *kinds],
    )
    for row in gone:
        prefix = 'reset' if row['kind'] == RESET else 'invitation'
        await database.rows('DELETE FROM outbox WHERE key = ?', [f'{prefix}:{row["id"]}'])


def take_reset(asked: str, address: str) -> None:
    """Count that somebody asks for a new password, known here or not.

    :raises Refused: 'reset_throttled' with `seconds`"""
    for throttle, key in ((by_address, address), (by_account, normal_login(asked[:200]))):
        if key:
            throttle.take(key)


async def ask_reset(asked: str) -> Invitation | None:
    """A link for the one person with this login or e-mail; the caller tells nobody whether there is one.

    None for whoever has no e-mail, no way in by a password, or is not alone with an address."""
    wanted = normal_login(asked[:254])
    with guard.acting(guard.DOOR):
        async with database.transaction():
            found = await database.rows(
                'SELECT id, name, login, email FROM people WHERE is_active = 1 AND login IS NOT NULL'
                " AND email <> ''"
                f" AND (password_hash <> '' OR kind = 'portal') AND NOT ({BY_DIRECTORY})"
                ' AND (login = ? OR fold(email) = ?) ORDER BY id',
                [wanted, fold(wanted) or ''],
            )
            found = [row for row in found if wanted in (row['login'], normal_login(row['email']))]
            if len(found) != 1:
                return None
            await _forget(found[0]['id'], (RESET,))
            made = await _made(found[0]['id'], RESET, RESET_MINUTES, None)
            who = found[0]['name']
            about = {'person_id': made.person_id, 'name': who, 'what': 'reset asked'}
            await audit.note(guard.DOOR, 'password_changed', **about)
    return made


async def mail_reset(made: Invitation, subject: str, text: str) -> None:
    """Send the link of `ask_reset` to its person."""
    await outbox.put(_letter(made, subject, text), clock.now())


def forget() -> None:
    """Forget who asked how often, as when another database is opened."""
    by_address.forget()
    by_account.forget()


async def mail(actor: Actor, invitation: Invitation, subject: str, text: str) -> None:
    """Send a link to its person.

    :raises Refused: 'no_email', 'no_mail_server'"""
    need(actor, 'manage_people')
    if not invitation.email or not can_mail():
        raise Refused('no_mail_server' if invitation.email else 'no_email', name=invitation.name)
    await outbox.put(_letter(invitation, subject, text), clock.now())


def _letter(invitation: Invitation, subject: str, text: str) -> Parcel:
    return Parcel(
        key=invitation.key,
        run_id=0,
        step=0,
        channel='mail',
        recipient=invitation.email,
        payload={'to': [invitation.email], 'subject': subject, 'text': text},
    )


async def waiting(actor: Actor) -> dict[int, datetime]:
    """Until when the links that nobody has used are good, by person."""
    need(actor, 'manage_people')
    with guard.acting(actor):
        found = await database.rows(
            'SELECT person_id, MAX(good_until) AS until FROM invitations'
            " WHERE used_at IS NULL AND kind = 'invite' GROUP BY person_id",
            read=True,
        )
    return {row['person_id']: clock.from_ms(row['until']) for row in found}


async def invited(token: str) -> Invitation:
    """Whom a link is for.

    :raises Refused: 'invitation_over': unknown, used, too old, or the person was deactivated"""
    with guard.acting(guard.DOOR):
        found = await database.rows(
            'SELECT i.id, i.person_id, i.good_until, i.kind AS link,'
            ' p.name, p.login, p.email, p.language, p.kind FROM invitations i'
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
        is_portal=row['kind'] == PORTAL,
        is_reset=row['link'] == RESET,
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
            await database.rows('DELETE FROM outbox WHERE key = ?', [mine.key])
            await people.end_everything(mine.person_id)
            what = 'reset' if mine.is_reset else 'invitation'
            people.publish_changed(mine.person_id)
            actor = await people.actor_of_person(mine.person_id)
            if actor is None:
                raise NotFound(catalog='person', id=mine.person_id)
            await audit.note(actor, 'password_changed', person_id=mine.person_id, what=what)
    return mine.login
