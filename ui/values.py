"""Values of fields for people: `shown` in the reader's words, `edited` as it is typed; `reading` reads it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from store import FIELD_TYPES, Catalog, FieldSpec, Money, Reading, Ref
from ui.formats import SIGNS, date_short, money, number
from ui.reader import reader
from ui.text import label, language, t

DECIMALS: Mapping[str, str] = {'ru': ','}
DAY_ORDERS: Mapping[str, str] = {'ru': 'dmy', 'en': 'mdy'}
DAY_FORMS: Mapping[str, str] = {'dmy': '%d.%m.%Y', 'mdy': '%m/%d/%Y', 'ymd': '%Y-%m-%d'}


def reading(currency: str = '') -> Reading:
    """How the reader types numbers, dates and times."""
    who = reader()
    return Reading(
        decimal=DECIMALS.get(who.language, '.'),
        dates=DAY_ORDERS.get(who.language, 'ymd'),
        currency=currency,
        zone=who.zone,
    )


def zone() -> ZoneInfo:
    """The reader's time zone; UTC when it is unknown here."""
    try:
        return ZoneInfo(reader().zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo('UTC')


def field_label(spec: FieldSpec) -> str:
    """What a field is called: data of the company as people named it, our own forms translated."""
    found = label(spec)
    return found if spec.id or found != spec.label else t(spec.label)


def field_hint(spec: FieldSpec) -> str:
    """What stands under a field: of a company's own field as people wrote it in the reader's language."""
    if not spec.id:
        return t(spec.hint) if spec.hint else ''
    return spec.hints.get(language()) or spec.hint


def parse(raw: Any, spec: FieldSpec) -> Any:
    """The value a reader typed or chose.

    :raises BadValue: the field's type refuses it"""
    return FIELD_TYPES[spec.type].parse(raw, spec, reading(str(spec.options.get('currency', ''))))


def shown(value: Any, spec: FieldSpec, catalog: Catalog | None = None) -> str:
    """A value in the reader's words; '' when empty. `catalog` names the stages of a stage field."""
    if value is None or value == ():
        return ''
    if spec.type == 'stage':
        return stage_label(value, catalog)
    look = _SHOWN.get(FIELD_TYPES[spec.type].look)
    return look(value, spec) if look else str(FIELD_TYPES[spec.type].show(value, spec))


def edited(value: Any) -> str:
    """A value as one would type it: no grouping, the reader's decimal mark and day order."""
    if value is None:
        return ''
    if isinstance(value, Money):
        value = value.amount
    if isinstance(value, Decimal):
        text = f'{value:f}'
        text = text.rstrip('0').rstrip('.') if '.' in text else text
        return text.replace('.', reading().decimal)
    if isinstance(value, datetime):
        return f'{day_typed(local(value))} {local(value):%H:%M}'
    return day_typed(value) if isinstance(value, date) else str(value)


def local(value: datetime) -> datetime:
    """This moment on the reader's clock."""
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone())


def day_typed(day: date) -> str:
    """A day in digits, in the reader's order: '21.11.2026', '11/21/2026'."""
    return f'{day:{DAY_FORMS[reading().dates]}}'


def sample_day() -> str:
    """What a typed day looks like, for an empty box."""
    return {'dmy': t('dd.mm.yyyy'), 'mdy': t('mm/dd/yyyy')}.get(reading().dates, t('yyyy-mm-dd'))


def choices(spec: FieldSpec) -> list[dict[str, Any]]:
    """The choices of a field as the picker takes them: id, title, color."""
    found: Sequence[Mapping[str, Any]] = spec.options.get('choices', ())
    return [{'id': str(c['key']), 'title': choice_label(c), 'color': c.get('color', '')} for c in found]


def offered(spec: FieldSpec, value: Any) -> list[dict[str, Any]]:
    """The choices that may be picked: all that are in use, and those the value holds already."""
    held = {value} if isinstance(value, str) else set(value or ())
    away = {str(c['key']) for c in spec.options.get('choices', ()) if c.get('inactive')} - held
    return [choice for choice in choices(spec) if choice['id'] not in away]


def choice_label(choice: Mapping[str, Any]) -> str:
    """What one choice is called in the reader's language."""
    named = (choice.get('labels') or {}).get(reader().language)
    return str(named or choice.get('label') or choice['key'])


def choice_of(key: str, spec: FieldSpec) -> dict[str, Any]:
    """One chosen value as a picker item; an unknown key shows itself."""
    return next((c for c in choices(spec) if c['id'] == key), {'id': key, 'title': key, 'color': ''})


def stage_label(code: Any, catalog: Catalog | None) -> str:
    """What a stage is called; its code when the catalogue does not know it."""
    found = catalog.stage(code) if catalog else None
    return label(found[1]) if found else str(code)


def currencies(spec: FieldSpec, value: Money | None) -> list[str]:
    """Currencies to choose from, the field's own first."""
    own = [str(spec.options.get('currency') or ''), value.currency if value else '']
    return list(dict.fromkeys(c for c in (*own, *SIGNS) if c))


def from_json(plain: Any, spec: FieldSpec) -> Any:
    """A value of the history, where it is kept as JSON; None when the type no longer reads it."""
    try:
        value = FIELD_TYPES[spec.type].parse(plain, spec)
    except ValueError:
        return plain if isinstance(plain, str) else None
    named = isinstance(value, Ref) and isinstance(plain, Mapping)
    return replace(value, title=str(plain.get('title') or '')) if named else value


def _joined(value: Any, spec: FieldSpec) -> str:
    return ', '.join(choice_of(key, spec)['title'] for key in value)


def _linked(value: Any, _spec: FieldSpec) -> str:
    return value.title if isinstance(value, Ref) else str(value)


def _number(value: Any, spec: FieldSpec) -> str:
    # A year is a number too, but nobody writes it with a space.
    return number(value) if spec.options.get('grouping', True) else edited(value)


def _truth(value: Any, _spec: FieldSpec) -> str:
    return t('Yes') if value else t('No')


_SHOWN: Mapping[str, Callable[[Any, FieldSpec], str]] = {
    'text': lambda value, spec: str(value),
    'long_text': lambda value, spec: str(value),
    'number': _number,
    'money': lambda value, spec: money(value),
    'date': lambda value, spec: date_short(value),
    'date_time': lambda value, spec: date_short(value),
    'switch': _truth,
    'choice': lambda value, spec: str(choice_of(value, spec)['title']),
    'choices': _joined,
    'person': _linked,
    'link': _linked,
}
