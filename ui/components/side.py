"""The side panel: sections, counts, profile menu; on a phone the bar at the bottom."""

import asyncio
from collections.abc import Callable
from typing import Any

from nicegui import background_tasks
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from store import people, sessions, workplaces
from store.changes import Change
from store.problems import Invalid, Problem
from store.workplaces import EVERYTHING
from ui import live
from ui.brand import logo_url
from ui.components.basics import avatar_color, initials
from ui.components.panel_entries import Panel
from ui.components.toast import tell
from ui.faces import photo
from ui.place import reload
from ui.session import Tab
from ui.text import languages, short_number, t

COUNT_EVERY_S = 2.0
"""Counts in the panel follow changes at this pace; they are a hint, not a gauge."""


class Side(Element, component='side.js'):
    """What leads to everything else."""

    def __init__(
        self,
        tab: Tab,
        *,
        on_search: Callable[[], Any],
        on_bell: Callable[[], Any],
        on_keys: Callable[[], Any],
        workplace: str = EVERYTHING,
    ) -> None:
        super().__init__()
        self._tab = tab
        self._panel = Panel(tab, workplace)
        self._counting: asyncio.Task[None] | None = None
        self._counts: dict[str, int] = {}
        self._stale: set[str] = set()
        self._shown = self._panel.entries()
        self._props.update(self._shown)
        self._props.update(
            company=tab.company,
            logo=logo_url('header'),
            mark=logo_url('icon'),
            me=_me(tab),
            words=_words(),
            languages=list(languages()),
            themes=_themes(),
        )
        self.on('search', on_search)
        self.on('bell', on_bell)
        self.on('keys', on_keys)
        self.on('theme', lambda event: self._prefer(event, 'theme'))
        self.on('language', lambda event: self._prefer(event, 'language'))
        self.on('sign_out', self._sign_out)
        self.on('workplace', self._change_workplace)
        if not tab.person.time_zone:
            self.on('zone', self._learn_zone)
        with self:
            live.while_shown(workplaces.subscribe_chosen(self._chosen))

    def catch_up(self, path: str) -> None:
        """Mark the page of `path`; show sections and pages as they are now: made, renamed, opened since."""
        self.run_method('set', {'path': path})
        self._show_entries()

    def _show_entries(self) -> None:
        entries = self._panel.entries()
        if entries != self._shown:
            self._shown = entries
            self._props.update(entries)
            self.update()
            if self._counting is not None and (new := self._panel.sections() - set(self._counts)):
                self._recount(new, 0)

    def keep_counting(self) -> None:
        """Show how many records each section has, now and after changes, however often the tab connects."""
        if self._counting is None:
            with self:
                live.watch(None, self._changed)
            self._recount(self._panel.sections(), 0)

    def show_unread(self, count: int) -> None:
        """Show the number of unread notifications."""
        self.run_method('set', {'unread': count})

    def _changed(self, changes: tuple[Change, ...]) -> None:
        moved = {change.catalog for change in changes if change.kind in ('created', 'removed', 'restored')}
        if moved:
            self._recount(moved, COUNT_EVERY_S)

    def _recount(self, codes: set[str], wait_s: float) -> None:
        self._stale |= codes
        if self._counting is None or self._counting.done():
            self._counting = background_tasks.create(self._count(wait_s), name='count sections', context=self)

    async def _count(self, wait_s: float) -> None:
        while self._stale and not self.is_deleted:
            await asyncio.sleep(wait_s)
            wait_s = COUNT_EVERY_S
            codes, self._stale = self._stale, set()
            for catalog in self._tab.records().catalogs():
                if catalog.code in codes:
                    self._counts[catalog.code] = await self._tab.records().count(catalog.code)
        if not self.is_deleted:
            shown = {code: short_number(count) for code, count in self._counts.items() if count}
            self.run_method('set', {'counts': shown})

    async def _change_workplace(self, event: GenericEventArguments) -> None:
        """Show the sections of another workplace, here and wherever this person signs in next."""
        code = str(event.args)[:60]
        try:
            await workplaces.choose(self._tab.actor, code)
        except Problem as problem:
            tell(problem)
            self._show_entries()

    def _chosen(self, person_id: int, code: str) -> None:
        # Heard in each of the person's tabs, in the one where they chose too.
        if person_id == self._tab.person_id and not self.is_deleted:
            self._panel.chosen = code
            background_tasks.create(self._show_chosen(), name='show the workplace', context=self)

    async def _show_chosen(self) -> None:
        if await self._tab.refresh() and not self.is_deleted:
            self._show_entries()

    async def _prefer(self, event: GenericEventArguments, what: str) -> None:
        await people.change_person(self._tab.actor, self._tab.person_id, {what: str(event.args)})
        reload()

    async def _learn_zone(self, event: GenericEventArguments) -> None:
        """Take the time zone of the device until the person chooses one."""
        zone = str(event.args)[:64]
        try:
            await people.change_person(self._tab.actor, self._tab.person_id, {'time_zone': zone})
        except Invalid:
            # A browser may know zones that are not known here; the company's zone stays.
            return
        self._tab.reader.zone = zone

    async def _sign_out(self) -> None:
        await sessions.sign_out(self._tab.token)


def _me(tab: Tab) -> dict[str, Any]:
    name = tab.person.name
    return {
        'name': name,
        'initials': initials(name),
        'color': avatar_color(name),
        'photo': photo(tab.person_id),
        'theme': tab.theme,
        'language': tab.language,
    }


def _themes() -> list[dict[str, str]]:
    return [
        {'key': 'light', 'icon': 'light_mode', 'label': t('Light')},
        {'key': 'dark', 'icon': 'dark_mode', 'label': t('Dark')},
        {'key': 'system', 'icon': 'computer', 'label': t('As the device')},
    ]


def _words() -> dict[str, str]:
    return {
        'panel': t('Side panel'),
        'fold': t('Fold the panel ( [ )'),
        'search': t('Search'),
        'find': t('Search'),
        'bell': t('Notifications'),
        'me': t('Profile and settings'),
        'profile': t('Profile'),
        'theme': t('Theme'),
        'language': t('Language'),
        'keys': t('Keyboard shortcuts'),
        'sign_out': t('Sign out'),
        'more': t('More'),
        'workplace': t('Workplace'),
    }
