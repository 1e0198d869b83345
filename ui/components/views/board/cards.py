"""A record as the board shows it: the fields that its catalogue names for a card, as JSON."""

import datetime as dt
from typing import Any

from store import Catalog, Money, RecordView, Ref
from ui.components.basics import avatar_color, initials, safe_color
from ui.components.views.board.source import Card
from ui.faces import photo
from ui.values import choice_of

UTC_FORM = '%Y-%m-%dT%H:%M:%SZ'


def card_of(view: RecordView, catalog: Catalog, *, fixed: bool = False) -> Card:
    """The card of a record; `fixed` when its reader may not move it.

    Fields the reader may not see are absent."""
    parts: dict[str, Any] = {
        'link': _line(_named(view, catalog, 'link')) or _line(_named(view, catalog, 'text')),
        'money': _money(_named(view, catalog, 'money')),
        'due': _moment(_named(view, catalog, 'date')),
        'pill': _pill(view, catalog),
        'since': _moment(view.values.get('stage_at')),
        'owner': _person(view.owner),
        'fixed': fixed or None,
    }
    known = {name: part for name, part in parts.items() if part is not None}
    return {'id': view.id, 'version': view.version, 'title': view.title, **known}


def _named(view: RecordView, catalog: Catalog, part: str) -> Any:
    code = catalog.card.get(part)
    return view.values.get(code) if code else None


def _line(value: Any) -> str | None:
    return (value.title if isinstance(value, Ref) else str(value or '')) or None


def _money(value: Any) -> dict[str, str] | None:
    return {'amount': f'{value.amount:f}', 'currency': value.currency} if isinstance(value, Money) else None


def _moment(value: Any) -> str | None:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime(UTC_FORM)
    return value.isoformat() if isinstance(value, dt.date) else None


def _pill(view: RecordView, catalog: Catalog) -> dict[str, str] | None:
    spec = catalog.field(catalog.card.get('choice', ''))
    value = view.values.get(spec.code) if spec else None
    if spec is None or not isinstance(value, str):
        return None
    choice = choice_of(value, spec)
    return {'text': choice['title'], 'color': safe_color(choice['color'])}


def _person(owner: Ref | None) -> dict[str, str] | None:
    if owner is None or not owner.title:
        return None
    return {
        'title': owner.title,
        'initials': initials(owner.title),
        'color': avatar_color(owner.title),
        'photo': photo(owner.id),
    }
