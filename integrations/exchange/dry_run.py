"""The dry run: what an import would do, row by row, before it does anything."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.exchange.judging import Judge, Row, Verdict, prepare
from integrations.exchange.names import ToMake, Unmatched
from integrations.exchange.plan import PEOPLE, Plan
from integrations.exchange.targets import Target
from store import Records
from store.imports import RefusedRow

AT_ONCE = 200


@dataclass(slots=True)
class Forecast:
    """What an import would do: counts, refused rows with reasons, names without a match.

    `linked` counts new people who are contacts already; `reasons` counts (field, code), `stages` the new
    records by stage, `namesakes` the rows whose name a present record bears."""

    total: int = 0
    created: int = 0
    updated: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    unmatched: tuple[Unmatched, ...] = ()
    namesakes: int = 0
    linked: int = 0

    @property
    def is_ready(self) -> bool:
        """Whether there is anything to do."""
        return self.created + self.updated > 0

    def add(self, verdict: Verdict) -> None:
        """Count a row."""
        self.total += 1
        if verdict.deed == 'create':
            self.created += 1
            stage = verdict.values.get('stage')
            self.stages[stage.name if isinstance(stage, ToMake) else str(stage or '')] += 1
        elif verdict.deed == 'update':
            self.updated += 1
        else:
            self.refused.append(refusal(verdict))
            self.reasons.update((code, problem.code) for code, problem in verdict.problems.items())


def refusal(verdict: Verdict) -> RefusedRow:
    """The first problem of a refused row as it is kept; its facts name the field."""
    code, problem = next(iter(verdict.problems.items()))
    facts: Mapping[str, Any] = {'field': code, **problem.facts, 'more': len(verdict.problems) - 1}
    return RefusedRow(row=verdict.place, code=problem.code, facts=facts)


async def forecast(records: Records, target: Target, plan: Plan, rows: list[Row]) -> tuple[Forecast, Judge]:
    """Judge every row; other people's requests are served in between."""
    judge = await prepare(records, target, plan, rows)
    found = Forecast(unmatched=judge.names.unmatched_in_order())
    fresh: list[Mapping[str, Any]] = []
    for number, (place, cells) in enumerate(rows, 1):
        verdict = judge.judge(place, cells)
        found.add(verdict)
        if verdict.deed == 'create' and plan.catalog == PEOPLE:
            fresh.append(verdict.values)
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
    found.linked = await target.linked(fresh) if fresh else 0
    if not plan.key:
        found.namesakes = await _namesakes(target, plan, rows)
    return found, judge


async def _namesakes(target: Target, plan: Plan, rows: list[Row]) -> int:
    """How many rows have the name of a present record: perhaps the file was imported before."""
    index = plan.column_of(target.name_field)
    if index is None:
        return 0
    names = [cells[index] for _, cells in rows if index < len(cells)]
    present = await target.find_by(target.name_field, set(names))
    if not present:
        return 0
    return await asyncio.to_thread(
        lambda: sum(target.key(target.name_field, name) in present for name in names)
    )
