"""Search and filter over a list or a board: a search box, chips, and the editor behind them."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from nicegui import events, ui

from store import NO_FILTER, Catalog, Condition, Filter, Problem
from ui import theme
from ui.components.controls.picker import Picker
from ui.components.controls.text_control import TextControl
from ui.components.filter_editor import FilterEditor
from ui.components.filter_fields import conditions_of, describe, fields_of, names_in, options_of
from ui.text import n, t

theme.add_style('components/filter.css')

OnChange = Callable[[Filter, str], Any]


class FilterBar:
    """Draws itself into the open slot; `on_change(filter, text)` hears each change.

    `filter` and `text` are what is asked now; `set` takes what came from an address."""

    def __init__(
        self,
        catalog: Catalog,
        filter: Filter = NO_FILTER,
        text: str = '',
        *,
        on_change: OnChange,
        search: bool = True,
    ) -> None:
        self.catalog, self.filter, self.text, self._on_change = catalog, filter, text, on_change
        self._fields = fields_of(catalog)
        self._editor: FilterEditor | None = None
        self._box = ui.element('div').classes('ff-bar').mark('filter-bar')
        with self._box:
            if search:
                self._search = self._search_box()
            self._chips = ui.element('div').classes('ff-chips')
            self._anchor = self._opener()
        ui.timer(0, self._draw_chips, once=True)

    def set(self, filter: Filter, text: str) -> None:
        """Show another filter, e.g. of the address one went back to; tells nobody."""
        self.filter, self.text = filter, text
        self._search.give(text)
        with self._box:
            ui.timer(0, self._draw_chips, once=True)

    def _search_box(self) -> TextControl:
        box = TextControl(
            self.text, on_set=self._searched, instant=True, label=t('Search'), placeholder=t('Search')
        ).classes('ff-search')
        # Typing is heard after a pause of a quarter of a second, not at each letter.
        box.on('draft', lambda e: self._searched(str(e.args or '')), throttle=0.25, leading_events=False)
        return box.mark('filter-search')

    def _opener(self) -> ui.element:
        with ui.element('div').classes('ff-anchor') as anchor:
            with ui.element('button').classes('ff-chip ff-open').props('type=button') as button:
                ui.icon('o_filter_list').classes('ff-icon')
                ui.label(t('Filter'))
            with ui.menu().props('no-parent-event persistent').classes('ff-menu') as self._menu:
                self._panel = ui.element('div').classes('ff-panel')
            button.on('click', self._open).mark('filter-open')
        return anchor

    async def _open(self) -> None:
        names = await self._names()
        self._panel.clear()
        with self._panel:
            if not self.filter:
                self._first_field()
            self._editor = FilterEditor(self._fields, self.filter, names, self._edited)
            with ui.element('div').classes('ff-foot'):
                self._foot_button(t('Clear all'), self.clear)
                self._foot_button(t('Done'), self._menu.close, primary=True)
        self._menu.open()

    def _first_field(self) -> None:
        options = options_of(self._fields)

        def begin(chosen: list[Mapping[str, Any]]) -> Any:
            first.delete()
            return self._editor.add(str(chosen[0]['id'])) if self._editor is not None else None

        first = Picker(
            options=options, look='plain', label=t('Filter by…'), placeholder=t('Filter by…'), on_set=begin
        ).classes('ff-first')

    def _foot_button(self, text: str, on_click: Callable[[], Any], *, primary: bool = False) -> None:
        kind = 'ff-button ff-primary' if primary else 'ff-button'
        with ui.element('button').classes(kind).props('type=button').on('click', on_click):
            ui.label(text)

    async def clear(self) -> None:
        """Ask for everything again."""
        self._menu.close()
        await self._edited(NO_FILTER)

    async def _names(self) -> dict[tuple[str, int], str]:
        try:
            return await names_in(self.filter, self._fields)
        except Problem:
            return {}

    async def _searched(self, text: str) -> None:
        if text.strip() != self.text:
            self.text = text.strip()
            await self._tell()

    async def _edited(self, asked: Filter) -> None:
        if asked == self.filter:
            return
        self.filter = asked
        # A chip that was clicked away is gone with its handler's place; the bar stays.
        with self._box:
            await self._draw_chips()
            await self._tell()

    async def _tell(self) -> None:
        answer = self._on_change(self.filter, self.text)
        if inspect.isawaitable(answer):
            await answer

    async def _draw_chips(self) -> None:
        names = await self._names()
        self._chips.clear()
        plain = self.filter.join == 'all' or len(self.filter.items) == 1
        with self._chips:
            if not plain:
                total = len(list(conditions_of(self.filter)))
                self._chip(n('Any of {count} condition', 'Any of {count} conditions', total), None)
                return
            for item in self.filter.items:
                self._chip(self._words(item, names), item)

    def _words(self, item: Condition | Filter, names: Mapping[tuple[str, int], str]) -> str:
        if isinstance(item, Filter):
            joint = t(' or ') if item.join == 'any' else t(' and ')
            parts = [self._words(part, names) for part in item.items]
            return joint.join(parts)
        about = self._fields.get(item.field)
        return describe(item, about, names) if about else t('Field that is no longer here')

    def _chip(self, text: str, item: Condition | Filter | None) -> None:
        async def remove(_event: events.GenericEventArguments) -> None:
            rest = tuple(i for i in self.filter.items if i is not item) if item is not None else ()
            await self._edited(Filter(rest, self.filter.join))

        with ui.element('div').classes('ff-chip').on('click', self._open) as chip:
            chip.props['title'] = text
            ui.label(text).classes('ff-chip-text')
            # The click must not open the editor of the chip that it removes.
            with (
                ui.element('button')
                .classes('ff-cross')
                .props('type=button')
                .on('click.stop', remove) as cross
            ):
                cross.props['aria-label'] = t('Remove')
                ui.label('×')
