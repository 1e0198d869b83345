"""People: who works here, what they hold, their passwords; deactivating keeps their history."""

import secrets
from typing import Any

from nicegui import ui

from store import FieldSpec, Problem, people, roles
from store.people import Person
from store.roles import Role
from ui.components import frame
from ui.components.basics import avatar, button, col, confirm, icon_button, menu_item, pill, row, text, toast
from ui.components.settings import ask
from ui.components.toast import tell
from ui.pages import Page, admins
from ui.place import Place
from ui.session import session
from ui.text import label, t


async def draw_people(_place: Place) -> None:
    """Everybody, with a search and an Add button."""
    sheet = _Sheet()
    with frame.header(t('People'), back='/settings') as head:
        with head.filters:
            find = ui.input(placeholder=t('Search')).props('clearable').classes('a-find')
            inactive = ui.checkbox(t('Deactivated too'))
        with head.actions:
            button(t('Add person'), sheet.add, primary=True, icon='add')
    with frame.body(read=True), ui.element('div').classes('a-card a-table-box'):
        sheet.box = ui.element('table').classes('a-table')
    find.on_value_change(lambda: sheet.show(find.value or '', everybody=inactive.value))
    inactive.on_value_change(lambda: sheet.show(find.value or '', everybody=inactive.value))
    await sheet.show('', everybody=False)


class _Sheet:
    """The table of people and what can be done with a line."""

    box: ui.element

    def __init__(self) -> None:
        self._asked: tuple[str, bool] = ('', False)
        self._roles: dict[str, Role] = {}

    async def show(self, wanted: str, *, everybody: bool) -> None:
        """Fill the table with those who match."""
        self._asked = (wanted, everybody)
        actor = session().actor
        found = await people.list_people(actor, text=wanted, is_active=None if everybody else True, limit=300)
        self._roles = {role.code: role for role in await roles.list_roles(actor)}
        if self._asked != (wanted, everybody):
            return
        self.box.clear()
        with self.box:
            with ui.element('thead'), ui.element('tr'):
                for title in (t('Name'), t('Login'), t('E-mail'), t('Roles'), ''):
                    with ui.element('th').classes('a-desk' if title == t('E-mail') else ''):
                        ui.label(title)
            with ui.element('tbody'):
                for person in found:
                    self._line(person)

    async def _again(self) -> None:
        await self.show(self._asked[0], everybody=self._asked[1])

    def _line(self, person: Person) -> None:
        with ui.element('tr').style('' if person.is_active else 'opacity:.55'):
            with ui.element('td'), row():
                avatar(person.name)
                with col('a-gap-0'):
                    text(person.name, 'a-strong')
                    if person.department:
                        text(person.department, 'a-meta')
            with ui.element('td'):
                text(person.login, 'a-muted')
            with ui.element('td').classes('a-desk'):
                text(person.email, 'a-muted')
            with ui.element('td'), row('a-gap-4 a-wrap'):
                self._pills(person)
            with ui.element('td').classes('a-end'):
                self._menu(person)

    def _pills(self, person: Person) -> None:
        if not person.is_active:
            pill(t('Deactivated'), kind='warning')
        if person.is_admin:
            pill(t('Administrator'), kind='accent')
        for code in person.roles:
            pill(label(self._roles[code]) if code in self._roles else code)

    def _menu(self, person: Person) -> None:
        with icon_button('more_horiz', t('Actions for {name}', name=person.name), small=True), ui.menu():
            menu_item(t('Change'), lambda: self.change(person), icon_name='edit')
            menu_item(t('New password'), lambda: self.password(person), icon_name='key')
            if person.is_active:
                menu_item(
                    t('Deactivate'),
                    lambda: self.activate(person, is_active=False),
                    icon_name='block',
                    danger=True,
                )
            else:
                menu_item(t('Activate'), lambda: self.activate(person, is_active=True), icon_name='undo')

    def _specs(self, *, fresh: bool) -> list[FieldSpec]:
        named = [{'key': code, 'label': label(role)} for code, role in self._roles.items()]
        specs = [
            FieldSpec(code='name', label='Name', type='text', required=True),
            FieldSpec(
                code='login', label='Login', type='text', hint='Without a login it is only a name in records'
            ),
            FieldSpec(code='email', label='E-mail', type='email'),
            FieldSpec(code='department', label='Department', type='text'),
            FieldSpec(code='roles', label='Roles', type='choices', options={'choices': named}),
            FieldSpec(
                code='is_admin',
                label='Administrator',
                type='yes_no',
                hint='May do everything, settings included',
            ),
        ]
        if fresh:
            specs.insert(
                2,
                FieldSpec(
                    code='password',
                    label='First password',
                    type='text',
                    hint='Hand it over in person; it can be changed in the profile',
                ),
            )
        return specs

    async def add(self) -> None:
        """Ask for a new colleague."""
        values = {
            'password': secrets.token_urlsafe(10),
            'roles': ('member',) if 'member' in self._roles else (),
        }

        async def save(given: dict[str, Any]) -> None:
            if not given.get('login'):
                given.pop('password', None)
            await people.create_person(session().actor, given)

        if await ask(t('Add person'), self._specs(fresh=True), values, save, t('Add')):
            await self._again()

    async def change(self, person: Person) -> None:
        """Ask for a colleague's new values."""
        values = {
            code: getattr(person, code)
            for code in ('name', 'login', 'email', 'department', 'roles', 'is_admin')
        }

        async def save(given: dict[str, Any]) -> None:
            empty = {'login': '', 'email': '', 'department': '', 'roles': (), 'is_admin': False}
            await people.change_person(session().actor, person.id, empty | given)

        if await ask(person.name, self._specs(fresh=False), values, save, t('Save')):
            toast(t('Saved'))
            await self._again()

    async def password(self, person: Person) -> None:
        """Give a colleague another password."""
        spec = FieldSpec(code='password', label='New password', type='text', required=True)

        async def save(given: dict[str, Any]) -> None:
            await people.set_password(session().actor, person.id, given['password'])

        sentence = t('Ends all sessions and API keys of {name}.', name=person.name)
        title = t('New password')
        if await ask(
            title, [spec], {'password': secrets.token_urlsafe(10)}, save, t('Save'), sentence=sentence
        ):
            toast(t('Saved'))

    async def activate(self, person: Person, *, is_active: bool) -> None:
        """Let a colleague in again, or end everything they have open."""
        question = t(
            '{name} will be signed out everywhere and cannot sign in. Records stay.', name=person.name
        )
        if not is_active and not await confirm(question, t('Deactivate')):
            return
        try:
            await people.change_person(session().actor, person.id, {'is_active': is_active})
        except Problem as problem:
            tell(problem)
            return
        await self._again()


PAGES = (Page(path='/settings/people', draw=draw_people, title='People', allowed=admins),)
