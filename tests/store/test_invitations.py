"""Invitations: one link, one person, once and soon."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from store import Records, audit, clock, database, guard, invitations, own_email, people, sessions
from store.actor import Actor
from store.problems import Invalid, NotAllowed, Refused

GOOD = 'eleven green boats'
HOUR_MS = 3_600_000


async def newcomer(as_admin: Records, **values: Any) -> people.Person:
    given: Mapping[str, Any] = {'name': 'Nora', 'login': 'nora', 'email': 'nora@example.com', **values}
    return await people.create_person(as_admin.actor, given)


async def test_a_link_gives_a_name_a_password_and_a_way_in(as_admin: Records) -> None:
    nora = await newcomer(as_admin)
    made = await invitations.invite(as_admin.actor, nora.id)
    assert (await invitations.invited(made.token)).login == 'nora'
    assert await invitations.accept(made.token, name='Nora New', password=GOOD) == 'nora'
    session = await sessions.sign_in('nora', GOOD)
    assert session.person_id == nora.id
    assert (await people.person(as_admin.actor, nora.id)).name == 'Nora New'
    with pytest.raises(Refused) as refusal:
        await invitations.accept(made.token, name='Nora', password='another green boat')
    assert refusal.value.code == 'invitation_over'


async def test_of_ten_who_use_a_link_at_once_exactly_one_succeeds(as_admin: Records) -> None:
    nora = await newcomer(as_admin)
    made = await invitations.invite(as_admin.actor, nora.id)
    words = [f'{GOOD} number {place}' for place in range(10)]
    answers = await asyncio.gather(
        *(invitations.accept(made.token, name='Nora', password=one) for one in words), return_exceptions=True
    )
    won = [word for word, answer in zip(words, answers, strict=True) if answer == 'nora']
    assert len(won) == 1
    assert all(isinstance(answer, Refused) for answer in answers if answer != 'nora')
    assert (await sessions.sign_in('nora', won[0])).person_id == nora.id


async def test_a_link_ends_after_an_hour_by_a_newer_one_and_with_its_person(as_admin: Records) -> None:
    nora = await newcomer(as_admin)
    with clock.at(clock.now_ms() - HOUR_MS - 1000):
        old = await invitations.invite(as_admin.actor, nora.id)
    first = await invitations.invite(as_admin.actor, nora.id)
    second = await invitations.invite(as_admin.actor, nora.id)
    for token in (old.token, first.token, '', 'x' * 300):
        with pytest.raises(Refused):
            await invitations.invited(token)
    assert (second.good_until - clock.now()).total_seconds() <= 3600
    await people.change_person(as_admin.actor, nora.id, {'is_active': False})
    with pytest.raises(Refused):
        await invitations.accept(second.token, name='Nora', password=GOOD)


async def test_a_link_is_nowhere_at_rest_but_in_a_letter_that_is_still_to_leave(as_admin: Records) -> None:
    nora = await newcomer(as_admin)
    made = await invitations.invite(as_admin.actor, nora.id)
    with guard.acting(guard.SETUP):
        rows = await database.rows('SELECT * FROM invitations')
        assert made.token not in str(rows)
    invitations.know(public_url='', smtp_host='mail.example.com')
    try:
        await invitations.mail(as_admin.actor, made, 'Hello', f'/invite/{made.token}')
    finally:
        invitations.know(public_url='', smtp_host='')
    await invitations.accept(made.token, name='Nora', password=GOOD)
    with guard.acting(guard.SETUP):
        assert await database.rows('SELECT * FROM outbox') == []


async def test_a_weak_password_leaves_the_link_good(as_admin: Records) -> None:
    nora = await newcomer(as_admin)
    made = await invitations.invite(as_admin.actor, nora.id)
    for password in ('', 'short', 'password1234'):
        with pytest.raises(Invalid):
            await invitations.accept(made.token, name='Nora', password=password)
    assert await invitations.accept(made.token, name='Nora', password=GOOD) == 'nora'


async def test_who_manages_people_invites_nobody_who_may_more(as_admin: Records, as_member: Records) -> None:
    boss = await people.create_person(as_admin.actor, {'name': 'Bo', 'login': 'bo', 'is_admin': True})
    hanna = Actor(person_id=as_member.actor.person_id, name='Max', operations=frozenset({'manage_people'}))
    with pytest.raises(NotAllowed):
        await invitations.invite(hanna, boss.id)
    with pytest.raises(NotAllowed):
        await invitations.invite(as_member.actor, boss.id)
    nobody = await people.create_person(as_admin.actor, {'name': 'No Login'})
    with pytest.raises(Refused) as refusal:
        await invitations.invite(hanna, nobody.id)
    assert refusal.value.code == 'no_login'
    nora = await newcomer(as_admin)
    assert (await invitations.invite(hanna, nora.id)).token
    assert list(await invitations.waiting(hanna)) == [nora.id]
    assert [line.who for line in await audit.entries(as_admin.actor, kinds=('invited',))] == ['Max']


async def test_another_own_email_takes_the_present_password(as_admin: Records) -> None:
    """Links to a new password go there: a tab left open must not be enough to send them elsewhere."""
    nora = await newcomer(as_admin, password=GOOD)
    actor = await people.actor_of_person(nora.id)
    assert actor
    with pytest.raises(NotAllowed):
        await people.change_person(actor, nora.id, {'email': 'thief@example.com'})
    with pytest.raises(Invalid) as refusal:
        await own_email.change_own_email(actor, 'thief@example.com', current='no idea at all')
    assert set(refusal.value.errors) == {'current'}
    changed = await own_email.change_own_email(actor, 'nora@example.net', current=GOOD)
    assert changed.email == 'nora@example.net'


async def test_a_link_to_a_new_password_ends_with_the_mailbox_it_went_to(as_admin: Records) -> None:
    nora = await newcomer(as_admin, password=GOOD)
    made = await invitations.ask_reset('nora@example.com')
    assert made
    assert (await invitations.invited(made.token)).login == 'nora'
    await people.change_person(as_admin.actor, nora.id, {'email': 'nora@example.net'})
    with pytest.raises(Refused):
        await invitations.invited(made.token)
