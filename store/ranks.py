"""The place of a card in its column: a whole number between its neighbours' numbers.

A move writes one row. Numbers are `STEP` apart, so twenty cards fit between any two before the column is
respaced; new cards get falling numbers, so the newest is on top."""

from store import clock, database
from store.problems import BadValue, Invalid, Refused
from store.schema import Catalog
from store.tables import table

STEP = 1 << 20
_last = [0]


def newest() -> int:
    """A rank above all older ones: minus the milliseconds in steps, each given once."""
    _last[0] = min(_last[0] - STEP, -clock.now_ms() * STEP)
    return _last[0]


async def rank_between(
    catalog: Catalog, stage: str, above: int | None, below: int | None, moving: int
) -> int:
    """The rank of a card put under `above` or over `below`; at the top without either.

    One row is written; a column is respaced only when two neighbours have no number between them."""
    for _ in range(2):
        low, high = await _neighbours(catalog, stage, above, below, moving)
        if low is None and high is None:
            return newest()
        if low is None or high is None:
            return (high - STEP) if high is not None else (low or 0) + STEP
        if high - low > 1:
            return (low + high) // 2
        await respace(catalog, stage)
    raise Refused('no_room')


async def _neighbours(
    catalog: Catalog, stage: str, above: int | None, below: int | None, moving: int
) -> tuple[int | None, int | None]:
    """The ranks just above and just below the new place."""
    place = stage_id(catalog, stage)
    low, high = await _rank(catalog, place, above), await _rank(catalog, place, below)
    if low is not None:
        high = await _edge(catalog, place, 'MIN', '>', low, moving)
    elif high is not None:
        low = await _edge(catalog, place, 'MAX', '<', high, moving)
    else:
        high = await _edge(catalog, place, 'MIN', '>', -(1 << 63), moving)
    return low, high


async def _rank(catalog: Catalog, stage_id: int, record_id: int | None) -> int | None:
    if record_id is None:
        return None
    sql = f'SELECT t.rank FROM {table(catalog)} t WHERE t.id = ? AND t.stage_id = ? AND t.deleted_at IS NULL'
    found = await database.rows(sql, [record_id, stage_id])
    return found[0]['rank'] if found else None


async def _edge(
    catalog: Catalog, stage_id: int, pick: str, compare: str, rank: int, moving: int
) -> int | None:
    sql = (
        f'SELECT {pick}(t.rank) AS rank FROM {table(catalog)} t'
        f' WHERE t.stage_id = ? AND t.deleted_at IS NULL AND t.rank {compare} ? AND t.id <> ?'
    )
    found: int | None = (await database.rows(sql, [stage_id, rank, moving]))[0]['rank']
    return found


async def respace(catalog: Catalog, stage: str) -> None:
    """Put the cards of a column `STEP` apart, in the order they are."""
    name = table(catalog)
    await database.rows(
        f'UPDATE {name} SET rank = z.place * {STEP} FROM (SELECT t.id AS moved, row_number() OVER'
        f' (ORDER BY t.rank, t.id) AS place FROM {name} t WHERE t.stage_id = ? AND t.deleted_at IS NULL) z'
        f' WHERE z.moved = {name}.id',
        [stage_id(catalog, stage)],
    )


def stage_id(catalog: Catalog, code: str) -> int:
    """The stored id of a stage.

    :raises Invalid: no such stage"""
    found = catalog.stage(code)
    if not found:
        raise Invalid({'stage': BadValue('no_such_stage', value=str(code)[:100])})
    return found[1].id
