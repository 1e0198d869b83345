"""Small parts of the portal's pages: a record as a line, its values as facts, fields of its forms."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from nicegui import ui

from store import Catalog, FieldSpec, Query, Records, RecordView, Ref
from ui.components.basics import icon, pill, text
from ui.formats import date_short
from ui.text import label
from ui.values import field_label, shown

MOST_OFFERED = 200


def link_button(caption: str, target: str, *, icon_name: str = '', primary: bool = False) -> None:
    """A link that looks like a button, so that it opens in another tab as well."""
    with ui.link(target=target).classes('q-btn pt-button' + (' a-primary' if primary else '')):
        if icon_name:
            icon(icon_name)
        ui.label(caption)


def record_line(kind: Catalog, view: RecordView) -> None:
    """One record of a list."""
    with ui.link(target=f'/portal/c/{kind.code}/{view.id}').classes('pt-line'):
        text(view.title, 'pt-line__title')
        stage_pill(kind, view)
        text(date_short(view['updated_at']), 'pt-line__meta a-num')


def stage_pill(kind: Catalog, view: RecordView) -> None:
    """The stage of a record; nothing where there are none."""
    found = kind.stage(view.stage) if view.stage else None
    if found is not None:
        pill(label(found[1]), found[1].color)


def facts(kind: Catalog, view: RecordView) -> dict[str, tuple[str, str]]:
    """What a record says, as caption and text by field; nothing empty."""
    found: dict[str, tuple[str, str]] = {}
    for spec in (*filter(None, (kind.field('owner'),)), *kind.live_fields):
        said = shown(view.values.get(spec.code), spec, kind)
        if said:
            found[spec.code] = (field_label(spec), said)
    return found


def draw_facts(pairs: Iterable[tuple[str, str]]) -> None:
    """Pairs of caption and text, one below the other."""
    with ui.element('dl').classes('pt-facts'):
        for caption, said in pairs:
            with ui.element('dt'):
                ui.label(caption)
            with ui.element('dd'):
                ui.label(said)


def open_fields(kind: Catalog, closed: frozenset[str]) -> Iterator[FieldSpec]:
    """The fields a customer may fill: none that says whose the record is, and no colleague."""
    for spec in kind.live_fields:
        is_kept = spec.read_only or spec.code in closed or spec.type in ('auto_number', 'person')
        if not is_kept and not (spec.type == 'link' and spec.options.get('target') == '*'):
            yield spec


async def as_inputs(mine: Records, specs: Iterator[FieldSpec]) -> list[FieldSpec]:
    """Fields as a form of the portal draws them: a link becomes a choice among what may be read."""
    drawn: list[FieldSpec] = []
    for spec in specs:
        if spec.type != 'link':
            drawn.append(spec)
        elif choices := await _choices(mine, str(spec.options['target'])):
            drawn.append(replace(spec, type='choice', options={'choices': choices}))
    return drawn


async def _choices(mine: Records, target: str) -> list[dict[str, str]]:
    if target not in {kind.code for kind in mine.catalogs()}:
        return []
    page = await mine.find(target, Query(sort='title', limit=MOST_OFFERED, fields=()))
    return [{'key': str(view.id), 'label': view.title} for view in page.records]


def read_back(kind: Catalog, values: dict[str, Any]) -> dict[str, Any]:
    """What a form gave, as records take it."""
    given: dict[str, Any] = {}
    for code, value in values.items():
        spec = kind.field(code)
        is_link = spec is not None and spec.type == 'link' and value
        given[code] = Ref(int(value), '', str(spec.options['target'])) if is_link and spec else value
    return given


def typed(spec: FieldSpec, value: Any) -> Any:
    """A value as the portal's form shows it."""
    return str(value.id) if spec.type == 'link' and isinstance(value, Ref) else value
