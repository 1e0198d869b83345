"""Rows as views: the columns to read and how each value is made of them, worked out once a catalogue."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from store import clock
from store.fields import FIELD_TYPES, FieldType
from store.schema import SYSTEM_FIELDS, Catalog, FieldSpec
from store.tables import columns
from store.values import RecordView

ALWAYS = frozenset({'id', 'title', 'stage', 'owner'})
_KEPT = 500
_plans: dict[tuple[int, Sequence[str] | None], 'Plan'] = {}


class Plan:
    """How the records of a catalogue, or some of their fields, are read."""

    def __init__(self, catalog: Catalog, wanted: Sequence[str] | None) -> None:
        self.catalog = catalog
        every = [*(catalog.field(code) or spec for code, spec in SYSTEM_FIELDS.items()), *catalog.live_fields]
        self.specs = [s for s in every if wanted is None or s.code in ALWAYS or s.code in wanted]
        # Each column is qualified: SQLite takes an unknown bare name for a string.
        names = dict.fromkeys(name for spec in self.specs for name in columns(spec))
        every_name = ('version', 'deleted_at', *names)
        self.select = ', '.join(f't.{name}' for name in every_name)
        # SQLite's RETURNING knows no alias.
        self.returning = ', '.join(every_name)
        self._plain = [(s.code, columns(s)[0]) for s in self.specs if self._is_plain(s)]
        self._made = [
            (spec.code, columns(spec)[0], columns(spec)[1:], self._maker(spec), spec)
            for spec in self.specs
            if not self._is_plain(spec)
        ]

    @staticmethod
    def _is_plain(spec: FieldSpec) -> bool:
        if not spec.id and spec.code in ('id', 'number'):
            return True
        return spec.type != 'stage' and type(FIELD_TYPES[spec.type]).decode is FieldType.decode

    def _maker(self, spec: FieldSpec) -> Callable[[tuple[Any, ...], FieldSpec], Any]:
        if spec.type == 'stage':
            codes = {stage.id: stage.code for _, stage in self.catalog.stages()}
            return lambda cells, _: codes.get(cells[0])
        return FIELD_TYPES[spec.type].decode

    def view(self, row: Mapping[str, Any]) -> RecordView:
        """A row as a view whose links have no names yet."""
        values = {code: row[name] for code, name in self._plain}
        for code, name, more, make, spec in self._made:
            cell = row[name]
            if cell is None:
                values[code] = None
            else:
                values[code] = make((cell, *[row[other] for other in more]) if more else (cell,), spec)
        deleted = row['deleted_at']
        return RecordView(
            catalog=self.catalog.code,
            id=row['id'],
            version=row['version'],
            values=values,
            deleted_at=None if deleted is None else clock.from_ms(deleted),
        )


def plan_of(catalog: Catalog, wanted: Sequence[str] | None = None) -> Plan:
    """The plan for all fields, or for those wanted and the few every view has."""
    key = (id(catalog), None if wanted is None else tuple(wanted))
    plan = _plans.get(key)
    if plan is None or plan.catalog is not catalog:
        if len(_plans) > _KEPT:
            _plans.clear()
        plan = _plans[key] = Plan(catalog, wanted)
    return plan
