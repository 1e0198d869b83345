"""The company's directory: connecting safely, what a run does and does not, and never doing harm."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations import ldap_directory, ldap_sync
from store import Records, audit, clock, directory, directory_runs, notifications, people, secret_box
from store.directory_plan import CREATED, REFUSED
from store.problems import NotAllowed, Problem
from store.system_settings import change_settings
from tests import ldap_server
from tests.ldap_server import LdapServer, settle

NAMES = ('anna', 'boris', 'clara', 'dmitri')


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LdapServer]:
    """A directory of four people that listens."""
    ldap_server.skip_without()
    made = LdapServer(tmp_path / 'slapd')
    made.start(NAMES)
    yield made
    made.stop()


@pytest.fixture
async def company(as_admin: Records, server: LdapServer, tmp_path: Path) -> Records:
    """Ada, an administrator, and the settings of the directory."""
    secret_box.open_key(tmp_path / 'key')
    await settle(as_admin, server)
    return as_admin


async def person_of(admin: Records, login: str) -> people.Person:
    found = await people.person_by_login(admin.actor, login)
    assert found is not None
    return found


async def refusal_of(work: Any) -> str:
    with pytest.raises(Problem) as refused:
        await work
    return refused.value.code


# Connecting


async def test_a_test_of_the_connection_shows_who_is_there(company: Records, server: LdapServer) -> None:
    found = await ldap_directory.test()
    assert {one.login for one in found.people} == set(NAMES)
    assert all(one.id and one.dn and one.email for one in found.people)


async def test_a_certificate_of_nobody_is_refused(company: Records, server: LdapServer) -> None:
    """ASVS V12.3.2: neither way of encrypting takes a self-signed certificate by itself."""
    for security, port in (('ldaps', server.tls_port), ('starttls', server.port)):
        await settle(company, server, security=security, port=port, ca='-')
        assert await refusal_of(ldap_directory.test()) == 'directory_bad_ca'
        await settle(company, server, security=security, port=port, ca='')
        assert await refusal_of(ldap_directory.test()) == 'directory_certificate'
        assert await refusal_of(ldap_directory.check('anna', 'anna-secret')) == 'directory_down'
        await settle(company, server, security=security, port=port)
        assert len((await ldap_directory.test()).people) == 4


async def test_a_certificate_for_another_name_is_refused(
    company: Records, server: LdapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate is good, and made out to somebody else."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo('127.0.0.1', server.tls_port, type=socket.SOCK_STREAM)

    async def resolved(*_: Any, **__: Any) -> Any:
        return found

    monkeypatch.setattr(loop, 'getaddrinfo', resolved)
    await settle(company, server, host='other.example.com')
    assert await refusal_of(ldap_directory.test()) == 'directory_certificate'


@pytest.mark.parametrize(
    ('wrong', 'code'),
    [
        ({'host': 'directory.invalid'}, 'directory_no_such_host'),
        ({'host': ''}, 'directory_no_host'),
        ({'host': '169.254.169.254'}, 'directory_address_refused'),
        ({'host': '64:ff9b::a9fe:a9fe'}, 'directory_address_refused'),
        ({'host': '0.0.0.0'}, 'directory_address_refused'),
        ({'port': 1}, 'directory_no_connection'),
        ({'password': 'wrong'}, 'directory_bind_failed'),
        ({'base': 'ou=nowhere,dc=example,dc=test'}, 'directory_no_base'),
        ({'filter': '(uid=nobody at all)'}, 'directory_empty'),
        ({'filter': '(((uid=anna)'}, 'directory_bad_filter'),
        ({'id_attribute': 'objectGUID'}, 'directory_no_id'),
    ],
)
async def test_what_is_wrong_is_told(
    company: Records, server: LdapServer, wrong: dict[str, Any], code: str
) -> None:
    await settle(company, server, **wrong)
    assert await refusal_of(ldap_directory.test()) == code


async def test_a_server_that_takes_the_call_and_says_nothing_is_given_up(
    company: Records, server: LdapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('integrations.ldap_wire.ANSWER_S', 1)
    with socket.socket() as silent:
        silent.bind(('127.0.0.1', 0))
        silent.listen()
        for security in ('ldaps', 'starttls', 'none'):
            await settle(company, server, security=security, port=silent.getsockname()[1])
            assert await refusal_of(ldap_directory.test()) in ('directory_slow', 'directory_no_connection')


async def test_nobody_is_sent_on_to_another_server(company: Records, server: LdapServer) -> None:
    """A referral would take the reader's password along."""
    with socket.socket() as other:
        other.bind(('127.0.0.1', 0))
        other.listen()
        other.setblocking(False)
        server.referral('elsewhere', f'ldap://127.0.0.1:{other.getsockname()[1]}/{ldap_server.PEOPLE}')
        assert len(await ldap_directory.read()) == 4
        with pytest.raises(BlockingIOError):
            other.accept()


async def test_six_hundred_people_come_in_pages_and_a_cut_off_answer_is_refused(
    as_admin: Records, tmp_path: Path
) -> None:
    ldap_server.skip_without()
    secret_box.open_key(tmp_path / 'key')
    many = [f'person{number}' for number in range(600)]
    for folder, size_limit in (('whole', 0), ('cut', 300)):
        server = LdapServer(tmp_path / folder, size_limit=size_limit)
        server.start(many)
        try:
            await settle(as_admin, server)
            if size_limit:
                assert await refusal_of(ldap_sync.preview(as_admin.actor)) == 'directory_cut_off'
            else:
                assert (await ldap_sync.preview(as_admin.actor)).counts()['created'] == 600
        finally:
            server.stop()


# Injection


async def test_a_login_is_never_a_filter(company: Records, server: LdapServer) -> None:
    """ASVS V1.2.6: whatever is typed matches at most the person who is called so, letter by letter."""
    for login in (
        '*', 'an*', 'anna)(uid=*', ')(uid=*', '*)(objectClass=*', 'anna\0', '\0', '(', '\\2a', '',
    ):  # fmt: skip
        assert await ldap_directory.check(login, 'anna-secret') == '', login


async def test_a_strange_login_matches_the_one_who_has_it(company: Records, server: LdapServer) -> None:
    server.add('weird,name')
    assert await ldap_directory.check('weird,name', 'weird,name-secret') != ''
    assert await ldap_directory.check('weird,name', 'anna-secret') == ''
    assert await ldap_directory.check('weird', 'weird,name-secret') == ''


async def test_no_password_is_no_password(company: Records, server: LdapServer) -> None:
    """A server takes a bind without a password for one of nobody, and says it went well."""
    assert server.takes_empty_password()
    for password in ('', '\0', '\0anna-secret'):
        assert await ldap_directory.check('anna', password) == ''
    assert await ldap_directory.check('anna', 'anna-secret') != ''


# A run


async def test_a_preview_says_who_comes_and_changes_nothing(company: Records, server: LdapServer) -> None:
    """C-07: who will be created, changed, disabled or refused is known before the first run."""
    await people.create_person(company.actor, {'name': 'Boris of ours', 'login': 'boris'})
    server.change('clara', telephoneNumber='no number at all')
    server.change('dmitri', employeeType='left')
    made = await ldap_sync.preview(company.actor)
    assert {line.login for line in made.of(CREATED)} == {'anna', 'clara'}
    assert [(line.login, line.code) for line in made.of(REFUSED)] == [('boris', 'directory_login_taken')]
    assert [line.left_out for line in made.lines if line.login == 'clara'] == [('phone',)]
    assert len(await people.list_people(company.actor, is_active=None)) == 2
    assert await directory_runs.list_runs(company.actor) == []


async def test_people_are_created_changed_deactivated_and_never_removed(
    company: Records, server: LdapServer
) -> None:
    admin = company.actor
    assert (await ldap_sync.run(admin))['created'] == 4
    anna = await person_of(company, 'anna')
    assert (anna.name, anna.email, anna.roles) == ('Anna Example', 'anna@example.com', ('viewer',))
    assert (await ldap_sync.run(admin)) == {
        'found': 4, 'created': 0, 'changed': 0, 'disabled': 0, 'refused': 0
    }  # fmt: skip

    server.change('anna', cn='Anna Married', telephoneNumber='+7 495 000-00-01', ou='North')
    server.change('boris', employeeType='left')
    server.remove('clara')
    counts = await ldap_sync.run(admin)
    assert (counts['changed'], counts['disabled']) == (1, 2)
    anna = await person_of(company, 'anna')
    assert (anna.name, anna.department, anna.phone[:2]) == ('Anna Married', 'North', '+7')
    everybody = await people.list_people(admin, is_active=None)
    assert {one.login: one.is_active for one in everybody} == {
        'ada': True, 'anna': True, 'boris': False, 'clara': False, 'dmitri': True
    }  # fmt: skip

    # Who comes back is let in again; whom somebody here has deactivated is not.
    server.change('boris', employeeType='')
    await people.change_person(admin, anna.id, {'is_active': False})
    assert (await ldap_sync.run(admin))['changed'] == 1
    assert (await person_of(company, 'boris')).is_active
    assert not (await person_of(company, 'anna')).is_active


async def test_groups_give_and_take_roles_and_what_is_given_by_hand_stays(
    company: Records, server: LdapServer
) -> None:
    admin = company.actor
    server.group('sales', 'anna', 'boris')
    await ldap_sync.run(admin)
    anna, boris = await person_of(company, 'anna'), await person_of(company, 'boris')
    assert anna.roles == boris.roles == ('seller', 'viewer')
    await people.change_person(admin, anna.id, {'roles': ('seller', 'viewer', 'member')})
    dmitri = await person_of(company, 'dmitri')
    await people.change_person(admin, dmitri.id, {'roles': ('seller', 'viewer')})

    server.group('sales', 'boris')
    await ldap_sync.run(admin)
    assert (await person_of(company, 'anna')).roles == ('member', 'viewer')
    assert (await person_of(company, 'boris')).roles == ('seller', 'viewer')
    # A role that a hand gave is not the directory's to take.
    assert (await person_of(company, 'dmitri')).roles == ('seller', 'viewer')
    assert await directory.roles_given(admin, dmitri.id) == {'viewer'}


async def test_somebody_of_ours_becomes_an_entry_only_when_told_to(
    company: Records, server: LdapServer
) -> None:
    admin = company.actor
    ours = await people.create_person(admin, {'name': 'Anna of ours', 'login': 'anna', 'roles': ('member',)})
    await ldap_sync.run(admin)
    assert (await person_of(company, 'anna')).name == 'Anna of ours'
    [line] = (await ldap_sync.preview(admin)).of(REFUSED)
    assert line.person_id == ours.id
    await directory.link(admin, ours.id, line.entry_id, line.dn)
    assert await refusal_of(directory.link(admin, ours.id, line.entry_id, line.dn)) == 'directory_linked'
    await ldap_sync.run(admin)
    anna = await person_of(company, 'anna')
    assert (anna.id, anna.name, anna.roles) == (ours.id, 'Anna Example', ('member', 'viewer'))


async def test_who_is_renamed_stays_the_same_person(company: Records, server: LdapServer) -> None:
    admin = company.actor
    await ldap_sync.run(admin)
    before = await person_of(company, 'anna')
    await settle(company, server, login_attribute='mail')
    await ldap_sync.run(admin)
    assert (await person_of(company, 'anna@example.com')).id == before.id


async def test_the_last_administrator_is_not_deactivated(company: Records, server: LdapServer) -> None:
    admin = company.actor
    server.add('ada')
    [line] = (await ldap_sync.preview(admin)).of(REFUSED)
    await directory.link(admin, admin.person_id or 0, line.entry_id, line.dn)
    server.remove('ada')
    made = await ldap_sync.preview(admin)
    assert [(line.login, line.code) for line in made.of(REFUSED)] == [('ada', 'last_administrator')]
    await ldap_sync.run(admin)
    assert (await person_of(company, 'ada')).is_active


async def test_a_run_is_one_cause_in_the_audit_log(company: Records, server: LdapServer) -> None:
    await ldap_sync.run(company.actor)
    lines = await audit.entries(company.actor)
    assert {one.address for one in lines if one.kind == 'person_changed'} == {'directory, run 1'}
    [summary] = [one for one in lines if one.kind == 'directory_run']
    assert (summary.facts['created'], summary.facts['run']) == (4, 1)


async def test_only_administrators_have_to_do_with_it(company: Records, as_member: Records) -> None:
    for work in (
        ldap_sync.preview(as_member.actor),
        ldap_sync.run(as_member.actor),
        directory.link(as_member.actor, 1, 'x', 'x'),
        change_settings(as_member.actor, {'directory_host': 'evil.example.com'}),
    ):
        with pytest.raises(NotAllowed):
            await work


# By schedule


async def test_the_schedule_begins_after_a_run_by_hand_and_waits_its_hours(
    company: Records, server: LdapServer
) -> None:
    await settle(company, server, hours=6)
    assert await ldap_sync.run_when_due() is None
    start = clock.now()
    await ldap_sync.run(company.actor)
    assert await ldap_sync.run_when_due() is None
    server.add('eva')
    with clock.at(start + timedelta(hours=7)):
        assert (await ldap_sync.run_when_due() or {})['created'] == 1
        assert await ldap_sync.run_when_due() is None
    # Other settings mean other people: somebody looks first.
    await settle(company, server, hours=6, filter='(uid=anna)')
    with clock.at(start + timedelta(hours=14)):
        assert await ldap_sync.run_when_due() is None
    runs = await directory_runs.list_runs(company.actor)
    assert [(one.by, one.counts['created']) for one in runs] == [('', 1), ('Ada Admin', 4)]


async def test_a_run_that_fails_is_told_once_and_nobody_is_harmed(
    company: Records, server: LdapServer
) -> None:
    await settle(company, server, hours=1)
    start = clock.now()
    await ldap_sync.run(company.actor)
    server.stop()
    for hours in (2, 4):
        with clock.at(start + timedelta(hours=hours)):
            assert await refusal_of(ldap_sync.run_when_due()) == 'directory_no_connection'
    told = await notifications.list_notifications(company.actor)
    assert [one.code for one in told] == ['directory_failed_notice']
    latest = (await directory_runs.list_runs(company.actor))[0]
    assert (latest.problem, latest.counts['disabled']) == ('directory_no_connection', 0)
    assert (await person_of(company, 'anna')).is_active


async def test_when_half_of_them_vanish_the_schedule_waits_for_a_look(
    as_admin: Records, tmp_path: Path
) -> None:
    ldap_server.skip_without()
    secret_box.open_key(tmp_path / 'key')
    server = LdapServer(tmp_path / 'slapd')
    server.start([f'person{number}' for number in range(12)])
    try:
        await settle(as_admin, server, hours=1)
        start = clock.now()
        await ldap_sync.run(as_admin.actor)
        for number in range(8):
            server.remove(f'person{number}')
        with clock.at(start + timedelta(hours=2)):
            assert await refusal_of(ldap_sync.run_when_due()) == 'directory_shrank'
            assert len(await people.list_people(as_admin.actor)) == 13
            assert (await ldap_sync.run(as_admin.actor))['disabled'] == 8
    finally:
        server.stop()


async def test_two_runs_at_a_time_are_one(company: Records, server: LdapServer) -> None:
    results = await asyncio.gather(*(ldap_sync.run(company.actor) for _ in range(3)), return_exceptions=True)
    assert sorted(one.code for one in results if isinstance(one, Problem)) == ['directory_busy'] * 2
