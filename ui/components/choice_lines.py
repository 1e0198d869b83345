"""Lines with one choice of a few each, such as how far a role may go with every field."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui.element import Element

from ui import theme

theme.add_style('components/rights.css')


class ChoiceLines(Element, component='choice_lines.js'):
    """Rows of `key`, `label`, `note` and `value`; `on_set(key, value)` hears a choice.

    Options have `value`, `label`, `hint` and a `look` for their colour."""

    def __init__(
        self,
        rows: Sequence[Mapping[str, Any]],
        options: Sequence[Mapping[str, Any]],
        on_set: Callable[[str, int], Any],
    ) -> None:
        super().__init__()
        self._props['rows'] = list(rows)
        self._props['options'] = list(options)
        self.on('set', lambda event: on_set(str(event.args['row']), int(event.args['value'])))

    def give(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Show other values."""
        self._props['rows'] = list(rows)
