"""Roles: what each may do with records and fields, which operations it allows, who holds it."""

import re
from typing import Any

from nicegui import ui

from store import FieldSpec, Level, Problem, Rights, role_rights, roles
from store.actor import EVERY
from store.folding import fold
from store.roles import Role
from ui.components import frame
from ui.components.basics import avatar, button, col, confirm, icon_button, pill, row, text
from ui.components.captions import Captions, ask_captions
from ui.components.portal_role import draw_portal_switch
from ui.components.rights_matrix import level_name, right_name
from ui.components.role_rights import FieldRights, OperationRights, RecordRights, draw_holders
from ui.components.settings import ask
from ui.components.tabs import Tabs
from ui.components.toast import tell
from ui.pages import Area, Find, Page, may
from ui.place import Place, go, reload
from ui.session import session
from ui.text import label, lower_first, n, t

SUMMED = ('read', 'create', 'change', 'delete')


async def draw_roles(_place: Place) -> None:
    """Every role and who holds it; ways to what goes beyond roles."""
    with frame.header(t('Roles'), back='/settings') as head, head.actions:
        button(t('New role'), _add, primary=True, icon='add')
    actor = session().actor
    found = await roles.list_roles(actor)
    with frame.body(narrow=True):
        with ui.element('div').classes('a-card a-block--flush'):
            for role in found:
                await _line(role)
        text(t('Administrators may do everything. Several roles add up: any of them may allow a deed.'),
             'a-small a-muted')  # fmt: skip
        with ui.element('div').classes('a-areas'):
            _way('/settings/record-rules', 'rule', t('Rules about records'),
                 t('Records that a filter finds, for some roles only or too'))  # fmt: skip
            _way('/settings/default-rights', 'share', t('Default rights'),
                 t('With whom new records are shared at once'))  # fmt: skip


async def _line(role: Role) -> None:
    holders = await role_rights.people_of(session().actor, role.code)
    with ui.link(target=f'/settings/roles/{role.code}').classes('a-item'):
        with col('a-grow a-gap-0'):
            with row('a-gap-8'):
                text(label(role), 'a-strong a-small')
                if role.is_portal:
                    pill(t('Portal'), kind='accent')
            text(_summary(role), 'a-meta')
        with row('sh-people a-desk'):
            for who, _ in holders[:4]:
                avatar(who, 22)
        text(n('{count} person', '{count} people', len(holders)), 'a-meta a-num a-nowrap')


def _way(href: str, picture: str, title: str, sentence: str) -> None:
    with ui.link(target=href).classes('a-area'):
        ui.icon(f'o_{picture}')
        with col('a-gap-0'):
            text(title, 'a-strong')
            text(sentence, 'a-small a-muted')


def _summary(role: Role) -> str:
    rights = role.rights.get(EVERY)
    if rights is None:
        return t('Only the sections that are named')
    return ' · '.join(
        f'{right_name(right)}: {lower_first(level_name(rights.level(right)))}' for right in SUMMED
    )


async def _add() -> None:
    made: list[str] = []

    async def save(values: dict[str, Any]) -> None:
        actor = session().actor
        taken = {role.code for role in await roles.list_roles(actor)}
        code = _free_code(values['label'], taken)
        # Everybody gives at most what they have: who sees only their own begins with that.
        reads = min(Level.ALL, role_rights.own_rights(actor, EVERY).read)
        await roles.save_role(actor, code, values['label'], {EVERY: Rights(read=reads)})
        made.append(code)

    spec = FieldSpec(code='label', label='Name', type='text', required=True)
    if await ask(t('New role'), [spec], {}, save, t('Create')):
        go(f'/settings/roles/{made[0]}')


def _free_code(name: str, taken: set[str]) -> str:
    base = re.sub(r'[^a-z0-9]+', '_', (fold(name) or '')).strip('_')[:40]
    base = base if base[:1].isalpha() and base.isascii() else 'role'
    return next(code for code in (base, *(f'{base}_{i}' for i in range(2, 1000))) if code not in taken)


async def draw_role(place: Place) -> None:
    """One role in four tabs; each choice is saved at once."""
    found = {role.code: role for role in await roles.list_roles(session().actor)}
    role = found.get(place.params['role'])
    if role is None:
        go('/settings/roles')
        return
    place.set_title(label(role))
    with frame.header(label(role), back='/settings/roles') as head, head.actions:
        icon_button('edit', t('Name and translations'), lambda: _rename(role))
        icon_button('delete', t('Delete role'), lambda: _remove(role))
    with frame.body(read=True), ui.element('div'):
        draw_portal_switch(role)
        tabs = Tabs()
        code = role.code
        grants = role_rights.grants_of
        actor = session().actor

        async def draw_records() -> None:
            RecordRights(code, await grants(actor, code))

        async def draw_fields() -> None:
            FieldRights(code, await grants(actor, code))

        async def draw_operations() -> None:
            with ui.element('div').classes('a-col a-gap-16'):
                OperationRights(code, await grants(actor, code))

        tabs.add('records', t('Records'), draw_records)
        tabs.add('fields', t('Fields'), draw_fields)
        if not role.is_portal:
            tabs.add('operations', t('Operations'), draw_operations)
        tabs.add('people', t('People'), lambda: draw_holders(code))
        tabs.count('people', len(await role_rights.people_of(actor, code)))
        wanted = place.query.get('tab', '')
        await tabs.show(wanted if wanted in ('fields', 'operations', 'people') else 'records')


async def _rename(role: Role) -> None:
    answer = await ask_captions({'label': (t('Name'), Captions(role.label, role.labels))})
    if answer is None:
        return
    named = answer['label']
    try:
        await role_rights.rename(session().actor, role.code, named.label, dict(named.labels))
    except Problem as problem:
        tell(problem)
        return
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


AREA = Area(
    category='people',
    icon='admin_panel_settings',
    sentence='What each role may see and do',
    words='rights permissions access права доступ роли полномочия',
    finds=(
        Find(label='Rights to records', words='matrix права на записи матрица'),
        Find(label='Rights to fields', words='hidden права на поля скрыть'),
        Find(label='Operations', words='import export операции'),
    ),
    place=20,
)
PAGES = (
    Page(path='/settings/roles', draw=draw_roles, title='Roles', allowed=may('manage_roles'), area=AREA),
    Page(path='/settings/roles/{role}', draw=draw_role, title='Role', allowed=may('manage_roles')),
)
