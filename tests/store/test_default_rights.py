"""What a holder of a role makes is shared at once; and again, for records that were there before."""

from dataclasses import replace

import pytest

from store import (
    Level,
    NotAllowed,
    Records,
    Ref,
    Rights,
    default_rights,
    guard,
    people,
    role_rights,
    roles,
    shares,
)
from store.default_rights import DefaultRight
from tests.conftest import records_of


async def again(door: Records) -> Records:
    """The person's door with their rights of now."""
    found = await people.actor_of_person(door.actor.person_id or 0)
    assert found is not None
    return Records(found)


async def role_ref(code: str) -> Ref:
    """A role to share with."""
    with guard.acting(guard.SETUP):
        return Ref(await role_rights.role_id_of(code), '', 'role')


@pytest.fixture
async def watcher(trade: Records) -> Records:
    """Wanda, who sees nothing by herself."""
    await roles.save_role(guard.SETUP, 'watcher', 'Watcher', {})
    return await records_of('wanda', 'Wanda', role='watcher')


async def test_a_new_record_is_shared_by_the_role_of_who_made_it(trade: Records, watcher: Records) -> None:
    """C-14: new records get default rights from rules of the author's role."""
    sue = await records_of('sue', 'Sue', role='seller')
    right = DefaultRight(catalog='deals', author_role='seller', to=await role_ref('watcher'))
    await default_rights.add_right(trade.actor, right)
    theirs = await sue.create('deals', {'title': 'by a seller'})
    ours = await trade.create('deals', {'title': 'by ada'})
    watcher = await again(watcher)
    assert [view.id for view in (await watcher.find('deals')).records] == [theirs.id]
    assert await shares.shares_of(trade.actor, 'deals', ours.id) == []
    [given] = await shares.shares_of(trade.actor, 'deals', theirs.id)
    assert (given.origin, given.to.title, given.change) == ('default', 'Watcher', False)
    with pytest.raises(NotAllowed):
        await watcher.change('deals', theirs.id, {'title': 'x'})


async def test_applying_again_shows_first_and_keeps_what_was_shared_by_hand(
    trade: Records, watcher: Records
) -> None:
    """C-43: rights are given at creation; records that came before get theirs by applying again."""
    sue = await records_of('sue', 'Sue', role='seller')
    old = await sue.create_many('deals', [{'title': f'old {n}'} for n in range(7)])
    mine = await trade.create('deals', {'title': 'by ada'})
    by_hand = await shares.share(
        trade.actor, mine.ref, Ref(watcher.actor.person_id or 0, '', 'person'), change=True
    )
    right = DefaultRight(catalog='*', author_role='seller', to=await role_ref('watcher'))
    right = await default_rights.add_right(trade.actor, right)
    plan = await default_rights.preview(trade.actor, 'deals')
    assert ([(g.records, g.new) for g in plan.gains], plan.lost, plan.kept) == ([(7, 7)], 0, 1)
    steps: list[tuple[int, int]] = []
    done = await default_rights.reapply(trade.actor, 'deals', lambda at, every: steps.append((at, every)))
    assert (done, steps) == ((7, 0), [(8, 8)])
    assert await (await again(watcher)).count('deals') == 8
    plan = await default_rights.preview(trade.actor, 'deals')
    assert ([(g.records, g.new) for g in plan.gains], plan.lost, plan.kept) == ([(7, 0)], 0, 1)
    assert await default_rights.reapply(trade.actor, 'deals') == (0, 0)
    await default_rights.remove_right(trade.actor, right.id)
    assert (await default_rights.preview(trade.actor, 'deals')).lost == 7
    assert await default_rights.reapply(trade.actor, 'deals') == (0, 7)
    left = [view.id for view in (await (await again(watcher)).find('deals')).records]
    assert left == [mine.id]
    assert by_hand.change
    assert old


async def test_a_person_is_not_given_what_is_theirs(trade: Records) -> None:
    sue = await records_of('sue', 'Sue', role='seller')
    to = Ref(sue.actor.person_id or 0, '', 'person')
    await default_rights.add_right(trade.actor, DefaultRight(catalog='deals', to=to, change=True))
    own = await sue.create('deals', {'title': 'own'})
    foreign = await trade.create('deals', {'title': 'foreign'})
    assert await shares.shares_of(sue.actor, 'deals', own.id) == []
    assert (await (await again(sue)).change('deals', foreign.id, {'title': 'seen'})).title == 'seen'


async def test_only_who_manages_roles_sets_default_rights(trade: Records) -> None:
    member = await records_of('max', 'Max', role='member')
    right = DefaultRight(catalog='deals', to=await role_ref('member'))
    for attempt in (
        default_rights.add_right(member.actor, right),
        default_rights.remove_right(member.actor, 1),
        default_rights.list_rights(member.actor),
        default_rights.preview(member.actor, 'deals'),
        default_rights.reapply(member.actor, 'deals'),
    ):
        with pytest.raises(NotAllowed):
            await attempt
    kept = await default_rights.add_right(trade.actor, right)
    [listed] = await default_rights.list_rights(trade.actor)
    assert listed == replace(kept, to=Ref(right.to.id, 'Member', 'role'))
    assert Rights(read=Level.ALL)


async def test_who_sees_only_their_own_gives_no_more_by_default(trade: Records) -> None:
    await roles.save_role(guard.SETUP, 'head', 'Head', {'deals': Rights(read=Level.OWN)})
    await role_rights.set_operations(trade.actor, 'head', {'manage_roles'})
    head = await records_of('hana', 'Hana', role='head')
    to = Ref(head.actor.person_id or 0, '', 'person')
    for catalog in ('deals', '*'):
        with pytest.raises(NotAllowed):
            await default_rights.add_right(head.actor, DefaultRight(catalog=catalog, to=to))
    await role_rights.set_rights(trade.actor, 'head', 'deals', Rights(read=Level.ALL))
    head = await again(head)
    assert (await default_rights.add_right(head.actor, DefaultRight(catalog='deals', to=to))).id
    with pytest.raises(NotAllowed):
        await default_rights.add_right(head.actor, DefaultRight(catalog='deals', to=to, change=True))
