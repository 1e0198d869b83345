"""A list whose lines are put in order by dragging a grip, or by the arrow keys on it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, Generic, TypeVar

import nicegui.elements.sortable  # noqa: F401  puts SortableJS into the import map
from nicegui import ui
from nicegui.element import Element

from ui import theme
from ui.components.basics import icon
from ui.components.kept_rows import KeptRows
from ui.text import t

theme.add_style('components/ordered.css')
T = TypeVar('T')


@dataclass(frozen=True, slots=True)
class _Placed(Generic[T]):
    """A value at its place, which is said to who cannot see it."""

    value: T
    place: int
    all: int


class Ordered(Element, Generic[T], component='ordered.js'):
    """The values of `give`, each drawn by `draw` behind its grip; `on_order` hears the keys in a new order.

    What `draw` gives back puts a changed value into its line, as in `KeptRows`."""

    def __init__(
        self,
        on_order: Callable[[list[str]], Any],
        draw: Callable[[T], Callable[[T], None] | None],
        *,
        key: Callable[[T], str],
        name: Callable[[T], str],
        empty: Callable[[], object] | None = None,
    ) -> None:
        super().__init__()
        self._key, self._name, self._draw, self._on_order = key, name, draw, on_order
        self._keys: list[str] = []
        self._values: dict[str, T] = {}
        self._unheard = 0
        self._lines: KeptRows[_Placed[T]] = KeptRows(
            self, self._line, key=lambda one: key(one.value), root=self._root, empty=empty
        )
        self.on('move', lambda event: self.step(str(event.args['key']), int(event.args['by'])))

    def give(self, values: Iterable[T]) -> None:
        """Show these values in this order, or while steps wait to be heard in the one they lead to."""
        self._values = {self._key(value): value for value in values}
        order = list(self._values)
        if self._unheard > 1:
            led = [key for key in self._keys if key in self._values]
            order = [*led, *(key for key in order if key not in led)]
        self._show(order)

    def _show(self, order: list[str]) -> None:
        self._keys = order
        self._lines.give(_Placed(self._values[key], place, len(order)) for place, key in enumerate(order, 1))

    async def step(self, key: str, by: int) -> None:
        """Take a line some places down, or up when `by` is below zero."""
        # A step is told, not an order: two quick steps count from where the first one has led.
        if key not in self._keys:
            return
        now = [one for one in self._keys if one != key]
        now.insert(max(0, self._keys.index(key) + by), key)
        if now == self._keys:
            return
        self._unheard += 1
        self._show(now)
        try:
            answer = self._on_order(list(now))
            if isawaitable(answer):
                await answer
        finally:
            self._unheard -= 1

    def _root(self, placed: _Placed[T]) -> Element:
        made = ui.element('div').classes('a-ordered__line')
        made.props['data-key'] = self._key(placed.value)
        return made

    def _line(self, placed: _Placed[T]) -> Callable[[_Placed[T]], None]:
        with ui.element('button').classes('a-grip').props('type=button') as grip:
            icon('drag_indicator')
        grip.props['title'] = t('Drag, or use the arrow keys')
        box = ui.element('div').classes('a-ordered__body')
        with box:
            show = self._draw(placed.value)
        shown = placed.value

        def say(now: _Placed[T]) -> None:
            place = t('{place} of {all}', place=now.place, all=now.all)
            named = t('Move {name} with the arrow keys', name=self._name(now.value))
            grip.props['aria-label'] = f'{named} {place}'

        def put(now: _Placed[T]) -> None:
            nonlocal show, shown
            say(now)
            if now.value == shown:
                return
            shown = now.value
            if show is not None:
                show(now.value)
                return
            box.clear()
            with box:
                show = self._draw(now.value)

        say(placed)
        return put
