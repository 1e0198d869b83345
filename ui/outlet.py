"""Draws the page of the present address; denies by default and turns refusals into pages of their own."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from types import TracebackType

from nicegui import background_tasks, ui

from store.problems import NotAllowed, NotFound, Problem
from store.system_settings import setting
from ui.compat import Outlet
from ui.components.basics import empty_state, skeleton
from ui.last_view import remember_view
from ui.pages import Page, page_of
from ui.place import Place, go, moved, reload, split
from ui.session import SignedOut, Tab, note_refusal
from ui.text import t, words

log = logging.getLogger('artel.ui')


class Pages(Outlet):
    """The changing part of the frame."""

    def __init__(self, tab: Tab, on_shown: Callable[[str], None]) -> None:
        self._tab = tab
        self._on_shown = on_shown
        self._place: Place | None = None
        self._drawing: asyncio.Task[None] | None = None
        super().__init__()

    async def drawn(self, limit_s: float) -> None:
        """Wait a moment for the first page, so that it comes with the document."""
        until = time.monotonic() + limit_s
        while self._drawing is not None and not self._drawing.done() and time.monotonic() < until:
            # A page may send on to another one, which is then drawn by a task of its own.
            await asyncio.wait([self._drawing], timeout=until - time.monotonic())

    def show(self, url: str, *, again: bool) -> bool:
        """Draw the page of this address; True when there is one."""
        path, query = split(url)
        moved(self.client, url)
        if self._place is not None and self._place.path == path and not again:
            if query == self._place.query:
                return True
            if self._place.follows_query:
                self._follow(self._place, query)
                return True
        self._leave()
        self._on_shown(path)
        place = self._place = Place(url)
        found = page_of(path)
        with self.clear():
            if found is None or not found[0].allowed(self._tab.actor):
                if found is not None:
                    note_refusal(NotAllowed(right='page'), self._tab, path=path)
                self._place = None
                if found is None:
                    not_found()
                else:
                    no_access(t('This page is not open to you.'))
                return False
            if self._tab.looker is not None and found[0].is_private:
                refused(t('This page is private: only {name} sees it.', name=self._tab.person.name))
                return True
            place.params = found[1]
            self._draw(found[0], place)
        return True

    def _draw(self, page: Page, place: Place) -> None:
        place.set_title(f'{t(page.title)} · {self._tab.company}')
        box = ui.element('div').classes('a-page')
        self._drawing = background_tasks.create(
            self._build(page, place, box), name=f'draw {page.path}', context=box
        )

    async def _build(self, page: Page, place: Place, box: ui.element) -> None:
        skeleton()
        with Boundary(box):
            if await self._tab.refresh():
                await page.draw(place)
                await remember_view(self._tab, place)

    def _follow(self, place: Place, query: dict[str, str]) -> None:
        answer = place.follow(query)
        if asyncio.iscoroutine(answer):
            background_tasks.create(answer, name='follow the query', context=self)

    def _leave(self) -> None:
        if self._drawing is not None and not self._drawing.done():
            self._drawing.cancel()
        if self._place is not None:
            self._place.leave()
            self._place = None

    def _handle_delete(self) -> None:
        self._leave()
        super()._handle_delete()


class Boundary:
    """Shows what went wrong inside instead of half a page; a fault gets an id, its trace goes to the log."""

    def __init__(self, box: ui.element) -> None:
        self._box = box

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Draw the refusal or the fault."""
        if self._box.is_deleted:
            # Nothing can be drawn for a page that was left meanwhile; NiceGUI says so by a RuntimeError.
            return isinstance(error, RuntimeError)
        if not isinstance(error, Exception):
            return False
        self._box.clear()
        with self._box:
            if isinstance(error, Problem):
                note_refusal(error)
            if isinstance(error, NotFound) and error.code == 'no_such_catalog':
                no_access(t('There is no such section, or it is not open to you.'))
            elif isinstance(error, NotFound):
                not_found()
            elif isinstance(error, Problem):
                refused(words(error))
            elif not isinstance(error, SignedOut):
                broken(error)
        return True


def not_found() -> None:
    """The page for an address that leads nowhere."""
    ui.page_title(t('Not found'))
    with ui.element('div').classes('a-body'):
        sentence = t('There is nothing here. It may have been deleted, or you have no access to it.')
        empty_state(sentence, t('To the home page'), lambda: go('/'), icon_name='travel_explore')


def no_access(sentence: str) -> None:
    """The page for a place that is closed to this reader: the same whether it exists or not."""
    ui.page_title(t('No access'))
    with ui.element('div').classes('a-body'):
        ask = t('Ask an administrator for a role that opens it.')
        empty_state(f'{sentence} {ask}', t('To the home page'), lambda: go('/'), icon_name='lock')


def refused(sentence: str) -> None:
    """The page for what this reader may not see."""
    with ui.element('div').classes('a-body'):
        empty_state(sentence, t('To the home page'), lambda: go('/'), icon_name='lock')


def broken(error: Exception) -> None:
    """The page for our own fault: an id to tell the administrator, the trace stays in the log."""
    fault = secrets.token_hex(4)
    log.error('page fault %s', fault, exc_info=error)
    with ui.element('div').classes('a-body'):
        sentence = t('Something broke on our side. Tell your administrator the number {fault}.', fault=fault)
        if support := str(setting('support_email')):
            sentence += f' {support}'
        empty_state(sentence, t('Try again'), reload, icon_name='healing')
