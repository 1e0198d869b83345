"""Messages on records and the panel beside them, in a real browser: mentions, files, bells in all tabs."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from tests.browser.app import App
from tests.browser.conftest import until

pytestmark = pytest.mark.browser

SignIn = Callable[..., Awaitable[Page]]
PNG: FilePayload = {
    'name': 'plan.png',
    'mimeType': 'image/png',
    'buffer': bytes.fromhex(
        '89504e470d0a1a0a0000000d4948445200000001000000010806000000'
        '1f15c4890000000d49444154789c63fccfc0500f0004850180a84c8c210000000049454e44ae426082'
    ),
}


async def at_deal(page: Page, app: App, number: int = 5) -> None:
    await page.goto(f'{app.url}/c/deals/{number}')
    await page.locator('.rt-box').wait_for()


async def say(page: Page, text: str) -> None:
    await page.locator('.rt-box').first.fill(text)
    await page.keyboard.press('Control+Enter')
    await expect(page.locator('.rt-box').first).to_have_value('')


async def badge(page: Page) -> int:
    """How many notifications are unread, once they have been counted."""
    await expect(page.locator('.a-bell')).to_have_attribute('aria-busy', 'false')
    return int(
        await page.locator('.a-bell').evaluate('(bell) => bell.querySelector(".a-badge")?.innerText || 0')
    )


def unread(page: Page) -> Locator:
    return page.locator('.a-bell .a-badge')


async def test_a_mention_is_picked_and_rings_in_every_tab(server: App, page: Page, sign_in: SignIn) -> None:
    first = await sign_in(server, 'max')
    second = await first.context.new_page()
    await second.goto(f'{server.url}/c/contacts/list')
    before = await badge(first)
    assert await badge(second) == before
    await at_deal(page, server)
    await page.locator('.rt-box').press_sequentially('Look here, @max')
    await expect(page.locator('.rt-person')).to_have_text(re.compile('Max Member'))
    await page.keyboard.press('Enter')
    await page.keyboard.type('please')
    await page.keyboard.press('Control+Enter')
    await expect(first.locator('.a-toast').first).to_contain_text('Ada Admin mentioned you')
    for tab in (first, second):
        await expect(unread(tab)).to_have_text(str(before + 1))
    await expect(page.locator('.rt-mention').first).to_have_text('@Max Member')
    await first.locator('.a-bell').click()
    line = first.locator('.a-notice').first
    await expect(line).to_contain_text('Ada Admin mentioned you: Look here, @Max Member please')
    for tab in (first, second):
        await expect(unread(tab)).to_have_count(0)
    await line.locator('a').click()
    await first.wait_for_url('**/c/deals/5')
    await expect(first.locator('.rt-comment').first).to_contain_text('Look here')


async def test_a_name_that_nobody_has_is_said_to_be_none(server: App, page: Page) -> None:
    await at_deal(page, server)
    await page.locator('.rt-box').press_sequentially('@Nobody')
    await expect(page.locator('.rt-nobody')).to_be_visible()
    await page.keyboard.press('Escape')
    await expect(page.locator('.rt-nobody')).to_be_hidden()
    await expect(page.locator('.rt-box')).to_have_value('@Nobody')


async def test_files_are_sent_shown_and_taken_back(server: App, page: Page, sign_in: SignIn) -> None:
    other = await sign_in(server, 'max')
    await at_deal(other, server, 6)
    await at_deal(page, server, 6)
    pdf: FilePayload = {'name': 'Счёт № 5.pdf', 'mimeType': 'text/html', 'buffer': b'%PDF-1.7 ...'}
    heavy: FilePayload = {**PNG, 'buffer': PNG['buffer'] + bytes(4 << 20)}
    await page.set_input_files('.rt-say input[type=file]', [heavy, pdf])
    await expect(page.locator('.rt-draft')).to_have_count(2)
    await page.locator('.rt-box').fill('The papers')
    await page.locator('.at-send').click()
    await expect(page.locator('.rt-draft')).to_have_count(0)
    for one in (page, other):
        await expect(one.locator('.rt-file--picture img')).to_have_js_property('naturalWidth', 1)
        await expect(one.locator('.rt-file', has_text='Счёт № 5.pdf')).to_be_visible()
    await expect(other.locator('.rt-file .rt-x')).to_have_count(0)
    await other.get_by_role('tab', name='Files').click()
    # The latest first: the order they were chosen in, though the first one takes longer to send.
    await expect(other.locator('.rl-row')).to_have_text([re.compile('Счёт № 5.pdf'), re.compile('plan.png')])
    await other.get_by_role('tab', name='Timeline').click()
    async with other.expect_download() as download:
        await other.locator('.rt-file', has_text='Счёт').locator('a').click()
    assert (await download.value).suggested_filename == 'Счёт № 5.pdf'
    await page.locator('.rt-file', has_text='Счёт').locator('.rt-x').click()
    await page.locator('.q-dialog').get_by_role('button', name='Delete').click()
    for one in (page, other):
        await expect(one.locator('.rt-file', has_text='Счёт')).to_have_count(0)


async def test_a_picture_is_pasted_and_a_huge_file_is_refused(server: App, page: Page) -> None:
    await at_deal(page, server, 7)
    await page.locator('.rt-box').evaluate(
        """(box) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array([137,80,78,71,13,10,26,10,0])], 'shot.png'));
            box.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));
            const huge = new DataTransfer();
            huge.items.add(new File([new Uint8Array(26 << 20)], 'film.mov'));
            box.closest('form').dispatchEvent(new DragEvent('drop', {dataTransfer: huge, bubbles: true}));
        }"""
    )
    await expect(page.locator('.rt-draft', has_text='shot.png')).to_be_visible()
    await expect(page.locator('.rt-draft.is-bad')).to_have_text(re.compile('film.mov is larger than 25 MB'))
    await page.locator('.rt-draft.is-bad .rt-x').click()
    await expect(page.locator('.rt-draft')).to_have_count(1)


async def test_messages_are_answered_liked_edited_and_deleted(
    server: App, page: Page, sign_in: SignIn
) -> None:
    other = await sign_in(server, 'max')
    await at_deal(other, server, 8)
    await at_deal(page, server, 8)
    await say(page, 'Ten percent')
    theirs = other.locator('.rt-said').first
    await expect(theirs).to_contain_text('Ten percent')
    await theirs.get_by_role('button', name='Answer').click()
    await expect(theirs.locator('.rt-answers .rt-box')).to_be_focused()
    await other.keyboard.type('Twelve!')
    await other.keyboard.press('Control+Enter')
    await expect(page.locator('.rt-answers .rt-comment')).to_have_text('Twelve!')
    await theirs.get_by_role('button', name='Like').first.click()
    mine = page.locator('.rt-said').first
    await expect(mine.get_by_role('button', name='Like').first).to_have_text(re.compile('1'))
    await mine.hover()
    await mine.get_by_role('button', name='Edit').first.click()
    await page.locator('.rt-post .rt-box').fill('Eleven percent')
    await page.keyboard.press('Control+Enter')
    await expect(theirs.locator('.rt-comment').first).to_have_text('Eleven percent')
    await expect(theirs.locator('.rt-edited').first).to_be_visible()
    await mine.locator('.rt-edited').first.click()
    await expect(page.locator('.q-dialog')).to_contain_text('Ten percent')
    await page.locator('.q-dialog').get_by_role('button', name='Close').click()
    await expect(page.locator('.q-dialog')).to_have_count(0)
    await expect(theirs.locator('.rt-answers .rt-comment')).to_have_text('Twelve!')
    await expect(theirs.get_by_role('button', name='Edit')).to_have_count(1)
    await mine.hover()
    await mine.get_by_role('button', name='Delete').first.click()
    await page.locator('.q-dialog').get_by_role('button', name='Delete').click()
    await expect(theirs.locator('.rt-removed')).to_be_visible()
    await expect(theirs.locator('.rt-answers .rt-comment')).to_have_text('Twelve!')


async def test_what_is_said_is_only_text(server: App, page: Page) -> None:
    await at_deal(page, server, 9)
    hostile = (
        '<img src=x onerror=window.hacked=1> javascript:window.hacked=1 {{ 7*7 }} https://ok.example/<b>'
    )
    await say(page, hostile)
    said = page.locator('.rt-comment').first
    await expect(said).to_have_text(hostile)
    link = said.locator('a')
    await expect(link).to_have_attribute('href', 'https://ok.example/')
    await expect(link).to_have_attribute('rel', re.compile('noopener'))
    assert await page.evaluate('window.hacked') is None


async def test_following_is_a_choice(server: App, page: Page, sign_in: SignIn) -> None:
    other = await sign_in(server, 'max')
    await at_deal(other, server, 10)
    await other.locator('.rt-follow').click()
    await expect(other.locator('.rt-follow')).to_have_text(re.compile('Following'))
    before = await badge(other)
    await at_deal(page, server, 10)
    await say(page, 'To whom it may concern')
    await expect(unread(other)).to_have_text(str(before + 1))
    await other.keyboard.press('Escape')
    await other.locator('.a-bell').click()
    await other.get_by_role('tab', name='Feed').click()
    await expect(other.locator('.a-said').first).to_contain_text('To whom it may concern')
    await expect(other.locator('.rc-wide')).to_be_visible()


async def test_reminders_wait_until_done_or_put_off(server: App, page: Page) -> None:
    await page.locator('.a-bell').click()
    # Everything else counts as read once it has been on the screen for a moment; reminders may still come.
    await until(lambda: _reminders_alone_are_unread(page))
    await page.locator('.a-chip', has_text='Tasks and reminders').click()
    await until(lambda: _reminders_alone_are_there(page))
    put_off, done = [await _line(page, place) for place in (0, 1)]
    await put_off.get_by_role('button', name='Remind me later').click()
    await page.get_by_role('button', name='Tomorrow morning').click()
    await expect(put_off).to_have_count(0)
    await done.get_by_role('button', name='Done').click()
    await expect(done.get_by_role('button', name='Done')).to_have_count(0)
    await page.locator('.a-chip', has_text='Tasks and reminders').click()
    await page.get_by_role('button', name='Mark all as read').click()
    await expect(page.locator('.a-bell .a-badge')).to_have_count(0)


async def _reminders_alone_are_unread(page: Page) -> bool:
    count = await page.locator('.a-notice__done').count()
    return count > 1 and await unread(page).inner_text() == str(count)


async def _reminders_alone_are_there(page: Page) -> bool:
    return await page.locator('.a-notice').count() == await page.locator('.a-notice__done').count() > 1


async def _line(page: Page, place: int) -> Locator:
    """A line of the panel, wherever it will be when others come."""
    address = await page.locator('.a-notice__body').nth(place).get_attribute('href')
    return page.locator('.a-notice', has=page.locator(f'[href="{address}"]'))


async def test_the_panel_stands_beside_the_record_and_closes_by_a_key(server: App, page: Page) -> None:
    await at_deal(page, server)
    await page.locator('.rc-title').click(position={'x': 300, 'y': 10}, trial=True)
    await page.locator('body').press(']')
    panel = page.locator('.a-panel')
    await expect(panel).to_be_visible()

    async def beside() -> bool:
        box, record = await panel.bounding_box(), await page.locator('.rc-wide').bounding_box()
        return box is not None and record is not None and record['x'] + record['width'] <= box['x']

    await until(beside)
    await page.get_by_role('tab', name='My tasks').click()
    task = page.locator('.a-due').first
    title = await task.locator('.a-ellipsis').first.inner_text()
    due = page.locator('.a-due', has_text=title)
    await due.get_by_role('checkbox').click()
    await expect(due).to_have_count(0)
    await page.locator('.a-side').get_by_role('link', name='Contacts').click()
    await expect(page.locator('.a-header__title')).to_have_text('Contacts')
    await expect(panel).to_be_visible()
    await panel.get_by_role('tab', name='My tasks').press('Escape')
    await expect(panel).to_be_hidden()


async def test_on_a_phone_the_panel_is_the_screen(server: App, sign_in: SignIn) -> None:
    page = await sign_in(server, 'ada', width=390, height=800)
    await page.get_by_role('button', name='More').click()
    await page.locator('.a-bell').click()

    async def is_screen() -> bool:
        box = await page.locator('.a-panel').bounding_box()
        return box is not None and (box['x'], box['width']) == (0, 390)

    await until(is_screen)
    assert await page.evaluate('document.documentElement.scrollWidth') == 390
    await page.get_by_role('tab', name='Feed').click()
    await page.locator('.a-said').first.click()
    await expect(page.locator('.a-panel')).to_be_hidden()
    await page.wait_for_url('**/c/deals/**')


async def test_what_one_hears_is_chosen_in_the_profile(server: App, page: Page, sign_in: SignIn) -> None:
    other = await sign_in(server, 'max')
    await other.goto(f'{server.url}/profile')
    switch = other.get_by_role('switch', name='Messages: Bell')
    await switch.click()

    look = await other.context.new_page()
    seen = look.get_by_role('switch', name='Messages: Bell')

    async def is_kept(chosen: str) -> bool:
        await look.goto(other.url)
        await expect(seen).to_be_visible()
        return await seen.get_attribute('aria-checked') == chosen

    await until(lambda: is_kept('false'))
    before = await badge(other)
    await at_deal(page, server, 11)
    await say(page, 'Hello @Max Member')
    await switch.click()
    await until(lambda: is_kept('true'))
    await say(page, 'Hello again @Max Member')
    await expect(unread(other)).to_have_text(str(before + 1))
