"""A change made anywhere refreshes the views that show it, in each reader's rights and language."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from nicegui import background_tasks
from nicegui.element import Element

from store.changes import Change, subscribe
from ui.compat import WhileShown, current_client
from ui.session import tab_on

COALESCED_S = 0.05
"""Changes that come closer together reach a view as one bundle."""


class _Watcher:
    """Collects changes and hands them to one view, one bundle at a time, within the view's own page."""

    def __init__(
        self, catalogs: Collection[str] | None, call: Callable[[tuple[Change, ...]], Any], home: Element
    ) -> None:
        self._catalogs = catalogs
        self._call = call
        self._home = home
        self._waiting: list[Change] = []
        self._busy = False
        self._unsubscribe = subscribe(self._take)

    def stop(self) -> None:
        """Hear nothing any more."""
        self._unsubscribe()
        self._waiting.clear()

    def _take(self, changes: tuple[Change, ...]) -> None:
        self._waiting += [c for c in changes if self._catalogs is None or c.catalog in self._catalogs]
        if self._waiting and not self._busy and not self._home.is_deleted:
            self._busy = True
            background_tasks.create(self._run(), name='show changes', context=self._home)

    async def _run(self) -> None:
        try:
            while self._waiting and not self._home.is_deleted:
                await asyncio.sleep(COALESCED_S)
                bundle, self._waiting = tuple(self._waiting), []
                tab = tab_on(self._home.client)
                if not bundle or (tab is not None and not await tab.refresh()):
                    return
                answer = self._call(bundle)
                if isinstance(answer, Awaitable):
                    await answer
        except RuntimeError:
            # Elements cannot be made for a tab that was closed meanwhile; anything else is a fault.
            if not self._home.is_deleted and not self._home.client.is_deleted:
                raise
        finally:
            self._busy = False


class Latest:
    """Reads for one view, one reading at a time, so that what is shown last was read last.

    Whoever asks while a reading runs gets the next one; all who wait share it."""

    def __init__(self, read: Callable[[], Awaitable[object]]) -> None:
        self._read = read
        self._turn = asyncio.Lock()
        self._asked = self._answered = 0

    async def __call__(self) -> None:
        """Read, or wait for a reading that begins from now on."""
        self._asked += 1
        mine = self._asked
        async with self._turn:
            if self._answered < mine:
                asked = self._asked
                await self._read()
                self._answered = asked


def watch(catalogs: Collection[str] | None, on_changes: Callable[[tuple[Change, ...]], Any]) -> None:
    """Call `on_changes(changes)` in this tab after every change of these catalogues (None: all).

    Call it while the view is being drawn: it ends when the element around it is deleted."""
    client = current_client()
    if client is None:
        raise RuntimeError('a view is being drawn in no tab')
    home = WhileShown()
    home.cleanup = _Watcher(catalogs, on_changes, home).stop


def on_change(callback: Callable[[tuple[Change, ...]], Any], catalog: str | None = None) -> None:
    """`watch` for one catalogue, or for all."""
    watch(None if catalog is None else {catalog}, callback)


def while_shown(cleanup: Callable[[], None]) -> None:
    """Run `cleanup` when the element around is deleted: navigation, refresh, a closed tab."""
    WhileShown(cleanup)
