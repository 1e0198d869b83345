"""Calendar arithmetic of rules: which dates announce themselves in a span, in somebody's local time. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from automations.triggers import Span

DAY = timedelta(days=1)
MAX_DAYS = 400
"""Longer absences are not made up for: nobody wants last year's reminders."""


def parse_time(text: str) -> time:
    """The time of day of '09:30'.

    :raises ValueError: it is none"""
    hour, _, minute = text.partition(':')
    return time(int(hour), int(minute or 0))


def at_local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment of a local time on a day; one that the clocks leave out comes when they have gone on."""
    local = datetime.combine(day, clock, zone)
    return local.astimezone(UTC).astimezone(zone).astimezone(UTC)


def shift_local(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same local time so many days later (or earlier)."""
    local = moment.astimezone(zone)
    return (local.replace(tzinfo=None) + days * DAY).replace(tzinfo=zone, fold=local.fold).astimezone(UTC)


def working_days_before(day: date, count: int) -> date:
    """The working day that lies `count` of them before `day`; negative counts go forward. Weekends do not
    work."""
    step = -DAY if count >= 0 else DAY
    for _ in range(abs(count)):
        day += step
        while day.weekday() >= 5:
            day += step
    return day


def days_of(span: Span) -> Iterator[date]:
    """The local days a span touches, oldest first, at most `MAX_DAYS`."""
    last = span.until.astimezone(span.zone).date()
    day = max(span.since.astimezone(span.zone).date(), last - MAX_DAYS * DAY)
    while day <= last:
        yield day
        day += DAY


def announced(fire_day: date, shift: int, unit: str) -> list[date]:
    """The dates that announce themselves on `fire_day`: `shift` days after the date, negative for before."""
    if unit != 'working_days':
        return [fire_day - shift * DAY]
    reach = abs(shift) * 7 // 5 + 4
    around = (fire_day + offset * DAY for offset in range(-reach, reach + 1))
    return [day for day in around if working_days_before(day, -shift) == fire_day]


def yearly_keys(day: date) -> list[str]:
    """The 'MM-DD' of a birthday that is kept on `day`; in ordinary years 28 February keeps the 29th too."""
    keys = [day.strftime('%m-%d')]
    if keys == ['02-28'] and (day + DAY).month == 3:
        keys.append('02-29')
    return keys
