"""A signed-in tab without a browser: pages drawn in it, changes that reach it, the end of its session."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from nicegui import Client, ui
from nicegui.testing import User, user_simulation

from store import NotAllowed, NotFound, Records, people, sessions
from store.changes import Change
from ui import live, outlet, session
from ui.compat import current_client, open_clients
from ui.outlet import Pages
from ui.pages import Page, admins, everyone
from ui.place import Place
from ui.session import SignedOut, Tab, adopt, may_act, records, tab_of_token
from ui.text import t

PASSWORD = 'correct-horse-battery-9'
Draw = Callable[[], object]


async def sign_in(trade: Records, language: str = 'en') -> Tab:
    """Ada's tab."""
    assert trade.actor.person_id is not None
    await people.set_password(trade.actor, trade.actor.person_id, PASSWORD)
    await people.change_person(trade.actor, trade.actor.person_id, {'language': language})
    made = await sessions.sign_in('ada', PASSWORD)
    tab = await tab_of_token(made.token)
    assert tab is not None
    return tab


@asynccontextmanager
async def opened(tab: Tab, draw: Draw) -> AsyncIterator[tuple[User, Client]]:
    """A page of this tab on which `draw` has been called."""

    def root() -> None:
        adopt(ui.context.client, tab)
        draw()

    async with user_simulation(root) as user:
        await user.open('/')
        assert user.client is not None
        try:
            yield user, user.client
        finally:
            for client in open_clients():
                client.delete()


async def test_a_tab_speaks_its_own_language(trade: Records) -> None:
    async with opened(await sign_in(trade, 'ru'), lambda: ui.label(t('Save'))) as (user, _):
        await user.should_see('Сохранить')


async def test_words_for_a_tab_that_is_gone_are_found_all_the_same(trade: Records) -> None:
    """Work for a tab may end after the tab has; what it would have said goes nowhere, and is no fault."""
    left: list[ui.label] = []
    tab = await sign_in(trade, 'ru')

    async def leave() -> None:
        async with opened(tab, lambda: left.append(ui.label(t('Save')))):
            pass

    await leave()
    gc.collect()
    with pytest.raises(RuntimeError):
        _ = left[0].client
    with left[0]:
        assert current_client() is None
        assert t('Save') == 'Save'


async def test_a_change_reaches_the_views_that_show_it_until_they_are_gone(trade: Records) -> None:
    seen: list[Change] = []
    box: list[ui.element] = []

    def draw() -> None:
        with ui.element() as shown:
            live.watch({'accounts'}, seen.extend)
        box.append(shown)

    async with opened(await sign_in(trade), draw) as (_, client):
        await trade.create('deals', {'title': 'Not for this view'})
        await trade.create('accounts', {'title': 'Acme'})
        async with asyncio.timeout(60):
            while not seen:
                await asyncio.sleep(0)
        assert [(change.catalog, change.kind) for change in seen] == [('accounts', 'created')]
        box[0].delete()
        later = asyncio.Event()
        with client, ui.element():
            live.watch({'accounts'}, lambda _: later.set())
        await trade.create('accounts', {'title': 'Globex'})
        async with asyncio.timeout(60):
            await later.wait()
        assert len(seen) == 1


async def test_changes_that_come_together_arrive_together(trade: Records) -> None:
    bundles: list[int] = []
    all_made = asyncio.Event()

    async def slow(changes: tuple[Change, ...]) -> None:
        bundles.append(len(changes))
        await all_made.wait()

    async with opened(await sign_in(trade), lambda: live.watch(None, slow)):
        for place in range(5):
            await trade.create('accounts', {'title': f'Account {place}'})
        all_made.set()
        async with asyncio.timeout(60):
            while sum(bundles) < 5:
                await asyncio.sleep(0)
    assert sum(bundles) == 5
    assert len(bundles) <= 2


async def test_what_was_read_last_is_shown_last(trade: Records) -> None:
    """A reading that takes long never overrides a newer one; who asks meanwhile gets a newer one."""
    now, shown = 0, list[int]()
    going_on = asyncio.Event()

    async def read() -> None:
        found = now
        await going_on.wait()
        shown.append(found)

    show = live.Latest(read)
    first = asyncio.create_task(show())
    await asyncio.sleep(0)
    now = 1
    others = [asyncio.create_task(show()) for _ in range(3)]
    await asyncio.sleep(0)
    going_on.set()
    await asyncio.gather(first, *others)
    assert shown == [0, 1]


async def test_an_ended_session_ends_the_open_page(trade: Records) -> None:
    tab = await sign_in(trade)
    async with opened(tab, lambda: ui.label('here')) as (_, client):
        assert await may_act(client)
        with client:
            assert records().actor.login == 'ada'
        await sessions.sign_out(tab.token)
        assert not await may_act(client)
        with client, pytest.raises(SignedOut):
            records()


async def test_another_persons_end_leaves_this_page_alone(trade: Records) -> None:
    tab = await sign_in(trade)
    async with opened(tab, lambda: ui.label('here')) as (_, client):
        second = await sessions.sign_in('ada', PASSWORD)
        await sessions.sign_out(second.token)
        assert await may_act(client)
        assert client in open_clients()


def test_outside_a_tab_nobody_is_signed_in() -> None:
    with pytest.raises(SignedOut):
        session.session()


# Pages


async def fine(place: Place) -> None:
    """A page that shows its parameter."""
    ui.label(f'page of {place.params.get("name")}')


async def broken(_: Place) -> None:
    """A page with a fault."""
    ui.label('half a page')
    raise ZeroDivisionError('secret detail')


async def missing(_: Place) -> None:
    """A page of a record that is gone."""
    raise NotFound(id=1)


async def forbidden(_: Place) -> None:
    """A page of somebody else's."""
    raise NotAllowed(right='read')


@pytest.fixture
def some_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that behave in every way."""
    made = (
        Page(path='/', draw=fine, title='Home', allowed=everyone),
        Page(path='/hello/{name}', draw=fine, title='Hello', allowed=everyone),
        Page(path='/broken', draw=broken, title='Broken', allowed=everyone),
        Page(path='/missing', draw=missing, title='Missing', allowed=everyone),
        Page(path='/forbidden', draw=forbidden, title='Forbidden', allowed=everyone),
        Page(path='/never', draw=fine, title='Never', allowed=lambda _actor: False),
        Page(path='/admin', draw=fine, title='Admin', allowed=admins),
    )

    def page_of(path: str) -> tuple[Page, dict[str, str]] | None:
        found = ((page, page.match(path)) for page in made)
        return next(((page, params) for page, params in found if params is not None), None)

    monkeypatch.setattr(outlet, 'page_of', page_of)


@pytest.mark.parametrize(
    ('address', 'said'),
    [
        ('/hello/world', 'page of world'),
        ('/admin', 'page of None'),
        ('/missing', 'There is nothing here.'),
        ('/nowhere', 'There is nothing here.'),
        ('/never', 'This page is not open to you.'),
        ('/forbidden', 'You have no right to see this.'),
    ],
)
@pytest.mark.usefixtures('some_pages')
async def test_an_address_shows_its_page_or_says_why_not(trade: Records, address: str, said: str) -> None:
    tab = await sign_in(trade)
    drawn: list[Pages] = []
    async with opened(tab, lambda: drawn.append(Pages(tab, lambda _path: None))) as (user, client):
        await user.should_see('page of None')
        with client:
            drawn[0].show(address, again=False)
        await user.should_see(said)
        await user.should_not_see('page of None') if address != '/admin' else None


@pytest.mark.usefixtures('some_pages')
async def test_a_fault_shows_a_number_and_keeps_its_trace_to_the_log(
    trade: Records, caplog: pytest.LogCaptureFixture
) -> None:
    tab = await sign_in(trade)
    drawn: list[Pages] = []
    async with opened(tab, lambda: drawn.append(Pages(tab, lambda _path: None))) as (user, client):
        with caplog.at_level(logging.ERROR, 'artel.ui'), client:
            drawn[0].show('/broken', again=False)
            await user.should_see('Something broke on our side.')
        await user.should_not_see('secret detail')
        await user.should_not_see('half a page')
    (line,) = [record for record in caplog.records if record.name == 'artel.ui']
    assert line.exc_info is not None
    assert 'page fault' in line.getMessage()
