"""A record in a real browser: edited in place, moved, talked about; nothing typed is lost or run."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.app import App
from tests.real_data import REAL

pytestmark = pytest.mark.browser

SignIn = Callable[..., Awaitable[Page]]
HOSTILE = (
    '<script>window.hacked=1</script>',
    '<img src=x onerror=window.hacked=1>',
    '"><svg onload=window.hacked=1>',
    "'-window.hacked=1-'",
    '{{constructor.constructor("window.hacked=1")()}}',
    'javascript:window.hacked=1',
    '%3Cscript%3Ewindow.hacked=1%3C/script%3E',
    '\u202etxt.exe',
)


def field(page: Page, caption: str) -> Locator:
    """A field of the record's blocks by its caption."""
    return page.locator('.rc-block .af-field').filter(has=page.get_by_text(caption, exact=True))


async def new_deal(page: Page, app: App, name: str) -> str:
    """Make a deal and go to its own page; gives the page's address."""
    await page.goto(f'{app.url}/c/deals/list')
    await page.locator('.a-header__actions .a-primary').click()
    await expect(page.locator('.rc-dialog input').first).to_be_focused()
    await page.keyboard.type(name)
    await page.keyboard.press('Enter')
    await page.locator('.a-drawer--open .rc-title').wait_for()
    await expect(page).to_have_url(re.compile(r'record=\d+'))
    number = re.search(r'record=(\d+)', page.url)
    assert number
    return await at_record(page, f'{app.url}/c/deals/{number[1]}')


async def at_record(page: Page, url: str) -> str:
    await page.goto(url)
    await page.locator('.rc-wide .rc-tabs').wait_for()
    return url


async def test_a_value_is_saved_when_its_field_is_left(page: Page, server: App) -> None:
    url = await new_deal(page, server, 'Edited in place')
    amount = field(page, 'Amount').locator('input')
    await amount.fill('12,500.5')
    await page.keyboard.press('Tab')
    await expect(field(page, 'Amount').locator('.af-saved')).to_be_visible()
    await expect(amount).to_have_value(re.compile(r'12,500\.50'))
    await at_record(page, url)
    await expect(amount).to_have_value(re.compile(r'12,500\.50'))


async def test_a_wrong_value_stays_and_is_told_beside_the_field(page: Page, server: App) -> None:
    await new_deal(page, server, 'Wrong value')
    amount = field(page, 'Amount').locator('input')
    await amount.fill('a lot')
    await page.keyboard.press('Tab')
    await expect(field(page, 'Amount').locator('.af-error')).to_have_text('Enter a number.')
    await expect(amount).to_have_value('a lot')
    await amount.fill('10')
    await page.keyboard.press('Enter')
    await expect(field(page, 'Amount').locator('.af-error')).to_be_hidden()


async def test_a_missing_linked_record_is_made_from_its_field(page: Page, server: App) -> None:
    await new_deal(page, server, 'Linked')
    await field(page, 'Account').locator('.af-picker').click()
    await page.keyboard.type('Brand New Ltd')
    await page.locator('.af-menu-make').click()
    link = field(page, 'Account').locator('.af-linked')
    await expect(link).to_have_text('Brand New Ltd')
    await link.click()
    await expect(page.locator('.rc-wide .rc-title input')).to_have_value('Brand New Ltd')
    await page.get_by_role('tab', name='Related').click()
    await expect(page.locator('.rl-row', has_text='Linked')).to_be_visible()


async def test_two_people_who_type_at_once_lose_nothing(page: Page, server: App, sign_in: SignIn) -> None:
    url = await new_deal(page, server, 'Contested')
    other = await sign_in(server, 'max')
    await at_record(other, url)
    theirs, mine = field(other, 'Amount').locator('input'), field(page, 'Amount').locator('input')
    await mine.click()
    await mine.press_sequentially('111')
    await theirs.fill('222')
    await other.keyboard.press('Enter')
    await expect(page.locator('.rt-entry', has_text='$222')).to_be_visible()
    await expect(mine).to_have_value('111')
    await page.keyboard.press('Enter')
    error = field(page, 'Amount').locator('.af-error')
    await expect(error).to_have_text('Max Member has just saved “$222”. You typed “$111”.')
    await page.get_by_role('button', name='Save mine').click()
    await expect(error).to_be_hidden()
    await expect(theirs).to_have_value(re.compile('111'))


async def test_a_click_moves_to_a_stage_and_the_history_tells(page: Page, server: App) -> None:
    await new_deal(page, server, 'Moving')
    await page.locator('.rs-stage', has_text='Proposal').click()
    await expect(page.locator('.rs-now')).to_have_text('Proposal')
    await expect(page.locator('.rt-entry').first).to_contain_text('New → Proposal')


async def test_a_stage_asks_for_what_it_requires(page: Page, server: App) -> None:
    await new_deal(page, server, 'Renewal')
    await page.locator('.rs-pipeline').click()
    await page.locator('.af-picker-menu').get_by_role('option', name='Renewals').click()
    await page.locator('.rs-stage', has_text=re.compile('^Renewed$')).click()
    dialog = page.locator('.rc-dialog')
    await dialog.get_by_role('button', name='Move').click()
    await expect(dialog.locator('.af-error')).to_be_visible()
    await dialog.locator('input').first.fill('500')
    await page.keyboard.press('Enter')
    await expect(page.locator('.rs-now')).to_have_text('Renewed')
    await expect(field(page, 'Amount').locator('input')).to_have_value('$500')


async def test_a_comment_is_sent_by_the_keyboard_and_seen_by_others(
    page: Page, server: App, sign_in: SignIn
) -> None:
    url = await new_deal(page, server, 'Talked about')
    other = await sign_in(server, 'max')
    await at_record(other, url)
    await page.locator('.rt-box').fill('Call on Friday')
    await page.keyboard.press('Control+Enter')
    await expect(page.locator('.rt-comment')).to_have_text('Call on Friday')
    await expect(page.locator('.rt-box')).to_have_value('')
    await expect(other.locator('.rt-comment')).to_have_text('Call on Friday')


async def test_a_task_is_added_ticked_and_put_back(page: Page, server: App) -> None:
    await new_deal(page, server, 'With a task')
    await page.get_by_role('tab', name='Tasks').click()
    await page.locator('.rl-new input').fill('Send the contract')
    await page.keyboard.press('Enter')
    task = page.locator('.rl-task', has_text='Send the contract')
    await expect(task).to_be_visible()
    await expect(page.locator('.rl-new input')).to_have_value('')
    await task.locator('.rl-tick').click()
    await expect(page.locator('.rl-done', has_text='Send the contract')).to_be_visible()
    await page.get_by_role('button', name='Undo').click()
    await expect(page.locator('.rl-done')).to_have_count(0)
    await expect(task).to_be_visible()


async def test_a_deleted_record_comes_back(page: Page, server: App) -> None:
    url = await new_deal(page, server, 'Deleted and back')
    await page.get_by_label('More actions').click()
    await page.get_by_text('Delete', exact=True).click()
    await page.wait_for_url(lambda now: now != url)
    await page.goto(url)
    await page.get_by_role('button', name='Bring it back').click()
    await expect(page.locator('.rc-title input')).to_have_value('Deleted and back')


async def test_what_a_rule_did_is_seen_on_the_record(page: Page, server: App) -> None:
    """W-14: a won deal gets its task, and the record says which rule made it."""
    await new_deal(page, server, 'Won, with documents')
    await page.locator('.rs-stage', has_text='Won').click()
    await expect(page.get_by_role('tab', name='Tasks').locator('.rl-count')).to_have_text('1')
    await page.get_by_role('tab', name='Rules').click()
    await expect(page.locator('.ar-run').first).to_be_visible()


async def test_a_colleague_may_type_and_nobody_sees_what_is_not_there(
    page: Page, server: App, sign_in: SignIn
) -> None:
    url = await new_deal(page, server, 'Read only')
    colleague = await sign_in(server, 'max')
    await at_record(colleague, url)
    await expect(colleague.locator('.rc-title input')).to_be_editable()
    await page.goto(f'{server.url}/c/deals/999999999')
    await expect(page.locator('.a-empty')).to_be_visible()


async def test_hostile_texts_are_kept_as_typed_and_never_run(page: Page, server: App) -> None:
    lines = list(HOSTILE)
    naughty = REAL / 'blns' / 'blns.txt'
    if naughty.is_file():
        found = [
            line for line in naughty.read_text('utf-8').splitlines() if line and not line.startswith('#')
        ]
        lines += [line.strip() for line in found if '<' in line and line.strip()][:60]
    url = await new_deal(page, server, 'Hostile')
    for text in lines[:6]:
        await page.locator('.rc-title input').fill(text)
        await page.keyboard.press('Enter')
    notes = field(page, 'Notes')
    await notes.locator('textarea').fill('\n'.join(lines))
    await page.locator('.rt-box').click()
    await expect(notes.locator('.af-saved')).to_be_attached()
    await page.locator('.rt-box').fill('\n'.join(lines))
    await page.keyboard.press('Control+Enter')
    await expect(page.locator('.rt-comment').first).to_be_visible()
    await page.goto(f'{server.url}/c/deals/list')
    await expect(page.locator('.at-title', has_text=lines[5])).to_be_visible()
    assert await page.evaluate('window.hacked') is None
    await at_record(page, url)
    await expect(page.locator('.rt-comment').first).to_be_visible()
    await expect(page.locator('.rc-title input')).to_have_value(lines[5])
    await expect(notes.locator('textarea')).to_have_value('\n'.join(lines))
    assert await page.evaluate('window.hacked') is None
