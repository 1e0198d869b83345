"""The words of a catalogue's records written anew: what may be searched has changed.

A big catalogue is gone through in steps, the newest records first, while others write. What the documents
not yet reached may hold is known (`Rewriting`): a search leaves out those with words it must not find."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from store import catalogs, database, guard, search
from store.actor import Actor
from store.catalogs import REWRITING_KEY, SCHEMA
from store.decoding import plan_of
from store.schema import Catalog, Rewriting
from store.tables import table

CHUNK = 500
AT_ONCE = 2_000
"""So many records are gone through together with the change of rights."""
_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


@asynccontextmanager
async def closing(actor: Actor) -> AsyncIterator[None]:
    """One transaction in which fields are hidden from roles or shown again; what may be searched follows."""
    async with _between_steps():
        before = _closed()
        try:
            with guard.acting(actor):
                async with database.transaction():
                    yield
                    changed = [code for code, closed in (await _stored()).items() if closed != before[code]]
                    for code in changed:
                        await _hold_writers(SCHEMA[code])
                    await catalogs.announce()
                    await catalogs.load()
                    for code in changed:
                        await _begin(SCHEMA[code], before[code])
                    await catalogs.load()
        except BaseException:
            # What was loaded inside the transaction has been rolled back with it.
            if not database.in_open_transaction():
                await catalogs.load()
            raise


@asynccontextmanager
async def _between_steps() -> AsyncIterator[None]:
    """No step is made meanwhile: it would write by a change that may yet be rolled back."""
    if database.in_open_transaction():
        yield
        return
    async with _lock():
        yield


def _lock() -> asyncio.Lock:
    return _locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())


def _closed() -> dict[str, frozenset[str]]:
    """The fields of each catalogue whose words lie apart."""
    return {catalog.code: search.closed_of(catalog) for catalog in SCHEMA}


async def _stored() -> dict[str, frozenset[str]]:
    """The same as the roles say now, in the open transaction."""
    rows = await database.rows('SELECT DISTINCT catalog, field FROM role_fields WHERE level = 0')
    apart = {(row['catalog'], row['field']) for row in rows}
    return {
        kind.code: frozenset(
            spec.code
            for spec in kind.live_fields
            if (kind.code, spec.code) in apart and spec.type in search.SEARCHED
        )
        for kind in SCHEMA
    }


async def _hold_writers(kind: Catalog) -> None:
    """Wait for those who are writing by what was, and let the next ones wait for what will be."""
    if database.is_postgres():
        await database.rows(f'LOCK TABLE {table(kind)} IN SHARE ROW EXCLUSIVE MODE')


async def _begin(kind: Catalog, before: frozenset[str]) -> None:
    top = (await database.rows(f'SELECT COALESCE(MAX(id), 0) AS top FROM {table(kind)}'))[0]['top']
    earlier = await _run_of(kind)
    apart = before & earlier.apart if earlier else before
    maybe = before | earlier.maybe if earlier else before
    run = Rewriting(below=top + 1, apart=apart, maybe=maybe)
    await _keep(kind, run)
    if top <= AT_ONCE:
        while run.below:
            run = await _rewrite(kind, run)


async def catch_up() -> int:
    """Go on with what was begun, in short steps, also after an interruption; how many catalogues are done."""
    done = 0
    for catalog_id in tuple(SCHEMA.rewriting):
        while catalog_id in SCHEMA.rewriting and catalog_id in SCHEMA.by_id:
            async with _lock():
                await make_step(SCHEMA.by_id[catalog_id])
            await asyncio.sleep(0)
        done += 1
    return done


async def make_step(kind: Catalog) -> None:
    """Write the words of the next records of a catalogue anew, in a transaction of their own."""
    with guard.acting(guard.SETUP):
        async with database.transaction():
            run = await _run_of(kind)
            if run:
                run = await _rewrite(kind, run)
    if run and run.below:
        SCHEMA.rewriting[kind.id] = run
    else:
        SCHEMA.rewriting.pop(kind.id, None)


async def _run_of(kind: Catalog) -> Rewriting | None:
    """How far it has come; nobody else goes on with it in this transaction."""
    lock = ' FOR UPDATE' if database.is_postgres() else ''
    found = await database.rows(
        f'SELECT value FROM store_state WHERE key = ?{lock}', [f'{REWRITING_KEY}{kind.id}']
    )
    return Rewriting.from_plain(json.loads(found[0]['value'])) if found else None


async def _keep(kind: Catalog, run: Rewriting) -> None:
    key = f'{REWRITING_KEY}{kind.id}'
    if not run.below:
        await database.rows('DELETE FROM store_state WHERE key = ?', [key])
        return
    await database.rows(
        'INSERT INTO store_state (key, value) VALUES (?, ?)'
        ' ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [key, json.dumps(run.to_plain())],
    )


async def _rewrite(kind: Catalog, run: Rewriting) -> Rewriting:
    """Write the documents of the next records again; how far it has come then."""
    plan = plan_of(kind)
    # Whoever changes one of these records now writes its words after us.
    lock = ' FOR UPDATE' if database.is_postgres() else ''
    rows = await database.rows(
        f'SELECT {plan.select} FROM {table(kind)} t WHERE t.id < ? ORDER BY t.id DESC LIMIT {CHUNK}{lock}',
        [run.below],
    )
    views = [plan.view(row) for row in rows]
    low = views[-1].id if len(views) == CHUNK else 0
    for first in (kind.id * search.SPAN, kind.id * search.SPAN + search.CLOSED):
        await database.rows(
            'DELETE FROM search_docs WHERE rowid BETWEEN ? AND ?', [first + low, first + run.below - 1]
        )
    await search.write([d for v in views for d in search.documents(kind, v.id, v.values)])
    further = Rewriting(below=low, apart=run.apart, maybe=run.maybe)
    await _keep(kind, further)
    return further
