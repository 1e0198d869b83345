"""A tab that looks through somebody else's eyes."""

import pytest

from store import NotAllowed, Records, database, guard, people, seeing, sessions
from store.guard import spawn
from tests.conftest import records_of
from ui.session import Tab, tab_of_token

PASSWORD = 'correct-horse-battery-9'


async def tab(trade: Records) -> Tab:
    """Ada's tab."""
    assert trade.actor.person_id is not None
    await people.set_password(trade.actor, trade.actor.person_id, PASSWORD)
    made = await sessions.sign_in('ada', PASSWORD)
    found = await tab_of_token(made.token)
    assert found is not None
    return found


async def test_every_new_page_of_the_session_has_other_eyes(trade: Records) -> None:
    sue = await records_of('sue', 'Sue', role='seller')
    own = await tab(trade)
    await seeing.begin(own.who, own.session_id, sue.actor.person_id or 0)
    seen = await tab_of_token(own.token)
    assert seen is not None
    assert (seen.actor.person_id, seen.person.name, seen.who.person_id) == (
        sue.actor.person_id, 'Sue', trade.actor.person_id,
    )  # fmt: skip
    assert seen.actor.read_only
    assert (seen.language, seen.theme) == (own.language, own.theme)
    with pytest.raises(NotAllowed):
        await seen.records().create('deals', {'title': 'x'})


async def test_a_page_drawn_for_other_eyes_never_acts_with_ones_own(trade: Records) -> None:
    sue = await records_of('sue', 'Sue', role='seller')
    own = await tab(trade)
    await seeing.begin(own.who, own.session_id, sue.actor.person_id or 0)
    seen = await tab_of_token(own.token)
    assert seen is not None
    seen.asked_at = own.asked_at = 0
    assert await seen.refresh()
    assert not await own.refresh()
    await seeing.end(seen.who, seen.session_id)
    seen.asked_at = 0
    assert not await seen.refresh()
    assert (await tab_of_token(own.token)) is not None


async def test_a_session_stays_alive_and_can_be_ended_while_one_looks(trade: Records) -> None:
    sue = await records_of('sue', 'Sue', role='seller')
    own = await tab(trade)
    await seeing.begin(own.who, own.session_id, sue.actor.person_id or 0)

    async def looking() -> None:
        seeing.look_only()
        with guard.acting(guard.SETUP), pytest.raises(NotAllowed):
            await database.rows('UPDATE sessions SET seen_at = 1')
        assert await tab_of_token(own.token) is not None
        await sessions.sign_out(own.token)

    with guard.acting(guard.SETUP):
        # Long ago enough that being seen again is written down.
        await database.rows('UPDATE sessions SET seen_at = seen_at - 3600000')
    await spawn(looking(), name='look')
    assert await tab_of_token(own.token) is None
