"""A solution is installed through the same door as everything else, once, in either language."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from store import clock, dashboards, people, roles, solutions
from store.actor import Level
from store.catalogs import SCHEMA
from store.problems import NotAllowed, NotFound
from store.query import Condition, Filter, Query, where
from store.records import Records
from store.values import Money


class Rulebook:
    """Keeps the specifications it is given."""

    def __init__(self) -> None:
        self.specs: list[dict[str, Any]] = []

    async def keep(self, spec: Mapping[str, Any]) -> None:
        self.specs.append(dict(spec))


def test_each_solution_on_offer_says_what_it_is_in_both_languages() -> None:
    offers = solutions.list_solutions()
    assert [offer.code for offer in offers] == ['sales', 'service', 'hiring', 'empty']
    assert all(offer.titles['ru'] and offer.descriptions['ru'] for offer in offers)


async def test_the_blank_sheet_adds_nothing(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'empty', 'ru')
    assert as_admin.catalogs() == ()
    assert await solutions.installed(as_admin.actor) == ('empty',)


async def test_sales_brings_its_catalogues_pipelines_roles_and_dashboard(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'sales', 'ru')
    assert [c.code for c in as_admin.catalogs()] == [
        'deals',
        'leads',
        'tasks',
        'contacts',
        'accounts',
        'products',
    ]
    deals = as_admin.catalog('deals')
    assert deals.labels['ru'] == 'Сделки'
    assert [s.code for s in deals.pipelines[0].stages] == [
        'new', 'qualification', 'proposal', 'negotiation', 'won', 'lost',
    ]  # fmt: skip
    assert [p.code for p in deals.pipelines] == ['sales', 'renewals']
    assert deals.field('amount').options['currency'] == 'RUB'  # type: ignore[union-attr]
    held = {role.code: role for role in await roles.list_roles(as_admin.actor)}
    assert held['sales_manager'].rights['deals'].read == Level.OWN
    assert (
        held['accounting'].rights['leads' if 'leads' in held['accounting'].rights else 'deals'].change
        == Level.NONE
    )
    assert [d.code for d in await dashboards.list_dashboards(as_admin.actor)] == ['sales']


async def test_every_caption_has_its_russian(as_admin: Records) -> None:
    for code in ('sales', 'service', 'hiring'):
        await solutions.install(as_admin.actor, code, 'en')
    for catalog in SCHEMA:
        things = [catalog, *catalog.fields, *catalog.pipelines, *(stage for _, stage in catalog.stages())]
        assert [t.code for t in things if not t.labels.get('ru')] == [], catalog.code
        assert catalog.labels_one['ru'], catalog.code
        choices = [c for f in catalog.fields for c in f.options.get('choices', ())]
        assert all(c['labels']['ru'] and c['color'] for c in choices)
        shown = [*catalog.card.values(), *catalog.list_columns]
        assert [name for name in shown if not catalog.field(name)] == [], catalog.code


async def test_installing_again_changes_nothing_and_keeps_what_people_shaped(as_admin: Records) -> None:
    book = Rulebook()
    await solutions.install(as_admin.actor, 'sales', 'en', demo=True, save_rule=book.keep)
    count = await as_admin.count('deals')
    before = as_admin.catalog('deals')
    await solutions.install(as_admin.actor, 'sales', 'en', demo=True, save_rule=book.keep)
    assert await as_admin.count('deals') == count
    assert as_admin.catalog('deals').fields == before.fields
    await solutions.install(as_admin.actor, 'hiring', 'en')
    assert {'candidates', 'vacancies', 'tasks'} <= {c.code for c in as_admin.catalogs()}


async def test_the_rules_speak_the_chosen_language(as_admin: Records) -> None:
    book = Rulebook()
    await solutions.install(as_admin.actor, 'sales', 'ru', save_rule=book.keep)
    won = next(spec for spec in book.specs if spec['key'] == 'deal_won_documents')
    assert won['name'] == 'Сбор документов после закрытия сделки'
    assert won['names'] == {'en': 'Collect documents after a deal is closed'}
    assert won['language'] == 'ru'
    assert won['steps'][0]['options']['title'] == 'Собрать документы: {{ title }}'
    assert won['steps'][1]['options']['to'] == ['role:accounting']


@pytest.mark.parametrize(('language', 'currency'), [('ru', 'RUB'), ('en', 'USD')])
async def test_sample_data_are_a_year_of_work(as_admin: Records, language: str, currency: str) -> None:
    heard: list[tuple[str, int, int]] = []
    await solutions.install(
        as_admin.actor, 'sales', language, demo=True, progress=lambda *what: heard.append(what)
    )
    counts = {
        code: await as_admin.count(code)
        for code in ('accounts', 'contacts', 'deals', 'leads', 'tasks', 'products')
    }
    assert counts == {'accounts': 41, 'contacts': 87, 'deals': 121, 'leads': 40, 'tasks': 60, 'products': 12}
    assert {what for what, _, _ in heard} == {'catalogs', 'roles', 'demo'}
    won = await as_admin.find('deals', Query(filter=where(stage='won'), sort='created_at', limit=100))
    assert len(won.records) == 44
    oldest = won.records[0]
    assert oldest['created_at'] < clock.now() - timedelta(days=200)
    assert oldest['created_at'].date() < oldest['closed_on'] <= clock.today()
    assert isinstance(oldest['amount'], Money)
    assert oldest['amount'].currency == currency
    kinds = [change.kind for change in await as_admin.history('deals', oldest.id)]
    assert kinds.count('moved') >= 4
    near = [(clock.today() + timedelta(days=days)).isoformat() for days in (-1, 1)]
    assert await as_admin.count('tasks', Filter((Condition('due_at', 'between', near),))) >= 4
    sellers = [p for p in await people.list_people(as_admin.actor) if 'sales_manager' in p.roles]
    assert len(sellers) == 4
    assert not any(person.has_password for person in sellers)


async def test_sample_people_see_what_their_role_allows(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'sales', 'en', demo=True, password='correct horse 42 staple')
    every = await people.list_people(as_admin.actor)
    seller = next(p for p in every if 'sales_manager' in p.roles)
    assert seller.has_password
    actor = await people.actor_of_person(seller.id)
    assert actor is not None
    mine = Records(actor)
    own = await mine.count('deals')
    assert 0 < own < 121
    assert own == await as_admin.count('deals', where(owner=seller.id))
    assert await mine.count('accounts') == 41


async def test_only_administrators_install(as_member: Records) -> None:
    with pytest.raises(NotAllowed):
        await solutions.install(as_member.actor, 'sales', 'en')


async def test_an_unknown_solution_is_refused(as_admin: Records) -> None:
    with pytest.raises(NotFound):
        await solutions.install(as_admin.actor, '../secrets', 'en')


async def test_a_failure_on_the_way_leaves_nothing_behind(as_admin: Records) -> None:
    async def refuse(_: Mapping[str, Any]) -> None:
        raise RuntimeError('no room')

    with pytest.raises(RuntimeError):
        await solutions.install(as_admin.actor, 'sales', 'en', save_rule=refuse)
    assert as_admin.catalogs() == ()
    await solutions.install(as_admin.actor, 'sales', 'en')
    assert await as_admin.count('deals') == 0


@pytest.mark.parametrize('language', ['ru', 'en'])
async def test_hiring_has_candidates_at_every_stage(as_admin: Records, language: str) -> None:
    await solutions.install(as_admin.actor, 'hiring', language, demo=True)
    totals = await as_admin.stage_totals('candidates', 'hiring')
    assert {stage: total.count for stage, total in totals.items()} == {
        'incoming': 7, 'shortlisted': 5, 'interviewed': 4, 'offer': 2, 'hired': 5, 'rejected': 7,
    }  # fmt: skip
    assert (await as_admin.count('vacancies'), await as_admin.count('tasks')) == (6, 8)
