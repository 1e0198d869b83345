"""How somebody comes in: the first administrator, sign-in, sessions and API tokens."""

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store import clock, database, guard, passwords, people
from store.actor import Actor
from store.person_values import normal_login
from store.problems import BadValue, Invalid, NotAllowed, NotFound, Refused
from store.system_settings import load_settings, save_setting
from store.throttle import Throttle

IDLE_MS = 7 * 86_400_000
"""A session ends when nobody used it this long,"""
ABSOLUTE_MS = 30 * 86_400_000
"""and at this age in any case."""
SEEN_EVERY_MS = 60_000
"""How exact 'last seen' is: a request does not cost a write."""
TOKEN_PREFIX = 'artel_'  # noqa: S105 tells people and scanners what they look at

by_account = Throttle(10, 900, code='sign_in_throttled')
by_address = Throttle(50, 900, code='sign_in_throttled')
_known: OrderedDict[str, tuple[float, int, int]] = OrderedDict()


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A signed-in browser. `token` is filled only for who has just signed in."""

    id: int
    person_id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str = ''
    agent: str = ''
    token: str = ''


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiToken:
    """A key for the REST interface; `secret` is filled only once, when it is made."""

    id: int
    person_id: int
    name: str
    hint: str
    created_at: datetime
    used_at: datetime | None = None
    secret: str = ''


def forget() -> None:
    """Drop what is remembered about sessions, tokens and failed tries, as when another database is opened."""
    _known.clear()
    by_account.forget()
    by_address.forget()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def needs_setup() -> bool:
    """Whether no administrator exists yet."""
    with guard.acting(guard.DOOR):
        return not await database.rows(
            "SELECT id FROM people WHERE is_admin = 1 AND is_active = 1 AND password_hash <> '' LIMIT 1"
        )


async def set_up(
    *, login: str, name: str, password: str, language: str = '', company: str = '', address: str = ''
) -> Session:
    """Make the first administrator and sign them in; of two at once only one succeeds.

    :raises Refused: 'already_set_up'"""
    if not await needs_setup():
        raise Refused('already_set_up')
    given = {'name': name, 'login': login, 'password': password}
    blank = {code: BadValue('required') for code, value in given.items() if not value.strip()}
    if blank:
        raise Invalid(blank)
    values = {'login': login, 'name': name, 'password': password, 'language': language, 'is_admin': True}
    with guard.acting(guard.SETUP):
        async with database.transaction():
            claimed = await database.rows(
                "INSERT INTO saved_settings (key, value, changed_at) VALUES ('set_up', 'true', ?)"
                ' ON CONFLICT DO NOTHING RETURNING key',
                [clock.now_ms()],
            )
            if not claimed:
                raise Refused('already_set_up')
            for code, value in (('company', company.strip()[:200]), ('language', language)):
                await save_setting(guard.SETUP, code, value)
            first = await people.create_person(guard.SETUP, values)
            session = await _new_session(first.id, address, '')
    await load_settings()
    return session


async def sign_in(
    login: str, password: str, *, address: str = '', agent: str = '', replaces: str = ''
) -> Session:
    """A new session for the right password; always a new token, and the one it `replaces` ends.

    The same refusal and the same time for an unknown login, a deactivated person and a wrong password.

    :raises Refused: 'sign_in_failed', 'sign_in_throttled' (seconds) or 'sign_in_busy'"""
    login = normal_login(login[:200])
    marks = [(by_account, login, by_account.take(login))]
    if address:
        marks.append((by_address, address, by_address.take(address)))
    with guard.acting(guard.DOOR):
        found = await database.rows(
            'SELECT id, password_hash, is_active FROM people WHERE login = ?', [login]
        )
        stored = found[0]['password_hash'] if found and found[0]['is_active'] else ''
        if not await passwords.fits(stored, password):
            raise Refused('sign_in_failed')
        for throttle, key, mark in marks:
            throttle.give_back(key, mark)
        if replaces:
            await sign_out(replaces)
        return await _new_session(found[0]['id'], address, agent, stored)


async def _new_session(person_id: int, address: str, agent: str, stored: str | None = None) -> Session:
    # Hashing takes a while; the password may have been changed or the person deactivated meanwhile.
    token, now = secrets.token_urlsafe(32), clock.now_ms()
    made = await database.rows(
        'INSERT INTO sessions (token_hash, person_id, created_at, seen_at, address, agent)'
        ' SELECT ?, id, CAST(? AS BIGINT), CAST(? AS BIGINT), ?, ? FROM people'
        ' WHERE id = ? AND is_active = 1 AND (? = password_hash OR ? = 1) RETURNING *',
        [_hash(token), now, now, address[:64], agent[:200], person_id, stored or '', int(stored is None)],
    )
    if not made:
        raise Refused('sign_in_failed')
    await database.rows(
        'DELETE FROM sessions WHERE seen_at < ? OR created_at < ?', [now - IDLE_MS, now - ABSOLUTE_MS]
    )
    return _session(made[0], token)


def _session(row: Mapping[str, Any], token: str = '') -> Session:
    return Session(
        id=row['id'],
        person_id=row['person_id'],
        created_at=clock.from_ms(row['created_at']),
        seen_at=clock.from_ms(row['seen_at']),
        expires_at=clock.from_ms(min(row['created_at'] + ABSOLUTE_MS, row['seen_at'] + IDLE_MS)),
        address=row['address'],
        agent=row['agent'],
        token=token,
    )


async def session_of(token: str) -> Session | None:
    """The living session of a token, None when it is unknown, ended or too old."""
    now = clock.now_ms()
    with guard.acting(guard.DOOR):
        found = await database.rows(
            'SELECT * FROM sessions WHERE token_hash = ? AND seen_at > ? AND created_at > ?',
            [_hash(token), now - IDLE_MS, now - ABSOLUTE_MS],
        )
        if not found:
            return None
        if now - found[0]['seen_at'] > SEEN_EVERY_MS:
            await database.rows('UPDATE sessions SET seen_at = ? WHERE id = ?', [now, found[0]['id']])
            found[0]['seen_at'] = now
    return _session(found[0])


async def actor_of_session(token: str) -> Actor | None:
    """Who acts with this session's token, with the rights of this moment; None when it does not live."""
    key = _hash(token)
    known = _known.get(key)
    if known and time.monotonic() - known[0] < people.CACHED_S:
        return await people.actor_of_person(known[1])
    asked, session = time.monotonic(), await session_of(token)
    if session is None:
        return None
    _remember(key, asked, session.person_id, session.id)
    return await people.actor_of_person(session.person_id)


def _remember(key: str, asked: float, person_id: int, row_id: int) -> None:
    _known[key] = (asked, person_id, row_id)
    _known.move_to_end(key)
    if len(_known) > 5000:
        _known.popitem(last=False)


def _on_revoked(person_id: int, _session_id: int | None) -> None:
    for key in [key for key, known in _known.items() if known[1] == person_id]:
        del _known[key]


people.subscribe_revoked(_on_revoked)


async def sign_out(token: str) -> None:
    """End the session of this token, in every tab."""
    with guard.acting(guard.DOOR):
        ended = await database.rows(
            'DELETE FROM sessions WHERE token_hash = ? RETURNING id, person_id', [_hash(token)]
        )
    for row in ended:
        people.publish_revoked(row['person_id'], row['id'])


async def list_sessions(actor: Actor, person_id: int | None = None) -> list[Session]:
    """A person's living sessions, the latest first; one's own without `person_id`."""
    now, whose = clock.now_ms(), _whose(actor, person_id)
    with guard.acting(actor):
        found = await database.rows(
            'SELECT * FROM sessions WHERE person_id = ? AND seen_at > ? AND created_at > ?'
            ' ORDER BY seen_at DESC, id DESC',
            [whose, now - IDLE_MS, now - ABSOLUTE_MS],
        )
    return [_session(row) for row in found]


async def end_session(actor: Actor, session_id: int) -> None:
    """End one session of one's own, an administrator anybody's.

    :raises NotFound: not theirs, or already over"""
    with guard.acting(actor):
        ended = await database.rows(
            'DELETE FROM sessions WHERE id = ? AND (person_id = ? OR ? = 1) RETURNING person_id',
            [session_id, actor.person_id or 0, int(actor.is_admin)],
        )
    if not ended:
        raise NotFound(catalog='session', id=session_id)
    people.publish_revoked(ended[0]['person_id'], session_id)


async def create_token(actor: Actor, name: str, person_id: int | None = None) -> ApiToken:
    """A new API token of one's own, an administrator for anybody; its `secret` is shown this once.

    :raises Invalid: field 'name'"""
    name, whose, secret = (
        ' '.join(name.split())[:120],
        _whose(actor, person_id),
        TOKEN_PREFIX + secrets.token_urlsafe(32),
    )
    if not name:
        raise Invalid({'name': BadValue('required')})
    with guard.acting(actor):
        made = await database.rows(
            'INSERT INTO api_tokens (token_hash, person_id, name, hint, created_at)'
            ' SELECT ?, id, ?, ?, CAST(? AS BIGINT) FROM people WHERE id = ? AND is_active = 1 RETURNING *',
            [_hash(secret), name, secret[-4:], clock.now_ms(), whose],
        )
    if not made:
        raise NotFound(catalog='person', id=whose)
    return _token(made[0], secret)


async def list_tokens(actor: Actor, person_id: int | None = None) -> list[ApiToken]:
    """A person's API tokens, the latest first; one's own without `person_id`."""
    with guard.acting(actor):
        found = await database.rows(
            'SELECT * FROM api_tokens WHERE person_id = ? ORDER BY id DESC', [_whose(actor, person_id)]
        )
    return [_token(row) for row in found]


async def revoke_token(actor: Actor, token_id: int) -> None:
    """Make an API token worthless.

    :raises NotFound: not theirs, or already revoked"""
    with guard.acting(actor):
        ended = await database.rows(
            'DELETE FROM api_tokens WHERE id = ? AND (person_id = ? OR ? = 1) RETURNING token_hash',
            [token_id, actor.person_id or 0, int(actor.is_admin)],
        )
    if not ended:
        raise NotFound(catalog='token', id=token_id)
    _known.pop(ended[0]['token_hash'], None)


async def actor_of_token(secret: str) -> Actor | None:
    """Who acts with this API token, with the rights of this moment; None when it is worthless."""
    key, now = _hash(secret), clock.now_ms()
    known = _known.get(key)
    if known and time.monotonic() - known[0] < people.CACHED_S:
        return await people.actor_of_person(known[1])
    asked = time.monotonic()
    with guard.acting(guard.DOOR):
        found = await database.rows(
            'SELECT id, person_id, used_at FROM api_tokens WHERE token_hash = ?', [key]
        )
        if not found:
            return None
        if now - (found[0]['used_at'] or 0) > SEEN_EVERY_MS:
            await database.rows('UPDATE api_tokens SET used_at = ? WHERE id = ?', [now, found[0]['id']])
    _remember(key, asked, found[0]['person_id'], found[0]['id'])
    return await people.actor_of_person(found[0]['person_id'])


def _whose(actor: Actor, person_id: int | None) -> int:
    """The person meant: oneself, or for an administrator anybody."""
    whose = actor.person_id if person_id is None else person_id
    if whose is None or (whose != actor.person_id and not actor.is_admin):
        raise NotAllowed(right='administer')
    return whose


def _token(row: Mapping[str, Any], secret: str = '') -> ApiToken:
    return ApiToken(
        id=row['id'],
        person_id=row['person_id'],
        name=row['name'],
        hint=row['hint'],
        created_at=clock.from_ms(row['created_at']),
        used_at=None if row['used_at'] is None else clock.from_ms(row['used_at']),
        secret=secret,
    )
