"""A quiet native text box that answers when it is left."""

from collections.abc import Callable
from typing import Any

from nicegui.element import Element


class TextControl(Element, component='text_control.js', default_classes='af-control-root'):
    """One line or several; `on_set` gets the typed text when the box is left or Enter is pressed.

    `began` is then the stamp of the value that was shown when the typing started."""

    def __init__(
        self,
        shown: str = '',
        *,
        edit: str | None = None,
        on_set: Callable[[str], Any],
        on_unit: Callable[[str], Any] | None = None,
        **props: Any,
    ) -> None:
        super().__init__()
        self.give(shown, edit)
        for name, value in props.items():
            self._props[name] = value
        self.began = 0
        self.on('set', lambda e: self._heard(e.args, on_set))
        if on_unit is not None:
            self.on('unit', lambda e: on_unit(str(e.args)))

    @property
    def stamp(self) -> int:
        """The number of the value shown last."""
        return int(self._props.get('stamp', 0))

    def _heard(self, told: dict[str, Any], on_set: Callable[[str], Any]) -> Any:
        self.began = int(told['began'])
        return on_set(str(told['text']))

    def give(self, shown: str, edit: str | None = None) -> None:
        """Show another value: `shown` for reading, `edit` for typing."""
        self._props['shown'] = shown
        self._props['edit'] = shown if edit is None else edit
        self._props['stamp'] = self.stamp + 1

    def mark_invalid(self, wrong: bool) -> None:
        """Draw the box as refused, or as fine again."""
        if bool(self._props.get('invalid')) != wrong:
            self._props['invalid'] = wrong
