"""The record pages of a section in its settings: those of roles in their order, the default one last."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nicegui import ui

from store import Catalog, FieldSpec, layouts
from store.layouts import DEFAULT, Layout
from ui.codes import code_of
from ui.components.basics import button, col, icon, text
from ui.components.ordered import Ordered
from ui.components.settings import ask, listing
from ui.place import go
from ui.session import records, session
from ui.text import label, t


def layout_url(catalog: str, code: str) -> str:
    """Where a record page is arranged."""
    return f'/settings/catalogs/{catalog}/layouts/{code}'


async def draw_layouts(catalog: Catalog) -> None:
    """The list with its button."""
    names = {role.code: label(role) for role in await layouts.roles_to_choose(session().actor)}

    def roles_of(one: Layout) -> str:
        held = [names[code] for code in one.roles if code in names]
        return ', '.join(held) or t('Given to no role yet')

    async def arrange(codes: list[str]) -> None:
        await layouts.arrange(session().actor, catalog.code, codes)
        ordered.give(layouts.of_roles(catalog.code))

    with listing(t('Record page')) as head:
        ordered: Ordered[Layout] = Ordered(
            arrange,
            lambda one: _line(catalog, one.code, label(one), roles_of(one)),
            key=lambda one: one.code,
            name=label,
        )
        ordered.give(layouts.of_roles(catalog.code))
        is_last = bool(layouts.of_roles(catalog.code))
        with ui.element('div').classes('a-ordered__line le-usual') as usual:
            usual.classes('le-usual--below' if is_last else '')
            others = t('For everybody else') if is_last else t('For everybody')
            _line(catalog, DEFAULT, t('Usual page'), others)
    with head:
        button(t('New page for roles'), lambda: _add(catalog), icon='add', small=True)


def _line(catalog: Catalog, code: str, name: str, note: str) -> Callable[[Layout], None] | None:
    with ui.link(target=layout_url(catalog.code, code)).classes('a-row a-grow a-gap-12'):
        icon('dashboard_customize').style('font-size:20px;color:var(--a-text-3)')
        with col('a-grow a-gap-0'):
            text(name, 'a-strong a-small')
            text(note, 'a-meta')
        icon('chevron_right').style('font-size:18px;color:var(--a-text-3)')
    return None


async def _add(catalog: Catalog) -> None:
    made: list[str] = []
    roles = [
        {'key': role.code, 'label': label(role)} for role in await layouts.roles_to_choose(session().actor)
    ]

    async def save(values: dict[str, Any]) -> None:
        taken = {DEFAULT, *(one.code for one in layouts.of_roles(catalog.code))}
        code = code_of(values['label'], taken, 'page')
        like = layouts.layout_to_edit(session().actor, catalog.code, DEFAULT)
        held = tuple(values.get('roles') or ())
        fresh = replace(like, code=code, label=values['label'], labels={}, roles=held, left_out=())
        await layouts.save(session().actor, catalog.code, fresh)
        made.append(code)

    specs = [
        FieldSpec(code='label', label='Name', type='text', required=True),
        FieldSpec(code='roles', label='Roles', type='choices', options={'choices': roles}),
    ]
    sentence = t('It begins as a copy of the usual page. Holders of these roles see it instead.')
    if await ask(t('New page for roles'), specs, {}, save, t('Create'), sentence=sentence):
        go(layout_url(records().catalog(catalog.code).code, made[0]))
