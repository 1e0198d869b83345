"""Undoing imports, as it is kept: how far each undo is, what it left as it is and why."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from store import clock, database, guard, imports
from store.actor import Actor
from store.imports import CANCELLED, DONE, FAILED, RUNNING, ImportJob
from store.operations import need
from store.problems import Problem, Refused

PEOPLE = 'person'
"""What imports of people go into: their deeds stand in no record's journal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UndoJob:
    """The undoing of an import: `place` of `total` records are handled; `total` is 0 while it looks around.

    `kept` counts the records left as they are, wholly or in part; with `anyway` later changes were taken
    back too."""

    import_id: int
    person_id: int
    person: str
    state: str
    anyway: bool
    total: int
    place: int
    removed: int
    put_back: int
    kept: int
    problem: Mapping[str, Any] | None
    started_at: datetime
    finished_at: datetime | None

    @property
    def is_running(self) -> bool:
        """Whether it is at work."""
        return self.state == RUNNING

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the import is left."""
        return self.state == DONE and not self.kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A record that an undo leaves as it is, wholly or in some fields: a code, and facts that tell more.

    Codes: 'changed', 'commented', 'shared', 'restored' (facts: `who`, `at` in epoch ms, `cause`, `cause_id`,
    `rule`, `fields`), 'linked' (`count`, `catalog` and `id` of one that links), 'no_rights', 'own_company',
    'field_gone' (`fields`), 'refused' (`problem`, `facts`)."""

    catalog: str
    record_id: int
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleEffects:
    """How often rules ran because of an import, and what of that no undo takes back: letters and calls that
    have gone or are on their way."""

    runs: int = 0
    letters: int = 0
    calls: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class UndoStep:
    """What one transaction of an undo did with `handled` records behind the first `place`."""

    place: int
    handled: int
    removed: int = 0
    put_back: int = 0
    kept: Sequence[Kept] = ()


def may_undo(actor: Actor, job: ImportJob) -> bool:
    """Whether this import has ended and this person may undo it: who imported it, or an administrator."""
    is_theirs = actor.is_admin or job.person_id == actor.person_id
    has_ended = job.state in (DONE, CANCELLED, FAILED) and job.started_at is not None
    return is_theirs and has_ended and actor.may_do('import') and job.catalog != PEOPLE


async def need_undoable(actor: Actor, import_id: int) -> ImportJob:
    """The import, if this person may undo it.

    :raises NotFound: there is none, or it is somebody else's
    :raises NotAllowed: without operation 'import'
    :raises Refused: 'import_not_ended', 'people_stay'"""
    need(actor, 'import')
    job = await imports.get(actor, import_id)
    if job.catalog == PEOPLE:
        raise Refused('people_stay')
    if not may_undo(actor, job):
        raise Refused('import_not_ended')
    return job


async def undos_of(actor: Actor, import_ids: Sequence[int]) -> dict[int, UndoJob]:
    """The undos of imports, by the import's id; only of those that this person may see."""
    own, args = ('1 = 1', []) if actor.is_admin else ('i.person_id = ?', [actor.person_id])
    with guard.acting(actor):
        found = await database.rows(
            'SELECT u.*, p.name, (SELECT COUNT(*) FROM import_kept k WHERE k.import_id = u.import_id) AS kept'
            ' FROM import_undos u JOIN imports i ON i.id = u.import_id'
            ' LEFT JOIN people p ON p.id = u.person_id'
            f' WHERE u.import_id IN ({", ".join("?" * len(import_ids)) or "NULL"}) AND {own}',
            [*import_ids, *args],
        )
    return {row['import_id']: _job(row) for row in found}


def _job(row: Mapping[str, Any]) -> UndoJob:
    same = ('import_id', 'person_id', 'state', 'total', 'place', 'removed', 'put_back', 'kept')
    return UndoJob(
        **{name: row[name] for name in same},
        person=row['name'] or '',
        anyway=bool(row['anyway']),
        problem=json.loads(row['problem']) if row['problem'] else None,
        started_at=clock.from_ms(row['started_at']),
        finished_at=None if row['finished_at'] is None else clock.from_ms(row['finished_at']),
    )


async def kept_records(actor: Actor, import_id: int, *, limit: int = 100) -> list[Kept]:
    """What the undo of an import left as it is."""
    await imports.get(actor, import_id)
    with guard.acting(actor):
        found = await database.rows(
            'SELECT catalog, record_id, code, facts FROM import_kept WHERE import_id = ? ORDER BY id LIMIT ?',
            [import_id, limit],
        )
    return [Kept(**{**row, 'facts': json.loads(row['facts'])}) for row in found]


async def caused_runs(import_id: int) -> list[int]:
    """The runs of rules that this import set off, and those that they set off in turn."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'WITH RECURSIVE caused(run_id) AS (SELECT r.id FROM changes c JOIN rule_runs r'
            " ON r.change_id = c.id AND r.change_id <> 0 WHERE c.cause = 'import' AND c.cause_id = ?"
            " UNION SELECT r.id FROM caused JOIN changes c ON c.cause = 'rule' AND c.cause_id = caused.run_id"
            ' JOIN rule_runs r ON r.change_id = c.id AND r.change_id <> 0) SELECT run_id FROM caused',
            [import_id],
            read=True,
        )
    return [row['run_id'] for row in found]


async def rule_effects(actor: Actor, import_id: int) -> RuleEffects:
    """What rules did because of this import."""
    await imports.get(actor, import_id)
    runs = await caused_runs(import_id)
    gone: Counter[str] = Counter()
    for start in range(0, len(runs), 500):
        part = runs[start : start + 500]
        with guard.acting(actor):
            found = await database.rows(
                f'SELECT channel, COUNT(*) AS n FROM outbox WHERE run_id IN ({", ".join("?" * len(part))})'
                " AND status NOT IN ('dead', 'cancelled') GROUP BY channel",
                part,
                read=True,
            )
        gone.update({row['channel']: row['n'] for row in found})
    return RuleEffects(runs=len(runs), letters=gone['mail'], calls=gone['web'])


async def begin(actor: Actor, import_id: int, *, anyway: bool = False) -> None:
    """Let the undo of an import work, or work once more over what it left.

    :param anyway: take back what was changed later, too
    :raises Refused: 'undo_started', and what `need_undoable` raises"""
    need(actor, 'import', hands=True)
    await need_undoable(actor, import_id)
    with guard.acting(actor):
        async with database.transaction():
            begun = await database.rows(
                'INSERT INTO import_undos (import_id, person_id, state, anyway, started_at)'
                ' VALUES (?, ?, ?, ?, ?) ON CONFLICT (import_id) DO UPDATE SET'
                ' person_id = excluded.person_id,'
                " state = excluded.state, anyway = excluded.anyway, total = 0, place = 0, problem = '',"
                ' started_at = excluded.started_at, finished_at = NULL'
                ' WHERE import_undos.state <> excluded.state RETURNING import_id',
                [import_id, actor.person_id, RUNNING, int(anyway), clock.now_ms()],
            )
            if not begun:
                raise Refused('undo_started')
            await database.rows('DELETE FROM import_kept WHERE import_id = ? RETURNING id', [import_id])


async def cancel(actor: Actor, import_id: int) -> None:
    """Stop a working undo; what is undone stays so, and the rest can be undone later."""
    need(actor, 'import', hands=True)
    await need_undoable(actor, import_id)
    with guard.acting(actor):
        await _end(import_id, CANCELLED, None)


async def finish(import_id: int, problem: Problem | None = None) -> None:
    """End a working undo, well or with the problem that stopped it, be the person here still or not."""
    with guard.acting(guard.SETUP):
        await _end(import_id, FAILED if problem else DONE, problem)


async def _end(import_id: int, state: str, problem: Problem | None) -> None:
    told = json.dumps({'code': problem.code, 'facts': dict(problem.facts)}, default=str) if problem else ''
    await database.rows(
        'UPDATE import_undos SET state = ?, problem = ?, finished_at = ?'
        ' WHERE import_id = ? AND state = ? RETURNING import_id',
        [state, told, clock.now_ms(), import_id, RUNNING],
    )


async def unfinished() -> list[tuple[int, int]]:
    """Imports and people whose undos were at work when the server ended."""
    with guard.acting(guard.SETUP):
        found = await database.rows(
            'SELECT import_id, person_id FROM import_undos WHERE state = ? ORDER BY import_id', [RUNNING]
        )
    return [(row['import_id'], row['person_id']) for row in found]


async def expect(actor: Actor, import_id: int, remaining: int) -> int:
    """Write down that so many records are still to be handled; how many are handled already.

    :raises Refused: 'undo_stopped'"""
    with guard.acting(actor):
        found = await database.rows(
            'UPDATE import_undos SET total = place + ? WHERE import_id = ? AND state = ? RETURNING place',
            [remaining, import_id, RUNNING],
        )
    if not found:
        raise Refused('undo_stopped')
    return int(found[0]['place'])


async def advance(actor: Actor, import_id: int, step: UndoStep) -> None:
    """Count the records of one transaction, inside it: the place moves on with them or not at all.

    :raises Refused: 'undo_stopped': it was cancelled, or somebody else is at work on it"""
    with guard.acting(actor):
        found = await database.rows(
            'UPDATE import_undos SET place = place + ?, removed = removed + ?, put_back = put_back + ?'
            ' WHERE import_id = ? AND state = ? AND place = ? RETURNING import_id',
            [step.handled, step.removed, step.put_back, import_id, RUNNING, step.place],
        )
        if not found:
            raise Refused('undo_stopped')
        await database.many(
            'INSERT INTO import_kept (import_id, catalog, record_id, code, facts) VALUES (?, ?, ?, ?, ?)'
            ' ON CONFLICT (import_id, catalog, record_id) DO UPDATE SET code = excluded.code,'
            ' facts = excluded.facts',
            [
                [import_id, one.catalog, one.record_id, one.code, json.dumps(dict(one.facts), default=str)]
                for one in step.kept
            ],
        )
