"""A page of settings that are sentences about roles: a line each, a button that adds one."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from nicegui import ui

from ui import theme
from ui.components import frame
from ui.components.basics import button, empty_state
from ui.components.kept_rows import KeptRows

theme.add_style('components/rights.css')
T = TypeVar('T')


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentences:
    """What the page is called, how a line is added, and what it says while there is none."""

    title: str
    adding: str
    add: Callable[[], Any]
    empty: str
    icon: str


@contextmanager
def sentence_page(
    words: Sentences,
    draw: Callable[[T], Callable[[T], None] | None],
    key: Callable[[T], Hashable],
) -> Iterator[KeptRows[T]]:
    """The page with its list; what is drawn within stands below the list."""
    with frame.header(words.title, back='/settings/roles') as head, head.actions:
        button(words.adding, words.add, primary=True, icon='add')
    with frame.body(narrow=True):
        yield KeptRows(
            ui.element('div').classes('a-card a-block--flush'),
            draw,
            key=key,
            root=lambda _: ui.element('div').classes('rr-rule'),
            empty=lambda: empty_state(words.empty, words.adding, words.add, icon_name=words.icon),
        )
