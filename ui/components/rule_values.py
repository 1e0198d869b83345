"""Values that a rule puts into fields: typed as the field wants, or as a formula or text with blanks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nicegui import ui

from store import FIELD_TYPES, BadValue, Catalog, FieldSpec
from ui.components.basics import button, icon_button
from ui.components.controls.picker import Picker
from ui.components.controls.text_control import TextControl
from ui.components.form import Field
from ui.components.rule_context import RuleContext
from ui.text import t
from ui.values import field_label

TEXTS = frozenset({'text', 'long_text', 'email', 'phone', 'web'})


def is_written(value: Any) -> bool:
    """Whether a value is a formula or a text with blanks, not the value itself."""
    return isinstance(value, str) and (value.startswith('=') or '{{' in value)


def plain_of(value: Any, spec: FieldSpec) -> Any:
    """A value of a form as a rule keeps it."""
    if value is None:
        return None
    if spec.type in ('person', 'link'):
        return value.id if spec.type == 'person' else f'{value.catalog}:{value.id}'
    return FIELD_TYPES[spec.type].to_json(value, spec)


def value_of(plain: Any, spec: FieldSpec) -> Any:
    """A kept value as the form takes it; None when it no longer fits."""
    try:
        return FIELD_TYPES[spec.type].parse(plain, spec)
    except BadValue:
        return None


@dataclass(slots=True, eq=False)
class _Line:
    """One field and its value; `is_written` when it is a formula."""

    code: str = ''
    value: Any = None
    is_written: bool = False


class ValuesEditor:
    """Lines of field and value; without a `target` keys are typed freely. `on_change` hears the mapping."""

    def __init__(
        self,
        context: RuleContext,
        target: Catalog | None,
        values: Mapping[str, Any],
        on_change: Callable[[dict[str, Any]], Any],
    ) -> None:
        self._context, self._target, self._on_change = context, target, on_change
        self._lines = [_Line(code, value, is_written(value)) for code, value in values.items()] or [_Line()]
        self._specs = {
            spec.code: _typed(spec, target) for spec in context.fields(target) if not spec.read_only
        }
        self._box = ui.element('div').classes('ar-values')
        self._draw()

    def _draw(self) -> None:
        self._box.clear()
        with self._box:
            for line in self._lines:
                with ui.element('div').classes('ar-value'):
                    self._line(line)
            button(t('Add value'), self._add, quiet=True, small=True, icon='add')

    def _line(self, line: _Line) -> None:
        with ui.element('div').classes('ar-value__field'):
            self._name(line)
        with ui.element('div').classes('ar-value__value'):
            self._value(line)
        if self._target is not None and line.code in self._specs and self._specs[line.code].type not in TEXTS:
            swap = icon_button('functions', t('Formula'), lambda: self._swap(line), small=True)
            swap.classes('ar-on' if line.is_written else '')
        icon_button('close', t('Remove'), lambda: self._remove(line), small=True)

    def _name(self, line: _Line) -> None:
        if self._target is None:
            TextControl(
                line.code, on_set=lambda typed: self._named(line, typed), placeholder=t('Key'), label=t('Key')
            )
            return
        options = [{'id': code, 'title': field_label(spec)} for code, spec in self._specs.items()]
        Picker(
            [one for one in options if one['id'] == line.code],
            options=options,
            look='plain',
            clearable=False,
            placeholder=t('Field'),
            label=t('Field'),
            on_set=lambda chosen: self._chosen(line, str(chosen[0]['id'])),
        )

    def _value(self, line: _Line) -> None:
        spec = self._specs.get(line.code)
        if self._target is None or line.is_written or (spec is not None and spec.type in TEXTS):
            hint = '= today() + 3' if line.is_written else '{{ title }}'
            shown = str(line.value or '')
            TextControl(
                shown, on_set=lambda typed: self._valued(line, typed), placeholder=hint, label=t('Value')
            )
        elif spec is not None:
            plain = replace(spec, required=False, hint='', default=None)
            Field(
                plain,
                value_of(line.value, plain),
                lambda _, new: self._valued(line, plain_of(new, plain)),
                bare=True,
            )

    def _chosen(self, line: _Line, code: str) -> Any:
        line.code, line.value, line.is_written = code, None, False
        return self._reshaped()

    def _named(self, line: _Line, typed: str) -> Any:
        line.code = typed.strip()
        return self._tell()

    def _valued(self, line: _Line, value: Any) -> Any:
        line.value = value
        return self._tell()

    def _swap(self, line: _Line) -> Any:
        line.is_written, line.value = not line.is_written, None
        return self._reshaped()

    def _remove(self, line: _Line) -> Any:
        self._lines.remove(line)
        return self._reshaped()

    def _add(self) -> None:
        self._lines.append(_Line())
        self._draw()

    def _reshaped(self) -> Any:
        self._draw()
        with self._box:
            return self._tell()

    def _tell(self) -> Any:
        return self._on_change({line.code: _kept(line) for line in self._lines if line.code})


def _kept(line: _Line) -> Any:
    value = line.value
    # A formula that was typed without its mark would be taken for the value itself.
    if line.is_written and isinstance(value, str) and value.strip() and not is_written(value):
        return f'= {value.strip()}'
    return value


def _typed(spec: FieldSpec, target: Catalog | None) -> FieldSpec:
    if spec.type != 'stage' or target is None:
        return spec
    stages = [
        {'key': s.code, 'label': s.label, 'labels': dict(s.labels), 'color': s.color}
        for _, s in target.stages()
    ]
    return replace(spec, type='choice', options={'choices': stages})
