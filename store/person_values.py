"""What an administrator or a file may say about a person, checked field by field."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from store import passwords
from store.actor import EMPLOYEE, PORTAL, Actor
from store.fields import FIELD_TYPES
from store.folding import fold
from store.problems import BadValue, Invalid, Problem
from store.schema import FieldSpec

THEMES = ('system', 'light', 'dark')
_LONGEST = {'name': 200, 'login': 120, 'email': 254, 'department': 200}
_LOGIN = re.compile(r'[^\s"\'<>,;:()\x00-\x1f]{2,120}')
_EMAIL = re.compile(r'[^\s@<>,;:()"\x00-\x1f]{1,64}@[^\s@<>,;:()"\x00-\x1f]+\.[^\s@<>,;:()"\x00-\x1f]{2,63}')
_LANGUAGE = re.compile(r'|[a-z]{2,3}(-[A-Z]{2})?')
_HOUR = re.compile(r'([01]\d|2[0-3]):[0-5]\d')
_PHONE = FieldSpec(code='phone', label='Phone', type='phone')
_IDS = frozenset({'manager_id', 'deputy_id', 'contact_id'})
_TRUTHS = frozenset({'is_admin', 'is_active', 'must_change_password'})


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


def words_of_people(actor: Actor) -> str:
    """What a search for people looks in: their logins are for those who manage people."""
    return 'folded' if actor.may_do('manage_people') else "fold(name || ' ' || email)"


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


def checked_value(code: str, value: Any) -> Any:
    """One value as its column keeps it.

    :raises BadValue: it does not fit"""
    return _column(code, value)


def problem_of(code: str, value: Any) -> BadValue | None:
    """What is wrong with one value; None when it is fine."""
    try:
        _column(code, value)
    except BadValue as error:
        return error
    return None


def _column(code: str, value: Any) -> Any:
    if code in _LONGEST:
        return _text(code, value)
    if code in _TRUTHS:
        return int(bool(value))
    if code in _IDS and (value is None or isinstance(value, int)):
        return value
    if code in ('password', 'roles'):
        return value or ''
    if code in ('phone', 'working_hours', 'absent_from', 'absent_until'):
        return _more(code, value)
    text = str(value or '')
    fits = {
        'language': lambda: bool(_LANGUAGE.fullmatch(text)),
        'theme': lambda: text in THEMES,
        'time_zone': lambda: not text or text in available_timezones(),
        'kind': lambda: text in (EMPLOYEE, PORTAL),
    }
    if code not in fits:
        raise BadValue('unknown_field', field=code)
    if not fits[code]():
        raise BadValue('no_such_choice', value=text[:100])
    return text


def _more(code: str, value: Any) -> str:
    if code == 'phone':
        return str(FIELD_TYPES['phone'].parse(value, _PHONE) or '')
    if code == 'working_hours':
        return json.dumps(_hours(value or {}), sort_keys=True)
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(value).isoformat() if value else ''
    except (TypeError, ValueError):
        raise BadValue('not_a_date', value=str(value)[:100]) from None


def _hours(value: Any) -> dict[str, list[str]]:
    """Hours by weekday; a day that is not named is free.

    :raises BadValue: 'bad_hours' with the `day`"""
    if not isinstance(value, Mapping) or not set(value) <= set('1234567'):
        raise BadValue('bad_hours', day=0)
    found: dict[str, list[str]] = {}
    for day, times in value.items():
        if not times:
            continue
        first, last = (str(time) for time in times) if len(times) == 2 else ('', '')
        if not (_HOUR.fullmatch(first) and _HOUR.fullmatch(last) and first < last):
            raise BadValue('bad_hours', day=int(day))
        found[day] = [first, last]
    return found


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
