"""The record that a page or drawer shows: read once, told to every part of the page when it changes."""

import inspect
from collections.abc import Callable
from typing import Any

from nicegui import ui

from store import Catalog, NotFound, Problem, RecordView
from ui.components.basics import tell, toast
from ui.session import records
from ui.text import label_one, t

Listener = Callable[[RecordView], Any]


class RecordState:
    """One open record; `view` is what was read last."""

    def __init__(self, catalog: Catalog, view: RecordView, on_gone: Callable[[], Any]) -> None:
        self.catalog, self.view = catalog, view
        self.rights: frozenset[str] = frozenset()
        self._on_gone = on_gone
        self._listeners: list[Listener] = []

    async def learn_rights(self) -> None:
        """Ask what this person may do with the record as it is now."""
        granted = await records().granted(self.catalog.code, [self.view], 'change', 'move', 'delete')
        self.rights = granted[self.view.id]

    @property
    def may_change(self) -> bool:
        """Whether this person may change its fields."""
        return 'change' in self.rights

    @property
    def may_move(self) -> bool:
        """Whether this person may take it to another stage."""
        return 'move' in self.rights

    def listen(self, listener: Listener) -> None:
        """Call back with every newer view."""
        self._listeners.append(listener)

    async def take(self, view: RecordView) -> None:
        """Show a newer view everywhere on the page; an older one that comes late shows nothing."""
        if view.version < self.view.version:
            return
        self.view = view
        await self.learn_rights()
        for listener in self._listeners:
            answer = listener(view)
            if inspect.isawaitable(answer):
                await answer

    async def reload(self) -> bool:
        """Read the record again; leave, and give False, when it is gone or no longer for this reader."""
        try:
            fresh = await records().get(self.catalog.code, self.view.id)
        except NotFound:
            self._on_gone()
            return False
        if fresh != self.view:
            await self.take(fresh)
        return True

    async def remove(self) -> None:
        """Put it into the recycle bin, with a way back in the toast."""
        code, id = self.catalog.code, self.view.id
        try:
            await records().remove(code, id)
        except Problem as problem:
            tell(problem)
            return
        name = self.view.title or label_one(self.catalog)
        # The menu that was used goes away with the record; the note stands on the page itself.
        with ui.context.client.layout:
            self._on_gone()
            toast(t('{name} deleted', name=name), undo=lambda: records().restore(code, id))
