"""Looking through somebody else's eyes: what they see, nothing written, everything noted."""

import pytest

from store import NotAllowed, NotFound, Records, audit, database, guard, people, role_rights, seeing
from store.guard import spawn
from tests.conftest import records_of

SESSION = 7


async def test_one_sees_what_the_other_sees_and_changes_nothing(trade: Records) -> None:
    """N-13: the product as a colleague, read only."""
    sue = await records_of('sue', 'Sue', role='seller')
    own = await sue.create('deals', {'title': 'hers'})
    foreign = await trade.create('deals', {'title': 'not hers'})
    eyes = await seeing.begin(trade.actor, SESSION, sue.actor.person_id or 0)
    assert eyes.read_only
    assert eyes.person_id == sue.actor.person_id
    assert (await seeing.eyes_of(trade.actor, SESSION)).person_id == sue.actor.person_id
    assert (await seeing.eyes_of(trade.actor, SESSION + 1)) is trade.actor
    door = Records(eyes)
    assert [view.id for view in (await door.find('deals')).records] == [own.id]
    with pytest.raises(NotFound):
        await door.get('deals', foreign.id)
    for attempt in (
        door.create('deals', {'title': 'x'}),
        door.change('deals', own.id, {'title': 'x'}),
        door.move('deals', own.id, stage='lost'),
        door.remove('deals', own.id),
        door.comment('deals', own.id, 'x'),
        people.change_person(eyes, eyes.person_id or 0, {'email': 'x@example.com'}),
    ):
        with pytest.raises(NotAllowed):
            await attempt
    assert not door.may('change', 'deals')
    assert door.may('read', 'deals')
    await seeing.end(trade.actor, SESSION)
    assert await seeing.eyes_of(trade.actor, SESSION) is trade.actor
    lines = [line for line in await audit.entries(trade.actor) if line.kind == 'seen_as']
    assert [(line.who, line.facts['what'], line.facts['person_id']) for line in lines] == [
        ('Ada Admin', 'ended', sue.actor.person_id),
        ('Ada Admin', 'began', sue.actor.person_id),
    ]


async def test_who_may_and_onto_whom(trade: Records) -> None:
    member = await records_of('max', 'Max', role='member')
    sue = await records_of('sue', 'Sue', role='seller')
    with pytest.raises(NotAllowed) as refused:
        await seeing.begin(member.actor, SESSION, sue.actor.person_id or 0)
    assert refused.value.facts['operation'] == 'run_as'
    await role_rights.set_operations(trade.actor, 'member', {'run_as'})
    actor = await people.actor_of_person(member.actor.person_id or 0)
    assert actor is not None
    with pytest.raises(NotAllowed):
        await seeing.begin(actor, SESSION, trade.actor.person_id or 0)
    eyes = await seeing.begin(actor, SESSION, sue.actor.person_id or 0)
    with pytest.raises(NotAllowed):
        await seeing.begin(eyes, SESSION, sue.actor.person_id or 0)
    await role_rights.set_operations(trade.actor, 'member', set())
    actor = await people.actor_of_person(member.actor.person_id or 0)
    assert actor is not None
    assert await seeing.eyes_of(actor, SESSION) is actor


async def test_it_ends_when_the_person_is_deactivated(trade: Records) -> None:
    sue = await records_of('sue', 'Sue', role='seller')
    await seeing.begin(trade.actor, SESSION, sue.actor.person_id or 0)
    await people.change_person(trade.actor, sue.actor.person_id or 0, {'is_active': False})
    assert await seeing.eyes_of(trade.actor, SESSION) is trade.actor


async def test_tied_hands_write_nothing_whoever_acts(trade: Records) -> None:
    """What the house does in somebody's name, such as keeping rules, is refused with them."""

    async def tied() -> None:
        seeing.look_only()
        assert await trade.count('deals') == 0
        with pytest.raises(NotAllowed):
            await trade.create('deals', {'title': 'x'})
        with pytest.raises(NotAllowed), guard.acting(guard.ENGINE):
            await database.rows('DELETE FROM rules')
        await audit.note(trade.actor, 'refused', code='x')

    await spawn(tied(), name='tied')
    assert (await trade.create('deals', {'title': 'free again'})).id
