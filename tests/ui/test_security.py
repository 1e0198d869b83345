"""The outer wall: headers, bounded bodies, no page without a session, no socket from elsewhere."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from starlette.types import Message, Scope

from store import sessions
from ui import security
from ui.security import BodyLimit, Gate, Headers
from ui.session import COOKIE, SAFE_COOKIE, token_of

PASSWORD = 'correct-horse-battery-9'


@pytest.fixture
async def wall(database: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A small application behind the wall, asked as a browser would."""
    app = FastAPI()

    @app.get('/{path:path}')
    async def page(path: str) -> PlainTextResponse:
        return PlainTextResponse(f'page {path}')

    @app.post('/{path:path}')
    async def write(request: Request, path: str) -> PlainTextResponse:
        return PlainTextResponse(f'{len(await request.body())} bytes to {path}')

    for one in (Gate, BodyLimit, Headers):
        app.add_middleware(one)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url='http://artel.test') as client:
        yield client


async def _set_up() -> str:
    made = await sessions.set_up(login='ada', name='Ada', password=PASSWORD, company='Acme')
    return made.token


async def test_a_new_installation_leads_every_page_to_the_set_up(wall: httpx.AsyncClient) -> None:
    answer = await wall.get('/c/deals')
    assert (answer.status_code, answer.headers['location']) == (303, '/setup')


async def test_without_a_session_pages_lead_to_the_sign_in_and_back(wall: httpx.AsyncClient) -> None:
    await _set_up()
    answer = await wall.get('/c/deals/board?mine=1')
    assert answer.status_code == 303
    assert answer.headers['location'] == '/sign-in?next=%2Fc%2Fdeals%2Fboard%3Fmine%3D1'
    assert (await wall.get('/')).headers['location'] == '/sign-in'


async def test_scripts_are_refused_instead_of_redirected(wall: httpx.AsyncClient) -> None:
    await _set_up()
    answer = await wall.post('/_rows/deals', headers={'x-artel': '1'})
    assert (answer.status_code, answer.json()) == (401, {'error': {'code': 'signed_out'}})


@pytest.mark.parametrize(
    'path', ['/sign-in', '/setup', '/assets/1/artel.css', '/api/v1/catalogs', '/favicon.ico']
)
async def test_public_addresses_need_no_session(wall: httpx.AsyncClient, path: str) -> None:
    assert (await wall.get(path)).status_code == 200


async def test_a_session_opens_pages_and_its_end_closes_them(wall: httpx.AsyncClient) -> None:
    token = await _set_up()
    cookies = {'cookie': f'{COOKIE}={token}'}
    assert (await wall.get('/c/deals', headers=cookies)).status_code == 200
    await sessions.sign_out(token)
    assert (await wall.get('/c/deals', headers=cookies)).status_code == 303


@pytest.mark.parametrize('path', ['/', '/sign-in', '/nothing', '/api/v1/x', '/assets/1/x.css'])
async def test_every_answer_carries_the_headers(wall: httpx.AsyncClient, path: str) -> None:
    headers = (await wall.get(path)).headers
    for name in security.HEADERS:
        assert name in headers, name
    assert "frame-ancestors 'none'" in headers['content-security-policy']
    assert 'access-control-allow-origin' not in headers
    assert 'strict-transport-security' not in headers


async def test_over_https_the_browser_is_told_to_stay_there(wall: httpx.AsyncClient) -> None:
    answer = await wall.get('https://artel.test/sign-in')
    assert answer.headers['strict-transport-security'].startswith('max-age=')


async def test_a_body_is_cut_off_while_it_arrives(
    wall: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, 'MAX_BODY', 1000)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b'x' * 100

    small = await wall.post('/sign-in', content=b'x' * 900)
    claimed = await wall.post('/sign-in', content=b'x' * 1001)
    hidden = await wall.post('/sign-in', content=endless())
    assert (small.status_code, claimed.status_code, hidden.status_code) == (200, 413, 413)


async def test_a_foreign_page_cannot_post(wall: httpx.AsyncClient) -> None:
    token = await _set_up()
    headers = {'cookie': f'{COOKIE}={token}', 'origin': 'https://evil.example'}
    assert (await wall.post('/_rows/deals', headers=headers)).status_code == 403
    assert (await wall.post('/_rows/deals', headers={**headers, 'origin': 'null'})).status_code == 403
    assert (
        await wall.post('/_rows/deals', headers={**headers, 'origin': 'http://artel.test'})
    ).status_code == 200


async def test_polling_from_a_foreign_page_is_refused(wall: httpx.AsyncClient) -> None:
    url = '/_nicegui_ws/socket.io/?client_id=x'
    assert (await wall.get(url, headers={'origin': 'https://evil.example'})).status_code == 403
    assert (await wall.get(url, headers={'origin': 'http://artel.test'})).status_code == 200


async def test_a_socket_from_a_foreign_page_is_closed(database: Any) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {'type': 'websocket.connect'}

    async def send(message: Message) -> None:
        sent.append(message)

    async def app(*_: Any) -> None:
        sent.append({'type': 'let in'})

    scope: Scope = {
        'type': 'websocket', 'path': '/_nicegui_ws/socket.io/', 'query_string': b'client_id=x',
        'headers': [(b'host', b'artel.test'), (b'origin', b'https://evil.example')],
    }  # fmt: skip
    await Gate(app)(scope, receive, send)
    scope['headers'] = [(b'host', b'artel.test'), (b'origin', b'http://artel.test')]
    await Gate(app)(scope, receive, send)
    assert sent == [{'type': 'websocket.close', 'code': 1008}, {'type': 'let in'}]


def test_the_safe_cookie_wins() -> None:
    assert token_of({SAFE_COOKIE: 'safe', COOKIE: 'plain'}) == 'safe'
    assert token_of({}) == ''
