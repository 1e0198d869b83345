"""What the product takes from NiceGUI that its documentation does not promise; look here at an upgrade."""

# ruff: noqa: SLF001  this file is the one place that may

import asyncio
import copy
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, cast
from weakref import WeakKeyDictionary

from nicegui import Client, background_tasks, core
from nicegui import nicegui as wiring
from nicegui.element import Element
from nicegui.elements.sub_pages import SubPages
from nicegui.language import Language
from nicegui.logging import log
from nicegui.slot import Slot

from ui.pace import Pace

__all__ = [
    'Outlet',
    'WhileShown',
    'client_of',
    'current_client',
    'current_path',
    'dress',
    'end_pages',
    'expect',
    'guard_events',
    'open_clients',
    'redraw',
    'set_current_path',
]


_answered: ContextVar[Client | None] = ContextVar('answered', default=None)
"""The client whose event is being handled: its own elements may be gone before the handler ends."""
_pace = Pace(rate=100, burst=400, longest_s=10)
_turns: 'WeakKeyDictionary[Client, asyncio.Lock]' = WeakKeyDictionary()


def current_client() -> Client | None:
    """The client whose page is being built or whose event is being handled; None elsewhere."""
    stack = Slot.get_stack()
    if not stack:
        Slot.prune_stack()
    for slot in reversed(stack):
        parent = slot._parent()
        client = parent._client() if parent is not None else None
        if client is not None:
            return client
    return _answered.get()


def client_of(client_id: str) -> Client | None:
    """The open page of this id."""
    return Client.instances.get(client_id)


def open_clients() -> tuple[Client, ...]:
    """Every page this process serves now."""
    return tuple(Client.instances.values())


def dress(client: Client, *, language: str, dark: bool | None) -> None:
    """Give one page its own language and theme before anything is drawn, so that nothing flashes."""
    client.page = copy.copy(client.page)
    client.page.language = cast(Language, 'en-US' if language == 'en' else language)
    client.page.dark = dark


def current_path() -> str:
    """The address, with its query, that the page being drawn shows; '' outside any page."""
    client = current_client()
    return client.sub_pages_router.current_path if client is not None else ''


def set_current_path(client: Client, url: str) -> None:
    """Tell the router which address the browser shows after we changed it ourselves."""
    client.sub_pages_router.current_path = url


def redraw(client: Client) -> None:
    """Draw the present address of a page anew."""
    for element in tuple(client.elements.values()):
        if isinstance(element, Outlet):
            element.redraw()


async def end_pages() -> None:
    """Stop what pages still read and draw.

    NiceGUI does so only after the application around it has ended, and with it the store they read from."""
    await background_tasks.teardown()


class WhileShown(Element):
    """An invisible element that calls back when it is deleted: on navigation, refresh or a closed tab."""

    def __init__(self, cleanup: Callable[[], None] = lambda: None) -> None:
        super().__init__('span')
        self.cleanup = cleanup
        self.visible = False

    def _handle_delete(self) -> None:
        self.cleanup()
        super()._handle_delete()


class Outlet(SubPages):
    """Where sub pages appear; `show` of a subclass decides what is drawn."""

    def __init__(self) -> None:
        super().__init__({}, show_404=True)

    def show(self, url: str, *, again: bool) -> bool:
        """Draw this address.

        :param again: draw even when it is shown already"""
        raise NotImplementedError

    def _show(self) -> None:
        again, self._again = getattr(self, '_again', False), False
        self.has_404 = not self.show(self._router.current_path, again=again)

    def _reset_match(self) -> None:
        self._again = True

    def redraw(self) -> None:
        """Draw the present address anew."""
        self._reset_match()
        self._show()


def guard_events(may_act: Callable[[Client], Awaitable[bool]]) -> None:
    """Let a socket speak only for the page it was opened for, and only while `may_act` says so.

    NiceGUI itself believes whatever client id a message carries. Events of one page begin in the order they
    were done: the next one waits until the handler of the one before has reached its first await, and counts
    although the connection may have ended meanwhile: the page does not send it again. What comes faster than
    any person acts waits, and a page that does not stop is cut off."""

    async def on_event(sid: str, message: dict[str, Any]) -> None:
        client = _owned(sid, message)
        if client is None:
            return
        if not await _pace.admit(client):
            await core.sio.disconnect(sid)
            return
        async with _turns.setdefault(client, asyncio.Lock()):
            if await may_act(client) and client_of(client.id) is client:
                _answered.set(client)
                client.handle_event(message)
                await asyncio.sleep(0)

    core.sio.on('event', on_event)
    core.sio.on('javascript_response', _if_owned(wiring._on_javascript_response))
    core.sio.on('ack', _if_owned(wiring._on_ack))
    core.sio.on('log', _if_owned(_on_log))
    core.sio.on('handshake', _on_handshake)


def expect(is_expected: Callable[[Exception], bool]) -> None:
    """Keep refusals that are no fault out of the log; all else is written there as before.

    Work for a tab that was closed meanwhile ends with NiceGUI's word that its elements are gone."""

    def note(error: Exception) -> None:
        if not _is_of_a_closed_tab(error) and not is_expected(error):
            log.exception(error)

    core.app._exception_handlers[:] = [note]


def _is_of_a_closed_tab(error: Exception) -> bool:
    if not isinstance(error, RuntimeError) or not str(error).endswith('has been deleted.'):
        return False
    client = current_client()
    return str(error).startswith('The client ') or (client is not None and client.is_deleted)


def _owned(sid: str, message: Any) -> Client | None:
    client_id = message.get('client_id') if isinstance(message, dict) else None
    return Client.instances.get(client_id) if client_id and client_id in core.sio.rooms(sid) else None


def _if_owned(handle: Callable[[str, dict[str, Any]], None]) -> Callable[[str, dict[str, Any]], None]:
    def handle_owned(sid: str, message: dict[str, Any]) -> None:
        if _owned(sid, message) is not None:
            handle(sid, message)

    return handle_owned


def _on_log(_: str, message: dict[str, Any]) -> None:
    # What a browser sends is quoted and cut, so that it cannot forge a line of the log.
    log.info('browser: %r', str(message.get('message'))[:500])


async def _on_handshake(sid: str, message: dict[str, Any]) -> bool:
    asked = str(core.sio.get_environ(sid).get('QUERY_STRING', ''))
    if f'client_id={message.get("client_id")}' not in asked.split('&'):
        return False
    return bool(await wiring._on_handshake(sid, message))
