"""The list of a catalogue: search, filter, columns, selection, and the record that is open beside it."""

from collections.abc import Sequence
from typing import Any

from store import NO_FILTER, Catalog, Designer, Filter, Problem, Records
from store.system_settings import preferences, save_preference
from ui.cells import columns_of, default_columns
from ui.components import frame, record_drawer
from ui.components.basics import button, icon_button, tell, toast
from ui.components.bulk import Bulk, actions_for
from ui.components.export_records import View, draw_export
from ui.components.filter_bar import FilterBar
from ui.components.mini_card import quick_create
from ui.components.record_rules import rule_buttons
from ui.components.view_links import view_links
from ui.components.views.table import Table
from ui.pages import Page, everyone
from ui.place import Place, go
from ui.session import records, session
from ui.text import label, label_one, t

PREFERENCE = 'list.{catalog}'


class ListPage:
    """One list in one tab."""

    def __init__(
        self, place: Place, catalog: Catalog, saved: dict[str, Any], rules: Sequence[tuple[int, str]]
    ) -> None:
        self.place, self.catalog, self.saved, self.rules = place, catalog, saved, rules
        self.filter = _filter(place)
        self.text = place.query.get('q', '')
        self.sort = place.query.get('sort') or str(saved.get('sort') or '-id')

    def draw(self) -> None:
        """Header, grid, drawer."""
        self.place.set_title(label(self.catalog))
        with frame.header(label(self.catalog), view_links(self.catalog, 'list', self.place.query)) as head:
            with head.filters:
                self.bar = FilterBar(self.catalog, self.filter, self.text, on_change=self._narrowed)
            with head.actions:
                draw_export(self.catalog, self._view)
                if records().may('create', self.catalog.code):
                    bring = f'/import?catalog={self.catalog.code}'
                    icon_button('upload_file', t('Import'), lambda: go(bring))
                    button(label_one(self.catalog), self.create, primary=True, icon='add').mark('new-record')
        with frame.body(wide=True) as self.body:
            self.table = self._table(records())
        self.drawer = record_drawer.attach(self.place, on_open=self._point_at)
        self.place.on_query(self._follow)

    def _table(self, mine: Records) -> Table:
        known = columns_of(mine, self.catalog)
        chosen = self.saved.get('columns') or [{'code': code} for code in default_columns(self.catalog)]
        return Table(
            self.catalog.code,
            columns=[column.for_grid() for column in known.values()],
            layout=[column for column in chosen if column['code'] in known],
            asked={'sort': self.sort, 'filter': self.filter.to_text(), 'text': self.text},
            texts=_texts(self.catalog, may_create=mine.may('create', self.catalog.code)),
            actions=actions_for(self.catalog, self.rules),
            on_open=lambda id: record_drawer.open_record(self.catalog.code, id),
            on_visit=go,
            on_sort=self._sorted,
            on_layout=self._arranged,
            on_everyone=self._for_everyone,
            on_bulk=self._bulk,
            on_create=self.create,
            on_clear=self._clear,
        ).mark('table')

    def _view(self) -> View:
        chosen = self.saved.get('columns') or [{'code': code} for code in default_columns(self.catalog)]
        codes = [str(column['code']) for column in chosen]
        return View(columns=codes, filter=self.filter, text=self.text, sort=self.sort or '-id')

    def _point_at(self, id: int | None) -> None:
        self.table.point_at(id)

    async def create(self) -> None:
        """Ask for a new record and open it."""
        made = await quick_create(self.catalog.code)
        if made is not None:
            record_drawer.open_record(self.catalog.code, made.id)

    def _narrowed(self, asked: Filter, text: str) -> None:
        self.filter, self.text = asked, text
        self.place.set_query(filter=asked.to_text() or None, q=text or None, replace=True)
        self.table.narrow(asked.to_text(), text)

    def _clear(self) -> None:
        self.bar.set(NO_FILTER, '')
        self._narrowed(NO_FILTER, '')

    async def _follow(self, query: dict[str, str]) -> None:
        if await self.drawer.follow(query):
            return
        self.filter, self.text = _filter(self.place), query.get('q', '')
        self.bar.set(self.filter, self.text)
        self.table.narrow(self.filter.to_text(), self.text)

    async def _sorted(self, sort: str) -> None:
        self.sort = sort
        self.place.set_query(sort=sort or None, replace=True)
        await self._remember(sort=sort)

    async def _arranged(self, columns: list[dict[str, Any]] | None) -> None:
        await self._remember(columns=columns)
        if columns is None:
            self.body.clear()
            with self.body:
                self.table = self._table(records())

    async def _for_everyone(self, codes: list[str]) -> None:
        """The columns shown now become the usual ones; an administrator decides that."""
        code, before = self.catalog.code, self.catalog.list_columns

        async def usual(columns: tuple[str, ...]) -> None:
            self.catalog = await Designer(session().actor).change_catalog(code, list_columns=columns)

        try:
            await usual(tuple(codes))
        except Problem as problem:
            tell(problem)
        else:
            toast(t('Everybody now begins with these columns'), undo=lambda: usual(before))

    async def _remember(self, **chosen: Any) -> None:
        self.saved |= chosen
        await save_preference(session().actor, PREFERENCE.format(catalog=self.catalog.code), self.saved)

    async def _bulk(self, key: str, ids: list[int] | None) -> None:
        await Bulk(self.catalog, self.table.unselect).do(key, ids, self.filter, self.text)


async def draw_list(place: Place) -> None:
    """The page /c/{catalog}/list."""
    catalog = records().catalog(place.params['catalog'])
    key = PREFERENCE.format(catalog=catalog.code)
    saved = (await preferences(session().actor, key)).get(key) or {}
    ListPage(place, catalog, saved, await rule_buttons(catalog.code)).draw()


def _filter(place: Place) -> Filter:
    try:
        return Filter.from_text(place.query.get('filter', ''))
    except Problem:
        return NO_FILTER


def _texts(catalog: Catalog, *, may_create: bool) -> dict[str, str]:
    one = label_one(catalog)
    return {
        'everyone': t('Make these columns usual for everybody') if session().actor.is_admin else '',
        'untitled': t('Untitled'),
        'menu': t('Column menu'),
        'nothing': t('Nothing matches this filter.'),
        'empty': t('{catalog}: no records yet.', catalog=label(catalog)),
        'clear': t('Clear the filter'),
        'create': t('New: {name}', name=one) if may_create else '',
        'again': t('Try again'),
        'columns': t('Columns'),
        'chosen': t('Selected: %'),
        'every': t('All selected: %'),
        'selected': t('Selected records'),
        'takeAll': t('Select all: %'),
        'unselect': t('Clear the selection'),
        'up': t('Sort ascending'),
        'down': t('Sort descending'),
        'unsort': t('No sorting'),
        'hide': t('Hide the column'),
        'search': t('Search'),
        'reset': t('Usual columns'),
        'offline': t('No connection. The list goes on when it is back.'),
    }


PAGES = (Page(path='/c/{catalog}/list', draw=draw_list, title='List', allowed=everyone),)
