"""What must never happen: a lost lock, half a record, SQL of nobody, a task inside a transaction."""

import asyncio
import contextlib
import random
import sqlite3

import pytest
from tortoise.exceptions import BaseORMException, TransactionManagementError

from store import Records, Unguarded, database, guard, spawn


async def test_a_cancelled_save_is_whole_or_not_there_and_never_keeps_the_lock(trade: Records) -> None:
    chance = random.Random(7)
    for round_ in range(150):
        task = asyncio.create_task(trade.create('deals', {'title': f'fuzz {round_}'}))
        await asyncio.sleep(0 if round_ % 4 == 0 else chance.random() * 0.006)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        async with asyncio.timeout(60):
            await trade.count('deals')
    async with asyncio.timeout(60):
        await trade.create('deals', {'title': 'after'})
    stored = await trade.count('deals')
    with guard.acting(trade.actor):
        journal = await database.rows("SELECT COUNT(*) AS n FROM changes WHERE kind = 'created'")
        visits = await database.rows('SELECT COUNT(*) AS n FROM stage_visits')
        words = await database.rows('SELECT COUNT(*) AS n FROM search_docs')
    assert stored == journal[0]['n'] == visits[0]['n'] == words[0]['n'] > 0


async def test_every_statement_needs_somebody_who_acts(trade: Records) -> None:
    for work in (
        lambda: database.rows('SELECT 1 AS one'),
        lambda: database.rows('SELECT 1 AS one', read=True),
        lambda: database.script('CREATE TABLE x (y INTEGER)'),
        lambda: database.many('DELETE FROM people WHERE id = ?', [[1]]),
    ):
        with pytest.raises(Unguarded):
            await work()


async def test_a_task_started_inside_a_transaction_is_told_instead_of_losing_its_work(trade: Records) -> None:
    is_over = asyncio.Event()

    async def stray() -> None:
        await is_over.wait()
        await trade.create('deals', {'title': 'stray'})

    async with trade.transaction():
        task = asyncio.create_task(stray())
        await trade.create('deals', {'title': 'own'})
    is_over.set()
    with pytest.raises((TransactionManagementError, RuntimeError)):
        await task
    assert await trade.count('deals') == 1


async def test_spawn_starts_a_task_outside(trade: Records) -> None:
    is_over = asyncio.Event()

    async def later() -> None:
        with pytest.raises(Unguarded):
            guard.current_actor()
        await is_over.wait()
        await trade.create('deals', {'title': 'later'})

    with contextlib.suppress(ZeroDivisionError):
        async with trade.transaction():
            task = spawn(later(), name='later')
            await trade.create('deals', {'title': 'undone'})
            raise ZeroDivisionError
    is_over.set()
    await task
    assert [view.title for view in (await trade.find('deals')).records] == ['later']


async def test_an_inner_failure_with_a_savepoint_undoes_the_inner_part_only(trade: Records) -> None:
    with guard.acting(trade.actor):
        async with database.transaction():
            await trade.create('deals', {'title': 'outer'})
            with contextlib.suppress(ZeroDivisionError):
                async with database.transaction(savepoint=True):
                    await trade.create('deals', {'title': 'inner'})
                    raise ZeroDivisionError
    assert [view.title for view in (await trade.find('deals')).records] == ['outer']


async def test_what_is_owed_and_fails_takes_everything_with_it(trade: Records) -> None:
    """Also when the error was caught on the way: nothing of it is kept, and the next transaction works."""

    async def save() -> None:
        async with trade.transaction():
            await trade.create('deals', {'title': 'with it'})
            await database.owe('INSERT INTO no_such_table (x) VALUES (?)', [[1]])
            with contextlib.suppress(BaseORMException):
                await database.rows('SELECT 1 AS one')

    with pytest.raises((BaseORMException, sqlite3.Error)):
        await save()
    assert await trade.count('deals') == 0
    await trade.create('deals', {'title': 'after'})
    assert await trade.count('deals') == 1


async def test_readers_do_not_wait_for_a_long_save(trade: Records) -> None:
    release = asyncio.Event()

    async def long_save() -> None:
        async with trade.transaction():
            await trade.create('deals', {'title': 'slow'})
            await release.wait()

    saving = asyncio.create_task(long_save())
    await asyncio.sleep(0.05)
    async with asyncio.timeout(1):
        assert await trade.count('deals') == 0
    release.set()
    await saving
    assert await trade.count('deals') == 1
