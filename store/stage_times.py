"""How long one record has been in each of its stages."""

from store import clock, database, guard, reading
from store.actor import Actor
from store.catalogs import SCHEMA
from store.figures import Point, Series, days
from store.operations import need_employee
from store.problems import NotFound
from store.query import Condition, Filter


async def stage_times(actor: Actor, catalog: str, record_id: int) -> Series:
    """Days that a record has spent in each open stage, in the order of the first visit, the present included.

    :raises NotFound: no such record, or not for this reader"""
    need_employee(actor)
    kind = SCHEMA[catalog]
    with guard.acting(actor):
        if await reading.one(actor, kind, record_id) is None:
            raise NotFound(catalog=catalog, id=record_id)
        found = await database.rows(
            'SELECT v.stage_id AS stage, SUM(COALESCE(v.duration, ? - v.entered_at)) AS ms, COUNT(*) AS n,'
            ' MIN(v.id) AS first FROM stage_visits v WHERE v.catalog_id = ? AND v.record_id = ?'
            ' GROUP BY v.stage_id ORDER BY first',
            [clock.now_ms(), kind.id, record_id],
            read=True,
        )
    points = []
    for row in found:
        hit = kind.stage(row['stage'])
        if hit and not hit[1].is_final:
            one = Filter((Condition('id', 'is', record_id),))
            points.append(Point(key=hit[1].code, value=days(row['ms']), count=row['n'], filter=one))
    return Series(name='stage_times', points=tuple(points))
