"""How fast is the REST interface at 100,000 deals, and how much of that is the bare SQL?

Each figure of ours stands beside the same SQL on plain sqlite3, on the same file, in the same run."""

import asyncio
import contextlib
import json
import sqlite3
import tempfile
import time
import urllib.parse
from pathlib import Path

from benchmarks import _deals
from benchmarks._client import Client
from tests.browser.app import App

DEALS = _deals.count_from_environment('DEALS', 100_000)
CALLS = _deals.count_from_environment('CALLS', 300)
API = '/api/v1/catalogs/deals'
FILTER = json.dumps({'all': [['amount', 'greater', '45000'], ['stage', 'is', 'proposal']]})
LIST = f'{API}/records?limit=50&sort=-amount&filter={urllib.parse.quote(FILTER)}'


async def ask(app: App) -> None:
    """Every question, one client at a time; then sixteen at once."""
    token = app.run('token', 'ada')
    async with Client(app.url, token) as client:

        async def create(n: int) -> None:
            await client.send(
                'POST', f'{API}/records', {'values': {'title': f'New {n}', 'amount': '100 USD'}}
            )

        async def page(_: int) -> None:
            assert len((await client.send('GET', LIST))['records']) == min(50, DEALS // 20)

        async def move(n: int) -> None:
            stage = _deals.STAGES[n % 4]
            await client.send('POST', f'{API}/records/{abs(n) + 10}/move', {'stage': stage})

        async def stages(_: int) -> None:
            await client.send('GET', f'{API}/stages')

        bare = _bare_times(app.data / 'artel.db')
        listed = await _deals.times(CALLS, page)
        _deals.say('list 50, filtered and sorted', _beside(listed, bare['list']))
        _deals.say(
            'count and value by stage', _beside(await _deals.times(CALLS // 10, stages), bare['stages'])
        )
        _deals.say('create', _beside(await _deals.times(CALLS, create), bare['create']))
        _deals.say('move', _deals.ms(await _deals.times(CALLS, move)))
        _deals.say('bulk create', await _bulk(client))
    _deals.say('create, 16 clients at once', await _crowd(app.url, token))


def _beside(ours: list[float], bare: list[float]) -> str:
    ratio = _deals.p50(ours) / _deals.p50(bare)
    return f'{_deals.ms(ours)}   {ratio:5.1f} x bare SQL ({_deals.p50(bare):.2f} ms)'


def _bare_times(file: Path) -> dict[str, list[float]]:
    """The same questions to a copy of the file, by sqlite3 alone."""
    connection = sqlite3.connect(file.with_name('bare.db'), isolation_level=None)
    with contextlib.closing(sqlite3.connect(file)) as source:
        source.backup(connection)
    connection.execute('PRAGMA journal_mode=WAL')
    find = connection.execute
    table = 'o_{}'.format(*find("SELECT id FROM catalogs WHERE code = 'deals'").fetchone())
    money = 'f_{}'.format(*find("SELECT id FROM fields WHERE code = 'amount' AND catalog_id = 1").fetchone())
    (stage,) = find("SELECT id FROM stages WHERE code = 'proposal'").fetchone()
    columns = ', '.join(name for _, name, *_ in find(f'PRAGMA table_info({table})') if name != 'id')
    questions = {
        'list': f'SELECT * FROM {table} WHERE deleted_at IS NULL AND stage_id = {stage}'
        f' AND {money} > 4500000 ORDER BY {money} DESC, id DESC LIMIT 50',
        'stages': f'SELECT stage_id, {money}c, count(*), sum({money}) FROM {table}'
        f' WHERE deleted_at IS NULL GROUP BY stage_id, {money}c',
        'create': f'INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} ORDER BY id DESC LIMIT 1',
    }
    found = {name: [_timed(connection, sql) for _ in range(CALLS)] for name, sql in questions.items()}
    connection.close()
    return found


def _timed(connection: sqlite3.Connection, sql: str) -> float:
    began = time.perf_counter()
    connection.execute(sql).fetchall()
    return time.perf_counter() - began


async def _bulk(client: Client) -> str:
    chunks = 10
    began = time.perf_counter()
    for chunk in range(chunks):
        rows = [_deals.deal(chunk * _deals.CHUNK + n) for n in range(_deals.CHUNK)]
        await client.send('POST', f'{API}/records/bulk', {'records': rows})
    return f'{chunks * _deals.CHUNK / (time.perf_counter() - began):7.0f} rows/s'


async def _crowd(url: str, token: str, clients: int = 16) -> str:
    async def one(number: int) -> None:
        async with Client(url, token) as client:
            for n in range(CALLS // 4):
                await client.send('POST', f'{API}/records', {'values': {'title': f'Crowd {number} {n}'}})

    began = time.perf_counter()
    async with asyncio.TaskGroup() as together:
        for number in range(clients):
            together.create_task(one(number))
    return f'{clients * (CALLS // 4) / (time.perf_counter() - began):7.0f} a second'


def main() -> None:
    """Fill, start, ask, stop."""
    with tempfile.TemporaryDirectory() as folder:
        app = _deals.installation(Path(folder), DEALS)
        print(f'REST at {DEALS:,} deals, {_deals.machine()}')
        app.start()
        try:
            asyncio.run(ask(app))
        finally:
            app.stop()


if __name__ == '__main__':
    main()
