"""The ready rules of the sales solution, as a team meets them in its first week."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from automations import Engine, FakeClock, Rules
from store import Records, Ref
from store.solutions import install
from tests.automations.conftest import bell
from tests.conftest import Outbox, records_of


@pytest.fixture
async def sales(as_admin: Records, clock: FakeClock, outbox: Outbox) -> AsyncIterator[Engine]:
    """The Russian sales solution with its rules, and an engine."""
    await install(as_admin.actor, 'sales', 'ru', save_rule=Rules(as_admin.actor, clock).keep)
    engine = Engine(clock=clock, mailer=outbox, poster=outbox, zone=lambda: 'Europe/Moscow')
    await engine.drain()
    yield engine
    await engine.stop()


async def titles(records: Records, catalog: str) -> list[str]:
    return sorted(view.title for view in (await records.find(catalog)).records)


async def test_a_deal_closed_as_won_creates_one_task_and_tells_accounting_and_lost_creates_nothing(
    sales: Engine, as_admin: Records, clock: FakeClock
) -> None:
    anna = await records_of('anna', 'Анна', role='sales_manager')
    boris = await records_of('boris', 'Борис', role='accounting')
    with clock.stamp():
        won = await anna.create('deals', {'title': 'Поставка', 'amount': '1250000 RUB'})
        lost = await anna.create('deals', {'title': 'Ремонт', 'amount': '90000 RUB'})
        await anna.move('deals', won.id, stage='won')
        await anna.move('deals', lost.id, stage='lost')
    await sales.drain()
    (task,) = (await anna.find('tasks')).records
    assert task.title == 'Собрать документы: Поставка'
    assert task.owner == Ref(anna.actor.person_id or 0, 'Анна', 'person')
    assert task['about'] == Ref(won.id, 'Поставка', 'deals')
    # Monday, 2 March, and three working days: Thursday at 18:00 in Moscow.
    assert task['due_at'] == datetime(2026, 3, 5, 15, tzinfo=UTC)
    (told,) = await bell(boris)
    assert told.replace('\xa0', ' ') == 'Сделка выиграна: Поставка, 1 250 000 ₽. Документы собирает Анна.'
    assert await titles(as_admin, 'tasks') == ['Собрать документы: Поставка']


async def test_a_reopened_and_won_again_deal_gets_its_task_again(
    sales: Engine, as_admin: Records, clock: FakeClock
) -> None:
    with clock.stamp():
        deal = await as_admin.create('deals', {'title': 'A', 'amount': '5 RUB'})
    stages = [stage.code for _, stage in as_admin.catalog('deals').stages() if stage.kind == 'open']
    for stage in ('won', stages[0], 'won'):
        with clock.stamp():
            await as_admin.move('deals', deal.id, stage=stage)
        await sales.drain()
    assert len((await as_admin.find('tasks')).records) == 2


async def test_a_new_lead_is_told_to_its_owner_and_an_idle_one_again_after_a_day(
    sales: Engine, as_admin: Records, clock: FakeClock
) -> None:
    anna = await records_of('anna', 'Анна', role='sales_manager')
    with clock.stamp():
        lead = await as_admin.create('leads', {'title': 'Заявка с сайта', 'owner': anna.actor.person_id})
        other = await as_admin.create('leads', {'title': 'Спам', 'owner': anna.actor.person_id})
    await sales.drain()
    assert await bell(anna) == ['Новый лид: Заявка с сайта', 'Новый лид: Спам']
    lost = next(stage.code for _, stage in as_admin.catalog('leads').stages() if stage.kind == 'lost')
    with clock.stamp():
        await as_admin.move('leads', other.id, stage=lost)
    clock.forward(days=1)
    await sales.drain()
    assert (await bell(anna))[2:] == ['Лид «Заявка с сайта» ждёт обработки больше дня']
    assert lead.id


async def test_a_deal_without_movement_and_a_task_remind_in_time(
    sales: Engine, as_admin: Records, clock: FakeClock
) -> None:
    remind = clock.now() + timedelta(hours=2)
    with clock.stamp():
        await as_admin.create('deals', {'title': 'Медленная', 'amount': '5 RUB'})
        await as_admin.create('tasks', {'title': 'Позвонить', 'remind_at': remind, 'due_at': remind})
    heard: list[list[str]] = []
    for moment in (remind, clock.now() + timedelta(days=14)):
        clock.set(moment)
        await sales.drain()
        heard.append(await bell(as_admin))
    assert [len(lines) for lines in heard] == [1, 2]
    assert heard[-1][0].startswith('Напоминание: Позвонить, срок 2 мар. 2026')
    assert heard[-1][1].startswith('«Медленная» уже 14 дней на стадии')


async def test_installing_twice_changes_no_rule(sales: Engine, as_admin: Records, clock: FakeClock) -> None:
    rules = Rules(as_admin.actor, clock)
    before = [(view.id, view.stored.version_id) for view in await rules.list()]
    for view in await rules.list():
        await rules.keep(view.rule.to_plain())
    assert [(view.id, view.stored.version_id) for view in await rules.list()] == before


async def plain(records: Records) -> list[dict[str, Any]]:
    """Every rule as JSON."""
    return [view.rule.to_plain() for view in await Rules(records.actor).list()]


async def test_every_ready_rule_passes_the_check_again(sales: Engine, as_admin: Records) -> None:
    rules = Rules(as_admin.actor)
    assert [rules.check(spec) for spec in await plain(as_admin)] == [{}] * len(await plain(as_admin))
