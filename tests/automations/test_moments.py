"""Calendar arithmetic: working days, changes of clocks, birthdays on 29 February."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.moments import (
    announced,
    at_local,
    days_of,
    shift_local,
    working_days_before,
    yearly_keys,
)
from automations.triggers import TRIGGERS, Span
from store import Catalog, Change, FieldSpec

BERLIN, MOSCOW = ZoneInfo('Europe/Berlin'), ZoneInfo('Europe/Moscow')
DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))


@pytest.mark.parametrize(
    ('day', 'ahead'),
    [
        (date(2026, 3, 9), date(2026, 3, 5)),  # Monday's birthday is announced on Thursday
        (date(2026, 3, 11), date(2026, 3, 9)),
        (date(2026, 3, 7), date(2026, 3, 5)),  # Saturday's and Sunday's on Thursday too
        (date(2026, 3, 8), date(2026, 3, 5)),
    ],
)
def test_two_working_days_ahead(day: date, ahead: date) -> None:
    assert working_days_before(day, 2) == ahead


@given(DAYS, st.integers(-15, 15), st.sampled_from(['days', 'working_days']))
def test_a_date_announces_itself_on_exactly_the_day_it_is_shifted_to(
    day: date, shift: int, unit: str
) -> None:
    fires = working_days_before(day, -shift) if unit == 'working_days' else day + timedelta(days=shift)
    assert day in announced(fires, shift, unit)
    for near in (fires - timedelta(days=1), fires + timedelta(days=1)):
        assert day not in announced(near, shift, unit)


def test_29_february_is_kept_on_the_28th_in_ordinary_years() -> None:
    assert yearly_keys(date(2026, 2, 28)) == ['02-28', '02-29']
    assert yearly_keys(date(2028, 2, 28)) == ['02-28']
    assert yearly_keys(date(2028, 2, 29)) == ['02-29']


def test_a_day_later_is_the_same_time_on_the_clock() -> None:
    noon = datetime(2026, 3, 28, 11, tzinfo=UTC)  # 12:00 in Berlin, the day before summer time
    assert shift_local(noon, 1, BERLIN).astimezone(BERLIN).hour == 12


def test_a_time_the_clocks_leave_out_still_comes() -> None:
    assert at_local(date(2026, 3, 29), time(2, 30), BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_date_at_the_end_of_the_calendar_starts_nothing_and_breaks_nothing() -> None:
    days = FieldSpec(code='closes_on', label='Closes on', type='date', id=1)
    catalog = Catalog(id=1, code='deals', label='Deals', label_one='Deal', fields=(days,))
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    change = Change(
        id=1, at=now, actor=None, catalog='deals', record_id=1, kind='created', version=1,
        after={'closes_on': '9999-12-31'},
    )  # fmt: skip
    span = Span(now, now + timedelta(minutes=1), ZoneInfo('America/New_York'))
    for unit in ('days', 'working_days'):
        options = {'field': 'closes_on', 'amount': 3, 'unit': unit, 'when': 'after', 'at': '23:00'}
        assert TRIGGERS['date_reached'].missed(change, options, catalog, span) is None


def test_a_long_absence_is_not_made_up_for_without_end() -> None:
    span = Span(datetime(2016, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), MOSCOW)
    assert len(list(days_of(span))) == 401


SCHEDULE = TRIGGERS['schedule']


async def times(
    options: Mapping[str, object], zone: ZoneInfo, start: datetime, end: datetime, step: timedelta
) -> list[datetime]:
    found: list[datetime] = []
    while start < end:
        due = await SCHEDULE.due(options, None, Span(start, start + step, zone))  # type: ignore[arg-type]
        found += [one.moment.astimezone(zone) for one in due]
        start += step
    return found


async def test_a_daily_time_comes_once_when_the_clocks_go_back_and_forward() -> None:
    options = {'every': 'day', 'at': '02:30'}
    autumn = await times(
        options,
        BERLIN,
        datetime(2027, 10, 30, 12, tzinfo=UTC),
        datetime(2027, 11, 1, 12, tzinfo=UTC),
        timedelta(minutes=7),
    )
    spring = await times(
        options,
        BERLIN,
        datetime(2027, 3, 27, 12, tzinfo=UTC),
        datetime(2027, 3, 29, 12, tzinfo=UTC),
        timedelta(minutes=7),
    )
    assert [moment.day for moment in autumn] == [31, 1]
    assert [moment.day for moment in spring] == [28, 29]


async def test_set_times_by_weekday_month_and_cron_line() -> None:
    start, end, hour = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 16, tzinfo=UTC), timedelta(hours=1)

    async def days(**options: object) -> list[tuple[int, int]]:
        return [(moment.day, moment.hour) for moment in await times(options, MOSCOW, start, end, hour)]

    assert await days(every='week', weekday='wed', at='10:00') == [(4, 10), (11, 10)]
    assert await days(every='month', day=5, at='08:00') == [(5, 8)]
    assert len(await days(every='weekdays', at='09:00')) == 10
    assert await days(every='cron', cron='0 12 * * 6') == [(7, 12), (14, 12)]


async def test_after_an_absence_the_last_time_counts_once() -> None:
    span = Span(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, 12, tzinfo=UTC), MOSCOW)
    (due,) = await SCHEDULE.due({'every': 'day', 'at': '09:00'}, None, span)  # type: ignore[arg-type]
    assert due.moment == datetime(2026, 3, 9, 6, tzinfo=UTC)
