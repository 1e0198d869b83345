"""A grid of icons to choose one from."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from ui.components.basics import icon
from ui.text import t

ICONS = (
    'folder', 'handshake', 'bolt', 'task_alt', 'person', 'group', 'apartment', 'inventory_2', 'description',
    'receipt_long', 'support_agent', 'work_outline', 'badge', 'school', 'event', 'local_shipping', 'build',
    'home_work', 'directions_car', 'campaign', 'shopping_cart', 'payments', 'favorite_border', 'science',
    'flag', 'gavel', 'restaurant', 'hotel', 'language',
)  # fmt: skip
"""Material names of icons that suit a section; all are in the outlined font."""


class IconPicker:
    """Icons as buttons, the chosen one marked; `on_pick` hears the name of another one."""

    def __init__(self, chosen: str, on_pick: Callable[[str], Awaitable[None]]) -> None:
        self._on_pick = on_pick
        self._buttons: dict[str, ui.element] = {}
        with ui.element('div').classes('a-icons').props('role=radiogroup') as box:
            box.props['aria-label'] = t('Icon')
            for name in ICONS if chosen in ICONS else (chosen, *ICONS):
                self._buttons[name] = self._button(name)
        self._mark(chosen)

    def _button(self, name: str) -> ui.element:
        with ui.element('button').classes('a-icons__one').props('type=button role=radio') as made:
            icon(name)
        made.props['aria-label'] = name.replace('_', ' ')

        async def pick() -> None:
            self._mark(name)
            await self._on_pick(name)

        made.on('click', pick)
        return made

    def _mark(self, chosen: str) -> None:
        for name, made in self._buttons.items():
            is_on = name == chosen
            made.classes(add='is-on' if is_on else '', remove='' if is_on else 'is-on')
            made.props(f'aria-checked={"true" if is_on else "false"}')
