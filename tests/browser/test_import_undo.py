"""A wrong file is taken back in the browser: what would happen is seen first, and what stays says why."""

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.app import App
from tests.browser.conftest import SignIn
from tests.browser.import_steps import bring, choose, says

pytestmark = pytest.mark.browser


async def choose_text(page: Page, app: App, name: str, text: str) -> None:
    file = FilePayload(name=name, mimeType='text/csv', buffer=text.encode())
    await choose(page, app, file, query='?catalog=accounts')


async def test_an_import_is_undone_and_what_was_changed_since_stays(team: App, sign_in: SignIn) -> None:
    page = await sign_in(team)
    await choose_text(
        page, team, 'first.csv', 'name,phone\nWrong one,+7 900 000-00-01\nKept one,+7 900 000-00-02\n'
    )
    await page.get_by_role('button', name='Check the file').click()
    await says(page, 'will be created', '2')
    await bring(page)

    # The same captions again: the columns are as the last time, and the page says so.
    await choose_text(page, team, 'second.csv', 'name,phone\nKept one,+7 900 000-00-09\n')
    await expect(page.get_by_text('are as in your import of “first.csv”')).to_be_visible()
    await page.get_by_role('button', name='Check the file').click()
    await page.get_by_role('button', name='Update those').click()
    await says(page, 'will be updated', '1')
    await bring(page)

    watching = await page.context.new_page()
    await watching.goto(f'{team.url}/c/accounts/list')
    await expect(watching.get_by_text('Wrong one')).to_be_visible()

    await page.goto(f'{team.url}/import')
    await page.get_by_role('button', name='Undo the import “first.csv”').click()
    await says(page, 'will be deleted', '1')
    await says(page, 'will stay as they are', '1')
    await expect(page.get_by_role('link', name='Kept one')).to_be_visible()
    await expect(page.get_by_text('Another import has changed Phone')).to_be_visible()
    await page.get_by_role('button', name='Undo for 1 record').click()
    await expect(page.get_by_text('This import is undone in part.')).to_be_visible()
    await expect(page.get_by_text('Ada Admin ·')).to_be_visible()
    await expect(watching.get_by_text('Wrong one')).to_have_count(0)
    await expect(watching.get_by_text('Kept one')).to_be_visible()
