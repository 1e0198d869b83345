"""The Service solution (C-04): alone, beside Sales in either order, and its sample data in both languages."""

from collections.abc import Mapping
from typing import Any

import pytest

from store import (
    Designer,
    FieldLevel,
    FieldSpec,
    own_company,
    people,
    role_rights,
    roles,
    solutions,
    units,
    workplaces,
)
from store.actor import Level
from store.catalogs import SCHEMA
from store.query import Query
from store.records import Records

SECTIONS = ['cases', 'tasks', 'contacts', 'accounts', 'services', 'contracts']
TOLD = {'accounts': 21, 'contacts': 48, 'services': 9, 'contracts': 15, 'cases': 150, 'tasks': 24}


async def keep(_: Mapping[str, Any]) -> None:
    """Take a rule and do nothing with it."""


def shape() -> dict[str, tuple[set[str], set[str]]]:
    """Fields and pipelines by section."""
    return {
        kind.code: ({spec.code for spec in kind.fields}, {line.code for line in kind.pipelines})
        for kind in SCHEMA
    }


async def test_an_empty_installation_gets_the_sections_of_a_service_desk(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'service', 'ru')
    assert [kind.code for kind in as_admin.catalogs()] == SECTIONS
    assert [kind.labels['ru'] for kind in as_admin.catalogs()] == [
        'Обращения', 'Задачи', 'Контакты', 'Контрагенты', 'Сервисы', 'Договоры',
    ]  # fmt: skip
    cases = as_admin.catalog('cases')
    assert [stage.labels['ru'] for _, stage in cases.stages()] == [
        'Новое', 'В работе', 'Ожидание ответа', 'Решено', 'Закрыто', 'Отменено',
    ]  # fmt: skip
    assert [stage.kind for _, stage in cases.stages()][-2:] == ['won', 'lost']
    held = {role.code: role for role in await roles.list_roles(as_admin.actor)}
    assert held['operator'].rights['cases'].read == Level.ALL
    assert held['second_line'].rights['cases'].read == Level.UNIT
    assert held['operator'].rights['contracts'].change == Level.NONE
    assert {'service_desk', 'service_manager'} <= {one.code for one in workplaces.every()}


async def test_a_customer_fills_only_what_is_theirs_in_a_case(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'service', 'en')
    levels = (await role_rights.grants_of(as_admin.actor, 'service_customer')).fields
    assert levels['cases', 'resolution'] == FieldLevel.READ
    assert levels['cases', 'answer_due'] == FieldLevel.HIDDEN
    assert ('cases', 'details') not in levels


async def test_a_case_has_a_number_of_its_own_and_needs_a_resolution_to_be_solved(as_admin: Records) -> None:
    """L-09."""
    await solutions.install(as_admin.actor, 'service', 'en')
    first = await as_admin.create('cases', {'title': 'A'})
    await as_admin.remove('cases', first.id)
    second = await as_admin.create('cases', {'title': 'B'})
    assert (first['case_number'], second['case_number']) == ('SD-00001', 'SD-00002')
    solved = await as_admin.change('cases', second.id, {'resolution': 'Done'})
    assert (await as_admin.move('cases', solved.id, stage='solved')).stage == 'solved'
    assert solved['priority'] == 'normal'


@pytest.mark.parametrize('order', [('sales', 'service'), ('service', 'sales')])
async def test_beside_sales_the_shared_sections_are_the_same_with_all_fields_of_both(
    as_admin: Records, order: tuple[str, str]
) -> None:
    await solutions.install(as_admin.actor, order[0], 'en', save_rule=keep)
    kept = await as_admin.create('accounts', {'title': 'Known', 'phone': '+1 212 555 0101'})
    before = shape()
    await solutions.install(as_admin.actor, order[1], 'en', save_rule=keep)
    after = shape()
    assert {'deals', 'leads', 'products', *SECTIONS} == set(after)
    assert {'revenue', 'industry', 'level', 'email'} <= after['accounts'][0]
    assert {'birthday', 'kind', 'email'} <= after['contacts'][0]
    assert all(had <= has for code in before for had, has in zip(before[code], after[code], strict=True))
    assert (await as_admin.get('accounts', kept.id))['phone'] == '+1 212 555 0101'
    await solutions.install(as_admin.actor, order[0], 'en', save_rule=keep)
    await solutions.install(as_admin.actor, order[1], 'en', save_rule=keep)
    assert shape() == after


async def test_what_two_solutions_share_they_describe_alike() -> None:
    """A field of one code means the same in each, whichever comes first."""
    told: dict[tuple[str, str], Any] = {}
    for offer in solutions.list_solutions():
        for kind in solutions.read_solution(offer.code)['catalogs']:
            for spec in kind['fields']:
                assert told.setdefault((kind['code'], spec['code']), spec) == spec, (offer.code, spec['code'])


async def test_the_preview_says_what_is_joined_what_is_added_and_what_stays(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'sales', 'en')
    designer = Designer(as_admin.actor)
    await designer.archive_field('contacts', 'position')
    await designer.add_field('accounts', FieldSpec(code='level', label='Grade', type='text'))
    told = await solutions.preview(as_admin.actor, 'service')
    assert [one.code for one in told.fresh] == ['cases', 'services', 'contracts']
    joined = {one.catalog.code: one for one in told.joined}
    assert [spec.code for spec in joined['accounts'].added] == ['email']
    assert [spec.code for spec in joined['accounts'].kept] == ['level']
    assert [spec.code for spec in joined['contacts'].added] == ['kind']
    assert [spec.code for spec in joined['contacts'].kept] == ['position']
    assert joined['tasks'].added == ()
    await solutions.install(as_admin.actor, 'service', 'en')
    assert (await solutions.preview(as_admin.actor, 'service')).changes_nothing
    level = as_admin.catalog('accounts').field('level')
    assert level is not None
    assert level.type == 'text'


async def test_a_section_that_people_made_can_be_taken_for_what_the_solution_needs(as_admin: Records) -> None:
    await Designer(as_admin.actor).create_catalog('tasks', 'To-dos', 'To-do', traits={})
    await solutions.install(as_admin.actor, 'service', 'en')
    tasks = as_admin.catalog('tasks')
    assert tasks.label == 'To-dos'
    assert tasks.traits['task']['due'] == 'due_at'


@pytest.mark.parametrize('language', ['ru', 'en'])
async def test_sample_data_are_half_a_year_of_a_service_desk(as_admin: Records, language: str) -> None:
    await solutions.install(as_admin.actor, 'service', language, demo=True)
    assert {code: await as_admin.count(code) for code in TOLD} == TOLD
    totals = await as_admin.stage_totals('cases', 'cases')
    assert {stage: total.count for stage, total in totals.items()} == {
        'new': 6, 'in_work': 12, 'waiting': 8, 'solved': 8, 'closed': 108, 'cancelled': 8,
    }  # fmt: skip
    closed = (await as_admin.find('cases', Query(sort='created_at', limit=150))).records
    assert all(view['solved_at'] and view['resolution'] for view in closed if view.stage == 'closed')
    assert {view['satisfaction'] for view in closed} >= {'5', '4', None}
    assert any(view['reopened'] == 1 for view in closed)
    kinds = [change.kind for change in await as_admin.history('cases', closed[0].id)]
    assert kinds.count('moved') >= 1


async def test_sample_data_beside_those_of_sales_tell_of_the_same_customers(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'sales', 'ru', demo=True)
    await solutions.install(as_admin.actor, 'service', 'ru', demo=True)
    assert await as_admin.count('accounts') == 41 + 6
    assert await as_admin.count('contacts') == 80 + 12 + 14
    tree = {one.name: one for one in await units.list_units(as_admin.actor)}
    assert tree['Сервисная дирекция'].parent_id == tree['Головной офис'].id
    assert tree['Отдел продаж'].members


async def test_the_sample_organisation_is_alive(as_admin: Records) -> None:
    """Units of all kinds with managers and members, a role across them, somebody away."""
    await solutions.install(as_admin.actor, 'service', 'en', demo=True)
    tree = await units.list_units(as_admin.actor)
    assert {one.kind for one in tree} == {'branch', 'division', 'department'}
    assert all(one.manager_id for one in tree)
    everybody = {one.id: one for one in await people.list_people(as_admin.actor)}
    duty = {person for person, one in everybody.items() if 'duty_operators' in one.roles}
    assert len([one for one in tree if duty & set(one.members)]) >= 2
    assert all(one.contact_id for one in everybody.values())
    away = [one for one in everybody.values() if one.absent_from]
    assert len(away) == 2
    assert all(one.deputy_id for one in away)


async def test_who_reads_a_unit_sees_the_cases_of_the_people_in_it(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'service', 'en', demo=True, password='correct horse 42 staple')
    fellow = next(p for p in await people.list_people(as_admin.actor) if p.login == 'crane')
    actor = await people.actor_of_person(fellow.id)
    assert actor is not None
    mine = Records(actor)
    seen = {view.owner.title for view in (await mine.find('cases', Query(limit=200))).records if view.owner}
    assert seen == {'Andrew Crane', 'Elias Foster'}


async def test_sample_data_say_which_company_is_ours(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'service', 'en', demo=True)
    ours = await own_company.own_company(as_admin.actor)
    assert ours is not None
    assert (ours.name, ours.email, ours.phone) == ('Artel Inc.', 'help@artel.example', '+1 212 555 0110')
