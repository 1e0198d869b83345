"""Files by HTTP: out only through their rights and never as a page, in only from our own pages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from store import Records, files, guard, people, sessions, system_settings
from tests.conftest import records_of
from ui.files import disposition, router
from ui.security import BodyLimit, Gate, Headers
from ui.session import COOKIE

PASSWORD = 'correct-horse-battery-9'
PNG = b'\x89PNG\r\n\x1a\n' + b'0' * 40
OURS = {'x-artel': '1'}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    """Where the files of a test lie."""
    files.open_folder(tmp_path / 'files')
    return tmp_path / 'files'


@dataclass
class House:
    """The walls and the files behind them; `cookies` signs a login in."""

    client: httpx.AsyncClient
    trade: Records
    deal: int

    async def cookies(self, login: str) -> dict[str, str]:
        """The cookie of a new session."""
        person = await people.person_by_login(guard.SETUP, login)
        assert person is not None
        await people.set_password(guard.SETUP, person.id, PASSWORD)
        made = await sessions.sign_in(login, PASSWORD)
        return {'cookie': f'{COOKIE}={made.token}'}

    async def send(self, login: str, name: str, data: bytes) -> httpx.Response:
        """Send an attachment as a page would."""
        return await self.client.post(
            '/files',
            params={'catalog': 'deals', 'record': self.deal, 'name': name},
            content=data,
            headers=OURS | await self.cookies(login),
        )


@pytest.fixture
async def house(trade: Records) -> AsyncIterator[House]:
    app = FastAPI()
    app.include_router(router)
    for wall in (Gate, BodyLimit, Headers):
        app.add_middleware(wall)
    deal = (await trade.create('deals', {'title': 'Fleet'})).id
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url='http://artel.test') as client:
        yield House(client, trade, deal)


async def test_an_attachment_comes_back_and_runs_nothing(house: House) -> None:
    sent = await house.send('ada', '../../Счёт "5".html', b'<script>alert(1)</script>')
    assert sent.status_code == 200, sent.text
    assert sent.json()['name'] == 'Счёт "5".html'
    answer = await house.client.get(sent.json()['url'], headers=await house.cookies('ada'))
    assert answer.content == b'<script>alert(1)</script>'
    assert answer.headers['content-type'] == 'application/octet-stream'
    assert answer.headers['x-content-type-options'] == 'nosniff'
    assert answer.headers['content-security-policy'].endswith('sandbox')
    assert answer.headers['cache-control'] == 'private, no-cache'
    assert answer.headers['content-disposition'] == (
        'attachment; filename="____ _5_.html"; filename*=UTF-8\'\'%D0%A1%D1%87%D1%91%D1%82%20%225%22.html'
    )


async def test_only_raster_pictures_are_shown_in_place(house: House) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for name, data, kind in (
        ('a.svg', PNG, 'inline; '),
        ('a.png', svg, 'attachment; '),
        ('a.pdf', b'%PDF-1.7', 'attachment; '),
    ):
        sent = await house.send('ada', name, data)
        answer = await house.client.get(sent.json()['url'], headers=await house.cookies('ada'))
        assert answer.headers['content-disposition'].startswith(kind)
        assert answer.headers['content-type'] != 'image/svg+xml'


async def test_a_second_look_costs_nothing(house: House) -> None:
    url = (await house.send('ada', 'a.png', PNG)).json()['url']
    cookies = await house.cookies('ada')
    tag = (await house.client.get(url, headers=cookies)).headers['etag']
    assert (await house.client.get(url, headers=cookies | {'if-none-match': tag})).status_code == 304


async def test_nobody_gets_what_they_may_not_read(house: House) -> None:
    await records_of('sam', 'Sam', role='seller')
    info = await files.keep(
        house.trade.actor, 'a.png', PNG, kind='attachment', catalog='deals', record_id=house.deal
    )
    answer = await house.client.get(f'/files/{info.id}', headers=await house.cookies('sam'))
    assert (answer.status_code, answer.json()) == (404, {'error': {'code': 'not_found'}})
    answer = await house.client.get(f'/files/{info.id}')
    assert answer.headers['location'] == f'/sign-in?next=%2Ffiles%2F{info.id}'
    assert (await house.send('sam', 'a.png', PNG)).status_code == 404


async def test_the_logo_is_for_everybody(house: House) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    info = await files.keep(house.trade.actor, 'logo.svg', svg, kind='logo')
    answer = await house.client.get(f'/files/{info.id}')
    assert (answer.status_code, answer.headers['content-type']) == (200, 'image/svg+xml')
    assert answer.headers['content-disposition'].startswith('attachment; ')
    assert answer.headers['content-security-policy'].endswith('sandbox')


async def test_what_is_too_big_is_cut_off_while_it_arrives(house: House) -> None:
    await system_settings.change_settings(house.trade.actor, {'file_limit_mb': 1})
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b'x' * 65_536

    answer = await house.client.post(
        '/files',
        params={'catalog': 'deals', 'record': house.deal, 'name': 'a'},
        content=endless(),
        headers=OURS | await house.cookies('ada'),
    )
    assert answer.status_code == 413
    assert taken < 100


async def test_a_foreign_page_sends_nothing(house: House) -> None:
    cookies = await house.cookies('ada')
    asked: dict[str, str | int] = {'catalog': 'deals', 'record': house.deal, 'name': 'a'}
    for headers in ({}, OURS | {'origin': 'http://evil.test'}):
        answer = await house.client.post('/files', params=asked, content=PNG, headers=cookies | headers)
        assert answer.status_code in (401, 403)
    assert await files.files_of(house.trade.actor, 'deals', house.deal) == []


@pytest.mark.parametrize(
    'name', ['a"; filename="b.html', 'a\r\nset-cookie: b', 'a\\', '%2e%2e%2f', '日本.pdf']
)
def test_a_name_cannot_leave_its_header(name: str) -> None:
    info = files.FileInfo(
        id=1, name=name, size=1, kind='attachment', content_type='application/pdf', sha256=''
    )
    header = disposition(info)
    assert header.isascii()
    assert '\r' not in header
    assert '\n' not in header
    assert header.count('"') == 2
    assert header.count(';') == header.partition('"')[0].count(';') + 1 + header.split('"')[1].count(';')
