"""Settings from the environment, saved ones, and each person's own."""

import stat
from pathlib import Path

import pytest

from store import database as store_database
from store import guard, people, secret_box, system_settings
from store.problems import Invalid, NotAllowed, Refused
from store.settings import BadEnvironment, Environment


def test_without_any_variable_everything_has_a_default() -> None:
    found = Environment.read({})
    assert (found.host, found.port, found.database_url) == ('127.0.0.1', 8080, str(Path('data') / 'artel.db'))


def test_variables_are_typed() -> None:
    found = Environment.read(
        {
            'ARTEL_PORT': '9000',
            'ARTEL_DATA': '/srv/artel',
            'ARTEL_DATABASE': 'postgres://a@b/c',
            'ARTEL_SMTP_HOST': 'mail.example.com',
            'ARTEL_SMTP_PASSWORD': 'hidden',
            'ARTEL_PUBLIC_URL': 'https://crm.example.com/',
            'ARTEL_ALLOWED_HOSTS': '10.0.0.5, erp.local',
        }
    )
    assert (found.port, found.database_url, found.smtp.host) == (9000, 'postgres://a@b/c', 'mail.example.com')
    assert found.public_url == 'https://crm.example.com'
    assert found.allowed_hosts == ('10.0.0.5', 'erp.local')
    assert 'hidden' not in repr(found)


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('ARTEL_PORT', 'eighty'),
        ('ARTEL_PORT', '99999'),
        ('ARTEL_SMTP_SECURITY', 'maybe'),
        ('ARTEL_PUBLIC_URL', 'crm'),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(BadEnvironment, match=name):
        Environment.read({name: value})


async def test_a_saved_setting_is_there_after_a_restart(database: str) -> None:
    await system_settings.load_settings()
    assert system_settings.setting('currency') == 'USD'
    heard: list[str] = []
    stop = system_settings.subscribe_settings(lambda: heard.append(system_settings.setting('company')))
    await system_settings.change_settings(
        guard.SETUP,
        {'company': '«Ромашка»', 'currency': 'RUB', 'working_days': ['1', '3'], 'time_zone': 'Europe/Moscow'},
    )
    stop()
    await system_settings.load_settings()
    assert heard == ['«Ромашка»']
    assert system_settings.setting('currency') == 'RUB'
    assert system_settings.setting('working_days') == ('1', '3')


async def test_bad_settings_are_refused_together_and_change_nothing(database: str) -> None:
    await system_settings.load_settings()
    with pytest.raises(Invalid) as refusal:
        await system_settings.change_settings(
            guard.SETUP,
            {'company': 'New', 'currency': 'rub', 'smtp_port': '0', 'working_days': ['8'], 'set_up': True},
        )
    assert set(refusal.value.errors) == {'currency', 'smtp_port', 'working_days', 'set_up'}
    assert system_settings.setting('company') == ''


async def test_only_administrators_change_settings(database: str) -> None:
    person = await people.create_person(guard.SETUP, {'name': 'Max'})
    actor = await people.actor_of_person(person.id)
    assert actor is not None
    with pytest.raises(NotAllowed):
        await system_settings.change_settings(actor, {'company': 'Mine'})


async def test_the_mail_password_is_useless_without_the_key_file(database: str, tmp_path: Path) -> None:
    secret_box.open_key(tmp_path / 'secret.key')
    assert stat.S_IMODE((tmp_path / 'secret.key').stat().st_mode) == 0o600
    await system_settings.change_settings(
        guard.SETUP, {'smtp_host': 'mail.example.com', 'smtp_password': 's3cret pass'}
    )
    await system_settings.change_settings(guard.SETUP, {'smtp_user': 'artel', 'smtp_password': ''})
    assert system_settings.smtp_server().password == 's3cret pass'
    assert system_settings.setting('smtp_password') == ''
    assert system_settings.is_secret_set('smtp_password')
    with guard.acting(guard.SETUP):
        assert 's3cret' not in str(await store_database.rows('SELECT * FROM saved_settings'))
    secret_box.open_key(tmp_path / 'another.key')
    with pytest.raises(Refused, match='wrong_key'):
        system_settings.smtp_server()


async def test_preferences_belong_to_one_person(database: str) -> None:
    one = await people.actor_of_person((await people.create_person(guard.SETUP, {'name': 'Ada'})).id)
    two = await people.actor_of_person((await people.create_person(guard.SETUP, {'name': 'Max'})).id)
    assert one is not None
    assert two is not None
    await system_settings.save_preference(one, 'list:deals', {'columns': ['title', 'amount']})
    await system_settings.save_preference(one, 'list:deals', {'columns': ['title']})
    await system_settings.save_preference(one, 'board:deals', 'own')
    assert await system_settings.preferences(one, 'list:') == {'list:deals': {'columns': ['title']}}
    assert await system_settings.preferences(two) == {}
    await system_settings.save_preference(one, 'list:deals', None)
    assert await system_settings.preferences(one) == {'board:deals': 'own'}
    with pytest.raises(Invalid):
        await system_settings.save_preference(one, 'big', 'x' * 70_000)
