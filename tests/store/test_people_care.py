"""Who may change whom, and what a person says about their work."""

from datetime import date
from typing import Any

import pytest

from store import Records, audit, colleagues, database, guard, people, roles, sessions
from store.actor import Actor, Rights
from store.problems import Invalid, NotAllowed, Problem, Refused

GOOD = 'eleven green boats'


async def somebody(name: str, **values: Any) -> people.Person:
    return await people.create_person(guard.SETUP, {'name': name, 'login': name.lower(), **values})


async def hanna(*operations: str) -> Actor:
    """Somebody who manages people, and may do nothing else unless it is named."""
    one = await somebody('Hanna')
    return Actor(person_id=one.id, name='Hanna', operations=frozenset({'manage_people', *operations}))


async def test_who_manages_people_adds_and_changes_them(as_admin: Records) -> None:
    actor = await hanna()
    nora = await people.create_person(actor, {'name': 'Nora', 'login': 'nora', 'phone': '+7 900 000-00-01'})
    changed = await people.change_person(actor, nora.id, {'name': 'Nora N', 'login': 'nora.n'})
    assert (changed.name, changed.login, changed.phone) == ('Nora N', 'nora.n', '+7 900 000-00-01')
    await people.set_password(actor, nora.id, GOOD)
    assert (await people.person(actor, nora.id)).must_change_password
    await people.change_person(actor, nora.id, {'is_active': False})
    assert {one.name for one in await people.list_people(actor, is_active=False)} == {'Nora N'}


async def test_who_manages_people_gives_no_roles_and_makes_no_administrators(as_admin: Records) -> None:
    actor = await hanna()
    nora = await somebody('Nora', roles=['viewer'])
    tries: tuple[dict[str, Any], ...] = ({'roles': ['member']}, {'roles': []}, {'is_admin': True})
    for values in tries:
        with pytest.raises(NotAllowed):
            await people.change_person(actor, nora.id, values)
    for values in (tries[0], tries[2]):
        with pytest.raises(NotAllowed):
            await people.create_person(actor, {'name': 'New', **values})
    await people.change_person(actor, nora.id, {'roles': ['viewer'], 'name': 'N'})
    with_roles = Actor(person_id=actor.person_id, name='H', operations=actor.operations | {'manage_roles'})
    assert (await people.change_person(with_roles, nora.id, {'roles': ['member']})).roles == ('member',)


@pytest.mark.parametrize(
    'values', [{'name': 'Mine'}, {'login': 'mine'}, {'is_active': False}, {'is_admin': False}, {'email': ''}]
)
async def test_only_an_administrator_touches_an_administrator(
    as_admin: Records, values: dict[str, Any]
) -> None:
    await somebody('Boss', is_admin=True)
    actor = await hanna('manage_roles')
    boss = await people.person_by_login(actor, 'boss')
    assert boss is not None
    with pytest.raises(NotAllowed):
        await people.change_person(actor, boss.id, values)
    with pytest.raises(NotAllowed):
        await people.set_password(actor, boss.id, GOOD)
    assert (await people.person(as_admin.actor, boss.id)) == boss


async def test_nobody_takes_over_who_may_more(as_admin: Records) -> None:
    await roles.save_role(as_admin.actor, 'keeper', 'Keeper', {'*': Rights()})
    with guard.acting(guard.SETUP):
        await database.rows(
            "INSERT INTO role_operations (role_id, operation) SELECT id, 'manage_roles' FROM roles"
            " WHERE code = 'keeper'"
        )
    people.forget()
    kira = await somebody('Kira', roles=['keeper'])
    actor = await hanna()
    for deed in (
        people.set_password(actor, kira.id, GOOD),
        people.change_person(actor, kira.id, {'login': 'hers'}),
        people.change_person(actor, kira.id, {'email': 'hanna@example.com'}),
    ):
        with pytest.raises(NotAllowed):
            await deed
    assert (await people.change_person(actor, kira.id, {'phone': '+7 900 000-00-02'})).phone


async def test_the_last_administrator_is_neither_demoted_nor_deactivated(as_admin: Records) -> None:
    ada = as_admin.actor.person_id or 0
    for values in ({'is_admin': False}, {'is_active': False}):
        with pytest.raises(Refused) as refusal:
            await people.change_person(as_admin.actor, ada, values)
        assert refusal.value.code == 'last_administrator'


async def test_deactivating_ends_sessions_and_keys_and_keeps_history(
    as_admin: Records, as_member: Records
) -> None:
    await people.set_password(guard.SETUP, as_member.actor.person_id or 0, GOOD)
    session = await sessions.sign_in('max', GOOD)
    token = await sessions.create_token(as_member.actor, 'robot')
    assert await sessions.actor_of_session(session.token)
    assert await sessions.actor_of_token(token.secret)
    await people.change_person(as_admin.actor, as_member.actor.person_id or 0, {'is_active': False})
    assert await sessions.actor_of_session(session.token) is None
    assert await sessions.actor_of_token(token.secret) is None
    with pytest.raises(Refused):
        await sessions.sign_in('max', GOOD)
    lines = await audit.entries(as_admin.actor, kinds=('person_changed',))
    assert lines[0].facts['fields'] == ['is_active']


async def test_people_say_when_they_work_and_who_stands_in(as_member: Records, as_viewer: Records) -> None:
    own, deputy = as_member.actor.person_id or 0, as_viewer.actor.person_id or 0
    one = await people.change_person(
        as_member.actor,
        own,
        {
            'working_hours': {'1': ('09:00', '18:00'), '5': ['09:30', '16:00']},
            'absent_from': date(2026, 8, 3),
            'absent_until': '2026-08-16',
            'deputy_id': deputy,
        },
    )
    assert one.working_hours == {'1': ('09:00', '18:00'), '5': ('09:30', '16:00')}
    assert [one.is_away(date(2026, 8, day)) for day in (2, 3, 16, 17)] == [False, True, True, False]
    seen = await people.person(as_viewer.actor, own)
    assert (seen.deputy_id, seen.absent_until, seen.login) == (deputy, date(2026, 8, 16), '')


@pytest.mark.parametrize(
    ('values', 'field', 'code'),
    [
        ({'working_hours': {'8': ('09:00', '18:00')}}, 'working_hours', 'bad_hours'),
        ({'working_hours': {'1': ('18:00', '09:00')}}, 'working_hours', 'bad_hours'),
        ({'working_hours': {'1': ('9', '18')}}, 'working_hours', 'bad_hours'),
        ({'working_hours': 'always'}, 'working_hours', 'bad_hours'),
        ({'absent_from': 'soon'}, 'absent_from', 'not_a_date'),
        ({'absent_until': '2026-08-16'}, 'absent_until', 'absence_ends_early'),
        (
            {'absent_from': '2026-08-17', 'absent_until': '2026-08-16'},
            'absent_until',
            'absence_ends_early',
        ),
        ({'deputy_id': 999}, 'deputy_id', 'no_such_deputy'),
        ({'phone': 'call me'}, 'phone', 'not_a_phone'),
    ],
)
async def test_what_cannot_be_is_refused_at_its_field(
    as_member: Records, values: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await people.change_person(as_member.actor, as_member.actor.person_id or 0, values)
    assert refusal.value.errors[field].code == code


async def test_nobody_stands_in_for_themselves(as_member: Records) -> None:
    own = as_member.actor.person_id or 0
    with pytest.raises(Invalid):
        await people.change_person(as_member.actor, own, {'deputy_id': own})
    for values in ({'name': 'X'}, {'department': 'X'}, {'contact_id': 1}, {'is_active': False}):
        with pytest.raises(Problem):
            await people.change_person(as_member.actor, own, values)


async def test_colleagues_learn_who_is_away_and_who_stands_in(as_member: Records, as_viewer: Records) -> None:
    own = as_member.actor.person_id or 0
    values = {
        'absent_from': '2026-08-03',
        'absent_until': '2026-08-16',
        'deputy_id': as_viewer.actor.person_id,
    }
    await people.change_person(as_member.actor, own, values)
    for day, expected in ((date(2026, 8, 2), []), (date(2026, 8, 10), [own]), (date(2026, 8, 17), [])):
        found = await colleagues.away(as_viewer.actor, day)
        assert list(found) == expected
    assert (await colleagues.away(as_viewer.actor, date(2026, 8, 16)))[own].deputy == 'Vera Viewer'
    await people.change_person(as_member.actor, own, {'absent_until': ''})
    assert (await colleagues.away(as_viewer.actor, date(2030, 1, 1)))[own].until is None
