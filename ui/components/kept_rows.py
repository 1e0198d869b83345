"""Lines that outlive a change: only what became different is drawn, and no quick click is lost."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from nicegui import ui
from nicegui.element import Element

T = TypeVar('T')


@dataclass(eq=False, slots=True)
class _Row(Generic[T]):
    value: T
    root: Element
    show: Callable[[T], None] | None


class KeptRows(Generic[T]):
    """The lines of `home`, one for each value, found again by `key`.

    `draw` fills the element that `root` made. When the value of a line changes, the function that `draw` gave
    back puts the new one in; without such a function that one line is drawn anew. `empty` draws what stands
    there while there is no line."""

    def __init__(
        self,
        home: Element,
        draw: Callable[[T], Callable[[T], None] | None],
        *,
        key: Callable[[T], Hashable],
        root: Callable[[T], Element] | None = None,
        empty: Callable[[], object] | None = None,
    ) -> None:
        self._home, self._draw, self._key, self._empty = home, draw, key, empty
        self._root = root or (lambda _value: ui.element('div'))
        self._rows: dict[Hashable, _Row[T]] = {}
        self._nothing: Element | None = None

    def give(self, values: Iterable[T]) -> None:
        """Show these values in this order; lines whose value is as before are left alone."""
        if self._home.is_deleted:
            return
        wanted = {self._key(value): value for value in values}
        for key in [key for key in self._rows if key not in wanted]:
            self._rows.pop(key).root.delete()
        for key, value in wanted.items():
            self._put(key, value)
        before = list(self._rows)
        self._rows = {key: self._rows[key] for key in wanted}
        if before != list(self._rows):
            self._order()
        self._say_nothing()

    def _put(self, key: Hashable, value: T) -> None:
        row = self._rows.get(key)
        if row is None:
            with self._home:
                root = self._root(value)
            with root:
                self._rows[key] = _Row(value, root, self._draw(value))
        elif row.value != value:
            row.value = value
            if row.show is not None:
                row.show(value)
                return
            row.root.clear()
            with row.root:
                row.show = self._draw(value)

    def _order(self) -> None:
        # The browser knows elements by their ids, so it moves what is there and draws nothing anew.
        roots = [row.root for row in self._rows.values()]
        children = self._home.default_slot.children
        children[:] = [*(one for one in children if one not in roots), *roots]
        self._home.update()

    def _say_nothing(self) -> None:
        if self._rows or self._empty is None:
            if self._nothing is not None:
                self._nothing.delete()
                self._nothing = None
        elif self._nothing is None:
            with self._home, ui.element('div') as self._nothing:
                self._empty()
