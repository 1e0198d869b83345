"""Workplaces: who sees which, what is remembered, and that they give no right to data (B-07, B-08, B-09)."""

from dataclasses import replace

import pytest

from store import Records, guard, people, roles, solutions, workplaces
from store import database as store_database
from store.actor import Level, Rights
from store.problems import Invalid, NotAllowed, NotFound
from store.workplaces import EVERYTHING, Workplace

DESK = Workplace(code='desk', label='Desk', labels={'ru': 'Стол'}, sections=('/', 'deals'), roles=('desk',))
HALL = Workplace(code='hall', label='Hall', sections=('deals', 'accounts', '/dashboards'))


@pytest.fixture(autouse=True)
async def desk_role(as_admin: Records) -> None:
    await roles.save_role(as_admin.actor, 'desk', 'Desk', {})


async def _hold(login: str, *held: str) -> Records:
    one = await people.person_by_login(guard.SETUP, login)
    assert one is not None
    await people.change_person(guard.SETUP, one.id, {'roles': list(held)})
    actor = await people.actor_of_person(one.id)
    assert actor is not None
    return Records(actor)


async def test_without_any_everybody_has_everything(as_admin: Records, as_member: Records) -> None:
    assert workplaces.every() == ()
    assert workplaces.open_to(as_member.actor) == ()
    assert await workplaces.chosen(as_member.actor) == EVERYTHING


async def test_one_is_seen_by_its_roles_and_one_without_roles_by_everybody(
    as_admin: Records, as_member: Records
) -> None:
    await workplaces.save(as_admin.actor, DESK)
    await workplaces.save(as_admin.actor, HALL)
    assert [one.code for one in workplaces.open_to(as_admin.actor)] == ['desk', 'hall']
    assert [one.code for one in workplaces.open_to(as_member.actor)] == ['hall']
    at_desk = await _hold('max', 'member', 'desk')
    assert workplaces.open_to(at_desk.actor) == (DESK, replace(HALL, position=1))
    assert [one.code for one in workplaces.open_to((await _hold('max', 'member')).actor)] == ['hall']


async def test_what_was_chosen_is_remembered_and_a_closed_one_cannot_be_chosen(
    as_admin: Records, as_member: Records
) -> None:
    await workplaces.save(as_admin.actor, DESK)
    await workplaces.save(as_admin.actor, HALL)
    await workplaces.choose(as_member.actor, 'hall')
    assert await workplaces.chosen(as_member.actor) == 'hall'
    with pytest.raises(NotFound):
        await workplaces.choose(as_member.actor, 'desk')
    await workplaces.choose(as_member.actor, EVERYTHING)
    assert await workplaces.chosen(as_member.actor) == EVERYTHING


async def test_every_tab_hears_which_one_was_chosen(as_admin: Records) -> None:
    heard: list[tuple[int, str]] = []
    await workplaces.save(as_admin.actor, HALL)
    stop = workplaces.subscribe_chosen(lambda person_id, code: heard.append((person_id, code)))
    await workplaces.choose(as_admin.actor, 'hall')
    with pytest.raises(NotFound):
        await workplaces.choose(as_admin.actor, 'cellar')
    stop()
    await workplaces.choose(as_admin.actor, EVERYTHING)
    assert heard == [(as_admin.actor.person_id, 'hall')]


async def test_a_workplace_opens_no_data(trade: Records) -> None:
    await workplaces.save(trade.actor, DESK)
    person = await people.create_person(guard.SETUP, {'name': 'Vic', 'login': 'vic', 'roles': ['desk']})
    actor = await people.actor_of_person(person.id)
    assert actor is not None
    assert [one.code for one in workplaces.open_to(actor)] == ['desk']
    assert Records(actor).catalogs() == ()
    with pytest.raises(NotFound):
        await Records(actor).find('deals')


async def test_a_closed_section_is_offered_by_no_picker_and_no_search(trade: Records) -> None:
    await trade.create('accounts', {'title': 'Hidden company'})
    await roles.save_role(trade.actor, 'dealer', 'Dealer', {'deals': Rights(read=Level.ALL)})
    made = await people.create_person(guard.SETUP, {'name': 'Vic', 'login': 'vic', 'roles': ['dealer']})
    actor = await people.actor_of_person(made.id)
    assert actor is not None
    vic = Records(actor)
    assert await vic.search('Hidden') == []
    for deed in (vic.suggest('accounts', 'Hid'), vic.get('accounts', 1), vic.count('accounts')):
        with pytest.raises(NotFound) as refusal:
            await deed
        assert refusal.value.code == 'no_such_catalog'


async def test_only_who_may_arrange_them_does(as_admin: Records, as_member: Records) -> None:
    for deed in (
        workplaces.save(as_member.actor, DESK),
        workplaces.remove(as_member.actor, 'desk'),
        workplaces.arrange(as_member.actor, ['desk']),
    ):
        with pytest.raises(NotAllowed) as refusal:
            await deed
        assert refusal.value.facts['operation'] == 'manage_workplaces'


async def test_they_stand_in_the_order_they_are_put_into(as_admin: Records) -> None:
    await workplaces.save(as_admin.actor, DESK)
    await workplaces.save(as_admin.actor, HALL)
    await workplaces.arrange(as_admin.actor, ['hall', 'desk'])
    await workplaces.save(as_admin.actor, replace(DESK, label='My desk'))
    assert [one.label for one in workplaces.every()] == ['Hall', 'My desk']
    await workplaces.remove(as_admin.actor, 'hall')
    with pytest.raises(NotFound):
        await workplaces.remove(as_admin.actor, 'hall')
    assert [one.code for one in workplaces.every()] == ['desk']


@pytest.mark.parametrize(
    ('changed', 'field'),
    [
        ({'code': 'Bad code'}, 'code'),
        ({'label': ' '}, 'label'),
        ({'sections': ('javascript:alert(1)',)}, 'sections'),
        ({'sections': ('//evil.example',)}, 'sections'),
        ({'roles': ('nobody',)}, 'roles'),
        ({'icon': '"><b>'}, 'icon'),
    ],
)
async def test_what_cannot_be_is_refused(as_admin: Records, changed: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await workplaces.save(as_admin.actor, replace(DESK, **changed))  # type: ignore[arg-type]  # on purpose
    assert set(refusal.value.errors) == {field}
    assert workplaces.every() == ()


async def test_what_was_rolled_back_is_forgotten(as_admin: Records) -> None:
    async def half() -> None:
        async with as_admin.transaction():
            await workplaces.save(as_admin.actor, DESK)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await half()
    await workplaces.load()
    assert workplaces.every() == ()


async def test_sales_brings_workplaces_for_its_two_roles(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'sales', 'ru')
    assert [(one.labels['ru'], one.roles) for one in workplaces.every()] == [
        ('Руководитель отдела продаж', ('head_of_sales',)),
        ('Менеджер по продажам', ('sales_manager', 'head_of_sales')),
    ]
    known = {catalog.code for catalog in as_admin.catalogs()}
    assert all(set(one.sections) - {'/', '/dashboards'} <= known for one in workplaces.every())


async def test_a_change_is_in_the_audit_log(as_admin: Records) -> None:
    await workplaces.save(as_admin.actor, DESK)
    with guard.acting(guard.SETUP):
        found = await store_database.rows("SELECT facts FROM audit_log WHERE kind = 'setting_changed'")
    assert 'workplace desk' in found[-1]['facts']
