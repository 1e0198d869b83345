"""Behind a real nginx with TLS, on a host of its own and below a path: all works, nothing is insecure."""

import http.client
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, Page, Response, expect

from tests import nginx
from tests.browser.app import PASSWORD, App, copy_of
from tests.browser.conftest import fill_sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(nginx.find() is None, reason='no nginx: tools/setup.sh test installs one'),
]
ADDRESSES = """() => [...document.querySelectorAll('[href], [src]')].map(
    (one) => one.getAttribute('href') || one.getAttribute('src'))"""
Open = Callable[..., Awaitable[BrowserContext]]


@dataclass(kw_only=True)
class Site:
    """An installation as visitors see it."""

    app: App
    url: str
    prefix: str


@pytest.fixture(scope='module', params=['sub-path.conf', 'root.conf'])
def site(
    request: pytest.FixtureRequest, sales_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    prefix = '/crm' if request.param == 'sub-path.conf' else ''
    front = nginx.Nginx(tmp_path_factory.mktemp('nginx'), request.param)
    url = f'https://localhost:{front.port}{prefix}'
    data = copy_of(sales_data, tmp_path_factory.mktemp('behind'))
    app = App(data, ARTEL_PUBLIC_URL=url, ARTEL_TRUSTED_PROXIES='127.0.0.1')
    app.start()
    front.start(app.port)
    yield Site(app=app, url=url, prefix=prefix)
    front.stop()
    app.stop()
    assert 'Traceback' not in app.log.read_text(), app.log.read_text()


class Seen:
    """Every answer and socket of a page; a broken address or one outside the path is remembered."""

    def __init__(self, page: Page, site: Site) -> None:
        self.wrong: list[str] = []
        self.sockets: list[str] = []
        self._site = site
        page.on('response', self._note)
        page.on('websocket', lambda socket: self.sockets.append(socket.url))

    def _note(self, response: Response) -> None:
        path = urlsplit(response.url).path
        if response.status >= 400 or not path.startswith(f'{self._site.prefix}/'):
            self.wrong.append(f'{response.status} {path}')


async def test_a_day_behind_the_proxy(site: Site, open_context: Open) -> None:
    context = await open_context(ignore_https_errors=True)
    page = await context.new_page()
    seen = Seen(page, site)
    await page.goto(f'{site.url}/c/deals/list')
    assert urlsplit(page.url).path == f'{site.prefix}/sign-in'
    await fill_sign_in(page, 'ada', PASSWORD)
    await expect(page.locator('.ag-row').first).to_be_visible()
    assert urlsplit(page.url).path == f'{site.prefix}/c/deals/list'
    cookie = next(one for one in await context.cookies() if 'artel' in one['name'])
    assert cookie['name'] == '__Host-artel'
    assert cookie['secure']
    assert cookie['httpOnly']
    assert cookie['path'] == '/'
    assert seen.sockets
    assert all(
        url.startswith(f'wss://localhost:{urlsplit(site.url).port}{site.prefix}/') for url in seen.sockets
    )
    # A query that the page itself sets stays below the path, and survives a reload.
    await page.locator('.ag-header-cell').nth(1).click()
    await page.wait_for_url('**/list?*sort=*')
    assert urlsplit(page.url).path == f'{site.prefix}/c/deals/list'
    await page.reload()
    await expect(page.locator('.ag-row').first).to_be_visible()
    # Links of the panel, and a record with what it is linked to.
    await page.locator(f'a[href^="{site.prefix}/c/accounts"]').first.click()
    await page.wait_for_url(f'{site.url}/c/accounts**')
    await page.goto(f'{site.url}/c/deals/1')
    linked = page.locator(f'a[href^="{site.prefix}/c/accounts/"]').first
    await linked.click()
    await page.wait_for_url(f'{site.url}/c/accounts/*')
    await page.goto(f'{site.url}/c/deals/board')
    await expect(page.locator('[data-id]').first).to_be_visible()
    assert seen.wrong == []
    addresses = await page.evaluate(ADDRESSES)
    outside = [a for a in addresses if a.startswith('/') and not a.startswith(f'{site.prefix}/')]
    assert outside == []


async def test_files_and_the_interface_for_programs(site: Site, open_context: Open) -> None:
    context = await open_context(ignore_https_errors=True)
    page = await context.new_page()
    await page.goto(f'{site.url}/')
    await fill_sign_in(page, 'ada', PASSWORD)
    address = f'{site.url}/files?catalog=deals&record=1&name=offer.txt'
    origin = site.url.removesuffix(site.prefix) if site.prefix else site.url
    sent = await context.request.post(address, data=b'the offer', headers={'x-artel': '1', 'origin': origin})
    assert sent.status == 200, await sent.text()
    found = await context.request.get(f'{site.url}{(await sent.json())["url"]}')
    assert await found.body() == b'the offer'
    assert 'attachment' in found.headers['content-disposition']
    assert found.headers['strict-transport-security']
    token = site.app.run('token', 'ada')
    answer = await context.request.get(
        f'{site.url}/api/v1/catalogs', headers={'authorization': f'Bearer {token}'}
    )
    assert answer.status == 200
    assert 'deals' in {one['code'] for one in (await answer.json())['catalogs']}
    foreign = await context.request.post(
        address, data=b'evil', headers={'x-artel': '1', 'origin': 'https://evil.example'}
    )
    assert foreign.status == 403


def ask(site: Site, path: str, **headers: str) -> tuple[int, str, str]:
    """Status, headers and body of an answer of the app itself, asked without nginx."""
    connection = http.client.HTTPConnection('127.0.0.1', site.app.port, timeout=30)
    connection.putrequest('GET', path, skip_host=True)
    for name, value in headers.items():
        connection.putheader(name.replace('_', '-'), value)
    connection.endheaders()
    answer = connection.getresponse()
    told = json.dumps(answer.getheaders())
    body = answer.read().decode(errors='replace')
    connection.close()
    return answer.status, told, body


@pytest.mark.parametrize(
    'path', ['/', '/sign-in', '/c/deals', '/api', '/api/v1/openapi.json', '/files/7', '/x/']
)
async def test_what_a_visitor_claims_changes_no_address(site: Site, path: str) -> None:
    claims = {
        'Host': 'evil.example',
        'X_Forwarded_Host': 'evil.example',
        'X_Forwarded_Prefix': '/evil.example',
        'X_Forwarded_Server': 'evil.example',
        'Forwarded': 'host=evil.example',
    }
    _, told, body = ask(site, f'{site.prefix}{path}', **claims)
    assert 'evil' not in told
    assert 'evil' not in body
