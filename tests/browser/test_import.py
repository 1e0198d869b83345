"""A team's own files come in through the browser: dropped, mapped, checked, imported, seen on the board."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.app import App
from tests.browser.conftest import SignIn
from tests.browser.import_steps import bring, choose, says
from tests.real_data import REAL, needs_real_data

pytestmark = [pytest.mark.browser, needs_real_data]
DATA = REAL


async def check(page: Page) -> None:
    await page.get_by_role('button', name='Check the file').click()
    await expect(page.get_by_text('will be created')).to_be_visible()


async def test_the_maven_files_one_after_another(team: App, sign_in: SignIn) -> None:
    page = await sign_in(team)
    for name, count in (('accounts', '85'), ('products', '7'), ('sales_teams', '35')):
        await choose(page, team, DATA / 'maven' / f'{name}.csv')
        await check(page)
        await says(page, 'will be created', count)
        await bring(page)
        await says(page, 'created', count)

    await choose(page, team, DATA / 'maven' / 'sales_pipeline.csv')
    await check(page)
    await expect(page.get_by_text('GTXPro', exact=True)).to_be_visible()
    await expect(page.get_by_text('1,480 rows').first).to_be_visible()
    await page.get_by_role('button', name='GTX Pro').click()
    await expect(page.get_by_text('Take “GTX Pro”')).to_be_visible()
    await page.get_by_label('For all names').click()
    await page.get_by_role('option', name='All: create').click()
    await expect(page.get_by_text('Create “Engaging”')).to_be_visible()
    await expect(page.get_by_text('1,589', exact=True)).to_be_visible()
    await says(page, 'will be created', '8,800')
    await bring(page)
    await says(page, 'created', '8,800')

    await page.goto(f'{team.url}/c/deals/board')
    for count in ('4,238', '2,473', '1,589', '500'):
        await expect(page.get_by_text(count, exact=True).first).to_be_attached()
    await expect(page.get_by_text('10,005,534').first).to_be_attached()


async def test_the_same_file_again_is_noticed(team: App, sign_in: SignIn) -> None:
    page = await sign_in(team)
    await choose(page, team, DATA / 'maven' / 'accounts.csv')
    await check(page)
    await page.get_by_role('button', name='Update those').click()
    await expect(page.locator('.im-figure').filter(has_text='will be updated')).to_contain_text('85')
    await says(page, 'will be created', '0')
    await bring(page)
    await says(page, 'created', '0')


async def test_a_hostile_file_is_refused_with_the_reason_and_the_page_lives(
    team: App, sign_in: SignIn
) -> None:
    page = await sign_in(team, width=390, height=844)
    await page.goto(f'{team.url}/import')
    for name in ('dimlie', 'bomb300', 'xxe'):
        await page.locator('.im-drop input[type=file]').set_input_files(DATA / 'bombs' / f'{name}.xlsx')
        await expect(page.locator('.im-drop .a-error')).to_be_visible()
    assert await page.evaluate('document.documentElement.scrollWidth') <= 390
    await choose(page, team, DATA / 'salesforce-dataloader' / 'samples' / 'accountData.csv')
    assert await page.evaluate('document.documentElement.scrollWidth') <= 390
