"""Sections: which there are, and making a new one."""

from functools import partial
from typing import Any

from nicegui import ui

from store import Catalog, Designer, FieldSpec
from ui.codes import code_of
from ui.components import frame
from ui.components.basics import button, card, col, empty_state, icon, icon_button, text
from ui.components.settings import ask
from ui.components.solution_cards import add_solution
from ui.pages import Area, Find, Page, may
from ui.place import Place, go, reload
from ui.session import records, session
from ui.text import label, n, t

COLORS = ('#5b8def', '#e0913a', '#4c9f50', '#8a8f98')


async def draw_catalogs(_place: Place) -> None:
    """Every section and what it is made of."""
    with frame.header(t('Sections'), back='/settings') as head, head.actions:
        button(t('Add a solution'), add_solution)
        button(t('New section'), _add, primary=True, icon='add')
    found = records().catalogs()
    with frame.body(narrow=True):
        if not found:
            empty_state(
                t('A section holds records of one kind: deals, people, requests.'),
                t('New section'),
                _add,
                icon_name='view_module',
            )
            return
        with card('a-block--flush'):
            for place, catalog in enumerate(found):
                _line(catalog, place, len(found))


def _line(catalog: Catalog, place: int, count: int) -> None:
    with ui.link(target=f'/settings/catalogs/{catalog.code}').classes('a-item'):
        icon(catalog.icon).style('font-size:18px;color:var(--a-text-3)')
        with col('a-grow a-gap-0'):
            text(label(catalog), 'a-strong a-small')
            parts = [n('{count} field', '{count} fields', len(catalog.fields))]
            if catalog.pipelines:
                parts.append(n('{count} pipeline', '{count} pipelines', len(catalog.pipelines)))
            text(' · '.join(parts), 'a-meta')
        text(catalog.code, 'a-meta a-mono a-desk')
        for name, caption, by in (('arrow_upward', t('Up'), -1), ('arrow_downward', t('Down'), 1)):
            arrow = icon_button(name, caption, small=True)
            arrow.on('click.prevent.stop', partial(_move, catalog.code, by))
            arrow.set_enabled(0 <= place + by < count)


async def _move(code: str, by: int) -> None:
    order = [catalog.code for catalog in records().catalogs()]
    place = order.index(code)
    order.insert(place + by, order.pop(place))
    designer = Designer(session().actor)
    for position, each in enumerate(order):
        await designer.change_catalog(each, position=position)
    reload()


async def _add() -> None:
    made: list[Catalog] = []
    specs = [
        FieldSpec(
            code='label',
            label='Name of the section',
            type='text',
            required=True,
            hint='Many: Deals, Requests',
        ),
        FieldSpec(
            code='label_one',
            label='Name of one record',
            type='text',
            required=True,
            hint='One: Deal, Request',
        ),
        FieldSpec(code='pipeline', label='Records go through stages on a board', type='yes_no'),
    ]

    async def save(values: dict[str, Any]) -> None:
        made.append(await _create(values))

    if await ask(t('New section'), specs, {'pipeline': True}, save, t('Create')):
        go(f'/settings/catalogs/{made[0].code}')


async def _create(values: dict[str, Any]) -> Catalog:
    designer = Designer(session().actor)
    taken = {catalog.code for catalog in records().catalogs()} | {'person'}
    code = code_of(values['label'], taken, 'section')
    catalog = await designer.create_catalog(code, values['label'], values['label_one'], title_label=t('Name'))
    if values.get('pipeline'):
        names = ((t('New'), 'open'), (t('In work'), 'open'), (t('Done'), 'won'), (t('Cancelled'), 'lost'))
        stages = [
            {'code': f'stage_{place}', 'label': name, 'color': COLORS[place - 1], 'kind': kind}
            for place, (name, kind) in enumerate(names, 1)
        ]
        await designer.add_pipeline(catalog.code, 'main', values['label'], stages)
    return catalog


PAGES = (
    Page(
        path='/settings/catalogs',
        draw=draw_catalogs,
        title='Sections',
        allowed=may('edit_structure'),
        area=Area(
            category='data',
            icon='view_module',
            sentence='Fields, pipelines and stages of your records',
            words='разделы каталоги объекты поля воронки стадии sections fields pipelines stages objects',
            finds=(
                Find(label='Fields', words='поля колонки fields columns'),
                Find(label='Stages', words='стадии этапы воронка stages pipeline kanban'),
                Find(
                    label='Record page',
                    words='страница карточка вкладки блоки макет page layout tabs blocks card',
                ),
                Find(label='Ready solutions', words='решения шаблоны solutions templates'),
            ),
            place=10,
        ),
    ),
)
