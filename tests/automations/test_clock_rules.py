"""Rules with a clock: windows find every moment once, after restarts and absences too."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from automations import Engine, FakeClock, Rules
from store import Records
from tests.automations.conftest import Save, bell, tasks_of
from tests.conftest import Outbox

REMIND = ('notify', {'to': ['field:owner'], 'text': 'Reminder: {{ title }}', 'kind': 'reminder'})
AT_ONCE = {'field': 'remind_at', 'amount': 0, 'unit': 'minutes', 'when': 'after'}
OPEN = {'all': [{'path': 'stage_kind', 'op': 'is', 'value': 'open'}]}


async def make(records: Records, clock: FakeClock, catalog: str, **values: Any) -> int:
    with clock.stamp():
        return (await records.create(catalog, values)).id


async def test_a_reminder_reaches_the_bell_at_its_time_and_once(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    await save('tasks', 'date_reached', AT_ONCE, REMIND, conditions=OPEN)
    await engine.drain()
    await make(as_admin, clock, 'tasks', title='Call', remind_at=clock.now() + timedelta(minutes=30))
    await engine.drain()
    clock.forward(minutes=29, seconds=59)
    await engine.drain()
    assert await bell(as_admin) == []
    clock.forward(seconds=1)
    await engine.drain()
    clock.forward(minutes=1)
    await engine.drain()
    assert await bell(as_admin) == ['Reminder: Call']


async def test_missed_reminders_come_once_after_a_restart(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock, outbox: Outbox
) -> None:
    await save('tasks', 'date_reached', AT_ONCE, REMIND)
    for number in range(3):
        await make(
            as_admin, clock, 'tasks', title=str(number), remind_at=clock.now() + timedelta(hours=number + 1)
        )
    await engine.drain()
    await engine.stop()
    clock.forward(days=3)
    for _ in range(2):
        again = Engine(clock=clock, mailer=outbox)
        await again.drain()
        await again.stop()
    assert await bell(as_admin) == ['Reminder: 0', 'Reminder: 1', 'Reminder: 2']


async def test_a_moved_reminder_comes_at_its_new_time_too(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    await save('tasks', 'date_reached', AT_ONCE, REMIND)
    task = await make(as_admin, clock, 'tasks', title='Call', remind_at=clock.now() + timedelta(hours=1))
    clock.forward(hours=1)
    await engine.drain()
    with clock.stamp():
        await as_admin.change('tasks', task, {'remind_at': clock.now() + timedelta(hours=1)})
    clock.forward(hours=1)
    await engine.drain()
    assert await bell(as_admin) == ['Reminder: Call', 'Reminder: Call']


async def test_a_closed_task_is_not_reminded_of_and_says_why(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    rule = await save('tasks', 'date_reached', AT_ONCE, REMIND, conditions=OPEN)
    task = await make(as_admin, clock, 'tasks', title='Call', remind_at=clock.now() + timedelta(hours=1))
    await as_admin.move('tasks', task, stage='done')
    clock.forward(hours=2)
    await engine.drain()
    assert await bell(as_admin) == []
    (decision,) = await Rules(as_admin.actor).decisions(rule.id)
    assert (decision.reason, decision.facts['line']['actual']) == ('condition', 'won')
    assert not await Rules(as_admin.actor).runs(rule.id)


async def test_a_moment_set_while_the_engine_looked_elsewhere_is_not_lost(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    await save('tasks', 'date_reached', AT_ONCE, REMIND)
    begun = clock.now()
    clock.forward(seconds=10)
    await engine.drain()
    # Saved at a time the engine has already looked beyond: its window has gone by.
    early = FakeClock(begun + timedelta(seconds=5))
    await make(as_admin, early, 'tasks', title='Call', remind_at=begun + timedelta(seconds=8))
    # A moment that lay in the past when it was set is nobody's reminder.
    await make(as_admin, early, 'tasks', title='Past', remind_at=begun + timedelta(seconds=2))
    await engine.drain()
    clock.forward(seconds=10)
    await engine.drain()
    assert await bell(as_admin) == ['Reminder: Call']


async def test_a_rule_that_was_off_does_not_make_up_for_what_it_slept_through(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    rule = await save('tasks', 'date_reached', AT_ONCE, REMIND)
    await make(as_admin, clock, 'tasks', title='Call', remind_at=clock.now() + timedelta(hours=1))
    await engine.drain()
    rules = Rules(as_admin.actor, clock)
    await rules.switch(rule.id, enabled=False)
    clock.forward(hours=2)
    await engine.drain()
    await rules.switch(rule.id, enabled=True)
    clock.forward(hours=1)
    await engine.drain()
    assert await bell(as_admin) == []


async def test_a_deal_that_stands_still_for_14_days_is_told_once_for_each_stay(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    text = '{{ title }} at {{ stage_label }}'
    await save(
        'deals',
        'stage_stale',
        {'amount': 14, 'unit': 'days'},
        ('notify', {'to': ['field:owner'], 'text': text}),
    )
    slow = await make(as_admin, clock, 'deals', title='Slow')
    won = await make(as_admin, clock, 'deals', title='Won', stage='won')
    assert won
    clock.forward(days=13)
    await engine.drain()
    assert await bell(as_admin) == []
    clock.forward(days=1)
    await engine.drain()
    assert await bell(as_admin) == ['Slow at New']
    with clock.stamp():
        await as_admin.move('deals', slow, stage='offer')
    clock.forward(days=13, hours=23)
    await engine.drain()
    clock.forward(hours=2)
    await engine.drain()
    assert await bell(as_admin) == ['Slow at New', 'Slow at Offer']


@pytest.mark.parametrize(
    ('birthday', 'told'),
    [
        ('1990-03-09', datetime(2026, 3, 5, 6, tzinfo=UTC)),  # Monday's on Thursday, 09:00 in Moscow
        ('1988-02-29', datetime(2027, 2, 25, 6, tzinfo=UTC)),  # kept on Sunday 28 February 2027
        (
            '2000-03-04',
            datetime(2027, 3, 2, 6, tzinfo=UTC),
        ),  # this year's was before the rule; the next one comes
    ],
)
async def test_a_birthday_is_told_two_working_days_ahead(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock, birthday: str, told: datetime
) -> None:
    clock.set(datetime(2026, 3, 3, 12, tzinfo=UTC))
    options = {
        'field': 'birthday',
        'amount': 2,
        'unit': 'working_days',
        'when': 'before',
        'at': '09:00',
        'yearly': True,
    }
    await save(
        'contacts', 'date_reached', options, ('notify', {'to': ['field:owner'], 'text': '{{ title }}'})
    )
    await make(as_admin, clock, 'contacts', title='Ann', birthday=birthday)
    await engine.drain()
    clock.set(told - timedelta(seconds=1))
    await engine.drain()
    before = await bell(as_admin)
    clock.set(told + timedelta(seconds=1))
    await engine.drain()
    clock.forward(days=20)
    await engine.drain()
    assert (before, await bell(as_admin)) == ([], ['Ann'])


async def test_a_date_is_told_before_it_comes(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    options = {'field': 'closes_on', 'amount': 3, 'unit': 'days', 'when': 'before', 'at': '10:30'}
    await save(
        'deals', 'date_reached', options, ('notify', {'to': ['field:owner'], 'text': '{{ closes_on | day }}'})
    )
    await make(as_admin, clock, 'deals', title='A', closes_on='2026-03-10')
    await engine.drain()
    clock.set(datetime(2026, 3, 7, 7, 30, tzinfo=UTC))
    await engine.drain()
    assert await bell(as_admin) == ['March 10']


async def test_set_times_run_once_or_for_every_fitting_record(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    daily = {'every': 'day', 'at': '13:00'}
    task = ('create_task', {'title': 'Morning round', 'assignee': f'person:{as_admin.actor.person_id}'})
    await save('deals', 'schedule', daily, task)
    note = ('set_fields', {'values': {'note': 'checked'}})
    conditions = {'all': [{'path': 'source', 'op': 'is', 'value': 'site'}, {'expr': "title != 'C'"}]}
    await save('deals', 'schedule', {**daily, 'scope': 'each'}, note, conditions=conditions)
    ids = [
        await make(as_admin, clock, 'deals', title=t, source=s)
        for t, s in (('A', 'site'), ('B', 'call'), ('C', 'site'))
    ]
    await engine.drain()
    clock.set(datetime(2026, 3, 4, 10, 0, 1, tzinfo=UTC))
    await engine.drain()
    assert [view.title for view in await tasks_of(as_admin)] == ['Morning round']
    assert [(await as_admin.get('deals', id))['note'] for id in ids] == ['checked', None, None]


@pytest.mark.parametrize(
    ('line', 'fits'),
    [
        ({'path': 'closes_on', 'op': 'last_days', 'value': 7}, '2026-02-25'),
        ({'path': 'closes_on', 'op': 'next_days', 'value': 7}, '2026-03-11'),
        ({'path': 'created_at', 'op': 'greater', 'value': '2026-03-02'}, '2026-03-02'),
        ({'path': 'pipeline', 'op': 'contains', 'value': 'sal'}, '2026-03-02'),
    ],
)
async def test_a_set_time_misses_no_record_that_meets_the_conditions(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock, line: Mapping[str, Any], fits: str
) -> None:
    note = ('set_fields', {'values': {'note': 'checked'}})
    daily = {'every': 'day', 'at': '13:00', 'scope': 'each'}
    await save('deals', 'schedule', daily, note, conditions={'all': [line]})
    id = await make(as_admin, clock, 'deals', title='A', closes_on=fits)
    await engine.drain()
    clock.set(datetime(2026, 3, 4, 10, 0, 1, tzinfo=UTC))
    await engine.drain()
    assert (await as_admin.get('deals', id))['note'] == 'checked'


async def test_a_task_is_due_in_working_days_at_its_time(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    clock.set(datetime(2026, 3, 6, 9, tzinfo=UTC))  # a Friday
    options = {
        'title': 'Call',
        'due_amount': 1,
        'due_unit': 'working_days',
        'due_at': '17:30',
        'remind_minutes': 30,
    }
    await save('deals', 'record_created', {}, ('create_task', options))
    await make(as_admin, clock, 'deals', title='A')
    await engine.drain()
    (task,) = await tasks_of(as_admin)
    assert task['due_at'] == datetime(2026, 3, 9, 14, 30, tzinfo=UTC)
    assert task['remind_at'] == datetime(2026, 3, 9, 14, 0, tzinfo=UTC)


async def test_many_records_due_at_once_each_have_one_run(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    rule = await save('tasks', 'date_reached', AT_ONCE, REMIND)
    moment = clock.now() + timedelta(hours=1)
    with clock.stamp():
        await as_admin.create_many('tasks', [{'title': str(n), 'remind_at': moment} for n in range(1200)])
    clock.forward(hours=1)
    await engine._hold()  # noqa: SLF001  only the planner, not the 1,200 runs
    await engine._shelf.refresh()  # noqa: SLF001
    assert await engine._planner.tick() == 1200  # noqa: SLF001
    assert await engine._planner.tick() == 0  # noqa: SLF001
    assert len(await Rules(as_admin.actor).runs(rule.id, limit=2000)) == 1200
