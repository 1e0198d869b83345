"""Birthdays and foundation days: two working days ahead, once a year, to everybody they concern."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from automations import FakeClock, Rules
from automations.noteworthy import Announcer, days_before, is_working
from store import Designer, FieldSpec, Level, Records, Rights, notifications, roles
from store.system_settings import change_own_setting, change_settings
from tests.conftest import records_of

STAGES = [
    {'code': 'new', 'label': 'New', 'color': '#8b8d98'},
    {'code': 'won', 'label': 'Won', 'color': '#30a46c', 'kind': 'won'},
    {'code': 'lost', 'label': 'Lost', 'color': '#e5484d', 'kind': 'lost'},
]


@pytest.fixture
async def team(as_admin: Records) -> Records:
    """The administrator of a store with contacts, accounts, deals and tasks."""
    shape = Designer(as_admin.actor)
    await shape.create_catalog('contacts', 'Contacts', 'Contact')
    await shape.add_field(
        'contacts',
        FieldSpec(code='birthday', label='Birthday', type='date', options={'noteworthy': 'birthday'}),
    )
    await shape.create_catalog('accounts', 'Accounts', 'Account')
    founded = {'noteworthy': 'anniversary'}
    await shape.add_field(
        'accounts', FieldSpec(code='founded', label='Founded', type='date', options=founded)
    )
    for code, link in (('deals', 'contacts'), ('tasks', '*')):
        await shape.create_catalog(code, code.title(), code)
        await shape.add_field(
            code, FieldSpec(code='about', label='About', type='link', options={'target': link})
        )
        await shape.add_pipeline(code, 'line', 'Line', STAGES)
    return as_admin


@pytest.fixture
async def announcer(team: Records, clock: FakeClock) -> AsyncIterator[Announcer]:
    made = Announcer(clock)
    yield made
    made.close()


async def _told(who: Records) -> list[tuple[str, str]]:
    lines = await notifications.list_notifications(who.actor)
    return [(one.code, one.facts['day']) for one in reversed(lines)]


async def _at(announcer: Announcer, clock: FakeClock, moment: datetime) -> int:
    clock.set(moment)
    return await announcer.turn()


def _hour(day: str, hour: int = 9) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


async def test_a_birthday_on_monday_is_announced_on_thursday(
    team: Records, announcer: Announcer, clock: FakeClock
) -> None:
    await team.create('contacts', {'title': 'Maria', 'birthday': '1991-03-09'})
    for day, hour, told in (('2026-03-04', 23, 0), ('2026-03-05', 7, 0), ('2026-03-05', 8, 1)):
        assert await _at(announcer, clock, _hour(day, hour)) == told
    assert await _told(team) == [('birthday', '2026-03-09')]


async def test_it_is_told_once_a_year_and_again_the_next(
    team: Records, announcer: Announcer, clock: FakeClock
) -> None:
    await team.create('contacts', {'title': 'Maria', 'birthday': '1991-03-09'})
    for day in ('2026-03-05', '2026-03-06', '2026-03-09', '2026-03-10', '2027-03-05'):
        await _at(announcer, clock, _hour(day))
    await Announcer(clock).turn()
    assert await _told(team) == [('birthday', '2026-03-09'), ('birthday', '2027-03-09')]


async def test_a_late_look_still_tells_until_the_day_itself(
    team: Records, announcer: Announcer, clock: FakeClock
) -> None:
    await team.create('contacts', {'title': 'Maria', 'birthday': '1991-03-09'})
    await team.create('contacts', {'title': 'Max', 'birthday': '1991-03-08'})
    await _at(announcer, clock, _hour('2026-03-09', 3))
    assert await _told(team) == [('birthday', '2026-03-09')]


async def test_the_29th_of_february_is_kept_on_the_28th_in_ordinary_years(
    team: Records, announcer: Announcer, clock: FakeClock
) -> None:
    await team.create('contacts', {'title': 'Leo', 'birthday': '1992-02-29'})
    await _at(announcer, clock, _hour('2026-02-26'))
    await _at(announcer, clock, _hour('2028-02-25'))
    assert await _told(team) == [('birthday', '2026-02-28'), ('birthday', '2028-02-29')]


async def test_a_birthday_in_january_is_announced_in_december(
    team: Records, announcer: Announcer, clock: FakeClock
) -> None:
    await team.create('contacts', {'title': 'Nora', 'birthday': '1980-01-01'})
    await _at(announcer, clock, _hour('2026-12-30'))
    assert await _told(team) == [('birthday', '2027-01-01')]


async def test_owners_of_open_deals_and_tasks_are_told_too(
    team: Records, announcer: Announcer, clock: FakeClock
) -> None:
    anna, boris, clara = [await records_of(n, n.title(), role='member') for n in ('anna', 'boris', 'clara')]
    maria = await team.create('contacts', {'title': 'Maria', 'birthday': '1991-03-09', 'owner': None})
    await anna.create('deals', {'title': 'Open', 'about': maria.ref})
    await boris.create('tasks', {'title': 'Call', 'about': maria.ref})
    await clara.create('deals', {'title': 'Over', 'about': maria.ref}, stage='won')
    await _at(announcer, clock, _hour('2026-03-05'))
    assert [len(await _told(who)) for who in (team, anna, boris, clara)] == [0, 1, 1, 0]


async def test_a_new_owner_is_told_at_once(team: Records, announcer: Announcer, clock: FakeClock) -> None:
    anna = await records_of('anna', 'Anna', role='member')
    maria = await team.create('contacts', {'title': 'Maria', 'birthday': '1991-03-09'})
    await _at(announcer, clock, _hour('2026-03-05'))
    await team.change('contacts', maria.id, {'owner': anna.actor.person_id})
    clock.forward(seconds=1)
    assert await announcer.turn() == 1
    assert await _told(anna) == [('birthday', '2026-03-09')]
    assert len(await _told(team)) == 1


async def test_a_birthday_written_down_late_is_told_at_once(
    team: Records, announcer: Announcer, clock: FakeClock
) -> None:
    await _at(announcer, clock, _hour('2026-03-06'))
    await team.create('contacts', {'title': 'Maria', 'birthday': '1991-03-09'})
    assert await announcer.turn() == 1


async def test_the_lead_time_is_a_setting_and_ones_own(
    team: Records, announcer: Announcer, clock: FakeClock
) -> None:
    anna = await records_of('anna', 'Anna', role='member')
    maria = await team.create('contacts', {'title': 'Maria', 'birthday': '1991-03-09'})
    await anna.create('deals', {'title': 'Open', 'about': maria.ref})
    await change_settings(team.actor, {'events_ahead_days': 1})
    await change_own_setting(anna.actor, 'events_ahead_days', 4)
    heard = []
    for day in ('2026-03-03', '2026-03-05', '2026-03-06'):
        await _at(announcer, clock, _hour(day))
        heard.append((len(await _told(anna)), len(await _told(team))))
    assert heard == [(1, 0), (1, 0), (1, 1)]


async def test_holidays_and_own_working_days_count(team: Records) -> None:
    assert days_before(date(2026, 3, 10), 2, is_working) == date(2026, 3, 6)
    await change_settings(team.actor, {'country': 'RU'})
    assert days_before(date(2026, 3, 10), 2, is_working) == date(2026, 3, 5)
    await change_settings(team.actor, {'country': '', 'working_days': ['6', '7']})
    assert days_before(date(2026, 3, 10), 2, is_working) == date(2026, 3, 7)


async def test_the_foundation_day_of_an_account(
    team: Records, announcer: Announcer, clock: FakeClock
) -> None:
    await team.create('accounts', {'title': 'Acme', 'founded': '2001-03-09'})
    await team.create('accounts', {'title': 'Unborn', 'founded': '2026-03-09'})
    await _at(announcer, clock, _hour('2026-03-05'))
    (line,) = await notifications.list_notifications(team.actor)
    assert (line.kind, line.code, line.facts['years'], line.facts['field']['']) == (
        'event', 'anniversary', 25, 'Founded',
    )  # fmt: skip


async def test_who_may_not_read_the_contact_hears_nothing(
    team: Records, announcer: Announcer, clock: FakeClock
) -> None:
    rights = {'deals': Rights(Level.ALL, Level.ALL, Level.ALL)}
    await roles.save_role(team.actor, 'dealer', 'Dealer', rights)
    anna = await records_of('anna', 'Anna', role='dealer')
    maria = await team.create('contacts', {'title': 'Maria', 'birthday': '1991-03-09'})
    deal = await team.create('deals', {'title': 'Open', 'about': maria.ref})
    await team.change('deals', deal.id, {'owner': anna.actor.person_id})
    await _at(announcer, clock, _hour('2026-03-05'))
    assert (len(await _told(anna)), len(await _told(team))) == (0, 1)


async def test_a_rule_of_the_teams_own_is_not_repeated(
    team: Records, announcer: Announcer, clock: FakeClock
) -> None:
    yearly = {'field': 'birthday', 'amount': 2, 'unit': 'working_days', 'yearly': True}
    await Rules(team.actor).keep(
        {
            'key': 'own',
            'name': 'Own',
            'catalog': 'contacts',
            'triggers': [{'kind': 'date_reached', 'options': yearly}],
            'steps': [{'action': 'notify', 'options': {'to': ['field:owner'], 'text': 'Soon'}}],
        }
    )
    await team.create('contacts', {'title': 'Maria', 'birthday': '1991-03-09'})
    await _at(announcer, clock, _hour('2026-03-05'))
    assert await _told(team) == []


async def test_the_zone_of_the_company_decides_the_day(
    team: Records, announcer: Announcer, clock: FakeClock
) -> None:
    await change_settings(team.actor, {'time_zone': 'Asia/Vladivostok'})
    await team.create('contacts', {'title': 'Maria', 'birthday': '1991-03-09'})
    local_eight = _hour('2026-03-04', 22)
    assert await _at(announcer, clock, local_eight - timedelta(minutes=1)) == 0
    assert await _at(announcer, clock, local_eight) == 1
