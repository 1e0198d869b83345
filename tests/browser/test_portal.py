"""The portal as customers see it: invited or registered, in by their own door, at home with their own."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from store import guard, opening, roles
from store.actor import Level, Rights
from store.settings import Environment
from store.system_settings import change_settings
from tests.browser.app import PASSWORD, App, copy_of
from tests.browser.conftest import until
from tests.mail_server import Box, serving

pytestmark = pytest.mark.browser

SignIn = Callable[..., Awaitable[Page]]
OpenContext = Callable[..., Awaitable[BrowserContext]]
NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']


@pytest.fixture(scope='module')
def box() -> Box:
    return Box()


@pytest.fixture(scope='module')
def site(sales_data: Path, tmp_path_factory: pytest.TempPathFactory, box: Box) -> Iterator[App]:
    """The team of the sales demo, whose customers may see and make deals."""
    with serving(box) as mail:
        surroundings = {'ARTEL_SMTP_HOST': mail.host, 'ARTEL_SMTP_PORT': str(mail.port)}
        app = App(
            copy_of(sales_data, tmp_path_factory.mktemp('portal')),
            **surroundings,
            ARTEL_SMTP_SECURITY='none',
            ARTEL_SMTP_SENDER=mail.sender,
        )
        asyncio.run(_prepare(app))
        app.start()
        yield app
        app.stop()


async def _prepare(app: App) -> None:
    await opening.open_store(Environment.read({'ARTEL_DATA': str(app.data)}))
    try:
        own = Rights(Level.OWN, Level.OWN, Level.OWN)
        await roles.save_role(guard.SETUP, 'portal', 'Customer', {'deals': own})
        await change_settings(guard.SETUP, {'public_url': app.url, 'portal_registration': 'open'})
    finally:
        await opening.close_store()


async def letter_to(box: Box, address: str, page: str) -> str:
    """The link to a page in the latest letter to somebody."""

    def found() -> str:
        for letter in reversed(box.letters):
            link = re.search(rf'http\S+/{page}/\S+', str(letter.get_content()))
            if link and letter['To'].addresses[0].addr_spec == address:
                return link[0]
        return ''

    async def has_come() -> bool:
        return bool(found())

    await until(has_come)
    return found()


async def test_a_visitor_registers_and_makes_a_record(site: App, open_context: OpenContext, box: Box) -> None:
    page = await (await open_context()).new_page()
    await page.goto(f'{site.url}/portal/sign-in')
    await page.get_by_role('link', name='Register').click()
    await page.locator('input[name=name]').fill('Rita Reader')
    await page.locator('input[name=email]').fill('rita@new.example')
    question = page.get_by_text(re.compile(r'How much is \w+ plus \w+\?'))
    await expect(question).to_be_visible()
    first, second = re.findall(r'is (\w+) plus (\w+)', await question.inner_text())[0]
    await page.locator('input[name=answer]').fill(str(NUMBERS.index(first) + NUMBERS.index(second)))
    await page.get_by_role('button', name='Register').click()
    await expect(page.get_by_text('A letter is on its way to rita@new.example')).to_be_visible()

    await page.goto(await letter_to(box, 'rita@new.example', 'portal/confirm'))
    await page.locator('input[name=password]').fill(PASSWORD)
    await page.get_by_role('button', name='Continue').click()
    await expect(page.get_by_role('heading', name='Hello, Rita Reader')).to_be_visible()
    await page.locator('.pt-list__head').get_by_text('New').click()
    await page.get_by_label('Name', exact=False).first.fill('A wish of mine')
    await page.get_by_role('button', name='Send').click()
    await expect(page.get_by_role('heading', name='A wish of mine')).to_be_visible()
    await page.goto(f'{site.url}/c/deals')
    await expect(page).to_have_url(f'{site.url}/portal')
    await expect(page.get_by_role('link', name='A wish of mine')).to_be_visible()


async def test_a_contact_is_invited_to_the_portal(
    site: App, sign_in: SignIn, open_context: OpenContext, box: Box
) -> None:
    page = await sign_in(site, 'ada')
    await page.goto(f'{site.url}/c/contacts/1')
    await page.get_by_role('button', name='Invite to the portal').click()
    told = page.get_by_text(re.compile(r'The invitation is on its way to \S+@\S+'))
    await expect(told).to_be_visible()
    address = re.findall(r'\S+@[^\s]+[a-z]', await told.inner_text())[0]
    guest = await (await open_context()).new_page()
    await guest.goto(await letter_to(box, address, 'portal/invite'))
    await guest.locator('input[name=password]').fill(PASSWORD)
    await guest.get_by_role('button', name='Come in').click()
    await expect(guest).to_have_url(f'{site.url}/portal')
    await expect(guest.get_by_role('heading', name='Hello')).to_be_visible()
    await page.goto(f'{site.url}/settings/people?kind=portal')
    await expect(page.get_by_role('cell', name=address).first).to_be_visible()
