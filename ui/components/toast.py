"""Short notes at the bottom of the screen, with Undo instead of a question asked before."""

from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakKeyDictionary

from nicegui import Client
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from store.actor import TO_UNDO
from store.problems import Problem
from ui import theme
from ui.compat import current_client
from ui.session import because, note_refusal
from ui.text import t, words

theme.add_style('components/toast.css')

Undo = Callable[[], Awaitable[Any]]


class Toaster(Element, component='toast.js'):
    """All notes of one page; announced politely to screen readers."""

    def __init__(self) -> None:
        super().__init__()
        self._undos: dict[int, Undo] = {}
        self._count = 0
        self.on('undo', self._undo)
        self.on('gone', self._forget)

    def show(self, message: str, undo: Undo | None, kind: str) -> None:
        """Show one note."""
        self._count += 1
        if undo is not None:
            self._undos[self._count] = undo
        self.run_method(
            'show', {'id': self._count, 'text': message, 'kind': kind, 'undo': t('Undo') if undo else ''}
        )

    async def _undo(self, event: GenericEventArguments) -> None:
        undo = self._undos.pop(int(event.args), None)
        if undo is None:
            return
        try:
            with because(TO_UNDO):
                await undo()
        except Problem as problem:
            self.show(words(problem), None, 'error')

    def _forget(self, event: GenericEventArguments) -> None:
        self._undos.pop(int(event.args), None)


_toasters: 'WeakKeyDictionary[Client, Toaster]' = WeakKeyDictionary()


def toast(message: str, undo: Undo | None = None, kind: str = '') -> None:
    """A note that goes by itself; `undo` puts things back; `kind` is '', 'error' or 'success'."""
    client = current_client()
    if client is None:
        raise RuntimeError('a note needs a tab to be shown in')
    if client not in _toasters:
        with client.layout:
            _toasters[client] = Toaster()
    _toasters[client].show(message, undo, kind)


def tell(problem: Problem) -> None:
    """Say what was refused and what to do."""
    note_refusal(problem)
    toast(words(problem), kind='error')
