"""A record as names for expressions: plain values, labels beside keys, linked records as far as they are
asked for."""

from collections.abc import Iterable, Mapping
from typing import Any

from automations.values import Cash, Keyed
from store.fields import FIELD_TYPES
from store.own_company import company_name, own_company
from store.problems import BadValue, NotFound, Refused
from store.records import Records
from store.schema import SYSTEM_FIELDS, Catalog, FieldSpec
from store.values import Money, RecordView, Ref

Paths = Iterable[tuple[str, ...]]
AS_WRITTEN = frozenset(
    {'text', 'long_text', 'choice', 'stage', 'phone', 'email', 'web', 'yes_no', 'auto_number'}
)
"""Types whose JSON is the value itself."""
LINK_PARTS = frozenset({'id', 'title', 'catalog'})
MAX_LINKS = 3
OUR_COMPANY = 'our_company'
"""The name by which texts speak of the account that is our own company."""
OUR_PARTS = ('name', 'phone', 'email', 'web', 'address', 'signature')
"""What it has besides the fields of its account; `signature` is all of it, a line each."""


def label_of(labelled: Any, language: str) -> str:
    """The label of a field, stage or catalogue in this language."""
    return str(labelled.labels.get(language) or labelled.label)


def choice_label(spec: FieldSpec, key: str, language: str) -> str:
    """What people read for a choice's key."""
    for choice in spec.options.get('choices', ()):
        if choice['key'] == key:
            return str(choice.get('labels', {}).get(language) or choice.get('label') or key)
    return key


def expression_value(value: Any, spec: FieldSpec, catalog: Catalog | None, language: str) -> Any:
    """A field's value as expressions know it."""
    if isinstance(value, Money):
        return Cash(value.amount, value.currency)
    if isinstance(value, Ref):
        return {'id': value.id, 'title': value.title, 'catalog': value.catalog}
    if isinstance(value, (tuple, list)):
        return [Keyed(key, choice_label(spec, key, language)) for key in value]
    if spec.type == 'choice' and isinstance(value, str):
        return Keyed(value, choice_label(spec, value, language))
    if spec.type == 'stage' and isinstance(value, str):
        found = catalog.stage(value) if catalog else None
        return Keyed(value, label_of(found[1], language) if found else value)
    return value


def store_value(value: Any) -> Any:
    """A value of an expression as the door takes it."""
    if isinstance(value, Cash):
        return Money(value + 0, value.currency)
    if isinstance(value, Mapping):
        return Ref(value['id'], str(value.get('title') or ''), str(value.get('catalog') or ''))
    if isinstance(value, (list, tuple)):
        return [store_value(item) for item in value]
    return str(value) if isinstance(value, Keyed) else value


def names_of(view_values: Mapping[str, Any], catalog: Catalog, language: str) -> dict[str, Any]:
    """Every field of a record by code, with `stage_kind`, `stage_label` and `pipeline`."""
    names = {
        spec.code: expression_value(view_values.get(spec.code), spec, catalog, language)
        for spec in (*catalog.fields, *SYSTEM_FIELDS.values())
    }
    found = catalog.stage(names['stage']) if names.get('stage') else None
    names['stage_kind'] = found[1].kind if found else None
    names['stage_label'] = label_of(found[1], language) if found else None
    names['pipeline'] = found[0].code if found else None
    return names


def from_journal(values: Mapping[str, Any], catalog: Catalog) -> dict[str, Any]:
    """JSON values of a change as the door's values; what can no longer be read is left out."""
    read: dict[str, Any] = {}
    for code, raw in values.items():
        spec = catalog.field(code)
        if spec is None or raw is None or spec.type in AS_WRITTEN:
            if spec is not None:
                read[code] = raw
            continue
        try:
            read[code] = FIELD_TYPES[spec.type].parse(raw, spec)
        except BadValue:
            continue
    return read


def change_names(values: Mapping[str, Any], catalog: Catalog, language: str) -> dict[str, Any]:
    """Values of a change as expressions know them."""
    return {
        code: expression_value(value, spec, catalog, language)
        for code, value in from_journal(values, catalog).items()
        if (spec := catalog.field(code))
    }


async def follow_links(
    names: dict[str, Any], paths: Paths, records: Records, language: str, depth: int = 1
) -> None:
    """Fill the linked records that paths lead into, in the reader's rights; unreadable ones stay a title."""
    wanted: dict[str, list[tuple[str, ...]]] = {}
    for path in paths:
        if len(path) > 1 and path[1] not in LINK_PARTS:
            wanted.setdefault(path[0], []).append(path[1:])
    for code, rest in wanted.items():
        link = names.get(code)
        if not isinstance(link, dict) or link.get('catalog') in (None, 'person') or depth > MAX_LINKS:
            continue
        view = await _read(records, str(link['catalog']), int(link['id']))
        if view is None:
            continue
        inner = names_of(view.values, records.catalog(view.catalog), language)
        await follow_links(inner, rest, records, language, depth + 1)
        names[code] = {**inner, **link, 'title': view.title}


async def our_company(records: Records, language: str) -> dict[str, Any]:
    """Our own company: its name for everybody, the rest of its account for who may read it."""
    found = await own_company(records.actor)
    if found is None or found.record is None:
        name = (found.name if found else '') or company_name()
        return {'name': name, 'signature': name}
    view = found.record
    told = {code: getattr(found, code) for code in OUR_PARTS}
    link = {'id': view.id, 'title': view.title, 'catalog': view.catalog}
    return {**names_of(view.values, records.catalog(view.catalog), language), **link, **told}


async def _read(records: Records, catalog: str, record_id: int) -> RecordView | None:
    try:
        return await records.get(catalog, record_id)
    except (NotFound, Refused):
        return None
