"""Signing in with the password of the company's directory: the same wall, and a way in when it is down."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest

from integrations import ldap_directory, ldap_sync
from store import Records, directory_links, guard, people, second_factor, secret_box, sessions
from store.problems import Invalid, Problem
from store.sessions import SecondFactorNeeded
from tests import ldap_server
from tests.ldap_server import LdapServer, settle

LOCAL = 'correct-horse-battery-9'
THEIRS = 'anna-secret'


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LdapServer]:
    ldap_server.skip_without()
    made = LdapServer(tmp_path / 'slapd')
    made.start(('anna', 'boris'))
    yield made
    made.stop()


@pytest.fixture
async def company(as_admin: Records, server: LdapServer, tmp_path: Path) -> Any:
    """Ada, an administrator with a password of her own; Anna and Boris come in by the directory."""
    secret_box.open_key(tmp_path / 'key')
    await people.set_password(guard.SETUP, as_admin.actor.person_id or 0, LOCAL)
    await settle(as_admin, server, sign_in='directory')
    stop = directory_links.check_with(ldap_directory.check)
    await ldap_sync.run(as_admin.actor)
    yield as_admin
    stop()


async def refusal(login: str, password: str) -> str:
    with pytest.raises(Problem) as refused:
        await sessions.sign_in(login, password)
    return refused.value.code


async def test_the_password_of_the_directory_opens_and_nothing_else(
    company: Records, server: LdapServer
) -> None:
    """ASVS V1.2.6, V6.3.4: one wording for everything that is wrong, whoever keeps the password."""
    session = await sessions.sign_in('Anna', THEIRS)
    actor = await sessions.actor_of_session(session.token)
    assert actor is not None
    assert actor.login == 'anna'
    for login, password in (
        ('anna', 'wrong'), ('anna', ''), ('anna', '\0'), ('anna', 'boris-secret'), ('nobody', THEIRS),
        ('*', THEIRS), ('an*', THEIRS), ('anna)(uid=*', THEIRS), ('ada', 'wrong'), ('ada', THEIRS),
    ):  # fmt: skip
        assert await refusal(login, password) == 'sign_in_failed', (login, password)


async def test_a_password_of_ours_does_not_open_what_the_directory_keeps(
    company: Records, server: LdapServer
) -> None:
    anna = await people.person_by_login(company.actor, 'anna')
    assert anna is not None
    assert anna.by_directory
    await people.set_password(guard.SETUP, anna.id, LOCAL)
    assert await refusal('anna', LOCAL) == 'sign_in_failed'
    assert (await sessions.sign_in('anna', THEIRS)).person_id == anna.id


async def test_when_the_directory_is_down_administrators_of_ours_still_come_in(
    company: Records, server: LdapServer
) -> None:
    """C-07: local administrators keep working; everybody else is told why they cannot."""
    server.stop()
    assert (await sessions.sign_in('ada', LOCAL)).person_id == company.actor.person_id
    for _ in range(12):
        # Nothing was tried out, so nobody is throttled for it.
        assert await refusal('anna', THEIRS) == 'directory_down'
    server.listen()
    assert await sessions.sign_in('anna', THEIRS)


async def test_who_is_switched_off_there_or_here_stays_out(company: Records, server: LdapServer) -> None:
    server.change('anna', employeeType='left')
    assert await refusal('anna', THEIRS) == 'sign_in_failed'
    boris = await people.person_by_login(company.actor, 'boris')
    assert boris is not None
    session = await sessions.sign_in('boris', 'boris-secret')
    server.remove('boris')
    await ldap_sync.run(company.actor)
    assert await sessions.actor_of_session(session.token) is None
    assert await refusal('boris', 'boris-secret') == 'sign_in_failed'


async def test_who_was_not_taken_over_yet_is_told_so_for_the_right_password_alone(
    company: Records, server: LdapServer
) -> None:
    server.add('eva')
    assert await refusal('eva', 'eva-secret') == 'directory_not_yet'
    assert await refusal('eva', 'wrong') == 'sign_in_failed'
    await ldap_sync.run(company.actor)
    assert await sessions.sign_in('eva', 'eva-secret')


async def test_a_login_that_went_to_somebody_else_opens_nothing(company: Records, server: LdapServer) -> None:
    """The lasting id counts, not the name: a new Anna is not the old one."""
    server.remove('anna')
    server.add('anna')
    assert await refusal('anna', THEIRS) == 'sign_in_failed'


async def test_guessing_is_throttled_as_with_passwords_of_ours(company: Records, server: LdapServer) -> None:
    codes = [await refusal('anna', f'guess {number}') for number in range(11)]
    assert codes == ['sign_in_failed'] * 10 + ['sign_in_throttled']
    assert await refusal('anna', THEIRS) == 'sign_in_throttled'


async def test_the_second_factor_is_asked_for_and_managed_with_the_directorys_password(
    company: Records, server: LdapServer
) -> None:
    session = await sessions.sign_in('anna', THEIRS)
    actor = await sessions.actor_of_session(session.token)
    assert actor is not None
    with pytest.raises(Invalid):
        await second_factor.begin(actor, 'wrong')
    fresh = await second_factor.begin(actor, THEIRS)
    totp = pyotp.TOTP(fresh.secret)
    await second_factor.confirm(actor, totp.at(time.time() - second_factor.STEP_S))
    with pytest.raises(SecondFactorNeeded) as needed:
        await sessions.sign_in('anna', THEIRS)
    assert (await sessions.finish_sign_in(needed.value.ticket, totp.now())).person_id == actor.person_id


async def test_without_the_setting_the_directory_is_not_asked(company: Records, server: LdapServer) -> None:
    await settle(company, server, sign_in='local')
    assert await refusal('anna', THEIRS) == 'sign_in_failed'
    server.stop()
    assert await refusal('anna', THEIRS) == 'sign_in_failed'


async def test_a_password_that_cannot_be_sent_is_wrong_for_everybody(
    company: Records, server: LdapServer
) -> None:
    """ASVS V6.3.8: it tells nobody who is known here, and counts as a try."""
    for password in ('\u00ad', 'tab\tstop', '\ue000', 'a\u05d0'):
        for login in ('nobody', 'anna', 'ada'):
            assert await refusal(login, password) == 'sign_in_failed', (login, password)
    codes = [await refusal('boris', '\u00ad') for _ in range(11)]
    assert codes == ['sign_in_failed'] * 10 + ['sign_in_throttled']


async def test_an_administrator_of_the_directory_alone_is_not_sent_to_the_first_set_up(
    company: Records, server: LdapServer
) -> None:
    anna = await people.person_by_login(company.actor, 'anna')
    assert anna is not None
    await people.change_person(company.actor, anna.id, {'is_admin': True})
    await people.change_person(guard.SETUP, company.actor.person_id or 0, {'is_active': False})
    assert not await sessions.needs_setup()
    assert (await sessions.sign_in('anna', THEIRS)).person_id == anna.id
