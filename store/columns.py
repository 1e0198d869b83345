"""The columns of a board by SQL: totals of stages, cards in order, neighbours of a card."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from store import database, kept_totals, ranks, reading
from store.actor import Actor
from store.decoding import plan_of
from store.fields.money import from_sum, summed
from store.query import NO_FILTER, Condition, Filter, Query
from store.schema import Catalog, Pipeline
from store.shared import shared
from store.tables import columns, table
from store.values import RecordView


@dataclass(frozen=True, slots=True)
class StageTotal:
    """What a stage holds: how many cards, and their value by currency."""

    count: int
    sums: Mapping[str, Decimal]


async def totals(
    actor: Actor, kind: Catalog, line: Pipeline, asked: Filter, text: str
) -> dict[str, StageTotal]:
    """Count and value of each stage by its code."""
    spec = kind.field(line.value_field) if line.value_field else None
    value, currency = (f't.{name}' for name in columns(spec)) if spec else ('0', "CAST('' AS TEXT)")
    of_line = asked.also(Condition('pipeline', 'is', line.code))
    scopes = reading.scopes(actor, kind, of_line, text, in_one_go=True)

    def question(stages: Collection[int] | None) -> tuple[str, list[Any]]:
        only = '' if stages is None else f' AND t.stage_id IN ({", ".join(map(str, sorted(stages)))})'
        parts = [
            f'SELECT {sign} AS sign, t.stage_id AS stage, {currency} AS currency, COUNT(*) AS n,'
            f' {summed(value)}, {kept_totals.LATEST} AS latest FROM {table(kind)} t'
            f' WHERE {where}{only} GROUP BY t.stage_id, {currency}'
            for sign, (where, _) in scopes
        ]
        return ' UNION ALL '.join(parts), [arg for _, (_, args) in scopes for arg in args]

    async def add(stages: Collection[int] | None) -> list[dict[str, Any]]:
        return await database.rows(*question(stages), read=True)

    sql, values = question(None)
    key = (sql, *values)
    is_kept = asked == NO_FILTER and not text and all(kept_totals.may_keep(where) for _, (where, _) in scopes)
    found = await shared(actor, key, lambda: kept_totals.kept(key, kind, line, add) if is_kept else add(None))
    return {s.code: _total([r for r in found if r['stage'] == s.id]) for s in line.stages}


def _total(rows: Sequence[Mapping[str, Any]]) -> StageTotal:
    counts: Counter[str] = Counter()
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        unit = row['currency'] or ''
        counts[unit] += row['sign'] * row['n']
        if unit:
            sums[unit] += row['sign'] * from_sum(row)
    # A currency of which nothing is left may be one of records that must not show.
    return StageTotal(counts.total(), {u: total for u, total in sums.items() if counts[u]})


async def cards(actor: Actor, kind: Catalog, stage: str, query: Query) -> tuple[list[RecordView], str | None]:
    """A page of a stage's cards by rank, and the cursor of the next page."""
    plan = plan_of(kind)
    where, args = reading.scope_in_order(actor, kind, query.filter, query.text, stage=stage)
    sql = f'SELECT {plan.select}, t.rank FROM {table(kind)} t WHERE {where} AND t.stage_id = ?'
    args = [*args, ranks.stage_id(kind, stage)]
    if query.after is not None:
        rank, record_id = reading.from_cursor(query.after)
        sql += ' AND t.rank >= ? AND (t.rank > ? OR t.id > ?)'
        args += [rank, rank, record_id]
    limit = query.limit
    found = await database.rows(f'{sql} ORDER BY t.rank, t.id LIMIT ?', [*args, limit + 1], read=True)
    views = await reading.with_titles(actor, [plan.view(row) for row in found[:limit]])
    last = found[limit - 1] if len(found) > limit else None
    return views, reading.to_cursor(last['rank'], last['id']) if last else None


async def neighbours(
    actor: Actor, kind: Catalog, record_id: int, asked: Filter, text: str
) -> tuple[int | None, int | None]:
    """The ids of the visible cards right above and right below a card."""
    where, args = reading.scope(actor, kind, asked, text)
    rank = f'(SELECT c.rank FROM {table(kind)} c WHERE c.id = ?)'
    stage = f'(SELECT c.stage_id FROM {table(kind)} c WHERE c.id = ?)'
    found: list[int | None] = []
    for compare, way in (('<', 'DESC'), ('>', 'ASC')):
        sql = (
            f'SELECT t.id FROM {table(kind)} t WHERE {where} AND t.stage_id = {stage}'
            f' AND t.rank {compare}= {rank} AND (t.rank {compare} {rank} OR t.id {compare} ?)'
            f' ORDER BY t.rank {way}, t.id {way} LIMIT 1'
        )
        hit = await database.rows(sql, [*args, *[record_id] * 4], read=True)
        found.append(hit[0]['id'] if hit else None)
    return found[0], found[1]
