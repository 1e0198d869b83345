"""Taking records home, and looking after the data, in a real browser."""

import asyncio
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.async_api import Page, expect

from tests.browser.app import App
from tests.browser.conftest import SignIn

pytestmark = pytest.mark.browser


async def test_what_a_list_shows_is_in_the_file(page: Page, server: App, tmp_path: Path) -> None:
    await page.goto(f'{server.url}/c/deals/list?q=renewal')
    await expect(page.locator('.ag-row').first).to_be_visible()
    captions = [text for text in await page.locator('.ag-header-cell-text').all_inner_texts() if text]
    await page.get_by_role('button', name='Export').click()
    async with page.expect_download() as downloading:
        await page.get_by_text('Excel (XLSX)').click()
        # The note goes by itself, so it is read before the file.
        note = page.get_by_text(re.compile(r'^\d+ records exported$'))
        said = await note.inner_text()
    download = await downloading.value
    assert download.suggested_filename.startswith('Deals ')
    await download.save_as(tmp_path / 'deals.xlsx')
    sheet = openpyxl.load_workbook(tmp_path / 'deals.xlsx').active
    table: list[tuple[object, ...]] = list(sheet.iter_rows(values_only=True))
    head, rows = [str(caption) for caption in table[0]], table[1:]
    assert [caption for caption in head if ': currency' not in caption][: len(captions)] == captions
    assert rows
    assert all('renewal' in ' '.join(str(cell) for cell in row).lower() for row in rows)
    assert said == f'{len(rows)} records exported'


async def test_a_board_gives_its_pipeline_and_the_link_is_for_its_owner_alone(
    page: Page, server: App, sign_in: SignIn, tmp_path: Path
) -> None:
    await page.goto(f'{server.url}/c/deals/board')
    await page.get_by_role('button', name='Export').click()
    async with page.expect_download() as downloading:
        await page.get_by_text('CSV').click()
    download = await downloading.value
    await download.save_as(tmp_path / 'deals.csv')
    assert (tmp_path / 'deals.csv').read_bytes().startswith(b'\xef\xbb\xbf')
    assert (await page.request.get(download.url)).status == 200
    stranger = await sign_in(server, 'max')
    assert (await stranger.request.get(download.url)).status == 404


async def test_a_backup_is_made_checked_and_taken_home(page: Page, server: App, tmp_path: Path) -> None:
    await page.goto(f'{server.url}/settings/maintenance')
    await page.get_by_role('button', name='Back up now').click()
    await expect(page.get_by_text('Checked', exact=True)).to_be_visible()
    async with page.expect_download() as downloading:
        await page.get_by_role('button', name='Download').click()
    await (await downloading.value).save_as(tmp_path / 'home.zip')
    there = App(tmp_path / 'there')
    said = await asyncio.to_thread(there.run, 'restore', str(tmp_path / 'home.zip'))
    assert 'all is well' in said
    await page.get_by_role('button', name='Call the doctor').click()
    await expect(page.get_by_text('All is well.')).to_be_visible()


async def test_the_page_is_for_those_who_change_settings(server: App, sign_in: SignIn) -> None:
    page = await sign_in(server, 'max')
    await page.goto(f'{server.url}/settings/maintenance')
    await expect(page.get_by_role('button', name='Back up now')).to_have_count(0)
