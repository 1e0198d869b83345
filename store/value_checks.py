"""What is asked of the values of a record before they are written."""

from collections.abc import Mapping, Sequence
from typing import Any

from store import reading
from store.actor import Actor
from store.problems import BadValue, Invalid, Problem
from store.schema import Catalog
from store.values import Ref


def missing(
    catalog: Catalog, values: Mapping[str, Any], codes: Sequence[str] | None = None
) -> dict[str, Problem]:
    """The required fields (or those of `codes`) that have no value."""
    specs = catalog.required_fields if codes is None else [catalog.field(code) for code in codes]
    return {s.code: BadValue('required') for s in specs if s and values.get(s.code) in (None, '')}


def put_away(
    catalog: Catalog, values: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> dict[str, Problem]:
    """The fields that would take a choice which is inactive and which the record does not hold already."""
    errors: dict[str, Problem] = {}
    for code, value in values.items():
        spec = catalog.field(code)
        if spec is None or spec.type not in ('choice', 'choices') or not value:
            continue
        held = (before or {}).get(code) or ()
        fresh = _keys(value) - _keys(held)
        for choice in spec.options.get('choices', ()):
            if choice.get('inactive') and choice['key'] in fresh:
                errors[code] = BadValue('inactive_choice', value=str(choice['label']))
    return errors


def _keys(value: Any) -> set[str]:
    return {value} if isinstance(value, str) else set(value)


async def check_links(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> dict[int, Invalid]:
    """By row number: links to records or people that do not exist for this actor. One query a catalogue."""
    found = [
        (place, code, value)
        for place, row in enumerate(rows)
        for code, value in row.items()
        if type(value) is Ref
    ]
    # Whoever acts exists: most records are given to those who make them.
    own = ('person', actor.person_id)
    listed = sorted({key: ref for _, _, ref in found if (key := (ref.catalog, ref.id)) != own}.items())
    known: set[tuple[str, int | None]] = {own}
    for start in range(0, len(listed), 500):
        known |= (await reading.titles(actor, [ref for _, ref in listed[start : start + 500]])).keys()
    bad: dict[int, dict[str, Problem]] = {}
    for place, code, ref in found:
        if (ref.catalog, ref.id) not in known:
            bad.setdefault(place, {})[code] = BadValue('no_such_record', value=str(ref.id))
    return {place: Invalid(errors) for place, errors in bad.items()}
