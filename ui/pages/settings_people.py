"""People: who works here, found by name, active or not; adding and inviting them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from ui.components.kept_rows import KeptRows
from ui.components.person_parts import new_person_specs, person_actions, state_pills, unit_name
from ui.components.person_work import plain_values
from ui.components.portal_people import Waiting
from ui.components.settings import ask
from ui.components.toast import tell
from ui.formats import date_short
from ui.live import Latest
from ui.pages import Area, Page, may
from ui.place import Place, go
from ui.session import session
from ui.text import n, number, t

theme.add_style('components/people.css')

LIMIT = 1000
SHOWN = 300
ACTIVE, WAITING, INACTIVE, PORTAL, TO_APPROVE = 'active', 'waiting', 'inactive', 'portal', 'to_approve'


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
        sheet.draw()
    find.on_value_change(lambda event: sheet.look(q=event.value or ''))
    await sheet.show()


@dataclass(frozen=True, slots=True)
class _Line:
    """A person as the table shows them: where they work, and since when an invitation waits for them."""

    person: Person
    where: str
    invited: datetime | None


@dataclass(slots=True)
class _Head:
    """The head of a column that people can be sorted by, with its arrow."""

    cell: ui.element
    arrow: ui.icon


class _Sheet:
    """The table of people; what is asked for is in the address."""

    kinds: ui.element

    def __init__(self, place: Place) -> None:
        self._place = place
        self.show = Latest(self._show)
        self._roles: dict[str, RoleName] = {}
        self._units: list[Unit] = []
        self._heads: dict[str, _Head] = {}
        self._shown: dict[str, tuple[ui.element, ui.label]] = {}

    async def look(self, **asked: str) -> None:
        """Show other people, or the same ones in another order."""
        self._place.set_query(replace=True, **asked)
        await self.show()

    async def _show(self) -> None:
        asked, actor = dict(self._place.query), session().actor
        kind = asked.get('kind', ACTIVE)
        found = await _found(kind, asked.get('q', ''))
        asking = await self._asking.show()
        self._roles = {role.code: role for role in await colleagues.role_names(actor)}
        self._units = await units.list_units(actor)
        waiting = await invitations.waiting(actor)
        counts = await colleagues.counts(actor)
        if dict(self._place.query) != asked or self._box.is_deleted:
            return
        self._asking.box.visible = kind == TO_APPROVE and bool(asking)
        self._draw_kinds(kind, counts)
        self._note.visible = bool(found) and kind == WAITING
        self._table.visible = bool(found)
        self._show_sorting(asked.get('sort', 'name'))
        shown = _sorted(found, asked.get('sort', 'name'))[:SHOWN]
        self._lines.give(_Line(one, _where(one, self._units), waiting.get(one.id)) for one in shown)
        more = len(found) - len(shown)
        self._more.visible = more > 0
        self._more.set_text(
            n('{count} more person: search by name.', '{count} more people: search by name.', more)
        )
        is_empty = not found and not self._asking.box.visible
        self._empty.give([(kind, asked.get('q', ''))] if is_empty else [])

    def draw(self) -> None:
        """Draw the page, still without people."""
        with ui.element('div').classes('pp-page') as self._box:
            with row('a-note') as self._note:
                icon('forward_to_inbox')
                text(t('They have a login and no password yet.'), 'a-grow')
                button(t('Invite all'), self.invite_all, small=True)
            self._asking = Waiting(self.show)
            self._draw_table()
            self._more = text('', 'a-meta')
            self._empty = KeptRows[tuple[str, str]](ui.element('div'), self._nobody, key=lambda one: one)
        for part in (self._note, self._asking.box, self._table, self._more):
            part.visible = False

    def _draw_table(self) -> None:
        with (
            ui.element('div').classes('a-card a-table-box') as self._table,
            ui.element('table').classes('a-table pp-people'),
        ):
            with ui.element('thead'), ui.element('tr'):
                self._head(t('Full name'), 'name')
                self._head(t('Login'), 'login')
                self._head(t('E-mail'), '', 'a-desk')
                self._head(t('Roles'), '')
                self._head(t('Added'), 'added', 'a-desk')
                ui.element('th')
            self._lines = KeptRows[_Line](
                ui.element('tbody'), self._line, key=lambda one: one.person.id, root=self._root
            )

    def _draw_kinds(self, now: str, counts: Mapping[str, int]) -> None:
        captions = {
            ACTIVE: t('Active people'),
            WAITING: t('Not signed in yet'),
            INACTIVE: t('Deactivated people'),
            PORTAL: t('At the portal'),
            TO_APPROVE: t('To approve'),
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

    def _nobody(self, asked: tuple[str, str]) -> None:
        kind, wanted = asked
        if wanted:
            empty_state(t('Nobody is called “{text}”.', text=wanted), icon_name='search_off')
        elif kind == WAITING:
            empty_state(t('Everybody with a login has chosen a password.'), icon_name='task_alt')
        elif kind == PORTAL:
            empty_state(t('Nobody comes in by the portal yet: invite a contact.'), icon_name='storefront')
        elif kind == TO_APPROVE:
            empty_state(t('Nobody waits to be let into the portal.'), icon_name='task_alt')
        else:
            empty_state(t('Nobody is deactivated.'), icon_name='group')

    def _head(self, title: str, key: str, classes: str = '') -> None:
        with ui.element('th').classes(classes) as cell:
            if not key:
                ui.label(title)
                return
            with ui.element('button').classes('pp-sort').props('type=button') as shown:
                ui.label(title)
                self._heads[key] = _Head(cell, icon('arrow_upward'))
            shown.on('click', lambda: self._sort(key))

    async def _sort(self, key: str) -> None:
        is_up = self._place.query.get('sort', 'name') == key
        await self.look(sort=f'-{key}' if is_up else key)

    def _show_sorting(self, sort: str) -> None:
        is_down = sort.startswith('-')
        for key, head in self._heads.items():
            is_on = sort.lstrip('-') == key
            head.cell.props['aria-sort'] = ('descending' if is_down else 'ascending') if is_on else 'none'
            head.arrow.visible = is_on
            head.arrow.set_name('o_arrow_downward' if is_down else 'o_arrow_upward')

    def _root(self, one: _Line) -> ui.element:
        root = ui.element('tr').classes('pp-row')
        root.on('click', lambda: go(f'/settings/people/{one.person.id}'))
        return root

    def _line(self, one: _Line) -> None:
        person = one.person
        off = '' if person.is_active else 'pp-off'
        with ui.element('td').classes(off), ui.link(target=f'/settings/people/{person.id}').classes('a-row'):
            avatar(person.name, person_id=person.id)
            with col('a-gap-0'):
                text(person.name, 'a-strong')
                if one.where:
                    text(one.where, 'a-meta')
        with ui.element('td').classes(off):
            text(person.login, 'a-muted')
        with ui.element('td').classes(f'a-desk {off}'):
            text(person.email, 'a-muted')
        with ui.element('td').classes(off), row('a-gap-4 a-wrap'):
            state_pills(person, self._roles, one.invited)
        with ui.element('td').classes(f'a-desk {off}'):
            text(date_short(person.created_at), 'a-muted a-num a-nowrap')
        with ui.element('td').classes('a-end').on('click.stop', lambda: None):
            self._menu(person)

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


async def _found(kind: str, words: str) -> list[Person]:
    """The people of a kind whose names or addresses hold these words."""
    actor = session().actor
    if kind == TO_APPROVE:
        return []
    if kind == PORTAL:
        return await people.list_people(actor, text=words, is_active=None, kind=PORTAL, limit=LIMIT)
    found = await people.list_people(actor, text=words, is_active=kind != INACTIVE, limit=LIMIT)
    return [one for one in found if _waits(one)] if kind == WAITING else found


def _waits(person: Person) -> bool:
    return person.is_active and bool(person.login) and not person.has_password and not person.by_directory


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
