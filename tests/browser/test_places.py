"""Workplaces and closed sections, in a browser: what is in the panel, for whom, and what is not."""

import sqlite3
from collections.abc import Awaitable, Callable
from itertools import cycle

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.app import App
from tests.browser.conftest import SignIn, fill_sign_in, until

pytestmark = pytest.mark.browser

IS_FIRST = '(grip) => !grip.closest("[data-key]").previousElementSibling?.dataset.key'
MANAGER = ['Home', 'Deals', 'Leads', 'Tasks', 'Contacts', 'Accounts', 'Products']
HEAD = ['Home', 'Dashboards', 'Deals', 'Leads', 'Accounts', 'Contacts', 'Tasks', 'Products']
CLOSED = 'There is no such section, or it is not open to you.'


def _hold(server: App, login: str, *roles: str) -> None:
    """Let a person hold these roles and no others, as another process of the installation would."""
    with sqlite3.connect(server.data / 'artel.db', timeout=10) as base:
        base.execute(
            'DELETE FROM person_roles WHERE person_id = (SELECT id FROM people WHERE login = ?)', [login]
        )
        for role in roles:
            base.execute(
                'INSERT INTO person_roles (person_id, role_id) SELECT p.id, r.id FROM people p, roles r'
                ' WHERE p.login = ? AND r.code = ?',
                [login, role],
            )


def _sections(page: Page) -> Locator:
    return page.locator('.a-side__list .a-nav__text')


async def _switch(page: Page, name: str) -> None:
    await page.locator('.a-workplace').click()
    await page.locator('.a-workplaces').get_by_role('menuitemradio', name=name).click()
    await expect(page.locator('.a-workplace')).to_contain_text(name)


async def test_a_workplace_is_switched_without_reload_and_remembered_over_a_sign_out(
    server: App, page: Page
) -> None:
    await expect(page.locator('.a-workplace')).to_contain_text('Everything')
    await page.evaluate('window.sameDocument = true')
    await _switch(page, 'Sales manager')
    await expect(_sections(page)).to_have_text(MANAGER)
    await _switch(page, 'Head of sales')
    await expect(_sections(page)).to_have_text(HEAD)
    assert await page.evaluate('window.sameDocument')
    await page.locator('.a-me').click()
    await page.get_by_text('Sign out', exact=True).click()
    await page.wait_for_url('**/sign-in')
    await fill_sign_in(page, 'ada', 'correct-horse-battery-9')
    await expect(page.locator('.a-workplace')).to_contain_text('Head of sales')
    await expect(_sections(page)).to_have_text(HEAD)
    await _switch(page, 'Everything')


async def test_a_role_brings_its_workplace_at_the_next_navigation(server: App, sign_in: SignIn) -> None:
    server.run('user', 'rita', '--name', 'Rita')
    page = await sign_in(server, 'rita')
    await expect(page.locator('.a-side')).to_contain_text('Tools')
    await expect(page.locator('.a-workplace')).to_have_count(0)
    _hold(server, 'rita', 'member', 'sales_manager')
    # The server does not hear what another process writes: a tab that asked a second ago asks anew.
    await until(lambda: _at_the_next(page, 'Deals', lambda: _has_no_tools(page)))
    await expect(_sections(page)).to_have_text(MANAGER)
    await expect(page.locator('.a-workplace')).to_have_count(0)
    _hold(server, 'rita', 'member', 'sales_manager', 'head_of_sales')
    await until(lambda: _at_the_next(page, 'Home', lambda: _may_choose(page)))
    await expect(page.locator('.a-workplace')).to_contain_text('Head of sales')
    await page.locator('.a-workplace').click()
    await expect(page.get_by_role('menuitemradio')).to_have_count(2)


async def _at_the_next(page: Page, name: str, truth: Callable[[], Awaitable[bool]]) -> bool:
    """Whether this is so after another navigation."""
    await page.locator('.a-side').get_by_role('link', name='Tasks').click()
    await expect(page.locator('.a-header__title')).to_have_text('Tasks')
    await page.locator('.a-side').get_by_role('link', name=name).click()
    await expect(page.locator('.a-header__title')).to_have_text(name)
    return await truth()


async def _has_no_tools(page: Page) -> bool:
    return 'Tools' not in await page.locator('.a-side__list').inner_text()


async def _may_choose(page: Page) -> bool:
    return await page.locator('.a-workplace').count() > 0


async def test_an_administrator_arranges_a_workplace(server: App, page: Page) -> None:
    await page.goto(f'{server.url}/settings/workplaces')
    await expect(page.get_by_text('A workplace opens no data.')).to_be_visible()
    await page.get_by_role('button', name='New workplace').click()
    await page.locator('.q-dialog input').fill('Desk')
    await page.keyboard.press('Enter')
    await page.wait_for_url('**/settings/workplaces/desk')
    lines = page.locator('.a-ordered__line')
    await expect(lines).to_have_count(7)
    for left, name in zip((6, 5, 4, 3), ('Leads', 'Tasks', 'Contacts', 'Products'), strict=True):
        await page.get_by_role('button', name=f'Take out {name}').click()
        await expect(lines).to_have_count(left)
    await page.get_by_role('button', name='Add section').click()
    await page.locator('.q-menu').get_by_text('Rules', exact=True).click()
    await expect(lines).to_have_count(4)
    # A menu gives the focus back to its button when it has slid away.
    await expect(page.locator('.q-menu')).to_have_count(0)
    await expect(page.get_by_role('button', name='Add section')).to_be_focused()
    await page.locator('[data-key="deals"] .a-grip').focus()
    await page.keyboard.press('ArrowUp')
    await expect(lines.first).to_contain_text('Deals')
    await expect(page.locator('[data-key="deals"] .a-grip')).to_be_focused()
    await _drag(page, page.locator('[data-key="/rules"] .a-grip'), lines.first)
    await expect(lines.first).to_contain_text('Rules')
    await page.get_by_role('button', name='Translations').click()
    await page.locator('.q-dialog .af-field', has_text='Русский').locator('input').fill('Стойка')
    await page.locator('.q-dialog').get_by_role('button', name='Save').click()
    await expect(page.locator('.q-dialog')).to_have_count(0)
    await page.locator('.a-side').get_by_role('link', name='Home').click()
    await _switch(page, 'Desk')
    await expect(_sections(page)).to_have_text(['Rules', 'Deals', 'Home', 'Accounts'])
    await _switch(page, 'Everything')
    await page.goto(f'{server.url}/settings/workplaces/desk')
    await page.get_by_role('button', name='Delete workplace').click()
    await page.locator('.q-dialog').get_by_role('button', name='Delete workplace').click()
    await page.wait_for_url('**/settings/workplaces')
    await expect(page.get_by_text('Desk', exact=True)).to_have_count(0)


async def _drag(page: Page, grip: Locator, onto: Locator) -> None:
    """Take a line by its grip above the first one."""
    start, end = await grip.bounding_box(), await onto.bounding_box()
    assert start
    assert end
    await page.mouse.move(start['x'] + 8, start['y'] + 12)
    await page.mouse.down()
    await page.mouse.move(start['x'] + 8, start['y'] - 10, steps=4)
    await page.mouse.move(end['x'] + 16, end['y'] + 4, steps=12)
    # The other lines make room while they slide; a hand that is not quite still is heard again after that.
    trembling = cycle((4, 5))

    async def is_above() -> bool:
        await page.mouse.move(end['x'] + 16, end['y'] + next(trembling))
        return bool(await grip.first.evaluate(IS_FIRST))

    await until(is_above)
    await page.mouse.up()


async def test_a_section_that_is_not_open_is_nowhere(server: App, sign_in: SignIn, page: Page) -> None:
    server.run('user', 'olga', '--name', 'Olga')
    _hold(server, 'olga', 'accounting')
    await page.goto(f'{server.url}/c/leads/list')
    name = (await page.locator('.at-title').first.inner_text()).strip()
    assert name
    olga = await sign_in(server, 'olga')
    await expect(_sections(olga).filter(has_text='Leads')).to_have_count(0)
    for address in ('/c/leads', '/c/leads/list', '/c/leads/board', '/c/leads/analytics', '/c/leads/1'):
        await olga.goto(f'{server.url}{address}')
        await expect(olga.get_by_text(CLOSED)).to_be_visible()
        await expect(olga.locator('.ag-root, .ab-col')).to_have_count(0)
    await olga.goto(server.url)
    await expect(olga.locator('.a-greeting')).to_be_visible()
    await olga.keyboard.press('Control+k')
    await olga.keyboard.type(name[:20])
    answered = olga.locator('.a-command__none', has_text='Nothing found')
    await expect(answered.or_(olga.locator('.a-command__item')).first).to_be_visible()
    await expect(olga.locator('.a-command__item[href*="/c/leads"]')).to_have_count(0)
    token = server.run('token', 'olga').splitlines()[-1].strip()
    async with httpx.AsyncClient(
        base_url=f'{server.url}/api/v1', headers={'authorization': f'Bearer {token}'}
    ) as api:
        assert 'leads' not in (await api.get('/catalogs')).text
        assert (await api.get('/catalogs/deals/records')).status_code == 200
        for path in ('/catalogs/leads', '/catalogs/leads/records', '/catalogs/leads/records/1'):
            assert (await api.get(path)).status_code == 404, path
        assert '"leads"' not in (await api.get('/search', params={'text': name[:20]})).text


async def test_an_unknown_section_answers_just_like_a_closed_one(server: App, page: Page) -> None:
    await page.goto(f'{server.url}/c/nothing/list')
    await expect(page.get_by_text(CLOSED)).to_be_visible()
