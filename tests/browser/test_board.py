"""The board in a real browser over the real app: hands on cards, and other people's hands seen at once."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, StorageState, expect

from store import Records, guard
from store.opening import close_store, open_store
from store.settings import Environment
from tests.browser.app import PASSWORD, App, copy_of
from tests.browser.conftest import fill_sign_in

pytestmark = pytest.mark.browser

OpenContext = Callable[..., Awaitable[BrowserContext]]
FIRST, SECOND, LONG = 'new', 'qualification', 'proposal'


# The people and the cards of these tests


@pytest.fixture(scope='module')
def server(sales_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Sales with demo data, and a column of over a hundred cards."""
    app = App(copy_of(sales_data, tmp_path_factory.mktemp('board')))
    asyncio.run(_lengthen(app.data))
    app.start()
    yield app
    app.stop()
    assert not re.search(r'\bERROR\b|Traceback', app.log.read_text()), app.log.read_text()


async def _lengthen(data: Path) -> None:
    await open_store(Environment(data=data))
    mine = Records(guard.SETUP)
    await mine.create_many(
        'deals', [{'title': f'Long {n:03d}', 'stage': LONG, 'amount': '10'} for n in range(110)]
    )
    for stage in (FIRST, SECOND):
        await mine.create_many('deals', [{'title': f'Card {stage} {n}', 'stage': stage} for n in range(6)])
    await close_store()


@pytest_asyncio.fixture(scope='module', loop_scope='session')
async def signed_in(browser: Browser, server: App) -> dict[str, StorageState]:
    """The cookies of Ada and Max; signing in anew for each test would be most of its time."""
    found = {}
    for login in ('ada', 'max'):
        context = await browser.new_context()
        page = await context.new_page()
        await page.goto(f'{server.url}/sign-in')
        await fill_sign_in(page, login, PASSWORD)
        found[login] = await context.storage_state()
        await context.close()
    return found


@pytest_asyncio.fixture(loop_scope='session')
async def board(open_context: OpenContext, signed_in: dict[str, StorageState], server: App) -> Page:
    """Ada at the board of deals."""
    context = await open_context(storage_state=signed_in['ada'])
    return await at_board(await context.new_page(), server)


@pytest_asyncio.fixture(loop_scope='session')
async def other(open_context: OpenContext, signed_in: dict[str, StorageState], server: App) -> Page:
    """Max at the same board, in a browser window of his own."""
    context = await open_context(storage_state=signed_in['max'])
    return await at_board(await context.new_page(), server)


async def at_board(page: Page, server: App, query: str = '', catalog: str = 'deals') -> Page:
    await page.goto(f'{server.url}/c/{catalog}/board{query}')
    await page.wait_for_selector('.ab-card')
    await page.wait_for_timeout(300)
    return page


async def ids(page: Page, stage: str) -> list[int]:
    cards = f'.ab-cards[data-stage="{stage}"] .ab-card'
    found: list[int] = await page.eval_on_selector_all(
        cards, 'nodes => nodes.map((node) => +node.dataset.id)'
    )
    return found


async def count(page: Page, stage: str) -> int:
    shown = await page.inner_text(f'.ab-col[data-stage="{stage}"] .ab-count')
    return int(re.sub(r'\D', '', shown))


async def until(truth: Callable[[], Awaitable[bool]], within_s: float = 3) -> float:
    """Wait for a truth; gives the seconds it took."""
    begun = time.monotonic()
    while not await truth():
        assert time.monotonic() - begun < within_s, 'it did not come true'
        await asyncio.sleep(0.02)
    return time.monotonic() - begun


async def settled(page: Page, stage: str, expected: list[int]) -> None:
    await until(lambda: _starts(page, stage, expected))


async def _starts(page: Page, stage: str, expected: list[int]) -> bool:
    return (await ids(page, stage))[: len(expected)] == expected


def card(id: int) -> str:
    return f'.ab-card[data-id="{id}"]'


async def carry(page: Page, id: int, target: str, *, drop: bool = True) -> None:
    """Take a card with the mouse and bring it over what `target` selects."""
    start, end = await page.locator(card(id)).bounding_box(), await page.locator(target).first.bounding_box()
    assert start
    assert end
    x, y, to_x, to_y = start['x'] + 60, start['y'] + 20, end['x'] + 60, end['y'] + 10
    await page.mouse.move(x, y)
    await page.mouse.down()
    for step in range(1, 11):
        await page.mouse.move(x + (to_x - x) * step / 10, y + (to_y - y) * step / 10)
        await page.wait_for_timeout(20)
    await page.mouse.move(to_x + 1, to_y + 1)
    await page.wait_for_timeout(220)
    if drop:
        await page.mouse.up()


# Reading


async def test_a_long_column_loads_on_while_it_is_scrolled(board: Page) -> None:
    assert len(await ids(board, LONG)) == 30
    total = await count(board, LONG)
    assert total >= 110
    for _ in range(250):
        await board.evaluate(f'document.querySelector(\'.ab-list[data-stage="{LONG}"]\').scrollTop = 1e9')
        await board.wait_for_timeout(40)
        if len(await ids(board, LONG)) == total:
            break
    seen = await ids(board, LONG)
    assert len(seen) == len(set(seen)) == total
    titles = await board.locator(f'.ab-cards[data-stage="{LONG}"] .ab-title').all_inner_texts()
    long = [title for title in titles if title.startswith('Long ')]
    assert long == sorted(long, reverse=True)


async def test_the_board_is_one_element_of_the_page(board: Page) -> None:
    assert len(await board.locator('.ab-card').all()) > 60
    assert await board.evaluate('Object.keys(mounted_app.elements).length') < 300


async def test_a_card_opens_beside_the_board_and_back_closes_it(board: Page) -> None:
    id = (await ids(board, FIRST))[0]
    await board.click(f'{card(id)} .ab-title')
    await board.wait_for_url(f'**/board?record={id}')
    await expect(board.locator('.a-drawer--open')).to_be_visible()
    await expect(board.locator(card(id))).to_have_class(re.compile('ab-card--open'))
    await board.go_back()
    await expect(board.locator('.a-drawer--open')).to_have_count(0)


# Moving


async def test_a_card_dropped_in_one_browser_is_seen_in_another_within_a_second(
    board: Page, other: Page
) -> None:
    first, second = await ids(board, FIRST), await ids(board, SECOND)
    before = await count(board, FIRST), await count(board, SECOND)
    await carry(board, first[1], card(second[1]))
    await until(lambda: _has(other, SECOND, first[1]), within_s=1)
    await until(lambda: _counts(board, before))
    await until(lambda: _counts(other, before))
    assert await ids(other, SECOND) == await ids(board, SECOND)
    await board.reload()
    await board.wait_for_selector('.ab-card')
    assert await ids(board, SECOND) == await ids(other, SECOND)


async def _has(page: Page, stage: str, id: int) -> bool:
    return id in await ids(page, stage)


async def _counts(page: Page, before: tuple[int, int]) -> bool:
    return (await count(page, FIRST), await count(page, SECOND)) == (before[0] - 1, before[1] + 1)


async def test_a_new_order_within_a_column_stays_and_is_seen_by_others(board: Page, other: Page) -> None:
    a, b, c, *_ = await ids(board, FIRST)
    await carry(board, a, card(c))
    await until(lambda: _moved_from_top(board, a))
    order = await ids(board, FIRST)
    assert set(order[:3]) == {a, b, c}
    await settled(other, FIRST, order[:4])
    await board.reload()
    await board.wait_for_selector('.ab-card')
    assert (await ids(board, FIRST))[:4] == order[:4]


async def _moved_from_top(page: Page, id: int) -> bool:
    return (await ids(page, FIRST))[0] != id


async def test_news_that_come_while_a_card_is_in_the_hand_wait_for_the_drop(board: Page, other: Page) -> None:
    first, second = await ids(board, FIRST), await ids(board, SECOND)
    await carry(board, first[0], card(second[1]), drop=False)
    await carry(other, first[2], card(second[0]))
    await until(lambda: _has(other, SECOND, first[2]))
    await board.wait_for_timeout(300)
    assert first[2] in await ids(board, FIRST)
    await board.mouse.up()
    await until(lambda: _has(board, SECOND, first[2]))
    await until(lambda: _has(other, SECOND, first[0]))
    await until(lambda: _same(board, other, SECOND))


async def _same(one: Page, two: Page, stage: str) -> bool:
    return await ids(one, stage) == await ids(two, stage)


async def test_escape_puts_a_dragged_card_back(board: Page) -> None:
    first, second = await ids(board, FIRST), await ids(board, SECOND)
    await carry(board, first[0], card(second[0]), drop=False)
    await board.keyboard.press('Escape')
    await board.mouse.up()
    await board.wait_for_timeout(200)
    assert (await ids(board, FIRST), await ids(board, SECOND)) == (first, second)


async def test_a_refused_card_snaps_back_and_what_is_missing_is_asked_for(board: Page, server: App) -> None:
    await board.goto(f'{server.url}/c/deals/board?pipeline=renewals')
    await board.wait_for_selector('.ab-col[data-stage="upcoming"]')
    await quick_add(board, 'upcoming', 'No amount yet')
    made = (await ids(board, 'upcoming'))[0]
    counted = await count(board, 'upcoming')
    await board.locator(card(made)).hover()
    await board.click(f'{card(made)} [data-act=done]')
    await expect(board.locator('.rc-dialog')).to_be_visible()
    assert (await ids(board, 'upcoming'))[0] == made
    assert await count(board, 'upcoming') == counted
    assert 'No amount yet' in await board.inner_text('[aria-live=assertive] >> nth=0')
    await board.locator('.rc-dialog input').first.fill('250')
    await board.keyboard.press('Tab')
    await board.locator('.rc-dialog .q-btn').last.click()
    await until(lambda: _has(board, 'renewed', made))
    await until(lambda: _count_is(board, 'upcoming', counted - 1))


async def _count_is(page: Page, stage: str, number: int) -> bool:
    return await count(page, stage) == number


async def test_a_card_walks_the_board_by_keyboard(board: Page) -> None:
    first, second = await ids(board, FIRST), await ids(board, SECOND)
    await board.focus(card(first[0]))
    await board.keyboard.press('ArrowDown')
    assert await board.evaluate('+document.activeElement.dataset.id') == first[1]
    for key in ('Space', 'ArrowRight', 'ArrowDown'):
        await board.keyboard.press(key)
        await board.wait_for_timeout(80)
    said = board.locator('.ab-board > [aria-live=polite]')
    await expect(said).to_contain_text('place 3 of')
    await board.keyboard.press('Space')
    await settled(board, SECOND, [second[0], second[1], first[1]])
    assert await board.evaluate('+document.activeElement.dataset.id') == first[1]
    await board.keyboard.press('Space')
    await board.keyboard.press('ArrowLeft')
    await board.keyboard.press('Escape')
    await settled(board, SECOND, [second[0], second[1], first[1]])
    await expect(said).to_contain_text('put back')


# Adding and narrowing


async def quick_add(page: Page, stage: str, title: str) -> None:
    await page.click(f'.ab-col[data-stage="{stage}"] .ab-plus')
    await page.keyboard.type(title)
    await page.keyboard.press('Enter')
    await expect(page.locator(f'.ab-cards[data-stage="{stage}"] .ab-title').first).to_have_text(title)
    await page.keyboard.press('Escape')


async def test_a_title_and_enter_make_a_card_that_others_see(board: Page, other: Page) -> None:
    await quick_add(board, FIRST, 'Made in a moment')
    made = (await ids(board, FIRST))[0]
    await until(lambda: _has(other, FIRST, made), within_s=1)
    await expect(board.locator('.ab-draft')).to_have_count(0)


async def test_a_card_that_leaves_the_search_leaves_the_board(board: Page, other: Page, server: App) -> None:
    await quick_add(board, FIRST, 'Zebra crossing')
    made = (await ids(board, FIRST))[0]
    await at_board(other, server, '?q=zebra')
    assert await ids(other, FIRST) == [made]
    assert await count(other, SECOND) == 0
    await board.click(f'{card(made)} .ab-title')
    title = board.locator('.a-drawer--open .rc-title').locator('input, textarea').first
    await title.click()
    await board.keyboard.press('Control+A')
    await board.keyboard.type('Plain crossing')
    await board.keyboard.press('Enter')
    await expect(other.locator(card(made))).to_have_count(0)
    await expect(other.locator('.ab-hint')).to_be_visible()
    await other.click('.ab-hint button')
    await expect(other.locator(card(made))).to_be_visible()
    assert 'q=' not in other.url


async def test_only_my_cards_are_a_click_away_and_in_the_address(board: Page) -> None:
    everybody = await count(board, FIRST)
    await board.get_by_role('switch', name='Only my cards').click()
    await board.wait_for_url('**own=1*')
    await until(lambda: _fewer(board, everybody))
    await board.reload()
    await board.wait_for_selector('.ab-col')
    assert await count(board, FIRST) < everybody


async def _fewer(page: Page, than: int) -> bool:
    return await count(page, FIRST) < than


# A bad connection, a small screen


async def test_moves_made_while_the_connection_was_down_are_shown_afterwards(
    board: Page, other: Page
) -> None:
    first, second = await ids(board, FIRST), await ids(board, SECOND)
    await other.context.set_offline(True)
    await other.evaluate('window.socket.io.engine.close()')
    await carry(board, first[0], card(second[0]))
    await until(lambda: _has(board, SECOND, first[0]))
    await other.wait_for_timeout(500)
    assert first[0] in await ids(other, FIRST)
    await other.context.set_offline(False)
    await until(lambda: _has(other, SECOND, first[0]), within_s=12)
    assert await ids(other, SECOND) == await ids(board, SECOND)


async def test_on_a_phone_a_swipe_scrolls_and_a_long_press_carries(
    open_context: OpenContext, signed_in: dict[str, StorageState], server: App
) -> None:
    ada = signed_in['ada']
    context = await open_context(width=390, height=800, has_touch=True, is_mobile=True, storage_state=ada)
    phone = await at_board(await context.new_page(), server)
    assert await phone.evaluate('document.documentElement.scrollWidth') <= 390
    finger = Finger(await phone.context.new_cdp_session(phone), phone)
    scrolled = f'document.querySelector(\'.ab-list[data-stage="{FIRST}"]\').scrollTop'
    await finger.drag([(200, 600 - 30 * step) for step in range(10)], hold_ms=0)
    await phone.wait_for_timeout(400)
    assert await phone.evaluate(scrolled) > 50
    await phone.evaluate(f'{scrolled} = 0')
    top = (await ids(phone, FIRST))[0]
    box = await phone.locator(card(top)).bounding_box()
    assert box
    x, y = box['x'] + 100, box['y'] + 30
    await finger.drag([(x, y + 15 * step) for step in range(14)], hold_ms=260)
    await until(lambda: _moved_from_top(phone, top))
    assert top in await ids(phone, FIRST)


class Finger:
    """One finger on a touch screen."""

    def __init__(self, screen: CDPSession, page: Page) -> None:
        self._screen, self._page = screen, page

    async def drag(self, points: list[tuple[float, float]], *, hold_ms: int) -> None:
        """Touch the first point, hold, slide over the others, let go."""
        await self._send('touchStart', points[0])
        await self._page.wait_for_timeout(hold_ms)
        for point in points[1:]:
            await self._send('touchMove', point)
            await self._page.wait_for_timeout(20)
        await self._page.wait_for_timeout(250 if hold_ms else 0)
        await self._send('touchEnd')

    async def _send(self, kind: str, point: tuple[float, float] | None = None) -> None:
        touches = [] if point is None else [{'x': point[0], 'y': point[1]}]
        await self._screen.send('Input.dispatchTouchEvent', {'type': kind, 'touchPoints': touches})
