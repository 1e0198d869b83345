"""Photograph every page: `python -m tools.tour [en|ru]` writes ./tour with an index.html.

The real app runs on demo data in a temporary folder, once full and once right after setting it up."""

import asyncio
import html
import json
import sys
import tempfile
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from store import Condition, Filter, Query, Records, guard, opening, people, portal
from store.settings import Environment
from tests import chromium
from tests.browser.app import PASSWORD, App

FOLDER = Path(__file__).parents[1] / 'tour'
SIZES = {'desk': (1440, 900), 'phone': (390, 844)}
THEMES = ('light', 'dark')
LANGUAGES = ('en', 'ru')
PAGES = {
    'home': '/',
    'board': '/c/deals/board',
    'list': '/c/deals/list',
    'analytics': '/c/deals/analytics',
    'contacts': '/c/contacts/list',
    'tasks': '/c/tasks/board',
    'cases': '/c/cases/board',
    'record': '/c/deals/{deal}',
    'account': '/c/accounts/{account}',
    'case': '/c/cases/{case}',
    'drawer': '/c/deals/board?record={deal}',
    'dashboards': '/dashboards',
    'rules': '/rules',
    'new-rule': '/rules/new',
    'import': '/import',
    'profile': '/profile',
    'settings': '/settings',
    'people': '/settings/people',
    'organisation': '/settings/organization',
    'roles': '/settings/roles',
    'role': '/settings/roles/seller',
    'sections': '/settings/catalogs',
    'section': '/settings/catalogs/deals',
    'layout': '/settings/catalogs/deals/layouts/default',
    'workplaces': '/settings/workplaces',
    'audit': '/settings/audit',
    'not-found': '/nowhere',
}
PORTAL = {
    'portal': '/portal',
    'portal-section': '/portal/c/cases',
    'portal-record': '/portal/c/cases/{own}',
    'portal-new': '/portal/c/cases/new',
    'portal-profile': '/portal/profile',
}
"""Pages that a customer sees."""
EMPTY = ('home', 'board', 'list', 'tasks', 'dashboards', 'rules', 'import')
"""Pages that are also taken while there is nothing in them."""


@dataclass(frozen=True)
class Shot:
    """One picture: what of, in which language, theme and size, full or empty."""

    name: str
    language: str
    theme: str
    size: str
    state: str

    @property
    def file(self) -> str:
        """The name of its file."""
        return f'{self.state}-{self.name}-{self.language}-{self.theme}-{self.size}.png'


async def main(languages: Iterable[str]) -> None:
    """Take every picture and write the page that shows them."""
    FOLDER.mkdir(exist_ok=True)
    shots: list[Shot] = []
    with tempfile.TemporaryDirectory() as folder:
        async with async_playwright() as playwright:
            program = chromium.find()
            browser = await playwright.chromium.launch(executable_path=program, args=list(chromium.FLAGS))
            for language in languages:
                for state in ('full', 'empty'):
                    app = _installation(Path(folder) / f'{state}-{language}', language, demo=state == 'full')
                    guest = await _customer(app) if state == 'full' else None
                    app.start()
                    try:
                        shots += await _tour(browser, app, language, guest)
                    finally:
                        app.stop()
            await browser.close()
    (FOLDER / 'index.html').write_text(_index(shots), encoding='utf-8')
    print(f'{len(shots)} pictures in {FOLDER.name}/index.html')


def _installation(data: Path, language: str, *, demo: bool) -> App:
    app = App(data, ARTEL_LANG=language)
    app.run('user', 'ada', '--admin', '--name', 'Ada Lovelace' if language == 'en' else 'Ада Лавлейс')
    for solution in ('sales', 'service'):
        app.run('install', solution, '--language', language, *(['--demo'] if demo else []))
    return app


@dataclass(frozen=True)
class Customer:
    """Somebody at the portal: how they sign in, and a case of theirs."""

    login: str
    case: int


async def _customer(app: App) -> Customer:
    """Open the portal to the contact of the newest case, before the app runs."""
    await opening.open_store(Environment.read({'ARTEL_DATA': str(app.data)}))
    try:
        records = Records(guard.SETUP)
        page = await records.find('cases', Query(filter=Filter((Condition('contact', 'filled'),)), limit=1))
        case = page.records[0]
        person = await portal.person_for(guard.SETUP, case['contact'].id)
        await people.change_person(guard.SETUP, person.id, {'roles': ('service_customer',)})
        await people.set_password(guard.SETUP, person.id, PASSWORD)
        return Customer(person.login, case.id)
    finally:
        await opening.close_store()


async def _tour(browser: Browser, app: App, language: str, guest: Customer | None) -> list[Shot]:
    shots, state = [], 'full' if guest else 'empty'
    pages = {name: path for name, path in PAGES.items() if state == 'full' or name in EMPTY}
    ids = _first_ids(app) if state == 'full' else {}
    for theme in THEMES:
        for size, (width, height) in SIZES.items():
            context = await browser.new_context(
                viewport={'width': width, 'height': height},
                locale={'en': 'en-US', 'ru': 'ru-RU'}[language],
                color_scheme='dark' if theme == 'dark' else 'light',
                has_touch=size == 'phone',
                is_mobile=size == 'phone',
            )
            page = await _signed_in(context, app, 'ada')
            for name, path in pages.items():
                shot = Shot(name, language, theme, size, state)
                await _take(page, app.url + path.format(**ids), FOLDER / shot.file)
                shots.append(shot)
            if guest is not None:
                await context.clear_cookies()
                page = await _signed_in(context, app, guest.login, door='/portal/sign-in')
                for name, path in PORTAL.items():
                    shot = Shot(name, language, theme, size, state)
                    await _take(page, app.url + path.format(own=guest.case), FOLDER / shot.file)
                    shots.append(shot)
            await context.close()
    return shots


def _first_ids(app: App) -> dict[str, int]:
    """A deal, an account and a case with something to show: those changed last."""
    token = app.run('token', 'ada')
    found = {}
    for name, catalog in {'deal': 'deals', 'account': 'accounts', 'case': 'cases'}.items():
        request = urllib.request.Request(
            f'{app.url}/api/v1/catalogs/{catalog}/records?limit=1&sort=-updated_at',
            headers={'Authorization': f'Bearer {token}'},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            found[name] = json.load(answer)['records'][0]['id']
    return found


async def _signed_in(context: BrowserContext, app: App, login: str, *, door: str = '/sign-in') -> Page:
    page = await context.new_page()
    await page.goto(f'{app.url}{door}')
    await page.wait_for_load_state('networkidle')
    await page.screenshot(path=FOLDER / f'{door.strip("/").replace("/", "-")}.png')
    await page.locator('input:visible').first.fill(login)
    await page.locator('input[type=password]').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.wait_for_url(lambda url: '/sign-in' not in url)
    return page


async def _take(page: Page, url: str, file: Path) -> None:
    await page.goto(url)
    await page.wait_for_load_state('networkidle')
    # Skeletons and the first animation are over by then.
    await page.wait_for_timeout(700)
    await page.screenshot(path=file)


def _index(shots: Iterable[Shot]) -> str:
    figures = ''.join(
        f'<figure class="{shot.size}"><img loading="lazy" src="{shot.file}">'
        f'<figcaption>{html.escape(shot.file)}</figcaption></figure>'
        for shot in shots
    )
    style = (
        'body{font:14px system-ui;margin:24px;background:#ddd;display:flex;flex-wrap:wrap;gap:24px}'
        'figure{margin:0}img{display:block;border-radius:8px}.desk img{width:960px}.phone img{width:260px}'
    )
    return f'<!doctype html><meta charset="utf-8"><title>Tour</title><style>{style}</style>{figures}'


if __name__ == '__main__':
    asyncio.run(main(sys.argv[1:] or LANGUAGES))
