"""An editor of ordered coloured names: the stages of a pipeline, the values of a choice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nicegui import ui

from ui.components.basics import button, icon_button, row, safe_color
from ui.components.captions import Captions, ask_captions, renamed, spoken
from ui.components.kept_rows import KeptRows
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


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line at its place; `text` is what its box is to hold."""

    line: Line
    text: str
    is_first: bool
    is_last: bool


class ColoredRows:
    """The lines with their colours, names and kinds; `lines` is what is there now."""

    def __init__(self, lines: Sequence[Line], kinds: Mapping[str, str] | None = None, *, add: str) -> None:
        self.lines = list(lines)
        self._kinds = dict(kinds or {})
        self._rows = KeptRows[_Placed](
            ui.element('div').classes('a-lines'),
            self._row,
            key=lambda one: id(one.line),
            root=lambda _: row('a-lines__row'),
        )
        button(add, self._add, icon='add', quiet=True, small=True).style('align-self:flex-start')
        self._added: Line | None = None
        self._draw()

    def _draw(self) -> None:
        last = len(self.lines) - 1
        self._rows.give(
            _Placed(one, one.text, is_first=place == 0, is_last=place == last)
            for place, one in enumerate(self.lines)
        )

    def _row(self, placed: _Placed) -> Callable[[_Placed], None]:
        one = placed.line
        color = ui.element('input').props(f'type=color value={safe_color(one.color)}')
        color.classes('a-lines__color').props['aria-label'] = t('Colour')
        color.on(
            'change', lambda event: self._color(one, event.args), js_handler='(e) => emit(e.target.value)'
        )
        name = ui.input(value=one.text, placeholder=t('Name')).classes('a-grow')
        name.props('autofocus' if one is self._added else '')
        name.on_value_change(lambda event: setattr(one, 'text', event.value or ''))
        name.on('keydown.enter.prevent', self._add)
        if self._kinds:
            kind = ui.select(self._kinds, value=one.kind or 'open').classes('a-lines__kind')
            kind.on_value_change(lambda event: setattr(one, 'kind', event.value))
        icon_button('translate', t('Translations'), lambda: self._translate(one), small=True)
        up = icon_button('arrow_upward', t('Up'), lambda: self._move(one, -1), small=True)
        down = icon_button('arrow_downward', t('Down'), lambda: self._move(one, 1), small=True)
        icon_button('close', t('Remove'), lambda: self._remove(one), small=True)

        def show(now: _Placed) -> None:
            up.set_enabled(not now.is_first)
            down.set_enabled(not now.is_last)
            if name.value != now.text:
                name.set_value(now.text)

        show(placed)
        return show

    def _color(self, one: Line, color: Any) -> None:
        one.color = safe_color(str(color))

    def _add(self) -> None:
        kind = 'open' if self._kinds else ''
        at = next((i for i, one in enumerate(self.lines) if one.kind in ('won', 'lost')), len(self.lines))
        self._added = Line(color=PALETTE[len(self.lines) % len(PALETTE)], kind=kind)
        self.lines.insert(at, self._added)
        self._draw()

    def _move(self, one: Line, by: int) -> None:
        place = self._place(one)
        self.lines.insert(max(0, place + by), self.lines.pop(place))
        self._draw()

    def _place(self, one: Line) -> int:
        return next(place for place, other in enumerate(self.lines) if other is one)

    async def _translate(self, one: Line) -> None:
        known = Captions(str(one.source.get('label') or one.text), one.source.get('labels') or {})
        answer = await ask_captions({'label': (t('Name'), renamed(known, one.text) if one.text else known)})
        if answer:
            named = answer['label']
            one.source = {**one.source, 'label': named.label, 'labels': dict(named.labels)}
            one.text = spoken(named)
            self._draw()

    def _remove(self, one: Line) -> None:
        del self.lines[self._place(one)]
        self._draw()
