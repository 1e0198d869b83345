"""People, their roles, and what they may."""

import asyncio

import pytest

from store import guard, people, roles, sessions
from store.actor import Actor, Level, Rights
from store.problems import Invalid, NotAllowed, NotFound, Refused
from store.records import Records

GOOD = 'eleven green boats'


async def admin(login: str = 'ada') -> people.Person:
    return await people.create_person(
        guard.SETUP, {'name': login.title(), 'login': login, 'password': GOOD, 'is_admin': True}
    )


async def actor_of(person: people.Person) -> Actor:
    actor = await people.actor_of_person(person.id)
    assert actor is not None
    return actor


async def test_an_imported_colleague_needs_no_login(database: str) -> None:
    made = await people.create_people(guard.SETUP, [{'name': 'Anna Snelling'}, {'name': 'Cecily Lampkin'}])
    assert [person.name for person in made] == ['Anna Snelling', 'Cecily Lampkin']
    assert not made[0].login
    assert not made[0].has_password


async def test_several_people_are_created_all_or_none(database: str) -> None:
    with pytest.raises(Invalid):
        await people.create_people(
            guard.SETUP, [{'name': 'Anna', 'login': 'anna'}, {'name': 'B', 'login': 'ANNA'}]
        )
    assert await people.list_people(guard.SETUP) == []


async def test_a_login_is_one_whatever_its_case(database: str) -> None:
    await people.create_person(guard.SETUP, {'name': 'Ольга', 'login': 'Ольга'})
    with pytest.raises(Invalid) as refusal:
        await people.create_person(guard.SETUP, {'name': 'Другая', 'login': 'ольга'})
    assert refusal.value.errors['login'].code == 'login_taken'


@pytest.mark.parametrize(
    ('values', 'field', 'code'),
    [
        ({'name': ' '}, 'name', 'required'),
        ({'name': 'A' * 201}, 'name', 'too_long'),
        ({'name': 'A', 'login': 'a b'}, 'login', 'bad_login'),
        ({'name': 'A', 'email': 'a@b'}, 'email', 'not_an_email'),
        ({'name': 'A', 'email': 'a@b.de\r\nBcc: all@b.de'}, 'email', 'not_an_email'),
        ({'name': 'A', 'theme': 'pink'}, 'theme', 'no_such_choice'),
        ({'name': 'A', 'time_zone': '../etc/passwd'}, 'time_zone', 'no_such_choice'),
        ({'name': 'A', 'password_hash': 'x'}, 'password_hash', 'unknown_field'),
        ({'name': 'A', 'id': 7}, 'id', 'unknown_field'),
        ({'name': 'A', 'roles': ['boss']}, 'roles', 'unknown_role'),
    ],
)
async def test_a_bad_value_is_refused_at_its_field(
    database: str, values: dict[str, object], field: str, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await people.create_person(guard.SETUP, values)
    assert refusal.value.errors[field].code == code
    assert await people.list_people(guard.SETUP) == []


@pytest.mark.parametrize(
    'password',
    [
        'elevenchars',
        'password12345',
        'P@ssw0rd2026!',
        'qwertyuiop123',
        'qwertyuiopas',
        'poiuytrewq12',
        '123456789012',
        'aaaabbbbaaaabbbb',
        'passwordpassword',
        'парольпароль',
        'йцукенгшщзхъ',
        'Ada.Lovelace2026',
        'welcome-2026-2027',
    ],
)
async def test_a_password_anybody_would_try_is_refused(database: str, password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await people.create_person(
            guard.SETUP, {'name': 'Ada Lovelace', 'login': 'ada', 'password': password}
        )
    assert refusal.value.errors['password'].code in ('password_short', 'password_common')


@pytest.mark.parametrize(
    'password', [GOOD, 'зелёный трамвай едет', '日本語の長い合言葉を使おう', 'x' + 'ab c!?d' * 60]
)
async def test_a_long_password_of_any_characters_is_taken_whole(database: str, password: str) -> None:
    await people.create_person(guard.SETUP, {'name': 'Eve', 'login': 'eve', 'password': password})
    assert (await sessions.sign_in('eve', password)).token
    with pytest.raises(Refused):
        await sessions.sign_in('eve', password[:-1])


async def test_roles_add_up_and_the_farthest_right_wins(database: str) -> None:
    own, every = Rights(Level.ALL, Level.OWN, Level.OWN), Rights(read=Level.ALL)
    await roles.save_role(guard.SETUP, 'seller', 'Seller', {'deals': own, 'accounts': Rights()})
    await roles.save_role(guard.SETUP, 'reader', 'Reader', {'*': every})
    person = await people.create_person(guard.SETUP, {'name': 'Max', 'roles': ['seller', 'reader']})
    actor = await actor_of(person)
    assert actor.rights('deals') == Rights(Level.ALL, Level.ALL, Level.OWN)
    assert actor.rights('accounts') == every
    assert actor.rights('made_next_year') == every
    assert actor.roles == {'seller', 'reader'}


async def test_a_changed_role_counts_from_the_next_call(database: str) -> None:
    await roles.save_role(guard.SETUP, 'reader', 'Reader', {'deals': Rights(read=Level.ALL)})
    person = await people.create_person(guard.SETUP, {'name': 'Max', 'roles': ['reader']})
    assert (await actor_of(person)).rights('deals').read == Level.ALL
    heard: list[int | None] = []
    stop = people.subscribe_changed(heard.append)
    await roles.save_role(guard.SETUP, 'reader', 'Reader', {'deals': Rights(read=Level.OWN)})
    assert (await actor_of(person)).rights('deals').read == Level.OWN
    await people.change_person(guard.SETUP, person.id, {'roles': []})
    assert (await actor_of(person)).rights('deals') == Rights()
    stop()
    assert heard == [None, person.id]


async def test_a_role_that_people_hold_cannot_be_removed(database: str) -> None:
    await roles.add_ready_roles(guard.SETUP)
    await people.create_person(guard.SETUP, {'name': 'Max', 'roles': ['member']})
    with pytest.raises(Refused, match='role_in_use'):
        await roles.remove_role(guard.SETUP, 'member')
    await roles.remove_role(guard.SETUP, 'viewer')
    assert [(role.code, role.held_by) for role in await roles.list_roles(guard.SETUP)] == [
        ('member', 1),
        ('seller', 0),
        ('portal', 0),
    ]


async def test_only_administrators_administer(database: str) -> None:
    await roles.add_ready_roles(guard.SETUP)
    ada = await admin()
    max_ = await people.create_person(guard.SETUP, {'name': 'Max', 'login': 'max', 'roles': ['member']})
    as_max = await actor_of(max_)
    for deed in (
        people.create_person(as_max, {'name': 'Eve', 'is_admin': True}),
        people.change_person(as_max, max_.id, {'is_admin': True}),
        people.change_person(as_max, max_.id, {'roles': ['member']}),
        people.change_person(as_max, ada.id, {'email': 'max@evil.example'}),
        people.set_password(as_max, ada.id, GOOD + '!'),
        people.person_by_login(as_max, 'ada'),
        roles.save_role(
            as_max, 'member', 'Member', {'*': Rights(Level.ALL, Level.ALL, Level.ALL, Level.ALL)}
        ),
        roles.remove_role(as_max, 'viewer'),
        roles.list_roles(as_max),
        sessions.create_token(as_max, 'stolen', ada.id),
        sessions.list_tokens(as_max, ada.id),
        sessions.list_sessions(as_max, ada.id),
    ):
        with pytest.raises(NotAllowed):
            await deed
    assert (await people.person(guard.SETUP, max_.id)) == max_


async def test_people_see_colleagues_but_not_their_logins(database: str) -> None:
    ada = await admin()
    max_ = await people.create_person(guard.SETUP, {'name': 'Max', 'login': 'max', 'language': 'ru'})
    seen = {person.id: person for person in await people.list_people(await actor_of(max_))}
    assert (seen[max_.id].login, seen[max_.id].language) == ('max', 'ru')
    assert (seen[ada.id].login, seen[ada.id].is_admin, seen[ada.id].name) == ('', False, 'Ada')


async def test_people_are_found_by_parts_of_their_names(database: str) -> None:
    await people.create_people(
        guard.SETUP, [{'name': 'Пётр Иванов'}, {'name': 'Anna 50%_x'}, {'name': 'Anna'}]
    )
    for text, names in (
        ('петр', ['Пётр Иванов']),
        ('ИВАН пё', ['Пётр Иванов']),
        ('0%_', ['Anna 50%_x']),
        ('%', ['Anna 50%_x']),
    ):
        assert [person.name for person in await people.list_people(guard.SETUP, text=text)] == names


async def test_everybody_sets_their_own_language_and_theme(database: str) -> None:
    max_ = await people.create_person(guard.SETUP, {'name': 'Max', 'login': 'max'})
    changed = await people.change_person(await actor_of(max_), max_.id, {'language': 'ru', 'theme': 'dark'})
    assert (changed.language, changed.theme) == ('ru', 'dark')


async def test_the_last_administrator_stays(database: str) -> None:
    ada, bob = await admin('ada'), await admin('bob')
    as_ada = await actor_of(ada)
    await people.change_person(as_ada, bob.id, {'is_admin': False})
    for values in ({'is_admin': False}, {'is_active': False}):
        with pytest.raises(Refused, match='last_administrator'):
            await people.change_person(as_ada, ada.id, values)
    assert (await people.person(as_ada, ada.id)).is_admin


async def test_two_administrators_cannot_remove_each_other_at_once(database: str) -> None:
    ada, bob = await admin('ada'), await admin('bob')
    as_ada, as_bob = await actor_of(ada), await actor_of(bob)
    await asyncio.gather(
        people.change_person(as_ada, bob.id, {'is_active': False}),
        people.change_person(as_bob, ada.id, {'is_active': False}),
        return_exceptions=True,
    )
    left = [person for person in await people.list_people(guard.SETUP) if person.is_admin]
    assert len(left) == 1


async def test_an_unknown_person_is_not_found(database: str) -> None:
    with pytest.raises(NotFound):
        await people.person(guard.SETUP, 999)
    with pytest.raises(NotFound):
        await people.change_person(guard.SETUP, 999, {'name': 'Nobody'})
    assert await people.actor_of_person(999) is None


async def test_a_login_cannot_be_found_out_by_searching_for_it(as_admin: Records, as_viewer: Records) -> None:
    await people.create_person(
        as_admin.actor, {'name': 'Zoe Zorn', 'login': 'hidden77', 'email': 'zoe@firm.example'}
    )
    for word, known in (('hidden77', False), ('zorn', True), ('zoe@firm', True)):
        assert bool(await as_admin.suggest('person', word))
        assert bool(await as_viewer.suggest('person', word)) is known
        assert bool(await people.list_people(as_viewer.actor, text=word)) is known
