"""A switch for yes and no."""

from collections.abc import Callable
from typing import Any

from nicegui.element import Element


class Toggle(Element, component='toggle.js', default_classes='af-control-root'):
    """On or off; `on_set` gets the new truth."""

    def __init__(self, on: bool, *, on_set: Callable[[bool], Any], label: str = '', caption: str = '',
                 readonly: bool = False) -> None:  # fmt: skip
        super().__init__()
        self._props.update({'on': on, 'label': label, 'caption': caption, 'readonly': readonly})
        self.on('set', lambda e: on_set(bool(e.args)))

    def give(self, on: bool) -> None:
        """Show another value, or the one before when a change was refused."""
        self._props.update({'on': on, 'given': self._props.get('given', 0) + 1})

    def mark_invalid(self, wrong: bool) -> None:
        """A switch is never refused."""
