"""The system designer, system settings, lookups and brand, in a browser."""

import re
import sqlite3
import struct
import zlib
from collections.abc import Awaitable, Callable

import httpx
import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.app import App
from tests.browser.conftest import SignIn

pytestmark = pytest.mark.browser

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">%s<rect width="8" height="8"/></svg>'
PLAIN_SVG = SVG % b''
EVIL_SVG = SVG % b'<script>window.broken = 1</script>'
RATIO = """() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const c = channels(getComputedStyle(node).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const texts = ['nav__text', 'nav .q-icon', 'side__caption', 'nav__count', 'me__name', 'badge'];
  const seen = texts.flatMap((one) => [...document.querySelectorAll('.a-side .a-' + one)]);
  return Math.min(...seen.map((node) => {
    const pair = [light(channels(getComputedStyle(node).color)), light(ground(node))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  }));
}"""
"""The least contrast of a text or icon of the panel with what lies under it."""


def _png(color: tuple[int, int, int]) -> bytes:
    """A square picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

    lines = (b'\0' + bytes(color) * 16) * 16
    head = struct.pack('>IIBBBBB', 16, 16, 8, 2, 0, 0, 0)
    return (
        b'\x89PNG\r\n\x1a\n'
        + chunk(b'IHDR', head)
        + chunk(b'IDAT', zlib.compress(lines))
        + chunk(b'IEND', b'')
    )


@pytest.mark.parametrize(
    ('typed', 'path'),
    [
        ('логотип', '/settings/brand'),
        ('logo', '/settings/brand'),
        ('справочн', '/settings/lookups'),
        ('базовая валюта', '/settings/company'),
        ('smtp порт', '/settings/mail'),
        ('рабочее место', '/settings/workplaces'),
    ],
)
async def test_a_setting_is_found_in_either_language_and_opened_by_enter(
    server: App, page: Page, typed: str, path: str
) -> None:
    await page.goto(f'{server.url}/settings')
    await expect(page.locator('.a-designer__find input')).to_be_focused()
    await page.keyboard.type(typed)
    await page.keyboard.press('Enter')
    await page.wait_for_url(re.compile(f'{path}(\\?.*)?$'))


async def test_areas_stand_in_categories_and_narrow_as_one_types(server: App, page: Page) -> None:
    await page.locator('.a-side').get_by_role('link', name='System designer').click()
    captions = page.locator('.a-designer__caption')
    await expect(captions.first).to_have_text('Users and rights')
    wanted = {'Data', 'Look', 'Processes', 'Integrations', 'Import', 'Analytics', 'Maintenance'}
    for name in wanted:
        await expect(captions.get_by_text(name, exact=True)).to_be_visible()
    areas = await page.locator('.a-area').count()
    await expect(page.locator('.a-designer__find input')).to_be_focused()
    await page.keyboard.type('zzz')
    await expect(page.get_by_text('Nothing found. Try another word.')).to_be_visible()
    await page.keyboard.press('Escape')
    await expect(page.locator('.a-area')).to_have_count(areas)


async def test_an_area_is_there_for_whoever_may_do_its_operation(server: App, sign_in: SignIn) -> None:
    server.run('user', 'lena', '--name', 'Lena')
    with sqlite3.connect(server.data / 'artel.db', timeout=60) as base:
        base.execute("INSERT INTO roles (code, label) VALUES ('librarian', 'Librarian')")
        base.execute(
            "INSERT INTO role_operations (role_id, operation) SELECT id, 'edit_lookups' FROM roles"
            " WHERE code = 'librarian'"
        )
        base.execute(
            'INSERT INTO person_roles (person_id, role_id) SELECT p.id, r.id FROM people p, roles r'
            " WHERE p.login = 'lena' AND r.code = 'librarian'"
        )
    page = await sign_in(server, 'lena')
    await page.locator('.a-side').get_by_role('link', name='System designer').click()
    settings = page.locator('.a-area[href^="/settings/"]')
    await expect(settings).to_have_count(1)
    await expect(settings).to_contain_text('Lookups')
    await page.goto(f'{server.url}/settings/brand')
    await expect(page.get_by_text('This page is not open to you.')).to_be_visible()


async def test_the_palette_knows_the_areas_too(server: App, page: Page) -> None:
    await page.keyboard.press('Control+k')
    await page.keyboard.type('логотип')
    await expect(page.locator('.a-command__item').first).to_contain_text('Brand')


async def test_a_system_setting_is_found_changed_and_reset(server: App, page: Page) -> None:
    await page.goto(f'{server.url}/settings/system')
    await page.get_by_role('searchbox', name='Find a setting').fill('квота')
    line = page.locator('.a-setting:visible')
    await expect(line).to_have_count(1)
    await expect(line).to_contain_text('file_quota_mb')
    box = line.locator('input')
    await box.fill('0')
    await box.press('Tab')
    await expect(line).to_contain_text('Enter a number from 1 to')
    await box.fill('2048')
    await box.press('Tab')
    await expect(line).to_contain_text('Ada Admin')
    await expect(line).to_contain_text('Default: 1')
    await line.get_by_role('button', name='Reset').click()
    await expect(box).to_have_value(re.compile('1.?024'))
    await expect(line.get_by_role('button', name='Reset')).to_have_count(0)


async def test_a_value_is_put_away_and_two_are_merged_and_taken_back(server: App, page: Page) -> None:
    await page.goto(f'{server.url}/settings/lookups/deals/source')
    lines = page.locator('.a-ordered__line')
    await expect(lines.first).to_be_visible()
    count = await lines.count()
    first = lines.first
    used = int((await first.locator('a.a-link').inner_text()).split()[0])
    name = await first.locator('input:not([type=color])').input_value()
    await first.get_by_role('button', name='Actions for').click()
    await page.locator('.q-menu').get_by_text('Put away', exact=True).click()
    await expect(lines.first.locator('.a-pill')).to_be_visible()
    await lines.first.locator('a.a-link').click()
    await page.wait_for_url('**/c/deals/list?filter=*')
    await expect(page.locator('.ag-row').first).to_be_visible()
    await page.goto(f'{server.url}/c/deals/1')
    await page.get_by_text('Source', exact=True).first.wait_for()
    await page.goto(f'{server.url}/settings/lookups/deals/source')
    await lines.first.get_by_role('button', name='Actions for').click()
    await page.locator('.q-menu').get_by_text('Merge with another').click()
    dialog = page.locator('.q-dialog')
    await expect(dialog).to_contain_text(f'{used} records get the other value')
    await dialog.locator('.af-field').click()
    await page.locator('.af-menu-item').first.click()
    await dialog.get_by_role('button', name='Merge').click()
    undo = page.get_by_role('button', name='Undo')
    await undo.hover()  # a note stays while it is looked at
    await expect(lines).to_have_count(count - 1)
    await undo.click()
    await expect(lines).to_have_count(count)
    await expect(lines.first.locator('a.a-link')).to_have_text(f'{used} records')
    await expect(lines.first.locator('input:not([type=color])')).to_have_value(name)


async def test_logos_are_seen_signed_out_and_by_all_at_the_next_load(
    server: App, page: Page, open_context: Callable[..., Awaitable[BrowserContext]]
) -> None:
    await page.goto(f'{server.url}/settings/brand')
    files = page.locator('.a-logo input[type=file]')
    for place, content in enumerate((_png((200, 30, 30)), PLAIN_SVG, _png((30, 30, 200)))):
        kind = 'svg' if content is PLAIN_SVG else 'png'
        file = {'name': f'logo.{kind}', 'mimeType': f'image/{kind}', 'buffer': content}
        await files.nth(place).set_input_files(file)  # type: ignore[arg-type]  # a file payload
        await expect(page.locator('.a-logo').nth(place).locator('img')).to_be_visible()
    await page.reload()
    await expect(page.locator('.a-side__logo')).to_be_visible()
    await expect(page.locator('.a-side__logo')).to_have_js_property('complete', True)
    await expect(page.locator('.a-side__logo')).not_to_have_js_property('naturalWidth', 0)
    signed_out = await (await open_context()).new_page()
    await signed_out.goto(f'{server.url}/sign-in')
    logo = signed_out.locator('.a-brand-logo')
    await expect(logo).to_be_visible()
    await expect(logo).to_have_js_property('complete', True)
    await expect(logo).to_have_js_property('naturalWidth', 16)
    icon = await signed_out.locator('link[rel=icon]').get_attribute('href')
    async with httpx.AsyncClient(base_url=server.url) as anybody:
        answer = await anybody.get(str(icon))
        assert (answer.status_code, answer.content) == (200, _png((30, 30, 200)))
        assert 'immutable' in answer.headers['cache-control']
        assert (await anybody.get('/favicon.ico', follow_redirects=True)).content == answer.content
    await page.goto(f'{server.url}/settings/brand')
    await page.get_by_role('button', name='Reset all').click()
    await page.locator('.q-dialog').get_by_role('button', name='Reset all').click()
    await expect(page.locator('.a-logo img')).to_have_count(0)
    await signed_out.reload()
    await expect(logo).to_have_count(0)
    await expect(signed_out.locator('main img')).to_be_visible()


async def test_a_harmful_drawing_is_refused_and_a_text_is_no_picture(server: App, page: Page) -> None:
    await page.goto(f'{server.url}/settings/brand')
    first = page.locator('.a-logo').first
    for name, content in (('evil.svg', EVIL_SVG), ('text.png', b'<html><script>1</script></html>')):
        file = {'name': name, 'mimeType': 'image/svg+xml', 'buffer': content}
        await first.locator('input[type=file]').set_input_files(file)  # type: ignore[arg-type]  # a payload
        await expect(first.get_by_role('alert')).to_be_visible()
        await expect(first.locator('img')).to_have_count(0)
    assert await page.evaluate('window.broken') is None


@pytest.mark.parametrize('scheme', ['light', 'dark'])
async def test_the_panel_is_read_in_any_colour(server: App, sign_in: SignIn, page: Page, scheme: str) -> None:
    reader = await sign_in(server, 'max', color_scheme=scheme)
    await page.goto(f'{server.url}/settings/brand')
    for color in ('#1e293b', '#fef3c7'):
        await page.get_by_role('radio', name=color).click()
        await expect(page.get_by_role('radio', name=color)).to_have_attribute('aria-checked', 'true')
        await reader.reload()
        await reader.locator('.a-side__list .a-nav').first.wait_for()
        channels = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
        await expect(reader.locator('.a-side')).to_have_css(
            'background-color', f'rgb({channels[0]}, {channels[1]}, {channels[2]})'
        )
        for one in (reader, page):
            await one.wait_for_function(f'({RATIO})() >= 4.5')
    await page.get_by_role('button', name='Reset', exact=True).click()
    await expect(page.get_by_role('button', name='Reset', exact=True)).to_have_count(0)
