"""The real app in a real browser: `server`, `empty_server`, `sign_in`, `page`."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    async_playwright,
    expect,
)

from tests import chromium
from tests.browser.app import PASSWORD, App, copy_of

SignIn = Callable[..., Awaitable[Page]]
HARMLESS = re.compile(r'Failed to load resource|WebSocket connection|ResizeObserver loop')
"""Console messages that a test provokes on purpose: a refused request, a server that is stopped."""
PATIENCE_MS = 60_000
"""How long a story waits for what must come: who waits too long loses nothing, for it waits only once."""
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # One browser for the whole run lives in one event loop, so its tests share that loop.
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope='session'), append=False)
            item.add_marker(pytest.mark.timeout(10 * PATIENCE_MS / 1000), append=False)


async def until(truth: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a truth that `expect` has no words for."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not await truth():
            await asyncio.sleep(0.05)


async def settled(page: Page) -> None:
    """Wait until a page is drawn: nothing grey stands for what is to come, and no text changes."""
    looks: list[str] = []

    async def is_calm() -> bool:
        await expect(page.locator(':is(.a-bones, .at-bone, .ab-bone):visible')).to_have_count(0)
        looks.append(await page.evaluate('document.body.innerText'))
        return looks[-3:] == [looks[-1]] * 3

    await until(is_calm)


# The app


@pytest.fixture(scope='session')
def sales_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a team that works: Sales with demo data, administrator `ada`, member `max`."""
    app = App(tmp_path_factory.mktemp('sales') / 'data')
    app.run('user', 'ada', '--admin', '--name', 'Ada Admin')
    app.run('install', 'sales', '--demo', '--language', 'en')
    app.run('user', 'max', '--name', 'Max Member')
    return app.data


@pytest.fixture(scope='module')
def server(sales_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Artel with the Sales solution and demo data, fresh for each test file."""
    yield from _served(App(copy_of(sales_data, tmp_path_factory.mktemp('server'))))


@pytest.fixture(scope='module')
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Artel as it is right after installing: nobody, nothing."""
    yield from _served(App(tmp_path_factory.mktemp('empty') / 'data'))


@pytest.fixture(scope='module')
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The Sales solution without any data."""
    app = App(tmp_path_factory.mktemp('team') / 'data')
    app.run('user', 'ada', '--admin', '--name', 'Ada Admin')
    app.run('install', 'sales', '--language', 'en')
    app.start()
    yield app
    app.stop()


def _served(app: App) -> Iterator[App]:
    app.start()
    yield app
    app.stop()
    problems = [line for line in app.log.read_text().splitlines() if re.search(r'\bERROR\b|Traceback', line)]
    assert problems == [], app.log.read_text()


# The browser


@pytest_asyncio.fixture(scope='session', loop_scope='session')
async def browser() -> AsyncIterator[Browser]:
    """Chromium of this machine."""
    program = chromium.find()
    assert program, 'no Chromium on this machine: tools/setup.sh test installs one'
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=program, args=list(chromium.FLAGS))
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope='session')
async def open_context(browser: Browser) -> AsyncIterator[Callable[..., Awaitable[BrowserContext]]]:
    """Opens a browser window: own cookies, any size, any language; a broken script fails the test."""
    opened: list[BrowserContext] = []
    broken: list[str] = []

    async def open_one(
        width: int = 1440, height: int = 900, locale: str = 'en-US', **more: object
    ) -> BrowserContext:
        context = await browser.new_context(
            viewport={'width': width, 'height': height},
            locale=locale,
            **more,  # type: ignore[arg-type]  # passed on
        )
        context.set_default_timeout(PATIENCE_MS)
        await context.route('**/*', _only_local)
        context.on('weberror', lambda error: broken.append(str(error.error)))
        context.on('console', lambda message: _note(message, broken))
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        await context.close()
    assert broken == []


def _note(message: ConsoleMessage, broken: list[str]) -> None:
    if message.type == 'error' and not HARMLESS.search(message.text):
        broken.append(message.text)


async def _only_local(route: Route) -> None:
    if re.match(r'(http|ws)s?://(127\.0\.0\.1|localhost)[:/]|data:|blob:', route.request.url):
        await route.continue_()
    else:
        await route.abort()


@pytest_asyncio.fixture(loop_scope='session')
async def sign_in(open_context: Callable[..., Awaitable[BrowserContext]]) -> SignIn:
    """Gives the home page of somebody: ``page = await sign_in(server, 'max', width=390)``.

    Who has signed in before comes with the cookie of then; `again` makes a session of its own."""

    async def one(
        app: App, login: str = 'ada', password: str = PASSWORD, *, again: bool = False, **window: object
    ) -> Page:
        kept = None if again else app.cookies.get(login)
        context = await open_context(**window, **({'storage_state': kept} if kept else {}))
        page = await context.new_page()
        await page.goto(f'{app.url}/sign-in')
        if urlsplit(page.url).path.endswith('/sign-in'):
            await fill_sign_in(page, login, password)
            if not again:
                app.cookies[login] = await context.storage_state()
        await expect(page.locator('.a-main, .a-entrance').first).to_be_visible()
        return page

    return one


async def fill_sign_in(page: Page, login: str, password: str) -> None:
    """Fill the sign-in page and wait until it is left."""
    await page.locator('input[name=login]').fill(login)
    await page.locator('input[name=password]').fill(password)
    await page.locator('input[name=password]').press('Enter')
    await page.wait_for_url(lambda url: '/sign-in' not in url and '/auth' not in url)


@pytest_asyncio.fixture(loop_scope='session')
async def page(server: App, sign_in: SignIn) -> Page:
    """A page on which Ada, an administrator of the Sales installation, is signed in."""
    return await sign_in(server)
