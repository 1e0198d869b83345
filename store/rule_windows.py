"""Which records' moments fell into a stretch of time: the questions that rules with a clock ask, each over
an index.

They give ids and moments only; what a rule may know of a record is decided when its owner reads it."""

from collections.abc import Sequence
from datetime import date, datetime

from store import clock, database, guard
from store.catalogs import SCHEMA
from store.schema import Catalog, FieldSpec
from store.tables import columns, table


async def entered_stage(
    catalog: Catalog, stage_ids: Sequence[int], since: datetime, until: datetime
) -> list[tuple[int, datetime]]:
    """Records that are in one of these stages and came there after `since`, at `until` the latest."""
    if not stage_ids:
        return []
    blanks = ', '.join('?' * len(stage_ids))
    return await _between(catalog, 'stage_at', since, until, f' AND t.stage_id IN ({blanks})', stage_ids)


async def moments_between(
    catalog: Catalog, spec: FieldSpec, since: datetime, until: datetime
) -> list[tuple[int, datetime]]:
    """Records whose moment in a date-time field lies after `since`, at `until` the latest."""
    return await _between(catalog, columns(spec)[0], since, until)


async def _between(
    catalog: Catalog, column: str, since: datetime, until: datetime, more: str = '', args: Sequence[int] = ()
) -> list[tuple[int, datetime]]:
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            f'SELECT t.id, t.{column} AS moment FROM {table(catalog)} t WHERE t.deleted_at IS NULL'
            f' AND t.{column} > ? AND t.{column} <= ?{more} ORDER BY t.{column}, t.id',
            [clock.to_ms(since), clock.to_ms(until), *args],
            read=True,
        )
    return [(row['id'], clock.from_ms(row['moment'])) for row in found]


async def records_on(catalog: Catalog, spec: FieldSpec, days: Sequence[date]) -> list[int]:
    """Records whose date field holds one of these days."""
    return await _among(catalog, f't.{columns(spec)[0]}', [day.isoformat() for day in days])


async def records_on_day_of_year(catalog: Catalog, spec: FieldSpec, keys: Sequence[str]) -> list[int]:
    """Records whose date field holds one of these days 'MM-DD' of any year."""
    return await _among(catalog, f'substr(t.{columns(spec)[0]}, 6, 5)', keys)


async def _among(catalog: Catalog, what: str, values: Sequence[str]) -> list[int]:
    if not values:
        return []
    blanks = ', '.join('?' * len(values))
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            f'SELECT t.id FROM {table(catalog)} t WHERE t.deleted_at IS NULL AND {what} IN ({blanks})'
            ' ORDER BY t.id',
            list(values),
            read=True,
        )
    return [row['id'] for row in found]


async def is_live(catalog: str, record_id: int) -> bool:
    """Whether a record is there and not in the recycle bin."""
    if catalog not in SCHEMA.by_code:
        return False
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            f'SELECT id FROM {table(SCHEMA[catalog])} WHERE id = ? AND deleted_at IS NULL', [record_id]
        )
    return bool(found)
