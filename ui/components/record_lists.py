"""Records that belong to the open one: related records of other catalogues, and its tasks."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from store import Catalog, Condition, Filter, Problem, Query, RecordView, Ref, Related
from ui.components.basics import avatar, icon_button, tell, toast
from ui.components.controls.text_control import TextControl
from ui.components.kept_rows import KeptRows
from ui.components.mini_card import quick_create
from ui.components.record_opening import open_record
from ui.components.record_state import RecordState
from ui.formats import due, today
from ui.live import Latest
from ui.place import catalog_url, record_url, with_query
from ui.session import records
from ui.text import label, label_one, n, t
from ui.values import field_label, local, shown

SHOWN = 6
TASK = 'task'
PLAIN_CLICK = """(e) => {
    if (e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
    e.preventDefault(); e.stopPropagation(); emit();
}"""


Section = tuple[Catalog, str, int, Sequence[RecordView], Filter]
"""A catalogue, its field that links here, how many records do, the first of them, and what finds them all."""


class RelatedRecords:
    """One section for each field of another catalogue that links here; adding from it presets the link.

    `links` chooses some and their order, as 'catalogue.field'."""

    def __init__(self, state: RecordState, links: Sequence[str] = ()) -> None:
        self._state, self._links = state, links
        self.draw = Latest(self._read)
        self._sections = KeptRows[Section](
            ui.element('div').classes('rl-sections'),
            lambda section: self._section(*section),
            key=lambda section: (section[0].code, section[1]),
            root=lambda section: (
                ui.element('section').classes('rl-section').mark(f'related-{section[0].code}')
            ),
            empty=lambda: ui.label(t('No other catalogue links here.')).classes('a-muted'),
        )

    async def _read(self) -> None:
        mine, state = records(), self._state
        known = {catalog.code: catalog for catalog in mine.catalogs()}
        sections: list[Section] = []
        for related in chosen_links(await mine.related(state.catalog.code, state.view.id), self._links):
            catalog = known.get(related.catalog)
            if catalog is None:
                continue
            asked = Filter((Condition(related.field, 'is', _address(state.view)),))
            page = (
                await mine.find(catalog.code, Query(filter=asked, sort='-id', limit=SHOWN))
                if related.count
                else None
            )
            views = tuple(page.records) if page else ()
            sections.append((catalog, related.field, related.count, views, asked))
        self._sections.give(sections)

    def _section(
        self, catalog: Catalog, field: str, count: int, views: Sequence[RecordView], asked: Filter
    ) -> None:
        with ui.element('div').classes('rl-head'):
            ui.label(_caption(catalog, field, self._state.catalog)).classes('rl-title')
            ui.label(str(count)).classes('rl-count')
            ui.element('div').classes('a-grow')
            if records().may('create', catalog.code):
                name = t('New: {name}', name=label_one(catalog))
                icon_button('add', name, lambda: self._add(catalog, field), small=True)
        for view in views:
            row(catalog, view)
        if count > len(views):
            url = with_query(catalog_url(catalog.code, 'list'), {'filter': asked.to_text()})
            ui.link(n('Show all {count}', 'Show all {count}', count), url).classes('rl-all a-link')

    async def _add(self, catalog: Catalog, field: str) -> None:
        made = await quick_create(catalog.code, {field: self._state.view.ref})
        if made is not None:
            await self.draw()


def chosen_links(found: Sequence[Related], links: Sequence[str]) -> list[Related]:
    """The reverse links to show; tasks have a place of their own unless they were chosen."""
    if not links:
        catalog = task_catalog()
        about = (catalog.code, catalog.traits[TASK]['about']) if catalog is not None else None
        return [one for one in found if (one.catalog, one.field) != about]
    by_link = {f'{one.catalog}.{one.field}': one for one in found}
    return [by_link[link] for link in links if link in by_link]


def row(catalog: Catalog, view: RecordView) -> None:
    """One record as a line: name, stage, figures, owner; a click opens it."""
    url = record_url(catalog.code, view.id)
    with ui.link(target=url).classes('rl-row') as link:
        # The drawer opens it when the page has one; the address is for a new tab.
        link.on('click', lambda: open_record(catalog.code, view.id), js_handler=PLAIN_CLICK)
        ui.label(view.title or t('Untitled')).classes('rl-name')
        found = catalog.stage(view.stage or '')
        if found:
            with ui.element('span').classes('rl-stage'):
                ui.element('span').classes('a-dot').style(f'--c:{found[1].color}')
                ui.label(label(found[1]))
        for code in list(catalog.card.values())[:3]:
            spec = catalog.field(code)
            value = view.values.get(code)
            if spec is not None and value is not None and not isinstance(value, Ref):
                ui.label(shown(value, spec, catalog)).classes('rl-fact')
        if view.owner:
            avatar(view.owner, 20)


class Tasks:
    """What is to be done about the record: open tasks first, each with a box to tick."""

    def __init__(self, state: RecordState, told: Callable[[int], Any]) -> None:
        self._state, self._told = state, told
        self._catalog = task_catalog()
        with ui.element('div').classes('rl-tasks'):
            if self._catalog is not None and records().may('create', self._catalog.code):
                self._new = TextControl(
                    on_set=lambda _text: None,
                    instant=True,
                    label=t('New task'),
                    placeholder=t('New task, Enter adds it'),
                ).classes('rl-new')
                self._text = ''
                self._new.on('draft', lambda e: self._typed(str(e.args)))
                self._new.on('submit', self._add)
                self._new.mark('new-task')
            self._rows = KeptRows[RecordView](
                ui.element('div').classes('rl-list'),
                self._row,
                key=lambda view: view.id,
                root=lambda view: ui.element('div').mark(f'task-{view.id}'),
                empty=lambda: ui.label(t('No tasks yet.')).classes('a-muted'),
            )
        self.draw = Latest(self._read)

    async def _read(self) -> None:
        views = await tasks_about(self._catalog, self._state.view) if self._catalog is not None else []
        catalog = self._catalog
        open_ones = [view for view in views if catalog is not None and not is_done(catalog, view)]
        self._told(len(open_ones))
        self._rows.give((*open_ones, *(view for view in views if view not in open_ones)))

    def _typed(self, text: str) -> None:
        self._text = text

    async def _add(self) -> None:
        title, self._text = self._text.strip(), ''
        if not title or self._catalog is None:
            return
        about = self._catalog.traits[TASK]['about']
        try:
            await records().create(self._catalog.code, {'title': title, about: self._state.view.ref})
        except Problem as problem:
            tell(problem)
            return
        self._new.run_method('wipe')
        await self.draw()

    def _row(self, view: RecordView) -> None:
        catalog = self._catalog
        if catalog is None:
            return
        done = is_done(catalog, view)
        deadline = view.values.get(catalog.traits[TASK].get('due', ''))
        with ui.element('div').classes('rl-task').classes('rl-done' if done else ''):
            with ui.element('button').classes('rl-tick').props('type=button role=checkbox') as tick:
                tick.props['aria-checked'] = 'true' if done else 'false'
                tick.props['aria-label'] = view.title
                tick.on('click', lambda: self._tick(view, done=not done))
            ui.label(view.title).classes('rl-name').on('click', lambda: open_record(catalog.code, view.id))
            if deadline is not None and not done:
                late = (local(deadline).date() if hasattr(deadline, 'hour') else deadline) < today()
                ui.label(due(deadline)).classes('rl-fact').classes('a-danger' if late else '')
            if view.owner:
                avatar(view.owner, 20)

    async def _tick(self, view: RecordView, *, done: bool) -> None:
        catalog = self._catalog
        pipeline = catalog.pipeline() if catalog is not None else None
        if catalog is None or pipeline is None:
            return
        end = next((stage for stage in pipeline.stages if stage.kind == 'won'), pipeline.stages[-1])
        goal, before = (end if done else pipeline.start).code, view.stage

        async def undo() -> None:
            if before:
                await records().move(catalog.code, view.id, stage=before)

        try:
            await records().move(catalog.code, view.id, stage=goal)
        except Problem as problem:
            tell(problem)
            return
        if done:
            toast(t('Done: {task}', task=view.title), undo=undo)
        await self.draw()


def task_catalog() -> Catalog | None:
    """The catalogue whose records are tasks about other records, if this person may read it."""
    return next((c for c in records().catalogs() if c.traits.get(TASK, {}).get('about')), None)


async def tasks_about(catalog: Catalog, view: RecordView) -> list[RecordView]:
    """The tasks about a record, the next due first."""
    trait = catalog.traits[TASK]
    asked = Filter((Condition(trait['about'], 'is', _address(view)),))
    query = Query(filter=asked, sort=trait.get('due') or 'id', limit=100)
    return list((await records().find(catalog.code, query)).records)


def is_done(catalog: Catalog, view: RecordView) -> bool:
    """Whether a task is in a final stage."""
    found = catalog.stage(view.stage or '')
    return bool(found and found[1].is_final)


def _address(view: RecordView) -> str:
    return f'{view.catalog}:{view.id}'


def _caption(catalog: Catalog, field: str, here: Catalog) -> str:
    links = [
        spec
        for spec in catalog.live_fields
        if spec.type == 'link' and spec.options.get('target') == here.code
    ]
    spec = catalog.field(field)
    return f'{label(catalog)}: {field_label(spec)}' if spec and len(links) > 1 else label(catalog)
