"""The ways in: first set-up, sign-in, sessions, tokens; and how each of them ends."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters

from store import clock, guard, passwords, people, sessions
from store import database as store_database
from store.problems import Invalid, NotFound, Refused

GOOD = 'eleven green boats'
OTHER = 'twelve yellow vans'


@pytest.fixture
def revoked() -> Iterator[list[tuple[int, int | None]]]:
    heard: list[tuple[int, int | None]] = []
    stop = people.subscribe_revoked(lambda person_id, session_id: heard.append((person_id, session_id)))
    yield heard
    stop()


async def max_with_login() -> people.Person:
    given = {'name': 'Max', 'login': 'max', 'password': GOOD, 'roles': ['member']}
    return await people.create_person(guard.SETUP, given)


async def test_a_new_installation_has_no_account_until_somebody_sets_it_up(database: str) -> None:
    assert await sessions.needs_setup()
    for login, password in (('admin', 'admin'), ('admin', ''), ('', '')):
        with pytest.raises(Refused, match='sign_in_failed'):
            await sessions.sign_in(login, password)
    session = await sessions.set_up(
        login='Ada', name='Ada', password=GOOD, language='ru', company='«Ромашка»'
    )
    actor = await sessions.actor_of_session(session.token)
    assert actor is not None
    assert actor.is_admin
    assert not await sessions.needs_setup()
    with pytest.raises(Refused, match='already_set_up'):
        await sessions.set_up(login='eve', name='Eve', password=GOOD)


async def test_of_two_people_who_set_up_at_once_one_succeeds(database: str) -> None:
    results = await asyncio.gather(
        *(sessions.set_up(login=f'user{n}', name=f'User {n}', password=GOOD) for n in range(4)),
        return_exceptions=True,
    )
    refusals = [result for result in results if isinstance(result, BaseException)]
    assert len(refusals) == 3
    assert {str(getattr(refusal, 'code', refusal)) for refusal in refusals} == {'already_set_up'}
    assert len(await people.list_people(guard.SETUP)) == 1


async def test_a_refused_set_up_leaves_the_door_open(database: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await sessions.set_up(login='ada', name='Ada', password='short')
    assert refusal.value.errors['password'].code == 'password_short'
    assert await sessions.needs_setup()


async def test_signing_in_gives_a_new_token_each_time_and_stores_none(database: str) -> None:
    await max_with_login()
    first = await sessions.sign_in('  MAX ', GOOD, address='192.0.2.1', agent='Browser')
    second = await sessions.sign_in('max', GOOD, replaces=first.token)
    assert len(second.token) >= 43
    assert await sessions.actor_of_session(first.token) is None
    assert await sessions.actor_of_session(second.token) is not None
    with guard.acting(guard.SETUP):
        rows = await store_database.rows('SELECT * FROM sessions')
    assert second.token not in str(rows)
    assert GOOD not in str(rows)


async def test_unknown_deactivated_and_wrong_are_refused_alike(database: str) -> None:
    await max_with_login()
    gone = await people.create_person(guard.SETUP, {'name': 'Gone', 'login': 'gone', 'password': GOOD})
    await people.change_person(guard.SETUP, gone.id, {'is_active': False})
    await people.create_person(guard.SETUP, {'name': 'No password', 'login': 'none'})
    for login, password in (('max', OTHER), ('gone', GOOD), ('nobody', GOOD), ('none', ''), ('none', 'x')):
        with pytest.raises(Refused) as refusal:
            await sessions.sign_in(login, password)
        assert (refusal.value.code, dict(refusal.value.facts)) == ('sign_in_failed', {})


class Counting(PasswordHasher):
    """Writes down with which parameters it worked."""

    def __init__(self) -> None:
        super().__init__()
        self.work: list[object] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  its name
        """Check as ever."""
        self.work.append(extract_parameters(str(hash)))
        return super().verify(hash, password)


@pytest.mark.parametrize(
    ('login', 'password'),
    [
        *((login, OTHER) for login in ('max', 'nobody', 'gone', 'invited', '', 'x' * 10_000)),
        *((login, password) for login in ('max', 'nobody') for password in ('', 'x' * 10_000)),
    ],
)
async def test_a_refused_sign_in_takes_the_same_work_whoever_was_meant(
    database: str, monkeypatch: pytest.MonkeyPatch, login: str, password: str
) -> None:
    """The work of a third of a second is counted; the milliseconds are for the benchmark, as they depend on
    what else the machine does."""
    await max_with_login()
    gone = await people.create_person(guard.SETUP, {'name': 'Gone', 'login': 'gone', 'password': GOOD})
    await people.change_person(guard.SETUP, gone.id, {'is_active': False})
    await people.create_person(guard.SETUP, {'name': 'Invited', 'login': 'invited'})
    hasher = Counting()
    monkeypatch.setattr(passwords, 'HASHER', hasher)
    with pytest.raises(Refused, match='sign_in_failed'):
        await sessions.sign_in(login, password)
    assert hasher.work == [extract_parameters(hasher.hash('x'))]


async def test_guessing_is_throttled_per_account_even_in_parallel(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, 'MOST_WAITING', 100)
    await max_with_login()
    results = await asyncio.gather(
        *(sessions.sign_in('max', f'wrong password {n}') for n in range(25)), return_exceptions=True
    )
    codes = [result.code for result in results if isinstance(result, Refused)]
    assert codes.count('sign_in_failed') == 10
    assert codes.count('sign_in_throttled') == 15
    with pytest.raises(Refused, match='sign_in_throttled') as refusal:
        await sessions.sign_in('max', GOOD)
    assert 0 < refusal.value.facts['seconds'] <= 900


async def test_one_good_account_does_not_reset_the_throttle_of_an_address(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, 'by_address', type(sessions.by_address)(3, 900, code='sign_in_throttled'))
    await max_with_login()
    for n in range(3):
        with pytest.raises(Refused, match='sign_in_failed'):
            await sessions.sign_in(f'victim{n}', OTHER, address='192.0.2.7')
        if n < 2:
            await sessions.sign_in('max', GOOD, address='192.0.2.7')
    with pytest.raises(Refused, match='sign_in_throttled'):
        await sessions.sign_in('victim9', OTHER, address='192.0.2.7')
    assert await sessions.sign_in('max', GOOD, address='192.0.2.8')


async def test_a_flood_of_sign_ins_is_refused_instead_of_queued(database: str) -> None:
    results = await asyncio.gather(
        *(sessions.sign_in(f'nobody{n}', OTHER) for n in range(40)), return_exceptions=True
    )
    codes = [result.code for result in results if isinstance(result, Refused)]
    # A slow machine may have checked one or two before the last of the forty arrives.
    assert passwords.MOST_WAITING <= codes.count('sign_in_failed') < 40
    assert codes.count('sign_in_busy') == 40 - codes.count('sign_in_failed')


async def test_a_session_ends_when_unused_and_in_any_case_at_its_age(database: str) -> None:
    await max_with_login()
    start = clock.now()
    token = (await sessions.sign_in('max', GOOD)).token
    for days, lives in ((6.9, True), (13, True), (19, True), (25, True), (29.9, True), (30.1, False)):
        with clock.at(start + timedelta(days=days)):
            people.forget()
            sessions.forget()
            assert (await sessions.actor_of_session(token) is not None) is lives, days
    token = (await sessions.sign_in('max', GOOD)).token
    sessions.forget()
    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        assert await sessions.actor_of_session(token) is None


@pytest.mark.parametrize('event', ['password', 'deactivation', 'sign out', 'ended by hand'])
async def test_every_way_in_is_shut_at_once(
    database: str, event: str, revoked: list[tuple[int, int | None]]
) -> None:
    person = await max_with_login()
    session = await sessions.sign_in('max', GOOD)
    actor = await sessions.actor_of_session(session.token)
    assert actor is not None
    key = await sessions.create_token(actor, 'nightly export')
    assert await sessions.actor_of_token(key.secret) == actor
    if event == 'password':
        await people.set_password(actor, person.id, OTHER, current=GOOD)
    elif event == 'deactivation':
        await people.change_person(guard.SETUP, person.id, {'is_active': False})
    elif event == 'sign out':
        await sessions.sign_out(session.token)
    else:
        await sessions.end_session(actor, session.id)
    assert await sessions.actor_of_session(session.token) is None
    whole = event in ('password', 'deactivation')
    assert (await sessions.actor_of_token(key.secret) is None) is whole
    assert revoked == [(person.id, None if whole else session.id)]


async def test_ones_own_password_needs_the_present_one(database: str) -> None:
    person = await max_with_login()
    actor = await people.actor_of_person(person.id)
    assert actor is not None
    for current in ('', OTHER):
        with pytest.raises(Invalid) as refusal:
            await people.set_password(actor, person.id, OTHER, current=current)
        assert refusal.value.errors['current'].code == 'password_wrong'
    await people.set_password(actor, person.id, OTHER, current=GOOD)
    assert await sessions.sign_in('max', OTHER)


async def test_a_token_is_shown_once_and_belongs_to_its_maker(database: str) -> None:
    person = await max_with_login()
    eve = await people.create_person(guard.SETUP, {'name': 'Eve', 'login': 'eve'})
    as_max, as_eve = await people.actor_of_person(person.id), await people.actor_of_person(eve.id)
    assert as_max is not None
    assert as_eve is not None
    key = await sessions.create_token(as_max, 'export')
    assert key.secret.startswith('artel_')
    (listed,) = await sessions.list_tokens(as_max)
    assert (listed.secret, listed.name, listed.hint) == ('', 'export', key.secret[-4:])
    with guard.acting(guard.SETUP):
        assert key.secret not in str(await store_database.rows('SELECT * FROM api_tokens'))
    with pytest.raises(NotFound):
        await sessions.revoke_token(as_eve, key.id)
    await sessions.revoke_token(as_max, key.id)
    assert await sessions.actor_of_token(key.secret) is None
    assert await sessions.actor_of_token('artel_nonsense') is None
