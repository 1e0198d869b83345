"""The two doors of the real application: who is led where, and what is refused."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from store import guard, opening, people
from store.browser_sessions import new_session
from store.settings import Environment
from store.system_settings import change_settings
from tests.browser.app import PASSWORD, App
from tests.journeys import rights_world as world_of
from ui.session import COOKIE


@dataclass
class Site:
    """A running installation, the cookies of some people there, and the ids of things."""

    app: App
    cookies: dict[str, str]
    ids: dict[str, int]


@pytest.fixture(scope='module')
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The company of the rights, served."""
    app = App(tmp_path_factory.mktemp('doors') / 'data', ARTEL_SMTP_HOST='127.0.0.1', ARTEL_SMTP_PORT='1')
    cookies, ids = asyncio.run(_filled(app.data, app.url))
    app.start()
    yield Site(app, cookies, ids)
    app.stop()
    assert not re.search(r'\bERROR\b|Traceback', app.log.read_text()), app.log.read_text()


async def _filled(data: Path, url: str) -> tuple[dict[str, str], dict[str, int]]:
    await opening.open_store(Environment.read({'ARTEL_DATA': str(data)}))
    try:
        world = await world_of.built()
        await change_settings(world.admin.actor, {'public_url': url, 'portal_registration': 'open'})
        await world.admin.comment('deals', world.ids['linked to cora'], 'said inside only')
        await people.set_password(world.admin.actor, world.people['cody'], PASSWORD)
        # Who may come in has a password, or the server would ask for its first administrator.
        await people.set_password(guard.SETUP, world.people['ada'], PASSWORD)
        cookies: dict[str, str] = {}
        for login in ('cora', 'cody', 'kit'):
            with guard.acting(guard.DOOR):
                cookies[login] = (await new_session(world.people[login], '', '')).token
        return cookies, world.ids
    finally:
        await opening.close_store()


@pytest.fixture
async def visitor(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is not signed in."""
    async with httpx.AsyncClient(base_url=site.app.url) as client:
        yield client


@pytest.fixture
async def customer(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of Cora, a customer."""
    async with httpx.AsyncClient(base_url=site.app.url, cookies={COOKIE: site.cookies['cora']}) as client:
        yield client


INSIDE = (
    '/', '/c/deals', '/c/deals/1', '/c/deals/board', '/dashboards', '/profile', '/settings',
    '/settings/people', '/rules', '/import', '/glossary', '/new-password',
)  # fmt: skip


async def test_a_customer_is_led_to_the_portal_and_refused_the_rest(customer: httpx.AsyncClient) -> None:
    for page in INSIDE:
        answer = await customer.get(page)
        assert (answer.status_code, answer.headers.get('location')) == (303, '/portal'), page
    for method, path in (
        ('POST', '/_rows/deals'), ('GET', '/files/1'), ('POST', '/files'), ('GET', '/exports/x'),
    ):  # fmt: skip
        came = await customer.request(method, path, headers={'x-artel': '1'})
        assert came.status_code == 403, path
    for path in ('/api/v1/openapi.json', '/api/v1/catalogs'):
        assert (await customer.get(path)).status_code == 401, path


async def test_a_colleague_is_led_inside_from_every_page_of_the_portal(site: Site) -> None:
    pages = ('/portal', '/portal/profile', '/portal/c/deals', '/portal/c/deals/1', '/portal/c/deals/new')
    async with httpx.AsyncClient(base_url=site.app.url, cookies={COOKIE: site.cookies['kit']}) as client:
        for page in pages:
            answer = await client.get(page)
            assert (answer.status_code, answer.headers['location']) == (303, '/'), page
        assert (await client.get('/')).status_code == 200


async def test_a_visitor_is_led_to_the_door_of_what_they_asked_for(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.get('/portal')).headers['location'] == '/portal/sign-in'
    asked = await visitor.get('/portal/c/deals/1')
    assert asked.headers['location'] == '/portal/sign-in?next=%2Fportal%2Fc%2Fdeals%2F1'
    pages = ('sign-in', 'register', 'forgot', 'confirm/x', 'reset/x', 'invite/x')
    for page in (*(f'/portal/{page}' for page in pages), '/forgot', '/reset/x'):
        assert (await visitor.get(page)).status_code == 200, page


async def test_the_portal_shows_what_is_theirs_and_leads_home_from_the_rest(
    site: Site, customer: httpx.AsyncClient
) -> None:
    home = (await customer.get('/portal')).text
    assert 'Zebra linked to cora' in home
    assert 'Zebra linked to cody' not in home
    mine, other = site.ids['linked to cora'], site.ids['linked to cody']
    page = (await customer.get(f'/portal/c/deals/{mine}')).text
    assert 'Zebra linked to cora' in page
    assert 'said inside only' not in page
    for path in (f'/portal/c/deals/{other}', '/portal/c/contacts', '/portal/c/nothing', '/portal/c/deals/x'):
        answer = await customer.get(path)
        assert (answer.status_code, answer.headers.get('location')) == (303, '/portal'), path


async def test_who_gets_in_by_a_given_password_chooses_their_own_first(site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.app.url, cookies={COOKIE: site.cookies['cody']}) as client:
        assert (await client.get('/portal')).headers['location'] == '/portal/new-password'
        assert (await client.get('/portal/new-password')).status_code == 200
