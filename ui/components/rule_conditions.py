"""And if: the conditions of a rule in the same editor as a filter, with what only a rule can ask."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nicegui import ui

from automations.conditions import OPERATIONS
from store import Catalog, Condition, FieldSpec, Filter
from ui.components.filter_editor import FilterEditor, Group
from ui.components.filter_fields import Field, fields_of, names_in
from ui.session import records
from ui.text import t

FORMULA = '='
"""The pseudo-field of a condition that is written as an expression."""
_SAMPLE = 'amount > 1000 and filled(owner)'


def rule_fields(catalog: Catalog) -> dict[str, Field]:
    """Everything a rule of this catalogue may ask about: fields, linked fields, values before, a formula."""
    found: dict[str, Field] = {}
    for code, field in fields_of(catalog, records().catalogs()).items():
        operators = _operators(field)
        if operators and field.is_offered:
            found[code] = replace(field, operators=operators)
    for code, field in list(found.items()):
        if '.' not in code and code != 'stage_kind':
            before = tuple(op for op in field.operators if op != 'changed')
            found[f'old.{code}'] = replace(field, code=f'old.{code}', operators=before, through=t('Before'))
    spec = FieldSpec(
        code=FORMULA, label=t('Formula'), type='long_text', options={'placeholder': _SAMPLE}, hint=_SAMPLE
    )
    found[FORMULA] = Field(FORMULA, spec, ('holds',))
    return found


def _operators(field: Field) -> tuple[str, ...]:
    found = [op for op in field.operators if op in OPERATIONS]
    if 'contains' in found:
        found.append('not_contains')
    if field.spec.type in ('date', 'date_time'):
        found.append('older_than_days')
    if '.' not in field.code and field.code not in ('stage_kind', 'pipeline'):
        found.append('changed')
    return tuple(found)


def to_filter(plain: Mapping[str, Any]) -> Filter:
    """Conditions as a rule keeps them, as the tree of the editor."""
    if not plain:
        return Filter()
    ((join, items),) = plain.items()
    return Filter(tuple(_item(item) for item in items), join)


def _item(item: Mapping[str, Any]) -> Condition | Filter:
    if 'expr' in item:
        return Condition(FORMULA, 'holds', item['expr'])
    if 'path' in item:
        return Condition(item['path'], item['op'], item.get('value'))
    return to_filter(item)


def to_conditions(asked: Filter) -> dict[str, Any]:
    """The tree of the editor as a rule keeps it."""
    return {asked.join: [_plain(item) for item in asked.items]}


def _plain(item: Condition | Filter) -> dict[str, Any]:
    if isinstance(item, Filter):
        return to_conditions(item)
    if item.field == FORMULA:
        return {'expr': str(item.value)}
    return {'path': item.field, 'op': item.op} | ({} if item.value is None else {'value': item.value})


class RuleConditions(FilterEditor):
    """The tree of conditions; `on_change` hears them as a rule keeps them, `hint` shows while it is empty."""

    hint: ui.label | None = None

    @classmethod
    async def drawn(
        cls,
        catalog: Catalog,
        plain: Mapping[str, Any],
        on_change: Callable[[dict[str, Any]], Any],
        hint: ui.label,
    ) -> None:
        """Read the names of mentioned records, then draw into the open slot."""
        fields, asked = rule_fields(catalog), to_filter(plain)
        names = await names_in(asked, fields) if asked else {}
        made = cls(fields, asked, names, lambda changed: on_change(to_conditions(changed)))
        made.hint = hint
        made.draw()

    def draw(self) -> None:
        """Draw the whole tree anew."""
        super().draw()
        if self.hint is not None:
            self.hint.visible = not self.root.items

    def _joint(self, group: Group, place: int) -> None:
        if place == 0 and group is self.root:
            ui.label(t('If')).classes('ff-joint')
        else:
            super()._joint(group, place)


def readable(code: str) -> Catalog | None:
    """The catalogue of this code if the reader may see it."""
    return next((catalog for catalog in records().catalogs() if catalog.code == code), None)
