"""How somebody comes in: the first administrator, the sign-in and its second step.

What a session and an API token are is said one file each; both are found here, too."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from store import audit, clock, database, guard, invitations, passwords, people, proofs, second_factor
from store.actor import PORTAL, Actor
from store.api_tokens import ApiToken, actor_of_token, create_token, list_tokens, revoke_token
from store.browser_sessions import (
    ABSOLUTE_MS,
    IDLE_MS,
    Session,
    actor_of_session,
    end_other_sessions,
    end_session,
    known,
    list_sessions,
    living,
    new_session,
    renew,
    session_of,
    sign_out,
)
from store.person_rows import BY_DIRECTORY
from store.person_values import normal_login
from store.problems import BadValue, Invalid, Refused
from store.system_settings import load_settings, save_setting
from store.throttle import Throttle

__all__ = [
    'ABSOLUTE_MS',
    'IDLE_MS',
    'ApiToken',
    'SecondFactorNeeded',
    'Session',
    'actor_of_session',
    'actor_of_token',
    'create_token',
    'end_other_sessions',
    'end_session',
    'enrol',
    'finish_enrolment',
    'finish_sign_in',
    'forget',
    'list_sessions',
    'list_tokens',
    'living',
    'needs_setup',
    'renew',
    'revoke_token',
    'session_of',
    'set_up',
    'sign_in',
    'sign_out',
]

HALF_S = 300
"""The right password waits this long for the second factor."""

by_account = Throttle(10, 900, code='sign_in_throttled')
by_address = Throttle(50, 900, code='sign_in_throttled')
_halves: 'OrderedDict[str, _Half]' = OrderedDict()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Half:
    """Somebody who gave the right password and owes the second factor."""

    person_id: int
    stored: str
    address: str
    agent: str
    replaces: str
    until: float


class SecondFactorNeeded(Refused):
    """The password was right; the holder of `ticket` finishes with a code, or sets the factor up before."""

    code = 'second_factor_needed'

    def __init__(self, ticket: str, *, is_set_up: bool) -> None:
        super().__init__()
        self.ticket = ticket
        self.is_set_up = is_set_up


def forget() -> None:
    """Drop what is remembered about sessions, tokens and failed tries, as when another database is opened."""
    known.clear()
    _halves.clear()
    for one in (by_account, by_address, passwords.by_current, second_factor, audit, invitations):
        one.forget()


async def needs_setup() -> bool:
    """Whether no administrator exists yet who comes in by a password, of ours or of the directory."""
    with guard.acting(guard.DOOR):
        return not await database.rows(
            'SELECT id FROM people WHERE is_admin = 1 AND is_active = 1'
            f" AND (password_hash <> '' OR {BY_DIRECTORY}) LIMIT 1"
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
            session = await new_session(first.id, address, audit.present_agent())
            await audit.note(guard.SETUP, 'person_changed', person_id=first.id, name=name, what='set up')
    await load_settings()
    return session


async def sign_in(
    login: str,
    password: str,
    *,
    address: str = '',
    agent: str = '',
    replaces: str = '',
    portal: bool = False,
) -> Session:
    """A new session for the right password; always a new token, and the one it `replaces` ends.

    The same refusal and the same time for an unknown login, a deactivated person and a wrong password.
    Customers come in by the door of the `portal` alone.

    :raises SecondFactorNeeded: the password is right; go on with `finish_sign_in` or `enrol`
    :raises Refused: 'sign_in_failed', 'sign_in_throttled' (seconds), 'sign_in_busy'; 'directory_down' and
        'directory_not_yet' for passwords that the directory keeps; 'portal_only': the right password at the
        wrong door"""
    login = normal_login(login[:200])
    marks = await _taken(((by_account, login), (by_address, address)))
    who = await proofs.known_by(login)
    try:
        is_right = await proofs.is_right(who, login, password)
    except Refused as refusal:
        if refusal.code != 'sign_in_busy':
            await _note_failure(who['id'] if who else None, login, refusal.code)
            _give_back(marks)
        raise
    if who is None or not is_right:
        await _note_failure(who['id'] if who else None, login)
        raise Refused('sign_in_failed')
    _give_back(marks)
    if who['kind'] == PORTAL and not portal:
        raise Refused('portal_only')
    half = _Half(
        person_id=who['id'],
        stored=who['password_hash'],
        address=address,
        agent=agent or audit.present_agent(),
        replaces=replaces,
        until=time.monotonic() + HALF_S,
    )
    step = await second_factor.step_of(half.person_id, is_admin=bool(who['is_admin']))
    if step:
        raise SecondFactorNeeded(_wait(half), is_set_up=step == 'code')
    return await _enter(half)


def _give_back(marks: Iterable[tuple[Throttle, str, float]]) -> None:
    for throttle, key, mark in marks:
        throttle.give_back(key, mark)


async def _taken(wanted: Iterable[tuple[Throttle, str]]) -> list[tuple[Throttle, str, float]]:
    try:
        return [(throttle, key, throttle.take(key)) for throttle, key in wanted if key]
    except Refused as refusal:
        await audit.note_provoked(guard.DOOR, 'sign_in_failed', why=refusal.code)
        raise


async def _note_failure(person_id: int | None, login: str, why: str = 'sign_in_failed') -> None:
    # An unknown login is not kept: it may be a password that was typed into the wrong box.
    known = {'person_id': person_id, 'login': login} if person_id else {'login': None}
    await audit.note_provoked(guard.DOOR, 'sign_in_failed', why=why, **known)


def _wait(half: _Half) -> str:
    ticket = secrets.token_urlsafe(32)
    _halves[ticket] = half
    if len(_halves) > 5000:
        _halves.popitem(last=False)
    return ticket


def _waiting(ticket: str) -> _Half:
    half = _halves.get(ticket)
    if half is None or half.until < time.monotonic():
        _halves.pop(ticket, None)
        raise Refused('sign_in_expired')
    return half


async def finish_sign_in(ticket: str, code: str) -> Session:
    """The session of somebody who gave the right password and now a code of the app, or a spare one.

    :raises Refused: 'sign_in_expired', 'code_wrong' or 'sign_in_throttled'"""
    half = _waiting(ticket)
    key = str(half.person_id)
    [(_, _, mark)] = await _taken(((second_factor.by_code, key),))
    if not await second_factor.accept(half.person_id, code):
        await _note_failure(half.person_id, '', 'code_wrong')
        raise Refused('code_wrong')
    second_factor.by_code.give_back(key, mark)
    if _halves.pop(ticket, None) is None:
        raise Refused('sign_in_expired')
    return await _enter(half)


async def enrol(ticket: str) -> second_factor.NewFactor:
    """The new secret for somebody who gave the right password and must have a second factor to come in.

    :raises Refused: 'sign_in_expired' or 'second_factor_on'"""
    return await second_factor.prepare(_waiting(ticket).person_id)


async def finish_enrolment(ticket: str, code: str) -> tuple[Session, list[str]]:
    """The session and the spare codes, for the first code of the app.

    :raises Invalid: field 'code'
    :raises Refused: 'sign_in_expired' or 'sign_in_throttled'"""
    half = _waiting(ticket)
    key = str(half.person_id)
    [(_, _, mark)] = await _taken(((second_factor.by_code, key),))
    codes = await second_factor.complete(await _actor(half.person_id), half.person_id, code)
    second_factor.by_code.give_back(key, mark)
    if _halves.pop(ticket, None) is None:
        raise Refused('sign_in_expired')
    return await _enter(half), codes


async def _actor(person_id: int) -> Actor:
    actor = await people.actor_of_person(person_id)
    if actor is None:
        raise Refused('sign_in_failed')
    return actor


async def _enter(half: _Half) -> Session:
    if half.replaces:
        await sign_out(half.replaces)
    with guard.acting(guard.DOOR):
        async with database.transaction():
            made = await new_session(half.person_id, half.address, half.agent, half.stored)
            await audit.note(await _actor(half.person_id), 'signed_in', session=made.id)
    return made
