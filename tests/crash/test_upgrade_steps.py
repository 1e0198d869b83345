"""An upgrade killed before any statement or file deed: the old program goes on, a second try ends well.

One process upgrades and keeps a copy of the folder before every step that finds it changed: that is all a
kill can leave. Processes of their own are then really killed at each of those places, and upgraded again."""

import asyncio
import contextlib
import re
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from store import database, guard
from store.settings import Environment
from tests.crash.steps import TIMES
from tests.crash.test_upgrade import FIRST, State, execute, make_old, state_of, upgrade
from tests.postgres import PostgresServer, find

AT_ONCE = 2
_TIME = re.compile(r'^\d{13}$|^\d{4}-\d\d-\d\d[ T]\d\d:\d\d')
_SEALED = ('audit_log', 'store_state', 'tortoise_migrations', 'sqlite_sequence')
"""What holds times, or numbers that follow from them."""
Contents = dict[str, list[tuple[str, ...]]]


def contents_of(file: Path) -> Contents:
    """Every row of every table, without the times."""
    with contextlib.closing(sqlite3.connect(file)) as here:
        named = here.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: sorted(
                tuple('' if _TIME.match(str(one)) else repr(one) for one in row)
                for row in here.execute(f'SELECT * FROM "{name}"')
            )
            for (name,) in named
            if name not in _SEALED
        }


async def works_as_before(environment: Environment) -> None:
    """Let the first version find nothing to migrate, read what is there and write."""
    await database.connect(environment.database_url)
    try:
        with guard.acting(guard.SETUP):
            executor = MigrationExecutor(
                get_connection(database.WRITER), database.config(environment.database_url)['apps']
            )
            assert not await executor.plan([MigrationTarget(database.APP, FIRST)])
            before = await database.rows('SELECT count(*) AS n FROM people')
            await database.rows("INSERT INTO people (name) VALUES ('While it is old')")
            after = await database.rows('SELECT count(*) AS n FROM people')
            assert after[0]['n'] == before[0]['n'] + 1
            await database.rows("DELETE FROM people WHERE name = 'While it is old'")
    finally:
        await database.close()


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Where the copies of an upgrade lie, each named after the step it was found before."""
    whole, kept = Environment(data=tmp_path / 'whole'), tmp_path / 'kept'
    whole.data.mkdir()
    asyncio.run(make_old(whole.database_url))
    shutil.copytree(whole.data, tmp_path / 'old')
    assert asyncio.run(upgrade(whole, kept)) == 0
    shutil.copytree(whole.data, kept / '9999')
    return kept


def _old(folder: Path, target: Path) -> Environment:
    return Environment(data=shutil.copytree(folder, target))


def _names(folder: Path) -> set[str]:
    return {TIMES.sub('', str(path.relative_to(folder))) for path in folder.rglob('*') if path.is_file()}


def _copies(kept: Path) -> list[Path]:
    return sorted(path for path in kept.iterdir() if path.is_dir())


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_before_any_step_the_old_program_works_and_a_second_try_ends_well(
    recorded: Path, tmp_path: Path
) -> None:
    *places, end = _copies(recorded)
    known = [asyncio.run(state_of(_old(place, tmp_path / f'look{place.name}'))) for place in (*places, end)]
    old, new, wanted = known[0], known[-1], contents_of(end / 'artel.db')
    assert old[0] == {FIRST}
    assert len(new[0]) > 1

    def kill_there(number: int) -> State:
        environment = _old(tmp_path / 'old', tmp_path / f'killed{number}')
        assert asyncio.run(upgrade(environment, None, number)) == -signal.SIGKILL
        state = asyncio.run(state_of(environment))
        if _has_begun(environment):
            assert _copied(environment), f'step {number}: written to without a copy'
        return state

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(places, pool.map(kill_there, [int(place.name) for place in places]), strict=True))
    assert set(found.values()) == {old, new}
    for place, state in found.items():
        environment = Environment(data=tmp_path / f'killed{int(place.name)}')
        if state == old:
            asyncio.run(works_as_before(environment))
    again = partial(_ends_well, wanted=(new, wanted))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(again, [tmp_path / f'killed{int(place.name)}' for place in places]))


LANDMARKS = ('end of a transaction', 'after a transaction')


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test's own."""
    if find() is None:
        pytest.skip('no PostgreSQL server on this machine')
    one = PostgresServer()
    one.start()
    yield one
    one.stop()


class OnPostgres:
    """Installations of the first version on one server, each in a database of its own."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self._server, self._folder = server, folder
        asyncio.run(execute(server.url(), 'CREATE DATABASE old'))
        asyncio.run(make_old(server.url('old')))

    def make(self, name: str) -> Environment:
        """One more."""
        asyncio.run(execute(self._server.url(), f'CREATE DATABASE {name} TEMPLATE old'))
        (self._folder / name).mkdir()
        return Environment(data=self._folder / name, database=self._server.url(name))

    def killed(self, number: int) -> tuple[Environment, State]:
        """One whose upgrade was killed before a step, and what it looks like."""
        environment = self.make(f'killed{number}')
        assert asyncio.run(upgrade(environment, None, number)) == -signal.SIGKILL
        return environment, asyncio.run(state_of(environment))


def steps_of(kept: Path) -> dict[int, str]:
    """What each step of a recorded upgrade was."""
    lines = (line.split('\t', 1) for line in (kept / 'steps.txt').read_text().splitlines())
    return {int(number): what for number, what in lines}


def _telling(steps: dict[int, str]) -> list[int]:
    """The ends of all transactions; of the first, which migrates, also its beginning and its middle."""
    marks = [number for number, what in steps.items() if what in LANDMARKS]
    statements = [number for number, what in steps.items() if what == 'statement' and number < marks[0]]
    return sorted({statements[0], statements[len(statements) // 2], statements[-1], *marks})


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_on_postgresql_too_a_killed_upgrade_has_happened_or_has_not(
    server: PostgresServer, tmp_path: Path
) -> None:
    there, kept = OnPostgres(server, tmp_path), tmp_path / 'kept'
    whole = there.make('whole')
    old = asyncio.run(state_of(whole))
    assert asyncio.run(upgrade(whole, kept)) == 0
    new = asyncio.run(state_of(whole))
    points = _telling(steps_of(kept))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        killed = dict(zip(points, pool.map(there.killed, points), strict=True))
    border = next(number for number in points if steps_of(kept)[number] == LANDMARKS[1])
    for number, (environment, state) in killed.items():
        assert state == (old if number < border else new), f'step {number}'
        if state == old:
            asyncio.run(works_as_before(environment))
    for environment, _ in (killed[points[points.index(border) - 1]], killed[border]):
        assert asyncio.run(upgrade(environment, None)) == 0
        assert asyncio.run(state_of(environment)) == new


def _has_begun(environment: Environment) -> bool:
    return (environment.data / 'artel.db-wal').exists()


def _copied(environment: Environment) -> list[Path]:
    return list((environment.data / 'backups').glob('before-migration-*.db'))


def _ends_well(data: Path, *, wanted: tuple[State, Contents]) -> None:
    environment = Environment(data=data)
    assert asyncio.run(upgrade(environment, None)) == 0
    assert asyncio.run(state_of(environment)) == wanted[0], data.name
    assert contents_of(data / 'artel.db') == wanted[1], data.name
    assert _copied(environment)
