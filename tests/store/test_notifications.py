"""The bell."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from store import clock, guard, notifications, people
from store import database as store_database
from store.actor import Actor
from store.notice_choices import NoticeChoices
from store.notifications import Notice
from store.problems import NotFound
from store.system_settings import save_preference


@pytest.fixture
def rung() -> Iterator[list[int]]:
    heard: list[int] = []
    stop = notifications.subscribe(heard.append)
    yield heard
    stop()


async def person(name: str) -> Actor:
    made = await people.create_person(guard.SETUP, {'name': name})
    actor = await people.actor_of_person(made.id)
    assert actor is not None
    return actor


async def test_a_notice_reaches_the_right_bells_after_the_commit(database: str, rung: list[int]) -> None:
    ada, max_ = await person('Ada'), await person('Max')
    assert ada.person_id
    with guard.acting(guard.ENGINE):
        async with store_database.transaction():
            notice = Notice(
                kind='task', code='task_due', facts={'title': 'Позвонить'}, catalog='tasks', record_id=7
            )
            assert await notifications.notify([ada.person_id, ada.person_id, 999], notice) == 1
            assert rung == []
    assert rung == [ada.person_id]
    (line,) = await notifications.list_notifications(ada)
    assert (line.code, line.facts['title'], line.catalog, line.record_id) == (
        'task_due',
        'Позвонить',
        'tasks',
        7,
    )
    assert await notifications.unread_count(ada) == 1
    assert await notifications.list_notifications(max_) == []


async def test_a_rolled_back_notice_never_rings(database: str, rung: list[int]) -> None:
    ada = await person('Ada')

    async def fail_after_telling() -> None:
        async with store_database.transaction():
            await notifications.notify([ada.person_id or 0], Notice(kind='event', text='Hello'))
            raise ZeroDivisionError

    with guard.acting(guard.ENGINE), pytest.raises(ZeroDivisionError):
        await fail_after_telling()
    assert rung == []
    assert await notifications.unread_count(ada) == 0


async def test_an_effect_that_is_repeated_arrives_once(database: str, rung: list[int]) -> None:
    ada, max_ = await person('Ada'), await person('Max')
    both = [ada.person_id or 0, max_.person_id or 0]
    assert await notifications.notify(both[:1], Notice(kind='process', text='Won', key='run:1:2')) == 1
    assert await notifications.notify(both, Notice(kind='process', text='Won', key='run:1:2')) == 1
    assert rung == both
    assert await notifications.notify(both, Notice(kind='process', text='No key')) == 2
    assert await notifications.notify(both, Notice(kind='process', text='No key')) == 2


async def test_reading_is_each_persons_own(database: str, rung: list[int]) -> None:
    ada, max_ = await person('Ada'), await person('Max')
    for n in range(3):
        await notifications.notify(
            [ada.person_id or 0, max_.person_id or 0], Notice(kind='event', text=f'{n}')
        )
    lines = await notifications.list_notifications(ada)
    assert [line.text for line in lines] == ['2', '1', '0']
    assert [line.text for line in await notifications.list_notifications(ada, before=lines[0].id)] == [
        '1',
        '0',
    ]
    await notifications.mark_read(max_, lines[0].id)
    assert await notifications.unread_count(ada) == 3
    await notifications.mark_read(ada, lines[0].id)
    assert await notifications.unread_count(ada) == 2
    assert [line.text for line in await notifications.list_notifications(ada, only_new=True)] == ['1', '0']
    await notifications.mark_read(ada)
    assert await notifications.unread_count(ada) == 0
    assert await notifications.unread_count(max_) == 3
    assert rung[-1] == ada.person_id


async def test_a_snoozed_line_sleeps_and_rings_again(database: str, rung: list[int]) -> None:
    ada, max_ = await person('Ada'), await person('Max')
    await notifications.notify([ada.person_id or 0], Notice(kind='task', text='Call'))
    (line,) = await notifications.list_notifications(ada)
    start = clock.now()
    with pytest.raises(NotFound):
        await notifications.snooze(max_, line.id, start + timedelta(hours=1))
    await notifications.snooze(ada, line.id, start + timedelta(hours=1))
    assert await notifications.unread_count(ada) == 0
    assert await notifications.list_notifications(ada) == []
    rung.clear()
    with clock.at(start + timedelta(minutes=59)):
        assert await notifications.wake(start) == 0
    with clock.at(start + timedelta(minutes=61)):
        assert await notifications.wake(start) == 1
        assert await notifications.unread_count(ada) == 1
    assert rung == [ada.person_id]


async def test_lines_are_kept_for_thirty_days(database: str) -> None:
    ada = await person('Ada')
    with clock.at(clock.now() - timedelta(days=31)):
        await notifications.notify([ada.person_id or 0], Notice(kind='event', text='Old'))
    await notifications.notify([ada.person_id or 0], Notice(kind='event', text='New'))
    await notifications.forget_old()
    assert [line.text for line in await notifications.list_notifications(ada)] == ['New']


async def test_reminders_wait_for_a_deed_and_the_rest_for_a_look(database: str) -> None:
    ada = await person('Ada')
    for kind in notifications.KINDS:
        await notifications.notify([ada.person_id or 0], Notice(kind=kind, text=kind))
    lines = {line.kind: line.id for line in await notifications.list_notifications(ada)}
    await notifications.mark_viewed(ada, lines.values())
    await notifications.mark_read(ada)
    left = [line.kind for line in await notifications.list_notifications(ada, only_new=True)]
    assert left == ['approval', 'task']
    assert (await notifications.counts(ada))['task'] == (1, 1)
    assert (await notifications.counts(ada))['event'] == (1, 0)
    await notifications.mark_read(ada, lines['task'])
    assert await notifications.unread_count(ada) == 1


async def test_what_waits_for_a_deed_outlives_its_days(database: str) -> None:
    ada = await person('Ada')
    with clock.at(clock.now() - timedelta(days=8)):
        for kind in ('task', 'process'):
            await notifications.notify([ada.person_id or 0], Notice(kind=kind, text=kind))
    await notifications.forget_old(9)
    assert len(await notifications.list_notifications(ada)) == 2
    await notifications.forget_old(7)
    (line,) = await notifications.list_notifications(ada)
    assert line.kind == 'task'
    await notifications.mark_read(ada, line.id)
    await notifications.forget_old(7)
    assert await notifications.list_notifications(ada) == []


async def test_a_kind_nobody_wants_to_hear_stays_out_of_the_bell(database: str, rung: list[int]) -> None:
    ada, max_ = await person('Ada'), await person('Max')
    await save_preference(ada, 'notices', NoticeChoices(silent=frozenset({'process'})).to_plain())
    both = [ada.person_id or 0, max_.person_id or 0]
    await notifications.notify(both, Notice(kind='process', text='A rule ran'))
    await notifications.notify(both, Notice(kind='mention', text='Hello'))
    assert [line.text for line in await notifications.list_notifications(ada)] == ['Hello']
    assert await notifications.unread_count(ada) == 1
    assert await notifications.unread_count(max_) == 2


@pytest.mark.parametrize(
    ('since', 'until', 'quiet', 'loud'),
    [
        ('22:00', '08:00', ('22:00', '23:59', '00:00', '07:59'), ('08:00', '12:00', '21:59')),
        ('12:00', '13:00', ('12:00', '12:59'), ('13:00', '11:59')),
        ('09:00', '09:00', (), ('09:00',)),
        ('', '', (), ('00:00',)),
    ],
)
def test_quiet_hours_may_reach_over_midnight(
    since: str, until: str, quiet: tuple[str, ...], loud: tuple[str, ...]
) -> None:
    chosen = NoticeChoices(quiet_from=since, quiet_until=until)
    for clock_time, expected in [*((one, True) for one in quiet), *((one, False) for one in loud)]:
        assert chosen.is_quiet(datetime.fromisoformat(f'2026-03-02T{clock_time}')) is expected


def test_choices_survive_saving_and_rubbish() -> None:
    chosen = NoticeChoices(
        silent=frozenset({'event'}), digest='daily', at='18:30', quiet_from='22:00', quiet_until='07:00'
    )
    assert NoticeChoices.from_plain(chosen.to_plain()) == chosen
    rubbish: object
    for rubbish in (None, 7, [], {'silent': 'event', 'digest': 'often', 'at': '25:00', 'quiet_from': '1:00'}):
        assert NoticeChoices.from_plain(rubbish) == NoticeChoices()


def test_a_digest_is_due_once_an_hour_or_once_a_day() -> None:
    morning = datetime(2026, 3, 2, 8, 59)  # noqa: DTZ001 a local time
    daily, hourly = NoticeChoices(digest='daily'), NoticeChoices(digest='hourly')
    assert [daily.period(morning), daily.period(morning + timedelta(minutes=1))] == [
        '2026-03-01',
        '2026-03-02',
    ]
    assert hourly.period(morning) == '2026-03-02T08'
    assert NoticeChoices().period(morning) == ''
