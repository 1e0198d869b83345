"""What keeps rules in bounds: loops, storms, rights, imports, a second engine, a frozen one, a poisonous
run."""

import contextlib
from collections.abc import Sequence
from typing import Any

import pytest

from automations import TRIGGERS, Engine, FakeClock, Limits, Rules, segments
from automations.shelf import LiveRule, owner_of
from store import (
    TO_UNDO,
    Actor,
    Cause,
    Level,
    Query,
    Records,
    Ref,
    Rights,
    database,
    journal,
    people,
    roles,
    rules,
    runs,
    where,
)
from tests.automations.conftest import Save, bell, tasks_of
from tests.conftest import Outbox, records_of

WON = {'kind': 'won'}
DOCUMENTS = (
    'create_task',
    {'title': 'Collect documents: {{ title }}', 'assignee': 'field:owner', 'due_amount': 3},
)


async def reasons(rules: Rules, rule_id: int) -> list[str]:
    return [decision.reason for decision in await rules.decisions(rule_id)]


async def test_two_rules_that_answer_each_other_stop(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    there = await save(
        'deals', 'stage_entered', {'stages': ['offer']}, ('move_stage', {'stage': 'new'}), name='there'
    )
    back = await save(
        'deals', 'stage_entered', {'stages': ['new']}, ('move_stage', {'stage': 'offer'}), name='back'
    )
    deal = await as_admin.create('deals', {'title': 'Ping-pong'})
    await engine.drain()
    assert (await as_admin.get('deals', deal.id)).stage == 'new'
    rules = Rules(as_admin.actor, clock)
    assert await reasons(rules, back.id) == ['chain']
    assert await reasons(rules, there.id) == []


async def test_a_rule_that_creates_what_starts_it_ends_at_the_depth_limit(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    rule = await save(
        'contacts',
        'record_created',
        {},
        ('create_record', {'catalog': 'contacts', 'values': {'title': '{{ title }}+'}}),
    )
    await as_admin.create('contacts', {'title': 'A'})
    await engine.drain()
    names = [view.title for view in (await as_admin.find('contacts')).records]
    assert max(names, key=len) == 'A' + '+' * 8
    assert await reasons(Rules(as_admin.actor, clock), rule.id) == ['depth']
    assert 'rule_depth' in await bell(as_admin)


async def test_a_change_that_changes_nothing_starts_nothing(
    as_admin: Records, engine: Engine, save: Save
) -> None:
    rule = await save(
        'deals', 'field_changed', {'field': 'note'}, ('set_fields', {'values': {'note': 'same'}})
    )
    deal = await as_admin.create('deals', {'title': 'A', 'note': 'same'})
    await as_admin.change('deals', deal.id, {'note': 'same'})
    await engine.drain()
    assert not await Rules(as_admin.actor).runs(rule.id)


async def test_a_rule_acts_with_its_owners_rights(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    boss = await records_of('eve', 'Eve')
    rule = await save(
        'deals', 'record_created', {}, ('set_fields', {'values': {'note': 'ruled'}}), actor=boss.actor
    )
    await roles.save_role(as_admin.actor, 'reader', 'Reader', {'deals': Rights(read=Level.ALL)})
    await people.change_person(
        as_admin.actor, boss.actor.person_id or 0, {'is_admin': False, 'roles': ['reader']}
    )
    deal = await as_admin.create('deals', {'title': 'A'})
    await engine.drain()
    assert (await as_admin.get('deals', deal.id))['note'] is None
    (run,) = await Rules(as_admin.actor, clock).runs(rule.id)
    assert run.status == 'failed'
    assert run.error is not None
    assert run.error['code'] == 'not_allowed'
    assert await bell(boss) == ['rule_failed']


async def test_an_owner_who_has_left_pauses_the_rule(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    boss = await records_of('eve', 'Eve')
    rule = await save('deals', 'record_created', {}, DOCUMENTS, actor=boss.actor)
    await people.change_person(as_admin.actor, boss.actor.person_id or 0, {'is_active': False})
    await as_admin.create('deals', {'title': 'A'})
    await engine.drain()
    assert await tasks_of(as_admin) == []
    assert (await Rules(as_admin.actor, clock).get(rule.id)).stored.paused == 'rule_owner_gone'


async def test_imports_start_only_the_rules_that_ask_for_it(
    as_admin: Records, engine: Engine, save: Save
) -> None:
    await save('deals', 'record_created', {}, ('set_fields', {'values': {'note': 'quiet'}}))
    await save(
        'deals',
        'record_created',
        {},
        ('set_fields', {'values': {'source': 'site'}}),
        origins=['person', 'import'],
    )
    importing = Records(as_admin.actor, Cause('import', None))
    deal = await importing.create('deals', {'title': 'A'})
    await engine.drain()
    view = await as_admin.get('deals', deal.id)
    assert (view['note'], view['source']) == (None, 'site')


async def test_putting_a_deal_back_where_it_was_is_not_won_again(
    as_admin: Records, engine: Engine, save: Save
) -> None:
    await save('deals', 'stage_entered', WON, DOCUMENTS)
    deal = await as_admin.create('deals', {'title': 'Back and forth'})
    for door, stage in ((as_admin, 'won'), (as_admin, 'new'), (Records(as_admin.actor, TO_UNDO), 'won')):
        await door.move('deals', deal.id, stage=stage)
        await engine.drain()
    assert len(await tasks_of(as_admin)) == 1


async def test_a_rule_that_is_off_says_so_and_never_makes_up_for_it(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    rule = await save('deals', 'record_created', {}, DOCUMENTS)
    rules = Rules(as_admin.actor, clock)
    await rules.switch(rule.id, enabled=False)
    await as_admin.create('deals', {'title': 'A'})
    await engine.drain()
    await rules.switch(rule.id, enabled=True)
    await engine.drain()
    assert await tasks_of(as_admin) == []
    assert await reasons(rules, rule.id) == ['disabled']


async def test_a_storm_pauses_the_rule(as_admin: Records, house: Any, save: Save, clock: FakeClock) -> None:
    engine = Engine(clock=clock, limits=Limits(per_record=3))
    rule = await save('deals', 'field_changed', {'field': 'note'}, ('wait', {'amount': 1, 'unit': 'days'}))
    deal = await as_admin.create('deals', {'title': 'A'})
    for n in range(6):
        await as_admin.change('deals', deal.id, {'note': str(n)})
    await engine.drain()
    rules = Rules(as_admin.actor, clock)
    assert len(await rules.runs(rule.id)) == 3
    assert (await rules.get(rule.id)).stored.paused == 'rule_storm'
    assert 'rule_storm' in await bell(as_admin)
    await engine.stop()


async def test_only_one_engine_works_at_a_time(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock, outbox: Outbox
) -> None:
    await save('deals', 'record_created', {}, DOCUMENTS)
    await engine.drain()
    second = Engine(clock=clock)
    await as_admin.create('deals', {'title': 'A'})
    assert await second.drain() == 0
    await engine.drain()
    assert len(await tasks_of(as_admin)) == 1
    clock.forward(minutes=1)
    await as_admin.create('deals', {'title': 'B'})
    await second.drain()
    # The first one has been asleep for longer than its lease: it may write nothing any more.
    assert await runs.still_held(engine.worker) is False
    assert len(await tasks_of(as_admin)) == 2
    await second.stop()


async def test_a_rule_that_breaks_on_a_change_does_not_take_it_from_the_others(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> bool:
        raise RuntimeError('a bug')

    bad = await save('deals', 'stage_entered', {}, DOCUMENTS, name='bad')
    await save('deals', 'record_created', {}, DOCUMENTS, name='good')
    monkeypatch.setattr(TRIGGERS['stage_entered'], 'matches', broken)
    await as_admin.create('deals', {'title': 'A'})
    await engine.drain()
    assert [task.title for task in await tasks_of(as_admin)] == ['Collect documents: A']
    assert await reasons(Rules(as_admin.actor, clock), bad.id) == ['error']
    assert await journal.waiting(10) == []


async def test_a_run_whose_work_broke_off_is_taken_up_again_and_holds_up_no_other(
    as_admin: Records, engine: Engine, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[LiveRule] = []

    async def lost_at_first(live: LiveRule) -> Actor | None:
        asked.append(live)
        if len(asked) == 1:
            raise OSError('the connection was lost')
        return await owner_of(live)

    monkeypatch.setattr(segments, 'owner_of', lost_at_first)
    await save('deals', 'record_created', {}, DOCUMENTS)
    await as_admin.create_many('deals', [{'title': 'A'}, {'title': 'B'}])
    with contextlib.suppress(OSError):
        await engine.drain()
    await engine.drain()
    assert sorted(task.title[-1] for task in await tasks_of(as_admin)) == ['A', 'B']


async def test_the_queue_is_read_over_its_index_and_never_through_all_that_ever_ran(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_postgres():
        pytest.skip('PostgreSQL plans by its statistics')
    told: dict[str, Any] = {}
    ask = database.rows

    async def noted(sql: str, args: Sequence[Any] = (), **how: Any) -> list[dict[str, Any]]:
        told[sql] = args
        return await ask(sql, args, **how)

    await save('deals', 'record_created', {}, ('wait', {'amount': 1}))
    await as_admin.create('deals', {'title': 'A'})
    await engine.drain()
    clock.forward(days=2)
    monkeypatch.setattr(database, 'rows', noted)
    assert await runs.next_due()
    assert await runs.claim(clock.now(), 5)
    async with runs.transaction():
        for sql, args in [one for one in told.items() if 'rule_runs' in one[0] and ' id IN ' not in one[0]]:
            plan = await ask(f'EXPLAIN QUERY PLAN {sql}', args)
            assert all('ix_runs_live' in step['detail'] for step in plan), sql


async def test_rules_that_could_not_be_loaded_are_loaded_later_and_miss_nothing(
    as_admin: Records, engine: Engine, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked() -> list[Any]:
        raise OSError('database is locked')

    await save('deals', 'record_created', {}, DOCUMENTS)
    await as_admin.create('deals', {'title': 'A'})
    every = rules.every
    monkeypatch.setattr(rules, 'every', locked)
    with pytest.raises(OSError, match='locked'):
        await engine.drain()
    monkeypatch.setattr(rules, 'every', every)
    await engine.drain()
    assert len(await tasks_of(as_admin)) == 1


async def test_a_count_of_days_that_is_empty_is_unknown(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    line = {'path': 'closes_on', 'op': 'older_than_days', 'value': '=amount'}
    rule = await save('deals', 'record_created', {}, DOCUMENTS, conditions={'all': [line]})
    await as_admin.create('deals', {'title': 'A', 'closes_on': '2026-01-01'})
    await as_admin.create('deals', {'title': 'B', 'closes_on': '2026-01-01', 'amount': '10'})
    await engine.drain()
    assert [task.title for task in await tasks_of(as_admin)] == ['Collect documents: B']
    assert await reasons(Rules(as_admin.actor, clock), rule.id) == ['unknown']


async def test_a_frozen_worker_cannot_commit(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    await save('deals', 'record_created', {}, DOCUMENTS)
    await as_admin.create('deals', {'title': 'A'})
    await engine.turn()
    assert len(await tasks_of(as_admin)) == 1
    await as_admin.create('deals', {'title': 'B'})
    await engine._dispatcher.dispatch()  # noqa: SLF001  freezes it between claim and segment
    (frozen,) = await runs.claim(clock.now(), 5)
    clock.forward(minutes=1)
    second = Engine(clock=clock)
    await second.drain()
    async with runs.transaction():
        assert await runs.fence(frozen) is False
    assert len(await tasks_of(as_admin)) == 2
    await second.stop()


async def test_a_poisonous_run_ends_and_lets_the_others_go_on(
    as_admin: Records, house: Any, save: Save, clock: FakeClock
) -> None:
    rule = await save('deals', 'record_created', {}, DOCUMENTS)
    await as_admin.create('deals', {'title': 'poison'})
    first = Engine(clock=clock)
    await first.turn()
    rules = Rules(as_admin.actor, clock)
    (run,) = await rules.runs(rule.id)
    async with runs.transaction():
        await database.rows("UPDATE rule_runs SET status = 'queued', stalls = 4 WHERE id = ?", [run.id])
    await as_admin.create('deals', {'title': 'sound'})
    await first.drain()
    (sound, poison) = await rules.runs(rule.id)
    assert (sound.status, poison.status) == ('done', 'dead')
    assert [view.id for view in await rules.broken()] == [poison.id]
    await first.stop()


async def test_a_great_import_is_put_aside_at_once_but_for_the_rules_that_want_it(
    as_admin: Records, engine: Engine, save: Save
) -> None:
    site = ('set_fields', {'values': {'source': 'site'}})
    conditions = {'all': [{'path': 'title', 'op': 'is', 'value': 'Row 7'}]}
    await save('deals', 'record_created', {}, site, conditions=conditions, origins=['import'])
    await save('contacts', 'record_created', {}, ('create_task', {'title': 'never'}))
    importing = Records(as_admin.actor, Cause('import', None))
    for catalog in ('contacts', 'accounts', 'deals'):
        await importing.create_many(catalog, [{'title': f'Row {n}'} for n in range(300)])
    ann = await as_admin.create('contacts', {'title': 'Ann'})
    await engine.drain()
    assert await journal.waiting(10) == []
    assert [view['about'] for view in await tasks_of(as_admin)] == [Ref(ann.id, 'Ann', 'contacts')]
    chosen = await as_admin.find('deals', Query(filter=where(source='site')))
    assert [view.title for view in chosen.records] == ['Row 7']


async def test_a_rule_installed_by_another_process_is_noticed_within_seconds(
    as_admin: Records, engine: Engine, save: Save
) -> None:
    await engine.drain()
    for stop in engine._unsubscribe:  # noqa: SLF001  another process tells this one nothing
        stop()
    await save('deals', 'record_created', {}, DOCUMENTS)
    await as_admin.create('deals', {'title': 'A'})
    engine._renew_at = 0.0  # noqa: SLF001  five seconds later
    await engine.drain()
    assert len(await tasks_of(as_admin)) == 1
