"""Customers at the portal: what is theirs, who they are, and how they come in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
import pytest

from store import (
    Designer,
    FieldSpec,
    Invalid,
    Level,
    NotAllowed,
    NotFound,
    Records,
    Ref,
    Refused,
    Rights,
    guard,
    invitations,
    people,
    portal,
    role_rights,
    roles,
    second_factor,
    secret_box,
    sessions,
    system_settings,
)
from store.actor import Actor
from store.actors import actor_as
from store.query import Condition, Filter, Query
from store.record_rules import SavedRule, save_rule
from tests.conftest import records_of

PASSWORD = 'correct-horse-battery-9'
OWN = Rights(Level.OWN, Level.OWN, Level.OWN)


@dataclass
class Company:
    """Contacts of two accounts, and cases of theirs."""

    admin: Records
    ids: dict[str, int] = field(default_factory=dict)

    async def customer(self, contact: str = 'ann', **rights: Rights) -> Records:
        """The door of a customer who is this contact, with these rights."""
        await roles.save_role(guard.SETUP, 'portal', 'Portal', rights)
        actor = self.admin.actor
        who = await portal.person_for(actor, self.ids[contact])
        if not who.roles:
            await people.change_person(actor, who.id, {'roles': ['portal']})
        return Records(await actor_of(who.id))


async def actor_of(person_id: int) -> Actor:
    actor = await people.actor_of_person(person_id)
    assert actor is not None
    return actor


@pytest.fixture
async def company(database: str) -> Company:
    """Two accounts: of Acme are Ann and Abe, of Bolt is Bob."""
    made = Company(await records_of('ada', 'Ada Admin'))
    designer = Designer(made.admin.actor)
    for code, one in (('accounts', 'Account'), ('contacts', 'Contact'), ('cases', 'Case')):
        await designer.create_catalog(code, f'{one}s', one)
    links = (
        ('contacts', 'account', 'accounts'),
        ('cases', 'contact', 'contacts'),
        ('cases', 'account', 'accounts'),
    )
    for catalog, code, target in links:
        await designer.add_field(
            catalog, FieldSpec(code=code, label=code, type='link', options={'target': target})
        )
    for catalog, code, kind in (
        ('accounts', 'web', 'web'),
        ('contacts', 'email', 'email'),
        ('cases', 'about', 'text'),
    ):
        await designer.add_field(catalog, FieldSpec(code=code, label=code, type=kind))
    await _fill(made)
    invitations.know(public_url='https://crm.example.com', smtp_host='mail.example.com')
    return made


async def _fill(made: Company) -> None:
    async def add(name: str, catalog: str, **values: Any) -> None:
        linked = {
            code: Ref(made.ids[value], '', f'{code}s') if code in ('account', 'contact') else value
            for code, value in values.items()
        }
        made.ids[name] = (await made.admin.create(catalog, {'title': name, **linked})).id

    await add('acme', 'accounts', web='https://www.acme.example/shop')
    await add('bolt', 'accounts', web='bolt.example')
    await add('ann', 'contacts', account='acme', email='ann@acme.example')
    await add('abe', 'contacts', account='acme', email='abe@acme.example')
    await add('bob', 'contacts', account='bolt', email='bob@bolt.example')
    for who, of in (('ann', 'acme'), ('abe', 'acme'), ('bob', 'bolt')):
        await add(f'case of {who}', 'cases', contact=who, account=of)


async def titles(door: Records, catalog: str = 'cases') -> set[str]:
    return {view.title for view in (await door.find(catalog, Query())).records}


# What is theirs


async def test_own_is_what_is_linked_to_the_contact(company: Company) -> None:
    ann = await company.customer(cases=OWN, contacts=OWN, accounts=OWN)
    assert await titles(ann) == {'case of ann'}
    assert await titles(ann, 'contacts') == {'ann'}
    assert await titles(ann, 'accounts') == set()
    with pytest.raises(NotFound):
        await ann.get('cases', company.ids['case of bob'])


async def test_a_unit_is_the_account_of_the_contact_as_it_is_now(company: Company) -> None:
    unit = Rights(read=Level.UNIT)
    ann = await company.customer(cases=unit, contacts=unit, accounts=unit)
    assert await titles(ann) == {'case of ann', 'case of abe'}
    assert await titles(ann, 'contacts') == {'ann', 'abe'}
    assert await titles(ann, 'accounts') == {'acme'}
    await company.admin.change(
        'contacts', company.ids['ann'], {'account': Ref(company.ids['bolt'], '', 'accounts')}
    )
    assert await titles(ann) == {'case of ann', 'case of bob'}


async def test_what_they_make_is_theirs_and_nobodys_yet(company: Company) -> None:
    ann = await company.customer(cases=OWN)
    made = await ann.create('cases', {'title': 'Broken'})
    assert await titles(ann) == {'case of ann', 'Broken'}
    whole = await company.admin.get('cases', made.id)
    assert (whole.owner, whole['contact'].title, whole['account'].title) == (None, 'ann', 'acme')


@pytest.mark.parametrize(
    'values', [{'contact': 'bob'}, {'account': 'bolt'}, {'owner': None}], ids=['contact', 'account', 'owner']
)
async def test_they_do_not_say_whose_a_record_is(company: Company, values: Mapping[str, Any]) -> None:
    ann = await company.customer(cases=OWN)
    given = {code: company.ids.get(str(value), value) for code, value in values.items()}
    with pytest.raises(Invalid):
        await ann.create('cases', {'title': 'x', **given})
    with pytest.raises(Invalid):
        await ann.change('cases', company.ids['case of ann'], given)
    assert (await ann.change('cases', company.ids['case of ann'], {'about': 'more'}))['about'] == 'more'


async def test_they_change_nothing_about_who_they_are(company: Company) -> None:
    """A contact that could be put to another account would open that account."""
    ann = await company.customer(contacts=Rights(*[Level.ALL] * 5), accounts=Rights(*[Level.ALL] * 5))
    assert len(await titles(ann, 'contacts')) == 3
    with pytest.raises(NotAllowed):
        await ann.change('contacts', company.ids['ann'], {'email': 'x@y.zz'})
    with pytest.raises(NotAllowed):
        await ann.create('contacts', {'title': 'x'})
    assert not ann.may('change', 'contacts')


async def test_no_rule_lets_them_say_who_somebody_is(company: Company) -> None:
    """Whoever writes an e-mail of theirs into another contact could register as that one."""
    ann = await company.customer(contacts=OWN)
    everybody = Filter((Condition('title', 'is_not', 'nobody'),))
    rule = SavedRule(
        catalog='contacts',
        name='All',
        condition=everybody,
        roles=('portal',),
        rights=('read', 'change', 'delete'),
    )
    await save_rule(company.admin.actor, rule)
    ann = Records(await actor_of(ann.actor.person_id or 0))
    assert len(await titles(ann, 'contacts')) == 3
    with pytest.raises(NotAllowed):
        await ann.change('contacts', company.ids['bob'], {'email': 'x@y.example'})
    with pytest.raises(NotAllowed):
        await ann.remove('contacts', company.ids['bob'])


async def test_without_a_contact_there_is_nothing(company: Company) -> None:
    await company.customer(cases=OWN)
    stranger = await people.create_person(
        guard.SETUP, {'name': 'Sly', 'login': 's@s.example', 'kind': 'portal', 'roles': ['portal']}
    )
    sly = Records(await actor_of(stranger.id))
    assert await titles(sly) == set()
    with pytest.raises(Invalid):
        await sly.create('cases', {'title': 'x'})


async def test_nothing_of_the_inside_reaches_them(company: Company) -> None:
    """Colleagues, what they say, what was done: all of it stays inside."""
    ann = await company.customer(cases=OWN)
    mine = company.ids['case of ann']
    await company.admin.comment('cases', mine, 'a difficult customer')
    for refused in (ann.history('cases', mine), ann.comment('cases', mine, 'hello')):
        with pytest.raises(NotAllowed):
            await refused
    assert await ann.suggest('person', 'a') == []
    ada = company.admin.actor.person_id or 0
    assert await ann.titles([Ref(ada, '', 'person')]) == {}
    assert [one.name for one in await people.list_people(ann.actor)] == []
    with pytest.raises(NotFound):
        await people.person(ann.actor, ada)
    assert (await ann.get('cases', mine)).owner == Ref(ada, 'Ada Admin', 'person')


async def test_only_roles_of_the_portal_count(company: Company) -> None:
    ann = await company.customer(cases=OWN)
    who = ann.actor.person_id or 0
    with pytest.raises(Invalid, match='roles'):
        await people.change_person(guard.SETUP, who, {'roles': ['member']})
    with pytest.raises(Invalid, match='is_admin'):
        await people.change_person(guard.SETUP, who, {'is_admin': True})
    with pytest.raises(Invalid, match='kind'):
        await people.change_person(guard.SETUP, who, {'kind': 'employee'})
    max_ = await records_of('max', 'Max', role='member')
    with pytest.raises(Invalid, match='roles'):
        await people.change_person(guard.SETUP, max_.actor.person_id or 0, {'roles': ['portal']})
    with pytest.raises(Refused, match='role_in_use'):
        await role_rights.set_portal(guard.SETUP, 'portal', is_portal=False)
    await role_rights.set_operations(guard.SETUP, 'portal', ['manage_people'])
    assert not (await actor_of(who)).may_do('manage_people')
    with pytest.raises(NotFound):
        await actor_as(company.admin.actor, who)


# The door


async def test_each_comes_in_by_their_own_door(company: Company) -> None:
    ann = await company.customer()
    await people.set_password(guard.SETUP, ann.actor.person_id or 0, PASSWORD)
    with pytest.raises(Refused, match='portal_only'):
        await sessions.sign_in('ann@acme.example', PASSWORD)
    made = await sessions.sign_in('ann@acme.example', PASSWORD, portal=True)
    actor = await sessions.actor_of_session(made.token)
    assert actor is not None
    assert actor.portal
    key = await sessions.create_token(guard.SETUP, 'x', ann.actor.person_id)
    assert await sessions.actor_of_token(key.secret) is None


async def test_an_invitation_makes_one_person_of_a_contact(company: Company) -> None:
    first = await portal.person_for(company.admin.actor, company.ids['ann'])
    assert (first.login, first.contact_id, first.kind) == ('ann@acme.example', company.ids['ann'], 'portal')
    assert (await portal.person_for(company.admin.actor, company.ids['ann'])).id == first.id
    link = await invitations.invite(company.admin.actor, first.id)
    assert link.is_portal
    await invitations.accept(link.token, name='Ann', password=PASSWORD)
    assert (await sessions.sign_in('ann@acme.example', PASSWORD, portal=True)).token


async def test_a_colleague_is_not_invited_to_the_portal(company: Company) -> None:
    await people.create_person(guard.SETUP, {'name': 'Abe', 'login': 'abe', 'contact_id': company.ids['abe']})
    with pytest.raises(Refused, match='contact_is_colleague'):
        await portal.person_for(company.admin.actor, company.ids['abe'])
    max_ = await records_of('max', 'Max', role='member')
    with pytest.raises(NotAllowed):
        await portal.person_for(max_.actor, company.ids['bob'])


# A forgotten password


async def test_a_forgotten_password_is_replaced_once_and_ends_every_session(company: Company) -> None:
    ann = await company.customer()
    await people.set_password(guard.SETUP, ann.actor.person_id or 0, PASSWORD)
    before = await sessions.sign_in('ann@acme.example', PASSWORD, portal=True)
    link = await invitations.ask_reset('Ann@Acme.example')
    assert link is not None
    assert (link.good_until - link.good_until.__class__.now(link.good_until.tzinfo)).total_seconds() <= 3600
    fresh = 'another-horse-battery-8'
    await invitations.accept(link.token, name=link.name, password=fresh)
    assert await sessions.actor_of_session(before.token) is None
    with pytest.raises(Refused, match='invitation_over'):
        await invitations.accept(link.token, name=link.name, password=fresh)
    assert (await sessions.sign_in('ann@acme.example', fresh, portal=True)).token


async def test_nobody_learns_who_is_known(company: Company) -> None:
    await people.create_person(guard.SETUP, {'name': 'Off', 'login': 'off', 'email': 'off@x.example'})
    for asked in ('nobody@x.example', 'off', 'off@x.example', '', '%'):
        assert await invitations.ask_reset(asked) is None
    for _ in range(3):
        invitations.take_reset('Nobody', '10.0.0.1')
    with pytest.raises(Refused, match='reset_throttled'):
        invitations.take_reset('nobody', '10.0.0.2')


async def test_a_wish_for_a_password_leaves_invitations_alone(company: Company) -> None:
    who = await portal.person_for(company.admin.actor, company.ids['ann'])
    link = await invitations.invite(company.admin.actor, who.id)
    first = await invitations.ask_reset('ann@acme.example')
    second = await invitations.ask_reset('ann@acme.example')
    assert first
    assert second
    with pytest.raises(Refused, match='invitation_over'):
        await invitations.invited(first.token)
    assert (await invitations.invited(link.token)).person_id == who.id
    assert who.id in await invitations.waiting(company.admin.actor)


# Registration


async def opened(company: Company, who: str) -> None:
    await system_settings.change_settings(company.admin.actor, {'portal_registration': who})


async def came_in(email: str, name: str = 'Visitor') -> people.Person:
    made = await portal.register(name=name, email=email)
    assert await portal.confirm(made.token, PASSWORD)
    found = await people.person_by_login(guard.SETUP, email)
    assert found is not None
    return found


async def test_registration_is_closed_until_it_is_opened(company: Company) -> None:
    with pytest.raises(Refused, match='registration_closed'):
        await portal.register(name='Ann', email='ann@acme.example')


async def test_a_confirmed_e_mail_leads_to_its_contact(company: Company) -> None:
    await opened(company, 'open')
    made = await came_in('ann@acme.example')
    assert (made.contact_id, made.roles, made.kind) == (company.ids['ann'], ('portal',), 'portal')


async def test_the_domain_leads_to_an_account_and_the_new_contact_is_marked(company: Company) -> None:
    await opened(company, 'open')
    made = await came_in('new@acme.example')
    contact = await company.admin.get('contacts', made.contact_id or 0)
    assert (contact['account'].title, contact['to_verify'], contact['email']) == (
        'acme', True, 'new@acme.example',
    )  # fmt: skip
    await roles.save_role(guard.SETUP, 'portal', 'Portal', {'contacts': OWN})
    assert Records(await actor_of(made.id)).catalog('contacts').field('to_verify') is None


async def test_free_mail_says_nothing_of_a_company(company: Company) -> None:
    await company.admin.change('accounts', company.ids['bolt'], {'web': 'https://mail.ru'})
    await opened(company, 'open')
    made = await came_in('somebody@mail.ru')
    contact = await company.admin.get('contacts', made.contact_id or 0)
    assert (contact['account'], contact['to_verify']) == (None, True)


async def test_a_contact_that_is_somebody_or_two_is_not_taken(company: Company) -> None:
    await portal.person_for(company.admin.actor, company.ids['ann'])
    await company.admin.create('contacts', {'title': 'Bob again', 'email': 'bob@bolt.example'})
    await opened(company, 'open')
    again = await portal.register(name='x', email='ann@acme.example')
    assert (again.is_known, again.token) == (True, '')
    assert (await came_in('bob@bolt.example')).contact_id not in (company.ids['bob'], None)


async def test_who_waits_is_approved_or_turned_away(company: Company) -> None:
    await opened(company, 'approval')
    for email in ('ann@acme.example', 'bad@evil.example'):
        made = await portal.register(name=email, email=email, company='Acme')
        assert not await portal.confirm(made.token, PASSWORD)
        with pytest.raises(Refused, match='sign_in_failed'):
            await sessions.sign_in(email, PASSWORD, portal=True)
    good, bad = await portal.waiting(company.admin.actor)
    max_ = await records_of('max', 'Max', role='member')
    for refused in (
        portal.waiting(max_.actor),
        portal.approve(max_.actor, good.id),
        portal.refuse(max_.actor, 1),
    ):
        with pytest.raises(NotAllowed):
            await refused
    await portal.approve(company.admin.actor, good.id)
    await portal.refuse(company.admin.actor, bad.id)
    assert await portal.waiting(company.admin.actor) == []
    assert (await sessions.sign_in('ann@acme.example', PASSWORD, portal=True)).token
    with pytest.raises(NotFound):
        await portal.approve(company.admin.actor, bad.id)


async def test_a_link_works_once_and_an_older_one_not_at_all(company: Company) -> None:
    await opened(company, 'open')
    first = await portal.register(name='x', email='x@y.example')
    second = await portal.register(name='x', email='X@Y.example')
    with pytest.raises(Refused, match='registration_over'):
        await portal.confirm(first.token, PASSWORD)
    with pytest.raises(Invalid, match='password'):
        await portal.confirm(second.token, 'short')
    assert await portal.confirm(second.token, PASSWORD)
    with pytest.raises(Refused, match='registration_over'):
        await portal.confirm(second.token, PASSWORD)


async def test_registrations_are_throttled(company: Company) -> None:
    await opened(company, 'open')
    for _ in range(3):
        await portal.register(name='x', email='x@y.example')
    with pytest.raises(Refused, match='registration_throttled'):
        await portal.register(name='x', email='x@y.example')


async def test_a_forgotten_password_goes_around_no_second_factor(company: Company, tmp_path: Path) -> None:
    secret_box.open_key(tmp_path / 'key')
    ann = await company.customer()
    who, fresh = ann.actor.person_id or 0, 'another-horse-battery-8'
    await people.set_password(guard.SETUP, who, PASSWORD)
    made = await second_factor.begin(ann.actor, PASSWORD)
    await second_factor.confirm(ann.actor, pyotp.TOTP(made.secret).now())
    link = await invitations.ask_reset('ann@acme.example')
    assert link is not None
    await invitations.accept(link.token, name=link.name, password=fresh)
    with pytest.raises(sessions.SecondFactorNeeded):
        await sessions.sign_in('ann@acme.example', fresh, portal=True)


@pytest.mark.parametrize(
    'email', ['me@evil.example\uff0cyou\uff20bolt.example', 'me@evil.example\uff1byou', 'a\uff1cb@c.example']
)
async def test_an_address_is_looked_at_in_the_spelling_it_is_written_to(company: Company, email: str) -> None:
    await opened(company, 'open')
    with pytest.raises(Invalid, match='email'):
        await portal.register(name='x', email=email)


async def test_a_mailbox_that_is_only_alike_leads_to_no_contact(company: Company) -> None:
    """Domains with ё and е, and with ß and ss, may have two owners."""
    await company.admin.change('contacts', company.ids['ann'], {'email': 'ann@лёд.example'})
    await company.admin.change('contacts', company.ids['bob'], {'email': 'bob@weiß.example'})
    await opened(company, 'open')
    for email in ('ann@лед.example', 'bob@weiss.example'):
        assert (await came_in(email)).contact_id not in (company.ids['ann'], company.ids['bob'], None)
    assert (await came_in('ann@лёд.example')).contact_id == company.ids['ann']
    for email in ('ann@лед.example', 'ann@лёд.example'):
        link = await invitations.ask_reset(email)
        assert link is not None
        assert link.email == email


@pytest.mark.parametrize('domain', ['hotmail.co.uk', 'yahoo.fr', 'outlook.de', 'live.nl'])
async def test_free_mail_of_every_country_says_nothing(company: Company, domain: str) -> None:
    await company.admin.change('accounts', company.ids['bolt'], {'web': f'https://{domain}'})
    await opened(company, 'open')
    made = await came_in(f'somebody@{domain}')
    assert (await company.admin.get('contacts', made.contact_id or 0))['account'] is None


async def test_who_was_deactivated_does_not_come_back_by_registering(company: Company) -> None:
    admin = company.admin.actor
    gone = await people.create_person(admin, {'name': 'Ann', 'login': 'ann', 'email': 'ann@acme.example'})
    await people.change_person(admin, gone.id, {'is_active': False})
    await opened(company, 'open')
    assert (await portal.register(name='Ann', email='Ann@acme.example')).is_known


async def test_a_contact_in_the_recycle_bin_is_nobody(company: Company) -> None:
    unit = Rights(Level.UNIT, Level.UNIT, Level.UNIT)
    ann = await company.customer(cases=unit)
    await company.admin.remove('contacts', company.ids['ann'])
    assert await titles(ann) == set()
    with pytest.raises(Invalid, match='title'):
        await ann.create('cases', {'title': 'After'})
    await company.admin.restore('contacts', company.ids['ann'])
    assert await titles(ann) == {'case of ann', 'case of abe'}
