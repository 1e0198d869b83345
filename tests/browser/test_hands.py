"""Quick hands: what is done before a page is connected keeps its order; what is pressed stays as it is."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import BrowserContext, Page, WebSocketRoute, expect

from tests.browser.app import PASSWORD, App
from tests.browser.conftest import until

pytestmark = pytest.mark.browser
PRESS = """async () => {
    const heard = [];
    const tell = (what) => socket.onevent({ data: ['told', what] });
    const hand = (kind) => document.body.dispatchEvent(new Event(kind, { bubbles: true }));
    socket.on('told', (what) => heard.push(what));
    const field = document.body.appendChild(document.createElement('input'));
    field.focus();
    tell('before');
    hand('pointerdown');
    field.blur();
    tell('first');
    tell('second');
    const meanwhile = [...heard];
    hand('pointerup');
    hand('click');
    await new Promise((done) => setTimeout(done, 100));
    return [meanwhile, heard];
}"""
"""Tells the page something before, while and after it is pressed; the press leaves a field of the page."""

CLICK_AND_GO = """(name) => {
    const nothing = { id: -1, client_id: clientId, listener_id: '', args: [] };
    for (let i = 0; i < 430; i++) socket.emit('event', nothing);
    document.querySelector(`[role=switch][aria-label="${name}"]`).click();
    socket.io.engine.close();
}"""
"""So many events that the click has to wait for its turn; meanwhile the connection ends."""


async def test_a_form_that_is_sent_before_the_page_is_connected_holds_what_was_typed(
    server: App, open_context: Callable[..., Awaitable[BrowserContext]]
) -> None:
    page = await (await open_context()).new_page()
    late: list[str | bytes] = []
    lines: list[WebSocketRoute] = []

    def connect(here: WebSocketRoute) -> None:
        def keep(message: str | bytes) -> None:
            late.append(message)

        here.connect_to_server().on_message(keep)
        lines.append(here)

    await page.route_web_socket(re.compile('/_nicegui_ws/'), connect)
    await page.goto(f'{server.url}/sign-in')
    await page.locator('input[name=login]').fill('ada')
    await page.locator('input[name=password]').fill(PASSWORD)
    await page.locator('input[name=password]').press('Enter')
    assert len(lines) == 1

    async def is_left() -> bool:
        while late:
            lines[-1].send(late.pop(0))
        return '/sign-in' not in page.url

    await until(is_left)
    await expect(page.locator('.a-greeting')).to_be_visible()


async def test_news_wait_until_what_is_pressed_is_let_go(page: Page) -> None:
    await page.wait_for_function('window.socket?.connected')
    meanwhile, after = await page.evaluate(PRESS)
    assert meanwhile == ['before']
    assert after == ['before', 'first', 'second']


async def test_a_menu_closes_although_its_line_goes_before_anything_else_is_heard(
    server: App, page: Page
) -> None:
    held: list[str | bytes] = []
    events: list[str | bytes] = []
    is_slow = False

    def connect(here: WebSocketRoute) -> None:
        there = here.connect_to_server()

        def carry(message: str | bytes) -> None:
            is_event = is_slow and '"event"' in str(message)
            if is_event:
                events.append(message)
            if is_event and len(events) > 1:
                held.append(message)
            else:
                there.send(message)

        here.on_message(carry)
        ways.append(there)

    ways: list[WebSocketRoute] = []
    await page.route_web_socket(re.compile('/_nicegui_ws/'), connect)
    await page.goto(f'{server.url}/settings/workplaces/head_of_sales')
    lines = page.locator('.a-ordered__line')
    await expect(lines.first).to_be_visible()
    await page.get_by_role('button', name='Add section').click()
    line = page.locator('.q-menu .q-item', has_text='Rules')
    await expect(line).to_be_visible()
    is_slow = True
    await line.click()
    await expect(lines.filter(has_text='Rules')).to_have_count(1)
    for message in held:
        ways[-1].send(message)
    await expect(page.locator('.q-menu')).to_have_count(0)


async def test_what_was_done_counts_although_the_connection_ends_before_its_turn(
    server: App, page: Page
) -> None:
    await page.goto(f'{server.url}/profile')
    await expect(page.get_by_role('switch', name='Messages: Bell')).to_be_checked()
    await page.wait_for_function('window.did_handshake')
    await page.evaluate(CLICK_AND_GO, 'Messages: Bell')
    look = await page.context.new_page()
    seen = look.get_by_role('switch', name='Messages: Bell')

    async def is_kept() -> bool:
        await look.goto(page.url)
        await expect(seen).to_be_visible()
        return not await seen.is_checked()

    await until(is_kept)
