"""One language a screen, and one moment on every clock, in a browser (B-39, B-40)."""

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from functools import cache

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.browser.app import App
from tests.browser.conftest import SignIn, settled, until
from tools import texts

pytestmark = pytest.mark.browser

PAGES = (
    '/', '/c/deals/board', '/c/deals/list', '/c/deals/1', '/c/deals/analytics', '/dashboards', '/rules',
    '/rules/new', '/import', '/profile', '/glossary', '/settings',
)  # fmt: skip
SAID = """() => {
  const seen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const icon = node.parentElement.closest('.q-icon, .a-mono, script, style, [lang]:not(html)');
    if (!icon && seen(node.parentElement)) found.push(node.textContent.trim());
  }
  for (const node of document.querySelectorAll('[placeholder], [aria-label], [title]'))
    if (seen(node)) found.push(node.placeholder || '', node.ariaLabel || '', node.title || '');
  return [...new Set([...found, document.title])].filter(Boolean);
}"""
"""Every text and caption that can be seen on the page."""


@pytest.fixture(scope='module')
def russian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Artel as a Russian company has it."""
    app = App(tmp_path_factory.mktemp('russian') / 'data')
    app.run('user', 'ada', '--admin', '--name', 'Ада Админ', '--language', 'ru')
    app.run('install', 'sales', '--demo', '--language', 'ru')
    yield app.start()
    app.stop()


@cache
def _english_words() -> frozenset[str]:
    """English texts of the product that read otherwise in Russian."""
    catalog = next(catalog for language, _, catalog in texts.translations() if language == 'ru')
    pairs = [(message.id, message.string) for message in catalog if message.id]
    plain = [(one, said) for one, said in pairs if isinstance(one, str) and isinstance(said, str)]
    return frozenset(one for one, said in plain if said and one != said and len(one) > 2 and '{' not in one)


async def _walk(page: Page, app: App) -> dict[str, list[str]]:
    await page.goto(f'{app.url}/settings')
    await page.locator('.a-area').first.wait_for()
    areas = await page.locator('.a-area').evaluate_all('(all) => all.map((one) => one.getAttribute("href"))')
    said: dict[str, list[str]] = {}
    for path in dict.fromkeys([*PAGES, *areas]):
        await page.goto(f'{app.url}{path}')
        await page.locator('.a-header__title').first.wait_for()
        await settled(page)
        said[path] = await page.evaluate(SAID)
    return said


async def test_a_russian_screen_says_nothing_in_english(russian: App, sign_in: SignIn) -> None:
    page = await sign_in(russian, locale='ru-RU')
    said = await _walk(page, russian)
    mixed = {path: sorted(set(texts_) & _english_words()) for path, texts_ in said.items()}
    assert {path: words for path, words in mixed.items() if words} == {}


async def test_an_english_screen_says_nothing_in_russian(server: App, page: Page) -> None:
    said = await _walk(page, server)
    mixed = {path: [text for text in all_ if re.search('[а-яё]', text, re.I)] for path, all_ in said.items()}
    assert {path: set(words) - {'Русский'} for path, words in mixed.items() if set(words) - {'Русский'}} == {}


async def test_a_language_is_changed_without_a_restart(server: App, sign_in: SignIn) -> None:
    page = await sign_in(server, 'max')
    await page.goto(f'{server.url}/c/deals/list')
    await expect(page.locator('.a-header__title')).to_have_text('Deals')
    await page.locator('.a-me').click()
    await page.locator('.a-me-menu').get_by_role('button', name='RU').click()
    await expect(page.locator('.a-header__title')).to_have_text('Сделки')
    await expect(page.locator('.a-side')).to_contain_text('Разделы')
    await page.locator('.a-me').click()
    await page.locator('.a-me-menu').get_by_role('button', name='EN').click()
    await expect(page.locator('.a-header__title')).to_have_text('Deals')


async def _zone_is_kept(server: App, login: str, zone: str) -> None:
    """Wait until the server has heard from the browser in which zone this person lives."""

    async def is_kept() -> bool:
        with contextlib.closing(sqlite3.connect(server.data / 'artel.db', timeout=60)) as base:
            kept = base.execute('SELECT time_zone FROM people WHERE login = ?', [login]).fetchone()
        return bool(kept[0] == zone)

    await until(is_kept)


async def test_a_moment_is_one_on_every_clock_and_a_day_never_shifts(server: App, sign_in: SignIn) -> None:
    token = server.run('token', 'ada').splitlines()[-1].strip()
    server.run('user', 'ivan', '--name', 'Ivan East')
    server.run('user', 'wera', '--name', 'Wera West')
    with sqlite3.connect(server.data / 'artel.db', timeout=60) as base:
        ivan = base.execute("SELECT id FROM people WHERE login = 'ivan'").fetchone()[0]
    headers = {'authorization': f'Bearer {token}'}
    async with httpx.AsyncClient(base_url=f'{server.url}/api/v1', headers=headers) as api:
        task = (
            await api.post('/catalogs/tasks/records', json={'values': {'title': 'Meet', 'owner': ivan}})
        ).json()
        born = {'title': 'Leap', 'birthday': '2000-02-29'}
        contact = (await api.post('/catalogs/contacts/records', json={'values': born})).json()
    in_east = await sign_in(server, 'ivan', timezone_id='Asia/Novosibirsk')
    in_west = await sign_in(server, 'wera', timezone_id='Europe/Moscow')
    await _zone_is_kept(server, 'ivan', 'Asia/Novosibirsk')
    await _zone_is_kept(server, 'wera', 'Europe/Moscow')
    await in_west.reload()
    await in_west.goto(f'{server.url}/c/tasks/{task["id"]}')
    due = in_west.locator('.af-field', has_text='Due').locator('input').first
    await due.fill('12/01/2026, 10:00')
    await due.press('Tab')
    await expect(in_west.get_by_text('14:00 for Ivan East')).to_be_visible()
    await in_east.goto(f'{server.url}/c/tasks/{task["id"]}')
    shown = in_east.locator('.af-field', has_text='Due').locator('input').first
    await expect(shown).to_have_value(re.compile('14:00'))
    await expect(in_east.get_by_text('for Ivan East')).to_have_count(0)
    for reader in (in_east, in_west, await sign_in(server, 'ada', timezone_id='Pacific/Pago_Pago')):
        await reader.goto(f'{server.url}/c/contacts/{contact["id"]}')
        birthday = reader.locator('.af-field', has_text='Birthday').locator('input').first
        await expect(birthday).to_have_value('02/29/2000')
