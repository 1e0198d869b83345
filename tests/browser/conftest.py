"""The real app in a real browser: `server`, `empty_server`, `sign_in`, `page`."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

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
expect.set_options(timeout=15_000)  # two browsers and two servers may share one core


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # One browser for the whole run lives in one event loop, so its tests share that loop.
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope='session'), append=False)


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
        context.set_default_timeout(20_000)
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
    """Signs somebody in: ``page = await sign_in(server, 'max', width=390)``."""

    async def one(app: App, login: str = 'ada', password: str = PASSWORD, **window: object) -> Page:
        context = await open_context(**window)
        page = await context.new_page()
        await page.goto(f'{app.url}/sign-in')
        await fill_sign_in(page, login, password)
        return page

    return one


async def fill_sign_in(page: Page, login: str, password: str) -> None:
    """Fill the sign-in page and wait until it is left."""
    fields = page.locator('input:visible')
    await fields.nth(0).fill(login)
    await page.locator('input[type=password]').fill(password)
    await page.keyboard.press('Enter')
    await page.wait_for_url(lambda url: '/sign-in' not in url and '/auth' not in url)


@pytest_asyncio.fixture(loop_scope='session')
async def page(server: App, sign_in: SignIn) -> Page:
    """A page on which Ada, an administrator of the Sales installation, is signed in."""
    return await sign_in(server)
