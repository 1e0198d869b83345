"""The board of a catalogue: one pipeline at a time, filtered, searched, own or all.

The address holds all of that, so a reload or a link shows the same board."""

from nicegui import Event

from store import NO_FILTER, Catalog, Change, Condition, Filter, Invalid, Level, NotFound, Problem
from store.changes import CHANGED, COMMENTED, subscribe_reordered
from ui.components import frame, record_drawer
from ui.components.basics import button, empty_state
from ui.components.controls.picker import Picker
from ui.components.controls.toggle import Toggle
from ui.components.export_records import View, draw_export
from ui.components.filter_bar import FilterBar
from ui.components.mini_card import quick_create
from ui.components.record_stages import move_asking
from ui.components.view_links import view_links
from ui.components.views.board import (
    Board,
    BoardHooks,
    BoardLook,
    Move,
    StoreBoardSource,
    snapshot,
    stage_heads,
)
from ui.live import watch, while_shown
from ui.pages import Page, everyone
from ui.place import Place, catalog_url, go
from ui.session import records, session
from ui.text import label, label_one, t

OWN = Condition('owner', 'is_me')
REORDERED: Event[str, int] = Event()
"""Catalogue and id of a card put elsewhere in its column by anybody; the journal is silent about that."""
subscribe_reordered(REORDERED.emit)


class BoardPage:
    """One board in one tab."""

    def __init__(self, place: Place, catalog: Catalog) -> None:
        self.place, self.catalog = place, catalog
        self.board: Board | None = None
        self._missed = False
        self._read()

    def _read(self) -> None:
        query = self.place.query
        found = self.catalog.pipeline(query.get('pipeline')) or self.catalog.pipeline()
        if found is None:
            raise NotFound('no_pipeline', catalog=self.catalog.code)
        self.pipeline, self.text, self.own = found, query.get('q', ''), query.get('own') == '1'
        self.filter = _filter(query.get('filter', ''))

    async def draw(self) -> None:
        """Header, columns, drawer."""
        self.place.set_title(label(self.catalog))
        # Listening comes before reading, so that nothing falls between the two.
        watch({self.catalog.code, *self._linked()}, self._changed)
        REORDERED.subscribe(self._reordered, unsubscribe_on_delete=False)
        while_shown(lambda: REORDERED.unsubscribe(self._reordered))
        with frame.header(label(self.catalog), view_links(self.catalog, 'board', self.place.query)) as head:
            with head.filters:
                self._narrowing()
            with head.actions:
                draw_export(self.catalog, self._view)
                if self._may_add():
                    button(label_one(self.catalog), self.create, primary=True, icon='add').mark('new-record')
        with frame.body(wide=True):
            self.board = await self._columns()
        self.drawer = record_drawer.attach(self.place, on_open=self.board.point_at)
        self.place.on_query(self._follow)

    def _narrowing(self) -> None:
        if len(self.catalog.pipelines) > 1:
            self.lines = Picker(
                [self._line()], options=[{'id': p.code, 'title': label(p)} for p in self.catalog.pipelines],
                look='plain', clearable=False, label=t('Pipeline'),
                on_set=lambda chosen: self._ask(pipeline=str(chosen[0]['id'])),
            ).classes('ab-lines').mark('board-pipeline')  # fmt: skip
        if session().actor.rights(self.catalog.code).read > Level.OWN:
            self.mine = Toggle(self.own, caption=t('Mine'), label=t('Only my cards'), on_set=self._own)
            self.mine.classes('ab-mine').mark('board-own')
        self.bar = FilterBar(self.catalog, self.filter, self.text, on_change=self._narrowed)

    async def _columns(self) -> Board:
        source, stages = self._source(), stage_heads(self.pipeline)
        first = await snapshot(source, stages, filtered=self._is_filtered())
        hooks = BoardHooks(
            open=lambda id: record_drawer.open_record(self.catalog.code, id),
            lacking_move=self._lacking_move,
            lacking_card=self._lacking_card,
            clear_filter=self._clear,
        )
        with_sums = any(pipeline.value_field for pipeline in self.catalog.pipelines)
        look = BoardLook(may_add=self._may_add(), with_sums=with_sums, address=catalog_url(self.catalog.code))
        board = Board(source, stages, hooks, first=first, look=look).mark('board')
        if self._missed:
            await board.reload()
        return board

    def _source(self) -> StoreBoardSource:
        asked = self.filter.also(OWN) if self.own else self.filter
        return StoreBoardSource(
            records=records, catalog=self.catalog, pipeline=self.pipeline, filter=asked, text=self.text
        )

    def _view(self) -> View:
        """What the board shows, in the columns of the list."""
        line = self._source().filter.also(Condition('pipeline', 'is', self.pipeline.code))
        return View(filter=line, text=self.text, sort='stage')

    def _is_filtered(self) -> bool:
        return bool(self.filter or self.text or self.own)

    def _may_add(self) -> bool:
        return records().may('create', self.catalog.code)

    def _line(self) -> dict[str, str]:
        return {'id': self.pipeline.code, 'title': label(self.pipeline)}

    def _linked(self) -> set[str]:
        spec = self.catalog.field(self.catalog.card.get('link', ''))
        return {str(spec.options.get('target', ''))} - {'', '*'} if spec else set()

    # What the reader does

    async def create(self) -> None:
        """Ask for a new record and open it."""
        made = await quick_create(self.catalog.code, stage=self.pipeline.start.code)
        if made is not None:
            record_drawer.open_record(self.catalog.code, made.id)

    async def _lacking_card(self, stage: str, title: str, _refusal: Invalid) -> None:
        await quick_create(self.catalog.code, {'title': title}, stage)

    async def _lacking_move(self, move: Move, _refusal: Invalid) -> None:
        view = await records().get(self.catalog.code, move.id)
        await move_asking(self.catalog, view, move.stage, move.above, move.below)

    async def _narrowed(self, asked: Filter, text: str) -> None:
        await self._ask(filter=asked.to_text(), q=text)

    async def _own(self, on: bool) -> None:
        await self._ask(own='1' if on else None)

    async def _clear(self) -> None:
        self.bar.set(NO_FILTER, '')
        if self.own:
            self.mine.give(False)
        await self._ask(filter=None, q=None, own=None)

    async def _ask(self, **values: str | None) -> None:
        self.place.set_query(replace=True, **{name: value or None for name, value in values.items()})
        await self._show()

    async def _show(self) -> None:
        self._read()
        if self.board is not None:
            await self.board.show(self._source(), stage_heads(self.pipeline), filtered=self._is_filtered())

    async def _follow(self, query: dict[str, str]) -> None:
        if await self.drawer.follow(query):
            return
        await self._show()
        self.bar.set(self.filter, self.text)
        if len(self.catalog.pipelines) > 1:
            self.lines.give([self._line()])

    # What anybody does

    async def _changed(self, changes: tuple[Change, ...]) -> None:
        if self.board is None:
            self._missed = True
            return
        try:
            await self._push(self.board, changes)
        except NotFound:  # the reader has lost the whole catalogue
            go('/')

    async def _push(self, board: Board, changes: tuple[Change, ...]) -> None:
        code = self.catalog.code
        if any(c.catalog != code and c.kind == CHANGED and 'title' in c.after for c in changes):
            await board.reload()
            return
        own = [c for c in changes if c.catalog == code and c.kind != COMMENTED]
        await board.refresh({c.record_id: c.version for c in own})

    async def _reordered(self, catalog: str, id: int) -> None:
        if catalog == self.catalog.code and self.board is not None and await session().refresh():
            await self.board.replace(id)


async def board(catalog_code: str, place: Place) -> None:
    """Draw the board of a catalogue at this place."""
    catalog = records().catalog(catalog_code)
    if catalog.pipelines:
        await BoardPage(place, catalog).draw()
        return
    with frame.header(label(catalog), view_links(catalog, 'board', place.query)):
        pass
    with frame.body():
        empty_state(
            t('{catalog} has no pipeline, so there is nothing to move.', catalog=label(catalog)),
            t('Open the list'),
            lambda: go(catalog_url(catalog.code, 'list')),
        )


async def draw_board(place: Place) -> None:
    """The page /c/{catalog}/board."""
    await board(place.params['catalog'], place)


def _filter(text: str) -> Filter:
    try:
        return Filter.from_text(text)
    except Problem:
        return NO_FILTER


PAGES = (Page(path='/c/{catalog}/board', draw=draw_board, title='Board', allowed=everyone),)
