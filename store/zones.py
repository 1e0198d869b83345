"""The time zone in which somebody's days begin."""

from zoneinfo import ZoneInfo

from store import guard
from store.system_settings import setting


def zone_name() -> str:
    """The zone of whoever acts: their own, else the company's."""
    return guard.current_actor().zone or str(setting('time_zone')) or 'UTC'


def acting_zone() -> ZoneInfo:
    """The same as a zone."""
    return ZoneInfo(zone_name())
