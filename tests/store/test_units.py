"""The organisation: a tree that cannot close on itself, and what its people get from it."""

import asyncio

import pytest

from store import Records, audit, guard, people, roles, units
from store.actor import Actor, Level, Rights
from store.problems import Invalid, NotAllowed, NotFound, Refused
from tests.conftest import records_of


async def tree(as_admin: Records) -> dict[str, int]:
    """Company > Sales > North, and Service."""
    made: dict[str, int] = {}
    for name, parent in (('Company', ''), ('Sales', 'Company'), ('North', 'Sales'), ('Service', 'Company')):
        one = await units.save_unit(as_admin.actor, {'name': name, 'parent_id': made.get(parent)})
        made[name] = one.id
    return made


async def names(actor: Actor) -> list[str]:
    return [f'{"-" * one.depth}{one.name}' for one in await units.list_units(actor)]


async def hr(*operations: str) -> Actor:
    """Somebody who manages people and may do nothing else."""
    person = await people.create_person(guard.SETUP, {'name': 'Hanna', 'login': 'hanna'})
    actor = await people.actor_of_person(person.id)
    assert actor is not None
    return Actor(person_id=person.id, name='Hanna', operations=frozenset({'manage_people', *operations}))


async def test_units_are_listed_as_a_tree(as_admin: Records) -> None:
    await tree(as_admin)
    assert await names(as_admin.actor) == ['Company', '-Sales', '--North', '-Service']


async def test_a_unit_moves_with_all_below_it_and_never_into_itself(as_admin: Records) -> None:
    made = await tree(as_admin)
    await units.move_unit(as_admin.actor, made['Sales'], made['Service'])
    assert await names(as_admin.actor) == ['Company', '-Service', '--Sales', '---North']
    for into in ('Sales', 'North'):
        with pytest.raises(Refused) as refusal:
            await units.move_unit(as_admin.actor, made['Sales'], made[into])
        assert (refusal.value.code, refusal.value.facts['unit']) == ('unit_cycle', 'Sales')
    await units.move_unit(as_admin.actor, made['North'], None, before=made['Company'])
    assert await names(as_admin.actor) == ['North', 'Company', '-Service', '--Sales']


async def test_two_moves_at_once_close_no_circle(as_admin: Records) -> None:
    made = await tree(as_admin)
    moves = (
        units.move_unit(as_admin.actor, made['Sales'], made['Service']),
        units.move_unit(as_admin.actor, made['Service'], made['Sales']),
    )
    answers = await asyncio.gather(*moves, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ['Refused', 'list']
    assert len(await units.list_units(as_admin.actor)) == 4


async def test_only_an_empty_unit_goes_unless_its_people_move_up(as_admin: Records) -> None:
    made = await tree(as_admin)
    max_ = await people.create_person(guard.SETUP, {'name': 'Max'})
    await units.set_members(as_admin.actor, made['Sales'], [max_.id])
    with pytest.raises(Refused) as refusal:
        await units.remove_unit(as_admin.actor, made['Sales'])
    assert refusal.value.facts == {'people': 1, 'units': 1}
    await units.remove_unit(as_admin.actor, made['Sales'], move_up=True)
    assert await names(as_admin.actor) == ['Company', '-Service', '-North']
    assert (await units.unit(as_admin.actor, made['Company'])).members == (max_.id,)
    with pytest.raises(NotFound):
        await units.unit(as_admin.actor, made['Sales'])


async def test_people_hold_the_roles_of_their_unit_and_of_those_above(as_admin: Records) -> None:
    made = await tree(as_admin)
    await roles.save_role(as_admin.actor, 'reader', 'Reader', {'*': Rights(read=Level.ALL)})
    max_ = await people.create_person(guard.SETUP, {'name': 'Max', 'login': 'max'})
    await units.set_members(as_admin.actor, made['North'], [max_.id])
    await units.set_unit_roles(as_admin.actor, made['Company'], ['reader'])
    actor = await people.actor_of_person(max_.id)
    assert actor is not None
    assert 'reader' in actor.roles
    await units.move_unit(as_admin.actor, made['North'], None)
    actor = await people.actor_of_person(max_.id)
    assert actor is not None
    assert 'reader' not in actor.roles


async def test_units_take_an_operation_and_their_roles_another(as_admin: Records, as_member: Records) -> None:
    made = await tree(as_admin)
    with pytest.raises(NotAllowed) as refusal:
        await units.save_unit(as_member.actor, {'name': 'Mine'})
    assert refusal.value.facts['operation'] == 'manage_people'
    with pytest.raises(NotAllowed) as refusal:
        await units.set_unit_roles(await hr(), made['Sales'], ['member'])
    assert refusal.value.facts['operation'] == 'manage_roles'


async def test_nobody_raises_themselves_through_the_organisation(as_admin: Records) -> None:
    made, hanna = await tree(as_admin), await hr()
    assert hanna.person_id is not None
    tries = (
        units.set_members(hanna, made['Company'], [hanna.person_id]),
        units.save_unit(hanna, {'manager_id': hanna.person_id}, made['Company']),
        units.save_unit(hanna, {'name': 'Own', 'manager_id': hanna.person_id}),
    )
    for one in tries:
        with pytest.raises(NotAllowed):
            await one
    await units.set_members(as_admin.actor, made['North'], [hanna.person_id])
    with pytest.raises(NotAllowed):
        await units.move_unit(hanna, made['North'], made['Service'])
    assert len(await units.list_units(hanna)) == 4


async def test_what_cannot_be_a_unit_is_refused_at_its_field(as_admin: Records) -> None:
    for values, field in (({'name': ' '}, 'name'), ({'name': 'A', 'kind': 'club'}, 'kind')):
        with pytest.raises(Invalid) as refusal:
            await units.save_unit(as_admin.actor, values)
        assert field in refusal.value.errors
    with pytest.raises(NotFound):
        await units.save_unit(as_admin.actor, {'name': 'A', 'manager_id': 999})


async def test_translations_of_a_unit_are_kept_and_changes_are_in_the_log(as_admin: Records) -> None:
    one = await units.save_unit(
        as_admin.actor, {'name': 'Sales', 'names': {'ru': 'Продажи'}, 'kind': 'branch'}
    )
    assert (one.names, one.kind) == ({'ru': 'Продажи'}, 'branch')
    await units.save_unit(as_admin.actor, {'manager_sees': False}, one.id)
    assert not (await units.unit(as_admin.actor, one.id)).manager_sees
    kinds = [
        line.facts.get('what') for line in await audit.entries(as_admin.actor, kinds=('rights_changed',))
    ]
    assert kinds[:2] == ['unit_saved', 'unit_saved']


async def test_a_colleague_sees_the_tree_and_not_its_roles(as_admin: Records) -> None:
    made = await tree(as_admin)
    await units.set_unit_roles(as_admin.actor, made['Sales'], ['member'])
    vera = await records_of('vera', 'Vera', role='viewer')
    assert all(not one.roles for one in await units.list_units(vera.actor))
    assert (await units.unit(as_admin.actor, made['Sales'])).roles == ('member',)
