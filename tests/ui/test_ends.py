"""Whatever ends somebody's access ends it everywhere within a second: pages, open tabs, keys of programs."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from nicegui import ui
from nicegui.testing import user_simulation

from store import Records, clock, guard, people, second_factor, secret_box, sessions
from store.sessions import Session
from tests.conftest import records_of
from ui.session import FRESH_S, SignedOut, Tab, adopt, end_outlived, may_act, tab_of_token

PASSWORD = 'correct-horse-battery-9'
OTHER = 'another-horse-battery-8'


@dataclass
class Access:
    """Max, his sessions here and in another browser, a key of his, and an administrator."""

    mine: Records
    admin: Records
    here: Session
    there: Session
    key: str

    @property
    def id(self) -> int:
        """Max."""
        return self.mine.actor.person_id or 0


@pytest.fixture
async def access(as_admin: Records, tmp_path: Path) -> Access:
    """Max is signed in twice and has a key."""
    secret_box.open_key(tmp_path / 'key')
    mine = await records_of('max', 'Max Member', role='member')
    await people.set_password(guard.SETUP, mine.actor.person_id or 0, PASSWORD)
    here, there = [await sessions.sign_in('max', PASSWORD) for _ in range(2)]
    key = (await sessions.create_token(mine.actor, 'nightly')).secret
    return Access(mine, as_admin, here, there, key)


async def _own_password(one: Access) -> None:
    await people.set_password(one.mine.actor, one.id, OTHER, current=PASSWORD)


async def _given_password(one: Access) -> None:
    await people.set_password(one.admin.actor, one.id, OTHER)


async def _deactivation(one: Access) -> None:
    await people.change_person(one.admin.actor, one.id, {'is_active': False})


async def _sign_out(one: Access) -> None:
    await sessions.sign_out(one.here.token)


async def _ended_elsewhere(one: Access) -> None:
    await sessions.end_session(one.mine.actor, one.here.id)


async def _all_others(one: Access) -> None:
    await sessions.end_other_sessions(one.mine.actor, one.there.id)


async def _ended_by_administrator(one: Access) -> None:
    await sessions.end_session(one.admin.actor, one.here.id)


async def _second_factor(one: Access) -> None:
    fresh = await second_factor.begin(one.mine.actor, PASSWORD)
    await second_factor.confirm(one.mine.actor, pyotp.TOTP(fresh.secret).now(), keep=one.there.id)


async def _lost_phone(one: Access) -> None:
    fresh = await second_factor.begin(one.mine.actor, PASSWORD)
    await second_factor.confirm(one.mine.actor, pyotp.TOTP(fresh.secret).now(), keep=one.here.id)
    await second_factor.reset(one.admin.actor, one.id)


async def _renewal(one: Access) -> None:
    assert await sessions.renew(one.here.token)


EVENTS: list[tuple[Callable[[Access], Awaitable[None]], bool, bool]] = [
    (_own_password, True, True),
    (_given_password, True, True),
    (_deactivation, True, True),
    (_sign_out, False, False),
    (_ended_elsewhere, False, False),
    (_all_others, False, False),
    (_ended_by_administrator, False, False),
    (_second_factor, False, False),
    (_lost_phone, True, False),
    (_renewal, False, False),
]
"""What happens to the session here, and whether it ends the other browser's and the key, too."""


@pytest.mark.parametrize(
    ('event', 'ends_there', 'ends_key'), EVENTS, ids=[event.__name__.strip('_') for event, _, _ in EVENTS]
)
async def test_what_ends_access_ends_it_everywhere_at_once(
    access: Access, event: Callable[[Access], Awaitable[None]], ends_there: bool, ends_key: bool
) -> None:
    # Everything is used first, so that whatever may be remembered is remembered.
    tab = await tab_of_token(access.here.token)
    assert tab is not None
    assert await sessions.actor_of_session(access.there.token)
    assert await sessions.actor_of_token(access.key)

    def root() -> None:
        adopt(ui.context.client, tab)
        ui.label('open page')

    async with user_simulation(root) as user:
        await user.open('/')
        client = user.client
        assert client is not None
        assert await may_act(client)
        begun = time.monotonic()
        await event(access)
        assert FRESH_S <= 1
        while await may_act(client) and time.monotonic() - begun < FRESH_S:
            pass
        assert not await may_act(client)
        with pytest.raises(SignedOut):
            tab.records()
    assert await sessions.actor_of_session(access.here.token) is None
    assert (await sessions.actor_of_session(access.there.token) is None) is ends_there
    assert (await sessions.actor_of_token(access.key) is None) is ends_key


@pytest.mark.parametrize(
    ('days', 'used_daily', 'lives'),
    [(6.9, False, True), (7.1, False, False), (29, True, True), (31, True, False)],
)
async def test_a_tab_that_stands_open_is_ended_by_the_clock_too(
    access: Access, days: float, used_daily: bool, lives: bool
) -> None:
    tab: Tab | None = await tab_of_token(access.here.token)
    assert tab is not None

    def root() -> None:
        adopt(ui.context.client, tab)
        ui.label('open page')

    start = clock.now()
    async with user_simulation(root) as user:
        await user.open('/')
        for day in range(1, int(days) + 1) if used_daily else ():
            with clock.at(start + timedelta(days=day)):
                sessions.forget()
                await sessions.actor_of_session(access.here.token)
        with clock.at(start + timedelta(days=days)):
            await end_outlived()
        assert tab.ended is not lives
