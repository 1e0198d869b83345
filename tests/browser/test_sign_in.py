"""Signing in, in a browser: the right password opens the app, a wrong one says so, two languages at once."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.app import App
from tests.browser.conftest import SignIn

pytestmark = pytest.mark.browser


async def test_the_right_password_opens_the_app(page: Page) -> None:
    await expect(page.get_by_text('Deals').first).to_be_visible()


async def test_a_wrong_password_says_so_and_opens_nothing(
    server: App, open_context: Callable[..., Awaitable[BrowserContext]]
) -> None:
    page = await (await open_context()).new_page()
    await page.goto(f'{server.url}/c/deals/board')
    await page.wait_for_url('**/sign-in**')
    await page.locator('input[name=login]').fill('ada')
    await page.locator('input[name=password]').fill('not the password')
    await page.keyboard.press('Enter')
    await expect(page.get_by_text('Login or password is wrong.')).to_be_visible()
    await expect(page).to_have_url(re.compile('/sign-in'))


async def test_two_people_read_two_languages_at_once(server: App, sign_in: SignIn) -> None:
    server.run('user', 'maria', '--name', 'Мария', '--language', 'ru')
    english = await sign_in(server, 'ada')
    russian = await sign_in(server, 'maria')
    await expect(english.get_by_role('link', name='Deals').first).to_be_visible()
    await expect(russian.get_by_role('link', name='Сделки').first).to_be_visible()
