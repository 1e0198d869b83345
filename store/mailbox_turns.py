"""Whose mailbox is read next, through which one sends, and how it went: for those who do it."""

import json
from collections.abc import Mapping
from typing import Any

from store import clock, database, guard
from store.actor import Actor
from store.mail_values import Connection, connection_from, need_owner, tell, without_password
from store.problems import Problem, Refused

EVERY_MS = 180_000
"""A mailbox is read this often;"""
AFTER_TROUBLE_MS = 900_000
"""after trouble less often,"""
LEASE_MS = 300_000
"""and anew when whoever was reading it has said nothing for so long."""
NEVER_MS = 100 * 365 * 86_400_000
HOPELESS = frozenset({'mail_login', 'wrong_key'})
"""Trouble that only its owner mends: trying on would lock the account there."""


async def take_due(most: int) -> list[Connection]:
    """Mailboxes whose time has come, leased to the caller; a wrong key is written down as their trouble."""
    now = clock.now_ms()
    due = (
        'is_on = 1 AND next_at <= ? AND EXISTS'
        ' (SELECT 1 FROM people p WHERE p.id = mailboxes.person_id AND p.is_active = 1)'
    )
    with guard.acting(guard.ENGINE):
        if not await database.rows(f'SELECT 1 AS one FROM mailboxes WHERE {due} LIMIT 1', [now], read=True):
            return []
        found = await database.rows(
            f'UPDATE mailboxes SET next_at = ? WHERE {due} AND person_id IN (SELECT person_id FROM mailboxes'
            f' WHERE {due} ORDER BY next_at, person_id LIMIT ?) RETURNING *',
            [now + LEASE_MS, now, now, max(0, most)],
        )
    return [there for row in found if (there := await _opened(row)) is not None]


async def take_own(actor: Actor) -> Connection | None:
    """One's own mailbox to read at once; None while it is off, or none is connected."""
    person_id = need_owner(actor)
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'UPDATE mailboxes SET next_at = ? WHERE person_id = ? AND is_on = 1 RETURNING *',
            [clock.now_ms() + LEASE_MS, person_id],
        )
    return await _opened(found[0]) if found else None


async def connection_of(person_id: int) -> Connection | None:
    """Somebody's mailbox to send through; None while it is off or gone, or its owner is.

    :raises Refused: 'wrong_key'"""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'SELECT b.*, p.name AS owner_name FROM mailboxes b JOIN people p ON p.id = b.person_id'
            ' WHERE b.person_id = ? AND b.is_on = 1 AND p.is_active = 1',
            [person_id],
        )
    return connection_from(found[0]) if found else None


async def report(there: Connection, problem: Problem | None) -> None:
    """Write down how reading went, unless the mailbox was connected otherwise meanwhile."""
    now = clock.now_ms()
    code = problem.code if problem else ''
    pause = NEVER_MS if code in HOPELESS else AFTER_TROUBLE_MS if code else EVERY_MS
    facts = json.dumps(dict(problem.facts) if problem else {}, ensure_ascii=False, default=str)[:1000]
    with guard.acting(guard.ENGINE):
        async with database.transaction():
            found = await database.rows(
                'UPDATE mailboxes SET state = ?, problem = ?, facts = ?, state_at = ?, next_at = ?,'
                ' read_at = CASE WHEN ? = 1 THEN ? ELSE read_at END'
                ' WHERE person_id = ? AND revision = ? RETURNING person_id',
                [
                    'trouble' if code else 'ok', code[:64], facts if len(facts) < 1000 else '{}', now,
                    now + pause, int(not code), now, there.person_id, there.revision,
                ],
            )  # fmt: skip
            if found:
                tell(there.person_id)


async def _opened(row: Mapping[str, Any]) -> Connection | None:
    try:
        return connection_from(row)
    except Refused as problem:
        # The key file is another one: only its owner's password helps.
        await report(without_password(row), problem)
        return None
