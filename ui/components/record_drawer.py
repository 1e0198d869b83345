"""The drawer in which a record opens over a list or a board."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from store import Problem
from ui.compat import current_client
from ui.components.basics import icon_button, tell
from ui.components.frame import Drawer
from ui.components.record_opening import open_record, open_with
from ui.components.record_view import RecordPane
from ui.place import Place, go, record_url
from ui.text import t

__all__ = ['RecordDrawer', 'attach', 'open_record']

KEY = 'record'


class RecordDrawer:
    """One drawer of one page. The address says which record is in it, so Back closes and a link opens it."""

    def __init__(self, place: Place, catalog: str, on_open: Callable[[int | None], Any] | None) -> None:
        self._place, self._catalog, self._on_open = place, catalog, on_open
        self.shown: tuple[str, int] | None = None
        self._drawing: asyncio.Task[None] | None = None
        self._drawer = Drawer(t('Record'))
        self._drawer.on('keydown.esc', self.close)
        self._drawer.mark('record-drawer')

    async def open(self, catalog: str, id: int, *, push: bool = True) -> None:
        """Show a record; `push` writes it into the address."""
        self._stop()
        self._drawing = asyncio.current_task()
        self.shown = (catalog, id)
        if push:
            self._place.set_query(record=self._named(catalog, id))
        self._drawer.content.clear()
        with self._drawer.content:
            self._bar(catalog, id)
            box = ui.element('div').classes('rc-pane')
        self._drawer.show()
        self._tell(id if catalog == self._catalog else None)
        try:
            with box:
                await RecordPane(catalog, id, narrow=True, on_gone=self.close).draw()
        except Problem as problem:
            with ui.context.client.layout:
                self.close()
                tell(problem)
        else:
            self._drawing = None

    def soon(self, catalog: str, id: int) -> None:
        """Open a record without waiting for it: the drawer slides in at once and fills itself."""
        with self._drawer:
            ui.timer(0, lambda: self.open(catalog, id), once=True)

    def close(self, *, push: bool = True) -> None:
        """Slide away; the list behind has stayed where it was."""
        if self.shown is None:
            return
        self._stop()
        self.shown = None
        if push:
            self._place.set_query(record=None)
        self._drawer.hide()
        self._drawer.content.clear()
        self._tell(None)

    async def follow(self, query: Mapping[str, str]) -> bool:
        """Do as the address now says (Back, a link); True when only the record has changed."""
        wanted = self._read(query.get(KEY, ''))
        if wanted == self.shown:
            return False
        if wanted is None:
            self.close(push=False)
        else:
            await self.open(*wanted, push=False)
        return True

    def _stop(self) -> None:
        """Give up a record that is still being read: another one is wanted, or none."""
        if self._drawing is not None and self._drawing is not asyncio.current_task():
            self._drawing.cancel()
        self._drawing = None

    def _bar(self, catalog: str, id: int) -> None:
        with ui.element('div').classes('rc-bar'):
            icon_button('close', t('Close'), self.close).mark('drawer-close')
            ui.element('div').classes('a-grow')
            icon_button('open_in_full', t('Open as a page'), lambda: go(record_url(catalog, id))).mark(
                'drawer-full'
            )

    def _named(self, catalog: str, id: int) -> str:
        return str(id) if catalog == self._catalog else f'{catalog}:{id}'

    def _read(self, text: str) -> tuple[str, int] | None:
        catalog, _, number = text.rpartition(':')
        return (catalog or self._catalog, int(number)) if number.isdecimal() and len(number) < 16 else None

    def _tell(self, id: int | None) -> None:
        if self._on_open is not None:
            self._on_open(id)


def attach(place: Place, on_open: Callable[[int | None], Any] | None = None) -> RecordDrawer:
    """Give the page being drawn its drawer, and open what the address names.

    `on_open` hears the id of the catalogue's record that is open, None when none is."""
    drawer = RecordDrawer(place, place.params.get('catalog', ''), on_open)
    client = current_client()
    if client is not None:
        place.on_leave(open_with(client, drawer.soon))
    if place.query.get(KEY):
        ui.timer(0, lambda: drawer.follow(place.query), once=True)
    return drawer
