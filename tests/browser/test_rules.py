"""A rule made in the browser, seen at work, and switched off."""

import json
import re
import urllib.request
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.app import App
from tests.browser.conftest import until

pytestmark = pytest.mark.browser


def call(app: App, token: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What the REST interface answers to a POST."""
    headers = {'Authorization': f'Bearer {token}', 'Content-Type': 'application/json'}
    request = urllib.request.Request(f'{app.url}/api/v1{path}', json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


async def choose(page: Page, button: str, line: str) -> None:
    """Press a button that opens a menu, and choose a line of it."""
    await page.get_by_role('button', name=button).click()
    await page.locator('.ar-menu .q-item').filter(has_text=line).click()
    await expect(page.locator('.ar-menu')).to_have_count(0)


async def test_what_is_missing_is_said_beside_it(page: Page, server: App) -> None:
    await page.goto(f'{server.url}/rules/new')
    await page.get_by_role('button', name='Create rule').click()
    await expect(page.get_by_text('Choose what starts the rule.', exact=True)).to_be_visible()
    await expect(page.get_by_text('Add at least one action.')).to_be_visible()
    await choose(page, 'Add action', 'Notify')
    await expect(page.locator('.ar-part .af-error').first).to_be_visible()
    await expect(page).to_have_url(re.compile('/rules/new$'))


async def test_a_rule_is_made_said_run_and_switched_off(page: Page, server: App) -> None:
    token = server.run('token', 'ada')
    await page.goto(f'{server.url}/rules/new?catalog=leads')
    await page.locator('.ar-about input[maxlength="200"]').fill('Greet')
    await choose(page, 'Choose what starts the rule', 'When a record is created')
    await choose(page, 'Add action', 'Notify')
    await page.locator('.ar-part .af-control-root').first.click()
    await page.locator('.af-menu-item').filter(has_text=re.compile('^Responsible')).click()
    await page.keyboard.press('Escape')
    await page.locator('.ar-part textarea').fill('Hello {{ title }}')
    await page.keyboard.press('Tab')
    say = page.locator('.ar-say')
    await expect(say).to_have_text(
        re.compile('^Leads: when a record is created, notify the responsible person.*Hello')
    )
    await page.get_by_role('button', name='Create rule').click()
    await expect(page).to_have_url(re.compile(r'/rules/\d+$'))
    rule = page.url
    await expect(page.get_by_text('It has not run yet.')).to_be_visible()

    call(server, token, '/catalogs/leads/records', {'values': {'title': 'Ada & Sons'}})
    run = page.locator('.ar-run').filter(has_text='Ada & Sons')
    await expect(run).to_contain_text('Done')
    await run.click()
    await expect(page.locator('.ar-step')).to_have_count(1)
    await expect(page.locator('.ar-step')).to_contain_text('Hello Ada & Sons')

    await page.goto(rule)
    switch = page.get_by_role('switch', name='Rule is on')
    await switch.click()

    look = await page.context.new_page()
    seen = look.get_by_role('switch', name='Rule is on')

    async def is_kept_off() -> bool:
        await look.goto(rule)
        await expect(seen).to_be_visible()
        return not await seen.is_checked()

    await until(is_kept_off)
    call(server, token, '/catalogs/leads/records', {'values': {'title': 'Nobody greets'}})
    await page.goto(f'{server.url}/rules')
    line = page.locator('.ar-rule').filter(has_text='Greet')
    await expect(line.get_by_role('switch')).not_to_be_checked()
    await expect(line).to_contain_text('Leads: when a record is created')
    await page.goto(rule)
    await expect(
        page.locator('.ar-run').filter(has_text='Nobody greets').filter(has_text='Done')
    ).to_have_count(0)


async def test_a_condition_is_edited_and_kept(page: Page, server: App) -> None:
    await page.goto(f'{server.url}/rules')
    await page.locator('.ar-rule').filter(has_text='Task reminder').locator('a').first.click()
    await expect(page.locator('.ff-row')).to_have_count(1)
    await page.get_by_text('+ Condition').first.click()
    await page.locator('.ff-row .ff-field').nth(1).click()
    await page.locator('.af-menu-item').filter(has_text=re.compile('^What to do')).click()
    await page.locator('.ff-row .ff-value input').last.fill('Call')
    await page.keyboard.press('Tab')
    await expect(page.locator('.ar-say')).to_contain_text('“Call”')
    await page.get_by_role('button', name='Save').click()
    await expect(page.get_by_text('Saved', exact=True)).to_be_visible()
    await page.reload()
    await expect(page.locator('.ff-row')).to_have_count(2)
    await expect(page.get_by_text(re.compile('^Version 2'))).to_be_visible()
