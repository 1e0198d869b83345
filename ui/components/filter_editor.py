"""The tree of conditions behind a filter: groups joined by and/or, rows of field, operator and value."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from nicegui import ui

from store import Condition, FieldSpec, Filter
from ui.components.controls.picker import Picker
from ui.components.filter_fields import (
    DAYS,
    MANY,
    NO_VALUE,
    Field,
    operator_words,
    options_of,
    parsed_value,
    plain_value,
)
from ui.components.form import Field as FormField
from ui.components.references import item_of, ref_of, search_people, searcher
from ui.text import t

WORDED = frozenset({'text', 'long_text', 'phone', 'email', 'web', 'auto_number'})
ALIKE: Mapping[str, str] = {'money': 'number', 'date_time': 'date'}
"""Types whose conditions are typed more simply: an amount without a currency, a day without a time."""


@dataclass(slots=True, eq=False)
class Row:
    """A condition being edited; without a field or a needed value it is not part of the filter yet."""

    code: str = ''
    op: str = ''
    value: Any = None

    def condition(self) -> Condition | None:
        """The finished condition."""
        if not self.code or not self.op:
            return None
        if self.op in NO_VALUE:
            return Condition(self.code, self.op)
        empty = self.value in (None, '', [], [None, None])
        return None if empty else Condition(self.code, self.op, self.value)


@dataclass(slots=True, eq=False)
class Group:
    """Rows and groups joined by 'all' or 'any'."""

    join: str = 'all'
    items: list['Row | Group'] = field(default_factory=list)

    @classmethod
    def of(cls, asked: Filter) -> 'Group':
        """A filter to edit."""
        return cls(
            asked.join,
            [cls.of(i) if isinstance(i, Filter) else Row(i.field, i.op, i.value) for i in asked.items],
        )

    def filter(self) -> Filter:
        """The filter of what is finished; empty groups vanish."""
        parts = [i.filter() if isinstance(i, Group) else i.condition() for i in self.items]
        return Filter(tuple(part for part in parts if part), self.join)


class FilterEditor:
    """Draws the tree into the open slot; `on_change` hears every finished filter."""

    def __init__(
        self,
        fields: Mapping[str, Field],
        asked: Filter,
        names: Mapping[tuple[str, int], str],
        on_change: Callable[[Filter], Any],
    ) -> None:
        self.fields, self.names, self._on_change = fields, names, on_change
        self.root = Group.of(asked)
        self._options = options_of(fields)
        self._box = ui.element('div').classes('ff-editor')
        self.draw()

    def draw(self) -> None:
        """Draw the whole tree anew, after its shape changed."""
        self._box.clear()
        with self._box:
            self._group(self.root, depth=0)

    def add(self, code: str) -> Any:
        """A new row about this field."""
        self.root.items.append(Row(code, self.fields[code].operators[0]))
        return self._reshaped()

    def _group(self, group: Group, depth: int) -> None:
        with ui.element('div').classes('ff-group').classes('ff-nested' if depth else ''):
            for place, item in enumerate(group.items):
                with ui.element('div').classes('ff-line'):
                    self._joint(group, place)
                    if isinstance(item, Group):
                        self._group(item, depth + 1)
                    else:
                        self._row(item)
                    self._cross(group, item)
            with ui.element('div').classes('ff-adding'):
                self._button(t('+ Condition'), lambda: self._append(group, Row()))
                if depth < 3:
                    self._button(t('+ Group'), lambda: self._append(group, Group('any', [Row()])))

    def _joint(self, group: Group, place: int) -> None:
        words = {'all': t('and'), 'any': t('or')}
        if place == 0:
            ui.label(t('Where')).classes('ff-joint')
        elif place > 1:
            ui.label(words[group.join]).classes('ff-joint')
        else:
            options = [{'id': key, 'title': word} for key, word in words.items()]
            Picker(
                [o for o in options if o['id'] == group.join], options=options, look='plain', clearable=False,
                label=t('and / or'), on_set=lambda chosen: self._join(group, str(chosen[0]['id'])),
            ).classes('ff-joint')  # fmt: skip

    def _row(self, row: Row) -> None:
        with ui.element('div').classes('ff-row'):
            Picker(
                [o for o in self._options if o['id'] == row.code], options=self._options, look='plain',
                clearable=False, placeholder=t('Field'), label=t('Field'),
                on_set=lambda chosen: self._about(row, str(chosen[0]['id'])),
            ).classes('ff-field')  # fmt: skip
            about = self.fields.get(row.code)
            if about is None:
                return
            options = [{'id': op, 'title': operator_words(op, about.spec)} for op in about.operators]
            Picker(
                [o for o in options if o['id'] == row.op], options=options, look='plain', clearable=False,
                label=t('Condition'), on_set=lambda chosen: self._operator(row, str(chosen[0]['id'])),
            ).classes('ff-op')  # fmt: skip
            if row.op not in NO_VALUE:
                with ui.element('div').classes('ff-value'):
                    self._value(row, about)

    def _value(self, row: Row, about: Field) -> None:
        spec = value_spec(about, row.op)
        if row.op == 'between':
            bounds = (
                list(row.value)
                if isinstance(row.value, (list, tuple)) and len(row.value) == 2
                else [None, None]
            )
            for place in (0, 1):
                self._input(spec, bounds[place], partial(self._bound, row, spec, place))
        elif row.op in MANY and about.spec.type in ('person', 'link'):
            self._several(row, about.spec)
        else:
            self._input(spec, row.value, lambda value: self._valued(row, plain_value(value, spec)))

    def _input(self, spec: FieldSpec, plain: Any, on_value: Callable[[Any], Any]) -> None:
        value = self._named(parsed_value(plain, spec)) if plain is not None else None
        FormField(spec, value, lambda _field, new: on_value(new), bare=True)

    def _several(self, row: Row, spec: FieldSpec) -> None:
        given = row.value if isinstance(row.value, (list, tuple)) else []
        chosen = [item_of(self._named(ref)) for ref in (parsed_value(value, spec) for value in given) if ref]
        person = spec.type == 'person'
        Picker(
            chosen, look='person' if person else 'plain', multiple=True, label=t('Values'),
            search=search_people if person else searcher(str(spec.options.get('target', '*'))),
            on_set=lambda items: self._valued(row, [plain_value(ref_of(i), spec) for i in items]),
        )  # fmt: skip

    def _named(self, value: Any) -> Any:
        if hasattr(value, 'catalog') and not value.title:
            return replace(value, title=self.names.get((value.catalog, value.id), ''))
        return value

    def _cross(self, group: Group, item: Row | Group) -> None:
        def remove() -> Any:
            group.items.remove(item)
            return self._reshaped()

        with ui.element('button').classes('ff-cross').props('type=button').on('click', remove) as cross:
            cross.props['aria-label'] = t('Remove')
            ui.label('×')

    def _button(self, text: str, on_click: Callable[[], None]) -> None:
        with ui.element('button').classes('ff-button').props('type=button').on('click', on_click):
            ui.label(text)

    def _append(self, group: Group, item: Row | Group) -> None:
        group.items.append(item)
        self.draw()

    def _join(self, group: Group, join: str) -> Any:
        group.join = join
        return self._reshaped()

    def _about(self, row: Row, code: str) -> Any:
        row.code, row.op, row.value = code, self.fields[code].operators[0], None
        return self._reshaped()

    def _operator(self, row: Row, op: str) -> Any:
        if value_shape(op) != value_shape(row.op):
            row.value = None
        row.op = op
        return self._reshaped()

    def _bound(self, row: Row, spec: FieldSpec, place: int, value: Any) -> Any:
        bounds = (
            list(row.value) if isinstance(row.value, (list, tuple)) and len(row.value) == 2 else [None, None]
        )
        bounds[place] = plain_value(value, spec)
        return self._valued(row, bounds)

    def _valued(self, row: Row, value: Any) -> Any:
        row.value = value
        return self._on_change(self.root.filter())

    async def _reshaped(self) -> None:
        self.draw()
        # The control that called is gone with the old drawing; go on in a place that stays.
        with self._box:
            answer = self._on_change(self.root.filter())
            if inspect.isawaitable(answer):
                await answer


def value_shape(op: str) -> str:
    """Operators of one shape keep their value when one replaces the other."""
    shapes = (
        {'between': 'pair'}
        | dict.fromkeys(MANY, 'many')
        | dict.fromkeys(DAYS, 'days')
        | dict.fromkeys(NO_VALUE, '')
    )
    return shapes.get(op, 'one')


def value_spec(about: Field, op: str) -> FieldSpec:
    """The field that a condition's value is typed into."""
    spec = replace(about.spec, required=False, read_only=False, hint='', default=None)
    if op in DAYS:
        return replace(spec, type='number', options={'unit': t('days')})
    if spec.type in WORDED:
        return replace(spec, type='text', options={})
    if spec.options.get('choices'):
        # One may look for a value that cannot be chosen any more.
        every = [{**choice, 'inactive': False} for choice in spec.options['choices']]
        spec = replace(spec, options={**spec.options, 'choices': every})
    if op in MANY and spec.type == 'choice':
        return replace(spec, type='choices')
    return replace(spec, type=ALIKE.get(spec.type, spec.type))
