"""The outer wall of the real server: what comes in by the socket, with nothing between."""

import asyncio
import contextlib
import json
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from tests.browser.app import PASSWORD, App

HEADERS = ('content-security-policy', 'x-content-type-options', 'referrer-policy')
EVIL = 'https://evil.example'


@pytest.fixture(scope='module')
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A running installation that trusts no proxy, with its administrator."""
    made = App(tmp_path_factory.mktemp('wall') / 'data')
    made.run('user', 'ada', '--admin', '--name', 'Ada')
    made.run('install', 'sales', '--language', 'en')
    made.start()
    yield made
    made.stop()
    assert not re.search(r'\bERROR\b|Traceback', made.log.read_text()), made.log.read_text()


@pytest.fixture(scope='module')
def key(app: App) -> str:
    """A token of the administrator."""
    return app.run('token', 'ada').splitlines()[-1]


@pytest.fixture
async def visitor(app: App) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is not signed in."""
    async with httpx.AsyncClient(base_url=app.url) as client:
        yield client


@pytest.fixture
async def program(app: App, key: str) -> AsyncIterator[httpx.AsyncClient]:
    """A program with a token."""
    headers = {'authorization': f'Bearer {key}'}
    async with httpx.AsyncClient(base_url=app.url, headers=headers) as client:
        yield client


async def raw(app: App, request: bytes, *, wait_s: float = 3.0) -> bytes:
    """What the server answers to these bytes."""
    reader, writer = await asyncio.open_connection('127.0.0.1', app.port)
    writer.write(request)
    await writer.drain()
    answer = b''
    with contextlib.suppress(TimeoutError, ConnectionError):
        # The first word may take its time on a busy machine; what follows it is there soon or not at all.
        async with asyncio.timeout(60):
            answer = await reader.read(65536)
        async with asyncio.timeout(wait_s):
            while part := await reader.read(65536):
                answer += part
    writer.close()
    return answer


async def test_every_answer_carries_the_headers_whatever_was_asked(
    app: App, visitor: httpx.AsyncClient
) -> None:
    found = re.search(r'/assets/\w+/artel\.css', (await visitor.get('/sign-in')).text)
    static = re.search(r'/_nicegui/[\w./-]+\.js', (await visitor.get('/sign-in')).text)
    assert found
    assert static
    for method, path in (
        ('GET', '/'), ('GET', '/sign-in'), ('GET', '/no/such'), ('GET', found[0]), ('GET', static[0]),
        ('GET', '/assets/1/nothing.css'), ('GET', '/_nicegui/nothing'), ('GET', '/favicon.ico'),
        ('GET', '/api/v1/catalogs'), ('GET', '/api/v1/nothing'), ('GET', '/api/v1/docs'), ('PUT', '/sign-in'),
        ('DELETE', '/'), ('OPTIONS', '/'), ('HEAD', '/sign-in'), ('GET', '/files/1'), ('POST', '/files'),
        ('POST', '/_rows/deals'), ('GET', '/auth/complete?ticket=x'), ('GET', '/health'),
    ):  # fmt: skip
        answer = await visitor.request(method, path)
        for name in HEADERS:
            assert name in answer.headers, (method, path, name)
        assert answer.headers['x-content-type-options'] == 'nosniff', path
        assert "object-src 'none'" in answer.headers['content-security-policy'], path
        assert "base-uri 'none'" in answer.headers['content-security-policy'], path
        assert 'access-control-allow-origin' not in answer.headers, path
        assert 'server' not in answer.headers, path


async def test_nothing_about_the_inside_is_open(visitor: httpx.AsyncClient) -> None:
    for path in ('/docs', '/redoc', '/openapi.json', '/metrics', '/.env', '/.git/config', '/data/artel.db'):
        answer = await visitor.get(path)
        assert answer.status_code in (303, 404), path
        assert answer.headers.get('location', '/sign-in').startswith('/sign-in'), path
    answer = await visitor.get('/api/v1/openapi.json')
    assert answer.status_code == 401


async def test_another_page_gets_no_data_by_cors(program: httpx.AsyncClient) -> None:
    answer = await program.get('/api/v1/catalogs', headers={'origin': EVIL})
    assert 'access-control-allow-origin' not in answer.headers
    asked = {'origin': EVIL, 'access-control-request-method': 'POST'}
    assert (
        'access-control-allow-origin'
        not in (await program.options('/api/v1/catalogs/deals/records', headers=asked)).headers
    )


async def test_an_answer_of_the_api_is_never_a_page(program: httpx.AsyncClient) -> None:
    title = '<script>alert(1)</script>'
    made = await program.post('/api/v1/catalogs/deals/records', json={'values': {'title': title}})
    for path in (f'/api/v1/catalogs/deals/records/{made.json()["id"]}', f'/api/v1/catalogs/{title}/records'):
        answer = await program.get(path)
        assert answer.headers['content-type'] == 'application/json', path
        assert answer.headers['x-content-type-options'] == 'nosniff'


async def test_reading_changes_nothing_and_forms_cannot_write(program: httpx.AsyncClient, key: str) -> None:
    place = '/api/v1/catalogs/deals/records'
    before = len((await program.get(place)).json()['records'])
    assert (
        await program.get(place, params={'values': '{"title":"x"}', '_method': 'POST'})
    ).status_code == 422
    body = json.dumps({'values': {'title': 'by a form'}})
    for kind in ('text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'):
        answer = await program.post(place, content=body, headers={'content-type': kind, 'origin': EVIL})
        assert answer.status_code == 415, kind
    assert len((await program.get(place)).json()['records']) == before


async def test_a_session_cookie_opens_no_data_of_the_api(app: App, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get('/api/v1/catalogs', headers={'cookie': 'artel=x', 'origin': EVIL})
    assert answer.status_code == 401


UPGRADE = (
    'GET /_nicegui_ws/socket.io/?EIO=4&transport=websocket&client_id={client} HTTP/1.1\r\n'
    'Host: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n'
)


@pytest.mark.parametrize(
    ('origin', 'status'),
    [
        ('Origin: https://evil.example\r\n', b'403'),
        ('Origin: null\r\n', b'403'),
        ('Origin: http://127.0.0.1:1\r\n', b'403'),
        ('Origin: http://127.0.0.1.evil.example:{port}\r\n', b'403'),
        ('Origin: http://127.0.0.1:{port}\r\n', b'101'),
    ],
)
async def test_a_socket_is_for_our_own_pages(app: App, origin: str, status: bytes) -> None:
    """A missing Origin is let in: browsers always send one, and without a page's cookie it opens nothing."""
    request = UPGRADE.format(client='x', port=app.port, more=origin.format(port=app.port))
    assert (await raw(app, request.encode(), wait_s=1)).split(b' ')[1] == status


async def test_a_message_that_is_too_long_ends_its_socket(app: App) -> None:
    url = f'ws://127.0.0.1:{app.port}/_nicegui_ws/socket.io/?EIO=4&transport=websocket&client_id=x'
    async with connect(url, origin=Origin(app.url)) as line:
        await line.recv()
        await line.send('4' + 'x' * (2 << 20))
        await line.wait_closed()
    assert line.close_code == 1009


async def test_an_invented_page_id_opens_nothing(app: App, visitor: httpx.AsyncClient) -> None:
    client = '00000000-0000-4000-8000-000000000000'
    url = f'/_nicegui_ws/socket.io/?EIO=4&transport=polling&client_id={client}'
    sid = json.loads((await visitor.get(url)).text[1:])['sid']
    await visitor.post(f'{url}&sid={sid}', content='40')
    event = ['event', {'id': 1, 'client_id': client, 'listener_id': 'x', 'args': []}]
    for message in (['handshake', {'client_id': client, 'tab_id': 'x', 'document_id': 'x'}], event):
        await visitor.post(f'{url}&sid={sid}', content=f'42{json.dumps(message)}')
    answer = (await visitor.get(f'{url}&sid={sid}')).text
    assert 'update' not in answer


async def test_forwarded_headers_of_a_stranger_change_nothing(
    app: App, visitor: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    told = {
        'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https',
        'x-forwarded-prefix': '/evil', 'forwarded': 'for=203.0.113.9;host=evil.example', 'x-user': 'ada',
        'x-remote-user': 'ada', 'x-original-url': '/settings', 'x-rewrite-url': '/settings',
    }  # fmt: skip
    answer = await visitor.get('/c/deals', headers=told)
    assert answer.headers['location'].startswith('/sign-in')
    assert 'strict-transport-security' not in answer.headers
    page = (await visitor.get('/sign-in', headers=told)).text
    assert 'evil' not in page
    # Thirty guesses from thirty invented addresses are thirty from one.
    for n in range(31):
        wrong = {'authorization': 'Bearer artel_wrong', 'x-forwarded-for': f'203.0.113.{n}'}
        answer = await visitor.get('/api/v1/catalogs', headers=wrong)
    assert answer.status_code == 429
    assert (await program.get('/api/v1/catalogs')).status_code == 200


async def test_a_host_header_of_a_stranger_stays_out_of_links(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get('/c/deals', headers={'host': 'evil.example'})
    assert 'evil' not in answer.headers['location']


@pytest.mark.parametrize(
    'lengths',
    [
        'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n',
        'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n',
        'Content-Length: 4\r\nContent-Length: 5\r\n',
        'Content-Length: -1\r\n',
        'Transfer-Encoding: xchunked\r\n',
    ],
)
async def test_a_request_with_two_lengths_is_not_two_requests(app: App, lengths: str) -> None:
    host = f'Host: 127.0.0.1:{app.port}\r\n'
    smuggled = f'GET /api/v1/smuggled HTTP/1.1\r\n{host}\r\n'
    request = f'POST /sign-in HTTP/1.1\r\n{host}{lengths}\r\n0\r\n\r\n{smuggled}'
    answer = await raw(app, request.encode(), wait_s=1)
    assert answer.count(b'HTTP/1.1 ') <= 1 or b'smuggled' not in answer, answer


async def test_a_body_is_cut_while_it_arrives(app: App) -> None:
    """Neither its claimed length nor chunks without an end are waited for."""
    head = f'POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{app.port}\r\n'
    answer = await raw(app, f'{head}Content-Length: 999999999\r\n\r\nx'.encode(), wait_s=3)
    assert answer.split(b' ')[1] == b'413'
    with socket.create_connection(('127.0.0.1', app.port)) as line:
        line.sendall(f'{head}Transfer-Encoding: chunked\r\n\r\n'.encode())
        sent, part = 0, b'%x\r\n' % 65536 + b'x' * 65536 + b'\r\n'
        line.settimeout(5)
        begun = time.monotonic()
        try:
            while sent < 64 * 1024 * 1024 and time.monotonic() - begun < 10:
                line.sendall(part)
                sent += 65536
        except (ConnectionError, TimeoutError):
            pass
    assert sent < 32 * 1024 * 1024


PATHS = (
    '/_nicegui/..%2f..%2f..%2fetc/passwd', '/_nicegui/%2e%2e/%2e%2e/main.py', '/_nicegui/....//....//main.py',
    '/_nicegui/3.18.0/static/..%2f..%2fnicegui.py', '/_nicegui/3.18.0/components/x/..%2f..%2f..%2fmain.py',
    '/_nicegui/3.18.0/resources/x/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd', '/_nicegui/3.18.0/esm/x/..%2fx',
    '/_nicegui/3.18.0/dynamic_resources/..%5c..%5cmain.py', '/_nicegui/%00', '/_nicegui/client/x/upload/1',
    '/assets/1/..%2f..%2fmain.py', '/assets/1/%2e%2e%2fapp.py', '/assets/..%2f/theme.py',
    '/assets/1/..\\app.py',
    '/files/..%2f..%2fartel.db', '/files/1%2f..%2f..', '/api/v1/docs/..%2f..%2frest.py', '//etc/passwd',
)  # fmt: skip


@pytest.mark.parametrize('path', PATHS)
async def test_no_path_leads_out_of_its_folder(app: App, path: str) -> None:
    request = f'GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{app.port}\r\nConnection: close\r\n\r\n'
    answer = await raw(app, request.encode())
    status = int(answer.split(b' ')[1])
    assert status in (303, 307, 400, 401, 403, 404, 405, 422), answer[:200]
    for secret in (b'root:', b'from ui', b'SQLite format', b'def '):
        assert secret not in answer.partition(b'\r\n\r\n')[2], path


async def test_two_cookie_jars_never_share_an_identity(app: App) -> None:
    async with httpx.AsyncClient(base_url=app.url) as one, httpx.AsyncClient(base_url=app.url) as other:
        await one.get('/sign-in')
        for client in (one, other):
            assert (await client.get('/c/deals')).status_code == 303
        assert not {cookie.value for cookie in one.cookies.jar} & {c.value for c in other.cookies.jar}


async def test_behind_a_proxy_that_ends_tls_pages_are_told_to_stay_there(tmp_path: Path) -> None:
    behind = App(tmp_path / 'data', ARTEL_TRUSTED_PROXIES='127.0.0.1')
    behind.run('user', 'ada', '--admin')
    behind.start()
    try:
        told = {'x-forwarded-proto': 'https', 'x-forwarded-for': '198.51.100.7'}
        async with httpx.AsyncClient(base_url=behind.url, headers=told) as client:
            answer = await client.get('/sign-in')
            assert answer.headers['strict-transport-security'].startswith('max-age=')
            assert 'wss:' in answer.headers['content-security-policy']
    finally:
        behind.stop()


def test_the_password_of_these_tests_is_not_known_to_the_product() -> None:
    root = Path(__file__).parents[2]
    for folder in ('store', 'automations', 'integrations', 'ui'):
        assert not [p for p in (root / folder).rglob('*.py') if PASSWORD in p.read_text('utf-8')]
