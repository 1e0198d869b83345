"""Beside everybody's work: statistics that stay true, records gone through after a change of rights.

SQLite takes the index that fits only by true statistics; PostgreSQL keeps them by itself."""

import asyncio
from collections.abc import Awaitable, Callable

from store import database, guard, marking, reindexing

GROWN = 4
"""A table is looked at again when it has grown this many times since the last look."""
SMALL = 500
"""Below this many rows any index is good enough."""


PAUSE_S = 3.0


async def go_through_records(attempt: Callable[[Awaitable[object], str], Awaitable[object]]) -> None:
    """Go through the records of big catalogues after each change of rights, also one that was cut short.

    :param attempt: does a piece of work, and writes down that it failed"""
    while True:
        await attempt(reindexing.catch_up(), 'writing search words anew')
        await attempt(marking.catch_up(), 'marking records')
        await asyncio.sleep(PAUSE_S)


async def refresh_statistics() -> list[str]:
    """Look at the tables of catalogues that have outgrown what is known of them; their names.

    A whole look takes about a second for a million rows; a limited one misjudges how full a stage is."""
    if database.is_postgres():
        return []
    with guard.acting(guard.SETUP):
        looked_at = [table for table, known, now in await _sizes() if now > SMALL and now > GROWN * known]
        for table in looked_at:
            await database.script(f'ANALYZE {table}')
    return looked_at


async def _sizes() -> list[tuple[str, int, int]]:
    """Name of each catalogue's table, the rows its statistics know of, and its highest id."""
    known = await _known()
    rows = await database.rows("SELECT name, seq FROM sqlite_sequence WHERE name LIKE 'o\\_%' ESCAPE '\\'")
    return [(row['name'], known.get(row['name'], 0), int(row['seq'])) for row in rows]


async def _known() -> dict[str, int]:
    found = await database.rows("SELECT name FROM sqlite_master WHERE name = 'sqlite_stat1'")
    if not found:
        return {}
    # The first number of an index's statistics is the rows it holds; a partial index holds fewer.
    rows = await database.rows('SELECT tbl, stat FROM sqlite_stat1')
    known: dict[str, int] = {}
    for row in rows:
        known[row['tbl']] = max(known.get(row['tbl'], 0), int(row['stat'].split()[0]))
    return known
