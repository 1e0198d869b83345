"""One record shared with somebody: what they may then, until when, and who may share."""

from datetime import timedelta

import pytest

from store import (
    Invalid,
    Level,
    NotAllowed,
    NotFound,
    Records,
    Ref,
    Rights,
    clock,
    guard,
    notifications,
    people,
    role_rights,
    roles,
    shares,
)  # fmt: skip
from store.actor import FieldLevel
from tests.conftest import records_of

SELLER = Rights(Level.ALL, Level.OWN, Level.OWN)


async def again(door: Records) -> Records:
    """The person's door with their rights of now."""
    found = await people.actor_of_person(door.actor.person_id or 0)
    assert found is not None
    return Records(found)


async def seller(login: str) -> Records:
    """Somebody who sees and shares only what is theirs."""
    if not any(role.code == 'sharing' for role in await roles.list_roles(guard.SETUP)):
        await roles.save_role(guard.SETUP, 'sharing', 'Sharing', {'deals': SELLER})
        await role_rights.set_operations(guard.SETUP, 'sharing', {'share'})
    return await records_of(login, login.title(), role='sharing')


async def test_a_share_to_read_shows_the_record_and_nothing_more(trade: Records) -> None:
    """C-14: sharing one record with a user."""
    sue, oleg = await seller('sue'), await seller('oleg')
    deal = await sue.create('deals', {'title': 'shared one'})
    other = await sue.create('deals', {'title': 'kept one'})
    with pytest.raises(NotFound):
        await oleg.get('deals', deal.id)
    to = Ref(oleg.actor.person_id or 0, '', 'person')
    made = await shares.share(sue.actor, deal.ref, to)
    oleg = await again(oleg)
    assert (await oleg.get('deals', deal.id)).title == 'shared one'
    assert [view.id for view in (await oleg.find('deals')).records] == [deal.id]
    with pytest.raises(NotAllowed):
        await oleg.change('deals', deal.id, {'title': 'mine'})
    with pytest.raises(NotFound):
        await oleg.get('deals', other.id)
    assert (made.to.title, made.change, made.origin) == ('Oleg', False, 'hand')
    told = await notifications.list_notifications(oleg.actor)
    assert [(line.code, line.facts['title']) for line in told] == [('record_shared', 'shared one')]
    await shares.unshare(sue.actor, 'deals', made.id)
    with pytest.raises(NotFound):
        await (await again(oleg)).get('deals', deal.id)
    kinds = [change.kind for change in await sue.history('deals', deal.id)]
    assert kinds[:2] == ['unshared', 'shared']


async def test_a_share_with_a_role_to_change(trade: Records) -> None:
    sue, oleg = await seller('sue'), await seller('oleg')
    deal = await sue.create('deals', {'title': 'ours'})
    with guard.acting(guard.SETUP):
        role = Ref(await role_rights.role_id_of('sharing'), '', 'role')
    await shares.share(sue.actor, deal.ref, role, change=True)
    changed = await (await again(oleg)).change('deals', deal.id, {'title': 'ours too'})
    assert changed.title == 'ours too'
    assert [one.to.catalog for one in await shares.shares_of(sue.actor, 'deals', deal.id)] == ['role']
    again_shared = await shares.share(sue.actor, deal.ref, role, change=False)
    assert [one.id for one in await shares.shares_of(sue.actor, 'deals', deal.id)] == [again_shared.id]


async def test_a_share_ends_by_itself(trade: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    sue, oleg = await seller('sue'), await seller('oleg')
    deal = await sue.create('deals', {'title': 'for a day'})
    to = Ref(oleg.actor.person_id or 0, '', 'person')
    with pytest.raises(Invalid):
        await shares.share(sue.actor, deal.ref, to, until=clock.now() - timedelta(days=1))
    await shares.share(sue.actor, deal.ref, to, until=clock.now() + timedelta(days=1))
    assert (await (await again(oleg)).get('deals', deal.id)).title == 'for a day'
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, 'now', lambda: later)
    monkeypatch.setattr(clock, 'now_ms', lambda: clock.to_ms(later))
    with pytest.raises(NotFound):
        await (await again(oleg)).get('deals', deal.id)
    assert [one.has_ended for one in await shares.shares_of(sue.actor, 'deals', deal.id)] == [True]


async def test_only_who_may_change_a_record_shares_it(trade: Records) -> None:
    sue, oleg = await seller('sue'), await seller('oleg')
    viewer = await records_of('vera', 'Vera', role='viewer')
    deal = await sue.create('deals', {'title': 'not theirs'})
    to = Ref(oleg.actor.person_id or 0, '', 'person')
    with pytest.raises(NotFound):
        await shares.share(oleg.actor, deal.ref, to)
    with pytest.raises(NotAllowed) as refused:
        await shares.share(viewer.actor, deal.ref, to)
    assert refused.value.facts['operation'] == 'share'
    await role_rights.set_operations(guard.SETUP, 'viewer', {'share'})
    viewer = await again(viewer)
    with pytest.raises(NotAllowed) as refused:
        await shares.share(viewer.actor, deal.ref, to)
    assert refused.value.facts['right'] == 'change'
    assert not await shares.may_share(viewer.actor, 'deals', deal.id)
    assert await shares.may_share(sue.actor, 'deals', deal.id)
    made = await shares.share(sue.actor, deal.ref, to)
    with pytest.raises(NotAllowed):
        await shares.unshare((await again(oleg)).actor, 'deals', made.id)
    with pytest.raises(Invalid):
        await shares.share(sue.actor, deal.ref, Ref(999, '', 'person'))


async def test_a_hidden_field_stays_hidden_in_a_shared_record(trade: Records) -> None:
    sue, oleg = await seller('sue'), await seller('oleg')
    await role_rights.set_fields(trade.actor, 'sharing', 'deals', {'note': FieldLevel.HIDDEN})
    deal = await trade.create('deals', {'title': 'd', 'note': 'secret', 'owner': sue.actor.person_id})
    await shares.share(trade.actor, deal.ref, Ref(oleg.actor.person_id or 0, '', 'person'))
    assert 'note' not in (await (await again(oleg)).get('deals', deal.id)).values


async def test_a_share_that_ends_is_given_on_no_longer(trade: Records) -> None:
    """C-14: at most what one has, the end included."""
    sue, oleg, pia = await seller('sue'), await seller('oleg'), await seller('pia')
    deal = await sue.create('deals', {'title': 'lent'})
    end = clock.now() + timedelta(days=5)
    to_oleg = Ref(oleg.actor.person_id or 0, '', 'person')
    await shares.share(sue.actor, deal.ref, to_oleg, change=True, until=end)
    lent, to_pia = (await again(oleg)).actor, Ref(pia.actor.person_id or 0, '', 'person')
    for later in (None, end + timedelta(days=1)):
        with pytest.raises(Invalid) as refused:
            await shares.share(lent, deal.ref, to_pia, until=later)
        assert refused.value.facts['errors']['until']['code'] == 'beyond_own'
    given = await shares.share(lent, deal.ref, to_pia, until=end - timedelta(days=1))
    assert given.given_by == Ref(oleg.actor.person_id or 0, 'Oleg', 'person')
