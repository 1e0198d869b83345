"""What a step of a run did, in the reader's words: records made, values written, people told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nicegui import ui

from store import Catalog, FieldSpec, Ref
from store.runs import StepTrace
from ui.components.basics import text
from ui.place import record_url
from ui.text import date_short, t
from ui.values import field_label, from_json, shown, stage_label

Titles = Mapping[tuple[str, int], str]


def refs_in(value: Any) -> list[Ref]:
    """Every record a result points at, however deep."""
    if (
        isinstance(value, Mapping)
        and isinstance(value.get('id'), int)
        and isinstance(value.get('catalog'), str)
    ):
        return [Ref(value['id'], '', value['catalog'])]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [ref for one in inner for ref in refs_in(one)]


def people_in(result: Mapping[str, Any]) -> list[Ref]:
    """The colleagues a result names by their ids."""
    ids = [result.get('person'), *_listed(result.get('people')), *_listed(result.get('assignee'))]
    return [Ref(one, '', 'person') for one in ids if isinstance(one, int)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def mentioned(steps: tuple[StepTrace, ...]) -> set[Ref]:
    """Everything whose name a trace needs."""
    return {ref for step in steps for ref in (*refs_in(dict(step.result)), *people_in(step.result))}


def draw_result(step: StepTrace, catalog: Catalog | None, names: Titles) -> None:
    """Lines about one step's result; nothing when there is nothing to say."""
    result = step.result
    for ref in refs_in(result.get('made')):
        title = names.get((ref.catalog, ref.id), '')
        if title:
            ui.link(title, record_url(ref.catalog, ref.id)).classes('a-link a-small')
    lines = [*_about(result, catalog, names), *_values(result.get('values'), catalog, names)]
    if lines:
        with ui.element('dl').classes('ar-facts'):
            for caption, value in lines:
                fact(caption, value)


def _about(result: Mapping[str, Any], catalog: Catalog | None, names: Titles) -> list[tuple[str, str]]:
    people = ', '.join(names.get(('person', ref.id), '') or '—' for ref in people_in(result))
    until = result.get('until')
    stage = result.get('stage')
    found = (
        (t('People'), people),
        (t('Text'), str(result.get('text') or result.get('subject') or '')),
        (t('Recipients'), ', '.join(str(one) for one in _listed(result.get('to')))),
        (t('Address'), str(result.get('url') or '')),
        (t('Stage'), stage_label(stage, catalog) if isinstance(stage, str) and stage else ''),
        (t('Until'), date_short(datetime.fromisoformat(until)) if isinstance(until, str) else ''),
    )
    return [(caption, value) for caption, value in found if value]


def _values(values: Any, catalog: Catalog | None, names: Titles) -> list[tuple[str, str]]:
    if not isinstance(values, Mapping):
        return []
    return [_value(code, value, catalog, names) for code, value in values.items()]


def _value(code: str, value: Any, catalog: Catalog | None, names: Titles) -> tuple[str, str]:
    spec: FieldSpec | None = catalog.field(code) if catalog else None
    caption = field_label(spec) if spec else code
    refs = refs_in(value)
    if refs:
        return caption, ', '.join(names.get((ref.catalog, ref.id), '') or '—' for ref in refs)
    if value in (None, '', []):
        return caption, t('empty')
    read = from_json(value, spec) if spec else None
    return caption, shown(read, spec, catalog) if spec and read is not None else str(value)


def fact(caption: str, value: str, href: str = '') -> None:
    """One line of a list of facts; a link when there is somewhere to go."""
    with ui.element('dt'):
        ui.label(caption)
    with ui.element('dd'):
        if href:
            ui.link(value, href).classes('a-link')
        else:
            text(value)
