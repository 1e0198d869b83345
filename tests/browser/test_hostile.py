"""Hostile texts in a real browser: in every place that shows what people typed, none of them runs.

Some of our own always go through; with the public data also 515 naughty strings and DOMPurify's payloads."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, StorageState, expect

from store import Designer, FieldSpec, Records, audit, guard, people
from store.notifications import Notice, notify
from store.opening import close_store, open_store
from store.settings import Environment
from tests.browser.app import PASSWORD, App, copy_of
from tests.browser.conftest import fill_sign_in, settled
from tests.real_data import REAL

pytestmark = pytest.mark.browser

OpenContext = Callable[..., Awaitable[BrowserContext]]
RUN = 'window.fired.push(1)'
OWN = (
    f'<script>{RUN}</script>',
    f'</script><script>{RUN}</script>',
    f'<img src=x onerror={RUN}>',
    f'"><img src=x onerror={RUN}>',
    f"' autofocus onfocus={RUN} x='",
    f'<svg onload={RUN}><animate onbegin={RUN} attributeName=x>',
    f'<svg><script xlink:href=data:,{quote(RUN)}></script>',
    f'<iframe srcdoc="<script>parent.{RUN}</script>">',
    f'<math><mtext></form><form><mglyph><style></math><img src onerror={RUN}>',
    f'<details open ontoggle={RUN}>x</details>',
    f'<style>@keyframes x{{}}</style><b style="animation-name:x" onanimationstart={RUN}></b>',
    f'javascript:{RUN}',
    f'java\tscript:{RUN}',
    f'data:text/html,<script>{RUN}</script>',
    f'[link](javascript:{RUN})',
    f'${{{RUN}}}',
    f'{{{{constructor.constructor("{RUN}")()}}}}',
    f"{{{{$el.ownerDocument.defaultView.eval('{RUN}')}}}}",
    f"');{RUN};('",
    f'\\"-{RUN}-\\"',
    f'\u2028{RUN}\u2029',
    '<!--<script>',
    ']]>-->"\'`\\',
    '%(name)s {0} {name} %s %d $1 ${x}',
    '\u202egnp.exe\u202c \u2066x\u2069 a\u0301\u0301\u0301\u0301',
    '=cmd|"/c calc"!A1',
    "Robert'); DROP TABLE people;--",
    '../../../etc/passwd',
)
"""Markup, attributes, addresses, templates, JSON, formats, marks that turn the text, formulas, SQL, paths."""
LOOK = """() => {
  const bad = [...window.fired].map(String);
  for (const one of document.querySelectorAll('body, body *')) {
    for (const {name, value} of one.attributes) {
      if (/^on/i.test(name)) bad.push(`${one.tagName} ${name}=${value}`);
      if (/^(href|src|action|formaction|xlink:href|srcdoc|data)$/i.test(name)
        && /^[\\s\\0]*(javascript|vbscript|data:(?!image|font))/i.test(value)) bad.push(`${name}=${value}`);
    }
    if (/^(iframe|object|embed|applet|base|frame|meta|math|foreignobject|animate)$/i.test(one.tagName))
      bad.push(one.tagName);
  }
  return [bad.slice(0, 5), document.scripts.length];
}"""


@dataclass
class Trap:
    """An installation whose every text is hostile, and what was typed into it."""

    app: App
    titles: dict[int, str] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)


def strings() -> list[str]:
    """Our own texts, and the public ones where they lie beside the repository."""
    found = [*OWN]
    naughty, payloads = REAL / 'blns' / 'blns.json', REAL / 'xss' / 'dompurify_expect.mjs'
    if naughty.is_file():
        found += json.loads(naughty.read_text('utf-8'))
    if payloads.is_file():
        quoted = re.findall(r'"payload":\s*("(?:[^"\\]|\\.)*")', payloads.read_text('utf-8'))
        found += [json.loads(one) for one in quoted]
    return list(dict.fromkeys(found))


@pytest.fixture(scope='module')
def trap(sales_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trap]:
    """Sales, a catalogue full of traps, and a colleague with a hostile name."""
    made = Trap(App(copy_of(sales_data, tmp_path_factory.mktemp('hostile'))))
    asyncio.run(_set(made))
    made.app.start()
    yield made
    made.app.stop()
    assert not re.search(r'\bERROR\b|Traceback', made.app.log.read_text()), made.app.log.read_text()


async def _set(trap: Trap) -> None:
    await open_store(Environment(data=trap.app.data))
    try:
        ada = await people.person_by_login(guard.SETUP, 'ada')
        assert ada is not None
        actor = await people.actor_of_person(ada.id)
        assert actor is not None
        eve = await people.create_person(actor, {'name': OWN[2], 'department': OWN[3], 'roles': ['member']})
        await _shape(Designer(actor))
        mine = Records(actor)
        stages = [f's{n}' for n in range(6)]
        texts = strings()
        rows = [
            {
                'title': text.strip()[:1000] or '-',
                'note': text,
                'stage': stages[number % 6],
                'owner': eve.id,
                'kind': f'k{number % 3}',
            }
            for number, text in enumerate(texts)
        ]
        for view, text in zip(await mine.create_many('traps', rows), texts, strict=True):
            trap.titles[view.id], trap.notes[view.id] = view.title, text
        first = min(trap.titles)
        for number, text in enumerate(OWN):
            await mine.comment('traps', first, text)
            await mine.change('traps', first, {'title': text})
            notice = Notice(kind='system', text=text, catalog='traps', record_id=first + number)
            await notify([ada.id], notice)
            await audit.note(actor, 'exported', catalog=text, rows=1)
        trap.titles[first] = OWN[-1]
    finally:
        await close_store()


async def _shape(designer: Designer) -> None:
    choices = [{'key': f'k{n}', 'label': OWN[n], 'color': '#e5484d'} for n in range(3)]
    await designer.create_catalog('traps', OWN[1], OWN[0])
    for spec in (
        FieldSpec(code='note', label=OWN[4], type='long_text', block=OWN[5]),
        FieldSpec(code='kind', label=OWN[2], type='choice', options={'choices': choices}),
        FieldSpec(code='other', label=OWN[6], type='link', options={'target': 'traps'}),
    ):
        await designer.add_field('traps', spec)
    stages: list[Any] = [
        {'code': f's{n}', 'label': OWN[n], 'color': '#30a46c', 'kind': 'open' if n < 5 else 'won'}
        for n in range(6)
    ]
    await designer.add_pipeline('traps', 'main', OWN[0], stages)


@pytest_asyncio.fixture(scope='module', loop_scope='session')
async def signed_in(browser: Browser, trap: Trap) -> StorageState:
    """Ada's cookie; signing in anew for each test would be most of its time."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f'{trap.app.url}/sign-in')
    await fill_sign_in(page, 'ada', PASSWORD)
    state = await context.storage_state()
    await context.close()
    return state


@pytest_asyncio.fixture(loop_scope='session')
async def watched(trap: Trap, signed_in: StorageState, open_context: OpenContext) -> Page:
    """Ada's page, with traps for whatever runs: a dialog, a flag, a request to another host."""
    page = await (await open_context(storage_state=signed_in)).new_page()
    await page.context.add_init_script(
        'window.fired = [];'
        'for (const name of ["alert", "confirm", "prompt", "print"])'
        '  window[name] = (text) => window.fired.push(name + text);'
    )
    foreign: list[str] = []
    page.on('request', lambda sent: foreign.append(sent.url) if not _is_ours(sent.url) else None)
    page.__dict__['foreign'] = foreign
    await page.goto(f'{trap.app.url}/profile')
    await expect(page.locator('.a-header__title')).to_be_visible()
    page.__dict__['scripts'] = (await page.evaluate(LOOK))[1]
    return page


def _is_ours(url: str) -> bool:
    return bool(re.match(r'(https?|ws)://(127\.0\.0\.1|localhost)[:/]|data:|blob:', url))


async def nothing_ran(page: Page) -> None:
    """Nothing was executed, no markup of a text became an element, nobody else was asked for anything."""
    bad, scripts = await page.evaluate(LOOK)
    assert bad == []
    assert scripts == page.__dict__['scripts']
    assert page.__dict__['foreign'] == []


async def test_a_list_shows_every_text_as_it_was_typed(watched: Page, trap: Trap) -> None:
    await watched.goto(f'{trap.app.url}/c/traps/list?sort=id')
    await expect(watched.locator('.at-title').first).to_be_visible()
    ids = sorted(trap.titles)
    seen: dict[int, str] = {}
    for top in range(0, len(ids) * 36 + 700, 600):
        await watched.evaluate(f"document.querySelector('.ag-body-viewport').scrollTop = {top}")
        row = watched.locator(f'.ag-row[row-index="{min(top // 36, len(ids) - 1)}"] .at-title')
        await expect(row).to_be_visible()
        await settled(watched)
        seen |= await _shown_titles(watched)
        await nothing_ran(watched)
    wrong = [(ids[row], text) for row, text in seen.items() if not _is_same(text, trap.titles[ids[row]])]
    assert wrong == []
    assert len(seen) == len(ids)


def _is_same(shown: str, typed: str) -> bool:
    """Whether a cell shows what was typed, cut at its end when it is long."""
    shown, typed = ' '.join(shown.split()), ' '.join(typed.split())
    return shown == typed or (shown.endswith('…') and typed.startswith(shown[:-1].rstrip()))


async def _shown_titles(page: Page) -> dict[int, str]:
    found = await page.eval_on_selector_all(
        '.ag-row .at-title',
        "all => all.map(one => [+one.closest('.ag-row').getAttribute('row-index'), one.textContent])",
    )
    return dict(found)


async def test_a_board_with_hostile_stages_and_cards_runs_nothing(watched: Page, trap: Trap) -> None:
    await watched.goto(f'{trap.app.url}/c/traps/board')
    await watched.locator('.ab-card').first.wait_for()
    await expect(watched.locator('.ab-col').first).to_contain_text(OWN[0])
    for _ in range(5):
        await watched.evaluate("document.querySelectorAll('.ab-cards').forEach(one => one.scrollTop += 4000)")
        await settled(watched)
        await nothing_ran(watched)


async def test_a_record_its_history_and_its_comments_run_nothing(watched: Page, trap: Trap) -> None:
    first = min(trap.titles)
    await watched.goto(f'{trap.app.url}/c/traps/{first}')
    await watched.locator('.rc-wide .rc-title').wait_for()
    await expect(watched.locator('.rt-comment').first).to_be_visible()
    await expect(watched.locator('.rc-title input')).to_have_value(OWN[-1])
    await nothing_ran(watched)
    shown = await watched.locator('.rt-comment').all_text_contents()
    assert shown
    assert {' '.join(one.split()) for one in shown} <= {' '.join(one.split()) for one in OWN}


async def test_the_search_the_bell_and_the_filters_run_nothing(watched: Page, trap: Trap) -> None:
    await watched.goto(f'{trap.app.url}/c/traps/list?q={quote(OWN[0])}')
    await expect(watched.locator('.at-total')).not_to_be_empty()
    await settled(watched)
    await nothing_ran(watched)
    await watched.keyboard.press('Control+k')
    await watched.locator('.a-command__line input').fill('script')
    await expect(watched.locator('.a-command__item').first).to_be_visible()
    await settled(watched)
    await nothing_ran(watched)
    await watched.keyboard.press('Escape')
    await watched.locator('.a-bell').click()
    await expect(watched.locator('.a-notice').first).to_be_visible()
    await settled(watched)
    await nothing_ran(watched)


ADDRESSES = (
    '/', '/settings/catalogs/traps', '/settings/people', '/settings/audit', '/settings', '/import',
    '/c/traps/board?q=%22%27%3E%3Cimg%20src%3Dx%20onerror%3Dfired.push(1)%3E',
    "/c/traps/list?sort='%3B--&columns=%3Cimg%20src%3Dx%20onerror%3Dfired.push(1)%3E",
    '/c/traps/list?filter=%7B%22all%22%3A%5B%7B%22field%22%3A%22%3Cimg%20src%20onerror%3Dfired.push(1)%3E',
    '/c/%3Cimg%20src=x%20onerror=fired.push(1)%3E/list',
    "/c/traps/list#');fired.push(1);//",
    '/c/traps/list#//evil.example/%22%3E%3Cscript%3Efired.push(1)%3C/script%3E',
)  # fmt: skip


async def test_every_other_page_and_address_runs_nothing(watched: Page, trap: Trap) -> None:
    for address in ADDRESSES:
        await watched.goto(f'{trap.app.url}{address}')
        await expect(watched.locator('.a-main')).to_be_visible()
        await settled(watched)
        await nothing_ran(watched)


async def test_everything_is_kept_as_it_was_typed(watched: Page, trap: Trap) -> None:
    key = trap.app.run('token', 'ada').splitlines()[-1]
    headers = {'authorization': f'Bearer {key}'}
    base, after = f'{trap.app.url}/api/v1/catalogs/traps/records?limit=500', ''
    kept: dict[int, str | None] = {}
    while True:
        answer = await (await watched.request.get(f'{base}{after}', headers=headers)).json()
        kept |= {one['id']: one['values']['note'] for one in answer['records']}
        if not answer.get('next'):
            break
        after = f'&after={quote(answer["next"])}'
    expected = {
        number: text.replace('\x00', '').replace('\r\n', '\n').rstrip() or None
        for number, text in trap.notes.items()
    }
    assert kept == expected
