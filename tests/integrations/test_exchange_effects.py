"""What an import sets off, and the sample files."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from automations import Engine, FakeClock, Rules
from integrations.exchange import running
from integrations.exchange.effects import reactions
from integrations.exchange.formats.excel_files import workbook
from integrations.exchange.importer import Importer
from store import Records, people, solutions
from store.imports import DONE
from tests.conftest import Outbox
from tests.real_data import REAL, needs_real_data
from ui.components.import_samples import sample_file, sample_rows
from ui.reader import Reader, reading
from ui.text import label_one


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('ARTEL_DATA', str(tmp_path))


@pytest.mark.parametrize(('solution', 'language'), [('sales', 'en'), ('sales', 'ru'), ('service', 'ru')])
async def test_every_sample_file_is_imported_unchanged_without_a_refusal(
    as_admin: Records, solution: str, language: str
) -> None:
    await solutions.install(as_admin.actor, solution, language)
    importer = Importer(as_admin)
    for code in importer.targets():
        target = await importer.target(code)
        with reading(Reader(language)):
            one = 'Somebody' if code == 'person' else label_one(as_admin.catalog(code))
            rows = sample_rows(target, one, as_admin.actor.name)
        job = await importer.upload(f'{code}.xlsx', io.BytesIO(workbook(rows)))
        plan = await importer.propose(job, code, language=language)
        assert len(plan.columns) == len(rows[0]), (code, rows[0], plan.columns)
        found = await importer.forecast(job, plan)
        assert (found.created, found.refused, found.unmatched) == (3, [], ()), code
        await importer.start(job, plan)
        await running.wait(job.id)
        assert (await importer.job(job.id)).state == DONE


@pytest.mark.parametrize('language', ['en', 'ru'])
@pytest.mark.parametrize(
    'code', ['person', 'contacts', 'accounts', 'leads', 'deals', 'cases', 'services', 'contracts']
)
async def test_a_sample_file_fills_an_empty_installation_as_it_is(
    as_admin: Records, language: str, code: str
) -> None:
    """B-45: the file of the import page, untouched, with captions in the reader's language."""
    of_service = code in ('cases', 'services', 'contracts')
    await solutions.install(as_admin.actor, 'service' if of_service else 'sales', language)
    importer = Importer(as_admin)
    with reading(Reader(language)):
        content = await sample_file(as_admin, code)
    job = await importer.upload('sample.xlsx', io.BytesIO(content))
    plan = await importer.propose(job, code, language=language)
    await importer.start(job, plan)
    await running.wait(job.id)
    done = await importer.job(job.id)
    assert (done.state, done.created, done.refused) == (DONE, 3, 0)
    made = await people.list_people(as_admin.actor) if code == 'person' else []
    assert all(one.contact_id for one in made if one.login != 'ada')


MAVEN = REAL / 'maven'
RULE = {
    'key': 'welcome',
    'name': 'Welcome',
    'catalog': 'accounts',
    'triggers': [{'kind': 'record_created', 'options': {}}],
    'steps': [{'action': 'set_fields', 'options': {'values': {'notes': 'seen by a rule'}}}],
}


@pytest.mark.parametrize('run_rules', [False, True])
async def test_rules_run_for_an_import_only_when_asked(
    as_admin: Records, clock: FakeClock, outbox: Outbox, run_rules: bool
) -> None:
    await solutions.install(as_admin.actor, 'sales', 'en')
    await Rules(as_admin.actor).create(RULE)
    catalog = as_admin.catalog('accounts')
    (reaction,) = await reactions(as_admin, catalog, {'': 2})
    assert (reaction.rule.name, reaction.count, reaction.sends, reaction.always) == (
        'Welcome',
        2,
        False,
        False,
    )
    engine = Engine(clock=clock, mailer=outbox, poster=outbox)
    await engine.start()
    importer = Importer(as_admin)
    job = await importer.upload('accounts.csv', io.BytesIO(b'account\nAcme\nBetatech\n'))
    plan = replace(await importer.propose(job, 'accounts'), run_rules=run_rules)
    await importer.start(job, plan)
    await running.wait(job.id)
    await engine.drain()
    await engine.stop()
    found = (await as_admin.find('accounts')).records
    assert [view['notes'] for view in found] == ['seen by a rule' if run_rules else None] * 2


async def test_a_table_with_known_captions_is_mapped_as_the_last_time(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'sales', 'en')
    importer = Importer(as_admin)
    text = b'account,remark,strange\nAcme,x,y\n'
    job = await importer.upload('a.csv', io.BytesIO(text))
    plan = replace(
        await importer.propose(job, 'accounts'), columns={0: 'title', 2: 'notes'}, mode='both', key='title'
    )
    await importer.start(job, plan)
    await running.wait(job.id)
    other = await importer.upload('b.csv', io.BytesIO(text))
    again = await importer.propose(other, 'accounts')
    assert (dict(again.columns), again.mode, again.key) == ({0: 'title', 2: 'notes'}, 'both', 'title')
    # The page says where that comes from, and can think it out anew.
    last = await importer.last_like(other, again)
    assert last is not None
    assert last.file_name == 'a.csv'
    anew = await importer.propose(other, 'accounts', anew=True)
    assert (anew.mode, anew.key) == ('create', '')


@pytest.mark.parametrize(
    ('name', 'content', 'code'),
    [
        pytest.param('accounts.csv', None, 'accounts', marks=needs_real_data),
        pytest.param('products.csv', None, 'products', marks=needs_real_data),
        pytest.param('sales_teams.csv', None, 'person', marks=needs_real_data),
        pytest.param('sales_pipeline.csv', None, 'deals', marks=needs_real_data),
        (
            'export.csv',
            'Название сделки;Контрагент;Сумма;Стадия;Дата закрытия\nПоставка;Ромашка;1;Новая;\n',
            'deals',
        ),
        ('Контакты.csv', 'ФИО;Должность;Телефон;Эл. почта\nАнна;директор;+7 900 000-00-01;\n', 'contacts'),
    ],
)
async def test_the_place_of_a_file_is_guessed(
    as_admin: Records, name: str, content: str | None, code: str
) -> None:
    await solutions.install(as_admin.actor, 'sales', 'en')
    importer = Importer(as_admin)
    raw = content.encode() if content else (MAVEN / name).read_bytes()
    job = await importer.upload(name, io.BytesIO(raw))
    assert await importer.best_target(job) == code
    plan = await importer.propose(job, code)
    assert plan.columns[0] == (await importer.target(code)).name_field
