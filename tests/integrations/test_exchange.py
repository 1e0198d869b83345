"""Imports as people meet them: proposals, refusals, matching, answers, cancelling, crashes, rights."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.exchange import running, spool
from integrations.exchange.formats.excel_files import workbook
from integrations.exchange.importer import Importer
from integrations.exchange.mapping import reading_of
from integrations.exchange.plan import REST, Answer, Plan
from integrations.exchange.reading import ROOT
from store import (
    Condition,
    Designer,
    FieldSpec,
    Filter,
    NotAllowed,
    NotFound,
    Query,
    Reading,
    Records,
    Refused,
    imports,
    people,
)
from store.imports import CANCELLED, DONE, FAILED, RUNNING, ImportJob


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('ARTEL_DATA', str(tmp_path))


@pytest.fixture
async def firms(as_admin: Records) -> Records:
    """A catalogue with a pipeline and most kinds of fields."""
    designer = Designer(as_admin.actor)
    await designer.create_catalog(
        'firms', 'Firms', 'Firm', labels={'ru': 'Фирмы'}, labels_one={'ru': 'Фирма'}
    )
    choices = [{'key': 'it', 'label': 'IT', 'labels': {'ru': 'ИТ'}}, {'key': 'food', 'label': 'Food'}]
    for spec in (
        FieldSpec(code='tax', label='Tax number', type='text', unique=True, labels={'ru': 'ИНН'}),
        FieldSpec(code='revenue', label='Revenue', type='money', labels={'ru': 'Выручка'}),
        FieldSpec(code='staff', label='Staff', type='number'),
        FieldSpec(code='since', label='Since', type='date', labels={'ru': 'Клиент с'}),
        FieldSpec(code='field', label='Field', type='choice', options={'choices': choices}),
        FieldSpec(code='mail', label='E-mail', type='email'),
        FieldSpec(code='holding', label='Holding', type='link', options={'target': 'firms'}),
    ):
        await designer.add_field('firms', spec)
    stages: list[dict[str, Any]] = [
        {'code': 'new', 'label': 'New', 'color': '#888888', 'labels': {'ru': 'Новая'}},
        {'code': 'won', 'label': 'Client', 'color': '#22aa55', 'kind': 'won', 'required': ['revenue']},
    ]
    await designer.add_pipeline('firms', 'main', 'Main', stages, value_field='revenue')
    return as_admin


async def upload(
    importer: Importer, text: str, name: str = 'firms.csv', encoding: str = 'utf-8'
) -> ImportJob:
    return await importer.upload(name, io.BytesIO(text.encode(encoding)))


async def run(records: Records, text: str, language: str = 'en', **changes: Any) -> ImportJob:
    importer = Importer(records)
    job = await upload(importer, text)
    plan = replace(await importer.propose(job, 'firms', language=language), **changes)
    await importer.forecast(job, plan)
    await importer.start(job, plan)
    await running.wait(job.id)
    return await importer.job(job.id)


async def by_title(records: Records, title: str) -> Any:
    (view,) = (await records.find('firms', Query(filter=Filter((Condition('title', 'is', title),))))).records
    return view


async def test_russian_captions_numbers_and_dates_are_understood(firms: Records) -> None:
    text = (
        'Название;ИНН;Выручка, руб.;Клиент с;Стадия;Ответственный\n'
        'Ромашка;77;1 250 000,50;31.12.2016;Новая;Ada Admin\n'
    )
    importer = Importer(firms)
    job = await upload(importer, text, encoding='cp1251')
    plan = await importer.propose(job, 'firms', language='ru')
    assert dict(plan.columns) == {0: 'title', 1: 'tax', 2: 'revenue', 3: 'since', 4: 'stage', 5: 'owner'}
    # The sign of the currency stands in the caption.
    reading = Reading(decimal=',', dates='dmy', currency='RUB')
    assert (plan.reading, plan.key, plan.mode) == (reading, 'tax', 'both')
    done = await run(firms, text, 'ru')
    assert (done.state, done.created) == (DONE, 1)
    view = await by_title(firms, 'Ромашка')
    assert (view['revenue'].amount, view['since'].isoformat()) == (Decimal('1250000.5'), '2016-12-31')
    assert (view.stage, view.owner.title) == ('new', 'Ada Admin')


async def test_every_refused_row_says_why_and_comes_back_in_the_report(firms: Records) -> None:
    text = (
        'name,tax,revenue,since,mail,stage\n'
        'Good,1,10,2020-01-01,a@b.example,New\n'
        ',2,10,,,\n'
        'Bad sum,3,a lot,,,\n'
        'Bad day,4,,2020-02-30,,\n'
        'Bad mail,5,,,nobody,\n'
        'Twice,1,,,,\n'
        'No sum,6,,,,Client\n'
    )
    importer = Importer(firms)
    job = await upload(importer, text)
    plan = await importer.propose(job, 'firms')
    found = await importer.forecast(job, plan)
    assert (found.total, found.created, found.updated) == (7, 1, 0)
    assert {(one.row, one.facts['field'], one.code) for one in found.refused} == {
        (3, 'title', 'required'), (4, 'revenue', 'not_a_number'), (5, 'since', 'not_a_date'),
        (6, 'mail', 'not_an_email'), (7, 'tax', 'twice_in_file'), (8, 'revenue', 'required'),
    }  # fmt: skip
    await importer.start(job, plan)
    await running.wait(job.id)
    job = await importer.job(job.id)
    assert (job.created, job.refused) == (1, 6)
    kept = await imports.refused_rows(firms.actor, job.id)
    assert [(one.row, one.code) for one in kept] == [(one.row, one.code) for one in found.refused]
    table = await importer.report(job, plan, kept, lambda one: one.code, ('Row', 'Reason'))
    assert table[0] == ['name', 'tax', 'revenue', 'since', 'mail', 'stage', 'Row', 'Reason']
    assert table[2] == ['Bad sum', '3', 'a lot', '', '', '', '4', 'not_a_number']
    # The report, corrected or not, is a file that can be imported.
    again = await importer.upload('again.xlsx', io.BytesIO(workbook(table)))
    assert dict((await importer.propose(again, 'firms')).columns) == dict(plan.columns)


async def test_matching_creates_updates_or_both(firms: Records) -> None:
    await run(firms, 'name,tax,staff\nAcme,1,5\nBetatech,2,6\n')
    done = await run(firms, 'name,tax,staff\nAcme Ltd,1,\nBetatech,2,6\nNew one,3,7\n')
    assert (done.created, done.updated, done.unchanged) == (1, 1, 1)
    acme = await by_title(firms, 'Acme Ltd')
    assert acme['staff'] == 5  # an empty cell leaves the value alone
    done = await run(firms, 'name,tax,staff\nAcme,1,\nOther,9,1\n', mode='update', clears=True)
    assert (done.created, done.updated, done.refused) == (0, 1, 1)
    assert (await by_title(firms, 'Acme'))['staff'] is None
    done = await run(firms, 'name,tax,staff\nAcme,1,1\nOther,9,1\n', mode='create', key='tax')
    assert (done.created, done.updated, done.refused) == (1, 0, 1)
    assert [one.code for one in await imports.refused_rows(firms.actor, done.id)] == ['exists_already']


@pytest.mark.parametrize(
    ('answer', 'known'),
    [(Answer('map', 'it'), 'it'), (Answer('empty'), None), (Answer('create'), 'kosmos')],
)
async def test_an_unknown_choice_is_mapped_made_or_left_out(
    firms: Records, answer: Answer, known: str | None
) -> None:
    importer = Importer(firms)
    job = await upload(importer, 'name,field\nAcme,ИТ\nStar,Космос\n')
    found = await importer.forecast(job, await importer.propose(job, 'firms'))
    assert [(one.value, one.count, one.rows) for one in found.unmatched] == [('Космос', 1, (3,))]
    await run(firms, 'name,field\nAcme,ИТ\nStar,Космос\n', answers={'field': {'космос': answer}})
    assert (await by_title(firms, 'Acme'))['field'] == 'it'
    assert (await by_title(firms, 'Star'))['field'] == known


async def test_links_to_rows_of_the_same_file_are_set_in_any_order(firms: Records) -> None:
    done = await run(firms, 'name,holding\nLeaf,Branch\nBranch,Root\nRoot,\nStray,Nowhere\n')
    assert (done.state, done.created, done.refused) == (DONE, 4, 0)
    assert (await by_title(firms, 'Leaf'))['holding'].title == 'Branch'
    assert (await by_title(firms, 'Branch'))['holding'].title == 'Root'
    assert (await by_title(firms, 'Stray'))['holding'] is None
    twins = await run(firms, 'name,holding\nTwin,\nTwin,\nChild,Twin\n')
    (left,) = await imports.refused_rows(firms.actor, twins.id)
    assert (twins.created, left.row, left.code) == (3, 4, 'link_not_set')


async def test_a_linked_record_is_made_once_for_all_its_rows(firms: Records) -> None:
    await Designer(firms.actor).create_catalog('towns', 'Towns', 'Town')
    town = FieldSpec(code='town', label='Town', type='link', options={'target': 'towns'})
    await Designer(firms.actor).add_field('firms', town)
    done = await run(firms, 'name,town\nA,Oslo\nB,oslo\nC,Rome\n', answers={'town': {REST: Answer('create')}})
    assert done.created == 3
    assert await firms.count('towns') == 2
    assert (await by_title(firms, 'B'))['town'].title == 'Oslo'


async def test_a_currency_column_and_signs(firms: Records) -> None:
    importer = Importer(firms)
    job = await upload(importer, 'name,revenue,cur\nA,"1,250.50",eur\nB,$7,\nC,8,\n')
    plan = replace(
        await importer.propose(job, 'firms'), columns={0: 'title', 1: 'revenue', 2: 'revenue:currency'}
    )
    plan = replace(plan, reading=replace(plan.reading, currency='KZT'))
    await importer.forecast(job, plan)
    await importer.start(job, plan)
    await running.wait(job.id)
    shown = [str((await by_title(firms, name))['revenue'].currency) for name in 'ABC']
    assert shown == ['EUR', 'USD', 'KZT']


async def test_a_plan_that_cannot_work_is_refused(firms: Records, as_viewer: Records) -> None:
    importer = Importer(firms)
    job = await upload(importer, 'name,tax\nA,1\n')
    plan = await importer.propose(job, 'firms')
    for changes, code in (
        ({'columns': {}}, 'nothing_mapped'),
        ({'columns': {0: 'title', 1: 'title'}}, 'field_twice'),
        ({'columns': {0: 'title'}, 'key': 'tax', 'mode': 'both'}, 'key_not_mapped'),
    ):
        with pytest.raises(Refused) as refusal:
            await importer.forecast(job, replace(plan, **changes))
        assert refusal.value.code == code
    await importer.start(job, plan)
    with pytest.raises(Refused, match='import_started'):
        await importer.start(job, plan)
    await running.wait(job.id)
    with pytest.raises(NotFound):
        await Importer(as_viewer).job(job.id)
    with pytest.raises(NotAllowed):
        await upload(Importer(as_viewer), 'name\nA\n')


async def test_only_administrators_shape_the_system_by_an_import(firms: Records, as_member: Records) -> None:
    importer = Importer(as_member)
    assert importer.targets() == ('firms',)
    job = await upload(importer, 'name,field\nA,Space\n')
    plan = replace(await importer.propose(job, 'firms'), answers={'field': {REST: Answer('create')}})
    with pytest.raises(NotAllowed, match='edit_structure'):
        await importer.start(job, plan)
    with pytest.raises(NotAllowed, match='manage_people'):
        await importer.propose(job, 'person')
    # An import runs with the rights of whoever brought the file, so nobody else starts it.
    with pytest.raises(NotAllowed):
        await Importer(firms).start(job, plan)


async def test_a_refused_file_leaves_nothing_behind(firms: Records, tmp_path: Path) -> None:
    with pytest.raises(Refused, match='file_refused'):
        await Importer(firms).upload('../../etc/passwd.xlsx', io.BytesIO(b'\x89PNG\r\n\x1a\n' + bytes(100)))
    assert await imports.recent(firms.actor) == []
    assert list((tmp_path / 'imports').iterdir()) == []


async def test_people_are_matched_and_known_by_their_roles(firms: Records) -> None:
    importer = Importer(firms)
    text = (
        'Full name,Login,E-mail,Role,Manager\n'
        'Eve Ng,eve,eve@x.example,Member,Ada Admin\n'
        'Ada Admin,ada,ada@x.example,,\n'
    )
    job = await upload(importer, text, 'users.csv')
    plan = await importer.propose(job, 'person')
    assert (plan.key, plan.mode) == ('email', 'both')
    plan = replace(plan, key='login')
    found = await importer.forecast(job, plan)
    assert (found.created, found.updated, found.refused, found.unmatched) == (1, 1, [], ())
    await importer.start(job, plan)
    await running.wait(job.id)
    everybody = {one.login: one for one in await people.list_people(firms.actor)}
    assert everybody['ada'].email == 'ada@x.example'
    assert (everybody['eve'].roles, everybody['eve'].manager_id) == (('member',), everybody['ada'].id)


async def test_a_cancelled_import_keeps_what_it_took(firms: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, 'CHUNK', 10)
    importer = Importer(firms)
    job = await upload(importer, 'name\n' + ''.join(f'N{number}\n' for number in range(2_000)))
    plan = await importer.propose(job, 'firms')
    await importer.start(job, plan)
    while (await importer.job(job.id)).place < 30:
        await asyncio.sleep(0.005)
    await importer.cancel(job.id)
    await running.wait(job.id)
    job = await importer.job(job.id)
    assert job.state == CANCELLED
    assert 30 <= job.place < 2_000
    assert await firms.count('firms') == job.created == job.place


async def test_a_name_too_long_refuses_its_row_and_no_other(firms: Records) -> None:
    columns = {0: 'title', 1: 'holding', 2: 'staff'}
    rows = f'name,holding,staff\nAcme,,9e1000000\n{"x" * 1200},,1\nLtd,{"y" * 1200},2\nSound,,3\n'
    job = await run(firms, rows, columns=columns)
    told = [one.code for one in await imports.refused_rows(firms.actor, job.id)]
    assert (job.state, job.created, told) == (DONE, 2, ['too_big', 'too_long'])


async def test_an_import_whose_rows_are_gone_ends_and_says_so(firms: Records) -> None:
    importer = Importer(firms)
    job = await upload(importer, 'name\nAcme\n')
    plan = await importer.propose(job, 'firms')
    await imports.keep_plan(firms.actor, job.id, plan.catalog, plan.to_plain())
    await imports.begin(firms.actor, job.id, total=1)
    spool.remove_files(job.id)
    await running.resume()
    await running.wait(job.id)
    job = await importer.job(job.id)
    assert job.state == FAILED
    assert job.problem
    assert job.problem['code'] == 'import_files_gone'


KILLED = """
import asyncio, sys
from integrations.exchange import running
from store import database, catalogs
async def main():
    await database.connect(sys.argv[1])
    await catalogs.load()
    running.CHUNK = 20
    await running.resume()
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.timeout(900)
async def test_an_import_killed_at_any_moment_goes_on_and_doubles_nothing(
    firms: Records, database: str
) -> None:
    """Six times a process at work is killed without warning; then the rest is done here."""
    count = 3_000
    importer = Importer(firms)
    text = 'name,tax,holding\n' + ''.join(f'N{n},{n},N{n - n % 100}\n' for n in range(count))
    job = await upload(importer, text)
    plan = await importer.propose(job, 'firms')
    await imports.keep_plan(firms.actor, job.id, 'firms', plan.to_plain())
    await imports.begin(firms.actor, job.id, total=count)
    for attempt in range(6):
        child = await asyncio.create_subprocess_exec(
            sys.executable, '-c', KILLED, database, cwd=ROOT, env=os.environ
        )
        before = (await importer.job(job.id)).place
        async with asyncio.timeout(90):
            while (await importer.job(job.id)).place == before and child.returncode is None:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.013 * attempt)
        child.send_signal(signal.SIGKILL)
        await child.wait()
        now = await importer.job(job.id)
        if now.state == RUNNING and now.lap == 1:
            assert await firms.count('firms') == now.created == now.place
    await running.resume()
    await running.wait(job.id)
    done = await importer.job(job.id)
    assert (done.state, done.created, done.refused, await firms.count('firms')) == (DONE, count, 0, count)
    linked = Filter((Condition('holding', 'filled'),))
    assert await firms.count('firms', linked) == count


@pytest.mark.parametrize(
    ('cell', 'language', 'decimal'),
    [
        ('1 250,50', 'en', ','), ('1.250,50', 'en', ','), ('1.250.000', 'en', ','), ('12,5', 'en', ','),
        ('1,250.00', 'ru', '.'), ('0.125', 'ru', '.'), ('1250.125', 'ru', '.'), ('$1,250.5', 'ru', '.'),
        ('1,250', 'ru', ','), ('1.250', 'en', '.'), ('2017-01-02', 'ru', ','),
    ],
)  # fmt: skip
def test_the_decimal_mark_is_seen_in_the_cells(cell: str, language: str, decimal: str) -> None:
    assert reading_of([[cell]], language).decimal == decimal


async def test_plans_survive_being_kept() -> None:
    plan = Plan(
        catalog='firms', columns={0: 'title', 3: 'tax'}, mode='both', key='tax',
        reading=Reading(decimal=',', dates='dmy', currency='EUR'),
        answers={'field': {'x': Answer('map', 'it')}},
    )  # fmt: skip
    assert Plan.from_plain(plan.to_plain()) == plan
    answers: Mapping[str, Answer] = plan.answers['field']
    assert (plan.answer('field', ' X '), plan.answer('field', 'y')) == (answers['x'], Answer())
