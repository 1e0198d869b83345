"""The list in a real browser: order, filter, columns, selection, undo, what others change."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from store import Records, guard
from store.opening import close_store, open_store
from store.settings import Environment
from tests.browser.app import App, copy_of
from tests.browser.conftest import until

pytestmark = pytest.mark.browser

SignIn = Callable[..., Awaitable[Page]]
MANY = 20_000


@pytest.fixture(scope='module')
def server(sales_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Sales with demo data, and a catalogue with very many rows."""
    app = App(copy_of(sales_data, tmp_path_factory.mktemp('list')))
    asyncio.run(_crowd(app.data))
    app.start()
    yield app
    app.stop()
    assert not re.search(r'\bERROR\b|Traceback', app.log.read_text()), app.log.read_text()


async def _crowd(data: Path) -> None:
    await open_store(Environment(data=data))
    try:
        mine = Records(guard.SETUP)
        for start in range(0, MANY, 1000):
            rows = [{'title': f'Product {n:06d}', 'price': f'{n} USD'} for n in range(start, start + 1000)]
            await mine.add_many('products', rows)
    finally:
        await close_store()


@pytest_asyncio.fixture(loop_scope='session')
async def deals(page: Page, server: App) -> Page:
    """Ada at the list of deals."""
    return await at_list(page, server, 'deals')


async def at_list(page: Page, app: App, catalog: str, query: str = '') -> Page:
    await page.goto(f'{app.url}/c/{catalog}/list{query}')
    await expect(page.locator('.at-title').first).to_be_visible()
    await page.wait_for_function("document.querySelector('.at-total').textContent !== ''")
    return page


async def titles(page: Page, count: int = 5) -> list[str]:
    """The names in the first rows, from the top, read in one moment: rows may be drawn anew any time."""
    for row in range(count):
        await expect(page.locator(f'.ag-row[row-index="{row}"] .at-title')).to_be_visible()
    found: list[str] = await page.evaluate(
        """count => [...Array(count).keys()].map(
            n => document.querySelector(`.ag-row[row-index="${n}"] .at-title`).innerText)""",
        count,
    )
    return found


async def total(page: Page) -> int:
    await expect(page.locator('.at-total')).not_to_be_empty()
    return int(re.sub(r'\D', '', await page.locator('.at-total').inner_text()))


async def pick(page: Page, option: str) -> None:
    """Choose in the menu that is open."""
    await page.locator('.af-picker-menu').get_by_role('option', name=option, exact=True).click()


async def test_very_many_rows_can_be_jumped_through(page: Page, server: App) -> None:
    """B-13, B-14: the grid holds what is seen, wherever one scrolls."""
    await at_list(page, server, 'products', '?sort=title')
    assert await total(page) >= MANY
    middle, last = MANY // 2, MANY - 30
    for row in (middle, last):
        await page.evaluate(f"document.querySelector('.ag-body-viewport').scrollTop = {row * 36}")
        await expect(page.locator(f'.ag-row[row-index="{row + 5}"] .at-title')).to_be_visible()

    async def holds_few() -> bool:
        return await page.locator('.ag-pinned-left-cols-container .ag-row').count() < 120

    await until(holds_few)


async def test_a_click_on_a_caption_sorts_everything_on_the_server(page: Page, server: App) -> None:
    """B-18: up, down, and as it was; the order is in the address."""
    await at_list(page, server, 'products', '?sort=title')
    head = page.locator('.at-head', has_text='Price').first
    await head.click()
    await page.wait_for_url('**sort=price**')
    await head.click()
    await page.wait_for_url('**sort=-price**')
    await expect(page.locator('.ag-row[row-index="0"] .at-title')).to_have_text(f'Product {MANY - 1:06d}')
    await page.reload()
    await expect(page.locator('.ag-row[row-index="0"] .at-title')).to_have_text(f'Product {MANY - 1:06d}')


async def test_a_filter_is_built_said_and_kept_in_the_address(deals: Page) -> None:
    """B-27: field, operator, value; a chip that can be taken off."""
    before = await total(deals)
    await deals.locator('.ff-open').click()
    await deals.locator('.ff-first').click()
    await pick(deals, 'Stage')
    await deals.locator('.ff-value .af-picker').click()
    await pick(deals, 'Sales · Won')
    chip = deals.locator('.ff-chips .ff-chip')
    await expect(chip).to_have_text(re.compile('Stage: Sales · Won'))
    await deals.wait_for_url('**filter=**')
    await deals.locator('.ff-primary').click()
    await expect(deals.locator('.at-total')).not_to_have_text(re.compile(rf'^{before} '))
    narrowed = await total(deals)
    assert 0 < narrowed < before
    await deals.reload()
    await expect(chip).to_have_text(re.compile('Stage: Sales · Won'))
    assert await total(deals) == narrowed
    await chip.locator('.ff-cross').click()
    await deals.wait_for_function(f"document.querySelector('.at-total').textContent.includes('{before}')")


async def test_words_are_searched_as_one_types(deals: Page) -> None:
    name = (await titles(deals, 1))[0]
    await deals.locator('.ff-search input').fill(name)
    await deals.wait_for_url('**q=**')
    await expect(deals.locator('.ag-row[row-index="0"] .at-title')).to_have_text(name)
    await deals.locator('.ff-search input').fill('no such words anywhere')
    await expect(deals.locator('.at-empty')).to_contain_text('Nothing matches')
    await deals.locator('.at-empty button').click()
    await expect(deals.locator('.ag-row[row-index="0"] .at-title')).to_be_visible()


async def test_columns_are_chosen_and_remembered(deals: Page, server: App) -> None:
    """B-17: own columns and those of a linked record, kept for this person."""
    await deals.locator('.at-foot .at-button').click()
    await deals.locator('.at-search').fill('Industry')
    await deals.locator('.at-choice', has_text='Account → Industry').click()
    head = deals.locator('.at-head', has_text='Account → Industry')
    await expect(head).to_be_visible()
    await expect(deals.locator('.ag-cell[col-id="account.industry"] .at-pill').first).to_be_visible()

    look = await deals.context.new_page()

    async def is_kept() -> bool:
        await at_list(look, server, 'deals')
        return await look.locator('.at-head', has_text='Account → Industry').count() > 0

    await until(is_kept)
    await deals.locator('.at-foot .at-button').click()
    await deals.locator('.at-reset button').last.click()
    await expect(head).not_to_be_attached()


async def test_a_row_opens_beside_the_list_and_back_closes_it(deals: Page) -> None:
    """B-19: the address says what is open; Back leads to the same list."""
    name = (await titles(deals, 3))[2]
    row = deals.locator('.ag-row', has=deals.locator('.at-title', has_text=name)).first
    place = await row.get_attribute('row-index')
    await deals.locator(f'.ag-center-cols-container .ag-row[row-index="{place}"] [col-id="stage"]').click()
    drawer = deals.locator('.a-drawer--open')
    await expect(drawer.locator('.rc-title input')).to_have_value(name)
    await expect(deals).to_have_url(re.compile('record='))
    await deals.go_back()
    await expect(drawer).to_have_count(0)
    await expect(deals).not_to_have_url(re.compile('record='))
    await deals.go_forward()
    await expect(drawer).to_have_count(1)


async def test_a_selection_is_deleted_and_comes_back(deals: Page) -> None:
    before, gone = await total(deals), (await titles(deals, 2))
    for row in (0, 1):
        await deals.locator(f'.ag-pinned-left-cols-container .ag-row[row-index="{row}"] input').click()
    await expect(deals.locator('.at-count')).to_have_text('Selected: 2')
    await deals.locator('.at-bar .at-danger').click()
    undo = deals.get_by_role('button', name='Undo')
    await undo.hover()  # a note stays while it is looked at
    await deals.wait_for_function(f"document.querySelector('.at-total').textContent.includes('{before - 2}')")

    async def others_are_first() -> bool:
        return not set(gone) & set(await titles(deals, 2))

    await until(others_are_first)
    await undo.click()
    await deals.wait_for_function(f"document.querySelector('.at-total').textContent.includes('{before}')")


async def test_everything_that_matches_is_changed_and_put_back(deals: Page, server: App) -> None:
    await at_list(deals, server, 'deals', '?filter={"all":[["stage","is","negotiation"]]}')
    count = await total(deals)
    await deals.locator('.ag-pinned-left-cols-container .ag-row[row-index="0"] input').click()
    await deals.locator('.at-bar .at-text').first.click()
    await expect(deals.locator('.at-count')).to_contain_text(f'All selected: {count}')
    await deals.get_by_role('button', name='Move to stage').click()
    await deals.locator('.rc-dialog .af-picker').click()
    await pick(deals, 'Sales · Proposal')
    await deals.get_by_role('button', name='Change', exact=True).click()
    undo = deals.get_by_role('button', name='Undo')
    await undo.hover()
    await expect(deals.locator('.at-empty')).to_be_visible()
    await undo.click()
    await deals.wait_for_function(f"document.querySelector('.at-total').textContent.startsWith('{count} ')")


async def test_other_peoples_changes_appear_by_themselves(deals: Page, server: App, sign_in: SignIn) -> None:
    other = await at_list(await sign_in(server, 'max'), server, 'deals')
    await other.locator('.at-title').first.click()
    await other.locator('.a-drawer .rc-title input').fill('Renamed by Max')
    await other.keyboard.press('Enter')
    await expect(deals.locator('.at-title', has_text='Renamed by Max')).to_be_visible()


async def test_a_new_record_needs_its_name_and_opens(deals: Page) -> None:
    """B-26: the short form says what is missing, Enter saves."""
    await deals.locator('.a-header__actions .a-primary').click()
    card = deals.locator('.rc-dialog')
    await expect(card.locator('input').first).to_be_focused()
    await deals.keyboard.press('Enter')
    await expect(card.locator('.af-error')).to_have_text('Fill this in.')
    await deals.keyboard.type('A deal from the list')
    await deals.keyboard.press('Enter')
    await expect(deals.locator('.a-drawer--open .rc-title input')).to_have_value('A deal from the list')
    await expect(deals.locator('.at-title', has_text='A deal from the list')).to_be_visible()


async def test_the_list_fits_a_phone(server: App, sign_in: SignIn) -> None:
    page = await at_list(await sign_in(server, width=390, height=844), server, 'deals')
    assert await page.evaluate('document.documentElement.scrollWidth') <= 390
    await page.locator('.at-title').first.click()
    await expect(page.locator('.a-drawer--open .rs-strip')).to_be_visible()
    assert await page.evaluate('document.documentElement.scrollWidth') <= 390
