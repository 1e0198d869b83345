"""Runs of rules: queued from the journal or by the clock, claimed, fenced, ended; their traces, and
decisions why not."""

import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from store import clock, database, guard
from store.actor import Cause

KEPT_DECISIONS = 200
LIVE = ('queued', 'running', 'waiting')
_UNENDED = "status IN ('queued', 'waiting', 'running')"
"""The condition of the index over them, word for word: SQLite takes it for nothing less."""
BROKEN = ('failed', 'dead')


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run of a rule; `event` holds what started it, `made` what its steps created, `step` is the next
    one."""

    rule_id: int
    version_id: int
    catalog: str
    record_id: int | None
    trigger: str
    change_id: int = 0
    bind: str = ''
    event: Mapping[str, Any] = field(default_factory=dict)
    chain: tuple[str, ...] = ()
    started_by: int | None = None
    id: int = 0
    status: str = 'queued'
    step: int = 0
    made: Mapping[str, Any] = field(default_factory=dict)
    due: datetime = clock.EPOCH
    epoch: int = 0
    stalls: int = 0
    attempts: int = 0
    error: Mapping[str, Any] | None = None
    created_at: datetime = clock.EPOCH
    finished_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StepTrace:
    """One step as it went."""

    step: int
    action: str
    status: str
    options: Mapping[str, Any]
    result: Mapping[str, Any]
    at: datetime
    ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Why a rule whose trigger matched did not run: a code with facts."""

    rule_id: int
    catalog: str
    record_id: int | None
    reason: str
    facts: Mapping[str, Any]
    change_id: int = 0
    bind: str = ''
    at: datetime = clock.EPOCH


def run_of(row: Mapping[str, Any]) -> Run:
    """A run of its row."""
    return Run(
        id=row['id'],
        rule_id=row['rule_id'],
        version_id=row['version_id'],
        change_id=row['change_id'],
        bind=row['bind'],
        catalog=row['catalog'],
        record_id=row['record_id'],
        trigger=row['trigger'],
        started_by=row['started_by'],
        status=row['status'],
        step=row['step'],
        event=json.loads(row['event']),
        made=json.loads(row['made']),
        chain=tuple(json.loads(row['chain'])),
        due=clock.from_ms(row['due']),
        epoch=row['epoch'],
        stalls=row['stalls'],
        attempts=row['attempts'],
        error=None if row['error'] is None else json.loads(row['error']),
        created_at=clock.from_ms(row['created_at']),
        finished_at=None if row['finished_at'] is None else clock.from_ms(row['finished_at']),
    )


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(',', ':'), default=str)


@contextlib.asynccontextmanager
async def transaction(*, savepoint: bool = False) -> AsyncIterator[None]:
    """One transaction of the engine; records are changed inside it through their owners' doors.

    With `savepoint`, inside another one, a failure undoes this part only."""
    with guard.acting(guard.ENGINE):
        async with database.transaction(savepoint=savepoint):
            yield


_on_queued: list[Callable[[], None]] = []


def subscribe(callback: Callable[[], None]) -> Callable[[], None]:
    """Hear that somebody queued runs by hand; gives the way to stop."""
    _on_queued.append(callback)

    def stop() -> None:
        if callback in _on_queued:
            _on_queued.remove(callback)

    return stop


def nudge() -> None:
    """Tell the engine, after the commit, that there is work."""
    for callback in tuple(_on_queued):
        database.after_commit(callback)


# One engine at a time


async def hold(worker: str, now: datetime, lease_ms: int, is_gone: Callable[[str], bool]) -> bool:
    """Become, or stay, the one engine; False while another one is alive. A dead one's runs go back into
    the queue.

    :param is_gone: whether the process of this name is known to have ended"""
    moment = clock.to_ms(now)
    async with transaction():
        await database.rows(
            "INSERT INTO rule_engine (id, worker, until) VALUES (1, '', 0) ON CONFLICT DO NOTHING"
        )
        lock = ' FOR UPDATE' if database.is_postgres() else ''
        found = await database.rows(f'SELECT worker, until FROM rule_engine WHERE id = 1{lock}')
        mine = found[0]['worker'] == worker
        if not mine and found[0]['until'] > moment and not is_gone(found[0]['worker']):
            return False
        await database.rows(
            'UPDATE rule_engine SET worker = ?, until = ? WHERE id = 1', [worker, moment + lease_ms]
        )
        if not mine:
            await _requeue()
    return True


async def _requeue() -> None:
    """Put back what nobody works on any more, fenced from whoever did."""
    await database.rows(
        "UPDATE rule_runs SET status = 'queued', stalls = stalls + 1, epoch = epoch + 1"
        f" WHERE {_UNENDED} AND status = 'running'"
    )


async def still_held(worker: str) -> bool:
    """Whether this engine is still the one; inside a transaction this locks out any other."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'UPDATE rule_engine SET worker = worker WHERE id = 1 AND worker = ? RETURNING id', [worker]
        )
    return bool(found)


async def release(worker: str) -> None:
    """Let another engine take over at once."""
    with guard.acting(guard.ENGINE):
        await database.rows('UPDATE rule_engine SET until = 0 WHERE worker = ?', [worker])


# Into the queue


async def queue(new: Sequence[Run], now: datetime, due: datetime | None = None) -> None:
    """Queue runs, in the open transaction; one that was queued before for the same cause is not queued
    again."""
    moment = clock.to_ms(now)
    await database.many(
        'INSERT INTO rule_runs (rule_id, version_id, change_id, bind, catalog, record_id, trigger,'
        ' started_by, event,'
        " made, chain, due, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '{}', ?, ?, ?) ON"
        " CONFLICT DO NOTHING",
        [
            (
                run.rule_id, run.version_id, run.change_id, run.bind, run.catalog, run.record_id, run.trigger,
                run.started_by, _dump(run.event), _dump(run.chain), clock.to_ms(due or now), moment,
            )
            for run in new
        ],
    )  # fmt: skip


async def decide(decisions: Sequence[Decision], now: datetime) -> None:
    """Write down why rules did not run, in the open transaction."""
    await database.many(
        'INSERT INTO rule_decisions (rule_id, change_id, bind, catalog, record_id, reason, facts, at)'
        ' VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        [
            (
                d.rule_id,
                d.change_id,
                d.bind,
                d.catalog,
                d.record_id,
                d.reason,
                _dump(d.facts),
                clock.to_ms(now),
            )
            for d in decisions
        ],
    )


async def trim_decisions(rule_id: int) -> None:
    """Keep the newest decisions of a rule only."""
    await database.rows(
        'DELETE FROM rule_decisions WHERE rule_id = ? AND id <= (SELECT id FROM rule_decisions WHERE'
        ' rule_id = ?'
        ' ORDER BY id DESC LIMIT 1 OFFSET ?)',
        [rule_id, rule_id, KEPT_DECISIONS],
    )


# Claim, fence, end


async def claim(now: datetime, limit: int) -> list[Run]:
    """Take due runs to work on, in order; one that has stalled before comes alone."""
    moment = clock.to_ms(now)
    if not await _any_due(moment):
        return []
    async with transaction():
        # The engine ends its runs before it claims more: one that still runs was dropped half-way.
        await _requeue()
        found = await database.rows(
            f"SELECT id, stalls FROM rule_runs WHERE {_UNENDED} AND status <> 'running' AND due <= ?"
            ' ORDER BY due, id LIMIT ?',
            [moment, limit],
        )
        chosen: list[int] = []
        for row in found:
            if row['stalls'] and chosen:
                break
            chosen.append(row['id'])
            if row['stalls']:
                break
        if not chosen:
            return []
        blanks = ', '.join('?' * len(chosen))
        taken = await database.rows(
            f"UPDATE rule_runs SET status = 'running', epoch = epoch + 1 WHERE id IN ({blanks}) RETURNING *",
            chosen,
        )
    by_id = {row['id']: row for row in taken}
    return [run_of(by_id[run_id]) for run_id in chosen if run_id in by_id]


async def _any_due(moment: int) -> bool:
    """Whether there is anything to claim; asked of a reader, so an idle engine never takes the write lock."""
    with guard.acting(guard.ENGINE):
        sql = f'SELECT id FROM rule_runs WHERE {_UNENDED} AND due <= ? LIMIT 1'
        return bool(await database.rows(sql, [moment], read=True))


async def fence(run: Run) -> bool:
    """Lock a run, if it still belongs to the one who claimed it. The first statement of every segment."""
    found = await database.rows(
        "UPDATE rule_runs SET status = 'running' WHERE id = ? AND epoch = ? AND status = 'running'"
        ' RETURNING id',
        [run.id, run.epoch],
    )
    return bool(found)


async def add_step(run: Run, trace: StepTrace) -> None:
    """Write down a step, in the segment's transaction."""
    await database.rows(
        'INSERT INTO rule_steps (run_id, step, visit, action, status, options, result, at, ms)'
        ' VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        [
            run.id, trace.step, run.attempts, trace.action, trace.status, _dump(trace.options),
            _dump(trace.result),            clock.to_ms(trace.at), trace.ms,
        ],
    )  # fmt: skip


async def save(
    run: Run, *, status: str, step: int, made: Mapping[str, Any], now: datetime, due: datetime | None = None
) -> None:
    """Write down where a segment ended: waiting until `due`, or at an end. What failed before is forgiven."""
    finished = None if status in LIVE else clock.to_ms(now)
    await database.rows(
        'UPDATE rule_runs SET status = ?, step = ?, made = ?, due = ?, finished_at = ?, stalls = 0,'
        ' attempts = 0'
        ' WHERE id = ?',
        [status, step, _dump(made), clock.to_ms(due or now), finished, run.id],
    )


async def fail(
    run: Run, *, status: str, error: Mapping[str, Any], now: datetime, due: datetime | None = None
) -> None:
    """Write down what went wrong: to be tried again at `due`, or for good."""
    finished = None if status in LIVE else clock.to_ms(now)
    await database.rows(
        'UPDATE rule_runs SET status = ?, attempts = attempts + 1, error = ?, due = ?, finished_at ='
        ' ? WHERE id = ?',
        [status, _dump(error), clock.to_ms(due or now), finished, run.id],
    )


async def next_due() -> datetime | None:
    """When the next run is to go on; None when none waits."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            f"SELECT MIN(due) AS due FROM rule_runs WHERE {_UNENDED} AND status <> 'running'", read=True
        )
    return None if found[0]['due'] is None else clock.from_ms(found[0]['due'])


async def forget_old(before: datetime, limit: int = 1000) -> int:
    """Drop runs that ended well before a moment, with their traces; what failed is kept."""
    async with transaction():
        found = await database.rows(
            "SELECT id FROM rule_runs WHERE finished_at < ? AND status IN ('done', 'skipped',"
            " 'cancelled') LIMIT ?",
            [clock.to_ms(before), limit],
        )
        for start in range(0, len(found), 500):
            ids = [row['id'] for row in found[start : start + 500]]
            blanks = ', '.join('?' * len(ids))
            for name, column in (('rule_steps', 'run_id'), ('outbox', 'run_id'), ('rule_runs', 'id')):
                await database.rows(f'DELETE FROM {name} WHERE {column} IN ({blanks})', ids)
    return len(found)


def cause_of(run: Run) -> Cause:
    """What records changed by this run say as their cause."""
    return Cause('rule', run.id, run.chain)


async def again(run_id: int, now: datetime) -> None:
    """Queue a run that failed once more, from the step it failed at."""
    async with transaction():
        await database.rows(
            "UPDATE rule_runs SET status = 'queued', stalls = 0, due = ?, finished_at = NULL, epoch"
            ' = epoch + 1'
            " WHERE id = ? AND status IN ('failed', 'dead')",
            [clock.to_ms(now), run_id],
        )


async def cancel(run_id: int, now: datetime) -> None:
    """End a run that waits or is queued; letters it has not sent stay unsent."""
    async with transaction():
        found = await database.rows(
            "UPDATE rule_runs SET status = 'cancelled', finished_at = ?, epoch = epoch + 1"
            " WHERE id = ? AND status IN ('queued', 'waiting') RETURNING id",
            [clock.to_ms(now), run_id],
        )
        if found:
            await database.rows(
                "UPDATE outbox SET status = 'cancelled' WHERE run_id = ? AND status IN ('pending', 'retry')",
                [run_id],
            )
