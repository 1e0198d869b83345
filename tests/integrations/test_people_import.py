"""People from a file: previewed, made with their contacts, linked by e-mail, refused with reasons."""

import io
from pathlib import Path

import pytest

from integrations.exchange import running
from integrations.exchange.formats.excel_files import workbook
from integrations.exchange.importer import Importer
from store import Records, imports, invitations, people, solutions, units
from store.actor import Actor
from store.imports import DONE

HEAD = ['Full name', 'Login', 'E-mail', 'Phone', 'Unit', 'Roles']
ROWS = [
    ['Nora New', 'nora', 'nora@example.com', '+7 900 000-00-01', 'North', 'Member'],
    ['Max Known', 'max', 'max@example.com', '', 'North', 'Viewer'],
    ['Carl Contact', 'carl', 'carl@example.com', '', '', 'Member'],
    ['Bad Login', 'a b', 'bad@example.com', '', '', ''],
    ['Bad Mail', 'mail', 'no mail', '', '', ''],
    ['Second Nora', 'nora2', 'nora@example.com', '', '', ''],
    ['Taken Login', 'ada', 'taken@example.com', '', '', ''],
    ['', 'nameless', 'nameless@example.com', '', '', ''],
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('ARTEL_DATA', str(tmp_path))


@pytest.fixture
async def company(as_admin: Records) -> Records:
    """Sales, a unit, a colleague and a contact who are in the file too."""
    await solutions.install(as_admin.actor, 'sales', 'en')
    await units.save_unit(as_admin.actor, {'name': 'North'})
    await people.create_person(as_admin.actor, {'name': 'Max', 'email': 'MAX@example.com'})
    await as_admin.create('contacts', {'title': 'Carl', 'email': 'carl@example.com'})
    return as_admin


async def test_a_file_of_people_is_previewed_and_taken_row_by_row(company: Records) -> None:
    """B-44: created, updated, linked and refused, each with its reason, and the bad rows to take home."""
    importer = Importer(company)
    job = await importer.upload('people.xlsx', io.BytesIO(workbook([HEAD, *ROWS])))
    plan = await importer.propose(job, 'person', language='en')
    assert (sorted(plan.columns.values()), plan.key) == (
        ['email', 'login', 'name', 'phone', 'roles', 'units'],
        'email',
    )
    found = await importer.forecast(job, plan)
    assert (found.created, found.updated, found.linked) == (2, 1, 1)
    reasons = {row.row: (row.facts['field'], row.code) for row in found.refused}
    assert reasons == {
        5: ('login', 'bad_login'),
        6: ('email', 'not_an_email'),
        7: ('email', 'twice_in_file'),
        8: ('login', 'not_unique'),
        9: ('name', 'required'),
    }
    await importer.start(job, plan)
    await running.wait(job.id)
    done = await importer.job(job.id)
    assert (done.state, done.created, done.updated, done.refused) == (DONE, 2, 1, 5)
    everybody = {one.name: one for one in await people.list_people(company.actor)}
    assert everybody['Nora New'].roles == ('member',)
    assert everybody['Max Known'].login == 'max'
    contact = await company.get('contacts', everybody['Carl Contact'].contact_id or 0)
    assert contact.title == 'Carl'
    [north] = await units.list_units(company.actor)
    assert set(north.members) == {everybody['Nora New'].id, everybody['Max Known'].id}
    assert await company.count('contacts') == 3
    refused = await imports.refused_rows(company.actor, job.id)
    table = await importer.report(job, plan, refused, lambda row: row.code, ('Row', 'Reason'))
    assert table[0] == [*HEAD, 'Row', 'Reason']
    assert [line[-1] for line in table[1:]] == [code for _, code in reasons.values()]
    link = await invitations.invite(company.actor, everybody['Nora New'].id)
    assert (await invitations.invited(link.token)).name == 'Nora New'


async def test_the_same_file_again_changes_nothing(company: Records) -> None:
    importer = Importer(company)
    for expected in ((2, 1, 0), (0, 0, 3)):
        job = await importer.upload('people.xlsx', io.BytesIO(workbook([HEAD, *ROWS[:3]])))
        plan = await importer.propose(job, 'person', language='en')
        await importer.start(job, plan)
        await running.wait(job.id)
        done = await importer.job(job.id)
        assert (done.created, done.updated, done.unchanged) == expected


async def test_who_manages_people_and_not_roles_gives_none(company: Records) -> None:
    hanna = Actor(
        person_id=company.actor.person_id, name='Hanna', operations=frozenset({'manage_people', 'import'})
    )
    target = await Importer(Records(hanna)).target('person')
    assert target.field('roles') is None
    assert target.field('units') is not None


async def test_russian_captions_find_their_fields(company: Records) -> None:
    head = ['ФИО', 'Логин', 'Почта', 'Телефон', 'Отдел', 'Подразделение', 'Роли', 'Руководитель']
    row = [
        'Нора Новая',
        'nora',
        'nora@example.com',
        '+7 900 000-00-01',
        'Продажи',
        'North',
        'Сотрудник',
        'Max',
    ]
    importer = Importer(company)
    job = await importer.upload('люди.xlsx', io.BytesIO(workbook([head, row])))
    plan = await importer.propose(job, 'person', language='ru')
    codes = ['name', 'login', 'email', 'phone', 'department', 'units', 'roles', 'manager_id']
    assert list(plan.columns.values()) == codes
    found = await importer.forecast(job, plan)
    assert (found.created, found.refused, found.unmatched) == (1, [], ())
