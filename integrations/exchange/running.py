"""Imports at work: chunks of rows, each a transaction with its progress, so they go on after a crash."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from automations.attempt import attempt
from integrations.exchange import spool
from integrations.exchange.dry_run import refusal
from integrations.exchange.judging import Judge, Row, Verdict, prepare
from integrations.exchange.making import make_missing
from integrations.exchange.plan import Plan
from integrations.exchange.targets import Hit, Target, target_of
from integrations.exchange.under_way import UnderWay, present
from store import Cause, Problem, Records, Ref, Refused, imports, people
from store.clock import now
from store.imports import ImportJob, RefusedRow, Step

CHUNK = 500
KEPT = timedelta(days=30)
"""How long the rows of a file are kept for its report."""
LINK_CHUNK = 100
LINKING = 'linking'
"""Marks the refusal of a link between rows: the row itself was taken."""
log = logging.getLogger(__name__)


async def start(records: Records, import_id: int, *, total: int, run_rules: bool = False) -> None:
    """Let a planned import work in the background; leaving the page does not stop it.

    :raises Refused: 'import_started'"""
    await imports.begin(records.actor, import_id, total=total, run_rules=run_rules)
    _under_way.start(import_id, records.actor.person_id or 0)


async def resume() -> int:
    """Go on with the imports that the server's end interrupted; how many. Forgets the files of old ones."""
    for import_id in await imports.older_than(now() - KEPT):
        await asyncio.to_thread(spool.remove_files, import_id)
    waiting = await imports.unfinished()
    _under_way.start_missing(waiting)
    return len(waiting)


async def wait(import_id: int) -> None:
    """Until an import that works in this process has ended."""
    await _under_way.wait(import_id)


async def work(import_id: int, person_id: int) -> None:
    """Do an import from where it is to its end; what stops it is kept with it."""
    tried = await attempt(_Run(import_id, person_id).work(), f'import {import_id}')
    problem = tried.problem or _told(tried.error)
    if problem is None or problem.code == 'import_stopped':
        return
    log.warning('import %s stopped: %s', import_id, problem.code)
    actor = await people.actor_of_person(person_id)
    if actor:
        await imports.finish(actor, import_id, problem)


_under_way = UnderWay('import', work)


def _told(error: Exception | None) -> Problem | None:
    if isinstance(error, FileNotFoundError):
        return Refused('import_files_gone')
    return Refused('error', detail=type(error).__name__) if error else None


class _Run:
    """One import at work."""

    def __init__(self, import_id: int, person_id: int) -> None:
        self._id = import_id
        self._person_id = person_id

    async def work(self) -> None:
        records = await self._records()
        job = await imports.get(records.actor, self._id)
        plan = Plan.from_plain(job.plan)
        rows = await asyncio.to_thread(lambda: list(spool.rows_after_header(job.id, plan)))
        judge = await self._judge(records, plan, rows)
        late = await self._first_lap(job, judge, rows)
        refused = await imports.refused_rows(records.actor, self._id)
        never_made = {one.row for one in refused if LINKING not in one.facts}
        late = [verdict for verdict in late if verdict.place not in never_made]
        if late:
            await self._second_lap(job, judge.target, plan, rows, late)
        await imports.finish((await self._records()).actor, self._id)

    async def _records(self) -> Records:
        """The door with the person's rights of this moment."""
        return Records(await present(self._person_id), Cause('import', self._id))

    async def _judge(self, records: Records, plan: Plan, rows: list[Row]) -> Judge:
        """A judge that knows every name, those made for this import included."""
        judge = await prepare(records, await target_of(records, plan.catalog), plan, rows)
        if await make_missing(records, judge):
            judge = await prepare(records, await target_of(records, plan.catalog), plan, rows)
        return judge

    async def _first_lap(self, job: ImportJob, judge: Judge, rows: list[Row]) -> list[Verdict]:
        """Make and change the records; the verdicts whose links must wait for all of them."""
        late: list[Verdict] = []
        for begin in range(0, len(rows), CHUNK):
            verdicts = [judge.judge(place, cells) for place, cells in rows[begin : begin + CHUNK]]
            late += [verdict for verdict in verdicts if verdict.late]
            done = len(verdicts) if job.lap == 2 else max(0, job.place - begin)
            if done < len(verdicts):
                await self._write(verdicts[done:], begin + done, judge.plan)
            await asyncio.sleep(0)
        return late

    async def _write(self, verdicts: Sequence[Verdict], place: int, plan: Plan) -> None:
        """One transaction for rows and their progress; a row that the door refuses is sought by halves."""
        records = await self._records()
        target = await target_of(records, plan.catalog)
        try:
            async with records.transaction():
                step = await _apply(target, verdicts)
                await imports.advance(
                    records.actor, self._id, replace(step, place=place, next_place=place + len(verdicts))
                )
        except Problem as problem:
            if problem.code == 'import_stopped':
                raise
            if len(verdicts) > 1:
                half = len(verdicts) // 2
                await self._write(verdicts[:half], place, plan)
                await self._write(verdicts[half:], place + half, plan)
                return
            refused = (_refused(verdicts[0].place, problem),)
            step = Step(lap=1, place=place, next_place=place + 1, refused=refused)
            await imports.advance(records.actor, self._id, step)

    async def _second_lap(
        self, job: ImportJob, target: Target, plan: Plan, rows: Sequence[Row], late: Sequence[Verdict]
    ) -> None:
        """Set the links between rows of the file."""
        if job.lap == 1:
            await imports.next_lap((await self._records()).actor, self._id, total=len(late))
        title = plan.column_of(target.name_field)
        texts = dict(rows)
        begin = job.place if job.lap == 2 else 0
        for place in range(begin, len(late), LINK_CHUNK):
            part = late[place : place + LINK_CHUNK]
            own = {v.place: texts[v.place][title] for v in part if title is not None}
            await self._link(part, own, place, plan)
            await asyncio.sleep(0)

    async def _link(self, part: Sequence[Verdict], own: Mapping[int, str], place: int, plan: Plan) -> None:
        records = await self._records()
        target = await target_of(records, plan.catalog)
        wanted = {*own.values(), *(waiting.key for v in part for waiting in v.late.values())}
        hits = await target.find_by(target.name_field, wanted)
        refused = []
        async with records.transaction():
            for verdict in part:
                problem = await _set_links(
                    target, verdict, hits, target.key(target.name_field, own[verdict.place])
                )
                if problem:
                    refusal_of_link = _refused(verdict.place, problem)
                    refused.append(replace(refusal_of_link, facts={**refusal_of_link.facts, LINKING: True}))
            step = Step(lap=2, place=place, next_place=place + len(part), refused=tuple(refused))
            await imports.advance(records.actor, self._id, step)


async def _apply(target: Target, verdicts: Sequence[Verdict]) -> Step:
    """Write rows as they were judged; counts without places."""
    made = [verdict.values for verdict in verdicts if verdict.deed == 'create']
    if made:
        await target.create(made)
    updated = unchanged = 0
    for verdict in verdicts:
        if verdict.deed == 'update' and verdict.hit:
            changed = await target.change(verdict.hit, verdict.values)
            updated, unchanged = updated + changed, unchanged + (not changed)
    refused = tuple(refusal(verdict) for verdict in verdicts if verdict.deed == 'refuse')
    counts = {'created': len(made), 'updated': updated, 'unchanged': unchanged}
    return Step(lap=1, place=0, next_place=0, refused=refused, **counts)


async def _set_links(
    target: Target, verdict: Verdict, hits: Mapping[str, Sequence[Hit]], own_key: str
) -> Problem | None:
    """Link a record to other rows of its file; the reason when a name is not that of exactly one record."""
    own = hits.get(own_key, ())
    values: dict[str, Any] = {}
    for code, waiting in verdict.late.items():
        found = hits.get(waiting.key, ())
        if len(found) != 1 or len(own) != 1:
            return Refused('link_not_set', field=code, value=waiting.key)
        values[code] = Ref(found[0].id, found[0].title, target.code)
    try:
        await target.change(own[0], values)
    except Problem as problem:
        return problem
    return None


def _refused(place: int, problem: Problem) -> RefusedRow:
    """A refusal of the door, by its first field where it names fields."""
    errors: Mapping[str, Problem] = getattr(problem, 'errors', {})
    if errors:
        code, first = next(iter(errors.items()))
        return RefusedRow(row=place, code=first.code, facts={'field': code, **first.facts})
    return RefusedRow(row=place, code=problem.code, facts=problem.facts)
