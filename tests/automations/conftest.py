"""A small sales house: accounts, deals on a board, contacts with birthdays, tasks with reminders; and an
engine."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest

from automations import Engine, FakeClock, Rules, RuleView
from store import Designer, FieldSpec, Records, RecordView, roles
from store.notifications import Notification, list_notifications
from tests.conftest import Outbox, records_of

STAGES = [
    {'code': 'new', 'label': 'New', 'labels': {'ru': 'Новая'}, 'color': '#3b82f6'},
    {'code': 'offer', 'label': 'Offer', 'labels': {'ru': 'Предложение'}, 'color': '#f59e0b'},
    {'code': 'won', 'label': 'Won', 'labels': {'ru': 'Выиграна'}, 'color': '#16a34a', 'kind': 'won'},
    {'code': 'lost', 'label': 'Lost', 'labels': {'ru': 'Проиграна'}, 'color': '#dc2626', 'kind': 'lost'},
]
SOURCES = [
    {'key': 'site', 'label': 'Site', 'labels': {'ru': 'Сайт'}},
    {'key': 'call', 'label': 'Call', 'labels': {'ru': 'Звонок'}},
]
TASK_STAGES = [
    {'code': 'todo', 'label': 'To do', 'labels': {'ru': 'К выполнению'}, 'color': '#3b82f6'},
    {'code': 'done', 'label': 'Done', 'labels': {'ru': 'Готово'}, 'color': '#16a34a', 'kind': 'won'},
]


def field(code: str, label: str, type: str, russian: str = '', **options: Any) -> FieldSpec:
    """A field with its Russian name and options."""
    return FieldSpec(code=code, label=label, type=type, labels={'ru': russian or label}, options=options)


@pytest.fixture
async def house(as_admin: Records) -> Designer:
    """Catalogues of a small sales team."""
    shape = Designer(as_admin.actor)
    await shape.create_catalog('accounts', 'Accounts', 'Account', labels={'ru': 'Контрагенты'})
    await shape.add_field('accounts', field('industry', 'Industry', 'text', 'Отрасль'))
    await shape.create_catalog('deals', 'Deals', 'Deal', labels={'ru': 'Сделки'})
    await shape.add_field('deals', field('amount', 'Amount', 'money', 'Сумма', currency='RUB'))
    await shape.add_field('deals', field('account', 'Account', 'link', 'Контрагент', target='accounts'))
    await shape.add_field('deals', field('source', 'Source', 'choice', 'Источник', choices=SOURCES))
    await shape.add_field('deals', field('note', 'Note', 'text', 'Заметка'))
    await shape.add_field('deals', field('closes_on', 'Closes on', 'date', 'Дата закрытия'))
    await shape.add_field('deals', field('email', 'E-mail', 'email', 'Почта'))
    await shape.add_pipeline('deals', 'sales', 'Sales', STAGES, value_field='amount')
    await shape.create_catalog('contacts', 'Contacts', 'Contact', labels={'ru': 'Контакты'})
    await shape.add_field('contacts', field('birthday', 'Birthday', 'date', 'День рождения'))
    task = {'task': {'due': 'due_at', 'remind': 'remind_at', 'about': 'about'}}
    await shape.create_catalog('tasks', 'Tasks', 'Task', labels={'ru': 'Задачи'}, traits=task)
    await shape.add_field('tasks', field('due_at', 'Due', 'date_time', 'Срок'))
    await shape.add_field('tasks', field('remind_at', 'Remind at', 'date_time', 'Напомнить'))
    await shape.add_field('tasks', field('about', 'About', 'link', 'О чём', target='*'))
    await shape.add_pipeline('tasks', 'tasks', 'Tasks', TASK_STAGES)
    return shape


@pytest.fixture
async def accountant(house: Designer, as_admin: Records) -> Records:
    """Boris of the accounting role."""
    await roles.save_role(as_admin.actor, 'accounting', 'Accounting', {}, {'ru': 'Бухгалтерия'})
    return await records_of('boris', 'Boris Books', role='accounting')


@pytest.fixture
async def engine(house: Designer, clock: FakeClock, outbox: Outbox) -> AsyncIterator[Engine]:
    """An engine that works when it is told to `drain`."""
    made = Engine(clock=clock, mailer=outbox, poster=outbox, zone=lambda: 'Europe/Moscow')
    yield made
    await made.stop()


Save = Callable[..., Awaitable[RuleView]]


@pytest.fixture
def save(as_admin: Records, clock: FakeClock) -> Save:
    """Saves a rule of Ada's: `save('deals', trigger, options, steps…, conditions=…)`."""

    async def saved(
        catalog: str, kind: str, options: Mapping[str, Any], *steps: Any, **more: Any
    ) -> RuleView:
        actor = more.pop('actor', as_admin.actor)
        spec = {
            'name': more.pop('name', kind),
            'catalog': catalog,
            'triggers': [{'kind': kind, 'options': options}],
            'steps': [{'action': action, 'options': chosen} for action, chosen in steps],
            **more,
        }
        return await Rules(actor, clock).create(spec)

    return saved


async def bell(records: Records) -> list[str]:
    """The lines in a person's bell, the oldest first."""
    lines: list[Notification] = await list_notifications(records.actor)
    return [line.text or line.code for line in reversed(lines)]


async def tasks_of(records: Records) -> list[RecordView]:
    """All tasks the person may read, the oldest first."""
    return list(reversed((await records.find('tasks')).records))
