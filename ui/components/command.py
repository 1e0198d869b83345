"""Ctrl+K: one place to find records, pages and commands; `?` lists the keyboard shortcuts."""

from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from store import people, sessions
from ui import theme
from ui.components.see_as import ask_whom
from ui.pages import all_pages
from ui.place import catalog_url, record_url, reload
from ui.session import Tab
from ui.text import label, label_one, p, t

theme.add_style('components/command.css')
LIMIT = 20


class Command(Element, component='command.js'):
    """The palette of one tab; results come in this person's rights."""

    def __init__(self, tab: Tab) -> None:
        super().__init__()
        self._tab = tab
        self._props['pages'] = _pages(tab) + _commands(tab)
        self._props['words'] = {
            'title': t('Search'),
            'hint': t('Find records, pages and commands'),
            'none': t('Nothing found'),
            'waiting': t('Searching…'),
            'keys': t('Keyboard shortcuts'),
            'close': t('Close'),
        }
        self._props['shortcuts'] = _shortcuts()
        self.on('ask', self._ask)
        self.on('run', self._run)

    def open(self) -> None:
        """Show the palette."""
        self.run_method('start')

    def keys(self) -> None:
        """Show the keyboard shortcuts."""
        self.run_method('showKeys')

    async def _ask(self, event: GenericEventArguments) -> None:
        records = self._tab.records()
        found = await records.search(str(event.args['text'])[:200], limit=LIMIT)
        kinds = {catalog.code: catalog for catalog in records.catalogs()}
        shown = [
            {
                'key': f'{ref.catalog}:{ref.id}',
                'title': ref.title,
                'note': label_one(kinds[ref.catalog]),
                'icon': kinds[ref.catalog].icon,
                'href': record_url(ref.catalog, ref.id),
                'group': t('Records'),
            }
            for ref in found
            if ref.catalog in kinds
        ]
        self.run_method('results', int(event.args['turn']), shown)

    async def _run(self, event: GenericEventArguments) -> None:
        kind, _, value = str(event.args).partition(':')
        if kind in ('theme', 'language'):
            await people.change_person(self._tab.actor, self._tab.person_id, {kind: value})
            reload()
        elif kind == 'sign_out':
            await sessions.sign_out(self._tab.token)
        elif kind == 'keys':
            self.keys()
        elif kind == 'see_as':
            await ask_whom()


def _pages(tab: Tab) -> list[dict[str, Any]]:
    group = t('Go to')
    found = [
        {
            'key': catalog.code,
            'title': label(catalog),
            'also': catalog.label,
            'icon': catalog.icon,
            'href': catalog_url(catalog.code),
            'group': group,
        }
        for catalog in tab.records().catalogs()
    ]
    pages = (page for page in all_pages() if '{' not in page.path and page.allowed(tab.actor))
    found += [
        {
            'key': page.path,
            'title': t(page.title),
            'also': f'{page.title} {page.area.words}' if page.area else page.title,
            'icon': page.nav.icon if page.nav else 'arrow_forward',
            'href': page.path,
            'group': group,
        }
        for page in pages
    ]
    return found


def _commands(tab: Tab) -> list[dict[str, Any]]:
    dark = (
        ('theme:light', t('Switch to the light theme'))
        if tab.theme == 'dark'
        else ('theme:dark', t('Switch to the dark theme'))
    )
    tongue = (
        ('language:en', 'Switch to English')
        if tab.language == 'ru'
        else ('language:ru', 'Переключить на русский')
    )
    entries: tuple[tuple[str, str, str, str], ...] = (
        (*dark, 'contrast', 'theme dark light тема тёмная светлая'),
        (*tongue, 'translate', 'language язык english русский'),
        ('keys', t('Keyboard shortcuts'), 'keyboard', 'keys shortcuts клавиши'),
        ('sign_out', t('Sign out'), 'logout', 'sign out выйти'),
    )
    if tab.looker is None and tab.actor.may_do('run_as'):
        entries = (*entries, ('see_as', t('See as…'), 'visibility', 'see as eyes impersonate глазами'))
    return [
        {'key': key, 'title': title, 'icon': icon, 'also': also, 'command': key, 'group': t('Commands')}
        for key, title, icon, also in entries
    ]


def _shortcuts() -> list[dict[str, Any]]:
    return [
        {
            'title': t('Everywhere'),
            'keys': [
                {'label': t('Find records, pages and commands'), 'keys': ['Ctrl', 'K']},
                {'label': t('This list'), 'keys': ['?']},
                {'label': t('Fold the side panel'), 'keys': ['[']},
                {'label': t('Notifications, feed, my tasks'), 'keys': [']']},
                {'label': t('Close what is open'), 'keys': ['Esc']},
            ],
        },
        {
            'title': t('Board'),
            'keys': [
                {'label': t('Go from card to card'), 'keys': ['←', '→', '↑', '↓']},
                {'label': t('Pick up and drop a card'), 'keys': [p('key', 'Space')]},
                {'label': t('Open a card'), 'keys': ['Enter']},
                {'label': t('Put the card back'), 'keys': ['Esc']},
            ],
        },
    ]
