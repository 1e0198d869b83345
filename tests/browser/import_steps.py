"""What importing takes in a browser: a file is chosen, brought in, and the figures beside it are read."""

from pathlib import Path

from playwright.async_api import FilePayload, Page, expect

from tests.browser.app import App


async def choose(page: Page, app: App, file: Path | FilePayload, *, query: str = '') -> None:
    """Drop a file on the page of imports."""
    await page.goto(f'{app.url}/import{query}')
    await page.locator('.im-drop input[type=file]').set_input_files(file)
    await expect(page.get_by_role('button', name='Check the file')).to_be_visible()


async def bring(page: Page) -> None:
    """Import what was checked, to its end."""
    await page.get_by_role('button', name='Import', exact=False).last.click()
    await expect(page.get_by_text('The import is done.')).to_be_visible()


async def says(page: Page, caption: str, count: str) -> None:
    """Wait for a figure of the page."""
    box = page.locator('.im-figure').filter(has_text=caption)
    await expect(box.locator('.im-figure__number')).to_have_text(count)
