"""Who reads the words that are being made right now: language and time zone of a tab or a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ui.compat import current_client

if TYPE_CHECKING:
    from nicegui import Client


@dataclass(slots=True)
class Reader:
    """A reader's language ('en', 'ru') and IANA time zone."""

    language: str = 'en'
    zone: str = 'UTC'


_outside: ContextVar[Reader | None] = ContextVar('reader', default=None)
_by_client: 'WeakKeyDictionary[Client, Reader]' = WeakKeyDictionary()


def reader() -> Reader:
    """The reader of the tab being drawn or answered; outside any tab the one set by `reading`."""
    client = current_client()
    if client is not None and client in _by_client:
        return _by_client[client]
    return _outside.get() or Reader()


def attach(client: 'Client', who: Reader) -> None:
    """Make `who` the reader of everything drawn in this client."""
    _by_client[client] = who


@contextmanager
def reading(who: Reader) -> Iterator[None]:
    """Words made inside are for `who`, e.g. in an API answer or a test."""
    token = _outside.set(who)
    try:
        yield
    finally:
        _outside.reset(token)
