"""Quick clicks one after another all count, keys too; every tab of a person shows the same workplace."""

import json
import sqlite3
from contextlib import closing

import pytest
from playwright.async_api import Page, expect

from tests.browser.app import App
from tests.browser.conftest import SignIn, until

pytestmark = pytest.mark.browser
CLICK = '(names) => names.forEach((name) => document.querySelector(`[aria-label="${name}"]`).click())'
"""Clicks without a moment in between: no answer of the server can come first."""


async def test_sections_are_taken_out_and_moved_at_one_go(server: App, page: Page) -> None:
    await page.goto(f'{server.url}/settings/workplaces/sales_manager')
    lines = page.locator('.a-ordered__line .a-strong')
    await expect(lines).to_have_count(7)
    await page.evaluate(CLICK, ['Take out Leads', 'Take out Tasks', 'Take out Products'])
    await expect(lines).to_have_text(['Home', 'Deals', 'Contacts', 'Accounts'])
    grip = page.locator('[data-key="/"] .a-grip')
    await grip.focus()
    for key in ('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp'):
        await page.keyboard.press(key)
    await expect(lines).to_have_text(['Deals', 'Contacts', 'Home', 'Accounts'])
    await expect(grip).to_be_focused()

    async def is_kept() -> bool:
        return _sections(server) == ['deals', 'contacts', '/', 'accounts']

    await until(is_kept)


def _sections(server: App) -> list[str]:
    """The sections of the workplace as they are saved."""
    with closing(sqlite3.connect(server.data / 'artel.db', timeout=10)) as base:
        (found,) = base.execute("SELECT sections FROM workplaces WHERE code = 'sales_manager'").fetchone()
    return list(json.loads(found))


async def test_a_workplace_is_changed_in_every_open_tab(server: App, sign_in: SignIn) -> None:
    page = await sign_in(server, 'ada')
    other = await page.context.new_page()
    await other.goto(f'{server.url}/profile')
    await expect(other.locator('.a-workplace')).to_be_visible()
    await page.bring_to_front()
    await page.locator('.a-workplace').click()
    await page.locator('.a-workplaces').get_by_role('menuitemradio', name='Head of sales').click()
    await expect(other.locator('.a-workplace')).to_contain_text('Head of sales')
