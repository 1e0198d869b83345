"""Pages: each file beside this one that has `PAGES` adds its addresses; nothing else lists them."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache

from store.actor import Actor
from ui.place import Place


def everyone(_actor: Actor) -> bool:
    """Every signed-in person may open it; the records in it are narrowed by the store."""
    return True


def admins(actor: Actor) -> bool:
    """Administrators only."""
    return actor.is_admin


@dataclass(frozen=True, kw_only=True, slots=True)
class Nav:
    """An entry of the side panel; a lower `place` comes first, `bottom` puts it below the sections."""

    icon: str
    label: str
    place: int
    bottom: bool = False


def may(operation: str) -> Callable[[Actor], bool]:
    """Whoever may do this named operation; for `Page.allowed`."""
    return lambda actor: actor.may_do(operation)


CATEGORIES = ('people', 'data', 'look', 'processes', 'integrations', 'import', 'analytics', 'maintenance')
"""Groups of the system designer, in the order people see."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Find:
    """One setting of an area that the designer's search leads to: its caption and other words for it."""

    label: str
    words: str = ''


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A page's place in the system designer, seen by whoever may open the page.

    `category` is one of `CATEGORIES`; `words` are other words people look for it by, in every language;
    `finds` are single settings on the page, `blocks` the blocks of system settings it shows. A lower
    `place` comes first."""

    category: str
    icon: str
    sentence: str
    words: str = ''
    finds: tuple[Find, ...] = ()
    blocks: tuple[str, ...] = ()
    place: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """An address, who may open it, and the function that draws it.

    `path` has segments such as ``/rules/{rule}``; `title` is English source text. A page with an `area`
    is a part of the system designer. A private one is shut to those who look through another's eyes."""

    path: str
    draw: Callable[[Place], Awaitable[None]]
    title: str
    allowed: Callable[[Actor], bool]
    nav: Nav | None = None
    area: Area | None = None
    is_private: bool = False

    def match(self, path: str) -> dict[str, str] | None:
        """The parameters of this address, None when it is another page's."""
        own, asked = self.path.strip('/').split('/'), path.strip('/').split('/')
        if len(own) != len(asked):
            return None
        found: dict[str, str] = {}
        for pattern, segment in zip(own, asked, strict=True):
            if pattern.startswith('{') and segment:
                found[pattern[1:-1]] = segment
            elif pattern != segment:
                return None
        return found


@cache
def all_pages() -> tuple[Page, ...]:
    """Every page, those with fewer parameters first so that a literal segment wins.

    :raises LookupError: two pages claim one address"""
    found: dict[str, Page] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        for page in getattr(importlib.import_module(f'{__name__}.{module}'), 'PAGES', ()):
            if page.path in found:
                raise LookupError(f'{module} claims {page.path}, which is taken')
            found[page.path] = page
    return tuple(sorted(found.values(), key=lambda page: page.path.count('{')))


def page_of(path: str) -> tuple[Page, dict[str, str]] | None:
    """The page of this address with its parameters."""
    for page in all_pages():
        found = page.match(path)
        if found is not None:
            return page, found
    return None
