"""Rules about records: a filter gives a role rights to what it finds, or keeps everybody else out."""

from dataclasses import replace

import pytest

from store import (
    Condition,
    Filter,
    Invalid,
    Level,
    NotAllowed,
    NotFound,
    Problem,
    Records,
    Rights,
    guard,
    people,
    record_rules,
    role_rights,
    roles,
)
from store.actor import FieldLevel
from store.record_rules import SavedRule
from tests.conftest import records_of

HOT = Filter((Condition('heat', 'is', 'hot'),))
RULE = SavedRule(catalog='deals', name='Hot deals for seniors', condition=HOT, roles=('senior',))


async def again(door: Records) -> Records:
    """The person's door with their rights of now."""
    found = await people.actor_of_person(door.actor.person_id or 0)
    assert found is not None
    return Records(found)


async def test_a_rule_gives_rights_to_what_its_filter_finds(trade: Records) -> None:
    """C-16: records where <filter> -> role X may <actions>."""
    await roles.save_role(guard.SETUP, 'senior', 'Senior', {})
    senior = await records_of('sam', 'Sam', role='senior')
    hot = await trade.create('deals', {'title': 'hot', 'heat': 'hot'})
    cold = await trade.create('deals', {'title': 'cold', 'heat': 'cold'})
    rule_id = await record_rules.save_rule(trade.actor, RULE)
    senior = await again(senior)
    assert [view.id for view in (await senior.find('deals')).records] == [hot.id]
    with pytest.raises(NotAllowed):
        await senior.change('deals', hot.id, {'title': 'x'})
    await record_rules.save_rule(trade.actor, replace(RULE, id=rule_id, rights=('read', 'change')))
    assert (await (await again(senior)).change('deals', hot.id, {'title': 'hotter'})).title == 'hotter'
    await record_rules.save_rule(trade.actor, replace(RULE, id=rule_id, is_on=False))
    with pytest.raises(NotFound):
        await (await again(senior)).get('deals', hot.id)
    assert cold.id
    assert [rule.is_on for rule in await record_rules.list_rules(trade.actor)] == [False]


async def test_an_only_rule_keeps_everybody_else_out(trade: Records) -> None:
    await roles.save_role(guard.SETUP, 'senior', 'Senior', {'deals': Rights(read=Level.ALL)})
    senior = await records_of('sam', 'Sam', role='senior')
    member = await records_of('max', 'Max', role='member')
    hot = await member.create('deals', {'title': 'hot', 'heat': 'hot'})
    cold = await member.create('deals', {'title': 'cold', 'heat': 'cold'})
    rule_id = await record_rules.save_rule(trade.actor, replace(RULE, only=True))
    member, senior = await again(member), await again(senior)
    assert [view.id for view in (await member.find('deals')).records] == [cold.id]
    with pytest.raises(NotFound):
        await member.get('deals', hot.id)
    assert await senior.count('deals') == 2
    await record_rules.remove_rule(trade.actor, rule_id)
    assert await (await again(member)).count('deals') == 2
    with pytest.raises(NotFound):
        await record_rules.remove_rule(trade.actor, rule_id)


@pytest.mark.parametrize(
    'bad',
    [
        {'name': ' '},
        {'roles': ()},
        {'roles': ('nobody',)},
        {'rights': ()},
        {'rights': ('fly',)},
        {'condition': Filter()},
        {'catalog': 'gone'},
    ],
)
async def test_a_rule_that_says_nothing_is_refused(trade: Records, bad: dict[str, object]) -> None:
    await roles.save_role(guard.SETUP, 'senior', 'Senior', {})
    with pytest.raises(Invalid):
        await record_rules.save_rule(trade.actor, replace(RULE, **bad))  # type: ignore[arg-type]


async def test_a_rule_is_made_by_those_who_may_and_see_what_it_asks(trade: Records) -> None:
    member = await records_of('max', 'Max', role='member')
    rule = replace(RULE, roles=('member',))
    with pytest.raises(NotAllowed):
        await record_rules.save_rule(member.actor, rule)
    await role_rights.set_operations(trade.actor, 'member', {'manage_roles'})
    await role_rights.set_fields(trade.actor, 'member', 'deals', {'heat': FieldLevel.HIDDEN})
    member = await again(member)
    with pytest.raises(Problem) as refused:
        await record_rules.save_rule(member.actor, rule)
    assert refused.value.code == 'bad_filter'
    with pytest.raises(Problem):
        await record_rules.count_found(member.actor, 'deals', HOT)
    await trade.create('deals', {'title': 'hot', 'heat': 'hot'})
    assert await record_rules.count_found(trade.actor, 'deals', HOT) == 1


async def test_who_sees_only_their_own_gives_no_more_by_a_rule(trade: Records) -> None:
    await roles.save_role(guard.SETUP, 'head', 'Head', {'deals': Rights(read=Level.OWN)})
    await role_rights.set_operations(trade.actor, 'head', {'manage_roles'})
    head = await records_of('hana', 'Hana', role='head')
    rule = replace(RULE, roles=('head',))
    with pytest.raises(NotAllowed):
        await record_rules.save_rule(head.actor, rule)
    kept = await record_rules.save_rule(trade.actor, replace(rule, roles=('member',), only=True))
    for attempt in (
        record_rules.remove_rule(head.actor, kept),
        record_rules.save_rule(head.actor, replace(rule, id=kept, only=True)),
        record_rules.save_rule(head.actor, replace(rule, id=kept, only=True, is_on=False)),
    ):
        with pytest.raises(NotAllowed):
            await attempt
    await role_rights.set_rights(trade.actor, 'head', 'deals', Rights(read=Level.ALL))
    assert await record_rules.save_rule((await again(head)).actor, rule)
