"""One colleague: who they are, what they may, when they work, which contact is theirs."""

from typing import Any

from nicegui import ui

from store import FieldSpec, NotFound, Records, Ref, colleagues, directory, invitations, people, units
from store.people import Person
from ui import theme
from ui.components import frame
from ui.components.basics import avatar, button, col, icon_button, row, text
from ui.components.person_parts import (
    may_touch,
    person_actions,
    right_specs,
    state_pills,
    unit_choices,
    unit_name,
)  # fmt: skip
from ui.components.person_work import absence_block, hours_block, plain_values
from ui.components.photo_crop import PhotoCrop
from ui.components.settings import autosaved, block, language_choices, zone_choices
from ui.components.tabs import Tabs
from ui.pages import Page, may
from ui.place import Place, go, record_url
from ui.session import records, session
from ui.text import label, p, t

theme.add_style('components/people.css')
theme.add_style('components/record.css')


async def draw_person(place: Place) -> None:
    """The page of one colleague."""
    number = place.params['person']
    found = await people.person(
        session().actor, int(number) if number.isdecimal() and len(number) < 18 else 0
    )
    place.set_title(found.name)
    await _Sheet(found, place.query.get('tab', 'person'), place).draw()


class _Sheet:
    """A colleague's page; every field is saved when it is left."""

    def __init__(self, person: Person, tab: str, place: Place) -> None:
        self._person, self._tab, self._place = person, tab, place

    async def draw(self) -> None:
        """Draw the page into the open slot."""
        with (
            frame.header(self._person.name, back='/settings/people') as head,
            head.actions,
            icon_button('more_horiz', t('More actions')),
            ui.menu() as self._menu,
        ):
            person_actions(self._person, self._again)
        with frame.body(narrow=True), ui.element('div').classes('pp-page'):
            self._head = ui.element('div').classes('pp-head')
            await self._draw_head()
            tabs = Tabs()
            tabs.add('person', t('Person'), self._draw_fields)
            tabs.add('rights', t('Access'), self._draw_rights)
            if not self._person.is_portal:
                tabs.add('work', t('Work'), self._draw_work)
            await tabs.show(self._tab if self._tab in ('person', 'rights', 'work') else 'person')

    async def _draw_head(self) -> None:
        person, actor = self._person, session().actor
        roles = {role.code: role for role in await colleagues.role_names(actor)}
        until = (await invitations.waiting(actor)).get(person.id)
        self._head.clear()
        with self._head:
            avatar(person.name, 48, person_id=person.id)
            with col('a-grow a-gap-4'):
                text(person.name, 'a-title')
                with row('a-gap-4 a-wrap'):
                    state_pills(person, roles, until)

    async def _again(self) -> None:
        self._person = await people.person(session().actor, self._person.id)
        await self._draw_head()
        self._menu.clear()
        with self._menu:
            person_actions(self._person, self._again)

    async def _save(self, given: dict[str, Any]) -> None:
        await colleagues.change_person(session().actor, self._person.id, plain_values(given))
        await self._again()

    async def _draw_fields(self) -> None:
        person, is_open = self._person, may_touch(self._person)
        specs = [
            FieldSpec(code='name', label='Full name', type='text', required=True, read_only=not is_open),
            FieldSpec(code='login', label='Login', type='text', read_only=not is_open),
            FieldSpec(code='email', label='E-mail', type='email', read_only=not is_open),
            FieldSpec(code='phone', label='Phone', type='phone', read_only=not is_open),
            _listed('language', 'Language', language_choices(), is_open),
            _listed('time_zone', 'Time zone', zone_choices(), is_open),
        ]
        if is_open and not person.is_portal:
            with block(t('Photo')):
                PhotoCrop(person, self._again)
        with block(t('Person')):
            autosaved(specs, {spec.code: getattr(person, spec.code) for spec in specs}, self._save)
        await self._draw_contact(is_open)

    async def _draw_contact(self, is_open: bool) -> None:
        catalog = colleagues.contacts_catalog()
        if catalog is None:
            return
        named = await _contact_of(self._person, catalog.code)
        spec = FieldSpec(
            code='contact_id',
            label='Record among contacts',
            type='link',
            options={'target': catalog.code},
            read_only=not is_open,
            hint='One contact is at most one active colleague',
        )
        with block(
            t('Contact'), t('The record that stands for this person where your company keeps people.')
        ):
            autosaved([spec], {'contact_id': named}, self._save, two_columns=False)
            if named is not None and named.title:
                with row():
                    button(p('button', 'Open'), lambda: go(record_url(catalog.code, named.id)), small=True)

    async def _draw_rights(self) -> None:
        actor, person = session().actor, self._person
        known = await units.list_units(actor)
        own = [str(one.id) for one in known if person.id in one.members]
        roles = await colleagues.role_names(actor) if actor.may_do('manage_roles') else []
        specs = right_specs(roles, portal=person.is_portal) if roles else []
        if known and not person.is_portal:
            specs.append(
                FieldSpec(
                    code='units', label='Units', type='choices', options={'choices': unit_choices(known)}
                )
            )

        async def save(given: dict[str, Any]) -> None:
            if 'units' in given:
                given['units'] = [int(one) for one in given['units'] or ()]
            await self._save(
                {code: () if code == 'roles' and not value else value for code, value in given.items()}
            )

        with block(t('Access'), t('Roles of one’s own and roles of the units add up.')):
            if specs and may_touch(person):
                values = {'roles': person.roles, 'is_admin': person.is_admin, 'units': own}
                autosaved(specs, values, save, two_columns=False)
            else:
                text(_why_closed(person), 'a-small a-muted')
        held = [
            f'{unit_name(one)}: {", ".join(one.roles)}'
            for one in known
            if one.roles and person.id in one.members
        ]
        if given := await directory.roles_given(actor, person.id):
            known_roles = await colleagues.role_names(actor)
            names = ', '.join(label(role) for role in known_roles if role.code in given)
            held.append(t('From groups of the directory: {roles}', roles=names))
        for line in held:
            text(line, 'a-small a-muted')

    async def _draw_work(self) -> None:
        person, is_open = self._person, may_touch(self._person)
        leads = await people.person(session().actor, person.manager_id) if person.manager_id else None
        specs = [
            FieldSpec(code='manager_id', label='Manager', type='person', read_only=not is_open),
            FieldSpec(code='department', label='Department', type='text', read_only=not is_open),
        ]
        named = Ref(leads.id, leads.name, 'person') if leads else None
        with block(t('Place')):
            autosaved(specs, {'manager_id': named, 'department': person.department}, self._save)
        if is_open:
            hours_block(self._person, self._save)
            await absence_block(self._person, self._save)


def _why_closed(person: Person) -> str:
    """Why the reader gives this person no rights."""
    if person.is_admin:
        return t('Only administrators change the rights of an administrator.')
    return t('To give roles you need the right to manage roles.')


def _listed(code: str, caption: str, choices: list[dict[str, str]], is_open: bool) -> FieldSpec:
    return FieldSpec(
        code=code, label=caption, type='choice', options={'choices': choices}, read_only=not is_open
    )


async def _contact_of(person: Person, catalog: str) -> Ref | None:
    """The contact's name as the reader may know it."""
    if person.contact_id is None:
        return None
    mine: Records = records()
    try:
        return (await mine.get(catalog, person.contact_id)).ref
    except NotFound:
        return Ref(person.contact_id, '', catalog)


PAGES = (
    Page(path='/settings/people/{person}', draw=draw_person, title='Person', allowed=may('manage_people')),
)
