"""The bell."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from store import clock, guard, notifications, people
from store import database as store_database
from store.actor import Actor
from store.notifications import Notice
from store.problems import NotFound


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
