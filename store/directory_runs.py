"""Runs of the synchronisation with the directory: one at a time, when the next is due, what came of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from store import audit, clock, database, guard, notifications
from store.actor import Actor
from store.directory_settings import fingerprint
from store.notifications import Notice
from store.people import need_admin
from store.problems import Problem, Refused
from store.system_settings import setting

LEASE, APPROVED = 'directory.lease', 'directory.approved'
LEASE_MS = 15 * 60_000
"""A run that has said nothing this long was cut short."""
HOUR_MS = 3_600_000
SCHEDULE = guard.DIRECTORY
"""Who acts in a run that nobody has started."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectoryRun:
    """One run; `counts` by kind of `directory_plan.KINDS` and 'found', `problem` is the code it failed with.

    `by` is who started it, '' for the schedule."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    by: str = ''
    counts: Mapping[str, int] = field(default_factory=dict)
    problem: str = ''
    facts: Mapping[str, Any] = field(default_factory=dict)


async def list_runs(actor: Actor, limit: int = 20) -> list[DirectoryRun]:
    """The latest runs, the last one first."""
    need_admin(actor)
    with guard.acting(actor):
        found = await database.rows(
            'SELECT r.*, p.name FROM directory_runs r LEFT JOIN people p ON p.id = r.person_id'
            ' ORDER BY r.id DESC LIMIT ?',
            [limit],
            read=True,
        )
    return [_run(row) for row in found]


def _run(row: Mapping[str, Any]) -> DirectoryRun:
    return DirectoryRun(
        id=row['id'],
        started_at=clock.from_ms(row['started_at']),
        finished_at=clock.from_ms(row['finished_at']) if row['finished_at'] else None,
        by=row['name'] or '',
        counts=json.loads(row['counts']),
        problem=row['problem'],
        facts=json.loads(row['facts']),
    )


async def begin(actor: Actor) -> int:
    """Begin a run; its id.

    :raises Refused: 'directory_busy': another one is under way"""
    need_admin(actor)
    with guard.acting(actor):
        async with database.transaction():
            if not await _hold(free_before=clock.now_ms()):
                raise Refused('directory_busy')
            return await _begin(actor)


async def begin_when_due() -> int | None:
    """Begin the run of the schedule if its time has come and no other process has begun it."""
    hours = int(setting('directory_hours'))
    if not hours or not setting('directory_host'):
        return None
    with guard.acting(guard.DIRECTORY):
        if not await _is_due(hours):
            return None
        async with database.transaction():
            # Asked again behind the lock: another process may have been quicker.
            if await _hold(free_before=clock.now_ms()) and await _is_due(hours):
                return await _begin(guard.DIRECTORY)
    return None


async def _is_due(hours: int) -> bool:
    """Whether the last run is long ago; never before somebody has applied what these settings do."""
    if await _state(APPROVED) != fingerprint():
        return False
    last = await database.rows('SELECT MAX(started_at) AS at FROM directory_runs')
    return bool(last[0]['at'] is None or clock.now_ms() - last[0]['at'] >= hours * HOUR_MS)


async def _begin(actor: Actor) -> int:
    made = await database.rows(
        'INSERT INTO directory_runs (started_at, person_id) VALUES (?, ?) RETURNING id',
        [clock.now_ms(), actor.person_id],
    )
    return int(made[0]['id'])


async def is_scheduled() -> bool:
    """Whether runs begin by themselves: there are hours, and somebody has applied these settings once."""
    with guard.acting(guard.DOOR):
        return bool(int(setting('directory_hours'))) and await _state(APPROVED) == fingerprint()


async def still_going() -> None:
    """Keep others from beginning a run."""
    with guard.acting(guard.DIRECTORY):
        await _put(LEASE, str(clock.now_ms() + LEASE_MS))


async def finish(
    actor: Actor, run_id: int, counts: Mapping[str, int], problem: Problem | None = None
) -> None:
    """End a run with what came of it; one by hand lets the schedule go on with these settings."""
    need_admin(actor)
    code, facts = (problem.code, dict(problem.facts)) if problem else ('', {})
    with guard.acting(actor):
        async with database.transaction():
            failed_before = await _last_problem(run_id)
            await database.rows(
                'UPDATE directory_runs SET finished_at = ?, counts = ?, problem = ?, facts = ? WHERE id = ?',
                [clock.now_ms(), json.dumps(dict(counts)), code, json.dumps(facts, default=str), run_id],
            )
            await _put(LEASE, '0')
            if not problem and actor.person_id is not None:
                await _put(APPROVED, fingerprint())
            told = {'failed': code} if code else dict(counts)
            await audit.note(actor, 'directory_run', run=run_id, **told)
            if problem and actor.person_id is None and failed_before != code:
                await _tell(problem, run_id)


async def _last_problem(run_id: int) -> str:
    found = await database.rows(
        'SELECT problem FROM directory_runs WHERE id < ? ORDER BY id DESC LIMIT 1', [run_id]
    )
    return str(found[0]['problem']) if found else ''


async def _tell(problem: Problem, run_id: int) -> None:
    """Tell every administrator; of a trouble that goes on only once."""
    found = await database.rows('SELECT id FROM people WHERE is_admin = 1 AND is_active = 1 ORDER BY id')
    facts = {'code': problem.code, **problem.facts}
    notice = Notice(kind='system', code='directory_failed_notice', facts=facts, key=f'directory:{run_id}')
    await notifications.notify([row['id'] for row in found], notice)


async def _hold(*, free_before: int) -> bool:
    """Take the lease that no living run holds."""
    await database.rows(
        'INSERT INTO store_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING', [LEASE, '0']
    )
    return bool(
        await database.rows(
            'UPDATE store_state SET value = ? WHERE key = ? AND CAST(value AS BIGINT) < ? RETURNING key',
            [str(free_before + LEASE_MS), LEASE, free_before],
        )
    )


async def _state(key: str) -> str:
    found = await database.rows('SELECT value FROM store_state WHERE key = ?', [key])
    return str(found[0]['value']) if found else ''


async def _put(key: str, value: str) -> None:
    await database.rows(
        'INSERT INTO store_state (key, value) VALUES (?, ?)'
        ' ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [key, value],
    )
