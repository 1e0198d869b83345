"""Until when a notification sleeps: moments in the reader's own time zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(9)
HOUR, TOMORROW, WEEK = 'hour', 'tomorrow', 'week'
LONGEST = timedelta(days=366)


def snoozed_until(choice: str, now: datetime, zone: str) -> datetime:
    """The moment of 'hour', 'tomorrow', 'week' (at nine, the next day or Monday), or of a local ISO time.

    :raises ValueError: neither, or not within the year to come"""
    here = ZoneInfo(zone or 'UTC')
    local = now.astimezone(here)
    if choice == HOUR:
        return now + timedelta(hours=1)
    if choice == TOMORROW:
        wanted = datetime.combine(local.date() + timedelta(days=1), MORNING, here)
    elif choice == WEEK:
        wanted = datetime.combine(local.date() + timedelta(days=7 - local.weekday()), MORNING, here)
    else:
        wanted = datetime.fromisoformat(choice[:16]).replace(tzinfo=here)
    moment = wanted.astimezone(UTC)
    if not now < moment <= now + LONGEST:
        raise ValueError('a moment within the year to come is expected')
    return moment
