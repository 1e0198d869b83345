"""Runs, segment by segment: all steps between two waits are one transaction, with trace, effects and
outbox."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from automations.actions import ACTIONS, Doing, Outcome
from automations.attempt import attempt
from automations.clock import Clock
from automations.conditions import judge
from automations.dispatch import event_names
from automations.faults import fault
from automations.shelf import LiveRule, Shelf, owner_of
from automations.snapshot import follow_links, names_of
from automations.spec import Part
from automations.values import Scope
from store import rule_windows, rules, runs
from store.actor import Actor
from store.notifications import Notice, notify
from store.problems import Conflict, Problem, Refused
from store.records import Records
from store.runs import Decision, Run, StepTrace

CLAIMED = 20
MAX_ATTEMPTS = 5
MAX_STALLS = 3
BACK_OFF = timedelta(seconds=10)
BLIND = {'code': 'rule_owner_blind', 'facts': {}}


class Segments:
    """Takes due runs and works on them."""

    def __init__(self, shelf: Shelf, clock: Clock, base_url: str | Callable[[], str] = '') -> None:
        self._shelf = shelf
        self._clock = clock
        self._base_url = base_url

    async def work(self) -> int:
        """Work on the next due runs; how many came to a rest."""
        claimed = await runs.claim(self._clock.now(), CLAIMED)
        if claimed:
            fault('claim.after_commit')
        done = 0
        for run in claimed:
            # One that breaks off here stays 'running', and goes back into the queue with the next claim.
            tried = await attempt(self._one(run), f'work on run {run.id}')
            done += tried.error is None
        return done

    async def _one(self, run: Run) -> None:
        live = await self._shelf.version(run.rule_id, run.version_id)
        owner = await owner_of(live) if live else None
        if run.stalls > MAX_STALLS:
            await self._end_badly(run, live, 'dead', {'code': 'rule_stalled', 'facts': {}})
        elif live is None:
            await self._end_badly(run, live, 'failed', {'code': 'rule_broken', 'facts': {}})
        elif owner is None:
            await rules.pause(run.rule_id, 'rule_owner_gone')
            await self._end_badly(run, live, 'failed', {'code': 'rule_owner_gone', 'facts': {}})
        else:
            progress = [run.step]
            tried = await attempt(self._segment(run, live, owner, progress), f'run {run.id}')
            if tried.error is not None:
                await self._failed(run, live, tried.error, progress[0])

    async def _segment(self, run: Run, live: LiveRule, owner: Actor, progress: list[int]) -> None:
        async with runs.transaction():
            if not await runs.fence(run):
                return
            fault('segment.fenced')
            records = Records(owner, runs.cause_of(run))
            if run.record_id is not None and not await rule_windows.is_live(run.catalog, run.record_id):
                await runs.fail(
                    run, status='cancelled', error={'code': 'record_gone', 'facts': {}}, now=self._clock.now()
                )
            elif live.is_blind(owner):
                await runs.fail(run, status='failed', error=BLIND, now=self._clock.now())
                await tell_owner(run, live, BLIND)
            elif await self._begins(run, live, records):
                await self._steps(run, live, records, progress)
            fault('segment.before_commit')
        fault('segment.after_commit')

    async def _begins(self, run: Run, live: LiveRule, records: Records) -> bool:
        """Judge the conditions of a run that a moment or a person started; a change's were judged before."""
        if run.change_id or run.step or not live.rule.conditions.items:
            return True
        names: dict[str, Any] = event_names(run.event, live, live.seen_by(records.actor), live.rule.language)
        if run.record_id is not None:
            view = await records.get(run.catalog, run.record_id)
            names |= names_of(view.values, live.catalog, live.rule.language)
            await follow_links(names, live.paths, records, live.rule.language)
        now = self._clock.now()
        verdict = judge(live.conditions, Scope(names, now, live.zone, live.rule.language))
        if verdict.holds:
            return True
        reason = 'unknown' if verdict.holds is None else 'condition'
        decision = Decision(
            rule_id=run.rule_id, catalog=run.catalog, record_id=run.record_id, bind=run.bind, reason=reason,
            facts={'line': verdict.line},
        )  # fmt: skip
        await runs.decide([decision], now)
        await runs.save(run, status='skipped', step=0, made={}, now=now)
        return False

    async def _steps(self, run: Run, live: LiveRule, records: Records, progress: list[int]) -> None:
        made = dict(run.made)
        names = event_names(
            {**run.event, 'trigger': run.trigger}, live, live.seen_by(records.actor), live.rule.language
        )
        for number in range(run.step, len(live.rule.steps)):
            progress[0] = number
            owner = await owner_of(live)
            if owner is None:
                raise Refused('rule_owner_gone', rule=live.rule.called(live.rule.language))
            outcome = await self._step(run, number, live, Records(owner, records.cause), names, made)
            fault('segment.step_done')
            if outcome.due and outcome.due > self._clock.now():
                await runs.save(
                    run, status='waiting', step=number + 1, made=made, now=self._clock.now(), due=outcome.due
                )
                return
        await runs.save(run, status='done', step=len(live.rule.steps), made=made, now=self._clock.now())

    async def _step(
        self,
        run: Run,
        number: int,
        live: LiveRule,
        records: Records,
        names: Mapping[str, Any],
        made: dict[str, Any],
    ) -> Outcome:
        part: Part = live.rule.steps[number]
        begun, at = time.perf_counter(), self._clock.now()
        doing = Doing(
            run_id=run.id,
            step=number,
            records=records,
            catalog=live.catalog,
            record_id=run.record_id,
            event=names,
            made=made,
            now=at,
            zone=live.zone,
            language=live.rule.language,
            base_url=self._base_url if isinstance(self._base_url, str) else self._base_url(),
        )
        outcome = await ACTIONS[part.kind].run(doing, part.options)
        ms = round((time.perf_counter() - begun) * 1000)
        await runs.add_step(
            run,
            StepTrace(
                step=number, action=part.kind, status='done', options=safe(part.options),
                result=outcome.result, at=at, ms=ms,
            ),
        )  # fmt: skip
        return outcome

    async def _failed(self, run: Run, live: LiveRule, error: Exception, step: int) -> None:
        """Write down a segment that was undone: tried again for what may pass, ended for what will not."""
        told = describe(error)
        now = self._clock.now()
        lasting = isinstance(error, Problem) and not isinstance(error, Conflict)
        async with runs.transaction():
            if not await runs.fence(run):
                return
            part = live.rule.steps[min(step, len(live.rule.steps) - 1)]
            await runs.add_step(
                run,
                StepTrace(
                    step=step,
                    action=part.kind,
                    status='failed',
                    options=safe(part.options),
                    result=told,
                    at=now,
                    ms=0,
                ),
            )
            if not lasting and run.attempts + 1 < MAX_ATTEMPTS:
                await runs.fail(
                    run, status='queued', error=told, now=now, due=now + BACK_OFF * 2**run.attempts
                )
                return
            await runs.fail(run, status='failed', error=told, now=now)
            await tell_owner(run, live, told)

    async def _end_badly(
        self, run: Run, live: LiveRule | None, status: str, error: Mapping[str, Any]
    ) -> None:
        async with runs.transaction():
            if await runs.fence(run):
                await runs.fail(run, status=status, error=error, now=self._clock.now())
                if live:
                    await tell_owner(run, live, error)


async def tell_owner(run: Run, live: LiveRule, error: Mapping[str, Any]) -> None:
    """Put a failed run into the bell of the rule's owner."""
    facts = {'rule': live.rule.name, 'rule_id': run.rule_id, 'run_id': run.id, 'error': error}
    notice = Notice(
        kind='process', code='rule_failed', facts=facts, catalog=run.catalog, record_id=run.record_id,
        key=f'rule_failed:{run.id}',
    )  # fmt: skip
    await notify([live.stored.owner_id], notice)


def describe(error: Exception) -> dict[str, Any]:
    """An error as a code with facts, to be put into words for whoever reads the trace."""
    if isinstance(error, Problem):
        return {'code': error.code, 'facts': dict(error.facts)}
    return {'code': 'rule_error', 'facts': {'error': type(error).__name__, 'detail': str(error)[:300]}}


def safe(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options for the trace: secrets are masked."""
    return {code: '•••' if code == 'secret' and value else value for code, value in options.items()}
