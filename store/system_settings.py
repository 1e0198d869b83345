"""Settings of the whole system, saved in the database and held in memory; and each person's preferences."""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from store import audit, catalogs, clock, database, guard, secret_box
from store.actor import Actor
from store.fields import FIELD_TYPES
from store.operations import need
from store.problems import BadValue, Invalid, NotFound, Problem
from store.schema import FieldSpec
from store.setting_list import OPERATIONS, SETTINGS
from store.settings import SmtpServer, is_public_url

__all__ = ['SETTINGS', 'SettingState', 'change_settings', 'preferences', 'setting', 'setting_of']

OWN = 'setting.'
"""A person's own value of a setting is a preference of this prefix."""

_SHAPES = {
    'country': ('[A-Z]{2}', 'no_such_choice'),
    'panel_color': ('#[0-9a-f]{6}', 'not_a_color'),
    'backup_time': (r'([01]\d|2[0-3]):[0-5]\d', 'not_a_time'),
    'scanner': (r'/[!-~]{1,100}|[A-Za-z0-9.:\[\]-]{1,200}:\d{1,5}', 'not_a_scanner'),
    'directory_filter': (r'\(.+\)', 'bad_directory_filter'),
    'directory_disabled_filter': (r'\(.+\)', 'bad_directory_filter'),
    **{
        f'directory_{name}_attribute': ('[A-Za-z][A-Za-z0-9.;-]{0,63}', 'not_an_attribute')
        for name in ('id', 'login', 'name', 'email', 'phone', 'department', 'group')
    },
}
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
    read = ((row['key'], json.loads(row['value'])) for row in found if row['key'] in SETTINGS)
    _values.update({key: value for key, value in read if value is not None})


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


def secret_of(code: str) -> str:
    """A secret setting, unlocked: for connecting, never for showing."""
    return secret_box.unlock(_values.get(code, ''), code)


def smtp_server() -> SmtpServer:
    """The saved mail server with its password unlocked; without a host when none is set."""
    return SmtpServer(
        host=setting('smtp_host'),
        port=int(setting('smtp_port')),
        user=setting('smtp_user'),
        password=secret_of('smtp_password'),
        sender=setting('smtp_sender'),
        security=setting('smtp_security'),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingState:
    """A setting as it stands: a secret's `value` is '', `changed_at` is None for what was never saved."""

    spec: FieldSpec
    value: Any
    is_changed: bool = False
    changed_at: datetime | None = None
    changed_by: str = ''


async def settings_now(actor: Actor) -> list[SettingState]:
    """Every setting the actor may change, with who changed it and when."""
    codes = [code for code, spec in SETTINGS.items() if actor.may_do(_operation(spec))]
    if not codes:
        need(actor, 'manage_settings')
    with guard.acting(actor):
        found = await database.rows(
            'SELECT s.key, s.changed_at, p.name FROM saved_settings s'
            ' LEFT JOIN people p ON p.id = s.changed_by',
            read=True,
        )
    saved = {row['key']: row for row in found}
    return [_state(SETTINGS[code], saved.get(code)) for code in codes]


def _state(spec: FieldSpec, row: Mapping[str, Any] | None) -> SettingState:
    value = setting(spec.code)
    is_changed = is_secret_set(spec.code) if spec.options.get('secret') else value != _default(spec)
    return SettingState(
        spec=spec,
        value=value,
        is_changed=is_changed,
        changed_at=clock.from_ms(row['changed_at']) if row and row['changed_at'] else None,
        changed_by=(row['name'] or '') if row else '',
    )


def _default(spec: FieldSpec) -> Any:
    return tuple(spec.default) if isinstance(spec.default, list) else spec.default


def _operation(spec: FieldSpec) -> str:
    return OPERATIONS.get(spec.block, 'manage_settings')


async def change_settings(actor: Actor, values: Mapping[str, Any]) -> None:
    """Save settings, all or none; an empty secret leaves the stored one, None removes it.

    :raises NotAllowed: without the operation that the setting takes
    :raises Invalid: field by field"""
    errors: dict[str, Problem] = {}
    plain: dict[str, Any] = {}
    for code, value in values.items():
        try:
            plain[code] = _checked(code, value)
        except BadValue as error:
            errors[code] = error
    _need(actor, plain)
    if errors:
        raise Invalid(errors)
    fresh = {c: v for c, v in plain.items() if not (v == '' and SETTINGS[c].options.get('secret'))}
    async with _changing(actor):
        for code, value in fresh.items():
            before = setting(code)
            await save_setting(actor, code, value)
            await _note(actor, code, before, value)


async def reset_settings(actor: Actor, codes: Iterable[str]) -> None:
    """Let settings have their defaults again.

    :raises NotFound: 'no_such_setting'"""
    wanted = tuple(codes)
    for code in wanted:
        if code not in SETTINGS:
            raise NotFound('no_such_setting', setting=code[:60])
    _need(actor, wanted)
    async with _changing(actor):
        for code in wanted:
            before = setting(code)
            # The row stays, so that one sees who went back to the default, and when.
            await save_setting(actor, code, None)
            await _note(actor, code, before, SETTINGS[code].default)


def _need(actor: Actor, codes: Iterable[str]) -> None:
    operations = {_operation(SETTINGS[code]) for code in codes}
    for operation in sorted(operations or {'manage_settings'}):
        need(actor, operation)


async def _note(actor: Actor, code: str, before: Any, after: Any) -> None:
    if SETTINGS[code].options.get('secret'):
        await audit.note(actor, 'setting_changed', setting=code)
    else:
        shown = {
            name: list(v) if isinstance(v, tuple) else v for name, v in (('before', before), ('after', after))
        }
        await audit.note(actor, 'setting_changed', setting=code, **shown)


@asynccontextmanager
async def _changing(actor: Actor) -> AsyncIterator[None]:
    """One transaction; then memory follows, here at once and in other processes soon."""
    with guard.acting(actor):
        async with database.transaction():
            yield
            await catalogs.announce()
    await load_settings()
    for callback in tuple(_on_changed):
        callback()


async def save_setting(actor: Actor, code: str, value: Any) -> None:
    """Write one checked value in the caller's transaction, None for the default; a secret is locked first."""
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
        return _number(spec, value)
    if spec.type in ('choice', 'choices'):
        return _chosen(spec, value)
    if value is None and spec.options.get('secret'):
        return None
    text = str(value or '').strip()
    longest = spec.options.get('longest', 2000)
    if len(text) > longest:
        raise BadValue('too_long', limit=longest)
    _check_text(code, text)
    return text


def _number(spec: FieldSpec, value: Any) -> int:
    text = str(value).strip()
    text = text.removesuffix('.0')
    if not text.isdecimal() or len(text) > 12:
        raise BadValue('not_a_number')
    least, most = spec.options.get('least', 0), spec.options.get('most', 2**31)
    if not least <= int(text) <= most:
        raise BadValue('not_between', least=least, most=most)
    return int(text)


def _chosen(spec: FieldSpec, value: Any) -> Any:
    keys = [choice['key'] for choice in spec.options['choices']]
    chosen = [value] if spec.type == 'choice' else list(value or ())
    for key in chosen:
        if key not in keys:
            raise BadValue('no_such_choice', value=str(key)[:100])
    return chosen[0] if spec.type == 'choice' else [key for key in keys if key in chosen]


def _check_text(code: str, text: str) -> None:
    if code == 'time_zone' and text not in available_timezones():
        raise BadValue('no_such_choice', value=text[:100])
    is_line = code.startswith(('smtp_', 'directory_')) and SETTINGS[code].type != 'long_text'
    if is_line and any(c < ' ' or c == '\x7f' for c in text):
        raise BadValue('not_a_text')
    if code in _SHAPES and text and not re.fullmatch(_SHAPES[code][0], text):
        raise BadValue(_SHAPES[code][1], value=text[:100])
    if code == 'currency' and not re.fullmatch(r'[A-Z]{3}', text):
        raise BadValue('unknown_currency', currency=text[:10])
    if code == 'public_url' and text and not is_public_url(text):
        raise BadValue('not_a_web_address')
    if SETTINGS[code].type == 'email' and text:
        FIELD_TYPES['email'].parse(text, SETTINGS[code])


async def setting_of(actor: Actor, code: str) -> Any:
    """A setting as it counts for this person: their own value where they may have one, else the company's."""
    own = (await own_settings(actor)).get(code) if SETTINGS[code].options.get('personal') else None
    return setting(code) if own is None else own


async def own_settings(actor: Actor) -> dict[str, Any]:
    """The values this person has of their own, by code."""
    kept = await preferences(actor, OWN)
    return {
        key.removeprefix(OWN): value
        for key, value in kept.items()
        if key.removeprefix(OWN) in SETTINGS and SETTINGS[key.removeprefix(OWN)].options.get('personal')
    }


async def values_of_people(code: str) -> dict[int, Any]:
    """Everybody's own value of a personal setting, by person: for work that is done for all of them."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'SELECT person_id, value FROM preferences WHERE key = ?', [OWN + code], read=True
        )
    return {row['person_id']: json.loads(row['value']) for row in found}


async def change_own_setting(actor: Actor, code: str, value: Any) -> None:
    """Give oneself a value of one's own, None for the company's again.

    :raises Invalid: not a value of this setting, or not one that people may have of their own"""
    spec = SETTINGS.get(code)
    try:
        if spec is None or not spec.options.get('personal'):
            raise BadValue('unknown_field', field=code[:60])
        plain = None if value is None else _checked(code, value)
    except BadValue as error:
        raise Invalid({code: error}) from error
    await save_preference(actor, OWN + code, plain)


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
