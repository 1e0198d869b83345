"""What does a page of a list cost at a million deals, beside the same SQL on plain sqlite3?

Filtered and sorted, as the grid asks for it. The bare SQL reads the same rows from the same file in
the same run; drawing the cells, names of linked people included, is timed on its own.
Allowed: three times the SQL, and the drawing."""

import asyncio
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import _deals
from store import guard, people
from store.opening import close_store, open_store
from store.query import Query
from store.records import Records
from store.settings import Environment
from ui.cells import columns_of, rows
from ui.rows import block

DEALS = _deals.count_from_environment('DEALS', 1_000_000)
CALLS = _deals.count_from_environment('CALLS', 100)
ALLOWED = 3.0
COLUMNS = ['stage', 'amount', 'expected_on', 'account', 'owner']
ASKED: Mapping[str, Any] = {
    'filter': json.dumps({'all': [['amount', 'greater', '45000'], ['stage', 'is', 'proposal']]}),
    'sort': '-amount',
    'end': 50,
    'columns': COLUMNS,
}


async def ask(data: Path) -> None:
    """The page of fifty, the same page far down, and the drawing alone."""
    await open_store(Environment(data=data))
    try:
        person = await people.person_by_login(guard.SETUP, 'ada')
        actor = await people.actor_of_person(person.id) if person else None
        if actor is None:
            raise LookupError('ada')
        mine = Records(actor)
        asked: dict[str, Any] = dict(ASKED)
        ours = await _deals.times(CALLS, lambda _: block(mine, 'deals', asked))
        cursor = (await block(mine, 'deals', asked))['cursor']
        next_page = await _deals.times(CALLS, lambda _: block(mine, 'deals', asked | {'after': cursor}))
        drawing = await _drawing(mine)
    finally:
        await close_store()
    bare = _bare(data / 'artel.db')
    ratio = (_deals.p50(ours) - drawing) / _deals.p50(bare)
    _deals.say('50 rows, filtered and sorted', _deals.ms(ours))
    _deals.say('the next 50', _deals.ms(next_page))
    _deals.say('of that, drawing the cells', f'{drawing:7.2f} ms')
    _deals.say('the same SQL on plain sqlite3', _deals.ms(bare))
    verdict = 'holds' if ratio <= ALLOWED else 'DOES NOT HOLD'
    _deals.say('ours without drawing / SQL', f'{ratio:7.2f} x   (at most {ALLOWED}: {verdict})')


async def _drawing(mine: Records) -> float:
    """Milliseconds to turn fifty records into cells."""
    known = columns_of(mine, mine.catalog('deals'))
    page = await mine.find('deals', Query(limit=50))
    found = []
    for _ in range(CALLS):
        began = time.perf_counter()
        await rows(mine, page.records, [known[code] for code in ('title', *COLUMNS)])
        found.append(time.perf_counter() - began)
    return statistics.median(found) * 1000


def _bare(file: Path) -> list[float]:
    """The same page by sqlite3 alone."""
    with sqlite3.connect(file) as connection:
        table, money = _columns(connection)
        stage = connection.execute("SELECT id FROM stages WHERE code = 'proposal'").fetchone()[0]
        sql = (
            f'SELECT * FROM {table} WHERE deleted_at IS NULL AND stage_id = ? AND {money} > 450000000'
            f' ORDER BY {money} DESC, id DESC LIMIT 51'
        )
        found = []
        for _ in range(CALLS):
            began = time.perf_counter()
            connection.execute(sql, [stage]).fetchall()
            found.append(time.perf_counter() - began)
    return found


def _columns(connection: sqlite3.Connection) -> tuple[str, str]:
    """The table of deals and the column of their amounts."""
    number = connection.execute("SELECT id FROM catalogs WHERE code = 'deals'").fetchone()[0]
    field = connection.execute(
        "SELECT id FROM fields WHERE catalog_id = ? AND code = 'amount'", [number]
    ).fetchone()[0]
    return f'o_{number}', f'f_{field}'


def main() -> None:
    """Fill, then ask."""
    with tempfile.TemporaryDirectory() as folder:
        app = _deals.installation(Path(folder), DEALS)
        print(f'A list at {DEALS:,} deals, {_deals.machine()}')
        asyncio.run(ask(app.data))


if __name__ == '__main__':
    main()
