"""What an administrator or a file may say about a person, checked field by field."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from store import passwords
from store.folding import fold
from store.problems import BadValue, Invalid, Problem

THEMES = ('system', 'light', 'dark')
_LONGEST = {'name': 200, 'login': 120, 'email': 254, 'department': 200}
_LOGIN = re.compile(r'[^\s"\'<>,;:()\x00-\x1f]{2,120}')
_EMAIL = re.compile(r'[^\s@<>,;:()"\x00-\x1f]{1,64}@[^\s@<>,;:()"\x00-\x1f]+\.[^\s@<>,;:()"\x00-\x1f]{2,63}')
_LANGUAGE = re.compile(r'|[a-z]{2,3}(-[A-Z]{2})?')


async def hashed_password(password: str, about: Sequence[str]) -> str:
    """The hash of a new password that is good enough.

    :raises Invalid: field 'password'"""
    try:
        return await passwords.hashed(passwords.check_new(password, about=about))
    except BadValue as error:
        raise Invalid({'password': error}) from error


def normal_login(login: str) -> str:
    """The one spelling of a login: case and compatibility forms do not matter."""
    return unicodedata.normalize('NFKC', login).strip().casefold()


def folded_person(values: Mapping[str, Any]) -> str:
    """What a search for a person looks in."""
    return (fold(' '.join(str(values.get(key) or '') for key in ('name', 'login', 'email'))) or '')[:600]


async def checked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as columns; every refusal is collected.

    :raises Invalid: with one Problem a field"""
    given: dict[str, Any] = {}
    errors: dict[str, Problem] = {}
    for code, value in values.items():
        try:
            given[code] = _column(code, value)
        except BadValue as error:
            errors[code] = error
    if errors:
        raise Invalid(errors)
    if password := given.pop('password', ''):
        about = [str(given.get(code) or '') for code in ('name', 'login', 'email')]
        given['password_hash'] = await hashed_password(password, about)
    return given


def _column(code: str, value: Any) -> Any:
    if code in _LONGEST:
        return _text(code, value)
    if code in ('is_admin', 'is_active'):
        return int(bool(value))
    if code == 'manager_id' and (value is None or isinstance(value, int)):
        return value
    if code in ('password', 'roles'):
        return value or ''
    text = str(value or '')
    fits = {
        'language': lambda: bool(_LANGUAGE.fullmatch(text)),
        'theme': lambda: text in THEMES,
        'time_zone': lambda: not text or text in available_timezones(),
    }
    if code not in fits:
        raise BadValue('unknown_field', field=code)
    if not fits[code]():
        raise BadValue('no_such_choice', value=text[:100])
    return text


def _text(code: str, value: Any) -> str | None:
    text = ' '.join(str(value or '').split())
    if len(text) > _LONGEST[code]:
        raise BadValue('too_long', limit=_LONGEST[code])
    if code == 'name' and not text:
        raise BadValue('required')
    if code == 'login':
        text = normal_login(text)
        if text and not _LOGIN.fullmatch(text):
            raise BadValue('bad_login')
        return text or None
    if code == 'email' and text and not _EMAIL.fullmatch(text):
        raise BadValue('not_an_email')
    return text
