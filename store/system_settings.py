"""Settings of the whole system, saved in the database and held in memory; and each person's preferences."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import available_timezones

from store import clock, database, guard, secret_box
from store.actor import Actor
from store.people import need_admin
from store.problems import BadValue, Invalid, Problem
from store.schema import FieldSpec
from store.settings import SmtpServer

_WEEK = ('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday')
SETTINGS: Mapping[str, FieldSpec] = {
    spec.code: spec
    for spec in (
        FieldSpec(code='company', label='Company name', type='text', default='', block='Company'),
        FieldSpec(code='currency', label='Main currency', type='text', default='USD', block='Company'),
        FieldSpec(code='language', label='Language of new people', type='text', default='', block='Company'),
        FieldSpec(code='time_zone', label='Time zone', type='text', default='UTC', block='Company'),
        FieldSpec(
            code='working_days',
            label='Working days',
            type='choices',
            default=('1', '2', '3', '4', '5'),
            options={'choices': [{'key': str(n), 'label': day} for n, day in enumerate(_WEEK, 1)]},
            block='Company',
        ),
        FieldSpec(code='smtp_host', label='Mail server', type='text', default='', block='Outgoing mail'),
        FieldSpec(code='smtp_port', label='Port', type='number', default=587, block='Outgoing mail'),
        FieldSpec(
            code='smtp_security',
            label='Encryption',
            type='choice',
            default='starttls',
            options={
                'choices': [
                    {'key': 'starttls', 'label': 'STARTTLS'},
                    {'key': 'tls', 'label': 'TLS'},
                    {'key': 'none', 'label': 'None'},
                ]
            },
            block='Outgoing mail',
        ),
        FieldSpec(code='smtp_user', label='User', type='text', default='', block='Outgoing mail'),
        FieldSpec(
            code='smtp_password',
            label='Password',
            type='text',
            default='',
            options={'secret': True},
            block='Outgoing mail',
        ),
        FieldSpec(
            code='smtp_sender', label='Sender address', type='email', default='', block='Outgoing mail'
        ),
        FieldSpec(
            code='webhook_hosts',
            label='Internal hosts that webhooks may reach',
            type='long_text',
            default='',
            hint='One host or network a line, e.g. 10.0.0.5 or erp.local',
            block='Webhooks',
        ),
    )
}
"""Every setting as a field, so that the one form draws them; secrets carry the option `secret`."""

_values: dict[str, Any] = {}
_on_changed: list[Callable[[], None]] = []


def subscribe_settings(callback: Callable[[], None]) -> Callable[[], None]:
    """Hear, after the commit, that a setting changed.

    :return: a function that ends the subscription"""
    _on_changed.append(callback)
    return lambda: _on_changed.remove(callback)


async def load_settings() -> None:
    """Read every setting into memory; once after the database is opened, and after each change."""
    with guard.acting(guard.DOOR):
        found = await database.rows('SELECT key, value FROM saved_settings')
    _values.clear()
    _values.update({row['key']: json.loads(row['value']) for row in found if row['key'] in SETTINGS})


def setting(code: str) -> Any:
    """The present value of a setting, its default while nothing is saved; a secret is given as ''."""
    spec = SETTINGS[code]
    if spec.options.get('secret'):
        return ''
    value = _values.get(code, spec.default)
    return tuple(value) if isinstance(value, list) else value


def is_secret_set(code: str) -> bool:
    """Whether a secret setting has a value."""
    return bool(_values.get(code))


def smtp_server() -> SmtpServer:
    """The saved mail server with its password unlocked; without a host when none is set."""
    return SmtpServer(
        host=setting('smtp_host'),
        port=int(setting('smtp_port')),
        user=setting('smtp_user'),
        password=secret_box.unlock(_values.get('smtp_password', ''), 'smtp_password'),
        sender=setting('smtp_sender'),
        security=setting('smtp_security'),
    )


async def change_settings(actor: Actor, values: Mapping[str, Any]) -> None:
    """Save settings, all or none; an empty secret leaves the stored one, None removes it.

    :raises Invalid: field by field"""
    need_admin(actor)
    errors: dict[str, Problem] = {}
    plain: dict[str, Any] = {}
    for code, value in values.items():
        try:
            plain[code] = _checked(code, value)
        except BadValue as error:
            errors[code] = error
    if errors:
        raise Invalid(errors)
    with guard.acting(actor):
        async with database.transaction():
            for code, value in plain.items():
                if not (value == '' and SETTINGS[code].options.get('secret')):
                    await save_setting(actor, code, value)
    await load_settings()
    for callback in tuple(_on_changed):
        callback()


async def save_setting(actor: Actor, code: str, value: Any) -> None:
    """Write one checked value inside the caller's transaction; a secret is locked first."""
    if SETTINGS[code].options.get('secret') and value is not None:
        value = secret_box.lock(value, code)
    await database.rows(
        'INSERT INTO saved_settings (key, value, changed_at, changed_by) VALUES (?, ?, ?, ?)'
        ' ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at,'
        ' changed_by = excluded.changed_by',
        [code, json.dumps(value, ensure_ascii=False), clock.now_ms(), actor.person_id],
    )


def _checked(code: str, value: Any) -> Any:
    spec = SETTINGS.get(code)
    if spec is None:
        raise BadValue('unknown_field', field=code)
    if spec.type == 'number':
        if not str(value).isdecimal() or not 0 < int(value) < 65536:
            raise BadValue('not_a_number')
        return int(value)
    if spec.type in ('choice', 'choices'):
        return _chosen(spec, value)
    if value is None and spec.options.get('secret'):
        return None
    text = str(value or '').strip()
    if len(text) > 2000:
        raise BadValue('too_long', limit=2000)
    _check_text(code, text)
    return text


def _chosen(spec: FieldSpec, value: Any) -> Any:
    keys = [choice['key'] for choice in spec.options['choices']]
    chosen = [value] if spec.type == 'choice' else list(value or ())
    for key in chosen:
        if key not in keys:
            raise BadValue('no_such_choice', value=str(key)[:100])
    return chosen[0] if spec.type == 'choice' else [key for key in keys if key in chosen]


def _check_text(code: str, text: str) -> None:
    if code == 'currency' and not re.fullmatch(r'[A-Z]{3}', text):
        raise BadValue('unknown_currency', currency=text[:10])
    if code == 'time_zone' and text not in available_timezones():
        raise BadValue('no_such_choice', value=text[:100])
    if code in ('smtp_host', 'smtp_user', 'smtp_sender') and any(c < ' ' or c == '\x7f' for c in text):
        raise BadValue('not_a_text')


async def preferences(actor: Actor, prefix: str = '') -> dict[str, Any]:
    """What the actor chose, by key; only keys that start with `prefix`."""
    with guard.acting(actor):
        found = await database.rows(
            'SELECT key, value FROM preferences WHERE person_id = ? AND substr(key, 1, ?) = ?',
            [actor.person_id or 0, len(prefix), prefix],
            read=True,
        )
    return {row['key']: json.loads(row['value']) for row in found}


async def save_preference(actor: Actor, key: str, value: Any) -> None:
    """Remember a choice of the actor under this key; None forgets it.

    :raises Invalid: over 64 KiB, or a key over 120 characters"""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > 65_536 or not 0 < len(key) <= 120:
        raise Invalid({key[:120]: BadValue('too_long', limit=65_536)})
    if actor.person_id is None:
        return
    with guard.acting(actor):
        if value is None:
            await database.rows(
                'DELETE FROM preferences WHERE person_id = ? AND key = ?', [actor.person_id, key]
            )
            return
        await database.rows(
            'INSERT INTO preferences (person_id, key, value) VALUES (?, ?, ?)'
            ' ON CONFLICT (person_id, key) DO UPDATE SET value = excluded.value',
            [actor.person_id, key, text],
        )
