"""A date, typed in the reader's format or picked from a calendar."""

from collections.abc import Callable
from typing import Any

from nicegui.element import Element

from ui.text import t


class DateControl(Element, component='date_control.js', default_classes='af-control-root'):
    """A date (`timed`: with time); `on_set` gets the typed text, or an ISO text from the calendar.

    `iso` and the calendar's answer are local to the reader: the caller knows the time zone."""

    def __init__(
        self, shown: str, iso: str, *, today: str, on_set: Callable[[str, bool], Any], **props: Any
    ) -> None:
        super().__init__()
        self.give(shown, iso)
        self._props['today'] = today
        self._props['texts'] = {
            'today': t('Today'), 'clear': t('Clear'), 'open': t('Open the calendar'), 'time': t('Time'),
        }  # fmt: skip
        for name, value in props.items():
            self._props[name] = value
        self.began = 0
        self.on('set', lambda e: self._heard(e.args, on_set))

    @property
    def stamp(self) -> int:
        """The number of the value shown last."""
        return int(self._props.get('stamp', 0))

    def _heard(self, told: dict[str, Any], on_set: Callable[[str, bool], Any]) -> Any:
        self.began = int(told['began'])
        return on_set(str(told.get('iso', told.get('text', ''))), 'iso' in told)

    def give(self, shown: str, iso: str) -> None:
        """Show another value."""
        self._props['shown'] = shown
        self._props['iso'] = iso
        self._props['stamp'] = self.stamp + 1

    def mark_invalid(self, wrong: bool) -> None:
        """Draw the box as refused, or as fine again."""
        if bool(self._props.get('invalid')) != wrong:
            self._props['invalid'] = wrong
