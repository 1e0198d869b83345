"""People in a browser: invited, given a photo, placed in the organisation, let go."""

import io
import re
import urllib.error
import urllib.request
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.app import PASSWORD, App
from tests.browser.conftest import SignIn, fill_sign_in

pytestmark = pytest.mark.browser
OpenContext = Callable[..., Awaitable[BrowserContext]]
SAMPLE_UNITS = 6
"""The units that the sample data of Sales bring."""


async def add_person(page: Page, server: App, name: str, login: str, *, way: str = '') -> str:
    """Add somebody on the page of people; the link or password that is shown once."""
    await page.goto(f'{server.url}/settings/people')
    await page.get_by_role('button', name='Add person').click()
    dialog = page.locator('.q-dialog')
    await dialog.locator('.af-field', has_text='Name').first.locator('input').fill(name)
    await dialog.locator('.af-field', has_text='Login').locator('input').fill(login)
    await dialog.locator('.af-field', has_text='E-mail').locator('input').fill(f'{login}@example.com')
    if way:
        await dialog.get_by_role('combobox', name='Gets in with').click()
        await page.locator('.af-menu-item', has_text=way).click()
    await dialog.get_by_role('button', name='Add', exact=True).click()
    secret = await page.locator('.a-secret .a-mono').inner_text()
    await page.get_by_role('button', name='Done').click()
    return secret


async def test_an_invited_colleague_comes_in_and_is_a_contact(
    server: App, page: Page, open_context: OpenContext
) -> None:
    link = await add_person(page, server, 'Nora New', 'nora')
    assert link.startswith(f'{server.url}/invite/')
    line = page.locator('tr', has_text='Nora New')
    await expect(line).to_contain_text('Invited')
    nora = await (await open_context()).new_page()
    await nora.goto(link)
    await expect(nora.locator('input[name=login]')).to_have_value('nora')
    await nora.locator('input[name=password]').fill('short')
    await nora.get_by_role('button', name='Come in').click()
    await expect(nora.get_by_text('Take at least 12 characters.')).to_be_visible()
    await nora.locator('input[name=password]').fill(PASSWORD)
    await nora.get_by_role('button', name='Come in').click()
    await expect(nora.locator('.a-side')).to_contain_text('Nora New')
    late = await (await open_context()).new_page()
    await late.goto(link)
    await expect(late.get_by_text('This link was used already')).to_be_visible()
    await page.goto(f'{server.url}/c/contacts/list?q=Nora')
    await page.locator('.ag-row', has_text='Nora New').first.click()
    await expect(page.get_by_text('Colleague', exact=True)).to_be_visible()
    await expect(page.locator('.q-pill, .a-pill', has_text='Active')).to_be_visible()


async def test_a_given_password_is_changed_before_anything_else(
    server: App, page: Page, open_context: OpenContext
) -> None:
    given = await add_person(page, server, 'Otto First', 'otto', way='A first password')
    otto = await (await open_context()).new_page()
    await otto.goto(f'{server.url}/sign-in')
    await fill_sign_in(otto, 'otto', given)
    await otto.wait_for_url('**/new-password')
    await otto.goto(f'{server.url}/c/deals/list')
    await otto.wait_for_url('**/new-password')
    assert (await otto.request.get(f'{server.url}/api/v1/catalogs')).status == 401
    await otto.locator('input[name=current]').fill(given)
    await otto.locator('input[name=password]').fill(given)
    await otto.get_by_role('button', name='Continue').click()
    await expect(otto.get_by_text('Choose another password')).to_be_visible()
    await otto.locator('input[name=password]').fill(PASSWORD)
    await otto.get_by_role('button', name='Continue').click()
    await expect(otto.locator('.a-side')).to_contain_text('Otto First')


async def test_who_is_let_go_is_out_at_once(server: App, page: Page, sign_in: SignIn) -> None:
    """Before the administrator reads that it is done, keys are refused and tabs are on their way out."""
    server.run('user', 'zoe', '--name', 'Zoe Gone')
    secret = server.run('token', 'zoe')
    zoe = await sign_in(server, 'zoe')
    await zoe.goto(f'{server.url}/c/deals/list')
    assert status(server, secret) == 200
    await page.goto(f'{server.url}/settings/people')
    line = page.locator('tr', has_text='Zoe Gone')
    await line.get_by_role('button').click()
    await page.get_by_text('Deactivate', exact=True).click()
    await page.locator('.q-dialog').get_by_role('button', name='Deactivate').click()
    await expect(line).to_have_count(0)
    assert status(server, secret) == 401
    await zoe.wait_for_url('**/sign-in')
    await page.get_by_role('button', name='Deactivated people').click()
    await expect(line).to_contain_text('Deactivated')


def status(server: App, secret: str) -> int:
    """What the REST interface answers to a key."""
    request = urllib.request.Request(
        f'{server.url}/api/v1/catalogs', headers={'authorization': f'Bearer {secret}'}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


async def test_the_organisation_is_a_tree_that_is_dragged_and_walked(server: App, page: Page) -> None:
    await page.goto(f'{server.url}/settings/organization')
    # The sample organisation is there already; these three come after it.
    there = SAMPLE_UNITS
    await expect(page.get_by_role('treeitem')).to_have_count(there)
    dialog = page.locator('.q-dialog')
    for place, name in enumerate(('Company', 'Depot', 'North')):
        await page.get_by_role('button', name='Add unit').click()
        await dialog.locator('input').first.fill(name)
        await dialog.get_by_role('button', name='Add', exact=True).click()
        await expect(page.get_by_role('treeitem')).to_have_count(there + place + 1)
        await expect(dialog).to_have_count(0)
    units = {
        name: page.get_by_role('treeitem').filter(has_text=name) for name in ('Company', 'Depot', 'North')
    }
    await units['Depot'].drag_to(units['Company'])
    await expect(units['Depot']).to_have_attribute('aria-level', '2')
    await units['North'].focus()
    await page.keyboard.press('Alt+ArrowRight')
    await expect(units['North']).to_have_attribute('aria-level', '2')
    await page.keyboard.press('Alt+ArrowUp')
    await expect(page.get_by_role('treeitem').nth(there + 1)).to_contain_text('North')
    await units['Depot'].get_by_role('button', name='More actions').click()
    await page.get_by_text('Move to…').click()
    await dialog.get_by_role('combobox').click()
    await page.locator('.af-menu-item', has_text='North').click()
    await dialog.get_by_role('button', name='Move').click()
    await expect(units['Depot']).to_have_attribute('aria-level', '3')
    await units['Company'].click()
    panel = page.locator('.og-side')
    await expect(panel.locator('input').first).to_have_value('Company')
    await panel.get_by_role('combobox', name='Add somebody').click()
    await page.locator('.af-search-box').fill('Max')
    await page.locator('.af-menu-item', has_text='Max Member').click()
    await expect(panel).to_contain_text('1 person')
    await expect(units['Company'].locator('.og-count')).to_have_text('1')


async def test_a_photo_is_cut_to_a_square_and_seen_in_the_panel(
    server: App, page: Page, tmp_path: Path
) -> None:
    picture = tmp_path / 'me.jpg'
    Image.new('RGB', (900, 600), 'teal').save(picture)
    await page.goto(f'{server.url}/profile')
    await page.locator('input[type=file][accept*=webp]').set_input_files(picture)
    await page.get_by_role('dialog').get_by_role('button', name='Save').click()
    face = page.locator('.a-me .a-photo')
    await expect(face).to_have_css('background-image', re.compile(r'/files/\d+'))
    found = re.search(r'/files/\d+', await face.evaluate('node => getComputedStyle(node).backgroundImage'))
    assert found
    answer = await page.request.get(server.url + found[0])
    with Image.open(io.BytesIO(await answer.body())) as kept:
        assert (kept.size, kept.format) == ((512, 512), 'WEBP')
    text = tmp_path / 'no.png'
    text.write_text('no picture')
    await page.locator('input[type=file][accept*=webp]').set_input_files(text)
    await expect(page.get_by_text('This is no picture.')).to_be_visible()


async def test_my_data_come_as_an_archive(server: App, page: Page) -> None:
    await page.goto(f'{server.url}/profile')
    async with page.expect_download() as waiting:
        await page.get_by_role('button', name='Export my data').click()
    path = await (await waiting.value).path()
    with zipfile.ZipFile(path) as archive:
        assert {'profile.json', 'sessions.json', 'preferences.json', 'comments.csv'} <= set(
            archive.namelist()
        )
        assert b'"login": "ada"' in archive.read('profile.json')
        assert b'password' not in archive.read('profile.json').replace(b'must_change_password', b'').replace(
            b'has_password', b''
        )


async def test_hours_and_absence_are_kept_and_seen(server: App, page: Page) -> None:
    await page.goto(f'{server.url}/profile')
    await page.get_by_role('button', name='Monday to Friday, 9 to 18').click()
    await expect(page.locator('.pp-time')).to_have_count(10)
    await page.reload()
    await expect(page.locator('.pp-time')).to_have_count(10)


async def test_the_last_administrator_stays(server: App, page: Page) -> None:
    await page.goto(f'{server.url}/settings/people')
    await page.locator('tr', has_text='Ada Admin').get_by_role('button').click()
    await page.get_by_text('Deactivate', exact=True).click()
    await page.locator('.q-dialog').get_by_role('button', name='Deactivate').click()
    await expect(page.get_by_text(re.compile('administrator', re.IGNORECASE)).last).to_be_visible()
    await page.reload()
    await expect(page.locator('tr', has_text='Ada Admin')).to_be_visible()


async def test_a_link_in_a_letter_signs_nobody_else_out(
    server: App, page: Page, open_context: OpenContext
) -> None:
    link = await add_person(page, server, 'Pia Post', 'pia')
    pia = await (await open_context(width=390, height=800)).new_page()
    await pia.goto(link)
    await pia.locator('input[name=password]').fill(PASSWORD)
    await pia.get_by_role('button', name='Come in').click()
    await expect(pia.locator('.a-bottom')).to_be_visible()
    again = await (await open_context()).new_page()
    await again.goto(f'{server.url}/sign-in')
    await fill_sign_in(again, 'pia', PASSWORD)
    await expect(again.locator('.a-side')).to_contain_text('Pia Post')
