"""Does the board open as fast with 100,000 deals as with 200, and how soon do others see a move?

Per size: milliseconds from the address to visible cards (cold: a new browser profile, warm: a second visit),
bytes over the wire, server memory for an open board. Beside it a page of the same app with nothing on it.
Then moves by one client: server CPU for each, and the time until a second browser shows the card there."""

import asyncio
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Page, StorageState, async_playwright

from benchmarks import _deals
from benchmarks._client import Client
from tests import chromium
from tests.browser.app import PASSWORD, App

SIZES = [int(size) for size in os.environ.get('DEALS', '200,10000,100000').split(',')]
VISITS = _deals.count_from_environment('VISITS', 7)
BOARDS = 10
MOVES = 40
LINGER_S = 35
BOARD, NOTHING = '/c/deals/board', '/nowhere'
CARD = '.ab-card'
VISIBLE = {BOARD: CARD, NOTHING: 'text=There is nothing here'}

FIRST_CARD = (
    """stage => Number(document.querySelector(`.ab-cards[data-stage="${stage}"] .ab-card`).dataset.id)"""
)
WATCH = """([id, stage]) => {
    window.shown = new Promise(done => {
        const look = () => {
            const card = `.ab-cards[data-stage="${stage}"] .ab-card[data-id="${id}"]`;
            if (document.querySelector(card)) done(Date.now());
            else requestAnimationFrame(look);
        };
        look();
    });
}"""


@dataclass
class Visits:
    """What so many visits of a page took."""

    cold_ms: list[float] = field(default_factory=list)
    warm_ms: list[float] = field(default_factory=list)
    cold_kib: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        cold, warm = statistics.median(self.cold_ms), statistics.median(self.warm_ms)
        return f'cold {cold:5.0f} ms {statistics.median(self.cold_kib) / 1024:5.2f} MiB   warm {warm:5.0f} ms'


async def visit(browser: Browser, app: App, state: StorageState, path: str) -> Visits:
    """Open a page so many times, each time in a new profile and then once more in the same."""
    found = Visits()
    for _ in range(VISITS):
        context = await browser.new_context(viewport={'width': 1440, 'height': 900}, storage_state=state)
        page = await context.new_page()
        sizes: list[int] = []
        session = await context.new_cdp_session(page)
        await session.send('Network.enable')
        session.on(
            'Network.loadingFinished', lambda event, sizes=sizes: sizes.append(event['encodedDataLength'])
        )
        found.cold_ms.append(await _until(page, app.url + path, VISIBLE[path]))
        found.cold_kib.append(sum(sizes) / 1024)
        found.warm_ms.append(await _until(page, app.url + path, VISIBLE[path]))
        await context.close()
    return found


async def _until(page: Page, url: str, selector: str) -> float:
    began = time.perf_counter()
    await page.goto(url, wait_until='commit')
    await page.locator(selector).first.wait_for(state='visible')
    return (time.perf_counter() - began) * 1000


async def memory(browser: Browser, app: App, state: StorageState) -> float:
    """KiB of server memory for each open board."""
    before = _resident(app.pid)
    opened = []
    for _ in range(BOARDS):
        context = await browser.new_context(storage_state=state)
        page = await context.new_page()
        await _until(page, app.url + BOARD, CARD)
        opened.append(context)
    grown = _resident(app.pid) - before
    for context in opened:
        await context.close()
    return grown / BOARDS


def _resident(pid: int) -> int:
    lines = Path(f'/proc/{pid}/status').read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith('VmRSS'))


def _cpu_ms(pid: int) -> float:
    fields = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK') * 1000


async def moves(page: Page, app: App, client: Client) -> str:
    """Move cards that the browser shows; it notes the moment it shows them elsewhere."""
    await _until(page, app.url + BOARD, CARD)
    seen: list[float] = []
    cpu = _cpu_ms(app.pid)
    for number in range(MOVES):
        stages = ('new', 'qualification') if number % 2 else ('qualification', 'new')
        record = await page.evaluate(FIRST_CARD, stages[0])
        await page.evaluate(WATCH, [record, stages[1]])
        began = time.time()
        await client.send('POST', f'/api/v1/catalogs/deals/records/{record}/move', {'stage': stages[1]})
        seen.append(await page.evaluate('() => window.shown') - began * 1000)
    cpu = (_cpu_ms(app.pid) - cpu) / MOVES
    return f'{statistics.median(seen):5.0f} ms p50 {max(seen):5.0f} ms longest, {cpu:4.1f} ms server CPU each'


async def ask(sizes: list[App]) -> None:
    """Every size by the same browser, one after another."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        first = 0.0
        for deals, app in zip(SIZES, sizes, strict=True):
            app.start()
            try:
                state = await _signed_in(browser, app)
                if not first:
                    _deals.say('a page with nothing on it', str(await visit(browser, app, state, NOTHING)))
                found = await visit(browser, app, state, BOARD)
                first = first or statistics.median(found.cold_ms)
                ratio = statistics.median(found.cold_ms) / first
                _deals.say(f'board of {deals:,}', f'{found}   {ratio:4.2f} x the first')
                kib = await memory(browser, app, state)
                _deals.say(f'board of {deals:,}: memory for each open', f'{kib:5.0f} KiB')
                # A closed tab is kept for half a minute, in case it comes back, and hears every change.
                await asyncio.sleep(LINGER_S)
                page = await (await browser.new_context(storage_state=state)).new_page()
                async with Client(app.url, app.run('token', 'ada')) as client:
                    _deals.say(f'board of {deals:,}: a move is seen after', await moves(page, app, client))
                await page.context.close()
            finally:
                app.stop()
        await browser.close()


async def _signed_in(browser: Browser, app: App) -> StorageState:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f'{app.url}/sign-in')
    await page.locator('input:visible').first.fill('ada')
    await page.locator('input[type=password]').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.wait_for_url(lambda url: '/sign-in' not in url)
    # The server is warm, and what is left to learn about a new person is learnt.
    for path in (BOARD, NOTHING):
        await _until(page, app.url + path, VISIBLE[path])
    await page.wait_for_timeout(1000)
    state = await context.storage_state()
    await context.close()
    return state


def main() -> None:
    """Fill, then ask."""
    with tempfile.TemporaryDirectory() as folder:
        sizes = [_deals.installation(Path(folder), deals) for deals in SIZES]
        print(f'Boards, {_deals.machine()}')
        asyncio.run(ask(sizes))


if __name__ == '__main__':
    main()
