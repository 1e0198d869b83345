"""The board in a real browser over the real app: hands on cards, and other people's hands seen at once."""

import asyncio
import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, WebSocket, expect

from store import Records, guard
from store.opening import close_store, open_store
from store.settings import Environment
from tests.browser.app import App, copy_of
from tests.browser.conftest import SignIn, until
from ui import live

pytestmark = pytest.mark.browser

FIRST, SECOND, LONG = 'new', 'qualification', 'proposal'
IN_HAND = """() => [...document.querySelectorAll('.ab-cards')].every(
    (list) => Object.keys(list).some((key) => key.startsWith('Sortable')))"""
"""Whether cards can be taken: the script for that comes after the board."""
BESIDE = """([id, target]) => {
    const ghost = document.querySelector(`.ab-cards .ab-card[data-id="${id}"]`);
    const goal = document.querySelector(target);
    return ghost.nextElementSibling === goal || ghost.previousElementSibling === goal;
}"""
"""Whether the place of a carried card is right above or below another one."""


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


@pytest_asyncio.fixture(loop_scope='session')
async def board(sign_in: SignIn, server: App) -> Page:
    """Ada at the board of deals."""
    return await at_board(await sign_in(server), server)


@pytest_asyncio.fixture(loop_scope='session')
async def other(sign_in: SignIn, server: App) -> Page:
    """Max at the same board, in a browser window of his own."""
    return await at_board(await sign_in(server, 'max'), server)


async def at_board(page: Page, server: App, query: str = '', catalog: str = 'deals') -> Page:
    await page.goto(f'{server.url}/c/{catalog}/board{query}')
    return await drawn(page)


async def drawn(page: Page) -> Page:
    await expect(page.locator('.ab-card').first).to_be_visible()
    await expect(page.locator('.ab-count').first).not_to_be_empty()
    await page.wait_for_function(IN_HAND)
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


async def settled(page: Page, stage: str, expected: list[int]) -> None:
    await until(lambda: _starts(page, stage, expected))


async def _starts(page: Page, stage: str, expected: list[int]) -> bool:
    return (await ids(page, stage))[: len(expected)] == expected


def card(id: int) -> str:
    return f'.ab-card[data-id="{id}"]'


async def carry(page: Page, id: int, target: str, *, drop: bool = True) -> None:
    """Take a card with the mouse and bring it over what `target` selects."""
    start, end = await page.locator(card(id)).bounding_box(), await page.locator(target).bounding_box()
    assert start
    assert end
    to_x, to_y = end['x'] + 60, end['y'] + 10
    await page.mouse.move(start['x'] + 60, start['y'] + 20)
    await page.mouse.down()
    await page.mouse.move(to_x, to_y, steps=10)
    # Neighbours make room while they slide; a hand that is not quite still is heard again after that.
    trembling = cycle((0, 1))

    async def is_there() -> bool:
        await page.mouse.move(to_x + next(trembling), to_y)
        return bool(await page.evaluate(BESIDE, [id, target]))

    await until(is_there)
    if drop:
        await page.mouse.up()


# Reading


async def test_a_long_column_loads_on_while_it_is_scrolled(board: Page) -> None:
    assert len(await ids(board, LONG)) == 30
    total = await count(board, LONG)
    assert total >= 110

    async def at_the_end() -> bool:
        await board.evaluate(f'document.querySelector(\'.ab-list[data-stage="{LONG}"]\').scrollTop = 1e9')
        return len(await ids(board, LONG)) == total

    await until(at_the_end)
    seen = await ids(board, LONG)
    assert len(seen) == len(set(seen)) == total
    titles = await board.locator(f'.ab-cards[data-stage="{LONG}"] .ab-title').all_inner_texts()
    long = [title for title in titles if title.startswith('Long ')]
    assert long == sorted(long, reverse=True)


async def test_the_board_is_one_element_of_the_page(board: Page) -> None:
    await expect(board.locator('.ab-card').nth(60)).to_be_attached()
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


async def test_a_card_dropped_in_one_browser_is_seen_in_another_by_itself(board: Page, other: Page) -> None:
    """It is pushed, not asked for: nothing but a short wait for more news of the same moment lies between."""
    assert live.COALESCED_S < 0.1
    await other.evaluate('window.sameDocument = true')
    first, second = await ids(board, FIRST), await ids(board, SECOND)
    before = await count(board, FIRST), await count(board, SECOND)
    await carry(board, first[1], card(second[1]))
    await until(lambda: _has(other, SECOND, first[1]))
    await until(lambda: _counts(board, before))
    await until(lambda: _counts(other, before))
    await until(lambda: _same(board, other, SECOND))
    assert await other.evaluate('window.sameDocument')
    await board.reload()
    await drawn(board)
    await until(lambda: _same(board, other, SECOND))


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
    await drawn(board)
    await settled(board, FIRST, order[:4])


async def _moved_from_top(page: Page, id: int) -> bool:
    return (await ids(page, FIRST))[0] != id


def heard_by(page: Page) -> list[str]:
    """What the server tells a page from its next document on."""
    heard: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on('framereceived', lambda frame: heard.append(str(frame)))

    page.on('websocket', listen)
    return heard


async def _is_told(heard: list[str], id: int) -> bool:
    return any('apply' in frame and re.search(rf'\bid\W+{id}\b', frame) for frame in heard)


async def test_news_that_come_while_a_card_is_in_the_hand_wait_for_the_drop(
    board: Page, other: Page, server: App
) -> None:
    heard = heard_by(board)
    await at_board(board, server)
    first, second = await ids(board, FIRST), await ids(board, SECOND)
    await carry(board, first[0], card(second[1]), drop=False)
    await carry(other, first[2], card(second[0]))
    await until(lambda: _has(other, SECOND, first[2]))
    await until(lambda: _is_told(heard, first[2]))
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

    async def as_before() -> bool:
        return (await ids(board, FIRST), await ids(board, SECOND)) == (first, second)

    await until(as_before)
    await expect(board.locator('.ab-flying')).to_have_count(0)
    await expect(board.locator('.ab-board--held')).to_have_count(0)
    assert await as_before()


async def test_a_refused_card_snaps_back_and_what_is_missing_is_asked_for(board: Page, server: App) -> None:
    await board.goto(f'{server.url}/c/deals/board?pipeline=renewals')
    await expect(board.locator('.ab-col[data-stage="upcoming"] .ab-count')).not_to_be_empty()
    counted = 1 + await count(board, 'upcoming')
    await quick_add(board, 'upcoming', 'No amount yet')
    await until(lambda: _count_is(board, 'upcoming', counted))
    made = (await ids(board, 'upcoming'))[0]
    await board.locator(card(made)).hover()
    await board.click(f'{card(made)} [data-act=done]')
    await expect(board.locator('.rc-dialog')).to_be_visible()
    await settled(board, 'upcoming', [made])
    await until(lambda: _count_is(board, 'upcoming', counted))
    await expect(board.locator('[aria-live=assertive]').first).to_contain_text('No amount yet')
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
    await expect(board.locator(card(first[1]))).to_be_focused()
    for key in ('Space', 'ArrowRight', 'ArrowDown'):
        await board.keyboard.press(key)
        await expect(board.locator(card(first[1]))).to_be_focused()
    said = board.locator('.ab-board > [aria-live=polite]')
    await expect(said).to_contain_text('place 3 of')
    await board.keyboard.press('Space')
    await settled(board, SECOND, [second[0], second[1], first[1]])
    for key in ('Space', 'ArrowLeft', 'Escape'):
        await expect(board.locator(card(first[1]))).to_be_focused()
        await board.keyboard.press(key)
    await settled(board, SECOND, [second[0], second[1], first[1]])
    await expect(said).to_contain_text('put back')


# Adding and narrowing


async def quick_add(page: Page, stage: str, title: str) -> None:
    await page.click(f'.ab-col[data-stage="{stage}"] .ab-plus')
    await expect(page.locator('.ab-draft')).to_be_focused()
    await page.keyboard.type(title)
    await page.keyboard.press('Enter')
    await expect(page.locator(f'.ab-cards[data-stage="{stage}"] .ab-title').first).to_have_text(title)
    await page.keyboard.press('Escape')


async def test_a_title_and_enter_make_a_card_that_others_see(board: Page, other: Page) -> None:
    await quick_add(board, FIRST, 'Made in a moment')
    made = (await ids(board, FIRST))[0]
    await until(lambda: _has(other, FIRST, made))
    await expect(board.locator('.ab-draft')).to_have_count(0)


async def test_a_card_that_leaves_the_search_leaves_the_board(board: Page, other: Page, server: App) -> None:
    await quick_add(board, FIRST, 'Zebra crossing')
    made = (await ids(board, FIRST))[0]
    await at_board(other, server, '?q=zebra')
    await expect(other.locator('.ab-card')).to_have_count(1)
    await settled(other, FIRST, [made])
    await until(lambda: _count_is(other, SECOND, 0))
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
    await expect(other).not_to_have_url(re.compile('q='))


async def test_only_my_cards_are_a_click_away_and_in_the_address(board: Page) -> None:
    everybody = await count(board, FIRST)
    await board.get_by_role('switch', name='Only my cards').click()
    await board.wait_for_url('**own=1*')
    await until(lambda: _fewer(board, everybody))
    await board.reload()
    await expect(board.locator(f'.ab-col[data-stage="{FIRST}"] .ab-count')).not_to_be_empty()
    await until(lambda: _fewer(board, everybody))


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
    await board.reload()
    await drawn(board)
    assert first[0] in await ids(other, FIRST)
    await other.context.set_offline(False)
    await until(lambda: _has(other, SECOND, first[0]))
    await until(lambda: _same(board, other, SECOND))


async def test_on_a_phone_a_swipe_scrolls_and_a_long_press_carries(server: App, sign_in: SignIn) -> None:
    signed_in = await sign_in(server, width=390, height=800, has_touch=True, is_mobile=True)
    phone = await at_board(signed_in, server)
    assert await phone.evaluate('document.documentElement.scrollWidth') <= 390
    screen = await phone.context.new_cdp_session(phone)
    scrolled = f'document.querySelector(\'.ab-list[data-stage="{FIRST}"]\').scrollTop'

    async def touch(kind: str, *at: tuple[float, float]) -> None:
        points = [{'x': x, 'y': y} for x, y in at]
        await screen.send('Input.dispatchTouchEvent', {'type': kind, 'touchPoints': points})

    # All at once: a finger that waits for each answer could be slow enough to press instead.
    slide = [touch('touchMove', (200, 600 - 30 * step)) for step in range(1, 10)]
    await asyncio.gather(touch('touchStart', (200, 600)), *slide, touch('touchEnd'))
    await phone.wait_for_function(f'{scrolled} > 50')

    async def lies_still() -> bool:
        await phone.evaluate(f'{scrolled} = 0')
        return bool(await phone.evaluate(f'new Promise(requestAnimationFrame).then(() => {scrolled} === 0)'))

    await until(lies_still)
    await until(lies_still)
    top = (await ids(phone, FIRST))[0]
    box = await phone.locator(card(top)).bounding_box()
    assert box
    x, y = box['x'] + 100, box['y'] + 30
    await touch('touchStart', (x, y))
    await expect(phone.locator('.ab-cards .ab-chosen')).to_have_attribute('data-id', str(top))
    for step in range(1, 14):
        await touch('touchMove', (x, y + 15 * step))
    trembling = cycle((195, 196))

    async def has_left() -> bool:
        await touch('touchMove', (x, y + next(trembling)))
        return await _moved_from_top(phone, top)

    await until(has_left)
    await touch('touchEnd')
    await expect(phone.locator('.ab-flying')).to_have_count(0)
    await until(lambda: _moved_from_top(phone, top))
    assert top in await ids(phone, FIRST)
