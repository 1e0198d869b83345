"""A list whose lines are put in order by dragging a grip, or by the arrow keys on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import nicegui.elements.sortable  # noqa: F401  puts SortableJS into the import map
from nicegui import ui
from nicegui.element import Element

from ui import theme
from ui.components.basics import icon
from ui.text import t

theme.add_style('components/ordered.css')


class Ordered(Element, component='ordered.js'):
    """Lines made by `line`; `on_order` hears their keys in the new order, and draws them anew."""

    def __init__(self, on_order: Callable[[list[str]], Any]) -> None:
        super().__init__()
        self.on('order', lambda event: on_order([str(key) for key in event.args]))

    @contextmanager
    def line(self, key: str, name: str, place: str = '') -> Iterator[ui.element]:
        """A line with its grip; `place` ('2 of 5') is said with the name to who cannot see it."""
        with self, ui.element('div').classes('a-ordered__line') as made:
            made.props['data-key'] = key
            with ui.element('button').classes('a-grip').props('type=button') as grip:
                icon('drag_indicator')
            grip.props['aria-label'] = f'{t("Move {name} with the arrow keys", name=name)} {place}'.strip()
            grip.props['title'] = t('Drag, or use the arrow keys')
            yield made
