"""Typed settings: bounds, resets, who changed them, and a person's own values (C-22)."""

import json
from pathlib import Path

import pytest

from store import Records, catalogs, guard, opening, people, roles, secret_box, system_settings
from store import database as store_database
from store.actor import Rights
from store.problems import Invalid, NotAllowed, NotFound
from store.setting_list import SETTINGS
from store.system_settings import change_settings, reset_settings, setting, settings_now


@pytest.fixture(autouse=True)
async def loaded(database: str) -> None:
    await system_settings.load_settings()


async def test_every_setting_says_what_it_is_for_and_has_a_default_that_would_do() -> None:
    for spec in SETTINGS.values():
        assert spec.hint, spec.code
        assert spec.block, spec.code
        assert spec.options.get('words'), spec.code
        if spec.default not in ('', ()) and spec.type != 'choices':
            await change_settings(guard.SETUP, {spec.code: spec.default})


async def test_one_sees_who_changed_a_setting_and_gets_the_default_back(as_admin: Records) -> None:
    await change_settings(as_admin.actor, {'file_quota_mb': '2048'})
    state = next(one for one in await settings_now(as_admin.actor) if one.spec.code == 'file_quota_mb')
    assert (state.value, state.is_changed, state.changed_by) == (2048, True, 'Ada Admin')
    assert state.changed_at is not None
    await reset_settings(as_admin.actor, ['file_quota_mb'])
    state = next(one for one in await settings_now(as_admin.actor) if one.spec.code == 'file_quota_mb')
    assert (state.value, state.is_changed, state.changed_by) == (1024, False, 'Ada Admin')
    with pytest.raises(NotFound):
        await reset_settings(as_admin.actor, ['no_such_one'])


@pytest.mark.parametrize(
    ('code', 'value'),
    [
        ('file_quota_mb', '0'),
        ('file_quota_mb', '1e9'),
        ('file_limit_mb', '9999'),
        ('events_ahead_days', '-1'),
        ('country', 'russia'),
        ('public_url', 'javascript:alert(1)'),
        ('support_email', 'nobody'),
        ('panel_color', 'red'),
        ('panel_color', '#12345;'),
        ('smtp_sender', 'a@example.com\r\nBcc: b@example.com'),
    ],
)
async def test_a_value_that_cannot_be_is_refused_beside_its_field(code: str, value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await change_settings(guard.SETUP, {code: value})
    assert set(refusal.value.errors) == {code}
    assert setting(code) == SETTINGS[code].default


async def test_changes_are_in_the_audit_log_and_secrets_are_not(as_admin: Records, tmp_path: Path) -> None:
    secret_box.open_key(tmp_path / 'secret.key')
    await change_settings(as_admin.actor, {'company': 'Acme', 'smtp_password': 's3cret pass'})
    with guard.acting(guard.SETUP):
        lines = await store_database.rows("SELECT facts FROM audit_log WHERE kind = 'setting_changed'")
    facts = [json.loads(line['facts']) for line in lines]
    assert {'setting': 'company', 'before': '', 'after': 'Acme'} in facts
    assert {'setting': 'smtp_password'} in facts
    assert 's3cret' not in str(lines)


async def test_the_look_takes_another_operation_than_the_rest(as_admin: Records) -> None:
    await roles.save_role(as_admin.actor, 'painter', 'Painter', {'*': Rights()})
    with guard.acting(guard.SETUP):
        await store_database.rows(
            "INSERT INTO role_operations (role_id, operation) SELECT id, 'manage_workplaces' FROM roles"
            " WHERE code = 'painter' RETURNING id"
        )
    made = await people.create_person(guard.SETUP, {'name': 'Pia', 'roles': ['painter']})
    painter = await people.actor_of_person(made.id)
    assert painter is not None
    await change_settings(painter, {'panel_color': '#1e293b'})
    assert {one.spec.block for one in await settings_now(painter)} == {'Brand'}
    with pytest.raises(NotAllowed):
        await change_settings(painter, {'company': 'Mine'})
    with pytest.raises(NotAllowed):
        await change_settings(painter, {'panel_color': '#1e293b', 'company': 'Mine'})


async def test_a_person_may_have_a_value_of_their_own_where_that_is_marked(as_member: Records) -> None:
    me = as_member.actor
    assert await system_settings.setting_of(me, 'events_ahead_days') == 2
    await system_settings.change_own_setting(me, 'events_ahead_days', 5)
    assert await system_settings.setting_of(me, 'events_ahead_days') == 5
    assert setting('events_ahead_days') == 2
    assert await system_settings.values_of_people('events_ahead_days') == {me.person_id: 5}
    await system_settings.change_own_setting(me, 'events_ahead_days', None)
    assert await system_settings.own_settings(me) == {}
    for code, value in (('company', 'Mine'), ('events_ahead_days', 1000), ('no_such', 1)):
        with pytest.raises(Invalid):
            await system_settings.change_own_setting(me, code, value)


async def test_what_another_process_saved_is_taken_over(database: str) -> None:
    await opening.follow_others()
    with guard.acting(guard.SETUP):
        await store_database.rows(
            'INSERT INTO saved_settings (key, value, changed_at) VALUES (?, ?, 1) RETURNING key',
            ['company', '"Acme"'],
        )
        await catalogs.announce()
    assert setting('company') == ''
    await opening.follow_others()
    assert setting('company') == 'Acme'
