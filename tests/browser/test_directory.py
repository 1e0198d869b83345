"""The page of the company's directory, in a browser: tested, previewed, applied."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests import ldap_server
from tests.browser.app import App
from tests.ldap_server import LdapServer

pytestmark = pytest.mark.browser


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[LdapServer]:
    """A directory of three people."""
    ldap_server.skip_without()
    made = LdapServer(tmp_path / 'slapd')
    made.start(('anna', 'boris', 'clara'))
    yield made
    made.stop()


async def test_people_come_from_the_directory_after_a_preview(
    server: App, page: Page, directory: LdapServer
) -> None:
    """C-07: a wrong password is said beside its field; the preview says who comes; then they are there."""
    await page.goto(f'{server.url}/settings/directory')
    for label, value in (
        ('Server of the directory', '127.0.0.1'),
        ('Port of the directory', str(directory.tls_port)),
        ('Certificate of your own authority', directory.ca),
        ('Account that reads', ldap_server.READER),
        ('Password of this account', 'wrong'),
        ('Branch with people', ldap_server.PEOPLE),
    ):
        await fill(page, label, value)
    await page.get_by_role('button', name='Test connection').click()
    await expect(field(page, 'Password of this account').get_by_role('alert')).to_contain_text(
        'refuses this account'
    )
    await fill(page, 'Password of this account', ldap_server.SECRET)
    await page.get_by_role('button', name='Test connection').click()
    await expect(page.get_by_role('cell', name='boris@example.com')).to_be_visible()

    await page.get_by_role('button', name='Preview').first.click()
    await expect(page.get_by_role('row', name='Clara Example')).to_contain_text('Will be added')
    await page.get_by_role('button', name='Apply').click()
    await page.locator('.q-dialog').get_by_role('button', name='Apply').click()
    await expect(page.get_by_text('found 3 · new 3').first).to_be_visible()


def field(page: Page, label: str) -> Locator:
    """A setting by its label."""
    return page.locator('.af-field').filter(has=page.get_by_text(label, exact=True))


async def fill(page: Page, label: str, value: str) -> None:
    """Write a setting and leave it, which saves it."""
    box = field(page, label).locator('input, textarea').first
    await box.fill(value)
    await box.blur()
