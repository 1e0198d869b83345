"""The exchange of a ticket for the session cookie, and the language of an unknown visitor."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request

from ui import entrance
from ui.entrance import asked_language, ticket_url
from ui.session import COOKIE, SAFE_COOKIE


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    """A browser on the page of the exchange."""
    app = FastAPI()
    entrance.add_routes(app)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url='http://artel.test'
    ) as client:
        yield client


async def test_a_ticket_becomes_a_cookie_that_scripts_cannot_read(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(ticket_url('secret', '/c/deals?q=1'))
    assert (answer.status_code, answer.headers['location']) == (303, '/c/deals?q=1')
    cookie = answer.headers['set-cookie']
    assert cookie.startswith(f'{COOKIE}=secret;')
    assert 'HttpOnly' in cookie
    assert 'SameSite=lax' in cookie


async def test_behind_tls_the_cookie_is_bound_to_the_host(browser: httpx.AsyncClient) -> None:
    answer = await browser.get('https://artel.test' + ticket_url('secret'))
    cookie = answer.headers['set-cookie']
    assert cookie.startswith(f'{SAFE_COOKIE}=secret;')
    assert 'Secure' in cookie
    assert 'Path=/' in cookie
    assert 'Domain' not in cookie


async def test_a_ticket_works_once(browser: httpx.AsyncClient) -> None:
    url = ticket_url('secret')
    await browser.get(url)
    again = await browser.get(url)
    assert (again.headers['location'], 'set-cookie' in again.headers) == ('/sign-in', False)


async def test_a_ticket_is_worth_nothing_on_a_foreign_page(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(ticket_url('secret'), headers={'sec-fetch-site': 'cross-site'})
    assert 'set-cookie' not in answer.headers


async def test_an_old_ticket_is_worth_nothing(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entrance, 'TICKET_S', -1)
    assert 'set-cookie' not in (await browser.get(ticket_url('secret'))).headers
    assert 'set-cookie' not in (await browser.get('/auth/complete')).headers


@pytest.mark.parametrize(
    'onward', ['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:x']
)
async def test_the_way_on_stays_here(browser: httpx.AsyncClient, onward: str) -> None:
    assert (await browser.get(ticket_url('secret', onward))).headers['location'] == '/'


@pytest.mark.parametrize(
    ('query', 'accepted', 'spoken'),
    [
        ('', 'ru-RU,ru;q=0.9,en;q=0.8', 'ru'),
        ('', 'fr,de;q=0.5', 'en'),
        ('', 'fr, ru;q=0.5', 'ru'),
        ('lang=en', 'ru', 'en'),
        ('lang=xx', 'ru', 'ru'),
        ('', '', 'en'),
    ],
)
def test_a_visitor_is_spoken_to_in_the_browsers_language(query: str, accepted: str, spoken: str) -> None:
    headers = [(b'accept-language', accepted.encode())]
    scope = {'type': 'http', 'query_string': query.encode(), 'headers': headers}
    assert asked_language(Request(scope)) == spoken
