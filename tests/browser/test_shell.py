"""The frame around every page, in a browser: addresses, search, bell, languages, themes, phone."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.app import App
from tests.browser.conftest import SignIn, fill_sign_in

pytestmark = pytest.mark.browser


async def test_a_deep_link_is_reached_after_signing_in(
    server: App, open_context: Callable[..., Awaitable[BrowserContext]]
) -> None:
    page = await (await open_context()).new_page()
    await page.goto(f'{server.url}/c/contacts/list?q=a')
    await page.wait_for_url('**/sign-in?next=*')
    await fill_sign_in(page, 'ada', 'correct-horse-battery-9')
    await expect(page).to_have_url(f'{server.url}/c/contacts/list?q=a')


async def test_back_and_forward_walk_through_pages(page: Page) -> None:
    await page.locator('.a-side').get_by_role('link', name='Contacts').click()
    await expect(page.locator('.a-header__title')).to_have_text('Contacts')
    await expect(page.locator('.a-nav--on')).to_contain_text('Contacts')
    await expect(page).to_have_url(re.compile('/c/contacts/list$'))
    await page.locator('.a-side').get_by_role('link', name='System designer').click()
    await expect(page.locator('.a-header__title')).to_have_text('System designer')
    await expect(page).to_have_title(re.compile('System designer'))
    await page.go_back()
    await expect(page.locator('.a-header__title')).to_have_text('Contacts')
    await page.go_back()
    await expect(page.locator('.a-header__title')).to_have_text('Home')
    await page.go_forward()
    await expect(page.locator('.a-nav--on')).to_contain_text('Contacts')


async def test_a_board_is_left_without_a_fault(server: App, page: Page) -> None:
    faults: list[str] = []
    page.on('console', lambda line: faults.append(line.text) if line.type == 'error' else None)
    await page.goto(f'{server.url}/c/deals/board')
    await page.locator('.ab-col').first.wait_for()
    await page.locator('.a-side').get_by_role('link', name='Contacts').click()
    await expect(page.locator('.a-header__title')).to_have_text('Contacts')
    await expect(page.locator('.ab-col')).to_have_count(0)
    assert not faults


async def test_an_address_that_leads_nowhere_says_so(server: App, page: Page) -> None:
    for address in ('/no/such/page', '/c/deals/999999'):
        await page.goto(f'{server.url}{address}')
        await expect(page.get_by_text('There is nothing here.')).to_be_visible()
    await page.get_by_role('button', name='To the home page').click()
    await expect(page.locator('.a-header__title')).to_have_text('Home')


async def test_a_member_finds_no_settings(server: App, sign_in: SignIn) -> None:
    page = await sign_in(server, 'max')
    await expect(page.locator('.a-side').get_by_role('link', name='System designer')).to_have_count(0)
    await page.goto(f'{server.url}/settings/people')
    await expect(page.get_by_text('This page is not open to you.')).to_be_visible()


async def test_records_are_found_and_opened_by_keyboard(page: Page) -> None:
    name = await page.locator('a.a-item[href*="/c/deals/"] .a-strong').first.inner_text()
    await page.keyboard.press('Control+k')
    await page.keyboard.type(name)
    await expect(page.locator('.a-command__item').first).to_contain_text(name)
    await page.keyboard.press('Enter')
    await page.wait_for_url(re.compile(r'/c/\w+/\d+$'))


async def test_pages_and_commands_are_found_too(page: Page) -> None:
    await expect(page.locator('.a-greeting')).to_be_visible()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('dark theme')
    await page.keyboard.press('Enter')
    await expect(page.locator('body')).to_have_class(re.compile('body--dark'))
    await page.reload()
    await expect(page.locator('.a-greeting')).to_be_visible()
    await expect(page.locator('body')).to_have_class(re.compile('body--dark'))
    await page.keyboard.press('?')
    await expect(page.get_by_text('Keyboard shortcuts').first).to_be_visible()
    await page.keyboard.press('Escape')


async def test_the_language_is_switched_in_the_profile_menu(server: App, sign_in: SignIn) -> None:
    server.run('user', 'lena', '--name', 'Lena')
    page = await sign_in(server, 'lena')
    await page.locator('button.a-me').click()
    await page.get_by_role('button', name='RU').click()
    await expect(page.locator('.a-header__title')).to_have_text('Главная')
    await expect(page.locator('html')).to_have_attribute('lang', 'ru')


async def test_the_bell_rings_in_every_tab(server: App, sign_in: SignIn) -> None:
    first = await sign_in(server, 'ada')
    second = await first.context.new_page()
    await second.goto(f'{server.url}/settings')
    before = int(await first.locator('.a-bell .a-badge').inner_text() or 0)
    key = server.run('token', 'ada').splitlines()[-1]
    async with httpx.AsyncClient(base_url=server.url, headers={'authorization': f'Bearer {key}'}) as api:
        made = await api.post(
            '/api/v1/catalogs/leads/records', json={'values': {'title': 'A bell rings', 'owner': 1}}
        )
        assert made.status_code < 300, made.text
    for tab in (first, second):
        await expect(tab.locator('.a-bell .a-badge')).to_have_text(str(before + 1))
    await first.locator('.a-bell').click()
    await first.get_by_role('button', name='Mark all as read').click()
    for tab in (first, second):
        # Two reminders of the sample data wait until somebody acts on them.
        await expect(tab.locator('.a-bell .a-badge')).to_have_text('2')


async def test_signing_out_leaves_every_tab(server: App, sign_in: SignIn) -> None:
    server.run('user', 'olga', '--name', 'Olga')
    first = await sign_in(server, 'olga')
    second = await first.context.new_page()
    await second.goto(f'{server.url}/profile')
    await first.locator('button.a-me').click()
    await first.get_by_text('Sign out').click()
    for tab in (first, second):
        await tab.wait_for_url('**/sign-in')


async def test_a_known_page_id_is_worth_nothing_without_the_session(server: App, page: Page) -> None:
    html = await (await page.request.get(f'{server.url}/profile')).text()
    found = re.search(r'client_id.{2,4}([0-9a-f-]{36})', html)
    assert found
    url = f'{server.url}/_nicegui_ws/socket.io/?EIO=4&transport=polling&client_id={found[1]}'
    upload = f'{server.url}/_nicegui/client/{found[1]}/upload/5'
    cookie = '; '.join(f'{one["name"]}={one["value"]}' for one in await page.context.cookies())
    async with httpx.AsyncClient() as stranger:
        assert (await stranger.get(url)).status_code == 403
        assert (await stranger.post(upload, files={'a': b'x'})).status_code == 403
        assert (
            await stranger.get(url, headers={'cookie': cookie, 'origin': 'https://evil.example'})
        ).status_code == 403
        assert (await stranger.get(url, headers={'cookie': cookie})).status_code == 200


async def test_the_cookie_is_out_of_reach_of_scripts(page: Page) -> None:
    assert await page.evaluate('document.cookie') == ''
    (cookie,) = await page.context.cookies()
    assert (cookie['httpOnly'], cookie['sameSite']) == (True, 'Lax')


async def test_a_task_is_done_from_home_and_undone(server: App, sign_in: SignIn) -> None:
    page = await sign_in(server, 'ada')
    tasks = page.locator('.a-todo__done')
    await expect(tasks.first).to_be_visible()
    name = await page.locator('.a-item:has(.a-todo__done) .a-strong').first.inner_text()
    await tasks.first.click()
    undo = page.get_by_role('button', name='Undo')
    await undo.hover()  # a note stays while it is looked at
    await expect(page.get_by_text(f'Done: {name}')).to_be_visible()
    await expect(page.locator('.a-item:has(.a-todo__done) .a-strong', has_text=name)).to_have_count(0)
    await undo.click()
    await expect(page.locator('.a-item:has(.a-todo__done) .a-strong', has_text=name).first).to_be_visible()


@pytest.mark.parametrize(
    'address', ['/', '/profile', '/settings', '/settings/people', '/settings/catalogs/deals']
)
async def test_nothing_is_wider_than_a_phone(server: App, sign_in: SignIn, address: str) -> None:
    page = await sign_in(server, width=390, height=844, has_touch=True)
    await page.goto(f'{server.url}{address}')
    await expect(page.locator('.a-header__title')).to_be_visible()
    assert await page.evaluate('document.documentElement.scrollWidth') <= 390
    await page.locator('.a-bottom').get_by_text('More').tap()
    await expect(page.locator('.a-side').get_by_role('link', name='Contacts')).to_be_visible()
