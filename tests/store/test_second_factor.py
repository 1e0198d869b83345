"""The second factor: a code works once, guesses are few, nobody gets around it, a phone may be lost."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pyotp
import pytest

from store import Records, audit, database, guard, invitations, people, second_factor, secret_box, sessions
from store.problems import Invalid, NotAllowed, Refused
from store.sessions import SecondFactorNeeded
from store.system_settings import change_settings
from tests.conftest import records_of

PASSWORD = 'correct-horse-battery-9'


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path) -> None:
    """The key that secrets are locked with."""
    secret_box.open_key(tmp_path / 'key')


@pytest.fixture
async def max_(database: Any) -> Records:
    """Max, who has a password."""
    mine = await records_of('max', 'Max Member', role='member')
    await people.set_password(guard.SETUP, mine.actor.person_id or 0, PASSWORD)
    return mine


def code_at(secret: str, steps: int = 0) -> str:
    """The app's code of now, or of some steps from now."""
    return pyotp.TOTP(secret).at(time.time() + steps * second_factor.STEP_S)


async def turned_on(mine: Records) -> tuple[str, list[str]]:
    """The secret and the spare codes of somebody who turned it on, with the code of the step before."""
    fresh = await second_factor.begin(mine.actor, PASSWORD)
    return fresh.secret, await second_factor.confirm(mine.actor, code_at(fresh.secret, -1))


async def ticket_of(login: str = 'max') -> str:
    """What the right password alone gives."""
    with pytest.raises(SecondFactorNeeded) as needed:
        await sessions.sign_in(login, PASSWORD)
    return needed.value.ticket


async def test_after_the_password_a_code_is_asked_for(max_: Records) -> None:
    await sessions.sign_in('max', PASSWORD)
    secret, _ = await turned_on(max_)
    ticket = await ticket_of()
    with pytest.raises(Refused, match='code_wrong'):
        await sessions.finish_sign_in(ticket, '000000')
    made = await sessions.finish_sign_in(ticket, code_at(secret))
    assert await sessions.actor_of_session(made.token) is not None
    with pytest.raises(Refused, match='sign_in_expired'):
        await sessions.finish_sign_in(ticket, code_at(secret, 1))


async def test_a_code_works_once(max_: Records) -> None:
    secret, _ = await turned_on(max_)
    code = code_at(secret)
    await sessions.finish_sign_in(await ticket_of(), code)
    with pytest.raises(Refused, match='code_wrong'):
        await sessions.finish_sign_in(await ticket_of(), code)


async def test_the_code_that_turned_it_on_does_not_open_a_session_too(max_: Records) -> None:
    fresh = await second_factor.begin(max_.actor, PASSWORD)
    code = code_at(fresh.secret)
    await second_factor.confirm(max_.actor, code)
    with pytest.raises(Refused, match='code_wrong'):
        await sessions.finish_sign_in(await ticket_of(), code)


async def test_a_code_sent_twice_at_the_same_moment_opens_one_session(max_: Records) -> None:
    secret, codes = await turned_on(max_)
    tickets = [await ticket_of() for _ in range(4)]
    for code in (code_at(secret), codes[0]):
        done = await asyncio.gather(
            *(second_factor.accept(max_.actor.person_id or 0, code) for _ in tickets), return_exceptions=True
        )
        assert done.count(True) == 1, done


async def test_a_spare_code_works_once_however_it_is_typed(max_: Records) -> None:
    _, codes = await turned_on(max_)
    assert len(set(codes)) == 10
    typed = f' {codes[3].upper().replace("-", " ")} '
    await sessions.finish_sign_in(await ticket_of(), typed)
    with pytest.raises(Refused, match='code_wrong'):
        await sessions.finish_sign_in(await ticket_of(), codes[3])
    assert (await second_factor.factor_of(max_.actor)).codes_left == 9
    fresh = await second_factor.renew_codes(max_.actor, PASSWORD)
    assert not await second_factor.accept(max_.actor.person_id or 0, codes[4])
    assert await second_factor.accept(max_.actor.person_id or 0, fresh[4])


async def test_a_spare_code_of_somebody_else_is_worth_nothing(max_: Records, as_admin: Records) -> None:
    await turned_on(max_)
    await people.set_password(guard.SETUP, as_admin.actor.person_id or 0, PASSWORD)
    _, hers = await turned_on(as_admin)
    assert not await second_factor.accept(max_.actor.person_id or 0, hers[0])


async def test_guesses_are_few_even_in_parallel_and_over_new_tickets(max_: Records) -> None:
    secret, _ = await turned_on(max_)
    ticket = await ticket_of()
    tries = [sessions.finish_sign_in(ticket, f'{n:06}') for n in range(20)]
    ends = [str(one) for one in await asyncio.gather(*tries, return_exceptions=True)]
    assert sum('code_wrong' in end for end in ends) <= 6
    with pytest.raises(Refused, match='sign_in_throttled'):
        await sessions.finish_sign_in(await ticket_of(), code_at(secret))


async def test_an_old_code_and_rubbish_are_refused(max_: Records) -> None:
    secret, _ = await turned_on(max_)
    for code in (code_at(secret, -10), code_at(secret, 10), '', ' ', '12345', 'abcdef', '١٢٣٤٥٦', '0' * 9999):
        assert not await second_factor.accept(max_.actor.person_id or 0, code), code


async def test_it_is_turned_on_with_the_password_and_ends_the_other_sessions(max_: Records) -> None:
    here, there = [await sessions.sign_in('max', PASSWORD) for _ in range(2)]
    with pytest.raises(Invalid):
        await second_factor.begin(max_.actor, 'wrong')
    fresh = await second_factor.begin(max_.actor, PASSWORD)
    with pytest.raises(Invalid):
        await second_factor.confirm(max_.actor, '000000', keep=here.id)
    assert await second_factor.factor_of(max_.actor) == second_factor.Factor()
    await second_factor.confirm(max_.actor, code_at(fresh.secret), keep=here.id)
    assert await sessions.session_of(here.token) is not None
    assert await sessions.session_of(there.token) is None
    renewed = await sessions.renew(here.token)
    assert renewed is not None
    assert await sessions.actor_of_session(here.token) is None
    assert await sessions.actor_of_session(renewed.token) is not None
    with pytest.raises(Refused, match='second_factor_on'):
        await second_factor.begin(max_.actor, PASSWORD)


async def test_it_is_turned_off_with_password_and_code(max_: Records) -> None:
    secret, _ = await turned_on(max_)
    with pytest.raises(Invalid):
        await second_factor.turn_off(max_.actor, PASSWORD, '000000')
    with pytest.raises(Invalid):
        await second_factor.turn_off(max_.actor, 'wrong', code_at(secret))
    await second_factor.turn_off(max_.actor, PASSWORD, code_at(secret))
    assert (await sessions.sign_in('max', PASSWORD)).token


async def test_the_secret_is_not_in_the_database(max_: Records) -> None:
    secret, codes = await turned_on(max_)
    with guard.acting(guard.SETUP):
        kept = [await database.rows(f'SELECT * FROM {t}') for t in ('second_factors', 'recovery_codes')]
    assert secret not in str(kept)
    assert not any(code in str(kept) for code in codes)


async def test_a_lost_phone_is_provided_for(max_: Records, as_admin: Records) -> None:
    here = await sessions.sign_in('max', PASSWORD)
    await turned_on(max_)
    with pytest.raises(NotAllowed):
        await second_factor.reset(max_.actor, as_admin.actor.person_id or 0)
    await second_factor.reset(as_admin.actor, max_.actor.person_id or 0)
    assert await sessions.session_of(here.token) is None
    assert (await sessions.sign_in('max', PASSWORD)).token
    [line, *_] = await audit.entries(as_admin.actor, kinds=('second_factor_changed',))
    assert (line.who, line.facts) == ('Ada Admin', {'person_id': max_.actor.person_id, 'what': 'reset'})
    with pytest.raises(Refused, match='second_factor_off'):
        await second_factor.reset(as_admin.actor, max_.actor.person_id or 0)


async def test_who_must_have_one_sets_it_up_before_the_first_session(
    max_: Records, as_admin: Records
) -> None:
    await people.set_password(guard.SETUP, as_admin.actor.person_id or 0, PASSWORD)
    await change_settings(as_admin.actor, {'require_second_factor': 'administrators'})
    assert (await sessions.sign_in('max', PASSWORD)).token
    with pytest.raises(SecondFactorNeeded) as needed:
        await sessions.sign_in('ada', PASSWORD)
    ticket = needed.value.ticket
    assert not needed.value.is_set_up
    assert await sessions.list_sessions(as_admin.actor) == []
    with pytest.raises(Refused, match='code_wrong'):
        await sessions.finish_sign_in(ticket, '000000')
    fresh = await sessions.enrol(ticket)
    with pytest.raises(Invalid):
        await sessions.finish_enrolment(ticket, '000000')
    made, codes = await sessions.finish_enrolment(ticket, code_at(fresh.secret, -1))
    assert (await sessions.actor_of_session(made.token), len(codes)) != (None, 0)
    assert (await sessions.finish_sign_in(await ticket_of('ada'), code_at(fresh.secret))).token


async def test_a_deactivated_person_with_a_half_sign_in_stays_out(max_: Records, as_admin: Records) -> None:
    secret, _ = await turned_on(max_)
    ticket = await ticket_of()
    await people.change_person(as_admin.actor, max_.actor.person_id or 0, {'is_active': False})
    with pytest.raises(Refused):
        await sessions.finish_sign_in(ticket, code_at(secret))


async def test_a_changed_password_ends_a_half_sign_in(max_: Records) -> None:
    secret, _ = await turned_on(max_)
    ticket = await ticket_of()
    await people.set_password(
        max_.actor, max_.actor.person_id or 0, 'another-horse-battery-9', current=PASSWORD
    )
    with pytest.raises(Refused, match='sign_in_failed'):
        await sessions.finish_sign_in(ticket, code_at(secret))


async def test_an_invitation_goes_around_no_second_factor(max_: Records, as_admin: Records) -> None:
    secret, _ = await turned_on(max_)
    made = await invitations.invite(as_admin.actor, max_.actor.person_id or 0)
    token = made.token
    await invitations.accept(token, name='Max', password=PASSWORD)
    assert await sessions.list_sessions(max_.actor) == []
    assert (await sessions.finish_sign_in(await ticket_of(), code_at(secret))).token


async def test_a_half_sign_in_does_not_wait_for_ever(max_: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, _ = await turned_on(max_)
    monkeypatch.setattr(sessions, 'HALF_S', -1)
    with pytest.raises(Refused, match='sign_in_expired'):
        await sessions.finish_sign_in(await ticket_of(), code_at(secret))
