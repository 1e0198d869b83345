"""From the clock to runs: each rule with a clock asks which moments fell between its last look and now."""

from datetime import datetime, timedelta

from automations.attempt import attempt
from automations.clock import Clock
from automations.conditions import Formula, Group, Row
from automations.dispatch import LeaseLost, link_of
from automations.faults import fault
from automations.shelf import LiveRule, Shelf, bind_of, owner_of
from automations.spec import Part
from automations.triggers import TRIGGERS, Due, Span
from store import rules, runs
from store.problems import Refused
from store.query import OPERATORS, Condition, Filter, Query
from store.records import Records
from store.runs import Run

PERSISTED = timedelta(minutes=1)
"""A quiet rule's watermark is written this seldom; looking at a minute twice starts nothing twice."""
CHUNK = 500
OTHERWISE = frozenset({'has_all', 'last_days', 'next_days'})
"""Operators that SQL counts otherwise than rules do, who know their own zone."""


class Planner:
    """Looks at the clock for every rule that has one."""

    def __init__(self, shelf: Shelf, clock: Clock, worker: str, seen: dict[int, datetime]) -> None:
        self._shelf = shelf
        self._clock = clock
        self._worker = worker
        self._seen = seen
        self._written: dict[int, datetime] = {}

    async def tick(self) -> int:
        """Queue what has come due since the last look; how many runs."""
        started = 0
        for live in self._shelf.timed():
            tried = await attempt(self._look(live), f'clock of rule {live.stored.id}')
            if isinstance(tried.error, LeaseLost):
                raise tried.error
            started += tried.result or 0
        return started

    async def _look(self, live: LiveRule) -> int:
        now, rule_id = self._clock.now(), live.stored.id
        since = max(live.stored.watermark, self._seen.get(rule_id, live.stored.watermark))
        if now <= since:
            return 0
        span = Span(since, now, live.zone)
        started = 0
        for part in live.timed:
            due = await TRIGGERS[part.kind].due(part.options, live.catalog, span)
            fault('tick.read')
            if due:
                started += await self._queue(live, part, list(due), now)
        if started or now - self._written.get(rule_id, since) >= PERSISTED:
            self._written[rule_id] = now
            await rules.set_watermark(rule_id, now)
        self._seen[rule_id] = now
        return started

    async def _queue(self, live: LiveRule, part: Part, due: list[Due], now: datetime) -> int:
        if part.kind == 'schedule' and part.options.get('scope') == 'each':
            due = [Due(id, one.moment) for one in due for id in await self._records(live)]
        for start in range(0, len(due), CHUNK):
            async with runs.transaction():
                if not await runs.still_held(self._worker):
                    raise LeaseLost
                await runs.queue([_run(live, part, one) for one in due[start : start + CHUNK]], now)
                fault('tick.before_commit')
            fault('tick.after_commit')
        return len(due)

    async def _records(self, live: LiveRule) -> list[int]:
        """The records that may meet the conditions; which of them do is judged when their run begins."""
        owner = await owner_of(live)
        if owner is None:
            return []
        records, narrow = Records(owner), _filter(live.rule.conditions)
        found: list[int] = []
        cursor: str | None = None
        while True:
            query = Query(filter=narrow, sort='id', limit=200, after=cursor)
            try:
                page = await records.find(live.rule.catalog, query)
            except Refused:
                # A condition that SQL does not know: look at all of them.
                narrow, cursor, found = Filter(), None, []
                continue
            found += [view.id for view in page.records]
            cursor = page.cursor
            if cursor is None:
                return found


def _run(live: LiveRule, part: Part, due: Due) -> Run:
    return Run(
        rule_id=live.stored.id,
        version_id=live.stored.version_id,
        bind=bind_of(due.record_id, due.moment),
        catalog=live.rule.catalog,
        record_id=due.record_id,
        trigger=part.kind,
        event={'moment': due.moment.isoformat()},
        chain=(link_of(live.stored.id, live.rule.catalog, due.record_id),),
    )


def _filter(group: Group) -> Filter:
    """The part of the conditions that SQL can tell; it may let too many through, never too few."""
    items = [_condition(item) for item in group.items]
    if group.join == 'any' and not all(items):
        return Filter()
    return Filter(tuple(item for item in items if item), group.join)


def _condition(item: Row | Formula | Group) -> Condition | Filter | None:
    if isinstance(item, Group):
        return _filter(item) or None
    if isinstance(item, Formula) or item.op not in OPERATORS or item.op in ('is_not', 'not_in'):
        return None
    dynamic = isinstance(item.value, str) and item.value.startswith('=')
    if dynamic or item.path.split('.')[0] in ('old', 'new', 'stage_label') or item.op in OTHERWISE:
        return None
    # A day alone is its beginning to a rule, but its end to a filter.
    return Condition(item.path, 'greater_equal' if item.op == 'greater' else item.op, item.value)
