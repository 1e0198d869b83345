"""What a role allows beyond its levels, and that nobody gives away more than they have."""

import pytest

from store import (
    Invalid,
    Level,
    NotAllowed,
    NotFound,
    Records,
    Rights,
    database,
    guard,
    people,
    role_rights,
    roles,
)  # fmt: skip
from store.actor import Actor, FieldLevel
from store.operations import USUAL
from tests.conftest import records_of

OWN = Rights(Level.ALL, Level.OWN, Level.OWN)


async def actor_again(door: Records) -> Actor:
    """The person as they are now."""
    found = await people.actor_of_person(door.actor.person_id or 0)
    assert found is not None
    return found


async def test_a_place_counts_in_place_of_the_catalogue(trade: Records) -> None:
    """S-12: rights of one pipeline and one stage."""
    await roles.save_role(trade.actor, 'clerk', 'Clerk', {'deals': OWN})
    reading = Rights(read=Level.ALL)
    places = {('sales', ''): reading, ('sales', 'won'): Rights()}
    await role_rights.set_places(trade.actor, 'clerk', 'deals', places)
    clerk = await records_of('carl', 'Carl', role='clerk')
    new = await trade.create('deals', {'title': 'foreign'})
    won = await trade.create('deals', {'title': 'won', 'amount': '5 EUR', 'stage': 'won'})
    seen = [view.id for view in (await clerk.find('deals')).records]
    assert new.id in seen
    assert won.id not in seen
    assert (await role_rights.grants_of(trade.actor, 'clerk')).places['deals', 'sales', ''] == reading


async def test_a_place_that_is_not_there_is_refused(trade: Records) -> None:
    with pytest.raises(Invalid):
        await role_rights.set_places(trade.actor, 'member', 'deals', {('sales', 'gone'): OWN})
    with pytest.raises(Invalid):
        await role_rights.set_places(trade.actor, 'member', 'deals', {('gone', ''): OWN})


async def test_fields_are_hidden_or_only_read(trade: Records) -> None:
    """C-15: hidden means absent."""
    levels = {'amount': FieldLevel.HIDDEN, 'note': FieldLevel.READ, 'code': FieldLevel.CHANGE}
    await role_rights.set_fields(trade.actor, 'member', 'deals', levels)
    member = await records_of('max', 'Max', role='member')
    kind = member.catalog('deals')
    note = kind.field('note')
    assert kind.field('amount') is None
    assert note is not None
    assert note.read_only
    kept = (await role_rights.grants_of(trade.actor, 'member')).fields
    assert kept == {('deals', 'amount'): FieldLevel.HIDDEN, ('deals', 'note'): FieldLevel.READ}
    with pytest.raises(Invalid):
        await role_rights.set_fields(trade.actor, 'member', 'deals', {'title': FieldLevel.HIDDEN})
    with pytest.raises(Invalid):
        await role_rights.set_fields(trade.actor, 'member', 'deals', {'gone': FieldLevel.HIDDEN})


async def test_operations_are_given_by_name(trade: Records) -> None:
    """C-17: a refusal names the operation that is missing."""
    member = await records_of('max', 'Max', role='member')
    with pytest.raises(NotAllowed) as refused:
        await role_rights.set_operations(member.actor, 'member', {'manage_roles'})
    assert refused.value.facts == {'right': 'operation', 'operation': 'manage_roles'}
    await role_rights.set_operations(trade.actor, 'member', {'import', 'share'})
    now = await actor_again(member)
    assert now.may_do('import')
    assert now.may_do('share')
    assert not now.may_do('manage_roles')
    with pytest.raises(Invalid):
        await role_rights.set_operations(trade.actor, 'member', {'fly'})


async def test_who_manages_roles_gives_at_most_their_own(trade: Records) -> None:
    await roles.save_role(guard.SETUP, 'head', 'Head', {'deals': OWN})
    await role_rights.set_operations(trade.actor, 'head', {'manage_roles', 'share'})
    await role_rights.set_fields(trade.actor, 'head', 'deals', {'amount': FieldLevel.HIDDEN})
    await roles.save_role(guard.SETUP, 'other', 'Other', {})
    head = await records_of('hana', 'Hana', role='head')
    actor = head.actor
    await role_rights.set_rights(actor, 'other', 'deals', OWN)
    for attempt in (
        role_rights.set_rights(actor, 'other', 'deals', Rights(read=Level.ALL)),
        role_rights.set_rights(actor, 'other', 'accounts', Rights(read=Level.OWN)),
        role_rights.set_rights(actor, 'head', '*', Rights(read=Level.ALL)),
        role_rights.set_places(actor, 'other', 'deals', {('sales', 'won'): Rights(read=Level.ALL)}),
        role_rights.set_operations(actor, 'other', {'manage_people'}),
    ):
        with pytest.raises(NotAllowed):
            await attempt
    with pytest.raises(Invalid):
        await role_rights.set_fields(actor, 'head', 'deals', {'amount': FieldLevel.CHANGE})
    await role_rights.set_fields(actor, 'head', 'deals', {'note': FieldLevel.READ})
    kept = (await role_rights.grants_of(trade.actor, 'head')).fields
    assert kept == {('deals', 'amount'): FieldLevel.HIDDEN, ('deals', 'note'): FieldLevel.READ}
    with pytest.raises(NotAllowed):
        await role_rights.set_fields(await actor_again(head), 'head', 'deals', {'note': FieldLevel.CHANGE})
    await role_rights.set_operations(actor, 'other', {'share'})
    grants = await role_rights.grants_of(trade.actor, 'other')
    assert grants.rights == {'deals': OWN}
    assert grants.operations == {'share'}
    assert grants.places == {}


async def test_what_a_role_had_already_may_stay(trade: Records) -> None:
    """A narrower manager may take away from a mightier role without being refused for the rest of it."""
    await roles.save_role(guard.SETUP, 'head', 'Head', {'deals': OWN})
    await role_rights.set_operations(trade.actor, 'head', {'manage_roles'})
    head = await records_of('hana', 'Hana', role='head')
    narrower = Rights(Level.NONE, Level.ALL, Level.NONE)
    await role_rights.set_rights(head.actor, 'member', '*', narrower)
    assert (await role_rights.grants_of(trade.actor, 'member')).rights['*'] == narrower


async def test_who_holds_a_role(trade: Records) -> None:
    member = await records_of('max', 'Max', role='member')
    with guard.acting(trade.actor):
        role_id = await role_rights.role_id_of('member')
        assert await role_rights.holders_of(role_id) == {member.actor.person_id: None}


async def test_saving_a_whole_role_is_bounded_too(trade: Records) -> None:
    await roles.save_role(guard.SETUP, 'head', 'Head', {'deals': OWN})
    await role_rights.set_operations(trade.actor, 'head', {'manage_roles'})
    head = await records_of('hana', 'Hana', role='head')
    with pytest.raises(NotAllowed):
        await roles.save_role(head.actor, 'head', 'Head', {'*': Rights(read=Level.ALL)})
    with pytest.raises(NotAllowed):
        await roles.save_role(head.actor, 'fresh', 'Fresh', {'deals': Rights(delete=Level.OWN)})
    await roles.save_role(head.actor, 'fresh', 'Fresh', {'deals': OWN})
    await role_rights.rename(head.actor, 'fresh', 'Fresher', {'ru': 'Свежая'})
    found = {role.code: role for role in await roles.list_roles(head.actor)}
    assert (found['fresh'].label, found['fresh'].labels) == ('Fresher', {'ru': 'Свежая'})
    await role_rights.set_operations(trade.actor, 'fresh', {'import'})
    await roles.remove_role(head.actor, 'fresh')
    with pytest.raises(NotFound):
        await role_rights.grants_of(trade.actor, 'fresh')


async def test_roles_from_before_operations_keep_what_they_did_once(trade: Records) -> None:
    with guard.acting(guard.SETUP):
        await database.rows('DELETE FROM role_operations')
        await database.rows('UPDATE role_rights SET may_export = 0')
        await database.rows("DELETE FROM store_state WHERE key = 'roles_have_operations'")
    await roles.keep_what_was_allowed()
    people.forget()
    member = await role_rights.grants_of(trade.actor, 'member')
    assert member.rights['*'].export == Level.ALL
    assert member.operations == USUAL
    assert (await role_rights.grants_of(trade.actor, 'viewer')).operations == frozenset()
    await role_rights.set_operations(trade.actor, 'member', set())
    await roles.keep_what_was_allowed()
    assert (await role_rights.grants_of(trade.actor, 'member')).operations == set()
