"""What has changed last, over every catalogue a reader knows."""

from datetime import UTC, datetime

from store import database, guard
from store.query import Condition, Filter, Query
from store.records import Records
from store.values import RecordView

LOOKED_AT = 300
"""Newest changes that are looked at: this costs the same at any number of records."""


async def changed_lately(mine: Records, limit: int) -> list[RecordView]:
    """Records that were changed last, the latest first, as far as the reader may see them."""
    with guard.acting(mine.actor):
        rows = await database.rows(
            'SELECT catalog_id, record_id FROM changes ORDER BY id DESC LIMIT ?', [LOOKED_AT], read=True
        )
    found: list[RecordView] = []
    for catalog in mine.catalogs():
        ids = dict.fromkeys(row['record_id'] for row in rows if row['catalog_id'] == catalog.id)
        if ids:
            newest = Filter((Condition('id', 'in', list(ids)),))
            query = Query(filter=newest, sort='-updated_at', limit=limit)
            found += (await mine.find(catalog.code, query)).records
    found.sort(key=_changed_at, reverse=True)
    return found[:limit]


def _changed_at(view: RecordView) -> datetime:
    at = view.values.get('updated_at')
    return at if isinstance(at, datetime) else datetime.min.replace(tzinfo=UTC)
