"""Roles: for each section who may create, see, change and delete: nothing, own records, all."""

import re
from typing import Any

from nicegui import ui

from store import FieldSpec, Level, Problem, Rights, roles
from store.folding import fold
from store.roles import EVERY, Role
from ui.components import frame
from ui.components.basics import button, card, col, confirm, icon_button, text, toast
from ui.components.settings import ask, listing
from ui.components.toast import tell
from ui.pages import Page, admins
from ui.place import Place, go, reload
from ui.session import records, session
from ui.text import label, n, t

RIGHTS = ('read', 'create', 'change', 'delete')


async def draw_roles(_place: Place) -> None:
    """Every role and how many people hold it."""
    with frame.header(t('Roles'), back='/settings') as head, head.actions:
        button(t('New role'), _add, primary=True, icon='add')
    found = await roles.list_roles(session().actor)
    with frame.body(narrow=True):
        with card('a-block--flush'):
            for role in found:
                with ui.link(target=f'/settings/roles/{role.code}').classes('a-item'):
                    with col('a-grow a-gap-0'):
                        text(label(role), 'a-strong a-small')
                        text(_summary(role), 'a-meta')
                    text(n('{count} person', '{count} people', role.held_by), 'a-meta a-num')
        hint = t('Administrators may do everything. Several roles add up: any of them may allow a deed.')
        text(hint, 'a-small a-muted')


def _summary(role: Role) -> str:
    rights = role.rights.get(EVERY)
    if rights is None:
        return t('Only the sections that are named')
    return ' · '.join(
        f'{_right_name(right)}: {_level_name(getattr(rights, right)).lower()}' for right in RIGHTS
    )


def _right_name(right: str) -> str:
    return {'read': t('See'), 'create': t('Create'), 'change': t('Change'), 'delete': t('Delete')}[right]


def _level_name(level: Level) -> str:
    return {Level.NONE: t('Nothing'), Level.OWN: t('Own'), Level.ALL: t('All')}[level]


async def _add() -> None:
    made: list[str] = []

    async def save(values: dict[str, Any]) -> None:
        taken = {role.code for role in await roles.list_roles(session().actor)}
        code = _free_code(values['label'], taken)
        await roles.save_role(session().actor, code, values['label'], {EVERY: Rights(read=Level.ALL)})
        made.append(code)

    spec = FieldSpec(code='label', label='Name', type='text', required=True)
    if await ask(t('New role'), [spec], {}, save, t('Create')):
        go(f'/settings/roles/{made[0]}')


def _free_code(name: str, taken: set[str]) -> str:
    base = re.sub(r'[^a-z0-9]+', '_', (fold(name) or '')).strip('_')[:40]
    base = base if base[:1].isalpha() and base.isascii() else 'role'
    return next(code for code in (base, *(f'{base}_{i}' for i in range(2, 1000))) if code not in taken)


async def draw_role(place: Place) -> None:
    """The matrix of one role; each choice is saved at once."""
    found = {role.code: role for role in await roles.list_roles(session().actor)}
    role = found.get(place.params['role'])
    if role is None:
        go('/settings/roles')
        return
    place.set_title(label(role))
    with frame.header(label(role), back='/settings/roles') as head, head.actions:
        icon_button('edit', t('Rename'), lambda: _rename(role))
        icon_button('delete', t('Delete role'), lambda: _remove(role))
    with frame.body(read=True), listing(t('What it allows')):
        _Matrix(role).draw()


class _Matrix:
    """Rights of one role, a line a section; a section without a line of its own follows the first one."""

    def __init__(self, role: Role) -> None:
        self._role = role
        self._rights = dict(role.rights)

    def draw(self) -> None:
        """Draw every section's line."""
        with ui.element('div').classes('a-table-box'):
            self._table = ui.element('table').classes('a-table')
        self._fill()

    def _fill(self) -> None:
        self._table.clear()
        with self._table:
            with ui.element('thead'), ui.element('tr'):
                for title in (t('Section'), *(_right_name(right) for right in RIGHTS)):
                    with ui.element('th'):
                        ui.label(title)
            with ui.element('tbody'):
                self._line(EVERY, t('Everywhere else'))
                for catalog in records().catalogs():
                    self._line(catalog.code, label(catalog))

    def _line(self, code: str, name: str) -> None:
        with ui.element('tr'):
            with ui.element('td'):
                text(name, 'a-strong')
            for right in RIGHTS:
                with ui.element('td'):
                    self._cell(code, right)

    def _cell(self, code: str, right: str) -> None:
        options: dict[int, str] = {
            int(level): _level_name(level) for level in Level if level != Level.OWN or right != 'create'
        }
        if code != EVERY:
            options = {-1: t('As elsewhere'), **options}
        own = self._rights.get(code)
        value = int(getattr(own, right)) if own is not None else (-1 if code != EVERY else 0)
        box = ui.select(options, value=value if value in options else int(Level.ALL)).classes('a-level')
        box.props['aria-label'] = f'{code}: {_right_name(right)}'
        box.on_value_change(lambda event: self._set(code, right, int(event.value)))

    async def _set(self, code: str, right: str, level: int) -> None:
        if level < 0:
            # One line either follows the others or stands on its own, in all four rights.
            self._rights.pop(code, None)
        else:
            base = self._rights.get(code) or self._rights.get(EVERY) or Rights()
            levels = {name: getattr(base, name) for name in RIGHTS} | {right: Level(level)}
            self._rights[code] = Rights(**levels)
        role = self._role
        try:
            await roles.save_role(session().actor, role.code, role.label, self._rights, role.labels)
        except Problem as problem:
            tell(problem)
            return
        toast(t('Saved'))
        self._fill()


async def _rename(role: Role) -> None:
    async def save(values: dict[str, Any]) -> None:
        await roles.save_role(session().actor, role.code, values['label'], role.rights)

    spec = FieldSpec(code='label', label='Name', type='text', required=True)
    if await ask(t('Rename'), [spec], {'label': label(role)}, save, t('Save')):
        reload()


async def _remove(role: Role) -> None:
    if not await confirm(t('The role “{name}” goes for good.', name=label(role)), t('Delete role')):
        return
    try:
        await roles.remove_role(session().actor, role.code)
    except Problem as problem:
        tell(problem)
        return
    go('/settings/roles')


PAGES = (
    Page(path='/settings/roles', draw=draw_roles, title='Roles', allowed=admins),
    Page(path='/settings/roles/{role}', draw=draw_role, title='Role', allowed=admins),
)
