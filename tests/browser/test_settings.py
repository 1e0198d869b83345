"""An administrator shapes the installation, in a browser: people, roles, sections, stages."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.app import PASSWORD, App
from tests.browser.conftest import SignIn

pytestmark = pytest.mark.browser


async def test_a_section_is_made_shaped_and_used(server: App, page: Page) -> None:
    await page.goto(f'{server.url}/settings/catalogs')
    await page.get_by_role('button', name='New section').click()
    dialog = page.locator('.q-dialog')
    await dialog.locator('input').nth(0).fill('Requests')
    await dialog.locator('input').nth(1).fill('Request')
    await dialog.get_by_role('button', name='Create').click()
    await page.wait_for_url('**/settings/catalogs/requests')
    await expect(page.locator('.a-side').get_by_role('link', name='Requests')).to_be_visible()
    await page.get_by_role('button', name='Add field').click()
    await dialog.locator('.af-field input').first.fill('Budget')
    await dialog.get_by_role('button', name='Add', exact=True).click()
    await expect(page.locator('.a-item', has_text='Budget')).to_contain_text('budget')
    await expect(dialog).to_have_count(0)
    first_stage = page.locator('.a-lines__row input:not([type=color])').first
    await first_stage.fill('Incoming')
    await page.get_by_role('button', name='Save stages').click()
    await expect(page.get_by_text('Stages saved')).to_be_visible()
    await page.get_by_role('button', name='Add pipeline').click()
    await expect(dialog.locator('input').first).to_be_focused()
    await page.keyboard.type('Returns')
    await page.keyboard.press('Enter')
    await expect(page.get_by_text('Pipeline: Returns')).to_be_visible()
    await page.get_by_role('link', name='Open the section').click()
    await page.wait_for_url('**/c/requests/board')
    await expect(page.get_by_text('Incoming')).to_be_visible()


async def test_a_colleague_is_added_signs_in_and_is_let_go(server: App, page: Page, sign_in: SignIn) -> None:
    await page.goto(f'{server.url}/settings/people')
    await page.get_by_role('button', name='Add person').click()
    dialog = page.locator('.q-dialog')
    await dialog.locator('.af-field', has_text='Full name').locator('input').fill('Vera New')
    await dialog.locator('.af-field', has_text='Login').locator('input').fill('vera')
    await dialog.get_by_role('combobox', name='Gets in with').click()
    await page.locator('.af-menu-item', has_text='A first password').click()
    await dialog.get_by_role('button', name='Add', exact=True).click()
    given = await page.locator('.a-secret .a-mono').inner_text()
    await page.get_by_role('button', name='Done').click()
    line = page.locator('tr', has_text='Vera New')
    await expect(line).to_contain_text('Member')
    vera = await sign_in(server, 'vera', given)
    await vera.locator('input[name=current]').fill(given)
    await vera.locator('input[name=password]').fill(PASSWORD)
    await vera.get_by_role('button', name='Continue').click()
    await expect(vera.locator('.a-side').get_by_role('link', name='Deals')).to_be_visible()
    await line.get_by_role('button').click()
    await page.get_by_text('Deactivate', exact=True).click()
    await page.locator('.q-dialog').get_by_role('button', name='Deactivate').click()
    await vera.wait_for_url('**/sign-in')
    await expect(page.locator('tr', has_text='Vera New')).to_have_count(0)


async def test_a_right_that_is_taken_away_is_gone_at_once(server: App, page: Page, sign_in: SignIn) -> None:
    server.run('user', 'nina', '--name', 'Nina')
    nina = await sign_in(server, 'nina')
    await nina.goto(f'{server.url}/c/products/list')
    await expect(nina.locator('.a-header__title')).to_have_text('Products')
    await page.goto(f'{server.url}/settings/roles/member')
    await page.get_by_role('button', name='Products, See: All').click()
    await page.locator('.rm-choice', has_text='Nothing').click()
    await expect(page.get_by_text('Saved').first).to_be_visible()
    await nina.locator('.a-side').get_by_role('link', name='Home').click()
    await expect(nina.locator('.a-side').get_by_role('link', name='Products')).to_have_count(0)
    await nina.goto(f'{server.url}/c/products/list')
    await expect(nina.get_by_text('There is no such section, or it is not open to you.')).to_be_visible()


async def test_a_wrong_value_is_refused_beside_its_field(server: App, page: Page) -> None:
    await page.goto(f'{server.url}/profile')
    mail = page.locator('.af-field', has_text='E-mail').locator('input')
    await mail.fill('not an address')
    await mail.press('Tab')
    await expect(page.get_by_text(re.compile('Enter an e-mail address'))).to_be_visible()
    await mail.fill('ada@example.com')
    await mail.press('Tab')
    await expect(page.get_by_text(re.compile('Enter an e-mail address'))).to_be_hidden()


async def test_the_first_run_makes_an_administrator_and_installs(
    empty_server: App, open_context: Callable[..., Awaitable[BrowserContext]]
) -> None:
    page = await (await open_context()).new_page()
    await page.goto(empty_server.url)
    await page.wait_for_url('**/setup')
    await page.locator('input[name=company]').fill('Acme')
    await page.locator('input[name=name]').fill('Ada Lovelace')
    await page.locator('input[name=login]').fill('ada')
    await page.locator('input[name=password]').fill('short')
    await page.get_by_role('button', name='Create').click()
    await expect(page.get_by_text('Take at least 12 characters.')).to_be_visible()
    await page.locator('input[name=password]').fill(PASSWORD)
    await page.get_by_role('radio', name='Hiring').click()
    await page.get_by_role('button', name='Create').click()
    await expect(page.locator('.a-greeting')).to_have_text('Hello, Ada')
    await expect(page.get_by_text('First steps')).to_be_visible()
    await expect(page.locator('.a-side')).to_contain_text('Acme')
    await page.goto(f'{empty_server.url}/setup')
    await expect(page.locator('.a-greeting')).to_be_visible()
