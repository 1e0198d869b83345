"""Signed-in browsers: their rows, who acts with a token of theirs, and their end."""

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store import audit, clock, database, guard, people
from store.actor import Actor
from store.actors import CACHED_S
from store.problems import NotAllowed, NotFound, Refused

IDLE_MS = 7 * 86_400_000
"""A session ends when nobody used it this long,"""
ABSOLUTE_MS = 30 * 86_400_000
"""and at this age in any case."""
SEEN_EVERY_MS = 60_000
"""How exact 'last seen' is: a request does not cost a write."""

known: OrderedDict[str, tuple[float, int, int]] = OrderedDict()
"""Living tokens by hash: when asked, whose, which row."""


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


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


async def new_session(person_id: int, address: str, agent: str, stored: str | None = None) -> Session:
    """A new session with its token, in the caller's transaction.

    :param stored: the hash that the password was checked against
    :raises Refused: 'sign_in_failed': the person was deactivated or the password changed meanwhile"""
    # Hashing takes a while; the password may have been changed or the person deactivated meanwhile.
    token, now = secrets.token_urlsafe(32), clock.now_ms()
    made = await database.rows(
        'INSERT INTO sessions (token_hash, person_id, created_at, seen_at, address, agent)'
        ' SELECT ?, id, CAST(? AS BIGINT), CAST(? AS BIGINT), ?, ? FROM people'
        ' WHERE id = ? AND is_active = 1 AND (? = password_hash OR ? = 1) RETURNING *',
        [hash_of(token), now, now, address[:64], agent[:200], person_id, stored or '', int(stored is None)],
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
    with guard.acting(guard.DOOR), guard.untied():
        found = await database.rows(
            'SELECT * FROM sessions WHERE token_hash = ? AND seen_at > ? AND created_at > ?',
            [hash_of(token), now - IDLE_MS, now - ABSOLUTE_MS],
        )
        if not found:
            return None
        if now - found[0]['seen_at'] > SEEN_EVERY_MS:
            await database.rows('UPDATE sessions SET seen_at = ? WHERE id = ?', [now, found[0]['id']])
            found[0]['seen_at'] = now
    return _session(found[0])


async def actor_of_session(token: str) -> Actor | None:
    """Who acts with this session's token, with the rights of this moment; None when it does not live."""
    key = hash_of(token)
    kept = known.get(key)
    if kept and time.monotonic() - kept[0] < CACHED_S:
        return await people.actor_of_person(kept[1])
    asked, session = time.monotonic(), await session_of(token)
    if session is None:
        return None
    remember(key, asked, session.person_id, session.id)
    return await people.actor_of_person(session.person_id)


def remember(key: str, asked: float, person_id: int, row_id: int) -> None:
    """Believe for a moment that a token lives."""
    known[key] = (asked, person_id, row_id)
    known.move_to_end(key)
    if len(known) > 5000:
        known.popitem(last=False)


def _on_revoked(person_id: int, _session_id: int | None) -> None:
    for key in [key for key, kept in known.items() if kept[1] == person_id]:
        del known[key]


people.subscribe_revoked(_on_revoked)


async def sign_out(token: str) -> None:
    """End the session of this token, in every tab."""
    with guard.acting(guard.DOOR), guard.untied():
        async with database.transaction():
            ended = await database.rows(
                'DELETE FROM sessions WHERE token_hash = ? RETURNING id, person_id', [hash_of(token)]
            )
            for row in ended:
                people.publish_revoked(row['person_id'], row['id'])
                who = await people.actor_of_person(row['person_id']) or guard.DOOR
                await audit.note(who, 'signed_out', session=row['id'])


async def renew(token: str) -> Session | None:
    """The same session under a new token, after its holder proved anew who they are; the old one is dead."""
    fresh = secrets.token_urlsafe(32)
    with guard.acting(guard.DOOR):
        found = await database.rows(
            'UPDATE sessions SET token_hash = ?, seen_at = ? WHERE token_hash = ? RETURNING *',
            [hash_of(fresh), clock.now_ms(), hash_of(token)],
        )
    known.pop(hash_of(token), None)
    return _session(found[0], fresh) if found else None


async def living(session_ids: Iterable[int]) -> set[int]:
    """Which of these sessions have neither ended nor become too old."""
    wanted, now = list(session_ids), clock.now_ms()
    alive: set[int] = set()
    with guard.acting(guard.DOOR):
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            found = await database.rows(
                f'SELECT id FROM sessions WHERE id IN ({", ".join("?" * len(part))})'
                ' AND seen_at > ? AND created_at > ?',
                [*part, now - IDLE_MS, now - ABSOLUTE_MS],
                read=True,
            )
            alive.update(row['id'] for row in found)
    return alive


async def list_sessions(actor: Actor, person_id: int | None = None) -> list[Session]:
    """A person's living sessions, the latest first; one's own without `person_id`."""
    now, whose = clock.now_ms(), whose_is(actor, person_id)
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
        async with database.transaction():
            ended = await database.rows(
                'DELETE FROM sessions WHERE id = ? AND (person_id = ? OR ? = 1) RETURNING person_id',
                [session_id, actor.person_id or 0, int(actor.is_admin)],
            )
            if not ended:
                raise NotFound(catalog='session', id=session_id)
            people.publish_revoked(ended[0]['person_id'], session_id)
            await audit.note(actor, 'session_ended', person_id=ended[0]['person_id'], session=session_id)


async def end_other_sessions(actor: Actor, keep: int) -> int:
    """End every session of one's own but one; how many ended."""
    whose = actor.person_id or 0
    with guard.acting(actor):
        async with database.transaction():
            ended = await database.rows(
                'DELETE FROM sessions WHERE person_id = ? AND id <> ? RETURNING id', [whose, keep]
            )
            for row in ended:
                people.publish_revoked(whose, row['id'])
            if ended:
                await audit.note(actor, 'session_ended', person_id=whose, ended=len(ended))
    return len(ended)


def whose_is(actor: Actor, person_id: int | None) -> int:
    """The person meant: oneself, or for an administrator anybody."""
    whose = actor.person_id if person_id is None else person_id
    if whose is None or (whose != actor.person_id and not actor.is_admin):
        raise NotAllowed(right='administer')
    return whose
