"""What do the reports of a dashboard cost over 100,000 deals with their stage histories?

Each is given in milliseconds and as a multiple of one plain count of the same deals in the same run."""

import asyncio
import random
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from benchmarks import _deals
from store import clock, database, guard, opening, people
from store.catalogs import SCHEMA
from store.figures import DAY_MS, Lens
from store.records import Records
from store.reports import Report
from store.settings import Environment

DEALS = _deals.count_from_environment('DEALS', 100_000)
RUNS = _deals.count_from_environment('RUNS', 20)
WAY = ('new', 'qualification', 'proposal', 'negotiation')
CHUNK = 2_000


async def add_histories() -> int:
    """Visits of the stages before the present one, as years of work would have left them."""
    deals = SCHEMA['deals']
    stage_ids = {stage.code: stage.id for _, stage in deals.stages()}
    now, chance = clock.now_ms(), random.Random(7)
    written = 0
    for start in range(1, DEALS + 1, CHUNK):
        rows = []
        for record in range(start, min(start + CHUNK, DEALS + 1)):
            entered = now - chance.randint(30, 360) * DAY_MS
            for code in WAY[: chance.randint(1, len(WAY))]:
                stay = chance.randint(1, 20) * DAY_MS
                rows.append((deals.id, record, stage_ids[code], entered, entered + stay, stay))
                entered += stay
        async with database.transaction():
            await database.many(
                'INSERT INTO stage_visits (catalog_id, record_id, stage_id, entered_at, left_at, duration)'
                ' VALUES (?, ?, ?, ?, ?, ?)',
                rows,
            )
        written += len(rows)
    return written


async def main() -> None:
    """Fill, measure, say."""
    with tempfile.TemporaryDirectory() as folder:
        app = await asyncio.to_thread(_deals.installation, Path(folder), DEALS)
        await opening.open_store(Environment(data=app.data))
        try:
            with guard.acting(guard.SETUP):
                visits = await add_histories()
                await database.script('ANALYZE')
            await measure(visits)
        finally:
            await opening.close_store()


async def once(ask: Callable[[], Awaitable[object]], _number: int) -> object:
    """One run of a question."""
    return await ask()


async def measure(visits: int) -> None:
    """Every report of the dashboard, beside a count."""
    ada = await people.person_by_login(guard.SETUP, 'ada')
    actor = await people.actor_of_person(ada.id) if ada else None
    if actor is None:
        raise LookupError('ada')
    print(f'{DEALS:,} deals, {visits:,} stage visits, {_deals.machine()}')
    report, records = Report(actor, Lens(catalog='deals', pipeline='sales')), Records(actor)
    base = _deals.p50(await _deals.times(RUNS, lambda _: records.count('deals')))
    _deals.say('one count', f'{base:7.1f} ms')
    questions: dict[str, Callable[[], Awaitable[object]]] = {
        'open value': report.open_value,
        'won value': report.won_value,
        'win rate': report.win_rate,
        'average cycle': report.cycle,
        'won by month': report.won_by_month,
        'won by owner': report.won_by_owner,
        'open by stage': report.open_by_stage,
        'won by source': lambda: report.won_by_choice('source'),
        'funnel': report.funnel,
        'average days in stage': report.days_in_stage,
    }
    for name, ask in questions.items():
        found = _deals.p50(await _deals.times(RUNS, partial(once, ask)))
        _deals.say(name, f'{found:7.1f} ms   {found / base:5.1f} counts')


if __name__ == '__main__':
    asyncio.run(main())
