"""What pages about people share: pills of their state, fields of the form, deeds of the menu."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from store import FieldSpec, Problem, colleagues, directory, people, second_factor
from store.colleagues import RoleName
from store.people import Person
from store.units import Unit
from ui.components.basics import confirm, menu_item, pill
from ui.components.invite import first_password, invite
from ui.components.see_as import may_see_as, see_as
from ui.components.toast import tell, toast
from ui.formats import date_short, today
from ui.place import go
from ui.session import records, session
from ui.text import label, language, t

Again = Callable[[], Awaitable[Any]]


def unit_name(one: Unit) -> str:
    """What a unit is called in the reader's language."""
    return one.names.get(language()) or one.name


def state_pills(person: Person, roles: Mapping[str, RoleName], until: datetime | None = None) -> None:
    """Whether somebody is here, away, invited or deactivated, and the roles of their own."""
    if not person.is_active:
        pill(t('Deactivated'), kind='warning')
    elif person.by_directory:
        pill(t('Directory')).tooltip(t('Signs in with the password of the company directory'))
    elif person.login and not person.has_password:
        is_good = until is not None and until > datetime.now(UTC)
        pill(t('Invited') if is_good else t('No password yet'), kind='' if is_good else 'warning')
    if person.is_active and person.is_away(today()):
        last = person.absent_until
        pill(t('Away until {date}', date=date_short(last)) if last else t('Away'))
    if person.is_admin:
        pill(t('Administrator'), kind='accent')
    if person.is_portal and person.contact_id is None:
        pill(t('No contact'), kind='warning')
    for code in person.roles:
        pill(label(roles[code]) if code in roles else code)


def role_choices(roles: Sequence[RoleName], *, portal: bool = False) -> list[dict[str, str]]:
    """Roles for a field of choices: those of colleagues, or of the portal's customers."""
    return [{'key': role.code, 'label': label(role)} for role in roles if role.is_portal == portal]


def unit_choices(known: Sequence[Unit]) -> list[dict[str, str]]:
    """Units for a field of choices, each with those above it."""
    paths: dict[int | None, str] = {}
    for one in known:
        above = paths.get(one.parent_id, '')
        paths[one.id] = f'{above} / {unit_name(one)}' if above else unit_name(one)
    return [{'key': str(one.id), 'label': paths[one.id]} for one in known]


def new_person_specs(roles: Sequence[RoleName], known: Sequence[Unit]) -> list[FieldSpec]:
    """The fields of a new colleague, as far as the one who adds may fill them."""
    actor = session().actor
    ways = [('invite', t('An invitation link')), ('password', t('A first password, to be changed'))]
    specs = [
        FieldSpec(code='name', label='Full name', type='text', required=True),
        FieldSpec(
            code='login', label='Login', type='text', hint='Without a login it is only a name in records'
        ),
        FieldSpec(code='email', label='E-mail', type='email'),
        FieldSpec(code='phone', label='Phone', type='phone'),
        FieldSpec(
            code='way',
            label='Gets in with',
            type='choice',
            required=True,
            options={'choices': [{'key': key, 'label': words} for key, words in ways]},
        ),
    ]
    contacts = colleagues.contacts_catalog()
    if contacts is not None and records().may('read', contacts.code):
        specs.append(
            FieldSpec(
                code='contact_id',
                label='Contact',
                type='link',
                options={'target': contacts.code},
                hint='Empty: the one with the same e-mail, or a new one',
            )
        )
    if known:
        specs.append(
            FieldSpec(code='units', label='Units', type='choices', options={'choices': unit_choices(known)})
        )
    return [*specs, *right_specs(roles)] if actor.may_do('manage_roles') else specs


def right_specs(roles: Sequence[RoleName], *, portal: bool = False) -> list[FieldSpec]:
    """Roles, and for administrators whether somebody is one."""
    choices = role_choices(roles, portal=portal)
    specs = [FieldSpec(code='roles', label='Roles', type='choices', options={'choices': choices})]
    if session().actor.is_admin and not portal:
        specs.append(
            FieldSpec(
                code='is_admin',
                label='Administrator',
                type='yes_no',
                hint='May do everything, settings included',
            )
        )
    return specs


def person_actions(person: Person, again: Again) -> None:
    """Lines of a menu: ways in, and whether the person may come in at all."""
    if may_explain(person):
        menu_item(t('Effective rights'), lambda: go(f'/settings/people/{person.id}/rights'), icon_name='rule')
    is_inside = person.is_active and not person.is_portal
    if is_inside and person.id != session().actor.person_id and may_see_as():
        menu_item(t('See as {name}', name=person.name), lambda: see_as(person.id), icon_name='visibility')
    if not may_touch(person):
        return
    if person.is_active and person.login:
        if person.by_directory and session().actor.is_admin:
            menu_item(t('Take from the directory'), lambda: _unlink(person, again), icon_name='link_off')
        if not person.by_directory or person.is_admin:
            menu_item(t('Invite'), lambda: _then(invite(person), again), icon_name='forward_to_inbox')
            menu_item(t('New password'), lambda: _new_password(person, again), icon_name='key')
        menu_item(t('Take away the second factor'), lambda: _lost_phone(person), icon_name='phonelink_erase')
    if person.is_active:
        menu_item(
            t('Deactivate'), lambda: _activate(person, again, is_active=False), icon_name='block', danger=True
        )
    else:
        menu_item(t('Activate'), lambda: _activate(person, again, is_active=True), icon_name='undo')


def may_explain(person: Person) -> bool:
    """Whether the reader may look at what this colleague may do."""
    actor = session().actor
    return actor.may_do('manage_roles') or actor.person_id == person.id


def may_touch(person: Person) -> bool:
    """Whether the reader may change this colleague at all."""
    actor = session().actor
    return actor.is_admin or (actor.may_do('manage_people') and not person.is_admin)


async def _then(deed: Awaitable[None], again: Again) -> None:
    await deed
    await again()


async def _new_password(person: Person, again: Again) -> None:
    question = t('Ends all sessions and API keys of {name}.', name=person.name)
    if await confirm(question, t('New password')):
        await _then(first_password(person), again)


async def _unlink(person: Person, again: Again) -> None:
    question = t(
        '{name} will be signed out and needs a password of their own. Their roles and records stay.',
        name=person.name,
    )
    if not await confirm(question, t('Take from the directory')):
        return
    try:
        await directory.unlink(session().actor, person.id)
    except Problem as problem:
        tell(problem)
    else:
        await again()


async def _lost_phone(person: Person) -> None:
    question = t(
        '{name} has lost the phone? Until a new one is set up, the password alone is enough to sign in.',
        name=person.name,
    )
    if not await confirm(question, t('Take away')):
        return
    try:
        await second_factor.reset(session().actor, person.id)
    except Problem as problem:
        tell(problem)
    else:
        toast(t('The second factor is taken away'))


async def _activate(person: Person, again: Again, *, is_active: bool) -> None:
    question = t('{name} will be signed out everywhere and cannot sign in. Records stay.', name=person.name)
    if not is_active and not await confirm(question, t('Deactivate')):
        return
    try:
        await people.change_person(session().actor, person.id, {'is_active': is_active})
    except Problem as problem:
        tell(problem)
        return
    toast(t('Saved'))
    await again()
