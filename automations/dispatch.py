"""From the journal to runs: each change is looked at once, and each rule it could start has one run or one
reason."""

import time
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from automations.attempt import attempt
from automations.clock import Clock
from automations.conditions import judge
from automations.expr import BadExpression
from automations.faults import fault
from automations.shelf import LiveRule, Shelf, owner_of
from automations.snapshot import change_names, follow_links, from_journal, names_of
from automations.values import Scope
from store import journal, rule_windows, runs
from store.actor import QUIET, Actor
from store.changes import Change
from store.imports import wants_rules
from store.notifications import Notice, notify
from store.problems import NotFound
from store.query import Condition, Filter, Query
from store.records import Records
from store.rules import pause
from store.runs import Decision, Run
from store.schema import Catalog
from store.seen import seen
from store.values import RecordView

BATCH = 200
BATCH_S = 0.15
"""A batch ends after this long, so that people's saves are not kept waiting."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What stops a storm: rules behind each other, starts per record and hour, starts per ten minutes."""

    depth: int = 8
    per_record: int = 20
    per_rule: int = 10_000


class LeaseLost(Exception):
    """Another engine has taken over."""


class Breaker:
    """Counts what changes start; remembers an hour, also of the time before this process began."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_rule: dict[int, deque[datetime]] = defaultdict(deque)
        self._by_record: dict[tuple[int, int], deque[datetime]] = defaultdict(deque)

    def recall(self, starts: Sequence[tuple[int, int, datetime]]) -> None:
        """Take in the starts that the database knows of."""
        self._by_rule.clear()
        self._by_record.clear()
        for rule_id, record_id, at in starts:
            self._by_rule[rule_id].append(at)
            self._by_record[rule_id, record_id].append(at)

    def breaks(self, rule_id: int, record_id: int, now: datetime) -> bool:
        """Count a start; whether it is one too many."""
        by_rule, by_record = self._by_rule[rule_id], self._by_record[rule_id, record_id]
        for counted, age in ((by_rule, timedelta(minutes=10)), (by_record, timedelta(hours=1))):
            while counted and counted[0] < now - age:
                counted.popleft()
            counted.append(now)
        return len(by_rule) > self._limits.per_rule or len(by_record) > self._limits.per_record

    def tidy(self, now: datetime) -> None:
        """Forget records that have been quiet for an hour."""
        old = [
            key
            for key, starts in self._by_record.items()
            if not starts or starts[-1] < now - timedelta(hours=1)
        ]
        for key in old:
            del self._by_record[key]


Views = dict[tuple[int, str], dict[int, RecordView]]
"""Records by owner and catalogue, as the owner may read them."""


@dataclass
class Batch:
    """What comes of some changes, written in one go."""

    now: datetime
    waiting: Sequence[Change]
    views: Views
    runs: list[Run] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    looked_at: list[int] = field(default_factory=list)
    names: dict[tuple[int, int, str], dict[str, Any]] = field(default_factory=dict)


class Dispatcher:
    """The single reader of the journal."""

    def __init__(self, shelf: Shelf, clock: Clock, worker: str, limits: Limits) -> None:
        self._shelf = shelf
        self._clock = clock
        self._worker = worker
        self._limits = limits
        self.breaker = Breaker(limits)
        self.seen: dict[int, datetime] = {}
        self._decided: Counter[int] = Counter()

    def starts_any(self, change: Change) -> bool:
        """Whether a rule, as far as they are at hand, is set off by a change: for haste, not for truth."""
        return self._shelf.is_stale or any(
            self._sets_off(live, change) is not None for live in self._shelf.of(change.catalog)
        )

    def _sets_off(self, live: LiveRule, change: Change) -> tuple[str, str] | None:
        return live.started_by(change, self.seen.get(live.stored.id, live.stored.watermark))

    async def dispatch(self) -> int:
        """Look at the oldest waiting changes; how many were looked at.

        :raises LeaseLost: another engine has taken over"""
        waiting = await journal.waiting(BATCH)
        if not waiting:
            return 0
        fault('dispatch.read')
        count = len(waiting)
        if count == BATCH and await self._pass_over():
            return count
        views: Views = {}
        while waiting:
            tried = await attempt(self._commit(waiting, views), 'dispatch')
            if isinstance(tried.error, LeaseLost):
                raise tried.error
            if tried.error is not None:
                await self._one_by_one(waiting)
                break
            waiting = waiting[tried.result or 0 :]
        return count

    async def _pass_over(self) -> int:
        """In a storm, put aside what no rule listens to, in one statement; how many changes."""
        heard = {live.catalog.id for live in self._shelf.every()}
        by_imports = {live.catalog.id for live in self._shelf.every() if 'import' in live.rule.origins}
        wanted = [id for id in await journal.waiting_imports() if await wants_rules(id)]
        return await journal.pass_over(sorted(heard), sorted(by_imports), wanted)

    async def _one_by_one(self, waiting: Sequence[Change]) -> None:
        """One of them cannot be looked at: find it, so that the others get their turn."""
        for change in waiting:
            alone = await attempt(self._commit([change], {}), f'dispatch of change {change.id}')
            if isinstance(alone.error, LeaseLost):
                raise alone.error
            if alone.error is not None:
                await self._rule_by_rule(change)

    async def _commit(self, waiting: Sequence[Change], views: Views) -> int:
        batch = Batch(self._clock.now(), waiting, views)
        owners = {live.stored.owner_id: await owner_of(live) for live in self._shelf.every()}
        async with runs.transaction():
            if not await runs.still_held(self._worker):
                raise LeaseLost
            begun = time.monotonic()
            for change in waiting:
                for live in self._shelf.of(change.catalog):
                    await self._look(live, change, owners.get(live.stored.owner_id), batch)
                batch.looked_at.append(change.id)
                if time.monotonic() - begun > BATCH_S:
                    break
            await self._write(batch)
            fault('dispatch.before_commit')
        fault('dispatch.after_commit')
        return len(batch.looked_at)

    async def _write(self, batch: Batch) -> None:
        await runs.queue(batch.runs, batch.now)
        await runs.decide(batch.decisions, batch.now)
        await journal.mark_dispatched(batch.looked_at)
        self._decided.update(decision.rule_id for decision in batch.decisions)
        for rule_id in [rule_id for rule_id, count in self._decided.items() if count >= 50]:
            del self._decided[rule_id]
            await runs.trim_decisions(rule_id)

    async def _rule_by_rule(self, change: Change) -> None:
        """Only the rule that breaks on a change goes without it."""
        async with runs.transaction():
            if not await runs.still_held(self._worker):
                raise LeaseLost
            for live in self._shelf.of(change.catalog):
                tried = await attempt(
                    self._alone(live, change), f'rule {live.stored.id} at change {change.id}'
                )
                if tried.error is not None and live.is_on:
                    decision = Decision(
                        rule_id=live.stored.id, catalog=change.catalog, record_id=change.record_id,
                        change_id=change.id, reason='error', facts={'error': type(tried.error).__name__},
                    )  # fmt: skip
                    await runs.decide([decision], self._clock.now())
            await journal.mark_dispatched([change.id])

    async def _alone(self, live: LiveRule, change: Change) -> None:
        batch = Batch(self._clock.now(), [change], {})
        async with runs.transaction(savepoint=True):
            await self._look(live, change, await owner_of(live), batch)
            await self._write(batch)

    async def _look(self, live: LiveRule, change: Change, owner: Actor | None, batch: Batch) -> None:
        """Start the rule, or say why not, if the change sets off one of its triggers."""
        # An import that the rule is not meant for, sample data and an undo leave no trace: they would drown
        # all others.
        wanted = change.cause.kind in live.rule.origins or await _import_wants_rules(change)
        if change.cause.kind in QUIET and not wanted:
            return
        set_off = self._sets_off(live, change)
        if set_off is None:
            return
        reason, facts = await self._reason(live, change, owner, batch)
        if reason is None:
            reason = await self._storm(live, change, batch)
        if reason is None:
            batch.runs.append(_run(live, change, *set_off))
        else:
            batch.decisions.append(
                Decision(
                    rule_id=live.stored.id, catalog=change.catalog, record_id=change.record_id,
                    change_id=change.id, reason=reason, facts=facts,
                )
            )  # fmt: skip

    async def _reason(
        self, live: LiveRule, change: Change, owner: Actor | None, batch: Batch
    ) -> tuple[str | None, Mapping[str, Any]]:
        """Why the rule does not start, as a code with facts; None when nothing speaks against it."""
        if not live.is_on:
            return ('paused' if live.stored.paused else 'disabled'), {'why': live.stored.paused}
        if change.cause.kind not in (*live.rule.origins, 'import'):
            return 'origin', {'origin': change.cause.kind}
        if link_of(live.stored.id, change.catalog, change.record_id) in change.cause.chain:
            return 'chain', {}
        if change.cause.depth >= self._limits.depth:
            await self._warn(live, 'rule_depth', change)
            return 'depth', {'depth': change.cause.depth}
        if not live.stored.owner_id:
            return 'no_owner', {}
        if owner is None:
            await pause(live.stored.id, 'rule_owner_gone')
            return 'owner_gone', {}
        return await self._judge(live, change, owner, batch)

    async def _judge(
        self, live: LiveRule, change: Change, owner: Actor, batch: Batch
    ) -> tuple[str | None, Mapping[str, Any]]:
        if live.is_blind(owner):
            return 'no_rights', {}
        if not live.rule.conditions.items:
            return None, {}
        try:
            scope = await self._scope(live, change, owner, batch)
            if scope is None:
                gone = not await rule_windows.is_live(change.catalog, change.record_id)
                return ('record_gone' if gone else 'no_rights'), {}
            verdict = judge(live.conditions, scope)
        except BadExpression as problem:
            return 'error', {'code': problem.code, 'facts': dict(problem.facts)}
        if verdict.holds:
            return None, {}
        return ('unknown' if verdict.holds is None else 'condition'), {'line': verdict.line}

    async def _storm(self, live: LiveRule, change: Change, batch: Batch) -> str | None:
        if not self.breaker.breaks(live.stored.id, change.record_id, batch.now):
            return None
        await pause(live.stored.id, 'rule_storm')
        await self._warn(live, 'rule_storm', change)
        return 'storm'

    async def _warn(self, live: LiveRule, code: str, change: Change) -> None:
        notice = Notice(
            kind='process',
            code=code,
            facts={'rule': live.rule.called(live.rule.language), 'rule_id': live.stored.id},
            catalog=change.catalog,
            record_id=change.record_id,
            key=f'{code}:{live.stored.id}:{self._clock.now():%Y-%m-%d-%H}',
        )
        await notify([live.stored.owner_id], notice)

    async def _scope(self, live: LiveRule, change: Change, owner: Actor, batch: Batch) -> Scope | None:
        """The record as it was right after the change, as the owner may see it."""
        records = Records(owner)
        key = (live.stored.owner_id, change.catalog)
        if key not in batch.views:
            ids = {other.record_id for other in batch.waiting if other.catalog == change.catalog}
            batch.views[key] = await _read(records, change.catalog, sorted(ids))
        view = batch.views[key].get(change.record_id)
        if view is None:
            return None
        language = live.rule.language
        known = (live.stored.owner_id, change.id, language)
        if known not in batch.names:
            kind = seen(owner, live.catalog)
            values = await _as_of(change, view, kind)
            event = event_names(event_of(change), live, kind, language)
            batch.names[known] = names_of(values, live.catalog, language) | event
        # Rules of one owner share the names; only one that looks through a link needs its own.
        names = batch.names[known]
        if live.links:
            names = dict(names)
            await follow_links(names, live.links, records, language)
        return Scope(names, change.at, live.zone, language)


async def _as_of(change: Change, view: RecordView, kind: Catalog) -> dict[str, Any]:
    """The record's values right after a change: what came later is taken back."""
    values = dict(view.values)
    if view.version != change.version:
        for later in await journal.later_than(change):
            values |= dict.fromkeys(later.before) | from_journal(later.before, kind)
    return values


async def _import_wants_rules(change: Change) -> bool:
    """Whether whoever started the import asked for rules to run."""
    return (
        change.cause.kind == 'import' and change.cause.id is not None and await wants_rules(change.cause.id)
    )


def _run(live: LiveRule, change: Change, trigger: str, bind: str) -> Run:
    return Run(
        rule_id=live.stored.id,
        version_id=live.stored.version_id,
        change_id=0 if bind else change.id,
        bind=bind,
        catalog=change.catalog,
        record_id=change.record_id,
        trigger=trigger,
        event=event_of(change),
        chain=(*change.cause.chain, link_of(live.stored.id, change.catalog, change.record_id)),
    )


async def _read(records: Records, catalog: str, ids: list[int]) -> dict[int, RecordView]:
    """Those of these records that the rule's owner may read, in one question."""
    try:
        found = await records.find(
            catalog, Query(filter=Filter((Condition('id', 'in', ids),)), limit=len(ids))
        )
    except NotFound:
        return {}
    return {view.id: view for view in found.records}


def link_of(rule_id: int, catalog: str, record_id: int | None) -> str:
    """How a rule at a record is named in a chain."""
    return f'{rule_id}:{catalog}:{record_id or 0}'


def event_of(change: Change) -> dict[str, Any]:
    """What a run must know of the change that started it, as JSON."""
    return {'old': dict(change.before), 'new': dict(change.after), 'changed': sorted(change.after)}


def event_names(event: Mapping[str, Any], live: LiveRule, kind: Catalog, language: str) -> dict[str, Any]:
    """The names that an event brings into scope; `kind` is the catalogue as the rule's owner sees it."""
    names: dict[str, Any] = {
        'rule': live.stored.id,
        'trigger': event.get('trigger'),
        'changed': event.get('changed'),
    }
    for end in ('old', 'new'):
        known = event.get(end)
        names[end] = None if known is None else change_names(known, kind, language)
    return names
