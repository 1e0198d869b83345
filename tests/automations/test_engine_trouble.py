"""When things go wrong: tried again, given up with a reason, taken up again by hand, and never in silence."""

from typing import Any

import pytest

from automations import ACTIONS, Engine, FakeClock, Rules, Words
from automations.actions import Doing, Options, Outcome
from store import NotAllowed, Records, journal
from tests.automations.conftest import Save, bell, tasks_of
from tests.conftest import records_of

TASK = ('create_task', {'title': 'x'})


class Weather:
    """Stands in for a step that fails as often as it is told."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.tries = 0

    async def run(self, doing: Doing, options: Options) -> Outcome:
        """Fail, or do nothing."""
        self.tries += 1
        if self.tries <= self.failures:
            raise OSError('the disk is busy')
        return Outcome()


@pytest.fixture
def storm(monkeypatch: pytest.MonkeyPatch) -> Weather:
    """The step `wait`, which fails."""
    made = Weather(1)
    monkeypatch.setattr(ACTIONS['wait'], 'run', made.run)
    return made


async def test_what_may_pass_is_tried_again_and_leaves_its_effects_once(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock, storm: Weather
) -> None:
    rule = await save('deals', 'record_created', {}, TASK, ('wait', {'amount': 1}))
    await as_admin.create('deals', {'title': 'A'})
    await engine.drain()
    assert await tasks_of(as_admin) == []
    clock.forward(seconds=11)
    await engine.drain()
    assert len(await tasks_of(as_admin)) == 1
    (run,) = await Rules(as_admin.actor, clock).runs(rule.id)
    view = await Rules(as_admin.actor).run(run.id)
    assert run.status == 'done'
    assert [(step.action, step.status) for step in view.steps] == [
        ('wait', 'failed'), ('create_task', 'done'), ('wait', 'done'),
    ]  # fmt: skip
    assert await bell(as_admin) == []


async def test_what_does_not_pass_ends_visibly_and_can_be_taken_up_again(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock, storm: Weather
) -> None:
    storm.failures = 5
    rule = await save('deals', 'record_created', {}, TASK, ('wait', {'amount': 1}))
    await as_admin.create('deals', {'title': 'A'})
    for _ in range(6):
        await engine.drain()
        clock.forward(hours=1)
    rules = Rules(as_admin.actor, clock)
    (run,) = await rules.broken()
    assert (run.status, run.attempts, storm.tries) == ('failed', 5, 5)
    assert run.error is not None
    assert run.error['facts'] == {'error': 'OSError', 'detail': 'the disk is busy'}
    assert await bell(as_admin) == ['rule_failed']
    assert (await rules.list())[0].tally.broken == 1
    await rules.again(run.id)
    await engine.drain()
    assert (await rules.runs(rule.id))[0].status == 'done'
    assert len(await tasks_of(as_admin)) == 1


async def test_a_waiting_run_can_be_ended(
    as_admin: Records, as_member: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    rule = await save('deals', 'record_created', {}, ('wait', {'amount': 1, 'unit': 'days'}), TASK)
    await as_admin.create('deals', {'title': 'A'})
    await engine.drain()
    rules = Rules(as_admin.actor, clock)
    (run,) = await rules.runs(rule.id)
    assert run.status == 'waiting'
    with pytest.raises(NotAllowed):
        await Rules(as_member.actor).cancel(run.id)
    await rules.cancel(run.id)
    clock.forward(days=2)
    await engine.drain()
    assert (await rules.runs(rule.id))[0].status == 'cancelled'
    assert await tasks_of(as_admin) == []


async def test_a_run_whose_record_is_gone_ends_without_a_fuss(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    rule = await save('deals', 'record_created', {}, ('wait', {'amount': 1, 'unit': 'days'}), TASK)
    deal = await as_admin.create('deals', {'title': 'A'})
    await engine.drain()
    await as_admin.remove('deals', deal.id)
    clock.forward(days=2)
    await engine.drain()
    (run,) = await Rules(as_admin.actor, clock).runs(rule.id)
    assert (run.status, run.error) == ('cancelled', {'code': 'record_gone', 'facts': {}})
    assert await bell(as_admin) == []


async def test_a_record_that_is_gone_or_hidden_from_the_owner_says_so(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    conditions = {'all': [{'path': 'note', 'op': 'filled'}]}
    rule = await save('deals', 'record_created', {}, TASK, conditions=conditions)
    gone = await as_admin.create('deals', {'title': 'A', 'note': 'x'})
    await as_admin.remove('deals', gone.id)
    await engine.drain()
    (decision,) = await Rules(as_admin.actor).decisions(rule.id)
    assert decision.reason == 'record_gone'


async def test_a_change_nobody_can_read_holds_nobody_up(
    as_admin: Records, engine: Engine, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = await save('deals', 'record_created', {}, TASK)
    await engine.drain()
    sound = type(engine._dispatcher)._look  # noqa: SLF001  a bug is let into the middle of it

    async def look(self: Any, live: Any, change: Any, owner: Any, batch: Any) -> None:
        if change.record_id == 2:
            raise ZeroDivisionError
        await sound(self, live, change, owner, batch)

    monkeypatch.setattr(type(engine._dispatcher), '_look', look)  # noqa: SLF001  as above
    for title in 'ABC':
        await as_admin.create('deals', {'title': title})
    await engine.drain()
    assert await journal.waiting(5) == []
    assert len(await tasks_of(as_admin)) == 2
    (decision,) = await Rules(as_admin.actor).decisions(rule.id)
    assert (decision.reason, decision.facts) == ('error', {'error': 'ZeroDivisionError'})


async def test_the_newest_two_hundred_reasons_are_kept(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    conditions = {'all': [{'path': 'note', 'op': 'filled'}]}
    rule = await save('deals', 'record_created', {}, TASK, conditions=conditions)
    await as_admin.create_many('deals', [{'title': str(n)} for n in range(450)])
    await engine.drain()
    kept = await Rules(as_admin.actor).decisions(rule.id, limit=1000)
    assert 200 <= len(kept) < 250
    assert kept[0].record_id == 450


async def test_people_and_roles_are_offered_to_the_editor(
    as_admin: Records, accountant: Records, engine: Engine
) -> None:
    await records_of('olga', 'Olga')
    choices = await Rules(as_admin.actor).people_choices(as_admin.catalog('deals'), Words('ru'))
    labels = [choice['label'] for choice in choices]
    assert choices[0]['key'] == 'field:owner'
    assert 'Role “Бухгалтерия”' in labels
    assert 'Olga' in labels
