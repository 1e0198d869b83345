"""How any part of a page opens a record: in the page's drawer, or on the record's own page."""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from nicegui import Client

from ui.compat import current_client
from ui.place import go, record_url

Opener = Callable[[str, int], Any]
_openers: 'WeakKeyDictionary[Client, Opener]' = WeakKeyDictionary()


def open_record(catalog: str, id: int) -> Any:
    """Open a record; call it in a handler of the page."""
    client = current_client()
    opener = _openers.get(client) if client is not None else None
    return opener(catalog, id) if opener is not None else go(record_url(catalog, id))


def open_with(client: Client, opener: Opener) -> Callable[[], None]:
    """Let this page open records by `opener`; gives the way to stop."""
    _openers[client] = opener

    def stop() -> None:
        if _openers.get(client) is opener:
            del _openers[client]

    return stop
