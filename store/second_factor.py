"""The second factor: codes of an app on a phone (TOTP), each good once, and spare codes for a lost phone."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import datetime

import pyotp

from store import audit, clock, database, guard, own_account, people, proofs, secret_box
from store.actor import Actor
from store.person_checks import need_may_open
from store.problems import BadValue, Invalid, NotFound, Refused
from store.system_settings import setting
from store.throttle import Throttle

STEP_S = 30
DRIFT = 1
"""Codes of so many steps before and after are good too: clocks differ."""
CODES = 10
ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'
PURPOSE = 'second factor'

by_code = Throttle(6, 900, code='sign_in_throttled')
"""Six digits are few: whoever knows the password may not try them all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Factor:
    """A person's second factor: since when it is on (None: off), and how many spare codes are left."""

    since: datetime | None = None
    codes_left: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class NewFactor:
    """What goes into the app on the phone; shown once, and worth nothing until a code of it is given."""

    secret: str
    uri: str


def forget() -> None:
    """Forget failed tries, as when another database is opened."""
    by_code.forget()


async def factor_of(actor: Actor, person_id: int | None = None) -> Factor:
    """One's own second factor, or that of somebody whom one may let in anew."""
    whose = person_id or actor.person_id or 0
    if whose != actor.person_id:
        await need_may_open(actor, await people.person(actor, whose))
    with guard.acting(guard.DOOR):
        found = await database.rows('SELECT since FROM second_factors WHERE person_id = ?', [whose])
        left = await database.rows(
            'SELECT count(*) AS n FROM recovery_codes WHERE person_id = ? AND used_at IS NULL', [whose]
        )
    if not found or not found[0]['since']:
        return Factor()
    return Factor(since=clock.from_ms(found[0]['since']), codes_left=left[0]['n'])


async def begin(actor: Actor, current: str) -> NewFactor:
    """A new secret for one's own app; it counts from `confirm` on.

    :param current: the present password: a tab left open is not enough
    :raises Refused: 'second_factor_on'"""
    person_id = await _need_password(actor, current)
    return await prepare(person_id)


async def confirm(actor: Actor, code: str, *, keep: int | None = None) -> list[str]:
    """Turn one's own second factor on with the app's first code; the spare codes, shown this once.

    Ends every other session: whoever came in by the password alone is out.

    :param keep: the session that stays
    :raises Invalid: field 'code'"""
    person_id = _own(actor)
    mark = by_code.take(str(person_id))
    codes = await complete(actor, person_id, code)
    by_code.give_back(str(person_id), mark)
    await _end_sessions(person_id, keep)
    return codes


async def renew_codes(actor: Actor, current: str) -> list[str]:
    """New spare codes instead of all old ones, for the present password."""
    person_id = await _need_password(actor, current)
    with guard.acting(actor):
        async with database.transaction():
            if not await _is_on(person_id):
                raise Refused('second_factor_off')
            codes = await _new_codes(person_id)
            await audit.note(actor, 'second_factor_changed', person_id=person_id, what='new codes')
    return codes


async def turn_off(actor: Actor, current: str, code: str) -> None:
    """Do without a second factor again, for the present password and a code.

    :raises Invalid: field 'current' or 'code'"""
    person_id = await _need_password(actor, current)
    mark = by_code.take(str(person_id))
    if not await accept(person_id, code):
        raise Invalid({'code': BadValue('code_wrong')})
    by_code.give_back(str(person_id), mark)
    await _remove(actor, person_id, 'off')


async def reset(actor: Actor, person_id: int) -> None:
    """Take away the second factor of somebody who lost the phone; ends their sessions.

    :raises NotAllowed: the person may more than who does it
    :raises Refused: 'second_factor_off'"""
    await need_may_open(actor, await people.person(actor, person_id))
    await _remove(actor, person_id, 'reset')
    await _end_sessions(person_id, None)


async def _remove(actor: Actor, person_id: int, what: str) -> None:
    with guard.acting(actor):
        async with database.transaction():
            gone = await database.rows(
                'DELETE FROM second_factors WHERE person_id = ? AND since > 0 RETURNING person_id',
                [person_id],
            )
            if not gone:
                raise Refused('second_factor_off')
            await database.rows('DELETE FROM recovery_codes WHERE person_id = ?', [person_id])
            await audit.note(actor, 'second_factor_changed', person_id=person_id, what=what)


# What the sign-in needs, before anybody acts


async def step_of(person_id: int, *, is_admin: bool) -> str:
    """What comes after the right password: 'code', 'set_up' where a second factor is required, or ''."""
    if await _is_on(person_id):
        return 'code'
    wanted = str(setting('require_second_factor'))
    return 'set_up' if wanted == 'everybody' or (wanted == 'administrators' and is_admin) else ''


async def prepare(person_id: int) -> NewFactor:
    """A new secret of a person, not yet in force.

    :raises Refused: 'second_factor_on'"""
    secret = pyotp.random_base32()
    with guard.acting(guard.DOOR):
        async with database.transaction():
            kept = await database.rows(
                'INSERT INTO second_factors (person_id, secret, since, last_step) VALUES (?, ?, 0, 0)'
                ' ON CONFLICT (person_id) DO UPDATE SET secret = excluded.secret, last_step = 0'
                ' WHERE second_factors.since = 0 RETURNING person_id',
                [person_id, secret_box.lock(secret, f'{PURPOSE} {person_id}')],
            )
            if not kept:
                raise Refused('second_factor_on')
            found = await database.rows('SELECT login, name FROM people WHERE id = ?', [person_id])
    name = found[0]['login'] or found[0]['name']
    issuer = own_account.company_name().replace(':', ' ').strip() or 'Artel'
    return NewFactor(secret=secret, uri=pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer))


async def complete(actor: Actor, person_id: int, code: str) -> list[str]:
    """Put the prepared secret into force with its first code; the spare codes.

    :raises Invalid: field 'code'"""
    with guard.acting(guard.DOOR):
        async with database.transaction():
            step = await _matching_step(person_id, code, since='= 0')
            begun = await database.rows(
                'UPDATE second_factors SET since = ?, last_step = ? WHERE person_id = ? AND since = 0'
                ' RETURNING person_id',
                [clock.now_ms(), step, person_id],
            ) if step else []  # fmt: skip
            if not begun:
                raise Invalid({'code': BadValue('code_wrong')})
            codes = await _new_codes(person_id)
            await audit.note(actor, 'second_factor_changed', person_id=person_id, what='on')
    return codes


async def accept(person_id: int, code: str) -> bool:
    """Whether this code lets the person in, which it does once, also when it is sent twice at a time."""
    code = ''.join(code.split()).casefold()
    with guard.acting(guard.DOOR):
        step = await _matching_step(person_id, code, since='> 0')
        if step:
            return bool(
                await database.rows(
                    'UPDATE second_factors SET last_step = ? WHERE person_id = ? AND last_step < ?'
                    ' RETURNING person_id',
                    [step, person_id, step],
                )
            )
        return bool(
            await database.rows(
                'UPDATE recovery_codes SET used_at = ? WHERE person_id = ? AND code_hash = ?'
                ' AND used_at IS NULL RETURNING id',
                [clock.now_ms(), person_id, _hash(person_id, code)],
            )
        )


async def _matching_step(person_id: int, code: str, *, since: str) -> int:
    """The time step whose code this is, 0 when it is none of now."""
    code = ''.join(code.split())
    found = await database.rows(
        f'SELECT secret FROM second_factors WHERE person_id = ? AND since {since}', [person_id]
    )
    if not found or len(code) != 6 or not (code.isascii() and code.isdecimal()):
        return 0
    totp = pyotp.TOTP(secret_box.unlock(found[0]['secret'], f'{PURPOSE} {person_id}'))
    # The machine's clock, not the store's: the phone knows nothing of a demo's past.
    now = int(time.time()) // STEP_S
    good = [step for step in range(now - DRIFT, now + DRIFT + 1) if _is_same(totp.at(step * STEP_S), code)]
    return good[0] if good else 0


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


async def _is_on(person_id: int) -> bool:
    with guard.acting(guard.DOOR):
        found = await database.rows(
            'SELECT since FROM second_factors WHERE person_id = ? AND since > 0', [person_id]
        )
    return bool(found)


async def _new_codes(person_id: int) -> list[str]:
    codes = [_new_code() for _ in range(CODES)]
    await database.rows('DELETE FROM recovery_codes WHERE person_id = ?', [person_id])
    await database.many(
        'INSERT INTO recovery_codes (person_id, code_hash) VALUES (?, ?)',
        [(person_id, _hash(person_id, code)) for code in codes],
    )
    return codes


def _new_code() -> str:
    letters = ''.join(secrets.choice(ALPHABET) for _ in range(12))
    return '-'.join((letters[:4], letters[4:8], letters[8:]))


def _hash(person_id: int, code: str) -> str:
    # Nearly sixty random bits need no slow hash.
    plain = ''.join(one for one in code.casefold() if one.isalnum())
    return hashlib.sha256(f'{person_id}:{plain}'.encode()).hexdigest()


def _own(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotFound(catalog='person')
    return actor.person_id


async def _need_password(actor: Actor, current: str) -> int:
    """The actor's id, for the right present password.

    :raises Invalid: field 'current'"""
    person_id = _own(actor)
    await proofs.need_current(person_id, current)
    return person_id


async def _end_sessions(person_id: int, keep: int | None) -> None:
    with guard.acting(guard.DOOR):
        ended = await database.rows(
            'DELETE FROM sessions WHERE person_id = ? AND id <> ? RETURNING id', [person_id, keep or 0]
        )
    for row in ended:
        people.publish_revoked(person_id, row['id'])
