"""Reports over a public data set whose right answers are known: the sales pipeline of Maven Analytics."""

import csv
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from store import Designer, people, solutions
from store.figures import Lens
from store.query import Condition
from store.records import Records
from store.reports import Report
from store.values import Ref
from tests.real_data import REAL, needs_real_data

pytestmark = needs_real_data
FILE = REAL / 'maven' / 'sales_pipeline.csv'
STAGES: list[Mapping[str, Any]] = [
    {'code': 'prospecting', 'label': 'Prospecting', 'color': '#8b8d98'},
    {'code': 'engaging', 'label': 'Engaging', 'color': '#3e63dd'},
    {'code': 'maven_won', 'label': 'Won', 'color': '#30a46c', 'kind': 'won'},
    {'code': 'maven_lost', 'label': 'Lost', 'color': '#e5484d', 'kind': 'lost'},
]
CODES = {'Prospecting': 'prospecting', 'Engaging': 'engaging', 'Won': 'maven_won', 'Lost': 'maven_lost'}
LENS = Lens(catalog='deals', pipeline='maven')


@pytest.fixture
async def maven(as_admin: Records) -> Records:
    """An administrator with the 8,800 deals of the file."""
    await solutions.install(as_admin.actor, 'sales', 'en')
    await Designer(as_admin.actor).add_pipeline(
        'deals', 'maven', 'Maven', STAGES, value_field='amount', closed_field='closed_on'
    )
    with FILE.open(encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    names = sorted({row['sales_agent'] for row in rows})
    made = await people.create_people(as_admin.actor, [{'name': name} for name in names])
    owners = {person.name: Ref(person.id, person.name, 'person') for person in made}
    for start in range(0, len(rows), 500):
        await as_admin.create_many('deals', [_deal(row, owners) for row in rows[start : start + 500]])
    return as_admin


def _deal(row: Mapping[str, str], owners: Mapping[str, Ref]) -> dict[str, Any]:
    return {
        'title': row['opportunity_id'],
        'stage': CODES[row['deal_stage']],
        'amount': row['close_value'],
        'engaged_on': row['engage_date'],
        'closed_on': row['close_date'],
        'owner': owners[row['sales_agent']],
    }


async def test_every_known_answer(maven: Records) -> None:
    report = Report(maven.actor, LENS)
    won = await report.won_value()
    assert (won.count, won.sums) == (4238, {'USD': Decimal(10_005_534)})
    rate = await report.win_rate()
    assert rate.count == 4238 + 2473
    assert rate.value is not None
    assert round(rate.value, 4) == Decimal('0.6315')
    assert (await report.cycle()).value == Decimal('51.78')
    assert (await report.open_value()).count == 1589 + 500
    funnel = await report.funnel()
    assert [point.count for point in funnel.points] == [8800, 1589 + 4238, 4238]

    (by_month,) = await report.won_by_month()
    quarters: dict[int, Decimal] = {}
    for point in by_month.points:
        quarter = (int(point.key[5:]) + 2) // 3
        quarters[quarter] = quarters.get(quarter, Decimal(0)) + point.value
    assert list(quarters.values()) == [1_134_672, 3_086_111, 2_982_255, 2_802_496]

    (by_owner,) = await report.won_by_owner()
    assert (by_owner.points[0].label, by_owner.points[0].value) == ('Darcel Schlecht', Decimal(1_153_214))
    assert by_owner.total == Decimal(10_005_534)
    await see_that_lists_agree(maven)


async def see_that_lists_agree(maven: Records) -> None:
    spring = Lens(catalog='deals', pipeline='maven', first=dt.date(2017, 4, 1), last=dt.date(2017, 6, 30))
    for lens in (LENS, spring):
        report = Report(maven.actor, lens)
        every = [await report.funnel(), *await report.won_by_month(), *await report.won_by_owner()]
        for series in every:
            for point in series.points:
                assert await maven.count('deals', point.filter) == point.count
    (by_month,) = await Report(maven.actor, spring).won_by_month()
    assert by_month.total == Decimal(3_086_111)
    assert Condition('pipeline', 'is', 'maven') in by_month.points[0].filter.items
