"""Columns and cells of a list: values of records as the browser's grid takes them, in the reader's words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store import (
    FIELD_TYPES,
    SYSTEM_FIELDS,
    Catalog,
    Condition,
    FieldSpec,
    Filter,
    Query,
    Records,
    RecordView,
    Ref,
)
from store.own_company import is_own
from ui.components.basics import avatar_color, initials
from ui.faces import photo
from ui.place import record_url
from ui.text import label, t
from ui.values import choice_of, field_label, shown

WIDTHS: Mapping[str, int] = {
    'title': 240,
    'number': 110,
    'money': 130,
    'date': 132,
    'date_time': 140,
    'person': 160,
    'link': 160,
    'stage': 144,
    'pills': 150,
    'check': 90,
    'text': 180,
}
CAPTION_WIDTH = 220
"""A column is made wider for its caption up to here."""
RIGHT = frozenset({'number', 'money'})
SYSTEM = (
    'stage',
    'owner',
    'created_at',
    'created_by',
    'updated_at',
    'updated_by',
    'stage_at',
    'number',
    'id',
)
_KINDS: Mapping[str, str] = {'choice': 'pills', 'choices': 'pills', 'long_text': 'text', 'switch': 'check'}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list; `through` is the spec of the link whose target holds the field."""

    code: str
    spec: FieldSpec
    catalog: Catalog
    through: FieldSpec | None = None

    @property
    def kind(self) -> str:
        """How the grid draws its cells."""
        if self.spec.code == 'title' and not self.spec.id and self.through is None:
            return 'title'
        look = FIELD_TYPES[self.spec.type].look
        return 'stage' if self.spec.type == 'stage' else _KINDS.get(look, look)

    @property
    def label(self) -> str:
        """Its caption."""
        own = field_label(self.spec)
        return f'{field_label(self.through)} → {own}' if self.through else own

    def for_grid(self) -> dict[str, Any]:
        """As the grid takes it."""
        return {
            'code': self.code,
            'label': self.label,
            'kind': self.kind,
            'width': max(WIDTHS[self.kind], min(36 + 7 * len(self.label), CAPTION_WIDTH)),
            'right': self.kind in RIGHT,
            'sortable': self.through is None and self.kind != 'check',
        }


def columns_of(records: Records, catalog: Catalog) -> dict[str, Column]:
    """Every column a list of this catalogue may show: its own fields, then those of linked records."""
    found = {column.code: column for column in _own(catalog)}
    known = {c.code: c for c in records.catalogs()}
    for spec in catalog.live_fields:
        target = known.get(str(spec.options.get('target'))) if spec.type == 'link' else None
        for inner in _own(target) if target is not None else ():
            if inner.code not in ('title', 'id'):
                code = f'{spec.code}.{inner.code}'
                found[code] = Column(code, inner.spec, inner.catalog, spec)
    return found


def default_columns(catalog: Catalog) -> list[str]:
    """The columns of a list nobody has arranged yet."""
    if catalog.list_columns:
        return ['title', *(code for code in catalog.list_columns if code != 'title')]
    own = [spec.code for spec in catalog.live_fields if spec.type != 'long_text'][:6]
    return ['title', *(['stage'] if catalog.pipelines else []), *own, 'owner']


async def rows(
    records: Records, views: Sequence[RecordView], columns: Iterable[Column]
) -> list[dict[str, Any]]:
    """The records as rows of the grid; linked records are read once for the page."""
    wanted = list(columns)
    linked = await _linked(records, views, wanted)
    return [_row(view, wanted, linked) for view in views]


def _row(
    view: RecordView, columns: Sequence[Column], linked: Mapping[tuple[str, int], RecordView]
) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for column in columns:
        source: RecordView | None = view
        if column.through is not None:
            ref = view.values.get(column.through.code)
            source = linked.get((ref.catalog, ref.id)) if isinstance(ref, Ref) else None
        value = source.values.get(column.spec.code) if source is not None else None
        if value is not None:
            cells[column.code] = cell(value, column)
    made: dict[str, Any] = {'id': view.id, 'v': view.version, 'c': cells}
    return made | {'b': t('Our company')} if is_own(view.catalog, view.id) else made


def cell(value: Any, column: Column) -> Any:
    """One cell: text, or a small object where the grid draws more than text."""
    spec = column.spec
    if spec.type == 'stage':
        found = column.catalog.stage(value)
        return {'t': label(found[1]), 'c': found[1].color} if found else {'t': str(value), 'c': ''}
    if column.kind == 'pills':
        chosen = [choice_of(key, spec) for key in (value if isinstance(value, tuple) else (value,))]
        return [{'t': choice['title'], 'c': choice['color']} for choice in chosen]
    if isinstance(value, Ref):
        href = record_url(value.catalog, value.id) if spec.type == 'link' and value.title else ''
        said = {'t': value.title or '—', 'h': href}
        return said | face(value) if spec.type == 'person' else said
    if column.kind == 'check':
        return bool(value)
    text = shown(value, spec)
    return text if len(text) <= 300 else text[:300] + '…'


def face(who: Ref) -> dict[str, str]:
    """Initials, colour and photo of somebody, the same on every page."""
    return {'i': initials(who.title), 'c': avatar_color(who.title), 'p': photo(who.id)}


async def _linked(
    records: Records, views: Sequence[RecordView], columns: Sequence[Column]
) -> dict[tuple[str, int], RecordView]:
    found: dict[tuple[str, int], RecordView] = {}
    for target, fields in _targets(columns).items():
        links = {code for code, _ in fields}
        refs = {v.values[code].id for v in views for code in links if isinstance(v.values.get(code), Ref)}
        if refs:
            asked = Filter((Condition('id', 'in', sorted(refs)),))
            query = Query(filter=asked, sort='id', limit=len(refs), fields=[inner for _, inner in fields])
            found |= {(target, view.id): view for view in (await records.find(target, query)).records}
    return found


def _targets(columns: Sequence[Column]) -> dict[str, set[tuple[str, str]]]:
    """Per linked catalogue: the links that lead there and the fields to read of it."""
    found: dict[str, set[tuple[str, str]]] = {}
    for column in columns:
        if column.through is not None:
            found.setdefault(column.catalog.code, set()).add((column.through.code, column.spec.code))
    return found


def _own(catalog: Catalog) -> Iterable[Column]:
    title = catalog.field('title')
    system = [
        SYSTEM_FIELDS[code] for code in SYSTEM if catalog.pipelines or code not in ('stage', 'stage_at')
    ]
    for spec in (*([title] if title else []), *catalog.live_fields, *system):
        yield Column(spec.code, spec, catalog)
