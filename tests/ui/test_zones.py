"""Days and moments on clocks all over the world, through every change of the clocks (B-40)."""

from datetime import UTC, date, datetime

import pytest

from store import FieldSpec, Records, guard, people
from store.zones import zones_of_people
from ui.reader import Reader, reading
from ui.values import edited, local, parse, shown

MOMENT = FieldSpec(code='due', label='Due', type='date_time')
DAY = FieldSpec(code='born', label='Born', type='date')
EVERYWHERE = ('Pacific/Kiritimati', 'Asia/Kathmandu', 'UTC', 'America/St_Johns', 'Pacific/Pago_Pago')


@pytest.mark.parametrize('zone', EVERYWHERE)
@pytest.mark.parametrize('typed', ['2000-02-29', '2026-03-29', '2026-12-31', '2026-01-01'])
def test_a_day_is_the_same_day_for_everybody(zone: str, typed: str) -> None:
    with reading(Reader('en', zone)):
        day = parse(typed, DAY)
        assert day == date.fromisoformat(typed)
        assert parse(edited(day), DAY) == day
        assert str(day.day) in shown(day, DAY)


def test_a_meeting_at_ten_in_moscow_is_at_two_in_novosibirsk() -> None:
    with reading(Reader('ru', 'Europe/Moscow')):
        moment = parse('01.12.2026, 10:00', MOMENT)
    assert moment == datetime(2026, 12, 1, 7, tzinfo=UTC)
    with reading(Reader('ru', 'Asia/Novosibirsk')):
        assert f'{local(moment):%H:%M}' == '14:00'
        assert '14:00' in edited(moment)


@pytest.mark.parametrize(
    ('typed', 'hour'),
    [('03/28/2026, 10:00', 9), ('03/29/2026, 10:00', 8), ('10/24/2026, 10:00', 8), ('10/25/2026, 10:00', 9)],
)
def test_ten_o_clock_stays_ten_o_clock_over_a_change_of_the_clocks(typed: str, hour: int) -> None:
    with reading(Reader('en', 'Europe/Berlin')):
        moment = parse(typed, MOMENT)
        assert moment.astimezone(UTC).hour == hour
        assert edited(moment) == typed.replace(',', '')


def test_an_hour_that_does_not_exist_is_taken_as_a_moment_all_the_same() -> None:
    with reading(Reader('en', 'Europe/Berlin')):
        moment = parse('03/29/2026, 02:30', MOMENT)
        assert moment.astimezone(UTC).day == 29


async def test_where_a_colleagues_clock_stands_may_be_known(as_admin: Records, as_member: Records) -> None:
    far = await people.create_person(guard.SETUP, {'name': 'Far', 'time_zone': 'Asia/Tokyo'})
    found = await zones_of_people(as_member.actor, [far.id, as_admin.actor.person_id or 0, 999])
    assert found == {far.id: 'Asia/Tokyo', as_admin.actor.person_id: 'UTC'}
    assert await zones_of_people(as_member.actor, []) == {}
