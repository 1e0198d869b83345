"""Undos of imports at work: chunks of records, each a transaction with its progress, so they go on after a
crash."""

import asyncio
import logging
from collections.abc import Iterator, Sequence

from automations.attempt import attempt
from integrations.exchange.under_way import UnderWay, present
from store import Problem, Records, Refused, import_undos
from store.import_undos import Kept, RuleEffects, UndoJob, UndoStep
from store.undoing import PUT_BACK, REMOVE, Deed, Survey, Undoing

CHUNKS = {REMOVE: 500, PUT_BACK: 100}
"""Records in one transaction: putting many away is one statement, values are put back one by one."""
log = logging.getLogger(__name__)


async def preview(records: Records, import_id: int, *, anyway: bool = False) -> Survey:
    """What undoing an import would do, and what it would leave as it is.

    :raises NotAllowed: without operation 'import'
    :raises Refused: 'import_not_ended', 'people_stay'"""
    job = await import_undos.need_undoable(records.actor, import_id)
    return await Undoing(records.actor, job, anyway=anyway).survey()


async def effects(records: Records, import_id: int) -> RuleEffects:
    """What rules did because of an import, which stays."""
    return await import_undos.rule_effects(records.actor, import_id)


async def undo_of(records: Records, import_id: int) -> UndoJob | None:
    """The undo of an import, if there was one."""
    return (await import_undos.undos_of(records.actor, [import_id])).get(import_id)


async def start(records: Records, import_id: int, *, anyway: bool = False) -> None:
    """Let an undo work in the background; leaving the page does not stop it.

    :raises Refused: 'undo_started', and what `preview` raises"""
    await import_undos.begin(records.actor, import_id, anyway=anyway)
    _under_way.start(import_id, records.actor.person_id or 0)


async def cancel(records: Records, import_id: int) -> None:
    """Stop it; what is undone stays undone."""
    await import_undos.cancel(records.actor, import_id)


async def resume() -> int:
    """Go on with the undos that the server's end interrupted; how many."""
    waiting = await import_undos.unfinished()
    _under_way.start_missing(waiting)
    return len(waiting)


async def wait(import_id: int) -> None:
    """Until an undo that works in this process has ended."""
    await _under_way.wait(import_id)


async def work(import_id: int, person_id: int) -> None:
    """Do an undo from where it is to its end; what stops it is kept with it."""
    tried = await attempt(_work(import_id, person_id), f'undo of import {import_id}')
    problem = tried.problem
    if tried.error is not None and problem is None:
        problem = Refused('error', detail=type(tried.error).__name__)
    if problem is None or problem.code == 'undo_stopped':
        return
    log.warning('undo of import %s stopped: %s', import_id, problem.code)
    await import_undos.finish(import_id, problem)


_under_way = UnderWay('undo import', work)


async def _work(import_id: int, person_id: int) -> None:
    actor = await present(person_id)
    undo = (await import_undos.undos_of(actor, [import_id])).get(import_id)
    job = await import_undos.need_undoable(actor, import_id)
    if undo is None or not undo.is_running:
        raise Refused('undo_stopped')
    run = _Run(import_id, person_id, Undoing(actor, job, anyway=undo.anyway))
    await run.work()
    await import_undos.finish(import_id)


class _Run:
    """One undo at work. What is done is seen in the records themselves, so it goes on from any point."""

    def __init__(self, import_id: int, person_id: int, undoing: Undoing) -> None:
        self._id = import_id
        self._person_id = person_id
        self._undoing = undoing
        self._place = 0

    async def work(self) -> None:
        survey = await self._undoing.survey()
        actor = await present(self._person_id)
        # A record that gets some values back and keeps others is counted with its deed.
        both = {(deed.catalog, deed.record_id) for deed in survey.deeds}
        kept = [one for one in survey.kept if (one.catalog, one.record_id) not in both]
        self._place = await import_undos.expect(actor, self._id, len(survey.deeds) + len(kept))
        for start in range(0, len(kept), CHUNKS[REMOVE]):
            await self._keep(kept[start : start + CHUNKS[REMOVE]])
        for part in _chunks(survey.deeds):
            await self._do(part)
            await asyncio.sleep(0)

    async def _keep(self, kept: Sequence[Kept]) -> None:
        step = UndoStep(place=self._place, handled=len(kept), kept=kept)
        await self._advance(Records(await present(self._person_id)), step)

    async def _do(self, deeds: Sequence[Deed]) -> None:
        """One transaction for deeds and their progress; one that the door refuses is sought by halves."""
        actor = await present(self._person_id)
        await import_undos.need_undoable(actor, self._id)
        self._undoing.act_as(actor)
        try:
            async with Records(actor).transaction():
                step = await self._undoing.do(deeds, self._place)
                await import_undos.advance(actor, self._id, step)
        except Problem as problem:
            if problem.code == 'undo_stopped':
                raise
            if len(deeds) > 1:
                half = len(deeds) // 2
                await self._do(deeds[:half])
                await self._do(deeds[half:])
                return
            await self._keep([_refused(deeds[0], problem)])
            return
        self._place += step.handled

    async def _advance(self, records: Records, step: UndoStep) -> None:
        async with records.transaction():
            await import_undos.advance(records.actor, self._id, step)
        self._place += step.handled


def _chunks(deeds: Sequence[Deed]) -> Iterator[Sequence[Deed]]:
    """Deeds of one kind, in their order."""
    start = 0
    while start < len(deeds):
        kind = deeds[start].kind
        part = deeds[start : start + CHUNKS[kind]]
        same = next((at for at, deed in enumerate(part) if deed.kind != kind), len(part))
        yield part[:same]
        start += same


def _refused(deed: Deed, problem: Problem) -> Kept:
    """That the door refused a deed, by its first field where it names fields."""
    field, first = next(iter(getattr(problem, 'errors', {}).items()), ('', problem))
    facts = {'problem': first.code, 'facts': dict(first.facts), 'field': field}
    return Kept(catalog=deed.catalog, record_id=deed.record_id, code='refused', facts=facts)
