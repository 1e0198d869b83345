"""The time zone in which somebody's days begin."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from store import database, guard
from store.actor import Actor
from store.operations import need_employee
from store.system_settings import setting


def zone_name() -> str:
    """The zone of whoever acts: their own, else the company's."""
    return guard.current_actor().zone or str(setting('time_zone')) or 'UTC'


def acting_zone() -> ZoneInfo:
    """The same as a zone."""
    return ZoneInfo(zone_name())


async def zones_of_people(actor: Actor, ids: Iterable[int]) -> dict[int, str]:
    """Where these people's clocks stand, by id: colleagues may know it, to find a time that suits all."""
    need_employee(actor)
    wanted = sorted(set(ids))[:500]
    with guard.acting(actor):
        found = await database.rows(
            f'SELECT id, time_zone FROM people WHERE id IN ({", ".join("?" * len(wanted))})',
            wanted,
            read=True,
        ) if wanted else []  # fmt: skip
    return {row['id']: row['time_zone'] or str(setting('time_zone')) or 'UTC' for row in found}
