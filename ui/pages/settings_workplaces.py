"""Workplaces: which there are, what they are called, whom they are for, and their sections in order."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from nicegui import ui

from store import FieldSpec, NotFound, Problem, workplaces
from store.workplaces import Workplace
from ui.codes import code_of
from ui.components import frame
from ui.components.basics import (
    button,
    card,
    col,
    confirm,
    empty_state,
    icon,
    icon_button,
    menu_item,
    row,
    text,
    toast,
)
from ui.components.captions import Captions, ask_captions, renamed
from ui.components.icon_picker import IconPicker
from ui.components.kept_rows import KeptRows
from ui.components.ordered import Ordered
from ui.components.settings import ask, autosaved, block, listing
from ui.components.toast import tell
from ui.pages import Area, Find, Page, all_pages, may
from ui.place import Place, go
from ui.session import records, session
from ui.text import label, n, t

AREA = Area(
    category='look',
    icon='workspaces',
    sentence='Sets of sections for roles, and their order in the panel',
    words='рабочее место рабочие места разделы панель меню workplace workspace menu navigation',
    finds=(
        Find(label='Order of the sections', words='порядок разделов order menu'),
        Find(label='Roles of a workplace', words='роли доступ рабочее место roles access'),
    ),
    place=10,
)


async def draw_workplaces(_place: Place) -> None:
    """Every workplace, in the order people are offered them."""
    with frame.header(t('Workplaces'), back='/settings') as head, head.actions:
        button(t('New workplace'), _add, primary=True, icon='add')
    with frame.body(narrow=True):
        _warning()
        found = workplaces.every()
        if not found:
            empty_state(
                t('Everybody sees all sections they may read. A workplace shows some of them in an order.'),
                t('New workplace'),
                _add,
                icon_name='workspaces',
            )
            return
        names = {role.code: label(role) for role in await workplaces.roles_to_choose(session().actor)}
        turn = asyncio.Lock()

        async def arrange(codes: list[str]) -> None:
            async with turn:
                await workplaces.arrange(session().actor, codes)
            ordered.give(workplaces.every())

        with card('a-block--flush'):
            ordered = Ordered[Workplace](arrange, partial(_line, names), key=lambda one: one.code, name=label)
        ordered.give(found)


def _warning() -> None:
    with row('a-note'):
        icon('info')
        text(
            t('A workplace opens no data. What people see in its sections is decided by their roles.'),
            'a-small',
        )


def _line(names: Mapping[str, str], one: Workplace) -> None:
    with ui.link(target=f'/settings/workplaces/{one.code}').classes('a-row a-grow a-gap-12'):
        icon(one.icon).style('font-size:20px;color:var(--a-text-3)')
        with col('a-grow a-gap-0'):
            text(label(one), 'a-strong a-small')
            roles = ', '.join(names.get(code, code) for code in one.roles) or t('For everybody')
            text(f'{n("{count} section", "{count} sections", len(one.sections))} · {roles}', 'a-meta')


async def _add() -> None:
    made: list[str] = []

    async def save(values: dict[str, Any]) -> None:
        code = code_of(values['label'], {one.code for one in workplaces.every()}, 'workplace')
        sections = ('/', *(catalog.code for catalog in records().catalogs()))
        await workplaces.save(session().actor, Workplace(code=code, label=values['label'], sections=sections))
        made.append(code)

    spec = FieldSpec(code='label', label='Name', type='text', required=True)
    if await ask(t('New workplace'), [spec], {}, save, t('Create')):
        go(f'/settings/workplaces/{made[0]}')


async def draw_workplace(place: Place) -> None:
    """One workplace: its name, whom it is for, its sections."""
    code = place.params['workplace']
    roles = await workplaces.roles_to_choose(session().actor)
    editor = _Editor(code, place)
    place.set_title(label(editor.now))
    with frame.header(label(editor.now), back='/settings/workplaces') as head, head.actions:
        icon_button('translate', t('Translations'), editor.translate)
        icon_button('delete', t('Delete workplace'), editor.remove)
    with frame.body(narrow=True):
        with block(t('Name and icon')):
            spec = FieldSpec(code='label', label='Name', type='text', required=True)
            autosaved([spec], {'label': label(editor.now)}, editor.rename)
            IconPicker(editor.now.icon, lambda name: editor.change(icon=name))
        with block(
            t('Whom it is for'), t('Without a role it is for everybody. Administrators see every workplace.')
        ):
            choices = [{'key': role.code, 'label': label(role)} for role in roles]
            of_roles = FieldSpec(code='roles', label='Roles', type='choices', options={'choices': choices})
            autosaved([of_roles], {'roles': editor.now.roles}, editor.give_roles)
        editor.draw_sections()
        _warning()


@dataclass(frozen=True, slots=True)
class _Section:
    """A section or page of the panel that may stand in a workplace."""

    code: str
    name: str
    icon: str


class _Editor:
    """Changes one workplace step by step; each step is saved at once."""

    def __init__(self, code: str, place: Place) -> None:
        self._code = code
        self._place = place
        self._turn = asyncio.Lock()

    @property
    def now(self) -> Workplace:
        """The workplace as it is saved.

        :raises NotFound: it is gone"""
        for one in workplaces.every():
            if one.code == self._code:
                return one
        raise NotFound('no_such_workplace', workplace=self._code[:60])

    async def change(self, **values: Any) -> None:
        """Save some of its values."""
        await self._edit(lambda one: replace(one, **values))

    async def _edit(self, edited: Callable[[Workplace], Workplace]) -> None:
        # One after another: two quick clicks each start from what the one before has left.
        async with self._turn:
            try:
                await workplaces.save(session().actor, edited(self.now))
            except Problem as problem:
                tell(problem)

    async def rename(self, values: dict[str, Any]) -> None:
        """Give it another name: in the reader's language where it has one there, else everywhere."""
        named = renamed(Captions(self.now.label, self.now.labels), values['label'])
        await self.change(label=named.label, labels=named.labels)

    async def give_roles(self, values: dict[str, Any]) -> None:
        """Say whom it is for."""
        async with self._turn:
            await workplaces.save(session().actor, replace(self.now, roles=tuple(values['roles'] or ())))

    async def translate(self) -> None:
        """Ask for its name in every language."""
        captions = Captions(self.now.label, self.now.labels)
        answer = await ask_captions({'label': (t('Name'), captions)})
        if answer:
            await self.change(label=answer['label'].label, labels=answer['label'].labels)
            self._place.replace(self._place.url)

    async def remove(self) -> None:
        """Take it away after a question."""
        sentence = t('The workplace “{name}” goes for good; no record does.', name=label(self.now))
        if await confirm(sentence, t('Delete workplace')):
            await workplaces.remove(session().actor, self._code)
            toast(t('Deleted'))
            go('/settings/workplaces')

    def draw_sections(self) -> None:
        """Draw the list of sections with its button."""
        with listing(t('Sections in the panel')) as head:
            self._ordered = Ordered[_Section](
                self._arrange,
                self._line,
                key=lambda one: one.code,
                name=lambda one: one.name,
                empty=lambda: text(t('Add the sections this workplace shows.'), 'a-empty a-empty--small'),
            )
        with head:
            adding = button(t('Add section'), icon='add', small=True)
            with adding, ui.menu() as menu:
                self._menu = KeptRows[_Section](menu, self._choice, key=lambda one: one.code)
        self._fill()

    def _fill(self) -> None:
        known = _sections()
        chosen = self.now.sections
        self._ordered.give(known.get(code, _Section(code, code, 'help_outline')) for code in chosen)
        self._menu.give(one for one in known.values() if one.code not in chosen)

    def _line(self, one: _Section) -> None:
        icon(one.icon).style('font-size:18px;color:var(--a-text-3)')
        text(one.name, 'a-grow a-small a-strong')
        icon_button(
            'close', t('Take out {name}', name=one.name), lambda: self._take_out(one.code), small=True
        )

    def _choice(self, one: _Section) -> None:
        menu_item(one.name, lambda: self._put_in(one.code), icon_name=one.icon)

    async def _arrange(self, codes: list[str]) -> None:
        place = {code: at for at, code in enumerate(codes)}
        await self._edit(
            lambda one: replace(
                one, sections=tuple(sorted(one.sections, key=lambda code: place.get(code, len(place))))
            )
        )
        self._fill()

    async def _put_in(self, code: str) -> None:
        await self._edit(lambda one: replace(one, sections=(*one.sections, code)))
        self._fill()

    async def _take_out(self, code: str) -> None:
        await self._edit(
            lambda one: replace(one, sections=tuple(other for other in one.sections if other != code))
        )
        self._fill()


def _sections() -> dict[str, _Section]:
    """Every section and page of the panel that may stand in a workplace, by its code."""
    found = [
        _Section(page.path, t(page.nav.label), page.nav.icon)
        for page in sorted(all_pages(), key=_place_of)
        if page.nav and not page.nav.bottom
    ]
    found += [_Section(catalog.code, label(catalog), catalog.icon) for catalog in records().catalogs()]
    return {one.code: one for one in found}


def _place_of(page: Page) -> int:
    return page.nav.place if page.nav else 0


PAGES = (
    Page(
        path='/settings/workplaces',
        draw=draw_workplaces,
        title='Workplaces',
        allowed=may('manage_workplaces'),
        area=AREA,
    ),
    Page(
        path='/settings/workplaces/{workplace}',
        draw=draw_workplace,
        title='Workplace',
        allowed=may('manage_workplaces'),
    ),
)
