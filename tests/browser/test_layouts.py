"""Record pages in a browser: one role has its own tabs, others do not; what must be filled is marked."""

import re
from collections.abc import Sized

import pytest
from playwright.async_api import Locator, Page, WebSocketRoute, expect

from tests.browser.app import App
from tests.browser.conftest import SignIn, until

pytestmark = pytest.mark.browser


def tab(page: Page, name: str) -> Locator:
    """A tab of the open record by its caption."""
    return page.locator('.rc-tab', has_text=name)


async def arrange(page: Page, *fields: str, into: str) -> None:
    """Add a tab and put fields that are not on the page into it, one after the other."""
    await page.get_by_role('button', name='Add tab').click()
    title = page.locator('.le-title:focus')
    await expect(title).to_have_value('New tab')
    await title.fill(into)
    await page.keyboard.press('Enter')
    await expect(page.locator('.le-tab--on')).to_have_text(into)
    for code in fields:
        await page.locator(f'.le-chip[data-key={code}]').click()
        await expect(page.locator(f'.le-field[data-key={code}]')).to_be_focused()
    await expect(page.get_by_role('status').filter(has_text='Saved')).to_be_visible()


async def test_a_role_sees_the_tabs_that_were_arranged_for_it_and_others_do_not(
    page: Page, server: App, sign_in: SignIn
) -> None:
    await page.goto(f'{server.url}/settings/catalogs/deals')
    await page.get_by_role('button', name='New page for roles').click()
    dialog = page.locator('.q-dialog')
    await dialog.locator('.af-field input').first.fill('Operators')
    await dialog.locator('.af-picker').click()
    await page.locator('.af-picker-menu').get_by_role('option', name='Member').click()
    await page.keyboard.press('Escape')
    await dialog.get_by_role('button', name='Create').click()
    await page.wait_for_url('**/settings/catalogs/deals/layouts/operators')
    await arrange(page, 'number', 'created_by', into='Papers')
    operator = await sign_in(server, 'max')
    await operator.goto(f'{server.url}/c/deals/1')
    await tab(operator, 'Papers').click()
    await expect(operator.locator('[role=tabpanel]:visible .af-label')).to_have_text(
        ['Record number', 'Created by']
    )
    await page.goto(f'{server.url}/c/deals/1')
    await expect(tab(page, 'Timeline')).to_be_visible()
    await expect(tab(page, 'Papers')).to_have_count(0)


async def test_a_block_is_moved_by_keys_and_the_step_is_taken_back(page: Page, server: App) -> None:
    await page.goto(f'{server.url}/settings/catalogs/contacts/layouts/default')
    titles = page.locator('.le-pane--left .le-block .le-title')
    first = await titles.first.input_value()
    await page.locator('.le-pane--left .le-grip').first.focus()
    await page.keyboard.press('Alt+ArrowDown')
    await expect(titles.nth(1)).to_have_value(first)
    await expect(page.locator('.le-pane--left .le-grip').nth(1)).to_be_focused()
    await page.keyboard.press('Control+z')
    await expect(titles.first).to_have_value(first)


async def test_a_field_that_must_be_filled_is_on_every_page_and_marked(page: Page, server: App) -> None:
    await page.goto(f'{server.url}/settings/catalogs/accounts')
    await page.get_by_role('button', name='Add field').click()
    dialog = page.locator('.q-dialog')
    await dialog.locator('.af-field input').first.fill('Tax number')
    must = dialog.locator('.af-field', has_text='Must be filled in').get_by_role('switch')
    await must.click()
    await expect(must).to_have_attribute('aria-checked', 'true')
    await dialog.get_by_role('button', name='Add', exact=True).click()
    await expect(page.locator('.a-item', has_text='tax_number')).to_be_visible()
    await page.goto(f'{server.url}/c/accounts/1')
    field = page.locator('.rc-block .af-field').filter(has=page.get_by_text('Tax number', exact=True))
    await expect(field.locator('.af-required')).to_be_visible()
    box = field.locator('input')
    await box.fill('77')
    await page.keyboard.press('Tab')
    await expect(field.locator('.af-saved')).to_be_visible()
    await box.fill('')
    await page.keyboard.press('Tab')
    await expect(field.locator('.af-error')).to_have_text('Fill this in.')


async def test_a_name_stays_while_it_is_typed_and_the_page_is_saved(page: Page, server: App) -> None:
    held: list[str | bytes] = []
    lines: list[WebSocketRoute] = []
    is_slow = False

    def connect(here: WebSocketRoute) -> None:
        def carry(message: str | bytes) -> None:
            if is_slow:
                held.append(message)
            else:
                here.send(message)

        here.connect_to_server().on_message(carry)
        lines.append(here)

    await page.route_web_socket(re.compile('/_nicegui_ws/'), connect)
    await page.goto(f'{server.url}/settings/catalogs/tasks/layouts/default')
    await expect(page.get_by_role('button', name='Add tab')).to_be_visible()
    await page.wait_for_function('window.did_handshake')
    is_slow = True
    await page.get_by_role('button', name='Add tab').click()
    await page.locator('.le-title:focus').fill('Papers')
    await until(lambda: _any(held))
    is_slow = False
    for message in held:
        lines[-1].send(message)
    await expect(page.get_by_role('status').filter(has_text='Saved')).to_be_visible()
    await expect(page.locator('.le-title:focus')).to_have_value('Papers')
    await page.keyboard.press('Enter')
    await expect(page.locator('.le-tab--on')).to_have_text('Papers')


async def _any(found: Sized) -> bool:
    return len(found) > 0
