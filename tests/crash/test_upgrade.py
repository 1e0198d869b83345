"""An upgrade is all or nothing: refused half-way or started twice, the data are whole.

An installation of the first version is made, with people; processes of their own bring it up to date."""

import asyncio
import contextlib
import multiprocessing
import os
import shutil
import sqlite3
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from store import database, guard, opening, people, snapshots
from store.problems import Refused
from store.settings import Environment
from tests.browser.app import App
from tests.conftest import SERVER
from tests.crash.upgrade_worker import main

FIRST = '0001_initial'
PEOPLE = 50
children = multiprocessing.get_context('forkserver')
children.set_forkserver_preload(['tests.crash.upgrade_worker'])
Fresh = Callable[[], Awaitable[Environment]]
State = tuple[frozenset[str], frozenset[str], int]
"""Migrations that are marked as done, tables and indexes that are there, and how many people."""


async def make_old(url: str) -> None:
    """The tables of the first version, with people in them."""
    await database.connect(url)
    try:
        with guard.acting(guard.SETUP):
            executor = MigrationExecutor(get_connection(database.WRITER), database.config(url)['apps'])
            await executor.migrate([MigrationTarget(database.APP, FIRST)])
            for number in range(PEOPLE):
                await database.rows('INSERT INTO people (name) VALUES (?)', [f'Person {number}'])
    finally:
        await database.close()


@pytest.fixture
async def fresh(tmp_path: Path) -> AsyncIterator[Fresh]:
    """Makes an installation of the first version, another one each time it is called."""
    server, made = os.environ.get(SERVER), list[str]()
    template = (
        f'{server.rpartition("/")[0]}/old_{uuid.uuid4().hex[:8]}' if server else str(tmp_path / 'old.db')
    )
    if server:
        await execute(server, f'CREATE DATABASE {_name(template)}')
    await make_old(template)

    async def one() -> Environment:
        data = tmp_path / uuid.uuid4().hex[:8]
        data.mkdir()
        if not server:
            snapshots.copy_sqlite(Path(template), data / 'artel.db')
            return Environment(data=data)
        url = f'{server.rpartition("/")[0]}/new_{data.name}'
        made.append(url)
        await execute(server, f'CREATE DATABASE {_name(url)} TEMPLATE {_name(template)}')
        return Environment(data=data, database=url)

    yield one
    for url in [*made, template] if server else []:
        await execute(server or '', f'DROP DATABASE {_name(url)} WITH (FORCE)')


def _name(url: str) -> str:
    return url.rpartition('/')[2]


async def execute(url: str, sql: str) -> None:
    """Run a statement over a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def upgrade(environment: Environment, kept: Path | None, dies_at: int = 0) -> int:
    """The exit code of a process that brings this installation up to date, and dies before a step.

    :param kept: a folder to make, for what it found before each step"""
    arguments = (str(environment.data), environment.database, dies_at, str(kept or ''))
    child = children.Process(target=main, args=arguments)
    child.start()
    await asyncio.to_thread(child.join, 240)
    assert child.exitcode is not None, f'step {dies_at}: the process hangs'
    return child.exitcode


async def state_of(environment: Environment) -> State:
    """What an installation looks like."""
    if not snapshots.is_postgres(environment.database_url):
        with contextlib.closing(sqlite3.connect(environment.database_url)) as here:
            assert here.execute('PRAGMA integrity_check').fetchone() == ('ok',)
            marked = here.execute('SELECT name FROM tortoise_migrations').fetchall()
            things = here.execute('SELECT name FROM sqlite_master').fetchall()
            count = here.execute('SELECT count(*) FROM people').fetchone()[0]
        return frozenset(n for (n,) in marked), frozenset(n for (n,) in things), count
    async with snapshots.connected(environment.database_url) as here:
        marked = await here.fetch('SELECT name FROM tortoise_migrations')
        things = await here.fetch(
            'SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace'
            " WHERE n.nspname = 'public'"
        )
        count = await here.fetchval('SELECT count(*) FROM people')
    return frozenset(r['name'] for r in marked), frozenset(r['name'] for r in things), count


async def test_the_second_of_two_starters_waits_and_finds_everything_done(fresh: Fresh) -> None:
    environment = await fresh()
    app = App(environment.data, **({'ARTEL_DATABASE': environment.database} if environment.database else {}))
    said = await asyncio.gather(*(asyncio.to_thread(app.run, 'migrate') for _ in range(3)))
    assert all('Up to date' in text for text in said)
    assert len(list((environment.data / 'backups').glob('before-migration-*'))) == 1
    assert (await state_of(environment))[2] == PEOPLE


async def test_an_upgrade_that_fails_leaves_the_old_version_at_work(fresh: Fresh) -> None:
    environment = await fresh()
    if snapshots.is_postgres(environment.database_url):
        await execute(environment.database, 'CREATE TABLE record_shares (something INTEGER)')
    else:
        with contextlib.closing(sqlite3.connect(environment.database_url)) as here, here:
            here.execute('CREATE TABLE record_shares (something INTEGER)')
    before = await state_of(environment)
    with pytest.raises(Refused, match='migration_failed'):
        await opening.open_store(environment)
    assert await state_of(environment) == before
    await database.connect(environment.database_url)
    try:
        with guard.acting(guard.SETUP):
            await database.rows("INSERT INTO people (name) VALUES ('One more')")
    finally:
        await database.close()
    assert (await state_of(environment))[2] == PEOPLE + 1
    assert list((environment.data / 'backups').glob('before-migration-*'))


async def test_the_copy_made_before_an_upgrade_can_be_started_again(fresh: Fresh, tmp_path: Path) -> None:
    environment = await fresh()
    if snapshots.is_postgres(environment.database_url):
        pytest.skip('a dump is loaded by pg_restore')
    await opening.open_store(environment)
    await opening.close_store()
    copy = next((environment.data / 'backups').glob('before-migration-*.db'))
    again = Environment(data=tmp_path / 'again')
    again.data.mkdir()
    shutil.copy(copy, again.data / 'artel.db')
    assert (await state_of(again))[0] == {FIRST}
    await opening.open_store(again)
    try:
        assert len(await people.list_people(guard.SETUP)) == PEOPLE
    finally:
        await opening.close_store()


async def test_an_old_program_refuses_newer_data_with_a_sentence(fresh: Fresh) -> None:
    environment = await fresh()
    app = App(environment.data, **({'ARTEL_DATABASE': environment.database} if environment.database else {}))
    app.run('migrate')
    later = (
        "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('store', '9999_later', '2030-01-01')"
    )
    if snapshots.is_postgres(environment.database_url):
        await execute(environment.database, later)
    else:
        with contextlib.closing(sqlite3.connect(environment.database_url)) as here, here:
            here.execute(later)
    for verb in ('migrate', 'doctor', 'serve'):
        with pytest.raises(AssertionError, match='written by a later version of Artel'):
            app.run(verb)
