"""How fast 100,000 deals are imported, and how long other people's lists wait meanwhile.

Prints: dry run and import in rows/s, the ratio to writing the same rows with plain sqlite3, and the waits for
a list page of 50 that another person asks for every 20 ms during the import."""

import asyncio
import csv
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from integrations.exchange import running  # noqa: E402
from integrations.exchange.importer import Importer  # noqa: E402
from store import Query, Records, guard, opening, people, solutions  # noqa: E402
from store.settings import Environment  # noqa: E402

ROWS = int(os.environ.get('ROWS', '100000'))
PAUSE_S = 0.02


def write_files(folder: Path) -> list[list[str]]:
    """500 accounts, and deals that link to them."""
    chance = random.Random(7)
    names = [f'Company {number:03}' for number in range(500)]
    with (folder / 'accounts.csv').open('w', newline='') as file:
        csv.writer(file).writerows([['account'], *([name] for name in names)])
    rows = [
        [f'D-{n:06}', chance.choice(names), chance.choice(('New', 'Proposal', 'Won', 'Lost')),
         f'2026-{n % 12 + 1:02}-{n % 28 + 1:02}', str(chance.randint(10, 9_999_999) / 100)]
        for n in range(ROWS)
    ]  # fmt: skip
    with (folder / 'deals.csv').open('w', newline='') as file:
        csv.writer(file).writerows([['name', 'account', 'stage', 'engage_date', 'close_value'], *rows])
    return rows


async def bring(importer: Importer, file: Path, code: str) -> tuple[float, float]:
    """Seconds of the dry run and of the import."""
    with file.open('rb') as source:
        job = await importer.upload(file.name, source)
    plan = await importer.propose(job, code)
    began = time.perf_counter()
    await importer.forecast(job, plan)
    ran_dry = time.perf_counter()
    await importer.start(job, plan)
    await running.wait(job.id)
    done = await importer.job(job.id)
    assert (done.state, done.refused) == ('done', 0), done
    return ran_dry - began, time.perf_counter() - ran_dry


async def look(records: Records, waits: list[float]) -> None:
    """Another person reads pages until cancelled."""
    while True:
        began = time.perf_counter()
        await records.find('deals', Query(sort='-amount', limit=50))
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(PAUSE_S)


def plain_sqlite(folder: Path, rows: list[list[str]]) -> float:
    """Seconds to write the same rows with sqlite3 alone, in chunks of 500."""
    connection = sqlite3.connect(folder / 'plain.db', isolation_level=None)
    connection.execute('PRAGMA journal_mode = WAL')
    connection.execute('CREATE TABLE deals (id INTEGER PRIMARY KEY, title, account, stage, day, amount)')
    began = time.perf_counter()
    for start in range(0, len(rows), 500):
        connection.execute('BEGIN')
        sql = 'INSERT INTO deals (title, account, stage, day, amount) VALUES (?, ?, ?, ?, ?)'
        connection.executemany(sql, rows[start : start + 500])
        connection.execute('COMMIT')
    return time.perf_counter() - began


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ['ARTEL_DATA'] = name
        rows = write_files(folder)
        await opening.open_store(Environment.read(os.environ))
        try:
            values = {'name': 'Ada', 'login': 'ada', 'is_admin': True}
            person = await people.create_person(guard.SETUP, values)
            actor = await people.actor_of_person(person.id)
            assert actor is not None
            await solutions.install(actor, 'sales', 'en')
            importer = Importer(Records(actor))
            await bring(importer, folder / 'accounts.csv', 'accounts')
            waits: list[float] = []
            reader = asyncio.create_task(look(Records(actor), waits))
            dry, real = await bring(importer, folder / 'deals.csv', 'deals')
            reader.cancel()
        finally:
            await opening.close_store()
        plain = plain_sqlite(folder, rows)
    p95 = statistics.quantiles(waits, n=20)[-1] * 1000
    print(f'dry run   {ROWS / dry:10,.0f} rows/s')
    print(f'import    {ROWS / real:10,.0f} rows/s, {real / plain:.1f} x plain sqlite3')
    p50, longest = statistics.median(waits) * 1000, max(waits) * 1000
    print(f'lists     p50 {p50:.1f} ms, p95 {p95:.1f} ms, max {longest:.1f} ms')


if __name__ == '__main__':
    asyncio.run(main())
