"""The engine from change to effect: what runs, what does not and why, and that nothing happens twice."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from automations import Engine, FakeClock, Rules
from store import Level, NotAllowed, NotFound, Records, Ref, Rights, roles
from tests.automations.conftest import Save, bell, tasks_of
from tests.conftest import Outbox, records_of

WON = {'kind': 'won'}
DOCUMENTS = (
    'create_task',
    {'title': 'Collect documents: {{ title }}', 'assignee': 'field:owner', 'due_amount': 3},
)


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
    assert [(step.action, step.status) for step in view.steps] == [
        ('create_task', 'done'),
        ('notify', 'done'),
    ]


async def test_conditions_see_old_and_new_values_and_the_linked_record(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    retail = await as_admin.create('accounts', {'title': 'Shop', 'industry': 'Retail'})
    conditions = {
        'all': [
            {'path': 'account.industry', 'op': 'is', 'value': 'retail'},
            {'path': 'old.amount', 'op': 'less', 'value': '100 RUB'},
            {
                'any': [
                    {'path': 'new.amount', 'op': 'greater_equal', 'value': '100 RUB'},
                    {'expr': 'amount > 1000000'},
                ]
            },
        ]
    }
    rule = await save(
        'deals',
        'field_changed',
        {'field': 'amount'},
        ('set_fields', {'values': {'note': 'big'}}),
        conditions=conditions,
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
    await save(
        'deals', 'stage_entered', WON, ('set_fields', {'values': {'note': 'seen'}}), conditions=conditions
    )
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
    assert [
        view.rule.triggers[0].options['button'] for view in await Rules(as_member.actor).buttons('deals')
    ] == ['Call back']
    assert not await Rules(as_viewer.actor).buttons('deals')
    with pytest.raises(NotAllowed):
        await Rules(as_viewer.actor, clock).start(rule.id, [deal.id])
    await Rules(as_member.actor, clock).start(rule.id, [deal.id])
    await engine.drain()
    clock.forward(seconds=1)
    await Rules(as_member.actor, clock).start(rule.id, [deal.id])
    await engine.drain()
    assert len(await tasks_of(as_admin)) == 2


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


async def test_a_trace_tells_its_reader_nothing_of_records_out_of_sight(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    await roles.save_role(as_admin.actor, 'dealer', 'Dealer', {'deals': Rights(read=Level.ALL)})
    dealer = Rules((await records_of('dan', 'Dan', role='dealer')).actor, clock)
    make = ('create_record', {'catalog': 'contacts', 'values': {'title': '{{ account.industry }}'}})
    note = ('set_fields', {'values': {'account': '=account', 'note': 'seen'}})
    await save('deals', 'record_created', {}, note, make)
    rich = {'all': [{'path': 'account.industry', 'op': 'is', 'value': 'Gold'}]}
    await save('deals', 'record_created', {}, note, conditions=rich)
    acme = await as_admin.create('accounts', {'title': 'Secret account', 'industry': 'Secret trade'})
    deal = await as_admin.create('deals', {'title': 'A', 'account': acme.id})
    await engine.drain()
    story = await dealer.of_record('deals', deal.id)
    told = str(story.decisions) + ''.join([str((await dealer.run(run.id)).steps) for run in story.runs])
    assert 'Secret' not in told
    assert 'seen' in told
    full = Rules(as_admin.actor, clock)
    assert 'Secret trade' in str((await full.of_record('deals', deal.id)).decisions)
    assert 'Secret account' in str([(await full.run(run.id)).steps for run in story.runs])


async def test_the_heartbeat_runs_rules_without_being_asked(
    as_admin: Records, house: Any, save: Save, clock: FakeClock
) -> None:
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
