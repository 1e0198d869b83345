"""The words of a catalogue's records written anew: what may be searched has changed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from store import catalogs, database, guard, search
from store.actor import Actor
from store.catalogs import SCHEMA
from store.decoding import plan_of
from store.schema import Catalog
from store.tables import table

CHUNK = 500


@asynccontextmanager
async def closing(actor: Actor) -> AsyncIterator[None]:
    """One transaction in which fields are hidden from roles or shown again; what may be searched follows."""
    before = _closed()
    try:
        with guard.acting(actor):
            async with database.transaction():
                yield
                await catalogs.announce()
                await catalogs.load()
                for code, closed in _closed().items():
                    if closed != before.get(code, closed):
                        await reindex(actor, SCHEMA[code])
    except BaseException:
        # What was loaded inside the transaction has been rolled back with it.
        if not database.in_open_transaction():
            await catalogs.load()
        raise


def _closed() -> dict[str, frozenset[str]]:
    """The fields of each catalogue whose words lie apart."""
    return {
        catalog.code: frozenset(
            spec.code for spec in catalog.live_fields if spec.closed and spec.type in search.SEARCHED
        )
        for catalog in SCHEMA
    }


async def reindex(actor: Actor, catalog: Catalog) -> int:
    """Write the documents of every record again, all or none; how many records there are."""
    first = catalog.id * search.SPAN
    plan, count, last = plan_of(catalog), 0, 0
    with guard.acting(actor):
        async with database.transaction():
            await database.rows(
                'DELETE FROM search_docs WHERE rowid BETWEEN ? AND ?', [first, first + search.SPAN - 1]
            )
            while found := await database.rows(
                f'SELECT {plan.select} FROM {table(catalog)} t WHERE t.id > ? ORDER BY t.id LIMIT {CHUNK}',
                [last],
            ):
                views = [plan.view(row) for row in found]
                await search.write([d for v in views for d in search.documents(catalog, v.id, v.values)])
                last, count = views[-1].id, count + len(views)
    return count
