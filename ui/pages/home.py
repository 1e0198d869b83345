"""Home: what is due, what is open, what has changed, and for a new installation what to do first."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from nicegui import ui

from store import Catalog, Condition, Filter, Problem, Query, Records, RecordView
from store.changes import Change
from store.lately import changed_lately
from ui import live
from ui.components import frame
from ui.components.basics import avatar, card, col, dot, empty_state, icon, row, text, toast
from ui.components.first_steps import draw_first_steps
from ui.components.kept_rows import KeptRows
from ui.components.toast import tell
from ui.formats import today
from ui.pages import Nav, Page, everyone
from ui.place import Place, catalog_url, go, record_url
from ui.session import records, session
from ui.text import ago, date_long, due, label, label_one, lower_first, money, t

DrawLine = Callable[[Catalog, RecordView], None]
Block = tuple[str, str, Catalog, Sequence[RecordView], DrawLine]
"""Its title, where all of it is, the catalogue, its records here, and how one is drawn."""
SHOWN = 8
REDRAWN_S = 1.0
"""A burst of changes (an import) redraws the page once in this time."""


async def draw_home(_place: Place) -> None:
    """The first page of the day."""
    with frame.header(t('Home')):
        pass
    with frame.body(read=True):
        text(t('Hello, {name}', name=session().person.name.split()[0]), 'a-greeting')
        await draw_first_steps()
        with ui.element('div').classes('a-home') as box:
            mine = KeptRows[Block](col(), lambda block: _block(*block), key=lambda block: block[:2])
            teams = KeptRows[Sequence[RecordView]](col(), _lately, key=lambda _: 'lately')
        await _fill(mine, teams)

        async def again(_changes: tuple[Change, ...]) -> None:
            await asyncio.sleep(REDRAWN_S)
            if not box.is_deleted:
                await _fill(mine, teams)

        live.watch(None, again)


async def _fill(blocks: KeptRows[Block], teams: KeptRows[Sequence[RecordView]]) -> None:
    mine = records()
    tasks = [
        (kind, await _open_of(mine, kind, _due_field(kind)))
        for kind in mine.catalogs()
        if 'task' in kind.traits
    ]
    cards = [
        (kind, await _open_of(mine, kind, ''))
        for kind in mine.catalogs()
        if kind.pipelines and 'task' not in kind.traits
    ]
    news = await changed_lately(mine, SHOWN)
    due_now = [(label(kind), catalog_url(kind.code, 'board'), kind, found, _task) for kind, found in tasks]
    open_ones = [
        (
            t('My open {section}', section=lower_first(label(kind))),
            catalog_url(kind.code, 'board') + '?mine=1',
            kind,
            found,
            _card,
        )
        for kind, found in cards
        if found
    ]
    blocks.give([*due_now, *open_ones])
    teams.give([news])


def _lately(news: Sequence[RecordView]) -> None:
    mine = records()
    if mine.catalogs():
        _news(mine, news)
    elif not mine.actor.is_admin:
        empty_state(t('No section is open to you yet. Ask an administrator for a role.'), icon_name='lock')


def _due_field(kind: Catalog) -> str:
    return str(kind.traits['task'].get('due', ''))


async def _open_of(mine: Records, kind: Catalog, sort: str) -> Sequence[RecordView]:
    own = Filter((Condition('owner', 'is_me'), Condition('stage_kind', 'is', 'open')))
    if sort:
        own = own.also(Condition(sort, 'filled'))
    found = await mine.find(kind.code, Query(filter=own, sort=sort or '-updated_at', limit=SHOWN))
    return found.records


def _block(title: str, href: str, kind: Catalog, found: Sequence[RecordView], draw: DrawLine) -> None:
    with card('a-block--flush'):
        with row('a-block__head a-between').style(
            'padding:12px 16px;border-bottom:1px solid var(--a-border)'
        ):
            text(title, 'a-h2')
            ui.link(t('All'), href).classes('a-link a-small')
        if not found:
            text(t('Nothing here that waits for you.'), 'a-empty a-empty--small')
        for view in found:
            draw(kind, view)


def _line(view: RecordView) -> ui.link:
    return ui.link(target=record_url(view.catalog, view.id)).classes('a-item')


def _task(kind: Catalog, view: RecordView) -> None:
    deadline = view.values.get(_due_field(kind))
    about = view.values.get(str(kind.traits['task'].get('about', '')))
    with _line(view):
        done = ui.element('button').classes('a-todo__done').props(f'type=button data-id={view.id}')
        done.props['aria-label'] = t('Done: {title}', title=view.title)
        with done:
            icon('check')
        done.on('click.prevent.stop', lambda: _finish(kind, view))
        with col('a-grow a-gap-0'):
            text(view.title, 'a-ellipsis a-small a-strong')
            if about is not None and about.title:
                text(about.title, 'a-meta a-ellipsis')
        late = _is_late(deadline)
        text(due(deadline), f'a-meta a-num a-nowrap {"a-danger" if late else ""}').tooltip(
            date_long(deadline)
        )


def _is_late(deadline: date | datetime | None) -> bool:
    if isinstance(deadline, datetime):
        return deadline < datetime.now(UTC)
    return deadline is not None and deadline < today()


async def _finish(kind: Catalog, view: RecordView) -> None:
    line = kind.stage(view.stage or '')
    won = next((stage for stage in line[0].stages if stage.kind == 'won'), None) if line else None
    if won is None:
        go(record_url(view.catalog, view.id))
        return
    before = view.stage or ''
    try:
        await records().move(view.catalog, view.id, stage=won.code)
    except Problem as problem:
        tell(problem)
        return
    toast(
        t('Done: {title}', title=view.title), undo=lambda: records().move(view.catalog, view.id, stage=before)
    )


def _card(kind: Catalog, view: RecordView) -> None:
    found = kind.stage(view.stage or '')
    value = view.values.get(kind.card.get('money', ''))
    with _line(view):
        if found:
            dot(found[1].color).tooltip(label(found[1]))
        with col('a-grow a-gap-0'):
            text(view.title, 'a-ellipsis a-small a-strong')
            if found:
                text(label(found[1]), 'a-meta a-ellipsis')
        text(money(value), 'a-small a-num a-nowrap')


def _news(mine: Records, found: Sequence[RecordView]) -> None:
    kinds = {kind.code: kind for kind in mine.catalogs()}
    with card('a-block--flush'):
        text(t('Changed lately'), 'a-h2').style('padding:12px 16px;border-bottom:1px solid var(--a-border)')
        if not found:
            text(t('Changes of your team will appear here.'), 'a-empty a-empty--small')
        for view in found:
            who = view.values.get('updated_by')
            with ui.link(target=record_url(view.catalog, view.id)).classes('a-item'):
                # What no person changed, the system did: it has the same face as in a record's history.
                avatar(who or 'Artel', 24)
                with col('a-grow a-gap-0'):
                    text(view.title, 'a-ellipsis a-small a-strong')
                    text(label_one(kinds[view.catalog]), 'a-meta')
                moment = view.values.get('updated_at')
                if moment:
                    text(ago(moment), 'a-meta a-num a-nowrap').tooltip(date_long(moment))


PAGES = (
    Page(
        path='/', draw=draw_home, title='Home', allowed=everyone, nav=Nav(icon='home', label='Home', place=10)
    ),
)
