"""Getting in as people see it: a second factor from the profile to the sign-in, sessions, the audit log."""

import re
import time
from collections.abc import Awaitable, Callable

import pyotp
import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.app import PASSWORD, App
from tests.browser.conftest import until

pytestmark = pytest.mark.browser

SignIn = Callable[..., Awaitable[Page]]
OpenContext = Callable[..., Awaitable[BrowserContext]]


async def at_profile(page: Page, app: App) -> Page:
    """The profile, where its part about signing in is drawn."""
    await page.goto(f'{app.url}/profile')
    await expect(page.get_by_role('heading', name='Where you are signed in')).to_be_visible()
    return page


async def test_a_second_factor_is_turned_on_and_asked_for(
    server: App, sign_in: SignIn, open_context: OpenContext
) -> None:
    server.run('user', 'nora', '--name', 'Nora')
    page = await at_profile(await sign_in(server, 'nora'), server)
    old = {one['name']: one['value'] for one in await page.context.cookies()}
    await page.get_by_role('button', name='Turn on', exact=True).click()
    await page.locator('.q-dialog input').fill(PASSWORD)
    await page.keyboard.press('Enter')
    key = (await page.locator('.a-key').inner_text()).replace(' ', '')
    await expect(page.locator('.a-factor__qr img')).to_be_visible()
    code = page.locator('.q-dialog .a-code input')
    await code.fill('000000')
    await page.keyboard.press('Enter')
    await expect(page.get_by_text('This code is wrong or was used already')).to_be_visible()
    await code.fill(pyotp.TOTP(key).now())
    await page.keyboard.press('Enter')
    await expect(page.locator('.a-codes .a-mono')).to_have_count(10)
    spare = await page.locator('.a-codes .a-mono').first.inner_text()
    await page.get_by_role('button', name='I have kept them').click()
    await expect(page.get_by_text('10 spare codes left')).to_be_visible()
    assert {one['name']: one['value'] for one in await page.context.cookies()} != old

    # A code is good once, so the phone shows the next one by now.
    for answer in ('', spare.upper()):
        fresh = await (await open_context(locale='ru-RU')).new_page()
        await fresh.goto(f'{server.url}/sign-in?next=%2Fprofile')
        await fresh.locator('input[name=login]').fill('nora')
        await fresh.locator('input[name=password]').fill(PASSWORD)
        await fresh.keyboard.press('Enter')
        box = fresh.locator('.a-code input')
        await expect(box).to_be_focused()
        assert await fresh.context.cookies() == []
        await box.fill('123')
        await fresh.keyboard.press('Enter')
        await expect(fresh.locator('[role=alert]')).not_to_be_empty()
        await box.fill(answer or pyotp.TOTP(key).at(time.time() + 30))
        await fresh.keyboard.press('Enter')
        await fresh.wait_for_url('**/profile')


async def test_who_must_have_a_second_factor_sets_it_up_at_the_sign_in(
    server: App, sign_in: SignIn, open_context: OpenContext
) -> None:
    page = await sign_in(server)
    await page.goto(f'{server.url}/settings/sign-in')
    await page.locator('.af-picker').first.click()
    await page.locator('.af-picker-menu').get_by_role('option', name='Everybody').click()
    await expect(page.locator('.af-saved').first).to_be_visible()
    fresh = await (await open_context(width=390, height=844)).new_page()
    await fresh.goto(f'{server.url}/sign-in')
    await fresh.locator('input[name=login]').fill('max')
    await fresh.locator('input[name=password]').fill(PASSWORD)
    await fresh.keyboard.press('Enter')
    key = (await fresh.locator('.a-key').inner_text()).replace(' ', '')
    assert await fresh.evaluate('document.documentElement.scrollWidth') <= 390
    await fresh.locator('.a-code input').fill(pyotp.TOTP(key).now())
    await fresh.keyboard.press('Enter')
    await expect(fresh.locator('.a-codes .a-mono')).to_have_count(10)
    assert await fresh.context.cookies() == []
    await fresh.get_by_role('button', name='I have kept them').click()
    await expect(fresh.locator('.a-main')).to_be_visible()
    await page.locator('.af-picker').first.click()
    await page.locator('.af-picker-menu').get_by_role('option', name='No one').click()

    look = await page.context.new_page()

    async def is_kept() -> bool:
        await look.goto(page.url)
        await expect(look.locator('.af-picker').first).to_be_visible()
        return 'No one' in await look.locator('.af-picker').first.inner_text()

    await until(is_kept)


async def test_sessions_are_seen_and_ended(server: App, sign_in: SignIn) -> None:
    server.run('user', 'olaf', '--name', 'Olaf')
    here, there, third = [await sign_in(server, 'olaf', again=True) for _ in range(3)]
    await at_profile(here, server)
    await expect(here.get_by_text('This browser')).to_have_count(1)
    await expect(here.get_by_text(re.compile('^Chrome, '))).to_have_count(3)
    await here.get_by_role('button', name='End', exact=True).first.click()
    await expect(here.get_by_text(re.compile('^Chrome, '))).to_have_count(2)
    await here.get_by_role('button', name='End all others').click()
    await expect(here.get_by_text(re.compile('^Chrome, '))).to_have_count(1)
    for page in (there, third):
        await page.wait_for_url('**/sign-in')
    await here.reload()
    await expect(here.get_by_text('This browser')).to_be_visible()


async def test_the_first_administrator_s_browser_has_a_name(
    empty_server: App, open_context: OpenContext
) -> None:
    page = await (await open_context()).new_page()
    await page.goto(empty_server.url)
    for name, value in (('company', 'Acme'), ('name', 'Ada'), ('login', 'ada'), ('password', PASSWORD)):
        await page.locator(f'input[name={name}]').fill(value)
    await page.locator('.a-offer').last.click()
    await page.get_by_role('button', name='Create').click()
    await page.wait_for_url(re.compile(r'/$'))
    await at_profile(page, empty_server)
    await expect(page.get_by_text(re.compile('^Chrome, '))).to_be_visible()


async def test_the_audit_log_tells_and_shows_that_nobody_touched_it(server: App, sign_in: SignIn) -> None:
    page = await sign_in(server, again=True)
    await page.goto(f'{server.url}/settings/audit')
    await expect(page.locator('.a-audit__seal')).to_have_text('Unbroken')
    await expect(page.locator('.a-audit summary').first).to_contain_text('signed in')
    await expect(page.locator('.a-audit__address').first).to_have_text('127.0.0.1')
    await page.get_by_role('button', name='Kind: Everything').click()
    await page.locator('.q-menu').get_by_text('New API keys').click()
    await page.wait_for_url('**kind=token_made**')
    await expect(page.get_by_text('Nothing like this has happened.')).to_be_visible()
    await page.get_by_role('button', name='Clear').first.click()
    await expect(page.locator('.a-audit summary').first).to_be_visible()
    await page.locator('.a-audit summary').first.click()
    await expect(page.locator('.a-audit dl').first).to_contain_text('UTC')


async def test_a_member_finds_no_audit_log_and_that_is_written_down(server: App, sign_in: SignIn) -> None:
    server.run('user', 'piet', '--name', 'Piet')
    member = await sign_in(server, 'piet')
    await member.goto(f'{server.url}/settings/audit')
    await expect(member.locator('.a-empty')).to_be_visible()
    page = await sign_in(server)
    await page.goto(f'{server.url}/settings/audit?kind=refused')
    await expect(page.locator('.a-audit summary').first).to_contain_text('Piet')
    await expect(page.locator('.a-audit summary').first).to_contain_text('/settings/audit')
