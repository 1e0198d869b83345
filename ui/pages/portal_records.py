"""Sections and records at the portal: a list, one record, a new one. What is said inside is never shown."""

from typing import Any

from nicegui import ui

from store import Catalog, FieldSpec, Invalid, NotFound, Problem, Query, Records, RecordView
from store.portal_reach import claims
from ui.components.basics import button, empty_state, row, text
from ui.components.form import Form
from ui.components.portal_parts import (
    as_inputs,
    draw_facts,
    facts,
    link_button,
    open_fields,
    read_back,
    record_line,
    stage_pill,
    typed,
)
from ui.components.settings import autosaved
from ui.components.toast import tell, toast
from ui.formats import date_short
from ui.session import Tab, company_name, session
from ui.text import field_errors, label, label_one, p, t

PAGE = 50


async def draw_section(tab: Tab, catalog: str, words: str) -> None:
    """The records of a section that are the customer's."""
    mine = tab.records()
    kind = mine.catalog(catalog)
    ui.page_title(f'{label(kind)} · {company_name()}')
    with ui.element('div').classes('pt-head'):
        text(label(kind), 'pt-head__title').props('role=heading aria-level=1')
        find = ui.input(placeholder=t('Search'), value=words).classes('pt-find').props('clearable')
        find.props['aria-label'] = t('Search')
        if mine.may('create', catalog):
            link_button(p('button', 'New'), f'/portal/c/{catalog}/new', icon_name='add', primary=True)
    listed = _List(kind, words)
    find.on('keydown.enter', lambda: listed.look(find.value or ''))
    find.on('clear', lambda: listed.look(''))
    await listed.show()


class _List:
    """Records of a section, a page after the other."""

    def __init__(self, kind: Catalog, words: str) -> None:
        self._kind, self._words = kind, words
        self._after: str | None = None
        self._box = ui.element('div').classes('pt-list')
        self._more = button(t('Show more'), self.show, quiet=True)

    async def look(self, words: str) -> None:
        """Show what these words find."""
        self._words, self._after = words[:200], None
        self._box.clear()
        await self.show()

    async def show(self) -> None:
        """Add the next page."""
        query = Query(sort='-updated_at', limit=PAGE, after=self._after, text=self._words)
        page = await session().records().find(self._kind.code, query)
        with self._box:
            for view in page.records:
                record_line(self._kind, view)
            if not page.records and self._after is None:
                said = t('Nothing is found.') if self._words else t('Nothing here yet.')
                empty_state(said, icon_name='search_off' if self._words else 'inbox')
        self._after = page.cursor
        self._more.set_visibility(page.cursor is not None)


async def draw_record(tab: Tab, catalog: str, record_id: int) -> None:
    """One record, reduced to what its customer may see; fields they may change save themselves."""
    mine = tab.records()
    kind = mine.catalog(catalog)
    view = await mine.get(catalog, record_id)
    ui.page_title(f'{view.title} · {company_name()}')
    with ui.link(target=f'/portal/c/{catalog}').classes('a-link a-small'):
        ui.label(f'← {label(kind)}')
    with ui.element('div').classes('pt-head'):
        text(view.title, 'pt-head__title').props('role=heading aria-level=1')
        stage_pill(kind, view)
    with ui.element('div').classes('pt-card'):
        if 'change' in (await mine.granted(catalog, [view], 'change'))[view.id]:
            await _fields(mine, kind, view)
        else:
            draw_facts(facts(kind, view).values())
        text(t('Last changed {date}', date=date_short(view['updated_at'])), 'a-meta')


async def _fields(mine: Records, kind: Catalog, view: RecordView) -> None:
    specs = await as_inputs(mine, open_fields(kind, frozenset(claims(kind))))
    drawn = {spec.code for spec in specs}
    rest = [fact for code, fact in facts(kind, view).items() if code not in drawn]
    if rest:
        draw_facts(rest)
    values = {spec.code: typed(_own(kind, spec), view.values.get(spec.code)) for spec in specs}

    async def save(given: dict[str, Any]) -> None:
        await session().records().change(kind.code, view.id, read_back(kind, given))

    autosaved(specs, values, save)


def _own(kind: Catalog, spec: FieldSpec) -> FieldSpec:
    return kind.field(spec.code) or spec


async def draw_new(tab: Tab, catalog: str) -> None:
    """The form of a new record, which will be the customer's own.

    :raises NotFound: nothing may be made here"""
    mine = tab.records()
    kind = mine.catalog(catalog)
    if not mine.may('create', catalog):
        raise NotFound(catalog=catalog)
    ui.page_title(f'{t("New")} · {label(kind)}')
    text(t('New: {name}', name=label_one(kind)), 'pt-head__title').props('role=heading aria-level=1')
    title = kind.field('title')
    specs = await as_inputs(mine, open_fields(kind, frozenset(claims(kind))))
    with ui.element('div').classes('pt-card'):
        form = Form([*([title] if title else []), *specs], {}, two_columns=True)
        with row('a-full').style('justify-content:flex-end'):
            button(t('Cancel'), lambda: ui.navigate.to(f'/portal/c/{catalog}'))
            button(t('Send'), lambda: _send(kind, form), primary=True).mark('send')


async def _send(kind: Catalog, form: Form) -> None:
    if not form.check():
        return
    given = {code: value for code, value in form.values.items() if value is not None}
    try:
        made = await session().records().create(kind.code, read_back(kind, given))
    except Invalid as problem:
        told = field_errors(problem)
        form.refuse(told)
        for code, sentence in told.items():
            if code not in form.fields:
                toast(sentence, kind='error')
    except Problem as problem:
        tell(problem)
    else:
        ui.navigate.to(f'/portal/c/{kind.code}/{made.id}')
