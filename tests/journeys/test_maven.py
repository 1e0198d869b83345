"""A team brings its real pipeline: the files of Maven Analytics, one after another, as a person would."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.exchange import running
from integrations.exchange.dry_run import Forecast
from integrations.exchange.importer import Importer
from integrations.exchange.plan import REST, Answer, Plan
from store import Condition, Filter, Query, Records, people, solutions
from store.imports import DONE, ImportJob
from tests.real_data import REAL, needs_real_data

pytestmark = needs_real_data
MAVEN = REAL / 'maven'
STAGES = {'won': 4238, 'lost': 2473, 'engaging': 1589, 'prospecting': 500}
Answers = Mapping[str, Mapping[str, Answer]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('ARTEL_DATA', str(tmp_path))


async def proposed(importer: Importer, name: str, code: str, **changes: Any) -> tuple[ImportJob, Plan]:
    with (MAVEN / f'{name}.csv').open('rb') as file:
        job = await importer.upload(f'{name}.csv', file)
    plan = await importer.propose(job, code)
    return job, Plan(**{**{f: getattr(plan, f) for f in plan.__slots__}, **changes})


async def imported(importer: Importer, job: ImportJob, plan: Plan) -> ImportJob:
    await importer.start(job, plan)
    await running.wait(job.id)
    done = await importer.job(job.id)
    assert done.state == DONE, done.problem
    return done


async def bring(importer: Importer, name: str, code: str, answers: Answers) -> tuple[Forecast, ImportJob]:
    job, plan = await proposed(importer, name, code, answers=answers)
    forecast = await importer.forecast(job, plan)
    return forecast, await imported(importer, job, plan)


async def test_the_whole_pipeline_of_a_real_team(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'sales', 'en')
    importer = Importer(as_admin)
    create, empty = {REST: Answer('create')}, {REST: Answer('empty')}

    # Accounts first: sectors nobody knew become choices, fifteen are part of another one of the same file.
    forecast, done = await bring(importer, 'accounts', 'accounts', {'industry': create})
    assert (forecast.created, len(forecast.refused), done.created) == (85, 0, 85)
    assert sum(one.count for one in forecast.unmatched if one.value == 'technolgy') == 12
    assert await as_admin.count('accounts') == 85
    assert await as_admin.count('accounts', Filter((Condition('parent', 'filled'),))) == 15

    forecast, done = await bring(importer, 'products', 'products', {})
    assert (forecast.created, done.created, await as_admin.count('products')) == (7, 7, 7)

    # 35 people without a login; their managers are people too, when wanted.
    before = len(await people.list_people(as_admin.actor))
    forecast, done = await bring(importer, 'sales_teams', 'person', {'manager_id': empty})
    assert (forecast.created, done.created) == (35, 35)
    assert len(await people.list_people(as_admin.actor)) == before + 35

    # The deals: the dry run tells what will not match, and how often.
    job, plan = await proposed(importer, 'sales_pipeline', 'deals')
    assert list(plan.columns.values()) == [
        'title', 'owner', 'product', 'account', 'stage', 'engaged_on', 'closed_on', 'amount',
    ]  # fmt: skip
    forecast = await importer.forecast(job, plan)
    unmatched = {one.value: one for one in forecast.unmatched}
    assert {value: one.count for value, one in unmatched.items()} == {
        'Engaging': 1589, 'GTXPro': 1480, 'Prospecting': 500,
    }  # fmt: skip
    assert [option.title for option in unmatched['GTXPro'].likely] == ['GTX Pro']
    assert forecast.total == 8800

    # One choice for GTXPro, new stages for the rest.
    answers = {
        'product': {'gtxpro': Answer('map', unmatched['GTXPro'].likely[0].to)},
        'stage': create,
    }
    plan = Plan(**{**{f: getattr(plan, f) for f in plan.__slots__}, 'answers': answers})
    forecast = await importer.forecast(job, plan)
    assert (forecast.created, forecast.updated, forecast.refused) == (8800, 0, [])
    done = await imported(importer, job, plan)
    assert (done.created, done.updated, done.refused) == (8800, 0, 0)

    await see_the_known_answers(as_admin, job)


async def see_the_known_answers(records: Records, job: ImportJob) -> None:
    totals = await records.stage_totals('deals', 'sales')
    assert {stage: totals[stage].count for stage in STAGES} == STAGES
    assert sum(total.count for total in totals.values()) == 8800
    assert list(totals['won'].sums.values()) == [Decimal(10_005_534)]
    assert await records.count('deals', Filter((Condition('account', 'empty'),))) == 1425
    assert await records.count('deals', Filter((Condition('closed_on', 'empty'),))) == 2089
    assert await records.count('deals', Filter((Condition('engaged_on', 'empty'),))) == 500
    assert await records.count('deals', Filter((Condition('product', 'empty'),))) == 0
    (gtx_pro,) = (
        await records.find('products', Query(filter=Filter((Condition('title', 'is', 'GTX Pro'),))))
    ).records
    assert await records.count('deals', Filter((Condition('product', 'is', gtx_pro.ref),))) == 1480
    (deal,) = (
        await records.find('deals', Query(filter=Filter((Condition('title', 'is', 'Z063OYW0'),))))
    ).records
    assert (deal.stage, str(deal['closed_on']), deal['account'].title) == ('won', '2017-03-11', 'Isdom')
    assert deal.owner is not None
    assert deal.owner.title == 'Darcel Schlecht'
    (change,) = await records.history('deals', deal.id)
    assert (change.cause.kind, change.cause.id) == ('import', job.id)
