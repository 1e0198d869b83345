"""The customer's first page: words of welcome, and the newest of each section that is open to them."""

from nicegui import ui

from store import Catalog, Query, Records
from store.system_settings import setting
from ui.components.basics import button, empty_state, icon, row, text
from ui.components.portal_parts import link_button, record_line
from ui.session import Tab
from ui.text import label, n, p, t

NEWEST = 5


async def draw_home(tab: Tab) -> None:
    """Draw the page into the open slot."""
    mine = tab.records()
    text(t('Hello, {name}', name=tab.person.name), 'pt-head__title').props('role=heading aria-level=1')
    if welcome := str(setting('portal_welcome')).strip():
        text(welcome, 'pt-welcome')
    kinds = mine.catalogs()
    for kind in kinds:
        await _section(mine, kind)
    if not kinds:
        empty_state(t('Nothing is open to you here yet. We will see to it.'), icon_name='inventory_2')


async def _section(mine: Records, kind: Catalog) -> None:
    page = await mine.find(kind.code, Query(sort='-updated_at', limit=NEWEST))
    total = await mine.count(kind.code)
    with ui.element('section').classes('pt-list').mark(f'section-{kind.code}'):
        with ui.element('div').classes('pt-list__head'):
            icon(kind.icon)
            with ui.link(target=f'/portal/c/{kind.code}').classes('a-grow'):
                text(label(kind), 'a-h2').props('role=heading aria-level=2')
            if mine.may('create', kind.code):
                link_button(p('button', 'New'), f'/portal/c/{kind.code}/new', icon_name='add')
        for view in page.records:
            record_line(kind, view)
        if not page.records:
            text(t('Nothing here yet.'), 'a-empty a-empty--small')
        if total > NEWEST:
            with row('pt-line'):
                shown = n('All {count} record', 'All {count} records', total)
                button(shown, lambda: ui.navigate.to(f'/portal/c/{kind.code}'), quiet=True, small=True)
