"""From a request to revenue: a lead is converted, its deal is won, and the dashboard shows the whole way."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from automations import Engine, FakeClock, Rules
from store import Records
from store.figures import Lens
from store.reports import Report
from store.solutions import install
from store.values import Money
from tests.conftest import Outbox, records_of


@pytest.fixture
async def sales(as_admin: Records, clock: FakeClock, outbox: Outbox) -> AsyncIterator[Engine]:
    """The sales solution with its rules, and an engine."""
    await install(as_admin.actor, 'sales', 'en', save_rule=Rules(as_admin.actor, clock).keep)
    engine = Engine(clock=clock, mailer=outbox, poster=outbox, zone=lambda: 'Europe/Moscow')
    await engine.drain()
    yield engine
    await engine.stop()


async def test_a_lead_becomes_a_won_sale(sales: Engine, as_admin: Records, clock: FakeClock) -> None:
    anna = await records_of('anna', 'Anna', role='sales_manager')
    with clock.stamp():
        lead = await anna.create(
            'leads',
            {
                'title': 'Tills for two cafes',
                'company': 'Terrace',
                'contact_name': 'Ron',
                'phone': '+1 212 555 0101',
                'source': 'site',
                'budget': '7800 USD',
            },
        )
        for stage in ('in_work', 'qualified', 'converted'):
            await anna.move('leads', lead.id, stage=stage)
    await sales.drain()
    lead = await anna.get('leads', lead.id)
    (deal,) = (await anna.find('deals')).records
    assert (deal.title, deal['source'], deal['amount']) == (
        'Tills for two cafes', 'site', Money(Decimal(7800), 'USD'),
    )  # fmt: skip
    assert deal['account'] == lead['account']
    assert (deal['account'].title, deal['contact'].title, deal.owner) == ('Terrace', 'Ron', lead.owner)
    contact = await anna.get('contacts', deal['contact'].id)
    assert (contact['account'].title, contact['phone']) == ('Terrace', '+1 212 555 0101')

    with clock.stamp():
        for stage in ('qualification', 'proposal', 'negotiation', 'won'):
            await anna.move('deals', deal.id, stage=stage)
    await sales.drain()
    assert [task.title for task in (await anna.find('tasks')).records] == [
        'Collect documents: Tills for two cafes'
    ]

    report = Report(anna.actor, Lens(catalog='deals', pipeline='sales'))
    assert [point.count for point in (await report.funnel()).points] == [1] * 5
    (by_source,) = await report.won_by_choice('source')
    assert [(point.key, point.value) for point in by_source.points] == [('site', Decimal(7800))]
    moves = [
        change.after['stage'] for change in await anna.history('deals', deal.id) if change.kind == 'moved'
    ]
    assert moves == ['won', 'negotiation', 'proposal', 'qualification']


async def test_a_lead_of_a_known_account_becomes_a_deal_of_that_account(
    sales: Engine, as_admin: Records, clock: FakeClock
) -> None:
    with clock.stamp():
        account = await as_admin.create('accounts', {'title': 'Known'})
        lead = await as_admin.create('leads', {'title': 'More', 'company': 'Known', 'account': account.ref})
        await as_admin.move('leads', lead.id, stage='converted')
        other = await as_admin.create('leads', {'title': 'Spam'})
        await as_admin.move('leads', other.id, stage='not_relevant')
    await sales.drain()
    (deal,) = (await as_admin.find('deals')).records
    assert (deal.title, deal['account'].title) == ('More', 'Known')
    assert await as_admin.count('accounts') == 1
