"""An editor of ordered coloured names: the stages of a pipeline, the values of a choice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nicegui import ui

from ui.components.basics import button, icon_button, row, safe_color
from ui.components.captions import Captions, ask_captions, renamed, spoken
from ui.text import t
from ui.theme import PALETTE


@dataclass(slots=True)
class Line:
    """One name being edited; `source` is what it was made of, `code` is '' for a new one."""

    code: str = ''
    text: str = ''
    color: str = '#8a8f98'
    kind: str = ''
    source: Mapping[str, Any] = field(default_factory=dict)


class ColoredRows:
    """The lines with their colours, names and kinds; `lines` is what is there now."""

    def __init__(self, lines: Sequence[Line], kinds: Mapping[str, str] | None = None, *, add: str) -> None:
        self.lines = list(lines)
        self._kinds = dict(kinds or {})
        self._box = ui.element('div').classes('a-lines')
        button(add, self._add, icon='add', quiet=True, small=True).style('align-self:flex-start')
        self._draw()

    def _draw(self, focus: int = -1) -> None:
        self._box.clear()
        with self._box:
            for place, one in enumerate(self.lines):
                self._row(place, one, focus=place == focus)

    def _row(self, place: int, one: Line, *, focus: bool) -> None:
        with row('a-lines__row'):
            color = (
                ui.element('input')
                .props(f'type=color value={safe_color(one.color)}')
                .classes('a-lines__color')
            )
            color.props['aria-label'] = t('Colour')
            color.on(
                'change', lambda event: self._color(one, event.args), js_handler='(e) => emit(e.target.value)'
            )
            name = (
                ui.input(value=one.text, placeholder=t('Name'))
                .classes('a-grow')
                .props('autofocus' if focus else '')
            )
            name.on_value_change(lambda event: setattr(one, 'text', event.value or ''))
            name.on('keydown.enter.prevent', self._add)
            if self._kinds:
                kind = ui.select(self._kinds, value=one.kind or 'open').classes('a-lines__kind')
                kind.on_value_change(lambda event: setattr(one, 'kind', event.value))
            icon_button('translate', t('Translations'), lambda: self._translate(one), small=True)
            icon_button('arrow_upward', t('Up'), lambda: self._move(place, -1), small=True).set_enabled(
                place > 0
            )
            last = len(self.lines) - 1
            icon_button('arrow_downward', t('Down'), lambda: self._move(place, 1), small=True).set_enabled(
                place < last
            )
            icon_button('close', t('Remove'), lambda: self._remove(place), small=True)

    def _color(self, one: Line, color: Any) -> None:
        one.color = safe_color(str(color))

    def _add(self) -> None:
        kind = 'open' if self._kinds else ''
        at = next((i for i, one in enumerate(self.lines) if one.kind in ('won', 'lost')), len(self.lines))
        self.lines.insert(at, Line(color=PALETTE[len(self.lines) % len(PALETTE)], kind=kind))
        self._draw(at)

    def _move(self, place: int, by: int) -> None:
        self.lines.insert(place + by, self.lines.pop(place))
        self._draw()

    async def _translate(self, one: Line) -> None:
        known = Captions(str(one.source.get('label') or one.text), one.source.get('labels') or {})
        answer = await ask_captions({'label': (t('Name'), renamed(known, one.text) if one.text else known)})
        if answer:
            named = answer['label']
            one.source = {**one.source, 'label': named.label, 'labels': dict(named.labels)}
            one.text = spoken(named)
            self._draw()

    def _remove(self, place: int) -> None:
        del self.lines[place]
        self._draw()
