"""Who follows a record hears of another stage, of its end and of who is responsible now."""

from collections.abc import AsyncIterator

import pytest

from automations.followers import Followers
from store import Designer, Level, Records, Rights, following, notifications, people, roles
from store.actor import EVERY, Cause
from store.notice_choices import KEY, NoticeChoices
from store.system_settings import save_preference
from tests.conftest import records_of

STAGES = [
    {'code': 'new', 'label': 'New', 'color': '#8b8d98'},
    {'code': 'proposal', 'label': 'Proposal', 'color': '#0090ff'},
    {'code': 'won', 'label': 'Won', 'color': '#30a46c', 'kind': 'won'},
    {'code': 'lost', 'label': 'Lost', 'color': '#e5484d', 'kind': 'lost'},
]


@pytest.fixture
async def trade(as_admin: Records) -> Records:
    """The administrator of a store with deals."""
    shape = Designer(as_admin.actor)
    await shape.create_catalog('deals', 'Deals', 'Deal')
    await shape.add_pipeline('deals', 'sales', 'Sales', STAGES)
    return as_admin


@pytest.fixture
async def deal(trade: Records) -> int:
    return (await trade.create('deals', {'title': 'Fleet'})).id


@pytest.fixture
async def max_(deal: int) -> Records:
    """A member who follows the deal."""
    found = await records_of('max', 'Max Member', role='member')
    await following.follow(found.actor, 'deals', deal, is_on=True)
    return found


@pytest.fixture
async def followers(deal: int, max_: Records) -> AsyncIterator[Followers]:
    made = Followers()
    yield made
    made.close()


async def _bell(who: Records) -> list[tuple[str, str]]:
    lines = await notifications.list_notifications(who.actor)
    return [(one.code, str(one.facts.get('stage', {}).get('', ''))) for one in reversed(lines)]


async def test_followers_hear_of_a_stage_and_of_the_end(
    trade: Records, deal: int, max_: Records, followers: Followers
) -> None:
    await trade.change('deals', deal, {'title': 'Fleet of ten'})
    await trade.move('deals', deal, stage='proposal')
    await trade.move('deals', deal, stage='won')
    assert await followers.turn() == 2
    assert await _bell(max_) == [('followed_moved', 'Proposal'), ('followed_closed', 'Won')]
    assert await _bell(trade) == []


async def test_nobody_hears_of_their_own_deeds_nor_after_unfollowing(
    trade: Records, deal: int, max_: Records, followers: Followers
) -> None:
    await max_.move('deals', deal, stage='proposal')
    await following.follow(max_.actor, 'deals', deal, is_on=False)
    await trade.move('deals', deal, stage='won')
    await followers.turn()
    assert await _bell(max_) == []
    assert await _bell(trade) == [('followed_moved', 'Proposal')]


async def test_who_gets_a_record_hears_of_it_and_who_gave_it_is_not_told(
    trade: Records, deal: int, max_: Records, followers: Followers
) -> None:
    vera = await records_of('vera', 'Vera', role='member')
    await trade.change('deals', deal, {'owner': vera.actor.person_id})
    assert await followers.turn() == 2
    assert (await _bell(vera), await _bell(max_)) == ([('followed_yours', '')], [('followed_owner', '')])


async def test_only_who_may_read_the_record_now_hears_of_it(
    trade: Records, deal: int, max_: Records, followers: Followers
) -> None:
    await roles.save_role(trade.actor, 'clerk', 'Clerk', {EVERY: Rights(read=Level.OWN)})
    await people.change_person(trade.actor, max_.actor.person_id or 0, {'roles': ['clerk']})
    await trade.move('deals', deal, stage='proposal')
    assert await followers.turn() == 0
    assert await _bell(max_) == []


async def test_the_kind_may_be_silent_and_imports_always_are(
    trade: Records, deal: int, max_: Records, followers: Followers
) -> None:
    choices = NoticeChoices(silent=frozenset({'change'}))
    await save_preference(max_.actor, KEY, choices.to_plain())
    await trade.move('deals', deal, stage='proposal')
    await Records(trade.actor, Cause('import', 7)).move('deals', deal, stage='won')
    assert await followers.turn() == 1
    assert await _bell(max_) == []


async def test_many_changes_at_one_go_are_one_line(
    trade: Records, max_: Records, followers: Followers
) -> None:
    for number in range(7):
        made = await trade.create('deals', {'title': f'Deal {number}'})
        await following.follow(max_.actor, 'deals', made.id, is_on=True)
        await trade.move('deals', made.id, stage='proposal')
    assert await followers.turn() == 1
    assert await _bell(max_) == [('followed_many', '')]


async def test_after_a_start_what_was_missed_is_told_once(
    trade: Records, deal: int, max_: Records, followers: Followers
) -> None:
    await trade.move('deals', deal, stage='proposal')
    await followers.turn()
    late = Followers()
    late.take(await following.lately_changed())
    assert await late.turn() == 0
    late.close()
    assert await _bell(max_) == [('followed_moved', 'Proposal')]
