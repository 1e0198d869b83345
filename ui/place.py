"""Where a tab is: the address being shown, its parameters and query, and how to go elsewhere."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit
from weakref import WeakKeyDictionary

from nicegui import Client, ui

from ui.compat import current_client, redraw, set_current_path
from ui.prefix import public


class Place:
    """One page at one address in one tab; handed to the function that draws it."""

    def __init__(self, url: str) -> None:
        self.path, self.query = split(url)
        self.params: dict[str, str] = {}
        self._on_query: Callable[[dict[str, str]], Any] | None = None
        self._on_leave: list[Callable[[], None]] = []

    @property
    def url(self) -> str:
        """The whole address."""
        return with_query(self.path, self.query)

    @property
    def follows_query(self) -> bool:
        """Whether the page itself reacts to a changed query."""
        return self._on_query is not None

    def on_query(self, handler: Callable[[dict[str, str]], Any]) -> None:
        """Call `handler(query)` instead of drawing anew when only the query changes (Back, a link)."""
        self._on_query = handler

    def on_leave(self, callback: Callable[[], None]) -> None:
        """Call back when the page is left or the tab is closed."""
        self._on_leave.append(callback)

    def set_title(self, text: str) -> None:
        """Name the browser's tab."""
        ui.page_title(text)

    def set_query(self, *, replace: bool = False, **values: str | None) -> None:
        """Change the query of the address and draw nothing; None removes a key."""
        kept = {
            key: value for key, value in {**self.query, **values}.items() if value is not None and value != ''
        }
        if kept == self.query:
            return
        self.query = kept
        with _client() as client:
            set_current_path(client, self.url)
            moved(client, self.url)
            (ui.navigate.history.replace if replace else ui.navigate.history.push)(_shown(client, self.url))

    def replace(self, url: str) -> None:
        """Show another own address in place of this one; Back leads to the page before."""
        with _client() as client:
            set_current_path(client, _own(url))
            ui.navigate.history.replace(_shown(client, url))
            redraw(client)

    def follow(self, query: Mapping[str, str]) -> Any:
        """Tell the page that its query is now this one."""
        self.query = dict(query)
        return self._on_query(self.query) if self._on_query else None

    def leave(self) -> None:
        """Tell the page that it is gone."""
        for callback in self._on_leave:
            callback()
        self._on_leave.clear()


_followers: 'WeakKeyDictionary[Client, Callable[[str], None]]' = WeakKeyDictionary()


def on_move(client: Client, callback: Callable[[str], None]) -> None:
    """Hear of every address that a tab comes to show, also where only its query changes."""
    _followers[client] = callback


def moved(client: Client, url: str) -> None:
    """Say which address a tab shows now."""
    callback = _followers.get(client)
    if callback is not None:
        callback(url)


def record_at(url: str) -> tuple[str, int] | None:
    """The record that an address shows: on its own page, or in the drawer over a list or a board."""
    path, query = split(url)
    parts = path.split('/')
    if len(parts) < 3 or parts[1] != 'c':
        return None
    named = query.get('record', '') or (parts[3] if len(parts) == 4 else '')
    catalog, _, number = named.rpartition(':')
    return (catalog or parts[2], int(number)) if number.isdecimal() and len(number) < 16 else None


def split(url: str) -> tuple[str, dict[str, str]]:
    """Path and query of an own address."""
    parts = urlsplit(url)
    return unquote(parts.path).rstrip('/') or '/', dict(parse_qsl(parts.query))


def with_query(path: str, query: Mapping[str, str]) -> str:
    """An own address with this query."""
    return f'{quote(path)}?{urlencode(query)}' if query else quote(path)


def is_own(url: str) -> bool:
    """Whether this is a plain address of our own, and not a way out of here."""
    parts = urlsplit(url)
    clean = not any(ord(char) < 33 or char in '\\\u2028\u2029\x7f' for char in url)
    return (
        clean and url.startswith('/') and not url.startswith('//') and not parts.netloc and not parts.scheme
    )


def go(url: str) -> None:
    """Show another own address in this tab.

    :raises ValueError: the address leads away"""
    with _client():
        ui.navigate.to(_own(url))


def reload() -> None:
    """Load the whole document of this tab anew."""
    with _client():
        ui.navigate.reload()


def _shown(client: Client, url: str) -> str:
    """An own address as the browser's line shows it."""
    return public(client.request, url)


def _own(url: str) -> str:
    if not is_own(url):
        raise ValueError('an own address is expected')
    return url


def _client() -> Client:
    """The tab at hand; entering it works even after the button that was pressed is gone."""
    client = current_client()
    if client is None:
        raise RuntimeError('this needs an open tab')
    return client


def record_url(catalog: str, record_id: int) -> str:
    """The address of a record's page."""
    return f'/c/{catalog}/{record_id}'


def catalog_url(catalog: str, view: str = '') -> str:
    """The address of a catalogue, or of one of its views."""
    return f'/c/{catalog}/{view}' if view else f'/c/{catalog}'
