"""People: who works here, found by name, active or not; adding and inviting them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from nicegui import ui

from store import Problem, colleagues, invitations, people, units
from store.colleagues import RoleName
from store.people import Person
from store.units import Unit
from ui import theme
from ui.components import frame
from ui.components.basics import (
    avatar,
    button,
    col,
    confirm,
    empty_state,
    icon,
    icon_button,
    menu_item,
    row,
    text,
    toast,
)  # fmt: skip
from ui.components.invite import first_password, invite, invite_many
from ui.components.person_parts import new_person_specs, person_actions, state_pills, unit_name
from ui.components.person_work import plain_values
from ui.components.settings import ask
from ui.components.toast import tell
from ui.formats import date_short
from ui.pages import Area, Page, may
from ui.place import Place, go
from ui.session import session
from ui.text import n, number, t

theme.add_style('components/people.css')

LIMIT = 1000
SHOWN = 300
ACTIVE, WAITING, INACTIVE = 'active', 'waiting', 'inactive'


async def draw_people(place: Place) -> None:
    """Everybody, with a search, the kinds of people, and an Add button."""
    sheet = _Sheet(place)
    with frame.header(t('People'), back='/settings') as head:
        with head.filters:
            find = ui.input(placeholder=t('Search'), value=place.query.get('q', ''))
            find.props('clearable').classes('a-find pp-find')
            sheet.kinds = ui.element('div').classes('pp-kinds').props('role=group')
        with head.actions:
            with icon_button('more_horiz', t('More actions')), ui.menu():
                menu_item(
                    t('Import people from a file'),
                    lambda: go('/import?catalog=person'),
                    icon_name='upload_file',
                )
                menu_item(t('Give everybody a contact'), sheet.give_contacts, icon_name='contacts')
                menu_item(t('Invite everybody who waits'), sheet.invite_all, icon_name='forward_to_inbox')
            button(t('Add person'), sheet.add, primary=True, icon='add')
    with frame.body(read=True):
        sheet.box = ui.element('div').classes('pp-page')
    find.on_value_change(lambda event: sheet.look(q=event.value or ''))
    await sheet.show()


class _Sheet:
    """The table of people; what is asked for is in the address."""

    box: ui.element
    kinds: ui.element

    def __init__(self, place: Place) -> None:
        self._place = place
        self._roles: dict[str, RoleName] = {}
        self._units: list[Unit] = []
        self._waiting: Mapping[int, datetime] = {}
        self._shown: dict[str, tuple[ui.element, ui.label]] = {}

    async def look(self, **asked: str) -> None:
        """Show other people, or the same ones in another order."""
        self._place.set_query(replace=True, **asked)
        await self.show()

    async def show(self) -> None:
        """Fill the page with those who are asked for."""
        asked, actor = dict(self._place.query), session().actor
        kind = asked.get('kind', ACTIVE)
        found = await people.list_people(
            actor, text=asked.get('q', ''), is_active=kind != INACTIVE, limit=LIMIT
        )
        self._roles = {role.code: role for role in await colleagues.role_names(actor)}
        self._units = await units.list_units(actor)
        self._waiting = await invitations.waiting(actor)
        counts = await colleagues.counts(actor)
        if dict(self._place.query) != asked or self.box.is_deleted:
            return
        if kind == WAITING:
            found = [one for one in found if _waits(one)]
        self._draw_kinds(kind, counts)
        self.box.clear()
        with self.box:
            if found and kind == WAITING:
                with row('a-note'):
                    icon('forward_to_inbox')
                    text(t('They have a login and no password yet.'), 'a-grow')
                    button(t('Invite all'), self.invite_all, small=True)
            if found:
                self._table(_sorted(found, asked.get('sort', 'name')), asked.get('sort', 'name'))
            else:
                self._nobody(asked)

    def _draw_kinds(self, now: str, counts: Mapping[str, int]) -> None:
        captions = {
            ACTIVE: t('Active people'),
            WAITING: t('Not signed in yet'),
            INACTIVE: t('Deactivated people'),
        }
        # Drawn once: a button that is replaced under somebody's finger hears nothing.
        for kind, caption in captions.items():
            if kind not in self._shown:
                self._shown[kind] = self._draw_kind(kind, caption)
            shown, count = self._shown[kind]
            shown.props['aria-pressed'] = 'true' if kind == now else 'false'
            count.set_text(number(counts[kind]))

    def _draw_kind(self, kind: str, caption: str) -> tuple[ui.element, ui.label]:
        with (
            self.kinds,
            ui.element('button').classes('pp-kind').props('type=button').mark(f'kind-{kind}') as shown,
        ):
            ui.label(caption)
            count = ui.label().classes('a-meta a-num')
        shown.on('click', lambda: self.look(kind=kind if kind != ACTIVE else ''))
        return shown, count

    def _nobody(self, asked: Mapping[str, str]) -> None:
        if asked.get('q'):
            empty_state(t('Nobody is called “{text}”.', text=asked['q']), icon_name='search_off')
        elif asked.get('kind') == WAITING:
            empty_state(t('Everybody with a login has chosen a password.'), icon_name='task_alt')
        else:
            empty_state(t('Nobody is deactivated.'), icon_name='group')

    def _table(self, found: list[Person], sort: str) -> None:
        with (
            ui.element('div').classes('a-card a-table-box'),
            ui.element('table').classes('a-table pp-people'),
        ):
            with ui.element('thead'), ui.element('tr'):
                self._head(t('Full name'), 'name', sort)
                self._head(t('Login'), 'login', sort)
                self._head(t('E-mail'), '', sort, 'a-desk')
                self._head(t('Roles'), '', sort)
                self._head(t('Added'), 'added', sort, 'a-desk')
                ui.element('th')
            with ui.element('tbody'):
                for person in found[:SHOWN]:
                    self._line(person)
        if len(found) > SHOWN:
            more = len(found) - SHOWN
            text(
                n('{count} more person: search by name.', '{count} more people: search by name.', more),
                'a-meta',
            )

    def _head(self, title: str, key: str, sort: str, classes: str = '') -> None:
        with ui.element('th').classes(classes) as cell:
            if not key:
                ui.label(title)
                return
            is_on, is_down = sort.lstrip('-') == key, sort.startswith('-')
            cell.props['aria-sort'] = ('descending' if is_down else 'ascending') if is_on else 'none'
            with ui.element('button').classes('pp-sort').props('type=button') as shown:
                ui.label(title)
                if is_on:
                    icon('arrow_downward' if is_down else 'arrow_upward')
            shown.on('click', lambda: self.look(sort=f'-{key}' if is_on and not is_down else key))

    def _line(self, person: Person) -> None:
        with ui.element('tr').classes('pp-row' if person.is_active else 'pp-row pp-row--off') as line:
            with ui.element('td'), ui.link(target=f'/settings/people/{person.id}').classes('a-row'):
                avatar(person.name, person_id=person.id)
                with col('a-gap-0'):
                    text(person.name, 'a-strong')
                    where = _where(person, self._units)
                    if where:
                        text(where, 'a-meta')
            with ui.element('td'):
                text(person.login, 'a-muted')
            with ui.element('td').classes('a-desk'):
                text(person.email, 'a-muted')
            with ui.element('td'), row('a-gap-4 a-wrap'):
                state_pills(person, self._roles, self._waiting.get(person.id))
            with ui.element('td').classes('a-desk'):
                text(date_short(person.created_at), 'a-muted a-num')
            with ui.element('td').classes('a-end').on('click.stop', lambda: None):
                self._menu(person)
        line.on('click', lambda: go(f'/settings/people/{person.id}'))

    def _menu(self, person: Person) -> None:
        with icon_button('more_horiz', t('Actions for {name}', name=person.name), small=True), ui.menu():
            menu_item(t('Change'), lambda: go(f'/settings/people/{person.id}'), icon_name='edit')
            person_actions(person, self.show)

    async def add(self) -> None:
        """Ask for a new colleague, and give them a way in."""
        made: list[Person] = []
        way: list[str] = []

        async def save(given: dict[str, Any]) -> None:
            way.append(given.pop('way', 'invite'))
            given['units'] = [int(one) for one in given.pop('units', None) or ()]
            made.append(await colleagues.add_person(session().actor, plain_values(given)))

        roles = ('member',) if 'member' in self._roles and session().actor.may_do('manage_roles') else ()
        specs = new_person_specs(list(self._roles.values()), self._units)
        if not await ask(t('Add person'), specs, {'roles': roles, 'way': 'invite'}, save, t('Add')):
            return
        if made[0].login:
            await (invite if way[-1] == 'invite' else first_password)(made[0])
        else:
            toast(t('Saved'))
        await self.show()

    async def give_contacts(self) -> None:
        """Link everybody who signs in to their contact."""
        try:
            given = await colleagues.give_contacts(session().actor)
        except Problem as problem:
            tell(problem)
            return
        toast(n('{count} person has a contact now.', '{count} people have a contact now.', given))

    async def invite_all(self) -> None:
        """Invite everybody who has a login and no password: by letter, or as a file of links."""
        actor = session().actor
        found = [one for one in await people.list_people(actor, limit=LIMIT) if _waits(one)]
        if not found:
            toast(t('Everybody with a login has chosen a password.'))
            return
        question = n(
            '{count} person gets a new invitation link.',
            '{count} people get new invitation links.',
            len(found),
        )
        if not await confirm(question, t('Invite')):
            return
        await invite_many(found)
        await self.show()


def _waits(person: Person) -> bool:
    return person.is_active and bool(person.login) and not person.has_password


def _sorted(found: list[Person], sort: str) -> list[Person]:
    keys: dict[str, Callable[[Person], Any]] = {
        'name': lambda one: one.name.casefold(),
        'login': lambda one: (not one.login, one.login),
        'added': lambda one: one.created_at,
    }
    key = keys.get(sort.lstrip('-'), keys['name'])
    return sorted(found, key=key, reverse=sort.startswith('-'))


def _where(person: Person, known: list[Unit]) -> str:
    named = [unit_name(one) for one in known if person.id in one.members]
    return ', '.join(named) or person.department


PAGES = (
    Page(
        path='/settings/people',
        draw=draw_people,
        title='People',
        allowed=may('manage_people'),
        area=Area(
            category='people',
            icon='group',
            sentence='Who works here, how they get in, their roles',
            words='пользователи сотрудники люди логин пароль приглашение users accounts employees invite',
            place=10,
        ),
    ),
)
