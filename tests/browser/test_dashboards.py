"""Dashboards in a browser: figures, charts, the lists behind them, and a record's own charts."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.app import App
from tests.browser.conftest import SignIn

pytestmark = pytest.mark.browser


async def open_dashboard(page: Page, app: App, query: str = '') -> None:
    await page.goto(f'{app.url}/dashboards{query}')
    await expect(page.locator('.a-widget--won_by_month .point')).to_have_count(12)


async def listed(page: Page) -> int:
    """How many records the list says it has."""
    found = page.get_by_text(re.compile(r'^[\d,]+ records?$')).last
    await expect(found).to_be_visible()
    return int((await found.inner_text()).split()[0].replace(',', ''))


async def test_a_column_opens_the_records_it_counts(server: App, page: Page) -> None:
    await open_dashboard(page, server)
    await page.locator('.a-widget--won_by_month .point').nth(9).click(force=True)
    await page.wait_for_url('**/c/deals/list?filter=**')
    by_click = await listed(page)
    assert by_click > 0
    await page.go_back()
    await expect(page.locator('.a-widget--funnel .point')).to_have_count(5)


async def test_every_figure_is_a_link_whose_list_agrees(server: App, page: Page) -> None:
    await open_dashboard(page, server)
    await page.locator('.a-widget--funnel').get_by_role('button', name='As a table').click()
    row = page.locator('.a-widget--funnel tr').nth(2)
    shown = int(await row.locator('a').inner_text())
    await row.locator('a').click()
    await page.wait_for_url('**visited**')
    assert await listed(page) == shown
    await page.go_back()
    figure = page.locator('.a-figure').first
    shown = int((await figure.locator('.a-meta').inner_text()).split()[0])
    await figure.click()
    await page.wait_for_url('**stage_kind**')
    assert await listed(page) == shown


async def test_choices_go_into_the_address_and_come_from_it(server: App, page: Page) -> None:
    await open_dashboard(page, server)
    await page.get_by_role('button', name='Period').click()
    await page.get_by_text('All time').click()
    await page.wait_for_url('**period=all**')
    await page.get_by_role('button', name='Pipeline').click()
    await page.locator('.a-dash__menu').get_by_text('Renewals').click()
    await page.wait_for_url('**pipeline=renewals**')
    await expect(page.get_by_role('img', name=re.compile('Funnel: Coming up'))).to_be_visible()
    await page.reload()
    await expect(page.get_by_role('button', name='Period: All time')).to_be_visible()
    await expect(page.get_by_role('img', name=re.compile('Funnel: Coming up'))).to_be_visible()


async def test_a_phone_shows_it_without_scrolling_sideways(server: App, sign_in: SignIn) -> None:
    page = await sign_in(server, 'ada', width=390, height=800)
    await open_dashboard(page, server)
    wide = await page.evaluate(
        'document.querySelector("main").scrollWidth - document.querySelector("main").clientWidth'
    )
    assert wide <= 0


async def test_a_deal_shows_how_long_each_stage_took(server: App, page: Page) -> None:
    await page.goto(
        f'{server.url}/c/deals/list?filter=%7B%22all%22:%5B%5B%22stage%22,%22is%22,%22won%22%5D%5D%7D'
    )
    await page.goto(f'{server.url}/c/deals/1')
    await page.get_by_text('Charts', exact=True).click()
    await expect(page.get_by_role('img', name=re.compile('Time in each stage: New'))).to_be_visible()


async def test_an_empty_installation_says_what_is_missing(empty_server: App, sign_in: SignIn) -> None:
    empty_server.run('user', 'ada', '--admin', '--name', 'Ada Admin')
    page = await sign_in(empty_server, 'ada')
    await page.goto(f'{empty_server.url}/dashboards')
    await expect(page.get_by_text('Figures appear here once a catalogue has a pipeline.')).to_be_visible()
