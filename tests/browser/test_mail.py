"""A mailbox in the profile and its letters in the panel, in a browser, against real mail servers."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Locator, Page, expect

from store.settings import SmtpServer
from tests.browser.app import App
from tests.imap_server import PASSWORD, ImapServer, letter, serving_imap
from tests.mail_server import Box, serving

pytestmark = pytest.mark.browser


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    """Where Ada's mailbox is."""
    with serving_imap() as running:
        yield running


@pytest.fixture
def box() -> Box:
    """What arrives."""
    return Box()


@pytest.fixture
def smtp(box: Box) -> Iterator[SmtpServer]:
    """Where Ada's letters are handed in."""
    with serving(box, takes=PASSWORD) as running:
        yield running


async def test_a_letter_is_read_and_answered_beside_the_contact(
    server: App, page: Page, imap: ImapServer, smtp: SmtpServer, box: Box
) -> None:
    """C-28, B-46: the test says what is wrong; the contact's letter is read and answered without leaving."""
    await page.goto(f'{server.url}/settings/mailboxes')
    await leave(
        field(page.locator('body'), 'Mail servers inside the company').locator('textarea'), '127.0.0.1'
    )
    await leave(
        field(page.locator('body'), 'Certificate of your own authority for mail').locator('textarea'), imap.ca
    )
    await expect(page.locator('.af-saved')).to_have_count(2)
    await page.goto(f'{server.url}/c/contacts/1')
    address = await field(page.locator('body'), 'E-mail').locator('input').input_value()
    imap.put(letter('The offer', 'Shall we sign?', From=f'Bob <{address}>', Message_ID='<one@x.com>'), 'ada')

    await page.goto(f'{server.url}/profile')
    await page.get_by_role('button', name='Connect', exact=True).click()
    dialog = page.locator('.q-dialog')
    await dialog.get_by_role('radio', name='Own server').click()
    for label, value in (
        ('E-mail', 'ada@example.test'),
        ('App password', 'wrong'),
        ('Incoming mail, IMAP server', '127.0.0.1'),
        ('Outgoing mail, SMTP server', '127.0.0.1'),
    ):
        await leave(field(dialog, label).locator('input'), value)
    for place, port in enumerate((imap.tls_port, smtp.port)):
        await leave(field(dialog, 'Port').nth(place).locator('input'), str(port))
    await field(dialog, 'Encryption').nth(1).get_by_text('TLS', exact=True).click()
    await page.locator('.af-menu-item', has_text='None').click()
    await dialog.get_by_role('button', name='Test connection').click()
    await expect(dialog).to_contain_text('want a password for apps')
    await leave(field(dialog, 'App password').locator('input'), PASSWORD)
    await dialog.get_by_role('button', name='Test connection').click()
    await expect(dialog).to_contain_text('It works: 1 letter in the inbox.')
    await dialog.get_by_role('button', name='Save').click()
    await expect(page.locator('#mailbox')).to_contain_text('last read')

    await page.goto(f'{server.url}/c/contacts/1')
    await page.locator('.a-bell').click()
    await page.get_by_role('tab', name='E-mail').click()
    await expect(page.get_by_role('tab', name='E-mail')).to_contain_text('1')
    await page.locator('.ml-line', has_text='The offer').click()
    await expect(page.locator('.ml-text')).to_contain_text('Shall we sign?')
    await expect(page.get_by_role('tab', name='E-mail')).not_to_contain_text('1')
    await page.get_by_role('button', name='Reply').click()
    await page.locator('.ml-write textarea').fill('Yes, tomorrow.')
    await page.get_by_role('button', name='Send').click()
    await expect(page.locator('.ml-letter')).to_have_count(2)
    await expect(page.locator('.ml-letter').last).to_contain_text('Yes, tomorrow.')
    await expect(page.locator('.ml-said')).to_have_count(0)
    assert [arrived['In-Reply-To'] for arrived in box.letters] == ['<one@x.com>']
    assert page.url.endswith('/c/contacts/1')


def field(home: Locator, label: str) -> Locator:
    """A field by its label."""
    return home.locator('.af-field').filter(has=home.page.get_by_text(label, exact=True))


async def leave(input_: Locator, value: str) -> None:
    """Write into a box and leave it, which is when it counts."""
    await input_.fill(value)
    await input_.blur()
