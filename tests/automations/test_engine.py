"""The engine from change to effect: what runs, what does not and why, and that nothing happens twice."""

from datetime import datetime
from typing import Any

import pytest

from automations import Engine, FakeClock, Rules
from store import Level, NotAllowed, NotFound, Records, Ref, Rights, people, roles, runs
from tests.automations.conftest import Save, bell, tasks_of
from tests.conftest import Outbox, records_of

WON = {'kind': 'won'}
DOCUMENTS = ('create_task', {'title': 'Collect documents: {{ title }}', 'assignee': 'field:owner', 'due_amount': 3})


async def reasons(rules: Rules, rule_id: int) -> list[str]:
    return [decision.reason for decision in await rules.decisions(rule_id)]


async def test_a_won_deal_creates_a_task_and_tells_accounting(
    as_admin: Records, as_member: Records, accountant: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    tell = ('notify', {'to': ['role:accounting'], 'text': 'Won: {{ title }}, {{ amount | money }}'})
    rule = await save('deals', 'stage_entered', WON, DOCUMENTS, tell)
    won = await as_member.create('deals', {'title': 'Acme', 'amount': '1200 RUB'})
    lost = await as_member.create('deals', {'title': 'Umbrella'})
    await as_member.move('deals', won.id, stage='won')
    await as_member.move('deals', lost.id, stage='lost')
    await engine.drain()
    await engine.drain()
    (task,) = await tasks_of(as_admin)
    assert task.title == 'Collect documents: Acme'
    assert task.owner == Ref(as_member.actor.person_id or 0, 'Max Member', 'person')
    assert task['about'] == Ref(won.id, 'Acme', 'deals')
    assert await bell(accountant) == ['Won: Acme, RUB\xa01,200']
    assert (await as_admin.history('tasks', task.id))[0].cause.kind == 'rule'
    ruled = await Rules(as_admin.actor, clock).get(rule.id)
    assert (ruled.tally.week, ruled.tally.broken) == (1, 0)
    assert ruled.tally.last is not None
    view = await Rules(as_admin.actor).run(ruled.tally.last.id)
    assert [(step.action, step.status) for step in view.steps] == [('create_task', 'done'), ('notify', 'done')]


async def test_conditions_see_old_and_new_values_and_the_linked_record(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    retail = await as_admin.create('accounts', {'title': 'Shop', 'industry': 'Retail'})
    conditions = {
        'all': [
            {'path': 'account.industry', 'op': 'is', 'value': 'retail'},
            {'path': 'old.amount', 'op': 'less', 'value': '100 RUB'},
            {'any': [{'path': 'new.amount', 'op': 'greater_equal', 'value': '100 RUB'}, {'expr': 'amount > 1000000'}]},
        ]
    }
    rule = await save(
        'deals', 'field_changed', {'field': 'amount'}, ('set_fields', {'values': {'note': 'big'}}), conditions=conditions
    )
    grown = await as_admin.create('deals', {'title': 'A', 'amount': '50 RUB', 'account': retail.id})
    other = await as_admin.create('deals', {'title': 'B', 'amount': '50 RUB'})
    for deal in (grown, other):
        await as_admin.change('deals', deal.id, {'amount': '150 RUB'})
    await engine.drain()
    assert (await as_admin.get('deals', grown.id))['note'] == 'big'
    assert (await as_admin.get('deals', other.id))['note'] is None
    story = await Rules(as_admin.actor).of_record('deals', other.id)
    (decision,) = story.decisions
    assert decision.reason == 'unknown'
    assert decision.facts['line'] == {
        'path': 'account.industry', 'op': 'is', 'value': 'retail', 'holds': None, 'actual': '',
    }  # fmt: skip
    assert story.names[rule.id] == 'field_changed'


async def test_conditions_are_judged_as_of_the_change(as_admin: Records, engine: Engine, save: Save) -> None:
    conditions = {'all': [{'path': 'amount', 'op': 'greater', 'value': '100 RUB'}]}
    await save('deals', 'stage_entered', WON, ('set_fields', {'values': {'note': 'seen'}}), conditions=conditions)
    deal = await as_admin.create('deals', {'title': 'A', 'amount': '150 RUB'})
    await as_admin.move('deals', deal.id, stage='won')
    await as_admin.change('deals', deal.id, {'amount': '10 RUB'})
    await engine.drain()
    assert (await as_admin.get('deals', deal.id))['note'] == 'seen'


async def test_a_false_condition_leaves_the_line_and_both_values(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    conditions = {'all': [{'path': 'amount', 'op': 'greater', 'value': '100 RUB'}]}
    rule = await save('deals', 'record_created', {}, DOCUMENTS, conditions=conditions)
    await as_admin.create('deals', {'title': 'A', 'amount': '99 RUB'})
    await engine.drain()
    (decision,) = await Rules(as_admin.actor).decisions(rule.id)
    assert decision.reason == 'condition'
    assert decision.facts['line'] == {
        'path': 'amount', 'op': 'greater', 'value': '100 RUB', 'holds': False, 'actual': '99',
    }  # fmt: skip


async def test_two_rules_that_answer_each_other_stop(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    there = await save('deals', 'stage_entered', {'stages': ['offer']}, ('move_stage', {'stage': 'new'}), name='there')
    back = await save('deals', 'stage_entered', {'stages': ['new']}, ('move_stage', {'stage': 'offer'}), name='back')
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
        'contacts', 'record_created', {}, ('create_record', {'catalog': 'contacts', 'values': {'title': '{{ title }}+'}})
    )
    await as_admin.create('contacts', {'title': 'A'})
    await engine.drain()
    names = [view.title for view in (await as_admin.find('contacts')).records]
    assert max(names, key=len) == 'A' + '+' * 8
    assert await reasons(Rules(as_admin.actor, clock), rule.id) == ['depth']
    assert 'rule_depth' in await bell(as_admin)


async def test_a_change_that_changes_nothing_starts_nothing(as_admin: Records, engine: Engine, save: Save) -> None:
    rule = await save('deals', 'field_changed', {'field': 'note'}, ('set_fields', {'values': {'note': 'same'}}))
    deal = await as_admin.create('deals', {'title': 'A', 'note': 'same'})
    await as_admin.change('deals', deal.id, {'note': 'same'})
    await engine.drain()
    assert not await Rules(as_admin.actor).runs(rule.id)


async def test_a_rule_acts_with_its_owners_rights(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    boss = await records_of('eve', 'Eve')
    rule = await save('deals', 'record_created', {}, ('set_fields', {'values': {'note': 'ruled'}}), actor=boss.actor)
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


async def test_a_failing_step_undoes_the_segment_and_says_where(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    wrong = ('set_fields', {'values': {'amount': '{{ title }}'}})
    rule = await save('deals', 'record_created', {}, DOCUMENTS, wrong)
    await as_admin.create('deals', {'title': 'no number'})
    await engine.drain()
    assert await tasks_of(as_admin) == []
    (run,) = await Rules(as_admin.actor, clock).runs(rule.id)
    view = await Rules(as_admin.actor).run(run.id)
    assert run.status == 'failed'
    assert [(step.step, step.status) for step in view.steps] == [(1, 'failed')]


async def test_waiting_lasts_through_a_restart(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock, outbox: Outbox
) -> None:
    note = ('set_fields', {'values': {'note': 'first'}})
    await save('deals', 'record_created', {}, note, ('wait', {'amount': 2, 'unit': 'days'}), DOCUMENTS)
    deal = await as_admin.create('deals', {'title': 'A'})
    await engine.drain()
    assert (await as_admin.get('deals', deal.id))['note'] == 'first'
    clock.forward(days=1)
    await engine.drain()
    assert await tasks_of(as_admin) == []
    await engine.stop()
    later = Engine(clock=clock, mailer=outbox, poster=outbox)
    clock.forward(days=1, seconds=1)
    await later.drain()
    assert len(await tasks_of(as_admin)) == 1
    await later.stop()


async def test_a_rule_that_changes_lets_old_runs_end_as_they_began(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    rule = await save('deals', 'record_created', {}, ('wait', {'amount': 1, 'unit': 'hours'}), DOCUMENTS)
    await as_admin.create('deals', {'title': 'A'})
    await engine.drain()
    spec = rule.rule.to_plain()
    spec['steps'] = [{'action': 'set_fields', 'options': {'values': {'note': 'new way'}}}]
    await Rules(as_admin.actor, clock).change(rule.id, spec)
    clock.forward(hours=1)
    await engine.drain()
    assert [task.title for task in await tasks_of(as_admin)] == ['Collect documents: A']


async def test_imports_start_only_the_rules_that_ask_for_it(
    as_admin: Records, engine: Engine, save: Save
) -> None:
    from store import Cause  # noqa: PLC0415

    await save('deals', 'record_created', {}, ('set_fields', {'values': {'note': 'quiet'}}))
    await save(
        'deals', 'record_created', {}, ('set_fields', {'values': {'source': 'site'}}), origins=['person', 'import']
    )
    importing = Records(as_admin.actor, Cause('import', None))
    deal = await importing.create('deals', {'title': 'A'})
    await engine.drain()
    view = await as_admin.get('deals', deal.id)
    assert (view['note'], view['source']) == (None, 'site')


async def test_turns_are_taken_one_after_the_other(as_admin: Records, engine: Engine, save: Save) -> None:
    one, two = await records_of('ivan', 'Ivan'), await records_of('olga', 'Olga')
    who = [f'person:{one.actor.person_id}', f'person:{two.actor.person_id}']
    await save('deals', 'record_created', {}, ('assign', {'how': 'round_robin', 'people': who}))
    deals = [await as_admin.create('deals', {'title': str(n)}) for n in range(4)]
    await engine.drain()
    owners = [(await as_admin.get('deals', deal.id)).owner for deal in deals]
    assert [owner.title for owner in owners if owner] == ['Ivan', 'Olga', 'Ivan', 'Olga']


async def test_the_least_loaded_gets_the_next_one(as_admin: Records, engine: Engine, save: Save) -> None:
    one, two = await records_of('ivan', 'Ivan'), await records_of('olga', 'Olga')
    await as_admin.create('deals', {'title': 'old', 'owner': one.actor.person_id})
    who = [f'person:{one.actor.person_id}', f'person:{two.actor.person_id}']
    await save('deals', 'record_created', {}, ('assign', {'how': 'least_loaded', 'people': who}))
    deal = await as_admin.create('deals', {'title': 'new'})
    await engine.drain()
    owner = (await as_admin.get('deals', deal.id)).owner
    assert owner is not None
    assert owner.title in {'Ivan', 'Olga'}


async def test_a_button_starts_a_rule_once_for_each_press(
    as_admin: Records, as_member: Records, as_viewer: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    rule = await save('deals', 'manual', {'button': 'Call back'}, DOCUMENTS)
    deal = await as_admin.create('deals', {'title': 'A'})
    assert [view.rule.triggers[0].options['button'] for view in await Rules(as_member.actor).buttons('deals')] == [
        'Call back'
    ]
    assert not await Rules(as_viewer.actor).buttons('deals')
    with pytest.raises(NotAllowed):
        await Rules(as_viewer.actor, clock).start(rule.id, [deal.id])
    await Rules(as_member.actor, clock).start(rule.id, [deal.id])
    await engine.drain()
    clock.forward(seconds=1)
    await Rules(as_member.actor, clock).start(rule.id, [deal.id])
    await engine.drain()
    assert len(await tasks_of(as_admin)) == 2


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
    from automations import Limits  # noqa: PLC0415

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


async def test_a_frozen_worker_cannot_commit(as_admin: Records, engine: Engine, save: Save, clock: FakeClock) -> None:
    await save('deals', 'record_created', {}, DOCUMENTS)
    await as_admin.create('deals', {'title': 'A'})
    await engine.turn()
    assert len(await tasks_of(as_admin)) == 1
    await as_admin.create('deals', {'title': 'B'})
    await engine._dispatcher.dispatch()  # noqa: SLF001 - freezes it between claim and segment
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
        from store import database  # noqa: PLC0415

        await database.rows("UPDATE rule_runs SET status = 'queued', stalls = 4 WHERE id = ?", [run.id])
    await as_admin.create('deals', {'title': 'sound'})
    await first.drain()
    (sound, poison) = await rules.runs(rule.id)
    assert (sound.status, poison.status) == ('done', 'dead')
    assert [view.id for view in await rules.broken()] == [poison.id]
    await first.stop()


async def test_what_ran_is_told_only_to_readers_of_the_record(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    seller = await records_of('sam', 'Sam', role='seller')
    rule = await save('deals', 'record_created', {}, DOCUMENTS)
    deal = await as_admin.create('deals', {'title': 'A'})
    await engine.drain()
    (run,) = await Rules(as_admin.actor, clock).runs(rule.id)
    with pytest.raises(NotFound):
        await Rules(seller.actor).run(run.id)
    with pytest.raises(NotFound):
        await Rules(seller.actor).of_record('deals', deal.id)
    with pytest.raises(NotAllowed):
        await Rules(seller.actor).list()


async def test_the_heartbeat_runs_rules_without_being_asked(
    as_admin: Records, house: Any, save: Save, clock: FakeClock
) -> None:
    import asyncio  # noqa: PLC0415

    engine = Engine()
    await save('deals', 'record_created', {}, DOCUMENTS)
    await engine.start()
    begun = datetime.now().astimezone()
    await as_admin.create('deals', {'title': 'A'})
    async with asyncio.timeout(5):
        while not await tasks_of(as_admin):
            await asyncio.sleep(0.01)
    assert (datetime.now().astimezone() - begun).total_seconds() < 2
    await engine.stop()
