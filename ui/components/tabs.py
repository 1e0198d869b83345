"""Tabs that draw their content when they are first looked at."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nicegui import ui
from nicegui.element import Element


@dataclass(eq=False)
class Tab:
    """One tab: its caption, how it is drawn, and what it holds once drawn."""

    code: str
    label: str
    draw: Callable[[], Any]
    button: Element
    count: ui.label
    box: Element | None = None


class Tabs:
    """A row of captions and the content of the chosen one; others stay as they were left."""

    def __init__(self) -> None:
        self._tabs: dict[str, Tab] = {}
        self.current = ''
        self._heads = ui.element('div').classes('rc-tabs').props('role=tablist')
        self._body = ui.element('div').classes('rc-tabs__body')

    def add(self, code: str, label: str, draw: Callable[[], Any]) -> None:
        """Another tab at the end."""
        with (
            self._heads,
            ui.element('button').classes('rc-tab').props('type=button role=tab').mark(f'tab-{code}') as head,
        ):
            ui.label(label)
            count = ui.label().classes('rl-count')
            count.visible = False
        tab = self._tabs[code] = Tab(code, label, draw, head, count)
        tab.button.on('click', lambda: self.show(code))

    def count(self, code: str, number: int) -> None:
        """Say behind a caption how many there are; nothing for zero."""
        tab = self._tabs[code]
        tab.count.set_text(str(number))
        tab.count.visible = number > 0

    async def show(self, code: str) -> None:
        """Look at a tab."""
        if code == self.current:
            return
        self.current = code
        for tab in self._tabs.values():
            on = tab.code == code
            tab.button.props['aria-selected'] = 'true' if on else 'false'
            tab.button.classes(add='rc-tab--on' if on else '', remove='' if on else 'rc-tab--on')
            if tab.box is not None:
                tab.box.visible = on
        await self._fill(self._tabs[code])

    async def _fill(self, tab: Tab) -> None:
        if tab.box is not None:
            return
        with self._body:
            tab.box = ui.element('div').props('role=tabpanel')
        with tab.box:
            answer = tab.draw()
            if inspect.isawaitable(answer):
                await answer
