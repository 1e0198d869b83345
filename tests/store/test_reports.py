"""Every figure of a report equals what the list behind it holds, for every reader."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

import pytest

from store import clock, people, solutions
from store.figures import Figure, Lens, Series
from store.problems import NotFound, Refused
from store.query import Condition, Filter, Query, where
from store.records import Records
from store.reports import Report
from store.stage_times import stage_times
from store.values import Money
from tests.conftest import records_of

DAY = dt.timedelta(days=1)
LENS = Lens(catalog='deals', pipeline='sales')


@pytest.fixture
async def sales(as_admin: Records) -> Records:
    """An administrator with the Sales solution."""
    await solutions.install(as_admin.actor, 'sales', 'en')
    return as_admin


@pytest.fixture
async def busy(as_admin: Records) -> Records:
    """An administrator with a year of sample data."""
    await solutions.install(as_admin.actor, 'sales', 'en', demo=True)
    return as_admin


def amount(value: int, currency: str = 'USD') -> Money:
    return Money(Decimal(value), currency)


async def every_series(report: Report) -> list[Series]:
    return [
        await report.funnel(),
        await report.days_in_stage(),
        *await report.won_by_month(),
        *await report.won_by_owner(),
        *await report.open_by_stage(),
        *await report.won_by_choice('source'),
    ]


async def figures(report: Report) -> list[Figure]:
    return [
        await report.open_value(),
        await report.won_value(),
        await report.win_rate(),
        await report.cycle(),
    ]


async def assert_lists_agree(mine: Records, series: Iterable[Series], single: Iterable[Figure] = ()) -> None:
    for one in series:
        for point in one.points:
            assert await mine.count('deals', point.filter) == point.count, (one.name, point)
            # What travels in an address is the same filter.
            assert Filter.from_text(point.filter.to_text()) == Filter.from_plain(point.filter.to_plain())
    for figure in single:
        assert await mine.count('deals', figure.filter) == figure.count, figure


async def test_every_number_of_a_busy_year_opens_a_list_that_agrees(busy: Records) -> None:
    year = Lens(catalog='deals', pipeline='sales', first=clock.today() - 365 * DAY, last=clock.today())
    seller = next(p for p in await people.list_people(busy.actor) if p.roles == ('sales_manager',))
    spans = (
        LENS,
        year,
        Lens(catalog='deals', pipeline='sales', first=clock.today() - 40 * DAY, owner=seller.id),
    )
    for lens in (*spans, Lens(catalog='deals', pipeline='renewals')):
        report = Report(busy.actor, lens)
        await assert_lists_agree(busy, await every_series(report), await figures(report))


async def test_a_seller_sees_only_the_figures_of_their_own_deals(busy: Records) -> None:
    seller = next(p for p in await people.list_people(busy.actor) if p.roles == ('sales_manager',))
    actor = await people.actor_of_person(seller.id)
    assert actor is not None
    mine, report = Records(actor), Report(actor, LENS)
    await assert_lists_agree(mine, await every_series(report), await figures(report))
    (won,) = await report.won_by_owner()
    assert [point.label for point in won.points] == [seller.name]
    by_admin = await Report(busy.actor, Lens(catalog='deals', pipeline='sales', owner=seller.id)).won_value()
    assert (await report.won_value()).sums == by_admin.sums


async def test_the_funnel_counts_who_ever_came_as_far(sales: Records) -> None:
    straight = await sales.create('deals', {'title': 'Straight'}, stage='new')
    for stage in ('qualification', 'proposal', 'negotiation', 'won'):
        await sales.move('deals', straight.id, stage=stage)
    skipped = await sales.create('deals', {'title': 'Skips stages'}, stage='new')
    await sales.move('deals', skipped.id, stage='negotiation')
    lost = await sales.create('deals', {'title': 'Lost early'}, stage='qualification')
    await sales.move('deals', lost.id, stage='lost')
    await sales.create('deals', {'title': 'Was lost before we knew it'}, stage='lost')
    await sales.create('deals', {'title': 'Another pipeline'}, stage='upcoming')
    funnel = await Report(sales.actor, LENS).funnel()
    assert [(p.key, p.count) for p in funnel.points] == [
        ('new', 4), ('qualification', 3), ('proposal', 2), ('negotiation', 2), ('won', 1),
    ]  # fmt: skip
    await assert_lists_agree(sales, [funnel])


async def test_won_value_by_month_fills_the_gaps_and_keeps_the_span(sales: Records) -> None:
    for day, value in (('2026-01-31', 100), ('2026-01-02', 50), ('2026-03-01', 7)):
        values = {'title': day, 'amount': amount(value), 'closed_on': day}
        await sales.create('deals', values, stage='won')
    (every,) = await Report(sales.actor, LENS).won_by_month()
    assert [(p.key, p.value) for p in every.points] == [
        ('2026-01', Decimal(150)),
        ('2026-02', Decimal(0)),
        ('2026-03', Decimal(7)),
    ]
    part = Lens(catalog='deals', pipeline='sales', first=dt.date(2026, 1, 3), last=dt.date(2026, 2, 10))
    (within,) = await Report(sales.actor, part).won_by_month()
    assert [(p.key, p.value, p.count) for p in within.points] == [
        ('2026-01', Decimal(100), 1),
        ('2026-02', Decimal(0), 0),
    ]
    await assert_lists_agree(sales, [every, within])


async def test_the_greatest_amounts_add_up_to_the_last_digit(sales: Records) -> None:
    """SQLite refuses a sum of whole numbers beyond 2**63."""
    for sign in (1, -1):
        most = Money(Decimal('99999999999999.0001') * sign, 'USD' if sign > 0 else 'EUR')
        await sales.create_many('deals', [{'title': 'Most', 'amount': most}] * 20)
    wanted = {'USD': Decimal('1999999999999980.002'), 'EUR': Decimal('-1999999999999980.002')}
    totals = await sales.stage_totals('deals')
    assert next(total.sums for total in totals.values() if total.count) == wanted
    assert (await Report(sales.actor, LENS).open_value()).sums == wanted
    assert {one.currency: one.total for one in await Report(sales.actor, LENS).open_by_stage()} == wanted


async def test_currencies_are_never_added(sales: Records) -> None:
    for value in (amount(100), amount(50), amount(9, 'EUR'), None):
        values = {'title': 'Deal', 'amount': value, 'closed_on': '2026-02-03'}
        await sales.create('deals', values, stage='won')
        await sales.create('deals', {'title': 'Open', 'amount': value}, stage='proposal')
    report = Report(sales.actor, LENS)
    by_month = await report.won_by_month()
    assert [(s.currency, s.total) for s in by_month] == [('USD', Decimal(150)), ('EUR', Decimal(9))]
    assert (await report.won_value()).sums == {'USD': Decimal(150), 'EUR': Decimal(9)}
    assert (await report.won_value()).count == 4
    await assert_lists_agree(sales, await every_series(report), await figures(report))


async def test_average_days_in_a_stage_include_the_stay_that_still_runs(sales: Records) -> None:
    now = clock.now()
    with clock.at(now - 10 * DAY):
        left = await sales.create('deals', {'title': 'Left after four'}, stage='new')
        await sales.create('deals', {'title': 'Still there'}, stage='new')
    with clock.at(now - 6 * DAY):
        await sales.move('deals', left.id, stage='proposal')
    with clock.at(now):
        stay = await Report(sales.actor, LENS).days_in_stage()
        times = await stage_times(sales.actor, 'deals', left.id)
    assert [(p.key, p.value, p.count) for p in stay.points if p.count] == [
        ('new', Decimal(7), 2),
        ('proposal', Decimal(6), 1),
    ]
    assert [(p.key, p.value) for p in times.points] == [('new', Decimal(4)), ('proposal', Decimal(6))]
    await assert_lists_agree(sales, [stay])


async def test_win_rate_and_cycle(sales: Records) -> None:
    for title, stage in (('a', 'won'), ('b', 'won'), ('c', 'won'), ('d', 'lost')):
        values = {'title': title, 'engaged_on': '2026-01-01', 'closed_on': '2026-01-11', 'amount': amount(1)}
        await sales.create('deals', values, stage=stage)
    report = Report(sales.actor, LENS)
    assert (await report.win_rate()).value == Decimal('0.75')
    assert (await report.cycle()).value == 10
    nothing = Report(sales.actor, Lens(catalog='deals', pipeline='renewals'))
    assert (await nothing.win_rate()).value is None
    assert (await nothing.cycle()).value is None


async def test_the_span_before_is_as_long(sales: Records) -> None:
    lens = Lens(catalog='deals', pipeline='sales', first=dt.date(2026, 3, 1), last=dt.date(2026, 3, 31))
    before = lens.before()
    assert before is not None
    assert (before.first, before.last) == (dt.date(2026, 1, 29), dt.date(2026, 2, 28))
    assert LENS.before() is None


async def test_an_account_has_its_own_figures(sales: Records) -> None:
    one, other = [await sales.create('accounts', {'title': name}) for name in ('One', 'Other')]
    for account in (one, one, other):
        await sales.create(
            'deals', {'title': 'Deal', 'account': account.ref, 'amount': amount(5)}, stage='won'
        )
    lens = Lens(catalog='deals', pipeline='sales', also=where(account=one.id))
    figure = await Report(sales.actor, lens).won_value()
    assert (figure.count, figure.sums) == (2, {'USD': Decimal(10)})
    await assert_lists_agree(sales, [], [figure])


async def test_a_pipeline_without_money_counts(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'hiring', 'ru')
    for stage in ('incoming', 'hired', 'hired', 'rejected'):
        await as_admin.create('candidates', {'title': 'Somebody'}, stage=stage)
    report = Report(as_admin.actor, Lens(catalog='candidates', pipeline='hiring'))
    (by_month,) = await report.won_by_month()
    assert (by_month.currency, by_month.total) == ('', Decimal(2))
    assert not report.has_value
    page = await as_admin.find('candidates', Query(filter=by_month.points[-1].filter))
    assert len(page.records) == 2


async def test_refusals(sales: Records) -> None:
    stranger = await records_of('stranger', 'Stranger', role='accounting')
    with pytest.raises(NotFound):
        Report(stranger.actor, Lens(catalog='leads', pipeline='leads'))
    with pytest.raises(Refused):
        Report(sales.actor, Lens(catalog='products', pipeline=''))
    deal = await sales.create('deals', {'title': 'Secret'})
    seller = await records_of('seller', 'Seller', role='sales_manager')
    with pytest.raises(NotFound):
        await stage_times(seller.actor, 'deals', deal.id)
    with pytest.raises(Refused):
        await Report(sales.actor, LENS).won_by_choice('amount')
    assert await sales.count('deals', Filter((Condition('visited', 'is', 'new'),))) == 1
