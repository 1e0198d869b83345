"""The list of a catalogue: one grid element that asks for its rows by itself."""

from collections.abc import Callable, Sequence
from typing import Any

# Imported for its effect: the grid's script, which record_grid.js builds on, joins the import map.
import nicegui.elements.aggrid  # noqa: F401 imported for its effect
from nicegui.element import Element

from store import Change, Problem
from ui import theme
from ui.live import watch
from ui.rows import changed_rows
from ui.session import records

theme.add_style('components/views/table.css')

REREAD = 50
"""More changed rows than this in one bundle make the grid read its visible blocks again."""


class Table(Element, component='record_grid.js', default_classes='at-host'):
    """Rows of a catalogue in the reader's columns, kept fresh.

    Events go to the callbacks: `on_open(id)`, `on_visit(address)`, `on_sort(text)`,
    `on_layout(columns or None)`, `on_bulk(key, ids or None for all)`, `on_create()`, `on_clear()`,
    `on_everyone(codes)`."""

    def __init__(
        self,
        catalog: str,
        *,
        columns: Sequence[dict[str, Any]],
        layout: Sequence[dict[str, Any]],
        asked: dict[str, str],
        texts: dict[str, str],
        actions: Sequence[dict[str, Any]],
        **heard: Callable[..., Any],
    ) -> None:
        super().__init__()
        self.catalog, self.asked = catalog, dict(asked)
        self._shown = [str(column['code']) for column in layout]
        self._props.update(catalog=catalog, columns=list(columns), layout=list(layout))
        self._props.update(texts=texts, actions=list(actions), **asked)
        self._listen(heard)
        watch({catalog}, self._changed)

    def _listen(self, heard: dict[str, Callable[..., Any]]) -> None:
        self.on('open', lambda e: heard['on_open'](int(e.args)))
        self.on('visit', lambda e: heard['on_visit'](str(e.args)))
        self.on('sorted', lambda e: self._sorted(str(e.args), heard['on_sort']))
        self.on('layout', lambda e: self._arranged(e.args, heard['on_layout']))
        self.on('everyone', lambda e: heard['on_everyone']([str(code) for code in e.args]))
        self.on(
            'bulk', lambda e: heard['on_bulk'](str(e.args['key']), None if e.args['every'] else e.args['ids'])
        )
        self.on('create', heard['on_create'])
        self.on('clear', heard['on_clear'])

    def narrow(self, filter_text: str, text: str) -> None:
        """Show what matches another filter and other words."""
        self.asked |= {'filter': filter_text, 'text': text}
        self.run_method('narrow', filter_text, text)

    def point_at(self, record_id: int | None) -> None:
        """Tint the row of the record that is open beside the list."""
        self.run_method('mark', record_id)

    def refresh(self) -> None:
        """Read the visible rows again and keep the place."""
        self.run_method('refresh')

    def unselect(self) -> None:
        """Clear the selection."""
        self.run_method('unselect')

    def _sorted(self, sort: str, tell: Callable[[str], Any]) -> Any:
        self.asked['sort'] = sort
        return tell(sort)

    def _arranged(self, columns: list[dict[str, Any]] | None, tell: Callable[..., Any]) -> Any:
        if columns is not None:
            self._shown = [str(column['code']) for column in columns]
        return tell(columns)

    async def _changed(self, changes: tuple[Change, ...]) -> None:
        ids = sorted({change.record_id for change in changes if change.kind != 'commented'})
        if not ids:
            return
        sorted_by = self.asked.get('sort', '').lstrip('-')
        moved = any(c.kind in ('created', 'removed', 'restored') or sorted_by in c.after for c in changes)
        if moved or len(ids) > REREAD:
            self.refresh()
            return
        try:
            rows = await changed_rows(records(), self.catalog, ids, {**self.asked, 'columns': self._shown})
        except Problem:
            self.refresh()
            return
        kept = {row['id'] for row in rows}
        self.run_method('patch', rows, [id for id in ids if id not in kept])
