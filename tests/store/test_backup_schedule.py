"""The daily backup: due once a day by the clock of the company, made up for when missed, told when failed."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from store import archives, audit, backups, clock, guard, notifications, opening, people
from store.backup_schedule import back_up_when_due, last_slot
from store.problems import Invalid
from store.settings import Environment
from store.system_settings import change_settings

AT = dt.time(3)


@pytest.fixture
async def environment(database_url: str, tmp_path: Path) -> AsyncIterator[Environment]:
    environment = Environment(data=tmp_path / 'data', database=database_url)
    await opening.open_store(environment)
    await change_settings(
        guard.SETUP, {'backup_time': '03:00', 'backup_keep': 2, 'time_zone': 'Europe/Berlin'}
    )
    yield environment
    await opening.close_store()


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo('Europe/Berlin'))


@pytest.mark.parametrize(
    ('now', 'slot'),
    [
        ('2026-03-02T02:59', '2026-03-01T03:00'),
        ('2026-03-02T03:00', '2026-03-02T03:00'),
        ('2026-03-02T23:59', '2026-03-02T03:00'),
        # The night without 02:30, and the one with two of them.
        ('2027-03-28T12:00', '2027-03-28T03:00'),
        ('2027-10-31T12:00', '2027-10-31T03:00'),
    ],
)
def test_a_slot_is_a_moment_of_the_companys_day(now: str, slot: str) -> None:
    assert last_slot(moment(now), AT, ZoneInfo('Europe/Berlin')) == moment(slot)


async def made(environment: Environment) -> int:
    return len(backups.list_backups(environment))


async def test_it_is_made_once_a_day_and_again_the_next(environment: Environment) -> None:
    with clock.at(moment('2026-03-02T12:00')):
        assert await back_up_when_due() is None, 'a new installation waits for the next slot'
    with clock.at(moment('2026-03-03T02:59')):
        assert await back_up_when_due() is None
    with clock.at(moment('2026-03-03T03:01')):
        first = await back_up_when_due()
        assert first
        assert first.checked
        assert first.checked.is_healthy
        assert await back_up_when_due() is None
    with clock.at(moment('2026-03-04T03:00')):
        assert await back_up_when_due()
    with clock.at(moment('2026-03-05T03:00')):
        assert await back_up_when_due()
    assert await made(environment) == 2, 'so many are kept'
    assert [entry.kind for entry in await audit.entries(guard.SETUP, kinds=['backup'])] == ['backup'] * 3


async def test_what_was_missed_while_nothing_ran_is_made_up_for(environment: Environment) -> None:
    with clock.at(moment('2026-03-02T12:00')):
        await back_up_when_due()
    with clock.at(moment('2026-03-09T16:40')):
        assert await back_up_when_due()
        assert await back_up_when_due() is None
    assert await made(environment) == 1


async def test_without_a_time_there_is_none(environment: Environment) -> None:
    await change_settings(guard.SETUP, {'backup_time': ''})
    with clock.at(moment('2026-03-02T12:00')):
        await back_up_when_due()
    with clock.at(moment('2026-03-09T12:00')):
        assert await back_up_when_due() is None


@pytest.mark.parametrize('time', ['25:00', '3:00', 'noon', '03:60'])
async def test_a_time_is_a_time(time: str, environment: Environment) -> None:
    with pytest.raises(Invalid):
        await change_settings(guard.SETUP, {'backup_time': time})


async def test_every_administrator_hears_of_a_failure_once(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = []
    for login, is_admin in (('ada', True), ('max', False)):
        values = {'login': login, 'name': login, 'is_admin': is_admin}
        ids.append((await people.create_person(guard.SETUP, values)).id)

    def full(*_: object) -> None:
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(archives, '_add', full)
    with clock.at(moment('2026-03-02T12:00')):
        await back_up_when_due()
    with clock.at(moment('2026-03-03T12:00')):
        for _ in range(3):
            assert await back_up_when_due() is None
        counts = []
        for person_id in ids:
            actor = await people.actor_of_person(person_id)
            assert actor
            found = await notifications.list_notifications(actor)
            counts.append([one.code for one in found if one.code == 'backup_failed_notice'])
    assert counts == [['backup_failed_notice'], []]
    assert await made(environment) == 0
    monkeypatch.undo()
    with clock.at(moment('2026-03-04T12:00')):
        assert await back_up_when_due(), 'the next day it is tried again'
