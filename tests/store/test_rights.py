"""Who may do what, through every method of the door."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from store import (
    Designer,
    FieldSpec,
    Level,
    NotAllowed,
    NotFound,
    Problem,
    Records,
    Ref,
    Rights,
    guard,
    roles,
)  # fmt: skip
from store.guard import current_actor
from store.problems import Unguarded
from tests.conftest import records_of

OK, GONE, NO, EMPTY = 'ok', 'not_found', 'not_allowed', 'empty'
Call = Callable[[Records, int], Awaitable[Any]]


async def _in_transaction(door: Records, id: int) -> Any:
    async with door.transaction():
        return await door.get('deals', id)


async def _only(pages: Awaitable[Any], id: int) -> Any:
    return [view for view in (await pages).records if view.id == id]


async def _counted(door: Records) -> int:
    return sum(total.count for total in (await door.stage_totals('deals')).values())


async def _beside(door: Records, id: int) -> Any:
    return [found for found in await door.neighbours('deals', id) if found is not None]


async def _removed(door: Records, id: int) -> bool:
    await door.remove('deals', id)
    return True


async def _granted(door: Records, id: int) -> frozenset[str]:
    try:
        view = await Records(guard.SETUP).get('deals', id)
    except NotFound:
        view = await Records(guard.SETUP).get('deals', id, deleted=True)
    return (await door.granted('deals', [view], 'read'))[id]


async def _removed_many(door: Records, id: int) -> bool:
    await door.remove_many('deals', [id])
    return True


CALLS: dict[str, Call] = {
    'find': lambda door, id: _only(door.find('deals'), id),
    'get': lambda door, id: door.get('deals', id),
    'count': lambda door, id: door.count('deals'),
    'stage_totals': lambda door, id: _counted(door),
    'column': lambda door, id: _only(door.column('deals', 'new'), id),
    'neighbours': _beside,
    'granted': _granted,
    'history': lambda door, id: door.history('deals', id),
    'search': lambda door, id: door.search('theirs'),
    'suggest': lambda door, id: door.suggest('deals', 'theirs'),
    'titles': lambda door, id: door.titles([Ref(id, '', 'deals')]),
    'related': lambda door, id: door.related('deals', id),
    'change': lambda door, id: door.change('deals', id, {'title': 'x'}),
    'change_many': lambda door, id: door.change_many('deals', [id], {'title': 'x'}),
    'change_each': lambda door, id: door.change_each('deals', [(id, {'title': 'x'})]),
    'move': lambda door, id: door.move('deals', id, stage='lost'),
    'remove': _removed,
    'remove_many': _removed_many,
    'restore': lambda door, id: door.restore('deals', id),
    'comment': lambda door, id: door.comment('deals', id, 'hello'),
    'transaction': _in_transaction,
    'create': lambda door, id: door.create('deals', {'title': 'made'}),
    'add_many': lambda door, id: door.add_many('deals', [{'title': 'made'}]),
    'create_many': lambda door, id: door.create_many('deals', [{'title': 'made'}]),
}
"""A call of each method on a deal; one that gives nothing is EMPTY."""

WITHOUT_RECORD = {'catalogs', 'catalog', 'may'}

# What happens to an own deal of a seller, to a foreign one, to any for a viewer, to any without a role.
EXPECTED: dict[str, tuple[str, str, str, str]] = {
    'find': (OK, EMPTY, OK, GONE),
    'get': (OK, GONE, OK, GONE),
    'count': (OK, EMPTY, OK, GONE),
    'stage_totals': (OK, EMPTY, OK, GONE),
    'column': (OK, EMPTY, OK, GONE),
    'neighbours': (OK, EMPTY, OK, GONE),
    'granted': (OK, EMPTY, OK, EMPTY),
    'history': (OK, GONE, OK, GONE),
    'search': (OK, EMPTY, OK, EMPTY),
    'suggest': (OK, EMPTY, OK, GONE),
    'titles': (OK, EMPTY, OK, EMPTY),
    'related': (OK, GONE, OK, GONE),
    'change': (OK, GONE, NO, GONE),
    'change_many': (OK, GONE, NO, GONE),
    'change_each': (OK, GONE, NO, GONE),
    'move': (OK, GONE, NO, GONE),
    'remove_many': (NO, GONE, NO, GONE),
    'remove': (NO, GONE, NO, GONE),
    'restore': (NO, GONE, NO, GONE),
    'comment': (OK, GONE, OK, GONE),
    'transaction': (OK, GONE, OK, GONE),
    'create': (OK, OK, NO, GONE),
    'create_many': (OK, OK, NO, GONE),
    'add_many': (OK, OK, NO, GONE),
}


def test_no_method_of_the_door_is_without_a_row_in_the_matrix() -> None:
    methods = {
        name for name, _ in inspect.getmembers(Records, inspect.isfunction) if not name.startswith('_')
    }
    assert methods - WITHOUT_RECORD == set(CALLS) == set(EXPECTED)


@pytest.mark.parametrize('method', sorted(CALLS))
async def test_the_matrix(trade: Records, method: str) -> None:
    """Each method does for each reader what the table says, and a refusal changes nothing."""
    seller = await records_of('sue', 'Sue', role='seller')
    other = await records_of('oleg', 'Oleg', role='seller')
    viewer = await records_of('vera', 'Vera', role='viewer')
    await roles.save_role(guard.SETUP, 'stranger', 'Stranger', {})
    stranger = await records_of('stan', 'Stan', role='stranger')
    first, second, third = await seller.create_many('deals', [{'title': f'theirs {n}'} for n in range(3)])
    if method == 'restore':
        await trade.remove('deals', second.id)
    outcomes = []
    for door in (seller, other, viewer, stranger):
        before = await _everything(trade, second.id)
        outcomes.append(await _outcome(CALLS[method], door, second.id))
        if outcomes[-1] in (GONE, NO):
            assert await _everything(trade, second.id) == before
    assert tuple(outcomes) == EXPECTED[method], method
    assert {first.id, third.id}


async def _outcome(call: Call, door: Records, id: int) -> str:
    try:
        result = await call(door, id)
    except (NotFound, NotAllowed) as problem:
        return GONE if isinstance(problem, NotFound) else NO
    return OK if result else EMPTY


async def _everything(admin: Records, id: int) -> Any:
    try:
        view = await admin.get('deals', id)
    except NotFound:
        return await admin.get('deals', id, deleted=True)
    return view, await admin.history('deals', id), await admin.count('deals')


async def test_a_seller_makes_records_of_his_own_whatever_he_writes(trade: Records) -> None:
    await roles.save_role(guard.SETUP, 'own', 'Own', {'deals': Rights(Level.OWN, Level.OWN, Level.OWN)})
    own = await records_of('owen', 'Owen', role='own')
    assert (await own.create('deals', {'title': 'mine'})).owner == Ref(
        own.actor.person_id or 0, 'Owen', 'person'
    )
    with pytest.raises(Problem) as refused:
        await own.create('deals', {'title': 'theirs', 'owner': trade.actor.person_id})
    assert refused.value.facts['errors']['owner']['code'] == 'only_own'


async def test_a_link_to_a_record_one_may_not_read_has_no_name_and_cannot_be_made(trade: Records) -> None:
    secret = await trade.create('accounts', {'title': 'Secret Ltd'})
    seller = await records_of('sue', 'Sue', role='seller')
    deal = await trade.create('deals', {'title': 'd', 'account': secret.id, 'owner': seller.actor.person_id})
    seen = await seller.get('deals', deal.id)
    assert seen['account'] == Ref(secret.id, '', 'accounts')
    story = await seller.history('deals', deal.id)
    assert 'Secret' not in str(story)
    assert await seller.search('secret') == []
    with pytest.raises(Problem) as refused:
        await seller.create('deals', {'title': 'probe', 'account': secret.id})
    assert refused.value.facts['errors']['account']['code'] == 'no_such_record'
    kept = await seller.change('deals', deal.id, {'title': 'renamed', 'account': secret.id})
    assert kept.title == 'renamed'


async def test_only_an_administrator_shapes_the_store(trade: Records) -> None:
    member = await records_of('max', 'Max', role='member')
    with pytest.raises(NotAllowed):
        Designer(member.actor)
    with pytest.raises(Problem):
        await Designer(trade.actor).add_field('deals', FieldSpec(code='id', label='Id', type='text'))


def test_nobody_acts_by_default() -> None:
    with pytest.raises(Unguarded):
        current_actor()
