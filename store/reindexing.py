"""The words of a catalogue's records written anew: what may be searched has changed."""

from store import database, guard, search
from store.actor import Actor
from store.decoding import plan_of
from store.schema import Catalog
from store.tables import table

CHUNK = 500


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
