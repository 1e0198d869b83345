"""Rights in a browser: roles, fields, sharing, reasons, rules, defaults, and somebody else's eyes."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.app import App
from tests.browser.conftest import SignIn

pytestmark = pytest.mark.browser


async def choose(page: Page, picker: str, name: str) -> None:
    """Pick somebody or something by typing its name."""
    menu = page.locator('.af-picker-menu')
    await expect(menu).to_have_count(0)
    await page.locator(f'[role=combobox][aria-label="{picker}"]').last.click()
    await expect(menu).to_be_visible()
    if await menu.locator('.af-menu-search input').count():
        await menu.locator('.af-menu-search input').fill(name)
    await menu.locator('.af-menu-item', has_text=name).first.click()


async def test_levels_are_set_with_the_keyboard_and_follow_the_line_above(server: App, page: Page) -> None:
    """C-13, S-12: a matrix of sections, pipelines and stages."""
    await page.goto(f'{server.url}/settings/roles/viewer')
    cell = page.get_by_role('button', name='Deals, Change: Nothing')
    await cell.focus()
    await page.keyboard.press('1')
    await expect(page.get_by_role('button', name='Deals, Change: Own')).to_be_visible()
    await page.keyboard.press('ArrowRight')
    await expect(page.get_by_role('button', name='Deals, Delete: Nothing')).to_be_focused()
    await page.get_by_role('button', name='Deals', exact=True).click()
    await page.get_by_role('button', name='Sales', exact=True).click()
    await page.get_by_role('button', name='Won, See: All').click()
    await page.locator('.rm-choice', has_text='My unit').click()
    await expect(page.get_by_role('button', name='Won, See: My unit')).to_be_visible()
    await page.reload()
    await expect(page.get_by_role('button', name='Won, See: My unit')).to_be_visible()
    await page.get_by_role('button', name='As above: Won').click()
    await page.get_by_role('button', name='As above: Deals').click()
    await expect(page.get_by_role('button', name='Deals, Change: Nothing')).to_be_visible()


async def test_a_hidden_field_leaves_every_page_at_once(server: App, page: Page, sign_in: SignIn) -> None:
    """C-15: hidden means absent."""
    server.run('user', 'hugo', '--name', 'Hugo')
    hugo = await sign_in(server, 'hugo')
    await hugo.goto(f'{server.url}/c/deals/5')
    await expect(hugo.get_by_text('Loss reason').first).to_be_visible()
    await page.goto(f'{server.url}/settings/roles/member?tab=fields')
    line = page.locator('.rr-line', has_text='Loss reason')
    await line.get_by_role('radio', name='Hidden').click()
    await expect(page.get_by_text('Saved').first).to_be_visible()
    await hugo.goto(f'{server.url}/c/deals/5')
    await expect(hugo.locator('.rc-title')).to_be_visible()
    await expect(hugo.get_by_text('Loss reason')).to_have_count(0)
    await line.get_by_role('radio', name='Change').click()
    await expect(line.get_by_role('radio', name='Change')).to_have_attribute('aria-checked', 'true')


async def test_a_record_is_shared_and_the_reason_is_told(server: App, page: Page, sign_in: SignIn) -> None:
    """C-14, N-13: share one record; who can, who cannot, and why."""
    server.run('user', 'sonja', '--name', 'Sonja Seller')
    await page.goto(f'{server.url}/settings/roles/member')
    see = page.get_by_role('button', name='Deals, See: All')
    await see.focus()
    await page.keyboard.press('1')
    await expect(page.get_by_role('button', name='Deals, See: Own')).to_be_visible()
    sonja = await sign_in(server, 'sonja')
    await sonja.goto(f'{server.url}/c/deals/5')
    await expect(sonja.locator('.rc-title')).to_have_count(0)
    await page.goto(f'{server.url}/c/deals/5')
    await page.get_by_role('button', name='Share', exact=True).click()
    dialog = page.locator('.q-dialog')
    await choose(page, 'Person or role', 'Sonja Seller')
    await dialog.get_by_role('button', name='Share', exact=True).click()
    await expect(dialog.locator('.sh-line')).to_contain_text('Sonja Seller')
    await dialog.get_by_role('button', name='Close').click()
    await expect(page.locator('.sh-people')).to_be_visible()
    await expect(page.get_by_text('Ada Admin shared this record with Sonja Seller')).to_be_visible()
    await sonja.goto(f'{server.url}/c/deals/5')
    await expect(sonja.locator('.rc-title')).to_be_visible()
    await page.get_by_label('More actions').first.click()
    await page.get_by_text('Who can and who cannot, and why').click()
    await choose(page, 'Person', 'Sonja Seller')
    await expect(dialog.locator('.wy-answer')).to_have_text('Sonja Seller sees this record.')
    await expect(dialog.locator('.wy-chain')).to_contain_text('Ada Admin shared it with Sonja Seller')
    await expect(dialog.locator('.wy-chain')).to_contain_text('own records only')
    await dialog.locator('.wy-verdict', has_text='Delete').click()
    await expect(dialog.locator('.wy-answer')).to_have_text('Sonja Seller may not delete this record.')
    await dialog.get_by_role('button', name='Close').click()
    await page.get_by_role('button', name='Share', exact=True).click()
    await dialog.get_by_role('button', name='End sharing').click()
    await expect(dialog.locator('.sh-line')).to_have_count(0)
    await sonja.goto(f'{server.url}/c/deals/5')
    await expect(sonja.locator('.rc-title')).to_have_count(0)
    await page.goto(f'{server.url}/settings/roles/member')
    await page.get_by_role('button', name='As above: Deals').click()
    await expect(page.get_by_role('button', name='Deals, See: All')).to_be_visible()


async def test_a_rule_and_a_default_right_are_sentences(server: App, page: Page) -> None:
    """C-16, C-14, C-43: rules about records, default rights with a preview."""
    await page.goto(f'{server.url}/settings/record-rules')
    await page.get_by_role('button', name='New rule').first.click()
    dialog = page.locator('.q-dialog')
    await dialog.locator('.af-field input').first.fill('Big deals')
    await choose(page, 'Roles', 'Viewer')
    await page.keyboard.press('Escape')
    await dialog.get_by_text('+ Condition').click()
    await choose(page, 'Field', 'Loss reason')
    await choose(page, 'Condition', 'is empty')
    await expect(dialog.get_by_text(re.compile(r'\d+ records now'))).to_be_visible()
    await dialog.get_by_role('button', name='Save').click()
    await expect(page.locator('.rr-sentence')).to_have_text(
        'Deals where Loss reason is empty: see also by Viewer.'
    )
    await page.goto(f'{server.url}/settings/default-rights')
    await page.get_by_role('button', name='New default right').first.click()
    await choose(page, 'Person or role', 'Accounting')
    await dialog.get_by_role('button', name='Add').click()
    await expect(page.locator('.rr-rule').first).to_contain_text('All sections: what anybody makes')
    products = page.locator('.rr-rule', has_text='Products')
    await products.get_by_role('button', name='Preview').click()
    await expect(products).to_contain_text('12 records gain it')
    await products.get_by_role('button', name='Apply').click()
    await expect(products).to_contain_text('Done: 12 given, 0 taken.')


async def test_the_product_through_somebody_elses_eyes(server: App, sign_in: SignIn) -> None:
    """N-13: what they see on every page, nothing changed, said in a banner, ended by a button."""
    page = await sign_in(server, again=True)
    server.run('user', 'vic', '--name', 'Vic Viewer')
    await page.goto(f'{server.url}/settings/roles/member')
    await page.get_by_role('button', name='Contacts, See: All').focus()
    await page.keyboard.press('0')
    await expect(page.get_by_role('button', name='Contacts, See: Nothing')).to_be_visible()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('see as')
    await page.locator('.a-command, [role=dialog]').get_by_text('See as…').first.click()
    await choose(page, 'Person', 'Vic Viewer')
    await page.locator('.q-dialog').get_by_role('button', name='See as this person').click()
    banner = page.locator('.se-banner')
    await expect(banner).to_contain_text('You see Artel as Vic Viewer.')
    await expect(page.locator('.a-side').get_by_role('link', name='Contacts')).to_have_count(0)
    await expect(page.locator('.a-side').get_by_role('link', name='Deals')).to_be_visible()
    for path in ('/settings/people', '/settings/roles', '/settings'):
        await page.goto(f'{server.url}{path}')
        await expect(banner).to_be_visible()
        await expect(page.get_by_text('This page is not open to you.')).to_be_visible()
    await page.goto(f'{server.url}/profile')
    await expect(page.get_by_text('This page is private')).to_be_visible()
    await page.goto(f'{server.url}/c/contacts/list')
    await expect(page.locator('.a-empty')).to_be_visible()
    await page.goto(f'{server.url}/c/deals/list')
    await expect(page.get_by_text('Data move and launch').first).to_be_visible()
    await page.goto(f'{server.url}/c/deals/board')
    await expect(page.locator('.se-banner')).to_be_visible()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('data move')
    await expect(page.get_by_text('Data move and launch').first).to_be_visible()
    await page.keyboard.press('Escape')
    await page.goto(f'{server.url}/c/deals/5')
    title = page.locator('.rc-title')
    await expect(title).to_be_visible()
    await expect(title.locator('input, textarea').first).not_to_be_editable()
    await expect(page.get_by_placeholder('Write a comment')).to_have_count(0)
    await page.reload()
    await expect(banner).to_be_visible()
    await page.get_by_role('button', name='Stop').click()
    await expect(page.locator('.se-banner')).to_have_count(0)
    await expect(page.locator('.a-side').get_by_role('link', name='Contacts')).to_be_visible()
    await page.goto(f'{server.url}/settings/roles/member')
    await page.get_by_role('button', name='As above: Contacts').click()
    await expect(page.get_by_role('button', name='Contacts, See: All')).to_be_visible()


async def test_effective_rights_say_which_role_gave_them(server: App, page: Page, sign_in: SignIn) -> None:
    """B-43: each right and which role gave it; one's own from the profile."""
    nick = await _nick(server, sign_in)
    await nick.goto(f'{server.url}/profile/rights')
    await expect(nick.get_by_role('button', name='Deals, See: All')).to_contain_text('Member')
    await nick.goto(f'{server.url}/settings/people/1/rights')
    await expect(nick.get_by_text('This page is not open to you.')).to_be_visible()
    await page.goto(f'{server.url}/settings/people/1/rights')
    await expect(page.get_by_text('Administrators may do everything.')).to_be_visible()


async def _nick(server: App, sign_in: SignIn) -> Page:
    server.run('user', 'nick', '--name', 'Nick')
    return await sign_in(server, 'nick')
