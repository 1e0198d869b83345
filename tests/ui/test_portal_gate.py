"""The wall between the two doors, below a path too: pages lead to their own side, the rest is refused."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from store import guard, people, sessions
from ui.prefix import UnderPrefix
from ui.security import Gate
from ui.session import COOKIE

PASSWORD = 'correct-horse-battery-9'


@pytest.fixture
async def below(database: str) -> AsyncIterator[httpx.AsyncClient]:
    """A customer's browser before the wall of an installation that lives at /crm."""
    app = FastAPI()

    @app.get('/{path:path}')
    async def page(path: str) -> PlainTextResponse:
        return PlainTextResponse(f'page {path}')

    app.add_middleware(Gate)
    app.add_middleware(UnderPrefix, prefix='/crm')
    await sessions.set_up(login='ada', name='Ada', password=PASSWORD)
    values = {'name': 'Cora', 'login': 'cora@x.example', 'kind': 'portal'}
    cora = await people.create_person(guard.SETUP, values)
    await people.set_password(guard.SETUP, cora.id, PASSWORD)
    made = await sessions.sign_in('cora@x.example', PASSWORD, portal=True)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url='http://artel.test', cookies={COOKIE: made.token}
    ) as client:
        yield client


async def test_a_customer_is_led_to_the_portal_below_the_path(below: httpx.AsyncClient) -> None:
    for page in ('/crm/', '/crm/c/deals', '/crm/portalx', '/crm/settings'):
        answer = await below.get(page)
        assert (answer.status_code, answer.headers['location']) == (303, '/crm/portal'), page
    assert (await below.get('/crm/portal')).status_code == 200
    assert (await below.get('/crm/portal/c/deals')).status_code == 200


async def test_what_is_no_page_is_refused(below: httpx.AsyncClient) -> None:
    assert (await below.post('/crm/portalx')).status_code == 403
    assert (await below.get('/crm/exports/x')).status_code == 403
    assert (await below.get('/crm/c/deals', headers={'x-artel': '1'})).status_code == 403


async def test_a_session_that_ends_leads_to_the_portals_own_door(below: httpx.AsyncClient) -> None:
    await sessions.sign_out(below.cookies[COOKIE])
    answer = await below.get('/crm/portal/c/deals')
    assert answer.headers['location'] == '/crm/portal/sign-in?next=%2Fportal%2Fc%2Fdeals'
