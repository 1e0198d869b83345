"""Runs and decisions to be read: how rules have been doing, what ran on a record and what did not."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store import clock, database, guard
from store.problems import NotFound
from store.runs import Decision, Run, StepTrace, run_of


@dataclass(frozen=True, slots=True)
class Tally:
    """How a rule has been doing: its last run, runs and failures of the last seven days."""

    last: Run | None
    week: int
    broken: int


async def tallies(since: datetime) -> dict[int, Tally]:
    """How every rule has been doing, by its id; skipped runs do not count."""
    with guard.acting(guard.ENGINE):
        counts = await database.rows(
            "SELECT rule_id, COUNT(*) AS n, SUM(CASE WHEN status IN ('failed', 'dead') THEN 1 ELSE 0"
            ' END) AS broken'
            " FROM rule_runs WHERE created_at >= ? AND status <> 'skipped' GROUP BY rule_id",
            [clock.to_ms(since)],
            read=True,
        )
        latest = await database.rows(
            'SELECT * FROM rule_runs WHERE id IN (SELECT MAX(id) FROM rule_runs WHERE status <> ?'
            ' GROUP BY rule_id)',
            ['skipped'],
            read=True,
        )
    by_rule = {row['rule_id']: row for row in counts}
    last = {row['rule_id']: run_of(row) for row in latest}
    return {
        rule_id: Tally(
            last.get(rule_id),
            int(by_rule[rule_id]['n']) if rule_id in by_rule else 0,
            int(by_rule[rule_id]['broken'] or 0) if rule_id in by_rule else 0,
        )
        for rule_id in {*by_rule, *last}
    }


async def one(run_id: int) -> Run:
    """One run.

    :raises NotFound: no such run"""
    with guard.acting(guard.ENGINE):
        found = await database.rows('SELECT * FROM rule_runs WHERE id = ?', [run_id], read=True)
    if not found:
        raise NotFound('no_such_run', id=run_id)
    return run_of(found[0])


async def steps(run_id: int) -> list[StepTrace]:
    """The trace of a run, in order."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'SELECT * FROM rule_steps WHERE run_id = ? ORDER BY id', [run_id], read=True
        )
    return [
        StepTrace(
            step=row['step'],
            action=row['action'],
            status=row['status'],
            options=json.loads(row['options']),
            result=json.loads(row['result']),
            at=clock.from_ms(row['at']),
            ms=row['ms'],
        )
        for row in found
    ]


async def _find(condition: str, args: Sequence[Any], *, limit: int, before: int | None = None) -> list[Run]:

    older = ' AND id < ?' if before is not None else ''
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            f'SELECT * FROM rule_runs WHERE {condition}{older} ORDER BY id DESC LIMIT ?',
            [*args, *([] if before is None else [before]), limit],
            read=True,
        )
    return [run_of(row) for row in found]


async def of_rule(rule_id: int, *, limit: int = 50, before: int | None = None) -> list[Run]:
    """Runs of a rule, newest first."""
    return await _find("rule_id = ? AND status <> 'skipped'", [rule_id], limit=limit, before=before)


async def of_record(catalog: str, record_id: int, *, limit: int = 50) -> list[Run]:
    """Runs about a record, newest first."""
    return await _find(
        "catalog = ? AND record_id = ? AND status <> 'skipped'", [catalog, record_id], limit=limit
    )


async def recent(*, failed: bool = False, limit: int = 50, before: int | None = None) -> list[Run]:
    """Runs of all rules, newest first; with `failed` those that need attention alone."""
    condition = "status IN ('failed', 'dead')" if failed else "status <> 'skipped'"
    return await _find(condition, [], limit=limit, before=before)


async def broken(*, limit: int = 50) -> list[Run]:
    """Runs that failed, newest first."""
    return await _find("status IN ('failed', 'dead')", [], limit=limit)


async def _decisions(condition: str, args: Sequence[Any], *, limit: int = 50) -> list[Decision]:

    with guard.acting(guard.ENGINE):
        found = await database.rows(
            f'SELECT * FROM rule_decisions WHERE {condition} ORDER BY id DESC LIMIT ?',
            [*args, limit],
            read=True,
        )
    return [
        Decision(
            rule_id=row['rule_id'],
            change_id=row['change_id'],
            bind=row['bind'],
            catalog=row['catalog'],
            record_id=row['record_id'],
            reason=row['reason'],
            facts=json.loads(row['facts']),
            at=clock.from_ms(row['at']),
        )
        for row in found
    ]


async def decisions_of_rule(rule_id: int, *, limit: int = 50) -> list[Decision]:
    """Why a rule did not run, newest first."""
    return await _decisions('rule_id = ?', [rule_id], limit=limit)


async def decisions_of_record(catalog: str, record_id: int, *, limit: int = 50) -> list[Decision]:
    """Which rules did not run on a record and why, newest first."""
    return await _decisions('catalog = ? AND record_id = ?', [catalog, record_id], limit=limit)


async def recent_starts(since: datetime) -> list[tuple[int, int, datetime]]:
    """What changes have started since a moment: rule, record, when."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'SELECT rule_id, record_id, created_at FROM rule_runs WHERE created_at >= ? AND change_id > 0'
            ' ORDER BY created_at',
            [clock.to_ms(since)],
        )
    return [(row['rule_id'], row['record_id'] or 0, clock.from_ms(row['created_at'])) for row in found]
