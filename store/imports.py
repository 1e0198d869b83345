"""Imports as they are kept: what was asked, how far each is, which rows were refused. Admins see all."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from store import clock, database, guard
from store.actor import Actor
from store.operations import need
from store.problems import NotFound, Problem, Refused
from store.settings import Environment

UPLOADED, RUNNING, DONE, CANCELLED, FAILED = 'uploaded', 'running', 'done', 'cancelled', 'failed'
_wanted_rules: dict[int, bool] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportJob:
    """An import: `sheets` and `plan` are JSON of whoever reads files; `place` of `total` rows are handled.

    `lap` is 2 while links between rows of the same file are set, after all rows exist."""

    id: int
    person_id: int
    catalog: str
    file_name: str
    state: str
    sheets: Sequence[Mapping[str, Any]]
    plan: Mapping[str, Any]
    run_rules: bool
    total: int
    lap: int
    place: int
    created: int
    updated: int
    unchanged: int
    refused: int
    problem: Mapping[str, Any] | None
    uploaded_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_running(self) -> bool:
        """Whether it is at work."""
        return self.state == RUNNING


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedRow:
    """A row of the file that was not taken: its place in the file, and the problem's code and facts."""

    row: int
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What one transaction of an import did: rows from `place` to `next_place`, counted."""

    lap: int
    place: int
    next_place: int
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: tuple[RefusedRow, ...] = ()


def folder_of(import_id: int) -> Path:
    """Where the files of an import lie."""
    return Environment.read(os.environ).data / 'imports' / str(import_id)


async def add(actor: Actor, file_name: str) -> ImportJob:
    """Begin an import of a file; its place is `folder_of`.

    :raises NotAllowed: without operation 'import'"""
    need(actor, 'import')
    with guard.acting(actor):
        found = await database.rows(
            'INSERT INTO imports (person_id, file_name, uploaded_at) VALUES (?, ?, ?) RETURNING id',
            [actor.person_id, file_name[-300:], clock.now_ms()],
        )
    return await get(actor, found[0]['id'])


async def get(actor: Actor, import_id: int) -> ImportJob:
    """One import.

    :raises NotFound: there is none, or it is somebody else's"""
    found = await _jobs(actor, 'id = ?', [import_id])
    if not found:
        raise NotFound(catalog='import', id=import_id)
    return found[0]


async def recent(actor: Actor, *, limit: int = 20) -> list[ImportJob]:
    """The latest imports."""
    return await _jobs(actor, "state <> 'uploaded' OR plan <> '{}'", [], limit=limit)


async def begun_by(actor: Actor, catalog: str, *, limit: int = 20) -> list[ImportJob]:
    """This person's own latest imports into one place, those that never began left out."""
    return await _jobs(
        actor,
        'person_id = ? AND catalog = ? AND state <> ?',
        [actor.person_id, catalog, UPLOADED],
        limit=limit,
    )


async def unfinished() -> list[tuple[int, int]]:
    """Ids and people of the imports that were at work when the server ended."""
    with guard.acting(guard.SETUP):
        found = await database.rows(
            'SELECT id, person_id FROM imports WHERE state = ? ORDER BY id', [RUNNING]
        )
    return [(row['id'], row['person_id']) for row in found]


async def _jobs(actor: Actor, condition: str, args: Sequence[Any], *, limit: int = 1) -> list[ImportJob]:
    own, own_args = ('1 = 1', []) if actor.is_admin else ('person_id = ?', [actor.person_id])
    with guard.acting(actor):
        found = await database.rows(
            f'SELECT * FROM imports WHERE ({condition}) AND {own} ORDER BY id DESC LIMIT ?',
            [*args, *own_args, limit],
        )
    return [_job(row) for row in found]


def _job(row: Mapping[str, Any]) -> ImportJob:
    plain = {
        name: row[name]
        for name in ('id', 'person_id', 'catalog', 'file_name', 'state', 'total', 'lap', 'place')
    }
    counts = {name: row[name] for name in ('created', 'updated', 'unchanged', 'refused')}
    return ImportJob(
        **plain,
        **counts,
        sheets=json.loads(row['sheets']),
        plan=json.loads(row['plan']),
        run_rules=bool(row['run_rules']),
        problem=json.loads(row['problem']) if row['problem'] else None,
        uploaded_at=clock.from_ms(row['uploaded_at']),
        started_at=_moment(row['started_at']),
        finished_at=_moment(row['finished_at']),
    )


def _moment(stored: int | None) -> datetime | None:
    return None if stored is None else clock.from_ms(stored)


async def keep_sheets(actor: Actor, import_id: int, sheets: Sequence[Mapping[str, Any]]) -> None:
    """Keep what the file holds."""
    await _change(actor, import_id, {'sheets': json.dumps(sheets, ensure_ascii=False)})


async def keep_plan(actor: Actor, import_id: int, catalog: str, plan: Mapping[str, Any]) -> None:
    """Keep what is asked, before the start.

    :raises Refused: 'import_started'"""
    await _change(
        actor, import_id, {'catalog': catalog, 'plan': json.dumps(plan, ensure_ascii=False)}, before=UPLOADED
    )


async def begin(actor: Actor, import_id: int, *, total: int, run_rules: bool = False) -> None:
    """Let the import work.

    :raises Refused: 'import_started', also when two begin at once"""
    _wanted_rules.pop(import_id, None)
    values = {'state': RUNNING, 'total': total, 'run_rules': int(run_rules), 'started_at': clock.now_ms()}
    await _change(actor, import_id, values, before=UPLOADED)


async def cancel(actor: Actor, import_id: int) -> None:
    """Stop a working import; rows taken so far stay; the transaction at work undoes itself in `advance`."""
    await get(actor, import_id)
    await _end(actor, import_id, CANCELLED, None)


async def finish(actor: Actor, import_id: int, problem: Problem | None = None) -> None:
    """End a working import, well or with the problem that stopped it."""
    await _end(actor, import_id, FAILED if problem else DONE, problem)


async def _end(actor: Actor, import_id: int, state: str, problem: Problem | None) -> None:
    told = json.dumps({'code': problem.code, 'facts': dict(problem.facts)}, default=str) if problem else ''
    with guard.acting(actor):
        await database.rows(
            'UPDATE imports SET state = ?, problem = ?, finished_at = ?'
            ' WHERE id = ? AND state = ? RETURNING id',
            [state, told, clock.now_ms(), import_id, RUNNING],
        )


async def drop(actor: Actor, import_id: int) -> None:
    """Forget an import that never began."""
    with guard.acting(actor):
        await database.rows(
            'DELETE FROM imports WHERE id = ? AND state = ? AND person_id = ? RETURNING id',
            [import_id, UPLOADED, actor.person_id],
        )


async def next_lap(actor: Actor, import_id: int, *, total: int) -> None:
    """Go over the rows once more, to set the links between them."""
    await _change(actor, import_id, {'lap': 2, 'place': 0, 'total': total}, before=RUNNING)


async def advance(actor: Actor, import_id: int, step: Step) -> None:
    """Count the rows of one transaction, inside it: the place moves on with them or not at all.

    :raises Refused: 'import_stopped': it was cancelled, or these rows have been handled already"""
    with guard.acting(actor):
        found = await database.rows(
            'UPDATE imports SET place = ?, created = created + ?, updated = updated + ?,'
            ' unchanged = unchanged + ?, refused = refused + ?'
            ' WHERE id = ? AND state = ? AND lap = ? AND place = ? RETURNING id',
            [step.next_place, step.created, step.updated, step.unchanged,
             len(step.refused) if step.lap == 1 else 0, import_id, RUNNING, step.lap, step.place],
        )  # fmt: skip
        if not found:
            raise Refused('import_stopped')
        await database.many(
            'INSERT INTO import_refusals (import_id, row_place, code, facts) VALUES (?, ?, ?, ?)',
            [
                [import_id, row.row, row.code, json.dumps(dict(row.facts), default=str)]
                for row in step.refused
            ],
        )


async def refused_rows(actor: Actor, import_id: int, *, limit: int = 100_000) -> list[RefusedRow]:
    """The rows that were not taken, in the order of the file."""
    await get(actor, import_id)
    with guard.acting(actor):
        found = await database.rows(
            'SELECT row_place, code, facts FROM import_refusals WHERE import_id = ?'
            ' ORDER BY row_place, id LIMIT ?',
            [import_id, limit],
        )
    return [
        RefusedRow(row=row['row_place'], code=row['code'], facts=json.loads(row['facts'])) for row in found
    ]


async def wants_rules(import_id: int) -> bool:
    """Whether the rules are to run for what this import changes; asked once for each import."""
    if import_id not in _wanted_rules:
        with guard.acting(guard.ENGINE):
            found = await database.rows('SELECT run_rules FROM imports WHERE id = ?', [import_id])
        _wanted_rules[import_id] = bool(found and found[0]['run_rules'])
    return _wanted_rules[import_id]


async def older_than(moment: datetime) -> list[int]:
    """Ids of the imports that began before this moment and are not at work; their files may go."""
    with guard.acting(guard.SETUP):
        found = await database.rows(
            'SELECT id FROM imports WHERE uploaded_at < ? AND state <> ?', [clock.to_ms(moment), RUNNING]
        )
    return [row['id'] for row in found]


async def _change(actor: Actor, import_id: int, values: Mapping[str, Any], *, before: str = '') -> None:
    await get(actor, import_id)
    names = ', '.join(f'{name} = ?' for name in values)
    condition, args = (' AND state = ?', [before]) if before else ('', [])
    with guard.acting(actor):
        found = await database.rows(
            f'UPDATE imports SET {names} WHERE id = ?{condition} RETURNING id',
            [*values.values(), import_id, *args],
        )
    if not found:
        raise Refused('import_started')
